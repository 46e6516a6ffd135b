//! The statistic of a widget: one of its own, or the one that is chosen for the whole dashboard.

use serde::{Deserialize, Serialize};

use crate::metrics::{Bounds, Statistic};

/// The statistics on offer, as CloudWatch names them.
pub const CHOSEN_STATISTICS: [&str; 8] = ["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50", "p90", "p99"];

/// The word in files for "as chosen on the screen".
const CHOSEN: &str = "chosen";

/// The statistic of a widget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Choice {
    /// The one that is chosen for the dashboard: `chosen`.
    Chosen,
    /// This one, as CloudWatch names it.
    Named(String),
}

/// How values of several series at one moment become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// Added up.
    Add,
    /// The largest.
    Largest,
    /// The smallest.
    Smallest,
}

impl Combine {
    /// Two values as one.
    pub fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Largest => a.max(b),
            Self::Smallest => a.min(b),
        }
    }
}

impl Choice {
    /// `Sum`.
    pub fn sum() -> Self {
        Self::Named("Sum".to_owned())
    }

    /// Whether it is `Sum`, which files leave out.
    pub fn is_sum(&self) -> bool {
        matches!(self, Self::Named(name) if name == "Sum")
    }

    /// Its name when the dashboard's statistic is `chosen`.
    pub fn name<'a>(&'a self, chosen: &'a str) -> &'a str {
        match self {
            Self::Chosen => chosen,
            Self::Named(name) => name,
        }
    }

    /// How series of it are taken together; `None` for averages and percentiles, of which several cannot become one.
    pub fn combine(&self, chosen: &str) -> Option<Combine> {
        match self.name(chosen).parse::<Statistic>().ok()? {
            Statistic::Sum
            | Statistic::SampleCount
            | Statistic::TrimmedCount(Bounds::Values { .. })
            | Statistic::TrimmedSum(Bounds::Values { .. }) => Some(Combine::Add),
            Statistic::Maximum => Some(Combine::Largest),
            Statistic::Minimum => Some(Combine::Smallest),
            _ => None,
        }
    }

    /// Whether series of it can be taken together.
    pub fn combines(&self, chosen: &str) -> bool {
        self.combine(chosen).is_some()
    }
}

impl TryFrom<String> for Choice {
    type Error = crate::metrics::StatisticError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name == CHOSEN {
            return Ok(Self::Chosen);
        }
        name.parse::<Statistic>().map(|_| Self::Named(name))
    }
}

impl From<Choice> for String {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Chosen => CHOSEN.to_owned(),
            Choice::Named(name) => name,
        }
    }
}
