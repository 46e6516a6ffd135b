//! What models cost: the catalogue's list prices, and a person's own, which come first. Both are dated and keyed by the normalised model id.
//!
//! An id that hides its model, such as an application inference profile, is resolved by what the account told about it ([`learn_alias`]).
//! Where nothing is known there is no price: never zero.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::{Price, Tokens, catalogue, find, normalise, profile_prefix};
use crate::base::clock::Timestamp;

/// A person's own price of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnPrice {
    /// Normalised id of the model.
    pub model: String,
    /// Day on which it was written, `YYYY-MM-DD`.
    pub as_of: String,
    /// The price.
    #[serde(flatten)]
    pub price: Price,
}

/// The file of a person's own prices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnPrices {
    /// The prices, by model.
    #[serde(default, rename = "price")]
    pub prices: Vec<OwnPrice>,
}

#[derive(Default)]
struct Known {
    own: OwnPrices,
    /// Models of ids that do not say theirs.
    aliases: BTreeMap<String, String>,
}

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

fn read<R>(of: impl FnOnce(&Known) -> R) -> R {
    of(&KNOWN.read().unwrap_or_else(PoisonError::into_inner))
}

fn change(by: impl FnOnce(&mut Known)) {
    by(&mut KNOWN.write().unwrap_or_else(PoisonError::into_inner));
}

impl OwnPrices {
    /// Reads the file; the error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The file.
    pub fn to_toml(&self) -> Result<String, String> {
        let head = "# Your own prices, US dollars per million tokens through the global profile; `premium` multiplies them for regional profiles.\n\n";
        toml::to_string_pretty(self).map(|text| format!("{head}{text}")).map_err(|error| error.to_string())
    }

    /// The same with another price for `model`, or without one.
    #[must_use]
    pub fn with(mut self, model: &str, price: Option<Price>, now: Timestamp) -> Self {
        self.prices.retain(|own| own.model != model);
        let as_of = now.strftime("%Y-%m-%d").to_string();
        self.prices.extend(price.map(|price| OwnPrice { model: model.to_owned(), as_of, price }));
        self.prices.sort_by(|a, b| a.model.cmp(&b.model));
        self
    }
}

/// A person's own prices.
pub fn own_prices() -> OwnPrices {
    read(|known| known.own.clone())
}

/// These are a person's own prices from now on, in the whole program.
pub fn set_own_prices(prices: OwnPrices) {
    change(|known| known.own = prices);
}

/// The account told that `id` (an application inference profile's id or ARN) stands for `model_id`.
pub fn learn_alias(id: &str, model_id: &str) {
    change(|known| drop(known.aliases.insert(normalise(id).to_owned(), model_id.to_owned())));
}

/// The model id that `id` stands for, if the account told.
pub fn alias(id: &str) -> Option<String> {
    read(|known| known.aliases.get(normalise(id)).cloned())
}

/// The price of a model in any spelling with the day it is of; `None` when it is not known.
pub fn price(model_id: &str) -> Option<(Price, String)> {
    let resolved = alias(model_id);
    let id = resolved.as_deref().unwrap_or(model_id);
    let own =
        |known: &Known| known.own.prices.iter().find(|own| own.model == normalise(id)).map(|own| (own.price.clone(), own.as_of.clone()));
    read(own).or_else(|| Some((find(id)?.price.clone()?, catalogue().prices_as_of.clone())))
}

/// What a call cost in US dollars, `None` when there is no price for a kind of token that was used.
///
/// Cache writes are priced as five-minute writes; a one-hour write costs more.
pub fn cost(model_id: &str, tokens: Tokens) -> Option<f64> {
    let resolved = alias(model_id);
    let id = resolved.as_deref().unwrap_or(model_id);
    read(|known| match known.own.prices.iter().find(|own| own.model == normalise(id)) {
        Some(own) => own.price.of(id, tokens),
        None => find(id)?.price.as_ref()?.of(id, tokens),
    })
}

