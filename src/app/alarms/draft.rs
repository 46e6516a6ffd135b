//! An alarm as it is being written: texts of fields, and what is to be said about them.

use crate::aws::cloudwatch::{Metric, MetricAlarm, MetricStat, PutMetricAlarm, Watched};
use crate::lab::alarms::making::{Notify, Order};
use crate::lab::alarms::{band_width, comparison, period_secs, value_query, value_stat, with_band, without_band, words};
use crate::metrics::Statistic;
use crate::metrics::alarm::{Comparison, MissingData};

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Name.
    Name,
    /// Metric.
    Metric,
    /// Statistic.
    Stat,
    /// Period.
    Period,
    /// Threshold.
    Threshold,
    /// Width of the band.
    Width,
    /// M of N.
    Count,
    /// Name of a new topic.
    Topic,
    /// E-mail address.
    Email,
}

/// Whom a draft tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Target {
    /// Nobody.
    #[default]
    Nobody,
    /// The topic of this ARN.
    Topic(String),
    /// A new topic.
    New,
}

/// An alarm as it is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// What it watches, without a band.
    pub watched: Watched,
    /// Statistic of one metric, as typed.
    pub stat: String,
    /// Seconds of a period.
    pub period_secs: u32,
    /// Compared with a band rather than with a threshold.
    pub band: bool,
    /// Comparison with a threshold.
    pub fixed: Comparison,
    /// Comparison with a band.
    pub banded: Comparison,
    /// Threshold, as typed.
    pub threshold: String,
    /// Width of the band, as typed.
    pub width: String,
    /// M, as typed.
    pub to_alarm: String,
    /// N, as typed.
    pub periods: String,
    /// Missing data.
    pub missing: MissingData,
    /// Whether actions are taken.
    pub actions_enabled: bool,
    /// Whom it tells.
    pub target: Target,
    /// It also tells when it is over.
    pub tell_ok: bool,
    /// Name of a new topic, as typed.
    pub topic: String,
    /// Who gets an e-mail, as typed.
    pub email: String,
    /// What the form does not show and is kept.
    pub rest: Rest,
}

/// What the form does not show of an alarm that exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rest {
    /// Further actions on `ALARM`.
    pub alarm_actions: Vec<String>,
    /// Further actions on `OK`.
    pub ok_actions: Vec<String>,
    /// Actions on `INSUFFICIENT_DATA`.
    pub no_data_actions: Vec<String>,
    /// Percentiles of few samples.
    pub few_samples: Option<String>,
}

/// Something to say about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftNote {
    /// The field.
    pub part: Part,
    /// The sentence.
    pub words: String,
    /// Whether the alarm cannot be made like this.
    pub blocks: bool,
}

impl Draft {
    /// A draft over a statistic of a metric.
    pub fn over(metric: Metric, stat: &str, period_secs: u32) -> Self {
        let stat = MetricStat { metric, period_secs: period_secs.max(60), stat: stat.to_owned(), unit: None };
        let settings = PutMetricAlarm {
            name: suggested_name(&stat),
            description: None,
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            no_data_actions: Vec::new(),
            watched: Watched::Metric(stat),
            periods: 3,
            to_alarm: Some(2),
            comparison: Comparison::GreaterThanThreshold.name().to_owned(),
            threshold: None,
            missing: Some(MissingData::NotBreaching.name().to_owned()),
            few_samples: None,
            tags: Vec::new(),
        };
        Self { threshold: String::new(), ..Self::of(&settings) }
    }

    /// A draft of existing settings.
    pub fn of(settings: &PutMetricAlarm) -> Self {
        let operator = comparison(settings);
        let width = band_width(settings);
        let (mut alarm_actions, mut ok_actions) = (settings.alarm_actions.clone(), settings.ok_actions.clone());
        let is_topic = |arn: &String| arn.split(':').nth(2) == Some("sns");
        let topic = alarm_actions.iter().position(is_topic).map(|place| alarm_actions.remove(place));
        let told = topic.as_ref().and_then(|topic| ok_actions.iter().position(|arn| arn == topic));
        if let Some(place) = told {
            ok_actions.remove(place);
        }
        Self {
            name: settings.name.clone(),
            description: settings.description.clone().unwrap_or_default(),
            stat: value_stat(settings).map(|stat| stat.stat.clone()).unwrap_or_default(),
            period_secs: period_secs(settings),
            watched: without_band(settings.watched.clone()),
            band: width.is_some(),
            fixed: if operator.is_for_band() { Comparison::GreaterThanThreshold } else { operator },
            banded: if operator.is_for_band() { operator } else { Comparison::LessThanLowerOrGreaterThanUpperThreshold },
            threshold: settings.threshold.map(plain_number).unwrap_or_default(),
            width: plain_number(width.unwrap_or(2.0)),
            to_alarm: settings.to_alarm.unwrap_or(settings.periods).to_string(),
            periods: settings.periods.to_string(),
            missing: settings.missing.as_deref().and_then(MissingData::named).unwrap_or_default(),
            actions_enabled: settings.actions_enabled,
            target: topic.map_or(Target::Nobody, Target::Topic),
            tell_ok: told.is_some(),
            topic: "outcrop-alarms".to_owned(),
            email: String::new(),
            rest: Rest {
                alarm_actions,
                ok_actions,
                no_data_actions: settings.no_data_actions.clone(),
                few_samples: settings.few_samples.clone(),
            },
        }
    }

