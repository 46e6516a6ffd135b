//! Identity and Access Management: roles and their policies.

mod policies;
mod roles;

pub use policies::{Decision, DeleteRolePolicy, GetRolePolicy, ListRolePolicies, PutRolePolicy, SimulatePrincipalPolicy, Simulated};
pub use roles::{CreateRole, DeleteRole, GetRole, ListRoles, Role, UpdateAssumeRolePolicy};

use percent_encoding::percent_decode_str;

/// The ARN of a role in a permission; the account is left open.
fn role_arn(role_name: &str) -> String {
    format!("arn:aws:iam::*:role/{role_name}")
}

/// IAM returns policy documents percent-encoded (RFC 3986).
fn decoded(document: &str) -> String {
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}
