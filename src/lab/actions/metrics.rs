//! Looks whether Bedrock's metrics show invocations since logging was switched on.

use async_trait::async_trait;

use super::records;
use crate::aws::cloudwatch::{GetMetricData, ListMetrics, Metric, MetricQuery, MetricSeries};
use crate::aws::error::AwsError;
use crate::aws::operation::PlannedCall;
use crate::base::clock::timestamp_ms;
use crate::base::text;
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::lab::status::Verdict;

/// See the module.
pub struct Metrics;

const NAMESPACE: &str = "AWS/Bedrock";
/// Metrics that one `GetMetricData` may ask for.
const MAX_QUERIES: usize = 500;
/// Metrics of the evidence, in order, with their statistic.
const SHOWN: [(&str, &str); 4] =
    [("Invocations", "Sum"), ("InvocationLatency", "Average"), ("InputTokenCount", "Sum"), ("OutputTokenCount", "Sum")];

fn list() -> ListMetrics {
    ListMetrics { namespace: Some(NAMESPACE.to_owned()), ..ListMetrics::default() }
}

#[async_trait]
impl Action for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn plan(&self, _values: &Values, _facts: &Facts) -> Vec<PlannedCall> {
        let metric = Metric { namespace: NAMESPACE.to_owned(), metric_name: SHOWN[0].0.to_owned(), dimensions: Vec::new() };
        let query = MetricQuery { id: "m0".to_owned(), metric, stat: SHOWN[0].1.to_owned(), period_secs: 60, label: None };
        let read = GetMetricData { queries: vec![query], start: timestamp_ms(0), end: timestamp_ms(3_600_000) };
        vec![PlannedCall::of(&list()), PlannedCall::of(&read)]
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Look for my metrics"
    }

    fn patience_secs(&self) -> u64 {
        180
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        cx.say("Asking CloudWatch which metrics exist");
        Ok(())
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let by_model: Vec<Metric> = cx.run(list()).await?.into_iter().filter(is_shown).collect();
        if by_model.is_empty() {
            return Ok(Verdict::not_yet(
                "CloudWatch has no metric of Bedrock yet",
                "Send a prompt; on a real account a new metric is listed within 15 minutes",
            ));
        }
        let queries: Vec<MetricQuery> = by_model.iter().take(MAX_QUERIES).enumerate().map(|(i, metric)| query(i, metric)).collect();
        let start = timestamp_ms((records::logging_since(cx) / 60) * 60_000);
        let end = timestamp_ms((cx.clock.now().as_second() / 60 + 1) * 60_000);
        let series = cx.run(GetMetricData { queries, start, end }).await?;
        Ok(judge(&by_model, &series))
    }
}

/// Whether a metric is one of those shown, of one model and of nothing else.
fn is_shown(metric: &Metric) -> bool {
    let by_model = metric.dimensions.len() == 1 && metric.dimensions[0].name == "ModelId";
    by_model && SHOWN.iter().any(|(name, _)| *name == metric.metric_name)
}

fn query(index: usize, metric: &Metric) -> MetricQuery {
    let stat = SHOWN.iter().find(|(name, _)| *name == metric.metric_name).map_or("Sum", |(_, stat)| stat);
    MetricQuery { id: format!("m{index}"), metric: metric.clone(), stat: stat.to_owned(), period_secs: 60, label: None }
}

fn judge(metrics: &[Metric], series: &[MetricSeries]) -> Verdict {
    let points = |index: usize| series.iter().find(|s| s.id == format!("m{index}")).map(|s| s.points.as_slice()).unwrap_or_default();
    let mut evidence = Vec::new();
    for (index, metric) in metrics.iter().enumerate() {
        let values: Vec<f64> = points(index).iter().map(|(_, value)| *value).collect();
        let sum: f64 = values.iter().sum();
        if sum > 0.0 {
            evidence.push(line(metric, sum, values.len()));
        }
    }
    evidence.sort();
    let has_calls = evidence.iter().any(|line| line.starts_with("Invocations "));
    if has_calls {
        return Verdict::Passed { evidence };
    }
    Verdict::not_yet("The metrics show no invocation since logging was switched on", "Send a prompt, wait a minute, and check again")
}

fn line(metric: &Metric, sum: f64, points: usize) -> String {
    let model = &metric.dimensions[0].value;
    match metric.metric_name.as_str() {
        "InvocationLatency" => format!("InvocationLatency of {model}: {:.0} ms on average", sum / points as f64),
        name => format!("{name} of {model}: {}", text::grouped(sum as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch::Dimension;

    fn metric(name: &str) -> Metric {
        let dimensions = vec![Dimension { name: "ModelId".to_owned(), value: "m".to_owned() }];
        Metric { namespace: NAMESPACE.to_owned(), metric_name: name.to_owned(), dimensions }
    }

    fn series(id: &str, values: &[f64]) -> MetricSeries {
        MetricSeries { id: id.to_owned(), points: values.iter().map(|v| (timestamp_ms(0), *v)).collect(), ..MetricSeries::default() }
    }

    #[test]
    fn tokens_without_invocations_are_not_enough() {
        let metrics = [metric("InputTokenCount"), metric("Invocations")];
        assert!(!judge(&metrics, &[series("m0", &[7.0]), series("m1", &[])]).is_done());
        let Verdict::Passed { evidence } = judge(&metrics, &[series("m0", &[7.0]), series("m1", &[1.0, 2.0])]) else { panic!("passes") };
        assert_eq!(evidence, ["InputTokenCount of m: 7", "Invocations of m: 3"]);
    }
}
