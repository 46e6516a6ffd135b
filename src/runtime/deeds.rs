//! Writes down what a person did on screens that leave no trace at AWS, for the lab's steps: away from the window's thread, one after the other.

use std::sync::{Mutex, PoisonError};

use super::Jobs;
use crate::lab::deeds::{Deed, Deeds, Ran, What};

/// One writer at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// A query was run to its end over `log`, written `ACCOUNT:GROUP`.
pub fn query(jobs: &Jobs, text: &str, ran: Ran, log: &str, rows: usize) {
    let group = log.split_once(':').map_or(log, |(_, group)| group);
    note(jobs, What::Query { text: text.to_owned(), ran, groups: vec![group.to_owned()], rows: rows as u64 });
}

/// Something was done in the open environment just now.
pub fn note(jobs: &Jobs, what: What) {
    let Ok(session) = jobs.session() else { return };
    let deeds = Deeds::of(jobs.home(), &session.environment().key());
    let deed = Deed { at: jobs.clock().now(), what };
    drop(jobs.0.handle.spawn_blocking(move || {
        let turn = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = deeds.add(&deed) {
            tracing::warn!(details = %error, "What you did could not be written down, so the lab's check may not see it");
        }
        drop(turn);
    }));
}
