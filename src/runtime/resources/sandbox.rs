//! What is done to the sandbox as a whole: a new account, states kept under a name.
//!
//! The ledger follows: what a new account does not have is written down as removed, what a restored one has as made.

use std::path::{Path, PathBuf};

use super::{Jobs, Slot, open_ledger};
use crate::app::Screen;
use crate::app::resources::{Checkpoint, ResourcesEvent, SandboxDeed, SandboxFiles};
use crate::base::clock::timestamp_ms;
use crate::base::problem::Problem;
use crate::base::{error, files};
use crate::lab::ledger::{Entry, Happened, Ledger, Standing};
use crate::runtime::environment;
use crate::sandbox::Sandbox;
use crate::sandbox::embedded;
use crate::sandbox::snapshot;
use crate::sandbox::world::World;

/// One thing at a time is done to the sandbox or read of it.
const SANDBOX: Slot = Slot::Of(Screen::Resources, "sandbox");
/// Ending of the file that holds the ledger's side of a kept state.
const LEDGER_ENDING: &str = "ledger";

/// Looks at the sandbox's files.
pub fn read(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(SANDBOX, async move {
        jobs.emit(ResourcesEvent::Sandbox(Ok(look(&jobs)))).await;
    });
}

/// Does `deed`. A changed account is opened anew, so that every screen forgets what it knew of the old one.
pub fn run(jobs: &Jobs, deed: SandboxDeed) {
    let jobs = jobs.clone();
    jobs.clone().start(SANDBOX, async move {
        let outcome = carry_out(&jobs, &deed).await;
        let changed = outcome.is_ok() && matches!(deed, SandboxDeed::Reset | SandboxDeed::Restore(_));
        jobs.emit(ResourcesEvent::Sandbox(outcome.map(|()| look(&jobs)))).await;
        if changed {
            environment::use_sandbox(&jobs);
        }
    });
}

async fn carry_out(jobs: &Jobs, deed: &SandboxDeed) -> Result<(), Problem> {
    let sandbox = running(jobs).await?;
    match deed {
        SandboxDeed::Reset => reset(jobs, &sandbox),
        SandboxDeed::Keep(name) => keep(jobs, &sandbox, name),
        SandboxDeed::Restore(name) => restore(jobs, &sandbox, name),
        SandboxDeed::Forget(name) => forget(jobs, name),
    }
}

async fn running(jobs: &Jobs) -> Result<Sandbox, Problem> {
    let running = jobs.0.sandbox.lock().await;
    let sandbox = running.as_ref().map(|running| running.sandbox().clone());
    sandbox.ok_or_else(|| Problem::new("The sandbox is not running", "Calls go to another place", "Open the sandbox on the start screen"))
}

fn reset(jobs: &Jobs, sandbox: &Sandbox) -> Result<(), Problem> {
    let ledger = open_ledger(jobs, &jobs.session()?)?;
    *sandbox.world() = World::default();
    let gone = standing(&ledger)?.into_iter().filter(Standing::is_outstanding);
    note_all(jobs, &ledger, gone, Happened::Removed)?;
    tracing::info!("The sandbox is a new, empty account");
    Ok(())
}

fn keep(jobs: &Jobs, sandbox: &Sandbox, name: &str) -> Result<(), Problem> {
    let path = checkpoint_path(jobs, name)?;
    let cannot = |why: String| Problem::new("The state could not be kept", why, "Make room on the disk, then try again");
    files::create_private_dir(&checkpoints(jobs)).map_err(|e| cannot(e.to_string()))?;
    let outstanding = open_ledger(jobs, &jobs.session()?)?.outstanding().map_err(|e| cannot(error::chain(&e)))?;
    let entries: Vec<&Entry> = outstanding.iter().map(|standing| &standing.last).collect();
    let lines = serde_json::to_vec(&entries).map_err(|e| cannot(e.to_string()))?;
    files::write_atomically(&path.with_extension(LEDGER_ENDING), &lines).map_err(|e| cannot(e.to_string()))?;
    snapshot::save(sandbox, &path).map_err(|e| cannot(error::chain(&e)))?;
    tracing::info!("The sandbox's state is kept as “{name}”");
    Ok(())
}

