//! The units of metric values.

use serde::{Deserialize, Deserializer, Serialize};

/// A unit as CloudWatch names it. It labels values; nothing is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unit(&'static str);

const NAMES: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

impl Unit {
    /// `Count`.
    pub const COUNT: Self = Self("Count");
    /// `Milliseconds`.
    pub const MILLISECONDS: Self = Self("Milliseconds");
    /// `None`: the value has no unit, or nobody said which.
    pub const NONE: Self = Self("None");

    /// The unit called `name`.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.into_iter().find(|known| *known == name).map(Self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// All names, for error texts.
    pub fn names() -> String {
        NAMES.join(", ")
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("unknown unit {name}")))
    }
}
