//! The example prompts, by use case, with a preview of what each brings.

use egui::{Atom, RichText, Ui, vec2};

use super::composer;
use crate::app::playground::PlaygroundCommand;
use crate::app::{Command, Commands, State};
use crate::base::text::{bytes, count};
use crate::prompts::{self, ExamplePrompt};
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Chip, Field, Push, body, caption, hint, modal, note, scroll_up_to, section, title};

/// From this width in points on, list and preview stand side by side.
const SIDE_BY_SIDE: f32 = 620.0;

/// What the gallery keeps between frames.
#[derive(Debug, Default)]
pub struct Gallery {
    open: bool,
    opened: bool,
    query: String,
    /// The one use case that is shown.
    category: Option<&'static str>,
    chosen: usize,
    /// Size of the chosen one's document, measured once: a long one is made by a rule.
    document: Option<(usize, String, usize)>,
}

impl Gallery {
    /// Whether the gallery covers the screen.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens the gallery.
    pub fn open(&mut self) {
        self.open = true;
        self.opened = true;
    }

    /// Draws the gallery when it is open.
    pub fn ui(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        if !self.open {
            return;
        }
        let modal = modal(ui, "gallery").show(ui.ctx(), |ui| self.content(ui, state, commands));
        if modal.should_close() {
            self.open = false;
        }
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let screen = ui.ctx().content_rect();
        let width = (screen.width() - 64.0).min(900.0);
        ui.set_width(width);
        self.head(ui);
        let height = (screen.height() - 170.0).clamp(120.0, 560.0);
        if width < SIDE_BY_SIDE {
            self.list(ui, height * 0.4);
            ui.separator();
            self.preview(ui, height * 0.6 - 12.0, state, commands);
            return;
        }
        ui.horizontal_top(|ui| {
            ui.allocate_ui(vec2(270.0, height), |ui| ui.vertical(|ui| self.list(ui, height)));
            ui.add_space(size::GAP);
            ui.vertical(|ui| self.preview(ui, height, state, commands));
        });
    }

    fn head(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            section(ui, "Examples");
            let response =
                Field::new("Search examples", &mut self.query).hint("Title, use case or words").label_hidden().width(220.0).show(ui);
            if std::mem::take(&mut self.opened) {
                response.request_focus();
            }
            self.use_case(ui);
            hint(ui, format!("{} of {}", found(&self.query, self.category).len(), prompts::all().len()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(Push::icon(icons::X, "Close the examples")).clicked() {
                    self.open = false;
                }
            });
        });
        ui.add_space(size::GAP_SMALL);
    }

    fn use_case(&mut self, ui: &mut Ui) {
        let shown = self.category.unwrap_or("All use cases");
        let list = egui::ComboBox::from_id_salt("use-case").selected_text(shown).width(150.0);
        let response = list.show_ui(ui, |ui| {
            ui.selectable_value(&mut self.category, None, "All use cases");
            for category in categories() {
                ui.selectable_value(&mut self.category, Some(category), category);
            }
        });
        response.response.accessible_name("Use case");
    }

    fn list(&mut self, ui: &mut Ui, height: f32) {
        ui.spacing_mut().item_spacing.y = 2.0;
        let lines = egui::Layout::top_down_justified(egui::Align::Min);
        let area = scroll_up_to(height).id_salt("examples").auto_shrink([false, false]);
        area.show(ui, |ui| {
            ui.with_layout(lines, |ui| {
                let found = found(&self.query, self.category);
                if found.is_empty() {
                    hint(ui, format!("No example matches “{}” here", self.query));
                }
                let mut category = "";
                for (at, example) in found {
                    if example.category != category {
                        category = &example.category;
                        ui.add_space(size::GAP_SMALL);
                        caption(ui, category);
                    }
                    let color = if at == self.chosen { Theme::of(ui).accent.ink } else { Theme::of(ui).text };
                    let line = egui::Button::selectable(at == self.chosen, (RichText::new(&example.title).color(color), Atom::grow()));
                    if ui.add(line.wrap_mode(egui::TextWrapMode::Truncate).min_size(vec2(ui.available_width(), 24.0))).clicked() {
                        self.chosen = at;
                    }
                }
            })
        });
    }

    fn preview(&mut self, ui: &mut Ui, height: f32, state: &State, commands: &mut Commands) {
        let Some(example) = prompts::all().get(self.chosen) else { return };
        self.measure(example);
        let document = self.document.as_ref().filter(|(of, _, _)| *of == self.chosen).map(|(_, start, len)| (start.as_str(), *len));
        scroll_up_to(height - 44.0).id_salt("preview").auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            describe(ui, example);
            content(ui, example, document);
        });
        ui.add_space(size::GAP);
        ui.horizontal(|ui| {
            if ui.add(Push::primary("Load example").with_icon(icons::ARROW_RIGHT)).clicked() {
                commands.send(Command::Playground(PlaygroundCommand::LoadExample(example.id.clone())));
                self.open = false;
            }
            if !state.playground.chat.is_empty() {
                hint(ui, "The present conversation is put aside and can be brought back");
            }
        });
    }

    fn measure(&mut self, example: &ExamplePrompt) {
        let known = self.document.as_ref().is_some_and(|(of, _, _)| *of == self.chosen);
        if let Some(document) = example.document.as_ref().filter(|_| !known) {
            let text = document.text();
            self.document = Some((self.chosen, text.chars().take(1_201).collect(), text.len()));
        }
    }
}

