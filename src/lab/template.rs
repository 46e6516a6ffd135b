//! Placeholders in the parameters of a lab file: `{region}`, `{log-group}`, `{bucket.prefix}`.

/// The names between braces in `text`, in order.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        names.push(name);
        rest = tail;
    }
    names
}

/// `text` with every placeholder replaced by what `lookup` knows; one that it does not know becomes empty.
pub fn fill(text: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(&lookup(name).unwrap_or_default());
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_filled() {
        let text = "x-{region}-{step.key}{";
        assert_eq!(placeholders(text), ["region", "step.key"]);
        assert_eq!(fill(text, |name| (name == "region").then(|| "us-east-1".to_owned())), "x-us-east-1-{");
    }
}
