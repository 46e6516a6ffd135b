//! A conversation as JSON, to keep or to hand on, and back.
//!
//! Version 3 holds everything that the screen shows, attached files and models beside the first one included. Version 2 had one model, version 1 texts
//! and numbers alone; both are read, too.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::attachment::{Attachment, Kind};
use super::chat::{Chat, Metrics, Outcome, Reply, Side, Turn};
use super::draft::{Draft, Mode, Parameters};
use super::{Lane, MOST_LANES};
use crate::aws::bedrock_runtime::{ConverseRequest, Usage};
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;

/// What the file says of itself.
const FORMAT: &str = "outcrop-chat";
/// Newest version that is written and read.
const VERSION: u32 = 3;
/// Largest file that is read, bytes: five documents and twenty images in base64, and as many words as anybody says.
pub const LARGEST_FILE: u64 = 160 * 1024 * 1024;

/// A conversation that was read, with the settings under which it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The conversation.
    pub chat: Chat,
    /// Models that answered beside the first one.
    pub rivals: Vec<Lane>,
    /// Model, system prompt, parameters and mode; without words.
    pub draft: Draft,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    format: String,
    version: u32,
    #[serde(default)]
    exported_at: Option<Timestamp>,
    #[serde(default)]
    region: String,
    #[serde(default)]
    model_id: Option<String>,
    #[serde(default)]
    system: Option<String>,
    #[serde(default)]
    parameters: Parameters,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    cache: bool,
    turns: Vec<PageTurn>,
    /// Models that answered beside the first one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    compared: Vec<PageLane>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageLane {
    model_id: String,
    turns: Vec<PageTurn>,
}

