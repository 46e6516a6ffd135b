//! Hashes of texts.

use md5::Digest;

use super::super::value::Value;
use super::{Arguments, Context, Function, function};

const GROUP: &str = "Hashes";

pub(super) static TABLE: &[Function] = &[
    function(
        ("md5", "md5(text)"),
        (1, 1),
        "The MD5 hash, in hexadecimal",
        ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
        hashed::<md5::Md5>,
    )
    .of(GROUP),
    function(
        ("sha256", "sha256(text)"),
        (1, 1),
        "The SHA-256 hash, in hexadecimal",
        ("sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        hashed::<sha2::Sha256>,
    )
    .of(GROUP),
];

fn hashed<D: Digest>(arguments: &Arguments<'_>, _: &Context) -> Value {
    if arguments[0].is_null() {
        return Value::Null;
    }
    let hash = D::digest(arguments[0].as_text().as_bytes());
    Value::text(hex(&hash))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
