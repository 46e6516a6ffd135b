//! JSON patterns: conditions on properties, joined by `&&` (which binds tighter), `||` and parentheses.

use serde_json::Value;

use super::condition::Condition;
use super::cursor::Cursor;
use super::selector::Selector;
use super::{MAX_REGEXES, PatternError};

/// Deepest nesting of parentheses.
const MAX_DEPTH: usize = 32;
/// Most wildcards in the selectors of one pattern.
const MAX_WILDCARDS: usize = 3;

/// A condition on JSON events; other events never match.
#[derive(Debug, Clone)]
pub(super) struct JsonPattern(Expression);

#[derive(Debug, Clone)]
enum Expression {
    Any(Vec<Self>),
    All(Vec<Self>),
    Test(Selector, Test),
}

/// What is asked of the values a selector leads to.
#[derive(Debug, Clone)]
enum Test {
    Compares(Condition),
    IsNull,
    Is(bool),
    NotExists,
}

impl JsonPattern {
    pub(super) fn matches(&self, message: &str) -> bool {
        if !message.trim_start().starts_with('{') {
            return false;
        }
        serde_json::from_str::<Value>(message).is_ok_and(|event| self.0.holds(&event))
    }
}

impl JsonPattern {
    /// What the selectors of the pattern lead to in a message, by their text.
    pub(super) fn values(&self, message: &str) -> Vec<(String, String)> {
        let Ok(event) = serde_json::from_str::<Value>(message) else { return Vec::new() };
        let mut values = Vec::new();
        self.0.each_test(&mut |selector, _| values.extend(selector.first(&event).map(|value| (selector.text().to_owned(), value))));
        values
    }
}

impl Expression {
    fn holds(&self, event: &Value) -> bool {
        match self {
            Self::Any(branches) => branches.iter().any(|branch| branch.holds(event)),
            Self::All(parts) => parts.iter().all(|part| part.holds(event)),
            Self::Test(selector, test) => test.holds(selector, event),
        }
    }

    /// Calls `see` with every test of the expression.
    fn each_test(&self, see: &mut dyn FnMut(&Selector, &Test)) {
        match self {
            Self::Any(inner) | Self::All(inner) => inner.iter().for_each(|expression| expression.each_test(see)),
            Self::Test(selector, test) => see(selector, test),
        }
    }
}

impl Test {
    fn holds(&self, selector: &Selector, event: &Value) -> bool {
        match self {
            Self::Compares(condition) => selector.any(event, &|value| condition.holds_for_json(value)),
            Self::IsNull => selector.any(event, &Value::is_null),
            Self::Is(wanted) => selector.any(event, &|value| value.as_bool() == Some(*wanted)),
            Self::NotExists => !selector.any(event, &|_| true),
        }
    }
}

/// Reads a pattern in braces up to the end of the text.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<JsonPattern, PatternError> {
    let start = cursor.position();
    if !cursor.rest().trim_end().ends_with('}') {
        cursor.take_while(|_| true);
        return Err(cursor.error_since(start, "If a filter pattern starts with '{' it must end with '}'", "a closing }"));
    }
    cursor.expect("{", "an opening {")?;
    let expression = any(cursor, 0)?;
    cursor.expect("}", "&&, || or a closing }")?;
    cursor.skip_space();
    if cursor.peek().is_some() {
        return Err(cursor.unexpected("nothing after the closing }"));
    }
    check_limits(cursor, start, &expression)?;
    Ok(JsonPattern(expression))
}

fn any(cursor: &mut Cursor<'_>, depth: usize) -> Result<Expression, PatternError> {
    let mut branches = vec![all(cursor, depth)?];
    while cursor.eat("||") {
        branches.push(all(cursor, depth)?);
    }
    Ok(Expression::Any(branches))
}

fn all(cursor: &mut Cursor<'_>, depth: usize) -> Result<Expression, PatternError> {
    let mut parts = vec![unit(cursor, depth)?];
    while cursor.eat("&&") {
        parts.push(unit(cursor, depth)?);
    }
    Ok(Expression::All(parts))
}

/// A test or an expression in parentheses, with the spaces around it.
fn unit(cursor: &mut Cursor<'_>, depth: usize) -> Result<Expression, PatternError> {
    cursor.skip_space();
    let expression = if cursor.peek() == Some('(') { group(cursor, depth)? } else { test(cursor)? };
    cursor.skip_space();
    Ok(expression)
}

fn group(cursor: &mut Cursor<'_>, depth: usize) -> Result<Expression, PatternError> {
    let start = cursor.position();
    cursor.expect("(", "an opening (")?;
    if depth == MAX_DEPTH {
        return Err(cursor.error_since(start, "Parentheses are nested too deeply", "at most 32 levels of parentheses"));
    }
    let expression = any(cursor, depth + 1)?;
    cursor.expect(")", "&&, || or a closing )")?;
    Ok(expression)
}

fn test(cursor: &mut Cursor<'_>) -> Result<Expression, PatternError> {
    let selector = Selector::parse(cursor)?;
    cursor.skip_space();
    let test = if cursor.eat_word("IS") {
        is_what(cursor)?
    } else if cursor.eat_word("NOT") {
        cursor.skip_space();
        expect_word(cursor, "EXISTS").map(|()| Test::NotExists)?
    } else {
        Condition::parse(cursor).map(Test::Compares)?
    };
    Ok(Expression::Test(selector, test))
}

fn is_what(cursor: &mut Cursor<'_>) -> Result<Test, PatternError> {
    cursor.skip_space();
    match () {
        () if cursor.eat_word("NULL") => Ok(Test::IsNull),
        () if cursor.eat_word("TRUE") => Ok(Test::Is(true)),
        () if cursor.eat_word("FALSE") => Ok(Test::Is(false)),
        () => Err(cursor.unexpected("NULL, TRUE or FALSE after IS")),
    }
}

fn expect_word(cursor: &mut Cursor<'_>, word: &str) -> Result<(), PatternError> {
    if cursor.eat_word(word) { Ok(()) } else { Err(cursor.unexpected(word)) }
}

fn check_limits(cursor: &Cursor<'_>, start: usize, expression: &Expression) -> Result<(), PatternError> {
    let (mut wildcards, mut regexes) = (0, 0);
    expression.each_test(&mut |selector, test| {
        wildcards += selector.wildcards();
        regexes += usize::from(matches!(test, Test::Compares(condition) if condition.has_regex()));
    });
    if wildcards > MAX_WILDCARDS {
        return Err(cursor.error_since(start, "The filter pattern has too many wildcard selectors", "at most 3 wildcard selectors"));
    }
    if regexes > MAX_REGEXES {
        return Err(cursor.error_since(start, "The filter pattern has too many regular expressions", "at most 2 regular expressions"));
    }
    Ok(())
}
