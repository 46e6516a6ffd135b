//! IAM: roles and users, their inline and managed policies, access keys, and the evaluation of policies.
//!
//! Owns what the account's identities may do ([`State`]). A call is judged by the policies of the user whose access key signs it; every other
//! key, made up as it may be, is that of somebody who may do everything, unless an instructor denies it (`credentials`).
//!
//! Simplified: no groups, permissions boundaries or service control policies; AWS's own managed policies are few and shortened.

mod attachments;
mod documents;
mod holders;
mod managed;
pub mod policy;
mod roles;
mod simulate;
mod state;
mod users;

pub use state::{Document, Role, State, Tag};

use holders::Kind;

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("CreateRole", roles::create_role),
    ("GetRole", roles::get_role),
    ("DeleteRole", roles::delete_role),
    ("ListRoles", roles::list_roles),
    ("UpdateAssumeRolePolicy", roles::update_assume_role_policy),
    ("TagRole", |sandbox, _, input| roles::tag(Kind::Role, sandbox, input)),
    ("UntagRole", |sandbox, _, input| roles::untag(Kind::Role, sandbox, input)),
    ("ListRoleTags", |sandbox, _, input| roles::list_tags(Kind::Role, sandbox, input)),
    ("PutRolePolicy", |sandbox, cx, input| documents::put(Kind::Role, sandbox, cx, input)),
    ("GetRolePolicy", |sandbox, _, input| documents::get(Kind::Role, sandbox, input)),
    ("ListRolePolicies", |sandbox, _, input| documents::list(Kind::Role, sandbox, input)),
    ("DeleteRolePolicy", |sandbox, _, input| documents::delete(Kind::Role, sandbox, input)),
    ("AttachRolePolicy", |sandbox, cx, input| attachments::attach(Kind::Role, sandbox, cx, input)),
    ("DetachRolePolicy", |sandbox, _, input| attachments::detach(Kind::Role, sandbox, input)),
    ("ListAttachedRolePolicies", |sandbox, _, input| attachments::list(Kind::Role, sandbox, input)),
    ("CreateUser", users::create),
    ("GetUser", users::get),
    ("ListUsers", users::list),
    ("DeleteUser", users::delete),
    ("TagUser", |sandbox, _, input| roles::tag(Kind::User, sandbox, input)),
    ("UntagUser", |sandbox, _, input| roles::untag(Kind::User, sandbox, input)),
    ("ListUserTags", |sandbox, _, input| roles::list_tags(Kind::User, sandbox, input)),
    ("PutUserPolicy", |sandbox, cx, input| documents::put(Kind::User, sandbox, cx, input)),
    ("GetUserPolicy", |sandbox, _, input| documents::get(Kind::User, sandbox, input)),
    ("ListUserPolicies", |sandbox, _, input| documents::list(Kind::User, sandbox, input)),
    ("DeleteUserPolicy", |sandbox, _, input| documents::delete(Kind::User, sandbox, input)),
    ("AttachUserPolicy", |sandbox, cx, input| attachments::attach(Kind::User, sandbox, cx, input)),
    ("DetachUserPolicy", |sandbox, _, input| attachments::detach(Kind::User, sandbox, input)),
    ("ListAttachedUserPolicies", |sandbox, _, input| attachments::list(Kind::User, sandbox, input)),
    ("CreateAccessKey", users::create_key),
    ("ListAccessKeys", users::list_keys),
    ("UpdateAccessKey", users::update_key),
    ("DeleteAccessKey", users::delete_key),
    ("CreatePolicy", managed::create),
    ("GetPolicy", managed::get),
    ("ListPolicies", managed::list),
    ("DeletePolicy", managed::delete),
    ("CreatePolicyVersion", managed::create_version),
    ("GetPolicyVersion", managed::get_version),
    ("ListPolicyVersions", managed::list_versions),
    ("DeletePolicyVersion", managed::delete_version),
    ("SetDefaultPolicyVersion", managed::set_default),
    ("ListEntitiesForPolicy", managed::list_entities),
    ("TagPolicy", managed::tag),
    ("UntagPolicy", managed::untag),
    ("ListPolicyTags", managed::list_tags),
    ("SimulatePrincipalPolicy", simulate::simulate_principal_policy),
];

/// The error code of parameters that break a constraint.
const INVALID: &str = "ValidationError";

/// A unique id as IAM makes them: a prefix and seventeen characters, here the same for the same name.
pub fn stable_id(prefix: &str, name: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    // FNV-1a: short, stable, and good enough to tell names apart.
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut rng = fastrand::Rng::with_seed(seed);
    let tail: String = (0..17).map(|_| char::from(LETTERS[rng.usize(..LETTERS.len())])).collect();
    format!("{prefix}{tail}")
}
