//! Ground that every room stands on: time, files, ids and small text helpers.
//!
//! Owns nothing of AWS, of the lab or of drawing; a thing that knows what a log group is belongs elsewhere.

pub mod aside;
pub mod clock;
pub mod error;
pub mod files;
pub mod memory;
pub mod parallel;
pub mod problem;
pub mod text;
