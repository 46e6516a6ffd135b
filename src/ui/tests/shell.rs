//! The frame around the screens, and what lies above them.

use std::time::Duration;

use egui::accesskit::Toggled;
use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use strum::IntoEnumIterator as _;

use super::{Bench, copied, fresh, full, in_sandbox, type_into, window};
use crate::app::settings::ThemeChoice;
use crate::app::{Command, Screen};

/// Runs until the window is still: an endless repaint, a control without a name and a character without a glyph all fail here.
fn settle(bench: Bench) {
    let mut window = window(bench);
    window.run();
}

#[test]
fn every_screen_settles_in_both_themes_and_sizes_with_and_without_something_to_show() {
    for make in [fresh as fn() -> Bench, full] {
        for screen in Screen::iter() {
            for (theme, zoom) in [(ThemeChoice::Dark, 1.0), (ThemeChoice::Light, 2.0)] {
                let mut bench = make();
                bench.state.screen = screen;
                bench.state.settings.theme = theme;
                bench.state.settings.zoom = zoom;
                settle(bench);
            }
        }
    }
}

/// A projector at 200 % leaves little height.
#[test]
fn the_places_of_the_rail_never_overlap() {
    for height in [320.0, 360.0, 720.0] {
        let mut window = window(full());
        window.set_size(vec2(640.0, height));
        window.run();
        let rects: Vec<egui::Rect> = window.get_all_by_role(Role::Tab).map(|tab| tab.rect()).collect();
        assert!(rects.len() >= 10, "{rects:?}");
        for (index, rect) in rects.iter().enumerate() {
            let overlaps = rects[index + 1..].iter().find(|other| rect.shrink(0.5).intersects(**other));
            assert!(overlaps.is_none(), "{rect:?} and {overlaps:?} at a height of {height}");
        }
    }
}

#[test]
fn every_overlay_settles() {
    for open in [Command::TogglePalette, Command::ToggleHelp, Command::ToggleNotices, Command::ToggleCalls] {
        for make in [fresh as fn() -> Bench, full] {
            let mut bench = make();
            bench.take(open.clone());
            settle(bench);
        }
    }
}

#[test]
fn the_palette_runs_a_command_by_keyboard_alone() {
    let mut window = window(in_sandbox());
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    type_into(&mut window, "Command", "setti");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().state.screen, Screen::Settings);
    assert!(!window.state().state.overlays.palette, "the palette closes when a command runs");
}

#[test]
fn the_palette_walks_with_arrows_and_closes_with_escape() {
    let mut bench = in_sandbox();
    bench.take(Command::TogglePalette);
    let mut window = window(bench);
    window.run();
    window.key_press(Key::ArrowDown);
    window.run();
    let chosen = window.get_all_by_role(Role::Button).filter(|node| node.accesskit_node().toggled() == Some(Toggled::True)).count();
    assert_eq!(chosen, 1, "one line is chosen");
    window.key_press(Key::Escape);
    window.run();
    assert!(!window.state().state.overlays.palette);
}

#[test]
fn shortcuts_work_everywhere_but_plain_keys_are_left_to_text_fields() {
    let mut window = window(full());
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
    window.key_press_modifiers(Modifiers::COMMAND, Key::J);
    window.run();
    assert_eq!((window.state().state.screen, window.state().state.overlays.calls), (Screen::Logs, true));
    window.get_by_role_and_label(Role::TextInput, "Filter calls").focus();
    window.run();
    window.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    window.run();
    assert!(!window.state().state.overlays.help, "a question mark typed into a field opens nothing");
}

#[test]
fn escape_closes_what_lies_on_top() {
    let mut bench = full();
    bench.take(Command::ToggleCalls);
    bench.take(Command::ToggleHelp);
    let mut window = window(bench);
    window.run();
    window.key_press(Key::Escape);
    window.run();
    let overlays = &window.state().state.overlays;
    assert!(!overlays.help && overlays.calls);
}

#[test]
fn tab_walks_through_the_rail_and_enter_goes_there() {
    let mut window = window(in_sandbox());
    window.run();
    for _ in 0..40 {
        window.key_press(Key::Tab);
        window.run();
        if window.get_by_role_and_label(Role::Tab, "Dashboard").is_focused() {
            window.key_press(Key::Enter);
            window.run();
            assert_eq!(window.state().state.screen, Screen::Dashboard);
            return;
        }
    }
    panic!("Tab never reached the rail");
}

#[test]
fn the_rail_loses_its_words_but_not_its_names_when_narrow() {
    let mut window = window(in_sandbox());
    window.run();
    let wide = window.get_by_role_and_label(Role::Tab, "Logs").rect().width();
    window.set_size(vec2(900.0, 700.0));
    window.run();
    let narrow = window.get_by_role_and_label(Role::Tab, "Logs").rect().width();
    assert!(wide > 150.0 && narrow < 60.0, "{wide} {narrow}");
}

#[test]
fn toasts_retire_by_age_and_errors_wait_for_a_person() {
    let mut window = window(full());
    window.run_steps(2);
    let unseen = |window: &egui_kittest::Harness<'_, Bench>| window.state().state.notices.list.iter().filter(|n| !n.seen).count();
    assert_eq!(unseen(&window), 3);
    window.state_mut().state.now += Duration::from_secs(20);
    window.run_steps(2);
    assert_eq!(unseen(&window), 1, "the error stays");
    // It moves into the corner.
    window.run_steps(2);
    window.get_by_role_and_label(Role::Button, "Dismiss").click();
    window.run_steps(2);
    assert_eq!(unseen(&window), 0);
}

#[test]
fn a_toast_under_the_pointer_stays_and_can_be_copied() {
    let mut window = window(full());
    window.run_steps(2);
    let place = window.get_by_label("The sandbox is ready").rect().center();
    window.hover_at(place);
    window.run_steps(2);
    window.state_mut().state.now += Duration::from_mins(1);
    window.run_steps(2);
    assert!(window.query_by_label("The sandbox is ready").is_some());
    window.get_all_by_label("Copy message").last().unwrap().click();
    window.step();
    assert_eq!(copied(&window).as_deref(), Some("Set aside\nmore to read"));
}

#[test]
fn the_account_is_masked_on_screen_and_whole_when_copied() {
    let mut window = window(in_sandbox());
    window.run();
    assert!(window.query_by_label_contains("123456789012").is_none());
    window.get_by_label("1234****9012").click();
    window.step();
    assert_eq!(copied(&window).as_deref(), Some("123456789012"));
}
