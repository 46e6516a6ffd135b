//! Records from files: the banner that says so, and the field in which a path is given. Files can be dropped on the window as well.

use egui::{Key, TextEdit, Ui};

use crate::app::logs::{Files, LogsCommand};
use crate::app::{Command, Commands, State};
use crate::base::text::{bytes, count, grouped};
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone};
use crate::ui::widgets::{Busy, Push, hint, note};

/// Files that could not be read that are named; of more the number is told.
const NAMED: usize = 3;

/// The path that is being written.
#[derive(Debug, Default)]
pub struct Opener {
    path: String,
}

impl Opener {
    /// The button with its field.
    pub fn ui(&mut self, ui: &mut Ui, commands: &mut Commands) {
        let button = ui.add(Push::icon(icons::FOLDER_OPEN, "Open files").tooltip("Open files of records, or drop them on the window"));
        egui::Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(360.0);
            hint(ui, "A file or a folder: .json, .ndjson, .jsonl, .log, .gz");
            ui.horizontal(|ui| {
                let field = ui.add(TextEdit::singleline(&mut self.path).hint_text("Path…").desired_width(270.0));
                field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Path of a file or folder"));
                let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                let is_given = !self.path.trim().is_empty();
                if (ui.add_enabled(is_given, Push::primary("Open")).clicked() || entered) && is_given {
                    commands.send(Command::Logs(LogsCommand::OpenFiles(vec![self.path.trim().into()])));
                    ui.close();
                }
            });
        });
    }
}

/// Files that are dropped on the window are opened; while they hover, it says so.
pub fn drop_target(ui: &Ui, commands: &mut Commands) {
    let (hovering, dropped) = ui.input(|input| {
        let paths: Vec<_> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!input.raw.hovered_files.is_empty(), paths)
    });
    if !dropped.is_empty() {
        commands.send(Command::Logs(LogsCommand::OpenFiles(dropped)));
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
    ui.horizontal_wrapped(|ui| {
        note(ui, Tone::Neutral, &told(files));
        if files.is_running {
            if Busy::new("Reading").cancel("Stop").show(ui) {
                commands.send(Command::Logs(LogsCommand::StopFiles));
            }
        } else if files.progress.done < files.progress.files && ui.add(Push::quiet("Go on").small()).clicked() {
            commands.send(Command::Logs(LogsCommand::OpenFiles(files.paths.clone())));
        }
        if ui.add(Push::quiet("Back to the log group").small()).clicked() {
            commands.send(Command::Logs(LogsCommand::CloseFiles));
        }
    });
    if let Some(problem) = &files.problem {
        super::toolbar::failure(ui, problem, Command::Logs(LogsCommand::OpenFiles(files.paths.clone())), commands);
    }
    for problem in files.progress.problems.iter().take(NAMED) {
        note(ui, Tone::Warn, problem);
    }
    if let Some(more) = files.progress.problems.len().checked_sub(NAMED).filter(|more| *more > 0) {
        note(ui, Tone::Warn, &format!("{} more could not be read whole", count(more as u64, "file")));
    }
}

fn told(files: &Files) -> String {
    let progress = &files.progress;
    let words = format!("From {}: {} in {}", files.name(), count(progress.counts.new, "new record"), count(progress.files as u64, "file"));
    if files.is_running {
        let left = progress.remaining().map_or_else(String::new, |left| format!(", about {} s left", left.as_secs() + 1));
        let (done, all, rate) = (bytes(progress.bytes_done), bytes(progress.bytes), grouped(progress.rate() as u64));
        return format!("{words} · {done} of {all}, {rate} a second{left}");
    }
    let parts = [
        (progress.known as u64, "known already", "file"),
        (progress.counts.copies, "known already", "record"),
        (progress.counts.raw, "that are no invocations", "line"),
        (progress.counts.broken, "of these broken", "line"),
    ];
    let told = parts.into_iter().filter(|(number, _, _)| *number > 0).map(|(number, what, noun)| format!("{} {what}", count(number, noun)));
    std::iter::once(words).chain(told).collect::<Vec<_>>().join(" · ")
}
