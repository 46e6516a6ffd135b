//! Selection in long lists: row indices, never labels, so that a list of a million rows selects and copies like one of ten.

use std::collections::BTreeSet;

use egui::{Event, Key, Modifiers, Ui};

/// The selected rows of a list and the place of the keyboard in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Whole ranges, `(first, last)`, both included, ascending and apart from each other.
    ranges: Vec<(usize, usize)>,
    /// Where a range starts when Shift is held.
    anchor: usize,
    /// Where the keyboard is.
    cursor: Option<usize>,
}

/// What the keyboard asked of a list, see [`Selection::keys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "scroll to the cursor, open or copy"]
pub struct ListKeys {
    /// The cursor moved to this row: scroll to it.
    pub moved_to: Option<usize>,
    /// Enter: open the row of the cursor.
    pub open: bool,
    /// Ctrl or Cmd-C: copy the selected rows.
    pub copy: bool,
}

impl Selection {
    /// Whether a row is selected.
    pub fn contains(&self, row: usize) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= row);
        after > 0 && self.ranges[after - 1].1 >= row
    }

    /// How many rows are selected.
    pub fn count(&self) -> usize {
        self.ranges.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The selected rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// The row of the keyboard: the one whose detail is shown.
    pub fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    /// Nothing selected, no cursor.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// One row alone.
    pub fn select(&mut self, row: usize) {
        self.ranges = vec![(row, row)];
        self.anchor = row;
        self.cursor = Some(row);
    }

    /// All of `len` rows; the cursor stays.
    pub fn select_all(&mut self, len: usize) {
        self.ranges = if len == 0 { Vec::new() } else { vec![(0, len - 1)] };
    }

    /// A click: alone it selects one row, with Shift the rows from the anchor, with Ctrl or Cmd it switches one row.
    pub fn click(&mut self, row: usize, modifiers: Modifiers) {
        if modifiers.shift {
            self.extend_to(row, modifiers.command);
        } else if modifiers.command {
            self.switch(row);
        } else {
            self.select(row);
        }
    }

    /// Takes the arrow, page, Home, End, Enter, Ctrl-A and Ctrl-C keys that a list of `len` rows understands; `page` rows are visible. Call it
    /// while the list has the keyboard.
    pub fn keys(&mut self, ui: &Ui, len: usize, page: usize) -> ListKeys {
        let events = ui.input(|input| input.events.clone());
        let mut out = ListKeys::default();
        for event in events {
            match event {
                Event::Key { key, pressed: true, modifiers, .. } => self.key(key, modifiers, len, page, &mut out),
                Event::Copy => out.copy = !self.is_empty(),
                _ => {}
            }
        }
        out
    }

    /// The rows as text, one after the other, by a function that makes the text of a row.
    pub fn text(&self, row_text: impl FnMut(usize) -> String) -> String {
        self.rows().map(row_text).collect::<Vec<_>>().join("\n")
    }

    fn key(&mut self, key: Key, modifiers: Modifiers, len: usize, page: usize, out: &mut ListKeys) {
        if len == 0 {
            return;
        }
        let last = len - 1;
        let here = self.cursor.map(|row| row.min(last));
        let target = match key {
            Key::A if modifiers.command => return self.select_all(len),
            Key::Enter => {
                out.open = here.is_some();
                return;
            }
            Key::ArrowDown => here.map_or(0, |row| (row + 1).min(last)),
            Key::ArrowUp => here.map_or(last, |row| row.saturating_sub(1)),
            Key::PageDown => here.map_or(0, |row| (row + page.max(1)).min(last)),
            Key::PageUp => here.map_or(0, |row| row.saturating_sub(page.max(1))),
            Key::Home => 0,
            Key::End => last,
            _ => return,
        };
        self.click(target, Modifiers { command: false, ctrl: false, mac_cmd: false, ..modifiers });
        out.moved_to = Some(target);
    }

    fn extend_to(&mut self, row: usize, keep: bool) {
        let (first, last) = (self.anchor.min(row), self.anchor.max(row));
        if !keep {
            self.ranges.clear();
        }
        self.add(first, last);
        self.cursor = Some(row);
    }

    fn switch(&mut self, row: usize) {
        if self.contains(row) {
            self.remove(row);
        } else {
            self.add(row, row);
        }
        self.anchor = row;
        self.cursor = Some(row);
    }

    fn add(&mut self, first: usize, last: usize) {
        let (mut first, mut last) = (first, last);
        self.ranges.retain(|(a, b)| {
            let apart = *b + 1 < first || last + 1 < *a;
            if !apart {
                first = first.min(*a);
                last = last.max(*b);
            }
            apart
        });
        let place = self.ranges.partition_point(|(a, _)| *a < first);
        self.ranges.insert(place, (first, last));
    }

    fn remove(&mut self, row: usize) {
        let split = |(first, last): (usize, usize)| {
            let before = (first < row).then(|| (first, row - 1));
            let after = (row < last).then(|| (row + 1, last));
            before.into_iter().chain(after)
        };
        let ranges = std::mem::take(&mut self.ranges);
        self.ranges = ranges
            .into_iter()
            .flat_map(|range| if (range.0..=range.1).contains(&row) { split(range).collect() } else { vec![range] })
            .collect();
    }
}

