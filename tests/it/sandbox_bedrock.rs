//! The real Bedrock clients against the sandbox: logging configuration, models, invocations, their records and metrics.

mod account;
mod config;
mod errors;
mod invocations;
mod models;
mod prompts;
mod records;
