//! The keyboard alone: from the first screen to a created log group, the palette, the shortcuts, without a pointer.

use egui::{Key, Modifiers};
use outcrop::app::Screen;

use crate::support::{open, see, tab_to, until};

#[test]
fn the_first_steps_are_done_with_the_keyboard_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open(home.path());
    tab_to(&mut harness, "Open the sandbox");
    harness.key_press(Key::Enter);
    until(&mut harness, "the lab", |h| h.state().state().screen == Screen::Lab && h.state().state().lab.view.is_some());

    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    until(&mut harness, "step 1 is done", |h| h.state().state().lab.status("where-to-work").is_done());
    tab_to(&mut harness, "2 Log group, not started");
    harness.key_press(Key::Enter);
    until(&mut harness, "the form of step 2", |h| h.state().state().lab.chosen == "log-group" && h.state().state().lab.view.is_some());
    until(&mut harness, "its facts", |h| !h.state().is_busy());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    until(&mut harness, "step 2 is done", |h| h.state().state().lab.status("log-group").is_done());
}

#[test]
fn every_screen_is_reached_by_its_shortcut_and_by_the_palette() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open(home.path());
    for (key, screen) in [
        (Key::Num2, Screen::Playground),
        (Key::Num3, Screen::Dashboard),
        (Key::Num4, Screen::Logs),
        (Key::Num5, Screen::Insights),
        (Key::Num6, Screen::Tail),
        (Key::Num7, Screen::Alarms),
        (Key::Num8, Screen::Resources),
        (Key::Comma, Screen::Settings),
        (Key::Num1, Screen::Lab),
    ] {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        until(&mut harness, "the screen", |h| h.state().state().screen == screen);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    until(&mut harness, "the palette", |h| h.state().state().overlays.palette);
    harness.step();
    harness.event(egui::Event::Text("dashb".to_owned()));
    harness.step();
    harness.key_press(Key::Enter);
    until(&mut harness, "the dashboard, found by a few letters", |h| h.state().state().screen == Screen::Dashboard);
    assert!(!harness.state().state().overlays.palette, "the palette closes after its work");
}

#[test]
fn escape_closes_what_lies_on_top_and_f1_lists_the_shortcuts() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open(home.path());
    harness.key_press(Key::F1);
    see(&mut harness, "Keyboard shortcuts");
    harness.key_press(Key::Escape);
    until(&mut harness, "the list is closed", |h| !h.state().state().overlays.help);
}
