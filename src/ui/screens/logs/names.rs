//! Short names for values of facets, told apart where two would read alike.

use std::collections::HashMap;

use crate::logs::filter::Dimension;
use crate::models;

/// Names of models for small places: the short name, with the profile's prefix where two ids share it.
#[derive(Debug, Clone, Default)]
pub struct ModelNames {
    shared: HashMap<String, usize>,
}

impl ModelNames {
    /// Names that tell `ids` apart.
    pub fn of<'a>(ids: impl Iterator<Item = &'a str>) -> Self {
        let mut shared = HashMap::new();
        for id in ids {
            *shared.entry(models::short_name(id)).or_insert(0) += 1;
        }
        Self { shared }
    }

    /// The name of `id`.
    pub fn name(&self, id: &str) -> String {
        let short = models::short_name(id);
        if self.shared.get(&short).is_some_and(|count| *count > 1) {
            let place = models::profile_prefix(id).unwrap_or("on demand");
            return format!("{short} · {place}");
        }
        short
    }
}

/// The name of a value of a dimension other than the model: a principal is its session or user.
pub fn value_name(dimension: Dimension, value: &str) -> &str {
    match dimension {
        Dimension::Principal => value.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_model_are_told_apart_by_their_profile() {
        let ids = ["us.anthropic.claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6", "us.anthropic.claude-haiku-4-5-20251001-v1:0"];
        let names = ModelNames::of(ids.into_iter());
        assert_eq!(ids.map(|id| names.name(id)), ["sonnet-4-6 · us", "sonnet-4-6 · global", "haiku-4-5"]);
    }

    #[test]
    fn a_principal_is_its_session() {
        assert_eq!(value_name(Dimension::Principal, "assumed-role/WSParticipantRole/Participant"), "Participant");
        assert_eq!(value_name(Dimension::Result, "ok"), "ok");
    }
}
