//! The story of Logs: records are loaded, searched, narrowed, opened, copied, fetched from S3 and waited for.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::logs::{LoadOrder, LogsCommand, LogsEffect, LogsEvent, Progress, Source, Tab, Wait};
use outcrop::app::{Command, Effect, Event, Screen, State, reduce};
use outcrop::base::clock::Stopwatch;
use outcrop::base::problem::Problem;
use outcrop::logs::detail::{Detail, FetchedBody, Side};
use outcrop::logs::filter::{Dimension, RAW};
use outcrop::logs::{Entry, Store};
use outcrop::metrics::range::Range;
use serde_json::json;

use crate::watch_data::{self as data, Story, open};

fn with_records(count: u64) -> State {
    let mut state = data::connected(Screen::Logs);
    data::load(&mut state, data::store(count));
    state
}

fn run(state: &mut State, command: LogsCommand) -> Vec<Effect> {
    let effects = reduce(state, Command::Logs(command));
    data::settle(state, effects.clone());
    effects
}

/// Clicks the visible row with this number.
fn click_row(harness: &Harness<'_, Story>, row: usize) {
    harness.query_all_by_role(egui::Role::Row).nth(row).unwrap().click();
}

fn load_order(effects: &[Effect]) -> Option<&LoadOrder> {
    effects.iter().find_map(|effect| if let Effect::Logs(LogsEffect::Load(order)) = effect { Some(order) } else { None })
}

#[test]
fn opening_logs_reads_the_configuration_and_loads_its_group() {
    let mut state = data::connected(Screen::Lab);
    let effects = reduce(&mut state, Command::Go(Screen::Logs));
    assert_eq!(effects, [Effect::Logs(LogsEffect::FindSource)]);
    let source = Source { group: Some("/lab".to_owned()), bucket: None, with_text: true };
    let effects = reduce(&mut state, Event::Logs(LogsEvent::Source(Ok(source))));
    let order = load_order(&effects).unwrap();
    assert_eq!((order.group.as_str(), order.since_ms), ("/lab", None));
}

#[test]
fn a_refresh_asks_only_for_what_is_newer() {
    let mut state = with_records(10);
    let source = state.logs.source.value().unwrap().clone();
    let effects = reduce(&mut state, Event::Logs(LogsEvent::Source(Ok(source))));
    let order = load_order(&effects).unwrap();
    assert!(order.since_ms.is_some_and(|since| since > data::NOW_MS - 600_000));
    assert_eq!(order.known.len(), 11);
}

#[test]
fn typing_finds_and_clicking_a_value_narrows() {
    let mut harness = open(with_records(400), [1440.0, 900.0]);
    harness.get_by_label("Search the records").focus();
    harness.run();
    harness.get_by_label("Search the records").type_text("parcel #3256");
    harness.run();
    let found = harness.state().state.logs.view.rows.len();
    assert!(found > 20 && found < 200, "{found}");
    harness.get_by_label("Converse").click();
    harness.run();
    let view = harness.state().state.logs.view.clone();
    assert!(view.rows.len() < found);
    assert!((0..view.rows.len()).all(|row| &*view.entry(row).unwrap().record().unwrap().operation == "Converse"));
    assert!(harness.state().state.logs.filter.insights().contains("filter operation in [\"Converse\"]"));
}

#[test]
fn a_drag_over_the_histogram_narrows_the_time_and_a_click_widens_it() {
    let mut harness = open(with_records(400), [1440.0, 900.0]);
    let all = harness.state().state.logs.view.rows.len();
    let rect = harness.get_by_label("Records over time").rect();
    let at = |part: f32| egui::pos2(egui::lerp(rect.left()..=rect.right(), part), rect.center().y);
    harness.drag_at(at(0.5));
    harness.run();
    harness.hover_at(at(0.75));
    harness.run();
    harness.drop_at(at(0.75));
    harness.run();
    let narrowed = harness.state().state.logs.view.clone();
    let (from, to) = narrowed.filter.range.unwrap();
    assert!((to - from - 45 * 60_000).abs() < 3 * 60_000, "{} min", (to - from) / 60_000);
    assert!(!narrowed.rows.is_empty() && narrowed.rows.len() < all / 2);
    harness.get_by_label("Records over time").click();
    harness.run();
    assert_eq!(harness.state().state.logs.view.rows.len(), all);
}

