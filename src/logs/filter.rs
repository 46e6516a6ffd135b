//! The log viewer's filter: text, chosen values of four dimensions, and a time range; and the Logs Insights text it stands for.

use std::collections::BTreeSet;

use strum::{EnumIter, IntoStaticStr};

use super::by_column::Place;
use super::field::Source;
use super::query::Query;
use super::record::principal_name;
use super::store::Entry;

/// A field by which records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
pub enum Dimension {
    /// The model as logged.
    Model,
    /// The operation.
    Operation,
    /// `ok`, AWS's error code, or `not an invocation`.
    Result,
    /// The caller, without partition and account.
    Principal,
}

/// The result of a call that did not fail.
pub const OK: &str = "ok";
/// The result of a line that is not a record.
pub const RAW: &str = "not an invocation";

impl Dimension {
    /// All dimensions, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Model, Self::Operation, Self::Result, Self::Principal];

    /// The value of `entry`; a raw line has a result only.
    pub fn value(self, entry: &Entry) -> Option<&str> {
        let Some(record) = entry.record() else { return (self == Self::Result).then_some(RAW) };
        match self {
            Self::Model => Some(&record.model_id),
            Self::Operation => Some(&record.operation),
            Self::Result => Some(record.error_code.as_deref().unwrap_or(OK)),
            Self::Principal => record.principal.as_deref().map(principal_name),
        }
    }

    /// The field that it is read from.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Model => "modelId",
            Self::Operation => "operation",
            Self::Result => "errorCode",
            Self::Principal => "identity.arn",
        }
    }

    /// The value of a record whose field has `value`.
    pub(super) fn shown(self, value: Option<&str>) -> Option<&str> {
        match self {
            Self::Result => value.filter(|code| !code.is_empty()).or(Some(OK)),
            Self::Principal => value.map(principal_name),
            Self::Model | Self::Operation => Some(value.unwrap_or_default()),
        }
    }

    /// The value of a line that is no record.
    pub(super) fn of_raw(self) -> Option<&'static str> {
        (self == Self::Result).then_some(RAW)
    }

    /// The filter command of Logs Insights that a click on `value` stands for.
    pub fn insights_of(self, value: &str, include: bool) -> String {
        let mut choice = Choice::default();
        if include {
            choice.toggle_include(value);
        } else {
            choice.toggle_exclude(value);
        }
        self.insights(&choice).trim_start_matches(" | ").to_owned()
    }

    fn insights(self, choice: &Choice) -> String {
        let positive =
            list(&choice.include).map(|values| self.condition(&values, choice.include.contains(OK), choice.include.contains(RAW)));
        let negative =
            list(&choice.exclude).map(|values| self.condition(&values, choice.exclude.contains(OK), choice.exclude.contains(RAW)));
        let positive = positive.map(|condition| format!(" | filter {condition}"));
        let negative = negative.map(|condition| format!(" | filter not ({condition})"));
        positive.into_iter().chain(negative).collect()
    }

    fn condition(self, values: &str, ok: bool, raw: bool) -> String {
        let principal =
            || values.replace('"', "").split(", ").map(|value| format!("identity.arn like \"{value}\"")).collect::<Vec<_>>().join(" or ");
        match self {
            Self::Model => format!("modelId in [{values}]"),
            Self::Operation => format!("operation in [{values}]"),
            Self::Principal => principal(),
            Self::Result => {
                let ok = ok.then(|| "(ispresent(modelId) and not ispresent(errorCode))".to_owned());
                let raw = raw.then(|| "not ispresent(modelId)".to_owned());
                let codes = (!values.is_empty()).then(|| format!("errorCode in [{values}]"));
                ok.into_iter().chain(raw).chain(codes).collect::<Vec<_>>().join(" or ")
            }
        }
    }
}

