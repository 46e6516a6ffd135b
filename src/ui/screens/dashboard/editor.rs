//! Changing a widget: the strip of tools on its card, and the form of what it shows.

use std::collections::BTreeSet;

use egui::{ComboBox, Ui};

use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};
use crate::metrics::dashboard::edit::Edit;
use crate::metrics::dashboard::{CHOSEN_STATISTICS, COLUMNS, Choice, Kind, MetricRef, Unit, Widget};
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Field, Push, caption, checkbox, hint, modal, note, scroll_up_to, section};

/// Widths on offer, in columns of the grid.
const WIDTHS: [(u8, &str); 5] = [(6, "Quarter"), (8, "Third"), (12, "Half"), (16, "Two thirds"), (24, "Full")];

/// Metrics of Bedrock that are offered before CloudWatch lists them.
const KNOWN: [&str; 11] = [
    "Invocations",
    "InvocationLatency",
    "TimeToFirstToken",
    "InputTokenCount",
    "OutputTokenCount",
    "CacheReadInputTokens",
    "CacheWriteInputTokens",
    "InvocationThrottles",
    "InvocationClientErrors",
    "InvocationServerErrors",
    "EstimatedTPMQuotaUsage",
];

/// The form of a widget, while it is open.
#[derive(Debug, Default)]
pub struct Editor {
    draft: Option<Draft>,
}

#[derive(Debug)]
struct Draft {
    /// The widget's place; `None` for a new one.
    index: Option<usize>,
    widget: Widget,
    expression: String,
    limit: String,
}

fn edit(commands: &mut Commands, edit: Edit) {
    commands.send(Command::Dashboard(DashboardCommand::Edit(edit)));
}

/// The tools on a card: places, sizes, form, removal.
pub fn strip(ui: &mut Ui, state: &State, index: usize, widget: &Widget, editor: &mut Editor, commands: &mut Commands) {
    let last = state.dashboard.board.widgets.len().saturating_sub(1);
    let named = |what: &str| format!("{what} {}", widget.title);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let tool = |ui: &mut Ui, icon, name: &str, enabled: bool| ui.add(Push::icon(icon, name).small().enabled(enabled)).clicked();
        if tool(ui, icons::ARROW_LEFT, &named("Move forward:"), index > 0) {
            edit(commands, Edit::Move { from: index, to: index - 1 });
        }
        if tool(ui, icons::ARROW_RIGHT, &named("Move back:"), index < last) {
            edit(commands, Edit::Move { from: index, to: index + 1 });
        }
        let resize = |width: u8, height: u8| Edit::Resize { index, width, height };
        let place = WIDTHS.iter().position(|(width, _)| *width >= widget.width).unwrap_or(WIDTHS.len() - 1);
        if tool(ui, icons::MINIMIZE_2, &named("Narrower:"), place > 0) {
            edit(commands, resize(WIDTHS[place - 1].0, widget.height));
        }
        if tool(ui, icons::MAXIMIZE_2, &named("Wider:"), widget.width < COLUMNS) {
            edit(commands, resize(WIDTHS[(place + 1).min(WIDTHS.len() - 1)].0, widget.height));
        }
        if tool(ui, icons::CHEVRON_UP, &named("Lower:"), widget.height > crate::metrics::dashboard::HEIGHTS.0) {
            edit(commands, resize(widget.width, widget.height - 1));
        }
        if tool(ui, icons::CHEVRON_DOWN, &named("Higher:"), widget.height < crate::metrics::dashboard::HEIGHTS.1) {
            edit(commands, resize(widget.width, widget.height + 1));
        }
        if tool(ui, icons::PENCIL, &named("Change"), true) {
            editor.open(index, widget);
        }
        if tool(ui, icons::TRASH_2, &named("Remove"), true) {
            edit(commands, Edit::Remove(index));
        }
    });
}

impl Editor {
    /// Opens the form over a widget.
    pub fn open(&mut self, index: usize, widget: &Widget) {
        self.draft = Some(Draft::of(Some(index), widget.clone()));
    }

    /// The button that adds a widget.
    pub fn add_button(&mut self, ui: &mut Ui) {
        if ui.add(Push::secondary("Add a widget").with_icon(icons::PLUS)).clicked() {
            let widget = Widget { title: "New graph".to_owned(), metrics: vec!["Invocations".into()], by_model: true, ..Widget::default() };
            self.draft = Some(Draft::of(None, widget));
        }
    }

    /// The form, while it is open.
    pub fn ui(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        let Some(draft) = &mut self.draft else { return };
        let mut done = None;
        let modal = modal(ui, "widget-form").show(ui.ctx(), |ui| {
            let place = ui.ctx().content_rect();
            ui.set_width((place.width() - 64.0).min(560.0));
            section(ui, if draft.index.is_some() { "Change the widget" } else { "Add a widget" });
            scroll_up_to((place.height() - 160.0).max(120.0)).show(ui, |ui| draft.ui(ui, state));
            ui.add_space(size::GAP);
            done = draft.buttons(ui, commands);
        });
        if done.is_some() || modal.should_close() {
            self.draft = None;
        }
    }
}

