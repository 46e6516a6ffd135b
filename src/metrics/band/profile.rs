//! Medians and quantiles, over the half hours of a day.

/// Half hours of a day.
pub(super) const SLOTS: usize = 48;
/// Seconds of a half hour.
pub(super) const SLOT: i64 = 86_400 / SLOTS as i64;

/// Fewest points of a half hour that stand for themselves.
const LEAST_OF_SLOT: usize = 6;

/// Values by the half hour of the day.
#[derive(Debug, Clone)]
pub(super) struct BySlot(Vec<Vec<f64>>);

impl BySlot {
    pub(super) fn of(values: impl IntoIterator<Item = (usize, f64)>) -> Self {
        let mut slots = vec![Vec::new(); SLOTS];
        for (slot, value) in values {
            slots[slot % SLOTS].push(value);
        }
        Self(slots)
    }

    /// The values of a half hour and of the neighbours up to `reach` half hours away; of more neighbours while there are too few.
    fn around(&self, slot: usize, reach: usize) -> Vec<f64> {
        let mut values = Vec::new();
        for distance in 0..=SLOTS / 2 {
            if distance > reach && values.len() >= LEAST_OF_SLOT {
                break;
            }
            values.extend_from_slice(&self.0[(slot + distance) % SLOTS]);
            if distance > 0 && distance < SLOTS / 2 {
                values.extend_from_slice(&self.0[(slot + SLOTS - distance) % SLOTS]);
            }
        }
        values
    }

    /// What `measure` makes of each half hour with its neighbours.
    pub(super) fn measured<T>(&self, reach: usize, measure: impl Fn(&mut [f64]) -> T) -> Vec<T> {
        (0..SLOTS).map(|slot| measure(&mut self.around(slot, reach))).collect()
    }
}

/// The value between the middles of the half hours around `second` of a day.
pub(super) fn between(slots: &[f64], second: i64) -> f64 {
    let place = (second as f64 - SLOT as f64 / 2.0).rem_euclid(86_400.0) / SLOT as f64;
    let (index, share) = (place.floor() as usize, place.fract());
    let (left, right) = (slots[index % SLOTS], slots[(index + 1) % SLOTS]);
    left + (right - left) * share
}

/// The middle value; 0 of nothing.
pub(super) fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value that this share of the values does not exceed, between two of them where it falls between; 0 of nothing.
pub(super) fn quantile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let place = share * (values.len() - 1) as f64;
    let (index, fraction) = (place.floor() as usize, place.fract());
    let (_, &mut low, above) = values.select_nth_unstable_by(index, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    low + (high - low) * fraction
}
