//! From CloudWatch's dashboard to ours: what is ours comes back as it was, what is another's as near as we can draw it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pieces;
use super::write::unit_label;
use crate::metrics::dashboard::plan::{MODEL, groups};
use crate::metrics::dashboard::{Choice, Dashboard, DashboardError, Kind, MetricRef, Number, Unit, Widget};

/// Reads the body of a dashboard that CloudWatch keeps under `title`.
pub fn read(title: &str, body: &str) -> Result<Dashboard, DashboardError> {
    let root: Value = serde_json::from_str(body).map_err(|error| DashboardError::Syntax(error.to_string()))?;
    let mut board = Dashboard {
        title: title.to_owned(),
        help: "Read from CloudWatch".to_owned(),
        namespace: "AWS/Bedrock".to_owned(),
        numbers: Vec::new(),
        widgets: Vec::new(),
    };
    let mut widgets: Vec<&Value> = root["widgets"].as_array().into_iter().flatten().collect();
    // Order on the screen; widgets without a place stand where the body has them.
    widgets.sort_by_key(|widget| (widget["y"].as_i64().unwrap_or(i64::MAX), widget["x"].as_i64().unwrap_or(0)));
    for widget in widgets {
        match number(widget) {
            Some(number) => board.numbers.push(number),
            None => board.widgets.push(self::widget(widget)),
        }
    }
    board.widgets.iter_mut().for_each(Widget::fit);
    Ok(board)
}

/// A single value that is the sum of metrics over all models.
fn number(widget: &Value) -> Option<Number> {
    let properties = &widget["properties"];
    if properties["view"] != "singleValue" {
        return None;
    }
    let [entry] = properties["metrics"].as_array()?.as_slice() else { return None };
    let expression = entry[0]["expression"].as_str()?;
    let found: Option<Vec<Found>> = expression.split(" + ").map(search).collect();
    let metrics: Vec<String> = found?.into_iter().filter(|one| one.together && one.statistic == "Sum").map(|one| one.metric).collect();
    let unit = if metrics.iter().any(|metric| metric.contains("Token")) { Unit::Tokens } else { Unit::Count };
    let title = properties["title"].as_str().unwrap_or_default().to_owned();
    (!metrics.is_empty()).then_some(Number { title, help: String::new(), metrics, unit })
}

fn widget(widget: &Value) -> Widget {
    let properties = &widget["properties"];
    let size = |name: &str, otherwise: u8| widget[name].as_u64().and_then(|size| u8::try_from(size).ok()).unwrap_or(otherwise);
    let title = properties["title"].as_str().unwrap_or_default().to_owned();
    let base = Widget { title, width: size("width", 6), height: size("height", 6), ..Widget::default() };
    match widget["type"].as_str().unwrap_or_default() {
        "text" => Widget { kind: Kind::Text, text: properties["markdown"].as_str().unwrap_or_default().to_owned(), ..base },
        "log" => log(base, properties["query"].as_str().unwrap_or_default()),
        "metric" => metric(base, properties),
        other => undrawn(base, &format!("A widget of the type {other} is drawn by the CloudWatch console only")),
    }
}

fn undrawn(base: Widget, words: &str) -> Widget {
    Widget { kind: Kind::Text, text: words.to_owned(), ..base }
}

fn log(base: Widget, query: &str) -> Widget {
    if query.contains("by identity.arn") {
        Widget { kind: Kind::CostByPrincipal, ..base }
    } else if query.contains("modelId") && query.contains("sort @timestamp desc") {
        Widget { kind: Kind::Prompts, ..base }
    } else {
        undrawn(base, &format!("A Logs Insights query, which the Insights screen can run:\n\n{query}"))
    }
}

/// An entry of `metrics`, its abbreviations written out.
struct Entry {
    metric: Option<MetricRef>,
    id: String,
    expression: Option<String>,
    label: Option<String>,
    visible: bool,
}

