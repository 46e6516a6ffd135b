//! The values that an alarm compares over a time, with the band if there is one.

use std::collections::BTreeMap;

use crate::aws::cloudwatch::{PutMetricAlarm, Training};
use crate::lab::alarms::{band_width, comparison, period_secs, rule};
use crate::metrics::alarm::Limits;
use crate::metrics::alarm::replay::{Past, Replay, replay};

/// Times on offer, as label and length in milliseconds.
pub const SPANS: [(&str, i64); 4] = [("3h", 3 * 3_600_000), ("1d", 86_400_000), ("1w", 7 * 86_400_000), ("2w", 14 * 86_400_000)];

/// Fewest samples of a period from which a high percentile says something.
const FEW_SAMPLES: f64 = 10.0;

/// Lower and upper edge of a band over a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edges {
    /// Start of the period, milliseconds since the epoch.
    pub at_ms: i64,
    /// Lower edge.
    pub lower: f64,
    /// Upper edge.
    pub upper: f64,
}

/// What the band of a graph is.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphBand {
    /// Its edges, ascending; empty while there is none.
    pub edges: Vec<Edges>,
    /// How far the training has come; `None` when there is no detector yet.
    pub training: Option<Training>,
}

impl GraphBand {
    /// Why nothing is drawn, and when something will be; `None` when there is a band.
    pub fn absence(&self) -> Option<&'static str> {
        if !self.edges.is_empty() {
            return None;
        }
        Some(match self.training {
            None => {
                "No band yet: CloudWatch has no model of this metric and statistic. It begins to learn when the alarm is created, and draws a band within three hours"
            }
            Some(Training::Pending) => {
                "No band yet: the model is being trained. A new one takes up to three hours, one that exists up to 15 minutes"
            }
            Some(Training::TooLittleData) => {
                "No band yet: the model has learnt from too few datapoints. It appears as soon as the metric has more; until then the alarm has insufficient data"
            }
            Some(Training::Trained) => "The model is trained, but it gives no band for this time: choose a later or a longer one",
        })
    }
}

/// Values over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Start of the time, milliseconds since the epoch.
    pub from_ms: i64,
    /// End of the time, milliseconds since the epoch.
    pub to_ms: i64,
    /// Length of a period, milliseconds.
    pub period_ms: i64,
    /// Start of each period and its value, ascending; periods without data are left out.
    pub points: Vec<(i64, f64)>,
    /// The band, when the alarm compares with one.
    pub band: Option<GraphBand>,
    /// Samples of a period in the middle, for percentiles of one metric.
    pub samples: Option<f64>,
}

impl Graph {
    /// When `settings` would have fired over this time; `None` when the graph is of other periods.
    pub fn replay(&self, settings: &PutMetricAlarm) -> Option<Replay> {
        if i64::from(period_secs(settings)) * 1_000 != self.period_ms {
            return None;
        }
        let past = Past { points: &self.points, period_ms: self.period_ms, from_ms: self.from_ms, to_ms: self.to_ms };
        let edges: BTreeMap<i64, Edges> = self.band.iter().flat_map(|band| &band.edges).map(|edges| (edges.at_ms, *edges)).collect();
        let threshold = settings.threshold;
        let banded = band_width(settings).is_some();
        Some(replay(rule(settings), comparison(settings), past, |at| {
            if banded {
                return edges.get(&at).map(|edges| Limits::Band { lower: edges.lower, upper: edges.upper });
            }
            threshold.map(Limits::Fixed)
        }))
    }

    /// The values alone.
    pub fn values(&self) -> Vec<f64> {
        self.points.iter().map(|(_, value)| *value).collect()
    }

    /// The largest of what is drawn, `also` included.
    pub fn peak(&self, also: Option<f64>) -> f64 {
        let values = self.points.iter().map(|(_, value)| *value);
        let edges = self.band.iter().flat_map(|band| &band.edges).map(|edges| edges.upper);
        values.chain(edges).chain(also).filter(|value| value.is_finite()).fold(0.0, f64::max)
    }

