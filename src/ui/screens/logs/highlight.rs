//! Text with the hits of a query marked.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use crate::logs::query::Query;
use crate::ui::theme::Theme;

/// Characters kept before the first hit when the beginning of a text is left out.
const BEFORE_HIT: usize = 24;

/// `text` with hits on a tinted ground.
pub fn marked(theme: &Theme, text: &str, query: &Query, font: &FontId, color: Color32) -> LayoutJob {
    let plain = TextFormat::simple(font.clone(), color);
    let hit = TextFormat { background: theme.accent.tint, color: theme.text, ..plain.clone() };
    let mut job = LayoutJob::default();
    let mut end = 0;
    for range in query.hits(text) {
        job.append(&text[end..range.start], 0.0, plain.clone());
        job.append(&text[range.clone()], 0.0, hit.clone());
        end = range.end;
    }
    job.append(&text[end..], 0.0, plain);
    job
}

/// The part of a row's text that shows why the row was found: from shortly before the first hit in `preview`, else in the raw `line`, else the
/// beginning of `preview`.
pub fn snippet(preview: &str, line: &str, query: &Query) -> String {
    if query.is_empty() {
        return preview.to_owned();
    }
    if let Some(hit) = query.first_hit(preview) {
        return from_before(preview, hit.start);
    }
    match query.first_hit(line) {
        Some(hit) if !preview.is_empty() => readable(&from_before(line, hit.start)),
        _ => preview.to_owned(),
    }
}

/// `text` from a little before the byte `at`, with an ellipsis when something was left out; at most 200 characters.
fn from_before(text: &str, at: usize) -> String {
    let start = text[..at].char_indices().rev().nth(BEFORE_HIT - 1).map_or(0, |(index, _)| index);
    let part: String = text[start..].chars().take(200).collect();
    if start == 0 { part } else { format!("…{part}") }
}

/// A piece of raw JSON as a person reads it: escaped line breaks are spaces.
fn readable(json: &str) -> String {
    json.replace("\\n", " ").replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snippet_shows_the_first_hit() {
        let query = Query::new("refund");
        let long = format!("{} a refund please", "word ".repeat(40));
        assert_eq!(snippet("A refund", "", &query), "A refund");
        assert!(snippet(&long, &long, &query).starts_with('…'));
        assert!(snippet(&long, &long, &query).contains("refund please"));
        assert_eq!(snippet("question", r#"{"text":"say\nrefund"}"#, &query), "{\"text\":\"say refund\"}");
        assert_eq!(snippet("äöü", "line", &Query::default()), "äöü");
    }

    #[test]
    fn hits_have_their_own_ground() {
        let theme = Theme::dark();
        let job = marked(theme, "a refund b", &Query::new("refund"), &FontId::default(), theme.text);
        let grounds: Vec<_> = job.sections.iter().map(|section| section.format.background == theme.accent.tint).collect();
        assert_eq!((job.text.as_str(), grounds), ("a refund b", vec![false, true, false]));
    }
}
