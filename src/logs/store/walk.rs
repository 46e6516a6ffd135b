//! A walk through the JSON text of one record: every leaf with its path and its place in the text, without building a tree.
//!
//! This is where the store spends its time when records come in, so texts are skipped by `memchr` and paths are found by looking at the member that
//! followed last time: records of a log have the same shape.

use memchr::memchr2;

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

/// Members of one structure, over all records, that are told apart: hostile records must not make lookups slow.
const MAX_MEMBERS: usize = 1_024;

/// Paths that are told apart.
const MAX_PATHS: usize = 4_096;

/// The dotted paths seen so far, as a tree.
#[derive(Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    /// Whether some paths were too many to be told apart.
    pub is_cut: bool,
}

#[derive(Debug, Default)]
struct Node {
    name: String,
    children: Vec<(Box<[u8]>, u32)>,
    /// The child that is probably asked for next.
    next: usize,
}

/// The root of the paths.
const ROOT: u32 = 0;
/// Where paths end that are too many.
pub const CUT: u32 = 1;

/// Fields that say what a record is; their numbers are the same in all [`Paths`].
pub mod known {
    /// `schemaType`.
    pub const SCHEMA_TYPE: u32 = 2;
    /// `modelId`.
    pub const MODEL_ID: u32 = 3;
    /// `operation`.
    pub const OPERATION: u32 = 4;
    /// `requestId`.
    pub const REQUEST_ID: u32 = 5;
    /// `timestamp`.
    pub const TIMESTAMP: u32 = 6;
}

impl Default for Paths {
    fn default() -> Self {
        let mut paths = Self { nodes: vec![Node::default(), Node::default()], is_cut: false };
        for name in ["schemaType", "modelId", "operation", "requestId", "timestamp"] {
            paths.child(ROOT, name.as_bytes());
        }
        paths
    }
}

impl Paths {
    /// The dotted path of a field.
    pub fn name(&self, field: u32) -> &str {
        &self.nodes[field as usize].name
    }

    fn child(&mut self, parent: u32, key: &[u8]) -> u32 {
        if parent == CUT {
            return CUT;
        }
        let paths = self.nodes.len();
        let node = &mut self.nodes[parent as usize];
        let known = node.children.len();
        if let Some((expected, child)) = node.children.get(node.next)
            && **expected == *key
        {
            node.next += 1;
            return *child;
        }
        if let Some(at) = node.children.iter().position(|(name, _)| **name == *key) {
            node.next = at + 1;
            return node.children[at].1;
        }
        if known >= MAX_MEMBERS || paths >= MAX_PATHS {
            self.is_cut = true;
            return CUT;
        }
        let text = String::from_utf8_lossy(key);
        let name = if parent == ROOT { text.into_owned() } else { format!("{}.{text}", node.name) };
        let child = self.nodes.len() as u32;
        self.nodes[parent as usize].children.push((key.into(), child));
        self.nodes[parent as usize].next = known + 1;
        self.nodes.push(Node { name, ..Node::default() });
        child
    }

    fn item(&mut self, parent: u32, index: usize) -> u32 {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut left = index;
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                return self.child(parent, &digits[at..]);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.nodes[node as usize].next = 0;
    }
}

/// A structure that the walk is inside of.
#[derive(Clone, Copy)]
struct Open {
    node: u32,
    /// How many items came before; `None` in objects.
    index: Option<usize>,
}

/// Appends the leaves of the JSON object `text` to `leaves`, at most [`MAX_FIELDS`] of them.
///
/// Numbers and escapes are not judged, everything else is; nulls are no leaves. When the text is no JSON object `leaves` is left as it was.
pub fn walk(text: &[u8], paths: &mut Paths, leaves: &mut Vec<Leaf>) -> Result<(), NotJson> {
    let before = leaves.len();
    let outcome = Walk { text, at: 0, paths, leaves, most: before + MAX_FIELDS }.object();
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
}

impl Walk<'_> {
    fn object(&mut self) -> Result<(), NotJson> {
        if self.next()? != b'{' {
            return Err(NotJson);
        }
        self.at += 1;
        self.paths.enter(ROOT);
        let mut stack = vec![Open { node: ROOT, index: None }];
        let mut is_first = true;
        while let Some(open) = stack.last_mut() {
            let sign = self.next()?;
            if sign == if open.index.is_some() { b']' } else { b'}' } {
                self.at += 1;
                stack.pop();
                is_first = false;
                continue;
            }
            if !is_first {
                self.expect(b',')?;
            }
            let node = match &mut open.index {
                Some(index) => {
                    *index += 1;
                    self.paths.item(open.node, *index - 1)
                }
                None => self.key(open.node)?,
            };
            is_first = self.value(node, &mut stack)?;
        }
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(NotJson) }
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
    fn value(&mut self, node: u32, stack: &mut Vec<Open>) -> Result<bool, NotJson> {
        let sign = self.next()?;
        match sign {
            b'"' => {
                let (start, len, escaped) = self.string()?;
                self.leaf(node, if escaped { Kind::Escaped } else { Kind::Text }, start, len);
            }
            b'{' | b'[' => return self.structure(node, sign, stack),
            b't' => self.word(node, b"true", true)?,
            b'f' => self.word(node, b"false", true)?,
            b'n' => self.word(node, b"null", false)?,
            b'-' | b'0'..=b'9' => self.number(node),
            _ => return Err(NotJson),
        }
        Ok(false)
    }

    fn structure(&mut self, node: u32, sign: u8, stack: &mut Vec<Open>) -> Result<bool, NotJson> {
        let start = self.at;
        self.at += 1;
        let closing = if sign == b'{' { b'}' } else { b']' };
        if self.next()? == closing {
            self.at += 1;
            self.leaf(node, Kind::Structure, start, self.at - start);
            return Ok(false);
        }
        if stack.len() >= MAX_DEPTH {
            self.at = start;
            self.skip_structure()?;
            self.leaf(node, Kind::Structure, start, self.at - start);
            return Ok(false);
        }
        self.paths.enter(node);
        stack.push(Open { node, index: (sign == b'[').then_some(0) });
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
        let (mut paths, mut found) = (Paths::default(), Vec::new());
        walk(text.as_bytes(), &mut paths, &mut found)?;
        let shown = |leaf: &Leaf| {
            (paths.name(leaf.field).to_owned(), leaf.kind, text[leaf.start as usize..(leaf.start + leaf.len) as usize].to_owned())
        };
        Ok(found.iter().map(shown).collect())
    }

    /// What a tree of the same text has, in the words of [`leaves`].
    fn by_tree(path: &str, value: &Value, to: &mut Vec<(String, String)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Object(members) if !members.is_empty() => members.iter().for_each(|(key, value)| by_tree(&below(key), value, to)),
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
    }

    proptest::proptest! {
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
