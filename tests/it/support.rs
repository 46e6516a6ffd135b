//! The real program in a test: its window without a display, its files in a temporary folder, its sandbox in this process.

use std::path::Path;
use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use outcrop::app::window::{App, Opening};
use outcrop::base::clock::Stopwatch;
use outcrop::runtime::Options;

/// Longest wait for something that must happen; a stuck test fails with what it waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Opens the program as a person would, with its files in `home`.
pub fn open(home: &Path) -> Harness<'static, App> {
    open_at(home, Opening::Remembered)
}

/// Opens the program at a place.
pub fn open_at(home: &Path, opening: Opening) -> Harness<'static, App> {
    let options = Options { home: home.to_owned(), ..Options::standard() };
    Harness::builder()
        .with_size(egui::vec2(1440.0, 900.0))
        .with_max_steps(64)
        .build_eframe(move |creation| App::new(&creation.egui_ctx, options, opening).expect("the program starts"))
}

/// Draws frames until `done`, letting background work go on between them.
pub fn until(harness: &mut Harness<'_, App>, what: &str, done: impl Fn(&Harness<'_, App>) -> bool) {
    let watch = Stopwatch::start();
    loop {
        harness.step();
        if done(harness) {
            return;
        }
        assert!(watch.elapsed() < PATIENCE, "waited in vain for: {what}\n{}", labels(harness));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until a widget with this label is there, then clicks it.
pub fn click(harness: &mut Harness<'_, App>, label: &str) {
    until(harness, label, |h| h.query_by_label(label).is_some());
    harness.get_by_label(label).click();
    harness.step();
}

/// Waits until some widget's label contains `text`.
pub fn see(harness: &mut Harness<'_, App>, text: &str) {
    until(harness, text, |h| h.query_all_by_label_contains(text).next().is_some());
}

/// Everything on the screen that has a label, for messages of failed tests.
fn labels(harness: &Harness<'_, App>) -> String {
    let nodes = harness.query_all_by_label_contains("");
    nodes.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>().join(" | ")
}

/// Presses Tab until the widget with this label has the keyboard.
pub fn tab_to(harness: &mut Harness<'_, App>, label: &str) {
    until(harness, label, |h| h.query_by_label(label).is_some());
    for _ in 0..200 {
        harness.key_press(egui::Key::Tab);
        harness.step();
        if harness.query_by_label(label).is_some_and(|node| node.is_focused()) {
            return;
        }
    }
    panic!("Tab never reaches: {label}\n{}", labels(harness));
}

/// Runs a step of the lab as the buttons do, and waits until it is done.
pub fn run_step(harness: &mut Harness<'_, App>, step: &str) {
    use outcrop::app::lab::LabCommand;
    until(harness, "the lab is open", |h| h.state().state().lab.lab.value().is_some() && !h.state().is_busy());
    harness.state_mut().take(outcrop::app::Command::Lab(LabCommand::Choose(step.to_owned())));
    until(harness, "the form is ready", |h| h.state().state().lab.view.is_some() && !h.state().is_busy());
    harness.state_mut().take(outcrop::app::Command::Lab(LabCommand::Run));
    until(harness, step, |h| h.state().state().lab.running.is_none() && !h.state().is_busy());
    let status = harness.state().state().lab.status(step);
    assert!(status.is_done(), "{step}: {status:?}");
}
