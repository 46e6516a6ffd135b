//! What a model is told beside the messages: parameters that it accepts, system prompt, marks for the log.

use egui::{DragValue, ScrollArea, Slider, Ui};

use super::picker::Target;
use super::{Wish, access, group};
use crate::app::playground::draft::{
    LEAST_BUDGET, LONGEST_MARK, MOST_MARKS, MOST_STOPS, USUAL_BUDGET, caches, is_mark, longest_reply, sampling, thinks,
};
use crate::app::playground::{Draft, Edit, Life, Mode, ModelChoice, Parameters, PlaygroundCommand};
use crate::app::{Command, Commands, State};
use crate::aws::bedrock_runtime::{Effort, Thinking};
use crate::base::text::grouped;
use crate::models::{self, Sampling, ThinkingForm};
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Chip, Field, Push, Verdict, caption, checkbox, choice_of, copyable, hint, note, status, toggle};

/// A limit that leaves room for an answer and none for surprises.
const USUAL_LIMIT: u32 = 1_024;

/// What the settings keep between frames.
#[derive(Debug, Default)]
pub struct Settings {
    /// A stop sequence being typed.
    stop: String,
}

fn edit(commands: &mut Commands, change: Edit) {
    commands.send(Command::Playground(PlaygroundCommand::Edit(Box::new(change))));
}

impl Settings {
    /// Draws the settings.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        ScrollArea::vertical().id_salt("playground-settings").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 10.0);
            ui.spacing_mut().item_spacing.y = 6.0;
            model(ui, state, wishes);
            delivery(ui, &state.playground.draft, commands);
            self.parameters(ui, &state.playground.draft, commands);
            system(ui, &state.playground.draft, commands);
            marks(ui, &state.playground.draft, commands);
            ui.add_space(size::GAP);
        });
    }

    fn parameters(&mut self, ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
        group(ui, "Parameters");
        caption(ui, "What is not ticked is left out of the request; the model decides");
        let id = draft.model_id.as_deref().unwrap_or_default();
        let mut parameters = draft.parameters.clone();
        limit(ui, &mut parameters, id);
        sampled(ui, &mut parameters, sampling(id));
        thinking(ui, &mut parameters, id);
        self.stops(ui, &mut parameters);
        if parameters != draft.parameters {
            edit(commands, Edit::Parameters(parameters));
        }
    }

    fn stops(&mut self, ui: &mut Ui, parameters: &mut Parameters) {
        caption(ui, "Stop sequences");
        let mut dropped = None;
        for (at, stop) in parameters.stop_sequences.iter().enumerate() {
            ui.horizontal(|ui| {
                ui.add(Chip::new(Tone::Neutral, stop).mono());
                if ui.add(Push::icon(icons::X, &format!("Remove the stop sequence {stop}")).small()).clicked() {
                    dropped = Some(at);
                }
            });
        }
        if let Some(at) = dropped {
            parameters.stop_sequences.remove(at);
        }
        if parameters.stop_sequences.len() >= MOST_STOPS {
            return;
        }
        ui.horizontal(|ui| {
            let field = Field::new("New stop sequence", &mut self.stop).label_hidden().mono().hint("Text that ends the reply").width(180.0);
            let entered = field.show(ui).lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let empty = self.stop.is_empty().then_some("Type a text first");
            if (ui.add(Push::quiet("Add").blocked_by(empty)).clicked() || entered) && !self.stop.is_empty() {
                parameters.stop_sequences.push(std::mem::take(&mut self.stop));
            }
        });
    }
}

fn model(ui: &mut Ui, state: &State, wishes: &mut Vec<Wish>) {
    let playground = &state.playground;
    ui.label(egui::RichText::new("Model").text_style(crate::ui::theme::text::strong()));
    let Some(id) = playground.draft.model_id.as_deref() else {
        hint(ui, if playground.models.is_loading() { "Listing the models…" } else { "No model is chosen yet" });
        return;
    };
    copyable(ui, id, "Model id");
    if let Some(choice) = playground.chosen() {
        facts(ui, choice);
    }
    if let Some(access) = access::of(playground, id) {
        status(ui, access.tone, &access.words).on_hover_text(access.advice);
    }
    price(ui, id);
    if ui.add(Push::secondary("Choose another…").with_icon(icons::CPU)).clicked() {
        wishes.push(Wish::PickModel(Target::Lane(0)));
    }
}

fn facts(ui: &mut Ui, choice: &ModelChoice) {
    hint(ui, format!("{}, {}", choice.provider, choice.route.words()));
    match choice.life {
        Life::Active => {}
        Life::Legacy => {
            note(ui, Tone::Warn, &legacy(choice));
        }
        Life::Ended => {
            note(ui, Tone::Error, "Past its end of life: Bedrock answers every call with an error");
        }
    }
    if let Some(obstacle) = &choice.obstacle {
        note(ui, Tone::Warn, obstacle);
    }
    if let Some(words) = &choice.note {
        note(ui, Tone::Neutral, words);
    }
}

