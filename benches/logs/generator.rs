//! Invocation records by the hundred thousand: the shape and the distributions of a busy day, the same for the same seed.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use outcrop::base::clock::timestamp_ms;
use serde_json::json;

/// Records of one object, as Bedrock packs them on a busy day.
const PER_FILE: usize = 1_000;
/// Midnight of the day, milliseconds since the epoch.
const DAY_MS: i64 = 1_772_409_600_000;
const HOUR_MS: i64 = 3_600_000;

const MODELS: [(&str, u32, f64); 5] = [
    ("anthropic.claude-3-haiku-20240307-v1:0", 40, 6.0),
    ("anthropic.claude-3-5-haiku-20241022-v1:0", 22, 8.0),
    ("anthropic.claude-3-5-sonnet-20241022-v2:0", 20, 15.0),
    ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", 13, 17.0),
    ("us.anthropic.claude-sonnet-4-20250514-v1:0", 5, 20.0),
];
const CALLERS: [&str; 5] = [
    "sts::123456789012:assumed-role/WSParticipantRole/Participant",
    "sts::123456789012:assumed-role/Admin/alice",
    "sts::123456789012:assumed-role/Admin/bob",
    "sts::123456789012:assumed-role/chat-backend-LambdaRole-1A2B3C/chat-backend",
    "iam::123456789012:user/instructor",
];
const ERRORS: [(&str, &str); 5] = [
    ("ThrottlingException", "429"),
    ("ValidationException", "400"),
    ("AccessDeniedException", "403"),
    ("ModelTimeoutException", "408"),
    ("ServiceUnavailableException", "503"),
];
const SYLLABLES: [&str; 30] = [
    "ba", "co", "di", "fu", "ga", "hi", "ju", "ko", "la", "me", "no", "pi", "qua", "re", "si", "ta", "ul", "ve", "wo", "xi", "yo", "za",
    "tri", "ent", "ous", "ing", "ment", "tion", "al", "er",
];
const COMMON: &str = "the of and to in a is that for it as was with be by on not he this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no out up said what its about than into them only other time some could model prompt token latency region invoke bedrock cloudwatch metric alarm log group bucket role policy console playground claude summarize email customer order shipping invoice account balance transfer budget forecast revenue quarterly report contract clause legal review translate code python function error exception stack trace unit test deploy container embedding search index document chunk retrieval answer question context user assistant system temperature";
/// How busy each hour is.
const HOURS: [f64; 24] =
    [1.0, 0.8, 0.7, 0.6, 0.6, 0.8, 1.2, 2.0, 3.2, 4.2, 4.8, 4.6, 3.9, 4.3, 4.9, 4.7, 4.1, 3.2, 2.5, 2.1, 1.9, 1.7, 1.4, 1.1];

/// The word of 3 % of the records, the word of 0.1 %.
pub const FREQUENT: &str = "refund";
pub const RARE: &str = "hypercube";

/// What was written.
pub struct Written {
    /// All records, a line each, in order of time.
    pub lines: PathBuf,
    /// The same as packed objects under the keys that Bedrock uses.
    pub objects: PathBuf,
    /// Bytes of the lines.
    pub bytes: u64,
    /// The id of a request in the middle of the day.
    pub request_id: String,
}

struct Generator {
    random: fastrand::Rng,
    words: Vec<String>,
    /// Growing sums of the words' weights.
    weights: Vec<f64>,
    sentences: Vec<String>,
}