    /// The metric, where it is one.
    pub fn metric(&self) -> Option<&Metric> {
        match &self.watched {
            Watched::Metric(stat) => Some(&stat.metric),
            Watched::Math { .. } => None,
        }
    }

    /// Whether it watches an expression.
    pub fn is_math(&self) -> bool {
        matches!(self.watched, Watched::Math { .. })
    }

    /// Takes another metric; a name that was made up follows.
    pub fn set_metric(&mut self, metric: Metric) {
        let made_up = self.metric_stat().map(|stat| suggested_name(&stat));
        let follows = made_up.is_some_and(|name| name == self.name);
        self.watched = Watched::Metric(MetricStat { metric, period_secs: self.period_secs, stat: self.stat.clone(), unit: None });
        if follows && let Some(stat) = self.metric_stat() {
            self.name = suggested_name(&stat);
        }
    }

    /// Takes another statistic; a name that was made up follows.
    pub fn set_stat(&mut self, stat: String) {
        let made_up = self.metric_stat().map(|stat| suggested_name(&stat));
        let follows = made_up.is_some_and(|name| name == self.name);
        self.stat = stat;
        if follows && let Some(stat) = self.metric_stat() {
            self.name = suggested_name(&stat);
        }
    }

    fn metric_stat(&self) -> Option<MetricStat> {
        let Watched::Metric(stat) = &self.watched else { return None };
        Some(MetricStat { period_secs: self.period_secs, stat: self.stat.trim().to_owned(), ..stat.clone() })
    }

    /// Another threshold, such as one that was dragged to.
    pub fn set_threshold(&mut self, value: f64) {
        self.threshold = plain_number(value);
    }

    /// The threshold, where it is a number.
    pub fn threshold_value(&self) -> Option<f64> {
        number(&self.threshold)
    }

    /// The width, where it is one.
    pub fn width_value(&self) -> Option<f64> {
        number(&self.width).filter(|width| *width > 0.0)
    }

    /// What is watched, with period, statistic and band as chosen.
    fn complete(&self) -> Watched {
        let watched = match self.metric_stat() {
            Some(stat) => Watched::Metric(stat),
            None => at_period(self.watched.clone(), self.period_secs),
        };
        if self.band { with_band(watched, self.width_value().unwrap_or(2.0)) } else { watched }
    }

    /// The settings as far as they can be read; see [`Self::notes`] for what cannot.
    pub fn settings(&self) -> PutMetricAlarm {
        let periods = count(&self.periods).unwrap_or(1);
        let mut alarm_actions = self.rest.alarm_actions.clone();
        let mut ok_actions = self.rest.ok_actions.clone();
        if let Target::Topic(arn) = &self.target {
            alarm_actions.push(arn.clone());
            ok_actions.extend(self.tell_ok.then(|| arn.clone()));
        }
        PutMetricAlarm {
            name: self.name.trim().to_owned(),
            description: Some(self.description.trim().to_owned()).filter(|text| !text.is_empty()),
            actions_enabled: self.actions_enabled,
            ok_actions,
            alarm_actions,
            no_data_actions: self.rest.no_data_actions.clone(),
            watched: self.complete(),
            periods,
            to_alarm: Some(count(&self.to_alarm).unwrap_or(periods).min(periods)),
            comparison: if self.band { self.banded } else { self.fixed }.name().to_owned(),
            threshold: if self.band { None } else { self.threshold_value() },
            missing: Some(self.missing.name().to_owned()),
            few_samples: self.rest.few_samples.clone(),
            tags: Vec::new(),
        }
    }

    /// What is to be made.
    pub fn order(&self, replaces: bool) -> Order {
        let email = Some(self.email.trim().to_owned()).filter(|text| !text.is_empty());
        let notify = match self.target {
            Target::New => Notify::NewTopic { name: self.topic.trim().to_owned(), email },
            _ => Notify::AsSet,
        };
        Order { settings: self.settings(), notify, tell_ok: self.tell_ok, replaces }
    }

