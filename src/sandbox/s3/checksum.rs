//! Digests of bodies: the `ETag`, the checksums that clients send and ask for, and opaque ids made from them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s3s::crypto::{Checksum as Digest, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use serde::{Deserialize, Serialize};

use super::error::Result;
use crate::sandbox::api::ApiError;

/// An algorithm that S3 stores checksums of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME, which S3 computes when the client sends no checksum.
    #[default]
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// A checksum of a whole object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// How it was computed.
    pub algorithm: Algorithm,
    /// The digest in base64.
    pub value: String,
}

impl Algorithm {
    /// Name as in API members (`CRC32`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    fn digest(self, body: &[u8]) -> String {
        match self {
            Self::Crc32 => STANDARD.encode(Crc32::checksum(body)),
            Self::Crc32c => STANDARD.encode(Crc32c::checksum(body)),
            Self::Crc64Nvme => STANDARD.encode(Crc64Nvme::checksum(body)),
            Self::Sha1 => STANDARD.encode(Sha1::checksum(body)),
            Self::Sha256 => STANDARD.encode(Sha256::checksum(body)),
        }
    }
}

impl Checksum {
    /// The checksum that S3 computes by itself.
    pub fn default_of(body: &[u8]) -> Self {
        Self::of(Algorithm::default(), body)
    }

    /// The checksum of `body` by `algorithm`.
    pub fn of(algorithm: Algorithm, body: &[u8]) -> Self {
        Self { algorithm, value: algorithm.digest(body) }
    }

    /// Checks what a client claims about `body`; the first claim is what S3 stores, or its own checksum if there is none.
    pub(super) fn verified(body: &[u8], claims: &[(Algorithm, Option<&str>)]) -> Result<Self> {
        let mut kept = None;
        for (algorithm, claim) in claims.iter().filter_map(|(a, c)| Some((*a, (*c)?))) {
            let computed = Self::of(algorithm, body);
            if computed.value != claim {
                return Err(bad_digest(&format!("The {} you specified did not match the calculated checksum.", algorithm.name())));
            }
            kept.get_or_insert(computed);
        }
        Ok(kept.unwrap_or_else(|| Self::default_of(body)))
    }
}

/// Checks a `Content-MD5` header against the body.
pub(super) fn check_md5(body: &[u8], claim: Option<&str>) -> Result<()> {
    let Some(claim) = claim else { return Ok(()) };
    match STANDARD.decode(claim) {
        Ok(digest) if digest.len() == 16 && digest == Md5::checksum(body) => Ok(()),
        Ok(digest) if digest.len() == 16 => Err(bad_digest("The Content-MD5 you specified did not match what we received.")),
        _ => Err(ApiError::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")),
    }
}

fn bad_digest(message: &str) -> ApiError {
    ApiError::new(400, "BadDigest", message)
}

/// MD5 in hexadecimal: the `ETag` of an object written in one piece.
pub(super) fn md5_hex(body: &[u8]) -> String {
    format!("{:032x}", u128::from_be_bytes(Md5::checksum(body)))
}

/// 32 characters that stand for `text` and tell nothing of it.
pub(super) fn opaque_id(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::checksum(text.as_bytes())[..24])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the algorithms' own definitions for `123456789`.
    #[test]
    fn digests_match_published_check_values() {
        let of = |algorithm: Algorithm| Checksum::of(algorithm, b"123456789").value;
        assert_eq!(of(Algorithm::Crc32), STANDARD.encode(0xCBF4_3926_u32.to_be_bytes()));
        assert_eq!(of(Algorithm::Crc32c), STANDARD.encode(0xE306_9283_u32.to_be_bytes()));
        assert_eq!(of(Algorithm::Crc64Nvme), STANDARD.encode(0xAE8B_1486_0A79_9888_u64.to_be_bytes()));
        assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn a_wrong_claim_is_refused_and_a_right_one_kept() {
        let right = Checksum::of(Algorithm::Crc32, b"abc");
        assert_eq!(Checksum::verified(b"abc", &[(Algorithm::Sha1, None), (Algorithm::Crc32, Some(&right.value))]), Ok(right.clone()));
        let wrong = Checksum::verified(b"abd", &[(Algorithm::Crc32, Some(&right.value))]).unwrap_err();
        assert_eq!((wrong.status, wrong.code.as_str()), (400, "BadDigest"));
        assert_eq!(check_md5(b"abc", Some("kAFQmDzST7DWlj99KOF/cg==")), Ok(()));
        assert_eq!(check_md5(b"abd", Some("kAFQmDzST7DWlj99KOF/cg==")).unwrap_err().code, "BadDigest");
        assert_eq!(check_md5(b"abc", Some("nonsense")).unwrap_err().code, "InvalidDigest");
    }
}
