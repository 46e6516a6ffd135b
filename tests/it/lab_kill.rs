//! Killed at any moment of any step, the ledger still leads clean-up to everything that was made.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use outcrop::lab::engine::Engine;
use outcrop::sandbox::door::Door;
use outcrop::sandbox::world::World;
use tokio::sync::Notify;

use crate::lab_bench::{Account, lab, must_run_in};

/// The moment at which the program dies, counted in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    /// Before the request reaches AWS.
    BeforeCall,
    /// After AWS has done it, before the answer is read.
    AfterCall,
    /// Before the request, while the last line of the ledger was being written.
    InLedgerWrite,
}

/// A connection that goes dead at the n-th request, as a killed program's does.
#[derive(Debug, Clone)]
struct Mortal {
    inner: SharedHttpClient,
    connector: Option<SharedHttpConnector>,
    requests_left: Arc<AtomicUsize>,
    after: bool,
    died: Arc<Notify>,
}

impl HttpConnector for Mortal {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let before = self.requests_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        let connector = self.connector.clone().unwrap();
        if before.is_ok() {
            return connector.call(request);
        }
        let (after, died) = (self.after, self.died.clone());
        HttpConnectorFuture::new(async move {
            if after {
                drop(connector.call(request).await);
            }
            died.notify_one();
            std::future::pending().await
        })
    }
}

impl HttpClient for Mortal {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = Some(self.inner.http_connector(settings, components));
        SharedHttpConnector::new(Self { connector, ..self.clone() })
    }
}

/// Runs `step` until it dies at request `n`; false when it ended before.
async fn dies(account: &Account, home: &Path, step: &str, n: usize, death: Death) -> bool {
    let died = Arc::new(Notify::new());
    let mortal = Mortal {
        inner: Door::http_client(account.sandbox.clone()),
        connector: None,
        requests_left: Arc::new(AtomicUsize::new(n)),
        after: death == Death::AfterCall,
        died: died.clone(),
    };
    let session = account.session(Some(SharedHttpClient::new(mortal))).await;
    let engine = Engine::open(lab(), session, account.clock.clone(), home).unwrap();
    tokio::select! {
        () = died.notified() => true,
        _ = engine.run(step, &|_| {}) => false,
    }
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_files(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Cuts some bytes off the ledger's end, as a power cut in the middle of a write does.
fn tear_ledger(home: &Path) {
    let path = home.join("ledger/sandbox.jsonl");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len().saturating_sub(9)]).unwrap();
}

/// The program starts again and cleans up; nothing may be left.
async fn clean_up_after_restart(account: &Account, home: &Path, what: &str) {
    let engine = account.engine(home).await;
    let receipt = engine.clean_up(&|_| {}).await.unwrap_or_else(|failure| panic!("{what}: {failure:?}"));
    assert!(receipt.is_clean(), "{what}: {}", receipt.text());
    assert_eq!(account.contents(), Vec::<String>::new(), "{what}");
    assert_eq!(engine.ledger().outstanding().unwrap(), [], "{what}");
    let again = engine.clean_up(&|_| {}).await.unwrap();
    assert!(again.is_clean(), "{what}: clean-up can be repeated");
}

/// Requests of a step after which it only waits and looks: nothing is made any more.
const MOST_REQUESTS: usize = 60;

/// Kills `step` at each of its requests, always from the same state before it. Returns how many deaths there were.
async fn kill_everywhere(step: &str, world: &World, files: &Path, death: Death) -> usize {
    for n in 0..MOST_REQUESTS {
        let home = tempfile::tempdir().unwrap();
        copy_files(files, home.path());
        let account = Account::with(world.clone());
        if !dies(&account, home.path(), step, n, death).await {
            return n;
        }
        if death == Death::InLedgerWrite {
            tear_ledger(home.path());
        }
        clean_up_after_restart(&account, home.path(), &format!("{step} killed at request {n}, {death:?}")).await;
    }
    MOST_REQUESTS
}

async fn kill_every_step(death: Death) {
    let mut world = World::default();
    world.settings.iam_propagation_seconds = 0;
    let files = tempfile::tempdir().unwrap();
    let mut deaths = 0;
    for step in &lab().steps {
        let killed = kill_everywhere(&step.id, &world, files.path(), death).await;
        assert!(killed > 0, "{} makes no request", step.id);
        deaths += killed;
        let account = Account::with(world.clone());
        must_run_in(&account, &account.engine(files.path()).await, &step.id).await;
        world = account.sandbox.world().clone();
    }
    assert!(deaths > 40, "{deaths} deaths are too few to prove anything");
}

#[tokio::test]
async fn killed_before_any_call_of_any_step_nothing_is_left() {
    kill_every_step(Death::BeforeCall).await;
}

#[tokio::test]
async fn killed_after_any_call_of_any_step_nothing_is_left() {
    kill_every_step(Death::AfterCall).await;
}

#[tokio::test]
async fn killed_while_writing_the_ledger_nothing_is_left() {
    kill_every_step(Death::InLedgerWrite).await;
}
