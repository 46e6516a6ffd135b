//! Extractive answers: the sentences of a given document that fit a question best, quoted and cited.
//!
//! Sentences are ranked by BM25 over stemmed words without stop words; a request for a summary takes the sentences whose words are most
//! typical of the document.

use std::collections::{BTreeMap, BTreeSet};

use crate::sandbox::bedrock::prompt::{Part, Prompt, Role};

/// Most sentences that are quoted.
const QUOTED: usize = 4;
/// Most sentences that are looked at.
const MAX_SENTENCES: usize = 20_000;
/// A user text from this length on is taken for a document with a question.
const DOCUMENT_LENGTH: usize = 500;
/// Saturation and length normalisation of BM25.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// A question and the text to answer it from.
#[derive(Debug, PartialEq, Eq)]
struct Material {
    name: String,
    document: String,
    question: String,
    /// Whether the document came with the question; one from elsewhere is used only if it has an answer.
    asked_about: bool,
}

/// The answer from the documents in `prompt`, if there are any.
pub(super) fn from_documents(prompt: &Prompt) -> Option<String> {
    let material = material(prompt)?;
    let sentences: Vec<&str> = sentences(&material.document).take(MAX_SENTENCES).collect();
    if sentences.is_empty() {
        return None;
    }
    let chosen = if wants_summary(&material.question) { typical(&sentences) } else { fitting(&sentences, &material.question) };
    (material.asked_about || !chosen.is_empty()).then(|| written(&material, &sentences, &chosen))
}

/// Stemmed words of `text` without stop words.
pub(super) fn terms(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1);
    words.map(str::to_lowercase).filter(|word| !STOP_WORDS.contains(&word.as_str())).map(|word| stem(&word))
}

fn written(material: &Material, sentences: &[&str], chosen: &[usize]) -> String {
    let Material { name, question, .. } = material;
    if chosen.is_empty() {
        let count = sentences.len();
        return format!(
            "None of the {count} sentences in {name} shares a telling word with your question. The document does not seem to answer it."
        );
    }
    let quotes: Vec<String> = chosen.iter().enumerate().map(|(n, &at)| format!("> {} [{}]", sentences[at].trim(), n + 1)).collect();
    let lead = if wants_summary(question) { "The most typical sentences of" } else { "Your question is best met by these sentences of" };
    let places: Vec<String> = chosen.iter().enumerate().map(|(n, at)| format!("[{}] sentence {}", n + 1, at + 1)).collect();
    format!("{lead} {name}:\n\n{}\n\nSource: {} of {}.", quotes.join("\n\n"), places.join(", "), sentences.len())
}

fn wants_summary(question: &str) -> bool {
    let lower = question.to_lowercase();
    ["summar", "tl;dr", "in short", "main points", "key points", "zusammen"].iter().any(|word| lower.contains(word))
}

/// The document and the question: attached documents, tagged text, or a long text that ends with a question.
fn material(prompt: &Prompt) -> Option<Material> {
    let asked = prompt.last_user_text();
    let attached: Vec<(&str, &str)> = prompt.documents().collect();
    if let Some((name, _)) = attached.first() {
        let document = attached.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n\n");
        return Some(Material { name: format!("\"{name}\""), document, question: asked, asked_about: true });
    }
    given(&asked).or_else(|| from_earlier_turns(prompt, &asked)).or_else(|| from_system(prompt, asked))
}

/// A document inside a user's text.
fn given(asked: &str) -> Option<Material> {
    tagged(asked).or_else(|| long_text(asked))
}

/// A further question about a document that was given earlier in the conversation.
fn from_earlier_turns(prompt: &Prompt, asked: &str) -> Option<Material> {
    let earlier = prompt.turns.iter().rev().filter(|turn| turn.role == Role::User).skip(1);
    let mut texts = earlier.flat_map(|turn| turn.parts.iter().filter_map(Part::as_text));
    let material = texts.find_map(given)?;
    Some(Material { question: asked.to_owned(), asked_about: false, ..material })
}

/// `<document>…</document>` (or any other tag that spans much of the text) with the question around it.
fn tagged(asked: &str) -> Option<Material> {
    let open = asked.find('<')?;
    let tag_end = open + asked[open..].find('>')?;
    let tag = asked[open + 1..tag_end].split_whitespace().next()?.to_owned();
    let body_end = tag_end + 1 + asked[tag_end + 1..].find(&format!("</{tag}>"))?;
    let after = body_end + tag.len() + 3;
    let question = format!("{} {}", &asked[..open], asked.get(after..).unwrap_or_default());
    let document = asked[tag_end + 1..body_end].trim().to_owned();
    (document.len() > 80).then(|| Material {
        name: format!("the {tag}"),
        document,
        question: question.trim().to_owned(),
        asked_about: true,
    })
}

