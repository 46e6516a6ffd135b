//! The program on a foreign AWS: moto's server has the calls of the lab's first steps, and says so of the rest.

use outcrop::aws::recorder::no_recorder;
use outcrop::aws::{Environment, EnvironmentKind, ErrorKind, Session, bedrock, iam, logs, s3, sts};

use crate::tools::{Server, moto};

async fn session(server: &Server) -> Session {
    let environment = Environment { kind: EnvironmentKind::Endpoint, profile: None, region: "us-east-1".to_owned(), endpoint_url: Some(server.url.clone()) };
    Session::connect(&environment, no_recorder()).await.unwrap()
}
