//! The screens of this room: start, settings, calls.

use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{copied, fresh, full, in_sandbox, push, type_into, window};
use crate::app::settings::{ThemeChoice, ZoneChoice};
use crate::app::state::Storage;
use crate::app::{Command, Effect, Event, Screen};
use crate::aws::EnvironmentKind;
use crate::base::problem::Problem;

#[test]
fn a_first_run_offers_the_sandbox_and_opens_it_by_keyboard() {
    let mut window = window(fresh());
    window.run();
    window.get_by_role_and_label(Role::Button, "Open the sandbox").focus();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().asked, [Effect::UseSandbox]);
    assert!(window.query_by_label_contains("asking who you are").is_some(), "it tells that it is being opened");
}

#[test]
fn choosing_a_profile_takes_its_region_and_connects() {
    let mut bench = full();
    bench.state.screen = Screen::Start;
    let mut window = window(bench);
    window.run();
    window.get_by_role_and_label(Role::RadioButton, "lab-admin").click();
    window.run();
    push(&mut window, "Connect to this account");
    let Some(Effect::Connect(environment)) = window.state().asked.last() else { panic!("{:?}", window.state().asked) };
    assert_eq!((environment.kind, environment.profile.as_deref()), (EnvironmentKind::Account, Some("lab-admin")));
    assert_eq!((environment.region.as_str(), &environment.endpoint_url), ("eu-central-1", &None));
}

#[test]
fn a_region_that_cannot_be_is_told_and_blocks_connecting() {
    let mut bench = full();
    bench.state.screen = Screen::Start;
    let mut window = window(bench);
    window.run();
    type_into(&mut window, "Region", "!");
    window.run();
    assert!(window.query_by_label("A Region looks like us-east-1").is_some());
    assert!(window.get_by_role_and_label(Role::Button, "Connect to this account").accesskit_node().is_disabled());
}

#[test]
fn a_custom_endpoint_needs_its_url() {
    let mut bench = full();
    bench.state.screen = Screen::Start;
    let mut window = window(bench);
    window.set_size(egui::vec2(1280.0, 1100.0));
    window.run();
    window.get_by_label("Custom endpoint, such as moto or LocalStack").click();
    window.run();
    assert!(window.get_by_role_and_label(Role::Button, "Connect to the endpoint").accesskit_node().is_disabled());
    type_into(&mut window, "Endpoint URL", "http://127.0.0.1:5000");
    window.run();
    push(&mut window, "Connect to the endpoint");
    let Some(Effect::Connect(environment)) = window.state().asked.last() else { panic!("{:?}", window.state().asked) };
    assert_eq!((environment.kind, environment.endpoint_url.as_deref()), (EnvironmentKind::Endpoint, Some("http://127.0.0.1:5000")));
}

#[test]
fn warnings_and_failures_say_what_why_and_what_to_do() {
    let mut bench = full();
    bench.state.screen = Screen::Start;
    let problem = Problem::new("The credentials have expired", "The SSO session ended", "Run aws sso login").with_details("ExpiredToken");
    bench.take(Event::Connected(Err(problem)));
    let mut window = window(bench);
    window.run();
    for words in ["The credentials have expired", "The SSO session ended", "Run aws sso login"] {
        assert!(window.query_by_label(words).is_some(), "{words}");
    }
    assert!(window.query_by_label_contains("AWS_ENDPOINT_URL is set").is_some());
    push(&mut window, "Use the sandbox instead");
    assert_eq!(window.state().asked, [Effect::UseSandbox]);
}

#[test]
fn settings_change_theme_zone_and_mask() {
    let mut bench = in_sandbox();
    bench.state.screen = Screen::Settings;
    let mut window = window(bench);
    window.run();
    for name in ["Light", "Local time"] {
        window.get_by_role_and_label(Role::Button, name).click();
        window.run();
    }
    window.get_by_role_and_label(Role::Switch, "Mask account ids").click();
    window.run();
    let settings = &window.state().state.settings;
    assert_eq!((settings.theme, settings.zone, settings.mask_accounts), (ThemeChoice::Light, ZoneChoice::Local, false));
    assert!(window.ctx.theme() == egui::Theme::Light, "the theme is applied");
}

