//! The models that can be chosen: foundation models and inference profiles as one list, each with what stands in its way.

use std::cmp::Reverse;

use crate::aws::bedrock::{FoundationModel, InferenceProfile, LifecycleStatus};
use crate::base::clock::Timestamp;
use crate::models;

/// The lab's original model.
pub const ORIGINAL_MODEL: &str = "anthropic.claude-v2:1";

/// How an id leads to its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// A profile of AWS that spreads calls over Regions.
    Profile,
    /// A profile of the account's own.
    OwnProfile,
    /// The model itself, on demand.
    OnDemand,
    /// The model itself, which only a profile can call.
    ProfileOnly,
}

impl Route {
    /// The route in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Profile => "through an inference profile",
            Self::OwnProfile => "through a profile of your account",
            Self::OnDemand => "on demand in this Region",
            Self::ProfileOnly => "not by this id",
        }
    }
}

/// Where a model is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// In full use.
    Active,
    /// On its way out.
    Legacy,
    /// Gone.
    Ended,
}

/// An id that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChoice {
    /// The id that calls name.
    pub id: String,
    /// Id of the model behind it, without a profile's prefix.
    pub model_id: String,
    /// Name for people.
    pub name: String,
    /// Maker of the model.
    pub provider: String,
    /// How the id leads to the model.
    pub route: Route,
    /// Where the model is in its life.
    pub life: Life,
    /// When its life ends or ended, if AWS says so.
    pub ends: Option<Timestamp>,
    /// Whether its replies can be streamed.
    pub streams: bool,
    /// Why a call is expected to fail.
    pub obstacle: Option<String>,
    /// What else to know.
    pub note: Option<String>,
}

/// The models of the Region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelList {
    /// The ids, in the order to show them: maker by maker, route by route, newest first.
    pub choices: Vec<ModelChoice>,
    /// The Region that was asked.
    pub region: String,
}

impl ModelList {
    /// The list from what the service gave; `now` tells which models have ended.
    pub fn new(models: &[FoundationModel], profiles: &[InferenceProfile], region: &str, now: Timestamp) -> Self {
        let mut choices: Vec<ModelChoice> = profiles.iter().filter_map(|profile| of_profile(profile, models, now)).collect();
        choices.extend(models.iter().filter(|model| gives_text(model)).map(|model| of_model(model, profiles, now)));
        choices.sort_by_cached_key(order);
        Self { choices, region: region.to_owned() }
    }

    /// The choice with this id.
    pub fn find(&self, id: &str) -> Option<&ModelChoice> {
        self.choices.iter().find(|choice| choice.id == id)
    }

    /// Profiles of AWS through which the model behind `id` can be called, the nearest first.
    pub fn profiles_of(&self, id: &str) -> Vec<&ModelChoice> {
        let model = models::normalise(id);
        let reach = |choice: &&ModelChoice| choice.route == Route::Profile && choice.model_id == model && choice.obstacle.is_none();
        let mut found: Vec<&ModelChoice> = self.choices.iter().filter(reach).collect();
        found.sort_by_key(|choice| suitability(choice, &self.region));
        found
    }

    /// The model to begin with: a current, mid-sized Claude through the profile of this part of the world.
    pub fn first_choice(&self) -> Option<&ModelChoice> {
        self.choices.iter().min_by_key(|choice| suitability(choice, &self.region))
    }

