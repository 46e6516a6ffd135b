//! The fields of JSON messages: all that a query asks for, found in one reading of the message, the rest skipped.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::line::Line;
use super::value::Value;

/// The dotted paths that a query asks for, as a tree. `a.b` is found in `{"a":{"b":1}}` and in `{"a.b":1}`.
#[derive(Debug, Clone, Default)]
pub(super) struct Paths {
    root: Node,
    count: usize,
    /// The paths by their place.
    names: Vec<String>,
    /// Fields of a message that are discovered, in their order; none is all.
    most: Option<usize>,
}

/// What lies under a path.
#[derive(Debug, Clone, Default)]
struct Node {
    /// Where the value of this path goes.
    leaf: Option<usize>,
    children: Vec<(Box<str>, Self)>,
}

impl Paths {
    /// The place of the value at `path` among those that [`Self::find`] gives.
    pub(super) fn place(&mut self, path: &str) -> usize {
        let mut node = &mut self.root;
        for part in parts(path) {
            let at = node.children.iter().position(|(name, _)| **name == *part).unwrap_or_else(|| {
                node.children.push((part.into(), Node::default()));
                node.children.len() - 1
            });
            node = &mut node.children[at].1;
        }
        *node.leaf.get_or_insert_with(|| {
            self.names.push(parts(path).collect::<Vec<_>>().join("."));
            self.count += 1;
            self.count - 1
        })
    }

    /// The paths by their place.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Discovers only so many fields of a message.
    pub(super) fn discover(&mut self, most: Option<usize>) {
        self.most = most;
    }

    /// Whether no path is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The values of all paths in `message`; all nothing if it is no JSON object.
    pub(super) fn find(&self, message: &Line) -> Box<[Value]> {
        let mut found = vec![Value::Null; self.count].into_boxed_slice();
        if self.is_empty() || !message.trim_start().starts_with('{') {
            return found;
        }
        let mut reader = serde_json::Deserializer::from_str(message);
        let left = Cell::new(self.most);
        let read =
            Fill { node: &self.root, found: &mut found, line: message, left: &left }.deserialize(&mut reader).and_then(|()| reader.end());
        if read.is_err() {
            found.fill(Value::Null);
        }
        found
    }
}

/// The parts of a dotted path.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').filter(|part| !part.is_empty())
}

impl Node {
    /// What lies under a key, which may itself have dots.
    fn child(&self, key: &str) -> Option<&Self> {
        let direct = |part: &str| self.children.iter().find(|(name, _)| **name == *part).map(|(_, node)| node);
        match key.split_once('.') {
            None => direct(key),
            Some((first, rest)) => direct(first).and_then(|node| node.child(rest)),
        }
    }
}

/// Reads a value into the places of its node and of those below.
struct Fill<'a> {
    node: &'a Node,
    found: &'a mut [Value],
    line: &'a Line,
    /// Fields that may still be discovered.
    left: &'a Cell<Option<usize>>,
}

/// Skips a value, but counts its fields.
struct Skip<'a>(&'a Cell<Option<usize>>);

/// Counts a field; whether it is discovered.
fn discovered(left: &Cell<Option<usize>>) -> bool {
    let is_one = left.get() != Some(0);
    left.set(left.get().map(|left| left.saturating_sub(1)));
    is_one
}

impl Fill<'_> {
    /// A field that is no structure.
    fn put_field(&mut self, value: Value) {
        if discovered(self.left) {
            self.put(value);
        }
    }

    fn put(&mut self, value: Value) {
        if let Some(place) = self.node.leaf
            && self.found[place].is_null()
        {
            self.found[place] = value;
        }
    }

    /// For a structure that is asked for as a whole: its text, and what is asked for inside.
    fn whole(mut self, json: &Json) {
        if self.left.get() == Some(0) {
            return;
        }
        self.put(scalar(json, self.line));
        let left = self.left;
        inside(self.node, json, self.found, self.line);
        left.set(left.get().map(|left| left.saturating_sub(fields(json))));
    }
}

/// How many fields a value has in all.
fn fields(json: &Json) -> usize {
    match json {
        Json::Object(members) => members.values().map(fields).sum(),
        Json::Array(items) => items.iter().map(fields).sum(),
        Json::Null => 0,
        _ => 1,
    }
}

fn inside(node: &Node, json: &Json, found: &mut [Value], line: &Line) {
    let mut each = |name: &str, member: &Json| {
        if let Some(node) = node.child(name) {
            Fill { node, found, line, left: &Cell::new(None) }.whole(member);
        }
    };
    match json {
        Json::Object(members) => members.iter().for_each(|(name, member)| each(name, member)),
        Json::Array(items) => items.iter().enumerate().for_each(|(at, item)| each(&at.to_string(), item)),
        _ => {}
    }
}

