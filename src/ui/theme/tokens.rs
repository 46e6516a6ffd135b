//! The colours of a theme, read from its TOML file, and the stable assignment of colours to models.

use std::sync::LazyLock;

use egui::Color32;
use serde::{Deserialize, Deserializer};

static DARK: LazyLock<Theme> = LazyLock::new(|| Theme::parse(include_str!("../../../assets/theme/dark.toml"), true));
static LIGHT: LazyLock<Theme> = LazyLock::new(|| Theme::parse(include_str!("../../../assets/theme/light.toml"), false));

/// The colours of one theme by meaning. Get it with [`Theme::of`].
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Whether this is the dark one.
    pub dark: bool,
    /// Behind everything.
    pub ground: Color32,
    /// Bars and cards.
    pub panel: Color32,
    /// What takes text; code blocks.
    pub field: Color32,
    /// Hovered and selected things, neutral chips.
    pub raised: Color32,
    /// One-pixel lines.
    pub line: Color32,
    /// Edges of controls under the pointer.
    pub line_strong: Color32,
    /// Text that matters.
    pub text: Color32,
    /// Secondary text.
    pub text2: Color32,
    /// Redundant text: units, hints, counts.
    pub text3: Color32,
    /// The primary action and the current place.
    pub accent: Ink,
    /// The accent under the pointer.
    pub accent_hover: Color32,
    /// Text on a ground of the accent's colour.
    pub on_accent: Color32,
    /// Done, healthy.
    pub ok: Ink,
    /// Needs a look.
    pub warn: Ink,
    /// Failed.
    pub error: Ink,
    /// Colours of series, five.
    pub series: Vec<Color32>,
    /// Colours of the parts of a query.
    pub syntax: Syntax,
}

/// Colours of the parts of a query; what has none here is in the colours of text.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Syntax {
    /// Steps of the pipeline.
    #[serde(deserialize_with = "hex")]
    pub command: Color32,
    /// Functions.
    #[serde(deserialize_with = "hex")]
    pub function: Color32,
    /// Words between: `by`, `as`, `and`.
    #[serde(deserialize_with = "hex")]
    pub keyword: Color32,
    /// Texts in quotes.
    #[serde(deserialize_with = "hex")]
    pub text: Color32,
    /// Numbers and lengths of time.
    #[serde(deserialize_with = "hex")]
    pub number: Color32,
    /// Regular expressions.
    #[serde(deserialize_with = "hex")]
    pub pattern: Color32,
}

/// A colour for text and marks with the soft ground that goes below it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Ink {
    /// For text and marks.
    #[serde(deserialize_with = "hex")]
    pub ink: Color32,
    /// For chips and highlights below such text.
    #[serde(deserialize_with = "hex")]
    pub tint: Color32,
}

/// What a chip, message or mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// A fact.
    #[default]
    Neutral,
    /// The current place or the thing to do.
    Accent,
    /// Done, healthy.
    Ok,
    /// Needs a look.
    Warn,
    /// Failed.
    Error,
}

/// How a series is drawn beside its colour, so that more than five models can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// A solid line; a filled square in legends.
    Solid,
    /// A dashed line; a ring in legends.
    Dashed,
    /// A dotted line; a diamond in legends.
    Dotted,
}

/// The look of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series {
    /// Colour of line, bar and legend.
    pub color: Color32,
    /// Line pattern and legend mark.
    pub mark: Mark,
}

