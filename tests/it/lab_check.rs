//! `outcrop lab …` as a person types it.

use std::path::Path;
use std::process::{Command, Output};

fn outcrop(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_outcrop")).args(args).env("OUTCROP_HOME", home).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_shipped_lab_proves_itself() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path(), &["lab", "check"]);
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}\n{}", text(&output.stderr));
    for step in [
        "where-to-work",
        "log-group",
        "bucket",
        "service-role",
        "invocation-logging",
        "playground",
        "logs-insights",
        "live-tail",
        "metrics",
        "alarms",
        "clean-up",
    ] {
        let of_step = |what: &str| out.lines().any(|line| line.contains(step) && line.contains(what));
        assert!(of_step("fails before") && of_step("passes after"), "{step} is proved both ways:\n{out}");
    }
    assert!(out.contains("the account is empty again"), "{out}");
}

#[test]
fn a_malformed_lab_is_told_with_file_line_and_remedy() {
    let labs = tempfile::tempdir().unwrap();
    std::fs::create_dir(labs.path().join("broken")).unwrap();
    std::fs::write(
        labs.path().join("broken/lab.toml"),
        "format_version = 1\nid = \"other\"\ntitle = \"x\"\nsummary = \"x\"\nminutes = 1\nsteps = []\n",
    )
    .unwrap();
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path(), &["--labs", labs.path().to_str().unwrap(), "lab", "check"]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.contains("broken/lab.toml, line 2") && out.contains("Write id = \"broken\""), "{out}");
}

#[test]
fn a_whole_lab_runs_on_the_terminal_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path(), &["lab", "run", "bedrock-monitoring", "--sandbox", "--yes", "--json"]);
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}\n{}", text(&output.stderr));
    let events: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let done = events.iter().filter(|event| event["event"] == "end" && event["result"]["evidence"].is_array()).count();
    assert_eq!(done, 11, "{out}");
    assert_eq!(events.last().unwrap()["done"], true);
}

#[test]
fn without_yes_the_calls_are_shown_and_nothing_runs() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path(), &["lab", "run", "bedrock-monitoring", "--sandbox"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let out = text(&output.stdout);
    assert!(out.contains("aws logs create-log-group --log-group-name bedrock-logs"), "{out}");
    assert!(
        !home.path().join("ledger/sandbox.jsonl").exists() || std::fs::read(home.path().join("ledger/sandbox.jsonl")).unwrap().is_empty()
    );
}
