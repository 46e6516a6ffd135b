//! Fitting the model and asking it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::profile::{BySlot, SLOT, SLOTS, between, median, quantile};
use super::{LEAST_POINTS, Tuning};

const DAY: i64 = 86_400;

/// Seconds of history from which on each part of the model is learned. A week that lacks its last hours is a week.
const FOR_HOURS: i64 = 2 * DAY - DAY / 8;
const FOR_WEEK: i64 = 7 * DAY - DAY / 4;
const FOR_WEEKDAYS: i64 = 12 * DAY;

/// Quantiles of the normal distribution in standard deviations, for 75 %, 90 % and 98 %.
const Z75: f64 = 0.6745;
const Z90: f64 = 1.2816;
const Z98: f64 = 2.0537;

/// Least deviation of counts, and of other values as a share of their level.
const LEAST_OF_COUNTS: f64 = 0.5;
const LEAST_SHARE: f64 = 0.005;

/// The trained model of a metric.
#[derive(Debug, Clone)]
pub struct Band {
    zone: TimeZone,
    season: Season,
    trend: Trend,
    widths: Widths,
    never_negative: bool,
}

/// A moment as the season sees it.
#[derive(Debug, Clone, Copy)]
struct Moment {
    /// Days since the epoch, in the metric's zone.
    day: i64,
    /// Second of the day.
    second: i64,
}

/// A point of the history.
#[derive(Debug, Clone, Copy)]
struct Point {
    moment: Moment,
    value: f64,
}

/// What is normal at a time of the day and a day of the week.
#[derive(Debug, Clone, Default)]
struct Season {
    /// By half hour: on working days and at weekends, which are the same until there is enough history; empty for too short a history.
    slots: [Vec<f64>; 2],
    /// Added on each day of the week.
    days: [f64; 7],
    /// Without half hours, the level.
    level: f64,
}

/// The level of each day beside the season.
#[derive(Debug, Clone, Default)]
struct Trend(BTreeMap<i64, f64>);

/// Standard deviations upwards and downwards by half hour.
#[derive(Debug, Clone)]
struct Widths {
    up: Vec<f64>,
    down: Vec<f64>,
}

impl Band {
    /// Learns from `history`: start of a period (epoch seconds) and value. `None` from fewer than [`LEAST_POINTS`] points.
    pub fn train(history: &[(i64, f64)], tuning: &Tuning) -> Option<Self> {
        if history.len() < LEAST_POINTS {
            return None;
        }
        let span = history.last()?.0 - history.first()?.0;
        let points: Vec<Point> = history.iter().map(|&(at, value)| Point { moment: Moment::of(at, &tuning.zone), value }).collect();
        let (season, trend) = taken_apart(&points, tuning, span);
        let normal = |point: &Point| season.at(point.moment) + trend.at(point.moment.day);
        let rests: Vec<(usize, f64)> = points.iter().map(|point| (point.moment.slot(), point.value - normal(point))).collect();
        let reach = if season.slots[0].is_empty() { SLOTS / 2 } else { 1 };
        let widths = Widths::of(&rests, tuning, reach).at_least(least_deviation(history), &season);
        let never_negative = history.iter().all(|(_, value)| *value >= 0.0);
        Some(Self { zone: tuning.zone.clone(), season, trend, widths, never_negative })
    }

    /// Lower and upper edge at `at` (epoch seconds), `width` standard deviations away from what is normal.
    pub fn edges(&self, at: i64, width: f64) -> (f64, f64) {
        let moment = Moment::of(at, &self.zone);
        let normal = self.season.at(moment) + self.trend.at(moment.day);
        let lower = normal - width * between(&self.widths.down, moment.second);
        let upper = normal + width * between(&self.widths.up, moment.second);
        if self.never_negative { (lower.max(0.0), upper.max(0.0)) } else { (lower, upper) }
    }
}

/// Season and trend: the season once more after the trend has been taken out.
fn taken_apart(points: &[Point], tuning: &Tuning, span: i64) -> (Season, Trend) {
    let trend = Trend::of(points, &Season::of(points, span), tuning, span);
    let trend = trend.around(trend.middle());
    let level: Vec<Point> = points.iter().map(|point| Point { value: point.value - trend.at(point.moment.day), ..*point }).collect();
    (Season::of(&level, span), trend)
}

impl Moment {
    fn of(at: i64, zone: &TimeZone) -> Self {
        let offset = Timestamp::from_second(at).map_or(0, |moment| i64::from(zone.to_offset(moment).seconds()));
        let local = at + offset;
        Self { day: local.div_euclid(DAY), second: local.rem_euclid(DAY) }
    }

    fn slot(self) -> usize {
        (self.second / SLOT) as usize
    }

    /// 0 on Monday: the epoch began on a Thursday.
    fn weekday(self) -> usize {
        (self.day + 3).rem_euclid(7) as usize
    }

    fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }
}

impl Season {
    fn of(points: &[Point], span: i64) -> Self {
        let level = median(&mut points.iter().map(|point| point.value).collect::<Vec<_>>());
        if span < FOR_HOURS {
            return Self { level, ..Self::default() };
        }
        let mut season = Self { slots: Self::slots(points, span), ..Self::default() };
        if span >= FOR_WEEKDAYS {
            season.days = season.weekdays(points);
        }
        season
    }

