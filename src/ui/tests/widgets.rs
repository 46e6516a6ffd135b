//! The house widgets.

use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{copied, push, type_into, widget};
use crate::ui::icons;
use crate::ui::theme::Tone;
use crate::ui::widgets::{
    Busy, Card, Chip, CodeBlock, Empty, ErrorAction, ErrorPanel, Field, JsonTree, KeyValues, Push, Verdict, choice, markdown, toggle,
};

#[test]
fn a_button_says_its_words_without_icon_and_shortcut() {
    let mut window = widget(0, |ui, pushed| {
        *pushed += u32::from(ui.add(Push::primary("Create role").with_icon(icons::PLAY).shortcut("Ctrl Enter")).clicked());
    });
    window.run();
    window.get_by_role_and_label(Role::Button, "Create role").click();
    window.run();
    assert_eq!(*window.state(), 1);
}

#[test]
fn a_blocked_button_tells_why_and_does_nothing() {
    let mut window = widget(0, |ui, pushed| {
        *pushed += u32::from(ui.add(Push::secondary("Stop").blocked_by(Some("Nothing runs"))).clicked());
    });
    window.run();
    window.get_by_role_and_label(Role::Button, "Stop").hover();
    window.run_steps(6);
    assert!(window.query_by_label_contains("Nothing runs").is_some());
    window.get_by_role_and_label(Role::Button, "Stop").click();
    window.run();
    assert_eq!(*window.state(), 0);
}

#[test]
fn buttons_wrap_in_a_row_that_wraps() {
    let mut window = widget((), |ui, ()| {
        ui.set_max_width(200.0);
        ui.horizontal_wrapped(|ui| {
            for words in ["First action", "Second action", "Third action"] {
                ui.add(Push::secondary(words));
            }
        });
    });
    window.run();
    let place = |words| window.get_by_role_and_label(Role::Button, words).rect();
    assert!(place("Third action").top() > place("First action").bottom());
    assert!(place("Third action").right() < 220.0);
}

#[test]
fn a_field_has_its_label_as_name_and_shows_the_verdict() {
    let mut window = widget(String::new(), |ui, text| {
        let verdict = (text == "Bad_Name").then(|| Verdict::error("Only lower-case letters"));
        Field::new("Bucket name", text).mono().verdict(verdict.as_ref()).show(ui);
    });
    window.run();
    type_into(&mut window, "Bucket name", "Bad_Name");
    window.run();
    assert_eq!(window.state(), "Bad_Name");
    assert!(window.query_by_label("Only lower-case letters").is_some());
}

#[test]
fn a_switch_is_switched_by_space_and_by_its_words() {
    let mut window = widget(false, |ui, on| {
        toggle(ui, on, "Deliver text");
    });
    window.run();
    window.get_by_role_and_label(Role::Switch, "Deliver text").focus();
    window.run();
    window.key_press(Key::Space);
    window.run();
    assert!(*window.state());
    window.get_by_role_and_label(Role::Label, "Deliver text").click();
    window.run();
    assert!(!*window.state());
}

