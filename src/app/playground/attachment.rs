//! Documents and images that go with a message, and Bedrock's limits on them, checked before anything is sent.

use std::sync::Arc;

use crate::aws::bedrock_runtime::Block;
use crate::base::text::{bytes as size_words, grouped};

/// Most documents of a request.
pub const MOST_DOCUMENTS: usize = 5;
/// Largest document, bytes: 4.5 MB.
pub const LARGEST_DOCUMENT: usize = 9 * 1024 * 1024 / 2;
/// Most images of a request.
pub const MOST_IMAGES: usize = 20;
/// Largest image, bytes: 3.75 MB.
pub const LARGEST_IMAGE: usize = 15 * 1024 * 1024 / 4;
/// Longest side of an image, pixels.
pub const LONGEST_SIDE: usize = 8_000;
/// Longest name of a document, characters.
const LONGEST_NAME: usize = 200;

/// Endings of files that can be attached.
pub const ENDINGS: [&str; 17] =
    ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "htm", "txt", "md", "markdown", "log", "png", "jpg", "jpeg", "gif", "webp"];

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Name: of a document what the model sees, of an image the file's.
    pub name: String,
    /// Format as Converse names it: `pdf`, `jpeg`, ….
    pub format: String,
    /// What it is.
    pub kind: Kind,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A document.
    Document,
    /// An image of this width and height in pixels.
    Image {
        /// Width.
        width: usize,
        /// Height.
        height: usize,
    },
}

/// Numbers of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Documents.
    pub documents: usize,
    /// Images.
    pub images: usize,
}

impl Count {
    /// How many of each kind there are.
    pub fn of<'a>(attachments: impl IntoIterator<Item = &'a Arc<Attachment>>) -> Self {
        let mut count = Self::default();
        for attachment in attachments {
            match attachment.kind {
                Kind::Document => count.documents += 1,
                Kind::Image { .. } => count.images += 1,
            }
        }
        count
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { documents: self.documents + other.documents, images: self.images + other.images }
    }

    /// Why a request with so many would be refused.
    pub fn excess(self) -> Option<String> {
        let over = |number: usize, most: usize, what: &str| {
            (number > most).then(|| format!("A request takes {most} {what}, earlier messages included; this one would carry {number}"))
        };
        over(self.documents, MOST_DOCUMENTS, "documents").or_else(|| over(self.images, MOST_IMAGES, "images"))
    }
}

impl Attachment {
    /// The attachment from a file's name and content, or why Bedrock would refuse it.
    pub fn new(file_name: &str, content: impl Into<Arc<[u8]>>) -> Result<Self, String> {
        let bytes = content.into();
        if bytes.is_empty() {
            return Err(format!("{file_name} is empty"));
        }
        let (stem, ending) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
        match document_format(&ending.to_lowercase()) {
            Some(format) => Self::document(file_name, stem, format, bytes),
            None if is_image_ending(&ending.to_lowercase()) => Self::image(file_name, bytes),
            None => Err(format!(
                "{file_name} cannot be attached: Bedrock takes pdf, csv, doc, docx, xls, xlsx, html, txt, md, png, jpeg, gif and webp"
            )),
        }
    }

    /// Why a file of this name and size cannot be attached, before it is read.
    pub fn too_large(file_name: &str, size: u64) -> Option<String> {
        let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let (most, limit, what) =
            if is_image_ending(&ending) { (LARGEST_IMAGE, "3.75 MB", "an image") } else { (LARGEST_DOCUMENT, "4.5 MB", "a document") };
        (size > most as u64).then(|| format!("{file_name} has {}; {what} may have at most {limit}", size_words(size)))
    }

    fn document(file_name: &str, stem: &str, format: &str, bytes: Arc<[u8]>) -> Result<Self, String> {
        match Self::too_large(file_name, bytes.len() as u64) {
            Some(why) => Err(why),
            None => Ok(Self { name: neutral_name(stem), format: format.to_owned(), kind: Kind::Document, bytes }),
        }
    }

    fn image(file_name: &str, bytes: Arc<[u8]>) -> Result<Self, String> {
        if let Some(why) = Self::too_large(file_name, bytes.len() as u64) {
            return Err(why);
        }
        let read = imagesize::image_type(&bytes).ok().and_then(image_format).zip(imagesize::blob_size(&bytes).ok());
        let Some((format, size)) = read else {
            return Err(format!("{file_name} is no image in a format that Bedrock takes: png, jpeg, gif or webp"));
        };
        if size.width > LONGEST_SIDE || size.height > LONGEST_SIDE {
            let sides = format!("{} × {}", grouped(size.width as u64), grouped(size.height as u64));
            return Err(format!("{file_name} has {sides} pixels; no side may have more than 8,000"));
        }
        let kind = Kind::Image { width: size.width, height: size.height };
        Ok(Self { name: file_name.to_owned(), format: format.to_owned(), kind, bytes })
    }

    /// The part of a message that it becomes.
    pub fn block(&self) -> Block {
        let (format, bytes) = (self.format.clone(), Arc::clone(&self.bytes));
        match self.kind {
            Kind::Document => Block::Document { format, name: self.name.clone(), bytes },
            Kind::Image { .. } => Block::Image { format, bytes },
        }
    }

