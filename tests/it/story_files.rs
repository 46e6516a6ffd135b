//! The story of files: a folder of records is dropped on the window or opened by its path, searched like a log group, and left again; the same files
//! are known the second time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Role::TextInput;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::Screen;
use outcrop::app::window::{App, Opening};

use crate::support::{click, open_at, see, until};

/// The field in which a path is given.
const FIELD: &str = "Path of a file, folder or bucket";

fn records(folder: &Path) {
    let record = |n: u32| {
        let text = if n.is_multiple_of(10) { "a refund please" } else { "a question" };
        format!(
            r#"{{"schemaType":"ModelInvocationLog","requestId":"r{n}","timestamp":"2026-03-02T12:00:{:02}Z","modelId":"anthropic.claude-3-haiku","operation":"Converse","input":{{"inputBodyJson":{{"messages":[{{"role":"user","content":[{{"text":"{text} {n}"}}]}}]}}}}}}"#,
            n % 60
        )
    };
    let lines: Vec<String> = (0..200).map(record).collect();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("records.ndjson"), format!("{}\nPermissions are correctly set\n{{\"cut", lines.join("\n"))).unwrap();
}

/// A file or folder dropped on the window, as the windowing system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_on_window(harness: &mut Harness<'_, App>, path: PathBuf) {
    harness.input_mut().dropped_files = vec![Arc::new(Dropped(path)) as egui::DroppedFileHandle];
    harness.step();
}

fn loaded(app: &App) -> usize {
    app.state().logs.store.len()
}

fn is_read(app: &App) -> bool {
    app.state().logs.files.as_ref().is_some_and(|files| !files.is_running) && !app.state().logs.is_searching()
}

#[test]
fn a_dropped_folder_is_searched_like_a_log_group_and_left_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("records of mine");
    records(&folder);
    let mut harness = open_at(&home.path().join("home"), Opening::Sandbox);
    drop_on_window(&mut harness, folder);
    until(&mut harness, "the records are read", |harness| is_read(harness.state()) && loaded(harness.state()) == 202);
    assert_eq!(harness.state().state().screen, Screen::Logs);
    let told = "From records of mine: 202 new records in 1 file · 2 lines that are no invocations · 1 line of these broken";
    see(&mut harness, told);
    let (banner, heading) = (harness.get_by_label_contains(told).rect(), harness.get_by_label("Ask this in Insights").rect());
    assert!(heading.top() - banner.bottom() < 200.0, "the list follows the banner: {banner:?} {heading:?}");
    harness.get_by_label("Search the records").focus();
    harness.run_steps(2);
    harness.get_by_label("Search the records").type_text("refund");
    until(&mut harness, "twenty are found", |harness| harness.state().state().logs.view.rows.len() == 20);
    click(&mut harness, "Back to the log group");
    until(&mut harness, "the files are left", |harness| harness.state().state().logs.files.is_none() && loaded(harness.state()) == 0);
}

#[test]
fn a_path_is_opened_and_the_same_files_are_known_the_second_time() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("records");
    records(&folder);
    for (turn, told) in ["202 new records", "0 new records in 1 file · 1 file known already"].into_iter().enumerate() {
        let mut harness = open_at(&home.path().join("home"), Opening::Sandbox);
        click(&mut harness, "Logs");
        click(&mut harness, "Open files");
        until(&mut harness, "the field is there", |harness| harness.query_by_role_and_label(TextInput, FIELD).is_some());
        harness.get_by_role_and_label(TextInput, FIELD).focus();
        harness.run_steps(2);
        harness.get_by_role_and_label(TextInput, FIELD).type_text(&folder.display().to_string());
        harness.run_steps(2);
        click(&mut harness, "Open");
        until(&mut harness, "the records are there", |harness| is_read(harness.state()) && loaded(harness.state()) == 202);
        see(&mut harness, told);
        drop(harness);
        assert!(turn < 2);
    }
}

#[test]
fn a_path_that_is_not_there_is_said_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open_at(home.path(), Opening::Sandbox);
    drop_on_window(&mut harness, home.path().join("nothing here"));
    until(&mut harness, "the reading ends", |harness| is_read(harness.state()));
    see(&mut harness, "The files could not be read");
    see(&mut harness, "Back to the log group");
}
