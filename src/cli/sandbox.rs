//! `outcrop sandbox`: the embedded AWS as a server for other tools.

use std::process::ExitCode;

use anyhow::Context as _;

use super::args::{Place, SandboxAction, SandboxOptions};
use super::levers;
use super::output::Output;
use crate::base::clock::{PacedClock, SystemClock};
use crate::sandbox::credentials::{ACCESS_KEY, SECRET_KEY};
use crate::sandbox::embedded::Embedded;
use crate::sandbox::snapshot::Origin;
use crate::sandbox::{class, router};

/// Serves, or does what was asked for instead.
pub async fn run(place: &Place, options: &SandboxOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    match &options.action {
        None => serve(options, out).await,
        Some(SandboxAction::Operations) => Ok(list_operations(out)),
        Some(action) => levers::pull(place, action, out),
    }
}

fn list_operations(out: &mut Output) -> ExitCode {
    for (service, operation) in router::operations() {
        out.line(&format!("{service} {operation}"));
    }
    ExitCode::SUCCESS
}

/// Serves until interrupted, then keeps the state if asked to.
async fn serve(options: &SandboxOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let port = (options.port != 0).then_some(options.port);
    let embedded = Embedded::start(options.state.as_deref(), PacedClock::over(SystemClock::shared()), port).await?;
    warn_if_damaged(&embedded, out);
    populate(&embedded, options);
    announce(&embedded.url(), out);
    interrupted().await?;
    embedded.stop().await?;
    out.progress("Stopped");
    Ok(ExitCode::SUCCESS)
}

/// The class and the speed that were asked for. A class that was kept with the state stays unless another one is asked for.
fn populate(embedded: &Embedded, options: &SandboxOptions) {
    if options.class > 0 {
        class::set(embedded.sandbox(), options.class, options.seed, true);
    }
    if let Some(pacer) = embedded.sandbox().pacer() {
        pacer.set_speed(options.speed);
    }
}

/// A damaged state was kept aside: say so and where.
pub fn warn_if_damaged(embedded: &Embedded, out: &mut Output) {
    if let Origin::SetAside { kept, why } = embedded.origin() {
        out.progress(&format!("warning: the saved state was damaged ({why}); it is kept as {} and a new account begins", kept.display()));
    }
}

fn announce(url: &str, out: &mut Output) {
    out.line(&format!("export AWS_ENDPOINT_URL={url}"));
    out.line(&format!("export AWS_ACCESS_KEY_ID={ACCESS_KEY}"));
    out.line(&format!("export AWS_SECRET_ACCESS_KEY={SECRET_KEY}"));
    out.line("export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_DISABLE_HOST_PREFIX_INJECTION=true");
    out.line("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_BEARER_TOKEN_BEDROCK");
    out.progress(&format!("The sandbox listens on {url}. Paste the lines above into another terminal; Ctrl-C ends it"));
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
