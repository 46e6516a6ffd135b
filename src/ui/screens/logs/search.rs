//! The search box: fields and values are offered while typing, what cannot be read is told below, and a page of help is one click away.

use egui::{CompletionPopup, Key, Popup, PopupCloseBehavior, RectAlign, RichText, Suggestion, TextEdit, Ui};

use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::base::text::grouped;
use crate::logs::field::KNOWN;
use crate::logs::filter::Dimension;
use crate::logs::query::Query;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Push, hint, note, scroll_up_to, section};

/// Names and values offered at a time.
const OFFERED: usize = 12;

/// What can be written, with an example of each.
const SYNTAX: [(&str, &str); 13] = [
    ("refund policy", "Both words, in either case"),
    ("\"refund policy\"", "These words in this order"),
    ("-refund", "Records without the word"),
    ("refund OR return", "One of both"),
    (r"/order #\d{4}/", "A regular expression"),
    ("model:haiku", "The field holds the text"),
    ("error:*", "The field has a value"),
    ("-error:*", "It has none"),
    ("latency:>2s", "Numbers compare: > >= < <=, also in s, ms, k, $"),
    ("tokens:1000", "A number is equal"),
    ("operation:=Converse", "The value is this, letter by letter"),
    ("model:/haiku|sonnet/", "An expression on one field"),
    ("requestMetadata.team:blue", "Any path of the record, arrays as .0."),
];

/// Draws the box in `width` points.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands, width: f32) {
    let mut text = state.logs.filter.text.clone();
    let theme = Theme::of(ui);
    let edit = TextEdit::singleline(&mut text)
        .hint_text(RichText::new("Words, \"a phrase\", /regex/, field:value").color(theme.text3))
        .desired_width(width - 52.0)
        .margin(egui::Margin::symmetric(8, 5));
    let popup = CompletionPopup::new(ui.scope_id().with("search")).align(RectAlign::BOTTOM_START).accept_keys([Key::Tab]);
    let output = popup.show(ui, edit, |query| offers(state, query.word));
    let response = output.text_edit.response.response.accessible_name("Search the records");
    found(ui, state, response.rect, &text);
    if text != state.logs.filter.text {
        commands.send(Command::Logs(LogsCommand::SetText(text)));
    }
    if response.has_focus() && !output.is_open && ui.input(|input| input.key_pressed(Key::Escape)) {
        commands.send(Command::Logs(LogsCommand::SetText(String::new())));
    }
    if !response.has_focus() && ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, Key::F)) {
        response.request_focus();
    }
    help(ui, commands);
}

/// How much was found and how fast, at the right end of the box.
fn found(ui: &Ui, state: &State, rect: egui::Rect, text: &str) {
    if text.is_empty() && state.logs.filter.is_empty() {
        return;
    }
    let (view, theme) = (&state.logs.view, Theme::of(ui));
    let took = view.took.as_secs_f64() * 1e3;
    let words = format!("{} of {} · {took:.1} ms", grouped(view.rows.len() as u64), grouped(view.store.len() as u64));
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(words, font, theme.text3);
    // Long queries need the place themselves.
    if galley.size().x + text.chars().count() as f32 * 8.0 + 24.0 < rect.width() {
        let place = egui::pos2(rect.right() - galley.size().x - 8.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(place, galley, theme.text3);
    }
}

/// Names of fields that begin so, and after the colon values that there are.
fn offers(state: &State, word: &str) -> Vec<Suggestion> {
    let (not, bare) = word.strip_prefix('-').map_or(("", word), |bare| ("-", bare));
    match bare.split_once(':') {
        Some((name, begun)) => {
            values(state, name, begun).into_iter().map(|value| Suggestion::new(format!("{not}{name}:{value}"))).collect()
        }
        None if bare.len() < 2 => Vec::new(),
        None => names(bare).map(|(name, about)| Suggestion::new(format!("{not}{name}:")).description(about)).collect(),
    }
}

fn names(begun: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let begun = begun.to_ascii_lowercase();
    let fits = move |name: &&'static str| name.starts_with(&begun);
    KNOWN.iter().filter(move |known| fits(&known.name)).map(|known| (known.name, known.about)).take(OFFERED)
}

/// The values that the facets know.
fn values(state: &State, name: &str, begun: &str) -> Vec<String> {
    let dimension = match name {
        "model" | "modelId" => Dimension::Model,
        "operation" => Dimension::Operation,
        "result" | "status" | "error" | "errorCode" => Dimension::Result,
        "principal" => Dimension::Principal,
        _ => return Vec::new(),
    };
    let (begun, whole) = (begun.to_ascii_lowercase(), begun);
    let values = state.logs.view.facet(dimension).iter().map(|facet| &*facet.value).filter(|value| !value.contains(' '));
    let fits = |value: &&str| value.to_ascii_lowercase().contains(&begun) && *value != whole;
    values.filter(fits).take(OFFERED).map(str::to_owned).collect()
}

/// The page of help behind the question mark.
fn help(ui: &mut Ui, commands: &mut Commands) {
    let button = ui.add(Push::icon(icons::CIRCLE_QUESTION_MARK, "How to search"));
    let popup = Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("How to search");
    popup.show(|ui| {
        ui.set_max_width(460.0);
        section(ui, "How to search");
        hint(ui, "All parts must hold. A click tries an example");
        ui.add_space(size::GAP_SMALL);
        let height = (ui.ctx().content_rect().height() - 180.0).clamp(160.0, 520.0);
        scroll_up_to(height).show(ui, |ui| page(ui, commands));
    });
}

fn page(ui: &mut Ui, commands: &mut Commands) {
    egui::Grid::new("syntax").num_columns(2).spacing([14.0, 2.0]).show(ui, |ui| {
        for (example, about) in SYNTAX {
            if ui.add(egui::Button::new(RichText::new(example).monospace()).frame_when_inactive(false)).clicked() {
                commands.send(Command::Logs(LogsCommand::SetText(example.to_owned())));
            }
            hint(ui, about);
            ui.end_row();
        }
    });
    ui.add_space(size::GAP_SMALL);
    hint(ui, "Fields with short names; any other field goes by its path");
    let names: Vec<_> = KNOWN.iter().map(|known| known.name).collect();
    ui.add(egui::Label::new(RichText::new(names.join("  ")).monospace()).wrap());
}

/// What cannot be read, and what may be meant otherwise.
pub fn remarks(ui: &mut Ui, query: &Query) {
    for problem in query.problems() {
        note(ui, Tone::Error, &problem.what);
    }
    if !query.problems().is_empty() {
        hint(ui, "The list still shows what was found before");
    }
    for words in query.hints() {
        note(ui, Tone::Neutral, words);
    }
}
