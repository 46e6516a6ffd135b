//! The functions of expressions: one table of names, arguments and what they do.

mod addresses;
mod general;
mod numbers;
mod texts;
mod times;

use super::ast::Expr;
use super::error::{QueryError, Span};
use super::row::Row;
use super::value::Value;

/// What functions may know of the run.
///
/// Moments in milliseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// Start of the time that the query is for.
    pub(super) from: i64,
    /// Its end.
    pub(super) to: i64,
    /// The present.
    pub(super) now: i64,
}

/// A function.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Fewest and most arguments.
    takes: (usize, usize),
    run: Body,
}

/// What a function does with its arguments.
type Body = fn(&[Value], &Row, &Context) -> Value;

/// As many arguments as one likes.
const ANY: usize = 50;

/// Every function.
const TABLE: &[&[Function]] = &[numbers::TABLE, texts::TABLE, times::TABLE, general::TABLE, addresses::TABLE];

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Function {
    const fn new(name: &'static str, takes: (usize, usize), run: Body) -> Self {
        Self { name, takes, run }
    }

    /// Whether it takes so many arguments.
    pub(super) fn check(self, arguments: &[Expr], span: &Span) -> Result<(), QueryError> {
        let (least, most) = self.takes;
        if (least..=most).contains(&arguments.len()) {
            return Ok(());
        }
        let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
        Err(QueryError::new(span.clone(), format!("{} takes {wanted} arguments, not {}", self.name, arguments.len())))
    }

    pub(super) fn run(self, arguments: &[Value], row: &Row, context: &Context) -> Value {
        (self.run)(arguments, row, context)
    }
}

fn all() -> impl Iterator<Item = Function> {
    TABLE.iter().flat_map(|table| table.iter().copied())
}

/// The function of this name, in any case.
pub(super) fn named(name: &str) -> Option<Function> {
    all().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name)
}
