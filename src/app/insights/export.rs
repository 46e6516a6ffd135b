//! Rows as CSV, JSON and Markdown, to copy or to keep.

use serde_json::{Map, Value as Json};

use crate::base::clock::Timestamp;
use crate::insights::{Results, Value};

/// A form of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As RFC 4180 has it, with a line of names.
    Csv,
    /// A list of objects; numbers are numbers, what is not there is left out.
    Json,
    /// A table for documents and chats.
    Markdown,
}

impl Form {
    /// All, in the order of their menu.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Markdown];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Markdown => "Markdown",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Markdown => "md",
        }
    }

    /// A file name that sorts by time.
    pub fn file_name(self, now: Timestamp) -> String {
        format!("insights-{}.{}", now.strftime("%Y%m%d-%H%M%S"), self.extension())
    }

    /// The rows in this form; `order` says which, in which order.
    pub fn write(self, results: &Results, order: impl Iterator<Item = usize>) -> String {
        match self {
            Self::Csv => csv(results, order),
            Self::Json => json(results, order),
            Self::Markdown => markdown(results, order),
        }
    }
}

fn csv(results: &Results, order: impl Iterator<Item = usize>) -> String {
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let head = line(results.columns.iter().map(|name| quoted(name)).collect());
    let rows = order.map(|row| line(shown(results, row).map(|text| quoted(&disarmed(text))).collect()));
    std::iter::once(head).chain(rows).collect()
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A cell that a spreadsheet would take for a formula stays text: logs are written by strangers.
fn disarmed(text: String) -> String {
    if text.starts_with(['=', '+', '@', '\t']) && text.len() > 1 { format!("'{text}") } else { text }
}

fn shown(results: &Results, row: usize) -> impl Iterator<Item = String> + '_ {
    results.rows[row].0.iter().map(|value| value.shown().unwrap_or_default())
}

fn json(results: &Results, order: impl Iterator<Item = usize>) -> String {
    let rows: Vec<Json> = order.map(|row| Json::Object(object(results, row))).collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

/// A row as an object; what is not there is left out.
pub fn object(results: &Results, row: usize) -> Map<String, Json> {
    let fields = results.columns.iter().zip(&results.rows[row].0);
    fields.filter_map(|(name, value)| Some((name.clone(), json_value(value)?))).collect()
}

fn json_value(value: &Value) -> Option<Json> {
    match value {
        Value::Bool(truth) => Some(Json::Bool(*truth)),
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(Json::from(*number as i64)),
        Value::Number(number) => Some(Json::from(*number)),
        other => other.shown().map(Json::String),
    }
}

fn markdown(results: &Results, order: impl Iterator<Item = usize>) -> String {
    let cell = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ");
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = line(results.columns.iter().map(|name| cell(name)).collect());
    let rule = line((0..results.columns.len()).map(|column| if is_numeric(results, column) { "---:" } else { "---" }.to_owned()).collect());
    let rows = order.map(|row| line(shown(results, row).map(|text| cell(&text)).collect()));
    [head, rule].into_iter().chain(rows).collect()
}

/// Rows that a column is judged by.
const LOOKED_AT: usize = 200;

/// Whether the column holds numbers alone, so that they stand at the right.
pub fn is_numeric(results: &Results, column: usize) -> bool {
    let mut first = results.rows.iter().map(|(values, _)| &values[column]).filter(|value| !value.is_null()).take(LOOKED_AT).peekable();
    first.peek().is_some() && first.all(|value| matches!(value, Value::Number(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Results {
        Results {
            columns: ["model", "n", "at"].map(str::to_owned).to_vec(),
            rows: vec![
                (vec![Value::Text("a, \"b\"|c\nd".into()), Value::Number(1.5), Value::Null], None),
                (vec![Value::Text("=1+1".into()), Value::Number(20.0), Value::Time(0)], None),
            ],
            ..Results::default()
        }
    }

    #[test]
    fn csv_quotes_and_disarms_formulas() {
        assert_eq!(Form::Csv.write(&results(), 0..2), "model,n,at\r\n\"a, \"\"b\"\"|c\nd\",1.5,\r\n'=1+1,20,1970-01-01 00:00:00.000\r\n");
    }

    #[test]
    fn json_has_numbers_and_leaves_out_what_is_not_there() {
        let rows: Json = serde_json::from_str(&Form::Json.write(&results(), [1, 0].into_iter())).unwrap();
        assert_eq!(
            rows,
            serde_json::json!([{"model": "=1+1", "n": 20, "at": "1970-01-01 00:00:00.000"}, {"model": "a, \"b\"|c\nd", "n": 1.5}])
        );
    }

    #[test]
    fn markdown_is_one_line_a_row_with_numbers_at_the_right() {
        let text = Form::Markdown.write(&results(), 0..2);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[..3], ["| model | n | at |", "| --- | ---: | --- |", "| a, \"b\"\\|c d | 1.5 |  |"]);
        assert_eq!(lines.len(), 4);
    }
}
