//! The values of the records' fields with their counts: a click takes one in, the mark beside it leaves it out.

use std::collections::BTreeSet;

use egui::{Align, Label, Layout, RichText, ScrollArea, Ui};

use super::names::{ModelNames, value_name};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::base::text::grouped;
use crate::logs::filter::{Choice, Dimension};
use crate::logs::view::FacetValue;
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, checkbox};

/// Values shown of a field before the rest is folded.
const FEW: usize = 8;

/// What the facets keep between frames.
#[derive(Debug, Default)]
pub struct Facets {
    /// Fields whose whole list is shown.
    unfolded: BTreeSet<&'static str>,
    /// Switched away from what the width suggests.
    switched: bool,
}

impl Facets {
    /// Whether they are shown where the place is `narrow`.
    pub fn shown(&self, narrow: bool) -> bool {
        narrow == self.switched
    }

    /// Shows or hides them.
    pub fn switch(&mut self, _narrow: bool) {
        self.switched = !self.switched;
    }

    /// Draws all fields.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let view = &state.logs.view;
        let names = ModelNames::of(view.facet(Dimension::Model).iter().map(|facet| &*facet.value));
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for dimension in Dimension::ALL {
                self.field(ui, state, dimension, &names, commands);
                ui.add_space(size::GAP);
            }
        });
    }

    fn field(&mut self, ui: &mut Ui, state: &State, dimension: Dimension, names: &ModelNames, commands: &mut Commands) {
        let (values, choice) = (state.logs.view.facet(dimension), state.logs.filter.choice(dimension));
        head(ui, dimension, choice, commands);
        let all = self.unfolded.contains(<&str>::from(dimension));
        for facet in values.iter().take(if all { usize::MAX } else { FEW }) {
            value(ui, dimension, facet, choice, names, commands);
        }
        if values.is_empty() {
            ui.label(RichText::new("None yet").small().color(Theme::of(ui).text3));
        }
        if values.len() > FEW {
            self.fold(ui, dimension, values.len() - FEW, all);
        }
    }

    fn fold(&mut self, ui: &mut Ui, dimension: Dimension, more: usize, all: bool) {
        let words = if all { "Show fewer".to_owned() } else { format!("{more} more") };
        if ui.add(Push::quiet(&words).small()).clicked() {
            let name = dimension.into();
            if !self.unfolded.remove(name) {
                self.unfolded.insert(name);
            }
        }
    }
}

fn head(ui: &mut Ui, dimension: Dimension, choice: &Choice, commands: &mut Commands) {
    let name: &str = dimension.into();
    ui.horizontal(|ui| {
        ui.set_min_height(20.0);
        ui.label(RichText::new(name).text_style(egui::TextStyle::Small).color(Theme::of(ui).text3));
        if !choice.is_empty() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(Push::quiet("Clear").small().tooltip("Let every value pass again")).clicked() {
                    commands.send(Command::Logs(LogsCommand::ClearChoice(dimension)));
                }
            });
        }
    });
}

fn value(ui: &mut Ui, dimension: Dimension, facet: &FacetValue, choice: &Choice, names: &ModelNames, commands: &mut Commands) {
    let name = if dimension == Dimension::Model { names.name(&facet.value) } else { value_name(dimension, &facet.value).to_owned() };
    ui.push_id((dimension, &facet.value), |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(22.0);
            ui.spacing_mut().item_spacing.x = 4.0;
            swatch(ui, dimension, &facet.value);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                leave_out(ui, dimension, facet, &name, choice, commands);
                count(ui, facet.count);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| take_in(ui, dimension, facet, &name, choice, commands));
            });
        });
    });
}

fn take_in(ui: &mut Ui, dimension: Dimension, facet: &FacetValue, name: &str, choice: &Choice, commands: &mut Commands) {
    let mut on = choice.include.contains(&*facet.value);
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
    if checkbox(ui, &mut on, name).on_hover_ui(|ui| told(ui, &format!("Only {}", facet.value), dimension, facet, true)).changed() {
        commands.send(Command::Logs(LogsCommand::Include(dimension, facet.value.to_string())));
    }
}

/// What a click does, and the text of Logs Insights that stands for it.
fn told(ui: &mut Ui, words: &str, dimension: Dimension, facet: &FacetValue, include: bool) {
    if !words.is_empty() {
        ui.label(words);
    }
    ui.label(RichText::new(dimension.insights_of(&facet.value, include)).monospace().color(Theme::of(ui).text3));
}

fn leave_out(ui: &mut Ui, dimension: Dimension, facet: &FacetValue, name: &str, choice: &Choice, commands: &mut Commands) {
    let out = choice.exclude.contains(&*facet.value);
    let (icon, words) = if out { (icons::EYE_OFF, format!("Show {name} again")) } else { (icons::EYE, format!("Leave out {name}")) };
    let response = ui.add(Push::icon(icon, &words).small().selected(out));
    if response.on_hover_ui(|ui| told(ui, "", dimension, facet, false)).clicked() {
        commands.send(Command::Logs(LogsCommand::Exclude(dimension, facet.value.to_string())));
    }
}

fn count(ui: &mut Ui, number: u64) {
    let color = Theme::of(ui).text3;
    ui.add(Label::new(RichText::new(grouped(number)).text_style(text::mono_small()).color(color)).selectable(false));
}

/// The colour of a model, the same everywhere; a mark of the result.
fn swatch(ui: &mut Ui, dimension: Dimension, value: &str) {
    if dimension == Dimension::Model {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(10.0, 10.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, Theme::of(ui).series(value).color);
    }
}
