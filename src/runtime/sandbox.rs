//! Effects of the sandbox slice: what is done to the account inside this program as a whole.
//!
//! The ledger follows: what a new account does not have is written down as removed, what a restored one has as made.

mod look;
mod prepare;

use std::path::PathBuf;

use super::resources::{open_ledger, unreadable};
use super::{Jobs, Slot, environment};
use crate::app::Screen;
use crate::app::sandbox::{SandboxDeed, SandboxEffect, SandboxEvent};
use crate::base::problem::Problem;
use crate::base::{error, files};
use crate::lab::ledger::{Entry, Happened, Ledger, Standing};
use crate::sandbox::checkpoint::{self, CheckpointError};
use crate::sandbox::class::incident::{self, IncidentError, Kind};
use crate::sandbox::world::World;
use crate::sandbox::{Sandbox, class, control};

/// One thing at a time is done to the sandbox or read of it.
const SANDBOX: Slot = Slot::Of(Screen::Sandbox, "sandbox");

/// The window's class is always the same one.
const CLASS_SEED: u64 = 7;

/// Ending of the file that holds the ledger's side of a kept state.
const LEDGER_ENDING: &str = "ledger";

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: SandboxEffect) {
    match effect {
        SandboxEffect::Look => look_again(jobs),
        SandboxEffect::Do(deed) => perform(jobs, deed),
    }
}

fn look_again(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(SANDBOX, async move {
        let outcome = look::view(&jobs).await;
        jobs.emit(SandboxEvent::Seen(outcome)).await;
    });
}

/// Does `deed`. A changed account is opened anew, so that every screen forgets what it knew of the old one.
fn perform(jobs: &Jobs, deed: SandboxDeed) {
    let jobs = jobs.clone();
    jobs.clone().start(SANDBOX, async move {
        let done = carry_out(&jobs, &deed).await;
        let replaced = deed.replaces_the_account() && done.is_ok();
        let outcome = match done {
            Ok(()) => look::view(&jobs).await,
            Err(problem) => Err(problem),
        };
        jobs.emit(SandboxEvent::Seen(outcome)).await;
        if replaced {
            environment::use_sandbox(&jobs);
        }
    });
}

async fn carry_out(jobs: &Jobs, deed: &SandboxDeed) -> Result<(), Problem> {
    let sandbox = running(jobs).await?;
    match deed {
        SandboxDeed::Reset { through: None } => reset(jobs, &sandbox),
        SandboxDeed::Reset { through: Some(step) } => prepare::through(jobs, &sandbox, step).await,
        SandboxDeed::Keep(name) => keep(jobs, &sandbox, name),
        SandboxDeed::Restore(name) => restore(jobs, &sandbox, name),
        SandboxDeed::Forget(name) => forget(jobs, name),
        SandboxDeed::SetSpeed(speed) => {
            jobs.pacer().set_speed(f64::from(*speed));
            Ok(())
        }
        SandboxDeed::Leap(by) => leap(&sandbox, *by).await,
        SandboxDeed::SetPeople(people) => set_people(&sandbox, *people).await,
        SandboxDeed::Start(name) => start_incident(&sandbox, name),
        SandboxDeed::Stop(name) => stop_incident(&sandbox, name),
        SandboxDeed::Confirm { region, token } => confirm(&sandbox, region, token),
    }
}

async fn running(jobs: &Jobs) -> Result<Sandbox, Problem> {
    let running = jobs.0.sandbox.lock().await;
    let sandbox = running.as_ref().map(|running| running.sandbox().clone());
    sandbox.ok_or_else(|| Problem::new("The sandbox is not running", "Calls go to another place", "Open the sandbox on the start screen"))
}

fn reset(jobs: &Jobs, sandbox: &Sandbox) -> Result<(), Problem> {
    let ledger = open_ledger(jobs, &jobs.session()?)?;
    sandbox.replace_world(World::default());
    let gone = standing(&ledger)?.into_iter().filter(Standing::is_outstanding);
    note_all(jobs, &ledger, gone, Happened::Removed)?;
    tracing::info!("The sandbox is a new, empty account");
    Ok(())
}

fn keep(jobs: &Jobs, sandbox: &Sandbox, name: &str) -> Result<(), Problem> {
    let cannot =
        |why: String| Problem::new("The state could not be kept", why, "Choose another name or make room on the disk, then try again");
    let refused = |error: &CheckpointError| cannot(error::chain(error));
    let account = environment::sandbox_dir(jobs);
    let beside = ledger_path(jobs, name)?;
    checkpoint::make_folder(&account).map_err(|e| refused(&e))?;
    let outstanding = open_ledger(jobs, &jobs.session()?)?.outstanding().map_err(|e| cannot(error::chain(&e)))?;
    let entries: Vec<&Entry> = outstanding.iter().map(|standing| &standing.last).collect();
    let lines = serde_json::to_vec(&entries).map_err(|e| cannot(e.to_string()))?;
    files::write_atomically(&beside, &lines).map_err(|e| cannot(e.to_string()))?;
    checkpoint::keep(sandbox, &account, name).map_err(|e| refused(&e))?;
    tracing::info!("The sandbox's state is kept as “{name}”");
    Ok(())
}

