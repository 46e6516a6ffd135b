//! The embedded faces: Inter for words, JetBrains Mono for anything a machine said, Lucide for icons.
//!
//! Each family falls back to the other text face and then to the icons, so that a text never shows a box for a character that one of them has.
//! How the files were made is told in `assets/fonts/README.md`.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontTweak};

const INTER: &str = "Inter";
const INTER_SEMIBOLD: &str = "Inter SemiBold";
const MONO: &str = "JetBrains Mono";
const ICONS: &str = "Lucide";

/// The family of semibold text; its size comes with a text style of [`super::theme::text`].
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The family of icons alone, whose glyphs fill a square of the text size.
pub fn icons() -> FontFamily {
    FontFamily::Name("icons".into())
}

/// Gives the faces to egui. Call before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(definitions());
}

/// Faces and families.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, bytes: &'static [u8], tweak: FontTweak| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes).tweak(tweak)));
    };
    add(INTER, include_bytes!("../../assets/fonts/Inter-Regular.otf"), FontTweak::default());
    add(INTER_SEMIBOLD, include_bytes!("../../assets/fonts/Inter-SemiBold.otf"), FontTweak::default());
    add(MONO, include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"), FontTweak::default());
    add(ICONS, include_bytes!("../../assets/icons/lucide.ttf"), FontTweak::default());
    let mut family = |family: FontFamily, faces: &[&str]| {
        fonts.families.insert(family, faces.iter().map(|face| (*face).to_owned()).collect());
    };
    family(FontFamily::Proportional, &[INTER, MONO, ICONS]);
    family(FontFamily::Monospace, &[MONO, INTER, ICONS]);
    family(semibold(), &[INTER_SEMIBOLD, INTER, MONO, ICONS]);
    family(icons(), &[ICONS, INTER, MONO]);
    fonts
}
