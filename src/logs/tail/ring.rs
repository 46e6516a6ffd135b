//! The newest lines, bounded in number and in bytes. Each has a number that stays when older ones are dropped.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Line;

/// The newest lines, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ring {
    lines: VecDeque<Arc<Line>>,
    first: u64,
    bytes: usize,
    dropped: u64,
}

impl Ring {
    /// Lines kept.
    pub const MAX: usize = 10_000;
    /// Bytes of lines kept; a single line may be larger.
    pub const MAX_BYTES: usize = 64 << 20;

    /// Adds lines and drops the oldest above the bounds.
    pub fn extend(&mut self, lines: impl IntoIterator<Item = Arc<Line>>) {
        for line in lines {
            self.bytes += line.bytes();
            self.lines.push_back(line);
            while self.lines.len() > Self::MAX || (self.bytes > Self::MAX_BYTES && self.lines.len() > 1) {
                self.drop_oldest();
            }
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.bytes -= line.bytes();
            self.first += 1;
            self.dropped += u64::from(line.event().is_some());
        }
    }

    /// Takes all lines out; numbers go on where they were. What was dropped is forgotten too.
    pub fn take(&mut self) -> Vec<Arc<Line>> {
        self.first = self.end();
        (self.bytes, self.dropped) = (0, 0);
        std::mem::take(&mut self.lines).into()
    }

    /// The number of the oldest line.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next line will have.
    pub fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Events that were dropped to stay within the bounds.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes of all lines.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The line of this number, if it is still there.
    pub fn get(&self, number: u64) -> Option<&Arc<Line>> {
        self.lines.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// The lines from this number on.
    pub fn from(&self, number: u64) -> impl Iterator<Item = &Arc<Line>> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.lines.len());
        self.lines.range(skipped..)
    }
}

#[cfg(test)]
mod tests {
    use super::super::line;
    use super::*;

    #[test]
    fn the_oldest_lines_are_dropped_and_numbers_stay() {
        let mut ring = Ring::default();
        ring.extend((0..Ring::MAX + 5).map(|n| line(&n.to_string())));
        assert_eq!((ring.len(), ring.first(), ring.end(), ring.dropped()), (Ring::MAX, 5, Ring::MAX as u64 + 5, 5));
        assert!(ring.get(4).is_none());
        assert_eq!(&*ring.get(5).unwrap().event().unwrap().entry.line, "5");
        assert_eq!(ring.from(ring.end() - 2).count(), 2);
        assert_eq!(ring.from(0).count(), Ring::MAX);
        assert_eq!(ring.from(u64::MAX).count(), 0);
    }

    #[test]
    fn large_lines_are_bounded_by_their_bytes() {
        let mut ring = Ring::default();
        let megabyte = "x".repeat(1 << 20);
        ring.extend((0..100).map(|_| line(&megabyte)));
        assert!(ring.bytes() <= Ring::MAX_BYTES && ring.dropped() == 36, "{} {}", ring.bytes(), ring.dropped());
        ring.extend([line(&"x".repeat(Ring::MAX_BYTES + 1))]);
        assert_eq!(ring.len(), 1);
    }

    #[test]
    fn taking_all_goes_on_with_the_numbers() {
        let mut ring = Ring::default();
        ring.extend([line("a"), line("b")]);
        assert_eq!(ring.take().len(), 2);
        assert_eq!((ring.len(), ring.first(), ring.end(), ring.bytes()), (0, 2, 2, 0));
        ring.extend([line("c")]);
        assert!(ring.get(1).is_none() && ring.get(2).is_some());
    }
}
