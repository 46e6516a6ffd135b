//! Dashboards of the account: one list for all Regions, as the service has it.
//!
//! A body is kept as it was put. It is checked as far as a console would fail to draw it; what the console merely overlooks is a message
//! beside a success.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checks::{Part, invalid_value};
use super::tags;
use crate::base::clock::Timestamp;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Dashboards on a page.
const PAGE: usize = 300;
/// Dashboards that the account keeps.
const MAX_DASHBOARDS: usize = 1_000;
/// Most widgets of a dashboard.
const MAX_WIDGETS: usize = 500;
/// Longest body, in bytes. The service's limit is not documented; this is well above what 500 widgets need.
const MAX_BODY: usize = 1 << 20;
/// Columns of a dashboard's grid.
const COLUMNS: i64 = 24;
/// The types of widgets.
const TYPES: [&str; 7] = ["metric", "text", "log", "alarm", "explorer", "custom", "table"];

/// The account's dashboards.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dashboards(BTreeMap<String, Dashboard>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Dashboard {
    body: String,
    modified: Timestamp,
    tags: BTreeMap<String, String>,
}

impl Dashboards {
    pub(super) fn tags(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.0.get(name).map(|dashboard| &dashboard.tags)
    }

    pub(super) fn tags_mut(&mut self, name: &str) -> Option<&mut BTreeMap<String, String>> {
        self.0.get_mut(name).map(|dashboard| &mut dashboard.tags)
    }
}

/// A fault of a body and where it is.
struct Fault {
    path: String,
    message: String,
}

impl Fault {
    fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    fn told(faults: &[Self]) -> Value {
        faults.iter().map(|fault| json!({ "DataPath": fault.path, "Message": fault.message })).collect()
    }
}

fn arn(cx: &CallContext, name: &str) -> String {
    format!("arn:aws:cloudwatch::{}:dashboard/{name}", cx.account)
}

fn not_found(name: &str) -> ApiError {
    ApiError::new(404, "ResourceNotFound", format!("Dashboard {name} does not exist"))
}

pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let name = whole.required_str("DashboardName")?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.len() > 255 || !name.chars().all(is_allowed) {
        return Err(invalid_value(format!(
            "The value {name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_)."
        )));
    }
    let body = whole.required_str("DashboardBody")?;
    let tags = tags::read(&whole, "Tags")?;
    let warnings = checked(body)?;
    let mut world = sandbox.world();
    if world.dashboards.0.len() >= MAX_DASHBOARDS && !world.dashboards.0.contains_key(name) {
        return Err(ApiError::new(400, "LimitExceeded", format!("The sandbox keeps at most {MAX_DASHBOARDS} dashboards")));
    }
    let held = world.dashboards.0.remove(name);
    let tags = held.map_or(tags, |held| held.tags);
    world.dashboards.0.insert(name.to_owned(), Dashboard { body: body.to_owned(), modified: cx.now, tags });
    Ok(json!({ "DashboardValidationMessages": Fault::told(&warnings) }))
}

/// Refuses what cannot be drawn; what is merely overlooked comes back.
fn checked(body: &str) -> Result<Vec<Fault>, ApiError> {
    let (errors, warnings) = match serde_json::from_str::<Value>(body) {
        _ if body.len() > MAX_BODY => {
            (vec![Fault::at("/", format!("The dashboard body must not be longer than {MAX_BODY} bytes"))], Vec::new())
        }
        Ok(Value::Object(root)) => faults(&root),
        Ok(_) | Err(_) => (vec![Fault::at("/", "The field DashboardBody must be a valid JSON object")], Vec::new()),
    };
    if errors.is_empty() {
        return Ok(warnings);
    }
    let message = format!("The dashboard body is invalid, there are {} validation errors: {}", errors.len(), Fault::told(&errors));
    Err(ApiError::new(400, "InvalidParameterInput", message).with_details(json!({ "dashboardValidationMessages": Fault::told(&errors) })))
}

