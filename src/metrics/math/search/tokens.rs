//! How names are cut into tokens and what a term that is not in quotes matches.

/// The tokens of `text`: cut before each capital that begins a word, around numbers, and at everything that is neither letter nor digit.
/// Capitals in a row are one token; the last of them belongs to the word that follows: `SDBFailure` is `SDB`, `Failure`.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for part in parts(text) {
        let mut start = 0;
        let chars: Vec<(usize, char)> = part.char_indices().collect();
        for index in 1..chars.len() {
            if begins_token(&chars, index) {
                tokens.push(&part[start..chars[index].0]);
                start = chars[index].0;
            }
        }
        tokens.push(&part[start..]);
    }
    tokens
}

/// The runs of letters and digits.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty())
}

fn begins_token(chars: &[(usize, char)], index: usize) -> bool {
    let (before, here) = (chars[index - 1].1, chars[index].1);
    let next_is_small = chars.get(index + 1).is_some_and(|(_, next)| next.is_lowercase());
    let word = here.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_small));
    word || before.is_numeric() != here.is_numeric()
}

/// Everything but letters and digits left out, in small letters.
fn squeezed(text: &str) -> String {
    parts(text).flat_map(|part| part.chars().flat_map(char::to_lowercase)).collect()
}

/// Whether `name` partly matches `term`: the whole of one is the whole of the other, or the tokens of the term follow each other in the name.
/// A token on its own matches in any letter case, several tokens written without a separator only in the same.
pub(super) fn matches(name: &str, term: &str) -> bool {
    let wanted: Vec<Wanted<'_>> = parts(term).flat_map(wanted).collect();
    if wanted.is_empty() {
        return false;
    }
    let held = tokens(name);
    let runs = held.windows(wanted.len());
    squeezed(name) == squeezed(term) || runs.into_iter().any(|run| run.iter().zip(&wanted).all(|(held, wanted)| wanted.is(held)))
}

/// A token of a term.
#[derive(Debug)]
struct Wanted<'a> {
    token: &'a str,
    exact_case: bool,
}

impl Wanted<'_> {
    fn is(&self, held: &str) -> bool {
        if self.exact_case { self.token == held } else { self.token.to_lowercase() == held.to_lowercase() }
    }
}

fn wanted(part: &str) -> Vec<Wanted<'_>> {
    let tokens = tokens(part);
    let exact_case = tokens.len() > 1;
    tokens.into_iter().map(|token| Wanted { token, exact_case }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_as_the_user_guide_shows() {
        assert_eq!(tokens("CustomCount1"), ["Custom", "Count", "1"]);
        assert_eq!(tokens("SDBFailure"), ["SDB", "Failure"]);
        assert_eq!(tokens("Project2-trial333"), ["Project", "2", "trial", "333"]);
        assert_eq!(tokens("Network-Errors_2"), ["Network", "Errors", "2"]);
        assert_eq!(squeezed("Project2-trial333"), "project2trial333");
    }

    #[test]
    fn partial_matches_of_the_user_guide() {
        for (term, found) in [
            ("count", true),
            ("Count", true),
            ("COUNT", true),
            ("couNT", false),
            ("CustomCount", true),
            ("Count1", true),
            ("customcount", false),
            ("count1", false),
            ("custom/count", true),
        ] {
            assert_eq!(matches("CustomCount1", term), found, "{term}");
        }
        for term in ["network/errors", "network+errors", "network-errors", "Network_Errors"] {
            assert!(matches("Network-Errors-2", term) && matches("NetworkErrors2", term), "{term}");
        }
        assert!(matches("anthropic.claude-3-haiku-20240307-v1:0", "claude"));
        assert!(!matches("anything", "--"));
    }
}
