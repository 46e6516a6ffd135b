//! Two records side by side: what differs in their facts and, word by word, in what was asked and answered.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use similar::{Algorithm, ChangeTag};

use super::conversation::{Conversation, Role, Turn};
use super::detail::Detail;
use super::field::{Field, Source};
use super::path;

/// After this the rest of a text is told as replaced, so that hostile texts end.
const PATIENCE: Duration = Duration::from_secs(2);

/// Most parameters that are compared.
const MOST_PATHS: usize = 200;

/// Facts that are compared, by short name.
const FACTS: [&str; 13] =
    ["time", "model", "operation", "result", "in", "out", "cached", "latency", "first", "cost", "stop", "principal", "region"];

/// Two records compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The older record.
    pub left: Arc<Detail>,
    /// The newer record.
    pub right: Arc<Detail>,
    /// Facts and request parameters.
    pub facts: Vec<Fact>,
    /// The texts: system, conversation, answer.
    pub texts: Vec<TextDiff>,
}

/// A fact of both records.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// In the older record.
    pub left: Option<String>,
    /// In the newer record.
    pub right: Option<String>,
    /// By how much the newer is more, where both are numbers.
    pub more: Option<f64>,
}

impl Fact {
    /// Whether both are the same.
    pub fn is_same(&self) -> bool {
        self.left == self.right
    }

    /// Whether both are times of one day.
    pub fn is_same_day(&self) -> bool {
        let day = |value: &Option<String>| value.as_ref().and_then(|time| time.split_once(' ')).map(|(day, _)| day.to_owned());
        day(&self.left) == day(&self.right)
    }
}

/// A text of both records, word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextDiff {
    /// Which text it is.
    pub name: &'static str,
    /// Runs of words, in order.
    pub runs: Vec<Run>,
}

/// Words that are in both texts or in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where they are.
    pub kind: Kind,
    /// The words with the spaces between them.
    pub text: String,
}

/// Where words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In both.
    Same,
    /// In the older record only.
    Left,
    /// In the newer record only.
    Right,
}

impl TextDiff {
    /// Compares two texts.
    pub fn of(name: &'static str, left: &str, right: &str) -> Self {
        let diff = similar::TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_words(left, right);
        let mut runs: Vec<Run> = Vec::new();
        for change in diff.iter_all_changes() {
            let kind = match change.tag() {
                ChangeTag::Equal => Kind::Same,
                ChangeTag::Delete => Kind::Left,
                ChangeTag::Insert => Kind::Right,
            };
            match runs.last_mut().filter(|run| run.kind == kind) {
                Some(run) => run.text.push_str(change.value()),
                None => runs.push(Run { kind, text: change.value().to_owned() }),
            }
        }
        Self { name, runs }
    }

    /// Whether both texts are the same.
    pub fn is_same(&self) -> bool {
        self.runs.iter().all(|run| run.kind == Kind::Same)
    }

    /// Whether neither record has the text.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many words are in the older text only, and in the newer only.
    pub fn changed(&self) -> (usize, usize) {
        let words = |kind| self.runs.iter().filter(|run| run.kind == kind).map(|run| run.text.split_whitespace().count()).sum();
        (words(Kind::Left), words(Kind::Right))
    }
}

impl Comparison {
    /// Compares two records; the older becomes the left one. May take seconds with long texts.
    pub fn of(a: Arc<Detail>, b: Arc<Detail>) -> Self {
        let (left, right) = if a.entry.at_ms <= b.entry.at_ms { (a, b) } else { (b, a) };
        let mut facts = facts(&left, &right);
        facts.extend(parameters(&left, &right));
        let texts = texts(&left.conversation, &right.conversation);
        Self { left, right, facts, texts }
    }
}

fn facts(left: &Detail, right: &Detail) -> Vec<Fact> {
    let fact = |name: &&str| {
        let field = Field::named(name);
        let (left, right) = (field.value(Source::of(&left.entry)), field.value(Source::of(&right.entry)));
        let number = |value: &Option<super::field::Scalar<'_>>| match value {
            Some(super::field::Scalar::Number(number)) => Some(*number),
            _ => None,
        };
        let more = number(&left).zip(number(&right)).map(|(left, right)| right - left);
        Fact { name: field.title().to_owned(), left: left.map(|v| written(&v)), right: right.map(|v| written(&v)), more }
    };
    FACTS.iter().map(fact).filter(|fact| fact.left.is_some() || fact.right.is_some()).collect()
}

/// A value as text; numbers with at most six decimals.
fn written(value: &super::field::Scalar<'_>) -> String {
    match value {
        super::field::Scalar::Number(number) if number.fract() != 0.0 => format!("{number:.6}").trim_end_matches('0').to_owned(),
        other => other.to_string(),
    }
}

