//! The dashboard slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

pub mod reduce;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::remote::Remote;
use crate::base::problem::Problem;
use crate::metrics::dashboard::Dashboard;
use crate::metrics::range::{MINUTE_MS, Range};
use crate::metrics::series::Plotted;

/// What the program knows of this screen.
#[derive(Debug, Clone)]
pub struct DashboardState {
    /// The dashboard that is shown.
    pub board: &'static Dashboard,
    /// The time that is shown.
    pub range: Range,
    /// Ranges to go back to after zooming in, the widest first.
    pub zoomed_from: Vec<Range>,
    /// Length of a period, milliseconds; `None` lets the range decide.
    pub period_ms: Option<i64>,
    /// Statistic of the latency plots, as CloudWatch names it.
    pub latency: &'static str,
    /// How often the screen is refreshed.
    pub refresh: RefreshEvery,
    /// The models that have metrics or records.
    pub models: Remote<Vec<String>>,
    /// The data of each plot, in the dashboard's order; where a plot is not by model, the models are added up.
    pub plots: Vec<Remote<Arc<Plotted>>>,
    /// Series that the legend has switched off: model ids, or metric names where there is no model.
    pub hidden: BTreeSet<String>,
    /// Fetches asked for so far; only the newest one's answers are taken.
    pub number: u64,
    /// When the newest complete answer came, milliseconds since the epoch.
    pub updated_ms: Option<i64>,
}

/// How often the screen is refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefreshEvery {
    /// On demand alone.
    Off,
    /// Ten seconds.
    TenSeconds,
    /// Half a minute.
    #[default]
    HalfMinute,
    /// A minute.
    Minute,
}

impl RefreshEvery {
    /// All choices with their names.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Off, "Off"), (Self::TenSeconds, "10 s"), (Self::HalfMinute, "30 s"), (Self::Minute, "1 min")];

    /// The time between two refreshes.
    pub fn interval(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::TenSeconds => Some(Duration::from_secs(10)),
            Self::HalfMinute => Some(Duration::from_secs(30)),
            Self::Minute => Some(Duration::from_mins(1)),
        }
    }
}

impl Default for DashboardState {
    fn default() -> Self {
        let board = Dashboard::bedrock();
        Self {
            board,
            range: Range::default(),
            zoomed_from: Vec::new(),
            period_ms: None,
            latency: "p90",
            refresh: RefreshEvery::default(),
            models: Remote::NotAsked,
            plots: board.widgets.iter().map(|_| Remote::NotAsked).collect(),
            hidden: BTreeSet::new(),
            number: 0,
            updated_ms: None,
        }
    }
}

impl DashboardState {
    /// Whether anything is being fetched.
    pub fn is_loading(&self) -> bool {
        self.models.is_loading() || self.plots.iter().any(Remote::is_loading)
    }

    /// Whether everything was fetched and no metric has a single datapoint.
    pub fn is_empty(&self) -> bool {
        self.plots.iter().all(|plot| plot.value().is_some_and(|data| data.series.is_empty()) && plot.problem().is_none())
    }

    /// Data of the plots that show sums; each metric once.
    fn sums(&self) -> impl Iterator<Item = &Plotted> {
        let of_sums = |widget: &crate::metrics::dashboard::Widget| widget.statistic == crate::metrics::dashboard::Choice::Sum;
        self.board
            .widgets
            .iter()
            .zip(&self.plots)
            .filter(move |(widget, _)| of_sums(widget))
            .filter_map(|(_, plot)| plot.value().map(Arc::as_ref))
    }

    /// The sum of `metrics` over all models and the whole range; `None` before the first answer.
    pub fn total(&self, metrics: &[String]) -> Option<f64> {
        let mut sums = self.sums().peekable();
        sums.peek()?;
        Some(sums.map(|data| metrics.iter().map(|metric| data.total(metric)).sum::<f64>()).sum::<f64>() + 0.0)
    }

    /// What all tokens of the range cost at list price, US dollars, and the models that have no price.
    pub fn cost(&self) -> Option<(f64, BTreeSet<String>)> {
        let mut sums = self.sums().peekable();
        sums.peek()?;
        let (mut total, mut unpriced) = (0.0, BTreeSet::new());
        for series in sums.flat_map(|data| &data.series) {
            let count = series.sum() as u64;
            let tokens = match series.metric.as_str() {
                "InputTokenCount" => crate::models::Tokens { input: count, ..Default::default() },
                "OutputTokenCount" => crate::models::Tokens { output: count, ..Default::default() },
                _ => continue,
            };
            match crate::models::cost(&series.model, tokens) {
                Some(cost) => total += cost,
                None => {
                    unpriced.insert(series.model.clone());
                }
            }
        }
        Some((total, unpriced))
    }

    /// The period in effect for a range that begins at `from_ms`, milliseconds.
    pub fn period_at(&self, now_ms: i64) -> i64 {
        let (from, to) = self.range.at(now_ms);
        self.period_ms.unwrap_or_else(|| crate::metrics::range::auto_period_ms(from, to, now_ms)).max(MINUTE_MS)
    }
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum DashboardCommand {
    /// Show another time.
    SetRange(Range),
    /// Show a part of the time, remembering the whole; milliseconds since the epoch.
    Zoom(i64, i64),
    /// Back to the time before the first zoom.
    ResetZoom,
    /// Another length of a period, milliseconds; `None` lets the range decide.
    SetPeriod(Option<i64>),
    /// Another statistic for the latency plots.
    SetLatency(&'static str),
    /// Refresh this often.
    SetRefresh(RefreshEvery),
    /// Show or hide a series everywhere.
    ToggleSeries(String),
    /// Show only this series, or all again.
    OnlySeries(String),
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum DashboardEffect {
    /// Find the models, then fetch every plot.
    Fetch(FetchOrder),
}

/// Plots to fetch.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchOrder {
    /// Number of the fetch.
    pub number: u64,
    /// The dashboard.
    pub board: &'static Dashboard,
    /// The time to fetch.
    pub range: Range,
    /// Length of a period, milliseconds; `None` lets the range decide.
    pub period_ms: Option<i64>,
    /// Statistic of the latency plots.
    pub latency: &'static str,
    /// Models known from elsewhere: CloudWatch lists a new metric up to 15 minutes late.
    pub models: Vec<String>,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum DashboardEvent {
    /// The models were found.
    Models {
        /// Number of the fetch.
        number: u64,
        /// All models, sorted.
        outcome: Result<Vec<String>, Problem>,
    },
    /// A plot was fetched.
    Plot {
        /// Number of the fetch.
        number: u64,
        /// Which plot, in the dashboard's order.
        index: usize,
        /// Its data.
        outcome: Result<Arc<Plotted>, Problem>,
    },
}
