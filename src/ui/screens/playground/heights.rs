//! Heights of the turns of a conversation with their running sums, so that a frame costs the same however long the conversation is: finding
//! the first turn in sight and changing one height take a handful of steps.

use crate::app::playground::{Chat, Turn};

/// Room for everything of a turn but its text, points: frame, head, row of numbers.
const FRAME: f32 = 78.0;
/// Height of a line of text, points.
const LINE: f32 = 19.0;
/// Width of a character on average, points.
const CHARACTER: f32 = 6.6;

/// Heights, measured where a turn was drawn and guessed elsewhere.
#[derive(Debug, Default)]
pub struct Heights {
    width: u32,
    ids: Vec<u64>,
    each: Vec<f32>,
    /// Whether a height was measured.
    known: Vec<bool>,
    /// A Fenwick tree over `each`: entry `i` sums as many heights before `i + 1` as the lowest set bit of `i + 1` says.
    sums: Vec<f64>,
}

impl Heights {
    /// Follows the conversation: turns at the end may have come or gone. Another width makes all heights guesses again.
    pub fn follow(&mut self, chat: &Chat, width: f32) {
        if self.width != width as u32 {
            *self = Self { width: width as u32, ..Self::default() };
        }
        while self.ids.len() > chat.turns.len() || self.ends_otherwise(chat) {
            self.pop();
        }
        for turn in &chat.turns[self.ids.len()..] {
            self.push(turn.id, guess(turn, width));
        }
    }

    fn ends_otherwise(&self, chat: &Chat) -> bool {
        let last = self.ids.len().checked_sub(1);
        last.is_some_and(|last| chat.turns.get(last).is_none_or(|turn| turn.id != self.ids[last]))
    }

    fn pop(&mut self) {
        self.ids.pop();
        self.each.pop();
        self.known.pop();
        self.sums.pop();
    }

    fn push(&mut self, id: u64, height: f32) {
        self.ids.push(id);
        self.each.push(height);
        self.known.push(false);
        let number = self.each.len();
        let mut sum = f64::from(height);
        let mut step = 1;
        while step < lowest_bit(number) {
            sum += self.sums[number - step - 1];
            step *= 2;
        }
        self.sums.push(sum);
    }

    /// How many turns there are.
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// Where the turn at `place` begins, points from the top.
    pub fn top(&self, place: usize) -> f32 {
        let mut sum = 0.0;
        let mut number = place.min(self.len());
        while number > 0 {
            sum += self.sums[number - 1];
            number -= lowest_bit(number);
        }
        sum as f32
    }

    /// Height of all turns.
    pub fn total(&self) -> f32 {
        self.top(self.len())
    }

    /// Height of the turn at `place`.
    pub fn height(&self, place: usize) -> f32 {
        self.each[place]
    }

    /// The turn that covers the height `y`, or the last one.
    pub fn at(&self, y: f32) -> usize {
        let mut place = 0;
        let mut left = f64::from(y);
        let mut step = self.len().next_power_of_two();
        while step > 0 {
            let next = place + step;
            if next <= self.len() && self.sums[next - 1] <= left {
                left -= self.sums[next - 1];
                place = next;
            }
            step /= 2;
        }
        place.min(self.len().saturating_sub(1))
    }

    /// Takes a measured height; returns by how much the guess before it was wrong.
    pub fn measured(&mut self, place: usize, height: f32) -> f32 {
        let change = height - self.each[place];
        let guessed = !std::mem::replace(&mut self.known[place], true);
        if change.abs() < 0.5 {
            return 0.0;
        }
        self.each[place] = height;
        let mut number = place + 1;
        while number <= self.len() {
            self.sums[number - 1] += f64::from(change);
            number += lowest_bit(number);
        }
        if guessed { change } else { 0.0 }
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

/// From the length of the text alone: counting its lines would mean reading all of it.
fn guess(turn: &Turn, width: f32) -> f32 {
    let per_line = ((width - 30.0) / CHARACTER).max(20.0);
    let lines = (turn.text.len() as f32 / per_line).ceil().max(1.0);
    FRAME + lines * LINE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::playground::Side;

    fn chat(turns: usize) -> Chat {
        Chat::of((0..turns).map(|n| (Side::Person, "word ".repeat(n % 90))).collect())
    }

    fn summed(heights: &Heights, place: usize) -> f32 {
        heights.each[..place].iter().map(|height| f64::from(*height)).sum::<f64>() as f32
    }

    #[test]
    fn sums_are_those_of_the_heights_after_any_change() {
        let mut heights = Heights::default();
        heights.follow(&chat(777), 600.0);
        for place in [0, 5, 64, 300, 776] {
            heights.measured(place, 41.0 + place as f32);
        }
        for place in [0, 1, 6, 65, 301, 500, 777] {
            assert!((heights.top(place) - summed(&heights, place)).abs() < 0.1, "{place}");
        }
    }

    #[test]
    fn a_height_is_found_again_by_its_place() {
        let mut heights = Heights::default();
        heights.follow(&chat(1_000), 600.0);
        for place in [0, 1, 2, 255, 256, 998, 999] {
            assert_eq!(heights.at(heights.top(place) + 1.0), place);
        }
        assert_eq!((heights.at(-5.0), heights.at(f32::MAX)), (0, 999));
        assert_eq!(Heights::default().at(10.0), 0);
    }

    #[test]
    fn turns_that_go_and_come_are_followed() {
        let mut heights = Heights::default();
        let mut talk = chat(20);
        heights.follow(&talk, 600.0);
        heights.measured(3, 500.0);
        talk.cut(10);
        talk.add(Turn::said(Side::Model, "new".to_owned()));
        heights.follow(&talk, 600.0);
        assert_eq!((heights.len(), heights.height(3)), (11, 500.0));
        assert!((heights.total() - summed(&heights, 11)).abs() < 0.1);
        heights.follow(&talk, 400.0);
        assert_ne!(heights.height(3), 500.0);
    }
}
