//! IAM: roles, their policies, and the evaluation of policies.

mod documents;
pub mod policy;
mod roles;
mod simulate;
mod state;

pub use state::{Document, Role, State, Tag};

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("CreateRole", roles::create_role),
    ("GetRole", roles::get_role),
    ("DeleteRole", roles::delete_role),
    ("ListRoles", roles::list_roles),
    ("UpdateAssumeRolePolicy", roles::update_assume_role_policy),
    ("TagRole", roles::tag_role),
    ("ListRoleTags", roles::list_role_tags),
    ("PutRolePolicy", documents::put_role_policy),
    ("GetRolePolicy", documents::get_role_policy),
    ("ListRolePolicies", documents::list_role_policies),
    ("DeleteRolePolicy", documents::delete_role_policy),
    ("ListAttachedRolePolicies", documents::list_attached_role_policies),
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
