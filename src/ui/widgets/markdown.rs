//! Markdown as lab texts and model replies use it: headings, paragraphs, emphasis, code, lists, quotes, tables, links.
//!
//! Raw HTML is shown as text and images as their description: nothing is fetched.

mod blocks;

use std::sync::Arc;

use egui::cache::{ComputerMut, FrameCache};
use egui::text::{LayoutJob, TextFormat};
use egui::{FontFamily, FontId, Frame, Grid, Label, Margin, RichText, Stroke, Ui};

use self::blocks::{Block, Span, parse};
use super::code::{CodeBlock, Language};
use crate::ui::fonts;
use crate::ui::theme::{Theme, size, text};

/// Draws Markdown across the place. A click on a link that is not `http(s)` is returned for the screen to follow.
pub fn markdown(ui: &mut Ui, source: &str) -> Option<String> {
    let blocks = ui.memory_mut(|memory| memory.caches.cache::<FrameCache<Arc<Vec<Block>>, Parser>>().get(source).clone());
    let mut page = Page { clicked: None, number: 0 };
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::GAP;
        page.blocks(ui, &blocks);
    });
    page.clicked
}

/// Parses a text once while it is shown.
#[derive(Default)]
struct Parser;

impl ComputerMut<&str, Arc<Vec<Block>>> for Parser {
    fn compute(&mut self, source: &str) -> Arc<Vec<Block>> {
        Arc::new(parse(source))
    }
}

/// One drawing of a text.
struct Page {
    clicked: Option<String>,
    /// Tables need a name of their own.
    number: usize,
}

impl Page {
    fn blocks(&mut self, ui: &mut Ui, blocks: &[Block]) {
        for block in blocks {
            self.number += 1;
            match block {
                Block::Heading(level, spans) => self.heading(ui, *level, spans),
                Block::Paragraph(spans) => self.spans(ui, spans, text::BODY, false),
                Block::Code { language, code } => code_block(ui, language, code),
                Block::List { first, items } => self.list(ui, *first, items),
                Block::Quote(blocks) => self.quote(ui, blocks),
                Block::Table { head, rows } => self.table(ui, head, rows),
                Block::Rule => {
                    ui.separator();
                }
            }
        }
    }

    fn heading(&mut self, ui: &mut Ui, level: u8, spans: &[Span]) {
        let points = match level {
            1 => text::TITLE,
            2 => 16.0,
            3 => text::SECTION,
            _ => text::BODY,
        };
        ui.add_space(size::GAP_SMALL);
        self.spans(ui, spans, points, true);
    }

    /// Running text. Without links it is one label, so that it is selected and read as one.
    fn spans(&mut self, ui: &mut Ui, spans: &[Span], points: f32, head: bool) {
        let theme = Theme::of(ui);
        if spans.iter().all(|span| span.link.is_none()) {
            let mut job = LayoutJob::default();
            for span in spans {
                job.append(&span.text, 0.0, format(span, points, head, theme));
            }
            ui.add(Label::new(job).wrap());
            return;
        }
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for span in spans {
                self.span(ui, span, points, head, theme);
            }
        });
    }

    fn span(&mut self, ui: &mut Ui, span: &Span, points: f32, head: bool, theme: &Theme) {
        match &span.link {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                ui.hyperlink_to(&span.text, url);
            }
            Some(url) => {
                if ui.link(&span.text).clicked() {
                    self.clicked = Some(url.clone());
                }
            }
            None => {
                let mut job = LayoutJob::default();
                job.append(&span.text, 0.0, format(span, points, head, theme));
                ui.add(Label::new(job).wrap());
            }
        }
    }

    fn list(&mut self, ui: &mut Ui, first: Option<u64>, items: &[Vec<Block>]) {
        let theme = Theme::of(ui);
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        for (i, item) in items.iter().enumerate() {
            let mark = first.map_or_else(|| "•".to_owned(), |first| format!("{}.", first + i as u64));
            super::low_row(ui, |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let width = if first.is_some() { 22.0 } else { 12.0 };
                ui.allocate_ui_with_layout(egui::vec2(width, text::BODY_LINE), egui::Layout::right_to_left(egui::Align::Min), |ui| {
                    ui.set_min_width(width);
                    ui.label(RichText::new(mark).color(theme.text3));
                });
                ui.vertical(|ui| self.blocks(ui, item));
            });
        }
        ui.spacing_mut().item_spacing.y = size::GAP;
    }

    fn quote(&mut self, ui: &mut Ui, blocks: &[Block]) {
        let theme = Theme::of(ui);
        let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 2, bottom: 2 });
        let rect = frame.show(ui, |ui| ui.vertical(|ui| self.blocks(ui, blocks))).response.rect;
        ui.painter().vline(rect.left() + 2.0, rect.y_range(), Stroke::new(3.0, theme.line_strong));
    }

    fn table(&mut self, ui: &mut Ui, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) {
        let width = (ui.available_width() / head.len().max(1) as f32 - 16.0).max(60.0);
        let theme = Theme::of(ui);
        let frame =
            Frame::new().stroke(Stroke::new(size::LINE, theme.line)).corner_radius(size::RADIUS).inner_margin(Margin::symmetric(10, 6));
        frame.show(ui, |ui| {
            Grid::new(("markdown-table", self.number))
                .striped(true)
                .spacing([16.0, 6.0])
                .max_col_width(width)
                .min_row_height(text::BODY_LINE)
                .show(ui, |ui| {
                    for cell in head {
                        self.spans(ui, cell, text::SECONDARY, true);
                    }
                    ui.end_row();
                    for row in rows {
                        for cell in row {
                            self.spans(ui, cell, text::BODY, false);
                        }
                        ui.end_row();
                    }
                });
        });
    }
}

fn code_block(ui: &mut Ui, language: &str, code: &str) {
    let language = match language {
        "json" => Language::Json,
        "sh" | "bash" | "shell" | "console" => Language::Shell,
        _ => Language::Plain,
    };
    CodeBlock::new(code.trim_end()).language(language).show(ui);
}

fn format(span: &Span, points: f32, head: bool, theme: &Theme) -> TextFormat {
    let family = match (span.code, span.bold || head) {
        (true, _) => FontFamily::Monospace,
        (false, true) => fonts::semibold(),
        (false, false) => FontFamily::Proportional,
    };
    let strong = head || span.bold || span.code;
    let mut format = TextFormat::simple(
        FontId::new(if span.code { points - 1.0 } else { points }, family),
        if strong { theme.text } else { theme.text2 },
    );
    format.italics = span.italic;
    format.line_height = Some((points * 1.4).round());
    if span.code {
        format.background = theme.raised;
    }
    if span.struck {
        format.strikethrough = Stroke::new(1.0, theme.text3);
    }
    format
}
