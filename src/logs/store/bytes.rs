//! Reading numbers out of bytes, wherever they stand: blocks are mapped files, whose parts need not be aligned.

use serde::{Deserialize, Serialize};

/// A part of a block: where it begins, and its length, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span(u64, u64);

impl Span {
    pub(super) fn new(start: usize, len: usize) -> Self {
        Self(start as u64, len as u64)
    }

    /// The same part of bytes that stand `by` further back.
    pub(super) fn moved(self, by: usize) -> Self {
        Self(self.0 + by as u64, self.1)
    }

    /// These bytes of `data`, if it has them.
    pub(super) fn of(self, data: &[u8]) -> Option<&[u8]> {
        let (start, len) = (usize::try_from(self.0).ok()?, usize::try_from(self.1).ok()?);
        data.get(start..start.checked_add(len)?)
    }
}

/// Appends numbers, given as their bytes; gives where they stand.
pub(super) fn put<const N: usize>(to: &mut Vec<u8>, numbers: impl Iterator<Item = [u8; N]>) -> Span {
    let start = to.len();
    to.reserve(numbers.size_hint().0 * N);
    numbers.for_each(|bytes| to.extend_from_slice(&bytes));
    Span::new(start, to.len() - start)
}

macro_rules! reader {
    ($name:ident, $of:ty) => {
        /// The number at `index`.
        pub(super) fn $name(bytes: &[u8], index: usize) -> Option<$of> {
            const SIZE: usize = size_of::<$of>();
            let part = bytes.get(index * SIZE..index * SIZE + SIZE)?;
            Some(<$of>::from_le_bytes(part.try_into().ok()?))
        }
    };
}

reader!(u16_at, u16);
reader!(u32_at, u32);
reader!(u64_at, u64);
reader!(i64_at, i64);
reader!(f64_at, f64);
