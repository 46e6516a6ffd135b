//! Documents and images of a Converse request: how many, how large, and how named.
//!
//! Texts are AWS's where they are known; of a document that is too large only the limit is known, so that text is ours.

use std::collections::HashSet;

use serde_json::Value;

use super::{decode_base64, invalid};
use crate::sandbox::api::ApiError;

/// Most documents of a request.
const DOCUMENTS: usize = 5;
/// Largest document, bytes.
const DOCUMENT_BYTES: usize = 9 * 1024 * 1024 / 2;
/// Most images of a request.
const IMAGES: usize = 20;
/// Largest image in base64, bytes: 3.75 MB as a file.
const IMAGE_BASE64: usize = 5 * 1024 * 1024;
/// Longest side of an image, pixels.
const IMAGE_SIDE: usize = 8_000;
/// Longest name of a document, characters.
const NAME: usize = 200;

const DOCUMENT_FORMATS: [&str; 9] = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];
const IMAGE_FORMATS: [&str; 4] = ["png", "jpeg", "gif", "webp"];

/// Checks the attachments of all messages.
pub(super) fn check(messages: &[Value]) -> Result<(), ApiError> {
    let mut seen = Seen::default();
    for (m, message) in messages.iter().enumerate() {
        let content = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (c, block) in content.iter().enumerate() {
            seen.block(block, &format!("messages.{m}.content.{c}"))?;
        }
        has_words(content)?;
    }
    Ok(())
}

/// A message with a document must say something, too.
fn has_words(content: &[Value]) -> Result<(), ApiError> {
    let has = |kind: &str| content.iter().any(|block| block.get(kind).is_some_and(|value| !value.is_null()));
    if has("document") && !has("text") {
        return Err(invalid("A text block must be included when using documents."));
    }
    Ok(())
}

#[derive(Default)]
struct Seen<'a> {
    names: HashSet<&'a str>,
    documents: usize,
    images: usize,
}

impl<'a> Seen<'a> {
    fn block(&mut self, block: &'a Value, at: &str) -> Result<(), ApiError> {
        if let Some(document) = block.get("document").filter(|value| !value.is_null()) {
            self.document(document, at)?;
        }
        if let Some(image) = block.get("image").filter(|value| !value.is_null()) {
            self.image(image, at)?;
        }
        Ok(())
    }

    fn document(&mut self, document: &'a Value, at: &str) -> Result<(), ApiError> {
        self.documents += 1;
        if self.documents > DOCUMENTS {
            return Err(invalid(format!("You can't include more than {DOCUMENTS} documents in a request.")));
        }
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        if let Some(format) = text("format").filter(|format| !DOCUMENT_FORMATS.contains(format)) {
            return Err(not_in_set(format, &format!("{at}.document.format"), &DOCUMENT_FORMATS));
        }
        let name = text("name").unwrap_or_default();
        check_name(name)?;
        if !self.names.insert(name) {
            return Err(invalid("Messages can't contain duplicate document names."));
        }
        let size = document.pointer("/source/bytes").and_then(Value::as_str).map_or(0, |bytes| bytes.len() / 4 * 3);
        if size > DOCUMENT_BYTES + 2 {
            return Err(invalid(format!(
                "{at}.document.source.bytes: document exceeds 4.5 MB maximum: {size} bytes > {DOCUMENT_BYTES} bytes"
            )));
        }
        Ok(())
    }

    fn image(&mut self, image: &Value, at: &str) -> Result<(), ApiError> {
        self.images += 1;
        if self.images > IMAGES {
            return Err(from_model(&format!("messages: too many images: {} > {IMAGES}", self.images)));
        }
        if let Some(format) = image.get("format").and_then(Value::as_str).filter(|format| !IMAGE_FORMATS.contains(format)) {
            return Err(not_in_set(format, &format!("{at}.image.format"), &IMAGE_FORMATS));
        }
        let bytes = image.pointer("/source/bytes").and_then(Value::as_str).unwrap_or_default();
        if bytes.len() > IMAGE_BASE64 {
            let size = bytes.len();
            return Err(from_model(&format!("{at}.image.source.bytes: image exceeds 5 MB maximum: {size} bytes > {IMAGE_BASE64} bytes")));
        }
        let sides = decode_base64(bytes).and_then(|bytes| imagesize::blob_size(&bytes).ok());
        if sides.is_some_and(|size| size.width > IMAGE_SIDE || size.height > IMAGE_SIDE) {
            let problem = format!("At least one of the image dimensions exceed max allowed size: {IMAGE_SIDE} pixels");
            return Err(from_model(&format!("{at}.image.source.base64.data: {problem}")));
        }
        Ok(())
    }
}

