//! A sandbox of a test's own with the lab's resources in it, and the program opened on it: for stories that need faults or a ready log.

use std::path::Path;
use std::sync::Arc;

use egui_kittest::Harness;
use outcrop::app::window::{App, Opening};
use outcrop::aws::recorder::no_recorder;
use outcrop::aws::{Environment, Session};
use outcrop::base::clock::SystemClock;
use outcrop::lab::engine::Engine;
use outcrop::lab::manifest;
use outcrop::lab::source::LabSource;
use outcrop::lab::status::Status;
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::bedrock::Faults;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;

use crate::support;

/// Region of the sandbox's resources.
pub const REGION: &str = "us-east-1";

/// A running sandbox, the files of the program, and the threads that both need.
pub struct Place {
    /// The account.
    pub sandbox: Sandbox,
    /// A connection to it, for looking behind the program's back.
    pub session: Session,
    home: tempfile::TempDir,
    server: Option<Server>,
    tokio: tokio::runtime::Runtime,
}

impl Place {
    /// An empty account without the wait for IAM.
    pub fn new() -> Self {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut world = World::default();
        world.settings.iam_propagation_seconds = 0;
        let sandbox = Sandbox::new(world, SystemClock::shared(), 7);
        let server = tokio.block_on(Server::start(sandbox.clone(), None)).unwrap();
        let session = tokio.block_on(Session::connect(&Environment::sandbox(server.url()), no_recorder())).unwrap();
        Self { sandbox, session, home: tempfile::tempdir().unwrap(), server: Some(server), tokio }
    }

    /// An account in which the lab's steps up to invocation logging are done, with their ledger in the program's files.
    pub fn with_logging() -> Self {
        let place = Self::new();
        place.run_lab(&["where-to-work", "log-group", "bucket", "service-role", "invocation-logging"]);
        place
    }

    fn run_lab(&self, steps: &[&str]) {
        let lab = Arc::new(manifest::load(&LabSource::Embedded, "bedrock-monitoring").unwrap());
        let engine = Engine::open(lab, self.session.clone(), SystemClock::shared(), self.home.path()).unwrap();
        for step in steps {
            let status = self.tokio.block_on(engine.run(step, &|_| {}));
            assert!(matches!(status, Status::Done { .. } | Status::Warned { .. }), "{step}: {status:?}");
        }
    }

    /// The program's files.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Opens the program here.
    pub fn open(&self) -> Harness<'static, App> {
        let url = self.server.as_ref().map(Server::url).unwrap_or_default();
        support::open_at(self.home(), Opening::At(Environment::sandbox(url)))
    }

    /// Changes how models fail from now on.
    pub fn fail(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.sandbox.world().region(REGION).bedrock.faults);
    }

    /// Waits for `future` on the place's threads.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.tokio.block_on(future)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.tokio.block_on(server.stop());
        }
    }
}
