//! Fuzzy matching for the palette: the letters of the query in order, letters at the start of words and side by side counting more.

/// How well `query` matches `text`, higher is better; `None` when a letter is missing. An empty query matches everything equally.
pub fn score(query: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let query: Vec<char> = query.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let starts = (0..text.len()).filter(|&start| query.first().is_none_or(|first| text[start] == *first));
    let best = starts.filter_map(|start| score_from(&query, &text, start)).max();
    if query.is_empty() { Some(0) } else { best }
}

/// The score when the first letter is taken at `start` and every next letter as early as possible, but at the start of a word if it can be had.
fn score_from(query: &[char], text: &[char], start: usize) -> Option<i32> {
    let mut at = start;
    let mut total = 10 - i32::try_from(text.len()).unwrap_or(i32::MAX) / 8;
    let mut previous = None;
    for letter in query {
        let here = next_place(*letter, text, at, previous)?;
        total += worth(text, here, previous);
        previous = Some(here);
        at = here + 1;
    }
    Some(total)
}

/// Where the letter is taken: right here if it follows, else at the next start of a word, else at its next place.
fn next_place(letter: char, text: &[char], at: usize, previous: Option<usize>) -> Option<usize> {
    let places = || (at..text.len()).filter(|&i| text[i] == letter);
    let follows = previous.is_none() || text.get(at) == Some(&letter);
    if follows {
        return places().next();
    }
    places().find(|&i| starts_word(text, i)).or_else(|| places().next())
}

fn worth(text: &[char], here: usize, previous: Option<usize>) -> i32 {
    let follows = previous.is_some_and(|previous| previous + 1 == here);
    match (starts_word(text, here), follows) {
        (true, _) => 8,
        (false, true) => 5,
        (false, false) => 1,
    }
}

fn starts_word(text: &[char], i: usize) -> bool {
    i == 0 || !text[i - 1].is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'t>(query: &str, texts: &[&'t str]) -> Option<&'t str> {
        texts.iter().copied().filter_map(|text| Some((score(query, text)?, text))).max_by_key(|(score, _)| *score).map(|(_, text)| text)
    }

    #[test]
    fn initials_and_beginnings_win() {
        let texts = ["Zoom in", "Show times in UTC", "Switch theme", "Presenter mode", "Playground"];
        assert_eq!(best("st", &texts), Some("Switch theme"));
        assert_eq!(best("play", &texts), Some("Playground"));
        assert_eq!(best("utc", &texts), Some("Show times in UTC"));
        assert_eq!(best("PM", &texts), Some("Presenter mode"));
    }

    #[test]
    fn a_missing_letter_is_no_match_and_nothing_matches_everything() {
        assert_eq!(score("xyz", "Playground"), None);
        assert_eq!(score("aa", "a"), None);
        assert!(score("", "Playground").is_some() && score("", "").is_some());
    }
}
