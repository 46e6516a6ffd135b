//! What is looked for in the lines: terms, search, queries. Looking is done away from the window's thread, a piece at a time.

use std::sync::Arc;

use crate::app::tail::{Ask, AskOrder, Look, LookOrder, Ran, TailEffect, TailState};
use crate::app::{Effect, State};
use crate::insights::Query;
use crate::logs::tail::{Found, Lens};

/// The query to begin with.
const FIRST_QUERY: &str = "stats count(*) as invocations, avg(output.outputBodyJson.metrics.latencyMs) as latency by modelId";

/// Writes one of the terms.
pub fn set_term(tail: &mut TailState, term: usize, text: String) -> Vec<Effect> {
    let mut terms = tail.look.lens.terms.clone();
    let Some(held) = terms.get_mut(term).filter(|held| **held != text) else { return Vec::new() };
    *held = text;
    let search = tail.look.lens.search.clone();
    change(tail, Lens::new(terms, search))
}

/// Writes the search.
pub fn set_search(tail: &mut TailState, text: String) -> Vec<Effect> {
    if tail.look.lens.search == text {
        return Vec::new();
    }
    let terms = tail.look.lens.terms.clone();
    change(tail, Lens::new(terms, text))
}

fn change(tail: &mut TailState, lens: Lens) -> Vec<Effect> {
    tail.look.lens = Arc::new(lens);
    start_over(tail)
}

/// Looks at all lines anew.
pub fn start_over(tail: &mut TailState) -> Vec<Effect> {
    let (lens, number) = (Arc::clone(&tail.look.lens), tail.look.number + 1);
    tail.look = Look { lens, number, looked_until: tail.shown.first(), ..Look::default() };
    keep_up(tail)
}

/// Looks at the lines that came since the last look, unless a look is under way: it is followed by the next.
pub fn keep_up(tail: &mut TailState) -> Vec<Effect> {
    let look = &mut tail.look;
    let gone = look.found.partition_point(|number| *number < tail.shown.first());
    look.found.drain(..gone);
    look.gone += gone as u64;
    let gone = tail.shown.first().saturating_sub(look.masks_from).min(look.masks.len() as u64);
    look.masks.drain(..gone as usize);
    look.masks_from += gone;
    if look.is_looking || look.looked_until >= tail.shown.end() {
        return Vec::new();
    }
    if look.lens.is_clear() {
        look.looked_until = tail.shown.end();
        return Vec::new();
    }
    look.is_looking = true;
    let first = look.looked_until.max(tail.shown.first());
    if first != look.looked_until {
        // Lines went before they were looked at.
        look.masks.clear();
    }
    if look.masks.is_empty() {
        look.masks_from = first;
    }
    let lines = tail.shown.from(first).cloned().collect();
    vec![Effect::Tail(TailEffect::Look(LookOrder { number: look.number, lens: Arc::clone(&look.lens), first, lines }))]
}

/// Takes what was found with the present lens.
pub fn looked(tail: &mut TailState, number: u64, first: u64, count: usize, found: Found) -> Vec<Effect> {
    let look = &mut tail.look;
    if number != look.number {
        return Vec::new();
    }
    look.is_looking = false;
    look.looked_until = first + count as u64;
    look.masks.extend(found.masks);
    look.hits.iter_mut().zip(found.hits).for_each(|(all, more)| *all += more);
    if !look.lens.shows_all() {
        look.found.extend(found.places.into_iter().map(|place| first + place as u64));
    }
    keep_up(tail)
}

/// Opens or closes the panel of queries.
pub fn toggle_ask(tail: &mut TailState) {
    tail.ask.open = !tail.ask.open;
    if tail.ask.text.is_empty() {
        FIRST_QUERY.clone_into(&mut tail.ask.text);
    }
}

/// Writes a query.
pub fn set_query(ask: &mut Ask, text: String) {
    ask.error = Query::parse(&text).err();
    ask.text = text;
}

/// Runs the query over all lines, those that wait included.
pub fn run_query(state: &mut State) -> Vec<Effect> {
    let account = state.connection.current.value().map(|place| place.account.clone()).unwrap_or_default();
    let tail = &mut state.tail;
    tail.ask.error = Query::parse(&tail.ask.text).err();
    if tail.ask.error.is_some() {
        return Vec::new();
    }
    tail.ask.number += 1;
    tail.ask.is_running = true;
    let lines = tail.shown.from(0).chain(tail.waiting.from(0)).cloned().collect();
    vec![Effect::Tail(TailEffect::Ask(AskOrder { number: tail.ask.number, text: tail.ask.text.clone(), lines, account }))]
}

/// Ends the query.
pub fn stop_query(ask: &mut Ask) -> Vec<Effect> {
    ask.is_running = false;
    ask.number += 1;
    vec![Effect::Tail(TailEffect::StopAsking)]
}

/// Takes the result of the newest query.
pub fn asked(ask: &mut Ask, number: u64, ran: Option<Arc<Ran>>) {
    if number == ask.number {
        ask.is_running = false;
        ask.ran = ran.or_else(|| ask.ran.take());
    }
}
