//! The program's own operations against the sandbox, through both doors.

use outcrop::aws::iam::{
    CreateRole, Decision, DeleteRole, DeleteRolePolicy, GetRole, GetRolePolicy, ListRolePolicies, ListRoles, PutRolePolicy,
    SimulatePrincipalPolicy, UpdateAssumeRolePolicy,
};
use outcrop::aws::sts::GetCallerIdentity;
use outcrop::aws::{Environment, ErrorKind, Session, Tag};
use outcrop::base::clock::{SharedClock, SystemClock};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::door::Door;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;

use crate::aws_server::keeping_recorder;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}"#;

/// A session through each door, each to an account of its own; the server lives as long as it is held.
pub async fn doors() -> (Vec<Session>, Server) {
    doors_at(SystemClock::shared()).await
}

/// The same with both accounts on `clock`.
pub async fn doors_at(clock: SharedClock) -> (Vec<Session>, Server) {
    let sandbox = || Sandbox::new(World::default(), clock.clone(), 11);
    let server = Server::start(sandbox(), None).await.unwrap();
    let loopback = Session::connect(&Environment::sandbox(server.url()), keeping_recorder().0).await.unwrap();
    let inside = Environment::sandbox("http://sandbox.invalid");
    let inside = Session::connect_with_http(&inside, keeping_recorder().0, Door::http_client(sandbox())).await.unwrap();
    (vec![loopback, inside], server)
}

#[tokio::test]
async fn who_am_i() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        let who = session.run(GetCallerIdentity {}).await.unwrap();
        assert_eq!(who.account, "123456789012");
        assert!(who.arn.contains(":assumed-role/"), "{who:?}");
    }
}

#[tokio::test]
async fn the_life_of_a_role() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        life_of_a_role(&session).await;
    }
}

async fn life_of_a_role(session: &Session) {
    let name = || "outcrop-logging".to_owned();
    let create = CreateRole {
        role_name: name(),
        assume_role_policy_document: TRUST.to_owned(),
        description: Some("for logs".to_owned()),
        tags: vec![Tag::new("outcrop", "lab")],
    };
    let made = session.run(create.clone()).await.unwrap();
    assert_eq!(made.arn, "arn:aws:iam::123456789012:role/outcrop-logging");
    let again = session.run(create).await.unwrap_err();
    assert_eq!((again.kind, again.code.as_str()), (ErrorKind::AlreadyExists, "EntityAlreadyExists"));

    let role = session.run(GetRole { role_name: name() }).await.unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&role.trust_policy).unwrap()["Version"], "2012-10-17");
    assert_eq!((role.tags.as_slice(), role.description.as_deref()), (&[Tag::new("outcrop", "lab")][..], Some("for logs")));
    assert_eq!(session.run(ListRoles::default()).await.unwrap().iter().filter(|role| role.name == "outcrop-logging").count(), 1);
    session.run(UpdateAssumeRolePolicy { role_name: name(), policy_document: TRUST.to_owned() }).await.unwrap();
    policies_of_a_role(session).await;
    session.run(DeleteRole { role_name: name() }).await.unwrap();
    let gone = session.run(GetRole { role_name: name() }).await.unwrap_err();
    assert_eq!((gone.kind, gone.code.as_str()), (ErrorKind::NotFound, "NoSuchEntity"));
    assert!(gone.request_id.is_some(), "{gone:?}");
}

async fn policies_of_a_role(session: &Session) {
    let (role_name, policy_name) = ("outcrop-logging".to_owned(), "write".to_owned());
    let put = PutRolePolicy { role_name: role_name.clone(), policy_name: policy_name.clone(), policy_document: ALLOW.to_owned() };
    session.run(put).await.unwrap();
    assert_eq!(session.run(ListRolePolicies { role_name: role_name.clone() }).await.unwrap(), ["write"]);
    let get = GetRolePolicy { role_name: role_name.clone(), policy_name: policy_name.clone() };
    assert_eq!(session.run(get).await.unwrap(), ALLOW);
    let simulate = SimulatePrincipalPolicy {
        policy_source_arn: "arn:aws:iam::123456789012:role/outcrop-logging".to_owned(),
        action_names: vec!["logs:PutLogEvents".to_owned(), "s3:DeleteBucket".to_owned()],
        resource_arns: Vec::new(),
    };
    let verdicts = session.run(simulate).await.unwrap();
    let told: Vec<_> = verdicts.iter().map(|verdict| (verdict.action.as_str(), verdict.decision)).collect();
    assert_eq!(told, [("logs:PutLogEvents", Decision::Allowed), ("s3:DeleteBucket", Decision::ImplicitDeny)]);
    let conflict = session.run(DeleteRole { role_name: role_name.clone() }).await.unwrap_err();
    assert_eq!(conflict.code, "DeleteConflict");
    session.run(DeleteRolePolicy { role_name, policy_name }).await.unwrap();
}
