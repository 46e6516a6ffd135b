//! Unpacking gzip: at once where the file is of ordinary size, else piece by piece, so that no file, however it was made, takes much memory.

use std::borrow::Cow;
use std::io::{BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::Content;

/// Packed and unpacked bytes up to which a file is unpacked at once.
const AT_ONCE: (u64, usize) = (64 << 20, 256 << 20);

/// How a piece of gzip begins.
const HEAD: &[u8] = &[0x1f, 0x8b, 0x08];

/// Bytes of gzip's head and foot at least.
const LEAST: usize = 18;

/// The bytes of a gzip file, piece by piece.
pub(super) fn stream<'a>(packed: impl Read + 'a) -> Box<dyn Read + 'a> {
    Box::new(MultiGzDecoder::new(BufReader::new(packed)))
}

/// The packed bytes of a file of ordinary size.
pub(super) fn ordinary(content: &Content) -> Option<Cow<'_, [u8]>> {
    match content {
        Content::Held(packed) => Some(Cow::Borrowed(packed)),
        Content::At(path) if std::fs::metadata(path).ok()?.len() <= AT_ONCE.0 => Some(Cow::Owned(std::fs::read(path).ok()?)),
        Content::At(_) => None,
    }
}

/// How much it will be unpacked, if that may be done at once.
pub(super) fn length(packed: &[u8]) -> Option<usize> {
    let length = number(packed, packed.len().checked_sub(4).filter(|_| packed.len() >= LEAST)?)? as usize;
    // Deflate makes at most 1,032 bytes of one.
    (length <= AT_ONCE.1 && length <= packed.len().saturating_mul(1_032)).then_some(length)
}

fn number(packed: &[u8], at: usize) -> Option<u32> {
    packed.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
}

/// Unpacks everything, if the file is one piece and fills this room, which is as long as its foot says; tells whether it was.
///
/// The library reads the first piece only: that there is no other is seen by the foot of the file being the foot of what was unpacked.
pub(super) fn at_once(packed: &[u8], room: &mut [u8]) -> bool {
    let unpacked = libdeflater::Decompressor::new().gzip_decompress(packed, room);
    // Most files have the head of one piece only, which is seen faster than the sum.
    let is_one = || memchr::memmem::find(&packed[HEAD.len()..], HEAD).is_none();
    let has_sum = || {
        let mut check = libdeflater::Crc::new();
        check.update(room);
        number(packed, packed.len() - 8) == Some(check.sum())
    };
    unpacked.is_ok_and(|unpacked| unpacked == room.len()) && (is_one() || has_sum())
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

    fn whole(packed: &[u8]) -> Option<Vec<u8>> {
        let mut room = vec![0; length(packed)?];
        at_once(packed, &mut room).then_some(room)
    }

    #[test]
    fn one_piece_is_unpacked_at_once_and_others_are_not() {
        let one = packed(b"hello\n");
        assert_eq!(whole(&one).unwrap(), b"hello\n");
        assert_eq!(whole(&[one.clone(), packed(b"world\n")].concat()), None, "a second piece is not lost");
        assert_eq!(whole(&one[..one.len() - 1]), None);
        assert_eq!(whole(b""), None);
        let mut lies = one;
        let foot = lies.len() - 4;
        lies[foot..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(whole(&lies), None, "four gigabytes are not asked for");
    }
}
