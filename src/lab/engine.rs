//! Runs the steps of one lab in one environment: plan, ledger, apply, verify; and remembers how they ended.
//!
//! A step may be cancelled at any await point by dropping the future: the ledger then tells clean-up what may exist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::action::{Action, Cx, Report, ledger_problem};
use super::actions;
use super::cleanup;
use super::deeds::Deeds;
use super::facts::Facts;
use super::form::{ExistingKind, FieldKind, Values, is_valid};
use super::ledger::{Ledger, LedgerError};
use super::manifest::{Lab, Step};
use super::progress::{Progress, Remembered};
use super::receipt::Receipt;
use super::resource::Resource;
use super::status::{Ending, Failure, Remedy, Status, Verdict};
use super::values;
use crate::aws::error::AwsError;
use crate::aws::session::Session;
use crate::base::clock::SharedClock;
use crate::base::problem::Problem;

/// Waits between repeated checks, in seconds; the last one repeats.
const CHECK_WAITS_SECS: [u64; 4] = [1, 2, 3, 5];

/// A lab that cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The progress file cannot be read.
    #[error("cannot read the progress file {}", path.display())]
    Progress {
        /// The file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
}

impl EngineError {
    /// As a person reads it.
    pub fn problem(&self) -> Problem {
        Problem::new(
            "The lab cannot be opened",
            crate::base::error::chain(self),
            "Give yourself permission on the folder of the program's data, then try again",
        )
    }
}

/// One lab in one environment.
pub struct Engine {
    lab: Arc<Lab>,
    session: Session,
    clock: SharedClock,
    ledger: Ledger,
    deeds: Deeds,
    is_attended: bool,
    progress: Mutex<Progress>,
    progress_path: PathBuf,
    warnings: Vec<String>,
}

impl Engine {
    /// Opens ledger and progress of `lab` in the session's environment, below `home`.
    pub fn open(lab: Arc<Lab>, session: Session, clock: SharedClock, home: &Path) -> Result<Self, EngineError> {
        let key = session.environment().key();
        let ledger = Ledger::open(home, &key)?;
        let progress_path = Progress::path(home, &key, &lab.id);
        let (progress, kept) =
            Progress::load(&progress_path).map_err(|source| EngineError::Progress { path: progress_path.clone(), source })?;
        let mut warnings: Vec<String> = ledger.salvage().map(super::ledger::Salvage::text).into_iter().collect();
        warnings.extend(
            kept.map(|path| format!("The progress file was damaged and is kept as {}; steps are to be checked again", path.display())),
        );
        Ok(Self {
            lab,
            session,
            clock,
            ledger,
            deeds: Deeds::of(home, &key),
            is_attended: true,
            progress: Mutex::new(progress),
            progress_path,
            warnings,
        })
    }

    /// The same where nobody sits who can do things on other screens: steps then do them by themselves.
    #[must_use]
    pub fn unattended(self) -> Self {
        Self { is_attended: false, ..self }
    }

