//! A query as filter commands of Logs Insights.

use super::term::{Term, Test};
use super::{Clause, Query};
use crate::logs::field::Field;

impl Query {
    /// The filter commands that stand for the query, each with its leading bar. What Logs Insights cannot say is left out, see [`Self::only_here`].
    pub fn insights(&self) -> String {
        let commands = self.clauses.iter().filter_map(Clause::insights);
        commands.map(|condition| [" | filter ", &condition].concat()).collect()
    }

    /// Parts of the query that Logs Insights cannot say, and parts that it judges by the usual place of a value alone.
    pub fn only_here(&self) -> Vec<String> {
        let fields = self.clauses.iter().flat_map(|clause| &clause.any).filter_map(|term| term.field.as_ref());
        let mut notes = Vec::new();
        for field in fields.filter(|field| !field.is_exact() && field.name() != "result") {
            let note = match field.insights() {
                None => format!("{} is worked out here: CloudWatch has no such field", field.title()),
                Some(usual) => format!("{} stands elsewhere in some records than in {usual}", field.title()),
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }
}

impl Clause {
    /// One condition; `None` when one of its terms cannot be said, for leaving out an alternative would find less.
    fn insights(&self) -> Option<String> {
        let terms: Vec<_> = self.any.iter().map(Term::insights).collect::<Option<_>>()?;
        Some(terms.join(" or "))
    }
}

impl Term {
    /// The condition.
    fn insights(&self) -> Option<String> {
        match &self.field {
            None => Some(self.over("@message")),
            Some(field) if field.name() == "result" => Some(self.about_result()),
            Some(field) => self.about(field),
        }
    }

    fn about(&self, field: &Field) -> Option<String> {
        Some(self.over(&field.insights()?))
    }

    fn over(&self, name: &str) -> String {
        let not = if self.wanted { "" } else { "not " };
        match &self.test {
            Test::Contains { text, .. } if text.parse::<f64>().is_ok() && name != "@message" => self.number(name, text),
            Test::Contains { text, .. } => format!("{name} {not}like /(?i){}/", regex::escape(text).replace('/', r"\/")),
            Test::Matches { source, .. } => format!("{name} {not}like /(?i){}/", source.replace('/', r"\/")),
            Test::Is(text) if text.parse::<f64>().is_ok() => self.number(name, text),
            // A record without the field is not left out by what is not equal.
            Test::Is(text) if self.wanted => format!("{name} = {}", quoted(text)),
            Test::Is(text) => format!("(not ispresent({name}) or {name} != {})", quoted(text)),
            Test::Compares(comparison, number) if self.wanted => format!("{name} {} {number}", comparison.sign()),
            Test::Compares(comparison, number) => format!("not ({name} {} {number})", comparison.sign()),
            Test::Exists => format!("{not}ispresent({})", name.trim_start_matches('(').trim_end_matches(')')),
        }
    }

    fn number(&self, name: &str, text: &str) -> String {
        format!("{name} {} {text}", if self.wanted { "=" } else { "!=" })
    }

    /// `ok` is a record without an error.
    fn about_result(&self) -> String {
        let is_ok =
            matches!(&self.test, Test::Contains { text, .. } | Test::Is(text) if text.eq_ignore_ascii_case(crate::logs::filter::OK));
        match (is_ok, self.wanted) {
            (true, true) => "(ispresent(modelId) and not ispresent(errorCode))".to_owned(),
            (true, false) => "(not ispresent(modelId) or ispresent(errorCode))".to_owned(),
            (false, _) => self.over("errorCode"),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