fn faults(root: &serde_json::Map<String, Value>) -> (Vec<Fault>, Vec<Fault>) {
    const KNOWN: [&str; 5] = ["widgets", "start", "end", "periodOverride", "variables"];
    let strange = root.keys().filter(|name| !KNOWN.contains(&name.as_str()));
    let warnings = strange.map(|name| Fault::at(format!("/{name}"), format!("Unknown field {name} was found. It is ignored."))).collect();
    let errors = match root.get("widgets") {
        Some(Value::Array(widgets)) if widgets.len() <= MAX_WIDGETS => {
            widgets.iter().enumerate().flat_map(|(index, widget)| widget_faults(&format!("/widgets/{index}"), widget)).collect()
        }
        Some(Value::Array(_)) => vec![Fault::at("/widgets", format!("A dashboard must not have more than {MAX_WIDGETS} widgets"))],
        Some(_) => vec![Fault::at("/widgets", "Should be an array")],
        None => vec![Fault::at("/", "Should have required property 'widgets'")],
    };
    (errors, warnings)
}

fn widget_faults(path: &str, widget: &Value) -> Vec<Fault> {
    let Some(members) = widget.as_object() else { return vec![Fault::at(path, "Should be an object")] };
    let mut faults = Vec::new();
    let kind = members.get("type").and_then(Value::as_str);
    match kind {
        None => faults.push(Fault::at(path, "Should have required property 'type'")),
        Some(kind) if !TYPES.contains(&kind) => {
            faults.push(Fault::at(format!("{path}/type"), format!("Should be equal to one of the allowed values: {}", TYPES.join(", "))));
        }
        Some(_) => {}
    }
    for (name, range) in [("x", 0..=COLUMNS - 1), ("y", 0..=i64::MAX), ("width", 1..=COLUMNS), ("height", 1..=1_000)] {
        if members.get(name).is_some_and(|number| !number.as_i64().is_some_and(|number| range.contains(&number))) {
            faults.push(Fault::at(format!("{path}/{name}"), format!("Should be a whole number of at least {}", range.start())));
        }
    }
    faults.extend(property_faults(path, kind, members.get("properties")));
    faults
}

fn property_faults(path: &str, kind: Option<&str>, properties: Option<&Value>) -> Option<Fault> {
    let Some(properties) = properties.and_then(Value::as_object) else {
        return Some(Fault::at(path, "Should have required property 'properties'"));
    };
    let lacks = |name: &str| !properties.contains_key(name);
    let inside = format!("{path}/properties");
    match kind {
        Some("text") if lacks("markdown") => Some(Fault::at(inside, "Should have required property 'markdown'")),
        Some("log") if lacks("query") => Some(Fault::at(inside, "Should have required property 'query'")),
        Some("alarm") if lacks("alarms") => Some(Fault::at(inside, "Should have required property 'alarms'")),
        Some("metric") if lacks("metrics") && lacks("annotations") => Some(Fault::at(inside, "Should have required property 'metrics'")),
        Some("metric") if properties.get("metrics").is_some_and(|metrics| !metrics.is_array()) => {
            Some(Fault::at(format!("{inside}/metrics"), "Should be an array"))
        }
        _ => None,
    }
}

pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let name = whole.required_str("DashboardName")?;
    let world = sandbox.world();
    let held = world.dashboards.0.get(name).ok_or_else(|| not_found(name))?;
    Ok(json!({ "DashboardName": name, "DashboardArn": arn(cx, name), "DashboardBody": held.body }))
}

pub(super) fn list(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let prefix = whole.input.opt_str("DashboardNamePrefix")?.unwrap_or_default();
    let after = whole.input.opt_str("NextToken")?.unwrap_or_default();
    let world = sandbox.world();
    let mut found = world.dashboards.0.iter().filter(|(name, _)| name.starts_with(prefix) && name.as_str() > after);
    let page: Vec<_> = found.by_ref().take(PAGE).collect();
    let next = found.next().and(page.last()).map(|(name, _)| (*name).clone());
    let told = |(name, held): (&String, &Dashboard)| json!({ "DashboardName": name, "DashboardArn": arn(cx, name), "LastModified": wire::timestamp(held.modified), "Size": held.body.len() });
    Ok(json!({ "DashboardEntries": page.into_iter().map(told).collect::<Vec<_>>(), "NextToken": next }))
}

/// All or, when one of them does not exist, none.
pub(super) fn delete(sandbox: &Sandbox, _: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let names = whole.input.strings("DashboardNames")?;
    if names.is_empty() {
        return Err(super::checks::missing("DashboardNames"));
    }
    let mut world = sandbox.world();
    if let Some(name) = names.iter().find(|name| !world.dashboards.0.contains_key(**name)) {
        return Err(not_found(name));
    }
    world.dashboards.0.retain(|name, _| !names.contains(&name.as_str()));
    Ok(json!({}))
}
