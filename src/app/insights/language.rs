//! The words of the language as completion and help want them.

use std::sync::LazyLock;

use super::complete::{Kind, Word, keywords};
use crate::insights::reference::{self, Entry};

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| reference::entries().map(word).chain(own_fields()).chain(keywords()).collect());

/// Commands, functions, the fields that every event has, and the words between.
pub fn words() -> &'static [Word] {
    &WORDS
}

fn word(entry: &'static Entry) -> Word {
    let kind = match entry.kind {
        reference::Kind::Command => Kind::Command,
        reference::Kind::Function => Kind::Function,
        reference::Kind::Aggregate => Kind::Aggregate,
    };
    Word { kind, name: entry.name, signature: entry.signature, meaning: entry.meaning }
}

fn own_fields() -> impl Iterator<Item = Word> {
    reference::FIELDS.into_iter().map(|(name, meaning)| Word { kind: Kind::Field, name, signature: "", meaning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_says_what_it_means() {
        assert!(words().len() > 80);
        for word in words() {
            assert!(!word.meaning.is_empty() && !word.meaning.ends_with('.'), "{}", word.name);
            assert!(!matches!(word.kind, Kind::Command | Kind::Function | Kind::Aggregate) || !word.signature.is_empty(), "{}", word.name);
        }
    }
}
