//! The arrows between the rooms (ARCHITECTURE.md), read off the imports: a forbidden one fails with file and line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms it may use, besides itself and `base`.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("models", &[]),
    ("prompts", &["models"]),
    ("logs", &["models"]),
    ("insights", &["logs"]),
    ("metrics", &[]),
    ("aws", &[]),
    ("lab", &["aws", "insights", "models", "prompts", "logs", "metrics"]),
    ("sandbox", &["insights", "logs", "metrics", "models", "prompts"]),
    ("runtime", &["app", "aws", "sandbox", "insights", "lab", "logs", "metrics", "models", "prompts"]),
    ("ui", &["app", "aws", "insights", "lab", "logs", "metrics", "models", "prompts"]),
    ("app", &["ui", "runtime", "aws", "insights", "lab", "logs", "metrics", "models", "prompts"]),
    ("cli", &["app", "runtime", "aws", "sandbox", "insights", "lab", "logs", "metrics", "models", "prompts"]),
];

/// Crates that only some rooms may name.
const CRATES: &[(&str, &[&str])] = &[
    ("egui", &["ui", "app", "runtime", "cli"]),
    ("eframe", &["app", "cli"]),
    ("egui_plot", &["ui"]),
    ("egui_table", &["ui"]),
    ("egui_extras", &["ui"]),
    ("aws_sdk_", &["aws"]),
    ("aws_config", &["aws"]),
    ("aws_smithy_runtime_api", &["aws", "sandbox"]),
    ("s3s", &["sandbox"]),
    ("hyper", &["sandbox"]),
    ("clap", &["cli", "main"]),
    ("anyhow", &["cli", "main"]),
];

struct Line {
    file: PathBuf,
    number: usize,
    room: String,
    text: String,
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let bad: Vec<String> = code_lines().iter().filter_map(forbidden_room).collect();
    assert!(bad.is_empty(), "forbidden arrows:\n{}", bad.join("\n"));
}

#[test]
fn crates_are_named_only_in_their_rooms() {
    let bad: Vec<String> = code_lines().iter().filter_map(forbidden_crate).collect();
    assert!(bad.is_empty(), "crates out of their room:\n{}", bad.join("\n"));
}

/// `ui` and `runtime` use the vocabularies and the state of `app`, never its window: that would turn an arrow around.
#[test]
fn nobody_but_main_names_the_window() {
    let others = code_lines().into_iter().filter(|line| !["app", "main", "cli"].contains(&line.room.as_str()));
    let bad: Vec<String> = others
        .filter(|line| names(&line.text, "app::App") || names(&line.text, "app::window"))
        .map(|line| at(&line, "the window"))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_known_room() {
    let known: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).chain(["main", "lib"]).collect();
    let unknown: Vec<String> = code_lines().into_iter().map(|line| line.room).filter(|room| !known.contains(&room.as_str())).collect();
    assert!(unknown.is_empty(), "rooms that ARCHITECTURE.md and this test do not know: {unknown:?}");
}

#[test]
fn the_guard_sees_what_it_guards() {
    let line = Line { file: "src/lab/x.rs".into(), number: 1, room: "lab".to_owned(), text: "use crate::ui::theme;".to_owned() };
    assert!(forbidden_room(&line).is_some());
    let line = Line { text: "use aws_sdk_s3::Client;".to_owned(), ..line };
    assert!(forbidden_crate(&line).is_some());
}

fn forbidden_room(line: &Line) -> Option<String> {
    let (_, allowed) = ROOMS.iter().find(|(room, _)| *room == line.room)?;
    let forbidden =
        |room: &&str| *room != "base" && *room != line.room && !allowed.contains(room) && names(&line.text, &format!("crate::{room}"));
    let used = ROOMS.iter().map(|(room, _)| *room).find(forbidden)?;
    Some(at(line, &format!("`{}` may not use `{used}`", line.room)))
}

fn forbidden_crate(line: &Line) -> Option<String> {
    let (name, _) = CRATES.iter().find(|(name, rooms)| !rooms.contains(&line.room.as_str()) && starts_path(&line.text, name))?;
    Some(at(line, &format!("`{}` may not name `{name}`", line.room)))
}

/// Whether `path` is named in `text` as a whole: `crate::ui` is not named by `crate::uix`.
fn names(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(i, _)| {
        let after = text[i + path.len()..].chars().next();
        !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Whether a path that begins with the crate `name` occurs in `text`; a name that ends in `_` stands for a family.
fn starts_path(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(i, _)| {
        let before = text[..i].chars().next_back();
        let rest = &text[i + name.len()..];
        let whole = name.ends_with('_') || rest.starts_with("::") || rest.starts_with(';') || rest.starts_with(" as ");
        whole && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '"')
    })
}

fn at(line: &Line, what: &str) -> String {
    format!("{}:{}: {what}: {}", line.file.display(), line.number, line.text.trim())
}

/// Every line of code with its room; comments are left out.
fn code_lines() -> Vec<Line> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    assert!(files.len() > 20, "the guard found only {} files", files.len());
    files.iter().flat_map(|file| lines_of(&src, file)).collect()
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn lines_of(src: &Path, file: &Path) -> Vec<Line> {
    let relative = file.strip_prefix(src).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    let room = first.trim_end_matches(".rs").to_owned();
    let text = fs::read_to_string(file).unwrap();
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.map(|(i, line)| Line { file: file.to_owned(), number: i + 1, room: room.clone(), text: without_strings(line) }).collect()
}

/// The line without what stands between quotes: program text that is shown to people names crates that we do not use there.
fn without_strings(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}
