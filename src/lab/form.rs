//! Forms as data: the fields of a step, the values in them, and what is said about a value as it is typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The values of a step's form by field key. A toggle holds `true` or `false`, a number its digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(pub BTreeMap<String, String>);

impl Values {
    /// The value of `key` without surrounding blanks; empty when there is none.
    pub fn text(&self, key: &str) -> &str {
        self.0.get(key).map_or("", |value| value.trim())
    }

    /// Whether the toggle `key` is on.
    pub fn is_on(&self, key: &str) -> bool {
        self.text(key) == "true"
    }

    /// Whether `key` holds `value`.
    pub fn is(&self, key: &str, value: &str) -> bool {
        self.text(key) == value
    }

    /// The number in `key`.
    pub fn number(&self, key: &str) -> Option<u32> {
        self.text(key).parse().ok()
    }

    /// Sets `key`.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Values {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// One option of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What the value is when this is chosen.
    pub value: &'static str,
    /// What is shown.
    pub label: &'static str,
    /// What it means, one sentence.
    pub help: &'static str,
}

/// A list of existing resources to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExistingKind {
    /// Log groups of the Region.
    LogGroup,
    /// Buckets of the account.
    Bucket,
    /// Roles of the account.
    Role,
    /// Models and inference profiles that can be invoked in the Region.
    Model,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// One of a few options, shown side by side.
    Choice(&'static [Choice]),
    /// On or off.
    Toggle,
    /// A whole number within bounds.
    Number {
        /// Least value.
        min: u32,
        /// Greatest value.
        max: u32,
        /// Unit, such as `days`.
        unit: &'static str,
    },
    /// One of the resources that exist, listed; typing a name is possible where the list could not be read.
    Existing(ExistingKind),
}

/// One field of a step's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Key of its value.
    pub key: &'static str,
    /// What is asked.
    pub label: &'static str,
    /// How it is filled in.
    pub kind: FieldKind,
    /// What it is for; may be empty.
    pub help: &'static str,
    /// Can be left as it is: shown on demand.
    pub optional: bool,
    /// Shown only while another field has one of these values.
    pub shown_when: Option<(&'static str, &'static [&'static str])>,
}

impl Field {
    /// A field that is always shown.
    pub const fn new(key: &'static str, label: &'static str, kind: FieldKind, help: &'static str) -> Self {
        Self { key, label, kind, help, optional: false, shown_when: None }
    }

    /// The field, shown on demand.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The field, shown only while `key` has one of `values`.
    #[must_use]
    pub const fn when(mut self, key: &'static str, values: &'static [&'static str]) -> Self {
        self.shown_when = Some((key, values));
        self
    }

    /// Whether the field is shown with `values` in the form.
    pub fn is_shown(&self, values: &Values) -> bool {
        self.shown_when.is_none_or(|(key, wanted)| wanted.contains(&values.text(key)))
    }
}

/// How good a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Fine.
    Good,
    /// Possible, with something to know.
    Warning,
    /// Cannot be used.
    Problem,
}

/// A sentence beneath a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Key of the field.
    pub field: &'static str,
    /// How good its value is.
    pub level: Level,
    /// What to say.
    pub text: String,
}

impl Note {
    /// A value that is fine, and why.
    pub fn good(field: &'static str, text: impl Into<String>) -> Self {
        Self { field, level: Level::Good, text: text.into() }
    }

    /// A value that is possible, with something to know.
    pub fn warning(field: &'static str, text: impl Into<String>) -> Self {
        Self { field, level: Level::Warning, text: text.into() }
    }

    /// A value that cannot be used, and why.
    pub fn problem(field: &'static str, text: impl Into<String>) -> Self {
        Self { field, level: Level::Problem, text: text.into() }
    }
}

/// Whether nothing in `notes` stands in the way.
pub fn is_valid(notes: &[Note]) -> bool {
    notes.iter().all(|note| note.level != Level::Problem)
}

/// The options of every form that either makes a resource or takes one that exists.
pub const NEW_OR_EXISTING: FieldKind = FieldKind::Choice(&[
    Choice { value: "new", label: "Create new", help: "Made by this step, removed by clean-up" },
    Choice { value: "existing", label: "Use existing", help: "Yours already: never deleted by clean-up" },
]);

/// Notes on fields whose value cannot be what their kind asks for, whatever the action: unknown choices, numbers out of bounds.
pub fn shape_notes(fields: &[Field], values: &Values) -> Vec<Note> {
    fields.iter().filter(|field| field.is_shown(values)).filter_map(|field| shape_note(field, values.text(field.key))).collect()
}

fn shape_note(field: &Field, value: &str) -> Option<Note> {
    match field.kind {
        FieldKind::Choice(options) if !options.iter().any(|option| option.value == value) => {
            let list: Vec<&str> = options.iter().map(|option| option.value).collect();
            Some(Note::problem(field.key, format!("“{value}” is not an option: use {}", list.join(", "))))
        }
        FieldKind::Toggle if !["true", "false"].contains(&value) => Some(Note::problem(field.key, "Use true or false")),
        FieldKind::Number { min, max, unit } if !value.parse::<u32>().is_ok_and(|n| (min..=max).contains(&n)) => {
            Some(Note::problem(field.key, format!("Use a whole number of {unit} from {min} to {max}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Field; 3] = [
        Field::new("use", "Log group", NEW_OR_EXISTING, ""),
        Field::new("days", "Days", FieldKind::Number { min: 1, max: 30, unit: "days" }, "").when("use", &["new"]),
        Field::new("text", "Text", FieldKind::Toggle, ""),
    ];

    #[test]
    fn values_that_do_not_fit_their_field_are_named() {
        let values = [("use", "new"), ("days", "31"), ("text", "maybe")].into_iter().collect();
        let fields: Vec<_> = shape_notes(&FIELDS, &values).iter().map(|note| note.field).collect();
        assert_eq!(fields, ["days", "text"]);
    }

    #[test]
    fn hidden_fields_are_not_judged() {
        let values = [("use", "existing"), ("days", ""), ("text", "true")].into_iter().collect();
        assert_eq!(shape_notes(&FIELDS, &values), []);
    }
}
