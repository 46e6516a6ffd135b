//! Which three letters in a row occur in a stretch of records: an index that tells where a text cannot be, and the search where it can.
//!
//! ASCII letters count in either case. A bit may be set without reason (several trigrams share it), never missing. The index of a block has a row for
//! each trigram's number and in it a bit for each stretch, so that a search reads one row for each trigram of its text, however many stretches there are.

use std::ops::Range;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use super::rare_pair;

/// Numbers of trigrams: of 32 records of prompts and answers about a fifth occurs.
const NUMBERS: usize = 1 << 15;

/// Bytes of the bitmap of one stretch while it is made.
const BYTES: usize = NUMBERS / 8;

/// Trigrams whose numbers are worked out together, which compilers do many at a time.
const AT_ONCE: usize = 64;

/// The number of a trigram, whose first two bytes are one and whose last is the first of the other; letters are folded by a bit that tells no digits
/// apart from each other.
fn number(two: [u8; 2], next: [u8; 2]) -> u16 {
    let (two, third) = (u16::from_le_bytes(two) & 0xDFDF, u16::from_le_bytes(next) & 0x00DF);
    two.wrapping_mul(0x9E37).wrapping_add(third.wrapping_mul(0x79B9)) >> 1
}

/// The numbers of the trigrams at every second byte, as many as there is room for.
fn numbers(text: &[u8], to: &mut [u16; AT_ONCE]) {
    let (twos, nexts) = (text.as_chunks().0, text.get(2..).unwrap_or_default().as_chunks().0);
    to.iter_mut().zip(twos.iter().zip(nexts)).for_each(|(to, (two, next))| *to = number(*two, *next));
}

/// Collects the trigrams of stretches, one after the other.
///
/// A byte for each number while it collects, because setting a byte needs no reading; packed when the stretch ends.
pub struct Collector {
    seen: Vec<u8>,
    bitmaps: Vec<u8>,
}

impl Default for Collector {
    fn default() -> Self {
        Self { seen: vec![0; NUMBERS], bitmaps: Vec::new() }
    }
}

impl Collector {
    /// Adds a stretch of records.
    pub fn stretch(&mut self, text: &[u8]) {
        let seen: &mut [u8; NUMBERS] = (&mut self.seen[..]).try_into().expect("it was made with this length");
        let mut set = |number: &u16| seen[usize::from(*number) % NUMBERS] = 1;
        let (mut even, mut odd) = ([0; AT_ONCE], [0; AT_ONCE]);
        let mut at = 0;
        // Of the trigrams at odd bytes the last ends two bytes beyond.
        while let Some(part) = text.get(at..at + AT_ONCE * 2 + 3) {
            numbers(part, &mut even);
            numbers(&part[1..], &mut odd);
            // In eights, which compilers unroll.
            for eight in even.as_chunks::<8>().0.iter().chain(odd.as_chunks::<8>().0) {
                eight.iter().for_each(&mut set);
            }
            at += AT_ONCE * 2;
        }
        text[at..].windows(3).for_each(|three| set(&number([three[0], three[1]], [three[2], 0])));
        self.bitmaps.extend(seen.chunks_exact(8).map(packed));
        seen.fill(0);
    }

    /// Appends the index of all stretches to `to`: a row for each number, of [`row_len`] bytes.
    pub fn index(&self, to: &mut Vec<u8>) {
        let stretches = self.bitmaps.len() / BYTES;
        let (start, width) = (to.len(), row_len(stretches));
        to.resize(start + NUMBERS * width, 0);
        let rows = &mut to[start..];
        for (place, eight) in self.bitmaps.chunks(8 * BYTES).enumerate() {
            for byte in 0..BYTES {
                // Eight numbers of eight stretches.
                let mut square = [0; 8];
                eight.chunks_exact(BYTES).zip(&mut square).for_each(|(bitmap, to)| *to = bitmap[byte]);
                for (bit, turned) in turned(square).into_iter().enumerate() {
                    rows[(byte * 8 + bit) * width + place] = turned;
                }
            }
        }
    }
}

