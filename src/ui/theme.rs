//! Theme tokens: colours from `assets/theme/*.toml`, sizes on the 4 px grid, text styles, and their translation into egui's style.
//!
//! Owns every colour and size of the program. Does not own which theme a person chose: that is a setting of the application.

mod style;
mod tokens;

pub use style::{apply, install};
pub use tokens::{Ink, Mark, Series, Syntax, Theme, Tone};

/// Sizes in points. All are multiples of 4 but the lines and radii.
pub mod size {
    /// The grid: every distance is a multiple of it.
    pub const GRID: f32 = 4.0;
    /// Between a thing and its label.
    pub const GAP_SMALL: f32 = 4.0;
    /// Between controls in a row.
    pub const GAP: f32 = 8.0;
    /// Between groups, and inside cards.
    pub const GAP_LARGE: f32 = 16.0;
    /// Inside cards and panels.
    pub const PAD: f32 = 12.0;
    /// Around a screen.
    pub const PAGE: f32 = 20.0;
    /// Height of the top bar.
    pub const TOP_BAR: f32 = 44.0;
    /// Width of the rail with words.
    pub const RAIL: f32 = 176.0;
    /// Width of the rail with icons alone.
    pub const RAIL_ICONS: f32 = 52.0;
    /// Below this window width the rail shows icons alone.
    pub const RAIL_COLLAPSE_BELOW: f32 = 1100.0;
    /// Below this window height everything is as low as it can be, so that what a screen is for stays in sight.
    pub const LOW_WINDOW: f32 = 560.0;

    /// Whether the window is low: small, or on a projector at twice the size.
    pub fn is_low(ui: &egui::Ui) -> bool {
        ui.ctx().content_rect().height() < LOW_WINDOW
    }

    /// Height of the strip that shows the last AWS call.
    pub const CALL_STRIP: f32 = 30.0;
    /// Height of a row of a table.
    pub const ROW: f32 = 26.0;
    /// Height of a control.
    pub const CONTROL: f32 = 28.0;
    /// Height of a control that starts something.
    pub const CONTROL_LARGE: f32 = 32.0;
    /// Side of an icon in text.
    pub const ICON: f32 = 16.0;
    /// Side of the icon of an empty state.
    pub const ICON_LARGE: f32 = 32.0;
    /// Corner radius of controls.
    pub const RADIUS: u8 = 6;
    /// Corner radius of cards.
    pub const RADIUS_CARD: u8 = 8;
    /// Width of lines.
    pub const LINE: f32 = 1.0;
    /// Width of the mark around the control that has the keyboard.
    pub const FOCUS: f32 = 2.0;
    /// Longest comfortable line of running text.
    pub const TEXT_WIDTH: f32 = 720.0;
}

/// Text styles by meaning; sizes in points.
pub mod text {
    use egui::{FontFamily, FontId, TextStyle};

    use crate::ui::fonts;

    /// Running text, 13.
    pub const BODY: f32 = 13.0;
    /// Secondary text, 12.
    pub const SECONDARY: f32 = 12.0;
    /// Axis labels and table heads, 11.
    pub const AXIS: f32 = 11.0;
    /// What a machine said, 12.
    pub const MONO: f32 = 12.0;
    /// Head of a card, 14 semibold.
    pub const SECTION: f32 = 14.0;
    /// Head of a screen, 18 semibold.
    pub const TITLE: f32 = 18.0;
    /// The one large text of the start screen, 26 semibold.
    pub const DISPLAY: f32 = 26.0;
    /// Height of a line of running text.
    pub const BODY_LINE: f32 = 18.0;

    /// Head of a card or section.
    pub fn section() -> TextStyle {
        TextStyle::Name("section".into())
    }

    /// Body size, semibold: names in lists, captions of buttons that matter.
    pub fn strong() -> TextStyle {
        TextStyle::Name("strong".into())
    }

    /// Axis labels, table heads, counts.
    pub fn axis() -> TextStyle {
        TextStyle::Name("axis".into())
    }

    /// Small machine text: shortcuts, ids in chips.
    pub fn mono_small() -> TextStyle {
        TextStyle::Name("mono-small".into())
    }

    /// The large text of the start screen.
    pub fn display() -> TextStyle {
        TextStyle::Name("display".into())
    }

    /// Every style with its face and size.
    pub fn all() -> Vec<(TextStyle, FontId)> {
        let sans = |size| FontId::new(size, FontFamily::Proportional);
        let semibold = |size| FontId::new(size, fonts::semibold());
        let mono = |size| FontId::new(size, FontFamily::Monospace);
        vec![
            (TextStyle::Body, sans(BODY)),
            (TextStyle::Button, sans(BODY)),
            (TextStyle::Small, sans(SECONDARY)),
            (TextStyle::Monospace, mono(MONO)),
            (TextStyle::Heading, semibold(TITLE)),
            (section(), semibold(SECTION)),
            (strong(), semibold(BODY)),
            (axis(), sans(AXIS)),
            (mono_small(), mono(AXIS)),
            (display(), semibold(DISPLAY)),
        ]
    }
}
