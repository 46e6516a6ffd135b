//! A new account in which the lab's first steps are done: where an instructor wants the room to begin.

use std::sync::Arc;

use super::{Jobs, reset};
use crate::app::sandbox::SandboxEvent;
use crate::base::clock::PacedClock;
use crate::base::problem::Problem;
use crate::lab::engine::Engine;
use crate::lab::manifest::Lab;
use crate::lab::status::{Progress, Status};
use crate::sandbox::Sandbox;
use crate::sandbox::class::rehearsal;
use crate::sandbox::world::Settings;

/// Speed of the clock meanwhile: what a step waits for (a model's reply) passes in a moment.
const SPEED: f64 = 60.0;

/// Starts the account anew and runs the open lab's steps up to `last`, with what the forms suggest.
pub async fn through(jobs: &Jobs, sandbox: &Sandbox, last: &str) -> Result<(), Problem> {
    let engine = jobs.bench().engine()?;
    let steps = steps_through(engine.lab(), last)?;
    reset(jobs, sandbox)?;
    engine.reset();
    let _hurry = Hurry::begin(sandbox, jobs.pacer());
    run_all(jobs, sandbox, &engine, &steps).await
}

fn steps_through(lab: &Lab, last: &str) -> Result<Vec<String>, Problem> {
    let index = lab.steps.iter().position(|step| step.id == last);
    let index = index.ok_or_else(|| {
        Problem::new(
            format!("The lab has no step “{last}”"),
            "Another lab is open, or its file has changed",
            "Open the lab that has it, then choose the step again",
        )
    })?;
    Ok(lab.steps[..=index].iter().map(|step| step.id.clone()).collect())
}

async fn run_all(jobs: &Jobs, sandbox: &Sandbox, engine: &Arc<Engine>, steps: &[String]) -> Result<(), Problem> {
    for (index, step) in steps.iter().enumerate() {
        let title = engine.lab().step(step).map(|step| step.title.clone()).unwrap_or_default();
        let text = format!("Step {} of {}: {title}", index + 1, steps.len());
        let fraction = index as f32 / steps.len() as f32;
        let progress = Progress { fraction: Some(fraction), ..Progress::new(text) };
        jobs.emit(SandboxEvent::Preparing(progress)).await;
        let action = engine.lab().step(step).map(|step| step.action.clone()).unwrap_or_default();
        let _rehearsal = rehearsal::of_action(sandbox, &action)
            .map_err(|error| Problem::new("The preparation could not go on", error.to_string(), "Start over without that step"))?;
        if let Status::Failed(failure) = engine.run(step, &|_| {}).await {
            return Err(*failure.problem);
        }
    }
    Ok(())
}

/// A fast clock and IAM that spreads at once, until this is dropped, however the preparation ends.
struct Hurry<'a> {
    sandbox: &'a Sandbox,
    pacer: &'a PacedClock,
    speed_before: f64,
}

impl<'a> Hurry<'a> {
    fn begin(sandbox: &'a Sandbox, pacer: &'a PacedClock) -> Self {
        let speed_before = pacer.speed();
        pacer.set_speed(SPEED);
        sandbox.world().settings.iam_propagation_seconds = 0;
        Self { sandbox, pacer, speed_before }
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.sandbox.world().settings = Settings::default();
        self.pacer.set_speed(self.speed_before);
    }
}
