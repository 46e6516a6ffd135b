//! Dashboards as data: which numbers, plots and tables, of which metrics, how drawn and how large. The shipped files are `assets/dashboards/*.toml`;
//! a person's own copies have the same form.
//!
//! [`plan`] says which series a dashboard needs and makes its plots from the answers; [`body`] is the same dashboard as CloudWatch keeps it.

pub mod body;
pub mod choice;
pub mod edit;
pub mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

pub use choice::{CHOSEN_STATISTICS, Choice};

/// Columns of a dashboard's grid, as many as CloudWatch's.
pub const COLUMNS: u8 = 24;

/// Least and largest height of a widget, in rows of the grid.
pub const HEIGHTS: (u8, u8) = (4, 16);

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// Its name.
    pub title: String,
    /// What it is for, one sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Namespace of the metrics that do not name one, such as `AWS/Bedrock`.
    #[serde(default = "bedrock")]
    pub namespace: String,
    /// The row of numbers at the top.
    #[serde(default, rename = "number", skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Number>,
    /// Plots and tables, from left to right and row by row.
    #[serde(default, rename = "widget", skip_serializing_if = "Vec::is_empty")]
    pub widgets: Vec<Widget>,
}

/// A number over the whole range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Its name.
    pub title: String,
    /// What it counts, one sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Metrics whose sums over all models are added up; for dollars the token counts to be priced.
    pub metrics: Vec<String>,
    /// What is counted.
    pub unit: Unit,
}

/// A plot or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Widget {
    /// Its name.
    pub title: String,
    /// What it shows and how to read it, one or two sentences.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// How it is drawn.
    pub kind: Kind,
    /// Metrics drawn; in an expression they are `m1`, `m2`, … in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricRef>,
    /// Statistic of each datapoint.
    #[serde(skip_serializing_if = "Choice::is_sum")]
    pub statistic: Choice,
    /// Unit of the values.
    pub unit: Unit,
    /// One series a model; otherwise one series a metric, the models taken together.
    #[serde(skip_serializing_if = "is_false")]
    pub by_model: bool,
    /// Upper bounds of the groups into which samples of one metric are counted by their value; one more group holds what is larger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<f64>,
    /// Metric math over the metrics instead of the metrics themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// Length of a period in seconds whatever the dashboard's is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u32>,
    /// Shows at least this many days, whatever the dashboard's time is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// A value to keep below (or above): drawn as a line across.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Draws each model's quota of tokens per minute beside its use.
    #[serde(skip_serializing_if = "is_false")]
    pub quota: bool,
    /// Words of a text widget.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Width in columns of the grid.
    pub width: u8,
    /// Height in rows of the grid.
    pub height: u8,
}

impl Default for Widget {
    fn default() -> Self {
        Self {
            title: String::new(),
            help: String::new(),
            kind: Kind::Line,
            metrics: Vec::new(),
            statistic: Choice::sum(),
            unit: Unit::Count,
            by_model: false,
            bins: Vec::new(),
            expression: None,
            period: None,
            days: None,
            limit: None,
            quota: false,
            text: String::new(),
            width: COLUMNS / 2,
            height: 6,
        }
    }
}

/// How a widget is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A line for each series.
    Line,
    /// Filled areas upon each other.
    Stacked,
    /// Bars upon each other.
    Bar,
    /// The latest prompts, from the invocation log.
    Prompts,
    /// Requests, tokens and cost of each model, from metrics.
    CostByModel,
    /// Requests, tokens and cost of each caller, from the invocation log.
    CostByPrincipal,
    /// Words.
    Text,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Line, "Lines"),
        (Self::Stacked, "Stacked areas"),
        (Self::Bar, "Bars"),
        (Self::Prompts, "Latest prompts"),
        (Self::CostByModel, "Cost by model"),
        (Self::CostByPrincipal, "Cost by principal"),
        (Self::Text, "Text"),
    ];

    /// Whether it draws series over time.
    pub fn is_plot(self) -> bool {
        matches!(self, Self::Line | Self::Stacked | Self::Bar)
    }
}

/// A metric as a widget names it: `"Invocations"`, or a table when there is more to say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "MetricForm", into = "MetricForm")]
pub struct MetricRef {
    /// Name of the metric.
    pub name: String,
    /// Namespace, when it is not the dashboard's.
    pub namespace: Option<String>,
    /// Just these dimensions; `None` is every set of dimensions that the metric is told with.
    pub dimensions: Option<BTreeMap<String, String>>,
    /// Statistic, when it is not the widget's.
    pub statistic: Option<Choice>,
    /// What the series is called.
    pub label: Option<String>,
}

