//! Effects of the resources slice: reading the ledger, looking at AWS, cleaning up.

use std::sync::Arc;

use super::{Jobs, Slot, playground};
use crate::app::Screen;
use crate::app::resources::{Inventory, ResourcesEffect, ResourcesEvent};
use crate::aws::{AwsError, Session};
use crate::base::problem::Problem;
use crate::lab::action::{Cx, Report, ledger_problem};
use crate::lab::cleanup;
use crate::lab::deeds::Deeds;
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::lab::ledger::{Ledger, LedgerError};
use crate::lab::receipt::Receipt;

/// Looking at AWS.
const VERIFY: Slot = Slot::Of(Screen::Resources, "verify");
/// Removing.
const CLEAN_UP: Slot = Slot::Of(Screen::Resources, "clean-up");
/// Writing a receipt.
const SAVE: Slot = Slot::Of(Screen::Resources, "save");
/// Reading the ledger.
const READ: Slot = Slot::Of(Screen::Resources, "read");

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: ResourcesEffect) {
    match effect {
        ResourcesEffect::Read => read(jobs),
        ResourcesEffect::Verify => verify(jobs),
        ResourcesEffect::CleanUp => clean_up(jobs),
        ResourcesEffect::StopCleanUp => stop(jobs),
        ResourcesEffect::Save { name, text } => playground::export(jobs, SAVE, name, text),
    }
}

/// The ledger is small and its folder local, but a disk may be slow: it is read away from the async threads.
fn read(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(READ, async move {
        let reader = jobs.clone();
        let outcome = tokio::task::spawn_blocking(move || inventory(&reader)).await;
        let outcome = outcome.unwrap_or_else(|error| Err(Problem::new("The ledger could not be read", error.to_string(), "Try again")));
        jobs.emit(ResourcesEvent::Inventory(outcome.map(Arc::new))).await;
    });
}

fn inventory(jobs: &Jobs) -> Result<Inventory, Problem> {
    let session = jobs.session()?;
    let ledger = open_ledger(jobs, &session)?;
    let mut standing = ledger.standing().map_err(|error| unreadable(&error))?;
    standing.retain(|s| !matches!(s.resource(), crate::lab::resource::Resource::Place { .. }));
    let plan = cleanup::plan(&Facts { standing: standing.clone(), ..Facts::default() });
    standing.reverse();
    Ok(Inventory { path: ledger.path().to_owned(), standing, plan, warning: ledger.salvage().map(crate::lab::ledger::Salvage::text) })
}

/// The ledger of the open place.
pub fn open_ledger(jobs: &Jobs, session: &Session) -> Result<Ledger, Problem> {
    Ledger::open(jobs.home(), &session.environment().key()).map_err(|error| unreadable(&error))
}

/// As a person reads it.
pub fn unreadable(error: &LedgerError) -> Problem {
    Problem::new(
        "The ledger cannot be read",
        crate::base::error::chain(error),
        "Give yourself permission on the file, then try again; nothing was changed",
    )
}

fn verify(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(VERIFY, async move {
        let outcome = prove(&jobs).await;
        jobs.emit(ResourcesEvent::Verified(outcome.map(Arc::new))).await;
    });
}

/// Everything that the ledger has here is looked at: what is ours, what was removed, and what is borrowed.
async fn prove(jobs: &Jobs) -> Result<Receipt, Problem> {
    let place = Place::open(jobs).await?;
    let here: Vec<_> = place.facts.standing.clone();
    Ok(cleanup::prove(&place.cx(jobs, &|_| {}), here).await)
}

fn clean_up(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(CLEAN_UP, async move {
        let outcome = remove_all(&jobs).await;
        jobs.emit(ResourcesEvent::Cleaned(outcome.map(Arc::new))).await;
    });
}

async fn remove_all(jobs: &Jobs) -> Result<Receipt, Problem> {
    let place = Place::open(jobs).await?;
    let teller = jobs.clone();
    let report = move |progress| {
        // A sign of life that finds the channel full is left out: the next one says more.
        let _told = teller.try_emit(ResourcesEvent::Progress(progress));
    };
    cleanup::run(&place.cx(jobs, &report)).await.map_err(|error| ledger_problem(&error))
}

/// Ends clean-up between two calls; the ledger knows how far it came.
fn stop(jobs: &Jobs) {
    let _was_running = jobs.cancel(&CLEAN_UP);
}

/// The open environment with what is known of it.
struct Place {
    session: Session,
    ledger: Ledger,
    deeds: Deeds,
    facts: Facts,
    values: Values,
}

impl Place {
    async fn open(jobs: &Jobs) -> Result<Self, Problem> {
        let session = jobs.session()?;
        let ledger = open_ledger(jobs, &session)?;
        let mut facts = Facts::identify(&session, "").await.map_err(|error: AwsError| Problem::from(&error))?;
        let standing = ledger.standing().map_err(|error| unreadable(&error))?;
        facts.standing = standing.into_iter().filter(|s| s.is_at(&facts.account, &facts.region)).collect();
        let deeds = Deeds::of(jobs.home(), &session.environment().key());
        Ok(Self { session, ledger, deeds, facts, values: Values::default() })
    }

    fn cx<'a>(&'a self, jobs: &'a Jobs, report: &'a Report<'a>) -> Cx<'a> {
        Cx {
            session: &self.session,
            clock: jobs.clock(),
            facts: &self.facts,
            values: &self.values,
            is_attended: true,
            ledger: &self.ledger,
            deeds: &self.deeds,
            lab: "resources",
            step: "clean-up",
            report,
        }
    }
}
