//! Which three letters in a row occur in a stretch of records: a bitmap that tells where a text cannot be.
//!
//! ASCII letters count in either case. A bit may be set without reason (several trigrams share it), never missing.

/// Bits of a bitmap: of 128 records of prompts and answers about a tenth is set.
const BITS: usize = 1 << 16;

/// Bytes of a bitmap.
pub const BYTES: usize = BITS / 8;

fn bit(trigram: u32) -> usize {
    ((trigram.wrapping_mul(0x9E37_79B1)) >> 16) as usize
}

/// Collects the trigrams of a text.
///
/// A byte for each bit while it collects, because setting a byte needs no reading; packed when it is read out.
pub struct Collector {
    seen: Vec<u8>,
}

impl Default for Collector {
    fn default() -> Self {
        Self { seen: vec![0; BITS] }
    }
}

impl Collector {
    /// Adds the trigrams of `text`.
    pub fn add(&mut self, text: &[u8]) {
        let seen: &mut [u8; BITS] = (&mut self.seen[..]).try_into().expect("it was made with this length");
        let mut trigram = 0_u32;
        let mut bytes = text.iter();
        for byte in bytes.by_ref().take(2) {
            trigram = (trigram << 8) | u32::from(byte.to_ascii_lowercase());
        }
        for byte in bytes {
            trigram = ((trigram << 8) | u32::from(byte.to_ascii_lowercase())) & 0x00FF_FFFF;
            seen[bit(trigram)] = 1;
        }
    }

    /// Appends the bitmap to `to` and begins anew.
    pub fn take(&mut self, to: &mut Vec<u8>) {
        to.extend(self.seen.chunks_exact(8).map(packed));
        self.seen.fill(0);
    }
}

/// Eight bytes of 0 or 1 as the bits of one, the first lowest.
fn packed(bytes: &[u8]) -> u8 {
    let word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// The trigrams that a text has wherever it occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needle(Vec<u32>);

impl Needle {
    /// The trigrams of `texts`, all of which must occur; those with letters beyond ASCII say nothing, as these have cases of their own.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut bits: Vec<u32> = texts.into_iter().flat_map(|text| text.as_bytes().windows(3)).filter_map(number).collect();
        bits.sort_unstable();
        bits.dedup();
        Self(bits)
    }

    /// Whether the texts may occur where this bitmap was taken.
    pub fn may_occur(&self, bitmap: &[u8]) -> bool {
        self.0.iter().all(|bit| bitmap.get(*bit as usize / 8).is_none_or(|byte| byte >> (bit % 8) & 1 == 1))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn number(window: &[u8]) -> Option<u32> {
    let trigram = window.iter().fold(0, |trigram, byte| (trigram << 8) | u32::from(byte.to_ascii_lowercase()));
    window.is_ascii().then(|| bit(trigram) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(text: &str) -> Vec<u8> {
        let (mut collector, mut bytes) = (Collector::default(), Vec::new());
        collector.add(text.as_bytes());
        collector.take(&mut bytes);
        bytes
    }

    #[test]
    fn what_occurs_may_occur_and_what_does_not_mostly_may_not() {
        let bytes = bitmap("The Refund of order #4711 took naïve days");
        assert_eq!(bytes.len(), BYTES);
        for text in ["refund", "REFUND OF", "4711", "", "ab", "naïve", "zzé"] {
            assert!(Needle::of([text]).may_occur(&bytes), "{text}");
        }
        for text in ["hypercube", "refunds", "4712"] {
            assert!(!Needle::of([text]).may_occur(&bytes), "{text}");
        }
        assert!(!Needle::of(["refund", "hypercube"]).may_occur(&bytes));
    }

    #[test]
    fn a_collector_begins_anew() {
        let (mut collector, mut bytes) = (Collector::default(), Vec::new());
        collector.add(b"refund");
        collector.take(&mut bytes);
        bytes.clear();
        collector.take(&mut bytes);
        assert!(bytes.iter().all(|byte| *byte == 0));
    }

    proptest::proptest! {
        #[test]
        fn a_part_of_a_text_is_never_missed(text in "\\PC{0,60}", from in 0_usize..60, len in 0_usize..20) {
            let part: String = text.chars().skip(from).take(len).collect();
            let needle = Needle::of([part.to_uppercase().as_str(), part.as_str()].into_iter().filter(|text| text.is_ascii()));
            proptest::prop_assert!(needle.may_occur(&bitmap(&text)));
        }
    }
}