/// Writes `records` records below `folder`.
pub fn write(folder: &Path, records: usize, seed: u64) -> std::io::Result<Written> {
    let mut generator = Generator::new(seed);
    let (lines_at, objects) = (folder.join("all.ndjson"), folder.join("objects"));
    std::fs::create_dir_all(&objects)?;
    let mut lines = BufWriter::with_capacity(1 << 20, File::create(&lines_at)?);
    let (mut bytes, mut request_id, mut object) = (0, String::new(), Vec::new());
    let times = generator.times(records);
    for (index, at_ms) in times.iter().enumerate() {
        let record = generator.record(*at_ms);
        if index == records / 2 {
            record["requestId"].as_str().unwrap_or_default().clone_into(&mut request_id);
        }
        let line = format!("{record}\n");
        bytes += line.len() as u64;
        lines.write_all(line.as_bytes())?;
        object.extend_from_slice(line.as_bytes());
        if (index + 1) % PER_FILE == 0 || index + 1 == records {
            let first_ms = times[index / PER_FILE * PER_FILE];
            pack(&objects, first_ms, index / PER_FILE, &std::mem::take(&mut object))?;
        }
    }
    lines.flush()?;
    Ok(Written { lines: lines_at, objects, bytes, request_id })
}

fn pack(folder: &Path, first_ms: i64, number: usize, lines: &[u8]) -> std::io::Result<()> {
    let first = timestamp_ms(first_ms).to_string();
    let hour = first[..13].replace(['-', 'T'], "/");
    let folder = folder.join("AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1").join(hour);
    std::fs::create_dir_all(&folder)?;
    let name = format!("{}_{number:016x}.json.gz", first.replace(['-', ':', '.'], ""));
    let mut encoder = GzEncoder::new(File::create(folder.join(name))?, Compression::default());
    encoder.write_all(lines)?;
    encoder.finish().map(drop)
}

impl Generator {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut words: Vec<String> = COMMON.split(' ').map(str::to_owned).collect();
        let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
        while words.len() < 12_000 {
            let word: String = (0..[2, 2, 3, 3, 4][random.usize(..5)]).map(|_| SYLLABLES[random.usize(..SYLLABLES.len())]).collect();
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut sum = 0.0;
        let weights = (0..words.len()).map(|index| {
            sum += (index as f64 + 4.0).powf(-1.02);
            sum
        });
        let mut generator = Self { weights: weights.collect(), random, words, sentences: Vec::new() };
        generator.sentences = (0..60_000).map(|_| generator.sentence()).collect();
        generator
    }

    fn sentence(&mut self) -> String {
        let total = self.weights.last().copied().unwrap_or(1.0);
        let mut words: Vec<String> = (0..self.random.usize(6..=22))
            .map(|_| {
                let at = self.random.f64() * total;
                self.words[self.weights.partition_point(|weight| *weight < at).min(self.words.len() - 1)].clone()
            })
            .collect();
        if self.random.f64() < 0.06 {
            words.push(self.random.u32(2..99_999).to_string());
        }
        let text = words.join(" ");
        let end = [".", ".", ".", "?", "!", ":\n", ".\n\n", ";"][self.random.usize(..8)];
        format!("{}{}{end}", text[..1].to_uppercase(), &text[1..])
    }