/// The use cases in the order of the first example of each.
fn categories() -> Vec<&'static str> {
    let mut categories: Vec<&str> = Vec::new();
    for example in prompts::all() {
        if !categories.contains(&example.category.as_str()) {
            categories.push(&example.category);
        }
    }
    categories
}

/// The examples of a use case that hold every word, use case by use case in the order of the first of each.
fn found(query: &str, category: Option<&str>) -> Vec<(usize, &'static ExamplePrompt)> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let all = prompts::all();
    let holds = |example: &ExamplePrompt| {
        let text = format!("{} {} {} {}", example.title, example.category, example.summary, example.text).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut found: Vec<_> =
        all.iter().enumerate().filter(|(_, example)| category.is_none_or(|only| example.category == only) && holds(example)).collect();
    found.sort_by_key(|(_, example)| all.iter().position(|other| other.category == example.category));
    found
}

fn describe(ui: &mut Ui, example: &ExamplePrompt) {
    title(ui, &example.title);
    body(ui, &example.summary);
    ui.horizontal_wrapped(|ui| {
        ui.add(Chip::new(Tone::Accent, &example.category));
        if let Some(max) = example.parameters.max_tokens {
            ui.add(Chip::new(Tone::Neutral, &format!("at most {max} tokens")));
        }
        if let Some(temperature) = example.parameters.temperature {
            ui.add(Chip::new(Tone::Neutral, &format!("temperature {temperature}")));
        }
        for stop in &example.parameters.stop_sequences {
            ui.add(Chip::new(Tone::Neutral, &format!("stops at “{stop}”")));
        }
        if !example.history.is_empty() {
            ui.add(Chip::new(Tone::Neutral, &count(example.history.len() as u64, "earlier turn")));
        }
    });
    caption(ui, "Look for");
    for point in &example.watch_for {
        note(ui, Tone::Neutral, point);
    }
    if !example.tools.is_empty() {
        note(ui, Tone::Warn, "The playground declares no tools: the model says what it would have asked for");
    }
}

fn content(ui: &mut Ui, example: &ExamplePrompt, document: Option<(&str, usize)>) {
    if let Some(system) = &example.system {
        caption(ui, "System prompt");
        body(ui, system);
    }
    if let (Some(document), Some((start, len))) = (&example.document, document) {
        caption(ui, format!("Document {} · {}", document.name, bytes(len as u64)));
        egui::CollapsingHeader::new("Show the document").id_salt(&example.id).show(ui, |ui| composer::preview(ui, start));
    }
    for turn in &example.history {
        caption(ui, if turn.role == "assistant" { "Model" } else { "You" });
        body(ui, &turn.text);
    }
    caption(ui, "Message");
    body(ui, &example.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_every_word_and_keeps_use_cases_together() {
        assert_eq!(found("advanced citations", None).first().map(|(_, example)| example.id.as_str()), Some("qa-citations"));
        assert!(found("no such example at all", None).is_empty());
        let categories: Vec<_> = found("", None).iter().map(|(_, example)| example.category.as_str()).collect();
        let mut seen = categories.clone();
        seen.dedup();
        let mut unique = seen.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(seen.len(), unique.len(), "{categories:?}");
        let only = found("", Some(categories[0]));
        assert!(!only.is_empty() && only.iter().all(|(_, example)| example.category == categories[0]));
    }
}
