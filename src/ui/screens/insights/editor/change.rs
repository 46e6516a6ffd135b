//! Changes of the text that are made for a person: a suggestion written, lines made remarks.

use std::ops::Range;

/// A text after a change, with the selected part in bytes, the cursor last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub text: String,
    pub selected: (usize, usize),
}

/// Writes `insert` in place of `range`; the cursor stands `back` characters before its end.
pub fn write(text: &str, range: Range<usize>, insert: &str, back: usize) -> Changed {
    let mut changed = text.to_owned();
    // A word that is followed by a space needs no other one.
    let insert = if text[range.end..].starts_with(' ') { insert.trim_end() } else { insert };
    changed.replace_range(range.clone(), insert);
    let back: usize = insert.chars().rev().take(back).map(char::len_utf8).sum();
    let at = range.start + insert.len() - back;
    Changed { text: changed, selected: (at, at) }
}

/// Makes the lines of the selected part remarks, or commands again when all of them are remarks.
pub fn switch_comment(text: &str, selected: (usize, usize)) -> Changed {
    let (first, last) = (selected.0.min(selected.1), selected.0.max(selected.1));
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
    let lines: Vec<&str> = text[start..end].split('\n').collect();
    let are_remarks = lines.iter().all(|line| line.trim_start().starts_with('#') || line.trim().is_empty());
    let switched: Vec<String> = lines.iter().map(|line| if are_remarks { without_mark(line) } else { format!("# {line}") }).collect();
    let switched = switched.join("\n");
    let grown = switched.len() as i64 - (end - start) as i64;
    let first_grown = if are_remarks { -(lines[0].len() as i64 - without_mark(lines[0]).len() as i64) } else { 2 };
    let moved = |byte: usize, by: i64, least: usize| ((byte as i64 + by).max(least as i64)) as usize;
    let (from, to) = (moved(first, first_grown, start), moved(last, grown, start));
    let selected = if selected.0 <= selected.1 { (from, to) } else { (to, from) };
    Changed { text: format!("{}{switched}{}", &text[..start], &text[end..]), selected }
}

fn without_mark(line: &str) -> String {
    match line.split_once('#') {
        Some((before, after)) if before.trim().is_empty() => format!("{before}{}", after.strip_prefix(' ').unwrap_or(after)),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_replaces_the_word_and_the_cursor_stands_between_brackets() {
        let changed = write("stats cou by a", 6..9, "count()", 1);
        assert_eq!((changed.text.as_str(), changed.selected), ("stats count() by a", (12, 12)));
        assert_eq!(write("fi x", 0..2, "filter ", 0), Changed { text: "filter x".to_owned(), selected: (6, 6) });
    }

    #[test]
    fn lines_become_remarks_and_back() {
        let text = "fields a\n| filter b\n| limit 1";
        let once = switch_comment(text, (12, 12));
        assert_eq!((once.text.as_str(), once.selected), ("fields a\n# | filter b\n| limit 1", (14, 14)));
        assert_eq!(switch_comment(&once.text, once.selected), Changed { text: text.to_owned(), selected: (12, 12) });
        let all = switch_comment(text, (text.len(), 0));
        assert_eq!((all.text.as_str(), all.selected), ("# fields a\n# | filter b\n# | limit 1", (35, 2)));
        assert_eq!(switch_comment(&all.text, all.selected).text, text);
        assert_eq!(switch_comment("", (0, 0)).text, "");
    }

    proptest::proptest! {
        #[test]
        fn the_selected_part_stays_inside(text in "[#a \n|é]{0,30}", a in 0usize..30, b in 0usize..30) {
            let at = |n: usize| text.char_indices().map(|(at, _)| at).nth(n).unwrap_or(text.len());
            let changed = switch_comment(&text, (at(a), at(b)));
            proptest::prop_assert!(changed.selected.0 <= changed.text.len() && changed.selected.1 <= changed.text.len());
        }
    }
}
