//! What a person has chosen for the program, kept between runs.

use serde::{Deserialize, Serialize};

/// Dark, light, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// As the system says.
    System,
}

/// How moments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneChoice {
    /// Coordinated universal time, as AWS stores it.
    #[default]
    Utc,
    /// The machine's own time zone.
    Local,
}

/// The kept choices. Unknown and missing fields are tolerated so that older and newer files load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Theme.
    pub theme: ThemeChoice,
    /// Zoom factor of the whole window: 1.0 is 100 %.
    pub zoom: f32,
    /// Time zone of everything shown.
    pub zone: ZoneChoice,
    /// Hide the middle of account ids.
    pub mask_accounts: bool,
    /// Presenter mode: larger text, account ids masked.
    pub presenter: bool,
    /// Tell on the desktop when an alarm changes its state.
    pub notifies_desktop: bool,
    /// The place to work chosen last; `None` before the first choice.
    pub environment: Option<crate::aws::Environment>,
    /// Columns of the list of records.
    pub log_columns: super::logs::Columns,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            zoom: 1.0,
            zone: ZoneChoice::default(),
            mask_accounts: true,
            presenter: false,
            notifies_desktop: true,
            environment: None,
            log_columns: super::logs::Columns::default(),
        }
    }
}

impl Settings {
    /// Smallest and largest zoom.
    pub const ZOOM_RANGE: (f32, f32) = (0.6, 3.0);
    /// What presenter mode adds to the zoom, as a factor.
    pub const PRESENTER_FACTOR: f32 = 1.5;

    /// The zoom in effect, presenter mode included.
    pub fn effective_zoom(&self) -> f32 {
        let factor = if self.presenter { Self::PRESENTER_FACTOR } else { 1.0 };
        (self.zoom * factor).clamp(Self::ZOOM_RANGE.0, Self::ZOOM_RANGE.1)
    }

    /// Whether account ids are masked now.
    pub fn masks_accounts(&self) -> bool {
        self.mask_accounts || self.presenter
    }
}
