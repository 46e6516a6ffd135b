//! What every action of a lab can do, and what it is given to do it.

use async_trait::async_trait;

use super::deeds::Deeds;
use super::facts::Facts;
use super::form::{Field, Note, Values};
use super::ledger::{Entry, Happened, Ledger, LedgerError, Standing};
use super::resource::Resource;
use super::status::{Failure, Progress, Remedy, Verdict};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::operation::{Operation, PlannedCall};
use crate::aws::session::Session;
use crate::base::clock::SharedClock;
use crate::base::problem::Problem;

/// A policy or another text that a step will send, shown before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub title: String,
    /// Indented JSON.
    pub json: String,
}

impl Document {
    /// A document of this title.
    pub fn new(title: &str, json: &serde_json::Value) -> Self {
        Self { title: title.to_owned(), json: super::policy::pretty(json) }
    }
}

/// Takes signs of life of a running step.
pub type Report<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// A kind of step. Values and facts come in, calls and words go out; nothing is remembered here.
#[async_trait]
pub trait Action: Send + Sync {
    /// Its name in lab files.
    fn name(&self) -> &'static str;

    /// Its form.
    fn fields(&self) -> &'static [Field] {
        &[]
    }

    /// Values that it needs and that its form does not ask for.
    fn hidden_keys(&self) -> &'static [&'static str] {
        &[]
    }

    /// Every value that a lab file may set.
    fn keys(&self) -> Vec<&'static str> {
        self.fields().iter().map(|field| field.key).chain(self.hidden_keys().iter().copied()).collect()
    }

    /// Values for fields that neither the person nor the lab has filled in.
    fn suggest(&self, _facts: &Facts) -> Values {
        Values::default()
    }

    /// What is to be said about the values, field by field.
    fn judge(&self, _values: &Values, _facts: &Facts) -> Vec<Note> {
        Vec::new()
    }

    /// Texts to show before they are sent.
    fn documents(&self, _values: &Values, _facts: &Facts) -> Vec<Document> {
        Vec::new()
    }

    /// The calls to come. A step that changes nothing plans the calls that it reads with.
    fn plan(&self, values: &Values, facts: &Facts) -> Vec<PlannedCall>;

    /// What later steps mean by this step's id, such as the name of what it makes.
    fn result(&self, _values: &Values) -> String {
        String::new()
    }

    /// A few words about the values, shown beneath the step's title.
    fn summary(&self, values: &Values) -> String {
        self.result(values)
    }

    /// What the button says.
    fn run_label(&self, values: &Values) -> &'static str;

    /// What undoing the step does; empty when there is nothing to undo.
    fn undo_text(&self, _values: &Values) -> &'static str {
        ""
    }

    /// How long a check may be repeated after running, in seconds, because what it looks for arrives late.
    fn patience_secs(&self) -> u64 {
        0
    }

    /// Does it. Doing it again is harmless: what is ours is used again, what is not is a question.
    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError>;

    /// Looks whether it is done, at AWS and not in our memory.
    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError>;
}

/// What a running action works with.
pub struct Cx<'a> {
    /// The open environment.
    pub session: &'a Session,
    /// The clock to wait on.
    pub clock: &'a SharedClock,
    /// What is known of the place.
    pub facts: &'a Facts,
    /// The step's values.
    pub values: &'a Values,
    /// Where everything made is written down.
    pub ledger: &'a Ledger,
    /// What the person did on other screens.
    pub deeds: &'a Deeds,
    /// Whether somebody sits here who can do things on other screens.
    pub is_attended: bool,
    /// Id of the lab.
    pub lab: &'a str,
    /// Id of the step.
    pub step: &'a str,
    /// Where signs of life go.
    pub report: &'a Report<'a>,
}

