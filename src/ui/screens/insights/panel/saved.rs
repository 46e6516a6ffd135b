//! Saved queries: those of this machine, and those of the account.

use egui::{Key, ScrollArea, Ui};

use super::{entry, fits};
use crate::app::insights::{InsightsCommand, SavedQuery};
use crate::app::{Commands, Remote, State};
use crate::aws::logs::QueryDefinition;
use crate::base::text::one_line;
use crate::ui::icons;
use crate::ui::screens::insights::send;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Field, Push, caption, hint, note, strong};

/// A name that is being changed: the old one and the new one.
#[derive(Debug, Default)]
pub struct SavedTab {
    renaming: Option<(String, String)>,
    /// The query of the account that is asked about before it is deleted.
    doomed: Option<String>,
}

impl SavedTab {
    pub fn ui(&mut self, ui: &mut Ui, state: &State, search: &str, commands: &mut Commands) {
        ScrollArea::vertical().id_salt("saved").auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            strong(ui, "On this machine");
            self.here(ui, state, search, commands);
            ui.add_space(size::GAP);
            self.account(ui, state, search, commands);
            ui.add_space(size::GAP_LARGE);
        });
    }

    fn here(&mut self, ui: &mut Ui, state: &State, search: &str, commands: &mut Commands) {
        let saved = state.insights.library.value().map(|library| library.saved.as_slice()).unwrap_or_default();
        if saved.is_empty() {
            caption(ui, "Nothing yet: write a query and push Save");
        }
        for query in saved.iter().filter(|query| fits(&format!("{} {}", query.name, query.text), search)) {
            self.saved(ui, query, commands);
        }
    }

    fn saved(&mut self, ui: &mut Ui, query: &SavedQuery, commands: &mut Commands) {
        if self.renaming.as_ref().is_some_and(|(from, _)| *from == query.name) {
            self.rename(ui, commands);
            return;
        }
        if entry(ui, &query.name, &one_line(&query.text, 70), &query.text).clicked() {
            send(commands, InsightsCommand::SetText(query.text.clone()));
        }
        ui.horizontal(|ui| {
            ui.add_space(4.0);
            if ui.add(Push::icon(icons::PENCIL, &format!("Rename {}", query.name)).small()).clicked() {
                self.renaming = Some((query.name.clone(), query.name.clone()));
            }
            if ui.add(Push::icon(icons::TRASH_2, &format!("Delete {}", query.name)).small()).clicked() {
                send(commands, InsightsCommand::Delete(query.name.clone()));
            }
        });
    }

    fn rename(&mut self, ui: &mut Ui, commands: &mut Commands) {
        let Some((from, to)) = &mut self.renaming else { return };
        let field = Field::new("New name", to).width(f32::INFINITY).show(ui);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let mut done = false;
        ui.horizontal(|ui| {
            let rename = ui.add(Push::secondary("Rename").enabled(!to.trim().is_empty())).clicked();
            if (rename || entered) && !to.trim().is_empty() {
                send(commands, InsightsCommand::Rename { from: from.clone(), to: to.trim().to_owned() });
                done = true;
            }
            done |= ui.add(Push::quiet("Cancel")).clicked();
        });
        if done {
            self.renaming = None;
        }
    }

    /// Those of the account, once they were asked for.
    fn account(&mut self, ui: &mut Ui, state: &State, search: &str, commands: &mut Commands) {
        let definitions = &state.insights.definitions;
        ui.horizontal(|ui| {
            strong(ui, "In CloudWatch");
            let closed = state.connection.environment().is_none().then_some("No place to work is open");
            let words = if matches!(definitions, Remote::NotAsked) { "List" } else { "List again" };
            if ui.add(Push::secondary(words).small().blocked_by(closed)).clicked() {
                send(commands, InsightsCommand::ListDefinitions);
            }
        });
        if definitions.is_loading() {
            hint(ui, "Asking CloudWatch…");
        }
        if let Some(problem) = definitions.problem() {
            note(ui, Tone::Error, &problem.what);
            caption(ui, &problem.remedy);
        }
        if matches!(definitions, Remote::Ready(list) if list.is_empty()) {
            caption(ui, "No query is saved in this account and Region");
        }
        for query in definitions.value().into_iter().flatten().filter(|query| fits(&format!("{} {}", query.name, query.text), search)) {
            self.definition(ui, query, commands);
        }
    }

    fn definition(&mut self, ui: &mut Ui, query: &QueryDefinition, commands: &mut Commands) {
        let language = if query.language == "CWLI" { String::new() } else { format!("{} · ", query.language) };
        let detail = format!("{language}{}", one_line(&query.text, 70));
        if entry(ui, &query.name, &detail, &query.text).clicked() {
            send(commands, InsightsCommand::SetText(query.text.clone()));
        }
        ui.horizontal_wrapped(|ui| {
            ui.add_space(4.0);
            if self.doomed.as_ref() != Some(&query.id) {
                if ui.add(Push::icon(icons::TRASH_2, &format!("Delete {} in CloudWatch", query.name)).small()).clicked() {
                    self.doomed = Some(query.id.clone());
                }
                return;
            }
            hint(ui, "Delete it for everyone?");
            if ui.add(Push::danger("Delete").small()).clicked() {
                send(commands, InsightsCommand::DeleteInAccount(query.id.clone()));
                self.doomed = None;
            }
            if ui.add(Push::quiet("Keep").small()).clicked() {
                self.doomed = None;
            }
        });
    }
}
