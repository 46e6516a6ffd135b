//! The left rail: the places of the program.

use egui::{Align, Align2, FontId, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::app::{Command, Commands, Screen, State};
use crate::ui::screens;
use crate::ui::theme::{Theme, size, text};

const UPPER: [Screen; 8] =
    [Screen::Lab, Screen::Playground, Screen::Dashboard, Screen::Logs, Screen::Insights, Screen::Tail, Screen::Alarms, Screen::Resources];
const LOWER: [Screen; 2] = [Screen::Settings, Screen::Sandbox];

const GAP: f32 = 2.0;

/// Draws the rail; `wide` shows names beside the icons.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands, wide: bool) {
    ui.spacing_mut().item_spacing.y = GAP;
    let height = line_height(ui.available_height());
    for screen in UPPER {
        line(ui, state, commands, screen, (wide, height));
    }
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        for screen in LOWER.into_iter().filter(|screen| *screen != Screen::Sandbox || state.connection.is_sandbox()) {
            line(ui, state, commands, screen, (wide, height));
        }
    });
}

/// Low windows (a projector at 200 %) get lower lines, so that the upper and the lower places never overlap.
fn line_height(available: f32) -> f32 {
    let lines = (UPPER.len() + LOWER.len()) as f32;
    (available / lines - GAP).clamp(22.0, 32.0)
}

fn line(ui: &mut Ui, state: &State, commands: &mut Commands, screen: Screen, (wide, height): (bool, f32)) {
    let Some(face) = Command::Go(screen).face() else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let current = state.screen == screen;
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), current, face.text));
    if ui.is_rect_visible(rect) {
        ground(ui, rect, current, &response);
        let color = if current { Theme::of(ui).text } else { Theme::of(ui).text2 };
        let x = if wide { rect.left() + 18.0 } else { rect.center().x };
        screens::icon(screen).paint(ui.painter(), pos2(x, rect.center().y), size::ICON, color);
        if wide {
            words(ui, rect, face.text, screens::badge(screen, state), color);
        }
    }
    let shortcut = face.shortcut.map(|keys| format!(" ({})", ui.format_shortcut(&keys))).unwrap_or_default();
    let response = response.on_hover_text(format!("{}{shortcut}\n{}", face.text, face.tooltip));
    if response.clicked() {
        commands.send(Command::Go(screen));
    }
}

fn ground(ui: &Ui, rect: Rect, current: bool, response: &Response) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    if current || response.hovered() {
        painter.rect_filled(rect, size::RADIUS, if current { theme.raised } else { theme.field });
    }
    if current {
        let mark = Rect::from_min_size(pos2(rect.left(), rect.top() + 6.0), vec2(2.5, rect.height() - 12.0));
        painter.rect_filled(mark, 1.0, theme.accent.ink);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, size::RADIUS, Stroke::new(size::FOCUS, theme.accent.ink), StrokeKind::Inside);
    }
}

fn words(ui: &Ui, rect: Rect, name: &str, badge: Option<String>, color: egui::Color32) {
    let body = TextStyle::Body.resolve(ui.style());
    ui.painter().text(pos2(rect.left() + 36.0, rect.center().y), Align2::LEFT_CENTER, name, body, color);
    if let Some(badge) = badge {
        let font = FontId::proportional(text::AXIS);
        ui.painter().text(pos2(rect.right() - 10.0, rect.center().y), Align2::RIGHT_CENTER, badge, font, Theme::of(ui).text3);
    }
}
