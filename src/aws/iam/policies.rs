//! Inline policies of roles, and the simulation of permissions.

use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType};
use serde::{Deserialize, Serialize};

use super::{decoded, role_arn};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// Writes an inline policy of a role, replacing one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRolePolicy {
    /// Name of the role.
    pub role_name: String,
    /// Name of the policy.
    pub policy_name: String,
    /// Policy as JSON.
    pub policy_document: String,
}

impl Operation for PutRolePolicy {
    type Output = ();
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "PutRolePolicy";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:PutRolePolicy", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.iam.put_role_policy().role_name(self.role_name).policy_name(self.policy_name);
        call.policy_document(self.policy_document).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Reads an inline policy of a role: its JSON, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetRolePolicy {
    /// Name of the role.
    pub role_name: String,
    /// Name of the policy.
    pub policy_name: String,
}

impl Operation for GetRolePolicy {
    type Output = String;
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "GetRolePolicy";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:GetRolePolicy", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<String, AwsError> {
        let call = clients.iam.get_role_policy().role_name(self.role_name).policy_name(self.policy_name);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(decoded(reply.policy_document()))
    }
}

/// Lists the names of a role's inline policies, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRolePolicies {
    /// Name of the role.
    pub role_name: String,
}

impl Operation for ListRolePolicies {
    type Output = Vec<String>;
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "ListRolePolicies";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:ListRolePolicies", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<String>, AwsError> {
        let pages = clients.iam.list_role_policies().role_name(self.role_name).into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)
    }
}

/// Deletes an inline policy of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRolePolicy {
    /// Name of the role.
    pub role_name: String,
    /// Name of the policy.
    pub policy_name: String,
}

impl Operation for DeleteRolePolicy {
    type Output = ();
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "DeleteRolePolicy";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:DeleteRolePolicy", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.iam.delete_role_policy().role_name(self.role_name).policy_name(self.policy_name);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Asks IAM whether a principal may do things, without doing them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SimulatePrincipalPolicy {
    /// ARN of a user, group or role; not of an assumed role's session.
    pub policy_source_arn: String,
    /// Actions such as `logs:CreateLogGroup`.
    pub action_names: Vec<String>,
    /// Resource ARNs; empty means `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_arns: Vec<String>,
}

/// The verdict on one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// The resource, `*` when none was given.
    pub resource: String,
    /// The verdict.
    pub decision: Decision,
}

/// What IAM decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// A policy allows it and none denies it.
    Allowed,
    /// A policy denies it.
    ExplicitDeny,
    /// No policy allows it.
    ImplicitDeny,
}

impl From<&PolicyEvaluationDecisionType> for Decision {
    fn from(decision: &PolicyEvaluationDecisionType) -> Self {
        match decision {
            PolicyEvaluationDecisionType::Allowed => Self::Allowed,
            PolicyEvaluationDecisionType::ExplicitDeny => Self::ExplicitDeny,
            _ => Self::ImplicitDeny,
        }
    }
}

impl Operation for SimulatePrincipalPolicy {
    type Output = Vec<Simulated>;
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "SimulatePrincipalPolicy";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:SimulatePrincipalPolicy", self.policy_source_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Simulated>, AwsError> {
        let resources = Some(self.resource_arns).filter(|arns| !arns.is_empty());
        let call = clients.iam.simulate_principal_policy().policy_source_arn(self.policy_source_arn);
        let call = call.set_action_names(Some(self.action_names)).set_resource_arns(resources);
        let results = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(results.iter().flat_map(verdicts).collect())
    }
}

/// One verdict per resource where IAM tells them apart, otherwise one for the action.
fn verdicts(result: &EvaluationResult) -> Vec<Simulated> {
    let verdict = |resource: &str, decision: &PolicyEvaluationDecisionType| Simulated {
        action: result.eval_action_name().to_owned(),
        resource: resource.to_owned(),
        decision: Decision::from(decision),
    };
    let specific = result.resource_specific_results();
    if specific.is_empty() {
        return vec![verdict(result.eval_resource_name().unwrap_or("*"), result.eval_decision())];
    }
    specific.iter().map(|one| verdict(one.eval_resource_name(), one.eval_resource_decision())).collect()
}
