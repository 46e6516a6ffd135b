//! The example prompts: loading, and the text that is sent for one.
//!
//! Owned here: the format of `assets/prompts/*.toml` and its reading. Each file is one prompt with its document, suggested parameters, what to
//! watch for in log and metrics, and the reply that the sandbox's model gives. Not here: sending anything, and the sandbox's other answers.

use std::sync::LazyLock;

use serde::Deserialize;

/// One example prompt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExamplePrompt {
    /// Stable id, the file's name without ending.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Use case by which the gallery groups.
    pub category: String,
    /// What it shows, in one line.
    pub summary: String,
    /// What to look for in log and metrics after running it.
    pub watch_for: Vec<String>,
    /// System prompt, if it needs one.
    pub system: Option<String>,
    /// Turns before [`Self::text`], oldest first.
    #[serde(default)]
    pub history: Vec<Turn>,
    /// What the person says, without the document.
    pub text: String,
    /// A document that goes with it.
    pub document: Option<Document>,
    /// Suggested parameters; unset ones are left to the model.
    #[serde(default)]
    pub parameters: Parameters,
    /// Tools to declare with the request.
    #[serde(default)]
    pub tools: Vec<Tool>,
    /// What the sandbox's model answers, Markdown.
    pub reply: String,
    /// The tool call that the sandbox's model makes when the tool is declared.
    pub tool_call: Option<ToolCall>,
    /// What the sandbox's model answers once it has the tool's result.
    pub reply_after_tool: Option<String>,
}

/// An earlier turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// `user` or `assistant`.
    pub role: String,
    /// What was said.
    pub text: String,
}

/// A document of a prompt, given by its text or by a rule that makes a long one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Neutral name, as Converse wants it: letters, digits, single spaces, hyphens.
    pub name: String,
    /// File ending: `md`, `txt`.
    pub format: String,
    text: String,
    #[serde(default)]
    repeat: Option<u32>,
    #[serde(default)]
    insert: Option<Insert>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Insert {
    after: u32,
    text: String,
}

/// Suggested parameters of a prompt.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Longest output, tokens.
    pub max_tokens: Option<u32>,
    /// Sampling temperature, 0 to 1; leave it out for models that refuse it.
    pub temperature: Option<f64>,
    /// Texts that end the reply.
    #[serde(default)]
    pub stop_sequences: Vec<String>,
}

/// A tool that a prompt declares.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Name, as the model calls it.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON schema of its input, as JSON text.
    pub schema: String,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// Name of the tool.
    pub name: String,
    /// Its input, as JSON text.
    pub input: String,
}

/// The embedded prompts in the order of the gallery.
pub fn all() -> &'static [ExamplePrompt] {
    static ALL: LazyLock<Vec<ExamplePrompt>> =
        LazyLock::new(|| FILES.iter().map(|(name, text)| parse(text).unwrap_or_else(|error| panic!("{name}: {error}"))).collect());
    &ALL
}

/// The prompt with the id `id`.
pub fn find(id: &str) -> Option<&'static ExamplePrompt> {
    all().iter().find(|prompt| prompt.id == id)
}

/// Reads one prompt file.
pub fn parse(text: &str) -> Result<ExamplePrompt, toml::de::Error> {
    let mut prompt: ExamplePrompt = toml::from_str(text)?;
    for field in [Some(&mut prompt.text), Some(&mut prompt.reply), prompt.reply_after_tool.as_mut()].into_iter().flatten() {
        *field = field.trim().to_owned();
    }
    Ok(prompt)
}

impl ExamplePrompt {
    /// The whole user message: the document in tags, then the text.
    pub fn user_text(&self) -> String {
        match &self.document {
            Some(document) => format!("<document name=\"{}\">\n{}\n</document>\n\n{}", document.name, document.text(), self.text),
            None => self.text.clone(),
        }
    }
}

