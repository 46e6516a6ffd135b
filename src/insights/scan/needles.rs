//! Texts that every record has which the leading filters of a query let pass.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::super::ast::{Command, Expr, Node, Operator, Pattern, Query};
use super::super::value::Value;
use crate::logs::store::trigram::Text;

/// The texts.
pub(super) fn of(query: &Query) -> Vec<Text> {
    let mut found = Vec::new();
    for command in &query.commands {
        match command {
            Command::Filter(condition) => conjunct(condition, &mut found),
            // Computed fields may hide those of the event; plain ones do not.
            Command::Fields(list) if list.iter().all(|named| matches!(&named.expr.node, Node::Field(name) if *name == named.name)) => {}
            _ => break,
        }
    }
    found.retain(|text| text.text.len() >= 3);
    found
}

fn conjunct(expr: &Expr, found: &mut Vec<Text>) {
    match &expr.node {
        Node::Binary(Operator::And, left, right) => {
            conjunct(left, found);
            conjunct(right, found);
        }
        Node::Binary(Operator::Equal, left, right) => match (&left.node, &right.node) {
            (Node::Field(name), Node::Literal(Value::Text(text))) | (Node::Literal(Value::Text(text)), Node::Field(name)) => {
                add(name, exact(text), found);
            }
            _ => {}
        },
        Node::Like(of, pattern) => match (&of.node, &**pattern) {
            (Node::Field(name), Pattern::Text(text)) => add(name, exact(text), found),
            (Node::Field(name), Pattern::Regex(regex)) => literals(regex.as_str()).into_iter().for_each(|text| add(name, text, found)),
            _ => {}
        },
        _ => {}
    }
}

/// Whether a text of a field stands in the line as it is: not if it may be escaped there, and numbers may be written in other ways.
fn add(field: &str, text: Text, found: &mut Vec<Text>) {
    match field {
        "@message" => found.push(text),
        _ if field.starts_with('@') => {}
        _ => {
            let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/') || c == ' ';
            let is_no_number = |c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E');
            if text.text.chars().all(is_plain) && text.text.contains(is_no_number) {
                found.push(text);
            }
        }
    }
}

fn exact(text: &str) -> Text {
    Text { text: text.to_owned(), any_case: false }
}

/// Texts that a regular expression cannot match without.
fn literals(pattern: &str) -> Vec<Text> {
    let mut found = Found::default();
    if let Ok(hir) = regex_syntax::Parser::new().parse(pattern) {
        found.collect(&hir);
    }
    found.end();
    found.texts
}

#[derive(Default)]
struct Found {
    texts: Vec<Text>,
    /// The text that is being put together of parts that follow one another.
    open: String,
    /// Whether a part of it may be in the other case.
    any_case: bool,
}

impl Found {
    fn collect(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.open.push_str(text),
                Err(_) => self.end(),
            },
            HirKind::Class(class) => match one_letter(class) {
                Some(letter) => {
                    self.open.push(letter);
                    self.any_case = true;
                }
                None => self.end(),
            },
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.collect(part)),
            HirKind::Capture(capture) => self.collect(&capture.sub),
            HirKind::Repetition(repetition) => {
                self.end();
                if repetition.min > 0 {
                    self.collect(&repetition.sub);
                    self.end();
                }
            }
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Alternation(_) => self.end(),
        }
    }

    fn end(&mut self) {
        if !self.open.is_empty() {
            self.texts.push(Text { text: std::mem::take(&mut self.open), any_case: self.any_case });
        }
        self.any_case = false;
    }
}

/// The letter of a class that is one ASCII letter in both cases.
fn one_letter(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut letters = class.iter().flat_map(|range| range.start()..=range.end());
    let (first, second, third) = (letters.next()?, letters.next(), letters.next());
    let is_pair = second.is_none_or(|second| first.eq_ignore_ascii_case(&second));
    (first.is_ascii() && is_pair && third.is_none()).then(|| first.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of a query; those that may be in the other case with a question mark.
    fn needles(query: &str) -> Vec<String> {
        let shown = |text: Text| format!("{}{}", text.text, if text.any_case { "?" } else { "" });
        of(&Query::parse(query).unwrap()).into_iter().map(shown).collect()
    }

    #[test]
    fn leading_filters_give_their_texts() {
        assert_eq!(
            needles(r#"filter @message like "refund" and modelId = "anthropic.claude" | filter errorCode like /Thrott.*Exception/"#),
            ["refund", "anthropic.claude", "Thrott", "Exception"]
        );
        assert_eq!(needles("fields modelId | filter @message like /(?i)refund of (order|#[0-9]+)/"), ["refund of ?"]);
        assert_eq!(needles("filter @message like /hyper(cube)+ \\bend/"), ["hyper", "cube", " end"]);
    }

    #[test]
    fn what_may_be_otherwise_gives_nothing() {
        for query in [
            r#"filter not (@message like "refund")"#,
            r#"filter @message like "refund" or errorCode = "x""#,
            r#"filter count = "1200""#,
            r#"filter text like "say \"yes\"""#,
            r#"fields strlen(a) as modelId | filter modelId = "refund""#,
            r#"stats count(*) by modelId | filter modelId = "refund""#,
            "filter @message like /refund|order/",
            // K and ſ have a third form.
            "filter @message like /(?i)kks/",
            r#"filter @logStream = "stream""#,
        ] {
            assert_eq!(needles(query), [] as [&str; 0], "{query}");
        }
    }
}