#[test]
fn forgetting_local_copies_asks_before_it_does() {
    let mut bench = in_sandbox();
    bench.state.screen = Screen::Settings;
    let mut window = window(bench);
    window.run();
    push(&mut window, "Forget local copies");
    assert!(window.state().asked.is_empty());
    push(&mut window, "Delete copies");
    assert_eq!(window.state().asked, [Effect::ForgetLocalCopies]);
    let measured = Storage { home: "/home/you/outcrop".into(), total_bytes: 2_048, copies_bytes: 0 };
    window.state_mut().take(Event::StorageMeasured(measured));
    window.run();
    assert!(window.query_by_label("2.0 KB").is_some(), "the size is shown");
    assert!(window.query_by_label("Delete copies").is_none(), "the question is answered");
}

#[test]
fn calls_are_filtered_and_show_their_command_line() {
    let mut bench = full();
    bench.take(Command::ToggleCalls);
    let mut window = window(bench);
    window.run();
    type_into(&mut window, "Filter calls", "request-03");
    window.run();
    assert!(window.query_by_label("request-29").is_none());
    window.get_by_label("request-03").click();
    window.run();
    assert!(window.query_by_label_contains("iam:GetRole on arn:aws:iam::1234****9012").is_some(), "permissions, masked");
    window.get_by_role_and_label(Role::Button, "Copy command line").click();
    window.step();
    assert_eq!(copied(&window).as_deref(), Some("aws iam get-role --role-name arn:aws:iam::123456789012:role/outcrop"), "copied whole");
}

#[test]
fn failed_calls_can_be_seen_alone_with_the_services_words() {
    let mut bench = full();
    bench.take(Command::ToggleCalls);
    let mut window = window(bench);
    window.run();
    window.get_by_label("Failed only").click();
    window.run();
    assert!(window.query_by_label("request-28").is_none());
    window.get_by_label("request-29").click();
    window.run();
    assert!(window.query_all_by_label_contains("iam:CreateRole").count() > 1, "the missing permission is named");
    window.get_by_role_and_label(Role::DisclosureTriangle, "Details").focus();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(window.query_by_label_contains("User: arn:aws:sts::1234****9012").is_some(), "the service's own words, masked");
}

#[test]
fn new_calls_do_not_move_the_chosen_one() {
    let mut bench = full();
    bench.take(Command::ToggleCalls);
    let mut window = window(bench);
    window.run();
    window.get_by_label("request-29").click();
    window.run();
    let next = super::call(window.state(), 30);
    window.state_mut().take(Event::Call(Box::new(next)));
    window.run();
    assert!(window.query_by_label("request-29").is_some(), "it is still shown in detail");
}

#[test]
fn calls_are_walked_through_with_arrows_and_copied_as_command_lines() {
    let mut bench = full();
    bench.take(Command::ToggleCalls);
    let mut window = window(bench);
    window.run();
    window.get_by_role_and_label(Role::Table, "AWS calls, newest first").focus();
    window.run();
    for _ in 0..2 {
        window.key_press(Key::ArrowDown);
        window.run();
    }
    assert!(window.query_by_label("request-28").is_some(), "the second newest is shown in detail");
    window.event(egui::Event::Copy);
    window.step();
    assert_eq!(copied(&window).as_deref(), Some("aws iam get-role --role-name arn:aws:iam::123456789012:role/outcrop"));
}

#[test]
fn what_the_places_show_lies_inside_a_window_of_half_the_width() {
    for screen in [Screen::Start, Screen::Settings] {
        let mut bench = full();
        bench.state.screen = screen;
        bench.state.notices.list.clear();
        let mut window = window(bench);
        window.set_size(egui::vec2(640.0, 2_400.0));
        window.run();
        for node in window.get_all(
            egui_kittest::kittest::by()
                .predicate(|node| matches!(node.role(), Role::Button | Role::TextInput | Role::Label | Role::Switch)),
        ) {
            assert!(node.rect().right() <= 640.0, "{screen:?}: {:?} reaches {}", node.accesskit_node().label(), node.rect().right());
        }
    }
}

#[test]
fn the_table_of_calls_ends_where_the_detail_begins() {
    let mut bench = full();
    bench.take(Command::ToggleCalls);
    let mut window = window(bench);
    window.run();
    window.get_by_label("request-29").click();
    window.run();
    let table = window.get_all_by_label("iam:GetRole").map(|node| node.rect().right()).fold(0.0, f32::max);
    let took = window
        .get_all_by_label_contains(" ms")
        .map(|node| node.rect())
        .filter(|rect| rect.width() > 1.0)
        .map(|rect| rect.left())
        .fold(f32::MAX, f32::min);
    let detail = window.get_by_role_and_label(Role::Button, "Copy request id").rect().left();
    assert!(table < took && took < detail, "{table} {took} {detail}");
}
