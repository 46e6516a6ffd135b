//! The columns of the list: which, in which order, how wide. Kept with the settings.

use serde::{Deserialize, Serialize};

use crate::logs::field::Field;

/// Narrowest and widest column, points.
const WIDTHS: (f32, f32) = (36.0, 1_200.0);

/// Most columns.
pub const MOST: usize = 24;

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// A field's short name or dotted path.
    pub field: String,
    /// Width in points; none is the field's usual one, and for prompts what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<f32>,
}

impl Column {
    /// A column of usual width.
    pub fn of(field: &str) -> Self {
        Self { field: field.to_owned(), width: None }
    }

    /// What it shows.
    pub fn field(&self) -> Field {
        Field::named(&self.field)
    }
}

/// The columns from left to right; never none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Column>", into = "Vec<Column>")]
pub struct Columns(Vec<Column>);

impl Default for Columns {
    fn default() -> Self {
        Self(["time", "model", "operation", "result", "prompt", "in", "out", "latency"].map(Column::of).to_vec())
    }
}

/// The columns of a file, or the usual ones where it says nonsense.
impl From<Vec<Column>> for Columns {
    fn from(columns: Vec<Column>) -> Self {
        let columns = Self(columns);
        if columns.is_usable() { columns } else { Self::default() }
    }
}

impl From<Columns> for Vec<Column> {
    fn from(columns: Columns) -> Self {
        columns.0
    }
}

impl Columns {
    /// From left to right.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Column> {
        self.0.iter()
    }

    /// What the columns show.
    pub fn fields(&self) -> Vec<Field> {
        self.0.iter().map(Column::field).collect()
    }

    /// Whether a column shows `field`.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|column| column.field == field)
    }

    /// Whether a file said nonsense: no columns, too many, the same twice.
    fn is_usable(&self) -> bool {
        let unique = |column: &Column| self.0.iter().filter(|other| other.field == column.field).count() == 1;
        (1..=MOST).contains(&self.0.len()) && self.0.iter().all(unique)
    }

    /// With a column for `field` at the right end, or without it; the last column stays.
    #[must_use]
    pub fn toggled(mut self, field: &str) -> Self {
        match self.0.iter().position(|column| column.field == field) {
            Some(place) if self.0.len() > 1 => drop(self.0.remove(place)),
            None if self.0.len() < MOST => self.0.push(Column::of(field)),
            _ => {}
        }
        self
    }

    /// With the column at `from` moved to the place `to`.
    #[must_use]
    pub fn moved(mut self, from: usize, to: usize) -> Self {
        if from < self.0.len() {
            let column = self.0.remove(from);
            self.0.insert(to.min(self.0.len()), column);
        }
        self
    }

    /// With another width of the column at `place`, points.
    #[must_use]
    pub fn resized(mut self, place: usize, width: Option<f32>) -> Self {
        if let Some(column) = self.0.get_mut(place) {
            column.width = width.map(|width| width.clamp(WIDTHS.0, WIDTHS.1).round());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(columns: &Columns) -> Vec<&str> {
        columns.iter().map(|column| column.field.as_str()).collect()
    }

    #[test]
    fn columns_come_go_and_move() {
        let columns = Columns::default().toggled("operation").toggled("cost").moved(7, 0);
        assert_eq!(names(&columns), ["cost", "time", "model", "result", "prompt", "in", "out", "latency"]);
        assert_eq!(columns.clone().moved(9, 0), columns);
        let one = Columns(vec![Column::of("time")]);
        assert_eq!(one.clone().toggled("time"), one);
        assert_eq!(Columns::default().resized(0, Some(3.0)).iter().next().unwrap().width, Some(WIDTHS.0));
    }

    #[test]
    fn nonsense_in_a_file_gives_the_usual_columns() {
        let read = |text: &str| serde_json::from_str::<Columns>(text).unwrap();
        assert_eq!(read("[]"), Columns::default());
        assert_eq!(read(r#"[{"field":"time"},{"field":"time"}]"#), Columns::default());
        assert_eq!(names(&read(r#"[{"field":"cost","width":80.0},{"field":"a.b"}]"#)), ["cost", "a.b"]);
    }
}
