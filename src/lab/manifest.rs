//! Labs as data: `lab.toml` and one Markdown file a step, read into [`Lab`] and checked as they are read.
//!
//! A lab file that cannot be used gives a [`ManifestError`] with file, line and what to write instead.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::actions;
use super::form::Values;
use super::source::LabSource;
use super::template;

/// The version of `lab.toml` that this program reads.
const FORMAT_VERSION: u32 = 1;

/// Placeholders that every step may use, whatever came before.
const COMMON_PLACEHOLDERS: [&str; 4] = ["account", "region", "suffix", "bucket-name"];

/// A lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Lab {
    /// Its id, which is the name of its folder.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about, a sentence or two.
    pub summary: String,
    /// How long it takes.
    pub minutes: u32,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// A step of a lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its id, unique within the lab; progress is kept under it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Name of its action, known to [`actions::find`].
    pub action: String,
    /// The AWS service that it is about.
    pub service: String,
    /// What it costs, in a few words.
    pub cost: String,
    /// How long it takes.
    pub minutes: u32,
    /// Ids of the steps that come first.
    pub requires: Vec<String>,
    /// The screen where the step is carried on, if it has one.
    pub go_to: Option<GoTo>,
    /// Form values that the lab suggests; may hold placeholders.
    pub params: Values,
    /// Name of the file with the text.
    pub file: String,
    /// The text, Markdown.
    pub text: String,
    /// Help for who is stuck, Markdown.
    pub hint: String,
}

/// A screen that a step leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoTo {
    /// The playground.
    Playground,
    /// The dashboard.
    Dashboard,
    /// The log viewer.
    Logs,
    /// The queries.
    Insights,
    /// Live Tail.
    LiveTail,
    /// The alarms.
    Alarms,
    /// The resources.
    Resources,
}

impl Lab {
    /// The step `id`.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The number of the step `id` as shown, from 1.
    pub fn number(&self, id: &str) -> usize {
        self.steps.iter().position(|step| step.id == id).map_or(0, |at| at + 1)
    }
}

/// A lab file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ManifestError {
    /// The file, relative to the folder of labs.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub write: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        write!(f, "{}{line}: {}. {}", self.file, self.what, self.write)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLab {
    format_version: Spanned<u32>,
    id: Spanned<String>,
    title: String,
    summary: String,
    minutes: u32,
    steps: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: Spanned<String>,
    title: String,
    action: Spanned<String>,
    service: String,
    cost: String,
    minutes: u32,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
    go_to: Option<GoTo>,
    #[serde(default)]
    params: BTreeMap<String, Spanned<String>>,
    file: Spanned<String>,
    hint: Spanned<String>,
}

/// Every lab of `source`, each read or with the reason why not.
pub fn load_all(source: &LabSource) -> Vec<Result<Lab, ManifestError>> {
    match source.lab_ids() {
        Ok(ids) if ids.is_empty() => vec![Err(no_lab(source))],
        Ok(ids) => ids.iter().map(|id| load(source, id)).collect(),
        Err(error) => vec![Err(unreadable(&source.name(), &error))],
    }
}

/// The lab `id` of `source`.
pub fn load(source: &LabSource, id: &str) -> Result<Lab, ManifestError> {
    let name = format!("{id}/lab.toml");
    let text = source.read(&name).map_err(|error| unreadable(&name, &error))?;
    let reader = Reader { source, folder: id, file: &name, text: &text };
    let raw: RawLab = toml::from_str(&text).map_err(|error| reader.syntax(&error))?;
    reader.lab(raw)
}

