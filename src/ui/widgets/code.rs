//! Blocks of code: JSON coloured, with a button that copies.

use std::sync::Arc;

use egui::cache::{ComputerMut, FrameCache};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Color32, FontId, Frame, Label, Margin, ScrollArea, Stroke, Ui, UiBuilder};

use super::copyable;
use crate::ui::theme::{Theme, size, text};

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Text as it is.
    #[default]
    Plain,
    /// JSON: names, strings, numbers and words in colours.
    Json,
    /// A command line: options in a colour.
    Shell,
}

/// Above this many bytes a block is shown without colours: laying out is what costs.
const COLOUR_LIMIT: usize = 200_000;

/// A block of code.
#[derive(Debug, Clone, Copy)]
#[must_use = "show it with `show`"]
pub struct CodeBlock<'a> {
    code: &'a str,
    language: Language,
    name: &'a str,
    wrap: bool,
    max_height: f32,
    copy: bool,
    copied_as: Option<&'a str>,
}

impl<'a> CodeBlock<'a> {
    /// A block that wraps, as high as its content.
    pub fn new(code: &'a str) -> Self {
        Self { code, language: Language::Plain, name: "code", wrap: true, max_height: f32::INFINITY, copy: true, copied_as: None }
    }

    /// A block of JSON.
    pub fn json(code: &'a str) -> Self {
        Self { language: Language::Json, name: "JSON", ..Self::new(code) }
    }

    /// A command line.
    pub fn shell(code: &'a str) -> Self {
        Self { language: Language::Shell, name: "command", ..Self::new(code) }
    }

    /// What the block holds.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// What it is, for the button that copies: `Copy trust policy`.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = name;
        self
    }

    /// Long lines are scrolled to instead of wrapped.
    pub fn no_wrap(mut self) -> Self {
        self.wrap = false;
        self
    }

    /// Higher content scrolls.
    pub fn max_height(mut self, points: f32) -> Self {
        self.max_height = points;
        self
    }

    /// What is copied instead of what is shown, where parts of it are masked.
    pub fn copied_as(mut self, code: &'a str) -> Self {
        self.copied_as = Some(code);
        self
    }

    /// Without the button that copies.
    pub fn no_copy(mut self) -> Self {
        self.copy = false;
        self
    }

    /// Shows the block across the place.
    pub fn show(self, ui: &mut Ui) {
        let theme = Theme::of(ui);
        let frame = Frame::new()
            .fill(theme.field)
            .stroke(Stroke::new(size::LINE, theme.line))
            .corner_radius(size::RADIUS)
            .inner_margin(Margin::symmetric(10, 8));
        let shown = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            self.scrolled(ui, theme);
        });
        if self.copy {
            self.copy_corner(ui, shown.response.rect);
        }
    }

    fn scrolled(&self, ui: &mut Ui, theme: &'static Theme) {
        let scroll = if self.wrap { ScrollArea::vertical() } else { ScrollArea::both() };
        let least = if self.max_height.is_finite() { self.max_height } else { 64.0 };
        let scroll = scroll.id_salt(("code", self.name, self.code.len())).max_height(self.max_height).min_scrolled_height(least);
        scroll.auto_shrink([false, true]).show(ui, |ui| {
            let mut job = Arc::unwrap_or_clone(coloured(ui, self.code, self.language, theme));
            job.wrap.max_width = if self.wrap { ui.available_width() - if self.copy { 24.0 } else { 0.0 } } else { f32::INFINITY };
            let mode = if self.wrap { egui::TextWrapMode::Wrap } else { egui::TextWrapMode::Extend };
            ui.scope(|ui| {
                if self.wrap {
                    ui.set_max_width(job.wrap.max_width);
                }
                ui.add(Label::new(job).wrap_mode(mode).selectable(true));
            });
        });
    }

    fn copy_corner(&self, ui: &mut Ui, block: egui::Rect) {
        let corner = Align2::RIGHT_TOP.align_size_within_rect(egui::vec2(20.0, 20.0), block.shrink(5.0));
        let mut corner_ui = ui.new_child(UiBuilder::new().max_rect(corner).id_salt(("copy", self.name, self.code.len())));
        copyable::copy_button(&mut corner_ui, self.name, || self.copied_as.unwrap_or(self.code).to_owned());
    }
}

#[derive(Default)]
struct Colourer;

