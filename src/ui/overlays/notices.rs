//! The list of notices, below the bell.

use egui::{Align, Align2, Area, Frame, Id, Label, Layout, Margin, Order, RichText, Stroke, Ui, vec2};

use super::toasts::full_text;
use crate::app::state::Notice;
use crate::app::{Command, Commands, State};
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Empty, Push, copyable, hint, scroll_up_to, section, status};
use crate::ui::{format, icons};

const WIDTH: f32 = 420.0;

/// Draws the list when it is open.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if !state.overlays.notices {
        return;
    }
    let theme = Theme::of(ui);
    let frame = Frame::new()
        .fill(theme.panel)
        .stroke(Stroke::new(size::LINE, theme.line_strong))
        .corner_radius(size::RADIUS_CARD)
        .inner_margin(Margin::same(14));
    let area = Area::new(Id::unique("notices")).order(Order::Foreground).fade_in(false).accessible_name("Notifications");
    area.anchor(Align2::RIGHT_TOP, vec2(-12.0, size::TOP_BAR + 4.0)).show(ui.ctx(), |ui| {
        frame.show(ui, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 48.0));
            head(ui, state, commands);
            list(ui, state);
        });
    });
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        section(ui, "Notifications");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Push::icon(icons::X, "Close notifications").small()).clicked() {
                commands.send(Command::ToggleNotices);
            }
            if ui.add(Push::quiet("Clear").small().enabled(!state.notices.list.is_empty())).clicked() {
                commands.send(Command::ClearNotices);
            }
        });
    });
}

fn list(ui: &mut Ui, state: &State) {
    if state.notices.list.is_empty() {
        Empty::new(icons::BELL, "No notification yet").show(ui);
        return;
    }
    let height = ui.ctx().content_rect().height() - 180.0;
    scroll_up_to(height).auto_shrink([false, true]).show(ui, |ui| {
        for notice in state.notices.list.iter().rev() {
            line(ui, state, notice);
        }
    });
}

fn line(ui: &mut Ui, state: &State, notice: &Notice) {
    let theme = Theme::of(ui);
    let tone = super::tone(notice.level);
    ui.separator();
    ui.horizontal_top(|ui| {
        icons::icon(ui, status::icon_of(tone), theme.tone(tone).ink);
        let width = ui.available_width() - 36.0;
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(Label::new(RichText::new(&notice.text).color(theme.text)).wrap());
            hint(ui, format::time(&state.settings, notice.at));
            details(ui, notice);
        });
        copyable::copy_button(ui, "message", || full_text(notice));
    });
}

fn details(ui: &mut Ui, notice: &Notice) {
    let Some(details) = &notice.details else { return };
    egui::CollapsingHeader::new(RichText::new("Details").small()).id_salt(("notice", notice.id)).show(ui, |ui| {
        ui.add(Label::new(RichText::new(details).monospace()).wrap());
    });
}
