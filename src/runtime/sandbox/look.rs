//! What is to be seen of the sandbox as a whole.

use std::path::Path;
use std::sync::Arc;

use super::{Jobs, environment, running};
use crate::app::sandbox::{Checkpoint, Incident, Mail, SandboxFiles, SandboxView};
use crate::base::problem::Problem;
use crate::sandbox::{Sandbox, checkpoint, embedded};

/// The sandbox now.
pub async fn view(jobs: &Jobs) -> Result<Arc<SandboxView>, Problem> {
    let sandbox = running(jobs).await?;
    let url = jobs.session()?.environment().endpoint_url.clone().unwrap_or_default();
    let files = files(&environment::sandbox_dir(jobs), url);
    let pacer = jobs.pacer();
    Ok(Arc::new(SandboxView {
        files,
        speed: pacer.speed(),
        ahead_ms: pacer.ahead_ms(),
        people: people(&sandbox),
        incidents: incidents(&sandbox),
        inbox: inbox(&sandbox),
        lives: sandbox.lives(),
    }))
}

fn files(folder: &Path, url: String) -> SandboxFiles {
    let size = std::fs::metadata(embedded::state_path(folder)).map_or(0, |metadata| metadata.len());
    let kept = |kept: checkpoint::Checkpoint| Checkpoint { name: kept.name, at: kept.at, size: kept.size };
    SandboxFiles { folder: folder.to_owned(), url, size, checkpoints: checkpoint::list(folder).into_iter().map(kept).collect() }
}

fn people(_sandbox: &Sandbox) -> u32 {
    0
}

fn incidents(_sandbox: &Sandbox) -> Vec<Incident> {
    Vec::new()
}

fn inbox(_sandbox: &Sandbox) -> Vec<Mail> {
    Vec::new()
}