impl From<&str> for MetricRef {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

impl MetricRef {
    /// What a series of it is called when the models are taken together.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// The two forms of a metric in a file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum MetricForm {
    Name(String),
    Full(FullMetric),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullMetric {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    statistic: Option<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dimensions: Option<BTreeMap<String, String>>,
}

impl From<MetricForm> for MetricRef {
    fn from(form: MetricForm) -> Self {
        match form {
            MetricForm::Name(name) => Self { name, ..Self::default() },
            MetricForm::Full(FullMetric { name, namespace, statistic, label, dimensions }) => {
                Self { name, namespace, dimensions, statistic, label }
            }
        }
    }
}

impl From<MetricRef> for MetricForm {
    fn from(metric: MetricRef) -> Self {
        match metric {
            MetricRef { name, namespace: None, dimensions: None, statistic: None, label: None } => Self::Name(name),
            MetricRef { name, namespace, dimensions, statistic, label } => {
                Self::Full(FullMetric { name, namespace, statistic, label, dimensions })
            }
        }
    }
}

/// The unit of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A number of things.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// A number of tokens.
    Tokens,
    /// Tokens in a second.
    TokensPerSecond,
    /// Tokens in a minute.
    TokensPerMinute,
    /// Hundredths.
    Percent,
    /// Bytes.
    Bytes,
    /// US dollars.
    Dollars,
}

impl Unit {
    /// Every unit with its name.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Count, "Count"),
        (Self::Milliseconds, "Milliseconds"),
        (Self::Tokens, "Tokens"),
        (Self::TokensPerSecond, "Tokens per second"),
        (Self::TokensPerMinute, "Tokens per minute"),
        (Self::Percent, "Percent"),
        (Self::Bytes, "Bytes"),
        (Self::Dollars, "US dollars"),
    ];

    /// Whether values between whole numbers make no sense.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Count | Self::Tokens | Self::Bytes)
    }
}

fn bedrock() -> String {
    "AWS/Bedrock".to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A text that is not a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DashboardError {
    /// It cannot be read.
    #[error("the file cannot be read as a dashboard: {0}")]
    Syntax(String),
    /// A widget is not as it must be.
    #[error("the widget \"{widget}\" {what}")]
    Widget {
        /// Its title.
        widget: String,
        /// What is wrong, as the rest of a sentence.
        what: String,
    },
}

static BUILT_IN: LazyLock<Vec<(&'static str, Arc<Dashboard>)>> = LazyLock::new(|| {
    let files = [
        ("bedrock", include_str!("../../assets/dashboards/bedrock.toml")),
        ("model-invocations", include_str!("../../assets/dashboards/model-invocations.toml")),
    ];
    files.map(|(id, text)| (id, Arc::new(Dashboard::parse(text).expect("the embedded dashboards are read by a test")))).into()
});

impl Dashboard {
    /// The dashboards that the program brings along, with their ids; the automatic one first.
    pub fn built_in() -> &'static [(&'static str, Arc<Self>)] {
        &BUILT_IN
    }

    /// The automatic dashboard of Bedrock.
    pub fn bedrock() -> Arc<Self> {
        BUILT_IN[0].1.clone()
    }

    /// Reads a file, and checks what its form alone does not say.
    pub fn parse(text: &str) -> Result<Self, DashboardError> {
        let mut board: Self = toml::from_str(text).map_err(|error| DashboardError::Syntax(error.to_string()))?;
        board.widgets.iter_mut().for_each(Widget::fit);
        board.widgets.iter().try_for_each(Widget::check)?;
        Ok(board)
    }

    /// The file of this dashboard.
    pub fn to_toml(&self) -> Result<String, DashboardError> {
        let head = "# A dashboard of Outcrop. Edit it here or on the screen; the program's documentation describes every field.\n\n";
        toml::to_string_pretty(self).map(|text| format!("{head}{text}")).map_err(|error| DashboardError::Syntax(error.to_string()))
    }

    /// The namespaces of all its metrics.
    pub fn namespaces(&self) -> std::collections::BTreeSet<String> {
        let named = self.widgets.iter().flat_map(|widget| &widget.metrics).filter_map(|metric| metric.namespace.clone());
        named.chain([self.namespace.clone()]).collect()
    }
}

impl Widget {
    /// Brings its size within the grid.
    fn fit(&mut self) {
        self.width = self.width.clamp(4, COLUMNS);
        self.height = self.height.clamp(HEIGHTS.0, HEIGHTS.1);
    }

    /// Whether it can be drawn; the first thing that is wrong otherwise.
    pub fn check(&self) -> Result<(), DashboardError> {
        let wrong = |what: &str| Err(DashboardError::Widget { widget: self.title.clone(), what: what.to_owned() });
        if !self.kind.is_plot() {
            return Ok(());
        }
        if self.metrics.is_empty() {
            return wrong("names no metric");
        }
        if !self.bins.is_empty() && (self.metrics.len() != 1 || self.expression.is_some()) {
            return wrong("groups by value, which takes just one metric and no expression");
        }
        if !self.bins.is_sorted() || self.bins.iter().any(|bound| !bound.is_finite()) {
            return wrong("has bounds of groups that do not ascend");
        }
        match self.expression.as_deref().map(crate::metrics::math::parse) {
            Some(Err(error)) => wrong(&format!("has an expression that cannot be read: {error}")),
            _ => Ok(()),
        }
    }

    /// The series of a metric are of one model each: what it asks for cannot be added up over models, or shall not be.
    pub fn is_told_by_model(&self, chosen: &str) -> bool {
        let additive = |metric: &MetricRef| metric.statistic.as_ref().unwrap_or(&self.statistic).combines(chosen);
        self.by_model || (self.bins.is_empty() && !self.metrics.iter().all(additive))
    }
}
