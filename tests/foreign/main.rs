//! Foreign clients: the AWS CLI and boto3 walk the lab against `outcrop sandbox`, and the program works on a foreign AWS (moto's server).
//!
//! `cargo xtask test` installs the tools and names their folder in `OUTCROP_FOREIGN_CLIENTS`; without it these tests fail rather than skip.

mod clients;
mod conformance;
mod insights;
mod moto;
#[path = "../it/support.rs"]
#[expect(dead_code, reason = "the stories use what this test does not")]
mod support;
mod tools;
