//! What invocations cost: of the loaded records by caller, of the metrics by model. Unknown prices are counted, never taken as nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::logs::record::principal_name;
use crate::logs::store::block::Block;
use crate::logs::store::column::{Cell, Column};
use crate::logs::{InvocationRecord, Store};
use crate::metrics::series::Plotted;
use crate::models::{self, Tokens};

/// Prompts kept for the table of the latest ones.
const LATEST: usize = 50;

/// What the loaded records of a time say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Accounts {
    /// Invocation records of the time.
    pub records: u64,
    /// Time of the oldest and of the newest loaded event, milliseconds since the epoch.
    pub loaded: Option<(i64, i64)>,
    /// The newest records, newest first.
    pub latest: Vec<Latest>,
    /// Callers, the most expensive first.
    pub principals: Vec<Spent>,
}

/// A record as a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Latest {
    /// When, milliseconds since the epoch.
    pub at_ms: i64,
    /// Id of the request.
    pub request_id: String,
    /// The model as logged.
    pub model_id: String,
    /// `Converse`, `InvokeModel`, ….
    pub operation: String,
    /// What was asked, shortened; `None` when the log has no text.
    pub prompt: Option<String>,
    /// Error code of a failed call.
    pub error: Option<String>,
    /// Input tokens.
    pub input: Option<u64>,
    /// Output tokens.
    pub output: Option<u64>,
    /// Milliseconds to the last token.
    pub latency_ms: Option<u64>,
    /// US dollars; `None` without a price or without counts.
    pub cost: Option<f64>,
    /// The caller, without account.
    pub principal: String,
}

/// What a caller or a model used and what it cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spent {
    /// The caller, or the model's id.
    pub name: String,
    /// Answered requests.
    pub requests: u64,
    /// Failed requests.
    pub failed: u64,
    /// Tokens.
    pub tokens: Tokens,
    /// US dollars of what has a price.
    pub cost: f64,
    /// Whether something has no price.
    pub is_unpriced: bool,
}

impl Accounts {
    /// Goes through the records of `store` in `window` (milliseconds since the epoch, the end excluded): sums from the columns, only the newest
    /// records are opened.
    pub fn of(store: &Store, window: (i64, i64)) -> Self {
        let mut accounts = Self { loaded: store.extent(), ..Self::default() };
        let mut callers: HashMap<String, Spent> = HashMap::new();
        let touches = |block: &&Arc<Block>| block.extent().is_some_and(|(from, to)| from < window.1 && to >= window.0);
        for block in store.blocks().iter().filter(touches) {
            let columns = Columns::of(block);
            for row in (0..block.len()).filter(|row| block.is_record(*row) && (window.0..window.1).contains(&block.at_ms(*row))) {
                accounts.records += 1;
                let arn = columns.text(PRINCIPAL, row);
                let name = arn.as_deref().map_or("unknown", principal_name);
                match callers.get_mut(name) {
                    Some(spent) => spent.add(&columns, row),
                    None => callers
                        .entry(name.to_owned())
                        .or_insert_with(|| Spent { name: name.to_owned(), ..Spent::default() })
                        .add(&columns, row),
                }
            }
        }
        let newest = store.newest().skip_while(|entry| entry.at_ms >= window.1).take_while(|entry| entry.at_ms >= window.0);
        accounts.latest = newest.filter_map(|entry| entry.record().map(|record| latest(entry.at_ms, record))).take(LATEST).collect();
        accounts.principals = by_cost(callers.into_values());
        accounts
    }
}

/// The fields that matter for cost, by their place in [`Columns`].
const FIELDS: [&str; 7] = [
    "identity.arn",
    "modelId",
    "errorCode",
    "input.inputTokenCount",
    "output.outputTokenCount",
    "input.cacheReadInputTokenCount",
    "input.cacheWriteInputTokenCount",
];
const PRINCIPAL: usize = 0;
const MODEL: usize = 1;
const ERROR: usize = 2;

/// The columns of a block with the fields that matter for cost.
struct Columns<'a>([Option<Column<'a>>; 7]);

impl<'a> Columns<'a> {
    fn of(block: &'a Block) -> Self {
        Self(FIELDS.map(|field| block.column(field)))
    }

    fn text(&self, field: usize, row: usize) -> Option<Cow<'a, str>> {
        match self.0[field].as_ref()?.cell(row) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    fn count(&self, field: usize, row: usize) -> u64 {
        match self.0[field].as_ref().map(|column| column.cell(row)) {
            Some(Cell::Number(count)) => count.max(0.0) as u64,
            _ => 0,
        }
    }
}

fn latest(at_ms: i64, record: &InvocationRecord) -> Latest {
    Latest {
        at_ms,
        request_id: record.request_id.to_string(),
        model_id: record.model_id.to_string(),
        operation: record.operation.to_string(),
        prompt: record.prompt.as_deref().map(|prompt| prompt.chars().take(160).collect()),
        error: record.error_code.as_deref().map(str::to_owned),
        input: record.input_tokens,
        output: record.output_tokens,
        latency_ms: record.latency_ms,
        cost: record.cost(),
        principal: record.principal.as_deref().map_or("", principal_name).to_owned(),
    }
}

