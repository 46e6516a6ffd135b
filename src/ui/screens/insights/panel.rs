//! The side panel: what helps to write a query. Samples, saved queries, past runs, fields of the records, the language.

mod language;
mod past;
mod samples;
mod saved;

use egui::{Ui, vec2};

use crate::app::{Commands, State};
use crate::ui::icons;
use crate::ui::theme::size;
use crate::ui::widgets::{Field, Push, choice};

/// A part of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Samples,
    Saved,
    History,
    Fields,
    Language,
}

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub struct SidePanel {
    /// Whether it was opened or folded away by hand; nothing is as the place allows.
    wanted: Option<bool>,
    tab: Tab,
    search: String,
    saved: saved::SavedTab,
}

impl SidePanel {
    /// Whether it is shown: by itself where there is place.
    pub fn is_shown(&self, narrow: bool) -> bool {
        self.wanted.unwrap_or(!narrow)
    }

    /// Folds it away.
    pub fn fold(&mut self) {
        self.wanted = None;
    }

    /// The button that opens it and folds it away.
    pub fn switch(&mut self, ui: &mut Ui, narrow: bool) {
        let shown = self.is_shown(narrow);
        let button = Push::icon(icons::PANEL_RIGHT, "Samples, saved queries, history, fields").selected(shown);
        if ui.add(button).clicked() {
            self.wanted = Some(!shown);
        }
    }

    /// Draws it.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.spacing_mut().item_spacing = vec2(size::GAP, size::GAP);
        let tabs = [
            (Tab::Samples, "Samples"),
            (Tab::Saved, "Saved"),
            (Tab::History, "History"),
            (Tab::Fields, "Fields"),
            (Tab::Language, "Language"),
        ];
        if choice(ui, &mut self.tab, &tabs) {
            self.search.clear();
        }
        Field::new("Search this list", &mut self.search).label_hidden().hint("Search").width(f32::INFINITY).show(ui);
        match self.tab {
            Tab::Samples => samples::ui(ui, state, &self.search, commands),
            Tab::Saved => self.saved.ui(ui, state, &self.search, commands),
            Tab::History => past::ui(ui, state, &self.search, commands),
            Tab::Fields => language::fields(ui, state, &self.search, commands),
            Tab::Language => language::ui(ui, state, &self.search, commands),
        }
    }
}

/// Whether every word of `search` is in `text`, in any case.
fn fits(text: &str, search: &str) -> bool {
    let text = text.to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// A query in a list: a name, what is said of it, and the text on the pointer. A click takes it.
fn entry(ui: &mut Ui, name: &str, detail: &str, query: &str) -> egui::Response {
    use crate::ui::theme::{Theme, text};
    let theme = Theme::of(ui);
    let style = |style: egui::TextStyle, color| egui::TextFormat { font_id: style.resolve(ui.style()), color, ..Default::default() };
    let mut words = egui::text::LayoutJob::default();
    words.append(name, 0.0, style(egui::TextStyle::Button, theme.text));
    words.append(&format!("\n{detail}"), 0.0, style(egui::TextStyle::Small, theme.text3));
    words.wrap.max_width = ui.available_width() - 20.0;
    let width = ui.available_width();
    let change = |style: &mut egui::Style| style.spacing.button_padding = vec2(8.0, 6.0);
    let button = egui::Button::new(words).wrap().frame_when_inactive(false).min_size(vec2(width, 0.0));
    let response = crate::ui::widgets::with_style(ui, change, |ui| {
        ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| ui.add(button)).inner
    });
    response.accessible_name(name).on_hover_ui(|ui| {
        ui.set_max_width(460.0);
        ui.label(egui::RichText::new(query).text_style(text::mono_small()));
    })
}