    /// What to be careful about with these data.
    pub fn warnings(&self, settings: &PutMetricAlarm) -> Vec<String> {
        let mut warnings = Vec::new();
        let is_high = |stat: &str| stat.strip_prefix('p').and_then(|rank| rank.parse::<f64>().ok()).is_some_and(|rank| rank >= 90.0);
        let stat = crate::lab::alarms::value_stat(settings).map(|stat| stat.stat.as_str()).unwrap_or_default();
        if let Some(samples) = self.samples.filter(|samples| *samples < FEW_SAMPLES && is_high(stat)) {
            let few = crate::lab::alarms::words::number(samples);
            warnings.push(format!("A period has about {few} calls: {stat} of so few is close to the maximum. Choose a longer period"));
        }
        if let (Some(_), Some((first, _))) = (self.band.as_ref(), self.points.first())
            && self.to_ms - self.from_ms >= 14 * 86_400_000
            && first - self.from_ms > 86_400_000
        {
            warnings
                .push("There are less than two weeks of data: the band does not know the days of the week yet and will change".to_owned());
        }
        let sparse = self.expected_points() > 20 && (self.points.len() as i64) < self.expected_points() / 2;
        if sparse && rule(settings).missing == crate::metrics::alarm::MissingData::Breaching {
            warnings.push("More than half of the periods have no data, and each counts as breaching".to_owned());
        }
        warnings
    }

    fn expected_points(&self) -> i64 {
        (self.to_ms - self.from_ms) / self.period_ms.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::alarms::recommended::Recommended;
    use crate::lab::alarms::with_band;

    fn graph(values: &[f64], band: Option<GraphBand>) -> Graph {
        let points: Vec<(i64, f64)> = values.iter().enumerate().map(|(place, value)| (place as i64 * 60_000, *value)).collect();
        Graph { from_ms: 0, to_ms: values.len() as i64 * 60_000, period_ms: 60_000, points, band, samples: Some(3.0) }
    }

    #[test]
    fn a_graph_tells_when_an_alarm_would_have_fired() {
        let settings = Recommended::Throttles.settings("m");
        let replay = graph(&[0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0], None).replay(&settings).unwrap();
        assert_eq!((replay.fired(), replay.in_alarm_ms()), (1, 2 * 60_000));
        let other = Graph { period_ms: 300_000, ..graph(&[0.0], None) };
        assert_eq!(other.replay(&settings), None, "a graph of other periods says nothing");
    }

    #[test]
    fn without_edges_a_band_says_why_and_nothing_fires() {
        let plain = Recommended::Throttles.settings("m");
        let settings = PutMetricAlarm {
            watched: with_band(plain.watched.clone(), 2.0),
            threshold: None,
            comparison: "GreaterThanUpperThreshold".to_owned(),
            ..plain
        };
        let none = GraphBand { edges: Vec::new(), training: Some(Training::TooLittleData) };
        assert!(none.absence().unwrap().contains("too few datapoints"));
        assert_eq!(graph(&[9.0; 6], Some(none)).replay(&settings).unwrap().fired(), 0);
        let edges = (0..6).map(|place| Edges { at_ms: place * 60_000, lower: 0.0, upper: 5.0 }).collect();
        let band = GraphBand { edges, training: Some(Training::Trained) };
        assert_eq!(band.absence(), None);
        assert_eq!(graph(&[9.0; 6], Some(band)).replay(&settings).unwrap().fired(), 1);
    }

    #[test]
    fn few_samples_make_a_percentile_doubtful() {
        let latency = Recommended::Latency.settings("m");
        assert!(graph(&[1.0], None).warnings(&latency)[0].contains("about 3 calls"));
        assert!(graph(&[1.0], None).warnings(&Recommended::Throttles.settings("m")).is_empty());
    }
}