    /// The choices whose name, id or maker holds every word of `query`, by their place in the list.
    pub fn search(&self, query: &str) -> Vec<usize> {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let holds = |choice: &ModelChoice| {
            let text = format!("{} {} {} {}", choice.name, choice.id, choice.provider, choice.route.words()).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        (0..self.choices.len()).filter(|at| holds(&self.choices[*at])).collect()
    }
}

fn gives_text(model: &FoundationModel) -> bool {
    model.output_modalities.iter().any(|kind| kind == "TEXT")
}

fn of_profile(profile: &InferenceProfile, models: &[FoundationModel], now: Timestamp) -> Option<ModelChoice> {
    let model_id = profile.model_id()?;
    let behind = models.iter().find(|model| model.id == model_id);
    if behind.is_some_and(|model| !gives_text(model)) {
        return None;
    }
    let (life, ends) = behind.map_or((Life::Active, None), |model| life_of(model, now));
    let inactive = (profile.status != "ACTIVE").then(|| format!("The profile is {}", profile.status.to_lowercase()));
    Some(ModelChoice {
        id: profile.id.clone(),
        model_id: model_id.to_owned(),
        name: profile.name.clone(),
        provider: behind.map_or_else(|| provider_of(model_id), |model| model.provider.clone()),
        route: if profile.kind == "APPLICATION" { Route::OwnProfile } else { Route::Profile },
        life,
        ends,
        streams: behind.is_none_or(|model| model.streaming),
        obstacle: inactive.or_else(|| obstacle_of_life(life, ends)).or_else(|| gate(model_id)),
        note: note(model_id),
    })
}

fn of_model(model: &FoundationModel, profiles: &[InferenceProfile], now: Timestamp) -> ModelChoice {
    let (life, ends) = life_of(model, now);
    let on_demand = model.inference_types.iter().any(|kind| kind == "ON_DEMAND");
    let profile = profiles.iter().find(|profile| profile.model_id() == Some(model.id.as_str()));
    let unreachable = (!on_demand).then(|| match profile {
        Some(profile) => format!("Not on demand in this Region: use {}", profile.id),
        None => "Not on demand in this Region, and no inference profile holds it here".to_owned(),
    });
    ModelChoice {
        id: model.id.clone(),
        model_id: model.id.clone(),
        name: model.name.clone(),
        provider: model.provider.clone(),
        route: if on_demand { Route::OnDemand } else { Route::ProfileOnly },
        life,
        ends,
        streams: model.streaming,
        obstacle: obstacle_of_life(life, ends).or(unreachable).or_else(|| gate(&model.id)),
        note: note(&model.id),
    }
}

fn life_of(model: &FoundationModel, now: Timestamp) -> (Life, Option<Timestamp>) {
    let ends = model.lifecycle.end_of_life;
    // The sandbox keeps what AWS has ended; what is listed as legacy there still answers.
    let ended = ends.is_some_and(|end| now >= end);
    let life = match model.lifecycle.status {
        _ if ended => Life::Ended,
        LifecycleStatus::Legacy => Life::Legacy,
        LifecycleStatus::Active => Life::Active,
    };
    (life, ends)
}

fn obstacle_of_life(life: Life, ends: Option<Timestamp>) -> Option<String> {
    let day = ends.map(|end| end.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    (life == Life::Ended).then(|| format!("AWS has ended this model on {day}"))
}

fn gate(model_id: &str) -> Option<String> {
    models::find(model_id).filter(|model| model.gated).map(|_| "Its maker grants access on request only".to_owned())
}

fn note(model_id: &str) -> Option<String> {
    if models::normalise(model_id) == ORIGINAL_MODEL {
        return Some("The lab's original model. AWS has ended it: a real account answers that it has reached the end of its life. The sandbox keeps it to show that".to_owned());
    }
    models::find(model_id)?.note.clone()
}

/// `meta.llama-x` is by `Meta`.
fn provider_of(model_id: &str) -> String {
    let word = models::normalise(model_id).split('.').next().unwrap_or_default();
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Maker (Anthropic first), route, newest first as the table has it, then by name.
fn order(choice: &ModelChoice) -> (bool, String, Route, usize, String, String) {
    let base = models::normalise(&choice.id);
    let age = models::catalogue().models.iter().position(|model| model.id == base).unwrap_or(usize::MAX);
    (choice.provider != "Anthropic", choice.provider.clone(), choice.route, age, choice.name.clone(), choice.id.clone())
}

/// Lower is better for a first choice.
fn suitability(choice: &ModelChoice, region: &str) -> (bool, bool, u8, usize, Reverse<String>) {
    let home = region.split('-').next().unwrap_or("us");
    let place = match models::profile_prefix(&choice.id) {
        Some(near) if near == home => 0,
        Some("global") => 1,
        Some(_) => 2,
        None => 3,
    };
    let families = ["claude-sonnet-4", "claude-sonnet", "claude-haiku", "claude-opus", "claude"];
    let family = families.iter().position(|family| choice.id.contains(family)).unwrap_or(families.len());
    (choice.obstacle.is_some(), choice.life != Life::Active, place, family, Reverse(choice.id.clone()))
}
