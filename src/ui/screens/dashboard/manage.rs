//! Which dashboard is shown, and what is done with dashboards as such: copying, editing, publishing, deleting.

use egui::{RichText, Ui};

use crate::app::dashboard::{BoardId, DashboardCommand};
use crate::app::{Command, Commands, Remote, State};
use crate::metrics::dashboard::Dashboard;
use crate::metrics::dashboard::body::name_of;
use crate::metrics::dashboard::edit::Edit;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Field, Push, body, hint, modal, note, scroll_up_to, section};

/// A question that is open.
#[derive(Debug, Clone, PartialEq)]
enum Question {
    /// Publish the shown dashboard?
    Publish,
    /// Delete this dashboard?
    Delete(BoardId),
}

/// What is kept between frames.
#[derive(Debug, Default)]
pub struct Manage {
    question: Option<Question>,
    name: Option<String>,
}

fn send(commands: &mut Commands, command: DashboardCommand) {
    commands.send(Command::Dashboard(command));
}

impl Manage {
    /// The name of the shown dashboard: a menu of all; while it is edited a field.
    pub fn chooser(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let dashboard = &state.dashboard;
        if dashboard.editing {
            return self.rename(ui, &dashboard.board, commands);
        }
        let words = RichText::new(&dashboard.board.title).text_style(egui::TextStyle::Heading).color(Theme::of(ui).text);
        let button = egui::Button::new((words, icons::CHEVRON_DOWN.atom())).frame_when_inactive(false);
        let response = ui.add(button).accessible_name("Dashboard").on_hover_text("Choose a dashboard");
        if response.clicked() && !dashboard.publishing.names.is_loading() {
            send(commands, DashboardCommand::ListPublished);
        }
        egui::Popup::menu(&response).show(|ui| {
            ui.set_min_width(260.0);
            scroll_up_to(420.0).show(ui, |ui| choices(ui, state, commands));
        });
    }

    fn rename(&mut self, ui: &mut Ui, board: &Dashboard, commands: &mut Commands) {
        let name = self.name.get_or_insert_with(|| board.title.clone());
        let response = Field::new("Name of the dashboard", name).label_hidden().width(240.0).show(ui);
        if response.lost_focus() {
            if !name.trim().is_empty() && name.trim() != board.title {
                send(commands, DashboardCommand::Edit(Edit::Rename(name.trim().to_owned())));
            }
            self.name = None;
        }
    }

    /// What can be done with the shown dashboard.
    pub fn actions(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let dashboard = &state.dashboard;
        if dashboard.editing {
            if ui.add(Push::quiet("Undo").with_icon(icons::UNDO_2).small().enabled(!dashboard.undo.is_empty())).clicked() {
                send(commands, DashboardCommand::Undo);
            }
            if ui.add(Push::secondary("Done").with_icon(icons::CHECK).small()).clicked() {
                send(commands, DashboardCommand::SetEditing(false));
            }
            return;
        }
        let (words, tip) = if dashboard.shelf.is_mine() {
            ("Edit", "Add, move, resize and remove widgets")
        } else {
            ("Customise", "Make a copy of your own: add, move, resize and remove widgets")
        };
        if ui.add(Push::quiet(words).with_icon(icons::PENCIL).small().tooltip(tip)).clicked() {
            send(commands, DashboardCommand::SetEditing(true));
        }
        let busy = dashboard.publishing.change.is_loading();
        let push = Push::quiet(if busy { "Publishing…" } else { "Publish…" }).with_icon(icons::UPLOAD).small().enabled(!busy);
        if ui.add(push.tooltip("Keep this dashboard in CloudWatch, too")).clicked() {
            self.question = Some(Question::Publish);
        }
        if ui.add(Push::quiet("Prices…").with_icon(icons::COINS).small().tooltip("What models cost, and your own prices")).clicked() {
            send(commands, DashboardCommand::ShowPrices(true));
        }
        if !matches!(dashboard.shelf.shown, BoardId::BuiltIn(_))
            && ui.add(Push::icon(icons::TRASH_2, "Delete this dashboard…").small()).clicked()
        {
            self.question = Some(Question::Delete(dashboard.shelf.shown.clone()));
        }
    }

