//! What the functions do with their values. Their arguments are checked in [`super::eval`].

pub(super) mod arrays;
pub(super) mod choose;
pub(super) mod points;
pub(super) mod time;