fn from_model(message: &str) -> ApiError {
    invalid(format!("The model returned the following errors: {message}"))
}

fn not_in_set(value: &str, at: &str, set: &[&str]) -> ApiError {
    let set = set.join(", ");
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: Member must satisfy enum value set: [{set}]"
    ))
}

/// AWS takes underscores, although its text does not name them.
fn check_name(name: &str) -> Result<(), ApiError> {
    if name.is_empty() || name.chars().count() > NAME {
        let bound = if name.is_empty() { "greater than or equal to 1" } else { "less than or equal to 200" };
        return Err(invalid(format!(
            "1 validation error detected: Value at 'document.name' failed to satisfy constraint: Member must have length {bound}"
        )));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || " -()[]_".contains(c);
    if !name.chars().all(allowed) || name.contains("  ") {
        return Err(invalid(
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    use super::*;

    fn document(name: &str, size: usize) -> Value {
        json!({"document": {"format": "pdf", "name": name, "source": {"bytes": STANDARD.encode(vec![0; size])}}})
    }

    fn png(width: u32, height: u32, size: usize) -> Value {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.resize(size.max(33), 0);
        json!({"image": {"format": "png", "source": {"bytes": STANDARD.encode(bytes)}}})
    }

    fn refusal(content: Vec<Value>) -> Option<String> {
        let words = [json!({"text": "words"})];
        check(&[json!({"role": "user", "content": content.into_iter().chain(words).collect::<Vec<_>>()})]).err().map(|error| error.message)
    }

    #[test]
    fn five_documents_pass_and_six_do_not() {
        let some = |n: usize| (0..n).map(|i| document(&format!("paper {i}"), 10)).collect::<Vec<_>>();
        assert_eq!(refusal(some(5)), None);
        assert!(refusal(some(6)).unwrap().contains("more than 5 documents"));
    }

    #[test]
    fn a_document_may_have_four_and_a_half_megabytes() {
        assert_eq!(refusal(vec![document("a", DOCUMENT_BYTES)]), None);
        assert!(refusal(vec![document("a", DOCUMENT_BYTES + 3)]).unwrap().contains("4.5 MB"));
    }

    #[test]
    fn names_are_checked_as_aws_does() {
        for good in ["a", "Report-2 (final) [x]", "under_score"] {
            assert_eq!(refusal(vec![document(good, 1)]), None, "{good}");
        }
        for bad in ["report.pdf", "two  spaces", "Prüfung", ""] {
            assert!(refusal(vec![document(bad, 1)]).is_some(), "{bad}");
        }
        assert!(refusal(vec![document("a", 1), document("a", 1)]).unwrap().contains("duplicate"));
    }

    #[test]
    fn images_are_bounded_in_number_bytes_and_pixels() {
        assert_eq!(refusal(vec![png(8_000, 8_000, 100); 20]), None);
        assert!(refusal(vec![png(1, 1, 100); 21]).unwrap().contains("too many images"));
        assert!(refusal(vec![png(8_001, 1, 100)]).unwrap().contains("8000 pixels"));
        assert_eq!(refusal(vec![png(1, 1, 3_932_160)]), None);
        assert!(refusal(vec![png(1, 1, 3_932_161)]).unwrap().contains("exceeds 5 MB"));
    }

    #[test]
    fn a_document_alone_says_nothing() {
        assert!(check(&[json!({"role": "user", "content": [document("a", 1)]})]).is_err());
    }
}
