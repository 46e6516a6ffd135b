//! The Logs Insights query language: read ([`Query::parse`], [`Query::check`]) and run over log events ([`Query::pipeline`], [`Query::run`]).
//!
//! Owns the grammar, the functions and what a result looks like. Not here: where events come from (`logs`, `sandbox`), drawing (`ui`). A query
//! is a pipeline of commands over rows; a row is an event with what the commands before have computed.
//!
//! `parser` makes commands of a text, `plan` operators of commands with every name resolved to a place, `pipeline` pushes events through them.
//! [`mod@reference`] lists every command and function; what CloudWatch has beyond these is refused by name, with its place in the text.

mod accumulator;
mod ast;
mod commands;
mod error;
mod event;
mod expression;
mod functions;
mod further;
mod gist;
mod highlight;
mod json;
mod lexer;
mod line;
mod miner;
mod order;
mod parser;
mod pipeline;
mod plan;
mod print;
mod ranked;
pub mod reference;
mod row;
mod scan;
mod time;
mod value;

pub use ast::Query;
pub use error::{QueryError, Span};
pub use event::{AtHand, Elsewhere, Event, Nowhere, Pointer, Seal, Source};
pub use gist::Gist;
pub use highlight::{Highlight, highlight};
pub use line::Line;
pub use pipeline::{DEFAULT_LIMIT, MAX_LIMIT, Pipeline, Results, Setting, Statistics, Stopped};
pub use value::Value;

#[cfg(test)]
mod tests;
