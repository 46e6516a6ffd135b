//! The form of a step: each field with what is to be said about its value.

use std::collections::BTreeMap;

use egui::{ComboBox, DragValue, RichText, Ui};

use super::send;
use crate::app::lab::LabCommand;
use crate::app::{Commands, State};
use crate::lab::facts::Existing;
use crate::lab::form::{Choice, Field, FieldKind, Level, Note};
use crate::lab::view::StepView;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Card, Field as TextField, Verdict, caption, checkbox, choice_of, hint, note};

/// Texts being typed: egui needs them between frames, the state has them a frame later.
#[derive(Debug, Default)]
pub struct Entries {
    step: String,
    texts: BTreeMap<&'static str, String>,
}

impl Entries {
    /// Takes over values that were changed elsewhere: another step, a suggestion taken, a reset.
    pub fn follow(&mut self, step: &str, view: &StepView) {
        if self.step != step {
            step.clone_into(&mut self.step);
            self.texts.clear();
        }
        for field in &view.fields {
            let value = view.values.0.get(field.key).cloned().unwrap_or_default();
            self.texts.insert(field.key, value);
        }
    }
}

/// Draws the form in a card.
pub fn ui(ui: &mut Ui, entries: &mut Entries, state: &State, view: &StepView, commands: &mut Commands) {
    Card::bare().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        for (index, shown) in view.fields.iter().enumerate() {
            if let FieldKind::Toggle = shown.kind {
                let follows = index > 0 && matches!(view.fields[index - 1].kind, FieldKind::Toggle);
                if follows {
                    ui.add_space(-6.0);
                }
            }
            field(ui, entries, state, view, shown, commands);
        }
    });
}

fn field(ui: &mut Ui, entries: &mut Entries, state: &State, view: &StepView, field: &Field, commands: &mut Commands) {
    let value = view.values.0.get(field.key).map_or("", String::as_str);
    let found = view.note(field.key);
    let entered = match field.kind {
        FieldKind::Text => text(ui, entries, field, found),
        FieldKind::Choice(options) => choice(ui, field, options, value, found),
        FieldKind::Toggle => toggle(ui, field, value, found),
        FieldKind::Number { min, max, unit } => number(ui, field, (min, max, unit), value, found),
        FieldKind::Existing(kind) => {
            let list = state.lab.facts.value().and_then(|facts| facts.existing(kind).map(<[Existing]>::to_vec));
            match list {
                Some(list) => existing(ui, field, &list, value, found),
                None => text(ui, entries, field, found),
            }
        }
    };
    if let Some(entered) = entered {
        send(commands, LabCommand::Enter(field.key.to_owned(), entered));
    }
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Good => Tone::Ok,
        Level::Warning => Tone::Warn,
        Level::Problem => Tone::Error,
    }
}

fn text(ui: &mut Ui, entries: &mut Entries, field: &Field, found: Option<&Note>) -> Option<String> {
    let verdict = found.map(|note| Verdict { tone: tone(note.level), words: note.text.clone() });
    let fallback = (!field.help.is_empty()).then(|| Verdict::hint(field.help));
    let text = entries.texts.entry(field.key).or_default();
    let shown = TextField::new(field.label, text).mono().width(f32::INFINITY).verdict(verdict.as_ref().or(fallback.as_ref())).show(ui);
    shown.changed().then(|| text.clone())
}

fn remark(ui: &mut Ui, field: &Field, found: Option<&Note>) {
    match found {
        Some(found) => {
            note(ui, tone(found.level), &found.text);
        }
        None if !field.help.is_empty() => {
            hint(ui, field.help);
        }
        None => {}
    }
}

fn choice(ui: &mut Ui, field: &Field, options: &[Choice], value: &str, found: Option<&Note>) -> Option<String> {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        caption(ui, field.label);
        let labels: Vec<(String, &str)> = options.iter().map(|option| (option.value.to_owned(), option.label)).collect();
        let picked = choice_of(ui, &value.to_owned(), &labels);
        let chosen = options.iter().find(|option| option.value == value);
        match (found, chosen) {
            (None, Some(option)) if !option.help.is_empty() => {
                hint(ui, option.help);
            }
            _ => remark(ui, field, found),
        }
        picked
    })
    .inner
}

fn toggle(ui: &mut Ui, field: &Field, value: &str, found: Option<&Note>) -> Option<String> {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut on = value == "true";
        let changed = checkbox(ui, &mut on, field.label).changed();
        remark(ui, field, found);
        changed.then(|| on.to_string())
    })
    .inner
}

fn number(ui: &mut Ui, field: &Field, (min, max, unit): (u32, u32, &str), value: &str, found: Option<&Note>) -> Option<String> {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        caption(ui, field.label);
        let mut number = value.parse().unwrap_or(min);
        let drag = DragValue::new(&mut number).range(min..=max).suffix(format!(" {unit}"));
        let changed = ui.add(drag).accessible_name(field.label).changed();
        remark(ui, field, found);
        changed.then(|| number.to_string())
    })
    .inner
}

/// A list of what exists; a value that is not in it stays and is judged.
fn existing(ui: &mut Ui, field: &Field, list: &[Existing], value: &str, found: Option<&Note>) -> Option<String> {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        caption(ui, field.label);
        let mut chosen = value.to_owned();
        let shown = if value.is_empty() { "Choose…" } else { value };
        let width = ui.available_width();
        let combo = ComboBox::from_id_salt(field.key).width(width).truncate().selected_text(RichText::new(shown).monospace());
        let response = combo.show_ui(ui, |ui| {
            for one in list {
                entry(ui, &mut chosen, one);
            }
            if list.is_empty() {
                hint(ui, "There is none here yet");
            }
        });
        response.response.accessible_name(field.label);
        remark(ui, field, found);
        (chosen != value).then_some(chosen)
    })
    .inner
}

fn entry(ui: &mut Ui, chosen: &mut String, one: &Existing) {
    let color = Theme::of(ui).text;
    let response = ui.selectable_value(chosen, one.name.clone(), RichText::new(&one.name).monospace().color(color));
    if !one.note.is_empty() {
        response.on_hover_text(&one.note);
    }
}
