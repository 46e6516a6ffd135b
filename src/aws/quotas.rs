//! Service Quotas: what an account may use.

use serde::Serialize;

use super::error::{AwsError, failed};
use super::operation::{Operation, Permission, Service};
use super::session::Clients;

/// A limit of the account.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// Its name, for people.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// Lists the quotas of a service in the Region, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListServiceQuotas {
    /// The service, such as `bedrock`.
    pub service_code: String,
}

impl Operation for ListServiceQuotas {
    type Output = Vec<Quota>;
    const SERVICE: Service = Service::ServiceQuotas;
    const NAME: &'static str = "ListServiceQuotas";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("servicequotas:ListServiceQuotas", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Quota>, AwsError> {
        let call = clients.quotas.list_service_quotas().service_code(self.service_code).max_results(100);
        let quotas = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(quotas.into_iter().filter_map(|quota| Some(Quota { name: quota.quota_name?, value: quota.value? })).collect())
    }
}