#[test]
fn raw_lines_are_shown_and_counted() {
    let mut state = with_records(30);
    assert_eq!(state.logs.view.raw, 1);
    run(&mut state, LogsCommand::Include(Dimension::Result, RAW.to_owned()));
    let harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label_contains("Line: Permissions are correctly set").is_some());
}

#[test]
fn arrows_walk_through_the_list_and_shift_selects_a_range() {
    let mut harness = open(with_records(60), [1440.0, 900.0]);
    let newest = harness.state().state.logs.view.entry(0).unwrap().clone();
    click_row(&harness, 0);
    harness.run();
    assert_eq!(harness.state().state.logs.detail.as_ref().unwrap().entry.id, newest.id);
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    let selection = &harness.state().state.logs.selection;
    assert_eq!((selection.rows().collect::<Vec<_>>(), selection.cursor()), (vec![1, 2], Some(2)));
    harness.key_press(Key::End);
    harness.run();
    let last = harness.state().state.logs.view.rows.len() - 1;
    assert_eq!(harness.state().state.logs.selection.cursor(), Some(last));
    let shown = harness.state().state.logs.detail.as_ref().unwrap().entry.id.clone();
    assert_eq!(shown, harness.state().state.logs.view.entry(last).unwrap().id);
}

#[test]
fn copying_takes_the_selected_records_as_json_lines() {
    let mut harness = open(with_records(60), [1440.0, 900.0]);
    click_row(&harness, 0);
    harness.run();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    harness.event(egui::Event::Copy);
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert_eq!(copied.lines().count(), 2);
    assert!(copied.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["requestId"].is_string()));
}

#[test]
fn a_record_is_read_as_conversation_tree_and_line() {
    let mut harness = open(with_records(60), [1440.0, 900.0]);
    click_row(&harness, 0);
    harness.run();
    assert!(harness.query_all_by_label_contains("Please refund the full amount").next().is_some());
    harness.get_by_label("JSON").click();
    harness.run();
    assert_eq!(harness.state().state.logs.tab, Tab::Json);
    harness.get_by_label("Raw").click();
    harness.run();
    assert_eq!(harness.state().state.logs.tab, Tab::Raw);
    harness.get_by_label("Close the record").click();
    harness.run();
    assert!(harness.state().state.logs.detail.is_none());
}

#[test]
fn a_record_is_asked_again_in_the_playground() {
    let mut harness = open(with_records(60), [1440.0, 900.0]);
    click_row(&harness, 0);
    harness.run();
    harness.get_by_label("Replay in playground").click();
    harness.run();
    let state = &harness.state().state;
    assert_eq!(state.screen, Screen::Playground);
    assert_eq!(state.playground.draft.text, "Which of these tickets mention a refund? Answer with their numbers only");
    assert_eq!(state.playground.draft.system, "You are a patient assistant of a shop");
}

#[test]
fn the_opened_record_stays_selected_when_newer_ones_arrive() {
    let mut state = with_records(20);
    let mut rows = outcrop::ui::widgets::Selection::default();
    rows.select(3);
    run(&mut state, LogsCommand::Select(rows));
    let id = state.logs.detail.as_ref().unwrap().entry.id.clone();
    let newer = Entry::new("newer", data::NOW_MS + 1_000, &data::line(999));
    let (number, store) = (state.logs.load.number, Arc::new(state.logs.store.with(vec![newer])));
    let effects = reduce(&mut state, Event::Logs(LogsEvent::Loaded { number, store, progress: Progress::default() }));
    data::settle(&mut state, effects);
    assert_eq!(state.logs.selection.cursor(), Some(4));
    assert_eq!(state.logs.view.entry(4).unwrap().id, id);
}

