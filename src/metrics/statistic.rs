//! The statistics that can be asked of samples, and their names.

use std::fmt;
use std::str::FromStr;

/// A statistic over the samples of a period, named as CloudWatch names it: `Average`, `p99.9`, `tm90`, `TM(2%:98%)`, `PR(:300)`, `IQM`.
///
/// [`super::Distribution`] documents how each is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// Number of samples.
    SampleCount,
    /// Sum of the samples.
    Sum,
    /// Sum divided by number.
    Average,
    /// Smallest sample.
    Minimum,
    /// Largest sample.
    Maximum,
    /// The value that this percentage of samples, 0..=100, does not exceed.
    Percentile(f64),
    /// Average of the samples inside the bounds.
    TrimmedMean(Bounds),
    /// Number of samples inside the bounds.
    TrimmedCount(Bounds),
    /// Sum of the samples inside the bounds.
    TrimmedSum(Bounds),
    /// Average after moving samples outside the bounds to the nearer bound.
    WinsorizedMean(Bounds),
    /// Percentage of samples larger than `above` and not larger than `up_to`.
    PercentileRank {
        /// Lower bound, exclusive.
        above: Option<f64>,
        /// Upper bound, inclusive.
        up_to: Option<f64>,
    },
}

/// What a trimmed statistic keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// Ranks between two percentages, 0..=100.
    Percent {
        /// Percentage of lowest samples left out.
        low: f64,
        /// Percentage up to which samples are kept.
        high: f64,
    },
    /// Values between two numbers.
    Values {
        /// Lower bound, exclusive.
        above: Option<f64>,
        /// Upper bound, inclusive.
        up_to: Option<f64>,
    },
}

/// A text that names no statistic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a statistic. Write SampleCount, Sum, Average, Minimum, Maximum, a percentile such as p90 or p99.9, or tm90, TM(2%:98%), tc, ts, wm, PR(:300), IQM"
)]
pub struct StatisticError(pub String);

impl Statistic {
    /// The five simple statistics, which every sample set can answer.
    pub const SIMPLE: [Self; 5] = [Self::SampleCount, Self::Sum, Self::Average, Self::Minimum, Self::Maximum];

    /// Whether this is one of [`Self::SIMPLE`].
    pub fn is_simple(&self) -> bool {
        Self::SIMPLE.contains(self)
    }
}

impl FromStr for Statistic {
    type Err = StatisticError;

    fn from_str(name: &str) -> Result<Self, StatisticError> {
        let simple = Self::SIMPLE.into_iter().find(|statistic| statistic.to_string() == name);
        let found = simple.or_else(|| percentile(name)).or_else(|| short(name)).or_else(|| long(name));
        found.ok_or_else(|| StatisticError(name.to_owned()))
    }
}

/// `p0` to `p100`.
fn percentile(name: &str) -> Option<Statistic> {
    percent(name.strip_prefix('p')?).map(Statistic::Percentile)
}

/// `tm90` and its kin keep the samples up to one percentage; `IQM` is the middle half.
fn short(name: &str) -> Option<Statistic> {
    if name == "IQM" {
        return Some(Statistic::TrimmedMean(Bounds::Percent { low: 25.0, high: 75.0 }));
    }
    let (kind, number) = name.split_at_checked(2)?;
    let bounds = Bounds::Percent { low: 0.0, high: percent(number)? };
    match kind {
        "tm" => Some(Statistic::TrimmedMean(bounds)),
        "tc" => Some(Statistic::TrimmedCount(bounds)),
        "ts" => Some(Statistic::TrimmedSum(bounds)),
        "wm" => Some(Statistic::WinsorizedMean(bounds)),
        _ => None,
    }
}

/// `TM(2%:98%)`, `TM(150:1000)`, `PR(:300)` and their kin.
fn long(name: &str) -> Option<Statistic> {
    let (kind, inside) = name.strip_suffix(')')?.split_once('(')?;
    let bounds = bounds(inside)?;
    match (kind, bounds) {
        ("TM", _) => Some(Statistic::TrimmedMean(bounds)),
        ("TC", _) => Some(Statistic::TrimmedCount(bounds)),
        ("TS", _) => Some(Statistic::TrimmedSum(bounds)),
        ("WM", _) => Some(Statistic::WinsorizedMean(bounds)),
        ("PR", Bounds::Values { above, up_to }) => Some(Statistic::PercentileRank { above, up_to }),
        _ => None,
    }
}

fn bounds(inside: &str) -> Option<Bounds> {
    let (low, high) = inside.split_once(':')?;
    if low.is_empty() && high.is_empty() {
        return None;
    }
    let in_percent = [low, high].iter().all(|side| side.is_empty() || side.ends_with('%'));
    let bounds = if in_percent { percent_bounds(low, high)? } else { value_bounds(low, high)? };
    Some(bounds)
}

