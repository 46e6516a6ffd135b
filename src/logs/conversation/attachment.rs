//! What is not text in a conversation: images, documents, videos, as a record tells of them.

use serde_json::Value;

use crate::base::text::bytes;

/// Something that is not text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// `image`, `document`, `video`, or whatever the body calls it.
    pub kind: String,
    /// Its name, for documents.
    pub name: Option<String>,
    /// `png`, `pdf`, `image/jpeg`.
    pub format: Option<String>,
    /// Its size in bytes, where its content is in the record.
    pub size: Option<u64>,
    /// Its address in S3 or on the web.
    pub place: Option<String>,
}

impl Attachment {
    /// Reads a block of this kind, in Converse's or the messages API's shape.
    pub fn read(kind: &str, fields: &Value) -> Self {
        let (source, text) = (&fields["source"], |value: &Value| value.as_str().map(str::to_owned));
        let content = [&source["bytes"], &source["data"]].into_iter().find_map(Value::as_str);
        Self {
            kind: kind.to_owned(),
            name: text(&fields["name"]).or_else(|| text(&fields["title"])),
            format: text(&fields["format"]).or_else(|| text(&source["media_type"])),
            size: content.map(decoded_size),
            place: [&source["s3Location"]["uri"], &source["url"]].into_iter().find_map(text),
        }
    }

    /// All of it in a line: `document report (pdf), 12.0 KB`.
    pub fn words(&self) -> String {
        let name = self.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let format = self.format.as_ref().map(|format| format!(" ({format})")).unwrap_or_default();
        let size = self.size.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
        let place = self.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        format!("{}{name}{format}{size}{place}", self.kind)
    }
}

/// How many bytes a base64 text stands for.
fn decoded_size(base64: &str) -> u64 {
    let padding = base64.bytes().rev().take_while(|byte| *byte == b'=').count();
    (base64.len() as u64 / 4 * 3 + (base64.len() as u64 % 4).saturating_sub(1)).saturating_sub(padding as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn format_size_and_place_are_told() {
        let document = Attachment::read("document", &json!({"name": "report", "format": "pdf", "source": {"bytes": "aGVsbG8="}}));
        assert_eq!((document.size, document.words().as_str()), (Some(5), "document report (pdf), 5 B"));
        let video = Attachment::read("video", &json!({"format": "mp4", "source": {"s3Location": {"uri": "s3://b/v.mp4"}}}));
        assert_eq!(video.words(), "video (mp4) at s3://b/v.mp4");
        let image = Attachment::read("image", &json!({"source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8hIQ=="}}));
        assert_eq!(image.words(), "image (image/png), 7 B");
    }
}
