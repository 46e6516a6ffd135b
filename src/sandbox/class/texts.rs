//! What the classmates are called and work on: the data files in `assets/class`, embedded.

use std::sync::LazyLock;

use serde::Deserialize;

/// What people ask and send.
#[derive(Debug, Deserialize)]
pub(super) struct Work {
    pub(super) models: Vec<Choice>,
    pub(super) products: Vec<String>,
    pub(super) cities: Vec<String>,
    pub(super) questions: Vec<String>,
    pub(super) follow_ups: Vec<String>,
    pub(super) instructions: Vec<String>,
    pub(super) documents: Vec<Document>,
    pub(super) sentences: Vec<String>,
    pub(super) personal: Personal,
}

/// A model as people name it, and how often it is taken.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) weight: u32,
}

/// Something that is asked about.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) ask: String,
    pub(super) text: String,
}

/// Prompts with personal data that nobody owns.
#[derive(Debug, Deserialize)]
pub(super) struct Personal {
    pub(super) prompts: Vec<String>,
}

/// What a person works as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Takes part in the workshop.
    Participant,
    /// Leads it.
    Instructor,
    /// Writes programs that call models.
    Developer,
    /// A program that answers customers.
    Application,
    /// A program that works at night.
    Batch,
}

/// A person as the data file has them.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) hourly: f64,
    pub(super) model: usize,
}

#[derive(Deserialize)]
struct People {
    people: Vec<Entry>,
}

/// The people in the order in which they join.
pub(super) static PEOPLE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| parse::<People>(include_str!("../../../assets/class/people.toml")).people);

/// What they work on.
pub(super) static WORK: LazyLock<Work> = LazyLock::new(|| parse(include_str!("../../../assets/class/work.toml")));

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("an embedded file of the class is broken: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_fit_each_other() {
        assert_eq!(PEOPLE.len(), super::super::LARGEST as usize);
        assert!(PEOPLE.iter().all(|person| person.model < WORK.models.len() && person.hourly > 0.0));
        let mut names: Vec<&str> = PEOPLE.iter().map(|person| person.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PEOPLE.len(), "names are told apart");
        assert!(WORK.models.iter().all(|model| crate::models::find(&model.id).is_some()));
        assert!(WORK.questions.len() >= 20 && WORK.documents.len() >= 4 && WORK.personal.prompts.len() >= 3);
    }
}
