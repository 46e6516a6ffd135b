//! How the session goes: events a second, share displayed, time, cost, its end.

use std::time::Duration;

use egui::{RichText, Sense, Ui, vec2};

use super::send;
use crate::app::tail::{DOLLARS_A_MINUTE, End, FREE_MINUTES, Phase, TailCommand, TailState};
use crate::app::{Commands, State};
use crate::base::problem::Problem;
use crate::base::text::{count, grouped};
use crate::logs::tail::Meter;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Busy, Chip, ErrorAction, ErrorPanel, Push, banner, hint};

/// From this time before its end on a session counts down, milliseconds.
const COUNT_DOWN_MS: u64 = 60_000;

/// Draws the line of numbers and, below it, what a person must know.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tail = &state.tail;
    if tail.phase != Phase::Idle {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(size::GAP_LARGE, size::GAP_SMALL);
            numbers(ui, tail);
        });
    }
    match &tail.phase {
        Phase::Starting => drop(Busy::new("Starting a session…").show(ui)),
        Phase::Waiting { attempt, left_secs, problem } => waiting(ui, *attempt, *left_secs, problem, commands),
        Phase::Ended(end) => ended(ui, end, commands),
        Phase::Live => count_down(ui, tail, commands),
        Phase::Idle => {}
    }
}

fn numbers(ui: &mut Ui, tail: &TailState) {
    state_chip(ui, tail);
    rate(ui, &tail.meter, matches!(tail.phase, Phase::Live));
    displayed(ui, &tail.meter);
    let elapsed = clock(tail.spent.elapsed_ms);
    fact(ui, &elapsed, "elapsed", "Since the start, by the clock at the wall");
    cost(ui, tail);
    if let Some(left) = tail.left_ms() {
        fact(ui, &clock(left), "to go", "Then the session ends by itself");
    }
    if tail.dropped() > 0 {
        let words = format!("{} older forgotten", grouped(tail.dropped()));
        hint(ui, words).on_hover_text("The newest 10,000 events or 64 MB are kept here; the log group has all of them");
    }
}

fn state_chip(ui: &mut Ui, tail: &TailState) {
    let (tone, words) = match tail.phase {
        Phase::Live if tail.paused => (Tone::Warn, "Paused"),
        Phase::Live => (Tone::Ok, "Live"),
        Phase::Starting => (Tone::Neutral, "Starting"),
        Phase::Waiting { .. } => (Tone::Warn, "Reconnecting"),
        Phase::Idle | Phase::Ended(_) => (Tone::Neutral, "Ended"),
    };
    let response = ui.add(Chip::new(tone, words).dot(tone));
    if !tail.followed.groups.is_empty() {
        response.on_hover_text(tail.followed.groups.join("\n"));
    }
}

/// A number with its unit.
fn fact(ui: &mut Ui, value: &str, unit: &str, tooltip: &str) {
    let theme = Theme::of(ui);
    let mut job = egui::text::LayoutJob::default();
    let style = |style: egui::TextStyle, color| egui::TextFormat {
        font_id: style.resolve(ui.style()),
        color,
        valign: egui::Align::Center,
        ..Default::default()
    };
    job.append(value, 0.0, style(egui::TextStyle::Monospace, theme.text));
    job.append(unit, 5.0, style(egui::TextStyle::Small, theme.text3));
    ui.add(egui::Label::new(job).selectable(false).extend()).on_hover_text(tooltip);
}

fn rate(ui: &mut Ui, meter: &Meter, live: bool) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        let now = if live { meter.now() } else { 0 };
        fact(ui, &grouped(u64::from(now)), "events/s", "In the last second");
        sparkline(ui, meter);
        fact(ui, &grouped(u64::from(meter.peak)), "peak", "Most in a second of this session");
    });
}

