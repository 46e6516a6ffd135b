//! How many events come a second.

use std::collections::VecDeque;

/// Counts events by second. A session sends an update about every second, which says whether all that arrived was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meter {
    recent: VecDeque<u32>,
    /// Most events of a second.
    pub peak: u32,
    /// Events of all seconds.
    pub total: u64,
    /// Seconds counted.
    pub seconds: u64,
    /// Seconds in which more arrived than was sent.
    pub sampled: u64,
    /// Whether the newest second is one of those.
    pub is_sampled: bool,
}

impl Meter {
    /// Seconds that are kept for the little graph.
    pub const RECENT: usize = 60;

    /// A second has passed.
    pub fn add(&mut self, events: u32, sampled: bool) {
        self.peak = self.peak.max(events);
        self.total += u64::from(events);
        self.seconds += 1;
        self.sampled += u64::from(sampled);
        self.is_sampled = sampled;
        self.recent.push_back(events);
        if self.recent.len() > Self::RECENT {
            self.recent.pop_front();
        }
    }

    /// Events of the newest second.
    pub fn now(&self) -> u32 {
        self.recent.back().copied().unwrap_or_default()
    }

    /// The newest seconds, oldest first.
    pub fn recent(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.recent.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_and_the_newest_kept() {
        let mut meter = Meter::default();
        assert_eq!((meter.now(), meter.peak), (0, 0));
        (0..100).for_each(|n| meter.add(n, n == 50));
        assert_eq!((meter.now(), meter.peak, meter.total, meter.seconds), (99, 99, 4_950, 100));
        assert_eq!((meter.sampled, meter.is_sampled, meter.recent().len()), (1, false, Meter::RECENT));
    }
}
