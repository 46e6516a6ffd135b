//! The functions of expressions: tables of names, arguments, meanings and what they do.

mod addresses;
pub(super) mod aggregates;
mod general;
mod hashes;
mod json;
mod numbers;
mod texts;
mod times;

use std::borrow::Cow;

pub(super) use aggregates::Aggregate;
pub(super) use json::{list as items, parsed as json_of};

use super::error::{QueryError, Span};
use super::reference::{ANY, Entry, Kind};
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
pub(super) struct Function {
    pub(super) entry: Entry,
    run: Body,
}

/// The arguments of a call, evaluated.
pub(super) type Arguments<'a> = [Cow<'a, Value>];

/// What a function does with its arguments.
type Body = fn(&Arguments<'_>, &Context) -> Value;

/// Every function.
static TABLES: &[&[Function]] = &[numbers::TABLE, texts::TABLE, times::TABLE, general::TABLE, json::TABLE, addresses::TABLE, hashes::TABLE];

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.entry.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.entry.name == other.entry.name
    }
}

/// A row of a table: signature (whose beginning is the name), arguments, meaning, an example and what it gives, what it does.
const fn function(
    (name, signature): (&'static str, &'static str),
    takes: (usize, usize),
    meaning: &'static str,
    (example, gives): (&'static str, &'static str),
    run: Body,
) -> Function {
    Function { entry: Entry { name, spellings: &[], kind: Kind::Function, group: "", signature, takes, meaning, example, gives }, run }
}

impl Function {
    /// With other spellings.
    const fn also(mut self, spellings: &'static [&'static str]) -> Self {
        self.entry.spellings = spellings;
        self
    }

    /// Under a heading.
    const fn of(mut self, group: &'static str) -> Self {
        self.entry.group = group;
        self
    }

    pub(super) fn run(&self, arguments: &Arguments<'_>, context: &Context) -> Value {
        (self.run)(arguments, context)
    }
}

/// Whether a function takes so many arguments.
pub(super) fn check_count(entry: &Entry, count: usize, span: &Span) -> Result<(), QueryError> {
    let (least, most) = entry.takes;
    if (least..=most).contains(&count) {
        return Ok(());
    }
    let wanted = match (least, most) {
        (least, ANY) => format!("at least {least}"),
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least} to {most}"),
    };
    Err(QueryError::new(span.clone(), format!("{} takes {wanted} arguments, not {count}: {}", entry.name, entry.signature)))
}

/// Every function, group by group.
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// Every aggregate of `stats`.
pub(super) fn aggregates() -> impl Iterator<Item = &'static Aggregate> {
    aggregates::TABLE.iter()
}

/// The function of this name, in any case.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    all().find(|function| function.entry.is_called(name))
}

/// The aggregate of this name, in any case.
pub(super) fn aggregate_named(name: &str) -> Option<&'static Aggregate> {
    aggregates().find(|aggregate| aggregate.entry.is_called(name))
}
