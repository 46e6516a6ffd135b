//! Effects of the playground slice: listing models, asking them, reading files, writing exports.

mod files;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Jobs, Slot};
use crate::app::Screen;
use crate::app::playground::cure::{ATTEMPTS, passes, wait_secs};
use crate::app::playground::{Cure, ModelList, News, Pause, PlaygroundEffect, PlaygroundEvent};
use crate::aws::bedrock::{GetFoundationModelAvailability, ListFoundationModels, ListInferenceProfiles};
use crate::aws::bedrock_runtime::{ChatEvent, Converse, ConverseRequest, converse_stream};
use crate::aws::{AwsError, Session};
use crate::base::clock::Stopwatch;
use crate::base::files as disk;
use crate::base::problem::Problem;

/// The reply of each lane that is on its way.
const REPLIES: [Slot; 3] =
    [Slot::Of(Screen::Playground, "reply"), Slot::Of(Screen::Playground, "reply-2"), Slot::Of(Screen::Playground, "reply-3")];
/// The list of models.
const MODELS: Slot = Slot::Of(Screen::Playground, "models");
/// Whether models may be called.
const ACCESS: Slot = Slot::Of(Screen::Playground, "access");
/// Choosing and reading files.
const FILES: Slot = Slot::Of(Screen::Playground, "files");
/// Writing a file.
const EXPORT: Slot = Slot::Of(Screen::Playground, "export");

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: PlaygroundEffect) {
    match effect {
        PlaygroundEffect::FindModels => find_models(jobs),
        PlaygroundEffect::CheckAccess(ids) => check_access(jobs, ids),
        PlaygroundEffect::Ask { number, lane, request, streaming } => ask(jobs, number, lane, request, streaming),
        PlaygroundEffect::Stop(lane) => stop(jobs, lane),
        PlaygroundEffect::PickFiles => files::pick(jobs, FILES),
        PlaygroundEffect::ReadFiles(paths) => files::read(jobs, FILES, paths),
        PlaygroundEffect::PickConversation => files::pick_conversation(jobs, FILES),
        PlaygroundEffect::Export { name, text } => export(jobs, EXPORT, name, text),
    }
}

