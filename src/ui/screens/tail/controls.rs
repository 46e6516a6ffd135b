//! What is followed, and the buttons that start, pause and stop.

use egui::{Align, Key, Layout, Modifiers, Popup, PopupCloseBehavior, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use super::{help, send};
use crate::app::tail::{Phase, STOP_AFTER, TailCommand, TailState};
use crate::app::{Commands, State};
use crate::aws::logs::MAX_TAILED_GROUPS;
use crate::logs::filter_pattern::MAX_PATTERN_CHARS;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Push, caption, checkbox, hint, mono, note, scroll_up_to};

/// Draws the controls, in two rows where the place is narrow.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let two_rows = ui.available_width() < 980.0;
    // Before a field takes the key.
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        send(commands, TailCommand::Start);
    }
    ui.horizontal(|ui| {
        buttons(ui, state, commands);
        groups(ui, &state.tail, commands);
        if two_rows {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| stop_after(ui, &state.tail, commands));
        } else {
            pattern_row(ui, state, commands, 104.0);
            stop_after(ui, &state.tail, commands);
        }
    });
    if two_rows {
        ui.horizontal(|ui| pattern_row(ui, state, commands, 4.0));
    }
    wrong_pattern(ui, &state.tail);
}

fn pattern_row(ui: &mut Ui, state: &State, commands: &mut Commands, left: f32) {
    let width = (ui.available_width() - left - size::CONTROL - size::GAP).max(160.0);
    pattern(ui, &state.tail, width, commands);
    help::button(ui, commands);
}

fn buttons(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tail = &state.tail;
    if tail.is_on() {
        running_buttons(ui, tail, commands);
    } else {
        let blocked = blocked(state);
        let start = Push::primary("Start").with_icon(icons::PLAY).tooltip("Start a Live Tail session (Ctrl Enter)").blocked_by(blocked);
        if ui.add(start).clicked() {
            send(commands, TailCommand::Start);
        }
    }
    let is_empty = tail.shown.is_empty() && tail.waiting.is_empty();
    let clear = Push::icon(icons::TRASH_2, "Clear").tooltip("Forget the lines that came");
    if ui.add(clear.blocked_by(is_empty.then_some("There is no line yet"))).clicked() {
        send(commands, TailCommand::Clear);
    }
}

fn running_buttons(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    if tail.is_changed() {
        let restart = Push::primary("Restart").with_icon(icons::REFRESH_CW).tooltip("Start again with what is written now (Ctrl Enter)");
        if ui.add(restart.blocked_by(tail.pattern_error.as_ref().map(|_| "The filter pattern cannot be read yet"))).clicked() {
            send(commands, TailCommand::Start);
        }
    }
    if ui.add(Push::secondary("Stop").with_icon(icons::SQUARE).tooltip("End the session; what came stays")).clicked() {
        send(commands, TailCommand::Stop);
    }
    let (words, icon, tooltip) = if tail.paused {
        ("Resume", icons::PLAY, "Show what has come meanwhile and go on")
    } else {
        ("Pause", icons::PAUSE, "Hold the list still; what comes waits")
    };
    if ui.add(Push::secondary(words).with_icon(icon).tooltip(tooltip)).clicked() {
        send(commands, TailCommand::TogglePause);
    }
}

/// Why nothing can be started.
fn blocked(state: &State) -> Option<&'static str> {
    match () {
        () if state.connection.environment().is_none() => Some("Choose a place to work first"),
        () if state.tail.pattern_error.is_some() => Some("The filter pattern cannot be read yet"),
        () if state.tail.groups().is_empty() => Some("Choose a log group first"),
        () => None,
    }
}

fn pattern(ui: &mut Ui, tail: &TailState, width: f32, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let mut text = tail.setup.pattern.clone();
    let edit = TextEdit::singleline(&mut text)
        .font(TextStyle::Monospace)
        .hint_text(RichText::new("Filter pattern: everything").color(theme.text3))
        .desired_width(width - 16.0)
        .char_limit(MAX_PATTERN_CHARS)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui
        .scope(|ui| {
            if tail.pattern_error.is_some() {
                ui.visuals_mut().widgets.inactive.bg_stroke.color = theme.error.ink;
                ui.visuals_mut().widgets.hovered.bg_stroke.color = theme.error.ink;
            }
            ui.add(edit).accessible_name("Filter pattern")
        })
        .inner;
    if response.changed() {
        send(commands, TailCommand::SetPattern(text));
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        send(commands, TailCommand::Start);
    }
}

