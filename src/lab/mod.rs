//! The lab: steps as data ([`manifest`]), what they do ([`action`], [`actions`]), the engine that runs them ([`engine`]), and the ledger from
//! which everything made is removed again ([`ledger`], [`cleanup`]).
//!
//! What a person did on other screens, and a step asks for, is in a journal of its own ([`deeds`]).
//!
//! An action has four verbs: *plan* (the calls to come, as data), *apply* (do it; harmless to repeat), *verify* (read the real state back) and
//! undo (by kind of resource, in [`cleanup`]). Calls are operations of `aws`; nothing here knows where they go.
//!
//! Not here: drawing, the async runtime, the sandbox.

pub mod action;
pub mod actions;
pub mod alarms;
pub mod cleanup;
pub mod deeds;
pub mod engine;
pub mod facts;
pub mod form;
pub mod ledger;
pub mod manifest;
pub mod names;
pub mod policy;
pub mod progress;
pub mod receipt;
pub mod resource;
pub mod source;
pub mod status;
pub mod template;
pub mod values;
pub mod view;
