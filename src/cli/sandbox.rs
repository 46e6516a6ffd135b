//! `outcrop sandbox`: the embedded AWS as a server for other tools.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use super::args::SandboxOptions;
use super::output::Output;
use crate::base::clock::SystemClock;
use crate::sandbox::server::Server;
use crate::sandbox::snapshot::{self, Autosave, Origin};
use crate::sandbox::world::World;
use crate::sandbox::{self, Sandbox};

/// Serves until interrupted, then keeps the state if asked to.
pub async fn run(options: &SandboxOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let path = options.state.as_ref().map(|dir| dir.join("state.json"));
    let world = path.as_deref().map_or_else(|| Ok(World::default()), |path| load(path, out))?;
    let clock = SystemClock::shared();
    let seed = clock.now().as_nanosecond() as u64;
    let sandbox = Sandbox::new(world, clock, seed);
    let server = Server::start(sandbox.clone(), (options.port != 0).then_some(options.port)).await?;
    let autosave = path.map(|path| Autosave::start(sandbox, path));
    announce(&server.url(), out);
    interrupted().await?;
    server.stop().await;
    if let Some(autosave) = autosave {
        autosave.finish().await?;
    }
    out.progress("Stopped");
    Ok(ExitCode::SUCCESS)
}

/// The account of an earlier run; a damaged one is kept aside and told.
fn load(path: &Path, out: &mut Output) -> anyhow::Result<World> {
    let (world, origin) = snapshot::load(path)?;
    if let Origin::SetAside { kept, why } = origin {
        out.progress(&format!("warning: the saved state was damaged ({why}); it is kept as {} and a new account begins", kept.display()));
    }
    Ok(world)
}

/// Ends on Ctrl-C, and where there is such a thing on the polite request to end.
async fn interrupted() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).context("cannot wait for signals")?;
        tokio::select! {
            outcome = tokio::signal::ctrl_c() => outcome.context("cannot wait for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")
}

fn announce(url: &str, out: &mut Output) {
    out.line(&format!("export AWS_ENDPOINT_URL={url}"));
    out.line(&format!("export AWS_ACCESS_KEY_ID={}", sandbox::credentials::ACCESS_KEY));
    out.line("export AWS_SECRET_ACCESS_KEY=sandbox");
    out.line("export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1");
    out.line("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_BEARER_TOKEN_BEDROCK");
    out.progress(&format!("The sandbox listens on {url}. Paste the lines above into another terminal; Ctrl-C ends it"));
}
