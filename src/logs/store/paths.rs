//! The dotted paths of fields, as they are met.
//!
//! Owns their numbers, the same for all records of a block. Not here: finding fields in a record (`walk`).

use super::shape::Shapes;

/// Members of one structure, over all records, that are told apart: hostile records must not make lookups slow.
const MAX_MEMBERS: usize = 1_024;

/// Paths that are told apart.
const MAX_PATHS: usize = 4_096;

/// The dotted paths seen so far, as a tree.
#[derive(Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    pub(super) shapes: Shapes,
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
pub(super) const ROOT: u32 = 0;
/// Where paths end that are too many.
pub(super) const CUT: u32 = 1;

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
        let mut paths = Self { nodes: vec![Node::default(), Node::default()], shapes: Shapes::default(), is_cut: false };
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

    /// The path of the member `key` of a structure.
    pub(super) fn child(&mut self, parent: u32, key: &[u8]) -> u32 {
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

    /// The path of an item of an array.
    pub(super) fn item(&mut self, parent: u32, index: usize) -> u32 {
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

    /// A structure begins: its first member is asked for next.
    pub(super) fn enter(&mut self, node: u32) {
        self.nodes[node as usize].next = 0;
    }
}
