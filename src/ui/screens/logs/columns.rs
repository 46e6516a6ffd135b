//! Choosing columns: what is shown and in which order, and any field of the opened record to add.

use egui::{Align, Layout, Popup, PopupCloseBehavior, RichText, Ui};

use crate::app::logs::columns::MOST;
use crate::app::logs::{Columns, LogsCommand};
use crate::app::{Command, Commands, State};
use crate::logs::detail::Detail;
use crate::logs::field::{Field, KNOWN};
use crate::logs::path;
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Field as TextField, Push, checkbox, hint, scroll_up_to, section};

/// Fields of a record that are offered.
const PATHS: usize = 200;

/// Height of a chosen column's line, points.
const ROW: f32 = 36.0;

/// Characters of a path that are shown.
const TITLE: usize = 40;

/// Records that are looked at for their fields.
const SAMPLES: usize = 40;

/// What the chooser keeps between frames.
#[derive(Debug, Default)]
pub struct Chooser {
    query: String,
    /// Fields of the records at the top of the list, found when the chooser was opened.
    paths: Vec<String>,
}

impl Chooser {
    /// The button with its popup.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let button = ui.add(Push::icon(icons::TABLE, "Choose columns").small());
        if button.clicked() {
            self.paths = discovered(state);
        }
        let popup =
            Popup::from_toggle_button_response(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).accessible_name("Columns");
        popup.show(|ui| {
            ui.set_width(340.0);
            if let Some(columns) = self.content(ui, &state.settings.log_columns) {
                commands.send(Command::Logs(LogsCommand::SetColumns(columns)));
            }
        });
    }

    fn content(&mut self, ui: &mut Ui, columns: &Columns) -> Option<Columns> {
        let mut changed = None;
        ui.horizontal(|ui| {
            section(ui, "Columns");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(Push::quiet("Reset").small().tooltip("The usual columns with their usual widths")).clicked() {
                    changed = Some(Columns::default());
                }
            });
        });
        let window = ui.ctx().content_rect().height();
        scrolled(ui, "chosen", (columns.iter().len() as f32 * ROW).min(window * 0.36), |ui| {
            for (place, column) in columns.iter().enumerate() {
                changed = chosen(ui, columns, place, &column.field()).or(changed.take());
            }
        });
        ui.add_space(size::GAP_SMALL);
        section(ui, "Add a column");
        TextField::new("Find a field", &mut self.query).hint("Name or path of a field").label_hidden().width(300.0).show(ui);
        if columns.iter().len() >= MOST {
            hint(ui, "No more columns fit: remove one first");
        }
        scrolled(ui, "addable", (window * 0.3).min(260.0), |ui| self.addable(ui, columns)).or(changed)
    }

    /// Fields that are no columns yet and fit what is typed.
    fn addable(&self, ui: &mut Ui, columns: &Columns) -> Option<Columns> {
        let query = self.query.trim().to_lowercase();
        let known = KNOWN.iter().map(|known| (known.name.to_owned(), known.about.to_owned()));
        let paths = self.paths.iter().map(|path| (path.clone(), String::new()));
        let fits = |name: &str| {
            query.is_empty() || name.to_lowercase().contains(&query) || Field::named(name).title().to_lowercase().contains(&query)
        };
        let mut fields: Vec<_> = known.chain(paths).filter(|(name, _)| fits(name) && !columns.has(name)).collect();
        let typed = self.query.trim().to_owned();
        if typed.contains('.') && !fields.iter().any(|(name, _)| *name == typed) && Field::parse(&typed).is_some() && !columns.has(&typed) {
            fields.push((typed, "As typed".to_owned()));
        }
        if fields.is_empty() {
            hint(ui, "No other field has this in its name; a path with dots can be typed whole");
        }
        let mut added = None;
        for (name, about) in fields {
            if add(ui, &name, &about) {
                added = Some(columns.clone().toggled(&name));
            }
        }
        added
    }
}

/// A list of its own height; popups would give it less.
fn scrolled<R>(ui: &mut Ui, name: &str, height: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let area = scroll_up_to(height).id_salt(name).auto_shrink([false, true]);
    area.show(ui, content).inner
}

fn chosen(ui: &mut Ui, columns: &Columns, place: usize, field: &Field) -> Option<Columns> {
    let (title, last) = (field.title(), columns.iter().len() - 1);
    ui.push_id(field.name(), |ui| {
        let mut changed = None;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(Push::icon(icons::ARROW_DOWN, &format!("Move {title} to the right")).small().enabled(place < last)).clicked() {
                    changed = Some(columns.clone().moved(place, place + 1));
                }
                if ui.add(Push::icon(icons::ARROW_UP, &format!("Move {title} to the left")).small().enabled(place > 0)).clicked() {
                    changed = Some(columns.clone().moved(place, place - 1));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
                    let mut on = true;
                    if checkbox(ui, &mut on, title).changed() {
                        changed = Some(columns.clone().toggled(field.name()));
                    }
                });
            });
        });
        changed
    })
    .inner
}

fn add(ui: &mut Ui, name: &str, about: &str) -> bool {
    let field = Field::named(name);
    ui.horizontal(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
        let words = format!("Add {}", field.title());
        let clicked = ui
            .add(Push::quiet(&shortened(field.title())).small().with_icon(icons::PLUS))
            .accessible_name(words)
            .on_hover_text(name)
            .clicked();
        ui.label(RichText::new(about).small().color(Theme::of(ui).text3));
        clicked
    })
    .inner
}

/// A long path by its end, which tells it from others.
fn shortened(title: &str) -> String {
    let hidden = title.chars().count().saturating_sub(TITLE);
    if hidden == 0 { title.to_owned() } else { format!("…{}", title.chars().skip(hidden + 1).collect::<String>()) }
}

/// Fields of the opened record and of those at the top of the list, in their order.
fn discovered(state: &State) -> Vec<String> {
    let listed = state.logs.listed();
    let opened = state.logs.detail.iter().map(|detail| detail.json.clone());
    let top = (0..listed.len().min(SAMPLES)).filter_map(|row| listed.entry(row)).map(|entry| Detail::of(entry).json);
    let mut paths: Vec<String> = Vec::new();
    for json in opened.chain(top) {
        for path in path::leaves(&json, PATHS) {
            if paths.len() < 2 * PATHS && !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}
