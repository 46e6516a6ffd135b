//! What holds policies: roles and users, seen alike.

use std::collections::BTreeMap;

use super::roles::checked_name;
use super::state::{Attachment, Document, State, Tag};
use crate::sandbox::api::{ApiError, Input};

/// A kind of entity that holds policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Role,
    User,
}

impl Kind {
    /// The member that names one.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Role => "RoleName",
            Self::User => "UserName",
        }
    }

    /// Its name in messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
        }
    }

    /// The name that a call gives.
    pub(super) fn name<'a>(self, input: &Input<'a>) -> Result<&'a str, ApiError> {
        checked_name(input, self.member(), 64)
    }

    /// Most characters of all inline policies together, spaces not counted.
    pub(super) fn max_inline(self) -> usize {
        match self {
            Self::Role => 10_240,
            Self::User => 2_048,
        }
    }

    fn missing(self, name: &str) -> ApiError {
        ApiError::new(404, "NoSuchEntity", format!("The {} with name {name} cannot be found.", self.word()))
    }
}

/// The parts of a role or a user that have to do with policies.
pub(super) struct Holder<'a> {
    pub(super) name: &'a str,
    pub(super) policies: &'a BTreeMap<String, Document>,
    pub(super) attached: &'a Vec<Attachment>,
    pub(super) tags: &'a Vec<Tag>,
}

/// The same, to be changed.
pub(super) struct HolderMut<'a> {
    pub(super) policies: &'a mut BTreeMap<String, Document>,
    pub(super) attached: &'a mut Vec<Attachment>,
    pub(super) tags: &'a mut Vec<Tag>,
}

/// The role or user `name`, or `NoSuchEntity`.
pub(super) fn find<'a>(state: &'a State, kind: Kind, name: &str) -> Result<Holder<'a>, ApiError> {
    let found = match kind {
        Kind::Role => {
            state.role(name).map(|role| Holder { name: &role.name, policies: &role.policies, attached: &role.attached, tags: &role.tags })
        }
        Kind::User => {
            state.user(name).map(|user| Holder { name: &user.name, policies: &user.policies, attached: &user.attached, tags: &user.tags })
        }
    };
    found.ok_or_else(|| kind.missing(name))
}

/// The role or user `name` for changes, or `NoSuchEntity`.
pub(super) fn find_mut<'a>(state: &'a mut State, kind: Kind, name: &str) -> Result<HolderMut<'a>, ApiError> {
    let found = match kind {
        Kind::Role => {
            state.role_mut(name).map(|role| HolderMut { policies: &mut role.policies, attached: &mut role.attached, tags: &mut role.tags })
        }
        Kind::User => {
            state.user_mut(name).map(|user| HolderMut { policies: &mut user.policies, attached: &mut user.attached, tags: &mut user.tags })
        }
    };
    found.ok_or_else(|| kind.missing(name))
}
