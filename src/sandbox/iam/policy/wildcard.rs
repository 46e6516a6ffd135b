//! Matching of patterns with `*` and `?`.

/// Whether `text` matches `pattern`, in which `*` stands for any run of characters and `?` for any one.
pub fn wildcard_match(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // The last star, and how much of the text it is taken to cover.
    let mut retry = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, read));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[read] => (at, read) = (at + 1, read + 1),
            _ => {
                let Some((star, from)) = &mut retry else { return false };
                *from += 1;
                (at, read) = (*star + 1, *from);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// Whether an ARN matches a pattern part by part: a wildcard does not reach over the colons before the resource.
pub fn arn_match(pattern: &str, arn: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    if wanted.len() < 6 || given.len() < 6 {
        return wildcard_match(pattern, arn);
    }
    wanted.iter().zip(given).all(|(wanted, given)| wildcard_match(wanted, given))
}