fn restore(jobs: &Jobs, sandbox: &Sandbox, name: &str) -> Result<(), Problem> {
    let beside = ledger_path(jobs, name)?;
    let kept: Vec<Entry> = std::fs::read(beside).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let ledger = open_ledger(jobs, &jobs.session()?)?;
    checkpoint::restore(sandbox, &environment::sandbox_dir(jobs), name).map_err(|error| {
        Problem::new(format!("“{name}” could not be restored"), error::chain(&error), "The present state is unchanged; try another one")
    })?;
    let gone =
        standing(&ledger)?.into_iter().filter(|s| s.is_outstanding() && !kept.iter().any(|entry| s.resource().is_same(&entry.resource)));
    note_all(jobs, &ledger, gone, Happened::Removed)?;
    let back = kept.into_iter().map(|last| Standing { last, intended_at: None });
    note_all(jobs, &ledger, back, Happened::Created)?;
    tracing::info!("The sandbox is back at “{name}”");
    Ok(())
}

fn forget(jobs: &Jobs, name: &str) -> Result<(), Problem> {
    let cannot = |why: String| Problem::new(format!("“{name}” could not be deleted"), why, "Delete its file by hand");
    let beside = ledger_path(jobs, name)?;
    checkpoint::forget(&environment::sandbox_dir(jobs), name).map_err(|error| cannot(error::chain(&error)))?;
    match std::fs::remove_file(beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(error.to_string())),
        _ => Ok(()),
    }
}

/// The ledger's side of a kept state, beside its file.
fn ledger_path(jobs: &Jobs, name: &str) -> Result<PathBuf, Problem> {
    let path = checkpoint::path(&environment::sandbox_dir(jobs), name);
    let path = path.map_err(|error| Problem::new("There is no state of this name", error::chain(&error), "Choose another name"))?;
    Ok(path.with_extension(LEDGER_ENDING))
}

fn standing(ledger: &Ledger) -> Result<Vec<Standing>, Problem> {
    ledger.standing().map_err(|error| unreadable(&error))
}

fn note_all(jobs: &Jobs, ledger: &Ledger, which: impl Iterator<Item = Standing>, event: Happened) -> Result<(), Problem> {
    for standing in which {
        let entry = Entry { at: jobs.clock().now(), event, ..standing.last };
        ledger.add(&entry).map_err(|error| crate::lab::action::ledger_problem(&error))?;
    }
    Ok(())
}

/// Everything that happens by itself happens on the way; that takes a moment, away from the async threads.
async fn leap(sandbox: &Sandbox, by: std::time::Duration) -> Result<(), Problem> {
    let sandbox = sandbox.clone();
    let leapt = tokio::task::spawn_blocking(move || control::leap(&sandbox, by)).await;
    leapt.map_err(|error| Problem::new("The time could not pass", error.to_string(), "Try a shorter time"))
}

/// The class's two weeks are made up on the way; that takes a moment, away from the async threads.
async fn set_people(sandbox: &Sandbox, people: u32) -> Result<(), Problem> {
    let sandbox = sandbox.clone();
    let done = tokio::task::spawn_blocking(move || class::set(&sandbox, people, CLASS_SEED, true)).await;
    done.map_err(|error| Problem::new("The class could not come", error.to_string(), "Try again"))
}

fn start_incident(sandbox: &Sandbox, name: &str) -> Result<(), Problem> {
    let started = Kind::named(name).and_then(|kind| incident::start(sandbox, kind, &incident::Start::default()));
    started.map_err(|error| no_incident(&error))
}

fn stop_incident(sandbox: &Sandbox, name: &str) -> Result<(), Problem> {
    let kind = Kind::named(name).map_err(|error| no_incident(&error))?;
    if !incident::stop(sandbox, kind) {
        tracing::debug!(name, "the incident had ended by itself");
    }
    Ok(())
}

fn confirm(sandbox: &Sandbox, region: &str, token: &str) -> Result<(), Problem> {
    let confirmed = sandbox.world().region(region).sns.confirm(token);
    let gone = || {
        Problem::new(
            "The subscription cannot be confirmed",
            "It was deleted or confirmed in the meantime",
            "Subscribe again if you want its messages",
        )
    };
    confirmed.map(|arn| tracing::info!("Confirmed: {arn}")).ok_or_else(gone)
}

fn no_incident(error: &IncidentError) -> Problem {
    Problem::new("The incident cannot begin", error.to_string(), "Choose another one")
}
