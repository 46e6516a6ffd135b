//! Changes to the Insights slice; each arm is one call.

use super::{InsightsCommand, InsightsEffect, InsightsEvent, InsightsState, Order, Ran, samples};
use crate::app::{Effect, State, logs};
use crate::insights::Query;
use std::sync::Arc;

/// A person did something.
pub fn command(state: &mut State, command: InsightsCommand) -> Vec<Effect> {
    match command {
        InsightsCommand::SetText(text) => write(&mut state.insights, text),
        InsightsCommand::Ask(text) => ask(state, text),
        InsightsCommand::Run => run(state),
        InsightsCommand::Stop => stop(&mut state.insights),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: InsightsEvent) -> Vec<Effect> {
    match event {
        InsightsEvent::Ran { number, ran } => ended(&mut state.insights, number, ran),
    }
}

/// The screen came into view: the log viewer loads what is queried, and there is something to start from.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.insights.text.is_empty()
        && let Some(first) = samples().first()
    {
        state.insights.text.clone_from(&first.query);
    }
    logs::reduce::entered(state)
}

/// Another environment was opened: its records are others, the query stays.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let insights = &mut state.insights;
    (insights.ran, insights.is_running, insights.asked) = (None, false, insights.asked + 1);
    vec![Effect::Insights(InsightsEffect::Stop)]
}

fn write(insights: &mut InsightsState, text: String) -> Vec<Effect> {
    insights.error = Query::parse(&text).err();
    insights.text = text;
    Vec::new()
}

fn ask(state: &mut State, text: String) -> Vec<Effect> {
    write(&mut state.insights, text);
    run(state)
}

/// Runs what is written, unless it cannot be read or there is nothing to run it over.
fn run(state: &mut State) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let window = state.logs.window(now_ms);
    let group = state.logs.group().unwrap_or_default();
    let account = state.connection.current.value().map(|connected| connected.account.as_str()).unwrap_or_default();
    let log = format!("{account}:{group}");
    let insights = &mut state.insights;
    insights.error = Query::parse(&insights.text).err();
    if insights.error.is_some() || state.logs.store.is_empty() {
        return Vec::new();
    }
    insights.asked += 1;
    insights.is_running = true;
    let order = Order { number: insights.asked, text: insights.text.clone(), store: Arc::clone(&state.logs.store), window, log };
    vec![Effect::Insights(InsightsEffect::Run(order))]
}

fn stop(insights: &mut InsightsState) -> Vec<Effect> {
    insights.is_running = false;
    vec![Effect::Insights(InsightsEffect::Stop)]
}

fn ended(insights: &mut InsightsState, number: u64, ran: Option<Arc<Ran>>) -> Vec<Effect> {
    if number == insights.asked {
        insights.is_running = false;
        insights.ran = ran.or_else(|| insights.ran.take());
    }
    Vec::new()
}
