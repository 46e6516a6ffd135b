//! What AWS does not have: the sandbox's own levers (its clock, its class, incidents, the inbox of its notifications, kept
//! states), as plain HTTP below `/_outcrop/` for scripts and for `outcrop sandbox …`.
//!
//! Reached through the same doors as the services, unsigned. The window calls the same functions directly.

use std::path::Path;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{ApiError, ApiResult, Request, Response};
use super::checkpoint::{self, CheckpointError};
use super::class::{self, incident};
use super::wire::{self, Protocol, json::parse_object};
use super::world::World;
use super::{Sandbox, pulse, sns};

/// Where the levers are.
pub const ROOT: &str = "/_outcrop/";

/// Longest leap of the clock in one call.
const MAX_LEAP_SECONDS: f64 = 60.0 * 86_400.0;

/// Answers a request below [`ROOT`], away from the async threads: a leap takes a while.
pub(super) async fn handle(sandbox: &Sandbox, request: Request) -> Response {
    let account = sandbox.clone();
    let answered = tokio::task::spawn_blocking(move || answer(&account, &request)).await;
    match answered.unwrap_or_else(|error| Err(ApiError::new(500, "InternalFailure", error.to_string()))) {
        Ok(value) => wire::json_response(200, &value),
        Err(error) => wire::error_response(Protocol::RestJson, &error, &sandbox.new_id()),
    }
}

fn answer(sandbox: &Sandbox, request: &Request) -> ApiResult {
    let lever = request.path.strip_prefix(ROOT).unwrap_or_default();
    match (&request.method, lever) {
        (&Method::GET, "status") => Ok(status(sandbox)),
        (&Method::POST, "clock") => set_clock(sandbox, &body(request)?),
        (&Method::GET, "incidents") => Ok(incidents(sandbox)),
        (&Method::POST, "incidents") => change_incident(sandbox, &body(request)?),
        (&Method::POST, "class") => set_class(sandbox, &body(request)?),
        (&Method::GET, "inbox") => Ok(inbox(sandbox)),
        (&Method::GET, "states") => states(sandbox),
        (&Method::POST, "states") => change_states(sandbox, &body(request)?),
        (method, _) => Err(ApiError::new(404, "NotFound", format!("The sandbox has no lever {method} {}", request.path))),
    }
}

fn body<T: for<'de> Deserialize<'de>>(request: &Request) -> Result<T, ApiError> {
    let value = parse_object(&request.body)?;
    serde_json::from_value(value).map_err(|error| ApiError::new(400, "ValidationException", error.to_string()))
}

/// Time, speed and class of the account.
fn status(sandbox: &Sandbox) -> Value {
    let speed = sandbox.pacer().map_or(1.0, crate::base::clock::PacedClock::speed);
    let people = class::people(sandbox);
    json!({ "now": sandbox.clock().now().to_string(), "nowMs": sandbox.clock().now_ms(), "speed": speed, "people": people })
}

/// What to do to an incident.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IncidentChange {
    /// Its name.
    name: String,
    /// Whether it ends instead of beginning.
    #[serde(default)]
    stop: bool,
    /// The model that it is about.
    model: Option<String>,
    /// Minutes after which it ends by itself.
    minutes: Option<u32>,
}

fn incidents(sandbox: &Sandbox) -> Value {
    let active = incident::active(sandbox);
    let described = incident::all().map(|kind| {
        let running = active.get(&kind);
        json!({
            "name": kind.name(),
            "title": kind.title(),
            "story": kind.story(),
            "lookFor": kind.look_for(),
            "since": running.map(|running| running.since.to_string()),
            "until": running.and_then(|running| running.until).map(|until| until.to_string()),
        })
    });
    json!({ "incidents": described.collect::<Vec<_>>() })
}

fn change_incident(sandbox: &Sandbox, change: &IncidentChange) -> ApiResult {
    let refused = |error: incident::IncidentError| ApiError::new(400, "ValidationException", error.to_string());
    let kind = incident::Kind::named(&change.name).map_err(refused)?;
    if change.stop {
        let was_active = incident::stop(sandbox, kind);
        tracing::debug!(was_active, name = kind.name(), "an incident was stopped");
    } else {
        let how = incident::Start { model: change.model.clone(), minutes: change.minutes };
        incident::start(sandbox, kind, &how).map_err(refused)?;
    }
    Ok(incidents(sandbox))
}

