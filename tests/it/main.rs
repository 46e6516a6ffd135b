//! User stories and clients against the program: one binary, because linking dominates.

mod aws_faults;
mod aws_sandbox;
mod aws_server;
mod sandbox_core;
