//! Any bytes as a file of records, packed or not: every line is kept, searched, shown, compared and exported; never a panic.
#![no_main]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use libfuzzer_sys::fuzz_target;
use outcrop::insights::{Query, Setting};
use outcrop::logs::compare::Comparison;
use outcrop::logs::detail::Detail;
use outcrop::logs::filter::Filter;
use outcrop::logs::import::{self, File};
use outcrop::logs::store::Writer;
use outcrop::logs::view::View;

const QUERIES: [&str; 3] = [
    "filter @message like /a/ | stats count(*), sum(input.inputTokenCount), pct(output.outputTokenCount, 90) by modelId, bin(5m)",
    "fields requestId, `input.inputBodyJson.messages.0.content.0.text` | filter modelId = 'haiku' or ispresent(errorCode) | sort timestamp",
    "pattern @message",
];

fuzz_target!(|data: (&str, &[u8])| {
    let (text, bytes) = data;
    let file = File::fetched("s3://b/".to_owned(), "key.json.gz".to_owned(), 1_772_452_800_000, bytes.to_vec());
    let mut writer = Writer::default();
    let never = AtomicBool::new(false);
    let progress = import::run(&[file], &mut writer, &never, &mut |_, _| {}).expect("memory is never full");
    let store = writer.snapshot();
    assert_eq!(store.len() as u64, progress.counts.new);
    let view = View::build(Arc::clone(&store), Filter { text: text.to_owned(), ..Filter::default() }, None);
    assert!(view.rows.len() <= store.len());
    for query in QUERIES {
        let setting = Setting { window: (i64::MIN, i64::MAX), now_ms: 0, limit: 10, cancelled: &never };
        drop(Query::parse(query).expect("a query").run_over(&store, &setting));
    }
    let details: Vec<_> = store.newest().take(2).map(|entry| Arc::new(Detail::of(entry))).collect();
    if let [a, b] = &details[..] {
        Comparison::of(Arc::clone(a), Arc::clone(b));
    }
    store.find_request(text);
});
