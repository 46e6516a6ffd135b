//! `outcrop lab run`: a lab from first to last step on the terminal.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Value, json};

use crate::base::clock::PacedClock;
use crate::base::files;
use crate::cli::args::{LabRunOptions, Place};
use crate::cli::output::{Mark, Output};
use crate::cli::place;
use crate::lab::engine::Engine;
use crate::lab::manifest::{self, Lab, Step};
use crate::lab::receipt::Receipt;
use crate::lab::source::LabSource;
use crate::lab::status::{Failure, Progress, Status};
use crate::lab::values;
use crate::lab::view::StepView;
use crate::sandbox::Sandbox;
use crate::sandbox::class::rehearsal::{self, Rehearsal};

/// Runs the lab. Exit code 0: all steps done; 1: one failed; 2: it cannot begin.
pub async fn run(place: &Place, source: &LabSource, options: &LabRunOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let lab = manifest::load(source, &options.lab)?;
    let opened = place::open(place, options.sandbox, out).await?;
    let engine = Engine::open(Arc::new(lab), opened.session.clone(), opened.clock.clone(), &files::data_dir())?;
    // In a sandbox of this process what a step waits for is begun by itself.
    let engine = if opened.sandbox().is_some() { engine } else { engine.unattended() };
    for warning in engine.warnings() {
        out.progress(&format!("warning: {warning}"));
    }
    enter(&engine, &options.values)?;
    let code = if options.yes {
        let mut teller = Teller { out: Mutex::new(out), json: options.json, lab: engine.lab().clone() };
        interruptible(&engine, opened.sandbox(), options, &mut teller).await?
    } else {
        show_plan(&engine, out).await?
    };
    drop(engine);
    opened.close().await?;
    Ok(code)
}

/// Takes `step.field=value` into the forms.
fn enter(engine: &Engine, values: &[String]) -> anyhow::Result<()> {
    for text in values {
        let parts = text.split_once('=').and_then(|(path, value)| Some((path.split_once('.')?, value)));
        let ((step, field), value) = parts.ok_or_else(|| anyhow!("cannot read --set {text}: write it as STEP.FIELD=VALUE"))?;
        let known = engine.lab().step(step).with_context(|| format!("the lab has no step {step}"))?;
        let keys = crate::lab::actions::find(&known.action).map(crate::lab::actions::Action::keys).unwrap_or_default();
        if !keys.contains(&field) {
            bail!("the step {step} has no field {field}: use {}", keys.join(", "));
        }
        let mut entered = engine.progress().step(step).entered;
        entered.set(field, value);
        engine.enter(BTreeMap::from([(step.to_owned(), entered)]));
    }
    Ok(())
}

/// What would be called, step by step; nothing is changed.
async fn show_plan(engine: &Engine, out: &mut Output) -> anyhow::Result<ExitCode> {
    for step in &engine.lab().steps {
        let facts = engine.facts_for(step).await?;
        let all = values::resolve(engine.lab(), &facts, &engine.progress());
        let view = all.get(&step.id).and_then(|values| StepView::of(step, values, &facts));
        out.line(&format!("# {} · {}", engine.lab().number(&step.id), step.title));
        for call in view.into_iter().flat_map(|view| view.plan) {
            out.line(&call.cli);
        }
    }
    out.progress("Nothing has run. Add --yes to run these calls");
    Ok(ExitCode::from(2))
}

/// Ctrl-C ends the step under way; what exists by then is told.
async fn interruptible(
    engine: &Engine,
    sandbox: Option<&Sandbox>,
    options: &LabRunOptions,
    teller: &mut Teller<'_>,
) -> anyhow::Result<ExitCode> {
    tokio::select! {
        outcome = all_steps(engine, sandbox, options, teller) => return outcome,
        signal = tokio::signal::ctrl_c() => signal.context("cannot wait for Ctrl-C")?,
    }
    let left = engine.ledger().outstanding()?;
    let names: Vec<String> = left.iter().map(|standing| standing.resource().label()).collect();
    teller.say(&format!("Interrupted. May exist: {}. Run the lab again, or clean up in the window", names.join(", ")));
    Ok(ExitCode::FAILURE)
}

async fn all_steps(engine: &Engine, sandbox: Option<&Sandbox>, options: &LabRunOptions, teller: &Teller<'_>) -> anyhow::Result<ExitCode> {
    for step in &engine.lab().steps {
        if options.keep && step.action == "clean-up" {
            continue;
        }
        teller.begin(step);
        let rehearsal = sandbox.map(|sandbox| Haste::begin(sandbox, &step.action)).transpose()?;
        let status = engine.run(&step.id, &|progress| teller.progress(step, &progress)).await;
        drop(rehearsal);
        teller.end(step, &status);
        if let Status::Failed(failure) = status {
            rescue(engine, options, teller, &failure).await;
            return Ok(ExitCode::FAILURE);
        }
    }
    teller.finished(true, None);
    Ok(ExitCode::SUCCESS)
}

