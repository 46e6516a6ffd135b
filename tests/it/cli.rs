//! The program on a terminal: what it says and how it exits when something is in the way.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn outcrop(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outcrop"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env("OUTCROP_HOME", home)
        .env("AWS_CONFIG_FILE", home.join("none"))
        .env("AWS_SHARED_CREDENTIALS_FILE", home.join("none"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn error_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A child that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn serve(home: &Path, args: &[&str]) -> (Running, String) {
    let mut child = outcrop(home).arg("sandbox").args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.unwrap().strip_prefix("export AWS_ENDPOINT_URL=").map(str::to_owned)).unwrap();
    (Running(child), url)
}

#[test]
fn without_a_display_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET").output().unwrap();
    let text = error_text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("the window cannot be opened") && text.contains("LIBGL_ALWAYS_SOFTWARE=1") && text.contains("outcrop lab run"),
        "{text}"
    );
}

#[test]
fn a_port_in_use_is_named_with_the_remedy() {
    let home = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = outcrop(home.path()).args(["sandbox", "--port", &port]).output().unwrap();
    let text = error_text(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains(&format!("Port {port} on 127.0.0.1 is in use")) && text.contains("--port"), "{text}");
}

#[test]
fn one_account_folder_is_held_by_one_process() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    let (_first, _) = serve(home.path(), &["--port", "0", "--state", state.to_str().unwrap()]);
    let output = outcrop(home.path()).args(["sandbox", "--port", "0", "--state", state.to_str().unwrap()]).output().unwrap();
    assert!(error_text(&output).contains("Another Outcrop works on the sandbox"), "{}", error_text(&output));
}

#[test]
fn a_damaged_account_is_kept_aside_and_told() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("sandbox");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("state.json"), r#"{"format":"outcrop-sandbox","version":1,"world":{"account"#).unwrap();
    let output = outcrop(home.path()).args(["doctor", "--sandbox"]).output().unwrap();
    assert!(error_text(&output).contains("state.json.corrupt-1"), "{}", error_text(&output));
    assert!(state.join("state.json.corrupt-1").exists(), "nothing is lost");
    assert!(String::from_utf8_lossy(&output.stdout).contains("account 123456789012"));
}

#[test]
fn the_doctor_names_missing_credentials_and_the_remedy() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path()).args(["doctor", "--region", "us-east-1", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<serde_json::Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let identity = lines.iter().find(|line| line["subject"] == "identity").unwrap();
    assert_eq!(identity["result"], "fail");
    assert!(!identity["remedy"].as_str().unwrap().is_empty(), "{identity}");
}

#[test]
fn the_doctor_finds_the_sandbox_ready_for_the_lab() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path()).args(["doctor", "--sandbox"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    for subject in ["identity", "region", "permissions", "models", "model access", "invocation logging"] {
        assert!(text.lines().any(|line| line.starts_with("ok") && line.contains(subject)), "{subject}: {text}");
    }
}

#[test]
fn a_sandbox_and_a_profile_exclude_each_other() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path()).args(["doctor", "--sandbox", "--profile", "x"]).output().unwrap();
    assert!(error_text(&output).contains("exclude each other"), "{}", error_text(&output));
}

/// The lab on an AWS that outlives us, ended by `kill -9` at the moment when it says `line`.
fn lab_killed_at(home: &Path, url: &str, line: &str) {
    let mut child = outcrop(home)
        .args(["lab", "run", "bedrock-monitoring", "--endpoint-url", url, "--yes"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let reached = said.any(|text| text.contains(line));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(reached, "the lab never says: {line}");
}

#[test]
fn after_kill_9_in_the_middle_of_any_step_the_next_run_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (_server, url) = serve(home.path(), &["--port", "0"]);
    for line in
        ["Creating log group", "Blocking public access", "Permitting it to write records", "next try in", "Sending", "Removing bucket"]
    {
        lab_killed_at(home.path(), &url, line);
    }
    let output = outcrop(home.path()).args(["lab", "run", "bedrock-monitoring", "--endpoint-url", &url, "--yes"]).output().unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), error_text(&output));
    let left = tokio::runtime::Runtime::new().unwrap().block_on(what_is_left(&url));
    assert_eq!(left, (0, 0, 0), "log groups, buckets, roles");
}

