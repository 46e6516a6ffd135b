//! The opened record: what it says about itself, and its content as conversation, tree or raw line.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use egui::{Align, Layout, RichText, ScrollArea, Ui};

use super::conversation::ConversationView;
use super::toolbar::failure;
use super::{record_menu, replay};
use crate::app::logs::{LogsCommand, Tab};
use crate::app::playground::PlaygroundCommand;
use crate::app::{Command, Commands, Remote, State};
use crate::base::text::{dollars, duration, grouped};
use crate::logs::InvocationRecord;
use crate::logs::detail::Detail;
use crate::logs::query::Query;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, CodeBlock, JsonTree, JsonWish as Wish, KeyValues, Push, banner, choice_of, note, section};
use crate::ui::{format, icons};

/// Bytes of a raw line that are shown; copying takes all of it.
const RAW_SHOWN: usize = 64 << 10;

/// Below this height in points facts and content scroll as one.
const SHORT: f32 = 500.0;

/// What the detail keeps between frames.
#[derive(Debug, Default)]
pub struct DetailView {
    tree: JsonTree,
    conversation: ConversationView,
}

impl DetailView {
    /// Draws the opened record.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, query: &Query, commands: &mut Commands) {
        let Some(detail) = state.logs.detail.clone() else { return };
        head(ui, state, commands);
        if ui.available_height() >= SHORT {
            self.content(ui, state, &detail, query, commands);
            return;
        }
        // Where the place is low, facts and content scroll as one.
        ScrollArea::vertical().id_salt("detail").auto_shrink([false, false]).show(ui, |ui| {
            self.content(ui, state, &detail, query, commands);
        });
    }

    fn content(&mut self, ui: &mut Ui, state: &State, detail: &Detail, query: &Query, commands: &mut Commands) {
        if let Some(record) = detail.record() {
            facts(ui, state, record, detail);
        } else {
            line_facts(ui, state, detail);
        }
        ui.add_space(size::GAP_SMALL);
        actions(ui, state, detail, commands);
        ui.add_space(size::GAP);
        match state.logs.tab {
            Tab::Conversation => {
                self.conversation.keep_to(key(detail));
                self.conversation.hits(ui, &detail.conversation, query);
                scrolling(ui, "conversation", |ui| conversation_tab(ui, &mut self.conversation, detail, query));
            }
            Tab::Json if detail.json.is_object() => tall(ui, |ui| self.tree(ui, state, detail, commands)),
            Tab::Json | Tab::Raw => scrolling(ui, "raw", |ui| raw_tab(ui, detail)),
        }
    }
}

impl DetailView {
    fn tree(&mut self, ui: &mut Ui, state: &State, detail: &Detail, commands: &mut Commands) {
        match self.tree.show(ui, key(detail), &detail.json) {
            Some(Wish::Only { path, value }) => add_term(&path, &value, true, commands),
            Some(Wish::Without { path, value }) => add_term(&path, &value, false, commands),
            Some(Wish::Column(path)) => {
                let columns = state.settings.log_columns.clone();
                commands.send(Command::Logs(LogsCommand::SetColumns(columns.toggled(&path))));
            }
            None => {}
        }
    }
}

fn add_term(path: &str, value: &str, wanted: bool, commands: &mut Commands) {
    commands.send(Command::Logs(LogsCommand::AddTerm(crate::logs::query::exactly(path, value, wanted))));
}

/// Content with a scroll bar of its own, but not within the one of a low place.
pub(in crate::ui::screens) fn scrolling(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    if ui.available_height().is_finite() && ui.available_height() > 120.0 {
        ScrollArea::vertical().id_salt(name).auto_shrink([false, false]).show(ui, content);
    } else {
        content(ui);
    }
}

/// At least as high as a tree needs to be of use.
pub(in crate::ui::screens) fn tall(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let height = if ui.available_height().is_finite() { ui.available_height().max(280.0) } else { 280.0 };
    ui.allocate_ui(egui::vec2(ui.available_width(), height), content);
}

/// Tells the values of one detail from those of another for the tree.
pub(in crate::ui::screens) fn key(detail: &Detail) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&detail.entry.id, detail.entry.at_ms, detail.missing_bodies().len()).hash(&mut hasher);
    hasher.finish()
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        section(ui, "Invocation");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Push::icon(icons::X, "Close the record")).clicked() {
                commands.send(Command::Logs(LogsCommand::CloseDetail));
            }
            // Laid out from the right: the last one comes first.
            let options = [(Tab::Raw, "Raw"), (Tab::Json, "JSON"), (Tab::Conversation, "Conversation")];
            if let Some(tab) = choice_of(ui, &state.logs.tab, &options) {
                commands.send(Command::Logs(LogsCommand::ShowTab(tab)));
            }
        });
    });
    ui.add_space(size::GAP_SMALL);
}

pub(in crate::ui::screens) fn facts(ui: &mut Ui, state: &State, record: &InvocationRecord, detail: &Detail) {
    let theme = Theme::of(ui);
    let settings = &state.settings;
    let model = format::masked(settings, &record.model_id);
    let mut facts = KeyValues::new(ui, 78.0);
    facts.mono("Time", &format::moment(settings, crate::base::clock::timestamp_ms(detail.entry.at_ms)));
    facts.copy("Request", &record.request_id);
    facts.with("Model", |ui| {
        ui.add(egui::Label::new(RichText::new(model).monospace().color(theme.series(&record.model_id).color)).wrap());
    });
    facts.row("Operation", &record.operation);
    facts.row("Region", &region(record));
    if let Some(principal) = record.principal_name() {
        facts.row("Principal", &format::masked(settings, principal));
    }
    facts.mono("Tokens", &tokens(record));
    facts.mono("Latency", &latency(record));
    facts.mono("Cost", &cost(record));
    for (name, value) in &record.metadata {
        facts.row(name, value);
    }
    if let Some(code) = &record.error_code {
        note(ui, Tone::Error, &format!("{code}: a failed call logs neither question nor answer"));
    }
}

