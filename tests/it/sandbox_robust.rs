//! Many clients at once, connections that break, readers that dawdle: the server stays healthy and its account true.

use std::sync::Arc;
use std::time::Duration;

use outcrop::base::clock::SystemClock;
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CLIENTS: usize = 100;
const ROUNDS: usize = 8;

struct Scene {
    sandbox: Sandbox,
    server: Server,
}

impl Scene {
    async fn new() -> Self {
        let sandbox = Sandbox::new(World::default(), SystemClock::shared(), 1);
        let server = Server::start(sandbox.clone(), None).await.unwrap();
        let scene = Self { sandbox, server };
        scene.logs("CreateLogGroup", &json!({ "logGroupName": "lab" })).await;
        scene
    }

    fn host(&self) -> String {
        self.server.url().trim_start_matches("http://").to_owned()
    }

    /// A request as bytes.
    fn request(&self, method: &str, path: &str, service: &str, target: &str, body: &str) -> Vec<u8> {
        let scope = format!("OUTCROPSANDBOX00/20260101/us-east-1/{service}/aws4_request");
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
             X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.host(),
            body.len()
        )
        .into_bytes()
    }

    async fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.host()).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await.unwrap();
        String::from_utf8_lossy(&reply).into_owned()
    }

    async fn logs(&self, operation: &str, input: &Value) -> String {
        let request = self.request("POST", "/", "logs", &format!("Logs_20140328.{operation}"), &input.to_string());
        let reply = self.send(&request).await;
        assert!(reply.starts_with("HTTP/1.1 200"), "{operation}: {reply}");
        reply
    }

    /// A call of S3 that succeeds.
    async fn s3(&self, method: &str, path: &str, body: &str) -> String {
        let reply = self.send(&self.request(method, path, "s3", "", body)).await;
        assert!(reply.starts_with("HTTP/1.1 200"), "{method} {path}: {}", reply.chars().take(600).collect::<String>());
        reply
    }

    fn events(&self) -> usize {
        self.sandbox.world().region_view("us-east-1").logs.group("lab").unwrap().messages_since(0).count()
    }

    /// The account read back from what a snapshot of it would say must be the account.
    fn assert_consistent(&self) {
        let world = self.sandbox.world();
        let again: World = serde_json::from_value(serde_json::to_value(&*world).unwrap()).unwrap();
        let (now, then) = (world.region_view("us-east-1"), again.region_view("us-east-1"));
        assert_eq!(now.logs.group("lab").unwrap().stored_bytes(), then.logs.group("lab").unwrap().stored_bytes());
        assert_eq!(world.s3.stored_bytes(), again.s3.stored_bytes());
        let counted: u64 =
            world.s3.buckets().filter_map(|(_, bucket)| bucket.current("shared")).map(|(_, object)| object.body.len() as u64).sum();
        assert!(world.s3.stored_bytes() >= counted);
    }
}