    /// Format, size, and pixels of an image, in words.
    pub fn facts(&self) -> String {
        let size = size_words(self.bytes.len() as u64);
        match self.kind {
            Kind::Document => format!("{} · {size}", self.format),
            Kind::Image { width, height } => format!("{} · {width} × {height} · {size}", self.format),
        }
    }

    /// The same attachment under a name that none of `taken` has: a request with two documents of one name is refused.
    #[must_use]
    pub fn renamed(mut self, taken: &[&str]) -> Self {
        let plain = self.name.clone();
        for n in 2.. {
            if self.kind != Kind::Document || !taken.contains(&self.name.as_str()) {
                break;
            }
            let cut: String = plain.chars().take(LONGEST_NAME - 6).collect();
            self.name = format!("{} ({n})", cut.trim_end());
        }
        self
    }
}

fn document_format(ending: &str) -> Option<&'static str> {
    let format = match ending {
        "pdf" => "pdf",
        "csv" => "csv",
        "doc" => "doc",
        "docx" => "docx",
        "xls" => "xls",
        "xlsx" => "xlsx",
        "html" | "htm" => "html",
        "txt" | "log" | "text" => "txt",
        "md" | "markdown" => "md",
        _ => return None,
    };
    Some(format)
}

fn is_image_ending(ending: &str) -> bool {
    matches!(ending, "png" | "jpg" | "jpeg" | "gif" | "webp")
}

fn image_format(kind: imagesize::ImageType) -> Option<&'static str> {
    match kind {
        imagesize::ImageType::Png => Some("png"),
        imagesize::ImageType::Jpeg => Some("jpeg"),
        imagesize::ImageType::Gif => Some("gif"),
        imagesize::ImageType::Webp => Some("webp"),
        _ => None,
    }
}

/// A name that Bedrock takes: letters, digits, hyphens, parentheses, brackets, and single spaces for everything else.
fn neutral_name(stem: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-()[]".contains(c);
    let spaced: String = stem.chars().map(|c| if allowed(c) { c } else { ' ' }).collect();
    let name: String = spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_NAME).collect();
    let name = name.trim_end();
    if name.is_empty() { "document".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A PNG of this size in pixels and bytes.
    pub fn png(width: u32, height: u32, size: usize) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.resize(size.max(33), 0);
        bytes
    }

    #[test]
    fn a_document_is_taken_at_the_limit_and_refused_above_it() {
        assert!(Attachment::new("paper.pdf", vec![1; LARGEST_DOCUMENT]).is_ok());
        let why = Attachment::new("paper.pdf", vec![1; LARGEST_DOCUMENT + 1]).unwrap_err();
        assert!(why.contains("4.5 MB"), "{why}");
        assert!(Attachment::new("paper.pdf", Vec::new()).unwrap_err().contains("empty"));
    }

    #[test]
    fn an_image_is_taken_at_the_limits_and_refused_above_them() {
        let good = Attachment::new("chart.png", png(8_000, 8_000, LARGEST_IMAGE)).unwrap();
        assert_eq!(good.kind, Kind::Image { width: 8_000, height: 8_000 });
        assert!(Attachment::new("chart.png", png(8_001, 1, 100)).unwrap_err().contains("8,000"));
        assert!(Attachment::new("chart.png", png(1, 8_001, 100)).unwrap_err().contains("8,000"));
        assert!(Attachment::new("chart.png", png(1, 1, LARGEST_IMAGE + 1)).unwrap_err().contains("3.75 MB"));
    }

    #[test]
    fn an_image_is_what_its_bytes_say() {
        assert_eq!(Attachment::new("photo.jpg", png(4, 4, 100)).unwrap().format, "png");
        assert!(Attachment::new("photo.jpg", b"no image at all".to_vec()).is_err());
    }

    #[test]
    fn formats_that_bedrock_does_not_take_are_refused() {
        for name in ["movie.mp4", "archive.zip", "noending", "sheet.ods"] {
            assert!(Attachment::new(name, vec![1]).unwrap_err().contains("cannot be attached"), "{name}");
        }
        for (name, format) in [("a.HTM", "html"), ("b.log", "txt"), ("c.Markdown", "md"), ("d.XLSX", "xlsx")] {
            assert_eq!(Attachment::new(name, vec![1]).unwrap().format, format);
        }
    }

    #[test]
    fn names_are_made_such_that_bedrock_takes_them() {
        let name = |file: &str| Attachment::new(file, vec![1]).unwrap().name;
        assert_eq!(name("Q3__report  v1.2, final!.pdf"), "Q3 report v1 2 final");
        assert_eq!(name("季度报告.pdf"), "document");
        assert_eq!(name(&format!("{}.pdf", "x".repeat(300))).len(), 200);
    }

    #[test]
    fn a_second_document_of_the_same_name_is_numbered() {
        let again = Attachment::new("report.docx", vec![1]).unwrap().renamed(&["report", "report (2)"]);
        assert_eq!(again.name, "report (3)");
        let image = Attachment::new("a.png", png(1, 1, 50)).unwrap().renamed(&["a.png"]);
        assert_eq!(image.name, "a.png", "images have no name in a request");
    }

    #[test]
    fn counts_at_the_limits_pass_and_above_them_do_not() {
        assert_eq!(Count { documents: 5, images: 20 }.excess(), None);
        assert!(Count { documents: 6, images: 0 }.excess().unwrap().contains("5 documents"));
        assert!(Count { documents: 0, images: 21 }.excess().unwrap().contains("20 images"));
    }
}
