//! Effects of the lab slice: opening the lab, running and checking steps, clean-up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Jobs, Slot};
use crate::app::lab::{LabEffect, LabEvent, Offer, Opened};
use crate::app::{Event, Screen};
use crate::base::problem::Problem;
use crate::lab::engine::Engine;
use crate::lab::form::Values;
use crate::lab::manifest::{self, Lab, ManifestError};
use crate::lab::source::LabSource;
use crate::lab::status::{Failure, Progress, Status};

/// The open lab, shared by the jobs that work on it.
#[derive(Default)]
pub struct Bench(Mutex<Option<Arc<Engine>>>);

impl Bench {
    /// The open lab, or a problem that says to open one.
    pub fn engine(&self) -> Result<Arc<Engine>, Problem> {
        let engine = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        engine.ok_or_else(|| Problem::new("No lab is open", "It could not be opened, or is being opened", "Open the lab again"))
    }

    fn put(&self, engine: Arc<Engine>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(engine);
    }
}

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: LabEffect) {
    match effect {
        LabEffect::Open(id) => open(jobs, id),
        LabEffect::ReadFacts(step) => read_facts(jobs, step),
        LabEffect::Run(step, entered) => run_step(jobs, step, entered),
        LabEffect::Check(step, entered) => check_step(jobs, step, entered),
        LabEffect::Keep(entered) => keep(jobs, entered),
        LabEffect::Skip(step) => change(jobs, move |engine| drop(engine.skip(&step, "by you"))),
        LabEffect::ResetStep(step) => change(jobs, move |engine| engine.reset_step(&step)),
        LabEffect::ResetLab => change(jobs, Engine::reset),
        LabEffect::Undo(step) => undo(jobs, step),
        LabEffect::CleanUp => clean_up(jobs),
        LabEffect::Cancel => cancel(jobs),
    }
}

fn facts_slot() -> Slot {
    Slot::Of(Screen::Lab, "facts")
}

fn resume_slot() -> Slot {
    Slot::Of(Screen::Lab, "resume")
}

fn cancel(jobs: &Jobs) {
    for slot in [Slot::LabStep, facts_slot(), resume_slot()] {
        jobs.cancel(&slot);
    }
}

fn open(jobs: &Jobs, id: Option<String>) {
    let jobs = jobs.clone();
    jobs.clone().start(resume_slot(), async move {
        let source = LabSource::from_option(jobs.labs_dir());
        let all = manifest::load_all(&source);
        jobs.emit(Event::Lab(LabEvent::Labs(all.iter().map(offer).collect()))).await;
        match open_engine(&jobs, all, id.as_deref()) {
            Ok(engine) => present(&jobs, &engine).await,
            Err(problem) => jobs.emit(Event::Lab(LabEvent::Opened(Err(problem)))).await,
        }
    });
}

fn offer(lab: &Result<Lab, ManifestError>) -> Offer {
    match lab {
        Ok(lab) => Offer { id: lab.id.clone(), text: lab.title.clone(), usable: true },
        Err(error) => Offer { id: String::new(), text: error.to_string(), usable: false },
    }
}

fn open_engine(jobs: &Jobs, all: Vec<Result<Lab, ManifestError>>, id: Option<&str>) -> Result<Arc<Engine>, Problem> {
    let (good, bad): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    let wanted = good.into_iter().flatten().find(|lab| id.is_none_or(|id| lab.id == id));
    let lab = wanted.ok_or_else(|| unusable(bad.into_iter().find_map(Result::err)))?;
    let engine = Engine::open(Arc::new(lab), jobs.session()?, jobs.clock().clone(), jobs.home()).map_err(|error| error.problem())?;
    let engine = Arc::new(engine);
    jobs.bench().put(engine.clone());
    Ok(engine)
}

fn unusable(error: Option<ManifestError>) -> Problem {
    match error {
        Some(error) => Problem::new("The lab file cannot be used", error.to_string(), "Correct the file, then read the labs again"),
        None => Problem::new("There is no such lab", "The folder of labs does not have it", "Choose another lab"),
    }
}

/// Shows the lab as it is remembered, then checks what is remembered as done.
async fn present(jobs: &Jobs, engine: &Arc<Engine>) {
    for warning in engine.warnings() {
        tracing::warn!("{warning}");
    }
    let opened = Opened { lab: engine.lab().clone(), memory: engine.progress(), statuses: statuses(engine) };
    jobs.emit(Event::Lab(LabEvent::Opened(Ok(Box::new(opened))))).await;
    for step in engine.done_steps() {
        let status = engine.check(&step, &|_| {}).await;
        jobs.emit(ended(engine, step, status)).await;
    }
}

fn statuses(engine: &Engine) -> BTreeMap<String, Status> {
    engine.lab().steps.iter().map(|step| (step.id.clone(), engine.remembered_status(&step.id))).collect()
}