    /// What the person must know about damaged files.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The lab.
    pub fn lab(&self) -> &Arc<Lab> {
        &self.lab
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What is remembered.
    pub fn progress(&self) -> Progress {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.lock();
        change(&mut progress);
        if let Err(error) = progress.save(&self.progress_path) {
            tracing::warn!(details = %error, "Your progress could not be written: it will be asked for again after a restart");
        }
    }

    /// Keeps what the person entered, by step.
    pub fn enter(&self, entered: BTreeMap<String, Values>) {
        self.change(|progress| {
            for (step, values) in entered {
                progress.steps.entry(step).or_default().entered = values;
            }
        });
    }

    /// Who calls, and what the ledger says. Lists of existing resources are not read.
    pub async fn facts(&self) -> Result<Facts, AwsError> {
        let suffix = self.lock().suffix.clone();
        let mut facts = Facts::identify(&self.session, &suffix).await?;
        let standing = self.ledger.standing().unwrap_or_default();
        facts.standing = standing.into_iter().filter(|s| s.is_at(&facts.account, &facts.region)).collect();
        Ok(facts)
    }

    /// The facts with the lists that the form of `step` chooses from; a list that may not be read stays unknown.
    pub async fn facts_for(&self, step: &Step) -> Result<Facts, AwsError> {
        let mut facts = self.facts().await?;
        for kind in lists_of(step) {
            if let Err(error) = facts.read_list(&self.session, kind).await {
                tracing::debug!(%error, "a list for a form could not be read");
            }
        }
        Ok(facts)
    }

    /// Runs a step: all of it, from facts to the check at the end.
    pub async fn run(&self, step: &str, report: &Report<'_>) -> Status {
        match self.try_run(step, report).await {
            Ok(verdict) => self.ended(step, verdict),
            Err(failure) => Status::Failed(self.with_what_exists(failure)),
        }
    }

    /// Checks a step without changing anything at AWS.
    pub async fn check(&self, step: &str, report: &Report<'_>) -> Status {
        match self.try_check(step, report).await {
            Ok(verdict) => self.ended(step, verdict),
            Err(failure) => Status::Failed(failure),
        }
    }

    /// The verdict of a check, nothing remembered.
    pub async fn verdict(&self, step: &str, report: &Report<'_>) -> Result<Verdict, Failure> {
        self.try_check(step, report).await
    }

    /// Ids of the steps that are remembered as done, in order: each is to be checked again before it counts.
    pub fn done_steps(&self) -> Vec<String> {
        let progress = self.lock();
        let is_done = |step: &&Step| progress.step(&step.id).ending == Some(Ending::Done);
        self.lab.steps.iter().filter(is_done).map(|step| step.id.clone()).collect()
    }

    /// What is known of a step without asking AWS.
    pub fn remembered_status(&self, step: &str) -> Status {
        remembered_status(&self.lab, &self.lock(), step)
    }

    /// Leaves a step out.
    pub fn skip(&self, step: &str, why: &str) -> Status {
        self.remember(step, Some(Ending::Skipped), Some(why.to_owned()));
        Status::Skipped { why: why.to_owned() }
    }

    /// Forgets everything remembered of the lab; resources and ledger stay.
    pub fn reset(&self) {
        self.change(|progress| progress.steps.clear());
    }

    /// Forgets what is remembered and entered of one step.
    pub fn reset_step(&self, step: &str) {
        self.change(|progress| {
            progress.steps.remove(step);
        });
    }

    /// Removes everything of ours and proves it.
    pub async fn clean_up(&self, report: &Report<'_>) -> Result<Receipt, Failure> {
        let facts = self.facts().await.map_err(|error| aws_failure(&error))?;
        let receipt =
            cleanup::run(&self.cx(&facts, &Values::default(), "clean-up", report)).await.map_err(|error| ledger_failure(&error))?;
        if receipt.is_clean() {
            self.mark_removed();
        }
        Ok(receipt)
    }

    /// Removes what one step made.
    pub async fn undo(&self, step: &str, report: &Report<'_>) -> Result<Receipt, Failure> {
        let facts = self.facts().await.map_err(|error| aws_failure(&error))?;
        let receipt =
            cleanup::run_step(&self.cx(&facts, &Values::default(), step, report), step).await.map_err(|error| ledger_failure(&error))?;
        if receipt.is_clean() {
            self.remember(step, None, None);
        }
        Ok(receipt)
    }

    async fn try_run(&self, id: &str, report: &Report<'_>) -> Result<Verdict, Failure> {
        let (step, action) = self.find(id)?;
        report(super::status::Progress::new("Looking at what is there"));
        let facts = self.facts_for(step).await.map_err(|error| aws_failure(&error))?;
        let values = self.values(id, &facts);
        self.refuse_early(step, action, &values, &facts)?;
        let cx = self.cx(&facts, &values, id, report);
        action.apply(&cx).await.map_err(super::action::ApplyError::into_failure)?;
        cx.say("Checking the result");
        self.verify_patiently(action, &cx).await
    }

    async fn try_check(&self, id: &str, report: &Report<'_>) -> Result<Verdict, Failure> {
        let (step, action) = self.find(id)?;
        report(super::status::Progress::new("Checking"));
        let facts = self.facts_for(step).await.map_err(|error| aws_failure(&error))?;
        let values = self.values(id, &facts);
        let cx = self.cx(&facts, &values, id, report);
        action.verify(&cx).await.map_err(|error| aws_failure(&error))
    }

    async fn verify_patiently(&self, action: &dyn Action, cx: &Cx<'_>) -> Result<Verdict, Failure> {
        let start = self.clock.now().as_second();
        let mut attempt = 1;
        loop {
            let verdict = action.verify(cx).await.map_err(|error| aws_failure(&error))?;
            let waited = (self.clock.now().as_second() - start).max(0) as u64;
            let patience = action.patience_secs();
            if verdict.is_done() || waited >= patience {
                return Ok(verdict);
            }
            let pause = CHECK_WAITS_SECS[(attempt as usize - 1).min(CHECK_WAITS_SECS.len() - 1)];
            let text = format!("Not there yet, looking again in {pause} s (for up to {patience} s)");
            cx.say_attempt(text, attempt, Some(waited as f32 / patience as f32));
            self.clock.sleep(Duration::from_secs(pause)).await;
            attempt += 1;
        }
    }

    fn find(&self, id: &str) -> Result<(&Step, &'static dyn Action), Failure> {
        let step = self.lab.step(id);
        let action = step.and_then(|step| actions::find(&step.action));
        step.zip(action).ok_or_else(|| {
            Failure::new(Problem::new(
                format!("The lab has no step {id}"),
                "It may have been renamed in the lab file",
                "Open the lab again",
            ))
        })
    }

    fn cx<'a>(&'a self, facts: &'a Facts, values: &'a Values, step: &'a str, report: &'a Report<'a>) -> Cx<'a> {
        let (session, clock, lab) = (&self.session, &self.clock, &self.lab.id);
        Cx { session, clock, facts, values, ledger: &self.ledger, deeds: &self.deeds, is_attended: self.is_attended, lab, step, report }
    }

    fn values(&self, step: &str, facts: &Facts) -> Values {
        values::resolve(&self.lab, facts, &self.lock()).remove(step).unwrap_or_default()
    }

    /// Reasons not to begin: another account than the confirmed one, steps that come first, values that cannot be used.
    fn refuse_early(&self, step: &Step, action: &dyn Action, values: &Values, facts: &Facts) -> Result<(), Failure> {
        self.refuse_other_place(action, facts)?;
        if let Some(because) = values::blocked(&self.lab, &self.lock(), &step.id) {
            let number = self.lab.number(&step.id);
            return Err(Failure::new(Problem::new(format!("Step {number} cannot run yet"), because, "Do or skip that step first")));
        }
        let notes = action.judge(values, facts);
        if is_valid(&notes) {
            return Ok(());
        }
        let problems = notes.iter().filter(|note| note.level == super::form::Level::Problem);
        let list: Vec<String> = problems.map(|note| format!("{}: {}", note.field, note.text)).collect();
        Err(Failure::new(Problem::new("The form has values that cannot be used", list.join("\n"), "Correct them, then run the step")))
    }

    fn refuse_other_place(&self, action: &dyn Action, facts: &Facts) -> Result<(), Failure> {
        let entries = self.ledger.entries().map_err(|error| ledger_failure(&error))?;
        let confirmed = entries.into_iter().rev().find(|entry| matches!(entry.resource, Resource::Place { .. }));
        let Some(place) = confirmed.filter(|place| place.account != facts.account && action.name() != "where-to-work") else {
            return Ok(());
        };
        Err(Failure::new(Problem::new(
            "This is another account than the one you confirmed",
            format!("You confirmed {} and calls now go to {}", place.account, facts.account),
            "Go back to that account, or confirm this one in the first step",
        )))
    }

    fn ended(&self, step: &str, verdict: Verdict) -> Status {
        let ending = verdict.is_done().then_some(Ending::Done);
        let note = match &verdict {
            Verdict::Passed { evidence } | Verdict::Warned { evidence, .. } => evidence.first().cloned(),
            Verdict::NotYet { .. } => None,
        };
        self.remember(step, ending, note);
        let is_clean_up = self.lab.step(step).is_some_and(|step| step.action == "clean-up");
        if ending.is_some() && is_clean_up {
            self.mark_removed();
        }
        Status::from(verdict)
    }

    fn remember(&self, step: &str, ending: Option<Ending>, note: Option<String>) {
        let at = ending.map(|_| self.clock.now());
        self.change(|progress| {
            let entered = progress.step(step).entered;
            progress.steps.insert(step.to_owned(), Remembered { ending, at, note, entered });
        });
    }

    /// After a clean-up the steps that were done stay in memory as done, but need not be true any more.
    fn mark_removed(&self) {
        let keeps = |step: &&Step| ["where-to-work", "clean-up"].contains(&step.action.as_str());
        let others: Vec<String> = self.lab.steps.iter().filter(|step| !keeps(step)).map(|step| step.id.clone()).collect();
        self.change(|progress| {
            for id in others {
                let remembered = progress.steps.get_mut(&id).filter(|remembered| remembered.ending == Some(Ending::Done));
                if let Some(remembered) = remembered {
                    remembered.ending = Some(Ending::Removed);
                }
            }
        });
    }

    /// A failure after the first resource says what exists and offers to remove it.
    fn with_what_exists(&self, mut failure: Failure) -> Failure {
        let outstanding = self.ledger.outstanding().unwrap_or_default();
        failure.left = outstanding.iter().map(|standing| standing.resource().label()).collect();
        if !failure.left.is_empty() && !failure.choices.contains(&Remedy::CleanUp) {
            failure.choices.push(Remedy::CleanUp);
        }
        failure
    }
}

/// What is known of a step without asking AWS: a step remembered as done is to be checked again, so it is not done yet.
pub fn remembered_status(lab: &Lab, progress: &Progress, step: &str) -> Status {
    let remembered = progress.step(step);
    match remembered.ending {
        Some(Ending::Skipped) => Status::Skipped { why: remembered.note.unwrap_or_else(|| "by you".to_owned()) },
        Some(Ending::Removed) => Status::Done { evidence: vec!["Done, and removed by clean-up since".to_owned()] },
        Some(Ending::Done) => Status::Running { progress: super::status::Progress::new("Waiting to be checked again") },
        None => match values::blocked(lab, progress, step) {
            Some(because) => Status::WillNotRun { because },
            None => Status::NotStarted,
        },
    }
}

/// The lists that the form of `step` chooses from.
pub fn lists_of(step: &Step) -> Vec<ExistingKind> {
    let fields = actions::find(&step.action).map(Action::fields).unwrap_or_default();
    let mut kinds = Vec::new();
    for field in fields {
        match field.kind {
            FieldKind::Existing(kind) if !kinds.contains(&kind) => kinds.push(kind),
            _ => {}
        }
    }
    kinds
}

fn aws_failure(error: &AwsError) -> Failure {
    Failure::new(Problem::from(error))
}

fn ledger_failure(error: &LedgerError) -> Failure {
    Failure::new(ledger_problem(error))
}
