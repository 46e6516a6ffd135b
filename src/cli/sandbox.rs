//! `outcrop sandbox`: the embedded AWS as a server for other tools.

use std::process::ExitCode;

use anyhow::Context as _;

use super::args::SandboxOptions;
use super::output::Output;
use crate::base::clock::SystemClock;
use crate::sandbox::{self, Sandbox};

/// Serves until interrupted, then keeps the state if asked to.
pub async fn run(options: &SandboxOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let keeper = open(options, out)?;
    let port = (options.port != 0).then_some(options.port);
    let server = sandbox::server::Server::start(keeper.sandbox().clone(), port).await?;
    announce(&server.url(), out);
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    drop(server);
    keeper.close().context("the sandbox's state could not be kept")?;
    out.progress("Stopped");
    Ok(ExitCode::SUCCESS)
}

fn announce(url: &str, out: &mut Output) {
    out.line(&format!("export AWS_ENDPOINT_URL={url}"));
    out.line(&format!("export AWS_ACCESS_KEY_ID={}", sandbox::credentials::DEFAULT_ACCESS_KEY));
    out.line("export AWS_SECRET_ACCESS_KEY=sandbox");
    out.line("export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1");
    out.line("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_BEARER_TOKEN_BEDROCK");
    out.progress(&format!("The sandbox listens on {url}. Paste the lines above into another terminal; Ctrl-C ends it"));
}