/// What was delivered by notifications in all Regions, oldest first; `token` while a subscription waits to be confirmed.
fn inbox(sandbox: &Sandbox) -> Value {
    let world = sandbox.world();
    let mut letters: Vec<(&String, &sns::Letter, bool)> = Vec::new();
    for (region, held) in &world.regions {
        letters.extend(
            held.sns.inbox().map(|letter| (region, letter, letter.token.as_deref().is_some_and(|token| held.sns.is_waiting(token)))),
        );
    }
    letters.sort_by_key(|(_, letter, _)| (letter.at, letter.number));
    let described = letters.into_iter().map(|(region, letter, is_waiting)| {
        json!({
            "region": region, "number": letter.number, "at": letter.at.to_string(), "topic": letter.topic, "protocol": letter.protocol,
            "endpoint": letter.endpoint, "subject": letter.subject, "body": letter.body, "messageId": letter.message_id,
            "token": letter.token.as_ref().filter(|_| is_waiting),
        })
    });
    json!({ "letters": described.collect::<Vec<_>>() })
}

/// Who shall work in the account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClassChange {
    /// How many; 0 is nobody.
    people: u32,
    /// Fixes what they do.
    #[serde(default = "usual_seed")]
    seed: u64,
    /// Whether they bring two weeks of metrics along.
    #[serde(default)]
    history: bool,
}

fn usual_seed() -> u64 {
    7
}

fn set_class(sandbox: &Sandbox, change: &ClassChange) -> ApiResult {
    if change.people > class::LARGEST {
        let message = format!("A class has at most {} people, not {}", class::LARGEST, change.people);
        return Err(ApiError::new(400, "ValidationException", message));
    }
    class::set(sandbox, change.people, change.seed, change.history);
    Ok(status(sandbox))
}

/// What to do with the states kept under a name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "action", content = "name")]
enum StateChange {
    /// Keep the present state.
    Save(String),
    /// Make the kept state the present one.
    Restore(String),
    /// Delete the kept state.
    Delete(String),
    /// Begin a new, empty account.
    Reset,
}

fn account_folder(sandbox: &Sandbox) -> Result<&Path, ApiError> {
    let message = "This sandbox is not kept on disk, so it has no kept states: start it with --state DIR";
    sandbox.folder().ok_or_else(|| ApiError::new(409, "Conflict", message))
}

fn states(sandbox: &Sandbox) -> ApiResult {
    let kept = checkpoint::list(account_folder(sandbox)?);
    let described = kept.iter().map(|state| json!({ "name": state.name, "at": state.at.map(|at| at.to_string()), "size": state.size }));
    Ok(json!({ "states": described.collect::<Vec<_>>() }))
}

fn change_states(sandbox: &Sandbox, change: &StateChange) -> ApiResult {
    if let StateChange::Reset = change {
        sandbox.replace_world(World::default());
        return Ok(status(sandbox));
    }
    let folder = account_folder(sandbox)?;
    let done = match change {
        StateChange::Save(name) => checkpoint::make_folder(folder).and_then(|()| checkpoint::keep(sandbox, folder, name)),
        StateChange::Restore(name) => checkpoint::restore(sandbox, folder, name),
        StateChange::Delete(name) => checkpoint::forget(folder, name),
        StateChange::Reset => Ok(()),
    };
    done.map_err(|error| refused(&error))?;
    states(sandbox)
}

fn refused(error: &CheckpointError) -> ApiError {
    let status = if matches!(error, CheckpointError::Unknown { .. }) { 404 } else { 400 };
    ApiError::new(status, "ValidationException", crate::base::error::chain(error))
}

/// What to do to the clock.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    /// New speed.
    speed: Option<f64>,
    /// Seconds to leap forward.
    advance_seconds: Option<f64>,
}

fn set_clock(sandbox: &Sandbox, change: &ClockChange) -> ApiResult {
    let pacer = sandbox.pacer().ok_or_else(|| ApiError::new(409, "Conflict", "This sandbox runs on a clock that cannot be set"))?;
    if let Some(speed) = change.speed {
        pacer.set_speed(speed);
    }
    if let Some(seconds) = change.advance_seconds {
        leap(sandbox, Duration::from_secs_f64(seconds.clamp(0.0, MAX_LEAP_SECONDS)));
    }
    Ok(status(sandbox))
}

/// Leaps forward minute by minute, so that everything that happens by itself happens on the way.
pub fn leap(sandbox: &Sandbox, by: Duration) {
    let Some(pacer) = sandbox.pacer() else { return };
    let mut left_ms = by.as_millis() as i64;
    while left_ms > 0 {
        let step_ms = left_ms.min(60_000);
        pacer.go_ahead(pacer.ahead_ms() + step_ms);
        pulse::beat(sandbox);
        left_ms -= step_ms;
    }
}
