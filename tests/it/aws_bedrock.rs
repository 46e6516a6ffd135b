//! Bedrock's operations against the sandbox, through both doors: from a configuration that is refused to a reply and its log record.

use std::sync::Arc;
use std::time::Duration;

use outcrop::aws::bedrock::{
    CloudWatchDestination, DeleteModelInvocationLoggingConfiguration, GetFoundationModel, GetFoundationModelAvailability,
    GetInferenceProfile, GetModelInvocationLoggingConfiguration, ListFoundationModels, ListInferenceProfiles, LoggingConfig,
    PutModelInvocationLoggingConfiguration,
};
use outcrop::aws::bedrock_runtime::{ChatEvent, Converse, ConverseRequest, InvokeModel, Message, converse_stream};
use outcrop::aws::cloudwatch::ListMetrics;
use outcrop::aws::iam::{CreateRole, PutRolePolicy};
use outcrop::aws::logs::{CreateLogGroup, FilterLogEvents};
use outcrop::aws::{ErrorKind, Session};
use outcrop::base::clock::ManualClock;

use crate::aws_sandbox::doors_at;

const GROUP: &str = "/outcrop/bedrock";
const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/outcrop-logging";
const PROFILE: &str = "us.anthropic.claude-sonnet-4-6";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:us-east-1:123456789012:*"}}}]}"#;
const WRITE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/bedrock:log-stream:aws/bedrock/modelinvocations"}]}"#;

fn noon() -> Arc<ManualClock> {
    ManualClock::starting_at("2026-10-06T12:00:00Z".parse().unwrap())
}

fn config() -> LoggingConfig {
    let cloud_watch = CloudWatchDestination { log_group: GROUP.to_owned(), role_arn: ROLE_ARN.to_owned(), large_data: None };
    LoggingConfig { cloud_watch: Some(cloud_watch), text: true, image: true, ..LoggingConfig::default() }
}

/// Log group and role, and logging switched on once the role is known to Bedrock.
async fn switch_logging_on(session: &Session, clock: &ManualClock) {
    let role_name = || "outcrop-logging".to_owned();
    session.run(CreateLogGroup { log_group_name: GROUP.to_owned(), kms_key_id: None, tags: Vec::new() }).await.unwrap();
    let role = CreateRole { role_name: role_name(), assume_role_policy_document: TRUST.to_owned(), description: None, tags: Vec::new() };
    assert_eq!(session.run(role).await.unwrap().arn, ROLE_ARN);
    let policy = PutRolePolicy { role_name: role_name(), policy_name: "logs".to_owned(), policy_document: WRITE.to_owned() };
    session.run(policy).await.unwrap();
    let early = session.run(PutModelInvocationLoggingConfiguration { config: config() }).await.unwrap_err();
    assert!(early.kind == ErrorKind::Invalid && early.explain().why.contains("up to a minute"), "{early:?}");
    clock.advance(Duration::from_secs(10));
    session.run(PutModelInvocationLoggingConfiguration { config: config() }).await.unwrap();
}

fn request(model_id: &str, text: &str) -> ConverseRequest {
    let request_metadata = [("source".to_owned(), "test".to_owned())].into();
    let messages = vec![Message::user(text)];
    ConverseRequest { model_id: model_id.to_owned(), messages, max_tokens: Some(200), request_metadata, ..ConverseRequest::default() }
}

#[tokio::test]
async fn the_logging_configuration_is_read_as_written() {
    let clock = noon();
    let (sessions, _server) = doors_at(clock.clone()).await;
    for session in sessions {
        assert_eq!(session.run(GetModelInvocationLoggingConfiguration {}).await.unwrap(), None);
        switch_logging_on(&session, &clock).await;
        assert_eq!(session.run(GetModelInvocationLoggingConfiguration {}).await.unwrap(), Some(config()));
        session.run(DeleteModelInvocationLoggingConfiguration {}).await.unwrap();
        assert_eq!(session.run(GetModelInvocationLoggingConfiguration {}).await.unwrap(), None);
    }
}