fn no_lab(source: &LabSource) -> ManifestError {
    ManifestError {
        file: source.name(),
        line: None,
        what: "there is no lab in this folder".to_owned(),
        write: "Make a folder per lab with a file lab.toml in it".to_owned(),
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> ManifestError {
    ManifestError {
        file: file.to_owned(),
        line: None,
        what: format!("the file cannot be read: {error}"),
        write: "Put the file there as UTF-8 text, or correct the name that points to it".to_owned(),
    }
}

/// Turns one `lab.toml` into a lab, knowing where each value stands.
struct Reader<'a> {
    source: &'a LabSource,
    folder: &'a str,
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, at: Option<usize>, what: impl Into<String>, write: impl Into<String>) -> ManifestError {
        let line = at.map(|offset| self.text[..offset.min(self.text.len())].matches('\n').count() + 1);
        ManifestError { file: self.file.to_owned(), line, what: what.into(), write: write.into() }
    }

    fn at<T>(&self, place: &Spanned<T>, what: impl Into<String>, write: impl Into<String>) -> ManifestError {
        self.error(Some(place.span().start), what, write)
    }

    fn syntax(&self, error: &toml::de::Error) -> ManifestError {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        let write = advice(&message);
        self.error(error.span().map(|span| span.start), message, write)
    }

    fn lab(&self, raw: RawLab) -> Result<Lab, ManifestError> {
        self.header(&raw)?;
        let mut lab = Lab {
            id: raw.id.into_inner(),
            title: raw.title,
            summary: raw.summary,
            minutes: raw.minutes,
            steps: Vec::with_capacity(raw.steps.len()),
        };
        for step in raw.steps {
            let step = self.step(step, &lab.steps)?;
            lab.steps.push(step);
        }
        Ok(lab)
    }

    fn header(&self, raw: &RawLab) -> Result<(), ManifestError> {
        if *raw.format_version.get_ref() != FORMAT_VERSION {
            let what = format!("format_version {} is not known to this program", raw.format_version.get_ref());
            return Err(self.at(&raw.format_version, what, format!("Write format_version = {FORMAT_VERSION}, or use a newer Outcrop")));
        }
        if raw.id.get_ref() != self.folder {
            let what = format!("the id “{}” is not the name of the folder", raw.id.get_ref());
            return Err(self.at(&raw.id, what, format!("Write id = \"{}\"", self.folder)));
        }
        if raw.steps.is_empty() {
            return Err(self.error(None, "the lab has no steps", "Add a table [[steps]]"));
        }
        Ok(())
    }

    fn step(&self, raw: RawStep, earlier: &[Step]) -> Result<Step, ManifestError> {
        self.step_id(&raw.id, earlier)?;
        self.action(&raw.action)?;
        self.requires(&raw, earlier)?;
        self.params(&raw, earlier)?;
        if raw.hint.get_ref().trim().is_empty() {
            return Err(self.at(&raw.hint, "the hint is empty", "Write a hint, or why this step needs none"));
        }
        let text = self.step_text(&raw.file)?;
        let params = raw.params.into_iter().map(|(key, value)| (key, value.into_inner())).collect();
        Ok(Step {
            id: raw.id.into_inner(),
            title: raw.title,
            action: raw.action.into_inner(),
            service: raw.service,
            cost: raw.cost,
            minutes: raw.minutes,
            requires: raw.requires.into_iter().map(Spanned::into_inner).collect(),
            go_to: raw.go_to,
            params,
            file: raw.file.into_inner(),
            text,
            hint: raw.hint.into_inner(),
        })
    }

    fn step_id(&self, id: &Spanned<String>, earlier: &[Step]) -> Result<(), ManifestError> {
        let name = id.get_ref();
        let fits = !name.is_empty() && name.len() <= 40 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !fits {
            return Err(self.at(id, format!("“{name}” cannot be a step id"), "Use lowercase letters, digits and hyphens, at most 40"));
        }
        if earlier.iter().any(|step| step.id == *name) {
            return Err(self.at(id, format!("two steps have the id “{name}”"), "Give this one another id"));
        }
        if COMMON_PLACEHOLDERS.contains(&name.as_str()) {
            return Err(self.at(id, format!("the id “{name}” is the name of a placeholder"), "Give the step another id"));
        }
        Ok(())
    }

    fn action(&self, action: &Spanned<String>) -> Result<(), ManifestError> {
        if actions::find(action.get_ref()).is_some() {
            return Ok(());
        }
        Err(self.at(action, format!("there is no action “{}”", action.get_ref()), format!("Use one of: {}", actions::names().join(", "))))
    }

    fn requires(&self, raw: &RawStep, earlier: &[Step]) -> Result<(), ManifestError> {
        let Some(unknown) = raw.requires.iter().find(|id| !earlier.iter().any(|step| step.id == *id.get_ref())) else { return Ok(()) };
        let ids: Vec<&str> = earlier.iter().map(|step| step.id.as_str()).collect();
        let write = if ids.is_empty() {
            "The first step can require none".to_owned()
        } else {
            format!("Use ids of earlier steps: {}", ids.join(", "))
        };
        Err(self.at(unknown, format!("step “{}” requires “{}”, which is no earlier step", raw.id.get_ref(), unknown.get_ref()), write))
    }

    fn params(&self, raw: &RawStep, earlier: &[Step]) -> Result<(), ManifestError> {
        let keys = actions::find(raw.action.get_ref()).map(actions::Action::keys).unwrap_or_default();
        for (key, value) in &raw.params {
            if !keys.contains(&key.as_str()) {
                let write = format!("Use: {}", if keys.is_empty() { "no parameters".to_owned() } else { keys.join(", ") });
                return Err(self.at(value, format!("the action “{}” has no parameter “{key}”", raw.action.get_ref()), write));
            }
            self.placeholders(value, earlier)?;
        }
        Ok(())
    }

    fn placeholders(&self, value: &Spanned<String>, earlier: &[Step]) -> Result<(), ManifestError> {
        let is_known = |name: &str| {
            let step = name.split_once('.').map_or(name, |(step, _)| step);
            COMMON_PLACEHOLDERS.contains(&name) || earlier.iter().any(|s| s.id == step)
        };
        let Some(unknown) = template::placeholders(value.get_ref()).into_iter().find(|name| !is_known(name)) else { return Ok(()) };
        let steps = earlier.iter().map(|step| step.id.as_str());
        let known: Vec<&str> = COMMON_PLACEHOLDERS.into_iter().chain(steps).collect();
        Err(self.at(value, format!("nothing is known as {{{unknown}}} here"), format!("Use one of: {}", known.join(", "))))
    }

    fn step_text(&self, file: &Spanned<String>) -> Result<String, ManifestError> {
        let name = file.get_ref();
        let text = self.source.read(&format!("{}/{name}", self.folder));
        let text = text.map_err(|error| {
            self.at(file, format!("the text “{name}” cannot be read: {error}"), format!("Add the file {name} beside lab.toml"))
        })?;
        if text.trim().is_empty() {
            return Err(self.at(file, format!("the text “{name}” is empty"), "Write why this step exists and what it costs"));
        }
        Ok(text)
    }
}

