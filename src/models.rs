//! What the program knows about models: ids in all their spellings, short names, prices, limits and accepted parameters.
//!
//! Owned here: the dated table `assets/models/catalogue.toml` as types, and the reading of model ids. Not here: which models a real account
//! has (ask `ListFoundationModels` and `ListInferenceProfiles`), and what the sandbox does with a model (`sandbox::bedrock`).

mod prices;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;

pub use prices::{OwnPrice, OwnPrices, alias, cost, learn_alias, own_prices, price, set_own_prices};

/// The table of models, dated.
#[derive(Debug, Clone, Deserialize)]
pub struct Catalogue {
    /// Day on which the facts were read, `YYYY-MM-DD`.
    pub as_of: String,
    /// Day of the prices, `YYYY-MM-DD`.
    pub prices_as_of: String,
    /// Groups of Regions that inference profiles route within.
    pub geographies: Vec<Geography>,
    /// The models, newest family first.
    pub models: Vec<Model>,
}

/// A group of Regions with the prefix of its inference profiles.
#[derive(Debug, Clone, Deserialize)]
pub struct Geography {
    /// Prefix of profile ids: `us`, `eu`, `jp`, `au`, `global`.
    pub prefix: String,
    /// Name in profile names: `US`, `Global`.
    pub name: String,
    /// Regions from which a profile of this group can be called; for all but `global` also the Regions that may serve.
    pub regions: Vec<String>,
}

/// One foundation model.
#[derive(Debug, Clone, Deserialize)]
pub struct Model {
    /// Id without profile prefix: `anthropic.claude-sonnet-4-6`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Name where space is short: `sonnet-4-6`.
    pub short: String,
    /// Day of release on Bedrock, when known.
    pub released: Option<jiff::civil::Date>,
    /// Day on which the model became legacy.
    pub legacy_since: Option<jiff::civil::Date>,
    /// Day of its end of life, when known.
    pub ends: Option<jiff::civil::Date>,
    /// Input modalities: `TEXT`, `IMAGE`.
    pub input: Vec<String>,
    /// Prefixes of the inference profiles that hold it.
    pub profiles: Vec<String>,
    /// Regions where the bare id is invocable on demand.
    #[serde(default)]
    pub in_region: Vec<String>,
    /// Native request shapes for `InvokeModel`.
    pub apis: Vec<NativeApi>,
    /// Longest input plus output, tokens.
    pub context_window: u64,
    /// Longest output, tokens.
    pub max_output: u64,
    /// Which sampling parameters are accepted.
    pub sampling: Sampling,
    /// How it can be made to think before it replies; `None` when it cannot.
    pub thinking: Option<ThinkingForm>,
    /// Shortest prefix that can be cached, tokens; `None` without prompt caching.
    pub cache_min: Option<u64>,
    /// Tokens of quota that one output token uses.
    #[serde(default = "one")]
    pub burndown: u64,
    /// Whether access must be granted by the provider first.
    #[serde(default)]
    pub gated: bool,
    /// Whether the sandbox keeps the model invocable although AWS has ended it.
    #[serde(default)]
    pub kept_by_sandbox: bool,
    /// A sentence for people about this model.
    pub note: Option<String>,
    /// How fast the sandbox answers in its name.
    pub pace: PaceProfile,
    /// List price, when known.
    pub price: Option<Price>,
}

/// Request shapes of `InvokeModel` for Claude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NativeApi {
    /// The messages API.
    Messages,
    /// The text completion API of Claude 2.
    Text,
}

/// Which sampling parameters a model accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// Temperature and top P, together if wanted.
    Any,
    /// Temperature or top P, not both.
    One,
    /// None: the parameters must be left out.
    None,
}

/// How a model is made to think before it replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThinkingForm {
    /// With at most so many tokens.
    Budget,
    /// As long as the model finds right, with an effort.
    Adaptive,
}

/// The sandbox's speed for a model.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct PaceProfile {
    /// Typical time to the first token, milliseconds.
    pub first_token_ms: u64,
    /// Spread of that time, milliseconds.
    pub jitter_ms: u64,
    /// Output speed after the first token.
    pub tokens_per_second: f64,
}

