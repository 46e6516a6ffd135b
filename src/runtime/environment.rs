//! Opening environments, running the sandbox, finding profiles, keeping settings.

use std::path::{Path, PathBuf};

use super::{Jobs, Slot};
use crate::app::Event;
use crate::app::settings::Settings;
use crate::app::state::{Connected, NoticeLevel, ProfileInfo};
use crate::aws::sts::GetCallerIdentity;
use crate::aws::{Environment, Session, profiles};
use crate::base::problem::Problem;
use crate::base::{error, files};
use crate::sandbox::embedded::{Embedded, EmbeddedError};
use crate::sandbox::snapshot::Origin;

/// The folder of the sandbox's account.
pub fn sandbox_dir(jobs: &Jobs) -> PathBuf {
    jobs.home().join("sandbox")
}

async fn start_sandbox(jobs: &Jobs) -> Result<Embedded, Problem> {
    let started = Embedded::start(Some(&sandbox_dir(jobs)), jobs.pacer().clone(), None).await;
    let embedded = started.map_err(|error| sandbox_problem(&error))?;
    tell_origin(jobs, embedded.origin()).await;
    Ok(embedded)
}

fn sandbox_problem(error: &EmbeddedError) -> Problem {
    let remedy = match error {
        EmbeddedError::InUse { .. } => "Close the other window or program, then open the sandbox again",
        EmbeddedError::Folder { .. } => "Make room or mend the folder's permissions, then open the sandbox again",
        EmbeddedError::Snapshot(_) => "Move the file elsewhere to begin with a new account, then open the sandbox again",
        EmbeddedError::Server(_) => "Allow local connections for this program, then open the sandbox again",
    };
    Problem::new("The sandbox cannot start", error::chain(error), remedy)
}

/// A damaged state is told, with the place where it was kept.
async fn tell_origin(jobs: &Jobs, origin: &Origin) {
    if let Origin::SetAside { kept, why } = origin {
        let text = "The sandbox's saved state was damaged: it was kept aside and a new account begun".to_owned();
        jobs.emit(Event::Notice(NoticeLevel::Warning, text, Some(format!("{}\n{why}", kept.display())))).await;
    }
}

/// Starts the sandbox if it does not run yet and opens it.
pub fn use_sandbox(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(Slot::Connect, async move {
        let outcome = match sandbox_url(&jobs).await {
            Ok(url) => open(&jobs, Environment::sandbox(url)).await,
            Err(problem) => Err(problem),
        };
        jobs.emit(Event::Connected(outcome)).await;
    });
}

async fn sandbox_url(jobs: &Jobs) -> Result<String, Problem> {
    let mut running = jobs.0.sandbox.lock().await;
    if running.is_none() {
        *running = Some(start_sandbox(jobs).await?);
    }
    Ok(running.as_ref().map(Embedded::url).unwrap_or_default())
}

/// Ends the sandbox's server and keeps its state.
pub fn stop_sandbox(jobs: &Jobs) {
    let outcome = jobs.0.handle.block_on(async {
        match jobs.0.sandbox.lock().await.take() {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    });
    if let Err(error) = outcome {
        tracing::error!("{}", error::chain(&error));
    }
}

/// Opens `environment` and asks who we are there.
pub fn connect(jobs: &Jobs, environment: Environment) {
    let jobs = jobs.clone();
    jobs.clone().start(Slot::Connect, async move {
        let outcome = open(&jobs, environment).await;
        jobs.emit(Event::Connected(outcome)).await;
    });
}

/// The session replaces the current one only when the identity was found.
async fn open(jobs: &Jobs, environment: Environment) -> Result<Connected, Problem> {
    let session =
        Session::connect(&environment, jobs.recorder()).await.map_err(Problem::from)?.on_clock(jobs.clock_of(&environment).clone());
    let identity = session.run(GetCallerIdentity {}).await.map_err(Problem::from)?;
    jobs.set_session(session);
    Ok(Connected { environment, account: identity.account, arn: identity.arn })
}

/// Reads profiles and warnings from files and variables.
pub fn find_profiles(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(Slot::Profiles, async move {
        let Ok(found) = tokio::task::spawn_blocking(profiles::find).await else { return };
        let list = found
            .profiles
            .into_iter()
            .map(|p| ProfileInfo { name: p.name, region: p.region, source: p.credentials.label().to_owned() })
            .collect();
        jobs.emit(Event::ProfilesFound(list, found.warnings)).await;
    });
}

fn settings_path(jobs: &Jobs) -> PathBuf {
    jobs.home().join("settings.json")
}

/// The kept settings, or the first ones; a damaged file is set aside and told.
pub fn load_settings(jobs: &Jobs) -> (Settings, Option<Problem>) {
    let path = settings_path(jobs);
    let Ok(bytes) = std::fs::read(&path) else { return (Settings::default(), None) };
    match serde_json::from_slice(&bytes) {
        Ok(settings) => (settings, None),
        Err(error) => {
            let kept = files::set_aside(&path).map_or_else(|e| e.to_string(), |kept| kept.display().to_string());
            let problem = Problem::new(
                "The settings were damaged and are back to their defaults",
                error.to_string(),
                format!("The old file is kept: {kept}"),
            );
            (Settings::default(), Some(problem))
        }
    }
}

/// Keeps the settings, away from the window's thread. The latest wins; one that is being written is finished first.
pub fn save_settings(jobs: &Jobs, settings: Settings) {
    let path = settings_path(jobs);
    jobs.start(Slot::Settings, async move {
        static WRITING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let turn = WRITING.lock().await;
        if let Err(error) = write_settings(&path, &settings) {
            tracing::warn!(details = %error, "The settings could not be saved");
        }
        drop(turn);
    });
}

fn write_settings(path: &Path, settings: &Settings) -> std::io::Result<()> {
    let bytes = serde_json::to_vec_pretty(settings).map_err(std::io::Error::other)?;
    files::write_atomically(path, &bytes)
}
