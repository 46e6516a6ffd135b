//! What a reply and a conversation took: times, tokens, cost; and the ways from a reply to its record and its request.

use std::time::Duration;

use egui::Ui;

use super::{Wish, request};
use crate::app::logs::LogsCommand;
use crate::app::playground::{Metrics, Outcome, Reply, Totals, Turn};
use crate::app::{Command, Commands, State};
use crate::aws::bedrock_runtime::Usage;
use crate::base::text::{dollars, duration, grouped};
use crate::models;
use crate::ui::icons;
use crate::ui::theme::Tone;
use crate::ui::widgets::{Chip, Push, hint};

/// Draws the row below a reply.
pub fn ui(ui: &mut Ui, state: &State, lane: usize, turn: &Turn, reply: &Reply, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    ui.add_space(2.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 6.0);
        times(ui, &reply.metrics);
        counts(ui, state, reply);
        stop_reason(ui, reply);
        links(ui, lane, turn, reply, commands, wishes);
    });
}

/// Draws what the conversation has taken so far, with those beside it.
pub fn conversation(ui: &mut Ui, state: &State) {
    let playground = &state.playground;
    let totals = (0..playground.lanes()).filter_map(|lane| playground.chat_of(lane)).map(|chat| chat.totals);
    let sum = totals.fold(Totals::default(), add);
    hint(ui, in_words(&sum)).on_hover_text("Tokens and list price of all replies of this conversation");
}

fn add(sum: Totals, more: Totals) -> Totals {
    let (a, b) = (sum.usage, more.usage);
    Totals {
        replies: sum.replies + more.replies,
        usage: Usage {
            input: a.input + b.input,
            output: a.output + b.output,
            cache_read: a.cache_read + b.cache_read,
            cache_write: a.cache_write + b.cache_write,
        },
        cost: sum.cost + more.cost,
        unpriced: sum.unpriced + more.unpriced,
        carried: sum.carried,
    }
}

fn in_words(sum: &Totals) -> String {
    let noun = if sum.replies == 1 { "reply" } else { "replies" };
    let cached = sum.usage.cache_read + sum.usage.cache_write;
    let cached = if cached > 0 { format!(" · {} cached", grouped(cached)) } else { String::new() };
    let cost = match (sum.unpriced, sum.replies) {
        (0, _) => format!(" · {}", dollars(sum.cost)),
        (unpriced, replies) if unpriced == replies => String::new(),
        (unpriced, _) => format!(" · {} and {unpriced} without a price", dollars(sum.cost)),
    };
    format!("{} {noun} · {} in · {} out{cached}{cost}", sum.replies, grouped(sum.usage.input), grouped(sum.usage.output))
}

fn fact(ui: &mut Ui, tone: Tone, words: &str, meaning: &str) {
    ui.add(Chip::new(tone, words).mono()).on_hover_text(meaning);
}

/// Milliseconds in words.
pub fn ms(ms: u64) -> String {
    duration(Duration::from_millis(ms))
}

fn times(ui: &mut Ui, metrics: &Metrics) {
    let seen = metrics.total_ms.map(|total| format!("; {} until the end as seen here", ms(total))).unwrap_or_default();
    match (metrics.latency_ms, metrics.total_ms) {
        (Some(latency), _) => fact(ui, Tone::Neutral, &ms(latency), &format!("Latency as Bedrock measured it{seen}")),
        (None, Some(total)) => fact(ui, Tone::Neutral, &ms(total), "Time until the end as seen here; Bedrock gave no latency"),
        (None, None) => {}
    }
    if let Some(first) = metrics.first_token_ms {
        fact(ui, Tone::Neutral, &format!("first token {}", ms(first)), "Time until the first words as seen here");
    }
}