/// What legacy means, and until when.
fn legacy(choice: &ModelChoice) -> String {
    let until = choice.ends.map(|end| format!(", until it ends on {}", end.strftime("%Y-%m-%d"))).unwrap_or_default();
    format!("Legacy: it answers only accounts that used it in the last weeks{until}")
}

fn price(ui: &mut Ui, id: &str) {
    let table = models::catalogue();
    let million = |input, output| models::cost(id, models::Tokens { input, output, ..models::Tokens::default() });
    let words = match (million(1_000_000, 0), million(0, 1_000_000)) {
        (Some(input), Some(output)) => format!("${input:.2} in, ${output:.2} out per million tokens ({})", table.prices_as_of),
        _ => format!("No price for {} in the table of {}", models::short_name(id), table.prices_as_of),
    };
    hint(ui, words);
}

fn delivery(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    group(ui, "Conversation");
    if let Some(mode) = choice_of(ui, &draft.mode, &[(Mode::Chat, "Chat"), (Mode::Single, "Single prompt")]) {
        edit(commands, Edit::Mode(mode));
    }
    caption(
        ui,
        match draft.mode {
            Mode::Chat => "Each message brings the whole conversation along: input tokens grow",
            Mode::Single => "Each message stands alone",
        },
    );
    cache(ui, draft, commands);
    let mut streaming = draft.streaming;
    if toggle(ui, &mut streaming, "Stream the reply").changed() {
        edit(commands, Edit::Streaming(streaming));
    }
}

/// The prompt cache, as far as the model has one.
fn cache(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    let id = draft.model_id.as_deref().unwrap_or_default();
    if !caches(id) {
        hint(ui, "This model has no prompt cache");
        return;
    }
    let mut on = draft.cache;
    if toggle(ui, &mut on, "Prompt caching").changed() {
        edit(commands, Edit::Cache(on));
    }
    if on {
        let least = models::find(id).and_then(|model| model.cache_min);
        let least = least.map(|tokens| format!(" A beginning shorter than {} tokens is not cached", grouped(tokens))).unwrap_or_default();
        caption(
            ui,
            format!(
                "The beginning that stays the same is read from the cache for a tenth of the price, for five minutes after its last use.{least}"
            ),
        );
    }
}

/// Thinking, in the form that the model takes.
fn thinking(ui: &mut Ui, parameters: &mut Parameters, id: &str) {
    match thinks(id) {
        None if parameters.thinking.is_some() => {
            note(ui, Tone::Neutral, "This model does not think aloud; what was set is kept for other models")
        }
        None => return,
        Some(ThinkingForm::Budget) => budget(ui, parameters),
        Some(ThinkingForm::Adaptive) => effort(ui, parameters),
    };
}

fn budget(ui: &mut Ui, parameters: &mut Parameters) -> egui::Response {
    let mut tokens = parameters.thinking.map(|thinking| if let Thinking::Budget(tokens) = thinking { tokens } else { USUAL_BUDGET });
    optional(ui, &mut tokens, "Thinking", USUAL_BUDGET, |ui, tokens| {
        ui.add(DragValue::new(tokens).range(LEAST_BUDGET..=64_000).speed(16)).accessible_name("Tokens to think with");
        hint(ui, "tokens at most, paid as output");
    });
    if tokens.is_some() != parameters.thinking.is_some() || matches!(parameters.thinking, Some(Thinking::Budget(_))) {
        parameters.thinking = tokens.map(Thinking::Budget);
    }
    ui.response()
}

fn effort(ui: &mut Ui, parameters: &mut Parameters) -> egui::Response {
    let mut effort = parameters.thinking.map(|thinking| if let Thinking::Adaptive(effort) = thinking { effort } else { Effort::default() });
    optional(ui, &mut effort, "Thinking", Effort::default(), |ui, effort| {
        if let Some(chosen) = choice_of(ui, effort, &[(Effort::Low, "Low"), (Effort::Medium, "Medium"), (Effort::High, "High")]) {
            *effort = chosen;
        }
    });
    if effort.is_some() != parameters.thinking.is_some() || matches!(parameters.thinking, Some(Thinking::Adaptive(_))) {
        parameters.thinking = effort.map(Thinking::Adaptive);
    }
    ui.response()
}

/// A parameter with a box that says whether it is sent.
fn optional<T: Copy>(ui: &mut Ui, value: &mut Option<T>, words: &str, first: T, control: impl FnOnce(&mut Ui, &mut T)) {
    let mut on = value.is_some();
    if checkbox(ui, &mut on, words).changed() {
        *value = on.then_some(first);
    }
    if let Some(value) = value {
        ui.horizontal(|ui| control(ui, value));
    }
}

