//! Time of a frame of the dashboard (drawing and tessellation) with 12 widgets of 50 models and 1,440 points each, all in sight, while the pointer
//! moves over them (budget: 99 of 100 frames below 8 ms).
//!
//! Run by `cargo xtask bench dashboard`. The graphics card is not part of it. A refresh, which makes every plot anew, comes once in 300 frames as it
//! does at ten frames a second; what it takes is told beside the budget.
#![expect(clippy::print_stdout, reason = "a bench reports on its output")]

use std::sync::Arc;
use std::time::Duration;

use egui::{Event as Input, Pos2, RawInput, Rect, pos2, vec2};
use outcrop::app::dashboard::{DashboardEvent, Fetched};
use outcrop::app::state::Connected;
use outcrop::app::{Command, Commands, Event, Remote, Screen, State, reduce};
use outcrop::aws::Environment;
use outcrop::base::clock::{Stopwatch, timestamp_ms};
use outcrop::metrics::dashboard::{Dashboard, Kind, Widget};
use outcrop::metrics::series::{Plotted, Point, Series};
use outcrop::ui::screens::Screens;

const WIDGETS: usize = 12;
const MODELS: usize = 50;
const POINTS: i64 = 1_440;
const FRAMES: usize = 1_200;
const REFRESH: usize = 300;
const BUDGET_MS: f64 = 8.0;
const SIZE: egui::Vec2 = vec2(1_440.0, 900.0);
const NOW_MS: i64 = 1_795_435_471_000;

fn main() {
    let mut window = Window::open();
    let first = window.frame(0);
    println!("first frame                 {:>8.2} ms", ms(first));
    let (mut usual, mut refreshing) = (Vec::new(), Vec::new());
    for number in 1..=FRAMES {
        let is_refresh = number % REFRESH == 0;
        if is_refresh {
            fill(&mut window.state, number as i64);
        }
        let time = ms(window.frame(number));
        usual.push(time);
        if is_refresh {
            refreshing.push(time);
        }
    }
    usual.sort_by(f64::total_cmp);
    let p99 = usual[usual.len() * 99 / 100];
    println!("frame after a refresh       {:>8.2} ms   longest of {}", refreshing.iter().copied().fold(0.0, f64::max), refreshing.len());
    println!(
        "frame, median               {:>8.2} ms   of {FRAMES}, {WIDGETS} widgets x {MODELS} models x {POINTS} points",
        usual[usual.len() / 2]
    );
    println!("frame, p99                  {p99:>8.2} ms   {:.2} of the budget", p99 / BUDGET_MS);
    let within = usize::from(p99 < BUDGET_MS);
    println!("{within} within budget, {} over (p99 below {BUDGET_MS} ms)", 1 - within);
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The screen without a window.
struct Window {
    context: egui::Context,
    state: State,
    screens: Screens,
}

impl Window {
    fn open() -> Self {
        let context = egui::Context::default();
        outcrop::ui::prepare(&context);
        let mut state = State { now: timestamp_ms(NOW_MS), ..State::default() };
        let environment = Environment::sandbox("http://127.0.0.1:1");
        reduce(&mut state, Event::Connected(Ok(Connected { environment, account: String::new(), arn: String::new() })));
        reduce(&mut state, Command::Go(Screen::Dashboard));
        let board = board();
        state.dashboard.plots = board.widgets.iter().map(|_| Remote::NotAsked).collect();
        state.dashboard.board = Arc::new(board);
        fill(&mut state, 0);
        Self { context, state, screens: Screens::default() }
    }

    fn frame(&mut self, number: usize) -> Duration {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(number as f64 / 60.0),
            events: vec![Input::PointerMoved(pos2(40.0 + (number * 7 % 1_360) as f32, 120.0 + (number * 3 % 700) as f32))],
            ..RawInput::default()
        };
        let watch = Stopwatch::start();
        let mut commands = Commands::default();
        let mut output = self.context.run_ui(input, |ui| self.screens.ui(ui, &self.state, &mut commands));
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.context.tessellate(shapes, output.pixels_per_point);
        let time = watch.elapsed();
        assert!(!primitives.is_empty(), "nothing was drawn");
        output.drop_without_applying_deltas();
        time
    }
}

/// Four widgets in a row, so that all twelve are in sight.
fn board() -> Dashboard {
    let kind = |n: usize| [Kind::Line, Kind::Line, Kind::Stacked, Kind::Bar][n % 4];
    let widget = |n: usize| Widget {
        title: format!("Widget {n}"),
        kind: kind(n),
        metrics: vec!["Invocations".into()],
        by_model: true,
        width: 6,
        height: 5,
        ..Widget::default()
    };
    Dashboard {
        title: "Bench".to_owned(),
        numbers: Vec::new(),
        widgets: (0..WIDGETS).map(widget).collect(),
        ..(*Dashboard::bedrock()).clone()
    }
}

/// New data for every widget, noisy so that nothing can be left out.
fn fill(state: &mut State, seed: i64) {
    let series = |widget: usize, model: usize| {
        let at = |n: i64| NOW_MS - (POINTS - n) * 60_000;
        let noise = |n: i64| ((n * 7_919 + (model * 104_729 + widget * 1_299_709) as i64 + seed * 15_485_863) % 1_009) as f64;
        let points = (0..POINTS).map(|n| Point { at_ms: at(n), value: noise(n) + model as f64 * 40.0 });
        Series { metric: "Invocations".to_owned(), model: format!("provider.model-{model}"), points: points.collect(), part: 0 }
    };
    let plot = |widget: usize| Plotted {
        series: (0..MODELS).map(|model| series(widget, model)).collect(),
        from_ms: NOW_MS - POINTS * 60_000,
        to_ms: NOW_MS,
        period_ms: 60_000,
        limits: Vec::new(),
    };
    let number = state.dashboard.number;
    let fetched = Fetched { plots: (0..WIDGETS).map(|widget| Ok(Arc::new(plot(widget)))).collect(), numbers: Vec::new() };
    reduce(state, Event::Dashboard(DashboardEvent::Fetched { number, outcome: Ok(fetched) }));
}