    /// The open question.
    pub fn ui(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        let Some(question) = self.question.clone() else { return };
        let mut answer = None;
        let modal = modal(ui, "dashboard-question").show(ui.ctx(), |ui| {
            ui.set_width((ui.ctx().content_rect().width() - 64.0).min(480.0));
            match &question {
                Question::Publish => publish(ui, state),
                Question::Delete(id) => delete(ui, id),
            }
            ui.add_space(size::GAP);
            ui.horizontal_wrapped(|ui| {
                let yes = if question == Question::Publish { Push::primary("Publish") } else { Push::danger("Delete") };
                if ui.add(yes).clicked() {
                    answer = Some(true);
                }
                if ui.add(Push::secondary("Cancel")).clicked() {
                    answer = Some(false);
                }
            });
        });
        if answer == Some(true) {
            send(commands, yes(question));
        }
        if answer.is_some() || modal.should_close() {
            self.question = None;
        }
    }
}

fn yes(question: Question) -> DashboardCommand {
    match question {
        Question::Publish => DashboardCommand::Publish,
        Question::Delete(BoardId::Published(name)) => DashboardCommand::Unpublish(name),
        Question::Delete(BoardId::Mine(id) | BoardId::BuiltIn(id)) => DashboardCommand::Delete(id),
    }
}

fn publish(ui: &mut Ui, state: &State) {
    let name = name_of(&state.dashboard.board.title);
    section(ui, "Publish this dashboard?");
    body(
        ui,
        format!(
            "CloudWatch keeps it as {name} for the whole account; one of that name is replaced. The first three dashboards of an account are free, more cost $3 a month each"
        ),
    );
    let taken = state.dashboard.publishing.names.value().is_some_and(|names| names.contains(&name));
    if taken && !matches!(state.dashboard.shelf.shown, BoardId::Published(_)) {
        note(ui, Tone::Warn, "There is a dashboard of this name in CloudWatch already");
    }
    hint(ui, "Needs cloudwatch:PutDashboard. Cost tables stay here: CloudWatch knows no prices");
}

fn delete(ui: &mut Ui, id: &BoardId) {
    match id {
        BoardId::Published(name) => {
            section(ui, "Delete it from CloudWatch?");
            body(ui, format!("The dashboard {name} is deleted for everyone in the account. Its metrics stay"));
        }
        BoardId::Mine(id) | BoardId::BuiltIn(id) => {
            section(ui, "Delete this dashboard?");
            body(ui, format!("Your dashboard {id} is deleted from this machine. A published copy stays in CloudWatch"));
        }
    }
}

fn head(ui: &mut Ui, words: &str) {
    ui.add_space(2.0);
    ui.label(RichText::new(words).text_style(text::axis()).color(Theme::of(ui).text3));
}

fn choices(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let dashboard = &state.dashboard;
    let mut row = |ui: &mut Ui, id: BoardId, title: &str, help: &str| {
        let response = ui.selectable_label(dashboard.shelf.shown == id, title);
        let response = if help.is_empty() { response } else { response.on_hover_text(help) };
        if response.clicked() {
            send(commands, DashboardCommand::Open(id));
            ui.close();
        }
    };
    head(ui, "Automatic");
    for (id, board) in Dashboard::built_in() {
        row(ui, BoardId::BuiltIn((*id).to_owned()), &board.title, &board.help);
    }
    if !dashboard.shelf.mine.is_empty() {
        head(ui, "Yours");
    }
    for (id, board) in &dashboard.shelf.mine {
        row(ui, BoardId::Mine(id.clone()), &board.title, &board.help);
    }
    head(ui, "In CloudWatch");
    for name in dashboard.publishing.names.value().into_iter().flatten() {
        row(ui, BoardId::Published(name.clone()), name, "Read from CloudWatch");
    }
    match &dashboard.publishing.names {
        Remote::Loading { previous: None } | Remote::NotAsked => drop(hint(ui, "Listing…")),
        Remote::Failed { problem, .. } => drop(note(ui, Tone::Error, &problem.what)),
        names if names.value().is_none_or(Vec::is_empty) => drop(hint(ui, "None: Publish… puts one there")),
        _ => {}
    }
}
