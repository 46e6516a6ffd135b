//! Two Logs Insights queries over the invocation log: one that finds a keyword, one that lists the latest invocations. Run by the person, or here.

use std::sync::atomic::AtomicBool;

use async_trait::async_trait;

use super::{found, records};
use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::error::AwsError;
use crate::aws::logs::{EventPage, FilterLogEvents};
use crate::aws::operation::PlannedCall;
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::base::text::{count, one_line};
use crate::insights::{DEFAULT_LIMIT, Event, Line, Pointer, Query};
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::deeds::{Deed, Ran, What};
use crate::lab::facts::Facts;
use crate::lab::form::{Field, FieldKind, Note, Values};
use crate::lab::status::Verdict;
use crate::models;

/// See the module.
pub struct RunQueries;

/// Pages of events that are fetched for the two queries.
const MAX_PAGES: usize = 10;

const FIELDS: [Field; 1] = [Field::new("keyword", "Keyword", FieldKind::Text, "A word that occurs in a prompt or a reply of yours")];

/// What a query is for this step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Keyword,
    Latest,
}

/// Which of the two a query is; one that finds a keyword is not a list of the latest.
fn kind(text: &str) -> Option<Kind> {
    let gist = Query::parse(text).ok()?.gist();
    if !gist.keywords.is_empty() {
        return Some(Kind::Keyword);
    }
    (gist.lists_events && gist.newest_first && gist.limit.is_some()).then_some(Kind::Latest)
}

fn keyword_query(values: &Values) -> String {
    let word = regex::escape(values.text("keyword")).replace('/', "\\/");
    format!("fields @timestamp, modelId, @message\n| filter @message like /(?i){word}/\n| limit 20")
}

const LATEST_QUERY: &str = "fields @timestamp, modelId, operation, input.inputTokenCount, output.outputTokenCount\n| filter ispresent(modelId)\n| sort @timestamp desc\n| limit 20";

fn ask(group: &str, since: Timestamp) -> FilterLogEvents {
    FilterLogEvents {
        log_group_name: group.to_owned(),
        start_ms: Some(since.as_millisecond()),
        limit: Some(10_000),
        ..FilterLogEvents::default()
    }
}

#[async_trait]
impl Action for RunQueries {
    fn name(&self) -> &'static str {
        "run-queries"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn hidden_keys(&self) -> &'static [&'static str] {
        &["log_group"]
    }

    fn judge(&self, values: &Values, _facts: &Facts) -> Vec<Note> {
        match values.text("keyword") {
            "" => vec![Note::problem("keyword", "Write a word to look for")],
            _ => Vec::new(),
        }
    }

    fn plan(&self, values: &Values, _facts: &Facts) -> Vec<PlannedCall> {
        vec![PlannedCall::of(&ask(values.text("log_group"), timestamp_ms(0)))]
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Run both queries here"
    }

    fn patience_secs(&self) -> u64 {
        60
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        let group = cx.values.text("log_group");
        cx.say(format!("Reading {group}"));
        let since = timestamp_ms(records::logging_since(cx) * 1_000);
        let events = events(cx, group, since).await?;
        for text in [keyword_query(cx.values), LATEST_QUERY.to_owned()] {
            cx.say(format!("Running {}", one_line(&text, 80)));
            let rows = run(cx, &text, events.clone(), since)?;
            let what = What::Query { text, ran: Ran::Here, groups: vec![group.to_owned()], rows: rows as u64 };
            cx.deeds.add(&Deed { at: cx.clock.now(), what }).map_err(|error| unwritten(&error))?;
        }
        Ok(())
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let Some(config) = cx.run(GetModelInvocationLoggingConfiguration {}).await? else {
            return Ok(Verdict::not_yet("Invocation logging is off, so there is nothing to query", "Do the step Invocation logging first"));
        };
        let group = config.cloud_watch.map(|destination| destination.log_group).unwrap_or_default();
        let deeds = cx.deeds.since(timestamp_ms(records::logging_since(cx) * 1_000));
        Ok(judge(&deeds, &group))
    }
}

