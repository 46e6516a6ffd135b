//! What the columns of a block say about a record's fields, so that most terms of a search are judged without reading the record.

use std::borrow::Cow;

use super::field::{Field, Scalar};
use super::filter::OK;
use super::query::Term;
use super::record::principal_name;
use super::store::Block;
use super::store::column::Cell;
use crate::models::{self, Tokens};

/// A record in its block.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) block: &'a Block,
    pub(super) row: usize,
    pub(super) line: &'a str,
}

/// The columns do not tell: the record itself must be read.
struct Unknown;

type Told<T> = Result<T, Unknown>;

impl<'a> Place<'a> {
    /// Whether a term over a field lets the record pass; `None` where the record itself must be read.
    pub(super) fn judges(self, field: &Field, term: &Term) -> Option<bool> {
        if !self.block.is_record(self.row) {
            return None;
        }
        let value = self.value(field).ok()?;
        Some(value.is_some_and(|value| term.test.holds(&value)) == term.wanted)
    }

    fn value(self, field: &Field) -> Told<Option<Scalar<'a>>> {
        match field.name() {
            "tokens" => Ok(self.tokens()?.map(|tokens| Scalar::Number((tokens.input + tokens.output) as f64))),
            "cost" => self.cost(),
            "principal" => Ok(self.text("identity.arn")?.map(|arn| Scalar::Text(shortened(arn)))),
            "error" => Ok(self.error()?.map(Scalar::Text)),
            "result" => Ok(Some(Scalar::Text(self.error()?.unwrap_or(Cow::Borrowed(OK))))),
            // Other shapes of replies tell it elsewhere.
            "latency" => match self.cell("output.outputBodyJson.metrics.latencyMs")? {
                Some(Scalar::Number(ms)) => Ok(Some(Scalar::Number(ms))),
                _ => Err(Unknown),
            },
            _ => self.plain(field),
        }
    }

    /// A field that is one column.
    fn plain(self, field: &Field) -> Told<Option<Scalar<'a>>> {
        let path = field.column().ok_or(Unknown)?;
        match field {
            Field::Path(_) => self.cell(path),
            Field::Known(_) if field.is_number() => Ok(self.count(path)?.map(|count| Scalar::Number(count as f64))),
            // A record without one has an empty text for some of these.
            Field::Known(_) => self.text(path)?.map(|text| Some(Scalar::Text(text))).ok_or(Unknown),
        }
    }

    /// The value at a path; nothing when the record surely has none.
    fn cell(self, path: &str) -> Told<Option<Scalar<'a>>> {
        let cell = self.block.column(path).map_or(Cell::Nothing, |column| column.cell(self.row));
        match cell {
            Cell::Number(number) => Ok(Some(Scalar::Number(number))),
            Cell::Truth(truth) => Ok(Some(Scalar::Flag(truth))),
            Cell::Text(text) => Ok(Some(Scalar::Text(text))),
            Cell::Structure(_) => Err(Unknown),
            // Fields behind the two hundredth have no column either: only a line without the name is sure not to have the field.
            Cell::Nothing => {
                let name = path.rsplit('.').next().unwrap_or(path);
                let is_absent = memchr::memmem::find(self.line.as_bytes(), format!("\"{name}\"").as_bytes()).is_none();
                if is_absent { Ok(None) } else { Err(Unknown) }
            }
        }
    }

    fn text(self, path: &str) -> Told<Option<Cow<'a, str>>> {
        match self.cell(path)? {
            Some(Scalar::Text(text)) => Ok(Some(text)),
            None => Ok(None),
            Some(_) => Err(Unknown),
        }
    }

    /// An empty error code is no error.
    fn error(self) -> Told<Option<Cow<'a, str>>> {
        Ok(self.text("errorCode")?.filter(|code| !code.is_empty()))
    }

    fn count(self, path: &str) -> Told<Option<u64>> {
        match self.cell(path)? {
            Some(Scalar::Number(count)) if count >= 0.0 && count.fract() == 0.0 => Ok(Some(count as u64)),
            None => Ok(None),
            Some(_) => Err(Unknown),
        }
    }

    /// Unknown counts as zero; nothing when neither side is counted.
    fn tokens(self) -> Told<Option<Tokens>> {
        let (input, output) = (self.count("input.inputTokenCount")?, self.count("output.outputTokenCount")?);
        let (input, output) = match (input, output) {
            (None, None) => return Ok(None),
            (input, output) => (input.unwrap_or_default(), output.unwrap_or_default()),
        };
        Ok(Some(Tokens { input, output, cache_read: 0, cache_write: 0 }))
    }

    fn cost(self) -> Told<Option<Scalar<'a>>> {
        let Some(tokens) = self.tokens()? else { return Ok(None) };
        let cache_read = self.count("input.cacheReadInputTokenCount")?.unwrap_or_default();
        let cache_write = self.count("input.cacheWriteInputTokenCount")?.unwrap_or_default();
        let Some(model) = self.text("modelId")? else { return Err(Unknown) };
        Ok(models::cost(&model, Tokens { cache_read, cache_write, ..tokens }).map(Scalar::Number))
    }
}

