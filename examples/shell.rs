//! The shell with an example state, to look at it: `cargo run --example shell -- [dark|light] [zoom] [screen] [overlay…]`.

use eframe::egui;
use outcrop::app::reduce::reduce;
use outcrop::app::settings::ThemeChoice;
use outcrop::app::state::{Connected, NoticeLevel, ProfileInfo};
use outcrop::app::{Commands, Event, Screen, State};
use outcrop::aws::Environment;
use outcrop::aws::operation::{Permission, Service};
use outcrop::aws::recorder::CallRecord;
use outcrop::base::clock::{Clock as _, SystemClock};
use outcrop::base::problem::Problem;
use outcrop::ui::{self, Shell};

fn main() -> eframe::Result {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let options =
        eframe::NativeOptions { viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]), ..Default::default() };
    eframe::run_native(
        "Shell",
        options,
        Box::new(move |cc| {
            ui::prepare(&cc.egui_ctx);
            Ok(Box::new(Preview { state: example(&args), shell: Shell::default(), commands: Commands::default() }))
        }),
    )
}

struct Preview {
    state: State,
    shell: Shell,
    commands: Commands,
}

impl eframe::App for Preview {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.state.now = SystemClock.now();
        ui::apply_settings(ui, &self.state.settings);
        self.shell.ui(ui, &self.state, &mut self.commands);
        for command in self.commands.take() {
            // The preview has no runtime: effects go nowhere.
            drop(reduce(&mut self.state, command));
        }
    }
}

fn example(args: &[String]) -> State {
    let mut state = State { now: SystemClock.now(), ..State::default() };
    let at = |i: usize| args.get(i).map_or("", String::as_str);
    state.settings.theme = if at(0) == "light" { ThemeChoice::Light } else { ThemeChoice::Dark };
    state.settings.zoom = at(1).parse().unwrap_or(1.0);
    let profiles = [("lab-admin", Some("eu-central-1"), "SSO"), ("work", None, "access key")];
    let found = profiles.map(|(name, region, source)| ProfileInfo {
        name: name.to_owned(),
        region: region.map(str::to_owned),
        source: source.to_owned(),
    });
    let warning = "AWS_ENDPOINT_URL is set: calls of an account would go to http://localhost:4566 and not to AWS".to_owned();
    take(&mut state, Event::ProfilesFound(found.to_vec(), vec![warning]));
    if at(2) != "first" {
        take(&mut state, Event::Connected(Ok(connected())));
    }
    for i in 0..40 {
        let record = call(&state, i);
        take(&mut state, Event::Call(Box::new(record)));
    }
    match at(2) {
        "start" => state.screen = Screen::Start,
        "settings" => state.screen = Screen::Settings,
        "failed" => {
            state.screen = Screen::Start;
            let problem = Problem::new(
                "The credentials have expired",
                "The SSO session of profile lab-admin ended",
                "Run aws sso login --profile lab-admin and try again",
            );
            take(
                &mut state,
                Event::Connected(Err(problem.with_details("ExpiredToken: The security token included in the request is expired"))),
            );
        }
        _ => {}
    }
    for overlay in args.iter().skip(3) {
        overlay_of(&mut state, overlay);
    }
    state
}

fn overlay_of(state: &mut State, overlay: &str) {
    match overlay {
        "palette" => state.overlays.palette = true,
        "help" => state.overlays.help = true,
        "notices" => state.overlays.notices = true,
        "calls" => state.overlays.calls = true,
        _ => {}
    }
    take(state, Event::Notice(NoticeLevel::Info, "The sandbox is ready".to_owned(), None));
    take(state, Event::Notice(NoticeLevel::Warning, "Throttled by IAM, trying again in 2 s".to_owned(), Some("Rate exceeded".to_owned())));
    take(
        state,
        Event::Notice(
            NoticeLevel::Error,
            "The snapshot of the sandbox is damaged and was set aside; a new one is begun and nothing else is lost".to_owned(),
            Some("/home/you/.local/share/outcrop/sandbox.corrupt-1".to_owned()),
        ),
    );
}

fn take(state: &mut State, event: Event) {
    // The preview has no runtime: effects go nowhere.
    drop(reduce(state, event));
}

fn connected() -> Connected {
    Connected {
        environment: Environment::sandbox("http://127.0.0.1:4566"),
        account: "123456789012".to_owned(),
        arn: "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant".to_owned(),
    }
}

fn call(state: &State, i: u64) -> CallRecord {
    let params = serde_json::json!({"RoleName": "outcrop-bedrock-logging", "AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\"}"});
    CallRecord {
        at: state.now,
        service: if i.is_multiple_of(3) { Service::Iam } else { Service::Logs },
        operation: if i.is_multiple_of(3) { "CreateRole" } else { "DescribeLogGroups" }.to_owned(),
        first_token_ms: None,
        pages: 1,
        cli: "aws iam create-role --role-name outcrop-bedrock-logging --assume-role-policy-document '{\"Version\":\"2012-10-17\"}'"
            .to_owned(),
        params,
        permissions: vec![Permission {
            action: "iam:CreateRole".to_owned(),
            resource: "arn:aws:iam::123456789012:role/outcrop-bedrock-logging".to_owned(),
        }],
        status: Some(if i % 7 == 4 { 403 } else { 200 }),
        attempts: 1,
        duration_ms: 12 + i * 7,
        request_id: Some(format!("eb9487e4-d2ca-1572-9d00-2f0b14ad5a{i:02}")),
        error: (i % 7 == 4).then(|| {
            (
                "AccessDenied".to_owned(),
                "User: arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant is not authorized to perform: iam:CreateRole"
                    .to_owned(),
            )
        }),
    }
}
