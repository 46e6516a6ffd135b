//! JSON property selectors: `$.a.b[0]`, `$.list[*].id`, `$.*`, `$.['key with spaces']`.

use serde_json::Value;

use super::PatternError;
use super::cursor::Cursor;

/// A way from the root of a JSON event to its values.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    /// As it was written.
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Property(String),
    AnyProperty,
    Index(usize),
    AnyIndex,
}

impl Selector {
    /// Reads a selector, which starts with `$.`
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        let start = cursor.position();
        cursor.expect("$", "a property selector such as $.name, or (")?;
        let mut steps = Vec::new();
        while let Some(step) = Step::parse(cursor, steps.is_empty())? {
            steps.push(step);
        }
        let text = cursor.since(start).to_owned();
        let selector = Self { text, steps };
        if selector.steps.is_empty() {
            return Err(cursor.unexpected("a property such as .name after $"));
        }
        if selector.wildcards() > 1 {
            return Err(cursor.error_since(start, "A property selector has more than one wildcard", "one * at most"));
        }
        Ok(selector)
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The first text, number or truth value that the selector leads to, as text.
    pub(super) fn first(&self, root: &Value) -> Option<String> {
        let found = std::cell::RefCell::new(None);
        self.any(root, &|value| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                _ => return false,
            };
            found.replace(Some(text));
            true
        });
        found.into_inner()
    }

    /// How many wildcards the selector has.
    pub(super) fn wildcards(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::AnyProperty | Step::AnyIndex)).count()
    }

    /// Whether `accept` holds for a value that the selector leads to.
    pub(super) fn any(&self, root: &Value, accept: &dyn Fn(&Value) -> bool) -> bool {
        any_at(root, &self.steps, accept)
    }
}

fn any_at(value: &Value, steps: &[Step], accept: &dyn Fn(&Value) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return accept(value);
    };
    let go = |inner: &Value| any_at(inner, rest, accept);
    match (step, value) {
        (Step::Property(name), Value::Object(members)) => members.get(name).is_some_and(go),
        (Step::AnyProperty, Value::Object(members)) => members.values().any(go),
        (Step::Index(index), Value::Array(items)) => items.get(*index).is_some_and(go),
        (Step::AnyIndex, Value::Array(items)) => items.iter().any(go),
        _ => false,
    }
}

impl Step {
    /// The next step, or `None` where the selector ends. The first one must be a property.
    fn parse(cursor: &mut Cursor<'_>, first: bool) -> Result<Option<Self>, PatternError> {
        if cursor.eat(".") {
            return Self::parse_property(cursor).map(Some);
        }
        if first || !cursor.eat("[") {
            return Ok(None);
        }
        Self::parse_bracket(cursor).map(Some)
    }

    fn parse_property(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        if cursor.eat("*") {
            return Ok(Self::AnyProperty);
        }
        if cursor.eat("[") {
            return Self::parse_key(cursor);
        }
        let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if name.is_empty() {
            return Err(cursor.unexpected("a property name of letters, digits, - and _, or ['any name']"));
        }
        Ok(Self::Property(name.to_owned()))
    }

    fn parse_bracket(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        if cursor.peek() == Some('\'') {
            return Self::parse_key(cursor);
        }
        let step = if cursor.eat("*") { Self::AnyIndex } else { Self::parse_index(cursor)? };
        cursor.expect("]", "a closing ]")?;
        Ok(step)
    }

    fn parse_index(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        let start = cursor.position();
        let digits = cursor.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(cursor.unexpected("an index such as 0, or *"));
        }
        digits.parse().map(Self::Index).map_err(|_| cursor.error_since(start, "An index is too large", "a smaller index"))
    }

    /// A key in single quotes up to the closing bracket; it has no escapes.
    fn parse_key(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        cursor.expect("'", "a key in single quotes")?;
        let key = cursor.take_while(|c| c != '\'').to_owned();
        cursor.expect("']", "a closing ']")?;
        Ok(Self::Property(key))
    }
}
