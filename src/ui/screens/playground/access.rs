//! Whether the account may call a model, in words.

use crate::app::Remote;
use crate::app::playground::PlaygroundState;
use crate::aws::bedrock::Availability;
use crate::models;
use crate::ui::theme::Tone;

/// What is known of the access to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// In a few words.
    pub words: String,
    /// What to do, or what it means.
    pub advice: String,
    /// How it stands.
    pub tone: Tone,
}

/// What is known of the access to the model behind `id`; `None` when nobody asked.
pub fn of(playground: &PlaygroundState, id: &str) -> Option<Access> {
    let told = |words: &str, advice: &str, tone| Some(Access { words: words.to_owned(), advice: advice.to_owned(), tone });
    match playground.access.get(models::normalise(id))? {
        Remote::NotAsked => None,
        Remote::Loading { .. } => told("Asking for access…", "", Tone::Neutral),
        Remote::Failed { problem, .. } => told("Access unknown", &problem.what, Tone::Neutral),
        Remote::Ready(availability) => Some(of_availability(availability)),
    }
}

fn of_availability(availability: &Availability) -> Access {
    let told = |words: &str, advice: &str, tone| Access { words: words.to_owned(), advice: advice.to_owned(), tone };
    if !availability.in_region {
        return told("Not in this Region", "Choose another Region or model", Tone::Error);
    }
    if let Some(error) = &availability.agreement_error {
        return told("Subscription failed", error, Tone::Error);
    }
    if !availability.authorized {
        return told(
            "No access",
            "A policy or the model's maker keeps this account out; the Bedrock console's model catalogue says which",
            Tone::Error,
        );
    }
    if !availability.is_usable() || !availability.entitled {
        return told("Not subscribed yet", "The first call subscribes through AWS Marketplace, which can take 15 minutes", Tone::Warn);
    }
    match availability.agreement.as_deref() {
        Some("AVAILABLE") | None => told("Access granted", "The account may call this model", Tone::Ok),
        Some(_) => told(
            "Agreement pending",
            "The first call makes the agreement; Anthropic's models also want their use-case form once",
            Tone::Warn,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn availability() -> Availability {
        Availability { agreement: Some("AVAILABLE".to_owned()), agreement_error: None, authorized: true, entitled: true, in_region: true }
    }

    #[test]
    fn every_state_has_words() {
        assert_eq!(of_availability(&availability()).words, "Access granted");
        assert_eq!(of_availability(&Availability { authorized: false, ..availability() }).words, "No access");
        assert_eq!(of_availability(&Availability { in_region: false, ..availability() }).tone, Tone::Error);
        let pending = Availability { agreement: Some("PENDING".to_owned()), ..availability() };
        assert_eq!(of_availability(&pending).words, "Agreement pending");
    }
}