impl Theme {
    /// The theme in use. Accepts a `&Ui` as well as a `&Context`.
    pub fn of(ctx: &egui::Context) -> &'static Self {
        match ctx.theme() {
            egui::Theme::Dark => &DARK,
            egui::Theme::Light => &LIGHT,
        }
    }

    /// The dark theme.
    pub fn dark() -> &'static Self {
        &DARK
    }

    /// The light theme.
    pub fn light() -> &'static Self {
        &LIGHT
    }

    /// The colours of a tone.
    pub fn tone(&self, tone: Tone) -> Ink {
        match tone {
            Tone::Neutral => Ink { ink: self.text2, tint: self.raised },
            Tone::Accent => self.accent,
            Tone::Ok => self.ok,
            Tone::Warn => self.warn,
            Tone::Error => self.error,
        }
    }

    /// The look of a model, the same on every screen and in every run.
    ///
    /// `model_key` may be a model id, an inference profile id or an ARN: the prefixes that only say where a model runs are ignored, so that
    /// `us.anthropic.claude-sonnet-4-6` and `anthropic.claude-sonnet-4-6` look alike. The first five families of the catalogue have a colour of their
    /// own; a key that is not known gets one from its text.
    pub fn series(&self, model_key: &str) -> Series {
        let slot = series_slot(model_key);
        let mark = match slot / self.series.len() % 3 {
            0 => Mark::Solid,
            1 => Mark::Dashed,
            _ => Mark::Dotted,
        };
        Series { color: self.series_at(slot), mark }
    }

    /// The colour of the `index`-th series where the series are not models; reused after five.
    pub fn series_at(&self, index: usize) -> Color32 {
        self.series[index % self.series.len()]
    }

    fn parse(toml: &str, dark: bool) -> Self {
        let file: File = toml::from_str(toml).expect("the embedded theme is valid: the tests of this module parse both");
        Self {
            dark,
            ground: file.surface.ground,
            panel: file.surface.panel,
            field: file.surface.field,
            raised: file.surface.raised,
            line: file.surface.line,
            line_strong: file.surface.line_strong,
            text: file.text.first,
            text2: file.text.second,
            text3: file.text.third,
            accent: Ink { ink: file.accent.ink, tint: file.accent.tint },
            accent_hover: file.accent.hover,
            on_accent: file.accent.on,
            ok: file.ok,
            warn: file.warn,
            error: file.error,
            series: file.series.inks,
            syntax: file.syntax,
        }
    }
}

/// Families in the order in which they take colours and, from the sixth on, dashes. Order is part of the look: append only.
const FAMILIES: [&str; 14] = [
    "haiku-4-5",
    "sonnet-4-6",
    "opus-4-7",
    "sonnet-5",
    "claude-v2",
    "sonnet-4-5",
    "opus-4-6",
    "opus-4-5",
    "haiku-3",
    "sonnet-3",
    "sonnet-4",
    "titan",
    "nova",
    "llama",
];

/// The place of a model in the order of looks: its family's if the catalogue knows it, else one made from its text (FNV-1a).
fn series_slot(model_key: &str) -> usize {
    let key = bare_model(model_key);
    FAMILIES.iter().position(|family| key.contains(family)).unwrap_or_else(|| {
        let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash % 15) as usize
    })
}

/// The model's own name: after the last `/` of an ARN and without the geography of an inference profile.
fn bare_model(model_key: &str) -> &str {
    let name = model_key.rsplit('/').next().unwrap_or(model_key);
    ["us.", "eu.", "apac.", "jp.", "au.", "global.", "us-gov."].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    surface: Surface,
    text: Text,
    accent: Accent,
    ok: Ink,
    warn: Ink,
    error: Ink,
    series: Inks,
    syntax: Syntax,
}

#[derive(Deserialize)]
struct Surface {
    #[serde(deserialize_with = "hex")]
    ground: Color32,
    #[serde(deserialize_with = "hex")]
    panel: Color32,
    #[serde(deserialize_with = "hex")]
    field: Color32,
    #[serde(deserialize_with = "hex")]
    raised: Color32,
    #[serde(deserialize_with = "hex")]
    line: Color32,
    #[serde(deserialize_with = "hex")]
    line_strong: Color32,
}

#[derive(Deserialize)]
struct Text {
    #[serde(deserialize_with = "hex")]
    first: Color32,
    #[serde(deserialize_with = "hex")]
    second: Color32,
    #[serde(deserialize_with = "hex")]
    third: Color32,
}

