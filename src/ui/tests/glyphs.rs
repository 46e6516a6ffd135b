//! Every character that the program itself writes can be drawn: in the source, the labs, the prompts and the dashboards.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use egui::{Context, FontFamily, FontId};

#[test]
fn every_character_written_in_the_project_has_a_glyph() {
    let written = characters();
    assert!(written.contains_key(&'…'), "the walk found the texts of the interface");
    let ctx = Context::default();
    crate::ui::prepare(&ctx);
    ctx.begin_pass(egui::RawInput::default());
    let missing: Vec<_> = ctx.fonts_mut(|fonts| {
        let mut drawn = |c| {
            [FontFamily::Proportional, FontFamily::Monospace, crate::ui::fonts::semibold()]
                .into_iter()
                .all(|family| fonts.has_glyph(&FontId::new(13.0, family), c))
        };
        written.iter().filter(|(c, _)| !drawn(**c)).map(|(c, file)| format!("{c:?} in {}", file.display())).collect()
    });
    ctx.end_pass().drop_without_applying_deltas();
    assert!(missing.is_empty(), "no embedded face has these, choose others or add them to the subset:\n{}", missing.join("\n"));
}

/// Characters beyond ASCII with a file in which they are written.
fn characters() -> BTreeMap<char, PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    for folder in ["src", "labs", "assets"] {
        walk(&root.join(folder), &mut found);
    }
    found
}

fn walk(folder: &Path, found: &mut BTreeMap<char, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ["rs", "toml", "md", "txt"].iter().any(|known| ending == *known)) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for c in written(&path, &text).chars().filter(|c| !c.is_ascii() && !c.is_control()) {
                found.entry(c).or_insert_with(|| path.clone());
            }
        }
    }
}

/// The part of a file that can be shown: tests at the end of a source file speak every language.
fn written<'t>(path: &Path, text: &'t str) -> &'t str {
    let source = path.extension().is_some_and(|ending| ending == "rs");
    let in_tests = path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
    match text.find("#[cfg(test)]") {
        _ if source && in_tests => "",
        Some(end) if source => &text[..end],
        _ => text,
    }
}
