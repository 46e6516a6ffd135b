//! User stories and clients against the program: one binary, because linking dominates.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws_alarms;
mod aws_bedrock;
mod aws_faults;
mod aws_logs;
mod aws_metrics;
mod aws_plans;
mod aws_s3;
mod aws_sandbox;
mod aws_server;
mod cli;
mod far_records;
mod lab_bench;
mod lab_check;
mod lab_engine;
mod lab_kill;
mod records;
mod sandbox_any_bytes;
mod sandbox_bedrock;
mod sandbox_cloudwatch;
mod sandbox_core;
mod sandbox_live_tail;
mod sandbox_logs;
mod sandbox_robust;
mod sandbox_s3;
mod story_alarms;
mod story_dashboard;
mod story_files;
mod story_insights;
mod story_keyboard;
mod story_lab;
mod story_logs;
mod story_place;
mod story_playground;
mod story_resources;
mod story_resume;
mod story_sandbox;
mod story_tail;
mod story_watch_sandbox;
mod support;
mod watch_data;
