//! The dashboard slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.
//!
//! A dashboard is data ([`Dashboard`]); which ones there are and which is shown is [`boards`], money is [`accounts`], and what leaves the program as
//! a file is [`export`]. A refresh asks for everything that the dashboard shows at once.

pub mod accounts;
pub mod boards;
pub mod export;
pub mod publish;
pub mod reduce;
pub mod requests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::remote::Remote;
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::metrics::dashboard::Dashboard;
use crate::metrics::dashboard::edit::Edit;
use crate::metrics::dashboard::plan::{Frame, Listed};
use crate::metrics::range::{MINUTE_MS, Range};
use crate::metrics::series::Plotted;
use crate::models::Price;

pub use accounts::{Accounts, Spent};
pub use boards::{BoardId, Shelf};
pub use publish::Publishing;

/// What the program knows of this screen.
#[derive(Debug, Clone)]
pub struct DashboardState {
    /// The dashboards that there are.
    pub shelf: Shelf,
    /// The dashboard that is shown.
    pub board: Arc<Dashboard>,
    /// Whether widgets can be added, moved, resized and removed.
    pub editing: bool,
    /// The dashboard before each change of this session, oldest first.
    pub undo: Vec<Arc<Dashboard>>,
    /// The time that is shown.
    pub range: Range,
    /// Ranges to go back to after zooming in, the widest first.
    pub zoomed_from: Vec<Range>,
    /// Length of a period, milliseconds; `None` lets the range decide.
    pub period_ms: Option<i64>,
    /// Statistic of the widgets that leave it to the screen, as CloudWatch names it.
    pub statistic: &'static str,
    /// How often the screen is refreshed.
    pub refresh: RefreshEvery,
    /// The time to refresh has come; it waits for the screen to be drawn, so that a hidden window fetches nothing.
    pub due: bool,
    /// What CloudWatch lists of the dashboard's namespaces.
    pub listed: Remote<Arc<Vec<Listed>>>,
    /// When it was asked for the list last, milliseconds since the epoch.
    pub listed_ms: i64,
    /// Tokens per minute that each model may use.
    pub quotas: Remote<Arc<BTreeMap<String, f64>>>,
    /// The data of each widget, in the dashboard's order.
    pub plots: Vec<Remote<Arc<Plotted>>>,
    /// The data of each number, told by model.
    pub numbers: Vec<Arc<Plotted>>,
    /// Series that the legend has switched off: model ids, or metric names where there is no model.
    pub hidden: BTreeSet<String>,
    /// Fetches asked for so far; only the newest one's answers are taken.
    pub number: u64,
    /// When the newest complete answer came, milliseconds since the epoch.
    pub updated_ms: Option<i64>,
    /// What the loaded invocation records of the shown time say.
    pub accounts: Arc<Accounts>,
    /// What the newest accounts were asked over: the store and the time.
    pub accounted: Option<(Arc<Store>, (i64, i64))>,
    /// Dashboards at CloudWatch.
    pub publishing: Publishing,
    /// The widget whose request is shown.
    pub inspected: Option<usize>,
    /// The table of prices is open.
    pub prices_open: bool,
    /// Grows with each change of a price.
    pub prices_number: u64,
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
    /// Five minutes.
    FiveMinutes,
}

