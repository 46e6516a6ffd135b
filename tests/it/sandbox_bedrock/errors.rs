//! Every refusal of the runtime, in AWS's words, and what it leaves in log and metrics.

use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, InferenceConfiguration, Message};
use http::Method;
use serde_json::{Value, json};

use super::account::{Account, CLAUDE_2, SONNET, told, user};

async fn converse_error(account: &Account, model: &str) -> (u16, String, String) {
    told(&account.runtime().converse().model_id(model).messages(user("Hello")).send().await.unwrap_err())
}

#[tokio::test]
async fn models_that_cannot_be_called_say_why() {
    let account = Account::new();
    let invalid = "The provided model identifier is invalid.";
    let cases = [
        ("anthropic.claude-nothing", 400, "ValidationException", invalid),
        ("eu.anthropic.claude-sonnet-4-6", 400, "ValidationException", invalid),
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6", 400, "ValidationException", invalid),
        (
            "anthropic.claude-sonnet-4-6",
            400,
            "ValidationException",
            "Invocation of model ID anthropic.claude-sonnet-4-6 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
        ),
        (
            "us.anthropic.claude-opus-4-1-20250805-v1:0",
            404,
            "ResourceNotFoundException",
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock",
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            404,
            "ResourceNotFoundException",
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
        ),
        ("us.anthropic.claude-mythos-5-1", 403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    ];
    for (model, status, code, message) in cases {
        assert_eq!(converse_error(&account, model).await, (status, code.to_owned(), message.to_owned()), "{model}");
    }
}

#[tokio::test]
async fn every_spelling_of_a_callable_model_works() {
    let account = Account::new();
    for model in [
        SONNET,
        "global.anthropic.claude-sonnet-4-6",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6",
        CLAUDE_2,
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1",
    ] {
        account.ask(model, "Hello").await;
    }
}

#[tokio::test]
async fn parameters_that_a_model_does_not_take_are_refused() {
    let account = Account::new();
    let refused = async |model: &str, config: InferenceConfiguration| {
        let call = account.runtime().converse().model_id(model).messages(user("Hello")).inference_config(config);
        let (status, code, message) = told(&call.send().await.unwrap_err());
        assert_eq!((status, code.as_str()), (400, "ValidationException"));
        message
    };
    let both = InferenceConfiguration::builder().temperature(0.5).top_p(0.5).build();
    assert_eq!(
        refused(SONNET, both.clone()).await,
        "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one."
    );
    assert_eq!(
        refused("us.anthropic.claude-opus-4-7", InferenceConfiguration::builder().temperature(0.5).build()).await,
        "The model returned the following errors: `temperature` is deprecated for this model."
    );
    assert_eq!(
        refused(CLAUDE_2, InferenceConfiguration::builder().max_tokens(5_000).build()).await,
        "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096."
    );
    assert!(refused(SONNET, InferenceConfiguration::builder().temperature(1.5).build()).await.contains("'inferenceConfig.temperature'"));
    assert!(refused(SONNET, InferenceConfiguration::builder().max_tokens(0).build()).await.contains("'inferenceConfig.maxTokens'"));
    assert!(refused(SONNET, InferenceConfiguration::builder().stop_sequences(" ").build()).await.contains("non-whitespace"));
    account.runtime().converse().model_id(CLAUDE_2).messages(user("Hello")).inference_config(both).send().await.unwrap();
}

#[tokio::test]
async fn conversations_must_be_well_formed() {
    let account = Account::new();
    let assistant =
        |text: &str| Message::builder().role(ConversationRole::Assistant).content(ContentBlock::Text(text.to_owned())).build().unwrap();
    let refused = async |model: &str, messages: Vec<Message>| {
        told(&account.runtime().converse().model_id(model).set_messages(Some(messages)).send().await.unwrap_err()).2
    };
    let start = "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
    assert_eq!(refused(SONNET, vec![]).await, start);
    assert_eq!(refused(SONNET, vec![assistant("Hi")]).await, start);
    assert_eq!(
        refused(SONNET, vec![user("a"), user("b")]).await,
        "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."
    );
    assert_eq!(
        refused(SONNET, vec![user(" ")]).await,
        "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again."
    );
    let empty = Message::builder().role(ConversationRole::User).set_content(Some(vec![])).build().unwrap();
    assert_eq!(
        refused(SONNET, vec![empty]).await,
        "The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the content field and try again."
    );
    assert!(
        refused("us.anthropic.claude-opus-4-8", vec![user("a"), assistant("Well,")])
            .await
            .contains("does not support assistant message prefill")
    );
    let window = "word ".repeat(200_001);
    assert!(refused(CLAUDE_2, vec![user(&window)]).await.starts_with("The model returned the following errors: prompt is too long: 2000"));
}

async fn invoke_error(account: &Account, model: &str, body: &Value) -> String {
    let (status, kind, reply) = account.raw(Method::POST, &format!("/model/{model}/invoke"), body).await;
    assert_eq!((status, kind.as_str()), (400, "ValidationException"), "{reply}");
    reply["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn bodies_of_the_invoke_operations_are_checked() {
    let account = Account::new();
    let good = json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 10, "messages": [{ "role": "user", "content": "Hello" }] });
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let cases = [
        (with("max_tokens", Value::Null), "max_tokens: Field required"),
        (with("anthropic_version", Value::Null), "anthropic_version: Field required"),
        (with("maxTokens", json!(5)), "maxTokens: Extra inputs are not permitted"),
        (
            with("max_tokens", json!(64_001)),
            "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-6",
        ),
        (with("messages", json!([])), "messages: at least one message is required"),
        (with("messages", json!([{ "role": "assistant", "content": "x" }])), "messages: first message must use the \"user\" role"),
        (
            with("messages", json!([{ "role": "user", "content": [{ "type": "text", "text": "" }] }])),
            "messages: text content blocks must be non-empty",
        ),
        (with("temperature", json!(2)), "temperature: range: 0..1"),
        (
            json!({ "prompt": "\n\nHuman: x\n\nAssistant:", "max_tokens_to_sample": 5 }),
            "\"claude-sonnet-4-6\" is not supported on this API. Please use the Messages API instead.",
        ),
        (json!([1]), "Malformed input request, please reformat your input and try again."),
    ];
    for (body, message) in cases {
        assert_eq!(invoke_error(&account, SONNET, &body).await, message);
    }
    let too_long = json!({ "prompt": "\n\nHuman: x\n\nAssistant:", "max_tokens_to_sample": 5_000 });
    assert!(invoke_error(&account, CLAUDE_2, &too_long).await.contains("#/max_tokens_to_sample: 5000"));
}

