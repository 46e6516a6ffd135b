//! Expressions with all names resolved, and their values on a row.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use regex::Regex;

use super::super::ast::{Expr, Node, Operator, Pattern};
use super::super::functions::{Arguments, Context, Function};
use super::super::json;
use super::super::row::Row;
use super::super::time::Length;
use super::super::value::Value;
use super::Shared;
use super::scope::{Scope, System};

/// An expression that can be evaluated.
#[derive(Debug, Clone)]
pub(in super::super) enum Code {
    Literal(Value),
    System(System),
    /// A field of the event's JSON, by its place among those that are asked for.
    Found(usize),
    /// A computed field.
    Slot(usize),
    /// A part of a computed map or list; what is in the event under this name if the slot holds neither.
    Part {
        slot: usize,
        path: Box<str>,
        otherwise: Box<Self>,
    },
    Not(Box<Self>),
    Negative(Box<Self>),
    Binary(Operator, Box<(Self, Self)>),
    Contains(Box<Self>, Box<str>),
    Matches(Box<Self>, Regex),
    In(Box<Self>, Vec<Self>),
    /// Whether the value is among those that another query gave.
    Among(Box<Self>, Arc<HashSet<Box<[u8]>>>),
    /// A field of the right side of a join.
    Joined(usize),
    /// Later by so many milliseconds.
    Later(Box<Self>, i64),
    /// The start or the end of the period in which a moment lies.
    Round {
        of: Box<Self>,
        to: Length,
        up: bool,
    },
    Call(&'static Function, Vec<Self>),
}

impl Scope {
    /// An expression with its names resolved. Aggregates are nothing outside of `stats`, which replaces them first.
    pub(in super::super) fn compile(&mut self, expr: &Expr) -> Code {
        self.compile_with(expr, &mut |_| None)
    }

    /// The same, where `replaced` may give the code of a part of the expression.
    pub(in super::super) fn compile_with(&mut self, expr: &Expr, replaced: &mut dyn FnMut(&Expr) -> Option<Code>) -> Code {
        if let Some(code) = replaced(expr) {
            return code;
        }
        match &expr.node {
            Node::Literal(value) => Code::Literal(value.clone()),
            Node::Length(length) => Code::Literal(Value::Number(length.ms() as f64)),
            Node::Field(name) => self.resolve(name),
            Node::Not(inner) => Code::Not(Box::new(self.compile_with(inner, replaced))),
            Node::Negative(inner) => Code::Negative(Box::new(self.compile_with(inner, replaced))),
            Node::Binary(operator, left, right) => {
                Code::Binary(*operator, Box::new((self.compile_with(left, replaced), self.compile_with(right, replaced))))
            }
            Node::Like(inner, pattern) => {
                let inner = Box::new(self.compile_with(inner, replaced));
                match &**pattern {
                    Pattern::Text(text) => Code::Contains(inner, text.as_str().into()),
                    Pattern::Regex(regex) => Code::Matches(inner, regex.clone()),
                }
            }
            Node::In(inner, list) => {
                let inner = Box::new(self.compile_with(inner, replaced));
                Code::In(inner, list.iter().map(|item| self.compile_with(item, replaced)).collect())
            }
            Node::Call(function, arguments) => self.call(function, arguments, replaced),
            // The planner has run the query, and replaces this; so does stats its aggregates.
            Node::InQuery(..) | Node::Aggregate(..) => Code::nothing(),
        }
    }

    fn call(&mut self, function: &'static Function, arguments: &[Expr], replaced: &mut dyn FnMut(&Expr) -> Option<Code>) -> Code {
        let name = function.entry.name;
        let mut codes: Vec<Code> = arguments.iter().map(|argument| self.compile_with(argument, replaced)).collect();
        match name {
            // Of the event's own time, whatever the row says else.
            "bin" => codes.insert(0, self.resolve("@timestamp")),
            "messageSize" if codes.is_empty() => codes.push(self.resolve("@message")),
            _ => {}
        }
        if let ("bin" | "datefloor" | "dateceil", Some(Node::Length(to))) = (name, arguments.last().map(|last| &last.node)) {
            return Code::Round { of: Box::new(codes.swap_remove(0)), to: *to, up: name == "dateceil" };
        }
        Code::Call(function, codes)
    }
}

impl Code {
    /// Nothing.
    pub(in super::super) fn nothing() -> Self {
        Self::Literal(Value::Null)
    }