fn metric(base: Widget, properties: &Value) -> Widget {
    let statistic = properties["stat"].as_str().map_or(Choice::Named("Average".to_owned()), |name| named(name).unwrap_or_else(Choice::sum));
    let unit_words = properties["yAxis"]["left"]["label"].as_str().unwrap_or_default();
    let unit = Unit::ALL.into_iter().map(|(unit, _)| unit).find(|unit| unit_label(*unit) == unit_words);
    let widget = Widget {
        kind: if properties["stacked"] == true { Kind::Stacked } else { Kind::Line },
        period: properties["period"].as_u64().and_then(|period| u32::try_from(period).ok()),
        limit: properties["annotations"]["horizontal"][0]["value"].as_f64(),
        statistic,
        ..base
    };
    let entries = entries(properties["metrics"].as_array().map_or(&[][..], Vec::as_slice));
    let filled = of_groups(&widget, &entries).or_else(|| of_searches(&widget, &entries)).or_else(|| of_expressions(&widget, &entries));
    let mut widget = filled.unwrap_or_else(|| of_metrics(&widget, &entries));
    if widget.kind.is_plot() && widget.metrics.is_empty() {
        let words = entries.iter().filter_map(|entry| entry.expression.as_deref()).collect::<Vec<_>>().join("\n");
        return undrawn(widget, &format!("An expression that only the CloudWatch console draws:\n\n{words}"));
    }
    widget.unit = unit.unwrap_or_else(|| unit_of(&widget));
    widget
}

fn named(statistic: &str) -> Option<Choice> {
    Choice::try_from(statistic.to_owned()).ok()
}

fn unit_of(widget: &Widget) -> Unit {
    let name = widget.metrics.first().map_or("", |metric| metric.name.as_str());
    match name {
        _ if name.contains("Latency") || name.contains("TimeTo") => Unit::Milliseconds,
        _ if name.contains("Token") => Unit::Tokens,
        _ => Unit::Count,
    }
}

fn entries(list: &[Value]) -> Vec<Entry> {
    let mut before: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for entry in list.iter().filter_map(Value::as_array) {
        let options = entry.iter().find(|part| part.is_object()).cloned().unwrap_or_default();
        let words: Vec<&str> = entry.iter().filter_map(Value::as_str).collect();
        let words = written_out(&words, &before);
        let text = |name: &str| options[name].as_str().map(str::to_owned);
        let metric = (words.len() >= 2).then(|| MetricRef {
            namespace: Some(words[0].clone()),
            name: words[1].clone(),
            dimensions: Some(words[2..].chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()),
            statistic: options["stat"].as_str().and_then(named),
            label: text("label"),
        });
        if metric.is_some() {
            before = words;
        }
        let visible = options["visible"] != false;
        found.push(Entry { metric, id: text("id").unwrap_or_default(), expression: text("expression"), label: text("label"), visible });
    }
    found
}

/// `.` is the word in this place of the entry before, `...` all words up to the last ones.
fn written_out(words: &[&str], before: &[String]) -> Vec<String> {
    let mut whole = Vec::new();
    for (place, word) in words.iter().enumerate() {
        match *word {
            "..." => whole.extend(before.iter().take(before.len().saturating_sub(words.len() - place - 1)).skip(whole.len()).cloned()),
            "." => whole.push(before.get(whole.len()).cloned().unwrap_or_default()),
            word => whole.push(word.to_owned()),
        }
    }
    whole
}

/// A search as this program writes it.
#[derive(Debug, PartialEq)]
struct Found {
    namespace: String,
    metric: String,
    statistic: String,
    together: bool,
}

fn search(expression: &str) -> Option<Found> {
    let (together, inside) = match ["SUM(", "MAX(", "MIN("].iter().find_map(|function| expression.strip_prefix(function)) {
        Some(inside) => (true, inside.strip_suffix(')')?),
        None => (false, expression),
    };
    let inside = inside.strip_prefix("SEARCH('")?.strip_suffix(')')?;
    let (what, rest) = inside.split_once("', '")?;
    let statistic = rest.split('\'').next()?.to_owned();
    let (space, name) = what.split_once(" MetricName=")?;
    let by_model = space.strip_prefix('{').and_then(|schema| schema.strip_suffix(&format!(",{MODEL}}}")));
    let namespace = by_model.or_else(|| space.strip_prefix("Namespace=")).map(|text| text.trim_matches('"').to_owned())?;
    Some(Found { namespace, metric: name.trim_matches('"').to_owned(), statistic, together })
}

fn found_ref(found: &Found, label: Option<&String>) -> MetricRef {
    let label = label.filter(|label| !label.is_empty() && **label != found.metric).cloned();
    let namespace = (found.namespace != "AWS/Bedrock").then(|| found.namespace.clone());
    MetricRef { name: found.metric.clone(), namespace, label, ..MetricRef::default() }
}

