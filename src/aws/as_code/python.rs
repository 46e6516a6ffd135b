//! Python with boto3.

use serde_json::Value;

use super::put;
use crate::aws::bedrock_runtime::ConverseRequest;
use crate::aws::operation::PlannedCall;

pub(super) fn code(request: &ConverseRequest, streaming: bool, region: &str) -> String {
    let mut code =
        format!("import boto3\n\nbedrock = boto3.client(\"bedrock-runtime\", region_name={})\n\n", python_value(&region.into(), 0));
    let call = if streaming { "converse_stream" } else { "converse" };
    put(&mut code, format_args!("response = bedrock.{call}(\n"));
    for (name, value) in super::params_with_files(request).as_object().into_iter().flatten() {
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

/// Any planned call.
pub(super) fn call(plan: &PlannedCall, region: &str) -> String {
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

/// JSON as a Python literal. JSON's escapes within strings are Python's too, but for the surrogate pairs that it never writes here.
fn python_value(value: &Value, depth: usize) -> String {
    let inner = "    ".repeat(depth + 1);
    let outer = "    ".repeat(depth);
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => match super::file_of(text) {
            Some(file) => format!("open({}, \"rb\").read()", Value::from(file)),
            None => value.to_string(),
        },
        Value::Number(_) => value.to_string(),
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
