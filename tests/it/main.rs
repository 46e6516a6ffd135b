//! One binary for all integration tests: this file holds nothing but their names.

mod sandbox_core;
