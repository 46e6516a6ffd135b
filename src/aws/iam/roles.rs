//! Roles.

use serde::{Deserialize, Serialize};

use super::{decoded, role_arn};
use crate::aws::convert::{Tag, moment, unbuildable};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;
use crate::base::clock::Timestamp;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Name, unique in the account.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// When it was created.
    pub created: Timestamp,
    /// Trust policy as JSON, decoded; empty when the service gave none.
    pub trust_policy: String,
    /// Description, if any.
    pub description: Option<String>,
    /// Tags; lists of roles come without them.
    pub tags: Vec<Tag>,
}

impl From<&aws_sdk_iam::types::Role> for Role {
    fn from(role: &aws_sdk_iam::types::Role) -> Self {
        Self {
            name: role.role_name.clone(),
            arn: role.arn.clone(),
            created: moment(&role.create_date),
            trust_policy: role.assume_role_policy_document.as_deref().map(decoded).unwrap_or_default(),
            description: role.description.clone(),
            tags: role.tags().iter().map(|tag| Tag::new(tag.key(), tag.value())).collect(),
        }
    }
}

/// A role that a reply must carry and did not is told as an empty one of this name.
fn role_or_named(role: Option<&aws_sdk_iam::types::Role>, name: &str) -> Role {
    role.map_or_else(
        || Role {
            name: name.to_owned(),
            arn: String::new(),
            created: Timestamp::UNIX_EPOCH,
            trust_policy: String::new(),
            description: None,
            tags: Vec::new(),
        },
        Role::from,
    )
}

/// Creates a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRole {
    /// Name, 1 to 64 characters of `[\w+=,.@-]`.
    pub role_name: String,
    /// Trust policy as JSON: who may assume the role.
    pub assume_role_policy_document: String,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl Operation for CreateRole {
    type Output = Role;
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "CreateRole";

    fn permissions(&self) -> Vec<Permission> {
        let mut needed = vec![Permission::new("iam:CreateRole", role_arn(&self.role_name))];
        if !self.tags.is_empty() {
            needed.push(Permission::new("iam:TagRole", role_arn(&self.role_name)));
        }
        needed
    }

    async fn send(self, clients: &Clients) -> Result<Role, AwsError> {
        let mut call = clients
            .iam
            .create_role()
            .role_name(&self.role_name)
            .assume_role_policy_document(self.assume_role_policy_document)
            .set_description(self.description);
        for tag in self.tags {
            call = call.tags(aws_sdk_iam::types::Tag::builder().key(tag.key).value(tag.value).build().map_err(unbuildable::<Self>)?);
        }
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(role_or_named(reply.role(), &self.role_name))
    }
}

/// Reads a role with its trust policy and tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetRole {
    /// Name of the role.
    pub role_name: String,
}

impl Operation for GetRole {
    type Output = Role;
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "GetRole";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:GetRole", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<Role, AwsError> {
        let reply = clients.iam.get_role().role_name(&self.role_name).send().await.map_err(failed::<Self, _>)?;
        Ok(role_or_named(reply.role(), &self.role_name))
    }
}

/// Deletes a role that has no policies any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRole {
    /// Name of the role.
    pub role_name: String,
}

impl Operation for DeleteRole {
    type Output = ();
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "DeleteRole";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:DeleteRole", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        clients.iam.delete_role().role_name(self.role_name).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Lists roles, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRoles {
    /// Only roles whose path begins so, such as `/service-role/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_prefix: Option<String>,
}

impl Operation for ListRoles {
    type Output = Vec<Role>;
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "ListRoles";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:ListRoles", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Role>, AwsError> {
        let pages = clients.iam.list_roles().set_path_prefix(self.path_prefix).into_paginator().items().send();
        let roles = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(roles.iter().map(Role::from).collect())
    }
}

/// Replaces a role's trust policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateAssumeRolePolicy {
    /// Name of the role.
    pub role_name: String,
    /// Trust policy as JSON.
    pub policy_document: String,
}

impl Operation for UpdateAssumeRolePolicy {
    type Output = ();
    const SERVICE: Service = Service::Iam;
    const NAME: &'static str = "UpdateAssumeRolePolicy";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("iam:UpdateAssumeRolePolicy", role_arn(&self.role_name))]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.iam.update_assume_role_policy().role_name(self.role_name).policy_document(self.policy_document);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}
