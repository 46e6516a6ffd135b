//! The one list of commands and functions: the parser looks names up in it; completion, help and `docs/insights.md` are made from it.

use super::error::nearest;
use super::{commands, functions};

/// A command or a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// How it is written.
    pub name: &'static str,
    /// Other spellings that mean the same.
    pub spellings: &'static [&'static str],
    /// What it is.
    pub kind: Kind,
    /// The heading under which it stands.
    pub group: &'static str,
    /// How it is used, with the names of its arguments; what may be left out stands in `[ ]`.
    pub signature: &'static str,
    /// Fewest and most arguments of a function; [`ANY`] is as many as one likes.
    pub takes: (usize, usize),
    /// What it does, a phrase.
    pub meaning: &'static str,
    /// A query for a command, an expression for a function.
    pub example: &'static str,
    /// What the example comes to, for functions whose example needs no event.
    pub gives: &'static str,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A command of the pipeline.
    Command,
    /// A function of an expression.
    Function,
    /// A function of `stats`, over many rows.
    Aggregate,
}

/// As many arguments as one likes.
pub const ANY: usize = 50;

impl Entry {
    /// Whether `name` is one of its spellings, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.spellings.iter().any(|spelling| spelling.eq_ignore_ascii_case(name))
    }

    /// Its name and its other spellings.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.spellings.iter().copied())
    }
}

/// All commands, in the order in which they are explained.
pub fn commands() -> impl Iterator<Item = &'static Entry> {
    commands::ENTRIES.iter()
}

/// All functions, those of `stats` last, group by group.
pub fn functions() -> impl Iterator<Item = &'static Entry> {
    functions::all().map(|function| &function.entry).chain(functions::aggregates().map(|aggregate| &aggregate.entry))
}

/// Everything.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    commands().chain(functions())
}

/// The command or function of this name, in any case; a command before a function where a name is both.
pub fn find(name: &str) -> Option<&'static Entry> {
    entries().find(|entry| entry.is_called(name))
}

/// Fields that every event has, with what they hold.
pub const FIELDS: [(&str, &str); 6] = [
    ("@timestamp", "When the event happened"),
    ("@message", "The whole event as it was logged"),
    ("@logStream", "The log stream it came through"),
    ("@log", "Account and log group, as ACCOUNT:GROUP"),
    ("@ingestionTime", "When CloudWatch received it"),
    ("@ptr", "What finds the event again"),
];

/// Words of the language that are neither commands nor functions.
pub const KEYWORDS: [&str; 19] = [
    "as", "by", "and", "or", "not", "in", "like", "asc", "desc", "into", "with", "for", "any", "multi", "offset", "type", "left", "right",
    "on",
];

/// The function whose name is nearest to a misspelt one.
pub(super) fn nearest_function(name: &str) -> Option<&'static str> {
    nearest(name, functions().flat_map(Entry::names))
}

/// The command whose name is nearest to a misspelt one.
pub(super) fn nearest_command(name: &str) -> Option<&'static str> {
    nearest(name, commands().flat_map(Entry::names))
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::*;

    /// The part of `docs/insights.md` that is made of the list.
    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/insights.md");
    const FROM: &str = "<!-- made from the list of commands and functions -->\n";
    const TO: &str = "<!-- end of what is made from the list -->";

    fn row(entry: &Entry) -> String {
        let bar = |text: &str| text.replace('|', "\\|");
        let gives = if entry.gives.is_empty() { String::new() } else { format!(" → `{}`", bar(entry.gives)) };
        let also = if entry.spellings.is_empty() { String::new() } else { format!("; also `{}`", entry.spellings.join("`, `")) };
        format!("| `{}` | {}{also} | `{}`{gives} |\n", bar(entry.signature), entry.meaning, bar(entry.example))
    }

    fn rendered() -> String {
        let mut text = String::new();
        let mut group = "";
        for entry in entries() {
            if entry.group != group {
                group = entry.group;
                text.extend(["\n## ", group, "\n\n| how | what | for example |\n|---|---|---|\n"]);
            }
            text.push_str(&row(entry));
        }
        text.push('\n');
        text
    }

    /// `OUTCROP_REWRITE_DOCS=1` writes the document anew.
    #[test]
    fn the_document_has_every_command_and_function() {
        let document = std::fs::read_to_string(DOCUMENT).unwrap().replace("\r\n", "\n");
        let (head, rest) = document.split_once(FROM).unwrap();
        let (made, tail) = rest.split_once(TO).unwrap();
        if std::env::var_os("OUTCROP_REWRITE_DOCS").is_some() {
            std::fs::write(DOCUMENT, format!("{head}{FROM}{}{TO}{tail}", rendered())).unwrap();
            return;
        }
        assert_eq!(made, rendered(), "run this test with OUTCROP_REWRITE_DOCS=1");
    }

    #[test]
    fn every_entry_says_what_it_is_and_its_example_can_be_read() {
        let mut seen = std::collections::HashSet::new();
        for entry in entries() {
            assert!(entry.names().all(|name| seen.insert((entry.kind == Kind::Command, name.to_owned()))), "{} is there twice", entry.name);
            assert!(!entry.meaning.is_empty() && !entry.meaning.ends_with('.') && !entry.group.is_empty(), "{}", entry.name);
            let query = match entry.kind {
                Kind::Command => entry.example.to_owned(),
                Kind::Function => format!("fields {} as x", entry.example),
                Kind::Aggregate => format!("stats {} as x", entry.example),
            };
            assert!(Query::parse(&query).is_ok(), "{query}: {:?}", Query::parse(&query).err());
            assert!(entry.signature.to_lowercase().contains(&entry.name.to_lowercase()), "{}", entry.signature);
        }
        assert_eq!(find("COUNT_DISTINCT").map(|entry| entry.name), Some("countDistinct"));
        assert_eq!(find("where").map(|entry| entry.name), Some("filter"));
        assert!(find("nothing").is_none());
    }
}
