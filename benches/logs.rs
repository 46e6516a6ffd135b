//! The log engine against what people would use instead, in one run on the same bytes, as ratios: `rg` for texts, DuckDB for statistics,
//! libdeflate for packed files, lnav for opening a file and looking for a word in it.
//!
//! Run by `cargo xtask bench logs [RECORDS…]`, which installs the peers; without numbers it takes 200,000 and 1,000,000 records (4 GB of disk).
#![expect(clippy::print_stdout, reason = "a bench reports on its output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures the wall, and its files lie beside the build")]

#[path = "logs/generator.rs"]
mod generator;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use outcrop::base::parallel;
use outcrop::insights::{Query, Setting};
use outcrop::logs::Store;
use outcrop::logs::import;
use outcrop::logs::store::Writer;
use outcrop::logs::store::disk::Cache;
use outcrop::logs::store::trigram::Collector;

use generator::{FREQUENT, RARE, Written};

/// How often a search is measured: the best counts, as the machine's other work only slows down.
const TIMES: usize = 5;
const SEED: u64 = 42;

#[derive(Default)]
struct Verdict {
    within: u32,
    over: u32,
}

impl Verdict {
    fn count(&mut self, is_within: bool) {
        if is_within {
            self.within += 1;
        } else {
            self.over += 1;
        }
    }

    /// Prints a row: `ours` and `peer` in seconds, and how many times faster ours must be.
    fn row(&mut self, what: &str, ours: f64, (peer_name, peer): (&str, f64), least: f64) {
        let ratio = peer / ours;
        let is_within = ratio >= least;
        self.count(is_within);
        let mark = if is_within { "within" } else { "OVER" };
        println!("{what:<44}{:>11.2} ms  {peer_name:<12}{:>11.2} ms{ratio:>9.1}x  at least {least}x  {mark}", ours * 1e3, peer * 1e3);
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(LIMITED) {
        let (folder, records) = (arguments.next().expect("a folder"), arguments.next().and_then(|count| count.parse().ok()));
        be_limited(Path::new(&folder), records.expect("a number of records"));
        return;
    }
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.replace(['_', ','], "").parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![200_000, 1_000_000] } else { sizes };
    let mut verdict = Verdict::default();
    for records in sizes {
        let folder = tempfile::tempdir_in(target()).expect("a folder for the records");
        bench(folder.path(), records, &mut verdict);
    }
    println!("{} within budget, {} over", verdict.within, verdict.over);
}

/// On the disk of the build: the folder for temporary files may be memory.
fn target() -> PathBuf {
    std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())).unwrap_or_else(std::env::temp_dir)
}

fn bench(folder: &Path, records: usize, verdict: &mut Verdict) {
    let written = generator::write(folder, records, SEED).expect("records are written");
    println!("\n{records} records, {:.0} MB, seed {SEED}; best of {TIMES}", written.bytes as f64 / 1e6);
    let store = imported(folder, &written, verdict);
    let size: usize = store.blocks().iter().map(|block| block.size()).sum();
    let share = size as f64 / written.bytes as f64;
    verdict.count(share <= 1.2);
    println!("{:<44}{share:>11.2} of the lines' bytes, mapped from disk; at most 1.2", "size with columns and index");
    searches(&store, &written, verdict);
    statistics(&store, &written, verdict);
    drop(store);
    opened(&written);
    limited(folder, records);
}

/// Opening a plain file and looking for a word in it, from nothing, as lnav does.
fn opened(written: &Written) {
    let start = Instant::now();
    let files = import::find(std::slice::from_ref(&written.lines)).expect("lines are there");
    let mut writer = Writer::default();
    import::run(&files, &mut writer, &AtomicBool::new(false), &mut |_, _| {}).expect("records are read");
    run(&writer.snapshot(), &format!("filter @message like \"{RARE}\" | limit 1000"));
    let ours = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let lnav = Command::new("lnav").args(["-n", "-c", &format!(":filter-in {RARE}")]).arg(&written.lines).output();
    let peer = start.elapsed().as_secs_f64();
    match lnav {
        Ok(output) if output.status.success() => {
            let (ours, peer) = (ours * 1e3, peer * 1e3);
            println!("{:<44}{ours:>11.2} ms  {:<12}{peer:>11.2} ms{:>9.1}x", "open a file and find the rare word", "lnav", peer / ours);
        }
        _ => println!("lnav cannot be run here"),
    }
}

/// Bytes of memory of its own that a process may have which works on a larger collection.
const LIMIT: usize = 256 << 20;

