//! `outcrop lab …`: labs without a window, through the same engine.

pub mod check;
pub mod run;

use std::process::ExitCode;

use super::args::{Args, LabCommand};
use super::output::{Mark, Output};
use crate::base::text;
use crate::lab::manifest;
use crate::lab::source::LabSource;

/// Runs the sub-command.
pub async fn run(args: &Args, command: &LabCommand, out: &mut Output) -> anyhow::Result<ExitCode> {
    let source = LabSource::from_option(args.labs.as_deref());
    match command {
        LabCommand::List => Ok(list(&source, out)),
        LabCommand::Check(options) => check::run(&source, options.lab.as_deref(), out).await,
        LabCommand::Run(options) => run::run(&args.place, &source, options, out).await,
    }
}

/// One line a lab; a lab file that cannot be used is told with file, line and what to write.
fn list(source: &LabSource, out: &mut Output) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for lab in manifest::load_all(source) {
        match lab {
            Ok(lab) => {
                let steps = text::count(lab.steps.len() as u64, "step");
                out.line(&format!("{:<24}{} ({steps}, about {})", lab.id, lab.title, text::count(lab.minutes.into(), "minute")));
            }
            Err(error) => {
                out.marked(Mark::Failed, &error.file, &error.to_string());
                code = ExitCode::from(2);
            }
        }
    }
    code
}
