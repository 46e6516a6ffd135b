//! What a query asks for in broad strokes, read off its commands: for those who judge queries rather than run them.

use super::ast::{Command, Expr, Node, Operator, Pattern, Query};
use super::value::Value;

/// What a query asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gist {
    /// Texts and regular expressions that events must contain.
    pub keywords: Vec<String>,
    /// Whether its rows are events, not groups of `stats`.
    pub lists_events: bool,
    /// Whether it asks for the newest first, by `sort @timestamp desc` before anything else.
    pub newest_first: bool,
    /// How many rows it asks for at most.
    pub limit: Option<usize>,
}

impl Query {
    /// What the query asks for in broad strokes.
    pub fn gist(&self) -> Gist {
        let mut gist = Gist { lists_events: true, ..Gist::default() };
        for command in &self.commands {
            gist.take(command);
        }
        gist
    }
}

impl Gist {
    fn take(&mut self, command: &Command) {
        match command {
            Command::Filter(expr) => self.demand(expr),
            Command::Stats(_) => self.lists_events = false,
            Command::Sort(keys) => {
                let first = keys.first();
                self.newest_first =
                    first.is_some_and(|(expr, descends)| *descends && matches!(&expr.node, Node::Field(name) if name == "@timestamp"));
            }
            Command::Limit { count, .. } => self.limit = Some(self.limit.map_or(*count, |least| least.min(*count))),
            _ => {}
        }
    }

    /// What an expression demands to be contained. What it denies is no keyword.
    fn demand(&mut self, expr: &Expr) {
        match &expr.node {
            Node::Binary(Operator::And | Operator::Or, left, right) => {
                self.demand(left);
                self.demand(right);
            }
            Node::Binary(_, left, right) => {
                for side in [left, right] {
                    if matches!(side.node, Node::Call(..)) {
                        self.demand(side);
                    }
                }
            }
            Node::Like(_, pattern) => self.keywords.push(match pattern.as_ref() {
                Pattern::Text(text) => text.clone(),
                Pattern::Regex(regex) => regex.as_str().to_owned(),
            }),
            Node::Call(function, arguments) if function.entry.name == "strcontains" => {
                if let Some(Node::Literal(text @ Value::Text(_))) = arguments.get(1).map(|argument| &argument.node) {
                    self.keywords.push(text.as_text().into_owned());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gist(text: &str) -> Gist {
        Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).gist()
    }

    #[test]
    fn keywords_are_what_events_must_contain() {
        for (text, keyword) in [
            ("filter @message like \"refund\"", "refund"),
            ("fields @message | filter @message like /(?i)cloudwatch/ | limit 5", "(?i)cloudwatch"),
            ("filter ispresent(modelId) and @message =~ /x/", "x"),
            ("filter strcontains(@message, \"a b\")", "a b"),
            ("filter strcontains(@message, \"a b\") = 1", "a b"),
        ] {
            assert_eq!(gist(text).keywords, [keyword], "{text}");
        }
        for text in ["filter modelId = \"x\"", "filter @message not like /x/", "filter not (@message like /x/)", "stats count(*)"] {
            assert!(gist(text).keywords.is_empty(), "{text}");
        }
    }

    #[test]
    fn the_latest_events_are_a_sorted_list_with_a_limit() {
        let latest = gist("fields @timestamp, modelId | filter ispresent(modelId) | sort @timestamp desc | limit 20");
        assert_eq!(latest, Gist { keywords: Vec::new(), lists_events: true, newest_first: true, limit: Some(20) });
        assert!(!gist("fields @timestamp | sort @timestamp asc | limit 20").newest_first);
        assert!(!gist("fields @timestamp | sort modelId desc | limit 20").newest_first);
        assert!(!gist("stats count(*) by modelId").lists_events);
    }
}
