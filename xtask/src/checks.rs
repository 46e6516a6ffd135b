//! Every check of the project, in the order in which they are cheapest to fail.

use std::time::Instant;

use crate::machine::{Purpose, prepare};
use crate::{Outcome, cargo, execute, say, venv};

/// A named check.
struct Check {
    name: &'static str,
    run: fn() -> Outcome,
}

const CHECKS: &[Check] = &[
    Check { name: "format", run: format },
    Check { name: "lints", run: lints },
    Check { name: "docs", run: docs },
    Check { name: "tests", run: tests },
    Check { name: "labs", run: labs },
    Check { name: "foreign", run: foreign },
];

/// Runs the checks named in `names`, or all of them.
pub fn run(names: &[String]) -> Outcome {
    if let Some(unknown) = names.iter().find(|name| CHECKS.iter().all(|check| check.name != **name)) {
        let known = CHECKS.iter().map(|check| check.name).collect::<Vec<_>>().join(", ");
        return Err(format!("there is no check `{unknown}`; there are: {known}"));
    }
    prepare(Purpose::Test)?;
    for check in CHECKS.iter().filter(|check| names.is_empty() || names.iter().any(|name| name == check.name)) {
        run_one(check)?;
    }
    say("All checks passed");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the tool that runs the checks has no injected clock")]
fn run_one(check: &Check) -> Outcome {
    say(&format!("== {}", check.name));
    let start = Instant::now();
    (check.run)().map_err(|error| format!("check `{}`: {error}", check.name))?;
    say(&format!("== {} passed in {} s", check.name, start.elapsed().as_secs()));
    Ok(())
}

fn format() -> Outcome {
    execute(&mut cargo(&["fmt", "--all", "--check"]))
}

fn lints() -> Outcome {
    execute(&mut cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
}

fn docs() -> Outcome {
    execute(cargo(&["doc", "--no-deps", "--document-private-items", "--quiet", "--lib"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests() -> Outcome {
    execute(&mut cargo(&["test", "--quiet"]))
}

fn labs() -> Outcome {
    execute(&mut cargo(&["run", "--quiet", "--bin", "outcrop", "--", "lab", "check"]))
}

/// AWS CLI and boto3 against the sandbox, the program against moto's server.
fn foreign() -> Outcome {
    let tools = venv::prepare()?;
    execute(cargo(&["test", "--quiet", "--test", "foreign"]).env("OUTCROP_FOREIGN_CLIENTS", tools))
}
