//! The dashboards that there are, which one is shown, and changes to a person's own.

use std::sync::Arc;

use super::{DashboardCommand, DashboardEffect, DashboardState, reduce};
use crate::app::state::NoticeLevel;
use crate::app::{Effect, Remote, State};
use crate::base::problem::Problem;
use crate::metrics::dashboard::Dashboard;
use crate::metrics::dashboard::body::name_of;
use crate::metrics::dashboard::edit::Edit;

/// Changes that can be taken back.
const UNDO: usize = 50;

/// Which dashboard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BoardId {
    /// One that the program brings along.
    BuiltIn(String),
    /// A person's own; the name of its file.
    Mine(String),
    /// One that CloudWatch keeps; its name.
    Published(String),
}

/// The dashboards that there are, but for those at CloudWatch.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    /// The one that is shown.
    pub shown: BoardId,
    /// A person's own, by id.
    pub mine: Vec<(String, Arc<Dashboard>)>,
    /// Whether they were read.
    pub is_read: bool,
    /// Files that could not be read.
    pub problems: Vec<Problem>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { shown: BoardId::BuiltIn("bedrock".to_owned()), mine: Vec::new(), is_read: false, problems: Vec::new() }
    }
}

impl Shelf {
    /// The dashboard with this id; `None` for those at CloudWatch, which are read first.
    pub fn board(&self, id: &BoardId) -> Option<Arc<Dashboard>> {
        match id {
            BoardId::BuiltIn(id) => Dashboard::built_in().iter().find(|(one, _)| one == id).map(|(_, board)| board.clone()),
            BoardId::Mine(id) => self.mine.iter().find(|(one, _)| one == id).map(|(_, board)| board.clone()),
            BoardId::Published(_) => None,
        }
    }

    /// Whether the shown one can be changed.
    pub fn is_mine(&self) -> bool {
        matches!(self.shown, BoardId::Mine(_))
    }

    /// An id for a dashboard of this title that no other has.
    fn free_id(&self, title: &str) -> String {
        let stem = name_of(title).to_lowercase();
        let numbered = (2..).map(|n| format!("{stem}-{n}"));
        let is_free = |id: &String| !self.mine.iter().any(|(taken, _)| taken == id);
        std::iter::once(stem.clone()).chain(numbered).find(is_free).unwrap_or(stem)
    }
}

/// A person did something with dashboards as such.
pub fn command(state: &mut State, command: DashboardCommand) -> Vec<Effect> {
    match command {
        DashboardCommand::Open(id) => open(state, id),
        DashboardCommand::Customise => customise(state),
        DashboardCommand::SetEditing(editing) => set_editing(state, editing),
        DashboardCommand::Edit(edit) => self::edit(state, edit),
        DashboardCommand::Undo => undo(state),
        DashboardCommand::Delete(id) => delete(state, &id),
        _ => Vec::new(),
    }
}

/// A person's own dashboards were read.
pub fn loaded(state: &mut State, boards: Vec<(String, Arc<Dashboard>)>, problems: Vec<Problem>) -> Vec<Effect> {
    let shelf = &mut state.dashboard.shelf;
    let fresh: Vec<Problem> = problems.iter().filter(|problem| !shelf.problems.contains(problem)).cloned().collect();
    (shelf.mine, shelf.problems, shelf.is_read) = (boards, problems, true);
    for problem in fresh {
        state.notices.push(NoticeLevel::Warning, problem.what.clone(), Some(problem.full_text()), state.now);
    }
    // The shown one may have been changed by another hand.
    let changed = state.dashboard.shelf.board(&state.dashboard.shelf.shown).filter(|board| *board != state.dashboard.board);
    changed.map_or_else(Vec::new, |board| show(state, board))
}

/// A dashboard at CloudWatch was read.
pub fn read(state: &mut State, name: &str, outcome: Result<Arc<Dashboard>, Problem>) -> Vec<Effect> {
    if state.dashboard.shelf.shown != BoardId::Published(name.to_owned()) {
        return Vec::new();
    }
    match outcome {
        Ok(board) => show(state, board),
        Err(problem) => {
            state.dashboard.plots.iter_mut().for_each(|plot| plot.finish(Err(problem.clone())));
            Vec::new()
        }
    }
}

