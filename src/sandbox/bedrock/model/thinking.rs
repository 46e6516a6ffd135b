//! What the sandbox's model shows of its thinking: how it really goes about a request.

use super::{extract, scripted};
use crate::base::text::{count, one_line};
use crate::sandbox::bedrock::prompt::Prompt;

/// Most characters of the request that are restated.
const RESTATED: usize = 120;

/// The steps that lead to the answer of `prompt`.
pub(super) fn about(prompt: &Prompt) -> String {
    let asked = prompt.last_user_text();
    let mut steps = vec![format!("The request says: \"{}\".", one_line(asked.trim(), RESTATED))];
    let documents = prompt.documents().count();
    if documents > 0 || prompt.images() > 0 {
        let (documents, images) = (count(documents as u64, "readable document"), count(prompt.images() as u64, "image"));
        steps.push(format!("It brings {documents} and {images}."));
    }
    steps.push(way(prompt).to_owned());
    steps.join("\n\n")
}

fn way(prompt: &Prompt) -> &'static str {
    if scripted::reply(prompt).is_some() {
        "It is one of the example prompts, so there is a prepared reply. I give that reply word for word."
    } else if extract::from_documents(prompt).is_some() {
        "There is no prepared reply, but there is a text to search. I look for the sentences that share the most words with the question and quote them."
    } else {
        "There is no prepared reply and no text to quote from. I say so, and where a real model would take over."
    }
}