fn shortened(arn: Cow<'_, str>) -> Cow<'_, str> {
    match arn {
        Cow::Borrowed(arn) => Cow::Borrowed(principal_name(arn)),
        Cow::Owned(arn) => Cow::Owned(principal_name(&arn).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::Source;
    use super::super::query::Query;
    use super::super::store::{Entry, Store};
    use serde_json::json;

    /// Records of every sort: failed, cached, without counts, with counts that are none, with the latency of other shapes.
    fn store() -> Store {
        let record = |n: u64| {
            let model = ["anthropic.claude-3-haiku-20240307-v1:0", "none.such"][n as usize % 2];
            let mut record = json!({"schemaType": "ModelInvocationLog", "requestId": format!("r{n}"), "operation": "Converse",
                "modelId": model,
                "identity": {"arn": format!("arn:aws:sts::123456789012:assumed-role/R/ann{}", n % 3)},
                "input": {"inputTokenCount": n * 10, "inputContentType": "application/json"},
                "output": {"outputTokenCount": n, "outputBodyJson": {"metrics": {"latencyMs": n * 100}, "stopReason": "end_turn"}}});
            match n % 8 {
                1 => record["errorCode"] = json!("ThrottlingException"),
                2 => record["errorCode"] = json!(""),
                3 => record["input"]["cacheReadInputTokenCount"] = json!(1_000),
                4 => record["output"] = json!({"outputBodyJson": [{"amazon-bedrock-invocationMetrics": {"invocationLatency": 700}}]}),
                5 => record["input"] = json!({"inputTokenCount": "many"}),
                6 => record["note"] = json!("\"errorCode\" \"cacheReadInputTokenCount\" are only words here"),
                _ => {}
            }
            record.to_string()
        };
        let raw = ["plain".to_owned(), "{broken".to_owned()];
        let lines = (0..64).map(record).chain(raw);
        Store::default().with(lines.enumerate().map(|(n, line)| Entry::new(&n.to_string(), n as i64, &line)).collect())
    }

    #[test]
    fn columns_judge_as_the_records_themselves_do() {
        let store = store();
        for text in [
            "tokens:>=120",
            "tokens:<5",
            "-tokens:>1",
            "cost:>0.0001",
            "cost:<0.00001",
            "-cost:>0",
            "principal:ann1",
            "-principal:ann1",
            "result:ok",
            "result:Throttling",
            "-result:ok",
            "error:*",
            "-error:*",
            "latency:>3000",
            "latency:<=700",
            "-latency:>100",
            "model:haiku",
            "in:>100",
            "out:<3",
            "cached:>10",
            "requestId:r7",
            "stop:end_turn",
            "input.inputTokenCount:many",
        ] {
            let query = Query::new(text);
            let filter = super::super::filter::Filter { text: text.to_owned(), ..Default::default() };
            let view = super::super::view::View::build(store.clone().into(), filter, None);
            let expected: Vec<u32> = (0..store.len())
                .rev()
                .filter(|index| query.passes(Source::of(&store.get(*index).unwrap())))
                .map(|index| index as u32)
                .collect();
            assert_eq!(view.rows, expected, "{text}");
        }
    }
}