/// Settings of the requests: everything of the input body but what was said.
fn parameters(left: &Detail, right: &Detail) -> Vec<Fact> {
    let settings = |detail: &Detail| {
        let mut body = detail.json["input"]["inputBodyJson"].clone();
        if let Value::Object(members) = &mut body {
            for said in ["messages", "system", "prompt", "inputText"] {
                members.shift_remove(said);
            }
        }
        body
    };
    let (left, right) = (settings(left), settings(right));
    let mut paths = path::leaves(&left, MOST_PATHS);
    paths.extend(path::leaves(&right, MOST_PATHS).into_iter().filter(|path| path::value_at(&left, path).is_none()));
    let text =
        |body: &Value, path: &str| path::value_at(body, path).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let fact = |path: String| {
        let number = |body: &Value| path::value_at(body, &path).and_then(Value::as_f64);
        let more = number(&left).zip(number(&right)).map(|(left, right)| right - left);
        Fact { left: text(&left, &path), right: text(&right, &path), more, name: path }
    };
    paths.into_iter().map(fact).collect()
}

fn texts(left: &Conversation, right: &Conversation) -> Vec<TextDiff> {
    let system = |conversation: &Conversation| conversation.system().unwrap_or_default();
    let answer = |conversation: &Conversation| conversation.reply().map(Turn::text).unwrap_or_default();
    let texts = [
        TextDiff::of("System", &system(left), &system(right)),
        TextDiff::of("Prompt", &asked(left), &asked(right)),
        TextDiff::of("Answer", &answer(left), &answer(right)),
    ];
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// What was said before the answer. Turns are told apart by who speaks where there is more than one.
fn asked(conversation: &Conversation) -> String {
    let until = conversation.turns.len() - usize::from(conversation.reply().is_some());
    let turns: Vec<_> = conversation.turns[..until].iter().filter(|turn| turn.role != Role::System).collect();
    match turns.as_slice() {
        [turn] => turn.text(),
        turns => turns.iter().map(|turn| format!("{}: {}", turn.role.name(), turn.text())).collect::<Vec<_>>().join("\n\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Entry;
    use serde_json::json;

    fn detail(at_ms: i64, model: &str, temperature: f64, question: &str, answer: &str) -> Arc<Detail> {
        let line = json!({"operation": "Converse", "modelId": model, "requestId": "r", "input": {"inputTokenCount": 100, "inputBodyJson": {
            "system": [{"text": "Be brief"}], "inferenceConfig": {"temperature": temperature}, "messages": [{"role": "user", "content": [{"text": question}]}]}},
            "output": {"outputTokenCount": at_ms, "outputBodyJson": {"output": {"message": {"content": [{"text": answer}]}}}}});
        Arc::new(Detail::of(Arc::new(Entry::new(&at_ms.to_string(), at_ms, &line.to_string()))))
    }

    #[test]
    fn words_that_differ_are_told_and_give_both_texts_back() {
        let (left, right) = ("Please refund the order today", "Please cancel the order\ntoday, now");
        let diff = TextDiff::of("Prompt", left, right);
        let without = |kind| diff.runs.iter().filter(|run| run.kind != kind).map(|run| run.text.as_str()).collect::<String>();
        assert_eq!((without(Kind::Right).as_str(), without(Kind::Left).as_str()), (left, right));
        assert!(diff.runs.contains(&Run { kind: Kind::Left, text: "refund".to_owned() }));
        assert_eq!(diff.changed(), (2, 3));
        assert!(TextDiff::of("x", "same", "same").is_same() && TextDiff::of("x", "", "").is_empty());
    }

    #[test]
    fn the_older_record_is_left_and_facts_tell_by_how_much() {
        let comparison = Comparison::of(detail(20, "b", 0.5, "one two", "x"), detail(10, "a", 0.2, "one three", "x"));
        assert_eq!((comparison.left.entry.at_ms, comparison.right.entry.at_ms), (10, 20));
        let fact = |name: &str| comparison.facts.iter().find(|fact| fact.name == name).unwrap();
        assert_eq!((fact("Out").more, fact("Model").is_same(), fact("In").is_same()), (Some(10.0), false, true));
        assert_eq!(fact("inferenceConfig.temperature").left.as_deref(), Some("0.2"));
        let names: Vec<_> = comparison.texts.iter().map(|text| (text.name, text.is_same())).collect();
        assert_eq!(names, [("System", true), ("Prompt", false), ("Answer", true)]);
    }

    proptest::proptest! {
        #[test]
        fn a_comparison_loses_no_letter(left in "[ab \n]{0,60}", right in "[ab \n]{0,60}") {
            let diff = TextDiff::of("x", &left, &right);
            let without = |kind| diff.runs.iter().filter(|run| run.kind != kind).map(|run| run.text.as_str()).collect::<String>();
            proptest::prop_assert_eq!(without(Kind::Right), left);
            proptest::prop_assert_eq!(without(Kind::Left), right);
        }
    }
}
