//! A request as code, to take along.

use egui::{Id, Modal, ScrollArea, Ui};

use crate::app::State;
use crate::app::playground::code::{self, Dialect};
use crate::aws::bedrock_runtime::ConverseRequest;
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Chip, CodeBlock, Language, Push, caption, choice_of, hint, section};

/// Which request is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that sending now would make.
    Next,
    /// The one with this number.
    Sent(u64),
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
        let playground = &state.playground;
        let sent = |number| playground.chat.turns.iter().filter_map(|turn| turn.reply.as_deref()).find(|reply| reply.number == number);
        let (request, streaming, remark) = match which {
            Which::Sent(number) => match sent(number) {
                Some(reply) => (ConverseRequest::clone(&reply.request), reply.streaming, "As it was sent"),
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
            shown.code = code::request(self.dialect, &shown.request, shown.streaming, &shown.region);
        }
    }

    /// Draws the view when it is open.
    pub fn ui(&mut self, ui: &Ui, state: &State) {
        if self.shown.is_none() {
            return;
        }
        let modal = Modal::new(Id::unique("playground-request")).show(ui.ctx(), |ui| self.content(ui, state));
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
        let dialects = [(Dialect::Cli, "AWS CLI"), (Dialect::Python, "Python (boto3)"), (Dialect::Rust, "Rust")];
        if let Some(dialect) = choice_of(ui, &self.dialect, &dialects) {
            self.dialect = dialect;
            self.write();
        }
        ui.add_space(size::GAP_SMALL);
        if let Some(shown) = &self.shown {
            ScrollArea::vertical().max_height(screen.height() - 190.0).show(ui, |ui| draw(ui, state, shown, self.dialect));
        }
        close
    }
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

fn draw(ui: &mut Ui, state: &State, shown: &Shown, dialect: Dialect) {
    let language = if dialect == Dialect::Cli { Language::Shell } else { Language::Plain };
    CodeBlock::new(&shown.code).language(language).name("API request").show(ui);
    if dialect == Dialect::Cli && shown.streaming {
        caption(ui, "The AWS CLI has no streamed form: this command gives the same reply at once");
    }
    if let Some(url) = state.connection.environment().and_then(|environment| environment.endpoint_url.as_deref()) {
        caption(ui, format!("To send it to this place, add its endpoint: {url}"));
    }
    ui.add_space(size::GAP_SMALL);
    ui.horizontal_wrapped(|ui| {
        caption(ui, "Needs");
        for permission in code::permissions(&shown.request, shown.streaming) {
            ui.add(Chip::new(Tone::Neutral, &permission.action).mono()).on_hover_text(&permission.resource);
        }
    });
}