fn percent_bounds(low: &str, high: &str) -> Option<Bounds> {
    let side = |text: &str, otherwise| if text.is_empty() { Some(otherwise) } else { percent(text.strip_suffix('%')?) };
    let (low, high) = (side(low, 0.0)?, side(high, 100.0)?);
    (low < high).then_some(Bounds::Percent { low, high })
}

fn value_bounds(low: &str, high: &str) -> Option<Bounds> {
    let side = |text: &str| if text.is_empty() { Some(None) } else { decimal(text).map(Some) };
    let (above, up_to) = (side(low)?, side(high)?);
    let ordered = above.zip(up_to).is_none_or(|(low, high)| low < high);
    ordered.then_some(Bounds::Values { above, up_to })
}

/// A percentage between 0 and 100 with up to ten decimals.
fn percent(text: &str) -> Option<f64> {
    decimal(text).filter(|number| (0.0..=100.0).contains(number))
}

/// Digits, perhaps with a point and up to ten decimals; no sign and no exponent.
fn decimal(text: &str) -> Option<f64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 10 {
        return None;
    }
    text.parse().ok()
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SampleCount => f.write_str("SampleCount"),
            Self::Sum => f.write_str("Sum"),
            Self::Average => f.write_str("Average"),
            Self::Minimum => f.write_str("Minimum"),
            Self::Maximum => f.write_str("Maximum"),
            Self::Percentile(percent) => write!(f, "p{percent}"),
            Self::TrimmedMean(bounds) => write!(f, "TM({bounds})"),
            Self::TrimmedCount(bounds) => write!(f, "TC({bounds})"),
            Self::TrimmedSum(bounds) => write!(f, "TS({bounds})"),
            Self::WinsorizedMean(bounds) => write!(f, "WM({bounds})"),
            Self::PercentileRank { above, up_to } => write!(f, "PR({})", Bounds::Values { above: *above, up_to: *up_to }),
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent { low, high } => write!(f, "{low}%:{high}%"),
            Self::Values { above, up_to } => {
                let side = |bound: &Option<f64>| bound.map_or_else(String::new, |number| number.to_string());
                write!(f, "{}:{}", side(above), side(up_to))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documented_names_are_read() {
        let cases = [
            ("Average", Statistic::Average),
            ("p99.9", Statistic::Percentile(99.9)),
            ("p100", Statistic::Percentile(100.0)),
            ("tm90", Statistic::TrimmedMean(Bounds::Percent { low: 0.0, high: 90.0 })),
            ("TM(2%:98%)", Statistic::TrimmedMean(Bounds::Percent { low: 2.0, high: 98.0 })),
            ("TM(150:1000)", Statistic::TrimmedMean(Bounds::Values { above: Some(150.0), up_to: Some(1000.0) })),
            ("IQM", Statistic::TrimmedMean(Bounds::Percent { low: 25.0, high: 75.0 })),
            ("wm98", Statistic::WinsorizedMean(Bounds::Percent { low: 0.0, high: 98.0 })),
            ("TC(0.005:0.030)", Statistic::TrimmedCount(Bounds::Values { above: Some(0.005), up_to: Some(0.03) })),
            ("TS(80%:)", Statistic::TrimmedSum(Bounds::Percent { low: 80.0, high: 100.0 })),
            ("PR(:300)", Statistic::PercentileRank { above: None, up_to: Some(300.0) }),
        ];
        for (name, wanted) in cases {
            assert_eq!(name.parse(), Ok(wanted), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in
            ["", "average", "p", "p100.01", "p-1", "p1e1", "P90", "p99.12345678901", "tm", "tm101", "tm(10:90)", "TM(:)", "TM(90%:10%)"]
                .into_iter()
                .chain(["TM(10%:100)", "PR(10%:20%)", "TM(-1:2)", "pNaN", "pinf", "xx90", "é90", "IQM90"])
        {
            assert_eq!(name.parse::<Statistic>(), Err(StatisticError(name.to_owned())), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_written_statistic_reads_back(low in 0u32..500, high in 501u32..1000, kind in 0usize..5) {
            let bounds = Bounds::Percent { low: f64::from(low) / 10.0, high: f64::from(high) / 10.0 };
            let statistic = [Statistic::Percentile(f64::from(low) / 10.0), Statistic::TrimmedMean(bounds), Statistic::TrimmedCount(bounds),
                Statistic::TrimmedSum(bounds), Statistic::WinsorizedMean(bounds)][kind];
            prop_assert_eq!(statistic.to_string().parse(), Ok(statistic));
        }

        #[test]
        fn no_name_panics(name in ".{0,20}") {
            let parsed = name.parse::<Statistic>();
            prop_assert!(parsed.is_ok() || parsed == Err(StatisticError(name)));
        }
    }
}