type Key<'k> = (&'k str, Language, bool);

impl ComputerMut<Key<'_>, Arc<LayoutJob>> for Colourer {
    fn compute(&mut self, (code, language, dark): Key<'_>) -> Arc<LayoutJob> {
        let theme = if dark { Theme::dark() } else { Theme::light() };
        Arc::new(layout(code, language, theme))
    }
}

/// The text of a block with its colours; remembered while it is shown.
pub fn coloured(ui: &Ui, code: &str, language: Language, theme: &'static Theme) -> Arc<LayoutJob> {
    ui.memory_mut(|memory| memory.caches.cache::<FrameCache<Arc<LayoutJob>, Colourer>>().get((code, language, theme.dark)).clone())
}

fn layout(code: &str, language: Language, theme: &Theme) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut push = |piece: &str, color: Color32| job.append(piece, 0.0, format(color));
    match language {
        _ if code.len() > COLOUR_LIMIT => push(code, theme.text2),
        Language::Plain => push(code, theme.text2),
        Language::Shell => shell_pieces(code, theme, &mut push),
        Language::Json => json_pieces(code, theme, &mut push),
    }
    job
}

fn format(color: Color32) -> TextFormat {
    let mut format = TextFormat::simple(FontId::new(text::MONO, egui::FontFamily::Monospace), color);
    format.line_height = Some(17.0);
    format
}

fn shell_pieces(code: &str, theme: &Theme, push: &mut impl FnMut(&str, Color32)) {
    for (i, piece) in code.split_inclusive([' ', '\n']).enumerate() {
        let color = if piece.starts_with('-') {
            theme.accent.ink
        } else if i == 0 {
            theme.text
        } else {
            theme.text2
        };
        push(piece, color);
    }
}

fn json_pieces(code: &str, theme: &Theme, push: &mut impl FnMut(&str, Color32)) {
    let mut rest = code;
    while !rest.is_empty() {
        let (length, color) = json_piece(rest, theme);
        let (piece, tail) = rest.split_at(length);
        push(piece, color);
        rest = tail;
    }
}

/// Length in bytes and colour of the next piece of JSON text; anything that is not JSON is taken as it is.
fn json_piece(rest: &str, theme: &Theme) -> (usize, Color32) {
    match rest.as_bytes()[0] {
        b'"' => {
            let length = string_length(rest);
            let name = rest[length..].trim_start().starts_with(':');
            (length, if name { theme.series_at(0) } else { theme.ok.ink })
        }
        b'-' | b'0'..=b'9' => (prefix(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')), theme.warn.ink),
        b'a'..=b'z' => (prefix(rest, |c| c.is_ascii_alphabetic()), theme.series_at(3)),
        _ => (prefix(rest, |c| !matches!(c, '"' | '-' | '0'..='9' | 'a'..='z')).max(1), theme.text2),
    }
}

fn prefix(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Bytes of the string literal at the start of `text`, quotes included; an unclosed one ends with the line.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            '\n' => return i,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(code: &str) -> Vec<(String, Color32)> {
        let mut out = Vec::new();
        json_pieces(code, Theme::dark(), &mut |piece: &str, color| out.push((piece.to_owned(), color)));
        out
    }

    #[test]
    fn json_keeps_its_text_and_tells_names_from_strings() {
        let code = "{\"näme\": \"a \\\"b\\\" ü\", \"n\": -1.5e3, \"ok\": true, \"x\": null}";
        let got = pieces(code);
        assert_eq!(got.iter().map(|(piece, _)| piece.as_str()).collect::<String>(), code);
        let color_of = |text: &str| got.iter().find(|(piece, _)| piece == text).unwrap().1;
        let theme = Theme::dark();
        assert_eq!(color_of("\"näme\""), theme.series_at(0));
        assert_eq!(color_of("\"a \\\"b\\\" ü\""), theme.ok.ink);
        assert_eq!(color_of("-1.5e3"), theme.warn.ink);
        assert_eq!(color_of("true"), theme.series_at(3));
    }

    #[test]
    fn broken_json_is_shown_as_it_is() {
        for code in ["\"open", "{\"a\": \"open\n}", "é€{", "\\", "-", "\"\\"] {
            assert_eq!(pieces(code).iter().map(|(piece, _)| piece.as_str()).collect::<String>(), code);
        }
    }
}