impl Draft {
    fn of(index: Option<usize>, widget: Widget) -> Self {
        let expression = widget.expression.clone().unwrap_or_default();
        let limit = widget.limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self { index, widget, expression, limit }
    }

    fn buttons(&mut self, ui: &mut Ui, commands: &mut Commands) -> Option<()> {
        let widget = self.finished();
        let problem = widget.as_ref().err().cloned();
        if let Some(problem) = &problem {
            note(ui, Tone::Error, problem);
        }
        let mut done = None;
        ui.horizontal(|ui| {
            let words = if self.index.is_some() { "Keep" } else { "Add" };
            if ui.add(Push::primary(words).enabled(problem.is_none())).clicked()
                && let Ok(widget) = widget
            {
                let widget = Box::new(widget);
                edit(commands, self.index.map_or_else(|| Edit::Add(widget.clone()), |index| Edit::Replace(index, widget.clone())));
                done = Some(());
            }
            if ui.add(Push::secondary("Cancel")).clicked() {
                done = Some(());
            }
        });
        done
    }

    /// The widget of the form, or what is wrong with it.
    fn finished(&self) -> Result<Widget, String> {
        let limit = match self.limit.trim() {
            "" => None,
            text => Some(text.parse::<f64>().map_err(|_| "The limit is not a number".to_owned())?),
        };
        let expression = Some(self.expression.trim().to_owned()).filter(|text| !text.is_empty());
        let widget = Widget { expression, limit, ..self.widget.clone() };
        if widget.title.trim().is_empty() {
            return Err("Give it a title".to_owned());
        }
        widget.check().map_err(|error| error.to_string())?;
        Ok(widget)
    }

    fn ui(&mut self, ui: &mut Ui, state: &State) {
        let widget = &mut self.widget;
        Field::new("Title", &mut widget.title).show(ui);
        ui.horizontal_wrapped(|ui| {
            pick(ui, "Kind", &mut widget.kind, &Kind::ALL);
            if widget.kind.is_plot() {
                pick(ui, "Unit", &mut widget.unit, &Unit::ALL);
                statistic(ui, &mut widget.statistic);
            }
            pick(ui, "Width", &mut widget.width, &WIDTHS);
        });
        if widget.kind == Kind::Text {
            Field::new("Text (Markdown)", &mut widget.text).rows(5).show(ui);
        }
        if widget.kind.is_plot() {
            checkbox(ui, &mut widget.by_model, "One series a model");
            caption(ui, "Metrics");
            metrics(ui, state, widget);
            Field::new("Expression", &mut self.expression).mono().hint("m1 / m2 * 100").show(ui);
            Field::new("Limit", &mut self.limit).mono().width(140.0).show(ui);
        }
    }
}

fn pick<T: PartialEq + Copy>(ui: &mut Ui, name: &str, value: &mut T, options: &[(T, &str)]) {
    let shown = options.iter().find(|(option, _)| option == value).map_or("", |(_, words)| words);
    ui.vertical(|ui| {
        caption(ui, name);
        let response = ComboBox::from_id_salt(("widget", name)).selected_text(shown).width(112.0).show_ui(ui, |ui| {
            for (option, words) in options {
                ui.selectable_value(value, *option, *words);
            }
        });
        response.response.accessible_name(name);
    });
}

fn statistic(ui: &mut Ui, choice: &mut Choice) {
    const CHOSEN: &str = "As chosen above";
    ui.vertical(|ui| {
        caption(ui, "Statistic");
        let shown = choice.name(CHOSEN).to_owned();
        let response = ComboBox::from_id_salt("widget-statistic").selected_text(shown).width(112.0).show_ui(ui, |ui| {
            ui.selectable_value(choice, Choice::Chosen, CHOSEN);
            for name in CHOSEN_STATISTICS {
                ui.selectable_value(choice, Choice::Named(name.to_owned()), name);
            }
        });
        response.response.accessible_name("Statistic");
    });
}

/// Every metric that there is to tick; those that the widget names in more detail stay as they are.
fn metrics(ui: &mut Ui, state: &State, widget: &mut Widget) {
    let dashboard = &state.dashboard;
    let listed = dashboard.listed.value().into_iter().flat_map(|all| all.iter());
    let listed = listed.filter(|one| one.namespace == dashboard.board.namespace).map(|one| one.metric.as_str());
    let names: BTreeSet<&str> = listed.chain(KNOWN).collect();
    scroll_up_to(168.0).id_salt("metrics").auto_shrink([false, true]).show(ui, |ui| {
        for name in names {
            let mut on = widget.metrics.iter().any(|metric| metric.name == name);
            if checkbox(ui, &mut on, name).changed() {
                widget.metrics.retain(|metric| metric.name != name);
                if on {
                    widget.metrics.push(MetricRef::from(name));
                }
            }
        }
    });
    if widget.metrics.len() > 1 {
        let order: Vec<String> = widget.metrics.iter().enumerate().map(|(n, metric)| format!("m{} {}", n + 1, metric.name)).collect();
        hint(ui, order.join(" · "));
    }
}