#[test]
fn a_body_in_s3_is_fetched_on_demand() {
    let line = json!({"schemaType": "ModelInvocationLog", "operation": "Converse", "modelId": "anthropic.claude-v2:1", "requestId": "r",
        "input": {"inputBodyS3Path": "s3://bucket/data/r_input.json.gz", "inputTokenCount": 30_000}, "output": {"outputBodyJson": {"completion": "Yes"}}});
    let mut state = data::connected(Screen::Logs);
    data::load(&mut state, Arc::new(Store::default().with(vec![Entry::new("1", data::NOW_MS, &line.to_string())])));
    let mut harness = open(state, [1440.0, 900.0]);
    click_row(&harness, 0);
    harness.run();
    harness.get_by_label("Fetch from S3").click();
    harness.run();
    assert!(harness.state().state.logs.bodies.is_loading());
    let entry = harness.state().state.logs.detail.as_ref().unwrap().entry.clone();
    let body = json!({"messages": [{"role": "user", "content": [{"text": "the long question"}]}]});
    let detail = Arc::new(Detail::with_bodies(entry, vec![FetchedBody { side: Side::Input, json: body }]));
    reduce(&mut harness.state_mut().state, Event::Logs(LogsEvent::Bodies(Ok(detail))));
    harness.run();
    assert!(harness.query_by_label("the long question").is_some());
    assert!(harness.query_by_label("Fetch from S3").is_none());
}

#[test]
fn a_request_is_waited_for_and_opened_when_it_is_there() {
    let mut state = with_records(10);
    run(&mut state, LogsCommand::SetText("nothing has this".to_owned()));
    reduce(&mut state, Command::Go(Screen::Playground));
    let effects = run(&mut state, LogsCommand::Open { request_id: "fresh".to_owned() });
    assert_eq!(state.screen, Screen::Logs);
    let group = "/outcrop/bedrock".to_owned();
    assert!(effects.contains(&Effect::Logs(LogsEffect::Await { group, request_id: "fresh".to_owned() })));
    let arrived = LogsEvent::Waited { request_id: "fresh".to_owned(), outcome: Ok(Some(data::NOW_MS)) };
    assert!(load_order(&reduce(&mut state, Event::Logs(arrived))).is_some());
    let record = Entry::new("fresh", data::NOW_MS, &data::line(0).replace("eb9487e4-d2ca-4f1b-9d7e-000000000000", "fresh"));
    let (number, store) = (state.logs.load.number, Arc::new(state.logs.store.with(vec![record])));
    let effects = reduce(&mut state, Event::Logs(LogsEvent::Loaded { number, store, progress: Progress::default() }));
    data::settle(&mut state, effects);
    assert_eq!(&*state.logs.detail.as_ref().unwrap().record().unwrap().request_id, "fresh");
    assert!(state.logs.awaited.is_none() && state.logs.filter.is_empty());
}

#[test]
fn a_record_that_does_not_come_is_told() {
    let mut state = with_records(10);
    run(&mut state, LogsCommand::Open { request_id: "lost".to_owned() });
    reduce(&mut state, Event::Logs(LogsEvent::Waited { request_id: "lost".to_owned(), outcome: Ok(None) }));
    assert_eq!(state.logs.awaited.as_ref().unwrap().status, Wait::Missing);
    let harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label_contains("No record of request lost came within a minute").is_some());
}

#[test]
fn an_old_record_is_shown_in_its_own_time() {
    let mut state = with_records(3);
    run(&mut state, LogsCommand::Open { request_id: "old".to_owned() });
    let at = data::NOW_MS - 5 * 86_400_000;
    let effects = reduce(&mut state, Event::Logs(LogsEvent::Waited { request_id: "old".to_owned(), outcome: Ok(Some(at)) }));
    assert!(matches!(load_order(&effects).unwrap().range, Range::Between(from, to) if from < at && at < to));
}

#[test]
fn each_empty_state_says_what_to_do() {
    let mut state = data::connected(Screen::Logs);
    reduce(&mut state, Event::Logs(LogsEvent::Source(Ok(Source::default()))));
    let mut harness = open(state, [1280.0, 720.0]);
    harness.get_by_label("Open the lab").click();
    harness.run();
    assert_eq!(harness.state().state.screen, Screen::Lab);

    let mut state = data::connected(Screen::Logs);
    data::load(&mut state, Arc::default());
    let mut harness = open(state, [1280.0, 720.0]);
    harness.get_by_label("Look at the last week").click();
    harness.run();
    assert!(matches!(harness.state().state.logs.range, Range::Last(span) if span == 7 * 86_400_000));

    let mut state = with_records(5);
    run(&mut state, LogsCommand::SetText("no such word".to_owned()));
    let mut harness = open(state, [1280.0, 720.0]);
    harness.get_by_label("Clear the filter").click();
    harness.run();
    assert!(harness.state().state.logs.filter.is_empty() && harness.state().state.logs.view.rows.len() == 6);
}