/// The last minute as bars.
fn sparkline(ui: &mut Ui, meter: &Meter) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(Meter::RECENT as f32 * 2.0, 16.0), Sense::hover());
    let peak = meter.recent().max().unwrap_or_default().max(1) as f32;
    let start = rect.right() - meter.recent().len() as f32 * 2.0;
    for (place, events) in meter.recent().enumerate().filter(|(_, events)| *events > 0) {
        let height = (events as f32 / peak * rect.height()).max(1.5);
        let x = start + place as f32 * 2.0;
        let bar = egui::Rect::from_min_max(egui::pos2(x, rect.bottom() - height), egui::pos2(x + 1.5, rect.bottom()));
        ui.painter().rect_filled(bar, 0.0, theme.series[0]);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(size::LINE, theme.line));
    response.on_hover_text("Events a second of the last minute");
}

/// CloudWatch says whether it sent all, not how much it left out.
fn displayed(ui: &mut Ui, meter: &Meter) {
    let tooltip = "CloudWatch sends at most 500 events a second, a sample of more. It does not say how many it left out: a filter pattern brings all of fewer";
    if meter.is_sampled {
        ui.add(Chip::new(Tone::Warn, "Sampled: under 100 % displayed").with_icon(icons::TRIANGLE_ALERT)).on_hover_text(tooltip);
    } else if meter.sampled > 0 {
        let complete = (meter.seconds - meter.sampled) * 100 / meter.seconds.max(1);
        fact(ui, &format!("{complete} %"), "of seconds complete", tooltip);
    } else {
        fact(ui, "100 %", "displayed", tooltip);
    }
}

fn cost(ui: &mut Ui, tail: &TailState) {
    let minutes = tail.spent.billed_min;
    let price = format!("${:.2}", minutes as f64 * DOLLARS_A_MINUTE);
    let tooltip = format!(
        "Sessions are billed by the begun minute: the first {} minutes of a month are free, then ${DOLLARS_A_MINUTE:.2} each (us-east-1). In the sandbox nothing is billed",
        grouped(FREE_MINUTES)
    );
    fact(ui, &minutes.to_string(), &format!("billed min · at most {price}"), &tooltip);
}

/// `0:42`, `12:04`, `2:03:04`.
fn clock(ms: u64) -> String {
    let secs = Duration::from_millis(ms).as_secs();
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

fn count_down(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    let Some(left) = tail.left_ms().filter(|left| *left <= COUNT_DOWN_MS) else { return };
    ui.horizontal_wrapped(|ui| {
        icons::icon(ui, icons::TIMER, Theme::of(ui).warn.ink);
        ui.label(RichText::new(format!("The session ends by itself in {} s", left.div_ceil(1_000))).color(Theme::of(ui).warn.ink));
        let more = tail.setup.stop_after.map(|minutes| format!("Keep going for {minutes} min")).unwrap_or_default();
        if ui.add(Push::secondary(&more).small()).clicked() {
            send(commands, TailCommand::KeepGoing);
        }
    });
}

fn waiting(ui: &mut Ui, attempt: u32, left_secs: u32, problem: &Problem, commands: &mut Commands) {
    ui.horizontal_wrapped(|ui| {
        let theme = Theme::of(ui);
        icons::icon(ui, icons::WIFI_OFF, theme.warn.ink);
        let words = format!("{}: trying again in {left_secs} s (attempt {attempt})", problem.what);
        ui.label(RichText::new(words).color(theme.warn.ink)).on_hover_text(problem.full_text());
        if ui.add(Push::secondary("Try now").small().with_icon(icons::REFRESH_CW)).clicked() {
            send(commands, TailCommand::TryNow);
        }
        ui.label(
            RichText::new("Events that come meanwhile are not shown; the log group has them").text_style(text::axis()).color(theme.text3),
        );
    });
}

fn ended(ui: &mut Ui, end: &End, commands: &mut Commands) {
    match end {
        End::Stopped => {}
        End::TimeOver(minutes) => {
            let words = format!(
                "The session ended by itself after {}, as chosen. Start again to go on; what came stays",
                count(*minutes, "minute")
            );
            banner(ui, Tone::Neutral, &words);
        }
        End::Failed(problem) => {
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Start again");
            let panel = if let Some(details) = &problem.details { panel.details(details) } else { panel };
            if panel.show(ui) == ErrorAction::Retry {
                send(commands, TailCommand::Start);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_on_a_stopwatch() {
        assert_eq!([clock(0), clock(42_999), clock(724_000), clock(7_384_000)], ["0:00", "0:42", "12:04", "2:03:04"]);
    }
}