#[derive(Serialize, Deserialize)]
struct PageTurn {
    role: PageRole,
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<PageFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<PageReply>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum PageRole {
    User,
    Assistant,
}

#[derive(Serialize, Deserialize)]
struct PageFile {
    name: String,
    format: String,
    base64: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageReply {
    model_id: String,
    request_id: Option<String>,
    asked_at: Timestamp,
    streamed: bool,
    outcome: PageOutcome,
    stop_reason: Option<String>,
    usage: Option<Usage>,
    latency_ms: Option<u64>,
    first_token_ms: Option<u64>,
    total_ms: Option<u64>,
    /// For readers of the file; worked out anew when it is read.
    #[serde(default)]
    cost_usd: Option<f64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    thinking: String,
    #[serde(default)]
    alone: bool,
    /// Parameters of the request; its messages are the turns before.
    #[serde(default)]
    request: Option<ConverseRequest>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PageOutcome {
    Unfinished,
    Done,
    Stopped,
    #[serde(untagged)]
    Failed {
        failed: String,
        #[serde(default)]
        details: Option<String>,
    },
}

/// The conversation with its settings, requests' ids and numbers, indented.
pub fn json(draft: &Draft, chat: &Chat, rivals: &[Lane], region: &str, now: Timestamp) -> String {
    let page = Page {
        format: FORMAT.to_owned(),
        version: VERSION,
        exported_at: Some(now),
        region: region.to_owned(),
        model_id: draft.model_id.clone(),
        system: Some(draft.system.trim().to_owned()).filter(|system| !system.is_empty()),
        parameters: draft.parameters.clone(),
        mode: draft.mode,
        cache: draft.cache,
        turns: write_turns(chat),
        compared: rivals.iter().map(|lane| PageLane { model_id: lane.model_id.clone(), turns: write_turns(&lane.chat) }).collect(),
    };
    serde_json::to_string_pretty(&page).unwrap_or_default()
}

/// A file name that sorts by time.
pub fn file_name(now: Timestamp) -> String {
    format!("chat-{}.json", now.strftime("%Y%m%d-%H%M%S"))
}

/// Whether a file begins as an exported conversation does; other JSON is no conversation.
pub fn looks_like(content: &[u8]) -> bool {
    let start = &content[..content.len().min(400)];
    memchr::memmem::find(start, FORMAT.as_bytes()).is_some()
}

/// Reads an exported conversation.
pub fn read(content: &[u8]) -> Result<Opened, Problem> {
    let page: Page = serde_json::from_slice(content).map_err(|error| not_one().with_details(error.to_string()))?;
    if page.format != FORMAT {
        return Err(not_one());
    }
    if page.version > VERSION {
        let why = format!("It has version {}, this program reads up to {VERSION}", page.version);
        return Err(Problem::new("The conversation was written by a newer program", why, "Update Outcrop"));
    }
    let lane = |lane: PageLane| Ok(Lane { model_id: lane.model_id, chat: read_turns(lane.turns)? });
    let chat = read_turns(page.turns)?;
    let rivals = page.compared.into_iter().take(MOST_LANES - 1).map(lane).collect::<Result<_, Problem>>()?;
    let draft = Draft {
        model_id: page.model_id,
        system: page.system.unwrap_or_default(),
        parameters: page.parameters,
        mode: page.mode,
        cache: page.cache,
        ..Draft::default()
    };
    Ok(Opened { chat, rivals, draft })
}

fn not_one() -> Problem {
    Problem::new(
        "The file is no exported conversation",
        "It is not in the form that Outcrop writes",
        "Choose a file made by “Export the conversation as JSON”",
    )
}

fn write_turns(chat: &Chat) -> Vec<PageTurn> {
    chat.turns.iter().map(write_turn).collect()
}

fn read_turns(turns: Vec<PageTurn>) -> Result<Chat, Problem> {
    let mut chat = Chat::default();
    chat.extend(turns.into_iter().map(read_turn).collect::<Result<Vec<_>, _>>()?);
    Ok(chat)
}

fn write_turn(turn: &Turn) -> PageTurn {
    PageTurn {
        role: if turn.side == Side::Person { PageRole::User } else { PageRole::Assistant },
        text: turn.message(),
        attachments: turn.attachments.iter().map(|file| write_file(file)).collect(),
        reply: turn.reply.as_deref().map(write_reply),
    }
}

fn write_file(file: &Attachment) -> PageFile {
    PageFile { name: file.name.clone(), format: file.format.clone(), base64: STANDARD.encode(&file.bytes) }
}

fn write_reply(reply: &Reply) -> PageReply {
    let metrics = &reply.metrics;
    PageReply {
        model_id: reply.request.model_id.clone(),
        request_id: reply.request_id.clone(),
        asked_at: reply.asked_at,
        streamed: reply.streaming,
        outcome: write_outcome(&reply.outcome),
        stop_reason: reply.stop_reason.clone(),
        usage: metrics.usage,
        latency_ms: metrics.latency_ms,
        first_token_ms: metrics.first_token_ms,
        total_ms: metrics.total_ms,
        cost_usd: reply.cost(),
        thinking: reply.thinking.clone(),
        alone: reply.alone,
        request: Some(ConverseRequest::clone(&reply.request)),
    }
}

fn write_outcome(outcome: &Outcome) -> PageOutcome {
    match outcome {
        Outcome::Waiting | Outcome::Pausing(_) | Outcome::Writing => PageOutcome::Unfinished,
        Outcome::Done => PageOutcome::Done,
        Outcome::Stopped => PageOutcome::Stopped,
        Outcome::Failed(problem) => PageOutcome::Failed { failed: problem.what.clone(), details: problem.details.clone() },
    }
}

fn read_turn(turn: PageTurn) -> Result<Turn, Problem> {
    let side = if turn.role == PageRole::User { Side::Person } else { Side::Model };
    let attachments = turn.attachments.into_iter().map(|file| read_file(&file).map(Arc::new)).collect::<Result<_, _>>()?;
    let reply = turn.reply.filter(|_| side == Side::Model).map(|reply| Box::new(read_reply(reply)));
    Ok(Turn { attachments, reply, ..Turn::said(side, turn.text) })
}

/// Checked as if it were attached anew: the file may come from anywhere.
fn read_file(file: &PageFile) -> Result<Attachment, Problem> {
    let damaged = |why: String| Problem::new("A file within the conversation is damaged", why, "Export the conversation again");
    let bytes = STANDARD.decode(&file.base64).map_err(|error| damaged(format!("{}: {error}", file.name)))?;
    let read = Attachment::new(&format!("{}.{}", file.name, file.format), bytes).map_err(damaged)?;
    let name = if read.kind == Kind::Document { read.name.clone() } else { file.name.clone() };
    Ok(Attachment { name, ..read })
}

fn read_reply(reply: PageReply) -> Reply {
    let request = reply.request.unwrap_or_default();
    Reply {
        number: 0,
        request: Arc::new(ConverseRequest { model_id: reply.model_id, messages: Vec::new(), ..request }),
        alone: reply.alone,
        streaming: reply.streamed,
        asked_at: reply.asked_at,
        outcome: read_outcome(reply.outcome),
        thinking: reply.thinking,
        stop_reason: reply.stop_reason,
        request_id: reply.request_id,
        metrics: Metrics {
            first_token_ms: reply.first_token_ms,
            total_ms: reply.total_ms,
            latency_ms: reply.latency_ms,
            usage: reply.usage,
        },
        cure: None,
    }
}

/// A reply that was on its way when it was written does not go on.
fn read_outcome(outcome: PageOutcome) -> Outcome {
    match outcome {
        PageOutcome::Done => Outcome::Done,
        PageOutcome::Unfinished | PageOutcome::Stopped => Outcome::Stopped,
        PageOutcome::Failed { failed, details } => {
            let problem = Problem::new(failed, "It had failed when the conversation was exported", "Ask again");
            Outcome::Failed(details.into_iter().fold(problem, Problem::with_details))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::attachment::tests::png;
    use super::*;
    use crate::base::clock::timestamp_ms;

    fn conversation() -> Chat {
        let mut chat = Chat::default();
        let image = Attachment::new("chart 1.png", png(20, 10, 64)).unwrap();
        let paper = Attachment::new("paper.pdf", vec![1, 2, 3]).unwrap();
        let attachments = vec![Arc::new(image), Arc::new(paper)];
        chat.add(Turn { attachments, ..Turn::said(Side::Person, "What is it?".to_owned()) });
        let reply = Reply {
            number: 0,
            request: Arc::new(ConverseRequest { model_id: "m".to_owned(), max_tokens: Some(9), ..ConverseRequest::default() }),
            alone: true,
            streaming: true,
            asked_at: timestamp_ms(1_790_000_000_000),
            outcome: Outcome::Done,
            thinking: "Hm".to_owned(),
            stop_reason: Some("end_turn".to_owned()),
            request_id: Some("r-1".to_owned()),
            metrics: Metrics { total_ms: Some(5), usage: Some(Usage { input: 1, output: 2, ..Usage::default() }), ..Metrics::default() },
            cure: None,
        };
        chat.add(Turn { reply: Some(Box::new(reply)), ..Turn::said(Side::Model, "A chart".to_owned()) });
        chat
    }

    #[test]
    fn what_is_written_is_read_again() {
        let draft =
            Draft { model_id: Some("m".to_owned()), system: "Be brief".to_owned(), mode: Mode::Single, cache: true, ..Draft::default() };
        let mut other = conversation();
        other.turns[1].text = "A pie".to_owned();
        let rivals = vec![Lane { model_id: "n".to_owned(), chat: other }];
        let text = json(&draft, &conversation(), &rivals, "us-east-1", timestamp_ms(1_790_000_000_000));
        assert!(looks_like(text.as_bytes()));
        let opened = read(text.as_bytes()).unwrap();
        assert_eq!(opened, Opened { chat: conversation(), rivals, draft });
    }

    #[test]
    fn version_one_is_read() {
        let text = r#"{"format": "outcrop-chat", "version": 1, "exportedAt": "2026-11-26T10:00:00Z", "region": "us-east-1", "modelId": "m", "system": null,
            "parameters": {"max_tokens": 5, "temperature": null, "top_p": null, "stop_sequences": []},
            "turns": [{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "Hel", "reply": {"modelId": "m", "requestId": null,
            "askedAt": "2026-11-26T09:00:00Z", "streamed": true, "outcome": {"failed": "It broke", "details": "x"}, "stopReason": null, "usage": null,
            "latencyMs": null, "firstTokenMs": 3, "totalMs": 4, "costUsd": null}}]}"#;
        let opened = read(text.as_bytes()).unwrap();
        assert_eq!((opened.chat.turns.len(), opened.draft.parameters.max_tokens), (2, Some(5)));
        let reply = opened.chat.turns[1].reply.as_ref().unwrap();
        assert!(matches!(&reply.outcome, Outcome::Failed(problem) if problem.what == "It broke"), "{reply:?}");
    }

    #[test]
    fn other_files_are_refused_with_a_reason() {
        for text in ["", "{}", "[1]", r#"{"format": "other", "version": 1, "turns": []}"#, "\u{0}\u{1}"] {
            assert!(read(text.as_bytes()).unwrap_err().what.contains("no exported conversation"), "{text:?}");
        }
        let newer = r#"{"format": "outcrop-chat", "version": 9, "turns": []}"#;
        assert!(read(newer.as_bytes()).unwrap_err().what.contains("newer"));
        let damaged = r#"{"format": "outcrop-chat", "version": 2, "turns": [{"role": "user", "text": "x", "attachments": [{"name": "a", "format": "pdf", "base64": "%"}]}]}"#;
        assert!(read(damaged.as_bytes()).unwrap_err().what.contains("damaged"));
    }
}