/// Bytes of a row of the index of so many stretches.
fn row_len(stretches: usize) -> usize {
    stretches.div_ceil(8)
}

/// Eight bytes of 0 or 1 as the bits of one, the first lowest.
fn packed(bytes: &[u8]) -> u8 {
    let word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// A square of bits with rows and columns exchanged (Hacker's Delight, 7-3).
fn turned(square: [u8; 8]) -> [u8; 8] {
    let mut bits = u64::from_le_bytes(square);
    for (shift, mask) in [(7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0_u64)] {
        let exchanged = (bits ^ (bits >> shift)) & mask;
        bits ^= exchanged ^ (exchanged << shift);
    }
    bits.to_le_bytes()
}

/// A text that lines must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Whether ASCII letters may be in the other case.
    pub any_case: bool,
}

/// Texts all of which a record's line must have.
#[derive(Debug, Clone, Default)]
pub struct Needle {
    numbers: Vec<u16>,
    /// Finds the longest of them.
    finder: Option<Finder>,
}

#[derive(Debug, Clone)]
enum Finder {
    Exact(Box<memmem::Finder<'static>>),
    AnyCase(Regex),
}

impl Finder {
    fn of(text: &Text) -> Option<Self> {
        if !text.any_case || !text.text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return Some(Self::Exact(Box::new(memmem::Finder::new(text.text.as_bytes()).into_owned())));
        }
        // Bytes beyond ASCII stay as they are, which needs no tables of letters.
        let pattern = text.text.bytes().fold(String::from("(?-u)"), |pattern, byte| pattern + &format!("\\x{byte:02x}"));
        RegexBuilder::new(&pattern).case_insensitive(true).unicode(false).build().ok().map(Self::AnyCase)
    }

    /// Where the text begins first, from `from` on.
    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Exact(finder) => finder.find(text.get(from..)?).map(|at| from + at),
            Self::AnyCase(regex) => text.get(from..).and_then(|_| regex.find_at(text, from)).map(|found| found.start()),
        }
    }
}

impl Needle {
    /// A needle of `texts`.
    pub fn of(texts: impl IntoIterator<Item = Text>) -> Self {
        let texts: Vec<Text> = texts.into_iter().filter(|text| !text.text.is_empty()).collect();
        // Bytes beyond ASCII are folded in the index like letters, which does no harm: both sides do so.
        let of_text =
            |text: &Text| text.text.as_bytes().windows(3).map(|three| number([three[0], three[1]], [three[2], 0])).collect::<Vec<_>>();
        let mut numbers: Vec<u16> = texts.iter().flat_map(of_text).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let longest = texts.iter().max_by_key(|text| text.text.len());
        Self { numbers, finder: longest.and_then(Finder::of) }
    }

    /// A needle of one text as it is.
    pub fn exact(text: &str) -> Self {
        Self::of([Text { text: text.to_owned(), any_case: false }])
    }

    /// The same, faster in records like these.
    pub(super) fn suited_to(&self, records: &[u8]) -> Option<Self> {
        let Some(Finder::Exact(finder)) = &self.finder else { return None };
        let finder = Finder::Exact(Box::new(rare_pair::finder(finder.needle(), records)?));
        Some(Self { numbers: self.numbers.clone(), finder: Some(finder) })
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.finder.is_none()
    }

    /// The stretches in which the texts may be, of `stretches` with this index: a bit for each.
    pub(super) fn stretches(&self, index: &[u8], stretches: usize) -> Vec<u8> {
        let width = row_len(stretches);
        let mut may = vec![u8::MAX; width];
        for number in &self.numbers {
            let row = index.get(usize::from(*number) * width..(usize::from(*number) + 1) * width).unwrap_or_default();
            may.iter_mut().zip(row).for_each(|(may, has)| *may &= has);
            if may.iter().all(|may| *may == 0) {
                break;
            }
        }
        may
    }

