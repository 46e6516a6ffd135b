//! Records, metrics and a connected state for the stories of Dashboard and Logs: made up by rule, the same in every run.

use std::sync::Arc;

use egui_kittest::Harness;
use outcrop::app::logs::{LogsEffect, LogsEvent, Progress, Source};
use outcrop::app::state::Connected;
use outcrop::app::{Command, Commands, Effect, Event, Screen, State, reduce};
use outcrop::aws::Environment;
use outcrop::aws::bedrock::S3Destination;
use outcrop::base::clock::timestamp_ms;
use outcrop::logs::view::View;
use outcrop::logs::{Entry, Store};
use outcrop::metrics::series::{Plotted, Point, Series};
use outcrop::ui::screens::Screens;
use serde_json::json;

/// The present moment of the stories, 2026-11-23 12:04:31 UTC.
pub const NOW_MS: i64 = 1_795_435_471_000;

const MODELS: [&str; 4] = [
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "us.anthropic.claude-sonnet-4-6",
    "us.anthropic.claude-opus-4-7",
    "us.anthropic.claude-sonnet-5-5",
];
const QUESTIONS: [&str; 6] = [
    "Which of these tickets mention a refund? Answer with their numbers only",
    "Summarise the policy: when is a refund granted, and who decides",
    "Write an e-mail from a customer asking for a refund of order #3256 because the parcel arrived damaged",
    "Translate this paragraph to French and keep the tone formal",
    "Write a Python function that parses a CloudWatch log line, with tests",
    "Draft a polite reply to a customer whose delivery is late",
];

/// The line of the `n`-th record, `n` counted from the newest.
pub fn line(n: u64) -> String {
    let model = MODELS[[0, 1, 0, 2, 0, 1, 3][n as usize % 7]];
    let failed = n % 23 == 5;
    let operation = if n.is_multiple_of(4) { "ConverseStream" } else { "Converse" };
    let question = QUESTIONS[n as usize % QUESTIONS.len()];
    let input = if failed {
        json!({})
    } else {
        json!({"inputContentType": "application/json", "inputTokenCount": 80 + n * 37 % 900, "inputBodyJson":
        {"system": [{"text": "You are a patient assistant of a shop"}], "messages": [{"role": "user", "content": [{"text": question}]}]}})
    };
    let output = if failed {
        json!({})
    } else {
        json!({"outputContentType": "application/json", "outputTokenCount": 40 + n * 53 % 700, "outputBodyJson":
        {"output": {"message": {"role": "assistant", "content": [{"text": format!("Subject: Damaged parcel\n\nHello, my order {n} arrived with the box crushed. Please refund the full amount.")}]}},
         "stopReason": "end_turn", "metrics": {"latencyMs": 700 + n * 211 % 9_000}}})
    };
    let mut record = json!({"timestamp": timestamp_ms(at_ms(n)).to_string(), "accountId": "123456789012", "region": "us-east-1", "requestId": format!("eb9487e4-d2ca-4f1b-9d7e-{n:012}"),
        "operation": operation, "modelId": model, "input": input, "output": output,
        "identity": {"arn": if n % 3 == 1 { "arn:aws:sts::123456789012:assumed-role/chat/backend" } else { "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant" }},
        "inferenceRegion": "us-east-2", "schemaType": "ModelInvocationLog", "schemaVersion": "1.0"});
    if failed {
        record["errorCode"] = json!("ThrottlingException");
    }
    record.to_string()
}

/// The time of the `n`-th record.
pub fn at_ms(n: u64) -> i64 {
    NOW_MS - (n * 8_731) as i64 - (n * n % 4_999) as i64
}

/// `count` records and the line with which Bedrock tries its permissions.
pub fn store(count: u64) -> Arc<Store> {
    let records = (0..count).map(|n| Entry::new(&format!("{n:020}"), at_ms(n), &line(n)));
    let tried = Entry::new("tried", NOW_MS - 3_500_000, "Permissions are correctly set for Amazon Bedrock logs.");
    Arc::new(Store::default().with(records.chain([tried]).collect()))
}

/// A state that is connected to a sandbox and shows `screen`.
pub fn connected(screen: Screen) -> State {
    let mut state = State { now: timestamp_ms(NOW_MS), ..State::default() };
    let environment = Environment::sandbox("http://127.0.0.1:1");
    let arn = "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant".to_owned();
    reduce(&mut state, Event::Connected(Ok(Connected { environment, account: "123456789012".to_owned(), arn })));
    reduce(&mut state, Command::Go(screen));
    state
}

