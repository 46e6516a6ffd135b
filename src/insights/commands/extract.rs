//! Texts of `key=value` pairs and of values separated by commas.

use serde_json::{Map, Value as Json};

/// The pairs of a line in logfmt: `level=info msg="it works" done`.
pub(super) fn logfmt(line: &str) -> Map<String, Json> {
    let mut pairs = Map::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after),
            None => (Json::Bool(true), after),
        };
        // A lone word is no pair of a log line, unless other pairs say that this is one.
        if !key.is_empty() {
            pairs.insert(key.to_owned(), value);
        }
        rest = after.trim_start();
    }
    if pairs.values().all(Json::is_boolean) { Map::new() } else { pairs }
}

fn value(text: &str) -> (Json, &str) {
    if !text.starts_with('"') {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (Json::String(text[..end].to_owned()), &text[end..]);
    }
    let (inner, rest) = quoted(text, '\\');
    (Json::String(inner), rest)
}

/// The inside of a text in double quotes, in which `escape` makes the next character plain; what follows.
fn quoted(text: &str, escape: char) -> (String, &str) {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let is_escape = c == escape && chars.peek().is_some_and(|(_, next)| *next == '"' || (escape == '\\' && *next == '\\'));
        match c {
            _ if is_escape => inner.extend(chars.next().map(|(_, c)| c)),
            '"' => return (inner, &text[at + 1..]),
            c => inner.push(c),
        }
    }
    (inner, "")
}

/// The values of a line separated by commas; quotes as RFC 4180 has them.
pub(super) fn csv(line: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let (value, after) = if trimmed.starts_with('"') {
            let (inner, after) = quoted(trimmed, '"');
            (inner, &after[after.find(',').unwrap_or(after.len())..])
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        values.push(value);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_values_are_found() {
        let pairs = logfmt(r#"level=info msg="it \"works\"" done n=5 empty="#);
        assert_eq!(Json::Object(pairs).to_string(), r#"{"level":"info","msg":"it \"works\"","done":true,"n":"5","empty":""}"#);
        assert!(logfmt("no pairs here").is_empty() && logfmt("").is_empty());
        assert_eq!(csv(r#"a, "b ""c"", d" ,,e"#), ["a", r#"b "c", d"#, "", "e"]);
        assert_eq!(csv("\"open"), ["open"]);
    }
}
