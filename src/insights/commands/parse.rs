//! `parse`: fields out of a text.

use regex::{CaptureLocations, Regex};

use super::super::ast;
use super::super::plan::{Code, Scope};
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, Operator};

pub(in super::super) struct Parse {
    of: Code,
    with: Regex,
    /// The group of each name.
    groups: Vec<usize>,
    places: CaptureLocations,
}

impl Parse {
    pub(in super::super) fn new(parse: &ast::Parse, scope: &mut Scope) -> Self {
        let of = scope.compile(&parse.of);
        let group = |(place, name): (usize, &String)| {
            parse.with.capture_names().position(|group| group == Some(name.as_str())).unwrap_or(place + 1)
        };
        let groups = parse.names.iter().enumerate().map(group).collect();
        for name in &parse.names {
            scope.define(name);
        }
        Self { of, places: parse.with.capture_locations(), with: parse.with.clone(), groups }
    }
}

impl Operator for Parse {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        let line = self.of.value(&row, next.shared).as_line();
        let is_found = self.with.captures_read(&mut self.places, &line).is_some();
        for group in &self.groups {
            let place = self.places.get(*group).filter(|_| is_found);
            row.push(place.map_or(Value::Null, |(from, to)| Value::Text(line.part(&line[from..to]))));
        }
        next.push(row)
    }
}