/// A long text: its last paragraph is the question, or the first one if only that asks.
fn long_text(asked: &str) -> Option<Material> {
    if asked.len() < DOCUMENT_LENGTH {
        return None;
    }
    let paragraphs: Vec<&str> = asked.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()).collect();
    let (first, last) = (paragraphs.first()?, paragraphs.last()?);
    let (question, document) = match paragraphs.len() {
        1 => split_at_question(asked),
        _ if first.contains('?') && !last.contains('?') => ((*first).to_owned(), paragraphs[1..].join("\n\n")),
        n => ((*last).to_owned(), paragraphs[..n - 1].join("\n\n")),
    };
    Some(Material { name: "your text".to_owned(), document, question, asked_about: true })
}

fn split_at_question(asked: &str) -> (String, String) {
    let (questions, rest): (Vec<&str>, Vec<&str>) = sentences(asked).partition(|sentence| sentence.trim_end().ends_with('?'));
    (questions.join(" "), rest.join(" "))
}

/// A short question about a long system prompt.
fn from_system(prompt: &Prompt, question: String) -> Option<Material> {
    let document = prompt.system.iter().filter_map(|part| part.as_text()).collect::<Vec<_>>().join("\n\n");
    (document.len() >= DOCUMENT_LENGTH).then(|| Material { name: "the system prompt".to_owned(), document, question, asked_about: false })
}

/// Sentences of running text, lines of lists; headings are left out.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).flat_map(split_sentences)
}

fn split_sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut previous = ' ';
    for (at, c) in line.char_indices() {
        let ends =
            matches!(previous, '.' | '!' | '?') && c == ' ' && begins_sentence(&line[at..]) && !ends_in_abbreviation(&line[start..at]);
        if ends {
            found.push(line[start..at].trim());
            start = at;
        }
        previous = c;
    }
    found.push(line[start..].trim());
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

fn begins_sentence(rest: &str) -> bool {
    rest.trim_start().chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || matches!(c, '"' | '\'' | '(' | '[' | '*'))
}

fn ends_in_abbreviation(text: &str) -> bool {
    let word = text.rsplit(' ').next().unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().count() == 1 || ["Mr", "Mrs", "Ms", "Dr", "St", "No", "e.g", "i.e", "etc", "vs", "approx"].contains(&word)
}

/// Words of each sentence, and in how many sentences a word occurs.
struct Index {
    counts: Vec<BTreeMap<String, f64>>,
    lengths: Vec<f64>,
    document_frequency: BTreeMap<String, f64>,
}

impl Index {
    fn of(sentences: &[&str]) -> Self {
        let mut index = Self { counts: Vec::new(), lengths: Vec::new(), document_frequency: BTreeMap::new() };
        for sentence in sentences {
            let mut counts: BTreeMap<String, f64> = BTreeMap::new();
            for term in terms(sentence) {
                *counts.entry(term).or_default() += 1.0;
            }
            for term in counts.keys() {
                *index.document_frequency.entry(term.clone()).or_default() += 1.0;
            }
            index.lengths.push(counts.values().sum());
            index.counts.push(counts);
        }
        index
    }

    fn rarity(&self, term: &str) -> f64 {
        let total = self.counts.len() as f64;
        let with = self.document_frequency.get(term).copied().unwrap_or(0.0);
        (1.0 + (total - with + 0.5) / (with + 0.5)).ln()
    }

    fn score(&self, at: usize, question: &BTreeSet<String>) -> f64 {
        let mean = (self.lengths.iter().sum::<f64>() / self.lengths.len() as f64).max(1.0);
        let norm = K1 * (1.0 - B + B * self.lengths[at] / mean);
        let part = |term: &String| self.counts[at].get(term).map_or(0.0, |count| self.rarity(term) * count * (K1 + 1.0) / (count + norm));
        question.iter().map(part).sum()
    }
}

/// The sentences that fit the question, in the order of the document.
fn fitting(sentences: &[&str], question: &str) -> Vec<usize> {
    let index = Index::of(sentences);
    let question: BTreeSet<String> = terms(question).collect();
    best(sentences, |at| index.score(at, &question))
}

/// The sentences that are most typical: many words that occur often in the document.
fn typical(sentences: &[&str]) -> Vec<usize> {
    let index = Index::of(sentences);
    let weight = |at: usize| {
        let words = &index.counts[at];
        let sum: f64 = words.keys().map(|term| index.document_frequency.get(term).map_or(0.0, |with| with.ln_1p())).sum();
        sum / (words.len() as f64 + 6.0)
    };
    best(sentences, weight)
}

