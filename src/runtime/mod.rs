//! Does what the state asks for: owns the async runtime, carries out [`Effect`]s and answers with [`Event`]s over one bounded channel.
//!
//! Work runs in named [`Slot`]s: starting a job in a slot ends the one that was there, so the latest wins and a dropped job is a cancelled one.
//! This is the only room that wakes the window.
//!
//! Not here: what a result means to the state (`app`), how a call is made (`aws`), what a step does (`lab`).

pub mod alarms;
pub mod dashboard;
pub mod deeds;
pub mod desktop;
pub mod environment;
pub mod insights;
mod lab;
pub mod logs;
pub mod notices;
pub mod playground;
mod records;
pub mod resources;
pub mod sandbox;
pub mod storage;
pub mod tail;

use std::collections::HashMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::{Effect, Event, Screen};
use crate::aws::{Environment, EnvironmentKind, Recorder, Session};
use crate::base::clock::{PacedClock, SharedClock, Stopwatch, SystemClock};
use crate::base::problem::Problem;
use crate::sandbox::embedded::Embedded;

/// Events that wait for the window; above it, senders wait and call records are dropped.
const CHANNEL_CAPACITY: usize = 4_096;

/// Wakes the window so that it takes its events.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What the runtime is told at the start.
#[derive(Clone)]
pub struct Options {
    /// Folder of settings, progress, ledgers, snapshots and cached bodies.
    pub home: PathBuf,
    /// The clock of the program; its sandbox's own begins with it and may run ahead.
    pub clock: SharedClock,
    /// Labs from this folder instead of the embedded ones.
    pub labs: Option<PathBuf>,
    /// Where a person is told what happens while the window is not in front.
    pub notifier: Arc<dyn desktop::Notifier>,
}

impl Options {
    /// The person's own folder on the wall clock.
    pub fn standard() -> Self {
        Self { home: crate::base::files::data_dir(), clock: SystemClock::shared(), labs: None, notifier: desktop::Desktop::shared() }
    }
}

