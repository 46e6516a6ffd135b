//! Reading attached documents: text formats become text, the others are counted only.

use crate::sandbox::bedrock::prompt::Part;

/// The document called `name` in `format` (`md`, `text/plain`, …).
pub(super) fn read(name: &str, format: &str, bytes: &[u8]) -> Part {
    let text = match format {
        "txt" | "md" | "csv" | "text/plain" | "text/markdown" | "text/csv" => std::str::from_utf8(bytes).ok().map(str::to_owned),
        "html" | "text/html" => std::str::from_utf8(bytes).ok().map(without_tags),
        _ => None,
    };
    Part::Document { name: name.to_owned(), text, bytes: bytes.len() }
}

/// The text between tags; scripts and styles are left out.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = after_tag(&rest[open..]);
        out.push(' ');
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&quot;", "\"").replace("&amp;", "&")
}

/// What follows the tag at the beginning of `rest`, skipping the content of scripts and styles.
fn after_tag(rest: &str) -> &str {
    let lower: String = rest.chars().take(8).flat_map(char::to_lowercase).collect();
    for (tag, end) in [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->")] {
        if lower.starts_with(tag) {
            return rest.find(end).map_or("", |at| &rest[at + end.len()..]);
        }
    }
    rest.find('>').map_or("", |at| &rest[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_formats_are_read_and_others_counted() {
        assert!(matches!(read("a", "md", b"# Hi"), Part::Document { text: Some(text), .. } if text == "# Hi"));
        assert!(matches!(read("a", "pdf", &[0; 600]), Part::Document { text: None, bytes: 600, .. }));
        assert!(matches!(read("a", "txt", &[0xff, 0xfe]), Part::Document { text: None, .. }));
    }

    #[test]
    fn html_loses_its_tags_scripts_and_comments() {
        let text = without_tags("<p>One &amp; two</p><script>if (a < b) {}</script><!-- x > y --><b>three</b> <unclosed");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), "One & two three");
    }
}