/// Structures are their JSON text.
fn scalar(json: &Json, line: &Line) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number.as_f64().into(),
        Json::String(text) => Value::Text(line.part(text)),
        other => Value::text(other.to_string()),
    }
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(mut self, truth: bool) -> Result<(), E> {
        self.put_field(Value::Bool(truth));
        Ok(())
    }

    fn visit_i64<E>(mut self, number: i64) -> Result<(), E> {
        self.put_field(Value::Number(number as f64));
        Ok(())
    }

    fn visit_u64<E>(mut self, number: u64) -> Result<(), E> {
        self.put_field(Value::Number(number as f64));
        Ok(())
    }

    fn visit_f64<E>(mut self, number: f64) -> Result<(), E> {
        self.put_field(Some(number).into());
        Ok(())
    }

    fn visit_borrowed_str<E>(mut self, text: &'de str) -> Result<(), E> {
        let value = if self.node.leaf.is_some() { Value::Text(self.line.part(text)) } else { Value::Null };
        self.put_field(value);
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        let value = if self.node.leaf.is_some() { Value::text(text) } else { Value::Null };
        self.put_field(value);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.node.leaf.is_some() {
            self.whole(&Json::deserialize(MapAccessDeserializer::new(map))?);
            return Ok(());
        }
        while let Some(Key(key)) = map.next_key()? {
            match self.node.child(&key) {
                Some(node) => map.next_value_seed(Fill { node, found: &mut *self.found, line: self.line, left: self.left })?,
                None if self.left.get().is_some() => map.next_value_seed(Skip(self.left))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.node.leaf.is_some() {
            self.whole(&Json::deserialize(SeqAccessDeserializer::new(list))?);
            return Ok(());
        }
        let wanted = |at: usize| self.node.children.iter().find(|(name, _)| name.parse() == Ok(at)).map(|(_, node)| node);
        for at in 0.. {
            let more = match wanted(at) {
                Some(node) => list.next_element_seed(Fill { node, found: &mut *self.found, line: self.line, left: self.left })?.is_some(),
                None if self.left.get().is_some() => list.next_element_seed(Skip(self.left))?.is_some(),
                None => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Skip<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        discovered(self.0);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        discovered(self.0);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        discovered(self.0);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        discovered(self.0);
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        discovered(self.0);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(Skip(self.0))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Skip(self.0))?.is_some() {}
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(Read)
    }
}

/// The value at a dotted path inside a map or a list; a key may itself have dots.
pub(super) fn walk<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    if path.is_empty() {
        return Some(json);
    }
    match json {
        Json::Object(members) => {
            let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
            ends.filter_map(|end| Some((members.get(&path[..end])?, path[end..].trim_start_matches('.'))))
                .find_map(|(inner, rest)| walk(inner, rest))
        }
        Json::Array(items) => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            walk(items.get(index.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

/// A part of a map or a list as a value; structures stay what they are.
pub(super) fn value(json: &Json) -> Value {
    match json {
        Json::Object(_) | Json::Array(_) => Value::Json(json.clone().into()),
        Json::String(text) => Value::text(text.as_str()),
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number.as_f64().into(),
        Json::Null => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str, paths: &[&str]) -> Vec<String> {
        let mut tree = Paths::default();
        let places: Vec<usize> = paths.iter().map(|path| tree.place(path)).collect();
        let values = tree.find(&message.into());
        places.into_iter().map(|place| values[place].shown().unwrap_or_else(|| "-".to_owned())).collect()
    }

    #[test]
    fn paths_are_found_wherever_dots_are() {
        let message = r#"{"a":{"b":1,"c":[{"d":"x"},{"d":"\u00e9"}]},"e.f":{"g":true},"n":null}"#;
        assert_eq!(
            found(message, &["a.b", "a.c.1.d", "e.f.g", "n", "a.c.0", "a.c", "zz", "a.c.7"]),
            ["1", "é", "1", "-", r#"{"d":"x"}"#, r#"[{"d":"x"},{"d":"é"}]"#, "-", "-"]
        );
        assert_eq!(found(message, &["a.c.0.d", "a.c.0.d"]), ["x", "x"]);
    }

    #[test]
    fn only_so_many_fields_are_discovered() {
        let message = r#"{"a":[1,2,{"b":null}],"c":{"d":"x"},"e":5,"f":6}"#;
        let seen = |most: Option<usize>| {
            let mut tree = Paths::default();
            for path in ["a.1", "c.d", "e", "f"] {
                tree.place(path);
            }
            tree.discover(most);
            tree.find(&message.into()).iter().filter(|value| !value.is_null()).count()
        };
        assert_eq!([None, Some(5), Some(4), Some(3), Some(2), Some(1), Some(0)].map(seen), [4, 4, 3, 2, 1, 0, 0]);
    }

    #[test]
    fn what_is_no_json_object_has_no_fields() {
        for message in ["", "plain", "[1]", r#"{"a":1"#, r#"{"a":1} more"#] {
            assert_eq!(found(message, &["a"]), ["-"], "{message}");
        }
        assert_eq!(found(" {\"a\":1}\n", &["a"]), ["1"]);
    }
}
