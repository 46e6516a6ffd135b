//! The samples: each with what it teaches; a click runs one.

use egui::{ScrollArea, Ui};

use super::entry;
use crate::app::insights::{InsightsCommand, groups, samples};
use crate::app::{Commands, State};
use crate::ui::screens::insights::send;
use crate::ui::theme::size;
use crate::ui::widgets::{caption, hint, strong};

pub fn ui(ui: &mut Ui, _state: &State, search: &str, commands: &mut Commands) {
    hint(ui, "A click writes the query and runs it");
    ScrollArea::vertical().id_salt("samples").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        let mut found = 0;
        for group in groups() {
            let fitting: Vec<_> = samples().iter().filter(|sample| sample.group == group && sample.matches(search)).collect();
            if fitting.is_empty() {
                continue;
            }
            ui.add_space(size::GAP_SMALL);
            strong(ui, group);
            for sample in fitting {
                found += 1;
                if entry(ui, &sample.title, &sample.teaches, &sample.query).clicked() {
                    send(commands, InsightsCommand::Ask(sample.query.clone()));
                }
            }
        }
        if found == 0 {
            caption(ui, "No sample has these words");
        }
        ui.add_space(size::GAP_LARGE);
    });
}
