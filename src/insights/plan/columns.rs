//! The columns of a result.

use super::super::ast::{Command, Query};
use super::super::commands::{DIFF_COLUMNS, PATTERN_COLUMNS};

impl Query {
    /// The columns of the result.
    pub(in super::super) fn columns(&self) -> Vec<String> {
        let names = of(&self.commands);
        if names.is_empty() { vec!["@timestamp".to_owned(), "@message".to_owned()] } else { names }
    }
}

/// The last display's, or those of the last stats, or all fields that were named; none when nothing was.
pub(super) fn of(commands: &[Command]) -> Vec<String> {
    let mut columns = Columns::default();
    for command in commands {
        match command {
            Command::Fields(list) => columns.add(list.iter().map(|named| &*named.name)),
            Command::Display(list) => columns.set(list.iter().map(|named| &*named.name), true),
            Command::Stats(stats) => columns.set(stats.by.iter().chain(&stats.values).map(|named| &*named.name), false),
            Command::Pattern(_) => columns.set(PATTERN_COLUMNS, false),
            Command::Diff(_) => columns.set(DIFF_COLUMNS, false),
            Command::Accum { into, .. } => columns.add([&**into]),
            Command::AddTotals(totals) => {
                columns.add(totals.fields.iter().map(String::as_str));
                columns.add(totals.row.then_some(&*totals.name));
            }
            other if !columns.names.is_empty() => columns.add(other.defines().into_iter().map(String::as_str)),
            _ => {}
        }
    }
    columns.names
}

/// Whether a name fits one with stars.
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    for part in inner {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Names of columns, each once.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    /// Whether `display` said which they are, so that later fields do not join them.
    is_fixed: bool,
}

impl Columns {
    fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            if !self.is_fixed && !self.names.iter().any(|held| held == name) {
                self.names.push(name.to_owned());
            }
        }
    }

    fn set<'a>(&mut self, names: impl IntoIterator<Item = &'a str>, is_fixed: bool) {
        (self.names, self.is_fixed) = (Vec::new(), false);
        self.add(names);
        self.is_fixed = is_fixed;
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stand_for_anything() {
        for (name, pattern, wanted) in
            [("cpu_user", "cpu*", true), ("a.b.c", "a*c", true), ("ab", "a*b*", true), ("ab", "b*", false), ("a", "a", true)]
        {
            assert_eq!(fits(name, pattern), wanted, "{name} {pattern}");
        }
    }
}