/// What to write when the file does not have the right form.
fn advice(message: &str) -> String {
    let field = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        return match field {
            "steps" => "Add a table [[steps]]".to_owned(),
            "format_version" => format!("Add format_version = {FORMAT_VERSION}"),
            "minutes" => "Add minutes = 5".to_owned(),
            other => format!("Add {other} = \"…\""),
        };
    }
    if message.starts_with("unknown field") {
        return format!("Remove {field}, or correct its spelling");
    }
    "See labs/bedrock-monitoring/lab.toml for a file that works".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const GOOD: &str = r#"format_version = 1
id = "demo"
title = "Demo"
summary = "A demo"
minutes = 5

[[steps]]
id = "group"
title = "Log group"
action = "log-group"
service = "CloudWatch Logs"
cost = "free"
minutes = 1
file = "01-group.md"
hint = "Press the button"
params = { name = "demo-{suffix}" }
"#;

    fn load_text(toml: &str) -> Result<Lab, ManifestError> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("demo")).unwrap();
        fs::write(dir.path().join("demo/lab.toml"), toml).unwrap();
        fs::write(dir.path().join("demo/01-group.md"), "Why").unwrap();
        load(&LabSource::Folder(dir.path().to_owned()), "demo")
    }

    #[test]
    fn the_embedded_labs_are_in_order() {
        for lab in load_all(&LabSource::Embedded) {
            let lab = lab.unwrap_or_else(|error| panic!("{error}"));
            assert!(lab.steps.len() > 1 && lab.steps.iter().all(|step| step.text.len() > 200), "{} has a step without a text", lab.id);
        }
    }

    #[test]
    fn a_lab_is_read_with_its_texts() {
        let lab = load_text(GOOD).unwrap();
        assert_eq!((lab.number("group"), lab.step("group").unwrap().text.as_str()), (1, "Why"));
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_to_write() {
        let table = [
            ("minutes = 5\n", "minuts = 5\n", 5, "minuts", "spelling"),
            ("action = \"log-group\"", "action = \"log-grup\"", 10, "log-grup", "log-group"),
            ("hint = \"Press the button\"", "hint = \" \"", 15, "empty", "hint"),
            ("01-group.md", "02-group.md", 14, "02-group.md", "Add the file"),
            ("id = \"demo\"", "id = \"other\"", 2, "other", "id = \"demo\""),
            ("format_version = 1", "format_version = 7", 1, "7", "format_version = 1"),
            ("id = \"group\"", "id = \"Group A\"", 8, "Group A", "lowercase"),
            ("{suffix}", "{nothing}", 16, "{nothing}", "suffix"),
            ("params = { name", "params = { nome", 16, "nome", "name"),
            ("minutes = 1\n", "minutes = 1\nrequires = [\"later\"]\n", 14, "later", "first step"),
            ("title = \"Log group\"", "title = Log group", 9, "", "lab.toml"),
        ];
        for (from, to, line, what, write) in table {
            let error = load_text(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.line, Some(line), "{error}");
            assert!(error.what.contains(what) && error.write.contains(write), "{error}");
        }
    }

    #[test]
    fn a_missing_hint_is_asked_for() {
        let error = load_text(&GOOD.replace("hint = \"Press the button\"\n", "")).unwrap_err();
        assert_eq!(error.write, "Add hint = \"…\"");
    }
}