fn counts(ui: &mut Ui, state: &State, reply: &Reply) {
    let metrics = &reply.metrics;
    let Some(usage) = metrics.usage else { return };
    let words = format!("{} in · {} out", grouped(usage.input), grouped(usage.output));
    fact(ui, Tone::Neutral, &words, "Tokens as Bedrock counted them: what you pay for");
    if usage.cache_read + usage.cache_write > 0 {
        let words = format!("cache {} read · {} written", grouped(usage.cache_read), grouped(usage.cache_write));
        fact(ui, Tone::Neutral, &words, "Input tokens that came from the prompt cache or went into it");
    }
    if let Some(speed) = metrics.tokens_per_second() {
        fact(ui, Tone::Neutral, &format!("{speed:.0} tokens/s"), "Output tokens a second, counted from the first words");
    }
    let (words, meaning) = cost(metrics, &reply.request.model_id, state.connection.is_sandbox());
    fact(ui, Tone::Neutral, &words, &meaning);
}

/// The list price of a call and what it rests on.
fn cost(metrics: &Metrics, model_id: &str, sandbox: bool) -> (String, String) {
    let table = models::catalogue();
    let Some(cost) = metrics.cost(model_id) else {
        let meaning = format!("The price table of {} has no price for {model_id}", table.prices_as_of);
        return (format!("no price for {}", models::short_name(model_id)), meaning);
    };
    let free = if sandbox { "; the sandbox itself costs nothing" } else { "" };
    let note =
        models::find(model_id).and_then(|model| model.price.as_ref()?.note.as_deref()).map(|note| format!("; {note}")).unwrap_or_default();
    (dollars(cost), format!("On-demand list price of {}, without taxes and discounts{note}{free}", table.prices_as_of))
}

fn stop_reason(ui: &mut Ui, reply: &Reply) {
    let Some(reason) = &reply.stop_reason else { return };
    let (tone, meaning) = match reason.as_str() {
        "end_turn" => (Tone::Ok, "The model was done"),
        "max_tokens" => (Tone::Warn, "The limit on output tokens was reached: the reply is cut"),
        "stop_sequence" => (Tone::Neutral, "One of the stop sequences came up; it is not part of the reply"),
        "tool_use" => (Tone::Neutral, "The model asks for a tool's result"),
        "guardrail_intervened" => (Tone::Warn, "A guardrail stepped in"),
        "content_filtered" => (Tone::Warn, "The reply was filtered"),
        "model_context_window_exceeded" => (Tone::Warn, "The conversation is longer than the model can read"),
        _ => (Tone::Neutral, "Why the model stopped, in its own word"),
    };
    fact(ui, tone, reason, meaning);
}

fn links(ui: &mut Ui, lane: usize, turn: &Turn, reply: &Reply, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    if let Some(request_id) = &reply.request_id {
        let tooltip = format!(
            "Show the log record of request {request_id}. It arrives some seconds after the reply; until then the log screen waits and says so"
        );
        if ui.add(Push::quiet("Log record").with_icon(icons::TEXT_ALIGN_START).small().tooltip(&tooltip)).clicked() {
            commands.send(Command::Logs(LogsCommand::Open { request_id: request_id.clone() }));
        }
    }
    let failed_unsent = matches!(reply.outcome, Outcome::Failed(_)) && reply.request_id.is_none();
    let tooltip = if failed_unsent { "Show what would have been sent, as code" } else { "Show what was sent, as code" };
    if ui.add(Push::quiet("API request").with_icon(icons::CODE).small().tooltip(tooltip)).clicked() {
        wishes.push(Wish::ShowRequest(request::Which::Sent(lane, turn.id)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_in_words_says_what_has_no_price() {
        let usage = Usage { input: 1_200, output: 30, cache_read: 500, cache_write: 0 };
        let sum = Totals { replies: 2, usage, cost: 0.5, unpriced: 1, ..Totals::default() };
        let words = in_words(&sum);
        assert!(words.starts_with("2 replies · 1,200 in · 30 out · 500 cached · $0.50"), "{words}");
        assert!(words.ends_with("and 1 without a price"), "{words}");
        let none = in_words(&Totals { replies: 1, unpriced: 1, ..Totals::default() });
        assert!(!none.contains('$'), "{none}");
    }
}
