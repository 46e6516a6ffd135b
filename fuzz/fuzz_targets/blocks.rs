//! A damaged block of the cache: changed anywhere it is refused, or read without a panic, and never mistaken for more than it is.
#![no_main]

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use outcrop::insights::{Query, Setting};
use outcrop::logs::filter::Filter;
use outcrop::logs::store::disk::{Cache, DEFAULT_LIMIT};
use outcrop::logs::store::{Incoming, Origin, Writer};
use outcrop::logs::view::View;

/// The bytes of a block with records of several shapes.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let origin = Arc::new(Origin { log: "1:g".to_owned(), stream: "s".to_owned() });
    let mut writer = Writer::open(&Cache::new(folder.path().to_owned(), DEFAULT_LIMIT), "c").expect("a collection");
    let lines: Vec<String> = (0..70).map(|n| format!(r#"{{"modelId":"m{}","operation":"Converse","n":{n},"t":"a \"{n}\""}}"#, n % 3)).collect();
    writer
        .add(lines.iter().map(|line| Incoming { at_ms: Some(5), arrived_ms: 1, id: "", origin: &origin, line: line.as_bytes() }))
        .expect("records are added");
    writer.seal().expect("sealed");
    let folder = writer.folder().expect("a folder").path().to_owned();
    let file = std::fs::read_dir(folder).expect("read").flatten().find(|file| file.path().extension().is_some_and(|e| e == "block"));
    std::fs::read(file.expect("a block").path()).expect("read")
});

fuzz_target!(|changes: Vec<(u32, u8)>| {
    let mut bytes = WHOLE.clone();
    for (at, by) in changes {
        let at = at as usize % bytes.len();
        bytes[at] ^= by;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::new(folder.path().to_owned(), DEFAULT_LIMIT);
    let writer = Writer::open(&cache, "c").expect("a collection");
    std::fs::write(writer.folder().expect("a folder").path().join("00000000000000000005-00.block"), &bytes).expect("written");
    let store = Writer::open(&cache, "c").expect("a damaged block is set aside").snapshot();
    store.order();
    drop(View::build(Arc::clone(&store), Filter { text: "m1".to_owned(), ..Filter::default() }, None));
    for query in ["stats count(*), sum(n), pct(n, 50) by modelId", "filter @message like /(?i)M2/ | sort n | limit 3", "stats count(*) by bin(1s)"] {
        let never = AtomicBool::new(false);
        let setting = Setting { window: (i64::MIN, i64::MAX), now_ms: 0, limit: 10, cancelled: &never };
        drop(Query::parse(query).expect("a query").run_over(&store, &setting));
    }
    store.newest().for_each(drop);
});
