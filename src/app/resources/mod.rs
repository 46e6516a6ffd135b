//! The resources slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

pub mod reduce;

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct ResourcesState {}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourcesCommand {}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourcesEffect {}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourcesEvent {}
