//! First frame, idle CPU and memory of the program against an empty eframe window, in turns, as ratios (DESIGN section 8).
//!
//! Run by `cargo xtask bench`. Needs a display; where there is none it starts a virtual one.
#![expect(clippy::print_stdout, reason = "a bench reports on its output")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The virtual display.
const VIRTUAL: &str = ":87";
const RUNS: usize = 5;
const SETTLE: Duration = Duration::from_secs(4);
const WATCH: Duration = Duration::from_secs(10);

/// What one run showed.
struct Sample {
    first_frame_ms: f64,
    idle_percent: f64,
    memory_mb: f64,
}

fn main() {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_outcrop"));
    let empty = program.with_file_name("examples").join("empty_window");
    assert!(empty.exists(), "build the peer first: cargo build --release --examples, or run cargo xtask bench");
    let display = virtual_display();
    let screen = display.as_ref().map(|_| VIRTUAL).map_or_else(|| std::env::var("DISPLAY").unwrap_or_default(), str::to_owned);
    let homes = tempfile::tempdir().expect("a temporary folder");
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        ours.push(measure(&program, &homes.path().join(run.to_string()), &screen));
        peers.push(measure(&empty, homes.path(), &screen));
    }
    println!("{:<28}{:>12}{:>12}{:>9}", "median of 5, in turns", "outcrop", "empty", "ratio");
    report("first frame, ms", &ours, &peers, |s| s.first_frame_ms);
    report("idle, % of a core", &ours, &peers, |s| s.idle_percent);
    report("memory (resident), MB", &ours, &peers, |s| s.memory_mb);
}

fn report(name: &str, ours: &[Sample], peers: &[Sample], of: fn(&Sample) -> f64) {
    let (a, b) = (median(ours.iter().map(of)), median(peers.iter().map(of)));
    let ratio = if b > 0.0 { format!("{:.2}", a / b) } else { "-".to_owned() };
    println!("{name:<28}{a:>12.2}{b:>12.2}{ratio:>9}");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn measure(program: &Path, home: &Path, screen: &str) -> Sample {
    #[expect(clippy::disallowed_methods, reason = "a bench measures the wall")]
    let start = Instant::now();
    let mut child = Command::new(program)
        .env("DISPLAY", screen)
        .env("OUTCROP_HOME", home)
        .env("OUTCROP_TELL_FIRST_FRAME", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let first = lines.next().expect("a first frame").expect("readable output");
    assert_eq!(first, "first frame");
    let first_frame_ms = start.elapsed().as_secs_f64() * 1e3;
    sleep(SETTLE);
    let before = cpu_seconds(&child);
    sleep(WATCH);
    let idle_percent = (cpu_seconds(&child) - before) / WATCH.as_secs_f64() * 100.0;
    let memory_mb = resident_mb(&child);
    child.kill().expect("ours to end");
    child.wait().expect("ended");
    Sample { first_frame_ms, idle_percent, memory_mb }
}

/// User and system time of the process, from `/proc/PID/stat` in clock ticks of 10 ms.
fn cpu_seconds(child: &Child) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("a running process");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

fn resident_mb(child: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a running process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// A virtual display of our own where none is set; it ends with the bench.
fn virtual_display() -> Option<Display> {
    if std::env::var_os("DISPLAY").is_some() {
        return None;
    }
    let child = Command::new("Xvfb")
        .args([VIRTUAL, "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb: install the package xvfb");
    sleep(Duration::from_secs(2));
    Some(Display(child))
}

struct Display(Child);

impl Drop for Display {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
