//! What dashboards as data ask for and what they make of the answers.

use std::collections::{BTreeMap, BTreeSet};

use super::body::{Account, read, write};
use super::edit::{Edit, layout};
use super::plan::{Answers, Frame, Listed, MODEL, SeriesKey, groups, requests};
use super::*;
use crate::metrics::Distribution;
use crate::metrics::range::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::metrics::series::{Plotted, Point};

const NOW: i64 = 1_795_435_471_000;

struct Given {
    board: Dashboard,
    models: Vec<String>,
    listed: Vec<Listed>,
    quotas: BTreeMap<String, f64>,
    range: (i64, i64),
}

fn of_model(model: &str) -> BTreeMap<String, String> {
    [(MODEL.to_owned(), model.to_owned())].into()
}

fn listed(metric: &str, dimensions: BTreeMap<String, String>) -> Listed {
    Listed { namespace: "AWS/Bedrock".to_owned(), metric: metric.to_owned(), dimensions }
}

impl Given {
    fn board(board: Dashboard) -> Self {
        Self {
            board,
            models: vec!["a".to_owned(), "b".to_owned()],
            listed: Vec::new(),
            quotas: BTreeMap::new(),
            range: (NOW - 3 * HOUR_MS, NOW),
        }
    }

    fn widget(widget: Widget) -> Self {
        let title = "t".to_owned();
        Self::board(Dashboard { title, help: String::new(), namespace: bedrock(), numbers: Vec::new(), widgets: vec![widget] })
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            board: &self.board,
            now_ms: NOW,
            range: self.range,
            period_ms: None,
            chosen: "p90",
            models: &self.models,
            listed: &self.listed,
            quotas: &self.quotas,
        }
    }

    /// Every series with the value that `value` gives it at three moments with a gap.
    fn answers(&self, value: impl Fn(&SeriesKey) -> f64) -> Answers {
        let points = |key: &SeriesKey| {
            let at = |n: i64| Point { at_ms: key.window.from_ms + n * key.window.period_ms, value: value(key) * (n + 1) as f64 };
            vec![at(0), at(1), at(3)]
        };
        self.frame().asks().into_iter().map(|key| (key.clone(), points(&key))).collect()
    }

    fn only_plot(&self, answers: &Answers) -> Result<Plotted, String> {
        self.frame().plots(answers).remove(0)
    }
}

fn widget(metrics: &[&str]) -> Widget {
    Widget { title: "w".to_owned(), metrics: metrics.iter().map(|name| MetricRef::from(*name)).collect(), ..Widget::default() }
}

#[test]
fn the_built_in_dashboards_show_what_the_lab_and_the_console_show() {
    let metrics: BTreeSet<String> =
        Dashboard::built_in().iter().flat_map(|(_, board)| &board.widgets).flat_map(|w| &w.metrics).map(|m| m.name.clone()).collect();
    for metric in [
        "Invocations",
        "InvocationLatency",
        "TimeToFirstToken",
        "InputTokenCount",
        "OutputTokenCount",
        "InvocationClientErrors",
        "InvocationServerErrors",
        "InvocationThrottles",
        "EstimatedTPMQuotaUsage",
        "CacheReadInputTokens",
        "CacheWriteInputTokens",
        "ModelInvocationLogsCloudWatchDeliverySuccess",
        "ModelInvocationLogsS3DeliveryFailure",
    ] {
        assert!(metrics.contains(metric), "{metric}");
    }
    let kinds: Vec<Kind> = Dashboard::built_in()[1].1.widgets.iter().map(|widget| widget.kind).collect();
    assert!([Kind::Prompts, Kind::CostByModel, Kind::CostByPrincipal].iter().all(|kind| kinds.contains(kind)));
}

#[test]
fn a_file_that_was_written_reads_as_the_same_dashboard() {
    for (_, board) in Dashboard::built_in() {
        assert_eq!(Dashboard::parse(&board.to_toml().unwrap()).unwrap(), **board);
    }
}