#[tokio::test]
async fn models_and_profiles_are_listed() {
    let (sessions, _server) = doors_at(noon()).await;
    for session in sessions {
        let models =
            session.run(ListFoundationModels { by_provider: Some("anthropic".to_owned()), by_output_modality: None }).await.unwrap();
        let model = models.iter().find(|model| PROFILE.ends_with(&model.id)).unwrap();
        assert!(model.streaming && model.input_modalities.contains(&"TEXT".to_owned()), "{model:?}");
        assert_eq!(session.run(GetFoundationModel { model_id: model.id.clone() }).await.unwrap().arn, model.arn);
        let access = session.run(GetFoundationModelAvailability { model_id: model.id.clone() }).await.unwrap();
        assert!(access.is_usable(), "{access:?}");

        let profiles = session.run(ListInferenceProfiles::default()).await.unwrap();
        let profile = profiles.iter().find(|profile| profile.id == PROFILE).unwrap();
        assert_eq!((profile.model_id(), profile.kind.as_str()), (Some(model.id.as_str()), "SYSTEM_DEFINED"));
        assert_eq!(session.run(GetInferenceProfile { id: PROFILE.to_owned() }).await.unwrap(), *profile);
        let unknown = session.run(Converse(request("anthropic.there-is-no-such-model", "hi"))).await.unwrap_err();
        assert!(unknown.explain().what.contains("does not know this model"), "{unknown:?}");
        let direct = session.run(Converse(request(&model.id, "hi"))).await.unwrap_err();
        assert!(direct.explain().remedy.contains("inference profile"), "{direct:?}");
    }
}

#[tokio::test]
async fn a_reply_is_found_again_in_the_log() {
    let clock = noon();
    let (sessions, _server) = doors_at(clock.clone()).await;
    for session in sessions {
        switch_logging_on(&session, &clock).await;
        let whole = session.run(Converse(request(PROFILE, "What is an outcrop?"))).await.unwrap();
        assert!(!whole.text.is_empty() && whole.usage.input > 0 && whole.stop_reason == "end_turn", "{whole:?}");
        let (text, streamed) = streamed(&session).await;
        assert!(!text.is_empty());
        let body = r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}"#;
        let invoked = session.run(InvokeModel { model_id: PROFILE.to_owned(), body: body.to_owned() }).await.unwrap();
        assert!(invoked.body.contains("\"content\""), "{invoked:?}");
        for id in [whole.request_id.unwrap(), streamed, invoked.request_id.unwrap()] {
            assert_eq!(records_of(&session, &id).await, 1, "{id}");
        }
        let list =
            ListMetrics { namespace: Some("AWS/Bedrock".to_owned()), metric_name: Some("Invocations".to_owned()), dimensions: Vec::new() };
        let metrics = session.run(list).await.unwrap();
        assert!(metrics.iter().any(|metric| metric.dimensions.iter().any(|dimension| dimension.value == PROFILE)), "{metrics:?}");
    }
}

/// The text of a streamed reply and its request id.
async fn streamed(session: &Session) -> (String, String) {
    let mut stream = converse_stream(session, request(PROFILE, "What is an outcrop?")).await.unwrap();
    let id = stream.request_id().unwrap().to_owned();
    let (mut text, mut last) = (String::new(), None);
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        if let ChatEvent::Text(part) = &event {
            text.push_str(part);
        }
        last = Some(event);
    }
    assert!(matches!(last, Some(ChatEvent::Metadata { usage, .. }) if usage.output > 0), "{last:?}");
    (text, id)
}

async fn records_of(session: &Session, request_id: &str) -> usize {
    let filter_pattern = Some(format!(r#"{{ $.requestId = "{request_id}" }}"#));
    let filter = FilterLogEvents { log_group_name: GROUP.to_owned(), filter_pattern, ..FilterLogEvents::default() };
    session.run(filter).await.unwrap().events.len()
}
