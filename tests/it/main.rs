//! User stories and clients against the program: one binary, because linking dominates.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws_faults;
mod aws_sandbox;
mod aws_server;
mod records;
mod sandbox_core;
mod sandbox_s3;
mod story_dashboard;
mod story_logs;
mod watch_data;