/// What a step waits for, begun by itself and on a fast clock, where the account lives in this process; until this is dropped.
struct Haste<'a> {
    sandbox: &'a Sandbox,
    speed_before: f64,
    rehearsal: Option<Rehearsal>,
}

impl<'a> Haste<'a> {
    /// Speed of the clock while something is waited for.
    const SPEED: f64 = 60.0;

    fn begin(sandbox: &'a Sandbox, action: &str) -> anyhow::Result<Self> {
        let rehearsal = rehearsal::of_action(sandbox, action)?;
        let speed_before = sandbox.pacer().map_or(1.0, PacedClock::speed);
        if let Some(pacer) = sandbox.pacer().filter(|_| rehearsal.is_some()) {
            pacer.set_speed(Self::SPEED.max(speed_before));
        }
        Ok(Self { sandbox, speed_before, rehearsal })
    }
}

impl Drop for Haste<'_> {
    fn drop(&mut self) {
        if let Some(pacer) = self.sandbox.pacer().filter(|_| self.rehearsal.is_some()) {
            pacer.set_speed(self.speed_before);
        }
    }
}

/// After a failure what was made so far is removed, unless it shall be kept.
async fn rescue(engine: &Engine, options: &LabRunOptions, teller: &Teller<'_>, failure: &Failure) {
    if failure.left.is_empty() || options.keep {
        teller.finished(false, None);
        return;
    }
    teller.say(&format!("Removing what exists so far: {}", failure.left.join(", ")));
    match engine.clean_up(&|progress| teller.say(&progress.text)).await {
        Ok(receipt) => teller.finished(false, Some(&receipt)),
        Err(problem) => teller.say(&format!("Clean-up failed: {}", problem.problem.full_text())),
    }
}

/// Tells how it goes, as text or as JSON.
struct Teller<'a> {
    out: Mutex<&'a mut Output>,
    json: bool,
    lab: Arc<Lab>,
}

impl Teller<'_> {
    fn with(&self, tell: impl FnOnce(&mut Output)) {
        tell(&mut self.out.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn event(&self, value: &Value) {
        self.with(|out| out.line(&value.to_string()));
    }

    fn say(&self, text: &str) {
        self.with(|out| out.progress(text));
    }

    fn begin(&self, step: &Step) {
        if self.json {
            self.event(&json!({"event": "begin", "step": step.id, "number": self.lab.number(&step.id), "title": step.title}));
        }
    }

    fn progress(&self, step: &Step, progress: &Progress) {
        if self.json {
            let value = json!({"event": "progress", "step": step.id, "text": progress.text, "attempt": progress.attempt, "fraction": progress.fraction});
            self.event(&value);
        } else {
            let attempt = if progress.attempt > 1 { format!(" (attempt {})", progress.attempt) } else { String::new() };
            self.say(&format!("  {}{attempt}", progress.text));
        }
    }

    fn end(&self, step: &Step, status: &Status) {
        if self.json {
            self.event(&json!({"event": "end", "step": step.id, "result": status_json(status)}));
            return;
        }
        let subject = format!("{} {}", self.lab.number(&step.id), step.title);
        let (mark, text) = match status {
            Status::Done { evidence } => (Mark::Ok, evidence.join("; ")),
            Status::Warned { evidence, why, remedy } => (Mark::Warning, format!("{}; {why}. {remedy}", evidence.join("; "))),
            Status::Failed(failure) => (Mark::Failed, failure.problem.full_text()),
            other => (Mark::Warning, other.word().to_owned()),
        };
        self.with(|out| out.marked(mark, &subject, &text));
    }

    fn finished(&self, done: bool, receipt: Option<&Receipt>) {
        if self.json {
            self.event(&json!({"event": "finished", "done": done, "receipt": receipt}));
        } else if let Some(receipt) = receipt {
            self.with(|out| out.line(&receipt.text()));
        }
    }
}

fn status_json(status: &Status) -> Value {
    match status {
        Status::Done { evidence } => json!({"status": "done", "evidence": evidence}),
        Status::Warned { evidence, why, remedy } => json!({"status": "warned", "evidence": evidence, "why": why, "remedy": remedy}),
        Status::Failed(failure) => json!({
            "status": "failed", "what": failure.problem.what, "why": failure.problem.why, "remedy": failure.problem.remedy,
            "details": failure.problem.details, "left": failure.left,
        }),
        other => json!({"status": other.word()}),
    }
}
