//! The values of every step: what the action suggests, the lab sets and the person entered, with placeholders filled.

use std::collections::BTreeMap;

use super::actions;
use super::facts::Facts;
use super::form::Values;
use super::manifest::{Lab, Step};
use super::names;
use super::progress::Progress;
use super::status::Ending;
use super::template;

/// The values of all steps by step id.
pub fn resolve(lab: &Lab, facts: &Facts, progress: &Progress) -> BTreeMap<String, Values> {
    let mut all = BTreeMap::new();
    for step in &lab.steps {
        let values = step_values(lab, step, facts, progress, &all);
        all.insert(step.id.clone(), values);
    }
    all
}

fn step_values(lab: &Lab, step: &Step, facts: &Facts, progress: &Progress, earlier: &BTreeMap<String, Values>) -> Values {
    let mut values = actions::find(&step.action).map(|action| action.suggest(facts)).unwrap_or_default();
    for (key, text) in &step.params.0 {
        values.set(key.clone(), template::fill(text, |name| lookup(name, lab, facts, progress, earlier)));
    }
    values.0.extend(progress.step(&step.id).entered.0);
    values
}

/// What a placeholder stands for. A skipped step has made nothing, so its name stands for nothing.
fn lookup(name: &str, lab: &Lab, facts: &Facts, progress: &Progress, earlier: &BTreeMap<String, Values>) -> Option<String> {
    match name {
        "account" => return Some(facts.account.clone()),
        "region" => return Some(facts.region.clone()),
        "suffix" => return Some(facts.suffix.clone()),
        "bucket-name" => return Some(names::suggested_bucket(&facts.account, &facts.suffix)),
        _ => {}
    }
    let (id, key) = name.split_once('.').map_or((name, None), |(id, key)| (id, Some(key)));
    let values = earlier.get(id).filter(|_| progress.step(id).ending != Some(Ending::Skipped))?;
    match key {
        Some(key) => Some(values.text(key).to_owned()),
        None => Some(actions::find(&lab.step(id)?.action)?.result(values)),
    }
}

/// What the step `id` waits for: `needs step 4, Service role`.
pub fn blocked(lab: &Lab, progress: &Progress, id: &str) -> Option<String> {
    let step = lab.step(id)?;
    let is_open = |required: &&String| !matches!(progress.step(required).ending, Some(Ending::Done | Ending::Skipped));
    let missing = step.requires.iter().find(is_open)?;
    let title = lab.step(missing).map_or(missing.as_str(), |step| step.title.as_str());
    Some(format!("needs step {}, {title}", lab.number(missing)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::manifest;
    use crate::lab::progress::Remembered;
    use crate::lab::source::LabSource;

    fn lab() -> Lab {
        manifest::load(&LabSource::Embedded, "bedrock-monitoring").unwrap()
    }

    fn facts() -> Facts {
        Facts { account: "123456789012".to_owned(), region: "us-east-1".to_owned(), suffix: "7f3a".to_owned(), ..Facts::default() }
    }

    fn remember(progress: &mut Progress, step: &str, ending: Option<Ending>, entered: &[(&str, &str)]) {
        let entered = entered.iter().copied().collect();
        progress.steps.insert(step.to_owned(), Remembered { ending, entered, ..Remembered::default() });
    }

    #[test]
    fn later_steps_follow_what_was_entered_in_earlier_ones() {
        let mut progress = Progress::fresh();
        remember(&mut progress, "log-group", None, &[("name", "my-logs")]);
        remember(&mut progress, "bucket", None, &[("prefix", "team")]);
        let all = resolve(&lab(), &facts(), &progress);
        let logging = &all["invocation-logging"];
        assert_eq!(logging.text("log_group"), "my-logs");
        assert_eq!((logging.text("bucket"), logging.text("prefix")), ("outcrop-lab-9012-7f3a", "team"));
        assert_eq!(all["service-role"].text("log_group"), "my-logs");
    }

    #[test]
    fn a_skipped_bucket_is_not_named_by_later_steps() {
        let mut progress = Progress::fresh();
        remember(&mut progress, "bucket", Some(Ending::Skipped), &[]);
        assert_eq!(resolve(&lab(), &facts(), &progress)["invocation-logging"].text("bucket"), "");
    }

    #[test]
    fn a_step_waits_for_the_first_open_one_it_requires() {
        let mut progress = Progress::fresh();
        assert_eq!(blocked(&lab(), &progress, "log-group").unwrap(), "needs step 1, Where to work");
        remember(&mut progress, "where-to-work", Some(Ending::Done), &[]);
        assert_eq!(blocked(&lab(), &progress, "log-group"), None);
        remember(&mut progress, "log-group", Some(Ending::Skipped), &[]);
        assert_eq!(blocked(&lab(), &progress, "service-role"), None);
    }
}
