//! `cargo xtask run` opens the program, `cargo xtask test` checks everything; both install first what the machine lacks.
//!
//! Only the standard library is used, so that the first command a stranger types starts at once.

mod checks;
mod machine;
mod venv;

use std::process::{Command, ExitCode};

const HELP: &str = "\
cargo xtask run [ARGS…]    open the program (optimised build); ARGS go to it
cargo xtask test           every check: format, lints, docs, tests, labs, foreign clients
cargo xtask test NAME…     only the named checks: format, lints, docs, tests, labs, foreign
cargo xtask bench          the ratios of the design's budgets: start
cargo xtask bench logs     searches, statistics and imports against rg, DuckDB, libdeflate and lnav
cargo xtask bench sandbox  requests a second of the sandbox against moto's server
cargo xtask bench dashboard  time of a frame of the dashboard with twelve full graphs
cargo xtask bench frames   time of a frame of the log viewer with a million records, and of Live Tail
cargo xtask setup          only install what is missing
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let outcome = match command.as_str() {
        "run" => run(&rest),
        "test" => checks::run(&rest),
        "bench" => bench(&rest),
        "setup" => machine::prepare(machine::Purpose::Test).and_then(|()| venv::prepare().map(|_| ())),
        _ => return help(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

/// What a failed command says: one sentence that tells what to do.
type Outcome<T = ()> = Result<T, String>;

fn run(args: &[String]) -> Outcome {
    machine::prepare(machine::Purpose::Run)?;
    execute(cargo(&["run", "--release", "--bin", "outcrop", "--"]).args(args))
}

/// The benches, the one that runs without a name first.
const BENCHES: [&str; 5] = ["start", "sandbox", "dashboard", "frames", "logs"];

fn bench(args: &[String]) -> Outcome {
    machine::prepare(machine::Purpose::Test)?;
    let (name, rest) = match args.split_first() {
        Some((name, rest)) if BENCHES.contains(&name.as_str()) => (name.as_str(), rest),
        _ => (BENCHES[0], args),
    };
    execute(cargo(&["build", "--release", "--bins", "--examples"]).env("CARGO_TERM_QUIET", "true"))?;
    let clients = venv::prepare()?;
    execute(cargo(&["bench", "--bench", name]).args(rest).env("OUTCROP_FOREIGN_CLIENTS", clients))
}

/// The cargo that runs us, in the project's folder.
fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(project_dir());
    command
}

/// The folder that holds the project's `Cargo.toml`.
fn project_dir() -> std::path::PathBuf {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where builds go: the folder that cargo uses for this project.
fn target_dir() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project_dir().join("target"), std::path::PathBuf::from)
}

/// Runs `command` to its end; a failure names it.
fn execute(command: &mut Command) -> Outcome {
    let line = describe(command);
    let status = command.status().map_err(|error| format!("cannot start `{line}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed ({status})")) }
}

fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    command.get_args().fold(program, |line, arg| format!("{line} {}", arg.to_string_lossy()))
}

#[expect(clippy::print_stdout, reason = "the help of a command-line tool")]
fn help(command: &str) -> ExitCode {
    print!("{HELP}");
    if command.is_empty() || command == "help" || command == "--help" { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

#[expect(clippy::print_stderr, reason = "the errors of a command-line tool")]
fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}

/// Tells the person at the terminal what goes on.
#[expect(clippy::print_stderr, reason = "the progress of a command-line tool")]
fn say(message: &str) {
    eprintln!("{message}");
}