fn find_models(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(MODELS, async move {
        let outcome = match jobs.session() {
            Ok(session) => models(&jobs, &session).await.map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        jobs.emit(PlaygroundEvent::Models(outcome.map(Arc::new))).await;
    });
}

async fn models(jobs: &Jobs, session: &Session) -> Result<ModelList, AwsError> {
    let list = ListFoundationModels { by_output_modality: Some("TEXT".to_owned()), ..ListFoundationModels::default() };
    let models = session.run(list).await?;
    let profiles = session.run(ListInferenceProfiles::default()).await?;
    Ok(ModelList::new(&models, &profiles, &session.environment().region, jobs.clock().now()))
}

/// One model after the other, so that a long list does not run into the control plane's limits. Asking for others meanwhile gets a slot of
/// the same kind: what was not asked yet is asked again by the screen.
fn check_access(jobs: &Jobs, ids: Vec<String>) {
    let jobs = jobs.clone();
    jobs.clone().start(ACCESS, async move {
        for model_id in ids {
            let outcome = match jobs.session() {
                Ok(session) => session.run(GetFoundationModelAvailability { model_id: model_id.clone() }).await.map_err(Problem::from),
                Err(problem) => Err(problem),
            };
            jobs.emit(PlaygroundEvent::Access { model_id, outcome }).await;
        }
    });
}

fn slot(lane: usize) -> Slot {
    REPLIES[lane.min(REPLIES.len() - 1)].clone()
}

fn stop(jobs: &Jobs, lane: usize) {
    // The stream is dropped with its job, which ends the call; a reply that ended meanwhile needs nothing.
    let _was_running = jobs.cancel(&slot(lane));
}

fn ask(jobs: &Jobs, number: u64, lane: usize, request: Arc<ConverseRequest>, streaming: bool) {
    let reporter = Reporter { jobs: jobs.clone(), number, watch: Stopwatch::start() };
    jobs.start(slot(lane), async move {
        // The waits between attempts are ours: a person sees them and can end them.
        let session = match reporter.jobs.session() {
            Ok(session) => session.trying_models_once(),
            Err(problem) => return reporter.tell(News::Failed { problem, request_id: None, cure: None }).await,
        };
        let mut attempt = 1;
        while let Err(Failure { error, begun }) = try_once(&reporter, &session, &request, streaming).await {
            if begun || !passes(&error) || attempt >= ATTEMPTS {
                let (problem, cure) = (Problem::from(&error), Cure::of(&error));
                return reporter.tell(News::Failed { problem, request_id: error.request_id, cure }).await;
            }
            attempt += 1;
            reporter.wait(attempt, &Problem::from(&error)).await;
        }
    });
}

/// Why an attempt failed, and whether something of the reply had come before.
struct Failure {
    error: AwsError,
    begun: bool,
}

async fn try_once(reporter: &Reporter, session: &Session, request: &ConverseRequest, streaming: bool) -> Result<(), Failure> {
    if streaming {
        return stream(reporter, session, request.clone()).await;
    }
    whole(reporter, session, request.clone()).await.map_err(|error| Failure { error, begun: false })
}

/// Tells what happens to one request.
struct Reporter {
    jobs: Jobs,
    number: u64,
    watch: Stopwatch,
}

impl Reporter {
    async fn tell(&self, news: News) {
        self.jobs.emit(PlaygroundEvent::Reply { number: self.number, after_ms: self.watch.elapsed_ms(), news }).await;
    }

    /// Waits before the attempt with this number, counting the seconds down.
    async fn wait(&self, attempt: u32, problem: &Problem) {
        for secs in (1..=wait_secs(attempt)).rev() {
            self.tell(News::Pausing(Pause { attempt, most: ATTEMPTS, secs, problem: problem.clone() })).await;
            self.jobs.wall().sleep(Duration::from_secs(1)).await;
        }
        self.tell(News::Resumed).await;
    }
}

async fn stream(reporter: &Reporter, session: &Session, request: ConverseRequest) -> Result<(), Failure> {
    let mut stream = converse_stream(session, request).await.map_err(|error| Failure { error, begun: false })?;
    reporter.tell(News::Accepted(stream.request_id().map(str::to_owned))).await;
    while let Some(event) = stream.next().await {
        if let Some(news) = news_of(event.map_err(|error| Failure { error, begun: true })?) {
            reporter.tell(news).await;
        }
    }
    Ok(())
}

fn news_of(event: ChatEvent) -> Option<News> {
    match event {
        ChatEvent::Started => None,
        ChatEvent::Thinking(text) => Some(News::Thinking(text)),
        ChatEvent::Text(text) => Some(News::Text(text)),
        ChatEvent::Stopped { reason } => Some(News::Stopped(reason)),
        ChatEvent::Metadata { usage, latency_ms } => Some(News::Counted { usage, latency_ms: Some(latency_ms) }),
    }
}

async fn whole(reporter: &Reporter, session: &Session, request: ConverseRequest) -> Result<(), AwsError> {
    let reply = session.run(Converse(request)).await?;
    reporter.tell(News::Accepted(reply.request_id)).await;
    if !reply.thinking.is_empty() {
        reporter.tell(News::Thinking(reply.thinking)).await;
    }
    reporter.tell(News::Text(reply.text)).await;
    reporter.tell(News::Stopped(reply.stop_reason)).await;
    reporter.tell(News::Counted { usage: reply.usage, latency_ms: reply.latency_ms }).await;
    Ok(())
}

/// Writes `text` into the folder of exports and tells where it is. The folder is the person's alone: texts may hold prompts.
pub(super) fn export(jobs: &Jobs, slot: Slot, name: String, text: String) {
    let folder = jobs.home().join("exports");
    let jobs = jobs.clone();
    jobs.clone().start(slot, async move {
        let written = tokio::task::spawn_blocking(move || write_export(&folder, &name, &text)).await;
        match written {
            Ok(Ok(path)) => tracing::info!(details = %path.display(), "Written to {}", path.display()),
            Ok(Err(error)) => tracing::error!(details = %error, "The file could not be written"),
            Err(error) => tracing::error!(details = %error, "The file could not be written"),
        }
    });
}

fn write_export(folder: &std::path::Path, name: &str, text: &str) -> std::io::Result<PathBuf> {
    disk::create_private_dir(folder)?;
    let path = folder.join(name);
    disk::write_atomically(&path, text.as_bytes())?;
    Ok(path)
}