    fn text(&mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 200);
        while text.len() < bytes {
            text.push_str(&self.sentences[self.random.usize(..self.sentences.len())]);
            text.push(' ');
        }
        text.truncate(bytes);
        text
    }

    /// Moments of the day, busy at the hours at which people work.
    fn times(&mut self, count: usize) -> Vec<i64> {
        let total: f64 = HOURS.iter().sum();
        let mut times: Vec<i64> = (0..count)
            .map(|_| {
                let mut at = self.random.f64() * total;
                let hour = HOURS.iter().position(|weight| {
                    at -= weight;
                    at < 0.0
                });
                DAY_MS + hour.unwrap_or(23) as i64 * HOUR_MS + self.random.i64(0..HOUR_MS)
            })
            .collect();
        times.sort_unstable();
        times
    }

    /// Logarithmically normal around 1.6 KB, between 0.3 and 8 KB.
    fn size(&mut self) -> usize {
        let normal = (-2.0 * self.random.f64().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.random.f64()).cos();
        (7.4 + 0.75 * normal).exp().clamp(300.0, 8_000.0) as usize
    }

    fn prompt(&mut self) -> String {
        let number = self.random.u32(1..9_999);
        let kind = if self.random.f64() < 0.03 { 0 } else { self.random.usize(1..7) };
        match kind {
            0 => format!("Write an email from a customer asking for a {FREQUENT} of order #{number} because the parcel arrived damaged."),
            1 => format!("Summarize the following meeting transcript in {number} bullet points."),
            2 => format!("Here is a document. Answer only from it, quote the relevant parts first. Question {number}:"),
            3 => format!("You are a helpful tutor. Explain recursion to a {number} year old."),
            4 => format!("Classify the sentiment of review {number} as positive, negative or mixed."),
            5 => format!("Translate paragraph {number} to French, keep the tone formal."),
            _ => format!("Write a Python function that parses CloudWatch log line {number} and unit tests for it."),
        }
    }

    fn record(&mut self, at_ms: i64) -> serde_json::Value {
        let mut at = self.random.u32(..100);
        let (model, _, ms_per_token) = *MODELS
            .iter()
            .find(|(_, share, _)| {
                let is_it = at < *share;
                at = at.saturating_sub(*share);
                is_it
            })
            .unwrap_or(&MODELS[0]);
        let total = self.size();
        let asked = (total as f64 * (0.1 + 0.6 * self.random.f64())) as usize;
        let mut prompt = format!("{}\n{}", self.prompt(), self.text(asked));
        if self.random.f64() < 0.001 {
            prompt.extend([" The answer involves a ", RARE, "."]);
        }
        let answer = self.text(total - asked);
        let (input, output) = (prompt.len() / 4 + self.random.usize(..=12), answer.len() / 4 + self.random.usize(1..=12));
        let mut messages = vec![json!({"role": "user", "content": [{"text": prompt}]})];
        if self.random.f64() < 0.15 {
            for role in ["assistant", "user"] {
                messages.insert(0, json!({"role": role, "content": [{"text": self.sentences[self.random.usize(..self.sentences.len())]}]}));
            }
        }
        let request_id = format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            self.random.u32(..),
            self.random.u16(..),
            self.random.u16(..),
            self.random.u16(..),
            self.random.u64(..1 << 48)
        );
        let at = timestamp_ms(at_ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let most = [512, 1024, 2048, 4096][self.random.usize(..4)];
        let caller = CALLERS[self.random.usize(..CALLERS.len())];
        let mut record = json!({
            "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": at, "accountId": "123456789012",
            "identity": {"arn": format!("arn:aws:{}", caller)},
            "region": "us-east-1", "requestId": request_id,
            "operation": if self.random.f64() < 0.8 { "Converse" } else { "ConverseStream" }, "modelId": model,
            "input": {"inputContentType": "application/json", "inputBodyJson": {"messages": messages, "inferenceConfig": {
                "maxTokens": most, "temperature": (self.random.f64() * 100.0).round() / 100.0, "topP": 0.999, "stopSequences": []}},
                "inputTokenCount": input},
        });
        if self.random.f64() < 0.01 {
            let (code, status) = ERRORS[self.random.usize(..ERRORS.len())];
            (record["errorCode"], record["status"]) = (json!(code), json!(status));
            return record;
        }
        let latency = (output as f64 * ms_per_token * (0.8 + 0.5 * self.random.f64()) + 180.0 + 520.0 * self.random.f64()) as u64;
        let reason = if self.random.u32(..100) < 90 { "end_turn" } else { "max_tokens" };
        record["output"] = json!({"outputContentType": "application/json", "outputBodyJson": {
            "output": {"message": {"role": "assistant", "content": [{"text": answer}]}}, "stopReason": reason,
            "metrics": {"latencyMs": latency}, "usage": {"inputTokens": input, "outputTokens": output, "totalTokens": input + output}},
            "outputTokenCount": output});
        record
    }
}
