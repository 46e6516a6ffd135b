//! Links to records: made of the opened one, and followed to where they lead.

use super::{Awaited, LogsState, Wait, reduce};
use crate::app::{Command, Effect, Screen, State};
use crate::logs::permalink::Permalink;
use crate::logs::store::Entry;

/// The link to a loaded event; `None` while no place or log group is open.
pub fn of(state: &State, entry: &Entry) -> Option<Permalink> {
    let connected = state.connection.current.value()?;
    let request_id = entry.record().map(|record| record.request_id.to_string()).filter(|id| !id.is_empty());
    Some(Permalink {
        account: connected.account.clone(),
        region: connected.environment.region.clone(),
        group: state.logs.load.group.clone()?,
        at_ms: entry.at_ms,
        id: request_id.unwrap_or_else(|| entry.id.to_string()),
    })
}

/// Follows a link, now or as soon as its place is open.
pub fn open(state: &mut State, link: Permalink) -> Vec<Effect> {
    state.logs.link = Some(link);
    if state.screen == Screen::Logs { follow(state) } else { crate::app::reduce(state, Command::Go(Screen::Logs)) }
}

/// Why the link that waits cannot be followed here; `None` when nothing waits or nothing is in the way.
pub fn elsewhere(state: &State) -> Option<&Permalink> {
    let connected = state.connection.current.value()?;
    let link = state.logs.link.as_ref()?;
    (link.account != connected.account || link.region != connected.environment.region).then_some(link)
}

/// Goes where the waiting link leads, if that is in the open place.
pub fn follow(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() || elsewhere(state).is_some() {
        return Vec::new();
    }
    let Some(link) = state.logs.link.take() else { return Vec::new() };
    leave_for(&mut state.logs, &link);
    let mut effects = Vec::new();
    if state.logs.group() != Some(link.group.as_str()) {
        effects.extend(reduce::command(state, super::LogsCommand::ChooseGroup(Some(link.group))));
    }
    effects.extend(reduce::set_range(state, reduce::around(link.at_ms)));
    effects.extend(reduce::open_awaited(state));
    effects
}

fn leave_for(logs: &mut LogsState, link: &Permalink) {
    logs.context = None;
    logs.awaited = Some(Awaited { request_id: link.id.clone(), status: Wait::Looking, at_ms: Some(link.at_ms) });
}
