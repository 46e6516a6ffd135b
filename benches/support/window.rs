//! The screens without a window: input goes in, the time of drawing and tessellation comes out.

use std::time::Duration;

use egui::{Event as Input, Pos2, RawInput, Rect};
use outcrop::app::state::Connected;
use outcrop::app::{Command, Commands, Event, Screen, State, reduce};
use outcrop::aws::Environment;
use outcrop::base::clock::{Stopwatch, timestamp_ms};
use outcrop::ui::screens::Screens;

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The screens and what they show.
pub struct Window {
    context: egui::Context,
    size: egui::Vec2,
    frames: u64,
    pub state: State,
    screens: Screens,
}

impl Window {
    /// A screen in a place without an account's name.
    pub fn open(screen: Screen, size: egui::Vec2, now_ms: i64) -> Self {
        outcrop::base::memory::keep_for_next_frame();
        let context = egui::Context::default();
        outcrop::ui::prepare(&context);
        let mut state = State { now: timestamp_ms(now_ms), ..State::default() };
        let environment = Environment::sandbox("http://127.0.0.1:1");
        reduce(&mut state, Event::Connected(Ok(Connected { environment, account: String::new(), arn: String::new() })));
        reduce(&mut state, Command::Go(screen));
        Self { context, size, frames: 0, state, screens: Screens::default() }
    }

    /// Draws a frame with this input, a sixtieth of a second after the one before.
    pub fn frame(&mut self, events: Vec<Input>) -> Duration {
        self.frames += 1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.frames as f64 / 60.0),
            events,
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