/// Logging is configured and `store` was loaded.
pub fn load(state: &mut State, store: Arc<Store>) {
    let bucket = S3Destination { bucket: "outcrop-logs".to_owned(), prefix: String::new() };
    let source = Source { group: Some("/outcrop/bedrock".to_owned()), bucket: Some(bucket), with_text: true };
    let effects = reduce(state, Event::Logs(LogsEvent::Source(Ok(source))));
    settle(state, effects);
    let number = state.logs.load.number;
    let progress = Progress { requests: 1, events: store.len() as u64, reached_ms: 0, ..Progress::default() };
    let effects = reduce(state, Event::Logs(LogsEvent::Loaded { number, store, progress }));
    settle(state, effects);
    let effects = reduce(state, Event::Logs(LogsEvent::LoadEnded { number, outcome: Ok((0, NOW_MS)) }));
    settle(state, effects);
}

/// Does what the runtime would do for searches, at once; everything else is left undone.
pub fn settle(state: &mut State, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Logs(LogsEffect::Search { number, store, filter, window }) = effect {
            let view = Arc::new(View::build(store, filter, Some(window)));
            let more = reduce(state, Event::Logs(LogsEvent::Found { number, view }));
            settle(state, more);
        }
    }
}

/// Three hours of metrics for the plot with this metric, with a gap and a newest minute that is not over.
pub fn plotted(metrics: &[String], models: &[String], by_model: bool) -> Plotted {
    let (from_ms, to_ms) = (NOW_MS - 3 * 3_600_000, NOW_MS);
    let from_ms = from_ms - from_ms % 60_000;
    let series = |metric: &String, model: &String| {
        let seed = (model.len() * 7 + metric.len()) as f64;
        let scale = match metric.as_str() {
            "InvocationLatency" => 2_400.0,
            "TimeToFirstToken" => 420.0,
            "InputTokenCount" => 2_900.0,
            "OutputTokenCount" => 900.0,
            "InvocationClientErrors" | "InvocationServerErrors" | "InvocationThrottles" => 0.4,
            _ => 30.0,
        };
        let value = |minute: i64| {
            let wave = (minute as f64 / 27.0 + seed).sin() * 0.35 + ((minute * 7_919 + seed as i64) % 13) as f64 / 40.0;
            if scale < 1.0 { f64::from(u8::from((minute + seed as i64) % 41 == 0)) } else { (scale * (1.0 + wave)).max(0.0).round() }
        };
        let points = (0..=180)
            .filter(|minute| !(70..80).contains(minute))
            .map(|minute| Point { at_ms: from_ms + minute * 60_000, value: value(minute) });
        let points: Vec<_> = points.filter(|point| scale >= 1.0 || point.value > 0.0).collect();
        Series { metric: metric.clone(), model: model.clone(), points, part: 0 }
    };
    let series = metrics.iter().flat_map(|metric| models.iter().map(move |model| series(metric, model))).collect();
    let plotted = Plotted { series, from_ms, to_ms, period_ms: 60_000, limits: Vec::new() };
    if by_model { plotted } else { plotted.by_metric() }
}

/// The models of the stories.
pub fn models() -> Vec<String> {
    MODELS[..3].iter().map(|&model| model.to_owned()).collect()
}

/// A screen over a state; what a person does is collected, and done as far as it needs no runtime.
pub struct Story {
    pub state: State,
    pub screens: Screens,
    pub sent: Vec<Command>,
}

impl Story {
    fn ui(&mut self, ui: &mut egui::Ui) {
        let mut commands = Commands::default();
        self.screens.ui(ui, &self.state, &mut commands);
        for command in commands.take() {
            self.sent.push(command.clone());
            let effects = reduce(&mut self.state, command);
            settle(&mut self.state, effects);
        }
    }
}

/// The screen of `state` in a window of `size`, drawn until it rests.
pub fn open(state: State, size: [f32; 2]) -> Harness<'static, Story> {
    let story = Story { state, screens: Screens::default(), sent: Vec::new() };
    let builder = Harness::builder().with_size(egui::Vec2::from(size)).with_context_setup(outcrop::ui::prepare);
    let mut harness = builder.build_ui_state(|ui, story: &mut Story| story.ui(ui), story);
    harness.run();
    harness
}
