//! Translates a [`Theme`] into egui's style, so that stock widgets look right without being told.

use std::sync::Arc;

use egui::style::{ScrollStyle, Selection, Spacing, Style, Visuals, WidgetVisuals, Widgets};
use egui::{Color32, CornerRadius, Margin, Shadow, Stroke, vec2};

use super::{Theme, size, text};
use crate::app::settings::ThemeChoice;

/// Once, at the start: fonts and both styles. Idempotent.
pub fn install(ctx: &egui::Context) {
    super::super::fonts::install(ctx);
    ctx.set_style_of(egui::Theme::Dark, Arc::new(style(Theme::dark())));
    ctx.set_style_of(egui::Theme::Light, Arc::new(style(Theme::light())));
    ctx.options_mut(|options| options.fallback_theme = egui::Theme::Dark);
}

/// Shows the theme a person chose. Cheap; needs [`install`] once before.
pub fn apply(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::System => egui::ThemePreference::System,
    });
}

fn style(theme: &Theme) -> Style {
    let mut style = Style {
        text_styles: text::all().into_iter().collect(),
        spacing: spacing(),
        visuals: visuals(theme),
        animation_time: 0.0, // an instrument, not a web page; and nothing to repaint for
        ..Style::default()
    };
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = true;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style
}

fn spacing() -> Spacing {
    let mut spacing = Spacing {
        item_spacing: vec2(size::GAP, size::GAP),
        window_margin: Margin::same(16),
        button_padding: vec2(12.0, 5.0),
        menu_margin: Margin::same(6),
        indent: 16.0,
        interact_size: vec2(size::CONTROL, size::CONTROL),
        slider_width: 160.0,
        combo_width: 120.0,
        text_edit_width: 280.0,
        extra_text_line_spacing: 2.0,
        icon_width: 16.0,
        icon_width_inner: 10.0,
        icon_spacing: 6.0,
        tooltip_width: 420.0,
        scroll: ScrollStyle::thin(),
        ..Spacing::default()
    };
    spacing.scroll.bar_width = 8.0;
    spacing.scroll.fade.strength = 0.0;
    spacing
}

fn visuals(theme: &Theme) -> Visuals {
    let base = if theme.dark { Visuals::dark() } else { Visuals::light() };
    let line = Stroke::new(size::LINE, theme.line);
    Visuals {
        dark_mode: theme.dark,
        override_text_color: None,
        weak_text_color: Some(theme.text3),
        widgets: widgets(theme),
        selection: Selection { bg_fill: theme.accent.tint, stroke: Stroke::new(size::LINE, theme.accent.ink) },
        hyperlink_color: theme.accent.ink,
        faint_bg_color: theme.field,
        extreme_bg_color: theme.field,
        text_edit_bg_color: Some(theme.field),
        code_bg_color: theme.raised,
        warn_fg_color: theme.warn.ink,
        error_fg_color: theme.error.ink,
        window_corner_radius: CornerRadius::same(size::RADIUS_CARD),
        window_shadow: Shadow::NONE,
        window_fill: theme.panel,
        window_stroke: line,
        window_highlight_topmost: false,
        menu_corner_radius: CornerRadius::same(size::RADIUS),
        panel_fill: theme.ground,
        popup_shadow: Shadow::NONE,
        text_cursor: egui::style::TextCursorStyle { stroke: Stroke::new(1.5, theme.text), blink: false, ..Default::default() },
        collapsing_header_frame: false,
        indent_has_left_vline: false,
        striped: false,
        slider_trailing_fill: true,
        interact_cursor: Some(egui::CursorIcon::PointingHand),
        image_loading_spinners: false,
        disabled_alpha: 0.45,
        ..base
    }
}

fn widgets(theme: &Theme) -> Widgets {
    Widgets {
        noninteractive: widget(theme.panel, theme.panel, Stroke::new(size::LINE, theme.line), theme.text2),
        inactive: widget(theme.raised, theme.panel, Stroke::new(size::LINE, theme.line), theme.text),
        hovered: widget(theme.raised, theme.raised, Stroke::new(size::LINE, theme.line_strong), theme.text),
        // Also the look of the control that has the keyboard: the edge must be seen.
        active: widget(theme.raised, theme.raised, Stroke::new(size::FOCUS, theme.accent.ink), theme.text),
        open: widget(theme.raised, theme.raised, Stroke::new(size::LINE, theme.accent.ink), theme.text),
    }
}

fn widget(bg_fill: Color32, weak_bg_fill: Color32, bg_stroke: Stroke, text: Color32) -> WidgetVisuals {
    WidgetVisuals {
        bg_fill,
        weak_bg_fill,
        bg_stroke,
        corner_radius: CornerRadius::same(size::RADIUS),
        fg_stroke: Stroke::new(1.5, text),
        expansion: 0.0,
    }
}