fn open(state: &mut State, id: BoardId) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    dashboard.editing = false;
    dashboard.undo.clear();
    dashboard.inspected = None;
    let board = dashboard.shelf.board(&id);
    dashboard.shelf.shown = id.clone();
    match (board, id) {
        (Some(board), _) => show(state, board),
        (None, BoardId::Published(name)) => read_published(state, name),
        (None, _) => Vec::new(),
    }
}

/// An empty dashboard until the one at CloudWatch is read.
fn read_published(state: &mut State, name: String) -> Vec<Effect> {
    let empty = Dashboard { title: name.clone(), widgets: Vec::new(), numbers: Vec::new(), ..(*Dashboard::bedrock()).clone() };
    put(&mut state.dashboard, Arc::new(empty));
    state.dashboard.plots = vec![Remote::Loading { previous: None }];
    vec![Effect::Dashboard(DashboardEffect::ReadPublished(name))]
}

/// Shows another dashboard, or the same after a change that needs other data.
fn show(state: &mut State, board: Arc<Dashboard>) -> Vec<Effect> {
    put(&mut state.dashboard, board);
    reduce::fetch(state, false)
}

fn put(dashboard: &mut DashboardState, board: Arc<Dashboard>) {
    dashboard.plots = board.widgets.iter().map(|_| Remote::NotAsked).collect();
    dashboard.numbers.clear();
    dashboard.board = board;
}

fn customise(state: &mut State) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    let title = format!("{} (copy)", dashboard.board.title);
    let board = Arc::new(Dashboard { title, ..(*dashboard.board).clone() });
    let id = dashboard.shelf.free_id(&board.title);
    dashboard.shelf.mine.push((id.clone(), board.clone()));
    dashboard.shelf.shown = BoardId::Mine(id.clone());
    dashboard.board = board.clone();
    dashboard.editing = true;
    dashboard.undo.clear();
    vec![Effect::Dashboard(DashboardEffect::SaveBoard(id, board))]
}

/// Changing begins with a copy where the shown dashboard is not a person's own.
fn set_editing(state: &mut State, editing: bool) -> Vec<Effect> {
    if editing && !state.dashboard.shelf.is_mine() {
        return customise(state);
    }
    state.dashboard.editing = editing;
    Vec::new()
}

fn edit(state: &mut State, edit: Edit) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    if !dashboard.shelf.is_mine() {
        return Vec::new();
    }
    let (board, origins) = edit.apply(&dashboard.board);
    if board == *dashboard.board {
        return Vec::new();
    }
    dashboard.undo.push(dashboard.board.clone());
    let excess = dashboard.undo.len().saturating_sub(UNDO);
    dashboard.undo.drain(..excess);
    let mut old: Vec<_> = std::mem::take(&mut dashboard.plots);
    let taken = |origin: &Option<usize>| origin.and_then(|at| old.get_mut(at)).map_or(Remote::NotAsked, std::mem::take);
    dashboard.plots = origins.iter().map(taken).collect();
    replace(state, board, origins.contains(&None))
}

fn undo(state: &mut State) -> Vec<Effect> {
    let Some(board) = state.dashboard.undo.pop() else { return Vec::new() };
    put(&mut state.dashboard, board.clone());
    replace(state, Arc::unwrap_or_clone(board), true)
}

/// Keeps the changed dashboard; fetches again when a widget needs other data.
fn replace(state: &mut State, board: Dashboard, needs_data: bool) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    let BoardId::Mine(id) = dashboard.shelf.shown.clone() else { return Vec::new() };
    let board = Arc::new(board);
    dashboard.board = board.clone();
    dashboard.shelf.mine.iter_mut().filter(|(one, _)| *one == id).for_each(|(_, kept)| *kept = board.clone());
    // A fetch under way is for other places: its answer must not be taken.
    let again = needs_data || dashboard.is_loading();
    let mut effects = vec![Effect::Dashboard(DashboardEffect::SaveBoard(id, board))];
    effects.extend(if again { reduce::fetch(state, false) } else { Vec::new() });
    effects
}

fn delete(state: &mut State, id: &str) -> Vec<Effect> {
    state.dashboard.shelf.mine.retain(|(one, _)| one != id);
    let mut effects = vec![Effect::Dashboard(DashboardEffect::DeleteBoard(id.to_owned()))];
    if state.dashboard.shelf.shown == BoardId::Mine(id.to_owned()) {
        effects.extend(open(state, Shelf::default().shown));
    }
    effects
}
