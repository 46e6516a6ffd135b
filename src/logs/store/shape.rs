//! What stands between the values of records, as it was met: records of a log have few shapes, so that most are read by comparing it.
//!
//! Owns the texts between values as a tree and following it. Not here: reading values and what was not met before (`walk`).

use super::walk::{Kind, Open};

/// Places in records that are known, and the longest text between two values: more would be no shape but chance.
const MOST: (usize, usize) = (4_096, 512);

/// Ways to go on from one place.
const MAX_WAYS: usize = 16;

/// Length of a structure without members; others are not leaves of a shape.
pub(super) const EMPTY: usize = 2;

/// A place in records, after a value; the first is the begin.
pub(super) type Place = u32;

/// The begin of a record.
pub(super) const BEGIN: Place = 0;

/// The shapes of the records that were read.
#[derive(Debug)]
pub(super) struct Shapes {
    places: Vec<Known>,
}

#[derive(Debug, Default)]
struct Known {
    ways: Vec<Way>,
    /// What may stand here before the end.
    ends: Vec<Box<[u8]>>,
    /// The structures that are open here.
    open: Box<[Open]>,
}

/// From one value to the next.
#[derive(Debug)]
struct Way {
    /// What stands between them, quotes included.
    between: Box<[u8]>,
    /// What begins the next value.
    kind: Kind,
    field: u32,
    to: Place,
}

/// Where a record goes on.
pub(super) enum Next {
    /// A leaf begins after so many bytes.
    Leaf { after: usize, kind: Kind, field: u32, to: Place },
    /// It ends.
    End,
    /// It is not known.
    Unknown,
}

impl Default for Shapes {
    fn default() -> Self {
        Self { places: vec![Known::default()] }
    }
}

impl Shapes {
    /// How the record goes on, of which `rest` is left.
    pub(super) fn next(&self, place: Place, rest: &[u8]) -> Next {
        let known = &self.places[place as usize];
        for way in &known.ways {
            if let Some(value) = rest.strip_prefix(&*way.between)
                && begins(value, way.kind)
            {
                return Next::Leaf { after: way.between.len(), kind: way.kind, field: way.field, to: way.to };
            }
        }
        if known.ends.iter().any(|end| **end == *rest) { Next::End } else { Next::Unknown }
    }

    /// The structures that are open at a place.
    pub(super) fn open(&self, place: Place) -> &[Open] {
        &self.places[place as usize].open
    }

    /// Keeps in mind how a record goes on; nothing when that is not worth it.
    pub(super) fn learn(&mut self, place: Place, between: &[u8], kind: Kind, field: u32, open: &[Open]) -> Option<Place> {
        let kind = if kind == Kind::Escaped { Kind::Text } else { kind };
        let to = self.places.len();
        let known = &mut self.places[place as usize];
        if to >= MOST.0 || between.len() > MOST.1 || known.ways.len() >= MAX_WAYS {
            return None;
        }
        known.ways.push(Way { between: between.into(), kind, field, to: to as Place });
        self.places.push(Known { open: open.into(), ..Known::default() });
        Some(to as Place)
    }

    /// Keeps in mind that a record may end so.
    pub(super) fn learn_end(&mut self, place: Place, end: &[u8]) {
        let ends = &mut self.places[place as usize].ends;
        if ends.len() < MAX_WAYS && end.len() <= MOST.1 {
            ends.push(end.into());
        }
    }
}

/// Whether a value of this kind begins here; of a text the quote is before it.
fn begins(value: &[u8], kind: Kind) -> bool {
    match kind {
        Kind::Text | Kind::Escaped => true,
        Kind::Number => matches!(value.first(), Some(b'-' | b'0'..=b'9')),
        Kind::Truth => matches!(value.first(), Some(b't' | b'f')),
        Kind::Structure => value.starts_with(b"{}") || value.starts_with(b"[]"),
    }
}