/// US dollars per million tokens through the global profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Fresh input tokens.
    pub input: f64,
    /// Output tokens.
    pub output: f64,
    /// Input tokens read from the prompt cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// Input tokens written to the cache for five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_5m: Option<f64>,
    /// Input tokens written to the cache for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<f64>,
    /// Factor for regional profiles and bare ids.
    #[serde(default = "no_premium")]
    pub premium: f64,
    /// What to know about these numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Tokens of one call, as the service counts them: `input` excludes cached tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Fresh input tokens.
    pub input: u64,
    /// Output tokens.
    pub output: u64,
    /// Input tokens read from the cache.
    pub cache_read: u64,
    /// Input tokens written to the cache.
    pub cache_write: u64,
}

/// Where a model is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Current.
    Active,
    /// Announced to end; new customers are refused.
    Legacy,
    /// Gone.
    Ended,
}

const fn one() -> u64 {
    1
}

const fn no_premium() -> f64 {
    1.0
}

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| toml::from_str(include_str!("../assets/models/catalogue.toml")).expect("the embedded catalogue is checked by a test"));

/// The embedded table.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The model of `model_id` in any spelling (bare id, profile id, ARN), if the table has it.
pub fn find(model_id: &str) -> Option<&'static Model> {
    let base = normalise(model_id);
    catalogue().models.iter().find(|model| model.id == base)
}

/// The bare id in any spelling of a model id: `arn:…:inference-profile/us.anthropic.claude-x` and `us.anthropic.claude-x` become `anthropic.claude-x`.
///
/// Ids that hide their model (application inference profiles) come back as the last part of their ARN.
pub fn normalise(model_id: &str) -> &str {
    let id = resource_name(model_id);
    let id = profile_prefix(id).map_or(id, |prefix| &id[prefix.len() + 1..]);
    without_window(id)
}

/// Without the context window that some ids end in: `anthropic.claude-3-sonnet-20240229-v1:0:200k`.
fn without_window(id: &str) -> &str {
    let is_window =
        |end: &str| end.strip_suffix('k').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    id.rsplit_once(':').filter(|(_, end)| is_window(end)).map_or(id, |(id, _)| id)
}

/// The prefix of a profile id in any spelling: `us` of `us.anthropic.claude-x`.
pub fn profile_prefix(model_id: &str) -> Option<&str> {
    let id = resource_name(model_id);
    let (prefix, rest) = id.split_once('.')?;
    let known = ["apac", "us-gov"].contains(&prefix) || catalogue().geographies.iter().any(|geography| geography.prefix == prefix);
    (known && rest.contains('.')).then_some(prefix)
}

/// A name for small places: `sonnet-4-6`, also for models that the table does not have.
pub fn short_name(model_id: &str) -> String {
    find(model_id).map_or_else(|| derived_short_name(normalise(model_id)), |model| model.short.clone())
}

impl Catalogue {
    /// The group of Regions with the profile prefix `prefix`.
    pub fn geography(&self, prefix: &str) -> Option<&Geography> {
        self.geographies.iter().find(|geography| geography.prefix == prefix)
    }
}

impl Model {
    /// Where the model is in its life at `now`; a model that the sandbox keeps stays legacy for ever.
    pub fn lifecycle(&self, now: Timestamp) -> Lifecycle {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        if !self.kept_by_sandbox && self.ends.is_some_and(|day| today >= day) {
            return Lifecycle::Ended;
        }
        if self.legacy_since.is_some_and(|day| today >= day) { Lifecycle::Legacy } else { Lifecycle::Active }
    }

    /// Prefixes of the profiles through which the model can be called from `region`.
    pub fn profiles_from<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'static Geography> + 'a {
        catalogue().geographies.iter().filter(move |g| self.profiles.contains(&g.prefix) && g.regions.iter().any(|r| r == region))
    }

