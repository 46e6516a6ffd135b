//! Records from files instead of a log group: what was opened, how the reading goes, and the way back.

use std::path::PathBuf;
use std::sync::Arc;

use super::reduce::{self, silently};
use super::{LogsEffect, LogsState};
use crate::app::{Command, Effect, Screen, State};
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::logs::import::{Prefix, Progress};
use crate::metrics::range::Range;

/// Where records are besides log groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesPlace {
    /// Files and folders of this machine.
    Paths(Vec<PathBuf>),
    /// A place in S3, of which this time is read, milliseconds since the epoch; without one it is everything.
    Bucket(Prefix, Option<(i64, i64)>),
}

impl FilesPlace {
    /// What a person gave: the address of a bucket, or else the path of a file or folder.
    pub fn given(text: &str) -> Self {
        Prefix::read(text).map_or_else(|| Self::Paths(vec![text.trim().into()]), |prefix| Self::Bucket(prefix, None))
    }

    /// The same place, all of its time.
    #[must_use]
    pub fn whole(&self) -> Self {
        match self {
            Self::Paths(paths) => Self::Paths(paths.clone()),
            Self::Bucket(prefix, _) => Self::Bucket(prefix.clone(), None),
        }
    }

    /// Whether there is something to open.
    fn is_empty(&self) -> bool {
        matches!(self, Self::Paths(paths) if paths.is_empty())
    }

    /// In short.
    pub fn name(&self) -> String {
        let paths = match self {
            Self::Bucket(prefix, _) => return format!("bucket {}", prefix.bucket),
            Self::Paths(paths) => paths,
        };
        let first = paths.first().map_or_else(String::new, |path| {
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
        });
        match paths.len() {
            0 | 1 => first,
            more => format!("{first} and {} more", more - 1),
        }
    }
}

/// Files that are open.
#[derive(Debug, Clone, PartialEq)]
pub struct Files {
    /// Number of the import.
    pub number: u64,
    /// What was opened.
    pub place: FilesPlace,
    /// Whether they are being read.
    pub is_running: bool,
    /// How far it is.
    pub progress: Progress,
    /// Why it ended early.
    pub problem: Option<Problem>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum FilesEvent {
    /// Some more was read.
    Read {
        /// Number of the import.
        number: u64,
        /// All records so far.
        store: Arc<Store>,
        /// How far it is.
        progress: Progress,
    },
    /// The import ended.
    Ended {
        /// Number of the import.
        number: u64,
        /// Why it ended early.
        problem: Option<Problem>,
    },
}

/// Something happened.
pub fn event(state: &mut State, event: FilesEvent) -> Vec<Effect> {
    match event {
        FilesEvent::Read { number, store, progress } => read(state, number, store, progress),
        FilesEvent::Ended { number, problem } => silently(|| ended(&mut state.logs, number, problem)),
    }
}

/// Opens files, folders or a bucket in place of the log group.
pub fn open(state: &mut State, place: FilesPlace) -> Vec<Effect> {
    if place.is_empty() {
        return Vec::new();
    }
    let mut effects = reduce::forget_events(state);
    effects.push(Effect::Logs(LogsEffect::StopLoading));
    let logs = &mut state.logs;
    logs.files_number += 1;
    let number = logs.files_number;
    logs.filter = crate::logs::filter::Filter::default();
    logs.files = Some(Files { number, place: place.clone(), is_running: true, progress: Progress::default(), problem: None });
    effects.push(Effect::Logs(LogsEffect::ReadFiles { number, place }));
    effects.extend(crate::app::reduce(state, Command::Go(Screen::Logs)));
    effects
}

/// Ends the reading; what came in stays.
pub fn stop(state: &mut State) -> Vec<Effect> {
    if let Some(files) = &mut state.logs.files {
        files.is_running = false;
    }
    vec![Effect::Logs(LogsEffect::StopFiles)]
}

/// Back to the log group.
pub fn close(state: &mut State) -> Vec<Effect> {
    if state.logs.files.take().is_none() {
        return Vec::new();
    }
    state.logs.range = Range::default();
    let mut effects = vec![Effect::Logs(LogsEffect::StopFiles)];
    effects.extend(reduce::forget_events(state));
    effects.extend(reduce::entered(state));
    effects
}

fn read(state: &mut State, number: u64, store: Arc<Store>, progress: Progress) -> Vec<Effect> {
    let Some(files) = state.logs.files.as_mut().filter(|files| files.number == number) else { return Vec::new() };
    files.progress = progress;
    if store.len() == state.logs.store.len() {
        return Vec::new();
    }
    // The collection of a bucket may hold more than the time that was asked for.
    let asked = if let FilesPlace::Bucket(_, window) = &files.place { *window } else { None };
    if let Some((oldest, newest)) = asked.or_else(|| store.extent()) {
        state.logs.range = Range::Between(oldest, newest + 1);
    }
    state.logs.store = store;
    reduce::search(state)
}

fn ended(logs: &mut LogsState, number: u64, problem: Option<Problem>) {
    if let Some(files) = logs.files.as_mut().filter(|files| files.number == number) {
        files.is_running = false;
        files.problem = problem;
    }
}
