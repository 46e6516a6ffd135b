//! Stories of importing: every kind of file, damage, going on.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::*;
use crate::logs::store::disk::Cache;

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn record(n: u64) -> String {
    format!(
        r#"{{"schemaType":"ModelInvocationLog","requestId":"r{n}","timestamp":"2026-03-02T12:00:{:02}Z","modelId":"opus","operation":"Converse"}}"#,
        n % 60
    )
}

fn import(path: &Path, writer: &mut Writer) -> Progress {
    run(&find(&[path.to_owned()]).unwrap(), writer, &AtomicBool::new(false), &mut |_, _| {}).unwrap()
}

fn lines(writer: &Writer) -> Vec<String> {
    let store = writer.snapshot();
    let mut lines: Vec<String> = store.newest().map(|entry| entry.line.to_string()).collect();
    lines.sort();
    lines
}

#[test]
fn a_folder_of_every_kind_of_file_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    put("a.ndjson", format!("{}\r\n\n{}\nPermissions are correctly set\n", record(1), record(2)).as_bytes());
    put("b.json.gz", &[packed(record(3).as_bytes()), packed(format!("\n{}\n", record(4)).as_bytes())].concat());
    put(
        "c.json",
        serde_json::to_string_pretty(&serde_json::json!({"modelId": "m", "operation": "Converse", "n": [1, 2]})).unwrap().as_bytes(),
    );
    put(
        "d.json",
        serde_json::json!({"events": [{"timestamp": 5, "message": "from the command line", "eventId": "1"}]}).to_string().as_bytes(),
    );
    put("e.json", format!("[{},\n{}]", record(5), record(2)).as_bytes());
    put("notes.txt", b"not read");
    fs::create_dir(dir.path().join("below")).unwrap();
    put("below/f.log", b"a line without an end");
    let mut writer = Writer::default();
    let progress = import(dir.path(), &mut writer);
    assert_eq!((progress.files, progress.done, progress.problems.len()), (6, 6, 0));
    assert_eq!(progress.counts, Counts { new: 9, copies: 1, broken: 0, raw: 3 });
    let lines = lines(&writer);
    assert!(
        lines.contains(&"from the command line".to_owned())
            && lines.contains(&r#"{"modelId":"m","operation":"Converse","n":[1,2]}"#.to_owned())
    );
    let store = writer.snapshot();
    let at = (0..store.len()).find_map(|index| store.get(index).filter(|entry| &*entry.line == "from the command line")).unwrap().at_ms;
    assert_eq!(at, 5);
}

#[test]
fn packed_lines_are_the_same_however_they_end() {
    let dir = tempfile::tempdir().unwrap();
    let text = format!("\r\n\n  \n{}\r\n\n\nplain \r text\r\n{}\n \n{{broken\nno end", record(1), record(2));
    fs::write(dir.path().join("a.json.gz"), packed(text.as_bytes())).unwrap();
    let document = serde_json::to_string_pretty(&serde_json::json!([{"n": 1}, {"n": 2}])).unwrap();
    fs::write(dir.path().join("b.json.gz"), packed(document.as_bytes())).unwrap();
    fs::write(dir.path().join("c.json"), "not packed").unwrap();
    fs::write(dir.path().join("d.json.gz"), packed(format!("{}\r", record(3)).as_bytes())).unwrap();
    let mut writer = Writer::default();
    let progress = import(dir.path(), &mut writer);
    assert_eq!((progress.counts, progress.problems.len()), (Counts { new: 9, copies: 0, broken: 1, raw: 6 }, 0));
    let mut expected = [&record(1), &record(2), &record(3), "plain \r text", "{broken", "no end", r#"{"n":1}"#, r#"{"n":2}"#, "not packed"];
    expected.sort_unstable();
    assert_eq!(lines(&writer), expected);
}

#[test]
fn a_packed_file_of_many_short_lines_fills_several_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let mut expected: Vec<String> = (0..100_000).map(|n| format!("{{\"n\":{n}}}")).collect();
    fs::write(dir.path().join("a.json.gz"), packed(expected.join("\n").as_bytes())).unwrap();
    expected.sort_unstable();
    for mut writer in [Writer::default(), Writer::open(&Cache::new(dir.path().join("records"), u64::MAX), "short").unwrap()] {
        let progress = import(&dir.path().join("a.json.gz"), &mut writer);
        assert_eq!((progress.counts.new, progress.problems.len()), (100_000, 0));
        let store = writer.snapshot();
        assert!(store.blocks().len() > 1 && store.blocks().iter().all(|block| block.len() <= 50_000));
        assert_eq!(lines(&writer), expected);
    }
}

