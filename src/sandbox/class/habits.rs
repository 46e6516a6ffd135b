//! Who calls when: each person's calls of each minute follow from the seed alone, so that the same class does the same at any speed of the
//! clock, and a minute can be looked at twice.

use fastrand::Rng;

use super::texts::{PEOPLE, Role, WORK};

/// Milliseconds of a minute.
pub(super) const MINUTE_MS: i64 = 60_000;

/// Part of the busy rate that is left at night and at weekends, so that somebody who comes then is not alone.
const QUIET: f64 = 0.2;

/// What a call is for; decides its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// A short question.
    Question,
    /// A question about a document.
    Document,
    /// A question about a long cached document.
    Cached,
    /// A question that needs a tool.
    Tool,
    /// A question about a picture.
    Picture,
    /// A conversation that goes on.
    Conversation,
    /// A body above what a record can hold.
    Large,
    /// Something that the service refuses.
    Mistake,
}

/// How often each task comes, in a hundred.
const TASKS: [(Task, u32); 8] = [
    (Task::Question, 46),
    (Task::Document, 18),
    (Task::Cached, 12),
    (Task::Tool, 8),
    (Task::Picture, 4),
    (Task::Conversation, 9),
    (Task::Large, 1),
    (Task::Mistake, 2),
];

/// A call that somebody is going to make.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planned {
    /// When, milliseconds since the epoch.
    pub(super) at_ms: i64,
    /// Which of the people.
    pub(super) person: usize,
    /// Model id as the person names it.
    pub(super) model_id: &'static str,
    /// What for.
    pub(super) task: Task,
    /// Source of everything else about it.
    pub(super) seed: u64,
}

/// The calls of the first `people` in the minute that begins at `minute_ms`, in order of time.
pub(super) fn minute(seed: u64, people: u32, minute_ms: i64) -> Vec<Planned> {
    let mut planned: Vec<Planned> = (0..people as usize).flat_map(|person| of_person(seed, person, minute_ms)).collect();
    planned.sort_by_key(|call| (call.at_ms, call.person));
    planned
}

fn of_person(seed: u64, person: usize, minute_ms: i64) -> Vec<Planned> {
    let mut rng = Rng::with_seed(mixed(&[seed, person as u64, minute_ms as u64]));
    let entry = &PEOPLE[person % PEOPLE.len()];
    let calls = poisson(&mut rng, entry.hourly / 60.0 * busyness(entry.role, minute_ms));
    (0..calls).map(|_| planned(&mut rng, person, minute_ms)).collect()
}

fn planned(rng: &mut Rng, person: usize, minute_ms: i64) -> Planned {
    Planned {
        at_ms: minute_ms + rng.i64(0..MINUTE_MS),
        person,
        model_id: model_of(rng, person),
        task: weighted(rng, TASKS.iter().map(|(task, weight)| (*task, *weight))),
        seed: rng.u64(..),
    }
}

/// Three times in four the person's favourite.
fn model_of(rng: &mut Rng, person: usize) -> &'static str {
    let favourite = PEOPLE[person % PEOPLE.len()].model;
    let index = if rng.u8(..4) > 0 { favourite } else { weighted(rng, WORK.models.iter().enumerate().map(|(i, model)| (i, model.weight))) };
    &WORK.models[index].id
}

/// How much of the busy rate a role has in this minute, UTC: people work by day with a dip at noon, batches at night.
pub(super) fn busyness(role: Role, minute_ms: i64) -> f64 {
    let minutes = minute_ms.div_euclid(MINUTE_MS);
    let (day, hour) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440) as f64 / 60.0);
    // 1970-01-01 was a Thursday.
    let weekend = matches!((day + 4).rem_euclid(7), 0 | 6);
    let share = match role {
        Role::Batch => bump(hour, 2.5, 1.2),
        Role::Application => (bump(hour, 10.5, 3.5) + bump(hour, 17.0, 4.0)).min(1.0) * if weekend { 0.6 } else { 1.0 },
        Role::Participant | Role::Instructor | Role::Developer => {
            (bump(hour, 10.0, 2.0) + bump(hour, 15.0, 2.2)).min(1.0) * if weekend { 0.1 } else { 1.0 }
        }
    };
    if role == Role::Batch { share } else { QUIET + (1.0 - QUIET) * share }
}

/// A bell around `middle` that is 1 at its top; hours, around the clock.
fn bump(hour: f64, middle: f64, width: f64) -> f64 {
    let apart = (hour - middle).abs();
    let apart = apart.min(24.0 - apart);
    (-(apart / width).powi(2) / 2.0).exp()
}

/// How many events happen of which `mean` are expected.
fn poisson(rng: &mut Rng, mean: f64) -> u32 {
    let limit = (-mean).exp();
    let mut product = rng.f64();
    let mut count = 0;
    while product > limit && count < 100 {
        product *= rng.f64();
        count += 1;
    }
    count
}

/// One of several by weight; the first when all weigh nothing.
pub(super) fn weighted<T: Copy>(rng: &mut Rng, options: impl Iterator<Item = (T, u32)> + Clone) -> T {
    let total: u32 = options.clone().map(|(_, weight)| weight).sum();
    let mut left = rng.u32(..total.max(1));
    for (option, weight) in options.clone() {
        if left < weight {
            return option;
        }
        left -= weight;
    }
    options.map(|(option, _)| option).last().unwrap_or_else(|| unreachable!("there is always something to choose from"))
}

/// A number that differs whenever one of `parts` does (the finaliser of `SplitMix64`, over all parts).
pub(super) fn mixed(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |hash, part| {
        let mut z = (hash ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2026-11-23, midnight UTC.
    const MONDAY_MS: i64 = 1_795_392_000_000;
    const HOUR_MS: i64 = 60 * MINUTE_MS;

    fn calls(people: u32, from_ms: i64, hours: i64) -> usize {
        (0..hours * 60).map(|n| minute(7, people, from_ms + n * MINUTE_MS).len()).sum()
    }

    #[test]
    fn the_same_seed_does_the_same_and_another_something_else() {
        let at = MONDAY_MS + 10 * HOUR_MS;
        assert_eq!(minute(7, 25, at), minute(7, 25, at));
        assert_ne!(minute(7, 25, at), minute(8, 25, at));
        let few = minute(7, 5, at);
        assert!(minute(7, 25, at).iter().filter(|call| call.person < 5).eq(few.iter()), "others who join change nobody");
        assert!(few.is_sorted_by_key(|call| call.at_ms) && few.iter().all(|call| (at..at + MINUTE_MS).contains(&call.at_ms)));
    }

    #[test]
    fn people_work_by_day_and_not_at_weekends_and_batches_at_night() {
        let morning = calls(25, MONDAY_MS + 9 * HOUR_MS, 2);
        let evening = calls(25, MONDAY_MS + 21 * HOUR_MS, 2);
        let sunday = calls(25, MONDAY_MS - 15 * HOUR_MS, 2);
        assert!(morning > 2 * evening && morning > 2 * sunday, "{morning} {evening} {sunday}");
        assert!((300..1_200).contains(&morning), "{morning} calls of 25 people in two busy hours");
        assert!(busyness(Role::Batch, MONDAY_MS + 150 * MINUTE_MS) > 0.9);
        assert!(busyness(Role::Participant, MONDAY_MS + 3 * HOUR_MS) >= QUIET, "nobody is ever quite alone");
    }
}
