//! What must hold for bands.

use fastrand::Rng;
use proptest::prelude::*;

use super::*;

/// A Monday, midnight UTC.
const MONDAY: i64 = 1_789_948_800;
const DAY: i64 = 86_400;
const STEP: i64 = 300;

/// `days` days of five-minute points: a curve over the day, less at weekends, with noise.
fn synthetic(seed: u64, days: i64, level: f64, noise: f64) -> Vec<(i64, f64)> {
    let mut rng = Rng::with_seed(seed);
    let moments = (0..days * DAY / STEP).map(|n| MONDAY + n * STEP);
    moments.map(|at| (at, level + curve(at) + noise * normal(&mut rng))).collect()
}

fn curve(at: i64) -> f64 {
    let hour = at.rem_euclid(DAY) as f64 / 3_600.0;
    let weekend = ((at - MONDAY).rem_euclid(7 * DAY)) >= 5 * DAY;
    let height = if weekend { 20.0 } else { 100.0 };
    height * (1.0 - ((hour - 14.0) / 24.0 * std::f64::consts::TAU).cos().mul_add(-0.5, 0.5))
}

fn normal(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
}

fn trained(history: &[(i64, f64)]) -> Band {
    Band::train(history, &Tuning::default()).unwrap()
}

fn is_inside(band: &Band, at: i64, value: f64, width: f64) -> bool {
    let (lower, upper) = band.edges(at, width);
    (lower..=upper).contains(&value)
}

/// The share of `days` that lies inside.
fn coverage(band: &Band, days: &[(i64, f64)], width: f64) -> f64 {
    days.iter().filter(|(at, value)| is_inside(band, *at, *value, width)).count() as f64 / days.len() as f64
}

#[test]
fn the_monday_of_these_tests_is_one() {
    let day = jiff::Timestamp::from_second(MONDAY).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
    assert_eq!((day.weekday(), day.hour(), day.minute()), (jiff::civil::Weekday::Monday, 0, 0));
}

#[test]
fn too_little_history_gives_no_band() {
    let history: Vec<_> = (0..LEAST_POINTS as i64).map(|n| (MONDAY + n * 60, 5.0)).collect();
    assert!(Band::train(&history[1..], &Tuning::default()).is_none());
    assert!(Band::train(&history, &Tuning::default()).is_some());
}

#[test]
fn a_flat_count_has_a_visible_band_that_does_not_go_below_zero() {
    let flat = |value: f64| (0..4_000).map(|n| (MONDAY + n * STEP, value)).collect::<Vec<_>>();
    assert_eq!(trained(&flat(0.0)).edges(MONDAY, 2.0), (0.0, 1.0));
    assert_eq!(trained(&flat(7.0)).edges(MONDAY, 2.0), (6.0, 8.0));
    let (lower, upper) = trained(&flat(812.5)).edges(MONDAY, 2.0);
    assert!((lower - 804.375).abs() < 1e-9 && (upper - 820.625).abs() < 1e-9, "{lower} {upper}");
}

#[test]
fn a_metric_that_goes_negative_has_a_band_below_zero() {
    let history: Vec<_> = (0..4_000).map(|n| (MONDAY + n * STEP, if n % 2 == 0 { -3.5 } else { 3.5 })).collect();
    assert!(trained(&history).edges(MONDAY, 2.0).0 < 0.0);
}

#[test]
fn working_days_and_weekends_differ() {
    let band = trained(&synthetic(1, 14, 10.0, 2.0));
    let noon_of = |day: i64| band.edges(MONDAY + day * DAY + 14 * 3_600, 2.0);
    let ((weekday, _), (_, weekend)) = (noon_of(15), noon_of(19));
    assert!(weekday > 80.0 && weekend < 50.0, "{weekday} {weekend}");
}

#[test]
fn a_new_level_becomes_normal_sooner_when_asked_to() {
    let mut history = synthetic(2, 14, 100.0, 2.0);
    let last_days = MONDAY + 12 * DAY;
    history.iter_mut().filter(|(at, _)| *at >= last_days).for_each(|(_, value)| *value += 60.0);
    let lower = |adaptation| {
        let tuning = Tuning { adaptation, ..Tuning::default() };
        Band::train(&history, &tuning).unwrap().edges(MONDAY + 14 * DAY + 6 * 3_600, 2.0).0
    };
    let (fast, slow) = (lower(Adaptation::Fast), lower(Adaptation::Slow));
    assert!(fast > slow + 20.0, "{fast} {slow}");
}

#[test]
fn days_are_counted_in_the_zone_of_the_metric() {
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let mut rng = Rng::with_seed(3);
    // Busy from 9 to 17 in New York.
    let value = |at: i64, rng: &mut Rng| {
        let local = jiff::Timestamp::from_second(at).unwrap().to_zoned(zone.clone());
        if (9..17).contains(&local.hour()) { 100.0 + normal(rng) } else { 1.0 + rng.f64() }
    };
    let history: Vec<_> = (0..14 * DAY / STEP).map(|n| MONDAY + n * STEP).map(|at| (at, value(at, &mut rng))).collect();
    let band = Band::train(&history, &Tuning { zone: zone.clone(), ..Tuning::default() }).unwrap();
    // After the change from summer time, 14:30 UTC is 9:30 there; before it was 10:30.
    let november = jiff::civil::date(2026, 11, 10).at(9, 30, 0, 0).to_zoned(zone).unwrap().timestamp().as_second();
    assert!(is_inside(&band, november, 100.0, 3.0), "{:?}", band.edges(november, 3.0));
}

