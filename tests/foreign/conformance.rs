//! The conformance suites (`conformance/*_suite.py`): every operation that the sandbox lists, by the AWS CLI and by boto3, with assertions
//! on values. `OUTCROP_SUITES="logs s3"` runs only those named.

use crate::tools::{client_with, operations, printed, sandbox};

#[test]
fn foreign_clients_take_the_sandbox_for_aws() {
    let server = sandbox();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/conformance/run.py");
    let suites = std::env::var("OUTCROP_SUITES").unwrap_or_default();
    let args: Vec<&str> = [script].into_iter().chain(suites.split_whitespace()).collect();
    let output = client_with("python", &server, &args, &[("OUTCROP_OPERATIONS", &operations()), ("PYTHONDONTWRITEBYTECODE", "1")]);
    println!("{}", printed(&output));
}
