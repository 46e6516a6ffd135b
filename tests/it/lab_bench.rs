//! A lab engine over a sandbox in this process, for the lab's tests.

use std::path::Path;
use std::sync::{Arc, Mutex};

use outcrop::aws::session::SharedHttpClient;
use outcrop::aws::{CallRecord, Environment, Recorder, Session};
use outcrop::base::clock::{ManualClock, SharedClock, timestamp_ms};
use outcrop::lab::engine::Engine;
use outcrop::lab::manifest::{self, Lab};
use outcrop::lab::source::LabSource;
use outcrop::lab::status::{Progress, Status};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::class::rehearsal;
use outcrop::sandbox::door::Door;
use outcrop::sandbox::world::World;

/// The lab that ships with the program.
pub fn lab() -> Arc<Lab> {
    Arc::new(manifest::load(&LabSource::Embedded, "bedrock-monitoring").unwrap())
}

/// An account with the clock it lives on.
pub struct Account {
    pub sandbox: Sandbox,
    pub clock: SharedClock,
    calls: Arc<Mutex<Vec<CallRecord>>>,
}

impl Account {
    /// An account in state `world`, in November 2026.
    pub fn with(world: World) -> Self {
        let clock: SharedClock = ManualClock::starting_at(timestamp_ms(1_795_420_800_000));
        Self { sandbox: Sandbox::new(world, clock.clone(), 11), clock, calls: Arc::default() }
    }

    /// An empty account.
    pub fn empty() -> Self {
        Self::with(World::default())
    }

    /// A connection through `http`, or through the plain door.
    pub async fn session(&self, http: Option<SharedHttpClient>) -> Session {
        let calls = self.calls.clone();
        let recorder: Recorder = Arc::new(move |record| calls.lock().unwrap().push(record));
        let http = http.unwrap_or_else(|| Door::http_client(self.sandbox.clone()));
        let session = Session::connect_with_http(&Environment::sandbox("http://sandbox.invalid"), recorder, http).await.unwrap();
        session.on_clock(self.clock.clone())
    }

    /// An engine with its files in `home`.
    pub async fn engine(&self, home: &Path) -> Engine {
        Engine::open(lab(), self.session(None).await, self.clock.clone(), home).unwrap()
    }

    /// Calls made so far; forgets them.
    pub fn take_calls(&self) -> Vec<CallRecord> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// Everything in the account that the lab could have made.
    pub fn contents(&self) -> Vec<String> {
        let world = self.sandbox.world();
        let json = serde_json::to_value(&*world).unwrap();
        let mut left = Vec::new();
        collect(&json["iam"]["roles"], &mut left);
        collect(&json["s3"]["buckets"], &mut left);
        for region in json["regions"].as_object().into_iter().flat_map(|regions| regions.values()) {
            collect(&region["logs"]["groups"], &mut left);
            collect(&region["cloudwatch"]["alarms"]["held"], &mut left);
            collect(&region["cloudwatch"]["detectors"]["held"], &mut left);
            collect(&region["sns"]["topics"], &mut left);
        }
        left
    }
}

/// Keys of an object, or names of a list.
fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
    assert!(value.is_object() || value.is_array() || value.is_null(), "the snapshot's form is known to this test: {value}");
    into.extend(value.as_object().into_iter().flat_map(|map| map.keys().cloned()));
    into.extend(value.as_array().into_iter().flatten().map(ToString::to_string));
}

/// Runs a step and demands that it ends well.
pub async fn must_run(engine: &Engine, step: &str) -> Vec<String> {
    match engine.run(step, &|_| {}).await {
        Status::Done { evidence } | Status::Warned { evidence, .. } => evidence,
        other => panic!("{step} ended as {other:?}"),
    }
}

/// Runs a step and demands that it ends well; what it waits for in the account is begun by itself.
pub async fn must_run_in(account: &Account, engine: &Engine, step: &str) -> Vec<String> {
    let action = engine.lab().step(step).unwrap().action.clone();
    let rehearsal = rehearsal::of_action(&account.sandbox, &action).unwrap();
    tokio::select! {
        evidence = must_run(engine, step) => evidence,
        () = rehearsal::beat_along(&account.sandbox), if rehearsal.is_some() => unreachable!("it beats forever"),
    }
}

/// Runs a step, keeping its signs of life.
pub async fn run_telling(engine: &Engine, step: &str) -> (Status, Vec<Progress>) {
    let told = Mutex::new(Vec::new());
    let status = engine.run(step, &|progress| told.lock().unwrap().push(progress)).await;
    (status, told.into_inner().unwrap())
}

/// Steps before `step`, in order.
pub fn steps_before(step: &str) -> Vec<String> {
    lab().steps.iter().map(|s| s.id.clone()).take_while(|id| id != step).collect()
}

/// Enters values into a step's form.
pub fn enter(engine: &Engine, step: &str, values: &[(&str, &str)]) {
    engine.enter([(step.to_owned(), values.iter().copied().collect())].into());
}