/// The values as Insights writes a list, without the two that are not stored as a value; `None` when nothing is chosen.
fn list(values: &BTreeSet<String>) -> Option<String> {
    let quoted = values.iter().filter(|value| *value != OK && *value != RAW).map(|value| format!("\"{}\"", value.replace('"', "\\\"")));
    (!values.is_empty()).then(|| quoted.collect::<Vec<_>>().join(", "))
}

/// What a person chose of one dimension. Empty lets everything pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only these, when not empty.
    pub include: BTreeSet<String>,
    /// None of these.
    pub exclude: BTreeSet<String>,
}

impl Choice {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    pub(super) fn passes(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return self.include.is_empty() };
        (self.include.is_empty() || self.include.contains(value)) && !self.exclude.contains(value)
    }

    /// Takes `value` in, or out again when it is in.
    pub fn toggle_include(&mut self, value: &str) {
        self.exclude.remove(value);
        if !self.include.remove(value) {
            self.include.insert(value.to_owned());
        }
    }

    /// Leaves `value` out, or stops leaving it out.
    pub fn toggle_exclude(&mut self, value: &str) {
        self.include.remove(value);
        if !self.exclude.remove(value) {
            self.exclude.insert(value.to_owned());
        }
    }
}

/// Which records are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words, "phrases", /expressions/ and `field:value`, see [`Query`].
    pub text: String,
    /// Choices by dimension, in the order of [`Dimension::ALL`].
    pub choices: [Choice; 4],
    /// From and to, milliseconds since the epoch, the end excluded.
    pub range: Option<(i64, i64)>,
}

impl Filter {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.range.is_none() && self.choices.iter().all(Choice::is_empty)
    }

    /// What was chosen of `dimension`.
    pub fn choice(&self, dimension: Dimension) -> &Choice {
        &self.choices[dimension as usize]
    }

    /// What was chosen of `dimension`, to change.
    pub fn choice_mut(&mut self, dimension: Dimension) -> &mut Choice {
        &mut self.choices[dimension as usize]
    }

    /// The Logs Insights query that finds the same records; the time range is given to Insights beside the text.
    pub fn insights(&self) -> String {
        let choices: String = Dimension::ALL.into_iter().map(|dimension| dimension.insights(self.choice(dimension))).collect();
        format!("fields @timestamp, modelId, @message{}{choices} | sort @timestamp desc", Query::new(&self.text).insights())
    }
}

/// A filter made ready to run over many records.
#[derive(Debug, Clone)]
pub struct Matcher {
    query: Query,
    choices: [Choice; 4],
    range: Option<(i64, i64)>,
}

/// The criterion that alone keeps a record out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The record is shown.
    Shown,
    /// It would be shown but for the choice of one dimension.
    ButFor(Dimension),
    /// It would be shown but for the time range.
    ButForRange,
    /// It is not shown.
    Hidden,
}

impl Matcher {
    /// Compiles `filter`.
    pub fn new(filter: &Filter) -> Self {
        Self { query: Query::new(&filter.text), choices: filter.choices.clone(), range: filter.range }
    }

    /// What is chosen of `dimension`.
    pub(super) fn choice(&self, dimension: Dimension) -> &Choice {
        &self.choices[dimension as usize]
    }

    /// Whether a moment is in the range.
    pub(super) fn is_in_range(&self, at_ms: i64) -> bool {
        self.range.is_none_or(|(from, to)| (from..to).contains(&at_ms))
    }

    /// Texts that every record has which passes, letters in either case.
    pub(super) fn literals(&self) -> Vec<String> {
        self.query.literals().map(str::to_owned).collect()
    }

    /// Whether the text part of the filter lets a record pass.
    pub(super) fn matches(&self, block: &super::store::Block, row: usize) -> bool {
        if self.query.is_empty() {
            return true;
        }
        let line = block.line(row);
        let line = String::from_utf8_lossy(&line);
        let place = Place { block, row, line: &line };
        let decided = self.query.field_terms().map(|(field, term)| place.judges(field, term));
        let mut open = self.query.has_field_alternatives();
        for verdict in decided {
            match verdict {
                Some(false) => return false,
                Some(true) => {}
                None => open = true,
            }
        }
        if open { self.query.matches_at(&line, block.at_ms(row)) } else { self.query.text_passes(&line) }
    }

