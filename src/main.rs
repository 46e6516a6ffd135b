//! Outcrop
fn main() {}