async fn what_is_left(url: &str) -> (usize, usize, usize) {
    use outcrop::aws::{Environment, Session, iam::ListRoles, logs::DescribeLogGroups, recorder::no_recorder, s3::ListBuckets};
    let session = Session::connect(&Environment::sandbox(url), no_recorder()).await.unwrap();
    let groups = session.run(DescribeLogGroups { prefix: None }).await.unwrap().len();
    let buckets = session.run(ListBuckets {}).await.unwrap().len();
    (groups, buckets, session.run(ListRoles { path_prefix: None }).await.unwrap().len())
}

#[test]
fn levers_of_a_running_sandbox_are_pulled_from_another_terminal() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    let (_running, url) = serve(home.path(), &["--port", "0", "--state", state.to_str().unwrap()]);
    let pull = |args: &[&str]| outcrop(home.path()).args(["--endpoint-url", &url, "sandbox"]).args(args).output().unwrap();
    let said = |args: &[&str]| {
        let output = pull(args);
        assert!(output.status.success(), "{args:?}: {}", error_text(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&["class", "5", "--no-history"]).contains("people 5"));
    assert!(said(&["incident", "token-bomb", "--minutes", "20"]).lines().any(|l| l.starts_with("token-bomb") && l.contains("since")));
    assert!(said(&["clock", "--speed", "60"]).contains("speed 60"));
    assert!(said(&["state", "save", "before class"]).contains("before class"));
    said(&["state", "reset"]);
    assert!(said(&["clock"]).contains("people 0"));
    said(&["state", "restore", "before class"]);
    assert!(said(&["clock"]).contains("people 5"));
    let unknown = pull(&["incident", "flood"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(error_text(&unknown).contains("throttling-storm"), "{}", error_text(&unknown));
}

#[test]
fn a_lever_without_a_sandbox_says_how_to_get_one() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path()).args(["--endpoint-url", "http://127.0.0.1:9", "sandbox", "incident"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error_text(&output).contains("start one with `outcrop sandbox`"), "{}", error_text(&output));
}

fn query(home: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = outcrop(home).arg("query").args(args).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), error_text(&output))
}

