//! Where to work: the sandbox, an account of one's own, or a custom endpoint.

use egui::{RichText, ScrollArea, Ui};

use crate::app::state::{Connected, ProfileInfo};
use crate::app::{Command, Commands, Remote, Screen, State};
use crate::aws::{Environment, EnvironmentKind};
use crate::ui::format::masked;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{
    Busy, Card, Chip, ErrorAction, ErrorPanel, Field, KeyValues, Push, Verdict, banner, body, caption, checkbox, hint, low_row, title,
};

/// Regions offered before any is known from a profile; all have Bedrock.
const REGIONS: [&str; 6] = ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];
/// Below this width the two cards stand one above the other.
const SIDE_BY_SIDE: f32 = 760.0;

/// What the screen keeps between frames.
#[derive(Debug)]
pub struct StartScreen {
    /// `None` is the default chain.
    profile: Option<String>,
    region: String,
    custom: bool,
    endpoint: String,
}

impl Default for StartScreen {
    fn default() -> Self {
        Self { profile: None, region: REGIONS[0].to_owned(), custom: false, endpoint: String::new() }
    }
}

impl StartScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            let width = (ui.available_width() - 2.0 * size::PAGE).min(980.0);
            let side = ((ui.available_width() - width) / 2.0).max(size::PAGE);
            let margin = egui::Margin { left: side as i8, right: 0, top: 28, bottom: 28 };
            egui::Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = size::PAD;
                head(ui);
                outcome(ui, state, commands);
                self.cards(ui, state, commands, width);
            });
        });
    }

    fn cards(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, width: f32) {
        if width < SIDE_BY_SIDE {
            sandbox_card(ui, state, commands);
            self.account_card(ui, state, commands);
            return;
        }
        let half = (width - size::GAP_LARGE) / 2.0;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::GAP_LARGE;
            ui.vertical(|ui| {
                ui.set_width(half);
                ui.spacing_mut().item_spacing.x = size::GAP;
                sandbox_card(ui, state, commands);
            });
            ui.vertical(|ui| {
                ui.set_width(half);
                ui.spacing_mut().item_spacing.x = size::GAP;
                self.account_card(ui, state, commands);
            });
        });
    }

    fn account_card(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let chosen = state.connection.environment().is_some_and(|environment| environment.kind != EnvironmentKind::Sandbox);
        Card::bare().selected(chosen).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 10.0;
            card_head(ui, icons::CLOUD, "My account", "Real resources, real cost; everything created is listed and can be removed");
            for warning in &state.connection.warnings {
                banner(ui, Tone::Warn, warning);
            }
            self.profiles(ui, state, commands);
            self.region(ui);
            self.endpoint(ui);
            self.connect(ui, state, commands);
        });
    }

    fn profiles(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal(|ui| {
            caption(ui, "Credentials");
            if ui.add(Push::icon(icons::REFRESH_CW, "Look for profiles again").small()).clicked() {
                commands.send(Command::FindProfiles);
            }
        });
        let default = "Default chain";
        self.profile_line(ui, None, default, "variables, default profile or machine role");
        let found = state.connection.profiles.value().map_or(&[][..], Vec::as_slice);
        for profile in found {
            self.profile_line(ui, Some(profile), &profile.name, &profile_words(profile));
        }
        if found.is_empty() && !state.connection.profiles.is_loading() {
            hint(ui, "No profile found on this machine; aws configure sso makes one");
        }
    }

    fn profile_line(&mut self, ui: &mut Ui, profile: Option<&ProfileInfo>, name: &str, words: &str) {
        let value = profile.map(|profile| profile.name.clone());
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            if ui.radio(self.profile == value, name).clicked() {
                self.profile = value;
                if let Some(region) = profile.and_then(|profile| profile.region.clone()) {
                    self.region = region;
                }
            }
            hint(ui, words);
        });
    }

    fn region(&mut self, ui: &mut Ui) {
        let verdict = region_verdict(&self.region);
        Field::new("Region", &mut self.region).mono().width(180.0).char_limit(32).verdict(verdict.as_ref()).show(ui);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(size::GAP_SMALL, size::GAP_SMALL);
            for region in REGIONS {
                let tone = if self.region == region { Tone::Accent } else { Tone::Neutral };
                if ui.add(Chip::new(tone, region).mono().clickable()).clicked() {
                    region.clone_into(&mut self.region);
                }
            }
        });
    }

    fn endpoint(&mut self, ui: &mut Ui) {
        checkbox(ui, &mut self.custom, "Custom endpoint, such as moto or LocalStack");
        if self.custom {
            let verdict = endpoint_verdict(&self.endpoint);
            Field::new("Endpoint URL", &mut self.endpoint).mono().hint("http://127.0.0.1:5000").verdict(verdict.as_ref()).show(ui);
        }
    }

    fn connect(&self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let wrong = [region_verdict(&self.region), self.custom.then(|| endpoint_verdict(&self.endpoint)).flatten()];
        let wrong = wrong.into_iter().flatten().find(|verdict| verdict.tone == Tone::Error);
        let missing = (self.custom && self.endpoint.is_empty()).then_some("Enter the endpoint URL first");
        let busy = state.connection.current.is_loading().then_some("A place is being opened");
        let blocked = wrong.as_ref().map(|verdict| verdict.words.as_str()).or(missing).or(busy);
        let words = if self.custom { "Connect to the endpoint" } else { "Connect to this account" };
        if ui.add(Push::secondary(words).with_icon(icons::LOG_IN).blocked_by(blocked)).clicked() {
            commands.send(Command::Connect(self.environment()));
        }
        hint(ui, "Connecting only asks who you are; nothing is created");
    }

    fn environment(&self) -> Environment {
        let kind = if self.custom { EnvironmentKind::Endpoint } else { EnvironmentKind::Account };
        let endpoint_url = self.custom.then(|| self.endpoint.trim().to_owned());
        Environment { kind, profile: self.profile.clone(), region: self.region.trim().to_owned(), endpoint_url }
    }
}