    /// Calls `found` with the places in `text[within]` where the longest text begins; it tells from where to look on.
    pub(super) fn each(&self, text: &[u8], within: Range<usize>, mut found: impl FnMut(usize) -> usize) {
        let Some(finder) = &self.finder else { return };
        let text = text.get(..within.end).unwrap_or(text);
        let mut from = within.start;
        while let Some(at) = finder.find(text, from) {
            from = found(at).max(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any_case(text: &str) -> Text {
        Text { text: text.to_owned(), any_case: true }
    }

    fn may(texts: &[&str], stretches: &[&str]) -> Vec<bool> {
        let (mut collector, mut index) = (Collector::default(), Vec::new());
        for text in stretches {
            collector.stretch(text.as_bytes());
        }
        collector.index(&mut index);
        assert_eq!(index.len(), NUMBERS * stretches.len().div_ceil(8));
        let bits = Needle::of(texts.iter().map(|text| any_case(text))).stretches(&index, stretches.len());
        (0..stretches.len()).map(|at| bits[at / 8] >> (at % 8) & 1 == 1).collect()
    }

    #[test]
    fn what_occurs_may_occur_and_what_does_not_mostly_may_not() {
        let text = "The Refund of order #4711 took naïve days";
        for needle in ["refund", "REFUND OF", "4711", "", "ab", "naïve"] {
            assert_eq!(may(&[needle], &[text]), [true], "{needle}");
        }
        for needle in ["hypercube", "refunds", "4712", "zzé"] {
            assert_eq!(may(&[needle], &[text]), [false], "{needle}");
        }
        assert_eq!(may(&["refund", "hypercube"], &[text]), [false]);
    }

    #[test]
    fn stretches_are_told_apart() {
        let texts: Vec<String> = (0..21).map(|n| format!("stretch {n} of {}", n * 1_001)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (at, needle) in [(3, "3003"), (7, "7007"), (8, "8008"), (20, "20020")] {
            let expected: Vec<bool> = (0..21).map(|n| n == at).collect();
            assert_eq!(may(&[needle], &texts), expected);
        }
        assert_eq!(may(&["stretch"], &texts), vec![true; 21]);
    }

    #[test]
    fn the_longest_text_is_found_in_its_case_or_in_any() {
        let places = |needle: &Needle, text: &str| {
            let mut places = Vec::new();
            needle.each(text.as_bytes(), 0..text.len(), |at| {
                places.push(at);
                at
            });
            places
        };
        let text = "Refund refund é. refunded";
        assert_eq!(places(&Needle::exact("refund"), text), [7, 18]);
        assert_eq!(places(&Needle::of([any_case("no"), any_case("Refund")]), text), [0, 7, 18]);
        assert_eq!(places(&Needle::of([any_case("é.")]), text), [14]);
        assert_eq!(places(&Needle::default(), text), [0; 0]);
        assert!(Needle::of([any_case("")]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn a_part_of_a_text_is_never_missed(text in "\\PC{0,60}", from in 0_usize..60, len in 0_usize..20) {
            let part: String = text.chars().skip(from).take(len).collect();
            let upper = part.to_ascii_uppercase();
            let last = may(&[&upper, &part], &["other", &text]).pop();
            proptest::prop_assert_eq!(last, Some(true));
            let mut found = part.is_empty();
            Needle::of([any_case(&upper)]).each(text.as_bytes(), 0..text.len(), |at| {
                found = true;
                at
            });
            proptest::prop_assert!(found);
        }

        #[test]
        fn a_turned_square_is_the_square_when_turned_again(square: [u8; 8]) {
            let other = turned(square);
            proptest::prop_assert_eq!(turned(other), square);
            for (row, bits) in square.iter().enumerate() {
                for (column, turned) in other.iter().enumerate() {
                    proptest::prop_assert_eq!(bits >> column & 1, turned >> row & 1);
                }
            }
        }
    }
}
