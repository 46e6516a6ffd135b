//! Texts that are cheap to copy and to cut: parts of a message share its bytes.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

/// A text over shared bytes: a log line, or a part of one. A copy costs a count, whatever its length.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Line(ByteString);

impl Line {
    /// A text that the program itself has.
    pub const fn from_static(text: &'static str) -> Self {
        Self(ByteString::from_static(text))
    }

    /// `text` as a part of this line: without a copy if it lies inside, else of its own.
    #[must_use]
    pub fn part(&self, text: &str) -> Self {
        let (start, whole) = (text.as_ptr() as usize, self.as_ptr() as usize);
        let is_inside = start >= whole && start + text.len() <= whole + self.len();
        if is_inside && !text.is_empty() { Self(self.0.slice_ref(text)) } else { Self::from(text) }
    }
}

impl Deref for Line {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Line {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// Without a copy where the bytes are UTF-8; what is not is shown as U+FFFD.
impl From<Bytes> for Line {
    fn from(bytes: Bytes) -> Self {
        let checked = ByteString::try_from(bytes.clone());
        Self(checked.unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into()))
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// Without a copy of the text.
impl From<Arc<str>> for Line {
    fn from(text: Arc<str>) -> Self {
        struct Owner(Arc<str>);
        impl AsRef<[u8]> for Owner {
            fn as_ref(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }
        Self::from(Bytes::from_owner(Owner(text)))
    }
}

impl From<&Arc<str>> for Line {
    fn from(text: &Arc<str>) -> Self {
        Self::from(Arc::clone(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_the_bytes_of_the_whole() {
        let line = Line::from(Bytes::from_static(b"one two three"));
        let part = line.part(&line[4..7]);
        assert_eq!((&*part, part.as_ptr()), ("two", line[4..].as_ptr()));
        assert_eq!(&*line.part("elsewhere"), "elsewhere");
        assert_eq!(&*line.part(""), "");
        let shared: Arc<str> = "kept".into();
        assert_eq!(Line::from(&shared).as_ptr(), shared.as_ptr());
    }

    #[test]
    fn what_is_no_utf_8_is_shown_as_a_mark() {
        assert_eq!(&*Line::from(Bytes::from_static(b"a\xffb")), "a\u{fffd}b");
    }
}
