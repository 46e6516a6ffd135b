//! What the sandbox's notifications delivered: letters that would have left the machine, and requests to confirm a subscription.

use egui::{CollapsingHeader, RichText, Ui};

use super::{busy, perform};
use crate::app::sandbox::{Letter, SandboxDeed, SandboxView};
use crate::app::{Commands, State};
use crate::ui::format::moment;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Card, Push, caption, chip, hint, mono, strong};

/// Letters that are shown; older ones are read with the levers.
const SHOWN: usize = 20;

/// The card.
pub fn ui(ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
    let waiting = view.letters.iter().filter(|letter| letter.token.is_some()).count();
    let subtitle = match waiting {
        0 => "what notifications sent".to_owned(),
        1 => "1 subscription waits for a confirmation".to_owned(),
        several => format!("{several} subscriptions wait for a confirmation"),
    };
    Card::new("Inbox").subtitle(&subtitle).rule().show(ui, |ui| {
        if view.letters.is_empty() {
            caption(ui, "Nothing has been sent. An alarm with an SNS topic as its action writes here when its state changes; nothing leaves this machine");
        }
        for letter in view.letters.iter().take(SHOWN) {
            line(ui, state, letter, commands);
        }
        if view.letters.len() > SHOWN {
            caption(ui, "Older letters: outcrop sandbox inbox");
        }
    });
}

fn line(ui: &mut Ui, state: &State, letter: &Letter, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    ui.horizontal_wrapped(|ui| {
        let subject = letter.subject.as_deref().unwrap_or("Without a subject");
        if let Some((tone, word, rest)) = mark(subject) {
            chip(ui, tone, word);
            strong(ui, rest);
        } else {
            strong(ui, subject);
        }
        if let Some(token) = &letter.token {
            let push = Push::secondary("Confirm").small().with_icon(icons::CHECK).blocked_by(busy(state));
            if ui.add(push).accessible_name(format!("Confirm the subscription of {}", letter.endpoint)).clicked() {
                perform(commands, SandboxDeed::Confirm { region: letter.region.clone(), token: token.clone() });
            }
        }
    });
    let facts = format!("{} · {} to {} · topic {}", moment(&state.settings, letter.at), letter.protocol, letter.endpoint, letter.topic);
    hint(ui, facts);
    let theme = Theme::of(ui);
    let words = RichText::new("Text").text_style(egui::TextStyle::Small).color(theme.text2);
    CollapsingHeader::new(words).id_salt((&letter.region, letter.number)).show(ui, |ui| mono(ui, readable(&letter.body)));
    ui.add_space(size::GAP_SMALL);
}

/// The state of which an alarm's letter tells, and the rest of its subject.
fn mark(subject: &str) -> Option<(Tone, &'static str, &str)> {
    let (state, rest) = subject.split_once(": ").filter(|(_, rest)| rest.starts_with('"'))?;
    match state {
        "ALARM" => Some((Tone::Error, "ALARM", rest)),
        "OK" => Some((Tone::Ok, "OK", rest)),
        "INSUFFICIENT_DATA" => Some((Tone::Neutral, "NO DATA", rest)),
        _ => None,
    }
}

/// JSON, which programs get in one line, with line breaks.
fn readable(body: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(value) if value.is_object() => serde_json::to_string_pretty(&value).unwrap_or_else(|_| body.to_owned()),
        _ => body.to_owned(),
    }
}
