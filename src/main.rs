//! The program: arguments, logging, the panic hook, and the choice between window and sub-command.

use std::process::ExitCode;

use clap::Parser as _;
use outcrop::cli::args::{Args, Command};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

fn main() -> ExitCode {
    let args = Args::parse();
    start_logging();
    tell_panics();
    match &args.command {
        None | Some(Command::Open(_)) => outcrop::cli::window::run(&args),
        Some(command) => outcrop::cli::run(&args, command),
    }
}

/// Messages of warnings and above go to standard error (`OUTCROP_LOG` changes that), those of the program itself also into the window.
fn start_logging() {
    let filter = EnvFilter::try_from_env("OUTCROP_LOG").unwrap_or_else(|_| EnvFilter::new("error,outcrop=warn"));
    let terminal = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time().with_filter(filter);
    tracing_subscriber::registry().with(terminal).with(outcrop::runtime::notices::NoticeLayer::new()).init();
}

/// A panic is a bug: the person is told what failed and where, and the rest of the program goes on.
fn tell_panics() {
    let terminal = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        terminal(panic);
        tracing::error!(details = %panic, "A part of the program failed; this is a bug. What it was doing is not finished: please try again");
    }));
}
