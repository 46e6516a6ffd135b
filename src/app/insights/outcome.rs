//! What a run comes to: rows from here, from CloudWatch, or from both with their comparison.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::compare::Comparison;
use crate::aws::logs::QueryStatus;
use crate::base::problem::Problem;
use crate::insights::{Results, Value};

/// Where a query runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In this program, over the loaded records.
    #[default]
    Here,
    /// On CloudWatch, over the log group.
    CloudWatch,
    /// In both, and the rows are compared.
    Both,
}

impl Place {
    /// All, in the order of their buttons, with their names.
    pub const ALL: [(Self, &'static str); 3] = [(Self::Here, "Here"), (Self::CloudWatch, "CloudWatch"), (Self::Both, "Both")];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(place, _)| *place == self).map_or("", |(_, name)| name)
    }

    /// Whether the loaded records are asked.
    pub fn is_here(self) -> bool {
        self != Self::CloudWatch
    }

    /// Whether CloudWatch is asked.
    pub fn is_there(self) -> bool {
        self != Self::Here
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Number of the run.
    pub number: u64,
    /// The query.
    pub text: String,
    /// Where it ran.
    pub place: Place,
    /// The time that was asked about, milliseconds since the epoch, both inclusive.
    pub window: (i64, i64),
    /// The log group.
    pub group: String,
    /// What this program found, if it was asked.
    pub here: Option<Result<Arc<Answer>, Problem>>,
    /// What CloudWatch found, if it was asked.
    pub there: Option<Result<Arc<Answer>, Problem>>,
    /// How the rows of both differ, if both found some.
    pub comparison: Option<Arc<Comparison>>,
}

impl Outcome {
    /// What was found, of `there` or of the only place that was asked.
    pub fn answer(&self, there: bool) -> Option<&Result<Arc<Answer>, Problem>> {
        if there { self.there.as_ref().or(self.here.as_ref()) } else { self.here.as_ref().or(self.there.as_ref()) }
    }

    /// The answer that counts in lists of past runs: CloudWatch's where it was asked.
    pub fn counted(&self) -> Option<&Result<Arc<Answer>, Problem>> {
        self.answer(true)
    }
}

/// Rows with where they are from and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The rows.
    pub results: Results,
    /// How long it took.
    pub took: Duration,
    /// Id of the query on CloudWatch; nothing when it ran here.
    pub query_id: Option<String>,
}

/// What CloudWatch has told of a query that runs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CloudProgress {
    /// How far it is; nothing before it has started.
    pub status: Option<QueryStatus>,
    /// Events that the filters let pass so far.
    pub matched: u64,
    /// Events that were looked at so far.
    pub scanned: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Time since the start.
    pub elapsed: Duration,
}

/// CloudWatch's rows as ours. Its values are texts, and a field without a value is left out: `expected` says which columns there are, further ones
/// follow in the order in which they occur. Numbers and moments are taken as such where nothing of their text is lost.
pub fn results_of(rows: Vec<Vec<(String, String)>>, expected: Vec<String>) -> Results {
    let mut columns = expected;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let (mut values, mut pointer) = (vec![Value::Null; columns.len()], None);
        for (name, text) in row {
            if name == "@ptr" && !columns.contains(&name) {
                pointer = Some(text);
                continue;
            }
            let place = columns.iter().position(|column| *column == name).unwrap_or_else(|| {
                columns.push(name);
                columns.len() - 1
            });
            if values.len() <= place {
                values.resize(place + 1, Value::Null);
            }
            values[place] = value_of(text);
        }
        out.push((values, pointer));
    }
    for (values, _) in &mut out {
        values.resize(columns.len(), Value::Null);
    }
    Results { columns, rows: out, ..Results::default() }
}

fn value_of(text: String) -> Value {
    let number = text.parse::<f64>().ok().map(Value::Number);
    let time = || moment_ms(&text).map(Value::Time);
    let same = |value: &Value| value.shown().as_deref() == Some(text.as_str());
    number.filter(same).or_else(|| time().filter(same)).unwrap_or_else(|| Value::Text(text.into()))
}

/// A moment as CloudWatch writes it, `2026-10-01 12:00:00.000` in UTC, in milliseconds since the epoch.
pub fn moment_ms(text: &str) -> Option<i64> {
    if text.len() != 23 || !text.is_char_boundary(10) || text.as_bytes()[10] != b' ' {
        return None;
    }
    let moment = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn rows_of_cloudwatch_become_values_without_loss() {
        let rows = vec![
            row(&[("n", "12"), ("at", "2026-10-01 12:00:00.000"), ("@ptr", "p1")]),
            row(&[("id", "007"), ("n", "1.50"), ("extra", "x")]),
        ];
        let results = results_of(rows, vec!["id".to_owned(), "n".to_owned()]);
        assert_eq!(results.columns, ["id", "n", "at", "extra"]);
        let (first, pointer) = &results.rows[0];
        assert_eq!(first[..3], [Value::Null, Value::Number(12.0), Value::Time(1_790_856_000_000)]);
        assert_eq!((pointer.as_deref(), first.len()), (Some("p1"), 4));
        assert_eq!(results.rows[1].0[0].shown().as_deref(), Some("007"));
        assert_eq!(results.rows[1].0[1].shown().as_deref(), Some("1.50"));
    }
}
