//! Queries to start from.

use std::sync::LazyLock;

use serde::Deserialize;

/// A query to start from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sample {
    /// The group that it belongs to.
    pub group: String,
    /// What it answers.
    pub title: String,
    /// What it teaches of the language, a sentence.
    pub teaches: String,
    /// Its text.
    pub query: String,
    /// Why it may find nothing after a normal class, a clause; most find something.
    pub may_be_empty: Option<String>,
}

impl Sample {
    /// Whether every word of `search` is in its title, lesson or query.
    pub fn matches(&self, search: &str) -> bool {
        let all = format!("{} {} {} {}", self.group, self.title, self.teaches, self.query).to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sample: Vec<Sample>,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let file = toml::from_str::<File>(include_str!("../../../assets/insights/samples.toml"));
    file.map(|file| file.sample).inspect_err(|error| tracing::error!(%error, "the sample queries cannot be read")).unwrap_or_default()
});

/// All of them, group by group, the simplest first.
pub fn samples() -> &'static [Sample] {
    &SAMPLES
}

/// The names of the groups, in order.
pub fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = Vec::new();
    for sample in samples() {
        if !groups.contains(&sample.group.as_str()) {
            groups.push(&sample.group);
        }
    }
    groups
}
