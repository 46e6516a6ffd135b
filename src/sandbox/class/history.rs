//! A past for the class: the metrics that its calls would have left, without making them.
//!
//! Sizes and times are drawn from the same habits as live calls; a storm of throttles and a slow afternoon of one model are among them, so
//! that there is something to find.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::habits::{self, MINUTE_MS, Planned, Task};
use super::texts::WORK;
use crate::base::clock::Timestamp;
use crate::metrics::Distribution;
use crate::models::{self, Model, Tokens};
use crate::sandbox::bedrock::Pace;
use crate::sandbox::bedrock::meters::{Measured, NAMESPACE};
use crate::sandbox::cloudwatch::{MetricKey, Unit};
use crate::sandbox::world::World;

/// How far back the past goes.
pub(super) const LENGTH_MS: i64 = 14 * 24 * 60 * MINUTE_MS;

/// Beyond this age samples share a datapoint of five minutes, as nobody looks closer.
const FINE_MS: i64 = 24 * 60 * MINUTE_MS;

/// Share of calls that are throttled on an ordinary day.
const THROTTLED: f64 = 0.004;

/// Trouble in the past: how long ago it began, how long it lasted, minutes.
const STORM: (i64, i64) = (9 * 1_440 + 190, 25);
const SLOWNESS: (i64, i64) = (5 * 1_440 + 320, 45);

/// Samples of a metric by epoch second.
type Cells = BTreeMap<i64, Distribution>;

/// Publishes what the calls of `people` between `from_ms` and `to_ms` would have left in `region`. Stops early only when the Region has as many
/// metrics as it keeps.
pub(super) fn fill(world: &mut World, region: &str, seed: u64, people: u32, (from_ms, to_ms): (i64, i64), now: Timestamp) {
    let mut cells: BTreeMap<(&'static str, &'static str, Unit), Cells> = BTreeMap::new();
    let first = from_ms.div_euclid(MINUTE_MS) * MINUTE_MS;
    for minute_ms in (first..to_ms).step_by(MINUTE_MS as usize) {
        for call in habits::minute(seed, people, minute_ms) {
            let second = cell_of(call.at_ms, now.as_millisecond());
            for (metric, value, unit) in samples(&call, now.as_millisecond()) {
                cells.entry((call.model_id, metric, unit)).or_default().entry(second).or_default().add(value, 1.0);
            }
        }
    }
    for ((model, metric, unit), periods) in cells {
        let key = MetricKey::new(NAMESPACE, metric, &[("ModelId", model)]);
        if let Err(error) = world.region(region).cloudwatch.record_many(&key, unit, periods, now) {
            tracing::warn!(%error, "the class's past could not be published whole");
            return;
        }
    }
}

/// The start of the datapoint that a call falls into, epoch seconds.
fn cell_of(at_ms: i64, now_ms: i64) -> i64 {
    let length = if now_ms - at_ms > FINE_MS { 300 } else { 60 };
    at_ms.div_euclid(1_000).div_euclid(length) * length
}

fn samples(call: &Planned, now_ms: i64) -> Vec<(&'static str, f64, Unit)> {
    let mut rng = Rng::with_seed(call.seed);
    let Some(model) = models::find(call.model_id) else { return Vec::new() };
    let error = trouble(&mut rng, call, now_ms);
    let tokens = tokens(&mut rng, call.task, model);
    let slower = if is_during(SLOWNESS, call.at_ms, now_ms) && call.model_id == WORK.models[0].id { 350 } else { 0 };
    let pace = Pace::new(&model.pace, tokens, slower, (rng.f64(), rng.f64()));
    let first_token_ms = (rng.u8(..10) < 5).then_some(pace.first_token_ms);
    let measured =
        Measured { error, tokens, latency_ms: pace.until(tokens.output), first_token_ms, legacy: false, burndown: model.burndown };
    measured.samples()
}

fn trouble(rng: &mut Rng, call: &Planned, now_ms: i64) -> Option<&'static str> {
    let share = if is_during(STORM, call.at_ms, now_ms) { 0.7 } else { THROTTLED };
    match call.task {
        _ if rng.f64() < share => Some("ThrottlingException"),
        Task::Mistake => Some("ValidationException"),
        _ => None,
    }
}

fn is_during((began, lasted): (i64, i64), at_ms: i64, now_ms: i64) -> bool {
    let ago = (now_ms - at_ms) / MINUTE_MS;
    (began - lasted..began).contains(&ago)
}

/// Sizes like those of the live calls.
fn tokens(rng: &mut Rng, task: Task, model: &Model) -> Tokens {
    let input = match task {
        Task::Question | Task::Mistake | Task::Cached => spread(rng, 36.0, 0.5),
        Task::Document => spread(rng, 290.0, 0.3),
        Task::Tool | Task::Picture => spread(rng, 420.0, 0.2),
        Task::Conversation => spread(rng, 90.0, 0.4),
        Task::Large => spread(rng, 25_000.0, 0.05),
    };
    let cached = if task == Task::Cached && model.cache_min.is_some() { spread(rng, 5_000.0, 0.05) } else { 0 };
    let is_first = rng.u8(..5) == 0;
    let (cache_read, cache_write) = if is_first { (0, cached) } else { (cached, 0) };
    Tokens { input, output: spread(rng, 170.0, 0.6), cache_read, cache_write }
}

/// A size around `middle`, with a long tail to the large side.
fn spread(rng: &mut Rng, middle: f64, width: f64) -> u64 {
    let normal = (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
    (middle * (normal * width).exp()).round().max(1.0) as u64
}