/// Trimmed counts of one metric whose bounds follow each other.
fn of_groups(widget: &Widget, entries: &[Entry]) -> Option<Widget> {
    let found: Vec<Found> = entries.iter().map(|entry| search(entry.expression.as_deref()?)).collect::<Option<_>>()?;
    let bound = |one: &Found| one.statistic.strip_prefix("TC(")?.strip_suffix(')')?.split_once(':')?.1.parse::<f64>().ok();
    let (_, but_last) = found.split_last()?;
    let bins: Vec<f64> = but_last.iter().map(bound).collect::<Option<_>>()?;
    let same = groups(&bins).into_iter().map(|(statistic, _)| statistic).eq(found.iter().map(|one| one.statistic.clone()));
    (same && !bins.is_empty()).then(|| Widget {
        bins,
        metrics: vec![found_ref(&found[0], None)],
        statistic: Choice::sum(),
        ..widget.clone()
    })
}

/// Searches by model, or taken together over all.
fn of_searches(widget: &Widget, entries: &[Entry]) -> Option<Widget> {
    let found: Vec<Found> = entries.iter().map(|entry| search(entry.expression.as_deref()?)).collect::<Option<_>>()?;
    let by_model = !found.first()?.together;
    let statistic = named(&found[0].statistic)?;
    let metrics = found.iter().zip(entries).map(|(one, entry)| found_ref(one, entry.label.as_ref())).collect();
    found.iter().all(|one| one.together != by_model).then(|| Widget { metrics, statistic, by_model, ..widget.clone() })
}

/// One expression, the same for every model over its own metrics.
fn of_expressions(widget: &Widget, entries: &[Entry]) -> Option<Widget> {
    let known: BTreeMap<&str, &MetricRef> = entries.iter().filter_map(|entry| Some((entry.id.as_str(), entry.metric.as_ref()?))).collect();
    let mut metrics: Vec<MetricRef> = Vec::new();
    for metric in entries.iter().filter_map(|entry| entry.metric.as_ref()) {
        let bare = bare(metric, &widget.statistic);
        if !metrics.contains(&bare) {
            metrics.push(bare);
        }
    }
    let template = |expression: &str| -> Option<String> {
        let piece = |(is_id, text): (bool, &str)| match (is_id, known.get(text)) {
            (false, _) => Some(text.to_owned()),
            (true, Some(metric)) => metrics.iter().position(|one| *one == bare(metric, &widget.statistic)).map(|at| format!("m{}", at + 1)),
            (true, None) => None,
        };
        pieces(expression).into_iter().map(piece).collect()
    };
    let shown: Vec<String> =
        entries.iter().filter(|entry| entry.visible).map(|entry| template(entry.expression.as_deref()?)).collect::<Option<_>>()?;
    let first = shown.first()?.clone();
    let by_model = entries.iter().filter_map(|entry| entry.metric.as_ref()).all(of_model);
    (by_model && shown.iter().all(|one| *one == first)).then(|| Widget {
        metrics,
        by_model: true,
        expression: Some(first),
        ..widget.clone()
    })
}

fn of_model(metric: &MetricRef) -> bool {
    metric.dimensions.as_ref().is_some_and(|dimensions| dimensions.len() == 1 && dimensions.contains_key(MODEL))
}

/// A metric without its model, and without a statistic that is the widget's anyway.
fn bare(metric: &MetricRef, usual: &Choice) -> MetricRef {
    let namespace = metric.namespace.clone().filter(|namespace| namespace != "AWS/Bedrock");
    let statistic = metric.statistic.clone().filter(|statistic| statistic != usual);
    MetricRef { name: metric.name.clone(), namespace, statistic, ..MetricRef::default() }
}

/// Metrics named one by one; expressions over them cannot be drawn and are left out.
fn of_metrics(widget: &Widget, entries: &[Entry]) -> Widget {
    let shown = entries.iter().filter(|entry| entry.visible).filter_map(|entry| entry.metric.clone());
    let metrics = shown.map(|metric| MetricRef { statistic: metric.statistic.clone().filter(|one| *one != widget.statistic), ..metric });
    Widget { metrics: metrics.collect(), ..widget.clone() }
}
