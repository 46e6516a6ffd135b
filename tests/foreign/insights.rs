//! The Logs Insights language against DuckDB: seeded random queries over generated records have the same rows and numbers.

use std::process::Command;

use crate::tools::{printed, tool};

/// Queries of the run; the seed makes records and queries.
const QUERIES: &str = "120";
const SEED: &str = "20261001";

#[test]
fn duckdb_gives_the_same_answers() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/insights.py");
    let ran = Command::new(tool("python")).args([script, env!("CARGO_BIN_EXE_outcrop"), SEED, QUERIES]).output().unwrap();
    let out = printed(&ran);
    assert!(out.contains(&format!("{QUERIES} queries have the same answers")), "{out}");
}
