//! What a person would pull for a step of the lab, pulled by itself where nobody sits: rehearsals, checks, prepared states.

use super::incident::{self, IncidentError, Kind, Start};
use crate::sandbox::Sandbox;

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

impl Drop for Rehearsal {
    fn drop(&mut self) {
        let _was_under_way = incident::stop(&self.sandbox, self.kind);
    }
}
