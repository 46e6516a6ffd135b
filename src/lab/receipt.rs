//! What clean-up found at the end: the proof that nothing is left, or what is.

use serde::Serialize;

use super::resource::Resource;
use crate::base::clock::Timestamp;

/// What was found of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// It is not there.
    Gone,
    /// It is there and ours.
    Left,
    /// Something of this name is there that is not ours, and stays.
    NotOurs,
    /// It could not be looked at.
    Unknown,
}

/// One line of a receipt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The resource.
    pub resource: Resource,
    /// What was found.
    pub found: Found,
    /// In words, with the reason why it is left if it is.
    pub text: String,
    /// The call that showed it, as a line for the AWS CLI.
    pub proof: String,
}

/// The end of a clean-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// When it was written.
    pub at: Timestamp,
    /// Every resource that was ours, in the order of removal.
    pub lines: Vec<Line>,
    /// Resources of the person's own that the lab used and left.
    pub kept: Vec<String>,
    /// Resources of ours in another account or Region, which this session cannot remove.
    pub elsewhere: Vec<String>,
}

impl Receipt {
    /// Whether nothing of ours is left here.
    pub fn is_clean(&self) -> bool {
        self.left().next().is_none()
    }

    /// The lines of what is left or could not be looked at.
    pub fn left(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| matches!(line.found, Found::Left | Found::Unknown))
    }

    /// The receipt as text, to keep.
    pub fn text(&self) -> String {
        let head = format!("Clean-up of {}", self.at.strftime("%Y-%m-%d %H:%M:%S UTC"));
        let lines = self.lines.iter().map(|line| format!("- {}: {}\n  {}", line.resource.label(), line.text, line.proof));
        let kept = self.kept.iter().map(|kept| format!("- {kept}: yours, left as it is"));
        let elsewhere = self.elsewhere.iter().map(|elsewhere| format!("- {elsewhere}: not looked at from here"));
        let end = if self.is_clean() { "Nothing is left\n" } else { "Not everything could be removed\n" };
        let all: Vec<String> = std::iter::once(head).chain(lines).chain(kept).chain(elsewhere).chain([end.to_owned()]).collect();
        all.join("\n")
    }
}
