//! The colours of a query.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, TextStyle, Ui};

use crate::insights::{Highlight, highlight};
use crate::ui::theme::Theme;

/// Height of a line, points.
const LINE: f32 = 18.0;

/// The text laid out in its colours.
pub fn job(ui: &Ui, text: &str) -> LayoutJob {
    let (theme, font) = (Theme::of(ui), TextStyle::Monospace.resolve(ui.style()));
    let mut job = LayoutJob { keep_trailing_whitespace: true, ..LayoutJob::default() };
    let mut done = 0;
    for (span, part) in highlight(text) {
        if span.start >= done && text.get(done..span.start).is_some() && text.get(span.clone()).is_some() {
            job.append(&text[done..span.start], 0.0, format(&font, theme.text2));
            done = span.end;
            job.append(&text[span], 0.0, format(&font, color(theme, part)));
        }
    }
    job.append(&text[done..], 0.0, format(&font, theme.text2));
    job
}

fn format(font: &FontId, color: Color32) -> TextFormat {
    TextFormat { line_height: Some(LINE), ..TextFormat::simple(font.clone(), color) }
}

/// The colour of a part of a query.
pub fn color(theme: &Theme, part: Highlight) -> Color32 {
    let syntax = &theme.syntax;
    match part {
        Highlight::Command => syntax.command,
        Highlight::Function => syntax.function,
        Highlight::Keyword => syntax.keyword,
        Highlight::Field => theme.text,
        Highlight::Text => syntax.text,
        Highlight::Number => syntax.number,
        Highlight::Regex => syntax.pattern,
        Highlight::Comment => theme.text3,
        Highlight::Operator | Highlight::Pipe => theme.text2,
        Highlight::Error => theme.error.ink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_text_is_laid_out_whatever_it_is() {
        let context = egui::Context::default();
        crate::ui::theme::install(&context);
        let mut output = context.run_ui(egui::RawInput::default(), |ui| {
            for text in ["", "fields @message | filter a like /é+/ # bemerkung", "filter \"open", "| | ´`", "parse @message 'a * b' as ü"]
            {
                assert_eq!(job(ui, text).text, text);
            }
        });
        output.textures_delta.clear();
    }
}