/// The same searches and statistics in a process whose own memory is limited far below the records, which are mapped from disk.
fn limited(folder: &Path, records: usize) {
    let program = std::env::current_exe().expect("this program has a path");
    let status = Command::new("prlimit")
        .arg(format!("--data={LIMIT}"))
        .arg(program)
        .arg(LIMITED)
        .arg(folder)
        .arg(records.to_string())
        .status()
        .expect("prlimit is there");
    assert!(status.success(), "with {} MB of memory of its own", LIMIT >> 20);
    println!("{:<44}{:>11} MB of its own memory are enough", "all of it again", LIMIT >> 20);
}

/// The argument that makes this program the limited one.
const LIMITED: &str = "limited";

fn be_limited(folder: &Path, records: u64) {
    let store = Writer::open(&cache(folder), COLLECTION).expect("the collection is there").snapshot();
    assert_eq!(store.len() as u64, records);
    assert_eq!(run(&store, "stats count(*)"), records);
    for query in [&format!("filter @message like \"{FREQUENT}\" | stats count(*)"), STATISTICS[0].1, STATISTICS[1].1] {
        assert!(run(&store, query) > 0, "{query}");
    }
}

fn best(mut work: impl FnMut()) -> f64 {
    (0..TIMES).map(|_| timed(&mut work)).fold(f64::INFINITY, f64::min)
}

/// Imports the packed objects; libdeflate's program unpacks the same files to nowhere, in turns. The time is until all records can be searched; how long
/// the disk then takes to make them outlive a power cut depends on the disk alone, and is told beside it, as is what libdeflate does on as many threads.
fn imported(folder: &Path, written: &Written, verdict: &mut Verdict) -> std::sync::Arc<Store> {
    let files = import::find(std::slice::from_ref(&written.objects)).expect("objects are there");
    let (mut ours, mut kept, mut store) = (f64::INFINITY, f64::INFINITY, None);
    let (mut peer, mut threads, mut least) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..TIMES {
        peer = peer.min(timed(|| gunzip(&files)));
        threads = threads.min(timed(|| drop(parallel::map(&files, |file| unpacked(&file.content).len()))));
        least = least.min(timed(|| drop(parallel::map(&files, |file| least_work(&file.content, folder)))));
        // The store of the turn before gives its files back.
        drop(store.take());
        drop(std::fs::remove_dir_all(folder.join("cache")));
        let mut writer = Writer::open(&cache(folder), COLLECTION).expect("a collection");
        let (start, mut usable) = (Instant::now(), 0.0);
        let mut note = |progress: &import::Progress, _: &Writer| {
            if progress.done == files.len() {
                usable = start.elapsed().as_secs_f64();
            }
        };
        let progress = import::run(&files, &mut writer, &AtomicBool::new(false), &mut note).expect("records are imported");
        (ours, kept) = (ours.min(usable), kept.min(start.elapsed().as_secs_f64()));
        assert!(progress.problems.is_empty() && progress.counts.copies == 0, "{progress:?}");
        store = Some(writer.snapshot());
    }
    verdict.row("import .json.gz, columns and index included", ours, ("libdeflate", peer), 0.6);
    println!("{:<44}{:>11.2} ms", "  and safe from a power cut", kept * 1e3);
    println!("{:<44}{:>11.2} ms{:>36.2}x", "  unpacked on as many threads, nothing else", threads * 1e3, threads / ours);
    println!("{:<44}{:>11.2} ms{:>36.2}x", "  unpacked so, indexed and written", least * 1e3, least / ours);
    store.expect("some turns")
}