#[test]
fn what_is_wrong_with_a_file_is_told() {
    let told = |text: &str| Dashboard::parse(text).unwrap_err().to_string();
    assert!(told("title = 'x'\ncolour = 'red'").contains("colour"));
    assert!(told("title = 'x'\n[[widget]]\ntitle = 'y'").contains("\"y\" names no metric"));
    assert!(told("title = 'x'\n[[widget]]\ntitle = 'y'\nmetrics = ['a']\nstatistic = 'p900'").contains("p900"));
    assert!(told("title = 'x'\n[[widget]]\ntitle = 'y'\nmetrics = ['a']\nexpression = 'm1 +'").contains("Invalid syntax"));
    assert!(told("title = 'x'\n[[widget]]\ntitle = 'y'\nmetrics = ['a']\nbins = [2.0, 1.0]").contains("do not ascend"));
}

#[test]
fn a_series_that_two_widgets_show_is_asked_for_once() {
    let mut given = Given::widget(Widget { by_model: true, ..widget(&["Invocations"]) });
    given.listed = vec![listed("Invocations", of_model("a"))];
    given.board.widgets.push(widget(&["Invocations"]));
    given.board.numbers =
        vec![Number { title: String::new(), help: String::new(), metrics: vec!["Invocations".to_owned()], unit: Unit::Count }];
    assert_eq!(given.frame().asks().len(), 2);
    let answers = given.answers(|_| 1.0);
    let plots = given.frame().plots(&answers);
    assert_eq!(plots[0].as_ref().unwrap().series.len(), 2);
    assert_eq!(plots[1].as_ref().unwrap().series[0].points[0].value, 2.0);
    assert_eq!(given.frame().numbers(&answers)[0].series.len(), 2);
}

#[test]
fn models_come_from_the_list_and_from_elsewhere_and_totals_without_model_are_not_counted_twice() {
    let mut given = Given::widget(widget(&["Invocations"]));
    given.listed = vec![listed("Invocations", of_model("c")), listed("Invocations", BTreeMap::new())];
    let models: BTreeSet<_> = given.frame().asks().into_iter().map(|key| key.dimensions.get(MODEL).cloned()).collect();
    assert_eq!(models.into_iter().flatten().collect::<Vec<_>>(), ["a", "b", "c"]);
    // Deliveries are told for all models together.
    given.board.widgets = vec![widget(&["ModelInvocationLogsS3DeliverySuccess"])];
    given.listed = vec![listed("ModelInvocationLogsS3DeliverySuccess", BTreeMap::new())];
    assert_eq!(given.frame().asks().into_iter().map(|key| key.dimensions).collect::<Vec<_>>(), [BTreeMap::new()]);
}

#[test]
fn percentiles_of_several_models_are_never_added_up() {
    let latency = Widget { statistic: Choice::Chosen, ..widget(&["InvocationLatency"]) };
    let given = Given::widget(latency.clone());
    assert_eq!(given.only_plot(&given.answers(|_| 5.0)).unwrap().series.len(), 2);
    let largest = Given::widget(Widget { statistic: Choice::Named("Maximum".to_owned()), ..latency });
    let value = |key: &SeriesKey| if key.dimensions == of_model("b") { 7.0 } else { 5.0 };
    let plotted = largest.only_plot(&largest.answers(value)).unwrap();
    assert_eq!((plotted.series.len(), plotted.series[0].points[0].value), (1, 7.0));
}