    /// Whether the bare id can be called in `region`.
    pub fn on_demand_in(&self, region: &str) -> bool {
        self.in_region.iter().any(|r| r == region)
    }

    /// Whether `region` has the model at all.
    pub fn offered_in(&self, region: &str) -> bool {
        self.on_demand_in(region) || self.profiles_from(region).next().is_some()
    }

    /// Whether it reads images.
    pub fn reads_images(&self) -> bool {
        self.input.iter().any(|kind| kind == "IMAGE")
    }

    /// Whether `temperature` may be sent.
    pub fn accepts_temperature(&self) -> bool {
        self.sampling != Sampling::None
    }

    /// Whether `top_p` may be sent.
    pub fn accepts_top_p(&self) -> bool {
        self.sampling != Sampling::None
    }

    /// Whether `temperature` and `top_p` may be sent together.
    pub fn accepts_both(&self) -> bool {
        self.sampling == Sampling::Any
    }
}

/// What follows the last `/` of an ARN, or the id itself.
fn resource_name(model_id: &str) -> &str {
    if model_id.starts_with("arn:") { model_id.rsplit('/').next().unwrap_or(model_id) } else { model_id }
}

/// `anthropic.claude-3-5-sonnet-20241022-v2:0` becomes `3-5-sonnet`: provider, family word, date and version are left out.
fn derived_short_name(base: &str) -> String {
    let name = base.split_once('.').map_or(base, |(_, name)| name);
    let name = name.strip_prefix("claude-").unwrap_or(name);
    let kept: Vec<&str> = name.split('-').filter(|part| !is_date(part) && !is_version(part)).collect();
    if kept.is_empty() { name.to_owned() } else { kept.join("-") }
}

fn is_date(part: &str) -> bool {
    part.len() == 8 && part.bytes().all(|b| b.is_ascii_digit())
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn the_table_is_consistent() {
        let table = catalogue();
        let mut ids: Vec<_> = table.models.iter().map(|m| &m.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), table.models.len(), "ids are unique");
        for model in &table.models {
            assert!(model.profiles.iter().all(|p| table.geography(p).is_some()), "{} names an unknown geography", model.id);
            assert!(!model.profiles.is_empty() || !model.in_region.is_empty(), "{} cannot be called anywhere", model.id);
            assert!(model.max_output < model.context_window);
            assert!(model.pace.tokens_per_second > 0.0);
        }
    }

    #[test]
    fn every_spelling_of_an_id_finds_its_model() {
        for id in [
            "anthropic.claude-sonnet-4-6",
            "us.anthropic.claude-sonnet-4-6",
            "global.anthropic.claude-sonnet-4-6",
            "arn:aws:bedrock:us-west-2:123456789012:inference-profile/global.anthropic.claude-sonnet-4-6",
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6",
        ] {
            assert_eq!(find(id).map(|m| m.short.as_str()), Some("sonnet-4-6"), "{id}");
        }
        assert!(find("anthropic.claude-nothing").is_none());
    }

    #[test]
    fn short_names_of_unknown_models_drop_provider_date_and_version() {
        assert_eq!(short_name("us.anthropic.claude-3-5-sonnet-20241022-v2:0"), "3-5-sonnet");
        assert_eq!(short_name("apac.amazon.nova-micro-v1:0"), "nova-micro");
        assert_eq!(short_name("anthropic.claude-v2:1"), "claude-2-1");
    }

    #[test]
    fn lifecycle_follows_the_calendar_except_for_the_kept_model() {
        let sonnet4 = find("anthropic.claude-sonnet-4-20250514-v1:0").unwrap();
        assert_eq!(sonnet4.lifecycle(at("2026-03-01")), Lifecycle::Active);
        assert_eq!(sonnet4.lifecycle(at("2026-10-13")), Lifecycle::Legacy);
        assert_eq!(sonnet4.lifecycle(at("2026-10-14")), Lifecycle::Ended);
        assert_eq!(find("anthropic.claude-v2:1").unwrap().lifecycle(at("2030-01-01")), Lifecycle::Legacy);
    }
}
