//! What may be kept of a call's parameters: no secrets, no long bodies.

use serde_json::Value;

/// Longest text kept, in bytes.
const MAX_TEXT: usize = 2_048;
/// Longest list kept.
const MAX_LIST: usize = 100;
/// What stands for a secret.
const REDACTED: &str = "<redacted>";
/// Parts of the names of parameters that are secrets in themselves, in lower case.
const SECRET_NAMES: [&str; 6] = ["secret", "password", "sessiontoken", "securitytoken", "authorization", "bearertoken"];

/// `params` with secrets replaced, long texts shortened and long lists cut.
pub(super) fn redacted(params: Value) -> Value {
    match params {
        Value::String(text) => Value::String(shortened(without_keys(text))),
        Value::Array(items) => list(items),
        Value::Object(members) => Value::Object(members.into_iter().map(member).collect()),
        other => other,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let secret = SECRET_NAMES.iter().any(|part| plain.contains(part));
    let value = if secret { Value::String(REDACTED.to_owned()) } else { redacted(value) };
    (name, value)
}

fn list(items: Vec<Value>) -> Value {
    let more = items.len().saturating_sub(MAX_LIST);
    let mut kept: Vec<Value> = items.into_iter().take(MAX_LIST).map(redacted).collect();
    if more > 0 {
        kept.push(Value::String(format!("<{more} more>")));
    }
    Value::Array(kept)
}

fn shortened(text: String) -> String {
    if text.len() <= MAX_TEXT {
        return text;
    }
    let cut = text.floor_char_boundary(MAX_TEXT);
    format!("{}… <{} more>", &text[..cut], crate::base::text::bytes((text.len() - cut) as u64))
}

/// Access key ids (`AKIA…`, `ASIA…`, 20 characters) are masked wherever they stand: a prompt may quote one by accident.
fn without_keys(text: String) -> String {
    let starts: Vec<usize> = ["AKIA", "ASIA"].iter().flat_map(|prefix| text.match_indices(prefix)).map(|(at, _)| at).collect();
    let mut out = text;
    for at in starts.into_iter().filter(|at| *at + 20 <= out.len()).collect::<Vec<_>>() {
        if out.as_bytes()[at..at + 20].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            out.replace_range(at + 4..at + 20, "****************");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_replaced_wherever_they_are() {
        let params = json!({"a": {"SecretAccessKey": "s3cr3t", "nextToken": "page-2"}, "text": "my key is AKIAIOSFODNN7EXAMPLE, ok?"});
        let kept = redacted(params);
        assert_eq!(kept["a"]["SecretAccessKey"], "<redacted>");
        assert_eq!(kept["a"]["nextToken"], "page-2");
        assert_eq!(kept["text"], "my key is AKIA****************, ok?");
    }

    #[test]
    fn long_texts_and_lists_are_cut_at_character_boundaries() {
        let kept = redacted(json!({"body": "ü".repeat(5_000), "list": vec![1; 150]}));
        let body = kept["body"].as_str().unwrap();
        assert!(body.len() < 2_100 && body.ends_with("<7.8 KB more>"), "{body}");
        assert_eq!(kept["list"].as_array().unwrap().len(), 101);
        assert_eq!(kept["list"][100], "<50 more>");
    }
}
