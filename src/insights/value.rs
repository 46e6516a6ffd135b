//! Values of fields and expressions.

use std::cmp::Ordering;
use std::sync::Arc;

use super::time;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: the field is not there.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A moment, milliseconds since the epoch: shown as a date, a number in arithmetic.
    Time(i64),
    /// A text.
    Text(Arc<str>),
}

impl Value {
    /// A text.
    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
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
            Self::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Self::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Self::Null => None,
        }
    }

    /// Whether it counts as true in a filter.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Bool(truth) => *truth,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => &**text == "true",
            Self::Time(_) => true,
            Self::Null => false,
        }
    }

    /// As results show it; nothing for nothing.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Bool(truth) => Some(u8::from(*truth).to_string()),
            Self::Number(number) => Some(number_shown(*number)),
            Self::Time(ms) => Some(time::shown(*ms)),
            Self::Text(text) => Some(text.to_string()),
        }
    }

    /// As text for functions on texts; empty for nothing.
    pub(super) fn as_text(&self) -> String {
        self.shown().unwrap_or_default()
    }

    /// Equal as numbers if both are, else as texts; nothing equals nothing.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self.is_null(), other.is_null()) {
            (false, false) => self.compare(other) == Ordering::Equal,
            (true, true) => true,
            _ => false,
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
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Null, Self::Number)
    }
}

/// Whole numbers without a point, others with at most four digits after it.
fn number_shown(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return (number as i64).to_string();
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