impl Spent {
    fn add(&mut self, columns: &Columns<'_>, row: usize) {
        if columns.text(ERROR, row).is_some_and(|code| !code.is_empty()) {
            self.failed += 1;
            return;
        }
        self.requests += 1;
        let [input, output, cache_read, cache_write] = [3, 4, 5, 6].map(|field| columns.count(field, row));
        self.tokens.input += input;
        self.tokens.output += output;
        self.tokens.cache_read += cache_read;
        self.tokens.cache_write += cache_write;
        let model = columns.text(MODEL, row).unwrap_or_default();
        self.charge(&model, Tokens { input, output, cache_read, cache_write });
    }

    /// Adds the price of `tokens` of a model, or notes that there is none.
    fn charge(&mut self, model_id: &str, tokens: Tokens) {
        match models::cost(model_id, tokens) {
            Some(cost) => self.cost += cost,
            None => self.is_unpriced = true,
        }
    }
}

fn by_cost(all: impl Iterator<Item = Spent>) -> Vec<Spent> {
    let mut all: Vec<Spent> = all.collect();
    all.sort_by(|a, b| b.cost.total_cmp(&a.cost).then_with(|| b.requests.cmp(&a.requests)).then_with(|| a.name.cmp(&b.name)));
    all
}

/// What each model used and cost by its token metrics, the most expensive first.
pub fn by_model(data: &Plotted) -> Vec<Spent> {
    let mut models: BTreeMap<&str, Spent> = BTreeMap::new();
    for series in &data.series {
        let spent = models.entry(&series.model).or_insert_with(|| Spent { name: series.model.clone(), ..Spent::default() });
        let sum = series.sum().max(0.0).round() as u64;
        match series.metric.as_str() {
            "Invocations" => spent.requests += sum,
            "InputTokenCount" => spent.tokens.input += sum,
            "OutputTokenCount" => spent.tokens.output += sum,
            "CacheReadInputTokens" => spent.tokens.cache_read += sum,
            "CacheWriteInputTokens" => spent.tokens.cache_write += sum,
            _ => {}
        }
    }
    let charged = models.into_iter().map(|(model, mut spent)| {
        spent.charge(model, spent.tokens);
        spent
    });
    by_cost(charged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Entry;
    use crate::metrics::series::{Point, Series};

    fn line(model: &str, who: &str, input: u64, failed: bool) -> String {
        let error = if failed { ",\"errorCode\":\"ThrottlingException\"" } else { "" };
        format!(
            "{{\"schemaType\":\"ModelInvocationLog\",\"timestamp\":\"2026-11-23T12:00:00Z\",\"requestId\":\"{who}{input}\",\"operation\":\"Converse\",\
             \"modelId\":\"{model}\",\"identity\":{{\"arn\":\"arn:aws:sts::123456789012:assumed-role/{who}\"}},\
             \"input\":{{\"inputTokenCount\":{input}}},\"output\":{{\"outputTokenCount\":0}}{error}}}"
        )
    }

    #[test]
    fn callers_are_charged_for_what_they_used_and_unknown_prices_are_noted() {
        let haiku = "global.anthropic.claude-haiku-4-5-20251001-v1:0";
        let lines = [
            line(haiku, "a/x", 2_000_000, false),
            line(haiku, "b/y", 1_000_000, false),
            line("meta.unheard-of", "b/y", 7, false),
            line(haiku, "b/y", 9, true),
        ];
        let entries = lines.iter().enumerate().map(|(n, line)| Entry::new(&n.to_string(), n as i64 * 10, line));
        let store = Store::default().with(entries.collect());
        let accounts = Accounts::of(&store, (0, 1_000));
        let told: Vec<_> = accounts.principals.iter().map(|s| (s.name.as_str(), s.requests, s.failed, s.cost, s.is_unpriced)).collect();
        assert_eq!(told, [("assumed-role/a/x", 1, 0, 2.0, false), ("assumed-role/b/y", 2, 1, 1.0, true)]);
        assert_eq!((accounts.records, accounts.latest[0].error.as_deref()), (4, Some("ThrottlingException")));
        assert_eq!(Accounts::of(&store, (10, 20)).records, 1);
    }

    #[test]
    fn models_are_charged_by_their_metrics() {
        let series = |metric: &str, model: &str, value: f64| Series {
            metric: metric.to_owned(),
            model: model.to_owned(),
            points: vec![Point { at_ms: 0, value }, Point { at_ms: 60_000, value }],
            part: 0,
        };
        let regional = "us.anthropic.claude-sonnet-4-6";
        let data = Plotted {
            series: vec![
                series("InputTokenCount", regional, 500_000.0),
                series("CacheReadInputTokens", regional, 500_000.0),
                series("InputTokenCount", "meta.unheard-of", 1.0),
            ],
            ..Plotted::default()
        };
        let spent = by_model(&data);
        assert!((spent[0].cost - 1.1 * (3.0 + 0.3)).abs() < 1e-9, "{spent:?}");
        assert_eq!((spent[1].cost, spent[1].is_unpriced), (0.0, true));
    }
}
