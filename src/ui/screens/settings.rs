//! Choices about the program: look, times, privacy, what lies on this machine, and what the program is made of.

use egui::{CollapsingHeader, RichText, ScrollArea, Slider, Ui};

use crate::app::settings::{Settings, ThemeChoice, ZoneChoice};
use crate::app::{Command, Commands, State};
use crate::base::text::bytes;
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Card, KeyValues, Push, body, caption, choice_of, hint, title, toggle};

/// What the program is made of that asks to be named: name, licence, text.
const LICENCES: [(&str, &str, &str); 3] = [
    ("Inter", "SIL Open Font License 1.1", include_str!("../../../assets/fonts/LICENSE-Inter.txt")),
    ("JetBrains Mono", "SIL Open Font License 1.1", include_str!("../../../assets/fonts/LICENSE-JetBrainsMono.txt")),
    ("Lucide icons", "ISC", include_str!("../../../assets/icons/LICENSE-lucide.txt")),
];

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct SettingsScreen {
    /// The person pushed "Forget local copies" and has not yet confirmed.
    forgetting: bool,
}

impl SettingsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            egui::Frame::new().inner_margin(size::PAGE).show(ui, |ui| {
                ui.set_max_width(size::TEXT_WIDTH.min(ui.available_width()));
                ui.spacing_mut().item_spacing.y = size::PAD;
                title(ui, "Settings");
                look(ui, &state.settings, commands);
                times_and_privacy(ui, &state.settings, commands);
                self.data(ui, state, commands);
                about(ui);
            });
        });
    }

    fn data(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        Card::new("On this machine").show(ui, |ui| {
            body(ui, "Settings, progress, the ledger of created resources, the sandbox's state, and copies of prompts and bodies that were looked at");
            storage_ui(ui, state);
            ui.horizontal_wrapped(|ui| self.forget(ui, commands));
        });
    }

    fn forget(&mut self, ui: &mut Ui, commands: &mut Commands) {
        if !self.forgetting {
            let push = Push::secondary("Forget local copies").with_icon(icons::TRASH_2);
            self.forgetting = ui.add(push.tooltip("Deletes cached prompts and bodies; ledger, progress and settings stay")).clicked();
            return;
        }
        ui.label("Delete cached prompts and bodies from this machine?");
        let confirmed = ui.add(Push::danger("Delete copies").with_icon(icons::TRASH_2)).clicked();
        if confirmed {
            commands.send(Command::ForgetLocalCopies);
        }
        if confirmed || ui.add(Push::secondary("Keep them")).clicked() {
            self.forgetting = false;
        }
    }
}

fn storage_ui(ui: &mut Ui, state: &State) {
    let Some(storage) = state.storage.value() else {
        hint(ui, "Measuring…");
        return;
    };
    let mut values = KeyValues::new(ui, 92.0);
    values.copy("Folder", &storage.home.display().to_string());
    values.mono("In all", &bytes(storage.total_bytes));
    values.mono("Copies", &bytes(storage.copies_bytes));
}

fn look(ui: &mut Ui, settings: &Settings, commands: &mut Commands) {
    Card::new("Look").show(ui, |ui| {
        caption(ui, "Theme");
        let themes = [(ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light"), (ThemeChoice::System, "As the system")];
        if let Some(theme) = choice_of(ui, &settings.theme, &themes) {
            commands.send(Command::SetTheme(theme));
        }
        zoom(ui, settings, commands);
        let mut presenter = settings.presenter;
        if toggle(ui, &mut presenter, "Presenter mode").changed() {
            commands.send(Command::TogglePresenter);
        }
        hint(ui, "Half as large again and accounts masked, for a projector (Ctrl Shift P)");
    });
}

fn zoom(ui: &mut Ui, settings: &Settings, commands: &mut Commands) {
    caption(ui, "Size of everything");
    ui.horizontal(|ui| {
        if ui.add(Push::icon(icons::ZOOM_OUT, "Zoom out")).clicked() {
            commands.send(Command::ZoomOut);
        }
        let mut percent = settings.zoom * 100.0;
        let (least, most) = Settings::ZOOM_RANGE;
        let slider = Slider::new(&mut percent, least * 100.0..=most * 100.0).step_by(5.0).suffix(" %").fixed_decimals(0);
        // Applied when let go: a slider that changes its own size under the pointer cannot be aimed.
        let response = ui.add(slider).accessible_name("Size in percent");
        let settled = response.drag_stopped() || (response.changed() && !response.dragged());
        if settled {
            commands.send(Command::SetZoom(percent / 100.0));
        }
        if ui.add(Push::icon(icons::ZOOM_IN, "Zoom in")).clicked() {
            commands.send(Command::ZoomIn);
        }
        if ui.add(Push::quiet("100 %")).clicked() {
            commands.send(Command::ZoomReset);
        }
    });
}

fn times_and_privacy(ui: &mut Ui, settings: &Settings, commands: &mut Commands) {
    Card::new("Times and privacy").show(ui, |ui| {
        caption(ui, "Times are written in");
        if let Some(zone) = choice_of(ui, &settings.zone, &[(ZoneChoice::Utc, "UTC"), (ZoneChoice::Local, "Local time")]) {
            commands.send(Command::SetZone(zone));
        }
        let mut masked = settings.mask_accounts;
        if toggle(ui, &mut masked, "Mask account ids").changed() {
            commands.send(Command::ToggleMask);
        }
        hint(ui, "1234****9012 in every text that is shown; what is copied stays whole");
    });
}

fn about(ui: &mut Ui) {
    Card::new("About").show(ui, |ui| {
        KeyValues::new(ui, 92.0).mono("Outcrop", env!("CARGO_PKG_VERSION")).mono("Licence", env!("CARGO_PKG_LICENSE"));
        body(ui, env!("CARGO_PKG_DESCRIPTION"));
        caption(ui, "Made with");
        for (name, licence, text) in LICENCES {
            let head = RichText::new(format!("{name} · {licence}")).small();
            CollapsingHeader::new(head).id_salt(("licence", name)).show(ui, |ui| {
                ui.label(RichText::new(text).monospace().color(Theme::of(ui).text2));
            });
        }
    });
}