#[test]
fn a_failed_load_keeps_the_records_and_offers_another_try() {
    let mut state = with_records(5);
    let source = state.logs.source.value().unwrap().clone();
    let effects = reduce(&mut state, Event::Logs(LogsEvent::Source(Ok(source))));
    let number = load_order(&effects).unwrap().number;
    let problem = Problem::new("CloudWatch Logs cannot be reached", "", "Check the network");
    reduce(&mut state, Event::Logs(LogsEvent::LoadEnded { number, outcome: Err(problem) }));
    let mut harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label("CloudWatch Logs cannot be reached").is_some());
    assert_eq!(harness.state().state.logs.view.rows.len(), 6);
    harness.get_by_label("Try again").click();
    harness.run();
    assert!(harness.state().sent.contains(&Command::Refresh));
}

#[test]
fn another_environment_forgets_the_records() {
    let mut state = with_records(5);
    let connected = state.connection.current.value().unwrap().clone();
    reduce(&mut state, Event::Connected(Ok(connected)));
    assert!(state.logs.store.is_empty() && state.logs.group().is_none());
}

#[test]
fn small_windows_and_the_light_theme_come_to_rest() {
    for size in [[720.0, 450.0], [640.0, 360.0], [900.0, 600.0]] {
        let mut harness = open(with_records(100), size);
        harness.ctx.set_theme(egui::Theme::Light);
        harness.run();
        click_row(&harness, 0);
        harness.run();
        assert!(harness.query_by_label("Close the record").is_some(), "{size:?}");
    }
}

/// A frame may not cost more with many records than with few: only visible rows are drawn.
#[test]
fn a_frame_costs_the_same_with_many_records() {
    let frame_ms = |count: u64| {
        let mut harness = open(with_records(count), [1440.0, 900.0]);
        let times = (0..15).map(|_| {
            let watch = Stopwatch::start();
            harness.step();
            watch.elapsed().as_secs_f64() * 1e3
        });
        times.fold(f64::MAX, f64::min)
    };
    let (few, many) = (frame_ms(300), frame_ms(20_000));
    assert!(many < few * 3.0 + 2.0, "{few:.2} ms with few records, {many:.2} ms with many");
}

/// Copied texts of the last frame.
fn copied(harness: &Harness<'_, Story>) -> String {
    let commands = &harness.output().platform_output.commands;
    let text =
        commands.iter().find_map(|command| if let egui::OutputCommand::CopyText(text) = command { Some(text.clone()) } else { None });
    text.expect("nothing was copied")
}

/// Selects rows by index and settles.
fn select(state: &mut State, rows: impl IntoIterator<Item = usize>) {
    let mut selection = outcrop::ui::widgets::Selection::default();
    for (place, row) in rows.into_iter().enumerate() {
        selection.click(row, if place == 0 { Modifiers::NONE } else { Modifiers::COMMAND });
    }
    run(state, LogsCommand::Select(selection));
}

#[test]
fn fields_and_expressions_are_searched_and_errors_keep_what_was_found() {
    let mut harness = open(with_records(300), [1440.0, 900.0]);
    harness.get_by_label("Search the records").focus();
    harness.run();
    harness.get_by_label("Search the records").type_text("model:haiku latency:>2s /order #\\d+/");
    harness.run();
    let view = harness.state().state.logs.view.clone();
    let records = || (0..view.rows.len()).map(|row| view.entry(row).unwrap().record().unwrap().clone());
    assert!(!view.rows.is_empty());
    assert!(records().all(|record| record.model_id.contains("haiku") && record.latency_ms.unwrap() > 2_000));
    let text = harness.state().state.logs.filter.insights();
    assert!(text.contains("filter modelId like /(?i)haiku/ | filter output.outputBodyJson.metrics.latencyMs > 2000"), "{text}");
    harness.get_by_label("Search the records").type_text(" /a(/");
    harness.run();
    assert!(harness.query_by_label_contains("is no regular expression").is_some());
    assert_eq!(harness.state().state.logs.view.rows, view.rows);
}