fn line_facts(ui: &mut Ui, state: &State, detail: &Detail) {
    let mut facts = KeyValues::new(ui, 78.0);
    facts.mono("Time", &format::moment(&state.settings, crate::base::clock::timestamp_ms(detail.entry.at_ms)));
    facts.row("Kind", "Not an invocation: Bedrock writes such a line to try its permissions");
}

fn region(record: &InvocationRecord) -> String {
    match &record.inference_region {
        Some(served) if *served != record.region => format!("{}, served by {served}", record.region),
        _ => record.region.to_string(),
    }
}

fn tokens(record: &InvocationRecord) -> String {
    let count = |tokens: Option<u64>| tokens.map_or("–".to_owned(), grouped);
    let cached =
        |tokens: Option<u64>, what: &str| tokens.filter(|n| *n > 0).map(|n| format!(" · {} {what}", grouped(n))).unwrap_or_default();
    format!(
        "{} in · {} out{}{}",
        count(record.input_tokens),
        count(record.output_tokens),
        cached(record.cache_read_tokens, "from cache"),
        cached(record.cache_write_tokens, "to cache")
    )
}

fn latency(record: &InvocationRecord) -> String {
    let time = |ms: u64| duration(Duration::from_millis(ms));
    let first = record.first_token_ms.map(|ms| format!(" · first token {}", time(ms))).unwrap_or_default();
    record.latency_ms.map_or_else(|| "not in the record".to_owned(), |ms| format!("{}{first}", time(ms)))
}

fn cost(record: &InvocationRecord) -> String {
    if record.is_error() {
        return "none: the call failed".to_owned();
    }
    record.cost().map_or_else(|| format!("no price for {}", crate::models::short_name(&record.model_id)), dollars)
}

/// Asks the same again in the playground.
fn replay(ui: &mut Ui, detail: &Detail, commands: &mut Commands) {
    if replay::question(&detail.conversation).is_some()
        && ui.add(Push::secondary("Replay in playground").with_icon(icons::PLAY)).clicked()
        && let Some(draft) = replay::draft(detail)
    {
        commands.send(Command::Playground(PlaygroundCommand::Replay(Box::new(draft))));
    }
}

/// Shows what was logged around the record.
fn context(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tooltip = "Show what was logged just before and after, whatever the filter";
    let around_this = state.logs.context.as_ref().is_some_and(|context| {
        state.logs.detail.as_ref().is_some_and(|detail| detail.entry.at_ms == context.at_ms && detail.entry.id == context.id)
    });
    let button = Push::secondary("Context").with_icon(icons::TARGET).tooltip(tooltip);
    if ui.add(button.blocked_by(around_this.then_some("The list shows the records around this one"))).clicked() {
        commands.send(Command::Logs(LogsCommand::ShowContext));
    }
}

fn actions(ui: &mut Ui, state: &State, detail: &Detail, commands: &mut Commands) {
    let missing = detail.missing_bodies();
    ui.horizontal_wrapped(|ui| {
        replay(ui, detail, commands);
        context(ui, state, commands);
        record_menu::ui(ui, state, detail);
        if !missing.is_empty() && !state.logs.bodies.is_loading() {
            let tooltip = missing.iter().map(|(_, path)| *path).collect::<Vec<_>>().join("\n");
            if ui.add(Push::primary("Fetch from S3").with_icon(icons::DOWNLOAD).tooltip(&tooltip)).clicked() {
                commands.send(Command::Logs(LogsCommand::FetchBodies));
            }
        }
    });
    if state.logs.bodies.is_loading() {
        Busy::new("Fetching the body from S3…").show(ui);
    } else if !missing.is_empty() {
        note(ui, Tone::Neutral, "A body above 100 KB lies in S3; a fetched copy stays on this machine until you forget local copies");
    }
    if let Remote::Failed { problem, .. } = &state.logs.bodies {
        failure(ui, problem, Command::Logs(LogsCommand::FetchBodies), commands);
    }
}

pub(in crate::ui::screens) fn conversation_tab(ui: &mut Ui, view: &mut ConversationView, detail: &Detail, query: &Query) {
    if detail.record().is_none() {
        CodeBlock::new(cut(&detail.entry.line)).show(ui);
    } else if detail.text_was_not_logged() {
        banner(ui, Tone::Neutral, "The logging configuration leaves texts out: switch on text delivery to see conversations here");
    }
    view.ui(ui, &detail.conversation, query);
}

pub(in crate::ui::screens) fn raw_tab(ui: &mut Ui, detail: &Detail) {
    CodeBlock::new(cut(&detail.entry.line)).name("record").show(ui);
    if detail.entry.line.len() > RAW_SHOWN {
        note(ui, Tone::Neutral, "The rest of the line is left out here; Copy takes all of it");
    }
}

/// The beginning of `line`, cut between characters.
fn cut(line: &str) -> &str {
    let end = line.len().min(RAW_SHOWN);
    let end = (0..=end).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    &line[..end]
}
