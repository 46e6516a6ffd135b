//! The table of prices: list prices with their date, and a person's own, which come first.

use egui::{RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};

use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};
use crate::models::{self, Price};
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Field, Push, hint, modal, section};

/// A price while it is written.
#[derive(Debug, Default)]
pub struct Prices {
    draft: Option<Draft>,
}

#[derive(Debug)]
struct Draft {
    model: String,
    texts: [String; 6],
}

/// What each field of a price is called.
const FIELDS: [&str; 6] = ["Input", "Output", "Cache read", "Cache write 5 min", "Cache write 1 h", "Regional factor"];

fn send(commands: &mut Commands, command: DashboardCommand) {
    commands.send(Command::Dashboard(command));
}

impl Prices {
    /// The table, while it is open.
    pub fn ui(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        if !state.dashboard.prices_open {
            return;
        }
        let mut close = false;
        let modal = modal(ui, "prices").show(ui.ctx(), |ui| {
            let place = ui.ctx().content_rect();
            ui.set_width((place.width() - 64.0).min(820.0));
            section(ui, "Prices");
            let as_of = &models::catalogue().prices_as_of;
            hint(ui, format!("US dollars per million tokens through the global profile. List prices of {as_of}; regional profiles cost the factor more"));
            self.form(ui, commands);
            ui.add_space(size::GAP_SMALL);
            let height = (place.height() - 220.0).max(120.0);
            ScrollArea::horizontal().show(ui, |ui| self.table(ui, state, height, commands));
            ui.add_space(size::GAP);
            close = ui.add(Push::secondary("Close")).clicked();
        });
        if close || modal.should_close() {
            self.draft = None;
            send(commands, DashboardCommand::ShowPrices(false));
        }
    }

    fn table(&mut self, ui: &mut Ui, state: &State, height: f32, commands: &mut Commands) {
        let ids = ids(state);
        let own = models::own_prices();
        ui.set_min_width(720.0);
        let builder = TableBuilder::new(ui).id_salt("prices").max_scroll_height(height - 30.0).auto_shrink([false, true]);
        let builder =
            builder.column(Column::remainder().at_least(150.0).clip(true)).columns(Column::exact(68.0), 5).column(Column::exact(84.0));
        builder
            .column(Column::exact(60.0))
            .header(22.0, |mut row| {
                for name in ["Model", "Input", "Output", "Cache read", "5 min write", "1 h write", "As of", ""] {
                    row.col(|ui| drop(ui.label(RichText::new(name).text_style(text::axis()).color(Theme::of(ui).text3))));
                }
            })
            .body(|body| {
                body.rows(size::ROW, ids.len(), |mut row| {
                    let id = &ids[row.index()];
                    let price = models::price(id);
                    let is_own = own.prices.iter().any(|own| own.model == *id);
                    row.col(|ui| {
                        drop(ui.label(RichText::new(models::short_name(id)).color(Theme::of(ui).series(id).color)).on_hover_text(id));
                    });
                    for text in numbers(price.as_ref().map(|(price, _)| price)) {
                        row.col(|ui| drop(ui.label(RichText::new(text).monospace())));
                    }
                    let of_day = |as_of: &str| if is_own { format!("{as_of}, own") } else { as_of.to_owned() };
                    row.col(|ui| drop(hint(ui, price.as_ref().map_or("no price".to_owned(), |(_, as_of)| of_day(as_of)))));
                    row.col(|ui| self.tools(ui, id, price.as_ref().map(|(price, _)| price), is_own, commands));
                });
            });
    }

    fn tools(&mut self, ui: &mut Ui, id: &str, price: Option<&Price>, is_own: bool, commands: &mut Commands) {
        let name = models::short_name(id);
        if ui.add(Push::icon(icons::PENCIL, &format!("Set the price of {name}")).small()).clicked() {
            self.draft = Some(Draft::of(id, price));
        }
        if is_own && ui.add(Push::icon(icons::UNDO_2, &format!("Back to the list price of {name}")).small()).clicked() {
            send(commands, DashboardCommand::SetPrice(id.to_owned(), None));
        }
    }

    fn form(&mut self, ui: &mut Ui, commands: &mut Commands) {
        let Some(draft) = &mut self.draft else { return };
        let mut done = false;
        ui.add_space(size::GAP_SMALL);
        ui.label(RichText::new(format!("Your price of {}", models::short_name(&draft.model))).text_style(text::strong()));
        ui.horizontal_wrapped(|ui| {
            for (name, text) in FIELDS.iter().zip(&mut draft.texts) {
                ui.vertical(|ui| {
                    ui.set_width(112.0);
                    Field::new(name, text).mono().width(104.0).show(ui);
                });
            }
        });
        ui.horizontal(|ui| {
            let price = draft.price();
            if ui.add(Push::primary("Keep the price").enabled(price.is_some())).clicked() {
                send(commands, DashboardCommand::SetPrice(draft.model.clone(), price));
                done = true;
            }
            done |= ui.add(Push::secondary("Discard")).clicked();
            hint(ui, "Input, output and factor are needed; leave a cache price empty if there is none");
        });
        if done {
            self.draft = None;
        }
    }
}

impl Draft {
    fn of(id: &str, price: Option<&Price>) -> Self {
        let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let of = |get: fn(&Price) -> Option<f64>| text(price.and_then(get));
        let texts = [
            of(|price| Some(price.input)),
            of(|price| Some(price.output)),
            of(|price| price.cache_read),
            of(|price| price.cache_write_5m),
            of(|price| price.cache_write_1h),
            text(Some(price.map_or(1.0, |price| price.premium))),
        ];
        Self { model: id.to_owned(), texts }
    }

    /// The price, when every field holds one.
    fn price(&self) -> Option<Price> {
        let read = |at: usize| self.texts[at].trim().parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
        let optional = |at: usize| if self.texts[at].trim().is_empty() { Some(None) } else { read(at).map(Some) };
        Some(Price {
            input: read(0)?,
            output: read(1)?,
            cache_read: optional(2)?,
            cache_write_5m: optional(3)?,
            cache_write_1h: optional(4)?,
            premium: read(5)?,
            note: None,
        })
    }
}

/// The five prices as texts, `–` where there is none.
fn numbers(price: Option<&Price>) -> [String; 5] {
    let text = |value: Option<f64>| value.map_or("–".to_owned(), |value| value.to_string());
    let of = |get: fn(&Price) -> Option<f64>| text(price.and_then(get));
    [of(|p| Some(p.input)), of(|p| Some(p.output)), of(|p| p.cache_read), of(|p| p.cache_write_5m), of(|p| p.cache_write_1h)]
}

/// Normalised ids: first the models that are shown here, then the catalogue's, then others with a price of one's own.
fn ids(state: &State) -> Vec<String> {
    let shown = state.dashboard.models().into_iter().map(|id| models::alias(id).unwrap_or_else(|| id.to_owned()));
    let shown = shown.map(|id| models::normalise(&id).to_owned());
    let catalogue = models::catalogue().models.iter().map(|model| model.id.clone());
    let own = models::own_prices().prices.into_iter().map(|own| own.model);
    let mut ids: Vec<String> = Vec::new();
    for id in shown.chain(catalogue).chain(own) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