#[test]
fn the_help_of_the_search_tries_its_examples() {
    let mut harness = open(with_records(100), [1280.0, 720.0]);
    harness.get_by_label("How to search").click();
    harness.run();
    harness.get_by_label("error:*").click();
    harness.run();
    let state = &harness.state().state;
    assert_eq!(state.logs.filter.text, "error:*");
    assert_eq!(state.logs.view.rows.len() as u64, state.logs.view.errors);
}

#[test]
fn the_same_is_found_here_and_by_the_insights_text() {
    let state = with_records(200);
    let store = state.logs.store.clone();
    let events: Vec<_> = store
        .newest()
        .map(|entry| outcrop::insights::Event {
            at_ms: entry.at_ms,
            ingested_ms: entry.at_ms,
            stream: "s".into(),
            log: "l".into(),
            message: (&*entry.line).into(),
            pointer: outcrop::insights::Pointer::None,
        })
        .collect();
    let texts = [
        "refund",
        "-refund",
        "model:haiku",
        "-model:haiku",
        "latency:>2s",
        "-latency:>2s",
        "error:*",
        "-error:*",
        "result:ok",
        "-result:ok",
        "in:80",
        "-in:80",
        "tokens:>=900",
        "operation:=Converse",
        "-operation:=Converse",
        "error:throttling OR refund",
        "/ha.ku/ -sonnet",
        "principal:backend",
        "output.outputBodyJson.stopReason:end_turn",
        "\"box crushed\" OR french",
    ];
    for text in texts {
        let mut state = state.clone();
        run(&mut state, LogsCommand::SetText(text.to_owned()));
        let asked = state.logs.filter.insights();
        let query = outcrop::insights::Query::parse(&asked).unwrap_or_else(|error| panic!("{asked}: {error}"));
        let stopped = std::sync::atomic::AtomicBool::new(false);
        let there = query.run(events.clone(), (0, i64::MAX), data::NOW_MS, 10_000, &stopped).unwrap();
        assert!(!state.logs.view.rows.is_empty(), "{text} finds nothing");
        assert_eq!(state.logs.view.rows.len(), there.rows.len(), "{text}: {asked}");
    }
}

#[test]
fn columns_are_chosen_moved_and_kept() {
    let mut harness = open(with_records(60), [1440.0, 900.0]);
    harness.get_by_label("Choose columns").click();
    harness.run();
    harness.get_by_label("Add Cost").click();
    harness.run();
    harness.get_by_label("Move Cost to the left").click();
    harness.run();
    harness.get_by_role_and_label(egui::Role::CheckBox, "Operation").click();
    harness.run();
    let names = |harness: &Harness<'_, Story>| {
        harness.state().state.settings.log_columns.iter().map(|column| column.field.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&harness), ["time", "model", "result", "prompt", "in", "out", "cost", "latency"]);
    let saved = serde_json::to_string(&harness.state().state.settings).unwrap();
    let read: outcrop::app::settings::Settings = serde_json::from_str(&saved).unwrap();
    assert_eq!(read.log_columns, harness.state().state.settings.log_columns);
    harness.get_by_label("Find a field").focus();
    harness.run();
    harness.get_by_label("Find a field").type_text("inferenceRegion");
    harness.run();
    harness.get_by_label("Add inferenceRegion").click();
    harness.run();
    assert!(names(&harness).contains(&"inferenceRegion".to_owned()));
    harness.get_by_label("Reset").click();
    harness.run();
    assert_eq!(harness.state().state.settings.log_columns, outcrop::app::logs::Columns::default());
}