/// Ends work on another thread when the job that waits for it is dropped.
#[derive(Default)]
struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Whether it is to end, for the work to look at.
    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A place for one job at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Opening an environment.
    Connect,
    /// Reading profiles.
    Profiles,
    /// Writing the settings.
    Settings,
    /// The wait before a screen's next tick.
    Tick(Screen),
    /// The wait before something that is done again and again, whichever screen is shown.
    Pause(&'static str),
    /// Running, checking or undoing a lab step.
    LabStep,
    /// Anything else of a screen, told apart by a name: `Slot::Of(Screen::Logs, "search")`.
    Of(Screen, &'static str),
}

/// The async runtime with its jobs; dropping it ends them all.
pub struct Runtime {
    jobs: Jobs,
    events: mpsc::Receiver<Event>,
    // Last: the jobs' channel must be gone before the threads are joined.
    tokio: Option<tokio::runtime::Runtime>,
}

/// What jobs share. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Shared>);

struct Shared {
    handle: tokio::runtime::Handle,
    slots: Mutex<HashMap<Slot, JoinHandle<()>>>,
    events: mpsc::Sender<Event>,
    wake: Wake,
    options: Options,
    session: Mutex<Option<Session>>,
    clocks: Clocks,
    sandbox: tokio::sync::Mutex<Option<Embedded>>,
    bench: lab::Bench,
    queries: insights::OpenQueries,
    spill: logs::Spill,
}

/// The sandbox's clock, and whether it is the one that counts.
struct Clocks {
    paced: PacedClock,
    sandbox: SharedClock,
    in_sandbox: AtomicBool,
}

impl Clocks {
    fn over(wall: &SharedClock) -> Self {
        let paced = PacedClock::over(wall.clone());
        Self { sandbox: Arc::new(paced.clone()), paced, in_sandbox: AtomicBool::new(false) }
    }
}

impl Runtime {
    /// Starts the async runtime's threads.
    pub fn start(options: Options, wake: Wake) -> std::io::Result<Self> {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("outcrop-jobs").enable_all().build()?;
        let (sender, events) = mpsc::channel(CHANNEL_CAPACITY);
        let shared = Shared {
            handle: tokio.handle().clone(),
            slots: Mutex::default(),
            events: sender,
            wake,
            clocks: Clocks::over(&options.clock),
            spill: logs::Spill::below(storage::records_dir(&options.home)),
            options,
            session: Mutex::default(),
            sandbox: tokio::sync::Mutex::default(),
            bench: lab::Bench::default(),
            queries: insights::OpenQueries::default(),
        };
        Ok(Self { jobs: Jobs(Arc::new(shared)), events, tokio: Some(tokio) })
    }

    /// What jobs share.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Carries out `effect`.
    pub fn run(&self, effect: Effect) {
        let jobs = &self.jobs;
        match effect {
            Effect::UseSandbox => environment::use_sandbox(jobs),
            Effect::Connect(environment) => environment::connect(jobs, environment),
            Effect::FindProfiles => environment::find_profiles(jobs),
            Effect::SaveSettings(settings) => environment::save_settings(jobs, settings),
            Effect::ForgetLocalCopies => storage::forget_copies(jobs),
            Effect::MeasureStorage => storage::measure(jobs),
            Effect::TickAfter(screen, after) => tick_after(jobs, screen, after),
            Effect::Lab(effect) => lab::run(jobs, effect),
            Effect::Playground(effect) => playground::run(jobs, effect),
            Effect::Dashboard(effect) => dashboard::run(jobs, effect),
            Effect::Logs(effect) => logs::run(jobs, effect),
            Effect::Records(effect) => records::run(jobs, effect),
            Effect::Insights(effect) => insights::run(jobs, effect),
            Effect::Alarms(effect) => alarms::run(jobs, effect),
            Effect::Tail(effect) => tail::run(jobs, effect),
            Effect::Resources(effect) => resources::run(jobs, effect),
            Effect::Sandbox(effect) => sandbox::run(jobs, effect),
        }
    }

    /// Hands waiting events to `take` for at most `budget`; asks to be woken again when some are left.
    pub fn drain(&mut self, budget: Duration, mut take: impl FnMut(Event)) {
        let watch = Stopwatch::start();
        while let Ok(event) = self.events.try_recv() {
            take(event);
            if watch.elapsed() > budget {
                (self.jobs.0.wake)();
                return;
            }
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        insights::stop_all(&self.jobs);
        environment::stop_sandbox(&self.jobs);
        if let Some(tokio) = self.tokio.take() {
            tokio.shutdown_timeout(Duration::from_secs(2));
        }
    }
}

impl Jobs {
    /// Runs `job` in `slot`, ending the job that was there.
    pub fn start(&self, slot: Slot, job: impl Future<Output = ()> + Send + 'static) {
        let handle = self.0.handle.spawn(job);
        let mut slots = self.slots();
        slots.retain(|_, running| !running.is_finished());
        if let Some(previous) = slots.insert(slot, handle) {
            previous.abort();
        }
    }

    /// Ends the job in `slot`; tells whether one was running.
    pub fn cancel(&self, slot: &Slot) -> bool {
        let job = self.slots().remove(slot);
        job.is_some_and(|job| {
            job.abort();
            !job.is_finished()
        })
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Slot, JoinHandle<()>>> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queries that run on CloudWatch for this window.
    fn open_queries(&self) -> &insights::OpenQueries {
        &self.0.queries
    }

    /// Where many records of log groups go.
    fn spill(&self) -> &logs::Spill {
        &self.0.spill
    }

    /// Whether a job is running that will end by itself and does not just wait for its time.
    pub fn is_busy(&self) -> bool {
        let waits = |slot: &Slot| matches!(slot, Slot::Tick(_) | Slot::Pause(_)) || *slot == tail::FOLLOW;
        self.slots().iter().any(|(slot, job)| !waits(slot) && !job.is_finished())
    }

    /// Runs `work`, which blocks, away from the async threads; nobody waits for it.
    fn spawn_blocking(&self, work: impl FnOnce() + Send + 'static) {
        drop(self.0.handle.spawn_blocking(work));
    }

    /// Where a person is told what happens while the window is not in front.
    fn notifier(&self) -> Arc<dyn desktop::Notifier> {
        self.0.options.notifier.clone()
    }

    /// Sends `event` to the window, waiting for room.
    pub async fn emit(&self, event: impl Into<Event>) {
        if self.0.events.send(event.into()).await.is_ok() {
            (self.0.wake)();
        }
    }

    /// Sends `event` to the window, waiting for room: on threads for work that takes a while only.
    pub fn emit_blocking(&self, event: impl Into<Event>) {
        if self.0.events.blocking_send(event.into()).is_ok() {
            (self.0.wake)();
        }
    }

    /// Sends `event` to the window without waiting; tells whether there was room.
    pub fn try_emit(&self, event: impl Into<Event>) -> bool {
        let sent = self.0.events.try_send(event.into()).is_ok();
        (self.0.wake)();
        sent
    }

    /// The open environment, or a problem that says to choose one.
    pub fn session(&self) -> Result<Session, Problem> {
        let session = self.0.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        session.ok_or_else(|| {
            Problem::new(
                "No place to work is open",
                "Nothing was chosen on the start screen yet, or opening it failed",
                "Choose the sandbox or an account first",
            )
        })
    }

    fn set_session(&self, session: Session) {
        self.0.clocks.in_sandbox.store(session.environment().kind == EnvironmentKind::Sandbox, Ordering::Relaxed);
        *self.0.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    /// The open lab.
    fn bench(&self) -> &lab::Bench {
        &self.0.bench
    }

    /// The clock of the place where calls go: the sandbox has its own, which may run ahead of the wall.
    pub fn clock(&self) -> &SharedClock {
        if self.0.clocks.in_sandbox.load(Ordering::Relaxed) { &self.0.clocks.sandbox } else { self.wall() }
    }

    /// The clock of `environment`.
    fn clock_of(&self, environment: &Environment) -> &SharedClock {
        if environment.kind == EnvironmentKind::Sandbox { &self.0.clocks.sandbox } else { self.wall() }
    }

    /// The clock at the person's wall: for refreshing and for waits that a person sits through.
    pub fn wall(&self) -> &SharedClock {
        &self.0.options.clock
    }

    /// The sandbox's clock with its speed.
    fn pacer(&self) -> &PacedClock {
        &self.0.clocks.paced
    }

    /// Folder of settings, progress, ledgers, snapshots and cached bodies.
    pub fn home(&self) -> &Path {
        &self.0.options.home
    }

    /// Labs from this folder instead of the embedded ones.
    pub fn labs_dir(&self) -> Option<&Path> {
        self.0.options.labs.as_deref()
    }

    /// Sends every AWS call to the window's list; a call that finds the channel full is left out of the list.
    pub fn recorder(&self) -> Recorder {
        let jobs = self.clone();
        Arc::new(move |record| {
            jobs.try_emit(Event::Call(Box::new(record)));
        })
    }
}

/// Asks for a frame: the only place that does.
#[expect(clippy::disallowed_methods, reason = "called when an event has arrived, never by drawing")]
pub fn wake(context: &egui::Context) {
    context.request_repaint();
}

fn tick_after(jobs: &Jobs, screen: Screen, after: Duration) {
    let sender = jobs.clone();
    jobs.start(Slot::Tick(screen), async move {
        sender.wall().sleep(after).await;
        sender.emit(Event::Tick(screen)).await;
    });
}