fn ended(engine: &Engine, step: String, status: Status) -> Event {
    Event::Lab(LabEvent::Ended(step, Box::new(status), engine.progress()))
}

fn read_facts(jobs: &Jobs, step: String) {
    let jobs = jobs.clone();
    jobs.clone().start(facts_slot(), async move {
        let Ok(engine) = jobs.bench().engine() else { return };
        let outcome = match engine.lab().step(&step) {
            Some(step) => engine.facts_for(step).await,
            None => engine.facts().await,
        };
        jobs.emit(Event::Lab(LabEvent::Facts(outcome.map(Box::new).map_err(Problem::from)))).await;
    });
}

/// Runs `work` on the open lab in the slot for steps; without an open lab the step fails with the reason.
fn work<W, F>(jobs: &Jobs, step: String, work: W)
where
    W: FnOnce(Jobs, Arc<Engine>, String) -> F + Send + 'static,
    F: Future<Output = ()> + Send,
{
    let jobs = jobs.clone();
    jobs.clone().start(Slot::LabStep, async move {
        match jobs.bench().engine() {
            Ok(engine) => work(jobs, engine, step).await,
            Err(problem) => {
                let status = Box::new(Status::Failed(Failure::new(problem)));
                jobs.emit(Event::Lab(LabEvent::Ended(step, status, crate::lab::progress::Progress::fresh()))).await;
            }
        }
    });
}

/// Signs of life go to the window when there is room: a late one is worth nothing.
fn reporter(jobs: &Jobs, step: &str) -> impl Fn(Progress) + Send + Sync + use<> {
    let (jobs, step) = (jobs.clone(), step.to_owned());
    move |progress| {
        jobs.try_emit(Event::Lab(LabEvent::Progress(step.clone(), progress)));
    }
}

fn run_step(jobs: &Jobs, step: String, entered: Values) {
    work(jobs, step, move |jobs, engine, step| async move {
        engine.enter(BTreeMap::from([(step.clone(), entered)]));
        let status = engine.run(&step, &reporter(&jobs, &step)).await;
        jobs.emit(ended(&engine, step, status)).await;
    });
}

fn check_step(jobs: &Jobs, step: String, entered: Values) {
    work(jobs, step, move |jobs, engine, step| async move {
        engine.enter(BTreeMap::from([(step.clone(), entered)]));
        let status = engine.check(&step, &reporter(&jobs, &step)).await;
        jobs.emit(ended(&engine, step, status)).await;
    });
}

fn undo(jobs: &Jobs, step: String) {
    work(jobs, step, move |jobs, engine, step| async move {
        let outcome = engine.undo(&step, &reporter(&jobs, &step)).await;
        let outcome = outcome.map(Box::new).map_err(|failure| *failure.problem);
        jobs.emit(Event::Lab(LabEvent::Removed(outcome, engine.progress(), statuses(&engine)))).await;
    });
}

fn clean_up(jobs: &Jobs) {
    work(jobs, String::new(), move |jobs, engine, step| async move {
        let outcome = engine.clean_up(&reporter(&jobs, &step)).await;
        let outcome = outcome.map(Box::new).map_err(|failure| *failure.problem);
        jobs.emit(Event::Lab(LabEvent::Removed(outcome, engine.progress(), statuses(&engine)))).await;
    });
}

/// Shortest time between two writings of what is typed.
const TYPING_PAUSE: Duration = Duration::from_millis(300);

fn typing_slot() -> Slot {
    Slot::Of(Screen::Lab, "typing")
}

/// The latest wins: it holds everything that the ones before it held.
fn keep(jobs: &Jobs, entered: BTreeMap<String, Values>) {
    let shared = jobs.clone();
    jobs.start(typing_slot(), async move {
        tokio::time::sleep(TYPING_PAUSE).await;
        if let Ok(engine) = shared.bench().engine() {
            engine.enter(entered);
        }
    });
}

/// Does something short with files away from the window's thread. It has no slot: it is never superseded.
fn aside(jobs: &Jobs, work: impl FnOnce(&Jobs, &Engine) + Send + 'static) {
    let shared = jobs.clone();
    drop(jobs.0.handle.spawn(async move {
        if let Ok(engine) = shared.bench().engine() {
            work(&shared, &engine);
        }
    }));
}

/// Changes what is remembered and shows it. What was typed before is not to come back.
fn change(jobs: &Jobs, change: impl FnOnce(&Engine) + Send + 'static) {
    jobs.cancel(&typing_slot());
    aside(jobs, move |jobs, engine| {
        change(engine);
        jobs.try_emit(Event::Lab(LabEvent::Remembered(engine.progress(), statuses(engine))));
    });
}