    /// What is to be said, field by field. `known` are the alarms that there are, without the one that is edited.
    pub fn notes(&self, known: &[MetricAlarm]) -> Vec<DraftNote> {
        let problem = |part, words: &str| DraftNote { part, words: words.to_owned(), blocks: true };
        let warning = |part, words: String| DraftNote { part, words, blocks: false };
        let mut notes = Vec::new();
        let name = self.name.trim();
        if let Some(words) = name_problem(name) {
            notes.push(problem(Part::Name, words));
        } else if known.iter().any(|alarm| alarm.settings.name == name) {
            notes.push(problem(Part::Name, "There is an alarm of this name: choose another, or edit that one"));
        }
        if self.metric().is_some_and(|metric| metric.namespace.is_empty() || metric.metric_name.is_empty()) {
            notes.push(problem(Part::Metric, "Choose a metric"));
        }
        if !self.is_math() && self.stat.trim().parse::<Statistic>().is_err() {
            notes.push(problem(Part::Stat, "Write Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p99"));
        }
        if !self.band && self.threshold_value().is_none() {
            notes.push(problem(Part::Threshold, "Enter a number, or drag the line on the graph"));
        }
        if self.band && self.width_value().is_none() {
            notes.push(problem(Part::Width, "Enter a number above 0; 2 takes in about 95 of 100 normal values"));
        }
        notes.extend(self.count_problem().map(|words| problem(Part::Count, &words)));
        if self.band && self.period_secs < 60 {
            notes.push(problem(Part::Period, "A band needs periods of a minute or more"));
        } else if self.period_secs < 60 {
            let words = "Bedrock publishes its metrics a minute apart: shorter periods are empty most of the time".to_owned();
            notes.push(warning(Part::Period, words));
        }
        if self.target == Target::New {
            notes.extend(topic_problem(self.topic.trim()).map(|words| problem(Part::Topic, words)));
            notes.extend(email_problem(self.email.trim()).map(|words| problem(Part::Email, words)));
        }
        notes
    }

    fn count_problem(&self) -> Option<String> {
        let (Some(m), Some(n)) = (count(&self.to_alarm), count(&self.periods)) else {
            return Some("Enter whole numbers above 0".to_owned());
        };
        if m > n {
            return Some(format!("{m} of {n} cannot be: the first number is at most the second"));
        }
        let length = u64::from(n) * u64::from(self.period_secs);
        match self.period_secs {
            ..3_600 if length > 86_400 => Some("With periods below an hour an alarm looks back a day at most: choose fewer".to_owned()),
            _ if length > 604_800 => Some("An alarm looks back a week at most: choose fewer".to_owned()),
            _ => None,
        }
    }
}

/// Metrics of an expression at another period.
fn at_period(watched: Watched, period_secs: u32) -> Watched {
    let Watched::Math { mut queries, threshold_id } = watched else { return watched };
    for query in &mut queries {
        if let crate::aws::cloudwatch::DataSource::Stat(stat) = &mut query.source {
            stat.period_secs = period_secs;
        }
        query.period_secs = query.period_secs.map(|_| period_secs);
    }
    Watched::Math { queries, threshold_id }
}

/// `bedrock-sonnet-4-6-p99-InvocationLatency`.
fn suggested_name(stat: &MetricStat) -> String {
    let model = stat.metric.dimensions.iter().find(|dimension| dimension.name == "ModelId");
    let model = model.map(|dimension| format!("{}-", crate::models::short_name(&dimension.value))).unwrap_or_default();
    format!("bedrock-{model}{}-{}", stat.stat, stat.metric.metric_name)
}

/// What an expression is, for people: its label and its text.
pub fn expression(watched: &Watched) -> Option<(String, String)> {
    let Watched::Math { .. } = watched else { return None };
    let settings = PutMetricAlarm { watched: watched.clone(), ..Draft::empty_settings() };
    let query = value_query(&settings)?;
    let crate::aws::cloudwatch::DataSource::Expression(text) = &query.source else { return None };
    Some((words::subject(&settings), text.clone()))
}

impl Draft {
    fn empty_settings() -> PutMetricAlarm {
        let metric = Metric { namespace: String::new(), metric_name: String::new(), dimensions: Vec::new() };
        PutMetricAlarm {
            name: String::new(),
            description: None,
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            no_data_actions: Vec::new(),
            watched: Watched::Metric(MetricStat { metric, period_secs: 60, stat: String::new(), unit: None }),
            periods: 1,
            to_alarm: None,
            comparison: String::new(),
            threshold: None,
            missing: None,
            few_samples: None,
            tags: Vec::new(),
        }
    }
}

fn name_problem(name: &str) -> Option<&'static str> {
    match name.chars().count() {
        0 => Some("Enter a name"),
        256.. => Some("At most 255 characters"),
        _ if name.chars().any(char::is_control) => Some("No line breaks or control characters"),
        _ => None,
    }
}