    fn slots(points: &[Point], span: i64) -> [Vec<f64>; 2] {
        let medians = |wanted: &dyn Fn(&Point) -> bool| {
            let chosen = points.iter().filter(|point| wanted(point)).map(|point| (point.moment.slot(), point.value));
            BySlot::of(chosen).measured(0, median)
        };
        let days_at = |weekend: bool| {
            let days: std::collections::BTreeSet<i64> =
                points.iter().filter(|point| point.moment.is_weekend() == weekend).map(|point| point.moment.day).collect();
            days.len()
        };
        if span >= FOR_WEEK && days_at(true) >= 2 && days_at(false) >= 3 {
            return [medians(&|point| !point.moment.is_weekend()), medians(&|point| point.moment.is_weekend())];
        }
        let all = medians(&|_| true);
        [all.clone(), all]
    }

    /// The median distance of each day of the week from the half hours. Halved, as it comes from two days only.
    fn weekdays(&self, points: &[Point]) -> [f64; 7] {
        std::array::from_fn(|weekday| {
            let of_day = points.iter().filter(|point| point.moment.weekday() == weekday);
            median(&mut of_day.map(|point| point.value - self.at(point.moment)).collect::<Vec<_>>()) / 2.0
        })
    }

    fn at(&self, moment: Moment) -> f64 {
        let slots = &self.slots[usize::from(moment.is_weekend())];
        let level = if slots.is_empty() { self.level } else { between(slots, moment.second) };
        level + self.days[moment.weekday()]
    }
}

impl Trend {
    /// The median distance from `season` on each day, smoothed over days.
    fn of(points: &[Point], season: &Season, tuning: &Tuning, span: i64) -> Self {
        if span < FOR_WEEK {
            return Self::default();
        }
        let mut by_day: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for point in points {
            by_day.entry(point.moment.day).or_default().push(point.value - season.at(point.moment));
        }
        by_day.retain(|_, rests| rests.len() >= LEAST_POINTS.min(points.len() / 30));
        let medians: Vec<(i64, f64)> = by_day.into_iter().map(|(day, mut rests)| (day, median(&mut rests))).collect();
        let reach = tuning.adaptation.reach();
        let smoothed = |index: usize| {
            let around = &medians[index.saturating_sub(reach)..(index + reach + 1).min(medians.len())];
            median(&mut around.iter().map(|(_, rest)| *rest).collect::<Vec<_>>())
        };
        Self(medians.iter().enumerate().map(|(index, (day, _))| (*day, smoothed(index))).collect())
    }

    fn at(&self, day: i64) -> f64 {
        let before = self.0.range(..=day).next_back();
        let nearest = before.or_else(|| self.0.first_key_value());
        nearest.map_or(0.0, |(_, level)| *level)
    }

    fn middle(&self) -> f64 {
        median(&mut self.0.values().copied().collect::<Vec<_>>())
    }

    /// The same trend as a distance from `level`.
    fn around(&self, level: f64) -> Self {
        Self(self.0.iter().map(|(day, value)| (*day, value - level)).collect())
    }
}

impl Widths {
    /// From the distances of the points from what is normal, by half hour.
    fn of(rests: &[(usize, f64)], tuning: &Tuning, reach: usize) -> Self {
        let rough = Self::measured(rests, tuning, reach);
        let limit = tuning.filter.deviations();
        let is_within = |rest: f64, deviation: f64| rest <= limit * deviation.max(f64::MIN_POSITIVE);
        let is_kept = |&&(slot, rest): &&(usize, f64)| is_within(rest, rough.up[slot]) && is_within(-rest, rough.down[slot]);
        if tuning.periodic_spikes {
            return rough;
        }
        let kept: Vec<(usize, f64)> = rests.iter().filter(is_kept).copied().collect();
        Self::measured(&kept, tuning, reach)
    }

    fn measured(rests: &[(usize, f64)], tuning: &Tuning, reach: usize) -> Self {
        let up = BySlot::of(rests.iter().copied());
        let down = BySlot::of(rests.iter().map(|&(slot, rest)| (slot, -rest)));
        let spikes = if tuning.periodic_spikes { 0.98 } else { 0.0 };
        Self { up: up.measured(reach, |rests| deviation(rests, spikes)), down: down.measured(reach, |rests| deviation(rests, 0.0)) }
    }

    fn at_least(mut self, (least, share): (f64, f64), season: &Season) -> Self {
        for slot in 0..self.up.len() {
            let level = season.slots.iter().map(|slots| slots.get(slot).copied().unwrap_or(season.level).abs()).fold(0.0, f64::max);
            let least = least.max(share * level);
            self.up[slot] = self.up[slot].max(least);
            self.down[slot] = self.down[slot].max(least);
        }
        self
    }
}

/// The deviation to the upper side that the quantiles speak of.
fn deviation(rests: &mut [f64], spikes: f64) -> f64 {
    let mut deviation = (quantile(rests, 0.75) / Z75).max(quantile(rests, 0.90) / Z90);
    if spikes > 0.0 {
        deviation = deviation.max(quantile(rests, spikes) / Z98);
    }
    deviation.max(0.0)
}

/// The least deviation, as a number and as a share of the level.
fn least_deviation(history: &[(i64, f64)]) -> (f64, f64) {
    let are_counts = history.iter().all(|(_, value)| value.fract() == 0.0);
    if are_counts { (LEAST_OF_COUNTS, 0.0) } else { (f64::EPSILON, LEAST_SHARE) }
}
