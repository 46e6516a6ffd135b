//! Unpacking gzip: at once where the file is of ordinary size, else piece by piece, so that no file, however it was made, takes much memory.

use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// Packed and unpacked bytes up to which a file is unpacked at once.
const AT_ONCE: (u64, usize) = (64 << 20, 256 << 20);

/// How a piece of gzip begins.
const HEAD: &[u8] = &[0x1f, 0x8b, 0x08];

/// Bytes of gzip's head and foot at least.
const LEAST: usize = 18;

/// The bytes of a gzip file as a stream, or all at once.
pub(super) enum Unpacked<'a> {
    Whole(Vec<u8>),
    Stream(Box<dyn Read + 'a>),
}

/// Begins to unpack a file.
pub(super) fn open(path: &Path) -> std::io::Result<Unpacked<'static>> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.len() <= AT_ONCE.0 {
        let packed = std::fs::read(path)?;
        if let Some(whole) = at_once(&packed) {
            return Ok(Unpacked::Whole(whole));
        }
    }
    Ok(Unpacked::Stream(Box::new(MultiGzDecoder::new(BufReader::new(file)))))
}

/// Begins to unpack what was fetched.
pub(super) fn held(packed: &[u8]) -> Unpacked<'_> {
    at_once(packed).map_or_else(|| Unpacked::Stream(Box::new(MultiGzDecoder::new(packed))), Unpacked::Whole)
}

/// Everything, if the file is one piece and as long as its foot says.
///
/// The library reads the first piece only: that there is no other is seen by the foot of the file being the foot of what was unpacked.
fn at_once(packed: &[u8]) -> Option<Vec<u8>> {
    let foot = packed.len().checked_sub(8).filter(|_| packed.len() >= LEAST)?;
    let number = |at: usize| packed.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let (sum, length) = (number(foot)?, number(foot + 4)? as usize);
    // Deflate makes at most 1,032 bytes of one.
    if length > AT_ONCE.1 || length > packed.len().saturating_mul(1_032) {
        return None;
    }
    let mut whole = vec![0; length];
    let unpacked = libdeflater::Decompressor::new().gzip_decompress(packed, &mut whole).ok()?;
    // Most files have the head of one piece only, which is seen faster than the sum.
    let is_one = || memchr::memmem::find(&packed[HEAD.len()..], HEAD).is_none();
    let has_sum = || {
        let mut check = libdeflater::Crc::new();
        check.update(&whole);
        check.sum() == sum
    };
    let is_whole = unpacked == length && (is_one() || has_sum());
    is_whole.then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn one_piece_is_unpacked_at_once_and_others_are_not() {
        let one = packed(b"hello\n");
        assert_eq!(at_once(&one).unwrap(), b"hello\n");
        assert_eq!(at_once(&[one.clone(), packed(b"world\n")].concat()), None, "a second piece is not lost");
        assert_eq!(at_once(&one[..one.len() - 1]), None);
        assert_eq!(at_once(b""), None);
        let mut lies = one;
        let foot = lies.len() - 4;
        lies[foot..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(at_once(&lies), None, "four gigabytes are not asked for");
    }
}
