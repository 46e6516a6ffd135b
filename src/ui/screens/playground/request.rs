//! A request as code, to take along.

use egui::Ui;

use crate::app::State;
use crate::aws::as_code::{self, Dialect};
use crate::aws::bedrock_runtime::ConverseRequest;
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Chip, CodeBlock, Language, Push, caption, choice_of, hint, modal, section};

/// Which request is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that sending now would make.
    Next,
    /// The one that a reply answers: its lane and the number of its turn.
    Sent(usize, u64),
}

/// What the view keeps while it is open.
#[derive(Debug, Default)]
pub struct RequestView {
    dialect: Dialect,
    shown: Option<Shown>,
}

/// A request with its code, written once and not each frame.
#[derive(Debug)]
struct Shown {
    request: ConverseRequest,
    streaming: bool,
    region: String,
    code: String,
    remark: &'static str,
}

impl RequestView {
    /// Whether the view covers the screen.
    pub fn is_open(&self) -> bool {
        self.shown.is_some()
    }

    /// Opens the view. When nothing can be sent yet, a message stands in for the missing one.
    pub fn open(&mut self, state: &State, which: Which) {
        let (request, streaming, remark) = match which {
            Which::Sent(lane, turn) => match sent(state, lane, turn) {
                Some((request, streaming)) => (request, streaming, "As it was sent"),
                None => return,
            },
            Which::Next => next(state),
        };
        let region = state.connection.environment().map(|environment| environment.region.clone()).unwrap_or_default();
        self.shown = Some(Shown { request, streaming, region, code: String::new(), remark });
        self.write();
    }

    fn write(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.code = as_code::request(self.dialect, &shown.request, shown.streaming, &shown.region);
        }
    }

    /// Draws the view when it is open.
    pub fn ui(&mut self, ui: &Ui, state: &State) {
        if self.shown.is_none() {
            return;
        }
        let modal = modal(ui, "playground-request").show(ui.ctx(), |ui| self.content(ui, state));
        if modal.inner || modal.should_close() {
            self.shown = None;
        }
    }

    fn content(&mut self, ui: &mut Ui, state: &State) -> bool {
        let screen = ui.ctx().content_rect();
        ui.set_width((screen.width() - 64.0).min(780.0));
        let mut close = false;
        ui.horizontal(|ui| {
            section(ui, "API request");
            hint(ui, self.shown.as_ref().map(|shown| shown.remark).unwrap_or_default());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                close = ui.add(Push::icon(icons::X, "Close the API request")).clicked();
            });
        });
        let dialects = [(Dialect::Cli, "AWS CLI"), (Dialect::Python, "Python (boto3)"), (Dialect::Rust, "Rust"), (Dialect::Json, "JSON")];
        if let Some(dialect) = choice_of(ui, &self.dialect, &dialects) {
            self.dialect = dialect;
            self.write();
        }
        ui.add_space(size::GAP_SMALL);
        if let Some(shown) = &self.shown {
            draw(ui, state, shown, self.dialect, screen.height() - AROUND_CODE);
        }
        close
    }
}

fn sent(state: &State, lane: usize, turn: u64) -> Option<(ConverseRequest, bool)> {
    let chat = state.playground.chat_of(lane)?;
    let place = chat.place(turn)?;
    Some((chat.sent(place)?, chat.turns[place].reply.as_ref()?.streaming))
}

fn next(state: &State) -> (ConverseRequest, bool, &'static str) {
    let draft = &state.playground.draft;
    if let Ok(request) = draft.request(&state.playground.chat) {
        return (request, draft.streaming, "As it would be sent now");
    }
    let mut sample = draft.clone();
    "Your message".clone_into(&mut sample.text);
    sample.model_id.get_or_insert_with(|| "MODEL-ID".to_owned());
    (sample.request(&state.playground.chat).unwrap_or_default(), draft.streaming, "With a message in place of yours")
}

/// Height of what stands around the code, with room to the edges of the window.
const AROUND_CODE: f32 = 330.0;

fn draw(ui: &mut Ui, state: &State, shown: &Shown, dialect: Dialect, height: f32) {
    let language = match dialect {
        Dialect::Cli => Language::Shell,
        Dialect::Json => Language::Json,
        Dialect::Python | Dialect::Rust => Language::Plain,
    };
    if dialect == Dialect::Json {
        let region = &shown.region;
        let path = as_code::path(&shown.request, shown.streaming);
        caption(ui, format!("The body of POST https://bedrock-runtime.{region}.amazonaws.com{path}"));
    }
    CodeBlock::new(&shown.code).language(language).name("API request").max_height(height.max(80.0)).show(ui);
    if dialect == Dialect::Cli && shown.streaming {
        caption(ui, "The AWS CLI has no streamed form: this command gives the same reply at once");
    }
    if let Some(url) = state.connection.environment().and_then(|environment| environment.endpoint_url.as_deref()) {
        caption(ui, format!("To send it to this place, add its endpoint: {url}"));
    }
    ui.add_space(size::GAP_SMALL);
    ui.horizontal_wrapped(|ui| {
        caption(ui, "Needs");
        for permission in as_code::permissions(&shown.request, shown.streaming) {
            ui.add(Chip::new(Tone::Neutral, &permission.action).mono()).on_hover_text(&permission.resource);
        }
    });
}
