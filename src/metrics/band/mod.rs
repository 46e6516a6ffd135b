//! The band of what is normal for a metric, learned from its own history.
//!
//! CloudWatch does not publish its model; this is a robust seasonal one, documented here so that a band can be explained:
//!
//! 1. **Season**: the median of each half hour of the day once there are two days of history, on working days and at weekends apart once there is
//!    a week with enough of both, and a median offset for each day of the week once there are twelve days. Half hours with few points borrow
//!    from their neighbours. A shorter history has one level for all times. Between the middles of two half hours the line between their medians is followed.
//! 2. **Trend**: the medians of the days, smoothed by a median over several days; flat beyond the ends. Only from a week on, as before
//!    a weekend looks like a new level.
//! 3. **Width**: upwards and downwards apart, from how far the points of the half hour and its neighbours lie above and below: the larger of what
//!    the 75 %, the 90 % and (upwards, when spikes are normal) the 98 % quantile say about a standard deviation. Points that lie outrageously far away are
//!    set aside before.
//! 4. **Least width**: counts have a deviation of at least 0.5, other values of at least 0.5 % of their level, so that a flat series has a visible band.
//! 5. A metric that was never negative has no band below zero.
//!
//! Medians and quantiles do not move much when a few points go wild: a storm stays outside the band that it trained.
//!
//! Owns the model. Not here: which history it is trained on and under which name it is kept (`sandbox`).

mod fit;
mod profile;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;

pub use fit::Band;

/// Fewest points of history from which a band is made. CloudWatch wants up to three hours of waiting besides; a class cannot.
pub const LEAST_POINTS: usize = 15;

/// Seconds of history that are looked at: two weeks, as CloudWatch does.
pub const HISTORY: i64 = 14 * 86_400;

/// What the owner of a metric says about it.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// In which zone days begin and hours are counted.
    pub zone: TimeZone,
    /// Whether spikes that come again and again are normal.
    pub periodic_spikes: bool,
    /// How fast a new level becomes normal.
    pub adaptation: Adaptation,
    /// How much must a point stand out to be set aside.
    pub filter: Filter,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, periodic_spikes: false, adaptation: Adaptation::default(), filter: Filter::default() }
    }
}

/// How fast a new level becomes normal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Adaptation {
    /// The trend follows the newest day.
    Fast,
    /// The trend is a median over five days.
    #[default]
    Normal,
    /// The trend is a median over nine days.
    Slow,
}

impl Adaptation {
    /// Days before and after that the median of the trend takes in.
    fn reach(self) -> usize {
        match self {
            Self::Fast => 0,
            Self::Normal => 2,
            Self::Slow => 4,
        }
    }
}

/// How much must a point stand out to be set aside before the width is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Filter {
    /// Eight deviations.
    Minimal,
    /// Five.
    #[default]
    Moderate,
    /// Three and a half.
    Strict,
}

impl Filter {
    fn deviations(self) -> f64 {
        match self {
            Self::Minimal => 8.0,
            Self::Moderate => 5.0,
            Self::Strict => 3.5,
        }
    }
}
