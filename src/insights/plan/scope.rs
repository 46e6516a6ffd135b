//! What names stand for at a place of the pipeline.

use super::super::json::Paths;
use super::code::Code;

/// The fields that every event has by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum System {
    Timestamp,
    IngestionTime,
    Message,
    LogStream,
    Log,
    Pointer,
}

impl System {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "@timestamp" => Self::Timestamp,
            "@ingestionTime" => Self::IngestionTime,
            "@message" => Self::Message,
            "@logStream" => Self::LogStream,
            "@log" => Self::Log,
            "@ptr" => Self::Pointer,
            _ => return None,
        })
    }
}

/// The names that commands have defined so far.
#[derive(Debug)]
pub(in super::super) struct Scope {
    /// Computed fields and their slots; a later one of the same name counts.
    names: Vec<(String, usize)>,
    /// Slots in use.
    slots: usize,
    /// Whether rows still are events with fields of their own.
    has_event: bool,
    paths: Paths,
    /// The sides of a join.
    sides: Option<Sides>,
}

/// The aliases of a join, and the fields of the right side that are asked for.
#[derive(Debug)]
struct Sides {
    left: String,
    right: String,
    asked: Vec<String>,
}

impl Default for Scope {
    fn default() -> Self {
        Self { names: Vec::new(), slots: 0, has_event: true, paths: Paths::default(), sides: None }
    }
}

impl Scope {
    pub(super) fn into_paths(self) -> Paths {
        self.paths
    }

    /// A new computed field: the slot behind those in use.
    pub(in super::super) fn define(&mut self, name: &str) -> usize {
        self.slots += 1;
        self.names.push((name.to_owned(), self.slots - 1));
        self.slots - 1
    }

    /// Another name for a slot.
    pub(in super::super) fn alias(&mut self, name: &str, slot: usize) {
        self.names.push((name.to_owned(), slot));
    }

    /// Forgets events and all names: rows are `slots` computed values from here on.
    pub(in super::super) fn restart(&mut self, slots: usize) {
        self.names.clear();
        (self.slots, self.has_event) = (slots, false);
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.names.iter().rev().find(|(held, _)| held == name).map(|(_, slot)| *slot)
    }

    /// Slots in use.
    pub(in super::super) fn slots(&self) -> usize {
        self.slots
    }

    /// From here on names that begin with an alias are fields of that side of a join.
    pub(super) fn join(&mut self, left: &str, right: &str) {
        self.sides = Some(Sides { left: left.to_owned(), right: right.to_owned(), asked: Vec::new() });
    }

    /// The fields of the right side that were asked for.
    pub(super) fn asked(&self) -> &[String] {
        self.sides.as_ref().map_or(&[], |sides| &sides.asked)
    }

    fn of_side(&mut self, name: &str) -> Option<Code> {
        let sides = self.sides.as_mut().filter(|_| self.has_event)?;
        let inner = |alias: &str| name.strip_prefix(alias).and_then(|rest| rest.strip_prefix('.'));
        if let Some(field) = inner(&sides.right) {
            let known = sides.asked.iter().position(|asked| asked == field);
            return Some(Code::Joined(known.unwrap_or_else(|| {
                sides.asked.push(field.to_owned());
                sides.asked.len() - 1
            })));
        }
        let field = inner(&sides.left)?.to_owned();
        Some(self.resolve(&field))
    }

    /// What a name stands for.
    pub(in super::super) fn resolve(&mut self, name: &str) -> Code {
        if let Some(slot) = self.slot(name) {
            return Code::Slot(slot);
        }
        if let Some(code) = self.of_side(name) {
            return code;
        }
        let otherwise = self.of_event(name);
        // A part of a computed map or list: j.name, j.0
        let cut = name.match_indices('.').rev().find_map(|(at, _)| Some((self.slot(&name[..at])?, &name[at + 1..])));
        match cut {
            Some((slot, path)) => Code::Part { slot, path: path.into(), otherwise: Box::new(otherwise) },
            None => otherwise,
        }
    }

    fn of_event(&mut self, name: &str) -> Code {
        match System::named(name) {
            _ if !self.has_event => Code::nothing(),
            Some(system) => Code::System(system),
            // Fields of the event that begin with @ get another one.
            None => Code::Found(self.paths.place(if name.starts_with("@@") { &name[1..] } else { name })),
        }
    }
}