impl FromIterator<usize> for Selection {
    fn from_iter<I: IntoIterator<Item = usize>>(rows: I) -> Self {
        let mut selection = Self::default();
        for row in rows.into_iter().collect::<BTreeSet<_>>() {
            selection.add(row, row);
        }
        selection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Modifiers = Modifiers::NONE;
    const SHIFT: Modifiers = Modifiers::SHIFT;
    const CTRL: Modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };

    fn rows(selection: &Selection) -> Vec<usize> {
        selection.rows().collect()
    }

    #[test]
    fn click_shift_and_ctrl_select_as_everywhere() {
        let mut selection = Selection::default();
        selection.click(5, NONE);
        selection.click(8, SHIFT);
        assert_eq!(rows(&selection), [5, 6, 7, 8]);
        selection.click(3, SHIFT);
        assert_eq!(rows(&selection), [3, 4, 5]);
        selection.click(10, CTRL);
        selection.click(4, CTRL);
        assert_eq!(rows(&selection), [3, 5, 10]);
        assert_eq!(selection.count(), 3);
        selection.click(1, NONE);
        assert_eq!(rows(&selection), [1]);
    }

    #[test]
    fn a_million_rows_are_one_range() {
        let mut selection = Selection::default();
        selection.select_all(1_000_000);
        assert_eq!((selection.count(), selection.ranges.len()), (1_000_000, 1));
        assert!(selection.contains(999_999) && !selection.contains(1_000_000));
    }

    #[test]
    fn neighbours_become_one_range() {
        let selection: Selection = [9, 1, 2, 3, 8, 5].into_iter().collect();
        assert_eq!(selection.ranges, [(1, 3), (5, 5), (8, 9)]);
    }

    #[test]
    fn copying_builds_the_text_from_the_data_in_order() {
        let selection: Selection = [7, 2].into_iter().collect();
        assert_eq!(selection.text(|row| format!("row {row}")), "row 2\nrow 7");
    }

    #[test]
    fn keys_move_the_cursor_within_the_list() {
        let mut selection = Selection::default();
        let mut out = ListKeys::default();
        selection.key(Key::ArrowDown, NONE, 3, 2, &mut out);
        selection.key(Key::End, SHIFT, 3, 2, &mut out);
        assert_eq!((rows(&selection), out.moved_to), (vec![0, 1, 2], Some(2)));
        selection.key(Key::ArrowDown, NONE, 3, 2, &mut out);
        assert_eq!(selection.cursor(), Some(2));
        selection.key(Key::PageUp, NONE, 3, 2, &mut out);
        assert_eq!(rows(&selection), [0]);
        selection.key(Key::A, CTRL, 3, 2, &mut out);
        assert_eq!(selection.count(), 3);
        selection.key(Key::Enter, NONE, 3, 2, &mut out);
        assert!(out.open);
    }

    #[test]
    fn an_empty_list_ignores_keys() {
        let mut selection = Selection::default();
        let mut out = ListKeys::default();
        selection.key(Key::ArrowDown, NONE, 0, 10, &mut out);
        assert_eq!((out, selection.is_empty()), (ListKeys::default(), true));
    }

    proptest::proptest! {
        #[test]
        fn any_clicks_leave_sorted_ranges_apart(clicks in proptest::collection::vec((0usize..40, 0u8..4), 1..60)) {
            let mut selection = Selection::default();
            for (row, kind) in clicks {
                selection.click(row, Modifiers { shift: kind & 1 == 1, command: kind & 2 == 2, ..NONE });
            }
            proptest::prop_assert!(selection.ranges.iter().all(|(a, b)| a <= b));
            proptest::prop_assert!(selection.ranges.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }
}
