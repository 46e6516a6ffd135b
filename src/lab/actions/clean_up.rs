//! The last step: removes everything in the ledger and proves that nothing is left.

use async_trait::async_trait;

use crate::aws::error::AwsError;
use crate::aws::operation::PlannedCall;
use crate::base::problem::Problem;
use crate::base::text;
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::cleanup;
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::lab::ledger::Happened;
use crate::lab::receipt::Line;
use crate::lab::resource::Resource;
use crate::lab::status::Verdict;

/// See the module.
pub struct CleanUp;

#[async_trait]
impl Action for CleanUp {
    fn name(&self) -> &'static str {
        "clean-up"
    }

    fn plan(&self, _values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        cleanup::plan(facts)
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Remove everything"
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        let receipt = cleanup::run(cx).await?;
        if receipt.is_clean() {
            return Ok(());
        }
        let problem = Problem::new(
            format!("{} could not be removed", text::count(receipt.left().count() as u64, "resource")),
            receipt.left().map(|line| format!("{}: {}", line.resource.label(), line.text)).collect::<Vec<_>>().join("\n"),
            "Correct the cause and run clean-up again: what is gone is passed over",
        );
        Err(ApplyError::Refused(problem))
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let standing = cx.ledger.standing().unwrap_or_default();
        let made: Vec<_> = standing.into_iter().filter(|s| was_made(s.last.event, s.resource())).collect();
        if made.is_empty() {
            return Ok(Verdict::not_yet("The lab has made nothing so far, so there is nothing to prove", "Do the other steps first"));
        }
        let receipt = cleanup::prove(cx, made).await;
        if receipt.is_clean() {
            return Ok(Verdict::Passed { evidence: receipt.lines.iter().map(proved).collect() });
        }
        let left: Vec<String> = receipt.left().map(|line| line.resource.label()).collect();
        Ok(Verdict::not_yet(format!("Still there: {}", left.join(", ")), "Run clean-up"))
    }
}

/// What was found and the call that showed it.
fn proved(line: &Line) -> String {
    format!("{}: {} ({})", line.resource.label(), line.text, line.proof)
}

/// Whether the lab ever made this, or may have.
fn was_made(event: Happened, resource: &Resource) -> bool {
    !matches!(resource, Resource::Place { .. }) && matches!(event, Happened::Created | Happened::Intent | Happened::Removed)
}
