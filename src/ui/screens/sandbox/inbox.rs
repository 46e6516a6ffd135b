//! What was published to topics: nobody's mailbox is needed to see an alarm's message.

use egui::{CollapsingHeader, RichText, Ui};

use super::perform;
use crate::app::sandbox::{Mail, SandboxDeed, SandboxView};
use crate::app::{Commands, State};
use crate::ui::format::{masked, moment};
use crate::ui::icons;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Card, CodeBlock, Language, Push, body, hint};

/// Messages that are shown.
const SHOWN: usize = 50;

/// The card.
pub fn ui(ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
    let subtitle = match view.inbox.len() {
        0 => "empty".to_owned(),
        1 => "1 message".to_owned(),
        several => format!("{several} messages, newest first"),
    };
    let empty = |ui: &mut Ui| {
        let nothing = view.inbox.is_empty().then_some("There is nothing to delete");
        if ui.add(Push::icon(icons::TRASH_2, "Empty the inbox").small().blocked_by(nothing)).clicked() {
            perform(commands, SandboxDeed::EmptyInbox);
        }
    };
    Card::new("Inbox").subtitle(&subtitle).show_with(ui, empty, |ui| {
        if view.inbox.is_empty() {
            body(ui, "Everything that is published to an SNS topic of this account can be read here: alarms that change their state, and the confirmations of subscriptions");
        }
        for (index, mail) in view.inbox.iter().take(SHOWN).enumerate() {
            message(ui, state, index, mail);
        }
    });
}

fn message(ui: &mut Ui, state: &State, index: usize, mail: &Mail) {
    let subject = if mail.subject.is_empty() { mail.message.lines().next().unwrap_or_default() } else { &mail.subject };
    let head =
        RichText::new(format!("{}   {}", moment(&state.settings, mail.at), masked(&state.settings, subject))).color(Theme::of(ui).text);
    CollapsingHeader::new(head).id_salt(("mail", mail.at, index)).show(ui, |ui| {
        hint(ui, format!("topic {} · {}", mail.topic, mail.readers));
        let pretty = serde_json::from_str::<serde_json::Value>(&mail.message).ok();
        let pretty = pretty.filter(serde_json::Value::is_object).map(|value| format!("{value:#}"));
        let language = if pretty.is_some() { Language::Json } else { Language::Plain };
        CodeBlock::new(&masked(&state.settings, pretty.as_deref().unwrap_or(&mail.message))).language(language).show(ui);
    });
}
