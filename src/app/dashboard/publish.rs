//! Dashboards at CloudWatch: which there are, putting the shown one there, deleting one.

use super::{BoardId, DashboardCommand, DashboardEffect};
use crate::app::state::NoticeLevel;
use crate::app::{Effect, Remote, State};
use crate::base::problem::Problem;
use crate::metrics::dashboard::body::{Account, name_of, write};
use crate::metrics::dashboard::plan::MODEL;

/// Dashboards at CloudWatch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Publishing {
    /// Their names.
    pub names: Remote<Vec<String>>,
    /// What is being put or deleted.
    pub change: Remote<()>,
    /// What the newest change was, told when it succeeds.
    pub doing: String,
}

/// A person did something with dashboards at CloudWatch.
pub fn command(state: &mut State, command: DashboardCommand) -> Vec<Effect> {
    match command {
        DashboardCommand::ListPublished => list(state),
        DashboardCommand::Publish => publish(state),
        DashboardCommand::Unpublish(name) => unpublish(state, name),
        _ => Vec::new(),
    }
}

fn list(state: &mut State) -> Vec<Effect> {
    state.dashboard.publishing.names.start();
    vec![Effect::Dashboard(DashboardEffect::ListPublished)]
}

fn publish(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.connection.environment() else { return Vec::new() };
    let dashboard = &state.dashboard;
    let listed = dashboard.listed.value().map_or(&[][..], |listed| listed.as_slice());
    let models: std::collections::BTreeSet<String> = listed.iter().filter_map(|one| one.dimensions.get(MODEL).cloned()).collect();
    let models: Vec<String> = models.into_iter().collect();
    let region = environment.region.clone();
    let account = Account { region: &region, log_group: state.logs.group(), models: &models, listed, chosen: dashboard.statistic };
    let written = write(&dashboard.board, account);
    let name = match &dashboard.shelf.shown {
        BoardId::Published(name) => name.clone(),
        _ => name_of(&dashboard.board.title),
    };
    let publishing = &mut state.dashboard.publishing;
    publishing.change.start();
    publishing.doing = told(&name, &written.left_out);
    let body = written.body.to_string();
    vec![Effect::Dashboard(DashboardEffect::Publish { name, body, account: account_id(state) })]
}

fn account_id(state: &State) -> String {
    state.connection.current.value().map(|connected| connected.account.clone()).unwrap_or_default()
}

fn told(name: &str, left_out: &[String]) -> String {
    let rest = if left_out.is_empty() { String::new() } else { format!(". Not there: {}", left_out.join("; ")) };
    format!("The dashboard {name} is in CloudWatch{rest}")
}

fn unpublish(state: &mut State, name: String) -> Vec<Effect> {
    let publishing = &mut state.dashboard.publishing;
    publishing.change.start();
    publishing.doing = format!("The dashboard {name} is deleted from CloudWatch");
    let account = account_id(state);
    let mut effects = vec![Effect::Dashboard(DashboardEffect::Unpublish { name: name.clone(), account })];
    if state.dashboard.shelf.shown == BoardId::Published(name) {
        effects.extend(super::boards::command(state, DashboardCommand::Open(super::Shelf::default().shown)));
    }
    effects
}

/// A change at CloudWatch ended: tell, and list again.
pub fn changed(state: &mut State, outcome: Result<(), Problem>) -> Vec<Effect> {
    let (level, words, details) = match &outcome {
        Ok(()) => (NoticeLevel::Info, state.dashboard.publishing.doing.clone(), None),
        Err(problem) => (NoticeLevel::Error, problem.what.clone(), Some(problem.full_text())),
    };
    state.notices.push(level, words, details, state.now);
    state.dashboard.publishing.change.finish(outcome);
    list(state)
}