fn restore(jobs: &Jobs, sandbox: &Sandbox, name: &str) -> Result<(), Problem> {
    let path = checkpoint_path(jobs, name)?;
    let cannot =
        |why: String| Problem::new(format!("“{name}” could not be restored"), why, "The present state is unchanged; try another one");
    if !path.is_file() {
        return Err(cannot("its file is gone".to_owned()));
    }
    let (world, origin) = snapshot::load(&path).map_err(|e| cannot(error::chain(&e)))?;
    if let snapshot::Origin::SetAside { why, .. } = origin {
        return Err(cannot(why));
    }
    let kept: Vec<Entry> =
        std::fs::read(path.with_extension(LEDGER_ENDING)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let ledger = open_ledger(jobs, &jobs.session()?)?;
    *sandbox.world() = world;
    let gone =
        standing(&ledger)?.into_iter().filter(|s| s.is_outstanding() && !kept.iter().any(|entry| s.resource().is_same(&entry.resource)));
    note_all(jobs, &ledger, gone, Happened::Removed)?;
    let back = kept.into_iter().map(|last| Standing { last, intended_at: None });
    note_all(jobs, &ledger, back, Happened::Created)?;
    tracing::info!("The sandbox is back at “{name}”");
    Ok(())
}

fn forget(jobs: &Jobs, name: &str) -> Result<(), Problem> {
    let path = checkpoint_path(jobs, name)?;
    let cannot = |e: std::io::Error| Problem::new(format!("“{name}” could not be deleted"), e.to_string(), "Delete its file by hand");
    std::fs::remove_file(&path).map_err(cannot)?;
    match std::fs::remove_file(path.with_extension(LEDGER_ENDING)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(error)),
        _ => Ok(()),
    }
}

fn standing(ledger: &Ledger) -> Result<Vec<Standing>, Problem> {
    ledger.standing().map_err(|error| super::unreadable(&error))
}

fn note_all(jobs: &Jobs, ledger: &Ledger, which: impl Iterator<Item = Standing>, event: Happened) -> Result<(), Problem> {
    for standing in which {
        let entry = Entry { at: jobs.clock().now(), event, ..standing.last };
        ledger.add(&entry).map_err(|error| crate::lab::action::ledger_problem(&error))?;
    }
    Ok(())
}

fn checkpoints(jobs: &Jobs) -> PathBuf {
    environment::sandbox_dir(jobs).join("checkpoints")
}

/// The file of a kept state. A name is a file's name: it may not lead anywhere else.
fn checkpoint_path(jobs: &Jobs, name: &str) -> Result<PathBuf, Problem> {
    let fine = !name.trim().is_empty() && name.len() <= 60 && name.chars().all(|c| c.is_alphanumeric() || " -_".contains(c));
    if fine {
        return Ok(checkpoints(jobs).join(format!("{}.json", name.trim())));
    }
    Err(Problem::new(
        "The state could not be kept under this name",
        "A name is up to 60 letters, digits, spaces, - and _",
        "Choose another name",
    ))
}

fn look(jobs: &Jobs) -> SandboxFiles {
    let folder = environment::sandbox_dir(jobs);
    let size = std::fs::metadata(embedded::state_path(&folder)).map_or(0, |metadata| metadata.len());
    SandboxFiles { folder, size, checkpoints: kept_states(&checkpoints(jobs)) }
}

/// The kept states, newest first. A folder that is not there holds none.
fn kept_states(folder: &Path) -> Vec<Checkpoint> {
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut kept: Vec<Checkpoint> =
        files.filter(|path| path.extension().is_some_and(|e| e == "json")).filter_map(|path| kept_state(&path)).collect();
    kept.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.at));
    kept
}

fn kept_state(path: &Path) -> Option<Checkpoint> {
    let metadata = std::fs::metadata(path).ok()?;
    let since_epoch = metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    Some(Checkpoint {
        name: path.file_stem()?.to_string_lossy().into_owned(),
        at: since_epoch.map(|since| timestamp_ms(since.as_millis() as i64)),
        size: metadata.len(),
    })
}