/// Whether both queries were run over the group and found something.
fn judge(deeds: &[Deed], group: &str) -> Verdict {
    let newest = |wanted: Kind| {
        deeds.iter().rev().find_map(|deed| match &deed.what {
            What::Query { text, rows, groups, ran } if *rows > 0 && groups.iter().any(|of| of == group) && kind(text) == Some(wanted) => {
                let place = if *ran == Ran::CloudWatch { "in CloudWatch" } else { "in this program" };
                Some(format!("{}, {place}: {}", count(*rows, "row"), one_line(text, 120)))
            }
            _ => None,
        })
    };
    let write = "Open Insights and run the two queries of the text, or press the button here";
    match (newest(Kind::Keyword), newest(Kind::Latest)) {
        (Some(keyword), Some(latest)) => Verdict::passed([format!("Found a keyword: {keyword}"), format!("Listed the latest: {latest}")]),
        (None, None) => Verdict::not_yet(format!("Neither query was run over {group} with a result so far"), write),
        (None, _) => Verdict::not_yet("No query that finds a keyword was run with a result so far: filter @message like …", write),
        (_, None) => Verdict::not_yet(
            "No query that lists the latest invocations was run with a result so far: without stats, sort @timestamp desc, with a limit",
            write,
        ),
    }
}

async fn events(cx: &Cx<'_>, group: &str, since: Timestamp) -> Result<Vec<Event>, AwsError> {
    let (mut ask, mut events, log): (_, Vec<Event>, Line) = (ask(group, since), Vec::new(), format!("{}:{group}", cx.facts.account).into());
    for _ in 0..MAX_PAGES {
        let EventPage { events: page, next_token } = found(cx.run(ask.clone()).await)?.unwrap_or_default();
        events.extend(page.into_iter().map(|event| Event {
            at_ms: event.timestamp_ms,
            ingested_ms: event.ingestion_ms,
            stream: event.stream.into(),
            log: log.clone(),
            message: event.message.into(),
            pointer: Pointer::None,
        }));
        ask.next_token = next_token;
        if ask.next_token.is_none() {
            break;
        }
    }
    Ok(events)
}

/// Rows of the query's result.
fn run(cx: &Cx<'_>, text: &str, events: Vec<Event>, since: Timestamp) -> Result<usize, ApplyError> {
    let query =
        Query::parse(text).map_err(|error| ApplyError::refused("The query cannot be read", error.message, "Choose another keyword"))?;
    let now_ms = cx.clock.now_ms();
    let results = query.run(events, (since.as_millisecond(), now_ms), now_ms, DEFAULT_LIMIT, &AtomicBool::new(false));
    Ok(results.map_or(0, |results| results.rows.len()))
}

/// What was done cannot be written down.
pub(super) fn unwritten(error: &std::io::Error) -> ApplyError {
    ApplyError::refused("What was done cannot be written down", error.to_string(), "Make room on the disk, then run the step again")
}

/// The short name of the model, for evidence.
pub(super) fn model_name(id: &str) -> String {
    models::short_name(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str, group: &str, rows: u64) -> Deed {
        let what = What::Query { text: text.to_owned(), ran: Ran::CloudWatch, groups: vec![group.to_owned()], rows };
        Deed { at: timestamp_ms(1_000), what }
    }

    #[test]
    fn queries_are_judged_by_what_they_ask_for() {
        let values = [("keyword", "cloud/watch")].into_iter().collect();
        assert_eq!((kind(&keyword_query(&values)), kind(LATEST_QUERY)), (Some(Kind::Keyword), Some(Kind::Latest)));
        assert_eq!(kind("fields @message | sort @timestamp desc"), None, "a list of all is not the latest few");
        assert_eq!(kind("filter @message like /x/ | sort @timestamp desc | limit 5"), Some(Kind::Keyword));
        assert_eq!([kind("stats count(*) by modelId"), kind("fliter x")], [None, None]);
    }

    #[test]
    fn both_must_have_found_something_in_the_group() {
        let keyword = |group, rows| query("filter @message like \"refund\"", group, rows);
        let latest = |group, rows| query(LATEST_QUERY, group, rows);
        assert!(judge(&[keyword("g", 2), latest("g", 3)], "g").is_done());
        for deeds in [vec![], vec![keyword("g", 2)], vec![keyword("g", 0), latest("g", 3)], vec![keyword("other", 2), latest("g", 3)]] {
            assert!(!judge(&deeds, "g").is_done(), "{deeds:?}");
        }
    }
}
