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

impl CallerIdentity {
    /// The user or role whose policies count, as `iam:SimulatePrincipalPolicy` wants it: of an assumed role's session, the role.
    ///
    /// `None` for the account's root, which has no policies. A role's path is not part of a session's ARN, so it is missing here too.
    pub fn policy_source_arn(&self) -> Option<String> {
        let name = self.arn.rsplit_once(':')?.1;
        let role = name.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
        match role {
            Some(role) => Some(format!("arn:aws:iam::{}:role/{role}", self.account)),
            None if name.starts_with("user/") => Some(self.arn.clone()),
            None => None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_belong_to_the_role_behind_a_session() {
        let source = |arn: &str| {
            let who = CallerIdentity { account: "123456789012".to_owned(), arn: arn.to_owned(), user_id: String::new() };
            who.policy_source_arn()
        };
        assert_eq!(source("arn:aws:sts::123456789012:assumed-role/lab/me@x.org").as_deref(), Some("arn:aws:iam::123456789012:role/lab"));
        assert_eq!(source("arn:aws:iam::123456789012:user/team/ann").as_deref(), Some("arn:aws:iam::123456789012:user/team/ann"));
        assert_eq!(source("arn:aws:iam::123456789012:root"), None);
    }
}
