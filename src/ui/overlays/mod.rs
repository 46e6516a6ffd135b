//! What lies above the screens: command palette, toasts, the list of notices, the list of shortcuts.

pub mod fuzzy;
pub mod help;
pub mod notices;
pub mod palette;
pub mod toasts;

use crate::app::state::NoticeLevel;
use crate::ui::theme::Tone;

/// The tone of a notice.
fn tone(level: NoticeLevel) -> Tone {
    match level {
        NoticeLevel::Info => Tone::Ok,
        NoticeLevel::Warning => Tone::Warn,
        NoticeLevel::Error => Tone::Error,
    }
}
