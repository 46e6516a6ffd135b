//! What a person would pull for a step of the lab, pulled by itself where nobody sits: rehearsals, checks, prepared states.

use super::incident::{self, IncidentError, Kind, Start};
use crate::sandbox::{Sandbox, pulse};

/// Minutes after which the incident of a rehearsal ends by itself, should nobody end it.
const MINUTES: u32 = 15;

/// An incident that lasts until this is dropped.
#[derive(Debug)]
pub struct Rehearsal {
    sandbox: Sandbox,
    kind: Kind,
}

/// Begins what the action `action` of a lab waits for; `None` when it waits for nothing.
pub fn of_action(sandbox: &Sandbox, action: &str) -> Result<Option<Rehearsal>, IncidentError> {
    let kind = match action {
        // Alarms are there to fire.
        "alarms" => Kind::ThrottlingStorm,
        _ => return Ok(None),
    };
    incident::start(sandbox, kind, &Start { model: None, minutes: Some(MINUTES) })?;
    Ok(Some(Rehearsal { sandbox: sandbox.clone(), kind }))
}

/// Lets happen what happens by itself while somebody else's waiting moves the clock; ends never. For clocks that stand still otherwise.
#[expect(clippy::infinite_loop, reason = "whoever waits beside it ends it by dropping it")]
pub async fn beat_along(sandbox: &Sandbox) {
    let mut beaten = None;
    loop {
        // Between two waits nothing is due that was not before.
        let now = sandbox.clock().now();
        if beaten.replace(now) != Some(now) {
            pulse::beat(sandbox);
        }
        tokio::task::yield_now().await;
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        let _was_under_way = incident::stop(&self.sandbox, self.kind);
    }
}