#[tokio::test]
async fn what_the_sandbox_does_not_have_is_refused_by_name() {
    let account = Account::new();
    let with = |key: &str, value: Value| {
        let mut body = json!({ "messages": [{ "role": "user", "content": [{ "text": "Hello" }] }] });
        body[key] = value;
        body
    };
    let there =
        json!([{ "role": "user", "content": [{ "image": { "format": "png", "source": { "s3Location": { "uri": "s3://a/b" } } } }] }]);
    let cases = [
        (with("guardrailConfig", json!({ "guardrailIdentifier": "g", "guardrailVersion": "1" })), "guardrails"),
        (with("promptVariables", json!({})), "prompt variables"),
        (with("messages", there), "S3 location"),
    ];
    for (body, name) in cases {
        let (status, kind, reply) = account.raw(Method::POST, &format!("/model/{SONNET}/converse"), &body).await;
        assert_eq!((status, kind.as_str()), (501, "NotImplemented"));
        assert!(reply["message"].as_str().unwrap().contains(name), "{reply}");
    }
}

#[tokio::test]
async fn a_caller_without_permission_is_told_action_and_resource() {
    let account = Account::new();
    account.sandbox.world().denied.insert("*".to_owned(), ["bedrock:InvokeModel".to_owned()].into());
    let (status, code, message) = converse_error(&account, SONNET).await;
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert!(message.contains(
        "bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6"
    ));
    account.runtime().converse_stream().model_id(SONNET).messages(user("Hello")).send().await.unwrap();
}

#[tokio::test]
async fn throttled_calls_count_as_throttles_only() {
    let account = Account::logging().await;
    account.faults(|faults| faults.throttle_next = 2);
    for _ in 0..2 {
        let refusal = (429, "ThrottlingException".to_owned(), "Too many tokens, please wait before trying again.".to_owned());
        assert_eq!(converse_error(&account, SONNET).await, refusal);
    }
    account.ask(SONNET, "Hello").await;
    assert_eq!(account.sum("InvocationThrottles", Some(SONNET)).await, 2.0);
    assert_eq!(account.sum("Invocations", Some(SONNET)).await, 1.0);
    assert_eq!(account.sum("InvocationClientErrors", Some(SONNET)).await, 0.0);
    let records = account.records().await;
    assert_eq!(records.iter().filter(|record| record["errorCode"] == "ThrottlingException").count(), 2);
    assert_eq!(records[0]["input"], json!({}));
}

#[tokio::test]
async fn other_failures_count_as_errors_of_client_or_server() {
    let account = Account::logging().await;
    account.faults(|faults| {
        faults.fail_next = 1;
        faults.denied_models.insert("anthropic.claude-opus-4-7".to_owned());
    });
    assert_eq!(converse_error(&account, SONNET).await.0, 500);
    assert_eq!(converse_error(&account, "us.anthropic.claude-opus-4-7").await.1, "AccessDeniedException");
    assert_eq!(converse_error(&account, "anthropic.claude-nothing").await.0, 400);
    assert_eq!(account.sum("InvocationServerErrors", Some(SONNET)).await, 1.0);
    assert_eq!(account.sum("InvocationClientErrors", Some("us.anthropic.claude-opus-4-7")).await, 1.0);
    assert_eq!(account.sum("InvocationClientErrors", Some("anthropic.claude-nothing")).await, 1.0);
    assert_eq!(account.sum("Invocations", Some(SONNET)).await, 0.0);
    let codes: Vec<Value> = account.records().await.iter().map(|record| record["errorCode"].clone()).collect();
    assert_eq!(codes, ["InternalServerException", "AccessDeniedException", "ValidationException"]);
}
