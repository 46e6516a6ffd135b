//! A request to a model as a person would write it elsewhere: on the AWS command line, in Python, in Rust, as the body of the HTTP call.

mod python;
mod rust;

use serde_json::Value;

use crate::aws::bedrock_runtime::{Block, Converse, ConverseRequest, StreamConverse};
use crate::aws::operation::{Permission, PlannedCall, Service, cli_line, quoted};

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
    /// The body of the HTTP call.
    Json,
}

/// What stands for a file in [`params_with_files`]; no text of a request begins with it.
const FILE: &str = "\u{0}file:";

/// The request in a language. `streaming` asks for the streamed form where the language has one. Attached files are read by the code, under
/// the names that [`Files`] gives them.
pub fn request(dialect: Dialect, request: &ConverseRequest, streaming: bool, region: &str) -> String {
    match dialect {
        Dialect::Cli => cli(request, region),
        Dialect::Python => python::code(request, streaming, region),
        Dialect::Rust => rust::code(request, streaming, region),
        Dialect::Json => json(request),
    }
}

/// Any planned call in a language; Rust is left to the requests that have it.
pub fn call(dialect: Dialect, plan: &PlannedCall, region: &str) -> String {
    match dialect {
        Dialect::Cli => cli_call(plan, region),
        Dialect::Python | Dialect::Rust => python::call(plan, region),
        Dialect::Json => serde_json::to_string_pretty(&plan.params).unwrap_or_default(),
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

/// The path of the HTTP call whose body [`Dialect::Json`] is.
pub fn path(request: &ConverseRequest, streaming: bool) -> String {
    format!("/model/{}/{}", request.model_id, if streaming { "converse-stream" } else { "converse" })
}

/// The permissions that the request needs.
pub fn permissions(request: &ConverseRequest, streaming: bool) -> Vec<Permission> {
    let plan = if streaming { PlannedCall::of(&StreamConverse(request.clone())) } else { PlannedCall::of(&Converse(request.clone())) };
    plan.permissions
}

/// Names for attached files: a document has one, images are numbered.
#[derive(Debug, Default)]
struct Files {
    images: usize,
}

impl Files {
    fn name_of(&mut self, block: &Block) -> Option<String> {
        match block {
            Block::Document { name, format, .. } => Some(format!("{name}.{format}")),
            Block::Image { format, .. } => {
                self.images += 1;
                Some(format!("image-{}.{format}", self.images))
            }
            Block::Text(_) | Block::CachePoint => None,
        }
    }
}

/// Where each attached file stands in the parameters, and its name.
fn files(request: &ConverseRequest) -> Vec<(String, String)> {
    let mut files = Files::default();
    let mut places = Vec::new();
    for (m, message) in request.messages.iter().enumerate() {
        for (b, block) in message.blocks.iter().enumerate() {
            let kind = if matches!(block, Block::Image { .. }) { "image" } else { "document" };
            places.extend(files.name_of(block).map(|name| (format!("/messages/{m}/content/{b}/{kind}/source/bytes"), name)));
        }
    }
    places
}

/// The parameters of the call with a mark and the name in place of each file.
fn params_with_files(request: &ConverseRequest) -> Value {
    let mut params = request.params();
    for (place, name) in files(request) {
        if let Some(bytes) = params.pointer_mut(&place) {
            *bytes = format!("{FILE}{name}").into();
        }
    }
    params
}

/// The file that a text of [`params_with_files`] stands for.
fn file_of(text: &str) -> Option<&str> {
    text.strip_prefix(FILE)
}

fn json(request: &ConverseRequest) -> String {
    let mut body = request.params();
    if let Some(fields) = body.as_object_mut() {
        fields.shift_remove("modelId");
    }
    for (place, name) in files(request) {
        if let Some(bytes) = body.pointer_mut(&place) {
            *bytes = format!("<base64 of {name}>").into();
        }
    }
    serde_json::to_string_pretty(&body).unwrap_or_default()
}

/// The CLI has no event streams: `converse` gives the same reply at once. One option a line; texts are left as they are.
fn cli(request: &ConverseRequest, region: &str) -> String {
    if !files(request).is_empty() {
        return cli_with_files(request, region);
    }
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

/// A command line cannot hold files: the request is written into one, with the files' content put in by `jq`.
fn cli_with_files(request: &ConverseRequest, region: &str) -> String {
    let mut options = String::new();
    let mut filter = String::from(".");
    for (n, (place, name)) in files(request).iter().enumerate() {
        put(&mut options, format_args!("  --rawfile f{n} <(base64 -w0 {}) \\\n", quoted(name)));
        put(&mut filter, format_args!(" | {} = $f{n}", jq_path(place)));
    }
    let body = serde_json::to_string_pretty(&request.params()).unwrap_or_default();
    format!(
        "jq \\\n{options}  {} > request.json <<'REQUEST'\n{body}\nREQUEST\n\naws bedrock-runtime converse \\\n  --cli-input-json file://request.json \\\n  --region {region}\n",
        quoted(&filter)
    )
}

/// `/messages/0/content` as `.messages[0].content`.
fn jq_path(pointer: &str) -> String {
    pointer.split('/').skip(1).map(|part| if part.parse::<usize>().is_ok() { format!("[{part}]") } else { format!(".{part}") }).collect()
}

/// Writing to a `String` cannot fail, so nothing has to be said about it.
fn put(code: &mut String, text: std::fmt::Arguments<'_>) {
    code.push_str(&text.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::bedrock_runtime::{Block, Message, Thinking};

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
    }

    fn with_files() -> ConverseRequest {
        let document = Block::Document { format: "pdf".to_owned(), name: "Travel policy".to_owned(), bytes: vec![1; 2_000].into() };
        let image = Block::Image { format: "png".to_owned(), bytes: vec![2; 10].into() };
        let blocks = vec![document, image, Block::Text("Compare them".to_owned())];
        let thinking = Some(Thinking::Budget(2_048));
        let message = Message { role: crate::aws::bedrock_runtime::Role::User, blocks };
        ConverseRequest { messages: vec![message], cache: true, top_k: Some(40), thinking, ..sample() }
    }

    #[test]
    fn files_are_read_by_the_code_under_their_names() {
        let python = request(Dialect::Python, &with_files(), false, "us-east-1");
        assert!(python.contains(r#""bytes": open("Travel policy.pdf", "rb").read()"#), "{python}");
        let rust = request(Dialect::Rust, &with_files(), false, "us-east-1");
        assert!(rust.contains(r#"std::fs::read("Travel policy.pdf")?"#) && rust.contains(r#"std::fs::read("image-1.png")?"#), "{rust}");
        let cli = request(Dialect::Cli, &with_files(), false, "us-east-1");
        assert!(cli.contains("base64 -w0 'Travel policy.pdf'") && cli.contains(".messages[0].content[1].image.source.bytes"), "{cli}");
        assert!(cli.contains("--cli-input-json file://request.json"), "{cli}");
    }

    #[test]
    fn the_models_own_fields_and_cache_points_are_in_every_dialect() {
        for dialect in [Dialect::Cli, Dialect::Python, Dialect::Rust, Dialect::Json] {
            let text = request(dialect, &with_files(), false, "us-east-1");
            let cache = if dialect == Dialect::Rust { "CachePoint" } else { "cachePoint" };
            assert!(text.contains("top_k") && text.contains("budget_tokens") && text.matches(cache).count() >= 2, "{dialect:?} {text}");
        }
    }

    #[test]
    fn raw_json_is_the_body_of_the_call() {
        let text = request(Dialect::Json, &sample(), true, "us-east-1");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert!(body.get("modelId").is_none(), "the model is part of the path");
        assert_eq!(body["inferenceConfig"]["maxTokens"], 50);
        assert_eq!(path(&sample(), true), "/model/us.anthropic.claude-sonnet-4-6/converse-stream");
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
