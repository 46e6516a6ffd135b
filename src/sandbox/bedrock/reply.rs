//! What a model answers: blocks cut to the limits of the request, and the pieces in which they are streamed.

use serde_json::Value;

use super::prompt::Limits;
use super::tokens;

/// Tokens that go out in one piece of a stream.
const TOKENS_PER_PIECE: usize = 4;

/// A block of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// What the model thinks before it answers.
    Reasoning(String),
    /// Text, Markdown.
    Text(String),
    /// A tool call.
    ToolUse {
        /// Id by which the result refers to the call.
        id: String,
        /// Name of the tool.
        name: String,
        /// Its input.
        input: Value,
    },
}

/// Why an answer ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The model had said everything.
    EndTurn,
    /// The model waits for the result of a tool.
    ToolUse,
    /// The limit was reached.
    MaxTokens,
    /// This text of the request came up.
    Sequence(String),
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// Why it ends; `None` when it was cut off from outside.
    pub stop: Option<Stop>,
    /// The pieces in which it is streamed.
    pub pieces: Vec<Piece>,
}

/// A few tokens of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Index of the block.
    pub block: usize,
    /// Text, or a part of the JSON text of a tool's input.
    pub text: String,
    /// How many tokens it has.
    pub tokens: u64,
}

impl Stop {
    /// The name in Converse and the messages API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::EndTurn => "end_turn",
            Self::ToolUse => "tool_use",
            Self::MaxTokens => "max_tokens",
            Self::Sequence(_) => "stop_sequence",
        }
    }
}

impl Reply {
    /// The answer `blocks`, cut at the first stop sequence and at the limit; `default_max` holds where the request sets none.
    pub fn within(blocks: Vec<Block>, limits: &Limits, default_max: u64) -> Self {
        let stop = if blocks.iter().any(|block| matches!(block, Block::ToolUse { .. })) { Stop::ToolUse } else { Stop::EndTurn };
        let (blocks, stop) = cut_at_sequence(blocks, stop, &limits.stop_sequences);
        let (blocks, stop) = cut_at_limit(blocks, stop, limits.max_tokens.unwrap_or(default_max));
        let pieces = blocks.iter().enumerate().flat_map(|(i, block)| pieces(i, block)).collect();
        Self { blocks, stop: Some(stop), pieces }
    }

    /// Output tokens.
    pub fn tokens(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.tokens).sum()
    }

    /// What is left when only the first `count` pieces were sent: no reason to stop, and no half tool call.
    pub fn truncated(&self, count: usize) -> Self {
        let pieces = self.pieces[..count.min(self.pieces.len())].to_vec();
        let text = |index: usize| pieces.iter().filter(|piece| piece.block == index).map(|piece| piece.text.as_str()).collect::<String>();
        let reached = pieces.last().map_or(0, |piece| piece.block + 1);
        let blocks = self.blocks[..reached].iter().enumerate().filter_map(|(i, block)| match block {
            Block::Reasoning(_) => Some(Block::Reasoning(text(i))),
            Block::Text(_) => Some(Block::Text(text(i))),
            Block::ToolUse { input, .. } => Some(input.to_string()).filter(|whole| *whole == text(i)).map(|_| block.clone()),
        });
        Self { blocks: blocks.collect(), stop: None, pieces }
    }

    /// The texts of all text blocks, joined.
    pub fn text(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            Block::Reasoning(_) | Block::ToolUse { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n\n")
    }
}

/// Ends at the earliest stop sequence in the first text block that has one.
fn cut_at_sequence(blocks: Vec<Block>, stop: Stop, sequences: &[String]) -> (Vec<Block>, Stop) {
    let mut kept = Vec::with_capacity(blocks.len());
    for block in blocks {
        if let Block::Text(text) = &block
            && let Some((at, sequence)) = first_sequence(text, sequences)
        {
            kept.push(Block::Text(text[..at].to_owned()));
            return (kept, Stop::Sequence(sequence.to_owned()));
        }
        kept.push(block);
    }
    (kept, stop)
}

fn first_sequence<'a>(text: &str, sequences: &'a [String]) -> Option<(usize, &'a str)> {
    let found = sequences.iter().filter(|sequence| !sequence.is_empty());
    found.filter_map(|sequence| Some((text.find(sequence.as_str())?, sequence.as_str()))).min()
}