    /// Its value on a row.
    pub(in super::super) fn value<'a>(&'a self, row: &'a Row, shared: &'a Shared) -> Cow<'a, Value> {
        let owned = match self {
            Self::Literal(value) => return Cow::Borrowed(value),
            Self::Slot(slot) => return row.slot(*slot),
            Self::Found(place) => return row.found(*place, &shared.paths),
            Self::Part { slot, path, otherwise } => match &*row.slot(*slot) {
                Value::Json(json) => json::walk(json, path).map_or(Value::Null, json::value),
                _ => return otherwise.value(row, shared),
            },
            Self::System(system) => row.system(*system),
            Self::Not(inner) => Value::Bool(!inner.is_true(row, shared)),
            Self::Negative(inner) => inner.value(row, shared).number().map(|number| -number).into(),
            Self::Binary(operator, sides) => binary(*operator, sides, row, shared),
            Self::Contains(inner, part) => Value::Bool(tests(&inner.value(row, shared), |text| text.contains(&**part))),
            Self::Matches(inner, regex) => Value::Bool(tests(&inner.value(row, shared), |text| regex.is_match(text))),
            Self::In(inner, list) => {
                let value = inner.value(row, shared);
                Value::Bool(!value.is_null() && list.iter().any(|item| item.value(row, shared).equals(&value)))
            }
            Self::Joined(place) => return row.joined(*place),
            Self::Among(inner, values) => Value::Bool(is_among(&inner.value(row, shared), values)),
            Self::Later(inner, ms) => match &*inner.value(row, shared) {
                Value::Time(at) => Value::Time(at.saturating_add(*ms)),
                other => other.clone(),
            },
            Self::Round { of, to, up } => rounded(&of.value(row, shared), *to, *up),
            Self::Call(function, arguments) => call(function, arguments, row, shared),
        };
        Cow::Owned(owned)
    }

    /// Whether its value counts as true in a filter.
    pub(in super::super) fn is_true(&self, row: &Row, shared: &Shared) -> bool {
        self.value(row, shared).is_true()
    }
}

fn is_among(value: &Value, values: &HashSet<Box<[u8]>>) -> bool {
    let mut key = Vec::new();
    value.encode(&mut key);
    !value.is_null() && values.contains(key.as_slice())
}

fn tests(value: &Value, of: impl FnOnce(&str) -> bool) -> bool {
    !value.is_null() && of(&value.as_text())
}

fn rounded(value: &Value, to: Length, up: bool) -> Value {
    let Some(ms) = value.number().map(|ms| ms as i64) else { return Value::Null };
    let down = to.floor(ms);
    Value::Time(if up && down < ms { to.next(ms) } else { down })
}

/// Calls have one or two arguments nearly always: those need no memory of their own.
fn call(function: &Function, arguments: &[Code], row: &Row, shared: &Shared) -> Value {
    let run = |arguments: &Arguments<'_>, context: &Context| function.run(arguments, context);
    match arguments {
        [one] => run(&[one.value(row, shared)], &shared.context),
        [one, two] => run(&[one.value(row, shared), two.value(row, shared)], &shared.context),
        more => run(&more.iter().map(|argument| argument.value(row, shared)).collect::<Vec<_>>(), &shared.context),
    }
}

fn binary(operator: Operator, sides: &(Code, Code), row: &Row, shared: &Shared) -> Value {
    let (left, right) = sides;
    match operator {
        Operator::Or => return Value::Bool(left.is_true(row, shared) || right.is_true(row, shared)),
        Operator::And => return Value::Bool(left.is_true(row, shared) && right.is_true(row, shared)),
        _ => {}
    }
    let (a, b) = (left.value(row, shared), right.value(row, shared));
    match operator {
        Operator::Equal => Value::Bool(!a.is_null() && a.equals(&b)),
        Operator::NotEqual => Value::Bool(!a.equals(&b)),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => ordered(operator, &a, &b),
        _ => arithmetic(operator, &a, &b),
    }
}

/// Comparisons of size hold only between values that are there and no structures.
fn ordered(operator: Operator, a: &Value, b: &Value) -> Value {
    let is_nothing = |value: &Value| matches!(value, Value::Null | Value::Json(_));
    if is_nothing(a) || is_nothing(b) {
        return Value::Bool(false);
    }
    let order = a.compare(b);
    Value::Bool(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

fn arithmetic(operator: Operator, a: &Value, b: &Value) -> Value {
    let Some((a, b)) = a.number().zip(b.number()) else { return Value::Null };
    let number = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::Remainder => a % b,
        _ => a.powf(b),
    };
    Some(number).into()
}