    /// Judges a record. The text, which costs most, is looked at last.
    pub fn judge(&self, entry: &Entry) -> Verdict {
        let in_range = self.range.is_none_or(|(from, to)| (from..to).contains(&entry.at_ms));
        let mut verdict = if in_range { Verdict::Shown } else { Verdict::ButForRange };
        for dimension in Dimension::ALL {
            if !self.choices[dimension as usize].passes(dimension.value(entry)) {
                if verdict != Verdict::Shown {
                    return Verdict::Hidden;
                }
                verdict = Verdict::ButFor(dimension);
            }
        }
        if self.query.is_empty() || self.query.passes(Source::of(entry)) { verdict } else { Verdict::Hidden }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(model: &str, error: Option<&str>) -> Entry {
        let line = json!({"schemaType": "ModelInvocationLog", "modelId": model, "operation": "Converse", "errorCode": error,
            "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/Lab/Ann"}});
        Entry::new("1", 1_000, &line.to_string())
    }

    #[test]
    fn one_failing_criterion_is_named_and_two_hide() {
        let mut filter = Filter::default();
        filter.choice_mut(Dimension::Model).toggle_include("a");
        filter.range = Some((0, 1_000));
        let judge = |filter: &Filter, entry: &Entry| Matcher::new(filter).judge(entry);
        assert_eq!(judge(&filter, &entry("a", None)), Verdict::ButForRange);
        assert_eq!(judge(&filter, &entry("b", None)), Verdict::Hidden);
        filter.range = Some((0, 1_001));
        assert_eq!(judge(&filter, &entry("a", None)), Verdict::Shown);
        assert_eq!(judge(&filter, &entry("b", None)), Verdict::ButFor(Dimension::Model));
        "assumed-role/Lab/Ann".clone_into(&mut filter.text);
        assert_eq!(judge(&filter, &entry("a", None)), Verdict::Shown);
    }

    #[test]
    fn excluded_values_and_raw_lines() {
        let raw = Entry::new("2", 0, "Permissions are correctly set for Amazon Bedrock logs.");
        let mut filter = Filter::default();
        filter.choice_mut(Dimension::Result).toggle_exclude(RAW);
        assert_eq!(Matcher::new(&filter).judge(&raw), Verdict::ButFor(Dimension::Result));
        filter.choice_mut(Dimension::Result).toggle_include(RAW);
        assert_eq!(Matcher::new(&filter).judge(&raw), Verdict::Shown);
        filter.choice_mut(Dimension::Model).toggle_include("a");
        assert_eq!(Matcher::new(&filter).judge(&raw), Verdict::ButFor(Dimension::Model));
    }

    #[test]
    fn a_click_tells_what_it_stands_for() {
        assert_eq!(Dimension::Model.insights_of("a", true), "filter modelId in [\"a\"]");
        assert_eq!(Dimension::Operation.insights_of("Converse", false), "filter not (operation in [\"Converse\"])");
    }

    #[test]
    fn the_insights_text_names_every_choice() {
        let mut filter = Filter { text: "refund".to_owned(), ..Filter::default() };
        filter.choice_mut(Dimension::Model).toggle_include("a");
        filter.choice_mut(Dimension::Result).toggle_exclude("ThrottlingException");
        filter.choice_mut(Dimension::Result).toggle_include(OK);
        assert_eq!(
            filter.insights(),
            "fields @timestamp, modelId, @message | filter @message like /(?i)refund/ | filter modelId in [\"a\"] \
             | filter (ispresent(modelId) and not ispresent(errorCode)) | filter not (errorCode in [\"ThrottlingException\"]) | sort @timestamp desc"
        );
    }
}