impl RefreshEvery {
    /// All choices with their names.
    pub const ALL: [(Self, &'static str); 5] =
        [(Self::Off, "Off"), (Self::TenSeconds, "10 s"), (Self::HalfMinute, "30 s"), (Self::Minute, "1 min"), (Self::FiveMinutes, "5 min")];

    /// The time between two refreshes.
    pub fn interval(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::TenSeconds => Some(Duration::from_secs(10)),
            Self::HalfMinute => Some(Duration::from_secs(30)),
            Self::Minute => Some(Duration::from_mins(1)),
            Self::FiveMinutes => Some(Duration::from_mins(5)),
        }
    }
}

impl Default for DashboardState {
    fn default() -> Self {
        let board = Dashboard::bedrock();
        Self {
            shelf: Shelf::default(),
            plots: board.widgets.iter().map(|_| Remote::NotAsked).collect(),
            board,
            editing: false,
            undo: Vec::new(),
            range: Range::default(),
            zoomed_from: Vec::new(),
            period_ms: None,
            statistic: "p90",
            refresh: RefreshEvery::default(),
            due: false,
            listed: Remote::NotAsked,
            listed_ms: 0,
            quotas: Remote::NotAsked,
            numbers: Vec::new(),
            hidden: BTreeSet::new(),
            number: 0,
            updated_ms: None,
            accounts: Arc::default(),
            accounted: None,
            publishing: Publishing::default(),
            inspected: None,
            prices_open: false,
            prices_number: 0,
        }
    }
}

impl DashboardState {
    /// Whether anything is being fetched.
    pub fn is_loading(&self) -> bool {
        self.plots.iter().any(Remote::is_loading)
    }

    /// Whether everything was fetched and no metric has a single datapoint.
    pub fn is_empty(&self) -> bool {
        let plots = self.board.widgets.iter().zip(&self.plots).filter(|(widget, _)| widget.kind.is_plot());
        plots.map(|(_, plot)| plot).all(|plot| plot.value().is_some_and(|data| data.series.is_empty()) && plot.problem().is_none())
    }

    /// The models of everything that is shown, sorted.
    pub fn models(&self) -> BTreeSet<&str> {
        let plots = self.plots.iter().filter_map(Remote::value).chain(&self.numbers);
        plots.flat_map(|data| &data.series).map(|series| series.model.as_str()).filter(|model| !model.is_empty()).collect()
    }

    /// The dashboard with the time and the models that fill it.
    pub fn frame<'a>(&'a self, now_ms: i64, models: &'a [String]) -> Frame<'a> {
        static NO_QUOTAS: BTreeMap<String, f64> = BTreeMap::new();
        Frame {
            board: &self.board,
            now_ms,
            range: self.range.at(now_ms),
            period_ms: self.period_ms,
            chosen: self.statistic,
            models,
            listed: self.listed.value().map_or(&[], |listed| listed.as_slice()),
            quotas: self.quotas.value().map_or(&NO_QUOTAS, |quotas| quotas.as_ref()),
        }
    }

