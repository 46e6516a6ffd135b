//! The ledger as a table.

use egui::{Align, Label, Layout, RichText, TextStyle, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::app::State;
use crate::app::resources::{Inventory, Standpoint, arn, console_url, cost, found};
use crate::aws::EnvironmentKind;
use crate::lab::ledger::Standing;
use crate::lab::receipt::Found;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::status::icon_of;
use crate::ui::widgets::{Card, KeyValues, checkbox, copy_button, hint, status};
use crate::ui::{format, icons};

/// What the table keeps between frames.
#[derive(Debug, Default)]
pub struct Table {
    with_gone: bool,
}

impl Table {
    /// Draws the table of what exists; what is gone on demand.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, inventory: &Inventory) {
        let gone = inventory.standing.iter().filter(|standing| Standpoint::of(standing) == Standpoint::Gone).count();
        let shown: Vec<&Standing> =
            inventory.standing.iter().filter(|standing| self.with_gone || Standpoint::of(standing) != Standpoint::Gone).collect();
        Card::new("Ledger").show_with(
            ui,
            |ui| {
                if gone > 0 {
                    checkbox(ui, &mut self.with_gone, &format!("Show what is gone ({gone})"));
                }
            },
            |ui| {
                if shown.is_empty() {
                    status(ui, Tone::Ok, "Everything that was made is gone");
                } else {
                    rows(ui, state, &shown);
                }
                ui.add_space(size::GAP_SMALL);
                KeyValues::new(ui, 52.0).copy("File", &inventory.path.display().to_string());
            },
        );
    }
}

fn rows(ui: &mut Ui, state: &State, shown: &[&Standing]) {
    ui.spacing_mut().item_spacing = egui::vec2(10.0, 0.0);
    let name = ((ui.available_width() - 700.0) * 0.45).max(150.0);
    let price = (ui.available_width() - 680.0 - name).max(120.0);
    egui::ScrollArea::horizontal().id_salt("ledger-wide").show(ui, |ui| {
        TableBuilder::new(ui)
            .id_salt("ledger")
            .vscroll(false)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(150.0))
            .column(Column::exact(name))
            .column(Column::exact(118.0))
            .column(Column::exact(76.0))
            .column(Column::exact(90.0))
            .column(Column::exact(96.0))
            .column(Column::exact(price))
            .column(Column::exact(48.0))
            .header(22.0, head)
            .body(|body| {
                body.rows(size::ROW + 2.0, shown.len(), |mut row| {
                    let standing = shown[row.index()];
                    cells(&mut row, state, standing);
                });
            });
    });
}

fn head(mut row: TableRow<'_, '_>) {
    for name in ["Kind", "Name", "Step", "Last entry", "Ledger", "At AWS", "Cost", ""] {
        row.col(|ui| {
            let color = Theme::of(ui).text3;
            ui.label(RichText::new(name).text_style(text::axis()).color(color));
        });
    }
}

fn cells(row: &mut TableRow<'_, '_>, state: &State, standing: &Standing) {
    let resource = standing.resource();
    row.col(|ui| {
        ui.add(Label::new(resource.kind()).truncate());
    });
    row.col(|ui| name(ui, state, standing));
    row.col(|ui| {
        ui.add(Label::new(RichText::new(&standing.last.step).text_style(TextStyle::Small)).truncate());
    });
    row.col(|ui| {
        let when = RichText::new(format::time(&state.settings, standing.last.at)).text_style(text::mono_small());
        ui.label(when).on_hover_text(format::moment(&state.settings, standing.last.at));
    });
    row.col(|ui| ledger_says(ui, standing));
    row.col(|ui| aws_says(ui, state, standing));
    row.col(|ui| {
        let words = RichText::new(cost(resource)).text_style(TextStyle::Small);
        ui.add(Label::new(words).truncate()).on_hover_text(cost(resource));
    });
    row.col(|ui| links(ui, state, standing));
}

/// A mark with its word in the middle of a cell.
fn mark(ui: &mut Ui, tone: Tone, words: &str, meaning: &str) {
    let ink = Theme::of(ui).tone(tone).ink;
    ui.spacing_mut().item_spacing.x = 6.0;
    crate::ui::icons::icon_sized(ui, icon_of(tone), 14.0, ink);
    ui.label(RichText::new(words).color(ink)).on_hover_text(meaning);
}

fn name(ui: &mut Ui, state: &State, standing: &Standing) {
    let color = Theme::of(ui).text;
    let label = RichText::new(standing.resource().name()).text_style(TextStyle::Monospace).color(color);
    let response = ui.add(Label::new(label).truncate());
    let elsewhere = format!("in account {}, {}", standing.last.account, standing.last.region);
    let full = arn(standing, "aws").unwrap_or_else(|| format!("{} {elsewhere}", standing.resource().label()));
    response.on_hover_text(format::masked(&state.settings, &full));
}

fn ledger_says(ui: &mut Ui, standing: &Standing) {
    let (tone, words, meaning) = match Standpoint::of(standing) {
        Standpoint::Live => (Tone::Accent, "live", "Made by the lab; clean-up removes it"),
        Standpoint::Unsure => (Tone::Warn, "unsure", "The call that makes it was sent and its answer is not known; clean-up looks for it"),
        Standpoint::Borrowed => (Tone::Neutral, "yours", "Chosen among what existed before; clean-up leaves it"),
        Standpoint::Gone => (Tone::Ok, "removed", "Removed, or never made"),
    };
    mark(ui, tone, words, meaning);
}

fn aws_says(ui: &mut Ui, state: &State, standing: &Standing) {
    let proof = state.resources.proof.value().and_then(|receipt| found(receipt, standing.resource()));
    let Some((found, words)) = proof else {
        hint(ui, "not looked");
        return;
    };
    let (tone, found) = match found {
        Found::Gone => (Tone::Ok, "not there"),
        Found::Left => (Tone::Accent, "there"),
        Found::NotOurs => (Tone::Neutral, "there, yours"),
        Found::Unknown => (Tone::Warn, "unknown"),
    };
    mark(ui, tone, found, words);
}

fn links(ui: &mut Ui, state: &State, standing: &Standing) {
    ui.spacing_mut().item_spacing.x = 0.0;
    if let Some(arn) = arn(standing, "aws") {
        copy_button(ui, "ARN", || arn);
    }
    let real = state.connection.environment().is_some_and(|environment| environment.kind == EnvironmentKind::Account);
    let url = console_url(standing).filter(|_| real);
    if let Some(url) = url {
        let button = crate::ui::widgets::Push::icon(icons::EXTERNAL_LINK, "Open in the AWS console").small();
        if ui.add(button).clicked() {
            ui.open_url(egui::OpenUrl::new_tab(url));
        }
    }
}
