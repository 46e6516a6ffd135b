//! A request to a model as a person would write it elsewhere: on the AWS command line, in Python, in Rust.

use serde_json::Value;

use crate::aws::bedrock_runtime::{Block, Converse, ConverseRequest, Role, StreamConverse};
use crate::aws::operation::{Permission, PlannedCall, Service, cli_line};

/// A language in which a request can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// A command line of the AWS CLI.
    #[default]
    Cli,
    /// Python with boto3.
    Python,
    /// Rust with the AWS SDK.
    Rust,
}

/// The request in a language. `streaming` asks for the streamed form where the language has one.
pub fn request(dialect: Dialect, request: &ConverseRequest, streaming: bool, region: &str) -> String {
    match dialect {
        Dialect::Cli => cli(request, region),
        Dialect::Python => python(request, streaming, region),
        Dialect::Rust => rust(request, streaming, region),
    }
}

/// Any planned call in a language; Rust is left to the requests that have it.
pub fn call(dialect: Dialect, plan: &PlannedCall, region: &str) -> String {
    match dialect {
        Dialect::Cli => cli_call(plan, region),
        Dialect::Python | Dialect::Rust => python_call(plan, region),
    }
}

/// One option a line.
fn cli_call(plan: &PlannedCall, region: &str) -> String {
    let line = |params: &Value| cli_line(plan.service, &plan.operation, params);
    let command = line(&Value::Null);
    let mut text = command.clone();
    for (name, value) in plan.params.as_object().into_iter().flatten() {
        let with_one = line(&Value::Object([(name.clone(), value.clone())].into_iter().collect()));
        text.push_str(" \\\n ");
        text.push_str(with_one.strip_prefix(&command).unwrap_or(&with_one));
    }
    text + " \\\n  --region " + region + "\n"
}

fn python_call(plan: &PlannedCall, region: &str) -> String {
    let service = plan.service.cli_name();
    let service = if service == "s3api" { "s3" } else { service };
    let variable = service.replace('-', "_");
    let region = python_value(&region.into(), 0);
    let mut code = format!("import boto3\n\n{variable} = boto3.client(\"{service}\", region_name={region})\n\n");
    put(&mut code, format_args!("{variable}.{}(\n", snake(&plan.operation)));
    for (name, value) in plan.params.as_object().into_iter().flatten() {
        put(&mut code, format_args!("    {name}={},\n", python_value(value, 1)));
    }
    code + ")\n"
}

/// `PutMetricAlarm` as boto3 spells it: `put_metric_alarm`.
fn snake(operation: &str) -> String {
    let with_line = |(place, letter): (usize, char)| {
        let line = if place > 0 && letter.is_uppercase() { "_" } else { "" };
        format!("{line}{}", letter.to_ascii_lowercase())
    };
    operation.chars().enumerate().map(with_line).collect()
}

/// The permissions that the request needs.
pub fn permissions(request: &ConverseRequest, streaming: bool) -> Vec<Permission> {
    let plan = if streaming { PlannedCall::of(&StreamConverse(request.clone())) } else { PlannedCall::of(&Converse(request.clone())) };
    plan.permissions
}

/// The CLI has no event streams: `converse` gives the same reply at once. One option a line; texts are left as they are.
fn cli(request: &ConverseRequest, region: &str) -> String {
    let line = |params: &Value| cli_line(Service::BedrockRuntime, "Converse", params);
    let command = line(&Value::Null);
    let mut text = command.clone();
    for (name, value) in request.params().as_object().into_iter().flatten() {
        let with_one = line(&Value::Object([(name.clone(), value.clone())].into_iter().collect()));
        text.push_str(" \\\n ");
        text.push_str(with_one.strip_prefix(&command).unwrap_or(&with_one));
    }
    text + " \\\n  --region " + region + "\n"
}

/// Writing to a `String` cannot fail, so nothing has to be said about it.
fn put(code: &mut String, text: std::fmt::Arguments<'_>) {
    code.push_str(&text.to_string());
}

