//! Requests a second of the sandbox against moto's server, in turns, as ratios (issue of the sandbox: at least 20 times as many).
//!
//! Run by `cargo xtask bench sandbox`, which installs moto. The clients are plain sockets that keep their connection where the server lets them,
//! so that the servers are measured and not a client library. Converse has no peer: moto has no such operation; the sandbox's clock runs fast
//! there, so that the simulated thinking of the model takes no time.
#![expect(clippy::print_stdout, reason = "a bench reports on its output")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How many times as many requests as moto the sandbox must answer.
const BUDGET: f64 = 20.0;
/// Clients at a time.
const CLIENTS: u64 = 8;
/// How long one measurement lasts, and how often each is taken.
const WATCH: Duration = Duration::from_secs(3);
const RUNS: usize = 3;

fn main() {
    let ours = Server::sandbox();
    let moto = Server::moto();
    for server in [&ours, &moto] {
        prepare(server);
    }
    println!(
        "{:<16}{:>14}{:>14}{:>9}   median of {RUNS} runs of {} s, {CLIENTS} clients",
        "requests/s",
        "outcrop",
        "moto",
        "ratio",
        WATCH.as_secs()
    );
    let (mut within, mut over) = (0, 0);
    for (name, request) in [("PutLogEvents", put_log_events as Make), ("GetMetricData", get_metric_data), ("PutObject", put_object)] {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            a.push(ours.rate(request));
            b.push(moto.rate(request));
        }
        let (a, b) = (median(a), median(b));
        let ratio = a / b;
        if ratio >= BUDGET {
            within += 1;
        } else {
            over += 1;
        }
        println!("{name:<16}{a:>14.0}{b:>14.0}{ratio:>9.1}");
    }
    let converse = median((0..RUNS).map(|_| ours.rate(converse)).collect());
    println!("{:<16}{converse:>14.0}{:>14}{:>9}", "Converse", "has none", "-");
    println!("{within} within budget, {over} over (at least {BUDGET} times moto)");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Makes the request of a number.
type Make = fn(u64) -> Vec<u8>;

/// A server process that ends with the bench.
struct Server {
    child: Child,
    host: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    fn sandbox() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_outcrop"))
            .args(["sandbox", "--port", "0", "--speed", "3600"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("export AWS_ENDPOINT_URL=http://").map(str::to_owned));
        Self { child, host: url.expect("the sandbox prints its address") }
    }

    fn moto() -> Self {
        let folder = std::env::var_os("OUTCROP_FOREIGN_CLIENTS").map(PathBuf::from).expect("run this through cargo xtask bench sandbox");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let mut command = Command::new(folder.join("bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { child: command.spawn().expect("moto's server starts"), host: format!("127.0.0.1:{port}") };
        let is_ready = (0..600).any(|_| {
            TcpStream::connect(&server.host).is_ok() || {
                sleep(Duration::from_millis(100));
                false
            }
        });
        assert!(is_ready, "moto's server did not start within a minute");
        server
    }

    /// Requests a second that succeed.
    fn rate(&self, make: Make) -> f64 {
        let (next, done) = (AtomicU64::new(fresh()), AtomicU64::new(0));
        #[expect(clippy::disallowed_methods, reason = "a bench measures the wall")]
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut client = Client { host: &self.host, stream: None };
                    while start.elapsed() < WATCH {
                        client.call(&make(next.fetch_add(1, Ordering::Relaxed)));
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
    }
}

/// A number that no run before has used.
fn fresh() -> u64 {
    now_ms() * 1_000
}

fn now_ms() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "moto lives at the wall")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// One connection, opened anew when the server has closed it.
struct Client<'a> {
    host: &'a str,
    stream: Option<BufReader<TcpStream>>,
}

impl Client<'_> {
    /// Sends a request and reads the whole reply, which must be a success.
    fn call(&mut self, request: &[u8]) {
        let mut stream = self.stream.take().unwrap_or_else(|| {
            let stream = TcpStream::connect(self.host).expect("a connection");
            stream.set_nodelay(true).expect("a socket option");
            BufReader::new(stream)
        });
        stream.get_mut().write_all(request).expect("the request goes out");
        let (mut status, mut length, mut closes) = (String::new(), None, false);
        stream.read_line(&mut status).expect("a reply");
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a header");
            let line = line.trim().to_ascii_lowercase();
            match line.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse::<usize>().ok(),
                Some(("connection", value)) => closes = value.trim() == "close",
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).expect("the whole body");
        assert!(status.contains(" 200"), "{status}{}", String::from_utf8_lossy(&body));
        // moto's server speaks HTTP/1.0 or closes by itself.
        if !closes && length.is_some() && !status.starts_with("HTTP/1.0") {
            self.stream = Some(stream);
        }
    }
}