impl Price {
    /// What `tokens` cost through `model_id`, whose prefix says whether the premium applies.
    fn of(&self, model_id: &str, tokens: Tokens) -> Option<f64> {
        let part = |count: u64, per_million: Option<f64>| if count == 0 { Some(0.0) } else { Some(count as f64 * per_million? / 1e6) };
        let sum = part(tokens.input, Some(self.input))?
            + part(tokens.output, Some(self.output))?
            + part(tokens.cache_read, self.cache_read)?
            + part(tokens.cache_write, self.cache_write_5m)?;
        Some(sum * if profile_prefix(model_id) == Some("global") { 1.0 } else { self.premium })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn million() -> Tokens {
        Tokens { input: 1_000_000, ..Tokens::default() }
    }

    #[test]
    fn regional_profiles_cost_the_premium() {
        let tokens = Tokens { input: 1_000_000, output: 1_000_000, ..Tokens::default() };
        assert_eq!(cost("global.anthropic.claude-sonnet-4-6", tokens), Some(18.0));
        let regional = cost("us.anthropic.claude-sonnet-4-6", tokens).unwrap();
        assert!((regional - 19.8).abs() < 1e-9);
        assert_eq!(cost("us.anthropic.claude-opus-5", tokens), None, "no price is no cost, not zero");
    }

    #[test]
    fn every_form_of_every_priced_id_has_the_price_of_its_model() {
        let account = "arn:aws:bedrock:us-east-1:123456789012";
        for model in catalogue().models.iter().filter(|model| model.price.is_some()) {
            let price = model.price.as_ref().unwrap();
            let (id, regional) = (&model.id, price.input * price.premium);
            let mut forms = vec![(id.clone(), regional), (format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"), regional)];
            for prefix in ["us", "eu", "jp", "au", "apac", "us-gov", "global"] {
                let expected = if prefix == "global" { price.input } else { regional };
                forms.push((format!("{prefix}.{id}"), expected));
                forms.push((format!("{account}:inference-profile/{prefix}.{id}"), expected));
            }
            // The context window that some ids carry is no part of the model.
            forms.push((format!("{id}:200k"), regional));
            for (form, expected) in forms {
                let got = cost(&form, million());
                assert!(got.is_some_and(|got| (got - expected).abs() < 1e-9), "{form}: {got:?}, not {expected}");
            }
        }
    }

    #[test]
    fn prices_are_those_that_the_facts_list() {
        let cached = Tokens { cache_read: 1_000_000, cache_write: 1_000_000, ..Tokens::default() };
        for (id, input, output, read_and_write) in [
            ("anthropic.claude-sonnet-5-5", 2.0, 10.0, Some(2.7)),
            ("anthropic.claude-sonnet-4-6", 3.0, 15.0, Some(4.05)),
            ("anthropic.claude-haiku-4-5-20251001-v1:0", 1.0, 5.0, Some(1.35)),
            ("anthropic.claude-opus-4-7", 5.0, 25.0, Some(6.75)),
            ("anthropic.claude-v2:1", 8.0, 24.0, None),
        ] {
            let id = format!("global.{id}");
            let close = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() < 1e-9);
            let output_tokens = Tokens { output: 1_000_000, ..Tokens::default() };
            assert!(close(cost(&id, million()), Some(input)), "{id}");
            assert!(close(cost(&id, output_tokens), Some(output)), "{id}: {:?}", cost(&id, output_tokens));
            assert!(close(cost(&id, cached), read_and_write), "{id}: {:?}", cost(&id, cached));
        }
    }

    #[test]
    fn hidden_models_have_no_price_until_the_account_tells_them() {
        let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6";
        assert_eq!(cost(profile, million()), None);
        learn_alias(profile, "us.anthropic.claude-sonnet-4-6");
        let close = |got: Option<f64>| (got.unwrap() - 3.3).abs() < 1e-9;
        assert!(close(cost(profile, million())) && close(cost("a1b2c3d4e5f6", million())));
        assert_eq!(cost("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", million()), None);
    }

    #[test]
    fn own_prices_come_first_and_survive_their_file() {
        let own =
            Price { input: 70.0, output: 80.0, cache_read: None, cache_write_5m: None, cache_write_1h: None, premium: 1.0, note: None };
        let now = "2026-11-26T10:00:00Z".parse().unwrap();
        let kept = OwnPrices::default().with("anthropic.claude-opus-4-1-20250805-v1:0", Some(own), now);
        assert_eq!(OwnPrices::parse(&kept.to_toml().unwrap()).unwrap(), kept);
        assert_eq!(kept.prices[0].as_of, "2026-11-26");
        set_own_prices(kept.clone());
        assert_eq!(cost("us.anthropic.claude-opus-4-1-20250805-v1:0", million()), Some(70.0));
        assert_eq!(price("anthropic.claude-opus-4-1-20250805-v1:0").unwrap().1, "2026-11-26");
        set_own_prices(kept.with("anthropic.claude-opus-4-1-20250805-v1:0", None, now));
        assert_ne!(cost("us.anthropic.claude-opus-4-1-20250805-v1:0", million()), Some(70.0));
        assert!(OwnPrices::parse("[[price]]\nmodel = 3").is_err());
    }
}