#[derive(Deserialize)]
struct Accent {
    #[serde(deserialize_with = "hex")]
    ink: Color32,
    #[serde(deserialize_with = "hex")]
    tint: Color32,
    #[serde(deserialize_with = "hex")]
    hover: Color32,
    #[serde(deserialize_with = "hex")]
    on: Color32,
}

#[derive(Deserialize)]
struct Inks {
    #[serde(deserialize_with = "hexes")]
    inks: Vec<Color32>,
}

fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color32, D::Error> {
    let text = String::deserialize(deserializer)?;
    color(&text).map_err(serde::de::Error::custom)
}

fn hexes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Color32>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| color(text)).collect::<Result<_, _>>().map_err(serde::de::Error::custom)
}

fn color(text: &str) -> Result<Color32, String> {
    Color32::from_hex(&format!("#{text}")).map_err(|_| format!("`{text}` is not a colour: write six hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1 contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = egui::Rgba::from(c).to_array();
            0.0722f32.mul_add(b, 0.2126f32.mul_add(r, 0.7152 * g))
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn both() -> [&'static Theme; 2] {
        [Theme::dark(), Theme::light()]
    }

    #[test]
    fn text_and_states_are_readable_on_every_surface() {
        for theme in both() {
            let inks = [theme.text, theme.text2, theme.text3, theme.ok.ink, theme.warn.ink, theme.error.ink];
            for (i, ink) in inks.into_iter().enumerate() {
                for surface in [theme.ground, theme.panel, theme.field, theme.raised] {
                    assert!(contrast(ink, surface) >= 4.5, "ink {i} on {surface:?} of dark={}: {}", theme.dark, contrast(ink, surface));
                }
            }
        }
    }

    #[test]
    fn inks_are_readable_on_their_tints_and_on_the_accent() {
        for theme in both() {
            for ink in [theme.accent, theme.ok, theme.warn, theme.error] {
                assert!(contrast(ink.ink, ink.tint) >= 4.5, "{ink:?}: {}", contrast(ink.ink, ink.tint));
                assert!(contrast(theme.text, ink.tint) >= 7.0);
            }
            assert!(contrast(theme.on_accent, theme.accent.ink) >= 4.5);
            assert!(contrast(theme.on_accent, theme.accent_hover) >= 4.5);
        }
    }

    #[test]
    fn series_are_readable_as_text_on_cards_and_differ() {
        for theme in both() {
            assert_eq!(theme.series.len(), 5);
            for (i, color) in theme.series.iter().enumerate() {
                assert!(contrast(*color, theme.panel) >= 4.5, "series {i}: {}", contrast(*color, theme.panel));
                assert!(!theme.series[..i].contains(color));
            }
        }
    }

    #[test]
    fn parts_of_a_query_are_readable_in_its_field() {
        for theme in both() {
            let Syntax { command, function, keyword, text, number, pattern } = theme.syntax;
            for (i, color) in [command, function, keyword, text, number, pattern].into_iter().enumerate() {
                for surface in [theme.field, theme.panel, theme.raised] {
                    assert!(contrast(color, surface) >= 4.5, "part {i} of dark={}: {}", theme.dark, contrast(color, surface));
                }
            }
        }
    }

    #[test]
    fn a_model_looks_the_same_wherever_it_runs() {
        let theme = Theme::dark();
        let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6";
        assert_eq!(theme.series(arn), theme.series("anthropic.claude-sonnet-4-6"));
        assert_eq!(theme.series(arn), theme.series("global.anthropic.claude-sonnet-4-6"));
        assert_eq!(theme.series("meta.some-new-model"), theme.series("us.meta.some-new-model"));
    }

    #[test]
    fn known_families_never_share_colour_and_mark() {
        let theme = Theme::light();
        let looks: Vec<_> = FAMILIES.iter().map(|family| theme.series(family)).collect();
        for (i, look) in looks.iter().enumerate() {
            assert!(!looks[..i].contains(look), "{} looks like another family", FAMILIES[i]);
        }
    }

    #[test]
    fn a_wrong_colour_is_told() {
        assert!(color("12345").unwrap_err().contains("12345"));
    }
}
