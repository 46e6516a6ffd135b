//! Metric math: expressions over series as CloudWatch evaluates them.
//!
//! Owns the language: what can be written ([`parse`]), what each operator and function gives ([`evaluate`]), how a search finds metrics
//! ([`Search`]). Whoever has metrics implements [`Source`]. Not here: where series come from, ids and their order (`sandbox`), how a band is
//! computed ([`super::band`]).
//!
//! Source of the rules: the page "Using math expressions with CloudWatch metrics" of the CloudWatch user guide. Where it is silent, the
//! function's documentation here says what we chose.

mod ast;
mod error;
mod eval;
mod functions;
mod lexer;
mod parser;
mod search;
mod value;

pub use ast::{Expr, Function, Node, Operator, SearchCall};
pub use error::{MathError, Problem};
pub use eval::{Grid, MAX_DENSE, Source, evaluate};
pub use parser::{MAX_LENGTH, parse};
pub use search::{Candidate, Search, SearchError};
pub use value::{Origin, TimeSeries, Value};

#[cfg(test)]
mod tests;
