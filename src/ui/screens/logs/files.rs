//! Records from files: the banner that says so, and the field in which a path is given. Files can be dropped on the window as well.

use egui::{Align, Key, Layout, Ui};

use crate::app::logs::{Files, FilesPlace, LogsCommand};
use crate::app::{Command, Commands, State};
use crate::base::text::{bytes, count, grouped};
use crate::logs::import::Prefix;
use crate::metrics::range::SPANS;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, Field, Push, hint, note};

/// Width of the field for a path, points.
const FIELD: f32 = 380.0;

/// Files that could not be read that are named; of more the number is told.
const NAMED: usize = 3;

/// The path that is being written.
#[derive(Debug, Default)]
pub struct Opener {
    path: String,
}

impl Opener {
    /// The button with its field, and the bucket that records are delivered to.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let tooltip = "Open files or a bucket of records, or drop files on the window";
        let button = ui.add(Push::icon(icons::FOLDER_OPEN, "Open files").tooltip(tooltip));
        egui::Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(FIELD);
            let field = Field::new("Path of a file, folder or bucket", &mut self.path).hint("Path or s3://…").width(FIELD).show(ui);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let is_given = !self.path.trim().is_empty();
            ui.horizontal(|ui| {
                let asked = ui.add(Push::primary("Open").enabled(is_given)).clicked();
                hint(ui, ".json, .ndjson, .jsonl, .log, .gz");
                if (asked || entered) && is_given {
                    commands.send(Command::Logs(LogsCommand::OpenFiles(FilesPlace::given(&self.path))));
                    ui.close();
                }
            });
            of_bucket(ui, state, commands);
        });
    }
}

/// Where in S3 Bedrock delivers the records of this place, if it does.
pub fn delivered(state: &State) -> Option<Prefix> {
    let bucket = state.logs.source.value()?.bucket.as_ref()?;
    let place = state.connection.current.value()?;
    Some(Prefix::of_bedrock(&bucket.bucket, &bucket.prefix, &place.account, &place.environment.region))
}

/// The records in the bucket that invocation logging delivers to, of some time.
fn of_bucket(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(prefix) = delivered(state) else { return };
    ui.add_space(size::GAP_SMALL);
    ui.separator();
    hint(ui, format!("The records that Bedrock delivers to the bucket {}, of the last", prefix.bucket));
    let now_ms = state.now.as_millisecond();
    ui.horizontal(|ui| {
        let spans = SPANS.iter().map(|(name, span)| (*name, Some((now_ms - span, now_ms))));
        for (name, window) in spans.chain([("All", None)]) {
            let tooltip = window.map_or_else(|| "Everything in the bucket".to_owned(), |_| format!("Read the last {name} from the bucket"));
            if ui.add(Push::quiet(name).small().tooltip(&tooltip)).clicked() {
                commands.send(Command::Logs(LogsCommand::OpenFiles(FilesPlace::Bucket(prefix.clone(), window))));
                ui.close();
            }
        }
    });
}

/// Files that are dropped on the window are opened; while they hover, it says so.
pub fn drop_target(ui: &Ui, commands: &mut Commands) {
    let (hovering, dropped) = ui.input(|input| {
        let paths: Vec<_> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!input.raw.hovered_files.is_empty(), paths)
    });
    if !dropped.is_empty() {
        commands.send(Command::Logs(LogsCommand::OpenFiles(FilesPlace::Paths(dropped))));
    }
    if hovering {
        let theme = Theme::of(ui);
        let rect = ui.ctx().content_rect();
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop-records")));
        painter.rect_filled(rect, 0.0, theme.ground.gamma_multiply(0.85));
        let words = "Drop files or folders of records to open them in Logs";
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, words, egui::TextStyle::Heading.resolve(ui.style()), theme.text);
    }
}

/// What is open and how its reading goes.
pub fn banner(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(files) = &state.logs.files else { return };
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        if ui.add(Push::quiet("Back to the log group").small()).clicked() {
            commands.send(Command::Logs(LogsCommand::CloseFiles));
        }
        if !files.is_running {
            again(ui, files, commands);
        }
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            if files.is_running && Busy::new("Reading").cancel("Stop").show(ui) {
                commands.send(Command::Logs(LogsCommand::StopFiles));
            }
            note(ui, Tone::Neutral, &told(files));
        });
    });
    if let Some(problem) = &files.problem {
        super::toolbar::failure(ui, problem, Command::Logs(LogsCommand::OpenFiles(files.place.clone())), commands);
    }
    for problem in files.progress.problems.iter().take(NAMED) {
        note(ui, Tone::Warn, problem);
    }
    if let Some(more) = files.progress.problems.len().checked_sub(NAMED).filter(|more| *more > 0) {
        note(ui, Tone::Warn, &format!("{} more could not be read whole", count(more as u64, "file")));
    }
}

/// What can be read besides what was.
fn again(ui: &mut Ui, files: &Files, commands: &mut Commands) {
    if files.progress.done < files.progress.files && ui.add(Push::quiet("Go on").small()).clicked() {
        commands.send(Command::Logs(LogsCommand::OpenFiles(files.place.clone())));
    }
    let is_part = matches!(files.place, FilesPlace::Bucket(_, Some(_)));
    let tooltip = "Fetch what the bucket has besides: S3 bills each request and what leaves AWS";
    if is_part && ui.add(Push::quiet("Read the whole bucket").small().tooltip(tooltip)).clicked() {
        commands.send(Command::Logs(LogsCommand::OpenFiles(files.place.whole())));
    }
}

fn told(files: &Files) -> String {
    let progress = &files.progress;
    let noun = if matches!(files.place, FilesPlace::Bucket(..)) { "object" } else { "file" };
    let new = count(progress.counts.new, "new record");
    let words = format!("From {}: {new} in {}", files.place.name(), count(progress.files as u64, noun));
    if files.is_running {
        let left = progress.remaining().map_or_else(String::new, |left| format!(", about {} s left", left.as_secs() + 1));
        let (done, all, rate) = (bytes(progress.bytes_done), bytes(progress.bytes), grouped(progress.rate() as u64));
        return format!("{words} · {done} of {all}, {rate} a second{left}");
    }
    let parts = [
        (progress.known as u64, "known already", noun),
        (progress.counts.copies, "known already", "record"),
        (progress.counts.raw, "that are no invocations", "line"),
        (progress.counts.broken, "of these broken", "line"),
    ];
    let told = parts.into_iter().filter(|(number, _, _)| *number > 0).map(|(number, what, noun)| format!("{} {what}", count(number, noun)));
    std::iter::once(words).chain(told).collect::<Vec<_>>().join(" · ")
}