fn limit(ui: &mut Ui, parameters: &mut Parameters, id: &str) {
    let most = longest_reply(id);
    optional(ui, &mut parameters.max_tokens, "Maximum tokens", USUAL_LIMIT.min(most), |ui, max| {
        ui.add(DragValue::new(max).range(1..=most).speed(8)).accessible_name("Maximum tokens of the reply");
        hint(ui, format!("of {}", grouped(most.into())));
    });
}

/// Temperature and top P as far as the model takes them. Of an exclusive pair, ticking one unticks the other.
fn sampled(ui: &mut Ui, parameters: &mut Parameters, takes: Sampling) {
    if takes == Sampling::None {
        let kept = parameters.temperature.is_some() || parameters.top_p.is_some() || parameters.top_k.is_some();
        let also = if kept { "; what was set is kept for other models" } else { "" };
        note(ui, Tone::Neutral, &format!("This model refuses temperature, top P and top K{also}"));
        return;
    }
    let before = (parameters.temperature.is_some(), parameters.top_p.is_some());
    optional(ui, &mut parameters.temperature, "Temperature", 0.7, |ui, value| share(ui, value, "Temperature value"));
    optional(ui, &mut parameters.top_p, "Top P", 0.9, |ui, value| share(ui, value, "Top P value"));
    if takes == Sampling::One {
        exclude(parameters, before);
        caption(ui, "This model takes one of the two, never both: ticking one unticks the other");
    }
    optional(ui, &mut parameters.top_k, "Top K", 250, |ui, value| {
        ui.add(DragValue::new(value).range(1..=500)).accessible_name("Top K value");
        hint(ui, "likeliest tokens");
    });
}

fn exclude(parameters: &mut Parameters, before: (bool, bool)) {
    if parameters.temperature.is_some() && !before.0 {
        parameters.top_p = None;
    }
    if parameters.top_p.is_some() && !before.1 {
        parameters.temperature = None;
    }
}

/// A number from 0 to 1 in steps of a hundredth.
fn share(ui: &mut Ui, value: &mut f32, name: &str) {
    ui.spacing_mut().slider_width = 150.0;
    ui.add(Slider::new(value, 0.0..=1.0).step_by(0.01).show_value(false)).accessible_name(name);
    hint(ui, format!("{value:.2}"));
}

fn system(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    let mut text = draft.system.clone();
    ui.add_space(size::GAP);
    let field = Field::new("System prompt", &mut text).rows(4).hint("Who the model is and how it answers").width(f32::INFINITY);
    if field.show(ui).changed() {
        edit(commands, Edit::System(text));
    }
}

fn marks(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    ui.add_space(size::GAP_SMALL);
    let title =
        if draft.metadata.is_empty() { "Request metadata".to_owned() } else { format!("Request metadata ({})", draft.metadata.len()) };
    egui::CollapsingHeader::new(title).id_salt("request-metadata").show(ui, |ui| {
        caption(ui, "Marks such as team=blue that appear in the log record and can be searched there");
        let mut marks = draft.metadata.clone();
        mark_rows(ui, &mut marks);
        let full = (marks.len() >= MOST_MARKS).then_some("A request takes at most 16 marks");
        if ui.add(Push::quiet("Add a mark").with_icon(icons::PLUS).blocked_by(full)).clicked() {
            marks.push((String::new(), String::new()));
        }
        if marks != draft.metadata {
            edit(commands, Edit::Metadata(marks));
        }
    });
}

fn mark_rows(ui: &mut Ui, marks: &mut Vec<(String, String)>) {
    let mut dropped = None;
    for (at, (key, value)) in marks.iter_mut().enumerate() {
        let number = at + 1;
        let unfinished = (key.trim().is_empty() != value.trim().is_empty()).then(|| Verdict::hint("Left out until both are filled in"));
        ui.horizontal(|ui| {
            let (key_name, value_name) = (format!("Key {number}"), format!("Value {number}"));
            Field::new(&key_name, key).label_hidden().hint("key").mono().width(86.0).char_limit(LONGEST_MARK).show(ui);
            Field::new(&value_name, value).label_hidden().hint("value").mono().width(100.0).char_limit(LONGEST_MARK).show(ui);
            if ui.add(Push::icon(icons::X, &format!("Remove mark {number}")).small()).clicked() {
                dropped = Some(at);
            }
        });
        if let Some(verdict) = unfinished {
            hint(ui, verdict.words);
        } else if !is_mark(key.trim()) || !is_mark(value.trim()) {
            note(ui, Tone::Warn, "Bedrock takes letters, digits, spaces and : _ @ $ # = / + , - .");
        }
    }
    if let Some(at) = dropped {
        marks.remove(at);
    }
}
