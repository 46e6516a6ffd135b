//! Effects of the playground slice: listing models, asking one, writing exports.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Jobs, Slot};
use crate::app::Screen;
use crate::app::playground::{ModelList, News, PlaygroundEffect, PlaygroundEvent};
use crate::aws::bedrock::{ListFoundationModels, ListInferenceProfiles};
use crate::aws::bedrock_runtime::{ChatEvent, Converse, ConverseRequest, converse_stream};
use crate::aws::{AwsError, Session};
use crate::base::clock::Stopwatch;
use crate::base::files;
use crate::base::problem::Problem;

/// The one reply that is on its way.
const REPLY: Slot = Slot::Of(Screen::Playground, "reply");
/// The list of models.
const MODELS: Slot = Slot::Of(Screen::Playground, "models");
/// Writing a file.
const EXPORT: Slot = Slot::Of(Screen::Playground, "export");

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: PlaygroundEffect) {
    match effect {
        PlaygroundEffect::FindModels => find_models(jobs),
        PlaygroundEffect::Ask { number, request, streaming } => ask(jobs, number, request, streaming),
        PlaygroundEffect::Stop => stop(jobs),
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

fn stop(jobs: &Jobs) {
    // The stream is dropped with its job, which ends the call; a reply that ended meanwhile needs nothing.
    let _was_running = jobs.cancel(&REPLY);
}

fn ask(jobs: &Jobs, number: u64, request: Arc<ConverseRequest>, streaming: bool) {
    let reporter = Reporter { jobs: jobs.clone(), number, watch: Stopwatch::start() };
    jobs.start(REPLY, async move {
        let session = match reporter.jobs.session() {
            Ok(session) => session,
            Err(problem) => return reporter.tell(News::Failed { problem, request_id: None }).await,
        };
        let request = Arc::unwrap_or_clone(request);
        let outcome = if streaming { stream(&reporter, &session, request).await } else { whole(&reporter, &session, request).await };
        if let Err(error) = outcome {
            reporter.tell(News::Failed { problem: Problem::from(&error), request_id: error.request_id }).await;
        }
    });
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
}

async fn stream(reporter: &Reporter, session: &Session, request: ConverseRequest) -> Result<(), AwsError> {
    let mut stream = converse_stream(session, request).await?;
    reporter.tell(News::Accepted(stream.request_id().map(str::to_owned))).await;
    while let Some(event) = stream.next().await {
        if let Some(news) = news_of(event?) {
            reporter.tell(news).await;
        }
    }
    Ok(())
}

fn news_of(event: ChatEvent) -> Option<News> {
    match event {
        ChatEvent::Started => None,
        ChatEvent::Text(text) => Some(News::Text(text)),
        ChatEvent::Stopped { reason } => Some(News::Stopped(reason)),
        ChatEvent::Metadata { usage, latency_ms } => Some(News::Counted { usage, latency_ms: Some(latency_ms) }),
    }
}

async fn whole(reporter: &Reporter, session: &Session, request: ConverseRequest) -> Result<(), AwsError> {
    let reply = session.run(Converse(request)).await?;
    reporter.tell(News::Accepted(reply.request_id)).await;
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
    files::create_private_dir(folder)?;
    let path = folder.join(name);
    files::write_atomically(&path, text.as_bytes())?;
    Ok(path)
}