    /// The period in effect at `now_ms`, milliseconds.
    pub fn period_at(&self, now_ms: i64) -> i64 {
        self.frame(now_ms, &[]).window(None, None).period_ms.max(MINUTE_MS)
    }
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum DashboardCommand {
    /// The screen was drawn while its refresh was due.
    RefreshDue,
    /// Show another time.
    SetRange(Range),
    /// Show a part of the time, remembering the whole; milliseconds since the epoch.
    Zoom(i64, i64),
    /// Back to the time before the first zoom.
    ResetZoom,
    /// Another length of a period, milliseconds; `None` lets the range decide.
    SetPeriod(Option<i64>),
    /// Another statistic for the widgets that leave it to the screen.
    SetStatistic(&'static str),
    /// Refresh this often.
    SetRefresh(RefreshEvery),
    /// Show or hide a series everywhere.
    ToggleSeries(String),
    /// Show only this series, or all again.
    OnlySeries(String),
    /// Show another dashboard.
    Open(BoardId),
    /// Make a copy of the shown dashboard, to be changed.
    Customise,
    /// Begin or end changing the shown dashboard.
    SetEditing(bool),
    /// Change the shown dashboard.
    Edit(Edit),
    /// Take the newest change back.
    Undo,
    /// Delete a dashboard of one's own; its id.
    Delete(String),
    /// Show the request of a widget, or stop showing one.
    Inspect(Option<usize>),
    /// Write the data of a widget into a file.
    ExportCsv(usize),
    /// Write a picture into a file.
    ExportPng {
        /// What it shows.
        title: String,
        /// The picture.
        picture: Picture,
    },
    /// Ask which dashboards CloudWatch keeps.
    ListPublished,
    /// Keep the shown dashboard at CloudWatch, too.
    Publish,
    /// Delete a dashboard at CloudWatch; its name.
    Unpublish(String),
    /// Open or close the table of prices.
    ShowPrices(bool),
    /// Set or forget one's own price of a model; the normalised id.
    SetPrice(String, Option<Price>),
}

/// A picture, eight bits a channel.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Red, green, blue and opacity of every pixel, row by row.
    pub rgba: Arc<[u8]>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum DashboardEffect {
    /// List the metrics if need be, then fetch everything.
    Fetch(FetchOrder),
    /// Ask for the quotas of the models.
    FetchQuotas(Vec<String>),
    /// Read a person's own dashboards.
    LoadBoards,
    /// Keep a dashboard under its id.
    SaveBoard(String, Arc<Dashboard>),
    /// Delete a dashboard's file.
    DeleteBoard(String),
    /// Find out what records cost.
    Account {
        /// The records.
        store: Arc<Store>,
        /// The time to look at, milliseconds since the epoch.
        window: (i64, i64),
    },
    /// Write a text into the folder of exports.
    Export {
        /// Name of the file.
        name: String,
        /// Its text.
        text: String,
    },
    /// Write a picture into the folder of exports.
    ExportPng {
        /// Name of the file.
        name: String,
        /// The picture.
        picture: Picture,
    },
    /// List the dashboards at CloudWatch.
    ListPublished,
    /// Read a dashboard at CloudWatch.
    ReadPublished(String),
    /// Keep a dashboard at CloudWatch.
    Publish {
        /// Its name there.
        name: String,
        /// Its body, JSON.
        body: String,
        /// The account, for the ledger.
        account: String,
    },
    /// Delete a dashboard at CloudWatch.
    Unpublish {
        /// Its name there.
        name: String,
        /// The account, for the ledger.
        account: String,
    },
    /// Set or forget one's own price of a model, and keep it.
    SetPrice(String, Option<Price>),
}

/// Everything that a refresh fetches.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchOrder {
    /// Number of the fetch.
    pub number: u64,
    /// The dashboard.
    pub board: Arc<Dashboard>,
    /// The time to fetch.
    pub range: Range,
    /// Length of a period, milliseconds; `None` lets the range decide.
    pub period_ms: Option<i64>,
    /// Statistic of the widgets that leave it to the screen.
    pub statistic: &'static str,
    /// Models known from elsewhere: CloudWatch lists a new metric up to 15 minutes late.
    pub models: Vec<String>,
    /// What CloudWatch listed lately; `None` asks it first.
    pub listed: Option<Arc<Vec<Listed>>>,
    /// Tokens per minute that each model may use.
    pub quotas: Arc<BTreeMap<String, f64>>,
}

/// What a refresh brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The data of each widget, in the dashboard's order.
    pub plots: Vec<Result<Arc<Plotted>, Problem>>,
    /// The data of each number.
    pub numbers: Vec<Arc<Plotted>>,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum DashboardEvent {
    /// CloudWatch listed its metrics.
    Listed {
        /// Number of the fetch.
        number: u64,
        /// The metrics of the dashboard's namespaces.
        outcome: Result<Arc<Vec<Listed>>, Problem>,
    },
    /// Everything was fetched.
    Fetched {
        /// Number of the fetch.
        number: u64,
        /// The data.
        outcome: Result<Fetched, Problem>,
    },
    /// The quotas of the models are known, or are not to be had.
    Quotas(Result<Arc<BTreeMap<String, f64>>, Problem>),
    /// A person's own dashboards were read: ids and dashboards, and what is wrong with files that cannot be read.
    Boards(Vec<(String, Arc<Dashboard>)>, Vec<Problem>),
    /// Records were accounted for.
    Accounts(Arc<Accounts>),
    /// The dashboards at CloudWatch.
    Published(Result<Vec<String>, Problem>),
    /// A dashboard at CloudWatch was read.
    Read(String, Result<Arc<Dashboard>, Problem>),
    /// One's own prices are others now.
    PricesChanged,
    /// A dashboard was put to CloudWatch, or deleted there.
    Changed(Result<(), Problem>),
}
