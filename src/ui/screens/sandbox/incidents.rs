//! What can go wrong at a push of a button, to be found in metrics, logs and alarms.

use egui::{Align, CollapsingHeader, Layout, RichText, Ui};

use super::{busy, perform};
use crate::app::sandbox::{Incident, SandboxDeed, SandboxView};
use crate::app::{Commands, State};
use crate::ui::format::moment;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Card, Push, body, caption, chip, strong};

/// The card.
pub fn ui(ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
    let under_way = view.active().count();
    let subtitle = if under_way == 0 { "all is well".to_owned() } else { format!("{under_way} under way") };
    Card::new("Incidents").subtitle(&subtitle).rule().show(ui, |ui| {
        for incident in &view.incidents {
            line(ui, state, incident, commands);
        }
    });
}

fn line(ui: &mut Ui, state: &State, incident: &Incident, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    ui.horizontal(|ui| {
        strong(ui, &incident.title);
        if let Some(since) = incident.since {
            chip(ui, Tone::Warn, &format!("since {}", moment(&state.settings, since)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| button(ui, state, incident, commands));
    });
    body(ui, &incident.story);
    let theme = Theme::of(ui);
    let words = RichText::new("What to look for").text_style(egui::TextStyle::Small).color(theme.text2);
    CollapsingHeader::new(words).id_salt(&incident.name).show(ui, |ui| {
        caption(ui, &incident.look_for);
    });
    ui.add_space(size::GAP_SMALL);
}

fn button(ui: &mut Ui, state: &State, incident: &Incident, commands: &mut Commands) {
    let (push, name, deed) = if incident.since.is_some() {
        let name = format!("Stop: {}", incident.title);
        (Push::secondary("Stop").with_icon(icons::SQUARE), name, SandboxDeed::Stop(incident.name.clone()))
    } else {
        let name = format!("Start: {}", incident.title);
        (Push::secondary("Start").with_icon(icons::PLAY), name, SandboxDeed::Start(incident.name.clone()))
    };
    if ui.add(push.small().blocked_by(busy(state))).accessible_name(name).clicked() {
        perform(commands, deed);
    }
}
