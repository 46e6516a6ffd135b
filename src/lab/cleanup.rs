//! Removes what the ledger says is ours, in the order in which it can be removed, and proves by listing that it is gone.
//!
//! A failure is noted and the rest goes on; a second run passes over what is gone. How each kind is removed is in [`removal`], how its absence
//! is shown in [`proof`].

pub mod emptying;
pub mod proof;
pub mod removal;

use std::collections::HashMap;

use super::action::Cx;
use super::facts::Facts;
use super::ledger::{Happened, LedgerError, Standing};
use super::receipt::Receipt;
use super::resource::Resource;
use crate::aws::operation::PlannedCall;
use crate::base::text;
use removal::Removal;

/// The calls that removing everything will make, in order.
pub fn plan(facts: &Facts) -> Vec<PlannedCall> {
    in_order(facts.outstanding().cloned().collect()).iter().flat_map(|standing| removal::plan(standing.resource())).collect()
}

/// Removes everything of ours in this account and Region.
pub async fn run(cx: &Cx<'_>) -> Result<Receipt, LedgerError> {
    run_some(cx, |_| true).await
}

/// Removes what the step `step` made.
pub async fn run_step(cx: &Cx<'_>, step: &str) -> Result<Receipt, LedgerError> {
    run_some(cx, |standing| standing.last.step == step).await
}

async fn run_some(cx: &Cx<'_>, which: impl Fn(&Standing) -> bool) -> Result<Receipt, LedgerError> {
    let outstanding = cx.ledger.outstanding()?;
    let (here, elsewhere): (Vec<_>, Vec<_>) = outstanding.into_iter().partition(|s| s.is_at(&cx.facts.account, &cx.facts.region));
    let ours = in_order(here.into_iter().filter(|standing| which(standing)).collect());
    let mut failures = HashMap::new();
    for (done, standing) in ours.iter().enumerate() {
        let label = standing.resource().label();
        cx.say_attempt(format!("Removing {label}"), 1, Some(done as f32 / ours.len() as f32));
        if let Some(why) = remove(cx, standing).await? {
            failures.insert(label, why);
        }
    }
    let mut receipt = prove(cx, ours).await;
    for line in &mut receipt.lines {
        if let Some(why) = failures.remove(&line.resource.label()).filter(|_| line.found != super::receipt::Found::Gone) {
            line.text = format!("{}: {why}", line.text);
        }
    }
    receipt.elsewhere =
        elsewhere.iter().map(|s| format!("{} in account {}, {}", s.resource().label(), s.last.account, s.last.region)).collect();
    receipt.kept = borrowed(cx)?;
    Ok(receipt)
}

/// Removes one resource and writes down how that ended; the reason when it could not be removed.
async fn remove(cx: &Cx<'_>, standing: &Standing) -> Result<Option<String>, LedgerError> {
    match removal::remove(cx, standing).await {
        Ok(Removal::Done) => note(cx, standing, Happened::Removed).map(|()| None),
        Ok(Removal::NotOurs(_)) => note(cx, standing, Happened::Refused).map(|()| None),
        Ok(Removal::Stays(why)) => Ok(Some(why)),
        Err(error) => Ok(Some(text::one_line(&error.message, 300))),
    }
}

/// Keeps the step that made the resource in the ledger, not the step that removes it.
fn note(cx: &Cx<'_>, standing: &Standing, event: Happened) -> Result<(), LedgerError> {
    let entry = super::ledger::Entry { at: cx.clock.now(), event, ..standing.last.clone() };
    cx.ledger.add(&entry)
}

/// Looks at each resource once more. Removal is slower to be seen than to be answered, so what is still there is looked at again for a while.
pub async fn prove(cx: &Cx<'_>, resources: Vec<Standing>) -> Receipt {
    cx.say("Proving that nothing is left");
    let mut lines = Vec::new();
    for standing in in_order(resources) {
        lines.push(proof::look_patiently(cx, &standing).await);
    }
    Receipt { at: cx.clock.now(), lines, kept: Vec::new(), elsewhere: Vec::new() }
}

fn borrowed(cx: &Cx<'_>) -> Result<Vec<String>, LedgerError> {
    let here = |s: &Standing| s.is_at(&cx.facts.account, &cx.facts.region) && s.last.event == Happened::Borrowed;
    let all = cx.ledger.standing()?;
    let own = all.iter().filter(|s| here(s) && !matches!(s.resource(), Resource::Place { .. }));
    Ok(own.map(|s| s.resource().label()).collect())
}

fn in_order(mut resources: Vec<Standing>) -> Vec<Standing> {
    resources.sort_by_key(|standing| standing.resource().removal_order());
    resources
}
