//! Stories of the store: adding, order, copies, disk, crashes.

use std::sync::Arc;

use serde_json::json;

use super::disk::Cache;
use super::*;

fn raw(id: &str, at_ms: i64) -> Entry {
    Entry::new(id, at_ms, "line")
}

fn origin() -> Arc<Origin> {
    Arc::new(Origin { log: "1:group".to_owned(), stream: "stream".to_owned() })
}

fn record(n: i64) -> String {
    json!({"schemaType": "ModelInvocationLog", "requestId": format!("request-{n}"), "timestamp": "2026-03-02T12:00:00Z", "modelId": "opus", "operation": "Converse", "input": {"inputTokenCount": n}}).to_string()
}

fn add(writer: &mut Writer, numbers: impl Iterator<Item = i64>) -> Counts {
    let (origin, lines): (_, Vec<(i64, String)>) = (origin(), numbers.map(|n| (n, record(n))).collect());
    writer
        .add(lines.iter().map(|(n, line)| Incoming { at_ms: Some(*n), arrived_ms: 0, id: "", origin: &origin, line: line.as_bytes() }))
        .unwrap()
}

fn times(store: &Store) -> Vec<i64> {
    store.order().iter().map(|place| store.at_ms(*place)).collect()
}

#[test]
fn events_are_sorted_and_each_is_there_once() {
    let store = Store::default().with(vec![raw("b", 20), raw("a", 10)]);
    let store = store.with(vec![raw("c", 15), raw("a", 10), raw("d", 20)]);
    let ids: Vec<_> = store.newest().map(|entry| entry.id.to_string()).collect();
    assert_eq!(ids, ["d", "b", "c", "a"]);
    assert_eq!((store.extent(), store.find(15, "c"), store.find(15, "x")), (Some((10, 20)), Some(1), None));
}

#[test]
fn copies_are_known_whichever_way_they_came() {
    let mut writer = Writer::default();
    assert_eq!(add(&mut writer, 0..10), Counts { new: 10, ..Counts::default() });
    // The same invocations from another place, at a moment of other precision.
    let (other, line) = (Arc::new(Origin { log: "bucket".to_owned(), stream: "object".to_owned() }), record(3));
    let copy = Incoming { at_ms: Some(999), arrived_ms: 5, id: "id", origin: &other, line: line.as_bytes() };
    assert_eq!(writer.add([copy]).unwrap(), Counts { copies: 1, ..Counts::default() });
    assert_eq!((writer.snapshot().len(), writer.snapshot().find_request("request-3")), (10, Some(3)));
    assert_eq!(writer.snapshot().find_request("request-33"), None);
}

#[test]
fn blocks_whose_times_overlap_are_one_order() {
    let mut writer = Writer::default();
    for start in [100, 0, 50, 300] {
        add(&mut writer, (start..start + 90).step_by(3));
    }
    let times = times(&writer.snapshot());
    assert!(times.is_sorted() && times.len() == writer.snapshot().len(), "{times:?}");
    let store = writer.snapshot();
    assert!((0..store.len()).all(|index| store.index_of(store.order()[index]) == Some(index)));
}

#[test]
fn small_additions_are_joined_and_snapshots_do_not_change() {
    let mut writer = Writer::default();
    add(&mut writer, 0..1);
    let before = writer.snapshot();
    for n in 1..500 {
        add(&mut writer, n..=n);
    }
    let after = writer.snapshot();
    assert_eq!((before.len(), after.len()), (1, 500));
    assert!(after.blocks().len() <= 10, "{} blocks", after.blocks().len());
}

#[test]
fn what_was_sealed_is_there_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(dir.path().join("records"), u64::MAX);
    let mut writer = Writer::open(&cache, "group").unwrap();
    add(&mut writer, 0..20);
    writer.seal().unwrap();
    add(&mut writer, 20..25);
    // A crash: what was not sealed is lost, a file half written is left, another is damaged.
    let folder = writer.folder().unwrap().path().to_owned();
    drop(writer);
    std::fs::write(folder.join("00000000000000000001-aa.part"), b"OUTCROPB").unwrap();
    std::fs::write(folder.join("00000000000000000001-bb.block"), b"OUTCROPB").unwrap();
    let mut writer = Writer::open(&cache, "group").unwrap();
    assert_eq!((writer.snapshot().len(), writer.damaged.len()), (20, 1));
    assert!(writer.damaged[0].contains("not a block of records") && writer.damaged[0].contains("kept as"), "{:?}", writer.damaged);
    assert_eq!(add(&mut writer, 15..25), Counts { new: 5, copies: 5, ..Counts::default() });
    writer.seal().unwrap();
    let again = Writer::open(&cache, "group").unwrap();
    assert_eq!((again.snapshot().len(), again.damaged.len(), std::fs::read_dir(&folder).unwrap().count()), (25, 0, 3));
}

#[test]
#[cfg(unix)]
fn records_on_disk_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&Cache::new(dir.path().join("records"), u64::MAX), "group").unwrap();
    add(&mut writer, 0..3);
    writer.seal().unwrap();
    let folder = writer.folder().unwrap().path();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700);
    assert!(std::fs::read_dir(folder).unwrap().all(|file| mode(&file.unwrap().path()) == 0o600));
}

#[test]
fn a_full_block_is_sealed_at_once_and_the_limit_holds() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&Cache::new(dir.path().join("records"), u64::MAX), "group").unwrap();
    add(&mut writer, 0..FULL.0 as i64 + 10);
    assert!(writer.snapshot().blocks().iter().any(|block| block.is_sealed()));
    let mut small = Writer::open(&Cache::new(dir.path().join("small"), 1_000), "group").unwrap();
    let (origin, line) = (origin(), record(1));
    small.add([Incoming { at_ms: None, arrived_ms: 0, id: "", origin: &origin, line: line.as_bytes() }]).unwrap();
    assert!(small.seal().unwrap_err().to_string().contains("reached their limit"));
}

#[test]
fn lines_of_every_kind_are_kept_and_counted() {
    let mut writer = Writer::default();
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(3 << 20));
    let lines: [&[u8]; 6] =
        [b"Permissions are correctly set for Amazon Bedrock logs.", b"{\"cut", b"\xff\xfe not text", b"", b"[1]", long.as_bytes()];
    let origin = origin();
    let counts = writer
        .add(lines.iter().enumerate().map(|(at, line)| Incoming { at_ms: Some(at as i64), arrived_ms: 0, id: "", origin: &origin, line }))
        .unwrap();
    assert_eq!(counts, Counts { new: 6, copies: 0, broken: 1, raw: 6 });
    let store = writer.snapshot();
    let block = &store.blocks()[0];
    assert!((0..6).all(|row| block.line(row) == lines[row]));
    assert!(store.get(2).unwrap().line.contains("not text"));
}