fn python(request: &ConverseRequest, streaming: bool, region: &str) -> String {
    let mut code =
        format!("import boto3\n\nbedrock = boto3.client(\"bedrock-runtime\", region_name={})\n\n", python_value(&region.into(), 0));
    let call = if streaming { "converse_stream" } else { "converse" };
    put(&mut code, format_args!("response = bedrock.{call}(\n"));
    for (name, value) in request.params().as_object().into_iter().flatten() {
        put(&mut code, format_args!("    {name}={},\n", python_value(value, 1)));
    }
    code.push_str(")\n");
    code.push_str(if streaming { PYTHON_STREAM } else { PYTHON_WHOLE });
    code
}

const PYTHON_WHOLE: &str = r#"print(response["output"]["message"]["content"][0]["text"])
print(response["stopReason"], response["usage"], response["metrics"]["latencyMs"])
"#;

const PYTHON_STREAM: &str = r#"for event in response["stream"]:
    if "contentBlockDelta" in event:
        print(event["contentBlockDelta"]["delta"].get("text", ""), end="", flush=True)
    elif "metadata" in event:
        print("\n", event["metadata"]["usage"], event["metadata"]["metrics"]["latencyMs"])
"#;

/// JSON as a Python literal. JSON's escapes within strings are Python's too, but for the surrogate pairs that it never writes here.
fn python_value(value: &Value, depth: usize) -> String {
    let inner = "    ".repeat(depth + 1);
    let outer = "    ".repeat(depth);
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(items) => {
            let lines: Vec<String> = items.iter().map(|item| format!("{inner}{},\n", python_value(item, depth + 1))).collect();
            format!("[\n{}{outer}]", lines.concat())
        }
        Value::Object(fields) => {
            let line =
                |(name, item): (&String, &Value)| format!("{inner}{}: {},\n", Value::from(name.as_str()), python_value(item, depth + 1));
            format!("{{\n{}{outer}}}", fields.iter().map(line).collect::<Vec<_>>().concat())
        }
    }
}

fn rust(request: &ConverseRequest, streaming: bool, region: &str) -> String {
    let mut code = format!("{RUST_USES}\nlet config = aws_config::from_env().region({}).load().await;\n", rust_text(region));
    code.push_str("let client = aws_sdk_bedrockruntime::Client::new(&config);\n\nlet ");
    let (binding, call) = if streaming { ("mut reply", "converse_stream") } else { ("reply", "converse") };
    put(&mut code, format_args!("{binding} = client\n    .{call}()\n    .model_id({})\n", rust_text(&request.model_id)));
    if let Some(system) = &request.system {
        put(&mut code, format_args!("    .system(SystemContentBlock::Text({}.into()))\n", rust_text(system)));
    }
    for message in &request.messages {
        let role = if message.role == Role::User { "User" } else { "Assistant" };
        let head = format_args!("    .messages(\n        Message::builder()\n            .role(ConversationRole::{role})\n");
        put(&mut code, head);
        code.push_str(&message.blocks.iter().map(rust_block).collect::<String>());
        code.push_str("            .build()?,\n    )\n");
    }
    code.push_str(&rust_inference(request));
    for (key, value) in &request.request_metadata {
        put(&mut code, format_args!("    .request_metadata({}, {})\n", rust_text(key), rust_text(value)));
    }
    code.push_str("    .send()\n    .await?;\n");
    code.push_str(if streaming { RUST_STREAM } else { RUST_WHOLE });
    code
}

const RUST_USES: &str = "use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseStreamOutput, InferenceConfiguration, Message, SystemContentBlock,
};
";

const RUST_WHOLE: &str = "println!(\"{:?} {:?}\", reply.output, reply.usage);\n";

const RUST_STREAM: &str = "while let Some(event) = reply.stream.recv().await? {
    match event {
        ConverseStreamOutput::ContentBlockDelta(delta) => print!(\"{:?}\", delta.delta),
        ConverseStreamOutput::Metadata(metadata) => println!(\"{:?}\", metadata.usage),
        _ => {}
    }
}
";

fn rust_block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("            .content(ContentBlock::Text({}.into()))\n", rust_text(text)),
        Block::Image { format, .. } => format!("            // and an image ({format})\n"),
        Block::Document { name, format, .. } => format!("            // and the document {name} ({format})\n"),
    }
}