#[test]
fn a_heading_is_dragged_to_move_its_column_and_its_edge_to_widen_it() {
    let mut harness = open(with_records(60), [1440.0, 900.0]);
    let drag = |harness: &mut Harness<'_, Story>, from: egui::Pos2, to: egui::Pos2| {
        harness.drag_at(from);
        harness.run();
        harness.hover_at(from + (to - from) * 0.5);
        harness.run();
        harness.hover_at(to);
        harness.run();
        harness.drop_at(to);
        harness.run();
    };
    let table = harness.get_by_label("Records").rect();
    let y = table.top() + 12.0;
    // Time is 112 wide, Model 104.
    drag(&mut harness, egui::pos2(table.left() + 150.0, y), egui::pos2(table.left() + 40.0, y));
    let columns = harness.state().state.settings.log_columns.clone();
    assert_eq!(columns.iter().map(|column| column.field.as_str()).take(2).collect::<Vec<_>>(), ["model", "time"]);
    drag(&mut harness, egui::pos2(table.left() + 101.0, y), egui::pos2(table.left() + 161.0, y));
    let width = harness.state().state.settings.log_columns.iter().next().unwrap().width.unwrap();
    assert!((158.0..=164.0).contains(&width), "{width}");
}

#[test]
fn several_records_are_copied_in_every_shape() {
    let mut state = with_records(60);
    select(&mut state, [0, 2, 5]);
    let mut harness = open(state, [1440.0, 900.0]);
    for (choice, lines) in [("CSV, the columns", 4), ("Text, the columns aligned", 4), ("JSON lines, as they came", 3)] {
        harness.get_by_label("Copy as").click();
        harness.run();
        harness.get_by_label(choice).click();
        harness.step();
        assert_eq!(copied(&harness).lines().count(), lines, "{choice}");
        harness.run();
    }
    harness.get_by_label("Copy as").click();
    harness.run();
    harness.get_by_label("JSON, whole records").click();
    harness.step();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&copied(&harness)).unwrap().as_array().unwrap().len(), 3);
}

#[test]
fn what_is_found_is_exported_with_progress_and_an_end() {
    use outcrop::app::logs::{WorkEffect, WorkEvent};
    use outcrop::logs::table_text::Shape;
    let mut state = with_records(60);
    run(&mut state, LogsCommand::SetText("refund".to_owned()));
    let found = state.logs.view.rows.len();
    let effects = run(&mut state, LogsCommand::Export { shape: Shape::Csv, selected: false });
    let [Effect::Records(WorkEffect::Export(order))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((order.indexes.len(), order.shape), (found, Shape::Csv));
    let number = order.number;
    reduce(&mut state, Event::Logs(LogsEvent::Work(WorkEvent::Written { number, records: 7 })));
    let mut harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label_contains("Writing 7 of").is_some());
    let outcome = Ok("/tmp/exports/records.csv".into());
    reduce(&mut harness.state_mut().state, Event::Logs(LogsEvent::Work(WorkEvent::Exported { number, outcome })));
    harness.run();
    assert!(harness.query_by_label_contains("written to /tmp/exports/records.csv").is_some());
    harness.get_by_label("Dismiss").click();
    harness.run();
    assert!(harness.state().state.logs.work.export.is_none());
}

#[test]
fn the_records_around_a_hit_are_shown_and_the_way_leads_back() {
    let mut state = with_records(200);
    run(&mut state, LogsCommand::SetText("french".to_owned()));
    select(&mut state, [3]);
    let (found, hit) = (state.logs.view.rows.len(), state.logs.detail.as_ref().unwrap().entry.clone());
    let mut harness = open(state, [1440.0, 900.0]);
    harness.get_by_label("Context").click();
    harness.run();
    let listed = harness.state().state.logs.listed();
    assert_eq!(listed.len(), 51.min(26 + listed.anchor_row().unwrap()));
    let anchor = listed.entry(listed.anchor_row().unwrap()).unwrap();
    assert_eq!(anchor.id, hit.id);
    assert!((0..listed.len()).any(|row| !listed.entry(row).unwrap().line.to_lowercase().contains("french")));
    let before = listed.len();
    harness.get_by_label("More before").click();
    harness.run();
    assert_eq!(harness.state().state.logs.listed().len(), before + 25);
    // Newer records move the rows; the selection stays with its record.
    let newer = Entry::new("newer", data::NOW_MS + 1_000, &data::line(999));
    let state = &mut harness.state_mut().state;
    let (number, store) = (state.logs.load.number, Arc::new(state.logs.store.with(vec![newer])));
    let effects = reduce(state, Event::Logs(LogsEvent::Loaded { number, store, progress: Progress::default() }));
    data::settle(state, effects);
    let selected = state.logs.selection.cursor().and_then(|row| state.logs.listed().entry(row)).unwrap();
    assert_eq!(selected.id, hit.id);
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    let logs = &harness.state().state.logs;
    assert_eq!((logs.listed().len(), logs.selection.cursor(), logs.context.is_none()), (found + 1, Some(4), true));
    assert_eq!(logs.detail.as_ref().unwrap().entry.id, hit.id);
}