/// As people unpack many files.
fn gunzip(files: &[import::File]) {
    let paths = files.iter().filter_map(|file| if let import::Content::At(path) = &file.content { Some(path) } else { None });
    let status = Command::new("libdeflate-gunzip").arg("-c").args(paths).stdout(std::process::Stdio::null()).status();
    assert!(status.expect("libdeflate-gunzip is installed").success(), "the objects are gzip");
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

const COLLECTION: &str = "bench";

fn cache(folder: &Path) -> Cache {
    Cache::new(folder.join("cache"), u64::MAX)
}

/// What no import can do without: a record read nowhere, no column, no order. It bounds the ratio from above.
fn least_work(content: &import::Content, folder: &Path) {
    let lines = unpacked(content);
    let mut collector = Collector::default();
    lines.chunks(96 << 10).for_each(|stretch| collector.stretch(stretch));
    let mut file = tempfile::tempfile_in(folder).expect("a file");
    file.write_all(&lines).expect("room on the disk");
}

fn unpacked(content: &import::Content) -> Vec<u8> {
    let import::Content::At(path) = content else { return Vec::new() };
    let packed = std::fs::read(path).expect("an object");
    let length = u32::from_le_bytes(packed[packed.len() - 4..].try_into().expect("four bytes")) as usize;
    let mut to = vec![0; length];
    libdeflater::Decompressor::new().gzip_decompress(&packed, &mut to).expect("gzip");
    to
}

fn run(store: &Store, text: &str) -> u64 {
    let query = Query::parse(text).expect("a query");
    let setting = Setting { window: (i64::MIN, i64::MAX), now_ms: 0, limit: 10_000, cancelled: &AtomicBool::new(false) };
    let results = query.run_over(store, &setting).expect("not cancelled");
    match results.rows.first().map(|(values, _)| &values[..]) {
        Some([value]) if results.rows.len() == 1 => value.number().unwrap_or(1.0) as u64,
        _ => results.rows.len() as u64,
    }
}

fn searches(store: &Store, written: &Written, verdict: &mut Verdict) {
    let rows = [
        ("rare word", RARE, "| limit 1000", 20.0),
        ("request id", written.request_id.as_str(), "| limit 1000", 200.0),
        ("absent word", "kubernetes", "| limit 1000", 200.0),
        ("frequent word, newest 1,000", FREQUENT, "| limit any 1000", 10.0),
        ("frequent word, all counted", FREQUENT, "| stats count(*)", 0.8),
    ];
    for (what, word, rest, least) in rows {
        let query = format!("filter @message like \"{word}\" {rest}");
        let found = run(store, &query);
        let ours = best(|| {
            run(store, &query);
        });
        let (peer, counted) = ripgrep(word, &written.lines);
        assert!(found == counted || (rest.contains("1000") && found == counted.min(1_000)), "{what}: {found} here, {counted} by rg");
        verdict.row(&format!("{what} ({counted} records)"), ours, ("rg", peer), least);
    }
}

/// Seconds and lines found.
fn ripgrep(word: &str, lines: &Path) -> (f64, u64) {
    let mut counted = 0;
    let seconds = best(|| {
        let output =
            Command::new("rg").args(["--count", "--fixed-strings", "--no-config", word]).arg(lines).output().expect("rg is installed");
        counted = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0);
    });
    (seconds, counted)
}

const STATISTICS: [(&str, &str, &str); 2] = [
    (
        "count, mean and p99 of tokens by model",
        "stats count(*), avg(output.outputTokenCount), pct(output.outputTokenCount, 99) by modelId",
        "select count(*), avg(tokens), quantile_cont(tokens, 0.99) from records group by model",
    ),
    ("count by 5 minutes", "stats count(*) by bin(5m)", "select time_bucket(interval 5 minute, moment), count(*) from records group by 1"),
];

fn statistics(store: &Store, written: &Written, verdict: &mut Verdict) {
    let peers = duckdb(&written.lines);
    for ((what, query, _), peer) in STATISTICS.into_iter().zip(peers) {
        let ours = best(|| {
            run(store, query);
        });
        verdict.row(what, ours, ("DuckDB", peer), 8.0);
    }
}

/// Seconds of each statistic over DuckDB's own table in memory, best of [`TIMES`].
fn duckdb(lines: &Path) -> Vec<f64> {
    let queries: Vec<&str> = STATISTICS.iter().map(|(_, _, sql)| *sql).collect();
    let script = format!(
        r#"
import duckdb, json, sys, time
db = duckdb.connect()
db.execute("create table records as select cast(timestamp as timestamp) as moment, modelId as model, output.outputTokenCount::int as tokens from read_json(?, format='newline_delimited', columns={{timestamp: 'VARCHAR', modelId: 'VARCHAR', output: 'STRUCT(outputTokenCount BIGINT)'}})", [sys.argv[1]])
for sql in json.loads(sys.argv[2]):
    times = []
    for _ in range({TIMES}):
        start = time.perf_counter()
        db.execute(sql).fetchall()
        times.append(time.perf_counter() - start)
    print(min(times))
"#
    );
    let clients = std::env::var_os("OUTCROP_FOREIGN_CLIENTS").map(PathBuf::from).expect("run by cargo xtask bench logs");
    let output = Command::new(clients.join("bin/python"))
        .arg("-c")
        .arg(script)
        .arg(lines)
        .arg(serde_json::json!(queries).to_string())
        .output()
        .expect("python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| line.parse().ok()).collect()
}