fn head(ui: &mut Ui) {
    let color = Theme::of(ui).text;
    ui.label(RichText::new("Where do you want to work?").text_style(text::display()).color(color));
    body(ui, "The lab and every screen work the same in both places. Only where the calls go, and who pays for them, is different");
}

/// What came of the last choice: under way, connected, or failed.
fn outcome(ui: &mut Ui, state: &State, commands: &mut Commands) {
    match &state.connection.current {
        Remote::NotAsked => {}
        Remote::Loading { .. } => {
            Busy::new("Opening…").detail("asking who you are there").show(ui);
        }
        Remote::Ready(connected) => connected_card(ui, state, connected, commands),
        Remote::Failed { problem, .. } => {
            let details = problem.details.as_deref().unwrap_or_default();
            let panel =
                ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).other("Use the sandbox instead");
            if panel.show(ui) == ErrorAction::Other {
                commands.send(Command::UseSandbox);
            }
        }
    }
}

fn connected_card(ui: &mut Ui, state: &State, connected: &Connected, commands: &mut Commands) {
    Card::bare().show(ui, |ui| {
        ui.horizontal(|ui| {
            icons::icon(ui, icons::CIRCLE_CHECK, Theme::of(ui).ok.ink);
            ui.label(RichText::new(format!("Working in {}", place_words(&connected.environment))).text_style(text::strong()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(Push::primary("Go to the lab").with_icon(icons::ARROW_RIGHT)).clicked() {
                    commands.send(Command::Go(Screen::Lab));
                }
            });
        });
        let mut values = KeyValues::new(ui, 92.0);
        values.mono("Account", &masked(&state.settings, &connected.account));
        values.mono("Identity", &masked(&state.settings, &connected.arn));
        values.mono("Region", &connected.environment.region);
    });
}

fn place_words(environment: &Environment) -> String {
    match environment.kind {
        EnvironmentKind::Sandbox => "the sandbox".to_owned(),
        EnvironmentKind::Account => format!("an account, {}", environment.profile.as_deref().unwrap_or("default chain")),
        EnvironmentKind::Endpoint => format!("a custom endpoint, {}", environment.endpoint_url.as_deref().unwrap_or_default()),
    }
}

fn sandbox_card(ui: &mut Ui, state: &State, commands: &mut Commands) {
    Card::bare().selected(state.connection.is_sandbox()).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        card_head(ui, icons::FLASK_CONICAL, "Sandbox", "No account, no network, nothing to pay");
        for words in [
            "An AWS inside this program: the real SDK speaks to it over HTTP",
            "As strict as AWS: a missing policy fails here with the same words",
            "Your state is kept between runs, as an account's would be",
        ] {
            point(ui, words);
        }
        let busy = state.connection.current.is_loading().then_some("A place is being opened");
        if ui.add(Push::primary("Open the sandbox").with_icon(icons::PLAY).blocked_by(busy)).clicked() {
            commands.send(Command::UseSandbox);
        }
        hint(ui, "The best place to begin: about ten minutes to the first plot of your own calls");
    });
}

fn card_head(ui: &mut Ui, icon: Icon, name: &str, words: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        icons::icon_sized(ui, icon, 24.0, theme.accent.ink);
        title(ui, name);
    });
    body(ui, words);
}

fn point(ui: &mut Ui, words: &str) {
    low_row(ui, |ui| {
        icons::icon_sized(ui, icons::CHECK, 14.0, Theme::of(ui).ok.ink);
        body(ui, words);
    });
}

fn profile_words(profile: &ProfileInfo) -> String {
    match &profile.region {
        Some(region) => format!("{} · {region}", profile.source),
        None => profile.source.clone(),
    }
}

/// Whether the text can be a Region: `us-east-1`, `us-gov-west-1`.
fn region_verdict(region: &str) -> Option<Verdict> {
    let parts: Vec<&str> = region.trim().split('-').collect();
    let words_then_number = parts.len() >= 3
        && parts[..parts.len() - 1].iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()))
        && parts[parts.len() - 1].parse::<u8>().is_ok();
    (!words_then_number).then(|| Verdict::error("A Region looks like us-east-1"))
}

/// Whether the text can be an endpoint; nothing is said about an empty one.
fn endpoint_verdict(endpoint: &str) -> Option<Verdict> {
    let text = endpoint.trim();
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match host {
        _ if text.is_empty() => None,
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => None,
        _ => Some(Verdict::error("An endpoint begins with http:// or https:// and names a host")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_from_other_words() {
        for region in REGIONS.into_iter().chain(["us-gov-west-1", " eu-south-2 "]) {
            assert_eq!(region_verdict(region), None, "{region}");
        }
        for wrong in ["", "useast1", "us-east", "US-EAST-1", "us--1", "us-east-x"] {
            assert!(region_verdict(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn endpoints_need_scheme_and_host() {
        assert_eq!(endpoint_verdict("http://127.0.0.1:5000"), None);
        assert_eq!(endpoint_verdict(""), None);
        for wrong in ["localhost:5000", "http://", "http://a b"] {
            assert!(endpoint_verdict(wrong).is_some(), "{wrong}");
        }
    }
}
