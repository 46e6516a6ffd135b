//! Dashboards as data: which numbers and plots, of which metrics, how drawn. The files are `assets/dashboards/*.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// Its name.
    pub title: String,
    /// Namespace of all its metrics, such as `AWS/Bedrock`.
    pub namespace: String,
    /// The row of numbers at the top.
    #[serde(default, rename = "number")]
    pub numbers: Vec<Number>,
    /// The plots.
    #[serde(default, rename = "widget")]
    pub widgets: Vec<Widget>,
}

/// A number over the whole range.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Its name.
    pub title: String,
    /// What it counts, one sentence.
    pub help: String,
    /// Metrics whose sums are added up; empty for a cost.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// What is counted.
    pub unit: Unit,
}

/// A plot.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Widget {
    /// Its name.
    pub title: String,
    /// What it shows and how to read it, one or two sentences.
    pub help: String,
    /// Metrics drawn.
    pub metrics: Vec<String>,
    /// Statistic of each datapoint.
    pub statistic: Choice,
    /// How it is drawn.
    pub kind: Kind,
    /// Unit of the values.
    pub unit: Unit,
    /// One series a model; otherwise one series a metric, the models added up.
    #[serde(default)]
    pub by_model: bool,
}

/// How a plot is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A line for each series.
    Line,
    /// Filled areas upon each other.
    Stacked,
    /// Bars upon each other.
    Bar,
}

/// The statistic of a plot.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The sum over the period.
    Sum,
    /// The latency statistic chosen for the dashboard: p50, p90, p99 or average.
    Latency,
}

/// The unit of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A number of things.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// A number of tokens.
    Tokens,
    /// US dollars.
    Dollars,
}

/// The latency statistics on offer, as CloudWatch names them.
pub const LATENCY_STATISTICS: [&str; 4] = ["p50", "p90", "p99", "Average"];

/// A series to ask CloudWatch for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    /// Name of the metric.
    pub metric: String,
    /// Value of the dimension `ModelId`.
    pub model: String,
    /// Statistic as CloudWatch names it: `Sum`, `p90`.
    pub statistic: String,
}

static BEDROCK: LazyLock<Dashboard> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/dashboards/bedrock.toml")).expect("the embedded dashboard is read by a test of this module")
});

impl Dashboard {
    /// The dashboard of Bedrock invocations.
    pub fn bedrock() -> &'static Self {
        &BEDROCK
    }
}

impl Widget {
    /// The statistic to ask for when the dashboard's latency statistic is `latency`.
    pub fn statistic_name<'a>(&self, latency: &'a str) -> &'a str {
        match self.statistic {
            Choice::Sum => "Sum",
            Choice::Latency => latency,
        }
    }

    /// The series to ask for: every metric for every model.
    pub fn series(&self, models: &[String], latency: &str) -> Vec<SeriesKey> {
        let statistic = self.statistic_name(latency);
        let key =
            |metric: &String, model: &String| SeriesKey { metric: metric.clone(), model: model.clone(), statistic: statistic.to_owned() };
        self.metrics.iter().flat_map(|metric| models.iter().map(move |model| key(metric, model))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_dashboard_shows_what_the_lab_asks_for() {
        let dashboard = Dashboard::bedrock();
        let shown: Vec<_> = dashboard.widgets.iter().flat_map(|widget| &widget.metrics).map(String::as_str).collect();
        for metric in [
            "Invocations",
            "InvocationLatency",
            "TimeToFirstToken",
            "InputTokenCount",
            "OutputTokenCount",
            "InvocationClientErrors",
            "InvocationServerErrors",
            "InvocationThrottles",
        ] {
            assert!(shown.contains(&metric), "{metric}");
        }
        // Numbers are sums of what the plots fetch anyway.
        let summed: Vec<_> = dashboard.widgets.iter().filter(|widget| widget.statistic == Choice::Sum).flat_map(|w| &w.metrics).collect();
        assert!(dashboard.numbers.iter().flat_map(|number| &number.metrics).all(|metric| summed.contains(&metric)));
    }

    #[test]
    fn a_widget_asks_for_every_metric_of_every_model() {
        let throttles = Dashboard::bedrock().widgets.iter().find(|widget| widget.metrics == ["InvocationThrottles"]).unwrap();
        let errors =
            Widget { metrics: vec!["InvocationClientErrors".to_owned(), "InvocationServerErrors".to_owned()], ..throttles.clone() };
        let keys = errors.series(&["a".to_owned(), "b".to_owned()], "p90");
        assert_eq!(keys.len(), 4);
        assert!(keys.iter().all(|key| key.statistic == "Sum"));
    }

    #[test]
    fn an_unknown_field_of_a_dashboard_file_is_told() {
        let error = toml::from_str::<Dashboard>("title = 'x'\nnamespace = 'y'\ncolour = 'red'").unwrap_err();
        assert!(error.to_string().contains("colour"), "{error}");
    }
}
