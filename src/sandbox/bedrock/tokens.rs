//! Token counts: an estimate that is the same wherever the number appears (reply, record, metrics, headers).
//!
//! The rule is of the kind that byte-pair tokenizers follow on English text, about four characters a token: a word is cut every seven
//! letters and takes one space before it along, digits go by three, equal punctuation by four, other alphabets by three letters, and signs
//! of scripts without spaces count one each.

/// Tokens for the frame around each message.
pub const PER_MESSAGE: u64 = 4;

/// Tokens that the presence of tools adds to the system prompt.
pub const TOOLS_PREAMBLE: u64 = 313;

/// Tokens of an image whose size cannot be read.
const UNKNOWN_IMAGE: u64 = 1_568;

/// How many tokens `text` has.
pub fn count(text: &str) -> u64 {
    split(text).count() as u64
}

/// The tokens of `text`; put together they are the text again.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = first_token(rest)?;
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(token)
    })
}

/// Tokens of an image: an area of 750 pixels each, at most [`UNKNOWN_IMAGE`], as the service scales large images down.
pub fn of_image(bytes: &[u8]) -> u64 {
    let area = |size: imagesize::ImageSize| size.width as u64 * size.height as u64;
    imagesize::blob_size(bytes).map_or(UNKNOWN_IMAGE, |size| (area(size) / 750).clamp(1, UNKNOWN_IMAGE))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latin,
    Digit,
    Space,
    Alphabet,
    Sign,
    Other,
}

/// Length in bytes of the token at the beginning of `text`.
fn first_token(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    let (_, mut first) = chars.next()?;
    if first == ' '
        && let Some(&(_, next)) = chars.peek()
        && matches!(kind(next), Kind::Latin | Kind::Digit | Kind::Alphabet)
    {
        first = next;
        chars.next();
    }
    let limit = longest_run(kind(first));
    for (taken, (at, c)) in (1..).zip(chars) {
        if taken == limit || !continues(first, c) {
            return Some(at);
        }
    }
    Some(text.len())
}

fn continues(first: char, next: char) -> bool {
    kind(first) == kind(next) && (kind(first) != Kind::Other || first == next)
}

fn longest_run(kind: Kind) -> usize {
    match kind {
        Kind::Latin => 7,
        Kind::Digit | Kind::Alphabet => 3,
        Kind::Space => 16,
        Kind::Sign => 1,
        Kind::Other => 4,
    }
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' => Kind::Latin,
        '0'..='9' => Kind::Digit,
        c if c.is_whitespace() => Kind::Space,
        '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' => Kind::Sign,
        c if c.is_alphabetic() => Kind::Alphabet,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn english_text_has_about_four_characters_a_token() {
        let text = "Flights of less than six hours of scheduled flying time are booked in economy class, whatever the traveller's grade.";
        let ratio = text.len() as f64 / count(text) as f64;
        assert!((3.5..5.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn tokens_are_cut_as_documented() {
        assert_eq!(split("Hello  world, 12345!!!").collect::<Vec<_>>(), ["Hello", "  ", "world", ",", " 123", "45", "!!!"]);
        assert_eq!(split("日本").count(), 2);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn an_image_counts_by_its_area() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend_from_slice(&300_u32.to_be_bytes());
        png.extend_from_slice(&250_u32.to_be_bytes());
        assert_eq!(of_image(&png), 100);
        assert_eq!(of_image(b"jpeg?"), UNKNOWN_IMAGE);
    }

    proptest! {
        #[test]
        fn tokens_put_together_are_the_text(text in any::<String>()) {
            prop_assert_eq!(split(&text).collect::<String>(), text);
        }
    }
}