#[test]
fn a_query_runs_over_files_packed_or_not_and_keeps_lines_that_are_no_json() {
    use std::io::Write as _;
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir_all(logs.join("2026")).unwrap();
    let record = |at: u32, model: &str, tokens: u32| {
        format!(r#"{{"timestamp":"2026-10-01T12:00:{at:02}Z","modelId":"{model}","input":{{"inputTokenCount":{tokens}}}}}"#)
    };
    std::fs::write(logs.join("a.ndjson"), [record(1, "opus", 10), "not json".to_owned(), record(2, "haiku", 1)].join("\n")).unwrap();
    let mut packed =
        flate2::write::GzEncoder::new(std::fs::File::create(logs.join("2026/b.json.gz")).unwrap(), flate2::Compression::fast());
    packed.write_all(record(3, "opus", 32).as_bytes()).unwrap();
    packed.finish().unwrap();
    std::fs::write(logs.join("picture.png"), "no record").unwrap();
    let from = logs.display().to_string();
    let by_model = "filter ispresent(modelId) | stats sum(input.inputTokenCount) as tokens by modelId | sort tokens desc";
    let (code, out, err) = query(home.path(), &[by_model, "--from", &from]);
    assert_eq!((code, out.as_str()), (Some(0), "modelId  tokens\n-------  ------\nopus         42\nhaiku         1\n"), "{err}");
    assert!(err.contains("2 rows; 3 of 4 records matched"), "{err}");
    assert_eq!(query(home.path(), &[by_model, "--from", &from, "--format", "csv"]).1, "modelId,tokens\nopus,42\nhaiku,1\n");
    let latest = query(home.path(), &["fields @timestamp, @message | limit 2", "--from", &from, "--format", "json"]).1;
    assert!(latest.lines().next().unwrap().contains("2026-10-01 12:00:03.000") && latest.lines().count() == 2, "{latest}");
    let raw = query(home.path(), &["filter @message = 'not json' | fields @timestamp", "--from", &from]).1;
    assert!(raw.contains("2026-10-01 12:00:01.000"), "the time of the record before it: {raw}");
}

#[test]
fn a_query_that_cannot_be_read_shows_the_place_and_ends_with_2() {
    let home = tempfile::tempdir().unwrap();
    let (code, out, err) = query(home.path(), &["fields a | fliter b", "--from", "."]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("Did you mean filter?") && err.contains("fields a | fliter b\n           ^^^^^^"), "{err}");
    let (code, _, err) = query(home.path(), &["fields a", "--from", "/nowhere"]);
    assert!(code == Some(1) && err.contains("/nowhere") && err.contains("does it exist?"), "{err}");
}

#[test]
fn a_query_runs_on_cloudwatch_or_here_over_a_log_group() {
    let home = tempfile::tempdir().unwrap();
    let (_running, url) = serve(home.path(), &["--port", "0"]);
    let asked = |args: &[&str]| {
        let place = ["--endpoint-url", &url, "--region", "us-east-1", "--format", "csv"];
        query(home.path(), &[&["filter @message like 'refund' | stats count(*) as n", "--log-group"], args, &place].concat())
    };
    let (code, _, err) = asked(&["none"]);
    assert!(code == Some(1) && err.contains("log group does not exist"), "{err}");
    let put = lab_group(&url);
    for text in ["a refund", "another refund", "a parcel"] {
        put(text);
    }
    let (code, out, err) = asked(&["lab"]);
    assert_eq!((code, out.as_str()), (Some(0), "n\n2\n"), "{err}");
    assert!(
        err.contains("of the last 3 hours") && err.contains("CloudWatch bills $0.00") && err.contains("2 of 3 records matched"),
        "{err}"
    );
    let (_, out, err) = asked(&["lab", "--local", "--since", "1h"]);
    assert!(out == "n\n2\n" && !err.contains("bills"), "{err}");
    let place = ["--endpoint-url", &url, "--region", "us-east-1", "--format", "csv", "--log-group", "lab", "--local"];
    let (_, out, err) = query(home.path(), &[&["stats count(*) as n by @log"], &place[..]].concat());
    assert_eq!(out, "@log,n\n123456789012:lab,3\n", "without a time it is all there is: {err}");
    for local in [&["lab"][..], &["lab", "--local"]] {
        let (_, out, err) = asked(&[local, &["--end", "2026-01-01"]].concat());
        assert!(out.is_empty() || out == "n\n0\n" || out == "n\n", "{out}{err}");
    }
    let (code, _, err) = asked(&["lab", "--since", "1h", "--end", "2026-01-01"]);
    assert!(code == Some(2) && err.contains("cannot be used with"), "{err}");
}

#[test]
fn a_bucket_is_imported_and_queried() {
    use outcrop::aws::s3::{CreateBucket, PutObject};
    let home = tempfile::tempdir().unwrap();
    let (_running, url) = serve(home.path(), &["--port", "0"]);
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(async {
        let environment = outcrop::aws::Environment::sandbox(&url);
        let session = outcrop::aws::Session::connect(&environment, outcrop::aws::recorder::no_recorder()).await.unwrap();
        session.run(CreateBucket { bucket: "lab-bucket".to_owned(), region: "us-east-1".to_owned() }).await.unwrap();
        let key = "AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/2026/03/02/12/a.json".to_owned();
        let body = br#"{"timestamp":"2026-03-02T12:00:00Z","modelId":"opus"}"#.to_vec();
        session.run(PutObject { bucket: "lab-bucket".to_owned(), key, body, content_type: None }).await.unwrap();
    });
    let at = ["--endpoint-url", &url, "--region", "us-east-1"];
    let import = outcrop(home.path()).args(at).args(["import", "s3://lab-bucket"]).output().unwrap();
    assert!(String::from_utf8_lossy(&import.stdout).contains("1 record new"), "{}", error_text(&import));
    let from =
        |time: &[&str]| query(home.path(), &[&["fields modelId", "--from", "s3://lab-bucket", "--format", "csv"], &at[..], time].concat());
    assert_eq!(from(&[]).1, "modelId\nopus\n");
    assert_eq!(from(&["--start", "2026-03-02T12:00Z", "--end", "2026-03-02T13:00Z"]).1, "modelId\nopus\n");
    assert_eq!(from(&["--start", "2026-03-03"]).1, "modelId\n");
    let (code, _, err) = query(home.path(), &["fields modelId", "--from", "s3://lab-bucket", "/tmp"]);
    assert!(code == Some(1) && err.contains("a bucket is read alone"), "{err}");
}

/// The log group `lab` with a stream in the account at `url`, and a way to put events there.
fn lab_group(url: &str) -> impl Fn(&str) {
    use outcrop::aws::logs::{CreateLogGroup, CreateLogStream, InputEvent, PutLogEvents};
    use outcrop::base::clock::{Clock as _, SystemClock};
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = outcrop::aws::Environment::sandbox(url);
    let session = tokio.block_on(outcrop::aws::Session::connect(&environment, outcrop::aws::recorder::no_recorder())).unwrap();
    let (group, stream) = ("lab".to_owned(), "s".to_owned());
    tokio.block_on(session.run(CreateLogGroup { log_group_name: group.clone(), kms_key_id: None, tags: Vec::new() })).unwrap();
    tokio.block_on(session.run(CreateLogStream { log_group_name: group.clone(), log_stream_name: stream.clone() })).unwrap();
    move |text| {
        let log_events = vec![InputEvent { timestamp_ms: SystemClock.now_ms(), message: text.to_owned() }];
        tokio.block_on(session.run(PutLogEvents { log_group_name: group.clone(), log_stream_name: stream.clone(), log_events })).unwrap();
    }
}

#[test]
fn a_tail_prints_what_arrives_and_ends_when_it_is_told() {
    let home = tempfile::tempdir().unwrap();
    let (_sandbox, url) = serve(home.path(), &["--port", "0"]);
    let put = lab_group(&url);
    let tail = |args: &[&str]| {
        let mut command = outcrop(home.path());
        command.args(["tail", "--endpoint-url", &url, "--region", "us-east-1", "--log-group", "lab"]).args(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Running(command.spawn().unwrap());
        let mut told = BufReader::new(child.0.stderr.take().unwrap()).lines();
        let first = told.next().unwrap().unwrap();
        assert!(first.contains("following lab"), "{first}");
        (child, told)
    };
    let (mut child, _told) = tail(&["--filter", "{ $.n > 1 }", "--format", "json", "--max", "1", "--for", "60s"]);
    put(r#"{"n":1}"#);
    put(r#"{"n":2}"#);
    let line = BufReader::new(child.0.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((event["message"]["n"].as_u64(), event["logGroup"].as_str()), (Some(2), Some("lab")));
    assert_eq!(child.0.wait().unwrap().code(), Some(0));

    let (mut child, mut told) = tail(&[]);
    assert!(Command::new("kill").args(["-INT", &child.0.id().to_string()]).status().unwrap().success());
    assert_eq!(told.next().unwrap().unwrap(), "0 events");
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_tail_marks_the_place_where_a_pattern_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let output = outcrop(home.path()).args(["tail", "--log-group", "lab", "--filter", "{ $.n > }"]).output().unwrap();
    let text = error_text(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("{ $.n > }\n        ^"), "{text}");
}
