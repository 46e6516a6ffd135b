//! CloudWatch dashboards: putting, reading, listing, deleting. They belong to the account, not to a Region.

use serde::Serialize;

use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// ARN of a dashboard in a permission.
fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch::*:dashboard/{name}")
}

/// Makes a dashboard, or replaces the one of this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutDashboard {
    /// Name: letters, digits, `-` and `_`.
    pub dashboard_name: String,
    /// The body, JSON.
    pub dashboard_body: String,
}

impl Operation for PutDashboard {
    /// What the console will merely overlook, in words.
    type Output = Vec<String>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "PutDashboard";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("cloudwatch:PutDashboard", arn(&self.dashboard_name))]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<String>, AwsError> {
        let call = clients.cloudwatch.put_dashboard().dashboard_name(self.dashboard_name).dashboard_body(self.dashboard_body);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        let messages = reply.dashboard_validation_messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(|message| message.message).collect())
    }
}

/// Reads the body of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDashboard {
    /// Its name.
    pub dashboard_name: String,
}

impl Operation for GetDashboard {
    /// The body, JSON.
    type Output = String;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "GetDashboard";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("cloudwatch:GetDashboard", arn(&self.dashboard_name))]
    }

    async fn send(self, clients: &Clients) -> Result<String, AwsError> {
        let reply = clients.cloudwatch.get_dashboard().dashboard_name(self.dashboard_name).send().await.map_err(failed::<Self, _>)?;
        Ok(reply.dashboard_body.unwrap_or_default())
    }
}

/// Lists the dashboards of the account, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListDashboards {
    /// Beginning of their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dashboard_name_prefix: Option<String>,
}

impl Operation for ListDashboards {
    /// Their names.
    type Output = Vec<String>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "ListDashboards";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("cloudwatch:ListDashboards", arn("*"))]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<String>, AwsError> {
        let call = clients.cloudwatch.list_dashboards().set_dashboard_name_prefix(self.dashboard_name_prefix);
        let mut pages = call.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let entries = page.map_err(failed::<Self, _>)?.dashboard_entries.unwrap_or_default();
            names.extend(entries.into_iter().filter_map(|entry| entry.dashboard_name));
        }
        Ok(names)
    }
}

/// Deletes dashboards: all of them or, when one does not exist, none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteDashboards {
    /// Their names.
    pub dashboard_names: Vec<String>,
}

impl Operation for DeleteDashboards {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DeleteDashboards";

    fn permissions(&self) -> Vec<Permission> {
        self.dashboard_names.iter().map(|name| Permission::new("cloudwatch:DeleteDashboards", arn(name))).collect()
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.cloudwatch.delete_dashboards().set_dashboard_names(Some(self.dashboard_names));
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}
