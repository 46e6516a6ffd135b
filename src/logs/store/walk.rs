//! A walk through the JSON text of one record: every leaf with its path and its place in the text, without building a tree.
//!
//! This is where the store spends its time when records come in, so texts are skipped by `memchr` and paths are found by looking at the member that
//! followed last time: records of a log have the same shape.

use memchr::memchr2;

use super::paths::{CUT, Paths, ROOT};
use super::shape::{BEGIN, EMPTY, Next, Place};

/// Deepest nesting that is walked; what lies deeper is one leaf, its JSON text.
const MAX_DEPTH: usize = 48;

/// Leaves of one record that are fields, as CloudWatch Logs discovers them.
pub const MAX_FIELDS: usize = 200;

/// What a leaf is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A text without escapes; its place is what is between the quotes.
    Text,
    /// A text with escapes.
    Escaped,
    /// A number.
    Number,
    /// `true` or `false`.
    Truth,
    /// An object or array without members, or one that lies too deep: its JSON text.
    Structure,
}

/// A leaf: the field, what it is, and where it stands in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The field, see [`Paths::name`].
    pub field: u32,
    /// What it is.
    pub kind: Kind,
    /// Where its text begins.
    pub start: u32,
    /// Length of its text, bytes.
    pub len: u32,
}

/// The text is no JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

/// A structure that the walk is inside of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    node: u32,
    /// How many items came before; `None` in objects.
    index: Option<usize>,
}

/// Appends the leaves of the JSON object `text` to `leaves`, at most [`MAX_FIELDS`] of them.
///
/// Numbers and escapes are not judged, everything else is; nulls are no leaves. When the text is no JSON object `leaves` is left as it was.
pub fn walk(text: &[u8], paths: &mut Paths, leaves: &mut Vec<Leaf>) -> Result<(), NotJson> {
    let before = leaves.len();
    let outcome = Walk { text, at: 0, paths, leaves, most: before + MAX_FIELDS, stack: Vec::new(), since: 0, place: None }.record();
    if outcome.is_err() {
        leaves.truncate(before);
    }
    outcome
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    paths: &'a mut Paths,
    leaves: &'a mut Vec<Leaf>,
    most: usize,
    stack: Vec<Open>,
    /// Where the last leaf ended.
    since: usize,
    /// The place after the last leaf, while shapes learn.
    place: Option<Place>,
}