fn request(method: &str, path: &str, service: &str, headers: &str, body: &str) -> Vec<u8> {
    let host = match service {
        "monitoring" => "monitoring.us-east-1.amazonaws.com",
        "logs" => "logs.us-east-1.amazonaws.com",
        "bedrock" => "bedrock-runtime.us-east-1.amazonaws.com",
        _ => "s3.amazonaws.com",
    };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=OUTCROPSANDBOX00/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

const JSON: &str = "Content-Type: application/x-amz-json-1.1\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// What the measured requests need: a group with a stream, a bucket, a metric with an hour of values.
fn prepare(server: &Server) {
    let mut client = Client { host: &server.host, stream: None };
    let target = |operation: &str| format!("{JSON}X-Amz-Target: Logs_20140328.{operation}\r\n");
    client.call(&request("POST", "/", "logs", &target("CreateLogGroup"), r#"{"logGroupName":"bench"}"#));
    client.call(&request("POST", "/", "logs", &target("CreateLogStream"), r#"{"logGroupName":"bench","logStreamName":"s"}"#));
    client.call(&request("PUT", "/bench-of-the-sandbox", "s3", "", ""));
    for minute in 0..60 {
        let at = iso(now_ms() / 1_000 - minute * 60);
        let form = format!(
            "Action=PutMetricData&Version=2010-08-01&Namespace=Bench&MetricData.member.1.MetricName=m&MetricData.member.1.Value={minute}&MetricData.member.1.Timestamp={at}"
        );
        client.call(&request("POST", "/", "monitoring", FORM, &form));
    }
}

/// `2026-10-01T12:00:00Z`.
fn iso(seconds: u64) -> String {
    jiff::Timestamp::from_second(seconds as i64).map(|at| at.to_string()).unwrap_or_default()
}

fn put_log_events(number: u64) -> Vec<u8> {
    // Short, because a sandbox keeps a gibibyte of events and a fast one is soon there.
    let message = format!(r#"{{\"modelId\":\"anthropic.claude\",\"n\":{number}}}"#);
    let events: Vec<String> = (0..10).map(|_| format!(r#"{{"timestamp":{},"message":"{message}"}}"#, now_ms())).collect();
    let body = format!(r#"{{"logGroupName":"bench","logStreamName":"s","logEvents":[{}]}}"#, events.join(","));
    request("POST", "/", "logs", &format!("{JSON}X-Amz-Target: Logs_20140328.PutLogEvents\r\n"), &body)
}

fn get_metric_data(_: u64) -> Vec<u8> {
    let now = now_ms() / 1_000;
    let (start, end) = (iso(now - 3_600), iso(now));
    let stat = "MetricDataQueries.member.1.MetricStat";
    let form = format!(
        "Action=GetMetricData&Version=2010-08-01&StartTime={start}&EndTime={end}&MetricDataQueries.member.1.Id=m&{stat}.Metric.Namespace=Bench&{stat}.Metric.MetricName=m&{stat}.Period=60&{stat}.Stat=Sum"
    );
    request("POST", "/", "monitoring", FORM, &form)
}

fn put_object(number: u64) -> Vec<u8> {
    request("PUT", &format!("/bench-of-the-sandbox/{}", number % 1_000), "s3", "", &"x".repeat(1_024))
}

fn converse(number: u64) -> Vec<u8> {
    let body = format!(r#"{{"messages":[{{"role":"user","content":[{{"text":"What is a log group? {number}"}}]}}]}}"#);
    request("POST", "/model/us.anthropic.claude-sonnet-4-6/converse", "bedrock", "Content-Type: application/json\r\n", &body)
}
