//! What is to be seen of the sandbox as a whole.

use std::path::Path;
use std::sync::Arc;

use super::{Jobs, environment, running};
use crate::app::sandbox::{Checkpoint, Incident, Letter, SandboxFiles, SandboxView};
use crate::base::problem::Problem;
use crate::sandbox::class::incident::{self, Kind};
use crate::sandbox::{Sandbox, checkpoint, class, embedded, sns};

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
        people: class::people(&sandbox),
        incidents: incidents(&sandbox),
        lives: sandbox.lives(),
        letters: letters(&sandbox),
    }))
}

fn files(folder: &Path, url: String) -> SandboxFiles {
    let size = std::fs::metadata(embedded::state_path(folder)).map_or(0, |metadata| metadata.len());
    let kept = |kept: checkpoint::Checkpoint| Checkpoint { name: kept.name, at: kept.at, size: kept.size };
    SandboxFiles { folder: folder.to_owned(), url, size, checkpoints: checkpoint::list(folder).into_iter().map(kept).collect() }
}

/// Every incident, whether or not it is under way.
fn incidents(sandbox: &Sandbox) -> Vec<Incident> {
    let active = incident::active(sandbox);
    let described = |kind: Kind| Incident {
        name: kind.name().to_owned(),
        title: kind.title().to_owned(),
        story: kind.story().to_owned(),
        look_for: kind.look_for().to_owned(),
        since: active.get(&kind).map(|running| running.since),
        until: active.get(&kind).and_then(|running| running.until),
    };
    incident::all().map(described).collect()
}

/// Letters of all Regions that the screen shows at most.
const MAX_LETTERS: usize = 100;

/// The latest letters, newest first.
fn letters(sandbox: &Sandbox) -> Vec<Letter> {
    let world = sandbox.world();
    let mut letters: Vec<Letter> = Vec::new();
    for (region, held) in &world.regions {
        let latest = held.sns.inbox().rev().take(MAX_LETTERS);
        letters.extend(latest.map(|letter| shown(region, letter, &held.sns)));
    }
    letters.sort_by_key(|letter| std::cmp::Reverse((letter.at, letter.number)));
    letters.truncate(MAX_LETTERS);
    letters
}

fn shown(region: &str, letter: &sns::Letter, state: &sns::State) -> Letter {
    Letter {
        region: region.to_owned(),
        number: letter.number,
        at: letter.at,
        topic: letter.topic.rsplit(':').next().unwrap_or_default().to_owned(),
        protocol: letter.protocol.clone(),
        endpoint: letter.endpoint.clone(),
        subject: letter.subject.clone(),
        body: letter.body.clone(),
        token: letter.token.clone().filter(|token| state.is_waiting(token)),
    }
}
