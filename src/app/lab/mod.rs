//! The lab slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

pub mod reduce;

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct LabState {}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum LabCommand {}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum LabEffect {}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum LabEvent {}
