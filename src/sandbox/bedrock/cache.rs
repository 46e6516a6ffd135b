//! The prompt cache: prefixes up to a cache point are written once and read while they live.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};

use super::prompt::{Content, Part, Prompt};
use crate::models::{Model, Tokens};

/// Most prefixes that a Region keeps.
const MAX_ENTRIES: usize = 512;

/// A prefix in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// End of its life, milliseconds since the epoch.
    pub expires_ms: i64,
    /// Seconds by which a read prolongs its life.
    pub ttl_seconds: u64,
}

/// A prefix that ends at a cache point.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Prefix {
    key: String,
    tokens: u64,
    ttl_seconds: u64,
}

/// Splits the input tokens of `prompt` into fresh, read and written ones, and updates the cache at `now_ms`. `output` stays 0.
///
/// The longest living prefix is read; what lies between it and the last cache point is written. Prefixes shorter than the model's minimum
/// are not cached, silently, as on AWS.
pub fn account(cache: &mut BTreeMap<String, Entry>, prompt: &Prompt, model: &Model, now_ms: i64) -> Tokens {
    let total = prompt.tokens();
    let prefixes = prefixes(prompt, model);
    let Some(last) = prefixes.last() else { return Tokens { input: total, ..Tokens::default() } };
    cache.retain(|_, entry| entry.expires_ms > now_ms);
    let read = prefixes.iter().rev().find(|prefix| cache.contains_key(&prefix.key)).map_or(0, |prefix| prefix.tokens);
    for prefix in &prefixes {
        remember(cache, prefix, now_ms);
    }
    Tokens { input: total - last.tokens, output: 0, cache_read: read, cache_write: last.tokens - read }
}

fn remember(cache: &mut BTreeMap<String, Entry>, prefix: &Prefix, now_ms: i64) {
    if cache.len() >= MAX_ENTRIES && !cache.contains_key(&prefix.key) {
        let oldest = cache.iter().min_by_key(|(_, entry)| entry.expires_ms).map(|(key, _)| key.clone());
        oldest.and_then(|key| cache.remove(&key));
    }
    let expires_ms = now_ms + prefix.ttl_seconds as i64 * 1_000;
    cache.insert(prefix.key.clone(), Entry { expires_ms, ttl_seconds: prefix.ttl_seconds });
}

/// The cacheable prefixes of `prompt`, shortest first.
fn prefixes(prompt: &Prompt, model: &Model) -> Vec<Prefix> {
    let Some(minimum) = model.cache_min else { return Vec::new() };
    let mut hasher = DefaultHasher::new();
    model.id.hash(&mut hasher);
    let mut tokens = 0;
    let mut found = Vec::new();
    for segment in prompt.segments() {
        tokens += segment.tokens;
        match segment.content {
            Content::Part(Part::CachePoint { ttl_seconds }) if tokens >= minimum => {
                found.push(Prefix { key: format!("{:016x}", hasher.finish()), tokens, ttl_seconds: *ttl_seconds });
            }
            Content::Part(Part::CachePoint { .. }) => {}
            Content::Part(part) => format!("{part:?}").hash(&mut hasher),
            Content::Tool(tool) => format!("{tool:?}").hash(&mut hasher),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models;
    use crate::sandbox::bedrock::prompt::{Role, Turn};

    fn prompt(system_words: usize, question: &str) -> Prompt {
        Prompt {
            system: vec![Part::Text("word ".repeat(system_words)), Part::CachePoint { ttl_seconds: 300 }],
            turns: vec![Turn { role: Role::User, parts: vec![Part::Text(question.to_owned())] }],
            ..Prompt::default()
        }
    }

    #[test]
    fn a_prefix_is_written_then_read_then_forgotten() {
        let model = models::find("us.anthropic.claude-sonnet-4-6").unwrap();
        let mut cache = BTreeMap::new();
        let total = prompt(2_000, "one?").tokens();
        let first = account(&mut cache, &prompt(2_000, "one?"), model, 0);
        assert!(first.cache_write >= 2_000 && first.cache_read == 0);
        assert_eq!(first.input + first.cache_write, total);
        let second = account(&mut cache, &prompt(2_000, "two?"), model, 299_000);
        assert_eq!((second.cache_read, second.cache_write), (first.cache_write, 0));
        let late = account(&mut cache, &prompt(2_000, "three?"), model, 299_000 + 300_000);
        assert_eq!(late.cache_write, first.cache_write, "five minutes after the last use it is gone");
    }

    #[test]
    fn short_prefixes_and_models_without_a_cache_count_as_fresh() {
        let mut cache = BTreeMap::new();
        let sonnet = models::find("us.anthropic.claude-sonnet-4-6").unwrap();
        assert_eq!(account(&mut cache, &prompt(100, "?"), sonnet, 0).cache_write, 0);
        let old = models::find("anthropic.claude-v2:1").unwrap();
        assert_eq!(account(&mut cache, &prompt(5_000, "?"), old, 0).cache_write, 0);
        assert!(cache.is_empty());
    }
}
