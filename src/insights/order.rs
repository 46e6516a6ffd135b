//! What must come before and after what in a query.

use super::ast::{Command, Expr, Node, Stats};
use super::error::QueryError;
use super::parser::Placed;

/// Most `stats` of a query.
const MAX_STATS: usize = 10;

/// What is wrong with the order of the commands.
pub(super) fn check_order(commands: &[Placed]) -> Vec<QueryError> {
    let mut errors = Vec::new();
    let last_stats = commands.iter().rposition(|(_, command)| matches!(command, Command::Stats(_)));
    let count = |is: fn(&Command) -> bool, upto: usize| commands[..upto].iter().filter(|(_, command)| is(command)).count();
    for (index, (span, command)) in commands.iter().enumerate() {
        let before = &commands[..index];
        let has = |is: fn(&Command) -> bool| before.iter().any(|(_, command)| is(command));
        let wrong = match command {
            _ if has(|command| matches!(command, Command::Dedup(_))) && !matches!(command, Command::Limit { .. }) => {
                Some("Only limit may follow dedup")
            }
            Command::Sort(_) | Command::Limit { .. } if last_stats.is_some_and(|last| index < last) => {
                Some("sort and limit must come after the last stats")
            }
            Command::Stats(_) if count(|command| matches!(command, Command::Stats(_)), index) >= MAX_STATS => {
                Some("A query can have at most 10 stats")
            }
            Command::Source(_) if index > 0 => Some("SOURCE must be the first command"),
            Command::Diff(_) if !matches!(before.last(), Some((_, Command::Pattern(_)))) => Some("diff must follow pattern"),
            Command::Pattern(_) if has(|command| matches!(command, Command::Pattern(_))) => Some("A query can have one pattern"),
            Command::Join(_) if has(|command| matches!(command, Command::Join(_))) => Some("A query can have one join"),
            Command::FillMissing(_) if !has(is_by_bin) => Some("fillmissing needs a stats … by bin(…) before it"),
            _ => None,
        };
        errors.extend(wrong.map(|wrong| QueryError::new(span.clone(), wrong)));
        if let Command::Stats(stats) = command {
            errors.extend(unknown_names(stats, before));
        }
    }
    errors
}

fn is_by_bin(command: &Command) -> bool {
    matches!(command, Command::Stats(stats) if stats.by.iter().any(|named| is_bin(&named.expr)))
}

/// Whether the expression is `bin(…)`.
pub(super) fn is_bin(expr: &Expr) -> bool {
    matches!(&expr.node, Node::Call(function, _) if function.entry.name == "bin")
}

/// What a later `stats` names that the one before, and what follows it, does not define.
fn unknown_names(stats: &Stats, before: &[Placed]) -> Vec<QueryError> {
    let Some(last) = before.iter().rposition(|(_, command)| matches!(command, Command::Stats(_))) else { return Vec::new() };
    let known: Vec<&String> = before[last..].iter().flat_map(|(_, command)| command.defines()).collect();
    let is_known =
        |name: &str| known.iter().any(|held| *held == name || name.strip_prefix(held.as_str()).is_some_and(|rest| rest.starts_with('.')));
    let mut errors = Vec::new();
    for named in stats.by.iter().chain(&stats.values) {
        named.expr.names(&mut |expr| match &expr.node {
            Node::Field(name) if !is_known(name) => {
                errors.push(QueryError::new(expr.span.clone(), format!("{name} is not a field of the stats before")));
            }
            _ if is_bin(expr) => {
                let text = "bin works on @timestamp, which is gone behind a stats: use datefloor on a field of it";
                errors.push(QueryError::new(expr.span.clone(), text));
            }
            _ => {}
        });
    }
    errors
}
