//! Which two letters of a text to look for first: those that seldom stand as far apart in the records at hand.
//!
//! A search for a text compares two of its letters at many places at once, and the text itself where both are found. The library takes letters that are
//! rare in texts in general; `f` and `u` of `refund` are rare, but where one is the other is too.

use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

/// Pieces of the records that are looked at, and bytes of each.
const PIECES: (usize, usize) = (8, 1 << 10);
/// Letters of a text that are considered.
const LETTERS: usize = 8;

/// Two letters that the library shall take.
struct Pair(u8, u8);

impl HeuristicFrequencyRank for Pair {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            _ if byte == self.0 => 0,
            _ if byte == self.1 => 1,
            _ => u8::MAX,
        }
    }
}

/// Finds `text` in records like these; `None` where they are too few, or too few letters differ, to tell.
pub(super) fn finder(text: &[u8], records: &[u8]) -> Option<Finder<'static>> {
    let apart = records.len().checked_div(PIECES.0).filter(|apart| *apart >= PIECES.1)?;
    let pieces: Vec<&[u8]> = records.chunks_exact(apart).map(|piece| &piece[..PIECES.1]).collect();
    let is_first = |at: &usize| !text[..*at].contains(&text[*at]);
    let letters: Vec<usize> = (0..text.len().min(LETTERS)).filter(is_first).collect();
    let pairs = letters.iter().enumerate().flat_map(|(index, one)| letters[index + 1..].iter().map(move |other| (*one, *other)));
    let (one, other) = pairs.min_by_key(|pair| pieces.iter().map(|piece| together(text, *pair, piece)).sum::<usize>())?;
    Some(FinderBuilder::new().build_forward_with_ranker(Pair(text[one], text[other]), text).into_owned())
}

/// How often two letters stand in `piece` as far apart as in `text`.
fn together(text: &[u8], (one, other): (usize, usize), piece: &[u8]) -> usize {
    let both = |(first, second): (&u8, &u8)| u8::from(*first == text[one]) & u8::from(*second == text[other]);
    // A byte is enough to count so many, and bytes are added many at a time.
    let firsts = piece.chunks(usize::from(u8::MAX));
    let seconds = piece[other - one..].chunks(usize::from(u8::MAX));
    firsts.zip(seconds).map(|(firsts, seconds)| usize::from(firsts.iter().zip(seconds).map(both).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_keep_company_are_counted_together() {
        let piece = b"fun fund fumes".repeat(80);
        assert_eq!((together(b"refund", (2, 3), &piece), together(b"refund", (2, 5), &piece)), (240, 80));
    }

    #[test]
    fn a_text_is_found_wherever_it_is() {
        let records = b"fun is fuel for a refund of funds, fully refunded. ".repeat(2_000);
        for text in ["refund", "fund", "ff", "f", "zebra", "refunded. fun is fuel for a refund"] {
            let usual: Vec<usize> = memchr::memmem::find_iter(&records, text).collect();
            let found = finder(text.as_bytes(), &records);
            assert_eq!(found.is_none(), text.len() < 2 || text == "ff", "{text}");
            let found = found.map_or(usual.clone(), |finder| finder.find_iter(&records).collect());
            assert_eq!(found, usual, "{text}");
        }
        assert!(finder(b"refund", &records[..4_000]).is_none());
    }
}
