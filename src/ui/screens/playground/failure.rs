//! What went wrong with a reply, and the ways out: asking again, another way to the model, another model, the console.

use egui::Ui;

use super::Wish;
use super::picker::Target;
use crate::app::playground::{Cure, Pause, PlaygroundCommand, Reply, Turn};
use crate::app::{Command, Commands, State};
use crate::base::problem::Problem;
use crate::models;
use crate::ui::icons;
use crate::ui::theme::Tone;
use crate::ui::widgets::{ErrorAction, ErrorPanel, Push, hint, note};

/// Most profiles that are offered.
const OFFERED: usize = 2;

/// Draws a failure with its ways out.
#[expect(clippy::too_many_arguments, reason = "drawing needs the state, the reply with its place, and both ways back")]
pub fn ui(
    ui: &mut Ui,
    state: &State,
    lane: usize,
    turn: &Turn,
    reply: &Reply,
    problem: &Problem,
    commands: &mut Commands,
    wishes: &mut Vec<Wish>,
) {
    match (&reply.stop_reason, turn.text.is_empty()) {
        (Some(_), _) => note(ui, Tone::Warn, "The reply is whole, but the stream ended before its numbers came"),
        (None, false) => note(ui, Tone::Warn, "The reply broke off here; what came is kept"),
        (None, true) => ui.response(),
    };
    let details = problem.details.as_deref().unwrap_or_default();
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).retry("Try again");
    if panel.show(ui) == ErrorAction::Retry {
        commands.send(Command::Playground(PlaygroundCommand::RetryIn { lane, turn: turn.id }));
    }
    if let Some(cure) = reply.cure {
        ui.horizontal_wrapped(|ui| offer(ui, state, lane, turn.id, &reply.request.model_id, cure, commands, wishes));
    }
}

#[expect(clippy::too_many_arguments, reason = "as above")]
fn offer(ui: &mut Ui, state: &State, lane: usize, turn: u64, model_id: &str, cure: Cure, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    match cure {
        Cure::UseProfile => profiles(ui, state, lane, turn, model_id, commands),
        Cure::OtherModel => {}
        Cure::Console => console(ui, state, model_id),
    }
    if ui.add(Push::secondary("Choose another model…").with_icon(icons::CPU)).clicked() {
        wishes.push(Wish::PickModel(Target::Lane(lane)));
    }
}

fn profiles(ui: &mut Ui, state: &State, lane: usize, turn: u64, model_id: &str, commands: &mut Commands) {
    let list = state.playground.models.value();
    for choice in list.map(|list| list.profiles_of(model_id)).unwrap_or_default().into_iter().take(OFFERED) {
        let words = format!("Ask through {}", choice.id);
        if ui.add(Push::primary(&words).with_icon(icons::ARROW_RIGHT)).clicked() {
            let model_id = choice.id.clone();
            commands.send(Command::Playground(PlaygroundCommand::AskInstead { lane, turn, model_id }));
        }
    }
}

/// The page of the console where the use-case form, the subscription and the access of a model are.
fn console(ui: &mut Ui, state: &State, model_id: &str) {
    let Some(environment) = state.connection.environment() else { return };
    if state.connection.is_sandbox() {
        hint(ui, "On a real account a link to the model's page in the Bedrock console stands here");
        return;
    }
    let region = &environment.region;
    let model = models::normalise(model_id);
    let page = format!("https://{region}.console.aws.amazon.com/bedrock/home?region={region}#/model-catalog/serverless/{model}");
    ui.hyperlink_to("Open the model in the Bedrock console", page);
}

/// Draws the wait before another attempt.
pub fn pausing(ui: &mut Ui, lane: usize, pause: &Pause, commands: &mut Commands) {
    note(ui, Tone::Warn, &pause.problem.what);
    ui.horizontal_wrapped(|ui| {
        let Pause { attempt, most, secs, .. } = pause;
        hint(ui, format!("Trying again in {secs} s (attempt {attempt} of {most})"));
        if ui.add(Push::quiet("Give up").small()).clicked() {
            commands.send(Command::Playground(PlaygroundCommand::StopLane(lane)));
        }
    });
}
