//! Security Token Service: who am I.

use serde::{Deserialize, Serialize};

use super::error::{AwsError, failed};
use super::operation::{Operation, Permission, Service};
use super::session::Clients;

/// Asks who the credentials belong to. Needs no permission: every principal may ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GetCallerIdentity {}

/// Whose credentials are in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerIdentity {
    /// Twelve-digit account id.
    pub account: String,
    /// ARN of the user or of the assumed role's session.
    pub arn: String,
    /// Unique id of the principal.
    pub user_id: String,
}

impl Operation for GetCallerIdentity {
    type Output = CallerIdentity;
    const SERVICE: Service = Service::Sts;
    const NAME: &'static str = "GetCallerIdentity";

    fn permissions(&self) -> Vec<Permission> {
        Vec::new()
    }

    async fn send(self, clients: &Clients) -> Result<CallerIdentity, AwsError> {
        let reply = clients.sts.get_caller_identity().send().await.map_err(failed::<Self, _>)?;
        Ok(CallerIdentity {
            account: reply.account.unwrap_or_default(),
            arn: reply.arn.unwrap_or_default(),
            user_id: reply.user_id.unwrap_or_default(),
        })
    }
}