#[test]
fn output_speed_is_the_documented_formula_over_each_model() {
    let speed = Dashboard::built_in()[1].1.widgets.iter().find(|widget| widget.unit == Unit::TokensPerSecond).unwrap().clone();
    let given = Given::widget(speed);
    let value = |key: &SeriesKey| match key.metric.as_str() {
        "InvocationLatency" => 5_200.0,
        "OutputTokenCount" => 350.0,
        _ => 700.0,
    };
    assert!(given.frame().asks().iter().all(|key| key.statistic == "p50"));
    let plotted = given.only_plot(&given.answers(value)).unwrap();
    assert_eq!(plotted.series.iter().map(|series| series.model.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    // 350 tokens in 4.5 s.
    assert!((plotted.series[0].points[0].value - 350.0 / 4.5).abs() < 1e-9);
}

#[test]
fn quota_use_is_told_per_minute_whatever_the_period_and_has_the_quota_as_its_limit() {
    let tpm = Dashboard::built_in()[1].1.widgets.iter().find(|widget| widget.quota).unwrap().clone();
    let mut given = Given::widget(tpm);
    given.range = (NOW - DAY_MS, NOW);
    given.quotas = [("a".to_owned(), 400_000.0)].into();
    let plotted = given.only_plot(&given.answers(|_| 3_000.0)).unwrap();
    assert_eq!((plotted.period_ms, plotted.series[0].points[0].value), (5 * MINUTE_MS, 600.0));
    assert_eq!(plotted.limits, [crate::metrics::series::Limit { model: "a".to_owned(), value: 400_000.0 }]);
}

#[test]
fn groups_by_size_count_every_request_once() {
    let bounds = [250.0, 1_000.0, 4_000.0];
    let named = groups(&bounds);
    assert_eq!(named.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["up to 250", "250–1 k", "1 k–4 k", "over 4 k"]);
    // An oracle that counts by itself, values on the bounds among them.
    let samples: Vec<f64> = (0..400).map(|n| f64::from(n * n % 6_001)).chain([250.0, 1_000.0, 4_000.0, 0.0]).collect();
    let mut held = Distribution::default();
    for sample in &samples {
        held.add(*sample, 1.0);
    }
    let counts: Vec<f64> = named.iter().map(|(statistic, _)| held.statistic(&statistic.parse().unwrap()).unwrap_or(0.0)).collect();
    let edges = [f64::NEG_INFINITY, 250.0, 1_000.0, 4_000.0, f64::INFINITY];
    let expected: Vec<f64> =
        edges.windows(2).map(|edge| samples.iter().filter(|sample| **sample > edge[0] && **sample <= edge[1]).count() as f64).collect();
    assert_eq!(counts, expected);
    assert_eq!(counts.iter().sum::<f64>(), samples.len() as f64);
}

#[test]
fn daily_bars_are_asked_for_in_whole_days_in_a_request_of_their_own() {
    let daily = Widget { period: Some(86_400), days: Some(7), ..widget(&["InputTokenCount"]) };
    let mut given = Given::widget(daily);
    given.listed = vec![listed("InputTokenCount", of_model("a"))];
    given.board.widgets.push(widget(&["Invocations"]));
    let spans = requests(given.frame().asks());
    assert_eq!(spans.len(), 2);
    let ((from, to), keys) = &spans[0];
    assert_eq!((from % DAY_MS, *to, keys.len()), (0, NOW, 2));
    assert!(to - from >= 7 * DAY_MS && to - from < 8 * DAY_MS);
}

#[test]
fn a_period_is_never_so_short_that_a_series_has_thousands_of_points() {
    let given = Given::widget(widget(&["Invocations"]));
    let frame = Frame { period_ms: Some(MINUTE_MS), range: (NOW - 7 * DAY_MS, NOW), ..given.frame() };
    assert_eq!(frame.window(None, None).period_ms, 5 * MINUTE_MS);
    let old = Frame { range: (NOW - 20 * DAY_MS, NOW - 20 * DAY_MS + HOUR_MS), ..given.frame() };
    assert_eq!(old.window(Some(60), None).period_ms, 5 * MINUTE_MS);
}

#[test]
fn edits_keep_the_data_of_widgets_that_stay() {
    let board = Dashboard::bedrock();
    let titles = |board: &Dashboard| board.widgets.iter().map(|widget| widget.title.clone()).collect::<Vec<_>>();
    let (moved, origins) = Edit::Move { from: 0, to: 2 }.apply(&board);
    assert_eq!(origins[..3], [Some(1), Some(2), Some(0)]);
    assert_eq!(titles(&moved)[2], "Invocations");
    let (removed, origins) = Edit::Remove(0).apply(&board);
    assert_eq!((removed.widgets.len() + 1, origins[0]), (board.widgets.len(), Some(1)));
    let (resized, _) = Edit::Resize { index: 0, width: 200, height: 0 }.apply(&board);
    assert_eq!((resized.widgets[0].width, resized.widgets[0].height), (COLUMNS, HEIGHTS.0));
    assert_eq!(Edit::Move { from: 0, to: 99 }.apply(&board).0, *board);
}

#[test]
fn widgets_flow_and_never_overlap() {
    let cells = layout([(12, 6), (12, 4), (16, 6), (12, 5), (12, 5)].into_iter());
    let places: Vec<_> = cells.iter().map(|cell| (cell.x, cell.y)).collect();
    assert_eq!(places, [(0, 0), (12, 0), (0, 6), (0, 12), (12, 12)]);
}

fn account(models: &[String]) -> Account<'_> {
    Account { region: "us-east-1", log_group: Some("/outcrop/bedrock"), models, listed: &[], chosen: "p90" }
}

#[test]
fn a_published_dashboard_reads_back_as_it_was_but_for_what_cloudwatch_has_not() {
    let models = vec!["us.anthropic.claude-sonnet-4-6".to_owned(), "b".to_owned()];
    for (_, board) in Dashboard::built_in() {
        let written = write(board, account(&models));
        let back = read(&board.title, &written.body.to_string()).unwrap();
        let kept: Vec<&Widget> = board.widgets.iter().filter(|widget| widget.kind != Kind::CostByModel).collect();
        assert_eq!(back.widgets.len(), kept.len(), "{}", board.title);
        for (ours, theirs) in kept.iter().zip(&back.widgets) {
            let statistic = Choice::Named(ours.statistic.name("p90").to_owned());
            let kind = if ours.kind == Kind::Bar { Kind::Stacked } else { ours.kind };
            let by_model = ours.by_model || !theirs.kind.is_plot();
            let expected = Widget { statistic, kind, help: String::new(), days: None, quota: false, ..(*ours).clone() };
            let theirs = Widget { by_model: if by_model { ours.by_model } else { theirs.by_model }, ..theirs.clone() };
            let per_metric = expected.metrics.iter().any(|metric| metric.statistic.is_some());
            if !per_metric {
                assert_eq!(theirs, expected, "{}", ours.title);
            }
        }
        let counted = board.numbers.iter().filter(|number| number.unit != Unit::Dollars).map(|number| &number.metrics);
        assert!(back.numbers.iter().map(|number| &number.metrics).eq(counted));
        assert!(written.left_out.iter().any(|words| words.contains("no prices")));
    }
}

#[test]
fn a_dashboard_of_another_hand_is_drawn_as_far_as_it_can_be() {
    let body = r#"{"widgets": [
        {"type": "metric", "x": 12, "y": 0, "width": 12, "height": 6, "properties": {"title": "Second", "stat": "p99", "period": 300, "metrics": [
            ["AWS/Bedrock", "InvocationLatency", "ModelId", "a"], ["...", "b", {"label": "bee"}], [".", "Invocations", ".", "b", {"stat": "Sum"}]]}},
        {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {"title": "First", "metrics": [["AWS/Lambda", "Errors"]], "stacked": true}},
        {"type": "alarm", "properties": {"alarms": []}},
        {"type": "metric", "properties": {"metrics": [[{"expression": "SELECT COUNT(x) FROM y"}]]}}]}"#;
    let board = read("x", body).unwrap();
    assert_eq!(board.widgets.iter().map(|widget| widget.title.as_str()).collect::<Vec<_>>(), ["First", "Second", "", ""]);
    let second = &board.widgets[1];
    let dimensions: Vec<_> = second.metrics.iter().map(|metric| metric.dimensions.clone().unwrap()).collect();
    assert_eq!(dimensions, [of_model("a"), of_model("b"), of_model("b")]);
    assert_eq!(
        (second.metrics[1].label.as_deref(), second.metrics[2].name.as_str(), second.period),
        (Some("bee"), "Invocations", Some(300))
    );
    assert_eq!((second.statistic.name(""), second.metrics[2].statistic.as_ref().map(|s| s.name(""))), ("p99", Some("Sum")));
    assert!(board.widgets[2].text.contains("alarm") && board.widgets[3].text.contains("SELECT"));
    assert!(read("x", "no json").is_err());
}
