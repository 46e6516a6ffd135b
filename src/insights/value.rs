//! Values of fields and expressions.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;

use super::line::Line;
use super::time;

/// A value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing: the field is not there.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A moment, milliseconds since the epoch: shown as a date, a number in arithmetic.
    Time(i64),
    /// A text.
    Text(Line),
    /// A map or a list, as `jsonParse` makes them.
    Json(Arc<Json>),
}

/// A value's place in the order of `sort`: nothing, then what is no number by its text, then numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SortKey {
    Null,
    Text(Line),
    Number(f64),
}

impl Value {
    /// A text.
    pub(super) fn text(text: impl Into<Line>) -> Self {
        Self::Text(text.into())
    }

    /// Whether nothing is there.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// As a number, if it is one or reads as one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Time(ms) => Some(*ms as f64),
            Self::Text(text) => read_number(text),
            Self::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Self::Null | Self::Json(_) => None,
        }
    }

    /// Whether it counts as true in a filter.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Bool(truth) => *truth,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => &**text == "true",
            Self::Time(_) => true,
            Self::Null | Self::Json(_) => false,
        }
    }

    /// As results show it; nothing for nothing.
    pub fn shown(&self) -> Option<String> {
        (!self.is_null()).then(|| self.as_text().into_owned())
    }

    /// As text; empty for nothing.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(truth) => Cow::Borrowed(if *truth { "1" } else { "0" }),
            Self::Number(number) => Cow::Owned(number_shown(*number)),
            Self::Time(ms) => Cow::Owned(time::shown(*ms)),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Json(json) => Cow::Owned(json.to_string()),
        }
    }

    /// As a text that shares its bytes where it can.
    pub(super) fn as_line(&self) -> Line {
        match self {
            Self::Text(text) => text.clone(),
            other => other.as_text().into_owned().into(),
        }
    }

    /// Appends what tells it apart from other values: what is shown the same is the same.
    pub(super) fn encode(&self, to: &mut Vec<u8>) {
        match self {
            Self::Null => to.push(0),
            // A moment's text is costly and never that of another value that matters.
            Self::Time(ms) => {
                to.push(1);
                to.extend(ms.to_le_bytes());
            }
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                to.push(2);
                drop(write!(to, "{}", *number as i64));
            }
            other => {
                to.push(2);
                to.extend(other.as_text().as_bytes());
            }
        }
        to.push(0xff);
    }

    /// Equal as numbers if both are, else as texts; nothing equals nothing, maps and lists equal nothing else.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Null | Self::Json(_), _) | (_, Self::Null | Self::Json(_)) => false,
            // Texts with the same bytes are equal, whether they read as numbers or not.
            (Self::Text(a), Self::Text(b)) if a == b => true,
            _ => self.compare(other) == Ordering::Equal,
        }
    }

    /// The order of `sort`: nothing first, then texts that are no numbers, then numbers.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.is_null(), other.is_null()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => self.as_text().cmp(&other.as_text()),
        }
    }

    /// What [`Self::compare`] orders by, worked out once.
    pub(super) fn sort_key(&self) -> SortKey {
        match self.number() {
            _ if self.is_null() => SortKey::Null,
            Some(number) => SortKey::Number(number),
            None => SortKey::Text(self.as_line()),
        }
    }
}

impl SortKey {
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let rank = |key: &Self| match key {
            Self::Null => 0,
            Self::Text(_) => 1,
            Self::Number(_) => 2,
        };
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.as_ref().cmp(b.as_ref()),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Null, Self::Number)
    }
}

/// Most texts are no numbers, which their first byte tells.
fn read_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let first = *text.as_bytes().first()?;
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whole numbers without a point, others with at most four digits after it.
fn number_shown(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return (number as i64).to_string();
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