fn best(sentences: &[&str], score: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut ranked: Vec<(usize, f64)> = (0..sentences.len()).map(|at| (at, score(at))).filter(|(_, score)| *score > 0.0).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let strongest = ranked.first().map_or(0.0, |(_, score)| *score);
    let mut seen = BTreeSet::new();
    ranked.retain(|(at, score)| *score >= strongest * 0.35 && seen.insert(sentences[*at]));
    let mut chosen: Vec<usize> = ranked.into_iter().take(QUOTED).map(|(at, _)| at).collect();
    chosen.sort_unstable();
    chosen
}

/// Cuts the commonest English endings, so that "booked" finds "booking".
fn stem(word: &str) -> String {
    for ending in ["ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s"] {
        if let Some(root) = word.strip_suffix(ending)
            && root.chars().count() >= 3
        {
            return root.to_owned();
        }
    }
    word.to_owned()
}

const STOP_WORDS: [&str; 97] = [
    "about", "after", "all", "also", "am", "an", "and", "answer", "any", "are", "as", "at", "be", "because", "been", "before", "being",
    "but", "by", "can", "could", "did", "do", "document", "does", "each", "for", "from", "give", "had", "has", "have", "he", "her", "here",
    "him", "his", "how", "if", "in", "into", "is", "it", "its", "just", "may", "me", "more", "much", "must", "my", "no", "not", "of", "on",
    "one", "only", "or", "our", "out", "over", "please", "question", "say", "says", "shall", "she", "should", "so", "some", "such", "tell",
    "text", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "us", "was", "we", "were", "what",
    "when", "which", "who", "will", "with", "would", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts;
    use crate::sandbox::bedrock::prompt::Turn;

    fn ask(parts: Vec<Part>) -> Option<String> {
        from_documents(&Prompt { turns: vec![Turn { role: Role::User, parts }], ..Prompt::default() })
    }

    fn policy() -> Part {
        let document = prompts::find("qa-citations").unwrap().document.as_ref().unwrap();
        let text = document.text();
        Part::Document { name: document.name.clone(), bytes: text.len(), text: Some(text) }
    }

    #[test]
    fn the_fitting_sentence_of_an_attached_document_is_quoted_and_cited() {
        let answer = ask(vec![policy(), Part::Text("What is paid per kilometre for a private car?".to_owned())]).unwrap();
        assert!(
            answer.contains("> A private car is repaid at 0.38 euros a kilometre, parking and tolls included in the claim. [1]"),
            "{answer}"
        );
        assert!(answer.contains("Source: [1] sentence"));
    }

    #[test]
    fn tagged_text_and_long_text_are_documents_too() {
        let document = prompts::find("qa-citations").unwrap().document.as_ref().unwrap().text();
        let tagged = format!("<policy>\n{document}\n</policy>\n\nWho arranges furnished apartments?");
        assert!(ask(vec![Part::Text(tagged)]).unwrap().contains("arranged as furnished apartments by the travel desk"));
        let plain = format!("{document}\n\nWhen is laundry paid for?");
        assert!(ask(vec![Part::Text(plain)]).unwrap().contains("Laundry is paid for from the sixth night."));
    }

    #[test]
    fn further_questions_about_an_earlier_document_are_answered_from_it() {
        let turn = |role, text: &str| Turn { role, parts: vec![Part::Text(text.to_owned())] };
        let first = prompts::find("qa-citations").unwrap().user_text();
        let ask = |text: &str| {
            let turns = vec![turn(Role::User, &first), turn(Role::Assistant, "Quotes."), turn(Role::User, text)];
            from_documents(&Prompt { turns, ..Prompt::default() })
        };
        assert!(ask("And when is laundry paid for?").unwrap().contains("Laundry is paid for from the sixth night."));
        assert_eq!(ask("zebra xylophone?"), None, "a question about something else");
    }

    #[test]
    fn a_question_that_the_document_does_not_meet_is_told_so() {
        let answer = ask(vec![policy(), Part::Text("zebra xylophone?".to_owned())]).unwrap();
        assert!(answer.contains("does not seem to answer it"));
    }

    #[test]
    fn a_summary_quotes_typical_sentences() {
        let answer = ask(vec![policy(), Part::Text("Summarise this, please".to_owned())]).unwrap();
        assert!(answer.starts_with("The most typical sentences of \"larkspur-travel-policy\""));
        assert_eq!(answer.matches("\n> ").count(), QUOTED);
    }

    #[test]
    fn sentences_end_where_they_end() {
        let text = "# Heading\nMr. Smith paid 3.50 euros. He left! Did he? Yes, e.g. by train.";
        assert_eq!(sentences(text).collect::<Vec<_>>(), ["Mr. Smith paid 3.50 euros.", "He left!", "Did he?", "Yes, e.g. by train."]);
    }

    #[test]
    fn no_document_is_no_answer() {
        assert_eq!(ask(vec![Part::Text("Tell me a joke".to_owned())]), None);
    }
}
