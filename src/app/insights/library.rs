//! Past runs and saved queries, kept on this machine.

use serde::{Deserialize, Serialize};

use super::Place;

/// Past runs and saved queries. Missing fields are tolerated so that older files load.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Library {
    /// Past runs, newest first, at most [`Self::RUNS`].
    pub runs: Vec<RunNote>,
    /// Saved queries by name.
    pub saved: Vec<SavedQuery>,
}

/// A past run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunNote {
    /// The query.
    pub text: String,
    /// Where it ran.
    pub place: Place,
    /// When it ended, milliseconds since the epoch.
    pub at_ms: i64,
    /// How many rows it found; nothing when it failed.
    pub rows: Option<u64>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// What went wrong, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A saved query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedQuery {
    /// Its name, unique.
    pub name: String,
    /// The query.
    pub text: String,
}

impl Library {
    /// Runs kept.
    pub const RUNS: usize = 100;

    /// Adds a run; the newest one is replaced when it was the same query in the same place.
    pub fn note(&mut self, run: RunNote) {
        if self.runs.first().is_some_and(|newest| newest.text == run.text && newest.place == run.place) {
            self.runs.remove(0);
        }
        self.runs.insert(0, run);
        self.runs.truncate(Self::RUNS);
    }

    /// Saves a query under a name; one of that name is replaced.
    pub fn save(&mut self, name: &str, text: &str) {
        self.delete(name);
        let place = self.saved.partition_point(|saved| saved.name.to_lowercase() < name.to_lowercase());
        self.saved.insert(place, SavedQuery { name: name.to_owned(), text: text.to_owned() });
    }

    /// Gives a saved query another name; one that had it is replaced.
    pub fn rename(&mut self, from: &str, to: &str) {
        let Some(text) = self.saved.iter().find(|saved| saved.name == from).map(|saved| saved.text.clone()) else { return };
        self.delete(from);
        self.save(to, &text);
    }

    /// Deletes a saved query.
    pub fn delete(&mut self, name: &str) {
        self.saved.retain(|saved| saved.name != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> RunNote {
        RunNote { text: text.to_owned(), place: Place::Here, at_ms: 0, rows: Some(1), took_ms: 2, failed: None }
    }

    #[test]
    fn the_latest_runs_are_kept_and_repeated_ones_once() {
        let mut library = Library::default();
        for n in 0..=Library::RUNS {
            library.note(run(&n.to_string()));
        }
        library.note(run("100"));
        assert_eq!((library.runs.len(), library.runs[0].text.as_str(), library.runs[99].text.as_str()), (100, "100", "1"));
    }

    #[test]
    fn saved_queries_have_one_name_each_and_stand_in_order() {
        let mut library = Library::default();
        for (name, text) in [("b", "1"), ("A", "2"), ("c", "3"), ("b", "4")] {
            library.save(name, text);
        }
        library.rename("c", "A");
        let saved: Vec<_> = library.saved.iter().map(|saved| (saved.name.as_str(), saved.text.as_str())).collect();
        assert_eq!(saved, [("A", "3"), ("b", "4")]);
    }

    #[test]
    fn an_older_file_loads() {
        let library: Library = serde_json::from_str(r#"{"saved":[{"name":"n","text":"t"}]}"#).unwrap();
        assert_eq!((library.runs.len(), library.saved.len()), (0, 1));
    }
}
