//! Results as a table, as JSON, as CSV.

use std::io::Write;

use serde_json::{Map, Value as Json, json};

use crate::insights::{Results, Value};

/// Widest column of a table, in characters; longer values are cut there, and whole in the other forms.
const MAX_WIDTH: usize = 80;

fn cells(results: &Results) -> Vec<Vec<String>> {
    let shown = |value: &Value| value.shown().unwrap_or_default();
    results.rows.iter().map(|(values, _)| values.iter().map(shown).collect()).collect()
}

/// Aligned columns; numbers stand at the right.
pub(super) fn table(results: &Results, to: &mut impl Write) -> std::io::Result<()> {
    let cut = |text: &str| -> String {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_WIDTH + 1).collect();
        if line.chars().count() > MAX_WIDTH { line.chars().take(MAX_WIDTH - 1).chain(['…']).collect() } else { line }
    };
    let rows: Vec<Vec<String>> = cells(results).iter().map(|row| row.iter().map(|cell| cut(cell)).collect()).collect();
    let width = |column: usize| {
        let longest = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        longest.max(results.columns[column].chars().count())
    };
    let widths: Vec<usize> = (0..results.columns.len()).map(width).collect();
    let is_number =
        |column: usize| results.rows.iter().all(|(values, _)| matches!(values[column], Value::Number(_) | Value::Null)) && !rows.is_empty();
    let line = |row: &[String]| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widths[column];
            if is_number(column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(to, "{}", line(&results.columns))?;
    writeln!(to, "{}", widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  "))?;
    rows.iter().try_for_each(|row| writeln!(to, "{}", line(row)))
}

/// One object a line; numbers and truth values as such.
pub(super) fn json(results: &Results, to: &mut impl Write) -> std::io::Result<()> {
    for (values, _) in &results.rows {
        let members = results.columns.iter().zip(values).filter_map(|(name, value)| Some((name.clone(), as_json(value)?)));
        writeln!(to, "{}", Json::Object(members.collect::<Map<_, _>>()))?;
    }
    Ok(())
}

fn as_json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(truth) => json!(truth),
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => json!(*number as i64),
        Value::Number(number) => json!(number),
        Value::Json(json) => (**json).clone(),
        Value::Time(_) | Value::Text(_) => json!(value.shown()),
    })
}

/// As RFC 4180 has it, with a line of names.
pub(super) fn csv(results: &Results, to: &mut impl Write) -> std::io::Result<()> {
    let quoted = |text: &String| {
        if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() }
    };
    let line = |row: &[String]| row.iter().map(quoted).collect::<Vec<_>>().join(",");
    writeln!(to, "{}", line(&results.columns))?;
    cells(results).iter().try_for_each(|row| writeln!(to, "{}", line(row)))
}
