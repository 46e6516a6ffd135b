//! Reading files: attachments and exported conversations, chosen in the system's dialog or dropped on the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::playground::attachment::{Attachment, ENDINGS};
use crate::app::playground::{PlaygroundEvent, chat_file};
use crate::base::problem::Problem;
use crate::runtime::{Jobs, Slot};

/// Most files that are read at once; more would be refused by number anyway.
const MOST_FILES: usize = 40;

/// Lets the person choose files to attach.
pub(super) fn pick(jobs: &Jobs, slot: Slot) {
    let jobs = jobs.clone();
    jobs.clone().start(slot, async move {
        let dialog = rfd::AsyncFileDialog::new().set_title("Attach documents and images").add_filter("Documents and images", &ENDINGS);
        match dialog.pick_files().await {
            Some(files) => read_all(&jobs, files.iter().map(|file| file.path().to_owned()).collect()).await,
            None => nothing(&jobs).await,
        }
    });
}

/// Lets the person choose an exported conversation.
pub(super) fn pick_conversation(jobs: &Jobs, slot: Slot) {
    let jobs = jobs.clone();
    jobs.clone().start(slot, async move {
        let dialog = rfd::AsyncFileDialog::new().set_title("Open an exported conversation").add_filter("Conversations", &["json"]);
        match dialog.set_directory(jobs.home().join("exports")).pick_file().await {
            Some(file) => read_all(&jobs, vec![file.path().to_owned()]).await,
            None => nothing(&jobs).await,
        }
    });
}

/// Reads files to attach; an exported conversation among them is opened.
pub(super) fn read(jobs: &Jobs, slot: Slot, paths: Vec<PathBuf>) {
    let jobs = jobs.clone();
    jobs.clone().start(slot, async move { read_all(&jobs, paths).await });
}

async fn nothing(jobs: &Jobs) {
    jobs.emit(PlaygroundEvent::NothingPicked).await;
}

async fn read_all(jobs: &Jobs, paths: Vec<PathBuf>) {
    let mut attachments = Vec::new();
    for path in paths.into_iter().take(MOST_FILES) {
        let name = name_of(&path);
        let read = tokio::task::spawn_blocking(move || read_one(&path)).await;
        match read.unwrap_or_else(|error| Err(format!("{name} could not be read: {error}"))) {
            Ok(Content::Conversation(bytes)) => open(jobs, &bytes).await,
            Ok(Content::Attachment(attachment)) => attachments.push(Ok(Arc::new(attachment))),
            Err(why) => attachments.push(Err(why)),
        }
    }
    jobs.emit(PlaygroundEvent::Read(attachments)).await;
}

async fn open(jobs: &Jobs, bytes: &[u8]) {
    jobs.emit(PlaygroundEvent::Imported(Box::new(chat_file::read(bytes)))).await;
}

/// What a file is.
enum Content {
    Conversation(Vec<u8>),
    Attachment(Attachment),
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Its size is asked first: nothing that would be refused is read.
fn read_one(path: &Path) -> Result<Content, String> {
    let name = name_of(path);
    let unreadable = |error: std::io::Error| format!("{name} could not be read: {error}");
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if !facts.is_file() {
        return Err(format!("{name} is no file"));
    }
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        return read_conversation(path, &name, facts.len());
    }
    if let Some(why) = Attachment::too_large(&name, facts.len()) {
        return Err(why);
    }
    Attachment::new(&name, std::fs::read(path).map_err(unreadable)?).map(Content::Attachment)
}

fn read_conversation(path: &Path, name: &str, size: u64) -> Result<Content, String> {
    if size > chat_file::LARGEST_FILE {
        return Err(format!("{name} is too large to be an exported conversation"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{name} could not be read: {error}"))?;
    if chat_file::looks_like(&bytes) {
        return Ok(Content::Conversation(bytes));
    }
    let problem: Problem = chat_file::read(&bytes).err().unwrap_or_else(|| Problem::new("It is no conversation", "", ""));
    Err(format!("{name} cannot be attached as JSON and cannot be opened. {}", problem.what))
}