#[test]
fn a_choice_changes_once_and_says_which_is_chosen() {
    let mut window = widget((1, 0), |ui, (value, changes)| {
        *changes += u32::from(choice(ui, value, &[(1, "New role"), (2, "Existing role")]));
    });
    window.run();
    window.get_by_label("Existing role").click();
    window.run();
    assert_eq!(*window.state(), (2, 1));
    assert_eq!(window.get_by_label("Existing role").accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
}

#[test]
fn a_clickable_chip_is_a_button_and_another_is_not() {
    let mut window = widget(0, |ui, clicks| {
        ui.add(Chip::new(Tone::Ok, "in order").with_icon(icons::CHECK));
        *clicks += u32::from(ui.add(Chip::new(Tone::Accent, "SANDBOX").clickable()).clicked());
    });
    window.run();
    window.get_by_role_and_label(Role::Button, "SANDBOX").click();
    window.run();
    assert_eq!(*window.state(), 1);
    assert!(window.query_by_role_and_label(Role::Label, "in order").is_some());
}

#[test]
fn an_error_is_copied_whole_and_tried_again() {
    let mut window = widget(ErrorAction::None, |ui, action| {
        let panel = ErrorPanel::new("It failed").why("No role").remedy("Make one").details("ValidationException").retry("Try again");
        let done = panel.show(ui);
        if done != ErrorAction::None {
            *action = done;
        }
    });
    window.run();
    window.get_by_role_and_label(Role::Button, "Copy").click();
    window.step();
    assert_eq!(copied(&window).as_deref(), Some("It failed\nNo role\nMake one\nValidationException"));
    window.get_by_role_and_label(Role::Button, "Try again").click();
    window.run();
    assert_eq!(*window.state(), ErrorAction::Retry);
}

#[test]
fn an_empty_place_and_work_under_way_offer_their_action() {
    let mut window = widget((false, false), |ui, (filled, stopped)| {
        *stopped |= Busy::new("Creating the role…").detail("2 of 4").cancel("Stop").show(ui);
        *filled |= Empty::new(icons::INBOX, "No invocation yet").detail("They come later").action("Open the playground").show(ui);
    });
    window.run();
    window.get_by_role_and_label(Role::Button, "Stop").click();
    window.run();
    push(&mut window, "Open the playground");
    assert_eq!(*window.state(), (true, true));
}

#[test]
fn code_and_values_are_copied_as_they_are() {
    let mut window = widget((), |ui, ()| {
        Card::new("Trust").show(ui, |ui| {
            CodeBlock::json("{\n  \"a\": 1\n}").name("trust policy").show(ui);
            KeyValues::new(ui, 80.0).copy("Request id", "eb9487e4").row("Principal", "Participant");
        });
    });
    window.run();
    for (name, text) in [("Copy trust policy", "{\n  \"a\": 1\n}"), ("Copy request id", "eb9487e4")] {
        window.get_by_role_and_label(Role::Button, name).click();
        window.step();
        assert_eq!(copied(&window).as_deref(), Some(text));
    }
}

#[test]
fn a_link_inside_the_program_is_given_to_the_screen() {
    let mut window = widget(None, |ui, link| {
        if let Some(clicked) =
            markdown(ui, "# Head\n\nSee [step 4](lab:4) and **more**.\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |")
        {
            *link = Some(clicked);
        }
    });
    window.run();
    window.get_by_role_and_label(Role::Link, "step 4").click();
    window.run();
    assert_eq!(window.state().as_deref(), Some("lab:4"));
}

#[test]
fn a_tree_unfolds_by_click_and_by_keyboard() {
    let value = serde_json::json!({"input": {"messages": [{"content": [{"text": "refund"}]}]}, "n": 3});
    let mut window = widget(JsonTree::default(), move |ui, tree| drop(tree.show(ui, 1, &value)));
    window.run();
    assert!(window.query_by_label("text \"refund\"").is_none(), "deep parts are folded at first");
    window.get_by_role_and_label(Role::TreeItem, "0 {1}").click();
    window.run();
    window.get_by_role_and_label(Role::Tree, "Record as a tree").focus();
    window.run();
    for key in [Key::ArrowDown, Key::ArrowRight, Key::ArrowDown, Key::ArrowRight] {
        window.key_press(key);
        window.run();
    }
    assert!(window.query_by_label("text \"refund\"").is_some());
}

#[test]
fn a_tree_finds_what_is_folded_away() {
    let value = serde_json::json!({"input": {"messages": [{"content": [{"text": "refund"}]}]}, "n": 3});
    let mut window = widget(JsonTree::default(), move |ui, tree| drop(tree.show(ui, 1, &value)));
    window.run();
    type_into(&mut window, "Search in the record", "refu");
    window.run();
    assert!(window.query_by_label("text \"refund\"").is_some());
    assert!(window.query_by_label("n 3").is_none());
    assert!(window.query_by_label("1 of 1").is_some());
}
