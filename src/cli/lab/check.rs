//! `outcrop lab check`: labs tested by the program that runs them.
//!
//! First the files; then, in a fresh sandbox: every step fails its check before, passes it after, and clean-up leaves nothing.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::cloudwatch::{DescribeAlarms, DescribeAnomalyDetectors};
use crate::aws::iam::ListRoles;
use crate::aws::logs::DescribeLogGroups;
use crate::aws::recorder::no_recorder;
use crate::aws::s3::ListBuckets;
use crate::aws::sns::ListTopics;
use crate::aws::{Environment, Session};
use crate::base::clock::{ManualClock, SharedClock, SystemClock};
use crate::cli::output::{Mark, Output};
use crate::lab::engine::Engine;
use crate::lab::manifest::{self, Lab};
use crate::lab::source::LabSource;
use crate::lab::status::{Status, Verdict};
use crate::sandbox::Sandbox;
use crate::sandbox::class::rehearsal;
use crate::sandbox::door::Door;
use crate::sandbox::world::World;

/// Random numbers of the sandbox in which labs are proved.
const SEED: u64 = 7;

/// Checks every lab of `source`, or the one of this id.
pub async fn run(source: &LabSource, only: Option<&str>, out: &mut Output) -> anyhow::Result<ExitCode> {
    let mut findings = Findings { out, failed: 0 };
    let mut seen = false;
    for lab in manifest::load_all(source) {
        match lab {
            Ok(lab) if only.is_none_or(|id| id == lab.id) => {
                seen = true;
                findings.stray_files(source, &lab);
                prove(&lab, &mut findings).await?;
            }
            Ok(_) => {}
            Err(error) => findings.tell(false, &error.file, &error.to_string()),
        }
    }
    if let Some(id) = only.filter(|_| !seen) {
        anyhow::bail!("there is no lab {id}: `outcrop lab list` shows those that are there");
    }
    Ok(if findings.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was looked at, printed as it comes.
struct Findings<'a> {
    out: &'a mut Output,
    failed: usize,
}

impl Findings<'_> {
    fn tell(&mut self, fine: bool, subject: &str, text: &str) {
        self.failed += usize::from(!fine);
        self.out.marked(if fine { Mark::Ok } else { Mark::Failed }, subject, text);
    }

    /// Files that no step names are forgotten texts or misspelt ones.
    fn stray_files(&mut self, source: &LabSource, lab: &Lab) {
        let named: Vec<&str> = lab.steps.iter().map(|step| step.file.as_str()).chain(["lab.toml"]).collect();
        let stray: Vec<String> =
            source.files(&lab.id).unwrap_or_default().into_iter().filter(|name| !named.contains(&name.as_str())).collect();
        let text = if stray.is_empty() { "every file belongs to a step".to_owned() } else { format!("no step names {}", stray.join(", ")) };
        self.tell(stray.is_empty(), &lab.id, &text);
    }
}

/// A fresh account in this process on a clock that takes no wall time, with a connection to it.
async fn fresh_account() -> anyhow::Result<(Session, SharedClock, Sandbox)> {
    let clock: SharedClock = ManualClock::starting_at(SystemClock::shared().now());
    let sandbox = Sandbox::new(World::default(), clock.clone(), SEED);
    let environment = Environment::sandbox("http://sandbox.invalid");
    let session = Session::connect_with_http(&environment, no_recorder(), Door::http_client(sandbox.clone())).await?;
    Ok((session.on_clock(clock.clone()), clock, sandbox))
}

async fn prove(lab: &Lab, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let home = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (session, clock, sandbox) = fresh_account().await?;
    let engine = open(lab, &session, &clock, home.path())?;
    for step in &lab.steps {
        fails_before(&engine, &step.id, findings).await;
    }
    for step in &lab.steps {
        let rehearsal = rehearsal::of_action(&sandbox, &step.action)?;
        let passes = tokio::select! {
            passes = passes_after(&engine, &step.id, findings) => passes,
            () = rehearsal::beat_along(&sandbox), if rehearsal.is_some() => false,
        };
        drop(rehearsal);
        if !passes {
            break;
        }
    }
    leaves_nothing(&engine, &session, &lab.id, findings).await
}

fn open(lab: &Lab, session: &Session, clock: &SharedClock, home: &Path) -> anyhow::Result<Engine> {
    Ok(Engine::open(Arc::new(lab.clone()), session.clone(), clock.clone(), home)?)
}

async fn fails_before(engine: &Engine, step: &str, findings: &mut Findings<'_>) {
    match engine.verdict(step, &|_| {}).await {
        Ok(Verdict::NotYet { why, .. }) => findings.tell(true, step, &format!("fails before: {why}")),
        Ok(_) => findings.tell(false, step, "passes its check in an empty account, so the check proves nothing"),
        Err(failure) => findings.tell(false, step, &format!("cannot be checked: {}", failure.problem.full_text())),
    }
}

async fn passes_after(engine: &Engine, step: &str, findings: &mut Findings<'_>) -> bool {
    match engine.run(step, &|_| {}).await {
        Status::Done { evidence } => findings.tell(true, step, &format!("passes after: {}", evidence.join("; "))),
        Status::Warned { evidence, why, .. } => findings.tell(true, step, &format!("passes after: {} (but {why})", evidence.join("; "))),
        Status::Failed(failure) => findings.tell(false, step, &format!("fails when run: {}", failure.problem.full_text())),
        other => findings.tell(false, step, &format!("ends as {}", other.word())),
    }
    engine.remembered_status(step) != Status::NotStarted
}

async fn leaves_nothing(engine: &Engine, session: &Session, lab: &str, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    match engine.clean_up(&|_| {}).await {
        Ok(receipt) => {
            findings.tell(
                receipt.is_clean(),
                lab,
                if receipt.is_clean() { "clean-up leaves nothing" } else { "clean-up leaves something" },
            );
        }
        Err(failure) => findings.tell(false, lab, &failure.problem.full_text()),
    }
    let left = everything(session).await?;
    findings.tell(left.is_empty(), lab, &if left.is_empty() { "the account is empty again".to_owned() } else { left.join(", ") });
    Ok(())
}

/// Everything that is in the account, without asking the ledger.
async fn everything(session: &Session) -> anyhow::Result<Vec<String>> {
    let mut left: Vec<String> = session.run(DescribeLogGroups { prefix: None }).await?.into_iter().map(|group| group.name).collect();
    left.extend(session.run(ListBuckets {}).await?.into_iter().map(|bucket| bucket.name));
    left.extend(session.run(ListRoles { path_prefix: None }).await?.into_iter().map(|role| role.name));
    left.extend(session.run(DescribeAlarms::default()).await?.into_iter().map(|alarm| alarm.settings.name));
    let types = ["SINGLE_METRIC", "METRIC_MATH"].map(str::to_owned).to_vec();
    let detectors = session.run(DescribeAnomalyDetectors { anomaly_detector_types: types, ..DescribeAnomalyDetectors::default() }).await?;
    left.extend(detectors.into_iter().map(|known| known.detector.words()));
    left.extend(session.run(ListTopics {}).await?);
    let logging = session.run(GetModelInvocationLoggingConfiguration {}).await?;
    left.extend(logging.map(|_| "invocation logging".to_owned()));
    Ok(left)
}
