//! Thinking before a reply, in the two forms that Claude models take.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a model shall think before it replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Thinking {
    /// With at most so many tokens, at least 1,024 and fewer than the reply's limit: models up to Claude 4.5.
    Budget(u32),
    /// As long as the model finds right, with this effort: models from Claude 4.6 on.
    Adaptive(Effort),
}

/// How much a model thinks by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Skips thinking where a question is simple.
    Low,
    /// Between the two.
    Medium,
    /// Thinks almost always: what the models do by themselves.
    #[default]
    High,
}

impl Thinking {
    /// The fields of the request, under the model's own names.
    pub(super) fn fields(self) -> Vec<(String, Value)> {
        match self {
            Self::Budget(tokens) => vec![("thinking".to_owned(), json!({"type": "enabled", "budget_tokens": tokens}))],
            Self::Adaptive(effort) => {
                vec![("thinking".to_owned(), json!({"type": "adaptive"})), ("output_config".to_owned(), json!({"effort": effort}))]
            }
        }
    }
}
