//! A query as text again: one command a line, every expression in full parentheses.

use std::fmt::{self, Display, Formatter};

use super::ast::{AddTotals, Before, Command, Expr, Extract, Join, Named, Node, Operator, Parse, Pattern, Query, Stats};
use super::event::Source;
use super::value::Value;

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        listed(f, &self.commands, "\n| ")
    }
}

fn listed<T: Display>(f: &mut Formatter<'_>, items: impl IntoIterator<Item = T>, separator: &str) -> fmt::Result {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// A name, in backticks.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

/// A text in quotes.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

/// A regular expression between slashes.
struct Slashed<'a>(&'a str);

impl Display for Slashed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.0.replace('/', "\\/"))
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(list) => headed(f, "fields", list),
            Self::Display(list) => headed(f, "display", list),
            Self::Filter(expr) => write!(f, "filter {expr}"),
            Self::Stats(stats) => stats.fmt(f),
            Self::Sort(keys) => {
                f.write_str("sort ")?;
                listed(f, keys.iter().map(|(key, descends)| format!("{key} {}", if *descends { "desc" } else { "asc" })), ", ")
            }
            Self::Limit { count, any } => write!(f, "limit {}{count}", if *any { "any " } else { "" }),
            Self::Parse(parse) => parse.fmt(f),
            Self::Dedup(keys) => headed(f, "dedup", keys),
            Self::Source(source) => source.fmt(f),
            Self::Pattern(of) => write!(f, "pattern {of}"),
            Self::Diff(before) => f.write_str(match before {
                Before::Window => "diff",
                Before::Day => "diff previousDay",
                Before::Week => "diff previousWeek",
                Before::Month => "diff previousMonth",
            }),
            Self::Unnest { of, into } => write!(f, "unnest {of} into {}", Name(into)),
            Self::Expand(name) => write!(f, "expand {}", Name(name)),
            Self::Join(join) => join.fmt(f),
            Self::AddTotals(totals) => totals.fmt(f),
            Self::Accum { of, into } => write!(f, "accum {of} as {}", Name(into)),
            Self::FillMissing(fills) => {
                f.write_str(if fills.is_empty() { "fillmissing" } else { "fillmissing with " })?;
                listed(f, fills.iter().map(|(value, name)| format!("{} for {}", Literal(value), Name(name))), ", with ")
            }
            Self::FillDown(names) => {
                f.write_str("filldown ")?;
                // Stars stand outside of backticks.
                listed(f, names.iter().map(|name| name.split('*').map(ticked).collect::<Vec<_>>().join("*")), ", ")
            }
            Self::Json { of, path, into } => write!(f, "json field={of} {} as {}", Text(path), Name(into)),
        }
    }
}

fn ticked(part: &str) -> String {
    if part.is_empty() { String::new() } else { Name(part).to_string() }
}

fn headed<T: Display>(f: &mut Formatter<'_>, head: &str, list: &[T]) -> fmt::Result {
    write!(f, "{head} ")?;
    listed(f, list, ", ")
}

impl Display for Stats {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        headed(f, "stats", &self.values)?;
        if !self.by.is_empty() {
            headed(f, " by", &self.by)?;
        }
        self.offset.map_or(Ok(()), |offset| write!(f, " offset {offset}"))
    }
}

impl Display for Parse {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "parse {} ", self.of)?;
        match &self.with {
            Extract::Glob(glob, _) => write!(f, "{} as ", Text(glob))?,
            Extract::Logfmt => f.write_str("logfmt as ")?,
            Extract::Csv => f.write_str("csv as ")?,
            Extract::Regex(regex) if regex.capture_names().flatten().next().is_some() => write!(f, "{}", Slashed(regex.as_str()))?,
            Extract::Regex(regex) => write!(f, "{} as ", Slashed(regex.as_str()))?,
        }
        let is_named = matches!(&self.with, Extract::Regex(regex) if regex.capture_names().flatten().next().is_some());
        if !is_named {
            listed(f, self.names.iter().map(|name| Name(name)), ", ")?;
        }
        f.write_str(if self.multi { " multi" } else { "" })
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list = |texts: &[String]| texts.iter().map(|text| Text(text).to_string()).collect::<Vec<_>>().join(", ");
        if !self.names.is_empty() {
            return write!(f, "SOURCE [{}]", list(&self.names));
        }
        let parts = [("namePrefix", &self.prefixes), ("accountIdentifiers", &self.accounts), ("class", &self.classes)];
        let told = parts.iter().filter(|(_, texts)| !texts.is_empty()).map(|(name, texts)| format!("{name}: [{}]", list(texts)));
        write!(f, "SOURCE logGroups({})", told.collect::<Vec<_>>().join(", "))
    }
}

impl Display for Join {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (left, right) = (&self.left, &self.right);
        let kind = if self.keeps_left { "left" } else { "inner" };
        write!(f, "join type={kind} left={} right={} where ", Name(left), Name(right))?;
        let key = |(a, b): &(String, String)| format!("{} = {}", Name(&format!("{left}.{a}")), Name(&format!("{right}.{b}")));
        listed(f, self.keys.iter().map(key), " and ")?;
        write!(f, " ({})", self.query)
    }
}

impl Display for AddTotals {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "addtotals fieldname={} row={} col={} ", Text(&self.name), self.row, self.column)?;
        listed(f, self.fields.iter().map(|name| Name(name)), ", ")
    }
}

impl Display for Named {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.expr.node {
            Node::Field(name) if *name == self.name => self.expr.fmt(f),
            // The name of an expression without an alias is its text; where that has backticks it has no other spelling.
            _ if self.name.contains('`') => self.expr.fmt(f),
            _ => write!(f, "{} as {}", self.expr, Name(&self.name)),
        }
    }
}

struct Literal<'a>(&'a Value);

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Number(number) => write!(f, "{number}"),
            Value::Bool(truth) => write!(f, "{truth}"),
            other => Text(&other.as_text()).fmt(f),
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Literal(value) => Literal(value).fmt(f),
            Node::Length(length) => length.fmt(f),
            Node::Field(name) => Name(name).fmt(f),
            Node::Not(inner) => write!(f, "(not {inner})"),
            Node::Negative(inner) => write!(f, "(- {inner})"),
            Node::Binary(operator, left, right) => write!(f, "({left} {} {right})", sign(*operator)),
            Node::Like(inner, pattern) => match &**pattern {
                Pattern::Text(text) => write!(f, "({inner} like {})", Text(text)),
                Pattern::Regex(regex) => write!(f, "({inner} like {})", Slashed(regex.as_str())),
            },
            Node::In(inner, list) => {
                write!(f, "({inner} in [")?;
                listed(f, list, ", ")?;
                f.write_str("])")
            }
            Node::InQuery(inner, query) => write!(f, "({inner} in ({query}))"),
            Node::Call(function, arguments) => called(f, function.entry.name, arguments),
            Node::Aggregate(aggregate, arguments) if arguments.is_empty() => write!(f, "{}(*)", aggregate.entry.name),
            Node::Aggregate(aggregate, arguments) => called(f, aggregate.entry.name, arguments),
        }
    }
}

fn called(f: &mut Formatter<'_>, name: &str, arguments: &[Expr]) -> fmt::Result {
    write!(f, "{name}(")?;
    listed(f, arguments, ", ")?;
    f.write_str(")")
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Remainder => "%",
        Operator::Power => "^",
    }
}