fn topic_problem(name: &str) -> Option<&'static str> {
    let fits = !name.is_empty() && name.len() <= 256 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (!fits).then_some("1 to 256 letters, digits, hyphens and underscores")
}

fn email_problem(email: &str) -> Option<&'static str> {
    let fits =
        |email: &str| email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !email.contains(' '));
    (!email.is_empty() && !fits(email)).then_some("Write an address such as ana@example.com, or leave it empty")
}

fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', "").parse::<f64>().ok().filter(|number| number.is_finite())
}

fn count(text: &str) -> Option<u32> {
    text.trim().parse::<u32>().ok().filter(|count| *count > 0)
}

/// As a person types it: `5000`, `0.25`.
fn plain_number(value: f64) -> String {
    let rounded = (value * 1e4).round() / 1e4;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::alarms::recommended::{Recommended, stat};

    fn draft() -> Draft {
        Draft {
            threshold: "5000".to_owned(),
            ..Draft::over(stat("InvocationLatency", "p99", 300, "us.anthropic.claude-sonnet-4-6").metric, "p99", 300)
        }
    }

    fn blocking(draft: &Draft) -> Vec<Part> {
        draft.notes(&[]).into_iter().filter(|note| note.blocks).map(|note| note.part).collect()
    }

    #[test]
    fn what_is_written_becomes_settings_and_back() {
        let written = draft();
        let settings = written.settings();
        assert_eq!(
            (settings.name.as_str(), settings.threshold, settings.to_alarm),
            ("bedrock-sonnet-4-6-p99-InvocationLatency", Some(5_000.0), Some(2))
        );
        assert_eq!(Draft::of(&settings), written);
        for kind in Recommended::ALL {
            let settings = kind.settings("us.anthropic.claude-sonnet-4-6");
            assert_eq!(Draft::of(&settings).settings(), settings, "{kind:?}");
        }
    }

    #[test]
    fn a_band_goes_on_and_off_without_losing_the_threshold() {
        let banded = Draft { band: true, ..draft() };
        let settings = banded.settings();
        assert_eq!((settings.threshold, band_width(&settings)), (None, Some(2.0)));
        assert_eq!(settings.comparison, "LessThanLowerOrGreaterThanUpperThreshold");
        assert_eq!(Draft { band: false, ..banded }.settings(), draft().settings());
    }

    #[test]
    fn what_cannot_be_is_said_at_its_field() {
        assert_eq!(blocking(&draft()), []);
        assert_eq!(blocking(&Draft { name: "  ".to_owned(), ..draft() }), [Part::Name]);
        assert_eq!(blocking(&Draft { threshold: "much".to_owned(), ..draft() }), [Part::Threshold]);
        assert_eq!(blocking(&Draft { band: true, width: "0".to_owned(), ..draft() }), [Part::Width]);
        assert_eq!(blocking(&Draft { to_alarm: "4".to_owned(), ..draft() }), [Part::Count]);
        assert_eq!(blocking(&Draft { periods: "300".to_owned(), ..draft() }), [Part::Count], "300 times 5 minutes is more than a day");
        assert_eq!(blocking(&Draft { stat: "p".to_owned(), ..draft() }), [Part::Stat]);
        let new = Draft { target: Target::New, topic: "a b".to_owned(), email: "nobody".to_owned(), ..draft() };
        assert_eq!(blocking(&new), [Part::Topic, Part::Email]);
    }

    #[test]
    fn a_made_up_name_follows_the_metric_and_a_typed_one_stays() {
        let mut made_up = draft();
        made_up.set_stat("p50".to_owned());
        assert_eq!(made_up.name, "bedrock-sonnet-4-6-p50-InvocationLatency");
        let mut typed = Draft { name: "mine".to_owned(), ..draft() };
        typed.set_metric(stat("Invocations", "Sum", 60, "m").metric);
        assert_eq!(typed.name, "mine");
    }

    #[test]
    fn actions_that_the_form_does_not_show_are_kept() {
        let arn = |service: &str| format!("arn:aws:{service}:us-east-1:123456789012:x");
        let settings = PutMetricAlarm {
            alarm_actions: vec![arn("lambda"), arn("sns")],
            ok_actions: vec![arn("sns")],
            no_data_actions: vec![arn("sns")],
            ..draft().settings()
        };
        let read = Draft::of(&settings);
        assert_eq!((read.target.clone(), read.tell_ok), (Target::Topic(arn("sns")), true));
        assert_eq!(read.settings(), settings);
        let without = Draft { target: Target::Nobody, ..read }.settings();
        assert_eq!((without.alarm_actions, without.ok_actions), (vec![arn("lambda")], Vec::new()));
    }
}