#[test]
fn two_records_are_compared_word_by_word() {
    use outcrop::app::logs::{WorkEffect, WorkEvent, work};
    let mut state = with_records(60);
    select(&mut state, [0, 1]);
    let effects = run(&mut state, LogsCommand::Compare);
    let [Effect::Records(WorkEffect::Compare { number, pair })] = effects.as_slice() else { panic!("{effects:?}") };
    let comparison = work::comparison(pair.clone());
    let changed = comparison.texts.iter().find(|text| text.name == "Prompt").unwrap();
    assert!(!changed.is_same() && comparison.texts.iter().find(|text| text.name == "System").unwrap().is_same());
    reduce(&mut state, Event::Logs(LogsEvent::Work(WorkEvent::Compared { number: *number, comparison })));
    let mut harness = open(state, [1440.0, 900.0]);
    assert!(harness.query_by_label("Comparison").is_some() && harness.query_all_by_label_contains("only in the older,").next().is_some());
    harness.get_by_label("Close the comparison").click();
    harness.run();
    assert!(harness.query_by_label("Comparison").is_none() && harness.query_by_label("Invocation").is_some());
}

#[test]
fn the_tree_is_searched_and_its_values_filter() {
    let mut state = with_records(60);
    select(&mut state, [0]);
    run(&mut state, LogsCommand::ShowTab(Tab::Json));
    let mut harness = open(state, [1440.0, 900.0]);
    harness.get_by_label("Search in the record").focus();
    harness.run();
    harness.get_by_label("Search in the record").type_text("tokencount");
    harness.run();
    assert!(harness.query_by_label("1 of 2").is_some());
    harness.get_by_label("Next match").click();
    harness.run();
    assert!(harness.query_by_label("2 of 2").is_some());
    let row = |harness: &Harness<'_, Story>| harness.get_all_by_role(egui::Role::TreeItem).nth(1).unwrap().rect().center();
    let at = row(&harness);
    harness.hover_at(at);
    harness.run();
    harness.get_all_by_role(egui::Role::TreeItem).nth(1).unwrap().click_secondary();
    harness.run();
    harness.get_by_label("Copy path").click();
    harness.step();
    assert_eq!(copied(&harness), "input.inputTokenCount");
    harness.run();
    harness.get_all_by_role(egui::Role::TreeItem).nth(1).unwrap().click_secondary();
    harness.run();
    harness.get_by_label("Filter for this value").click();
    harness.run();
    let logs = &harness.state().state.logs;
    assert_eq!(logs.filter.text, "input.inputTokenCount:=80");
    assert!(logs.view.rows.len() == 1 && logs.filter.insights().contains("input.inputTokenCount = 80"));
}

#[test]
fn hits_in_a_conversation_are_counted_and_walked_through() {
    let mut state = with_records(60);
    run(&mut state, LogsCommand::SetText("refund".to_owned()));
    select(&mut state, [0]);
    let mut harness = open(state, [1440.0, 900.0]);
    assert!(harness.query_by_label_contains(" hits").is_some());
    harness.get_by_label("Next hit").click();
    harness.run();
    assert!(harness.query_by_label_contains("Hit 1 of").is_some());
    harness.get_by_label("Previous hit").click();
    harness.run();
    assert!(harness.query_by_label_contains("Hit 1 of").is_none());
}