/// What is wrong, and the pattern with a mark under the place.
fn wrong_pattern(ui: &mut Ui, tail: &TailState) {
    let Some(error) = &tail.pattern_error else { return };
    note(ui, Tone::Error, &format!("{}. Expected: {}", error.message.trim_end_matches('.'), error.expected));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::horizontal().id_salt("pattern-error").show(ui, |ui| mono(ui, error.shown_in(&tail.setup.pattern)));
    });
}

/// The log groups, to tick.
fn groups(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    let groups = tail.groups();
    let words = match groups.as_slice() {
        [] => "Choose a log group".to_owned(),
        [one] => crate::base::text::one_line(one, 22),
        several => format!("{} log groups", several.len()),
    };
    let button = ui.add(Push::secondary(&words).with_icon(icons::LAYERS).tooltip("The log groups and streams that are followed"));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(340.0);
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        choose_groups(ui, tail, commands);
        ui.separator();
        prefixes(ui, tail, groups.len(), commands);
    });
}

fn choose_groups(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    let places = tail.places.value();
    if let Some(configured) = places.and_then(|places| places.configured.as_ref()) {
        let mut on = tail.setup.groups.is_empty();
        if ui.radio(on, format!("As configured: {configured}")).clicked() {
            on = true;
            send(commands, TailCommand::UseConfigured);
        }
        caption(ui, if on { "Or choose up to ten" } else { "Chosen" });
    }
    scroll_up_to(260.0).show(ui, |ui| {
        let all = places.map(|places| places.groups.as_slice()).unwrap_or_default();
        // Chosen ones stay, even if the list does not have them any more.
        let gone = tail.setup.groups.iter().filter(|group| !all.contains(group));
        for group in all.iter().chain(gone) {
            let mut on = tail.setup.groups.contains(group);
            let full = !on && tail.setup.groups.len() >= MAX_TAILED_GROUPS;
            if ui.add_enabled_ui(!full, |ui| checkbox(ui, &mut on, group)).inner.changed() {
                send(commands, TailCommand::ToggleGroup(group.clone()));
            }
        }
        if all.is_empty() && !tail.places.is_loading() {
            hint(ui, "There is no log group here");
        }
    });
    if tail.places.is_loading() {
        hint(ui, "Listing log groups…");
    }
    if let Some(problem) = tail.places.problem() {
        note(ui, Tone::Error, &problem.what);
        hint(ui, &problem.remedy);
    }
}

fn prefixes(ui: &mut Ui, tail: &TailState, groups: usize, commands: &mut Commands) {
    let mut text = tail.setup.prefixes.clone();
    caption(ui, "Only streams whose names begin with");
    let edit = TextEdit::singleline(&mut text).font(TextStyle::Monospace).desired_width(f32::INFINITY).hint_text("all streams");
    if ui.add(edit).accessible_name("Beginnings of stream names").changed() {
        send(commands, TailCommand::SetPrefixes(text));
    }
    if groups > 1 && !tail.prefixes().is_empty() {
        note(ui, Tone::Warn, "CloudWatch takes this with one log group alone: it is left out");
    } else {
        hint(ui, "Several apart by blanks; with one log group alone");
    }
}

/// When a session ends by itself.
fn stop_after(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    let chosen = tail.setup.stop_after;
    let button = ui
        .add(Push::secondary(&short(chosen)).with_icon(icons::TIMER).tooltip("When a session ends by itself, so that none runs on unseen"));
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(180.0);
        caption(ui, "End the session by itself");
        for minutes in STOP_AFTER {
            if ui.selectable_label(minutes == chosen, long(minutes)).clicked() {
                send(commands, TailCommand::SetStopAfter(minutes));
            }
        }
        if matches!(tail.phase, Phase::Live) {
            hint(ui, "Counted from now");
        }
    });
}

fn short(minutes: Option<u32>) -> String {
    match minutes {
        None => "no end".to_owned(),
        Some(minutes @ 0..60) => format!("{minutes} min"),
        Some(minutes) => format!("{} h", minutes / 60),
    }
}

fn long(minutes: Option<u32>) -> String {
    match minutes {
        None => "When it is stopped, or after 3 hours".to_owned(),
        Some(180) => "After 3 hours, as CloudWatch does".to_owned(),
        other => format!("After {}", short(other)),
    }
}