/// Keeps exactly `max` tokens. A tool call that does not fit is left out: half an input is of no use.
fn cut_at_limit(blocks: Vec<Block>, stop: Stop, max: u64) -> (Vec<Block>, Stop) {
    let mut left = max;
    let mut kept = Vec::with_capacity(blocks.len());
    for block in blocks {
        let needed = block_tokens(&block);
        if needed <= left {
            left -= needed;
            kept.push(block);
            continue;
        }
        let cut = |text: String| tokens::split(&text).take(left as usize).collect();
        match block {
            Block::Reasoning(text) => kept.push(Block::Reasoning(cut(text))),
            Block::Text(text) => kept.push(Block::Text(cut(text))),
            Block::ToolUse { .. } => {}
        }
        return (kept, Stop::MaxTokens);
    }
    (kept, stop)
}

fn block_tokens(block: &Block) -> u64 {
    match block {
        Block::Reasoning(text) | Block::Text(text) => tokens::count(text),
        Block::ToolUse { input, .. } => tokens::count(&input.to_string()),
    }
}

fn pieces(index: usize, block: &Block) -> Vec<Piece> {
    let text = match block {
        Block::Reasoning(text) | Block::Text(text) => text.clone(),
        Block::ToolUse { input, .. } => input.to_string(),
    };
    let all: Vec<&str> = tokens::split(&text).collect();
    all.chunks(TOKENS_PER_PIECE).map(|chunk| Piece { block: index, text: chunk.concat(), tokens: chunk.len() as u64 }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(text: &str) -> Vec<Block> {
        vec![Block::Text(text.to_owned())]
    }

    fn limits(max: u64, stop: &[&str]) -> Limits {
        Limits { max_tokens: Some(max), stop_sequences: stop.iter().map(|s| (*s).to_owned()).collect(), ..Limits::default() }
    }

    #[test]
    fn the_limit_cuts_at_exactly_so_many_tokens() {
        let reply = Reply::within(text(&"word ".repeat(100)), &limits(17, &[]), 4_096);
        assert_eq!((reply.tokens(), reply.stop), (17, Some(Stop::MaxTokens)));
        let whole = Reply::within(text("just this"), &limits(17, &[]), 4_096);
        assert_eq!((whole.text(), whole.stop), ("just this".to_owned(), Some(Stop::EndTurn)));
    }

    #[test]
    fn the_earliest_stop_sequence_ends_the_text_and_is_left_out() {
        let reply = Reply::within(text("one two three four"), &limits(100, &["four", "two"]), 4_096);
        assert_eq!((reply.text().as_str(), reply.stop), ("one ", Some(Stop::Sequence("two".to_owned()))));
    }

    #[test]
    fn pieces_put_together_are_the_blocks() {
        let call = Block::ToolUse { id: "t".to_owned(), name: "n".to_owned(), input: json!({ "city": "Bergen" }) };
        let reply = Reply::within(vec![Block::Text("Let me look that up for you.".to_owned()), call], &limits(500, &[]), 4_096);
        let joined = |block| reply.pieces.iter().filter(|p| p.block == block).map(|p| p.text.as_str()).collect::<String>();
        assert_eq!(joined(0), "Let me look that up for you.");
        assert_eq!(joined(1), r#"{"city":"Bergen"}"#);
        assert_eq!(reply.stop, Some(Stop::ToolUse));
    }

    #[test]
    fn a_cut_off_reply_keeps_what_was_sent() {
        let call = Block::ToolUse { id: "t".to_owned(), name: "n".to_owned(), input: json!({ "a": "long enough for two pieces" }) };
        let reply = Reply::within(vec![Block::Text("one two three four five six".to_owned()), call], &limits(500, &[]), 4_096);
        let cut = reply.truncated(1);
        assert_eq!((cut.text().as_str(), cut.tokens(), cut.stop.clone()), ("one two three four", 4, None));
        assert_eq!(reply.truncated(3).blocks.len(), 1, "half a tool call is dropped");
        assert_eq!(reply.truncated(0).tokens(), 0);
        assert_eq!(reply.truncated(usize::MAX).blocks, reply.blocks);
    }
}
