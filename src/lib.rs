//! Outcrop: the lab "Monitoring Amazon Bedrock with CloudWatch" as a program, and a window on your Bedrock invocations.
//!
//! The rooms and their arrows are described in ARCHITECTURE.md; `tests/architecture.rs` guards them.

pub mod app;
pub mod aws;
pub mod base;
pub mod cli;
pub mod insights;
pub mod lab;
pub mod logs;
pub mod metrics;
pub mod models;
pub mod prompts;
pub mod runtime;
pub mod sandbox;
pub mod ui;
