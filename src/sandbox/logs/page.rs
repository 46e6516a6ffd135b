//! Pages of names: the opaque tokens of the describe operations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::checks;
use crate::sandbox::api::ApiError;
use crate::sandbox::input::Input;

/// Where a page starts and how long it may be.
pub(super) struct Page {
    after: Option<String>,
    limit: usize,
}

/// Named items and the token of what follows them.
type Cut<'a, T> = (Vec<(&'a str, T)>, Value);

impl Page {
    /// `nextToken` and `limit` (1 to 50) of a call.
    pub(super) fn of(input: &Input<'_>) -> Result<Self, ApiError> {
        let limit = checks::limit(input, "limit", 50)?;
        let after = input.opt_str("nextToken")?.map(|token| open(token).ok_or_else(checks::bad_token)).transpose()?;
        Ok(Self { after, limit })
    }

    /// The items of this page, out of all items by name in their order, and the token of the next page (null at the end).
    pub(super) fn cut<'a, T>(&self, items: impl Iterator<Item = (&'a str, T)>) -> Result<Cut<'a, T>, ApiError> {
        let mut items = items.peekable();
        if let Some(after) = &self.after {
            items.by_ref().find(|(name, _)| name == after).ok_or_else(checks::bad_token)?;
        }
        let page: Vec<_> = items.by_ref().take(self.limit).collect();
        let more = items.peek().is_some();
        let token = page.last().filter(|_| more).map(|(name, _)| seal(name));
        Ok((page, json!(token)))
    }
}

fn seal(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

fn open(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
