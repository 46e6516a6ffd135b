//! A request to a model in one form, whichever API it came through, and how many tokens it has.

use serde_json::Value;

use super::tokens;

/// Everything that a model is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// Tools that it may call.
    pub tools: Vec<Tool>,
    /// Whether it must call one.
    pub tool_choice: ToolChoice,
    /// System prompt.
    pub system: Vec<Part>,
    /// The conversation, oldest first.
    pub turns: Vec<Turn>,
    /// Parameters of generation.
    pub limits: Limits,
}

/// What one side said.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub parts: Vec<Part>,
}

/// A side of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person or program that asks.
    User,
    /// The model.
    Assistant,
}

/// A piece of a turn or of the system prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text.
    Text(String),
    /// An image, by its token count.
    Image {
        /// Tokens of the image.
        tokens: u64,
    },
    /// What the model thought at an earlier turn; it is not read again.
    Reasoning,
    /// A document; `text` is `None` for formats that the sandbox does not read.
    Document {
        /// Name as given.
        name: String,
        /// Its text.
        text: Option<String>,
        /// Size of the document, bytes.
        bytes: usize,
    },
    /// A tool call that the model made earlier.
    ToolUse {
        /// Name of the tool.
        name: String,
        /// Its input.
        input: Value,
    },
    /// The result of a tool call.
    ToolResult {
        /// The result as text.
        text: String,
    },
    /// Everything before this point may be cached.
    CachePoint {
        /// Seconds for which it is kept.
        ttl_seconds: u64,
    },
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON schema of its input.
    pub schema: Value,
}

/// Whether the model must call a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// It decides.
    #[default]
    Auto,
    /// It must call one.
    Any,
    /// It must call this one.
    Named(String),
    /// It must not.
    Never,
}

/// Parameters of generation; `None` where the caller left them out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Longest output, tokens.
    pub max_tokens: Option<u64>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// Top-k sampling.
    pub top_k: Option<f64>,
    /// Texts that end the reply.
    pub stop_sequences: Vec<String>,
    /// Whether the model shall think before it answers.
    pub thinking: Thinking,
}

/// Whether a model shall think before it answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Thinking {
    /// Nothing is said of it, or it shall not.
    #[default]
    Off,
    /// With at most so many tokens.
    Budget(u64),
    /// As long as it finds right.
    Adaptive,
}

impl Thinking {
    /// Reads the `thinking` field of a request.
    pub fn read(field: Option<&Value>) -> Self {
        let Some(field) = field else { return Self::Off };
        match field.get("type").and_then(Value::as_str) {
            Some("enabled") => Self::Budget(field.get("budget_tokens").and_then(Value::as_u64).unwrap_or(0)),
            Some("adaptive") => Self::Adaptive,
            _ => Self::Off,
        }
    }
}

impl Part {
    /// How many tokens it has.
    pub fn tokens(&self) -> u64 {
        match self {
            Self::Text(text) => tokens::count(text),
            Self::Image { tokens } => *tokens,
            // Unread formats cost about what their extracted text would: one token in six bytes.
            Self::Document { name, text, bytes } => {
                tokens::count(name) + text.as_ref().map_or(*bytes as u64 / 6 + 1, |text| tokens::count(text)) + tokens::PER_MESSAGE
            }
            Self::ToolUse { name, input } => tokens::count(name) + tokens::count(&input.to_string()) + 12,
            Self::ToolResult { text } => tokens::count(text) + 8,
            Self::Reasoning | Self::CachePoint { .. } => 0,
        }
    }

    /// Text that this piece adds to a search, if it has any.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Tool {
    fn tokens(&self) -> u64 {
        tokens::count(&self.name) + tokens::count(&self.description) + tokens::count(&self.schema.to_string()) + 8
    }
}

impl Prompt {
    /// All input tokens, cached or not.
    pub fn tokens(&self) -> u64 {
        self.segments().map(|segment| segment.tokens).sum()
    }

    /// The prompt in the order in which it is cached: tools, system prompt, turns.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let preamble = if self.tools.is_empty() { 0 } else { tokens::TOOLS_PREAMBLE };
        let tools = self
            .tools
            .iter()
            .enumerate()
            .map(move |(i, tool)| Segment { tokens: tool.tokens() + if i == 0 { preamble } else { 0 }, content: Content::Tool(tool) });
        let system = self.system.iter().map(|part| Segment { tokens: part.tokens(), content: Content::Part(part) });
        let turns = self.turns.iter().flat_map(|turn| {
            turn.parts.iter().enumerate().map(|(i, part)| Segment {
                tokens: part.tokens() + if i == 0 { tokens::PER_MESSAGE } else { 0 },
                content: Content::Part(part),
            })
        });
        tools.chain(system).chain(turns)
    }

    /// The texts of the last user turn, joined.
    pub fn last_user_text(&self) -> String {
        let Some(turn) = self.turns.iter().rev().find(|turn| turn.role == Role::User) else { return String::new() };
        turn.parts.iter().filter_map(Part::as_text).collect::<Vec<_>>().join("\n\n")
    }

    /// Documents with readable text in the whole conversation: name and text.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.turns.iter().flat_map(|turn| &turn.parts).filter_map(|part| match part {
            Part::Document { name, text: Some(text), .. } => Some((name.as_str(), text.as_str())),
            _ => None,
        })
    }

    /// The results of tools in the last turn.
    pub fn tool_results(&self) -> impl Iterator<Item = &str> {
        self.turns.iter().next_back().into_iter().flat_map(|turn| &turn.parts).filter_map(|part| match part {
            Part::ToolResult { text } => Some(text.as_str()),
            _ => None,
        })
    }

    /// How many images the conversation holds.
    pub fn images(&self) -> usize {
        self.turns.iter().flat_map(|turn| &turn.parts).filter(|part| matches!(part, Part::Image { .. })).count()
    }
}

/// A stretch of the prompt with its token count.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// How many tokens it has.
    pub tokens: u64,
    /// What it is.
    pub content: Content<'a>,
}

/// What a stretch of the prompt is.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A tool.
    Tool(&'a Tool),
    /// A piece of the system prompt or of a turn.
    Part(&'a Part),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(parts: Vec<Part>) -> Turn {
        Turn { role: Role::User, parts }
    }

    #[test]
    fn every_kind_of_part_counts() {
        let text = Prompt { turns: vec![user(vec![Part::Text("one two".to_owned())])], ..Prompt::default() };
        assert_eq!(text.tokens(), 2 + tokens::PER_MESSAGE);
        let image = Prompt { turns: vec![user(vec![Part::Image { tokens: 100 }, Part::Text("x".to_owned())])], ..Prompt::default() };
        assert_eq!(image.tokens(), 101 + tokens::PER_MESSAGE);
        let tool = Tool { name: "t".to_owned(), description: "d".to_owned(), schema: Value::Null };
        let with_tools = Prompt { tools: vec![tool], ..text.clone() };
        assert!(with_tools.tokens() > text.tokens() + tokens::TOOLS_PREAMBLE);
    }

    #[test]
    fn a_longer_conversation_has_more_tokens() {
        let turn = user(vec![Part::Text("again and again".to_owned())]);
        let one = Prompt { turns: vec![turn.clone()], ..Prompt::default() };
        let two = Prompt { turns: vec![turn.clone(), turn], ..Prompt::default() };
        assert_eq!(two.tokens(), 2 * one.tokens());
    }
}
