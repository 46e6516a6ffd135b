//! The alarms slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

pub mod draft;
pub mod form;
pub mod graph;
pub mod reduce;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::remote::Remote;
use crate::aws::as_code::Dialect;
use crate::aws::cloudwatch::{HistoryItem, Metric, MetricAlarm, PutMetricAlarm};
use crate::aws::sns::Subscription;
use crate::base::problem::Problem;
use crate::lab::alarms::making::Order;
use crate::lab::alarms::recommended::Recommended;
use crate::metrics::alarm::AlarmState;
use crate::metrics::alarm::replay::Replay;
use draft::Draft;
use graph::Graph;

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct AlarmsState {
    /// All metric alarms of the Region, by name.
    pub list: Remote<Arc<Vec<MetricAlarm>>>,
    /// The last hours of each alarm, by its name.
    pub sparks: Arc<BTreeMap<String, Graph>>,
    /// When the sparks were asked for, milliseconds since the epoch.
    pub sparks_at_ms: Option<i64>,
    /// Words that the list is filtered by.
    pub filter: String,
    /// Name of the alarm whose detail is shown.
    pub chosen: Option<String>,
    /// What is known of it.
    pub detail: Detail,
    /// The form, while one is open.
    pub editor: Option<Box<Editor>>,
    /// The cards of recommended alarms are shown although there are alarms.
    pub recommending: bool,
    /// Models that have metrics, those called most first; for recommended alarms.
    pub models: Remote<Vec<String>>,
    /// The model that recommended alarms are for; the first when nothing was chosen.
    pub model: Option<String>,
    /// What lies above the screen.
    pub dialog: Option<Dialog>,
    /// What is being done, in words.
    pub doing: Option<&'static str>,
    /// Why the last thing could not be done.
    pub trouble: Option<Problem>,
    /// Fetches asked for so far; only the newest one's answers are taken.
    pub number: u64,
}

/// What is known of the chosen alarm.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Length of the time shown, milliseconds.
    pub span_ms: i64,
    /// Its values.
    pub graph: Remote<Arc<Graph>>,
    /// What happened to it and whom it tells.
    pub past: Remote<Arc<Past>>,
    /// Number of the fetch.
    pub number: u64,
}

impl Default for Detail {
    fn default() -> Self {
        Self { span_ms: 86_400_000, graph: Remote::NotAsked, past: Remote::NotAsked, number: 0 }
    }
}

/// What happened to an alarm, and whom it tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// Newest first.
    pub history: Vec<HistoryItem>,
    /// The subscriptions of its topics, by the topic's ARN; a topic that cannot be read is left out.
    pub subscriptions: BTreeMap<String, Vec<Subscription>>,
}

/// The form of an alarm beside its graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Editor {
    /// What is written.
    pub draft: Draft,
    /// Name of the alarm that is edited; `None` for a new one.
    pub editing: Option<String>,
    /// The recommendation that it follows.
    pub kind: Option<Recommended>,
    /// The threshold shall be taken from the data once they are there.
    pub derives: bool,
    /// The threshold that was taken from the data, while the person has not chosen another.
    pub derived: Option<String>,
    /// Metrics to choose from.
    pub metrics: Remote<Arc<Vec<Metric>>>,
    /// ARNs of topics to choose from.
    pub topics: Remote<Arc<Vec<String>>>,
    /// Length of the time shown, milliseconds.
    pub span_ms: i64,
    /// The values.
    pub graph: Remote<Arc<Graph>>,
    /// When it would have fired over them.
    pub replay: Option<Replay>,
    /// Number of the fetch.
    pub number: u64,
    /// The code is shown in place of the graph.
    pub code: Option<Dialect>,
}

/// What lies above the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// An alarm shall be deleted; waits for a yes.
    Delete(String),
    /// A state shall be set to try actions; waits for a yes.
    Test(String, AlarmState),
    /// An alarm as code.
    Code(String, Dialect),
}

impl AlarmsState {
    /// The alarm of this name.
    pub fn find(&self, name: &str) -> Option<&MetricAlarm> {
        self.list.value()?.iter().find(|alarm| alarm.settings.name == name)
    }

    /// The alarm whose detail is shown.
    pub fn chosen(&self) -> Option<&MetricAlarm> {
        self.find(self.chosen.as_deref()?)
    }

    /// The alarms that the filter lets through, those in alarm first, then by name.
    pub fn shown(&self) -> Vec<&MetricAlarm> {
        let words: Vec<String> = self.filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let mut shown: Vec<&MetricAlarm> = self.list.value().into_iter().flat_map(|list| list.iter()).collect();
        shown.retain(|alarm| {
            let text = searched(alarm);
            words.iter().all(|word| text.contains(word))
        });
        shown.sort_by_key(|alarm| AlarmState::ALL.iter().position(|state| state.name() == alarm.state));
        shown
    }

