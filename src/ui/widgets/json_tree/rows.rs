//! The rows of a tree: which parts of a value are seen, given what is unfolded and searched for.

use std::collections::HashSet;

use serde_json::Value;

use crate::base::text::one_line;

/// Characters of a value that its row shows.
const CUT: usize = 200;
/// Levels that are unfolded at first.
const FIRST_LEVELS: usize = 2;
/// Containers with more parts than this stay folded at first.
const FIRST_PARTS: usize = 30;

/// What a value is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// An object or array.
    Container,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Levels above it.
    pub depth: usize,
    /// Its name in the object or its place in the array.
    pub name: String,
    /// The value on one line, cut.
    pub value: String,
    /// Whether something was cut.
    pub cut: bool,
    /// The value to be read when it was cut, else empty.
    pub whole: String,
    /// What it is.
    pub kind: Kind,
    /// Names and places from the root, `input.messages.0.content`: the spelling of CloudWatch Logs Insights.
    pub path: String,
    /// Whether it has parts.
    pub foldable: bool,
    /// Whether its parts are seen.
    pub open: bool,
    /// Whether the search finds it itself.
    pub matches: bool,
}

/// The rows to be seen and how many the search found. While searching, only what is found and what holds it is seen, all unfolded.
pub fn build(value: &Value, open: &HashSet<String>, query: &str) -> (Vec<Row>, usize) {
    let mut walk = Walk { open, query: query.to_lowercase(), rows: Vec::new(), found: 0 };
    walk.parts(value, "", 0);
    (walk.rows, walk.found)
}

/// The paths that are unfolded at first.
pub fn first_open(value: &Value) -> HashSet<String> {
    let mut open = HashSet::new();
    collect(value, "", 0, FIRST_LEVELS, FIRST_PARTS, &mut open);
    open
}

/// Every path that can be unfolded.
pub fn all_open(value: &Value) -> HashSet<String> {
    let mut open = HashSet::new();
    collect(value, "", 0, usize::MAX, usize::MAX, &mut open);
    open
}

/// The value at a path as text: a string as it is, anything else as JSON.
pub fn text_at(value: &Value, path: &str) -> String {
    match find(value, path) {
        Some(Value::String(text)) => text.clone(),
        Some(part) => serde_json::to_string_pretty(part).unwrap_or_default(),
        None => String::new(),
    }
}

/// Finds a part by its path; names may have dots themselves, so every split is tried.
fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    parts(value).find_map(|(name, part)| {
        let rest = path.strip_prefix(name.as_str())?;
        if rest.is_empty() { Some(part) } else { find(part, rest.strip_prefix('.')?) }
    })
}

fn collect(value: &Value, path: &str, depth: usize, levels: usize, most_parts: usize, open: &mut HashSet<String>) {
    if depth >= levels {
        return;
    }
    for (name, part) in parts(value) {
        if (1..=most_parts).contains(&len(part)) {
            let path = joined(path, &name);
            collect(part, &path, depth + 1, levels, most_parts, open);
            open.insert(path);
        }
    }
}

struct Walk<'o> {
    open: &'o HashSet<String>,
    query: String,
    rows: Vec<Row>,
    found: usize,
}

impl Walk<'_> {
    /// Adds the rows of a value's parts; true when the search found one of them.
    fn parts(&mut self, value: &Value, path: &str, depth: usize) -> bool {
        let mut any = false;
        for (name, part) in parts(value) {
            any |= self.part(&name, part, joined(path, &name), depth);
        }
        any
    }

    fn part(&mut self, name: &str, value: &Value, path: String, depth: usize) -> bool {
        let searching = !self.query.is_empty();
        let matches = searching && self.finds(name, value);
        let open = len(value) > 0 && (searching || self.open.contains(&path));
        let place = self.rows.len();
        self.rows.push(row(name, value, path, depth, open, matches));
        self.found += usize::from(matches);
        let path = self.rows[place].path.clone();
        let below = open && self.parts(value, &path, depth + 1);
        if searching && !matches && !below {
            self.rows.truncate(place);
        }
        matches || below
    }

    fn finds(&self, name: &str, value: &Value) -> bool {
        let in_value = match value {
            Value::String(text) => text.to_lowercase().contains(&self.query),
            Value::Array(_) | Value::Object(_) => false,
            other => other.to_string().contains(&self.query),
        };
        in_value || name.to_lowercase().contains(&self.query)
    }
}

fn row(name: &str, value: &Value, path: String, depth: usize, open: bool, matches: bool) -> Row {
    let (kind, whole) = match value {
        Value::String(text) => (Kind::Text, format!("\"{text}\"")),
        Value::Number(number) => (Kind::Number, number.to_string()),
        Value::Array(parts) => (Kind::Container, format!("[{}]", parts.len())),
        Value::Object(parts) => (Kind::Container, format!("{{{}}}", parts.len())),
        word => (Kind::Word, word.to_string()),
    };
    let cut = whole.chars().nth(CUT).is_some();
    let value_line = one_line(&whole, CUT);
    let whole = if cut { whole } else { String::new() };
    Row { depth, name: name.to_owned(), value: value_line, cut, whole, kind, path, foldable: len(value) > 0, open, matches }
}

fn parts(value: &Value) -> Box<dyn Iterator<Item = (String, &Value)> + '_> {
    match value {
        Value::Object(parts) => Box::new(parts.iter().map(|(name, part)| (name.clone(), part))),
        Value::Array(parts) => Box::new(parts.iter().enumerate().map(|(i, part)| (i.to_string(), part))),
        _ => Box::new(std::iter::empty()),
    }
}

fn len(value: &Value) -> usize {
    match value {
        Value::Object(parts) => parts.len(),
        Value::Array(parts) => parts.len(),
        _ => 0,
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({"modelId": "claude", "input": {"messages": [{"role": "user", "content": [{"text": "refund please"}]}]}, "n": 3, "empty": {}})
    }

    fn paths(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.path.as_str()).collect()
    }

    #[test]
    fn two_levels_are_open_at_first() {
        let value = record();
        let (rows, _) = build(&value, &first_open(&value), "");
        assert_eq!(paths(&rows), ["modelId", "input", "input.messages", "input.messages.0", "n", "empty"]);
        assert!(!rows[5].foldable);
    }

    #[test]
    fn searching_shows_what_is_found_and_what_holds_it() {
        let (rows, found) = build(&record(), &HashSet::new(), "REFUND");
        assert_eq!(found, 1);
        assert_eq!(
            paths(&rows),
            [
                "input",
                "input.messages",
                "input.messages.0",
                "input.messages.0.content",
                "input.messages.0.content.0",
                "input.messages.0.content.0.text"
            ]
        );
        assert_eq!(build(&record(), &HashSet::new(), "absent"), (Vec::new(), 0));
    }

    #[test]
    fn everything_open_shows_every_part() {
        let value = record();
        assert_eq!(build(&value, &all_open(&value), "").0.len(), 10);
    }

    #[test]
    fn parts_are_copied_by_path_even_when_names_have_dots() {
        let value = json!({"a.b": {"c": [1, "x\ny"]}, "a": {"b": 2}});
        assert_eq!(text_at(&value, "a.b.c.1"), "x\ny");
        assert_eq!(text_at(&value, "a.b.c.0"), "1");
        assert_eq!(text_at(&value, "gone"), "");
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let (rows, _) = build(&json!({"t": "ü".repeat(500)}), &HashSet::new(), "");
        assert!(rows[0].cut && rows[0].value.ends_with('…') && rows[0].whole.len() > 1_000);
    }
}
