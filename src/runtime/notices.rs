//! Log messages as notices: `info!`, `warn!` and `error!` of this program are how a message reaches a person.

use tracing::field::{Field, Visit};
use tracing::{Event as LogEvent, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::Jobs;
use crate::app::Event;
use crate::app::state::NoticeLevel;

/// A tracing layer that turns this program's own messages into notices; the field `details` becomes the part shown on demand.
pub struct NoticeLayer(std::sync::OnceLock<Jobs>);

/// The layer's place in the global subscriber; jobs are attached once the window exists.
static LAYER: std::sync::OnceLock<Jobs> = std::sync::OnceLock::new();

impl NoticeLayer {
    /// A layer that stays silent until [`attach`] is called.
    pub fn new() -> Self {
        Self(std::sync::OnceLock::new())
    }
}

impl Default for NoticeLayer {
    fn default() -> Self {
        Self::new()
    }
}

/// Lets notices flow into `jobs`' window; the first window of the process has them.
pub fn attach(jobs: &Jobs) {
    if LAYER.set(jobs.clone()).is_err() {
        tracing::debug!("notices already flow into another window");
    }
}

impl<S: Subscriber> Layer<S> for NoticeLayer {
    fn on_event(&self, event: &LogEvent<'_>, _context: Context<'_, S>) {
        let Some(jobs) = self.0.get().or_else(|| LAYER.get()) else { return };
        let Some(level) = notice_level(event) else { return };
        let mut fields = Fields::default();
        event.record(&mut fields);
        jobs.try_emit(Event::Notice(level, fields.message, fields.details));
    }
}

/// The notice level of a message of ours; `None` for other crates' messages and for those below `info`.
fn notice_level(event: &LogEvent<'_>) -> Option<NoticeLevel> {
    let metadata = event.metadata();
    if !metadata.target().starts_with("outcrop") {
        return None;
    }
    match *metadata.level() {
        Level::ERROR => Some(NoticeLevel::Error),
        Level::WARN => Some(NoticeLevel::Warning),
        Level::INFO => Some(NoticeLevel::Info),
        _ => None,
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    details: Option<String>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "details" => self.details = Some(format!("{value:?}")),
            other => {
                let details = self.details.get_or_insert_default();

                *details = format!("{details} {other}={value:?}");
            }
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            _ => self.record_debug(field, &format_args!("{value}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tracing_subscriber::layer::SubscriberExt as _;

    #[test]
    fn messages_of_the_program_become_notices_with_level_and_details() {
        let dir = tempfile::tempdir().unwrap();
        let options = super::super::Options { home: dir.path().to_owned(), ..super::super::Options::standard() };
        let mut runtime = super::super::Runtime::start(options, Arc::new(|| {})).unwrap();
        let layer = NoticeLayer::new();
        assert!(layer.0.set(runtime.jobs().clone()).is_ok());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::warn!(details = "line 3", "The ledger was repaired");
            tracing::debug!("not for people");
            tracing::error!(target: "hyper", "not ours");
        });
        let mut seen = Vec::new();
        runtime.drain(std::time::Duration::from_secs(1), |event| seen.push(event));
        assert_eq!(seen, [Event::Notice(NoticeLevel::Warning, "The ledger was repaired".to_owned(), Some("line 3".to_owned()))]);
    }
}
