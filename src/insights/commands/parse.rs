//! `parse`: fields out of a text.

use std::ops::ControlFlow;

use regex::{CaptureLocations, Regex};
use serde_json::Value as Json;

use super::super::ast::{self, Extract};
use super::super::line::Line;
use super::super::plan::{Code, Scope};
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, ON, Operator, extract};

pub(in super::super) struct Parse {
    of: Code,
    with: With,
}

enum With {
    Regex(Captures),
    /// Each match makes a row.
    Multi(Captures),
    Logfmt,
    Csv(usize),
}

struct Captures {
    regex: Regex,
    /// The group of each name.
    groups: Vec<usize>,
    places: CaptureLocations,
}

impl Parse {
    /// Each name is the next slot.
    pub(in super::super) fn new(parse: &ast::Parse, scope: &mut Scope) -> Self {
        let of = scope.compile(&parse.of);
        for name in &parse.names {
            scope.define(name);
        }
        let with = match &parse.with {
            Extract::Regex(regex) if parse.multi => With::Multi(Captures::new(regex, &parse.names)),
            Extract::Glob(_, regex) | Extract::Regex(regex) => With::Regex(Captures::new(regex, &parse.names)),
            Extract::Logfmt => With::Logfmt,
            Extract::Csv => With::Csv(parse.names.len()),
        };
        Self { of, with }
    }
}

impl Captures {
    fn new(regex: &Regex, names: &[String]) -> Self {
        let group =
            |(place, name): (usize, &String)| regex.capture_names().position(|group| group == Some(name.as_str())).unwrap_or(place + 1);
        Self { groups: names.iter().enumerate().map(group).collect(), places: regex.capture_locations(), regex: regex.clone() }
    }

    /// Fills the next slots with the match from `start` on; where it ends.
    fn fill(&mut self, line: &Line, start: usize, row: &mut Row) -> Option<(usize, usize)> {
        let whole = self.regex.captures_read_at(&mut self.places, line, start).map(|found| (found.start(), found.end()));
        for group in &self.groups {
            let place = self.places.get(*group).filter(|_| whole.is_some());
            row.push(place.map_or(Value::Null, |(from, to)| Value::Text(line.part(&line[from..to]))));
        }
        whole
    }

    /// A row for each match; the row itself where there is none.
    fn rows(&mut self, line: &Line, row: &Row) -> Vec<Row> {
        let (mut rows, mut start) = (Vec::new(), 0);
        while start <= line.len() {
            let mut copy = row.clone();
            let Some((from, to)) = self.fill(line, start, &mut copy) else {
                if rows.is_empty() {
                    rows.push(copy);
                }
                break;
            };
            rows.push(copy);
            let after = line[to..].chars().next().map_or(1, char::len_utf8);
            start = if to > from { to } else { to + after };
        }
        rows
    }
}

impl Operator for Parse {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        let line = self.of.value(&row, next.shared).as_line();
        match &mut self.with {
            With::Regex(captures) => {
                captures.fill(&line, 0, &mut row);
            }
            With::Multi(captures) => {
                for row in captures.rows(&line, &row) {
                    if next.push(row).is_break() {
                        return ControlFlow::Break(());
                    }
                }
                return ON;
            }
            With::Logfmt => {
                let pairs = extract::logfmt(&line);
                row.push(if pairs.is_empty() { Value::Null } else { Value::Json(Json::Object(pairs).into()) });
            }
            With::Csv(count) => {
                let mut values = extract::csv(&line).into_iter();
                (0..*count).for_each(|_| row.push(values.next().map_or(Value::Null, Value::text)));
            }
        }
        next.push(row)
    }
}