    /// How many alarms are in `state`.
    pub fn count(&self, state: AlarmState) -> usize {
        self.list.value().map_or(0, |list| list.iter().filter(|alarm| alarm.state == state.name()).count())
    }
}

/// What the filter looks through.
fn searched(alarm: &MetricAlarm) -> String {
    use crate::lab::alarms::{model, words};
    let settings = &alarm.settings;
    let description = settings.description.as_deref().unwrap_or_default();
    let model = model(settings).unwrap_or_default();
    format!("{} {} {model} {description} {}", settings.name, words::condition(settings), alarm.state).to_lowercase()
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum AlarmsCommand {
    /// Write an alarm over a statistic of a metric, coming from a graph.
    NewFrom {
        /// The metric with all its dimensions.
        metric: Metric,
        /// Statistic as CloudWatch names it.
        statistic: String,
        /// Length of a period, seconds.
        period_secs: u32,
    },
    /// Write an alarm.
    New,
    /// Write a recommended alarm for a model.
    Recommend(Recommended, String),
    /// Show or hide the recommended alarms.
    ToggleRecommended,
    /// Recommend for this model.
    ChooseModel(String),
    /// Edit the chosen alarm.
    Edit,
    /// Something was changed in the form.
    Change(Box<Draft>),
    /// Metrics of this namespace to choose from.
    ListMetrics(String),
    /// Show this much time in the form, milliseconds.
    SetPreviewSpan(i64),
    /// Show the form as code, or its graph again.
    PreviewCode(Option<Dialect>),
    /// Make what the form says.
    Save,
    /// Close the form without making anything.
    CloseEditor,
    /// Filter the list.
    SetFilter(String),
    /// Show an alarm's detail, or none.
    Choose(Option<String>),
    /// Show this much time of the chosen alarm, milliseconds.
    SetSpan(i64),
    /// Let the chosen alarm take actions, or keep it from that.
    ToggleActions,
    /// Ask about something, or show something above the screen.
    Ask(Dialog),
    /// Yes to what was asked.
    Confirm,
    /// No, or close what lies above, or the error.
    Dismiss,
    /// Show the chosen alarm's time on the dashboard.
    OpenDashboard,
    /// Show the records of the chosen alarm's time.
    OpenLogs,
    /// Notify on the desktop when a state changes, or no more.
    ToggleDesktop,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum AlarmsEffect {
    /// Describe all alarms.
    List,
    /// Fetch the last hours of these alarms.
    Sparks(Arc<Vec<MetricAlarm>>),
    /// Fetch the values of an alarm.
    Graph(GraphOrder),
    /// Read what happened to an alarm and whom it tells.
    Past {
        /// Number of the fetch.
        number: u64,
        /// The alarm.
        settings: Box<PutMetricAlarm>,
    },
    /// List metrics of a namespace.
    ListMetrics(String),
    /// Find models that have metrics.
    FindModels,
    /// List topics.
    ListTopics,
    /// Do something to alarms.
    Do(Deed),
    /// Send [`AlarmsEvent::WatchDue`] after a time.
    WatchAfter(Duration),
    /// Tell the person on the desktop.
    Notify {
        /// A few words.
        title: String,
        /// A sentence.
        body: String,
    },
}

/// Values to fetch.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphOrder {
    /// For the form rather than for the detail.
    pub for_editor: bool,
    /// Number of the fetch.
    pub number: u64,
    /// The alarm.
    pub settings: Box<PutMetricAlarm>,
    /// Length of the time, milliseconds.
    pub span_ms: i64,
}

/// Something done to alarms.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Make one.
    Make(Box<Order>),
    /// Delete one, and its detector.
    Delete(Box<PutMetricAlarm>),
    /// Set the state of one.
    Test(String, AlarmState),
    /// Let one take actions, or keep it from that.
    SwitchActions(String, bool),
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum AlarmsEvent {
    /// The alarms were described.
    Listed(Result<Arc<Vec<MetricAlarm>>, Problem>),
    /// The last hours of alarms were fetched.
    Sparks(Arc<BTreeMap<String, Graph>>),
    /// Values were fetched.
    Graph {
        /// For the form rather than for the detail.
        for_editor: bool,
        /// Number of the fetch.
        number: u64,
        /// The values.
        outcome: Result<Arc<Graph>, Problem>,
    },
    /// The past of an alarm was read.
    Past {
        /// Number of the fetch.
        number: u64,
        /// The past.
        outcome: Result<Arc<Past>, Problem>,
    },
    /// Metrics were listed.
    Metrics(Result<Arc<Vec<Metric>>, Problem>),
    /// Models were found.
    Models(Result<Vec<String>, Problem>),
    /// Topics were listed.
    Topics(Result<Arc<Vec<String>>, Problem>),
    /// Something was done, with what there is to say, or could not be.
    Done(Deed, Result<String, Problem>),
    /// It is time to look again.
    WatchDue,
}

impl From<AlarmsEvent> for super::Event {
    fn from(event: AlarmsEvent) -> Self {
        Self::Alarms(event)
    }
}
