//! Formatting of error chains for people and logs.

use std::error::Error;

/// The error and every cause behind it on one line, `outer: inner: root`; a cause that repeats its parent's text is left out.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the ledger")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_whole_chain_is_told() {
        let error = Outer(std::io::Error::other("disk is full"));
        assert_eq!(chain(&error), "cannot read the ledger: disk is full");
    }
}