/// Puts events, writes and reads an object of its own and one that all share, measures something.
async fn work(scene: Arc<Scene>, client: usize) {
    let stream = format!("client-{client}");
    scene.logs("CreateLogStream", &json!({ "logGroupName": "lab", "logStreamName": stream })).await;
    for round in 0..ROUNDS {
        let now = scene.sandbox.clock().now_ms();
        let events: Vec<Value> = (0..5).map(|n| json!({ "timestamp": now, "message": format!("{client} {round} {n}") })).collect();
        scene.logs("PutLogEvents", &json!({ "logGroupName": "lab", "logStreamName": stream, "logEvents": events })).await;
        let own = format!("/robust-clients/own/{client}");
        scene.s3("PUT", &own, &format!("{client} {round}")).await;
        assert!(scene.s3("GET", &own, "").await.ends_with(&format!("{client} {round}")));
        scene.s3("PUT", "/robust-clients/shared", &"x".repeat(1_000 + client)).await;
        let shared = scene.s3("GET", "/robust-clients/shared", "").await;
        let body = shared.split("\r\n\r\n").nth(1).unwrap();
        assert!((1_000..1_000 + CLIENTS).contains(&body.len()) && body.bytes().all(|b| b == b'x'), "a whole object of somebody's");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_clients_lose_nothing() {
    let scene = Arc::new(Scene::new().await);
    scene.s3("PUT", "/robust-clients", "").await;
    let clients: Vec<_> = (0..CLIENTS).map(|client| tokio::spawn(work(Arc::clone(&scene), client))).collect();
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(scene.events(), CLIENTS * ROUNDS * 5);
    scene.assert_consistent();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_connections_leave_no_half_done_work() {
    let scene = Scene::new().await;
    scene.logs("CreateLogStream", &json!({ "logGroupName": "lab", "logStreamName": "s" })).await;
    let now = scene.sandbox.clock().now_ms();
    let events: Vec<Value> = (0..50).map(|n| json!({ "timestamp": now, "message": format!("event {n}") })).collect();
    let input = json!({ "logGroupName": "lab", "logStreamName": "s", "logEvents": events }).to_string();
    let put = scene.request("POST", "/", "logs", "Logs_20140328.PutLogEvents", &input);
    let converse =
        json!({ "messages": [{ "role": "user", "content": [{ "text": "Tell a long story about rocks and rivers." }] }] }).to_string();
    let streamed = scene.request("POST", "/model/us.anthropic.claude-sonnet-4-6/converse-stream", "bedrock", "", &converse);
    // Cut at every tenth of the request: nothing of it may be taken.
    for tenth in 1..10 {
        let mut stream = TcpStream::connect(scene.host()).await.unwrap();
        stream.write_all(&put[..put.len() * tenth / 10]).await.unwrap();
        drop(stream);
    }
    // Cut while the reply streams: the call goes on without its reader.
    for bytes in [1, 100, 700] {
        let mut stream = TcpStream::connect(scene.host()).await.unwrap();
        stream.write_all(&streamed).await.unwrap();
        let mut some = vec![0; bytes];
        stream.read_exact(&mut some).await.unwrap();
        drop(stream);
    }
    assert_eq!(scene.events(), 0);
    assert!(scene.send(&put).await.starts_with("HTTP/1.1 200"));
    assert_eq!(scene.events(), 50);
    let whole = scene.send(&streamed).await;
    assert!(whole.starts_with("HTTP/1.1 200") && whole.contains("messageStop"), "streams still work");
    scene.assert_consistent();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_who_dawdle_hold_nobody_up() {
    let scene = Scene::new().await;
    scene.s3("PUT", "/robust-clients", "").await;
    scene.s3("PUT", "/robust-clients/large", &"x".repeat(20 << 20)).await;
    let mut slow = Vec::new();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(scene.host()).await.unwrap();
        stream.write_all(&scene.request("GET", "/robust-clients/large", "s3", "", "")).await.unwrap();
        let mut some = [0; 100];
        stream.read_exact(&mut some).await.unwrap();
        slow.push(stream);
    }
    let tail = json!({ "logGroupIdentifiers": ["arn:aws:logs:us-east-1:123456789012:log-group:lab"] }).to_string();
    let mut idle = TcpStream::connect(scene.host()).await.unwrap();
    idle.write_all(&scene.request("POST", "/", "logs", "Logs_20140328.StartLiveTail", &tail)).await.unwrap();
    // While they sleep, others are served.
    scene.logs("CreateLogStream", &json!({ "logGroupName": "lab", "logStreamName": "s" })).await;
    let of_lab = json!({ "logGroupName": "lab" });
    let prompt = tokio::time::timeout(Duration::from_secs(20), scene.logs("DescribeLogStreams", &of_lab));
    assert!(prompt.await.expect("an answer while others dawdle").contains("\"s\""));
    // And a slow reader gets all of it in the end.
    let mut rest = Vec::new();
    slow.pop().unwrap().read_to_end(&mut rest).await.unwrap();
    assert!(rest.len() > (20 << 20) - 1_000 && rest.ends_with(b"xxx"));
    drop(idle);
    scene.assert_consistent();
}
