//! Time of a frame of the dashboard (drawing and tessellation) with 12 widgets of 50 models and 1,440 points each, all in sight, while the pointer
//! moves over them (budget: 99 of 100 frames below 8 ms).
//!
//! Run by `cargo xtask bench dashboard`. The graphics card is not part of it. A refresh, which makes every plot anew, comes once in 300 frames as it
//! does at ten frames a second; what it takes is told beside the budget.
#![expect(clippy::print_stdout, reason = "a bench reports on its output")]

#[path = "support/window.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use egui::{Event as Input, pos2, vec2};
use outcrop::app::dashboard::{DashboardEvent, Fetched};
use outcrop::app::{Event, Remote, Screen, State, reduce};
use outcrop::metrics::dashboard::{Dashboard, Kind, Widget};
use outcrop::metrics::series::{Plotted, Point, Series};
use support::{Window, ms};

const WIDGETS: usize = 12;
const MODELS: usize = 50;
const POINTS: i64 = 1_440;
const FRAMES: usize = 1_200;
const REFRESH: usize = 300;
const BUDGET_MS: f64 = 8.0;
const SIZE: egui::Vec2 = vec2(1_440.0, 900.0);
const NOW_MS: i64 = 1_795_435_471_000;

fn main() {
    let mut window = open();
    let first = frame(&mut window, 0);
    println!("first frame                 {:>8.2} ms", ms(first));
    let (mut usual, mut refreshing) = (Vec::new(), Vec::new());
    for number in 1..=FRAMES {
        let is_refresh = number % REFRESH == 0;
        if is_refresh {
            fill(&mut window.state, number as i64);
        }
        let time = ms(frame(&mut window, number));
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

fn open() -> Window {
    let mut window = Window::open(Screen::Dashboard, SIZE, NOW_MS);
    let board = board();
    window.state.dashboard.plots = board.widgets.iter().map(|_| Remote::NotAsked).collect();
    window.state.dashboard.board = Arc::new(board);
    fill(&mut window.state, 0);
    window
}

/// The pointer moves over the widgets.
fn frame(window: &mut Window, number: usize) -> Duration {
    window.frame(vec![Input::PointerMoved(pos2(40.0 + (number * 7 % 1_360) as f32, 120.0 + (number * 3 % 700) as f32))])
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