fn rust_inference(request: &ConverseRequest) -> String {
    let mut setters = String::new();
    if let Some(max) = request.max_tokens {
        put(&mut setters, format_args!("            .max_tokens({max})\n"));
    }
    if let Some(temperature) = request.temperature {
        put(&mut setters, format_args!("            .temperature({temperature:?})\n"));
    }
    if let Some(top_p) = request.top_p {
        put(&mut setters, format_args!("            .top_p({top_p:?})\n"));
    }
    for stop in &request.stop_sequences {
        put(&mut setters, format_args!("            .stop_sequences({})\n", rust_text(stop)));
    }
    if setters.is_empty() {
        return setters;
    }
    format!("    .inference_config(\n        InferenceConfiguration::builder()\n{setters}            .build(),\n    )\n")
}

/// `text` as a string of Rust: raw when it has what would have to be escaped.
fn rust_text(text: &str) -> String {
    if !text.contains(['"', '\\', '\n', '\r']) {
        return format!("\"{text}\"");
    }
    let mut fence = String::from("#");
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    if text.contains('\r') { format!("{text:?}") } else { format!("r{fence}\"{text}\"{fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::bedrock_runtime::Message;

    fn sample() -> ConverseRequest {
        ConverseRequest {
            model_id: "us.anthropic.claude-sonnet-4-6".to_owned(),
            messages: vec![Message::user("Say \"hi\" to\nO'Neil #\"#")],
            system: Some("Be brief".to_owned()),
            max_tokens: Some(50),
            temperature: Some(0.2),
            stop_sequences: vec!["END".to_owned()],
            ..ConverseRequest::default()
        }
    }

    #[test]
    fn the_command_line_has_one_option_a_line_and_quotes_for_the_shell() {
        let text = request(Dialect::Cli, &sample(), true, "us-east-1");
        assert!(text.starts_with("aws bedrock-runtime converse \\\n  --"), "{text}");
        assert!(text.contains(r"O'\''Neil") && text.contains("--region us-east-1"), "{text}");
    }

    #[test]
    fn a_text_with_dashes_stays_as_it_is() {
        let asked = ConverseRequest { messages: vec![Message::user("a -- b --c")], ..sample() };
        assert!(request(Dialect::Cli, &asked, false, "us-east-1").contains("a -- b --c"));
    }

    #[test]
    fn python_names_only_what_is_set() {
        let text = request(Dialect::Python, &sample(), false, "us-east-1");
        assert!(text.contains("bedrock.converse(") && text.contains("\"temperature\": 0.2") && !text.contains("topP"), "{text}");
        assert!(request(Dialect::Python, &sample(), true, "us-east-1").contains("converse_stream("));
    }

    #[test]
    fn rust_texts_are_fenced_as_far_as_needed() {
        let text = request(Dialect::Rust, &sample(), true, "us-east-1");
        assert!(text.contains("r##\"Say \"hi\" to\nO'Neil #\"#\"##"), "{text}");
        assert!(text.contains(".temperature(0.2)") && !text.contains("top_p"), "{text}");
        assert_eq!(rust_text("plain"), "\"plain\"");
    }

    #[test]
    fn any_call_reads_as_command_line_and_as_python() {
        let plan = PlannedCall::of(&crate::aws::cloudwatch::SetAlarmState {
            alarm_name: "my alarm".to_owned(),
            state_value: "ALARM".to_owned(),
            state_reason: "a test".to_owned(),
        });
        let cli = call(Dialect::Cli, &plan, "eu-west-1");
        assert_eq!(
            cli,
            "aws cloudwatch set-alarm-state \\\n  --alarm-name 'my alarm' \\\n  --state-value ALARM \\\n  --state-reason 'a test' \\\n  --region eu-west-1\n"
        );
        let python = call(Dialect::Python, &plan, "eu-west-1");
        assert!(python.contains("cloudwatch.set_alarm_state(\n    AlarmName=\"my alarm\","), "{python}");
    }

    #[test]
    fn streaming_needs_a_permission_of_its_own() {
        assert_eq!(permissions(&sample(), false)[0].action, "bedrock:InvokeModel");
        assert_eq!(permissions(&sample(), true)[0].action, "bedrock:InvokeModelWithResponseStream");
    }
}