#[test]
fn damaged_files_give_what_they_have_and_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let whole = packed((0..200).map(|n| record(n) + "\n").collect::<String>().as_bytes());
    fs::write(dir.path().join("cut.json.gz"), &whole[..whole.len() - 20]).unwrap();
    fs::write(dir.path().join("foreign.gz"), b"this is no gzip").unwrap();
    fs::write(dir.path().join("good.ndjson"), record(1_000)).unwrap();
    fs::write(dir.path().join("broken.ndjson"), b"{\"a\":1\n{\"b\":\xff}\n").unwrap();
    let mut writer = Writer::default();
    let progress = import(dir.path(), &mut writer);
    assert_eq!((progress.files, progress.done, progress.problems.len()), (4, 4, 2), "{:?}", progress.problems);
    assert!(progress.problems.iter().all(|problem| problem.contains(".gz: the end could not be read")), "{:?}", progress.problems);
    assert!(progress.counts.new > 100 && lines(&writer).contains(&record(1_000)), "{:?}", progress.counts);
}

#[test]
fn an_import_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(dir.path().join("records"), u64::MAX);
    let files = dir.path().join("files");
    fs::create_dir(&files).unwrap();
    for n in 0..6 {
        fs::write(files.join(format!("{n}.ndjson")), record(n)).unwrap();
    }
    let mut writer = Writer::open(&cache, "folder").unwrap();
    let first = run(&find(std::slice::from_ref(&files)).unwrap()[..4], &mut writer, &AtomicBool::new(false), &mut |_, _| {}).unwrap();
    assert_eq!((first.counts.new, first.known), (4, 0));
    drop(writer);
    let mut writer = Writer::open(&cache, "folder").unwrap();
    let second = import(&files, &mut writer);
    assert_eq!((second.counts.new, second.counts.copies, second.known, second.done), (2, 0, 4, 6));
    // A file that has changed is read again, and its old records are known.
    fs::write(files.join("0.ndjson"), format!("{}\n{}", record(0), record(77))).unwrap();
    let third = import(&files, &mut writer);
    assert_eq!((third.counts.new, third.counts.copies, third.known), (1, 1, 5));
}

#[test]
fn a_cancelled_import_keeps_what_it_has() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.ndjson"), (0..5_000).map(|n| record(n) + "\n").collect::<String>()).unwrap();
    let mut writer = Writer::default();
    let progress = run(&find(&[dir.path().to_owned()]).unwrap(), &mut writer, &AtomicBool::new(true), &mut |_, _| {}).unwrap();
    assert!(progress.is_cancelled && progress.done == 0 && progress.counts.new == 0);
}

#[test]
fn one_huge_line_and_deep_json_are_records_like_others() {
    let dir = tempfile::tempdir().unwrap();
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(50 << 20));
    let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    fs::write(dir.path().join("a.ndjson"), format!("{huge}\n{deep}\n{}\n", record(1))).unwrap();
    let mut writer = Writer::default();
    let progress = import(dir.path(), &mut writer);
    assert_eq!((progress.counts.new, progress.problems.len()), (3, 0));
    assert!(writer.snapshot().find_request("r1").is_some());
}

#[test]
fn a_bomb_is_unpacked_piece_by_piece_and_its_line_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = flate2::write::GzEncoder::new(fs::File::create(dir.path().join("bomb.gz")).unwrap(), flate2::Compression::fast());
    let zeros = vec![b'0'; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.write_all(format!("\n{}\n", record(1)).as_bytes()).unwrap();
    encoder.finish().unwrap();
    let mut writer = Writer::default();
    let progress = import(dir.path(), &mut writer);
    assert_eq!(progress.counts.new, 2);
    assert!(progress.problems[0].contains("1 lines are longer than 128.0 MB"), "{:?}", progress.problems);
}

#[test]
fn what_is_not_there_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |path: &Path| find(&[path.to_owned()]).unwrap_err().to_string();
    assert!(
        refused(&dir.path().join("none")).contains("cannot read")
            && refused(dir.path()).contains("no records there: files that end in .json")
    );
}

#[test]
fn a_large_file_is_read_in_parts_each_line_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.ndjson");
    let (count, pad) = (60_000_u64, "x".repeat(2_000));
    let mut file = std::io::BufWriter::new(fs::File::create(&path).unwrap());
    for n in 0..count {
        // Every third line tells no time: it has that of the record before it, wherever the file is cut.
        let line = if n % 3 == 2 { format!("plain {n} {pad}") } else { record(n).replace("\"opus\"", &format!("\"opus {pad}\"")) };
        writeln!(file, "{line}").unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
    let mut writer = Writer::default();
    let progress = import(&path, &mut writer);
    assert_eq!((progress.files, progress.done, progress.counts.new, progress.counts.copies), (1, 1, count, 0));
    let store = writer.snapshot();
    assert!(store.blocks().len() >= 3, "{} blocks", store.blocks().len());
    let changed = find(&[path]).unwrap()[0].changed_ms;
    assert!(
        store.blocks().iter().all(|block| (0..block.len()).all(|row| block.at_ms(row) != changed)),
        "each has a time of its neighbours"
    );
}
