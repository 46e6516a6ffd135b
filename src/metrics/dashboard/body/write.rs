//! From our dashboard to CloudWatch's.

use serde_json::{Map, Value, json};

use super::{NUMBER_HEIGHT, pieces};
use crate::metrics::dashboard::choice::Combine;
use crate::metrics::dashboard::edit::layout;
use crate::metrics::dashboard::plan::{Listed, MODEL, groups};
use crate::metrics::dashboard::{COLUMNS, Dashboard, Kind, MetricRef, Number, Unit, Widget};

/// What is known of the account that a dashboard is written for.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Region of the metrics.
    pub region: &'a str,
    /// The log group of invocation records, if there is one.
    pub log_group: Option<&'a str>,
    /// Models with metrics.
    pub models: &'a [String],
    /// What CloudWatch lists.
    pub listed: &'a [Listed],
    /// The statistic that is chosen for the dashboard.
    pub chosen: &'a str,
}

/// A dashboard in CloudWatch's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The body of `PutDashboard`.
    pub body: Value,
    /// What CloudWatch cannot draw, in words.
    pub left_out: Vec<String>,
}

/// The body of `board` for an account.
pub fn write(board: &Dashboard, account: Account<'_>) -> Written {
    let mut left_out: Vec<String> = Vec::new();
    let mut widgets = numbers(board, account, &mut left_out);
    let top = if widgets.is_empty() { 0 } else { u32::from(NUMBER_HEIGHT) };
    let mut kept = Vec::new();
    for widget in &board.widgets {
        match properties(board, widget, account) {
            Ok(properties) => kept.push((widget, properties)),
            Err(why) => left_out.push(format!("{}: {why}", widget.title)),
        }
    }
    let cells = layout(kept.iter().map(|(widget, _)| (widget.width, widget.height)));
    for (cell, (_, (kind, properties))) in cells.into_iter().zip(kept) {
        widgets.push(json!({
            "type": kind, "x": cell.x, "y": cell.y + top, "width": cell.width, "height": cell.height, "properties": properties,
        }));
    }
    Written { body: json!({ "start": "-PT3H", "widgets": widgets }), left_out }
}

fn numbers(board: &Dashboard, account: Account<'_>, left_out: &mut Vec<String>) -> Vec<Value> {
    let (priced, counted): (Vec<&Number>, Vec<&Number>) = board.numbers.iter().partition(|number| number.unit == Unit::Dollars);
    left_out.extend(priced.into_iter().map(|number| format!("{}: CloudWatch knows no prices", number.title)));
    let width = (COLUMNS / counted.len().clamp(1, 8) as u8).max(3);
    let one = |(index, number): (usize, &Number)| {
        let sum = |metric: &String| search(board, &MetricRef::from(metric.as_str()), "Sum", Some("SUM"), account);
        let sums: Vec<String> = number.metrics.iter().map(sum).collect();
        json!({
            "type": "metric", "x": (index as u8 * width).min(COLUMNS - width), "y": 0, "width": width, "height": NUMBER_HEIGHT,
            "properties": { "title": number.title, "region": account.region, "view": "singleValue", "sparkline": true,
                "setPeriodToTimeRange": true, "metrics": [[{ "expression": sums.join(" + "), "id": "e1", "label": number.title }]] },
        })
    };
    counted.into_iter().enumerate().map(one).collect()
}

/// Type and properties of a widget; why there is none otherwise.
fn properties(board: &Dashboard, widget: &Widget, account: Account<'_>) -> Result<(&'static str, Value), &'static str> {
    match widget.kind {
        Kind::Text => Ok(("text", json!({ "markdown": widget.text }))),
        Kind::CostByModel => Err("CloudWatch knows no prices"),
        Kind::Prompts => log(widget, account, PROMPTS),
        Kind::CostByPrincipal => log(widget, account, BY_PRINCIPAL),
        Kind::Line | Kind::Stacked | Kind::Bar => Ok(("metric", metric(board, widget, account))),
    }
}

const PROMPTS: &str = "fields @timestamp, modelId, operation, input.inputTokenCount, output.outputTokenCount, \
    output.outputBodyJson.metrics.latencyMs, identity.arn, errorCode\n| sort @timestamp desc\n| limit 20";
const BY_PRINCIPAL: &str = "stats count(*) as requests, sum(input.inputTokenCount) as inputTokens, \
    sum(output.outputTokenCount) as outputTokens by identity.arn, modelId\n| sort inputTokens desc";

fn log(widget: &Widget, account: Account<'_>, query: &str) -> Result<(&'static str, Value), &'static str> {
    let group = account.log_group.ok_or("there is no log group with invocation records")?;
    let query = format!("SOURCE '{group}' | {query}");
    Ok(("log", json!({ "title": widget.title, "region": account.region, "view": "table", "query": query })))
}

fn metric(board: &Dashboard, widget: &Widget, account: Account<'_>) -> Value {
    let mut properties = Map::new();
    let mut set = |name: &str, value: Value| drop(properties.insert(name.to_owned(), value));
    set("title", json!(widget.title));
    set("region", json!(account.region));
    set("view", json!("timeSeries"));
    set("stacked", json!(widget.kind != Kind::Line));
    set("stat", json!(widget.statistic.name(account.chosen)));
    if let Some(period) = widget.period {
        set("period", json!(period));
    }
    set("yAxis", json!({ "left": { "label": unit_label(widget.unit), "showUnits": false, "min": 0 } }));
    if let Some(limit) = widget.limit {
        set("annotations", json!({ "horizontal": [{ "label": "Limit", "value": limit }] }));
    }
    set("metrics", metrics(board, widget, account));
    Value::Object(properties)
}

