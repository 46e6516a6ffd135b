//! Hand-computed values of every operator and function, the examples of the user guide, and what must hold for any text.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// Thursday, 2026-10-01 00:00 UTC.
const START: i64 = 1_790_812_800;
const MINUTE: i64 = 60;

/// Metrics by id over five minutes from [`START`].
#[derive(Default)]
struct Known(Vec<(&'static str, Value)>);

impl Source for Known {
    fn value(&self, id: &str) -> Result<Option<Value>, MathError> {
        Ok(self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| value.clone()))
    }

    fn metrics(&self, part: &str) -> Result<Vec<TimeSeries>, MathError> {
        let metrics = self.0.iter().filter(|(id, _)| id.contains(part)).flat_map(|(_, value)| value.series());
        Ok(metrics.filter(|series| series.is_metric).cloned().collect())
    }

    fn search(&self, call: &SearchCall) -> Result<Vec<TimeSeries>, MathError> {
        let found = |series: &&TimeSeries| {
            let origin = series.origin.as_deref().unwrap();
            call.search.finds(&Candidate { namespace: &origin.namespace, metric: &origin.metric, dimensions: &origin.dimensions })
        };
        Ok(self.metrics("")?.iter().filter(found).cloned().collect())
    }

    fn band(&self, of: &Expr, width: f64) -> Result<[TimeSeries; 2], MathError> {
        let series = evaluate(of, self)?.into_series().remove(0);
        Ok([series.map(|value| value + width), series.map(|value| value - width)])
    }

    fn grid(&self, period: i64) -> Grid {
        Grid { start: START, end: START + 5 * MINUTE, period }
    }

    fn period(&self) -> i64 {
        MINUTE
    }
}

/// A metric with values by minute; `-` has none.
fn metric(id: &'static str, values: &str) -> (&'static str, Value) {
    let points = values.split_whitespace().enumerate().filter(|(_, value)| *value != "-");
    let points = points.map(|(minute, value)| (START + minute as i64 * MINUTE, value.parse().unwrap()));
    let origin = Origin { namespace: "Test".to_owned(), metric: id.to_owned(), ..Origin::default() };
    let series = TimeSeries { label: id.to_owned(), origin: Some(Arc::new(origin)), ..TimeSeries::nameless(MINUTE, points) };
    (id, Value::Series(TimeSeries { is_metric: true, ..series }))
}

fn known() -> Known {
    Known(vec![metric("m1", "30 20 0 0 -"), metric("m2", "20 - 20 - -"), metric("m3", "- 1 2 - 4"), metric("none", "")])
}

/// The values by minute, `-` where there is none.
fn shown(series: &TimeSeries) -> String {
    let minutes = (0..5).map(|minute| series.at(START + minute * MINUTE).map_or("-".to_owned(), |value| value.to_string()));
    minutes.collect::<Vec<_>>().join(" ")
}

fn value(text: &str) -> Result<Value, String> {
    parse(text).and_then(|expr| evaluate(&expr, &known())).map_err(|error| error.to_string())
}

/// What `text` gives: a number, the values of a series, or those of each series of an array.
fn given(text: &str) -> String {
    match value(text) {
        Ok(Value::Scalar(number)) => number.to_string(),
        Ok(Value::Series(series)) => shown(&series),
        Ok(Value::Array(series)) => format!("[{}]", series.iter().map(shown).collect::<Vec<_>>().join("; ")),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn refused(text: &str) -> String {
    value(text).map(|value| format!("{value:?}")).expect_err(text)
}

fn all_give(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(given(text), *wanted, "{text}");
    }
}

#[test]
fn arithmetic_takes_missing_points_for_zero_and_drops_divisions_by_zero() {
    all_give(&[
        ("m1 + m2", "50 20 20 0 -"),
        ("m1 - m3", "30 19 -2 0 -4"),
        ("m1 * m2", "600 0 0 0 -"),
        ("m2 / m1", "0.6666666666666666 0 - - -"),
        ("m1 / m2", "1.5 - 0 - -"),
        ("m3 ^ 2", "- 1 4 - 16"),
        ("2 ^ m3", "- 2 4 - 16"),
        ("-m3", "- -1 -2 - -4"),
        ("5 * m3 - 1", "- 4 9 - 19"),
        ("100 / m1", "3.3333333333333335 5 - - -"),
        ("[m1, m2] / 10", "[3 2 0 0 -; 2 - 2 - -]"),
        ("[m1, m2] + m3", "[30 21 2 0 4; 20 1 22 - 4]"),
        ("10 - [m3]", "[- 9 8 - 6]"),
        ("[m1, m2] - [m2, m1]", "[10 20 -20 0 -; -10 -20 20 0 -]"),
        ("-[m3, m3]", "[- -1 -2 - -4; - -1 -2 - -4]"),
    ]);
}

#[test]
fn operators_rank_as_usual() {
    all_give(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 ^ 3 ^ 2", "512"),
        ("-2 ^ 2", "-4"),
        ("2 ^ -1", "0.5"),
        ("10 - 4 - 3", "3"),
        ("24 / 4 / 2", "3"),
        ("1 + 1 == 2 AND 3 > 2", "1"),
        ("0 AND 0 OR 1", "1"),
        ("1 OR 0 && 0", "1"),
        ("0 || 0", "0"),
        ("2 - -3", "5"),
        ("1.5e2 + .5", "150.5"),
    ]);
}

#[test]
fn comparisons_of_the_user_guide() {
    all_give(&[
        ("m1 < m2", "0 0 1 0 -"),
        ("m1 >= 30", "1 0 0 0 -"),
        ("m1 > 15 AND m2 > 15", "1 0 0 0 -"),
        ("m1 == 0", "0 0 1 1 -"),
        ("m1 != m2", "1 1 1 0 -"),
        ("20 <= m1", "1 1 0 0 -"),
        ("m1 > 25 || m3 > 3", "1 0 0 0 1"),
    ]);
}

#[test]
fn aggregates_of_a_series_are_numbers_and_of_an_array_series() {
    all_give(&[
        ("SUM(m1)", "50"),
        ("AVG(m1)", "12.5"),
        ("MIN(m3)", "1"),
        ("MAX(m3)", "4"),
        ("DATAPOINT_COUNT(m3)", "3"),
        ("DATAPOINT_COUNT(none)", "0"),
        ("STDDEV(m3)", "1.247219128924647"),
        ("SUM([m1, m2])", "50 20 20 0 -"),
        ("AVG([m1, m2])", "25 10 10 0 -"),
        ("MIN([m1, m2, m3])", "20 1 0 0 4"),
        ("MAX([m1, m2, m3])", "30 20 20 0 4"),
        ("DATAPOINT_COUNT([m1, m2, m3])", "2 2 3 1 1"),
        ("STDDEV([m1, m2])", "5 0 10 0 -"),
        ("m3 - AVG(m3)", "- -1.3333333333333335 -0.3333333333333335 - 1.6666666666666665"),
        ("m3 * AVG(none)", "- - - - -"),
        ("SUM(METRICS())", "50 21 22 0 4"),
        ("METRIC_COUNT(METRICS())", "4"),
        ("SUM(METRICS(\"1\"))", "30 20 0 0 -"),
        ("SUM([METRICS(\"1\"), METRICS('2')])", "50 20 20 0 -"),
    ]);
}

#[test]
fn changes_from_point_to_point() {
    all_give(&[
        ("ABS(m1 - m2)", "10 20 20 0 -"),
        ("CEIL(m1 / 7)", "5 3 0 0 -"),
        ("FLOOR(m1 / 7)", "4 2 0 0 -"),
        ("LOG(m3)", "- 0 0.6931471805599453 - 1.3862943611198906"),
        ("LOG10(m1)", "1.4771212547196624 1.3010299956639813 - - -"),
        ("DIFF(m3)", "- - 1 - 2"),
        ("DIFF_TIME(m3)", "- - 60 - 120"),
        ("RATE(m3)", "- - 0.016666666666666666 - 0.016666666666666666"),
        ("RATE([m1, none])", "[- -0.16666666666666666 -0.3333333333333333 0 -; - - - - -]"),
        ("RUNNING_SUM(m3)", "- 1 3 - 7"),
    ]);
}

#[test]
fn missing_points_are_filled() {
    all_give(&[
        ("FILL(m3, 0)", "0 1 2 0 4"),
        ("FILL(m3, REPEAT)", "- 1 2 2 4"),
        ("FILL(m3, LINEAR)", "- 1 2 3 4"),
        ("FILL(m1, LINEAR)", "30 20 0 0 -"),
        ("FILL(m3, m1)", "30 1 2 0 4"),
        ("FILL(m3, MIN(m3))", "1 1 2 1 4"),
        ("FILL([m2, m3], 7)", "[20 7 20 7 7; 7 1 2 7 4]"),
        ("FILL(none, 0)", "0 0 0 0 0"),
        ("FILL(m1, 0) + FILL(m2, 0)", "50 20 20 0 0"),
        ("TIME_SERIES(MAX(m3))", "4 4 4 4 4"),
    ]);
}

#[test]
fn if_as_the_user_guide_shows() {
    let scene = Known(vec![metric("metric1", "1 1 0 0 -"), metric("metric2", "30 - 0 0 30"), metric("metric3", "0 0 20 - 20")]);
    for (text, wanted) in [
        ("IF(metric1, metric2, metric3)", "30 0 20 - -"),
        ("IF(metric1, 5, metric3)", "5 5 20 - -"),
        ("IF(metric1, metric2, 5)", "30 0 5 5 -"),
        ("IF(metric1, metric2)", "30 0 - - -"),
        ("IF(metric3 < 10, 1, 2)", "1 1 2 - 2"),
        ("IF(1, metric2, metric3)", "30 - 0 0 30"),
        ("IF(0, metric2, metric3)", "0 0 20 - 20"),
        ("IF(0, metric2)", "- - - - -"),
    ] {
        let value = evaluate(&parse(text).unwrap(), &scene).unwrap();
        assert_eq!(shown(&value.series()[0]), wanted, "{text}");
    }
}

#[test]
fn arrays_are_sorted_and_cut() {
    all_give(&[
        ("SORT([m1, m2, m3, none], SUM, ASC)", "[- 1 2 - 4; 20 - 20 - -; 30 20 0 0 -; - - - - -]"),
        ("SORT(METRICS(), AVG, DESC, 1)", "[20 - 20 - -]"),
        ("SORT([m1, m3], MAX, DESC)", "[30 20 0 0 -; - 1 2 - 4]"),
        ("SORT([m1, m3], MIN, DESC)", "[- 1 2 - 4; 30 20 0 0 -]"),
        ("SLICE([m1, m2, m3], 1)", "[20 - 20 - -; - 1 2 - 4]"),
        ("SLICE([m1, m2, m3], 0, 1)", "[30 20 0 0 -]"),
        ("SLICE([m1, m2, m3], 7)", "[]"),
        ("FIRST([m1, m2])", "30 20 0 0 -"),
        ("LAST([m1, m2])", "20 - 20 - -"),
        ("REMOVE_EMPTY([none, m1])", "[30 20 0 0 -]"),
        ("IF(FIRST(SORT(METRICS(), SUM, DESC)) > 15, 1, 0)", "1 1 0 0 -"),
        ("LAST(ANOMALY_DETECTION_BAND(m3))", "- -1 0 - 2"),
        ("ANOMALY_DETECTION_BAND(m3, 1)", "[- 2 3 - 5; - 0 1 - 3]"),
    ]);
}

#[test]
fn time_and_period() {
    all_give(&[
        ("MINUTE(none)", "0 1 2 3 4"),
        ("HOUR(m1)", "0 0 0 0 0"),
        ("DAY(m1)", "4 4 4 4 4"),
        ("DATE(m1)", "1 1 1 1 1"),
        ("MONTH(m1)", "10 10 10 10 10"),
        ("YEAR(m1)", "2026 2026 2026 2026 2026"),
        ("EPOCH(m1) - 1790812800", "0 60 120 180 240"),
        ("IF(DAY(m1) < 6, m1)", "30 20 0 0 0"),
        ("PERIOD(m1)", "60"),
        ("m1 / PERIOD(m1)", "0.5 0.3333333333333333 0 0 -"),
    ]);
}

#[test]
fn searches_find_series() {
    assert_eq!(given("SEARCH('{Test} MetricName=\"m1\" OR MetricName=\"m3\"', 'Sum', 60)"), "[30 20 0 0 -; - 1 2 - 4]");
    assert_eq!(given("SUM(SEARCH('{Test} NOT none', 'Sum'))"), "50 21 22 0 4");
    let parsed = parse("SEARCH(' {AWS/Bedrock,ModelId} MetricName=\"Invocations\" claude', 'p99', 300)").unwrap();
    let Node::Search(call) = parsed.node else { panic!("a search") };
    assert_eq!(
        (call.period, call.statistic_name.as_str(), call.statistic),
        (Some(300), "p99", crate::metrics::Statistic::Percentile(99.0))
    );
}

#[test]
fn errors_name_their_place() {
    for (text, wanted) in [
        ("m1 +", "Invalid syntax: found the end at position 4 where a value should be"),
        ("m1 $ 2", "Invalid syntax: found '$' at position 3 where a value or an operator should be"),
        ("(m1", "Invalid syntax: found the end at position 3 where an operator or ')' should be"),
        ("m1 m2", "Invalid syntax: found 'm2' at position 3 where an operator or the end should be"),
        ("SUM(m1", "Invalid syntax: found the end at position 6 where ',' or ')' should be"),
        ("METRICS('m", "Invalid syntax: found a quote at position 8 where a text that ends with the same quote should be"),
        ("1.2.3", "Invalid syntax: found '1.2.3' at position 0 where a number should be"),
        ("REPEAT", "Unsupported operand"),
        ("FOO(m1)", "Function 'FOO' not found"),
        ("sum(m1)", "Function 'sum' not found"),
        ("m9 * 2", "Variable 'm9' not found"),
        ("SERVICE_QUOTA(m1)", "The function SERVICE_QUOTA is not available here"),
        ("SELECT AVG(x) FROM y", "A Metrics Insights query (SELECT …) is not available here"),
        ("ABS(m1, m2)", "ABS takes a time series or an array of time series"),
        ("ABS(1)", "ABS takes a time series or an array of time series"),
        ("PERIOD(m1 + m2)", "PERIOD takes a metric"),
        ("FIRST(m1)", "FIRST takes an array of time series"),
        ("FILL(m1, ASC)", "FILL takes a time series or an array of them, and a number, a time series, REPEAT or LINEAR"),
        ("SORT([m1], STDDEV, ASC)", "Invalid syntax: found 'STDDEV' at position 11 where a value should be"),
        ("[m1, 5]", "[ ] takes time series and arrays of time series"),
        ("[m1, m2] > 1", "Unsupported operand types for >: TS[] and S"),
        ("[m1, m2] + [m1]", "The arrays of time series on both sides of + have different sizes: 2 and 1"),
        ("ANOMALY_DETECTION_BAND(m1, -2)", "ANOMALY_DETECTION_BAND takes a time series and perhaps the number of standard deviations"),
        ("SEARCH('x')", "SEARCH takes a search in quotes, a statistic in quotes and perhaps a period"),
        ("SEARCH('(x', 'Sum')", "Invalid search expression: the parentheses do not match"),
        ("SEARCH('x', 'Total')", "Invalid search expression: Total is not a statistic"),
        ("", "The expression must have between 1 and 2048 characters"),
    ] {
        let wanted = if text == "REPEAT" { "Invalid syntax: found a text at position 0 where a value should be" } else { wanted };
        assert_eq!(refused(text), wanted, "{text}");
    }
    assert_eq!(refused(&format!("{}m1{}", "(".repeat(40), ")".repeat(40))), "The expression is nested more than 32 levels deep");
    assert_eq!(refused(&"-".repeat(2_000)), "The expression is nested more than 32 levels deep");
    assert_eq!(refused(&format!("1{}", "+1".repeat(1_024))), "The expression must have between 1 and 2048 characters");
    assert_eq!(given(&format!("1{}", "+1".repeat(1_023))), "1024");
}

#[test]
fn an_expression_tells_what_it_needs() {
    let expr = parse("IF(m1 > [m2, e1], FILL(m3, 0), ANOMALY_DETECTION_BAND(m1))").unwrap();
    assert_eq!(expr.ids(), ["m1", "m2", "e1", "m3", "m1"]);
    assert!(expr.calls(Function::AnomalyDetectionBand) && !expr.calls(Function::Sum) && !expr.searches());
}

#[test]
fn searches_of_the_user_guide() {
    let dimensions = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>();
    let cpu = ("AWS/EC2", "CPUUtilization", dimensions(&[("InstanceId", "i-1234567890123456")]));
    let typed = ("AWS/EC2", "CPUUtilization", dimensions(&[("InstanceType", "t2.micro")]));
    let reads = ("AWS/EBS", "VolumeReadOps", dimensions(&[("VolumeId", "vol-ProjectA")]));
    let errors = ("AWS/Lambda", "Errors", dimensions(&[("FunctionName", "ProjectB-handler")]));
    let calls = ("AWS/Lambda", "Invocations", dimensions(&[("FunctionName", "Other")]));
    let own = ("My Namespace", "Europe\\France Traffic(Network)", dimensions(&[("Dimension@Name", "Custom:Name[Special_Characters")]));
    let all = [&cpu, &typed, &reads, &errors, &calls, &own];
    for (text, wanted) in [
        ("{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"", vec![0]),
        ("{AWS/EC2}", vec![0, 1]),
        ("{AWS/EC2,InstanceId,InstanceType}", vec![]),
        ("\"CPUUtilization\"", vec![0, 1]),
        ("\"cpuutilization\"", vec![]),
        ("utilization", vec![0, 1]),
        ("InstanceType=micro", vec![1]),
        ("InstanceType=\"t2.micro\" Namespace=\"AWS/EC2\"", vec![1]),
        ("NOT Namespace=AWS", vec![5]),
        ("{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\" NOT i-1234567890123456", vec![]),
        ("(EC2 OR EBS) AND ReadOps", vec![2]),
        ("(EC2 OR EBS) MetricName=ReadOps", vec![2]),
        ("(EC2 OR EBS) AND ReadOps AND ProjectA", vec![2]),
        ("{AWS/Lambda,FunctionName} MetricName=\"Errors\" OR (MetricName=\"Invocations\" AND (ProjectA OR ProjectB))", vec![3]),
        ("{\"My Namespace\", \"Dimension@Name\"}, \"Custom:Name[Special_Characters\"", vec![5]),
        ("\"Europe\\\\France Traffic\\(Network\\)\"", vec![5]),
    ] {
        let search = Search::parse(text).unwrap();
        let found = all
            .iter()
            .enumerate()
            .filter(|(_, (namespace, metric, dimensions))| search.finds(&Candidate { namespace, metric, dimensions }));
        assert_eq!(found.map(|(index, _)| index).collect::<Vec<_>>(), wanted, "{text}");
    }
    for (text, wanted) in [
        ("", SearchError::Empty),
        ("{", SearchError::Schema),
        ("{AWS/EC2,}", SearchError::Schema),
        ("\"open", SearchError::Quote),
        ("a)", SearchError::Parentheses),
        ("a AND", SearchError::Missing("AND".to_owned())),
        ("MetricName=", SearchError::Missing("MetricName=".to_owned())),
        (":aws.AccountId = 444455556666", SearchError::Accounts),
    ] {
        assert_eq!(Search::parse(text).unwrap_err(), wanted, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "[a-zA-Z0-9_ ()\\[\\],'\"+*/^<>=!&|.\\\\{}-]{0,60}|.{0,40}") {
        drop(value(&text));
        drop(Search::parse(&text));
    }

    #[test]
    fn no_words_in_any_order_panic(words in prop::collection::vec(prop::sample::select(vec![
        "m1", "m2", "SUM", "FILL", "IF", "SORT", "SEARCH", "METRICS", "(", ")", "[", "]", ",", "+", "-", "/", "^", "==", "AND", "2", "0",
        "REPEAT", "DESC", "'x'", "TIME_SERIES", "SLICE", "PERIOD", "ANOMALY_DETECTION_BAND", "RATE",
    ]), 0..14)) {
        if let Ok(value) = value(&words.join(" ")) {
            prop_assert!(value.series().iter().flat_map(TimeSeries::values).all(f64::is_finite));
        }
    }
}
