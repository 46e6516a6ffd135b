//! Records as text to paste or to keep: aligned columns, CSV, a JSON array, JSON lines.

use std::borrow::{Borrow, Cow};

use serde_json::Value;
use strum::{EnumIter, IntoStaticStr};

use super::field::{Field, Source};
use super::store::Entry;

/// Characters of a value in columns; the other shapes leave nothing out.
const CELL: usize = 120;

/// Shapes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
pub enum Shape {
    /// The chosen columns, one record a line, aligned.
    Text,
    /// An array of whole records, indented.
    Json,
    /// The chosen columns with a heading, as RFC 4180 has it.
    Csv,
    /// Whole records, one a line as they came.
    Lines,
}

impl Shape {
    /// Ending of files in this shape, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Lines => "ndjson",
        }
    }
}

/// Writes records one after the other.
#[derive(Debug)]
pub struct Writer<'f> {
    shape: Shape,
    fields: &'f [Field],
    widths: Vec<usize>,
    written: usize,
}

impl<'f> Writer<'f> {
    /// Writes `fields` of records in `shape`; shapes of whole records need no fields.
    pub fn new(shape: Shape, fields: &'f [Field]) -> Self {
        let widths = fields.iter().map(|field| field.title().chars().count()).collect();
        Self { shape, fields, widths, written: 0 }
    }

    /// Looks at a record before anything is written, so that its values have room in their columns.
    pub fn make_room(&mut self, entry: &Entry) {
        if self.shape == Shape::Text {
            for (field, width) in self.fields.iter().zip(&mut self.widths) {
                *width = (*width).max(cell(field, entry).chars().count());
            }
        }
    }

    /// What stands before the first record.
    pub fn head(&self) -> String {
        let titles = self.fields.iter().map(|field| Cow::Borrowed(field.title()));
        match self.shape {
            Shape::Text => self.aligned(titles),
            Shape::Csv => csv_line(self.fields.iter().map(|field| Cow::Borrowed(field.name()))),
            Shape::Json => "[\n".to_owned(),
            Shape::Lines => String::new(),
        }
    }

    /// A record with its line break.
    pub fn record(&mut self, entry: &Entry) -> String {
        self.written += 1;
        match self.shape {
            Shape::Text => self.aligned(self.fields.iter().map(|field| Cow::Owned(cell(field, entry)))),
            Shape::Csv => csv_line(self.fields.iter().map(|field| Cow::Owned(value(field, entry)))),
            Shape::Json => format!("{}{}", if self.written > 1 { ",\n" } else { "" }, indented(&entry.line)),
            Shape::Lines => format!("{}\n", entry.line.trim_end_matches(['\n', '\r']).replace('\n', " ")),
        }
    }

    /// What stands after the last record.
    pub fn foot(&self) -> &'static str {
        if self.shape == Shape::Json { "\n]\n" } else { "" }
    }

    fn aligned<'a>(&self, cells: impl Iterator<Item = Cow<'a, str>>) -> String {
        let padded = cells
            .zip(self.fields.iter().zip(&self.widths))
            .map(|(cell, (field, width))| if field.is_number() { format!("{cell:>width$}") } else { format!("{cell:<width$}") });
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    }
}

/// A few records as one text; for many use a [`Writer`] and a file.
pub fn text<E: Borrow<Entry>>(shape: Shape, fields: &[Field], entries: impl Iterator<Item = E> + Clone) -> String {
    let mut writer = Writer::new(shape, fields);
    entries.clone().for_each(|entry| writer.make_room(entry.borrow()));
    let head = writer.head();
    let body: String = entries.map(|entry| writer.record(entry.borrow())).collect();
    format!("{head}{body}{}", writer.foot())
}

fn value(field: &Field, entry: &Entry) -> String {
    field.value(Source::of(entry)).map(|value| value.to_string()).unwrap_or_default()
}

fn cell(field: &Field, entry: &Entry) -> String {
    crate::base::text::one_line(&value(field, entry), CELL)
}

/// Values that a spreadsheet would take for a formula are kept from being one by a quote mark before them.
fn csv_line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> String {
    let quoted = cells.map(|cell| {
        let is_number = cell.parse::<f64>().is_ok();
        let cell = if !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{cell}")) } else { cell };
        if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.into_owned() }
    });
    format!("{}\r\n", quoted.collect::<Vec<_>>().join(","))
}

/// The line as indented JSON; one that is not JSON as a string.
fn indented(line: &str) -> String {
    let value = serde_json::from_str::<Value>(line).unwrap_or_else(|_| Value::String(line.to_owned()));
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entries() -> Vec<Entry> {
        let line = |model: &str, tokens: u64, text: &str| json!({"modelId": model, "operation": "Converse", "input": {"inputTokenCount": tokens, "inputBodyJson": {"messages": [{"role": "user", "content": [{"text": text}]}]}}});
        vec![
            Entry::new("1", 0, &line("a", 5, "say \"x\", please").to_string()),
            Entry::new("2", 1, &line("long-model", 1_200, "=1+1").to_string()),
            Entry::new("3", 2, "plain line"),
        ]
    }

    fn fields() -> Vec<Field> {
        ["model", "in", "prompt"].map(Field::named).to_vec()
    }

    #[test]
    fn columns_are_aligned_numbers_at_the_right() {
        let text = text(Shape::Text, &fields(), entries().iter());
        assert_eq!(text, "Model         In  Prompt\na              5  say \"x\", please\nlong-model  1200  =1+1\n\n");
    }

    #[test]
    fn csv_is_quoted_and_no_formula() {
        let text = text(Shape::Csv, &fields(), entries().iter());
        assert_eq!(text, "model,in,prompt\r\na,5,\"say \"\"x\"\", please\"\r\nlong-model,1200,'=1+1\r\n,,\r\n");
    }

    #[test]
    fn json_is_an_array_and_lines_are_as_they_came() {
        let entries = entries();
        let array: Value = serde_json::from_str(&text(Shape::Json, &[], entries.iter())).unwrap();
        assert_eq!((array.as_array().unwrap().len(), &array[1]["modelId"], &array[2]), (3, &json!("long-model"), &json!("plain line")));
        let lines = text(Shape::Lines, &[], entries.iter());
        assert_eq!(lines.lines().collect::<Vec<_>>(), entries.iter().map(|entry| &*entry.line).collect::<Vec<_>>());
        assert_eq!(text(Shape::Json, &[], std::iter::empty::<Entry>()), "[\n\n]\n");
    }
}