#[test]
fn spikes_are_normal_when_the_owner_says_so() {
    let mut rng = Rng::with_seed(4);
    let spiky = |n: i64, rng: &mut Rng| if n % 25 == 0 { 500.0 } else { 10.0 + rng.f64() };
    let history: Vec<_> = (0..4_000).map(|n| (MONDAY + n * STEP, spiky(n, &mut rng))).collect();
    let upper = |periodic_spikes| Band::train(&history, &Tuning { periodic_spikes, ..Tuning::default() }).unwrap().edges(MONDAY, 3.0).1;
    assert!(upper(true) > 400.0 && upper(false) < 100.0, "{} {}", upper(true), upper(false));
}

#[test]
fn counts_that_are_mostly_zero_keep_their_ordinary_ups() {
    let mut rng = Rng::with_seed(5);
    let history: Vec<_> = (0..4_032).map(|n| (MONDAY + n * STEP, if rng.u8(..10) < 2 { f64::from(rng.u8(1..4)) } else { 0.0 })).collect();
    let band = trained(&history);
    let inside = coverage(&band, &history, 2.0);
    assert!((0.85..=1.0).contains(&inside), "{inside}");
    assert!(!is_inside(&band, MONDAY, 40.0, 2.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_wider_band_contains_a_narrower_one(seed in any::<u64>(), days in 1i64..15, narrow in 0.1f64..3.0, more in 0.0f64..3.0, ahead in 0i64..4_000) {
        let band = trained(&synthetic(seed, days, 50.0, 10.0));
        let at = MONDAY + ahead * STEP;
        let ((lower, upper), (wide_lower, wide_upper)) = (band.edges(at, narrow), band.edges(at, narrow + more));
        prop_assert!(wide_lower <= lower && lower <= upper && upper <= wide_upper);
    }

    #[test]
    fn shifted_data_shift_the_band(seed in any::<u64>(), days in 2i64..15, shift in 1.0f64..1_000.0) {
        let history = synthetic(seed, days, 2_000.5, 60.0);
        let shifted: Vec<_> = history.iter().map(|(at, value)| (*at, value + shift)).collect();
        let (band, moved) = (trained(&history), trained(&shifted));
        for at in (0..48).map(|n| MONDAY + days * DAY + n * 1_800) {
            let ((lower, upper), (moved_lower, moved_upper)) = (band.edges(at, 2.0), moved.edges(at, 2.0));
            // The least width grows with the level; the noise here is wider.
            prop_assert!((moved_lower - lower - shift).abs() < 1e-6 && (moved_upper - upper - shift).abs() < 1e-6);
        }
    }

    #[test]
    fn a_storm_moves_the_band_little(seed in any::<u64>(), start in 0i64..3_900, height in 500.0f64..50_000.0) {
        let history = synthetic(seed, 14, 100.0, 10.0);
        let mut stormy = history.clone();
        let storm = start as usize..(start as usize + history.len() / 50).min(history.len());
        stormy[storm].iter_mut().for_each(|(_, value)| *value += height);
        let (calm, after) = (trained(&history), trained(&stormy));
        for at in (0..48).map(|n| MONDAY + 14 * DAY + n * 1_800) {
            let ((_, upper), (_, storm_upper)) = (calm.edges(at, 2.0), after.edges(at, 2.0));
            prop_assert!((storm_upper - upper).abs() < 25.0, "{upper} {storm_upper}");
        }
    }

    #[test]
    fn unseen_days_lie_mostly_inside(seed in any::<u64>(), noise in 2.0f64..20.0, days in 7i64..15) {
        let all = synthetic(seed, days + 2, 200.0, noise);
        let (history, unseen) = all.split_at((days * DAY / STEP) as usize);
        let inside = coverage(&trained(history), unseen, 2.0);
        prop_assert!((0.85..=0.999).contains(&inside), "{inside}");
    }

    #[test]
    fn any_history_gives_finite_edges(values in prop::collection::vec((0i64..1_300_000, -1e12f64..1e12), 0..300), width in 0.1f64..10.0) {
        let mut history: Vec<_> = values.into_iter().map(|(at, value)| (MONDAY + at, value)).collect();
        history.sort_by_key(|(at, _)| *at);
        history.dedup_by_key(|(at, _)| *at);
        if let Some(band) = Band::train(&history, &Tuning::default()) {
            let (lower, upper) = band.edges(MONDAY + 99, width);
            prop_assert!(lower.is_finite() && upper.is_finite() && lower <= upper);
        }
    }
}
