//! The program on a foreign AWS: moto's server has the calls of the lab's first steps; the program works there as on AWS and cleans up.

use outcrop::app::window::Opening;
use outcrop::aws::{Environment, EnvironmentKind};
use outcrop::lab::status::Status;

use crate::support::{open_at, run_step, until};
use crate::tools::moto;

#[test]
fn account_mode_walks_the_first_steps_on_moto_and_leaves_nothing() {
    let server = moto();
    let home = tempfile::tempdir().unwrap();
    let environment = Environment {
        kind: EnvironmentKind::Endpoint,
        profile: None,
        region: "us-east-1".to_owned(),
        endpoint_url: Some(server.url.clone()),
    };
    let mut harness = open_at(home.path(), Opening::At(environment));
    until(&mut harness, "the connection", |h| h.state().state().connection.current.value().is_some());
    assert!(!harness.state().state().connection.is_sandbox());
    for step in ["where-to-work", "log-group", "bucket", "service-role"] {
        run_step(&mut harness, step);
    }
    let statuses = &harness.state().state().lab.statuses;
    assert!(matches!(statuses["log-group"], Status::Done { .. }), "{statuses:?}");
    run_step(&mut harness, "clean-up");
    let status = harness.state().state().lab.status("clean-up");
    assert!(matches!(status, Status::Done { .. }), "clean-up proves by listing that nothing is left: {status:?}");
}
