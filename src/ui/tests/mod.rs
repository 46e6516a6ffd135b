//! Tests of the shell, the overlays, the screens of this room and the widgets, on the real egui without a window.

mod glyphs;
mod screens;
mod shell;
mod widgets;

use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::Shell;
use crate::app::reduce::{Input, reduce};
use crate::app::state::{Connected, NoticeLevel, ProfileInfo};
use crate::app::{Command, Commands, Effect, Event, State};
use crate::aws::operation::{Permission, Service};
use crate::aws::{CallRecord, Environment};
use crate::base::clock::timestamp_ms;

/// The shell over a state, with what was sent and what was asked of the runtime.
#[derive(Default)]
struct Bench {
    state: State,
    shell: Shell,
    sent: Vec<Command>,
    asked: Vec<Effect>,
}

impl Bench {
    fn take(&mut self, input: impl Into<Input>) {
        self.asked.extend(reduce(&mut self.state, input));
    }

    fn draw(&mut self, ui: &mut egui::Ui) {
        super::apply_settings(ui, &self.state.settings);
        let mut commands = Commands::default();
        self.shell.ui(ui, &self.state, &mut commands);
        for command in commands.take() {
            self.sent.push(command.clone());
            self.take(command);
        }
    }
}

/// A window of 1280×720, the smallest that every screen must fit.
fn window(bench: Bench) -> Harness<'static, Bench> {
    Harness::builder()
        .with_size([1280.0, 720.0])
        .with_context_setup(super::prepare)
        .build_ui_state(|ui, bench: &mut Bench| bench.draw(ui), bench)
}

/// A window over a single widget.
fn widget<S: 'static>(state: S, draw: impl FnMut(&mut egui::Ui, &mut S) + 'static) -> Harness<'static, S> {
    Harness::builder().with_size([600.0, 400.0]).with_context_setup(super::prepare).build_ui_state(draw, state)
}

/// Types into a field as a person does: go there, then type.
fn type_into<S>(harness: &mut Harness<'_, S>, field: &str, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, field).focus();
    harness.run();
    harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
    harness.run();
}

/// Pushes a button by keyboard, which also brings it into view.
fn push<S>(harness: &mut Harness<'_, S>, button: &str) {
    harness.get_by_role_and_label(Role::Button, button).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
}

/// What was copied in the last step.
fn copied<S>(harness: &Harness<'_, S>) -> Option<String> {
    harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn fresh() -> Bench {
    let mut bench = Bench::default();
    bench.state.now = timestamp_ms(1_795_435_471_000);
    bench
}

fn in_sandbox() -> Bench {
    let mut bench = fresh();
    bench.take(Event::Connected(Ok(Connected {
        environment: Environment::sandbox("http://127.0.0.1:4566"),
        account: "123456789012".to_owned(),
        arn: "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant".to_owned(),
    })));
    bench.asked.clear();
    bench
}

/// A bench with profiles, warnings, calls and notices: everything that a place can show.
fn full() -> Bench {
    let mut bench = in_sandbox();
    let profile = |name: &str, region: Option<&str>| ProfileInfo {
        name: name.to_owned(),
        region: region.map(str::to_owned),
        source: "SSO".to_owned(),
    };
    let warning = "AWS_ENDPOINT_URL is set: calls of an account would go to http://localhost:4566 and not to AWS".to_owned();
    bench.take(Event::ProfilesFound(vec![profile("lab-admin", Some("eu-central-1")), profile("work", None)], vec![warning]));
    for i in 0..30 {
        let record = call(&bench, i);
        bench.take(Event::Call(Box::new(record)));
    }
    for (level, text) in
        [(NoticeLevel::Info, "The sandbox is ready"), (NoticeLevel::Warning, "Throttled"), (NoticeLevel::Error, "Set aside")]
    {
        bench.take(Event::Notice(level, text.to_owned(), Some("more to read".to_owned())));
    }
    bench.asked.clear();
    bench
}

/// A call; every fifth failed.
fn call(bench: &Bench, i: u64) -> CallRecord {
    let failed = i % 5 == 4;
    let message = "User: arn:aws:sts::123456789012:assumed-role/Participant is not authorized to perform: iam:CreateRole";
    CallRecord {
        at: bench.state.now,
        service: Service::Iam,
        operation: if failed { "CreateRole" } else { "GetRole" }.to_owned(),
        params: serde_json::json!({"RoleName": "outcrop", "Account": "123456789012"}),
        cli: "aws iam get-role --role-name arn:aws:iam::123456789012:role/outcrop".to_owned(),
        permissions: vec![Permission { action: "iam:GetRole".to_owned(), resource: "arn:aws:iam::123456789012:role/outcrop".to_owned() }],
        status: Some(if failed { 403 } else { 200 }),
        attempts: 1,
        pages: 1,
        duration_ms: 10 + i,
        first_token_ms: None,
        request_id: Some(format!("request-{i:02}")),
        error: failed.then(|| ("AccessDenied".to_owned(), message.to_owned())),
    }
}
