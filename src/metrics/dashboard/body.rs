//! A dashboard as CloudWatch keeps it: the JSON of `PutDashboard`, written and read.
//!
//! Metrics by model become searches, so that the console shows models that come later; expressions by model name each model. What CloudWatch
//! cannot draw is left out and told, and what this program cannot draw stays as a text that says so.

mod read;
mod write;

pub use read::read;
pub use write::{Account, Written, write};

/// Rows of the grid that a number takes.
const NUMBER_HEIGHT: u8 = 3;

/// The name under which CloudWatch keeps a dashboard of this title: letters, digits, `-` and `_`.
pub fn name_of(title: &str) -> String {
    let plain: String = title.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).take(200).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "Outcrop".to_owned() } else { parts.join("-") }
}

/// The pieces of an expression: ids of metrics and what stands between them.
fn pieces(expression: &str) -> Vec<(bool, &str)> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = if is_word(first) { rest.find(|c| !is_word(c)) } else { rest.find(is_word) }.unwrap_or(rest.len());
        found.push((first.is_ascii_lowercase(), &rest[..end]));
        rest = &rest[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_cloudwatch_takes() {
        assert_eq!([name_of("Bedrock (copy)"), name_of("Täglich_1"), name_of("…")], ["Bedrock-copy", "T-glich_1", "Outcrop"]);
    }

    #[test]
    fn ids_are_found_in_expressions() {
        let ids: Vec<_> = pieces("m2/(m1-m3)*1000+FILL(m1, 0)").into_iter().filter(|(id, _)| *id).map(|(_, text)| text).collect();
        assert_eq!(ids, ["m2", "m1", "m3", "m1"]);
        assert_eq!(pieces("m2/(m1-m3)").into_iter().map(|(_, text)| text).collect::<String>(), "m2/(m1-m3)");
    }
}
