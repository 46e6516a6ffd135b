//! The window: takes events, lets the state be drawn, carries commands to `reduce` and effects to the runtime.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::state::NoticeLevel;
use super::{Command, Commands, Effect, Event, Remote, State, reduce};
use crate::runtime::{Options, Runtime};
use crate::ui;

/// Longest time that a frame spends on events; what is left comes with the next frame.
const EVENT_BUDGET: Duration = Duration::from_millis(10);

/// The program in a window.
pub struct App {
    state: State,
    runtime: Runtime,
    shell: ui::Shell,
    commands: Commands,
    tell_first_frame: bool,
}

/// What the program does first.
#[derive(Debug, Clone)]
pub enum Opening {
    /// Show the start screen, and open the place used last if there is one.
    Remembered,
    /// Open this place at once.
    At(crate::aws::Environment),
    /// Open the sandbox at once.
    Sandbox,
}

impl App {
    /// Starts the runtime and asks for what the first screen shows.
    pub fn new(context: &egui::Context, options: Options, opening: Opening) -> std::io::Result<Self> {
        ui::prepare(context);
        let waker = context.clone();
        let runtime = Runtime::start(options, Arc::new(move || crate::runtime::wake(&waker)))?;
        crate::runtime::notices::attach(runtime.jobs());
        let (settings, problem) = crate::runtime::environment::load_settings(runtime.jobs());
        let state = State { settings, now: runtime.jobs().clock().now(), ..State::default() };
        let mut app = Self {
            state,
            runtime,
            shell: ui::Shell::default(),
            commands: Commands::default(),
            tell_first_frame: std::env::var_os("OUTCROP_TELL_FIRST_FRAME").is_some(),
        };
        let prices = crate::runtime::dashboard::load_prices(app.runtime.jobs().home());
        for problem in problem.into_iter().chain(prices) {
            app.take(Event::Notice(NoticeLevel::Warning, problem.what.clone(), Some(problem.full_text())));
        }
        app.open(opening);
        Ok(app)
    }

    fn open(&mut self, opening: Opening) {
        self.take(Command::FindProfiles);
        match opening {
            Opening::At(environment) => self.take(Command::Connect(environment)),
            Opening::Sandbox => self.take(Command::UseSandbox),
            Opening::Remembered => self.open_remembered(),
        }
    }

    /// A place used before is opened again; the sandbox gets a new address.
    fn open_remembered(&mut self) {
        match self.state.settings.environment.clone() {
            Some(environment) if environment.kind == crate::aws::EnvironmentKind::Sandbox => self.take(Command::UseSandbox),
            Some(environment) => self.take(Command::Connect(environment)),
            None => {}
        }
    }

    /// What the program knows; for tests.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The open environment, for tests that look behind the window's back.
    pub fn session(&self) -> Result<crate::aws::Session, crate::base::problem::Problem> {
        self.runtime.jobs().session()
    }

    /// Does what a person or an event asks for; also the door for tests.
    pub fn take(&mut self, input: impl Into<super::reduce::Input>) {
        let effects = reduce(&mut self.state, input);
        self.carry_out(effects);
    }

    fn carry_out(&self, effects: Vec<Effect>) {
        for effect in effects {
            self.runtime.run(effect);
        }
    }

    /// Takes waiting events. Runs also while the window is hidden.
    pub fn logic(&mut self, context: &egui::Context) {
        self.state.now = self.runtime.jobs().clock().now();
        self.state.hidden = context.input(|input| input.viewport().visible() == Some(false));
        let mut effects = Vec::new();
        let state = &mut self.state;
        self.runtime.drain(EVENT_BUDGET, |event| effects.extend(reduce(state, event)));
        self.carry_out(effects);
        ui::apply_settings(context, &self.state.settings);
        if self.state.quitting {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// Draws the state and does what was clicked.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        self.shell.ui(ui, &self.state, &mut self.commands);
        for command in self.commands.take() {
            self.take(command);
        }
    }

    /// Whether something is on its way that will change the screen by itself; for tests.
    pub fn is_busy(&self) -> bool {
        matches!(self.state.connection.current, Remote::Loading { .. }) || self.runtime.jobs().is_busy()
    }
}

impl eframe::App for App {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        self.logic(context);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.ui(ui);
        if std::mem::take(&mut self.tell_first_frame) {
            // For benches/start.rs, which waits for the line; nobody else asks for it.
            drop(writeln!(std::io::stdout(), "first frame"));
        }
    }
}
