//! Space-delimited patterns: named fields in square brackets, with conditions, and `...` for any number of fields.

use super::condition::Condition;
use super::cursor::Cursor;
use super::{MAX_REGEXES, PatternError};

/// What a pattern asks of the fields of a message.
#[derive(Debug, Clone)]
pub(super) struct FieldsPattern {
    /// Fields counted from the start of the message.
    head: Vec<Field>,
    /// Fields counted from its end, when the pattern has an ellipsis.
    tail: Option<Vec<Field>>,
}

/// Alternatives of conditions that must all hold; no alternatives ask nothing.
#[derive(Debug, Clone, Default)]
struct Field {
    /// Empty for a field without one.
    name: String,
    any: Vec<Vec<Condition>>,
}

impl FieldsPattern {
    pub(super) fn matches(&self, message: &str) -> bool {
        let fields = split(message);
        let tail = self.tail.as_deref().unwrap_or_default();
        let wanted = self.head.len() + tail.len();
        let counted = if self.tail.is_some() { fields.len() >= wanted } else { fields.len() == wanted };
        counted && all_hold(&self.head, &fields) && all_hold(tail, &fields[fields.len() - tail.len()..])
    }

    /// The fields of a message that fits, by `$name`, or `$1`, `$2` and so on where they have none.
    pub(super) fn values(&self, message: &str) -> Vec<(String, String)> {
        let fields = split(message);
        let tail = self.tail.as_deref().unwrap_or_default();
        let Some(first_of_tail) = fields.len().checked_sub(tail.len()) else { return Vec::new() };
        let head = self.head.iter().zip(&fields).enumerate();
        let tail = tail.iter().zip(&fields[first_of_tail..]).enumerate().map(|(index, pair)| (index + first_of_tail, pair));
        let named = |(index, (field, text)): (usize, (&Field, &&str))| {
            let name = if field.name.is_empty() { (index + 1).to_string() } else { field.name.clone() };
            (format!("${name}"), (*text).to_owned())
        };
        head.chain(tail).map(named).collect()
    }

    fn regexes(&self) -> usize {
        let fields = self.head.iter().chain(self.tail.iter().flatten());
        fields.flat_map(|field| field.any.iter().flatten()).filter(|condition| condition.has_regex()).count()
    }
}

fn all_hold(wanted: &[Field], fields: &[&str]) -> bool {
    wanted.iter().zip(fields).all(|(want, field)| want.holds(field))
}

impl Field {
    fn holds(&self, field: &str) -> bool {
        self.any.is_empty() || self.any.iter().any(|all| all.iter().all(|condition| condition.holds_for_field(field)))
    }
}

/// The fields of a message: runs without spaces, except that a pair of brackets or double quotes holds one field.
fn split(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim_start();
    while !rest.is_empty() {
        let (field, after) = enclosed(rest).unwrap_or_else(|| rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())));
        fields.push(field);
        rest = after.trim_start();
    }
    fields
}

/// A field in brackets or quotes, without them; `None` when nothing opens or the closing character is missing.
fn enclosed(rest: &str) -> Option<(&str, &str)> {
    let closing = match rest.as_bytes().first()? {
        b'[' => ']',
        b'"' => '"',
        _ => return None,
    };
    rest[1..].split_once(closing)
}

/// Reads a pattern in brackets up to the end of the text.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<FieldsPattern, PatternError> {
    let start = cursor.position();
    if !cursor.rest().trim_end().ends_with(']') {
        cursor.take_while(|_| true);
        return Err(cursor.error_since(start, "If a filter pattern starts with '[' it must end with ']'", "a closing ]"));
    }
    cursor.expect("[", "an opening [")?;
    let pattern = parse_fields(cursor)?;
    cursor.expect("]", "a comma or a closing ]")?;
    cursor.skip_space();
    if cursor.peek().is_some() {
        return Err(cursor.unexpected("nothing after the closing ]"));
    }
    if pattern.regexes() > MAX_REGEXES {
        return Err(cursor.error_since(start, "The filter pattern has too many regular expressions", "at most 2 regular expressions"));
    }
    Ok(pattern)
}

fn parse_fields(cursor: &mut Cursor<'_>) -> Result<FieldsPattern, PatternError> {
    let mut pattern = FieldsPattern { head: Vec::new(), tail: None };
    loop {
        cursor.skip_space();
        if cursor.peek() == Some('.') {
            ellipsis(cursor, &mut pattern)?;
        } else {
            let field = parse_field(cursor)?;
            pattern.tail.as_mut().unwrap_or(&mut pattern.head).push(field);
        }
        cursor.skip_space();
        if !cursor.eat(",") {
            return Ok(pattern);
        }
    }
}

fn ellipsis(cursor: &mut Cursor<'_>, pattern: &mut FieldsPattern) -> Result<(), PatternError> {
    let start = cursor.position();
    cursor.expect("...", "an ellipsis of three dots")?;
    if pattern.tail.replace(Vec::new()).is_some() {
        return Err(cursor.error_since(start, "The filter pattern has more than one ellipsis", "one ... at most"));
    }
    Ok(())
}

/// A field: a name, perhaps with conditions that repeat it; an empty place is a field without a name.
fn parse_field(cursor: &mut Cursor<'_>) -> Result<Field, PatternError> {
    let name = field_name(cursor);
    cursor.skip_space();
    if name.is_empty() || matches!(cursor.peek(), Some(',' | ']')) {
        return Ok(Field { name: name.to_owned(), any: Vec::new() });
    }
    let mut any = vec![vec![Condition::parse(cursor)?]];
    loop {
        cursor.skip_space();
        if cursor.eat("||") {
            any.push(vec![repeated(cursor, name)?]);
        } else if cursor.eat("&&") {
            let condition = repeated(cursor, name)?;
            any.last_mut().map(|all| all.push(condition)).unwrap_or_default();
        } else {
            return Ok(Field { name: name.to_owned(), any });
        }
    }
}

/// A further condition on the field `name`.
fn repeated(cursor: &mut Cursor<'_>, name: &str) -> Result<Condition, PatternError> {
    cursor.skip_space();
    let start = cursor.position();
    let found = field_name(cursor);
    if found != name {
        let message = format!("Conditions joined by && or || must be about the same field, '{name}'");
        return Err(cursor.error_since(start, message, name));
    }
    cursor.skip_space();
    Condition::parse(cursor)
}

fn field_name<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
