//! Toasts: new notices at the bottom right, where no screen has its main buttons. They stay while the pointer is on them, can be dismissed and copied,
//! and errors wait until they are.

use std::time::Duration;

use egui::{Align2, Area, Frame, Id, Label, Margin, Order, Rect, RichText, Role, Stroke, Ui, vec2};

use crate::app::state::{Notice, NoticeLevel};
use crate::app::{Command, Commands, State};
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Push, copyable, status};

/// How many are shown at once; older ones wait in the list of notices.
const SHOWN: usize = 4;
const WIDTH: f32 = 340.0;

/// Draws the toasts of notices not yet seen, in the corner of `room`.
pub fn ui(ui: &mut Ui, state: &State, room: Rect, commands: &mut Commands) {
    let fresh: Vec<&Notice> = state.notices.list.iter().rev().filter(|notice| !notice.seen).take(SHOWN).collect();
    if fresh.is_empty() || state.overlays.notices {
        return;
    }
    let area = Area::new(Id::unique("toasts")).order(Order::Foreground).role(Role::Alert).accessible_name("New messages");
    let shown = area.pivot(Align2::RIGHT_BOTTOM).fixed_pos(room.right_bottom() - vec2(16.0, 12.0)).fade_in(false).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        for notice in fresh.iter().rev() {
            toast(ui, notice, commands);
        }
    });
    if !shown.response.contains_pointer() {
        retire(ui, state, &fresh, commands);
    }
}

fn toast(ui: &mut Ui, notice: &Notice, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let tone = super::tone(notice.level);
    let frame = Frame::new()
        .fill(theme.panel)
        .stroke(Stroke::new(size::LINE, theme.tone(tone).ink))
        .corner_radius(size::RADIUS_CARD)
        .inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_width(WIDTH - 24.0);
        ui.horizontal_top(|ui| {
            icons::icon(ui, status::icon_of(tone), theme.tone(tone).ink);
            let width = ui.available_width() - 56.0;
            ui.allocate_ui(vec2(width, 18.0), |ui| {
                ui.set_width(width);
                ui.add(Label::new(RichText::new(&notice.text).color(theme.text)).wrap());
            });
            copyable::copy_button(ui, "message", || full_text(notice));
            if ui.add(Push::icon(icons::X, "Dismiss").small()).clicked() {
                commands.send(Command::NoticeSeen(notice.id));
            }
        });
    });
}

/// The notice with its details, for the clipboard.
pub fn full_text(notice: &Notice) -> String {
    notice.details.iter().fold(notice.text.clone(), |text, details| format!("{text}\n{details}"))
}

/// Marks the toasts whose time is over, and asks for a frame when the next one's is.
fn retire(ui: &Ui, state: &State, fresh: &[&Notice], commands: &mut Commands) {
    for notice in fresh {
        let Some(lifetime) = lifetime(notice.level) else { continue };
        let age = Duration::try_from(state.now.duration_since(notice.at)).unwrap_or_default();
        match lifetime.checked_sub(age) {
            Some(left) if !left.is_zero() => ui.request_repaint_after(left.max(Duration::from_millis(250))),
            _ => commands.send(Command::NoticeSeen(notice.id)),
        }
    }
}

/// How long a toast stays; errors stay until they are dismissed.
fn lifetime(level: NoticeLevel) -> Option<Duration> {
    match level {
        NoticeLevel::Info => Some(Duration::from_secs(6)),
        NoticeLevel::Warning => Some(Duration::from_secs(12)),
        NoticeLevel::Error => None,
    }
}
