//! Queries to start from.

use std::sync::LazyLock;

use serde::Deserialize;

/// A query to start from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sample {
    /// What it answers.
    pub title: String,
    /// What it teaches of the language, a sentence.
    pub teaches: String,
    /// Its text.
    pub query: String,
}

#[derive(Deserialize)]
struct File {
    sample: Vec<Sample>,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let file = toml::from_str::<File>(include_str!("../../../assets/insights/samples.toml"));
    file.map(|file| file.sample).inspect_err(|error| tracing::error!(%error, "the sample queries cannot be read")).unwrap_or_default()
});

/// All of them, the simplest first.
pub fn samples() -> &'static [Sample] {
    &SAMPLES
}
