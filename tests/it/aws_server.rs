//! An HTTP server that does what a test says: the bad days of AWS.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use outcrop::aws::recorder::CallRecord;
use outcrop::aws::session::Timeouts;
use outcrop::aws::{Environment, Recorder, Session};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What one connection gets.
#[derive(Clone)]
pub enum Answer {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// These bytes, then nothing until the client goes away.
    Stall(Vec<u8>),
}

/// A server that gives its answers in order, one a connection; the last one is repeated.
pub struct Scripted {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    hangups: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Scripted {
    pub async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (count, hangups) = watch::channel(0);
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            for turn in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let answer = answers[turn.min(answers.len() - 1)].clone();
                tokio::spawn(serve(stream, answer, Arc::clone(&seen), count.clone()));
            }
        });
        Self { url, requests, hangups, task }
    }

    /// The requests so far, heads and bodies.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until a client has hung up on a stalled answer.
    pub async fn hung_up(&mut self) {
        tokio::time::timeout(Duration::from_secs(10), self.hangups.wait_for(|count| *count > 0)).await.unwrap().unwrap();
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, seen: Arc<Mutex<Vec<String>>>, hangups: watch::Sender<usize>) {
    let request = read_request(&mut stream).await;
    seen.lock().unwrap().push(request);
    match answer {
        Answer::Bytes(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        Answer::Stall(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
            hangups.send_modify(|count| *count += 1);
        }
    }
}

/// Reads a head and as much body as it announces.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if read == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

/// A whole HTTP response.
pub fn response(status: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes())
}

/// A session as the sandbox's, on `url`, with short patience, and the records of its calls.
pub async fn session(url: &str) -> (Session, Arc<Mutex<Vec<CallRecord>>>) {
    let (recorder, records) = keeping_recorder();
    let session = Session::open(&Environment::sandbox(url), recorder, None, impatient()).await.unwrap();
    (session, records)
}

/// A recorder and what it has taken.
pub fn keeping_recorder() -> (Recorder, Arc<Mutex<Vec<CallRecord>>>) {
    let records = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&records);
    (Arc::new(move |record| kept.lock().unwrap().push(record)), records)
}

/// Short enough for a test, long enough for a busy machine.
pub fn impatient() -> Timeouts {
    let (short, backoff) = (Duration::from_millis(400), Duration::from_millis(10));
    Timeouts { connect: Duration::from_secs(5), read: short, model_read: short, first_backoff: backoff }
}
