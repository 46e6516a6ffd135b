//! The language inside `SEARCH('…')` and which metrics it finds.
//!
//! After the page "CloudWatch search expression syntax" of the user guide, with its examples as tests.

mod terms;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

pub use terms::SearchError;
use terms::Term;

/// Most characters of a search.
const MAX_LENGTH: usize = 1_024;

/// Which metrics are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    schema: Option<Schema>,
    term: Option<Term>,
}

/// `{AWS/Bedrock,ModelId}`: a namespace, and if dimensions are named, just these.
#[derive(Debug, Clone, PartialEq)]
struct Schema {
    namespace: String,
    dimensions: BTreeSet<String>,
}

/// A metric that may be found.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Such as `AWS/Bedrock`.
    pub namespace: &'a str,
    /// Such as `Invocations`.
    pub metric: &'a str,
    /// Values by dimension name.
    pub dimensions: &'a BTreeMap<String, String>,
}

impl Search {
    /// Reads what stands between the quotes.
    pub fn parse(text: &str) -> Result<Self, SearchError> {
        if text.chars().count() > MAX_LENGTH {
            return Err(SearchError::Length { most: MAX_LENGTH });
        }
        let (schema, rest) = schema(text.trim())?;
        let term = terms::parse(rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace()))?;
        if schema.is_none() && term.is_none() {
            return Err(SearchError::Empty);
        }
        Ok(Self { schema, term })
    }

    /// Whether it finds this metric.
    pub fn finds(&self, metric: &Candidate<'_>) -> bool {
        self.schema.as_ref().is_none_or(|schema| schema.includes(metric)) && self.term.as_ref().is_none_or(|term| term.finds(metric))
    }
}

impl Schema {
    fn includes(&self, metric: &Candidate<'_>) -> bool {
        let same_names = || self.dimensions.iter().eq(metric.dimensions.keys());
        self.namespace == metric.namespace && (self.dimensions.is_empty() || same_names())
    }
}

/// The schema at the beginning, if there is one, and the rest.
fn schema(text: &str) -> Result<(Option<Schema>, &str), SearchError> {
    let Some(inside) = text.strip_prefix('{') else { return Ok((None, text)) };
    let mut names = Vec::new();
    let mut rest = inside;
    loop {
        let (name, after) = schema_name(rest)?;
        names.push(name);
        match (after.strip_prefix(','), after.strip_prefix('}')) {
            (Some(more), _) => rest = more,
            (_, Some(after)) => {
                let mut names = names.into_iter();
                let schema = names.next().map(|namespace| Schema { namespace, dimensions: names.collect() });
                return Ok((schema, after));
            }
            _ => return Err(SearchError::Schema),
        }
    }
}

/// A name, in quotes or up to the next separator, and the rest.
fn schema_name(text: &str) -> Result<(String, &str), SearchError> {
    let text = text.trim_start();
    let (name, rest) = if let Some(quoted) = text.strip_prefix('"') {
        terms::quoted(quoted)?
    } else {
        let end = text.find([',', '}']).ok_or(SearchError::Schema)?;
        (text[..end].trim().to_owned(), &text[end..])
    };
    if name.is_empty() { Err(SearchError::Schema) } else { Ok((name, rest.trim_start())) }
}
