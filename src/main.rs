//! Outcrop
fn main(){}