impl Cx<'_> {
    /// Sends a call.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, AwsError> {
        self.session.run(operation).await
    }

    /// Says what is being done.
    pub fn say(&self, text: impl Into<String>) {
        (self.report)(Progress::new(text));
    }

    /// Says what is being done, for the how-manieth time and how far.
    pub fn say_attempt(&self, text: impl Into<String>, attempt: u32, fraction: Option<f32>) {
        (self.report)(Progress { text: text.into(), fraction, attempt });
    }

    /// Makes `resource` by `operation`: the ledger knows before the call is sent, and learns how it ended.
    ///
    /// After a failure that leaves open whether something was made (a lost answer, or "exists already" to something that was not there a moment
    /// ago), the intent stays, so that clean-up looks for it.
    pub async fn create<O: Operation>(&self, resource: Resource, operation: O) -> Result<O::Output, ApplyError> {
        self.note(Happened::Intent, resource.clone())?;
        let outcome = self.run(operation).await;
        match &outcome {
            Ok(_) => self.note(Happened::Created, resource)?,
            Err(error) if is_certain(error) => self.note(Happened::Refused, resource)?,
            Err(_) => {}
        }
        Ok(outcome?)
    }

    /// Writes down that something happened to `resource`.
    pub fn note(&self, event: Happened, resource: Resource) -> Result<(), LedgerError> {
        self.ledger.add(&Entry {
            at: self.clock.now(),
            lab: self.lab.to_owned(),
            step: self.step.to_owned(),
            account: self.facts.account.clone(),
            region: self.facts.region.clone(),
            event,
            resource,
        })
    }

    /// What the ledger says of `resource` in this account and Region, as it is now.
    pub fn standing(&self, resource: &Resource) -> Result<Option<Standing>, LedgerError> {
        let all = self.ledger.standing()?;
        Ok(all.into_iter().find(|s| s.is_at(&self.facts.account, &self.facts.region) && s.resource().is_same(resource)))
    }

    /// Whether the ledger has `resource` as made by us; an intent alone does not prove it.
    pub fn is_certainly_ours(&self, resource: &Resource) -> Result<bool, LedgerError> {
        Ok(self.standing(resource)?.is_some_and(|s| s.is_certain()))
    }

    /// Makes sure that the ledger has the existing `resource` as ours.
    pub fn keep_as_ours(&self, resource: Resource) -> Result<(), LedgerError> {
        let known = self.standing(&resource)?.is_some_and(|s| s.is_certain());
        if known { Ok(()) } else { self.note(Happened::Created, resource) }
    }

    /// Writes down that the person chose an existing `resource`; one of ours stays ours.
    pub fn borrow(&self, resource: Resource) -> Result<(), LedgerError> {
        let known = self.standing(&resource)?.is_some_and(|s| s.is_outstanding() || s.last.event == Happened::Borrowed);
        if known { Ok(()) } else { self.note(Happened::Borrowed, resource) }
    }
}

/// Whether a failed creating call has certainly made nothing.
fn is_certain(error: &AwsError) -> bool {
    use ErrorKind::{AccessDenied, ExpiredCredentials, Invalid, NoCredentials, NotFound, NotImplemented, Throttled};
    matches!(error.kind, NoCredentials | ExpiredCredentials | AccessDenied | NotFound | Throttled | Invalid | NotImplemented)
}

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// AWS refused or could not be reached.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The ledger cannot be written, so nothing may be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Something that is not ours stands in the way; the person decides.
    #[error("{what} exists and was not made by this lab")]
    Foreign {
        /// What it is: `log group bedrock-logs`.
        what: String,
        /// What is known of it.
        why: String,
        /// What can be done.
        choices: Vec<Remedy>,
    },
    /// It cannot be done this way.
    #[error("{}", .0.what)]
    Refused(Problem),
}

impl ApplyError {
    /// A refusal.
    pub fn refused(what: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Refused(Problem::new(what, why, remedy))
    }

    /// As a person reads it.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Aws(error) => Failure::new(Problem::from(&error)),
            Self::Ledger(error) => Failure::new(ledger_problem(&error)),
            Self::Foreign { what, why, choices } => {
                let problem =
                    Problem::new(format!("The {what} exists already and is not from this lab"), why, "Choose one of the ways below");
                Failure { choices, ..Failure::new(problem) }
            }
            Self::Refused(problem) => Failure::new(problem),
        }
    }
}

/// A ledger that cannot be written, as a person reads it.
pub fn ledger_problem(error: &LedgerError) -> Problem {
    Problem::new(
        "The ledger cannot be written, so nothing was made",
        crate::base::error::chain(error),
        "Make room on the disk or give yourself permission on the file, then try again",
    )
}