impl Walk<'_> {
    /// Follows a shape as far as it is known, then whatever comes.
    fn record(&mut self) -> Result<(), NotJson> {
        let mut place = BEGIN;
        loop {
            match self.paths.shapes.next(place, &self.text[self.since..]) {
                Next::Leaf { after, kind, field, to } => {
                    self.at = self.since + after;
                    self.known(kind, field)?;
                    place = to;
                }
                Next::End => return Ok(()),
                Next::Unknown => break,
            }
        }
        self.place = Some(place);
        self.stack.extend_from_slice(self.paths.shapes.open(place));
        let is_begin = self.stack.is_empty();
        if is_begin {
            self.begin()?;
        }
        self.members(is_begin)?;
        if let Some(place) = self.place {
            self.paths.shapes.learn_end(place, &self.text[self.since..]);
        }
        Ok(())
    }

    fn known(&mut self, kind: Kind, field: u32) -> Result<(), NotJson> {
        match kind {
            Kind::Text | Kind::Escaped => {
                // The quote was compared.
                self.at -= 1;
                self.quoted(field)
            }
            Kind::Number => {
                self.number(field);
                Ok(())
            }
            Kind::Truth if self.text[self.at] == b't' => self.word(field, b"true", true),
            Kind::Truth => self.word(field, b"false", true),
            Kind::Structure => {
                self.at += EMPTY;
                self.leaf(field, kind, self.at - EMPTY, EMPTY);
                Ok(())
            }
        }
    }

    fn begin(&mut self) -> Result<(), NotJson> {
        self.expect(b'{')?;
        self.paths.enter(ROOT);
        self.stack.push(Open { node: ROOT, index: None });
        Ok(())
    }

    /// Reads the members of the open structures, to the end of the text.
    fn members(&mut self, is_begin: bool) -> Result<(), NotJson> {
        let mut is_first = is_begin;
        while let Some(open) = self.stack.last_mut() {
            let (node, index) = (open.node, open.index);
            let sign = self.next()?;
            if sign == if index.is_some() { b']' } else { b'}' } {
                self.at += 1;
                self.stack.pop();
                is_first = false;
                continue;
            }
            if !is_first {
                self.expect(b',')?;
            }
            let node = match index {
                Some(index) => self.item(node, index),
                None => self.key(node)?,
            };
            is_first = self.value(node)?;
        }
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(NotJson) }
    }

    fn item(&mut self, parent: u32, index: usize) -> u32 {
        if let Some(open) = self.stack.last_mut() {
            open.index = Some(index + 1);
        }
        self.paths.item(parent, index)
    }

    /// Reads a key and its colon.
    fn key(&mut self, parent: u32) -> Result<u32, NotJson> {
        if self.next()? != b'"' {
            return Err(NotJson);
        }
        let (start, len, escaped) = self.string()?;
        let text = self.text;
        let key = &text[start..start + len];
        let node = if escaped { self.paths.child(parent, unescaped(key).as_bytes()) } else { self.paths.child(parent, key) };
        self.expect(b':')?;
        Ok(node)
    }

    /// Reads a value; tells whether it is a structure that now is open.
    fn value(&mut self, node: u32) -> Result<bool, NotJson> {
        let sign = self.next()?;
        match sign {
            b'"' => self.quoted(node)?,
            b'{' | b'[' => return self.structure(node, sign),
            b't' => self.word(node, b"true", true)?,
            b'f' => self.word(node, b"false", true)?,
            b'n' => self.word(node, b"null", false)?,
            b'-' | b'0'..=b'9' => self.number(node),
            _ => return Err(NotJson),
        }
        Ok(false)
    }

    fn quoted(&mut self, node: u32) -> Result<(), NotJson> {
        let (start, len, escaped) = self.string()?;
        self.leaf(node, if escaped { Kind::Escaped } else { Kind::Text }, start, len);
        Ok(())
    }

    fn structure(&mut self, node: u32, sign: u8) -> Result<bool, NotJson> {
        let start = self.at;
        self.at += 1;
        let closing = if sign == b'{' { b'}' } else { b']' };
        if self.next()? == closing {
            self.at += 1;
            self.leaf(node, Kind::Structure, start, self.at - start);
            return Ok(false);
        }
        if self.stack.len() >= MAX_DEPTH {
            self.at = start;
            self.skip_structure()?;
            self.leaf(node, Kind::Structure, start, self.at - start);
            return Ok(false);
        }
        self.paths.enter(node);
        self.stack.push(Open { node, index: (sign == b'[').then_some(0) });
        Ok(true)
    }

    /// Passes over a structure by counting brackets.
    fn skip_structure(&mut self) -> Result<(), NotJson> {
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Reads a text from its opening quote on: where it begins, its length, whether it has escapes.
    fn string(&mut self) -> Result<(usize, usize, bool), NotJson> {
        let start = self.at + 1;
        let (mut at, mut escaped) = (start, false);
        loop {
            at += memchr2(b'"', b'\\', self.text.get(at..).ok_or(NotJson)?).ok_or(NotJson)?;
            if self.text[at] == b'"' {
                self.at = at + 1;
                return Ok((start, at - start, escaped));
            }
            escaped = true;
            at += 2;
        }
    }

    fn word(&mut self, node: u32, word: &[u8], is_leaf: bool) -> Result<(), NotJson> {
        if !self.text[self.at..].starts_with(word) {
            return Err(NotJson);
        }
        if is_leaf {
            self.leaf(node, Kind::Truth, self.at, word.len());
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self, node: u32) {
        let start = self.at;
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
        while self.text.get(self.at).is_some_and(is_part) {
            self.at += 1;
        }
        self.leaf(node, Kind::Number, start, self.at - start);
    }

    fn leaf(&mut self, field: u32, kind: Kind, start: usize, len: usize) {
        if self.leaves.len() < self.most && field != CUT {
            self.leaves.push(Leaf { field, kind, start: start as u32, len: len as u32 });
        }
        if let Some(place) = self.place {
            let is_worth_it = self.leaves.len() < self.most && (kind != Kind::Structure || len == EMPTY);
            let mut learn = || self.paths.shapes.learn(place, &self.text[self.since..start], kind, field, &self.stack);
            self.place = if is_worth_it { learn() } else { None };
        }
        self.since = start + len;
    }

    fn skip_space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Result<u8, NotJson> {
        self.skip_space();
        self.text.get(self.at).copied().ok_or(NotJson)
    }

    fn expect(&mut self, sign: u8) -> Result<(), NotJson> {
        if self.next()? != sign {
            return Err(NotJson);
        }
        self.at += 1;
        Ok(())
    }
}

/// A JSON text's value, given what stands between its quotes.
pub fn unescaped(between_quotes: &[u8]) -> String {
    let quoted = [b"\"", between_quotes, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(between_quotes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn leaves(text: &str) -> Result<Vec<(String, Kind, String)>, NotJson> {
        leaves_with(text, &mut Paths::default())
    }

    fn leaves_with(text: &str, paths: &mut Paths) -> Result<Vec<(String, Kind, String)>, NotJson> {
        let mut found = Vec::new();
        walk(text.as_bytes(), paths, &mut found)?;
        let shown = |leaf: &Leaf| {
            (paths.name(leaf.field).to_owned(), leaf.kind, text[leaf.start as usize..(leaf.start + leaf.len) as usize].to_owned())
        };
        Ok(found.iter().map(shown).collect())
    }

    /// What a tree of the same text has, in the words of [`leaves`].
    fn by_tree(path: &str, value: &Value, to: &mut Vec<(String, String)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Object(members) if path.is_empty() || !members.is_empty() => {
                members.iter().for_each(|(key, value)| by_tree(&below(key), value, to));
            }
            Value::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(index, value)| by_tree(&below(&index.to_string()), value, to));
            }
            Value::Null => {}
            Value::String(text) => to.push((path.to_owned(), text.clone())),
            other => to.push((path.to_owned(), other.to_string())),
        }
    }

    #[test]
    fn leaves_have_dotted_paths_and_their_places() {
        let text = r#" {"a": 1, "b": {"c": "x\"y", "d": [true, {"e": null}, []]}, "f": "" } "#;
        let expected = [
            ("a", Kind::Number, "1"),
            ("b.c", Kind::Escaped, r#"x\"y"#),
            ("b.d.0", Kind::Truth, "true"),
            ("b.d.2", Kind::Structure, "[]"),
            ("f", Kind::Text, ""),
        ];
        assert_eq!(leaves(text).unwrap(), expected.map(|(path, kind, text)| (path.to_owned(), kind, text.to_owned())));
    }

    #[test]
    fn what_is_no_object_is_refused_whole() {
        for text in [
            "",
            "x",
            "[1]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{\"a\":tru}",
            "{\"a\":1} x",
            "{\"a\":\"x",
            "{\"a\":\"x\\",
            "{a:1}",
            "{\"a\":[1 2]}",
            "{,}",
        ] {
            assert_eq!(leaves(text), Err(NotJson), "{text}");
        }
    }

    #[test]
    fn deep_structures_end_in_a_leaf_and_fields_are_bounded() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let found = leaves(&deep).unwrap();
        assert_eq!((found.len(), found[0].1), (1, Kind::Structure));
        let wide = json!({"a": (0..300).collect::<Vec<_>>()}).to_string();
        assert_eq!(leaves(&wide).unwrap().len(), MAX_FIELDS);
        assert_eq!(leaves(&"{\"a\":".repeat(10_000)), Err(NotJson));
        assert_eq!(leaves("{}"), Ok(vec![]));
    }

    #[test]
    fn records_of_known_shapes_are_read_like_the_first() {
        let mut paths = Paths::default();
        let texts = [
            r#"{"a":1,"b":{"c":"x","d":[true,{"e":null},[]]}}"#,
            r#"{"a":2,"b":{"c":"y\"}","d":[false,{"e":null},[]]}}"#,
            r#"{"a":2,"b":{"c":"y","d":[false,{"e":null},[1]]}}"#,
            r#"{"a":"2","b":{"c":"y"}}"#,
            r#"{"a":1"}"#,
            r#"{"a":1,"b":{"c":"x","d":[tru,{"e":null},[]]}}"#,
            r#"{"a":1,"b":{"c":"x"#,
            r#"{"a":1,"b":{"c":"x","d":[true,{"e":null},[]]}} "#,
            r#"{"a":1,"b":{"c":"x","d":[true,{"e":null},[]]}}}"#,
            "{}",
            "{} ",
            "{",
        ];
        for text in texts.iter().chain(&texts) {
            assert_eq!(leaves_with(text, &mut paths), leaves(text), "{text}");
        }
    }

    #[test]
    fn wide_records_of_a_known_shape_have_as_many_fields() {
        let mut paths = Paths::default();
        let wide = json!({"a": (0..300).collect::<Vec<_>>()}).to_string();
        for _ in 0..2 {
            assert_eq!(leaves_with(&wide, &mut paths).unwrap().len(), MAX_FIELDS);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_read_before_changes_nothing(texts in proptest::collection::vec("\\{(\"[ab]\":(1|-2|\"[x\\\\\"]{0,2}\"|true|null|\\[\\]|\\{\\}|\\[1,\"\"\\]|\\{\"a\":1\\})[, ]?){0,4}\\}?", 0..8)) {
            let mut paths = Paths::default();
            for text in &texts {
                proptest::prop_assert_eq!(leaves_with(text, &mut paths), leaves(text), "{}", text);
            }
        }

        #[test]
        fn any_text_is_walked_without_a_panic(text in "[{}\\[\\]\",:a0\\\\ tn]{0,60}") {
            let tree: Result<Value, _> = serde_json::from_str(&text);
            if let Ok(value @ Value::Object(_)) = tree {
                let mut expected = Vec::new();
                by_tree("", &value, &mut expected);
                let found = leaves(&text).expect("a tree could be read");
                // A repeated key is one member of a tree and several leaves of a walk.
                proptest::prop_assert!(found.len() >= expected.len());
            }
        }

        #[test]
        fn a_walk_finds_what_a_tree_has(keys in proptest::collection::btree_map("[a-c]{1,2}", "[ -~]{0,9}", 0..6), number in proptest::num::i32::ANY) {
            let value = json!({"t": keys, "n": [number, {"deep": keys}]});
            let mut expected = Vec::new();
            by_tree("", &value, &mut expected);
            let found: Vec<_> = leaves(&value.to_string()).unwrap().into_iter()
                .map(|(path, kind, text)| (path, if kind == Kind::Escaped { unescaped(text.as_bytes()) } else { text })).collect();
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