pub(super) fn unit_label(unit: Unit) -> &'static str {
    Unit::ALL.into_iter().find(|(one, _)| *one == unit).map_or("Count", |(_, name)| name)
}

fn metrics(board: &Dashboard, widget: &Widget, account: Account<'_>) -> Value {
    if let Some(expression) = &widget.expression {
        return by_expression(board, widget, expression, account);
    }
    if let Some(metric) = widget.metrics.first().filter(|_| !widget.bins.is_empty()) {
        let one = |(index, (statistic, label)): (usize, (String, String))| json!([{ "expression": search(board, metric, &statistic, Some("SUM"), account), "id": format!("e{}", index + 1), "label": label }]);
        return groups(&widget.bins).into_iter().enumerate().map(one).collect();
    }
    let by_model = widget.is_told_by_model(account.chosen);
    let one = |(index, metric): (usize, &MetricRef)| {
        let choice = metric.statistic.as_ref().unwrap_or(&widget.statistic);
        if let Some(dimensions) = &metric.dimensions {
            return explicit(board, metric, dimensions, choice.name(account.chosen), None);
        }
        let together = if by_model { None } else { choice.combine(account.chosen).map(word) };
        let label = if by_model { metric.label.as_deref().unwrap_or_default() } else { metric.label() };
        let expression = search(board, metric, choice.name(account.chosen), together, account);
        json!([{ "expression": expression, "id": format!("e{}", index + 1), "label": label }])
    };
    widget.metrics.iter().enumerate().map(one).collect()
}

fn word(combine: Combine) -> &'static str {
    match combine {
        Combine::Add => "SUM",
        Combine::Largest => "MAX",
        Combine::Smallest => "MIN",
    }
}

/// A search for a metric with all models, or with whatever dimensions it has; `together` is the function that makes one series of all.
fn search(board: &Dashboard, metric: &MetricRef, statistic: &str, together: Option<&str>, account: Account<'_>) -> String {
    let namespace = metric.namespace.as_ref().unwrap_or(&board.namespace);
    let has_models = |one: &&Listed| one.dimensions.contains_key(MODEL);
    let mut listed = account.listed.iter().filter(|one| one.namespace == *namespace && one.metric == metric.name).peekable();
    let by_model = listed.peek().is_none() || listed.any(|one| has_models(&one));
    let what = if by_model {
        format!("{{{namespace},{MODEL}}} MetricName=\"{}\"", metric.name)
    } else {
        format!("Namespace=\"{namespace}\" MetricName=\"{}\"", metric.name)
    };
    let search = format!("SEARCH('{what}', '{statistic}')");
    together.map_or(search.clone(), |function| format!("{function}({search})"))
}

fn explicit(
    board: &Dashboard,
    metric: &MetricRef,
    dimensions: &std::collections::BTreeMap<String, String>,
    statistic: &str,
    id: Option<&str>,
) -> Value {
    let mut entry = vec![json!(metric.namespace.as_ref().unwrap_or(&board.namespace)), json!(metric.name)];
    entry.extend(dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
    let mut options = json!({ "stat": statistic });
    if let Some(label) = &metric.label {
        options["label"] = json!(label);
    }
    if let Some(id) = id {
        options["id"] = json!(id);
        options["visible"] = json!(false);
    }
    entry.push(options);
    Value::Array(entry)
}

/// Each model's metrics, hidden, and the expression over them.
fn by_expression(board: &Dashboard, widget: &Widget, expression: &str, account: Account<'_>) -> Value {
    let by_model = widget.is_told_by_model(account.chosen);
    let mut entries = Vec::new();
    let models: Vec<Option<&String>> = if by_model { account.models.iter().map(Some).collect() } else { vec![None] };
    for (place, model) in models.into_iter().enumerate() {
        let id = |part: usize| format!("m{}x{}", part + 1, place + 1);
        for (part, metric) in widget.metrics.iter().enumerate() {
            let statistic = metric.statistic.as_ref().unwrap_or(&widget.statistic);
            entries.push(match (&metric.dimensions, model) {
                (Some(dimensions), _) => explicit(board, metric, dimensions, statistic.name(account.chosen), Some(&id(part))),
                (None, Some(model)) => {
                    let dimensions = [(MODEL.to_owned(), model.clone())].into();
                    explicit(board, metric, &dimensions, statistic.name(account.chosen), Some(&id(part)))
                }
                (None, None) => {
                    let together = statistic.combine(account.chosen).map(word);
                    let found = search(board, metric, statistic.name(account.chosen), together, account);
                    json!([{ "expression": found, "id": id(part), "visible": false }])
                }
            });
        }
        let renamed: String = pieces(expression).into_iter().map(|piece| renamed(piece, id)).collect();
        let label = model.map_or(widget.title.as_str(), String::as_str);
        entries.push(json!([{ "expression": renamed, "id": format!("e{}", place + 1), "label": label }]));
    }
    Value::Array(entries)
}

/// `m2` under its name in the body; everything else as it is.
fn renamed((is_id, text): (bool, &str), id: impl Fn(usize) -> String) -> String {
    let part = text.strip_prefix('m').filter(|_| is_id).and_then(|number| number.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    part.map_or_else(|| text.to_owned(), id)
}
