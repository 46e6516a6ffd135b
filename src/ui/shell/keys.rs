//! Shortcuts that work everywhere, and Escape.

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use crate::app::{Command, Commands, State};

/// Sends the commands whose shortcuts were pressed. A key that writes text belongs to the text field that has the keyboard.
pub fn shortcuts(ui: &Ui, state: &State, commands: &mut Commands) {
    let typing = ui.text_edit_focused();
    for (shortcut, command) in bound() {
        let explains = shortcut.logical_key == Key::F1 && crate::ui::screens::insights::holds_the_key_for_help(ui, state);
        let free = !explains && (!typing || !writes_text(shortcut));
        if free && ui.input_mut(|input| input.consume_shortcut(&shortcut)) {
            commands.send(command);
        }
    }
    let open = &state.overlays;
    let something_open = open.palette || open.help || open.notices || open.calls;
    if something_open && !typing_below(state, typing) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        commands.send(Command::CloseOverlay);
    }
}

/// Every shortcut with its command; those with more modifiers first, so that Ctrl-Shift-P is not taken for Ctrl-P.
fn bound() -> Vec<(KeyboardShortcut, Command)> {
    let mut bound: Vec<_> = Command::everywhere().into_iter().filter_map(|command| Some((command.face()?.shortcut?, command))).collect();
    // The key that everyone tries.
    bound.push((KeyboardShortcut::new(Modifiers::COMMAND, Key::Equals), Command::ZoomIn));
    bound.push((KeyboardShortcut::new(Modifiers::SHIFT, Key::Questionmark), Command::ToggleHelp));
    bound.sort_by_key(|(shortcut, _)| std::cmp::Reverse(modifier_count(shortcut.modifiers)));
    bound
}

fn modifier_count(modifiers: Modifiers) -> u32 {
    [modifiers.alt, modifiers.ctrl || modifiers.command, modifiers.shift].into_iter().map(u32::from).sum()
}

/// Whether the key alone, as it is pressed, would put a character into a text field.
fn writes_text(shortcut: KeyboardShortcut) -> bool {
    let modifiers = shortcut.modifiers;
    let function_key = matches!(shortcut.logical_key, Key::F1 | Key::F2 | Key::F3 | Key::F4 | Key::F5 | Key::F6);
    !function_key && !modifiers.command && !modifiers.ctrl && !modifiers.alt
}

/// Escape first leaves a text field of the screen; the palette's own field is part of what Escape closes.
fn typing_below(state: &State, typing: bool) -> bool {
    typing && !state.overlays.palette
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_shortcuts_come_first() {
        let counts: Vec<_> = bound().iter().map(|(shortcut, _)| modifier_count(shortcut.modifiers)).collect();
        assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    }

    #[test]
    fn only_plain_keys_write_text() {
        assert!(writes_text(KeyboardShortcut::new(Modifiers::SHIFT, Key::Questionmark)));
        assert!(!writes_text(KeyboardShortcut::new(Modifiers::NONE, Key::F5)));
        assert!(!writes_text(KeyboardShortcut::new(Modifiers::COMMAND, Key::K)));
    }
}
