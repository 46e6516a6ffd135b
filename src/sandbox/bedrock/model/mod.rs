//! The sandbox's model: prepared replies to the example prompts, quotes from given documents for everything else.
//!
//! It does not pretend: every text begins with one line that says who answers. The same prompt always gets the same answer.

mod chat;
mod extract;
mod scripted;
mod thinking;
mod tools;

use super::prompt::{Prompt, Thinking};
use super::reply::Block;

/// The line that begins every answer.
pub const NOTICE: &str = "_This is Outcrop's sandbox answering, not Claude._";

/// The answer to `prompt`; `model_name` is what the answer calls the model that was asked, `id` seeds the id of a tool call.
pub fn answer(prompt: &Prompt, model_name: &str, id: &str) -> Vec<Block> {
    let thought = (prompt.limits.thinking != Thinking::Off).then(|| Block::Reasoning(thinking::about(prompt)));
    thought.into_iter().chain(spoken(prompt, model_name, id)).collect()
}

/// What is said after thinking.
fn spoken(prompt: &Prompt, model_name: &str, id: &str) -> Vec<Block> {
    if prompt.tool_results().next().is_some() {
        return vec![said(&scripted::after_tool(prompt).unwrap_or_else(|| tools::report(prompt)))];
    }
    if let Some((name, input)) = tools::choose(prompt) {
        let intro = said(&format!("I need the tool `{name}` for this."));
        return vec![intro, Block::ToolUse { id: tool_use_id(id), name, input }];
    }
    let text = scripted::reply(prompt)
        .or_else(|| chat::small_talk(prompt, model_name))
        .or_else(|| extract::from_documents(prompt))
        .unwrap_or_else(|| chat::restate(prompt, model_name));
    vec![said(&text)]
}

fn said(text: &str) -> Block {
    Block::Text(format!("{NOTICE}\n\n{text}"))
}

/// `tooluse_` and 22 characters, as the service makes them.
fn tool_use_id(request_id: &str) -> String {
    let characters: String = request_id.chars().filter(char::is_ascii_alphanumeric).take(22).collect();
    format!("tooluse_{characters}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts;
    use crate::sandbox::bedrock::prompt::{Part, Role, Turn};

    fn ask(text: &str) -> String {
        let prompt = Prompt { turns: vec![Turn { role: Role::User, parts: vec![Part::Text(text.to_owned())] }], ..Prompt::default() };
        match answer(&prompt, "Claude Sonnet 4.6", "id").remove(0) {
            Block::Text(text) => text,
            other => panic!("neither tools nor thinking were asked for: {other:?}"),
        }
    }

    #[test]
    fn every_example_prompt_gets_its_own_reply_and_says_who_answers() {
        for example in prompts::all() {
            let reply = ask(&example.user_text());
            assert!(reply.starts_with(NOTICE), "{}", example.id);
            assert!(reply.ends_with(&example.reply), "{}: {reply}", example.id);
        }
    }

    #[test]
    fn any_other_prompt_gets_an_honest_answer_that_restates_it() {
        let reply = ask("Please design a bridge over the Sognefjord");
        assert!(reply.starts_with(NOTICE) && reply.contains("design a bridge over the Sognefjord"), "{reply}");
        assert!(reply.contains("Claude Sonnet 4.6"));
        assert_eq!(reply, ask("Please design a bridge over the Sognefjord"));
    }

    #[test]
    fn small_talk_is_recognised_by_whole_words() {
        assert!(ask("Hi there!").contains("Hello."));
        assert!(ask("Thanks a lot").contains("You are welcome"));
        assert!(ask("Who are you?").contains("standing in for Claude Sonnet 4.6"));
        assert!(ask("History of tea, please").contains("You asked: \"History of tea, please\""));
    }

    #[test]
    fn empty_and_odd_prompts_are_answered_too() {
        for text in ["?", "\u{0}", "<document></document>", "\n\n", "a"] {
            assert!(ask(text).len() > NOTICE.len() + 20, "{text:?}");
        }
    }
}
