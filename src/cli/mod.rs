//! The command line: arguments, and the sub-commands, each a page long, over the same domain as the window.
//!
//! Exit codes: 0 done, 1 something failed, 2 the arguments or the input were wrong.

pub mod args;
pub mod doctor;
pub mod import;
pub mod lab;
mod levers;
pub mod output;
pub mod place;
pub mod query;
pub mod sandbox;
pub mod tail;
pub mod window;

use std::process::ExitCode;

use args::{Args, Command};
use output::Output;

/// Runs the sub-command of `args`; without one there is nothing to do here (the window is `main`'s).
pub fn run(args: &Args, command: &Command) -> ExitCode {
    let mut out = Output::standard();
    let outcome = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(dispatch(args, command, &mut out)),
        Err(error) => Err(anyhow::Error::new(error).context("cannot start the async runtime")),
    };
    outcome.unwrap_or_else(|error| {
        out.error(&format!("{error:#}"));
        ExitCode::FAILURE
    })
}

async fn dispatch(args: &Args, command: &Command, out: &mut Output) -> anyhow::Result<ExitCode> {
    match command {
        Command::Sandbox(options) => sandbox::run(&args.place, options, out).await,
        Command::Lab(command) => lab::run(args, command, out).await,
        Command::Query(options) => query::run(&args.place, options, out).await,
        Command::Import(options) => import::run(&args.place, options, out).await,
        // The window has an async runtime of its own, so that `main` opens it.
        Command::Open(_) => anyhow::bail!("a link is opened by the window"),
        Command::Tail(options) => tail::run(&args.place, options, out).await,
        Command::Doctor(options) => doctor::run(&args.place, options, out).await,
    }
}