impl Document {
    /// The document's text; a repeated one is made here, numbering `{n}` from 1.
    pub fn text(&self) -> String {
        let Some(repeat) = self.repeat else { return self.text.trim().to_owned() };
        let line = self.text.trim();
        let mut out = String::with_capacity((line.len() + 8) * repeat as usize);
        for n in 1..=repeat {
            out.push_str(&line.replace("{n}", &n.to_string()));
            out.push('\n');
            if let Some(insert) = self.insert.as_ref().filter(|insert| insert.after == n) {
                out.push_str(&insert.text);
                out.push('\n');
            }
        }
        out.truncate(out.trim_end().len());
        out
    }
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../assets/prompts/", $name, ".toml")))),*]
    };
}

/// Every file of `assets/prompts`, in the order of the gallery; a test compares the list with the folder.
const FILES: &[(&str, &str)] = files![
    "qa-citations",
    "long-document",
    "summarise-incident",
    "meeting-notes",
    "quarterly-report",
    "sentiment",
    "ticket-routing",
    "rubric-grading",
    "extract-json",
    "pii-redaction",
    "make-table",
    "test-data",
    "plain-language",
    "translate",
    "email-draft",
    "product-copy",
    "rewrite-tone",
    "brainstorm",
    "code-python",
    "code-review",
    "sql-query",
    "unit-tests",
    "build-page",
    "insights-query",
    "explain-error",
    "alarm-runbook",
    "reasoning-puzzle",
    "cost-estimate",
    "comparison",
    "roleplay-coach",
    "socratic-tutor",
    "multi-turn",
    "tool-use",
    "cut-short",
    "stop-sequence",
    "refusal",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_folder_is_embedded_and_valid() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/prompts");
        let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().trim_end_matches(".toml").to_owned())
            .collect();
        let embedded: BTreeSet<String> = all().iter().map(|prompt| prompt.id.clone()).collect();
        assert_eq!(on_disk, embedded);
        assert!(embedded.len() >= 36);
    }

    #[test]
    fn every_prompt_is_complete() {
        for prompt in all() {
            assert!(!prompt.text.is_empty() && prompt.reply.len() > 80, "{}", prompt.id);
            assert!(!prompt.watch_for.is_empty(), "{} says what to watch for", prompt.id);
            assert!(prompt.parameters.max_tokens.is_some(), "{} suggests a limit", prompt.id);
            assert!(!prompt.summary.ends_with('.') && !prompt.title.ends_with('.'), "{}", prompt.id);
            for tool in &prompt.tools {
                assert!(serde_json::from_str::<serde_json::Value>(&tool.schema).unwrap().is_object());
            }
            if let Some(call) = &prompt.tool_call {
                assert!(prompt.tools.iter().any(|tool| tool.name == call.name) && prompt.reply_after_tool.is_some());
                assert!(serde_json::from_str::<serde_json::Value>(&call.input).unwrap().is_object());
            }
        }
    }

    #[test]
    fn texts_differ_so_that_a_reply_belongs_to_one_prompt() {
        let texts: BTreeSet<&str> = all().iter().map(|prompt| prompt.text.as_str()).collect();
        assert_eq!(texts.len(), all().len());
    }

    #[test]
    fn the_long_document_is_beyond_the_inline_limit_and_holds_its_needle() {
        let text = find("long-document").unwrap().document.as_ref().unwrap().text();
        assert!(text.len() > 110 * 1024, "{}", text.len());
        assert_eq!(text.matches("Entry 287-A").count(), 1);
        assert!(text.contains("Entry 420."));
    }

    #[test]
    fn replies_quote_their_document_word_for_word() {
        let prompt = find("qa-citations").unwrap();
        let document = prompt.document.as_ref().unwrap().text();
        for quote in prompt.reply.lines().filter(|line| line.starts_with('[')) {
            let quote = quote.split_once('"').unwrap().1.trim_end_matches('"');
            assert!(document.contains(quote), "not in the document: {quote}");
        }
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(parse("id = 'x'\ntitel = 'y'").unwrap_err().to_string().contains("titel"));
    }
}
