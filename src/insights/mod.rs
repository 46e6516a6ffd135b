//! The Logs Insights query language: read ([`Query::parse`]) and run over log events ([`Query::run`]).
//!
//! Owns the grammar, the functions and what a result looks like. Not here: where events come from (`logs`, `sandbox`), drawing (`ui`). A query
//! is a pipeline of commands over rows; a row is an event with what the commands before have computed.
//!
//! Commands: `fields`, `display`, `filter` (`where`), `stats`, `sort`, `limit`, `parse` (glob and regular expression), `dedup`. What CloudWatch has
//! beyond these is refused by name, with its place in the text.

mod aggregate;
mod ast;
mod error;
mod expression;
mod functions;
mod lexer;
mod parser;
mod row;
mod run;
mod time;
mod value;

pub use ast::Query;
pub use error::{QueryError, Span};
pub use row::Event;
pub use run::{Cancelled, DEFAULT_LIMIT, MAX_LIMIT, Results, Statistics};
pub use value::Value;

#[cfg(test)]
mod tests;
