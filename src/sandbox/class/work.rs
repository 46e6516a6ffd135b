//! A planned call as the request that a client would send.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::{Value, json};

use super::habits::{Planned, Task, weighted};
use super::texts::{PEOPLE, Role, WORK};
use crate::base::clock::timestamp_ms;
use crate::models;
use crate::sandbox::bedrock::{Invocation, Order};

/// Characters of a body that is too large for a record: above 100 KB.
const LARGE: usize = 112_000;

/// Characters of a prefix that is worth caching for every model: above 4,096 tokens.
const CACHED: usize = 21_000;

/// A picture: 2 by 2 pixels.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0, 0xfd,
    0xd4, 0x9a, 0x73, 0, 0, 0, 0x16, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xfc, 0xcf, 0xc0, 0xf0, 0x9f, 0x81, 0x81, 0x81, 0xe1, 0x3f,
    0x03, 0x03, 0x03, 0, 0x1d, 0xfa, 0x03, 0xfd, 0x8e, 0x9a, 0x73, 0x1c, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// What the parts of a request are before they are written in the operation's own form.
struct Draft {
    system: Option<String>,
    cached: bool,
    turns: Vec<(&'static str, String)>,
    picture: bool,
    tool: bool,
    max_tokens: u32,
    mistake: Option<u8>,
}

impl Draft {
    /// One text, no extras.
    fn asking(text: String, max_tokens: u32) -> Self {
        Self { system: None, cached: false, turns: vec![("user", text)], picture: false, tool: false, max_tokens, mistake: None }
    }
}

/// The request of `planned` in `region`.
pub(super) fn order(planned: &Planned, region: &str, account: &str) -> Order {
    let mut rng = Rng::with_seed(planned.seed);
    let invocation = operation(&mut rng, planned);
    let draft = draft(&mut rng, planned);
    let wrong_model = draft.mistake == Some(0);
    Order {
        region: region.to_owned(),
        principal_arn: principal(planned.person, account),
        at: timestamp_ms(planned.at_ms),
        request_id: request_id(&mut rng),
        invocation,
        model_id: if wrong_model { "anthropic.claude-sonnet-4-6-latest".to_owned() } else { planned.model_id.to_owned() },
        body: if invocation.converses() { converse(&draft) } else { messages(&draft) },
        metadata: labels(planned.person),
    }
}

/// Who a person is to AWS.
pub(super) fn principal(person: usize, account: &str) -> String {
    let entry = &PEOPLE[person % PEOPLE.len()];
    let name = &entry.name;
    match entry.role {
        Role::Participant => format!("arn:aws:sts::{account}:assumed-role/WSParticipantRole/{name}"),
        Role::Instructor => format!("arn:aws:sts::{account}:assumed-role/WSInstructorRole/{name}"),
        Role::Developer => format!("arn:aws:iam::{account}:user/{name}"),
        Role::Application => format!("arn:aws:sts::{account}:assumed-role/{name}-task-role/i-0{:016x}", name.len() * 7_919),
        Role::Batch => format!("arn:aws:sts::{account}:assumed-role/{name}-role/batch"),
    }
}

/// Programs and developers label their calls, people do not.
fn labels(person: usize) -> Option<Value> {
    let entry = &PEOPLE[person % PEOPLE.len()];
    match entry.role {
        Role::Application => Some(json!({ "team": "shop", "app": entry.name })),
        Role::Batch => Some(json!({ "team": "data", "app": entry.name })),
        Role::Developer => Some(json!({ "team": "platform" })),
        Role::Participant | Role::Instructor => None,
    }
}

/// Invocations in the model's own form are for plain texts.
fn operation(rng: &mut Rng, planned: &Planned) -> Invocation {
    let plain = matches!(planned.task, Task::Question | Task::Document | Task::Conversation);
    let native = if plain { 25 } else { 0 };
    let options = [
        (Invocation::Converse, 45),
        (Invocation::ConverseStream, 38),
        (Invocation::InvokeModel, native),
        (Invocation::InvokeModelWithResponseStream, native / 2),
    ];
    weighted(rng, options.into_iter())
}

pub(super) fn request_id(rng: &mut Rng) -> String {
    let hex = format!("{:032x}", rng.u128(..) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn draft(rng: &mut Rng, planned: &Planned) -> Draft {
    let question = one_of(rng, &WORK.questions);
    let plain = Draft { system: instruction(rng), ..Draft::asking(question, 1_024) };
    match planned.task {
        Task::Document => Draft { turns: vec![("user", about_document(rng))], ..plain },
        // The prefix is each person's own and the same in every call, so that it is found in the cache.
        Task::Cached => Draft { system: Some(prefix(planned.person)), cached: true, ..plain },
        Task::Tool => {
            Draft { turns: vec![("user", filled(rng, "Where is order {order}? Use the tool if you need to"))], tool: true, ..plain }
        }
        Task::Picture if takes_pictures(planned.model_id) => Draft {
            turns: vec![("user", filled(rng, "What does this photograph of {product} show? Is it damaged?"))],
            picture: true,
            ..plain
        },
        Task::Question | Task::Picture => plain,
        Task::Conversation => conversation(rng, plain),
        Task::Large => Draft { turns: vec![("user", format!("{}\n\nWhich complaints occur most often?", long_text(rng, LARGE)))], ..plain },
        Task::Mistake => Draft { mistake: Some(rng.u8(..3)), ..plain },
    }
}

fn takes_pictures(model_id: &str) -> bool {
    models::find(model_id).is_some_and(|model| model.input.iter().any(|modality| modality == "IMAGE"))
}

fn instruction(rng: &mut Rng) -> Option<String> {
    (rng.u8(..3) == 0).then(|| pick(rng, &WORK.instructions).to_owned())
}

fn about_document(rng: &mut Rng) -> String {
    let document = &WORK.documents[rng.usize(..WORK.documents.len())];
    let ask = filled(rng, &document.ask);
    format!("<document title=\"{}\">{}</document>\n\n{ask}", document.title, document.text)
}

fn conversation(rng: &mut Rng, plain: Draft) -> Draft {
    let mut turns = plain.turns;
    for _ in 0..=rng.u8(..2) {
        turns.push(("assistant", "Here is what I would write. Tell me if it should be shorter.".to_owned()));
        turns.push(("user", pick(rng, &WORK.follow_ups).to_owned()));
    }
    Draft { turns, ..plain }
}

fn prefix(person: usize) -> String {
    let mut rng = Rng::with_seed(person as u64 + 1);
    format!("Answer from this handbook only.\n\n{}", long_text(&mut rng, CACHED))
}

fn long_text(rng: &mut Rng, characters: usize) -> String {
    let mut text = String::with_capacity(characters + 200);
    while text.len() < characters {
        text.push_str(&one_of(rng, &WORK.sentences));
        text.push(if rng.u8(..6) == 0 { '\n' } else { ' ' });
    }
    text
}

fn pick<'a>(rng: &mut Rng, texts: &'a [String]) -> &'a str {
    &texts[rng.usize(..texts.len())]
}

/// One of `texts`, with the words in braces replaced.
fn one_of(rng: &mut Rng, texts: &[String]) -> String {
    let text = pick(rng, texts);
    filled(rng, text)
}

/// `text` with the words in braces replaced.
fn filled(rng: &mut Rng, text: &str) -> String {
    text.replace("{order}", &format!("A-{}", rng.u32(10_000..99_999)))
        .replace("{days}", &rng.u8(2..30).to_string())
        .replace("{city}", pick(rng, &WORK.cities))
        .replace("{product}", pick(rng, &WORK.products))
}

/// The request of a token bomb: a body as large as a record can hold, by an application that repeats itself.
pub(super) fn bomb(rng: &mut Rng) -> Value {
    let text = format!("{}\n\nSummarise everything above, then repeat it in full", long_text(rng, 96_000));
    converse(&Draft::asking(text, 4_096))
}

/// A request with personal data.
pub(super) fn personal(rng: &mut Rng) -> Value {
    converse(&Draft::asking(one_of(rng, &WORK.personal.prompts), 512))
}

/// A short question of a program.
pub(super) fn question(rng: &mut Rng) -> Value {
    converse(&Draft::asking(one_of(rng, &WORK.questions), 512))
}

fn converse(draft: &Draft) -> Value {
    let last = draft.turns.len() - 1;
    let messages: Vec<Value> =
        draft.turns.iter().enumerate().map(|(at, (role, text))| turn(role, text, draft.picture && at == last)).collect();
    let mut body = json!({ "messages": messages, "inferenceConfig": { "maxTokens": draft.max_tokens } });
    if let Some(system) = &draft.system {
        body["system"] = json!([{ "text": system }]);
        if draft.cached {
            body["system"] = json!([{ "text": system }, { "cachePoint": { "type": "default" } }]);
        }
    }
    if draft.tool {
        body["toolConfig"] = tools();
    }
    match draft.mistake {
        Some(1) => body["messages"] = json!([]),
        Some(2) => body["inferenceConfig"]["maxTokens"] = (-1).into(),
        _ => {}
    }
    body
}

fn turn(role: &str, text: &str, picture: bool) -> Value {
    let mut content = vec![json!({ "text": text })];
    if picture {
        content.push(json!({ "image": { "format": "png", "source": { "bytes": STANDARD.encode(PICTURE) } } }));
    }
    json!({ "role": role, "content": content })
}

fn tools() -> Value {
    let schema = json!({ "type": "object", "properties": { "order": { "type": "string" } }, "required": ["order"] });
    json!({ "tools": [{ "toolSpec": { "name": "order_status", "description": "Where an order is", "inputSchema": { "json": schema } } }] })
}

fn messages(draft: &Draft) -> Value {
    let turns: Vec<Value> = draft.turns.iter().map(|(role, text)| json!({ "role": role, "content": text })).collect();
    let mut body = json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": draft.max_tokens, "messages": turns });
    if let Some(system) = &draft.system {
        body["system"] = system.clone().into();
    }
    body
}
