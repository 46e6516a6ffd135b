//! Replies that were written for the example prompts.

use crate::prompts::{self, ExamplePrompt};
use crate::sandbox::bedrock::prompt::{Part, Prompt, Role};

/// The prepared reply, if the last user turn is an example prompt.
pub(super) fn reply(prompt: &Prompt) -> Option<String> {
    example(prompt).map(|example| example.reply.clone())
}

/// The prepared reply to the result of the example's tool.
pub(super) fn after_tool(prompt: &Prompt) -> Option<String> {
    let asked = asked_before_tool(prompt)?;
    let example = matching(&asked)?;
    let result = prompt.tool_results().collect::<Vec<_>>().join("\n");
    example.reply_after_tool.as_ref().map(|reply| format!("{reply}\n\n> {}", result.replace('\n', "\n> ")))
}

/// The example prompt that the last user turn holds.
pub(super) fn example(prompt: &Prompt) -> Option<&'static ExamplePrompt> {
    matching(&prompt.last_user_text())
}

/// White space is levelled, so that a text that went through a form or a JSON file is still known.
fn matching(text: &str) -> Option<&'static ExamplePrompt> {
    let text = levelled(text);
    prompts::all().iter().find(|example| text.ends_with(&levelled(&example.text)))
}

fn levelled(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The last user turn that is a question and not the result of a tool.
fn asked_before_tool(prompt: &Prompt) -> Option<String> {
    let asks = |part: &Part| matches!(part, Part::Text(_));
    let turn = prompt.turns.iter().rev().find(|turn| turn.role == Role::User && turn.parts.iter().any(asks))?;
    Some(turn.parts.iter().filter_map(Part::as_text).collect::<Vec<_>>().join("\n\n"))
}
