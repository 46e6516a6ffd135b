//! Rust with the AWS SDK.

use serde_json::Value;

use super::put;
use crate::aws::bedrock_runtime::{Block, ConverseRequest, Role};

pub(super) fn code(request: &ConverseRequest, streaming: bool, region: &str) -> String {
    let mut code = format!("{USES}\nlet config = aws_config::from_env().region({}).load().await;\n", rust_text(region));
    code.push_str("let client = aws_sdk_bedrockruntime::Client::new(&config);\n\nlet ");
    let (binding, call) = if streaming { ("mut reply", "converse_stream") } else { ("reply", "converse") };
    put(&mut code, format_args!("{binding} = client\n    .{call}()\n    .model_id({})\n", rust_text(&request.model_id)));
    if let Some(system) = &request.system {
        put(&mut code, format_args!("    .system(SystemContentBlock::Text({}.into()))\n", rust_text(system)));
        code.push_str(if request.cache { CACHED_SYSTEM } else { "" });
    }
    let mut files = super::Files::default();
    for message in request.sent_messages() {
        let role = if message.role == Role::User { "User" } else { "Assistant" };
        let head = format_args!("    .messages(\n        Message::builder()\n            .role(ConversationRole::{role})\n");
        put(&mut code, head);
        code.push_str(&message.blocks.iter().map(|block| rust_block(block, &mut files)).collect::<String>());
        code.push_str("            .build()?,\n    )\n");
    }
    code.push_str(&rust_inference(request));
    let own = request.own_params();
    if !own.is_empty() {
        put(&mut code, format_args!("    .additional_model_request_fields({})\n", rust_document(&Value::Object(own))));
    }
    for (key, value) in &request.request_metadata {
        put(&mut code, format_args!("    .request_metadata({}, {})\n", rust_text(key), rust_text(value)));
    }
    code.push_str("    .send()\n    .await?;\n");
    code.push_str(if streaming { STREAM } else { WHOLE });
    code
}

const USES: &str = "use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ConversationRole, ConverseStreamOutput, DocumentBlock, DocumentFormat, DocumentSource,
    ImageBlock, ImageFormat, ImageSource, InferenceConfiguration, Message, SystemContentBlock,
};
use aws_smithy_types::{Blob, Document};
";

const WHOLE: &str = "println!(\"{:?} {:?}\", reply.output, reply.usage);\n";

const STREAM: &str = "while let Some(event) = reply.stream.recv().await? {
    match event {
        ConverseStreamOutput::ContentBlockDelta(delta) => print!(\"{:?}\", delta.delta),
        ConverseStreamOutput::Metadata(metadata) => println!(\"{:?}\", metadata.usage),
        _ => {}
    }
}
";

const CACHED_SYSTEM: &str =
    "    .system(SystemContentBlock::CachePoint(CachePointBlock::builder().r#type(CachePointType::Default).build()?))\n";

fn rust_block(block: &Block, files: &mut super::Files) -> String {
    let file = files.name_of(block).map(|name| format!("Blob::new(std::fs::read({})?)", rust_text(&name))).unwrap_or_default();
    let made = match block {
        Block::Text(text) => format!("Text({}.into())", rust_text(text)),
        Block::CachePoint => "CachePoint(CachePointBlock::builder().r#type(CachePointType::Default).build()?)".to_owned(),
        Block::Image { format, .. } => {
            let format = rust_text(format);
            format!("Image(ImageBlock::builder().format(ImageFormat::from({format})).source(ImageSource::Bytes({file})).build()?)")
        }
        Block::Document { name, format, .. } => {
            let (name, format) = (rust_text(name), rust_text(format));
            format!(
                "Document(DocumentBlock::builder().name({name}).format(DocumentFormat::from({format})).source(DocumentSource::Bytes({file})).build()?)"
            )
        }
    };
    format!("            .content(ContentBlock::{made})\n")
}

/// JSON as the SDK's own form of it.
fn rust_document(value: &Value) -> String {
    match value {
        Value::Null => "Document::Null".to_owned(),
        Value::Bool(yes) => format!("Document::Bool({yes})"),
        Value::Number(number) => format!("Document::from({number})"),
        Value::String(text) => format!("Document::from({})", rust_text(text)),
        Value::Array(items) => format!("Document::Array(vec![{}])", items.iter().map(rust_document).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("({}.to_owned(), {})", rust_text(name), rust_document(value));
            format!("Document::Object([{}].into())", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
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

    #[test]
    fn texts_are_fenced_only_where_they_must_be() {
        assert_eq!(rust_text("plain"), "\"plain\"");
        assert_eq!(rust_text("two \"# marks"), "r##\"two \"# marks\"##");
    }
}
