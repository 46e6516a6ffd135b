//! Deciding on a tool call, filling its input, and reporting its result.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{extract, scripted};
use crate::base::text::one_line;
use crate::sandbox::bedrock::prompt::{Prompt, Tool, ToolChoice};

/// Words that a request and a tool must share before the tool is called unasked.
const SHARED_WORDS: usize = 2;

/// The tool to call and its input, if one is asked for or obviously fits.
pub(super) fn choose(prompt: &Prompt) -> Option<(String, Value)> {
    let asked = prompt.last_user_text();
    if let Some(call) = scripted_call(prompt) {
        return Some(call);
    }
    let tool = match &prompt.tool_choice {
        ToolChoice::Never => None,
        ToolChoice::Named(name) => prompt.tools.iter().find(|tool| tool.name == *name),
        ToolChoice::Any => best(prompt, &asked).or_else(|| prompt.tools.first()),
        ToolChoice::Auto => best(prompt, &asked),
    }?;
    Some((tool.name.clone(), input(tool, &asked)))
}

/// What a tool returned, told without adding to it.
pub(super) fn report(prompt: &Prompt) -> String {
    let results: Vec<String> = prompt.tool_results().map(|result| format!("> {}", one_line(result, 600))).collect();
    format!(
        "The tool returned:\n\n{}\n\nThe sandbox repeats the result; a real model would now answer your question with it.",
        results.join("\n\n")
    )
}

fn scripted_call(prompt: &Prompt) -> Option<(String, Value)> {
    let call = scripted::example(prompt)?.tool_call.as_ref()?;
    let declared = prompt.tools.iter().any(|tool| tool.name == call.name) && prompt.tool_choice != ToolChoice::Never;
    declared.then(|| Some((call.name.clone(), serde_json::from_str(&call.input).ok()?)))?
}

/// The tool that is named in the request, or that shares most words with it.
fn best<'a>(prompt: &'a Prompt, asked: &str) -> Option<&'a Tool> {
    if let Some(named) = prompt.tools.iter().find(|tool| asked.contains(&tool.name)) {
        return Some(named);
    }
    let words = terms(asked);
    let shared = |tool: &Tool| terms(&format!("{} {}", tool.name, tool.description)).intersection(&words).count();
    prompt.tools.iter().rev().max_by_key(|tool| shared(tool)).filter(|tool| shared(tool) >= SHARED_WORDS)
}

fn terms(text: &str) -> BTreeSet<String> {
    extract::terms(text).collect()
}

/// An input after the tool's schema, filled from the request.
fn input(tool: &Tool, asked: &str) -> Value {
    let Some(properties) = tool.schema.get("properties").and_then(Value::as_object) else { return json!({}) };
    let required: Vec<&str> =
        tool.schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let wanted = properties.iter().filter(|(name, _)| required.is_empty() || required.contains(&name.as_str()));
    Value::Object(wanted.map(|(name, schema)| (name.clone(), argument(schema, asked))).collect::<Map<_, _>>())
}

fn argument(schema: &Value, asked: &str) -> Value {
    if let Some(choices) = schema.get("enum").and_then(Value::as_array).filter(|choices| !choices.is_empty()) {
        let named = choices.iter().find(|choice| choice.as_str().is_some_and(|c| asked.to_lowercase().contains(&c.to_lowercase())));
        return named.unwrap_or(&choices[0]).clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => number(asked).map_or(json!(1), |n| json!(n as i64)),
        Some("number") => json!(number(asked).unwrap_or(1.0)),
        Some("boolean") => json!(true),
        Some("array") => json!([key_phrase(asked)]),
        Some("object") => json!({}),
        _ => json!(key_phrase(asked)),
    }
}

fn number(asked: &str) -> Option<f64> {
    asked.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| word.trim_matches('.').parse().ok())
}

/// What the request is about: something in quotes, an identifier with digits, a name within the sentence, or all of it.
fn key_phrase(asked: &str) -> String {
    let quoted = asked.split('"').nth(1).filter(|text| !text.trim().is_empty());
    let words = || asked.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let identifier = || words().find(|word| word.len() > 2 && word.bytes().any(|b| b.is_ascii_digit()));
    let name = || words().skip(1).find(|word| word.len() > 2 && word.chars().next().is_some_and(char::is_uppercase));
    quoted.or_else(identifier).or_else(name).map_or_else(|| one_line(asked.trim(), 200), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bedrock::model::answer;
    use crate::sandbox::bedrock::prompt::{Part, Role, Turn};
    use crate::sandbox::bedrock::reply::Block;

    fn weather() -> Tool {
        Tool {
            name: "get_weather".to_owned(),
            description: "Current weather of a city".to_owned(),
            schema: json!({"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}),
        }
    }

    fn prompt(text: &str, tool_choice: ToolChoice) -> Prompt {
        let turn = Turn { role: Role::User, parts: vec![Part::Text(text.to_owned())] };
        Prompt { tools: vec![weather()], tool_choice, turns: vec![turn], ..Prompt::default() }
    }

    #[test]
    fn a_fitting_tool_is_called_with_an_input_after_its_schema() {
        let call = choose(&prompt("What is the weather in the city of Bergen?", ToolChoice::Auto));
        assert_eq!(call, Some(("get_weather".to_owned(), json!({ "city": "Bergen" }))));
    }

    #[test]
    fn an_unfitting_tool_is_called_only_when_it_must_be() {
        let joke = "Tell me a joke about geese";
        assert_eq!(choose(&prompt(joke, ToolChoice::Auto)), None);
        assert!(choose(&prompt(joke, ToolChoice::Any)).is_some());
        assert!(choose(&prompt(joke, ToolChoice::Named("get_weather".to_owned()))).is_some());
        assert_eq!(choose(&prompt("weather in the city of Bergen", ToolChoice::Never)), None);
    }

    #[test]
    fn the_result_of_a_tool_is_repeated() {
        let mut prompt = prompt("What is the weather in the city of Bergen?", ToolChoice::Auto);
        prompt.turns.push(Turn { role: Role::Assistant, parts: vec![Part::ToolUse { name: "get_weather".to_owned(), input: json!({}) }] });
        prompt.turns.push(Turn { role: Role::User, parts: vec![Part::ToolResult { text: "rain, 9 degrees".to_owned() }] });
        let blocks = answer(&prompt, "Claude", "id");
        assert!(matches!(&blocks[..], [Block::Text(text)] if text.contains("rain, 9 degrees")));
    }

    #[test]
    fn the_tool_example_calls_its_tool_and_reports() {
        let example = crate::prompts::find("tool-use").unwrap();
        let declared = &example.tools[0];
        let tool = Tool {
            name: declared.name.clone(),
            description: declared.description.clone(),
            schema: serde_json::from_str(&declared.schema).unwrap(),
        };
        let asked = Turn { role: Role::User, parts: vec![Part::Text(example.user_text())] };
        let mut prompt = Prompt { tools: vec![tool], turns: vec![asked], ..Prompt::default() };
        assert_eq!(choose(&prompt), Some(("get_parcel_status".to_owned(), json!({ "parcel_id": "NX-40718" }))));
        prompt.turns.push(Turn { role: Role::User, parts: vec![Part::ToolResult { text: "in Hamburg, due Friday".to_owned() }] });
        let blocks = answer(&prompt, "Claude", "id");
        assert!(matches!(&blocks[..], [Block::Text(text)] if text.contains("due Friday") && text.contains("NX-40718")));
    }
}
