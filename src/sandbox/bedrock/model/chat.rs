//! Small talk, and honest answers to what the sandbox cannot do.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::base::text::one_line;
use crate::sandbox::bedrock::prompt::Prompt;

const GREETINGS: [&str; 12] =
    ["hello", "hi", "hey", "hallo", "good morning", "good evening", "good afternoon", "bonjour", "hola", "ciao", "moin", "servus"];

/// Most characters of the request that are restated.
const RESTATED: usize = 160;

/// The answer to a greeting, to thanks, and to the question who answers.
pub(super) fn small_talk(prompt: &Prompt, model_name: &str) -> Option<String> {
    let lower = prompt.last_user_text().trim().to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
    if words <= 4 && GREETINGS.iter().any(|greeting| starts_with_word(&lower, greeting)) {
        return Some(greeting(model_name));
    }
    if words <= 8 && lower.starts_with("thank") {
        return Some("You are welcome. Your thanks has just become a record in the invocation log, too.".to_owned());
    }
    (words <= 12 && asks_who(&lower)).then(|| who(model_name))
}

/// Whether `text` begins with `start` as a whole: "hi there", but not "history".
fn starts_with_word(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn asks_who(lower: &str) -> bool {
    ["who are you", "what are you", "are you claude", "what can you do", "what model", "which model"].iter().any(|ask| lower.contains(ask))
}

fn greeting(model_name: &str) -> String {
    format!(
        "Hello. You have reached the place where {model_name} would answer on a real account. Your greeting went the whole way: through the \
         AWS SDK, into an invocation record, and into the metrics. Load an example prompt, or give me a document and a question."
    )
}

fn who(model_name: &str) -> String {
    format!(
        "I am the model of Outcrop's sandbox, standing in for {model_name}. I know prepared replies to the example prompts, and I quote from \
         documents: paste one, or attach it, and ask about it. I do not reason and know nothing else.\n\n\
         Everything around me behaves as on AWS: the request format and its checks, streaming, token counts, latency, the log record, the metrics, \
         and the errors."
    )
}

/// An honest answer to what the sandbox cannot do.
pub(super) fn restate(prompt: &Prompt, model_name: &str) -> String {
    let asked = prompt.last_user_text();
    let images = match prompt.images() {
        0 => String::new(),
        n => format!(" I cannot look at images, but {n} came with your request and counted as input tokens."),
    };
    let quoted = if asked.trim().is_empty() { "nothing in words".to_owned() } else { format!("\"{}\"", one_line(asked.trim(), RESTATED)) };
    format!("You asked: {quoted}.{images}\n\n{}", CLOSINGS[variant(&asked)].replace("{model}", model_name))
}

/// Which closing an answer gets: always the same for the same request, not the same for all.
fn variant(asked: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    asked.hash(&mut hasher);
    hasher.finish() as usize % CLOSINGS.len()
}

const CLOSINGS: [&str; 3] = [
    "That takes a real model: choose your own account, and {model} will answer the same request. Here I can only quote from documents that you \
     paste or attach, and reply to the example prompts. The call itself was complete: look for its record in the log and its tokens in the metrics.",
    "I have no knowledge of my own to answer this with. Give me a text and a question about it, and I will find the sentences that fit, with \
     citations; or load one of the example prompts. On a real account {model} would take it from here. The record of this call is in the log all the same.",
    "The sandbox cannot work this out: it finds and quotes, it does not think. What you can do here is everything around the answer: find this \
     request in the invocation log, see its latency and token counts, and set an alarm on them. For the answer itself ask {model} on a real account.",
];