#[test]
fn a_link_to_a_record_is_copied_and_leads_back_to_it() {
    use outcrop::logs::permalink::Permalink;
    let mut state = with_records(60);
    select(&mut state, [7]);
    let id = state.logs.detail.as_ref().unwrap().entry.id.clone();
    let mut harness = open(state, [1440.0, 900.0]);
    harness.get_by_label("Copy").click();
    harness.run();
    harness.get_by_label("Link to this record").click();
    harness.step();
    let link: Permalink = copied(&harness).parse().unwrap();
    let mut state = with_records(60);
    run(&mut state, LogsCommand::SetText("nothing has this".to_owned()));
    reduce(&mut state, Command::Go(Screen::Lab));
    let effects = run(&mut state, LogsCommand::OpenLink(link.clone()));
    assert_eq!(state.screen, Screen::Logs);
    assert!(matches!(load_order(&effects).unwrap().range, Range::Between(from, to) if (from..to).contains(&link.at_ms)));
    assert_eq!(state.logs.detail.as_ref().map(|detail| detail.entry.id.clone()), Some(id));
    assert!(state.logs.awaited.is_none());
}

#[test]
fn a_link_waits_for_its_place_and_says_which_that_is() {
    use outcrop::logs::permalink::Permalink;
    let link = Permalink {
        account: "210987654321".to_owned(),
        region: "eu-west-1".to_owned(),
        group: "/g".to_owned(),
        at_ms: data::NOW_MS,
        id: "x".to_owned(),
    };
    let mut state = with_records(5);
    run(&mut state, LogsCommand::OpenLink(link.clone()));
    let mut harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label_contains("leads to account 2109****4321 in eu-west-1").is_some());
    let connected = outcrop::app::state::Connected {
        environment: outcrop::aws::Environment {
            region: "eu-west-1".to_owned(),
            ..outcrop::aws::Environment::sandbox("http://127.0.0.1:1")
        },
        account: "210987654321".to_owned(),
        arn: String::new(),
    };
    let state = &mut harness.state_mut().state;
    let effects = reduce(state, Event::Connected(Ok(connected)));
    assert_eq!(load_order(&effects).unwrap().group, "/g");
    let number = state.logs.load.number;
    reduce(state, Event::Logs(LogsEvent::LoadEnded { number, outcome: Ok((0, data::NOW_MS)) }));
    assert_eq!((state.screen, state.logs.awaited.as_ref().unwrap().status.clone()), (Screen::Logs, Wait::Missing));
    harness.run();
    assert!(harness.query_by_label_contains("has no record x at the time of the link").is_some());
}

#[test]
fn the_histogram_is_brushed_from_the_keyboard_zoomed_and_cleared() {
    let mut harness = open(with_records(400), [1440.0, 900.0]);
    let all = harness.state().state.logs.view.rows.len();
    harness.get_by_label("Records over time").focus();
    harness.run();
    harness.key_press(Key::ArrowLeft);
    for _ in 0..4 {
        harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    }
    harness.key_press(Key::Enter);
    harness.run();
    let view = harness.state().state.logs.view.clone();
    let (from, to) = view.filter.range.unwrap();
    assert_eq!(to - from, 5 * view.histogram.bin_ms);
    assert!(!view.rows.is_empty() && view.rows.len() < all);
    harness.get_by_label("Search the records").focus();
    harness.run();
    harness.get_by_label("Zoom in").click();
    harness.run();
    let logs = &harness.state().state.logs;
    assert_eq!((logs.range, logs.filter.range), (Range::Between(from, to), None));
    harness.get_by_label("Twice the time").click();
    harness.run();
    assert!(matches!(harness.state().state.logs.range, Range::Between(a, b) if b - a >= 2 * (to - from)));
}

/// Ten rows have place beside the opened record in a small window.
#[test]
fn a_small_window_has_room_for_ten_rows_beside_the_detail() {
    let mut state = with_records(100);
    select(&mut state, [0]);
    // The shell takes the rail, the top bar and the line of calls.
    let harness = open(state, [1280.0 - 176.0, 720.0 - 44.0 - 30.0]);
    assert!(harness.query_by_label("Invocation").is_some());
    let rows = harness.query_all_by_role(egui::Role::Row).count();
    assert!(rows >= 10, "{rows}");
}
