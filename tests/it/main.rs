//! User stories and clients against the program: one binary, because linking dominates.

mod sandbox_cloudwatch;
mod sandbox_core;
mod sandbox_logs;
