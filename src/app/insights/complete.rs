//! What can be written at a place of a query: commands, functions, fields of the loaded records, names that the query itself gives.

use std::ops::Range;

use super::fields::FoundField;

/// Most suggestions at once.
const MOST: usize = 60;

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is.
    pub kind: Kind,
    /// Its name, as it is shown.
    pub name: String,
    /// What is written in place of the word.
    pub insert: String,
    /// How many characters before the end of `insert` the cursor stands afterwards.
    pub back: usize,
    /// How it is used, or an example value of a field.
    pub signature: String,
    /// What it means, a sentence; of a field, how many records have it.
    pub meaning: String,
}

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A field of records, or a name that the query gives.
    Field,
    /// A step of the pipeline.
    Command,
    /// A function of one row.
    Function,
    /// A function of many rows, for `stats`.
    Aggregate,
    /// A word between: `by`, `as`, `and`.
    Keyword,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Command => "command",
            Self::Function => "function",
            Self::Aggregate => "aggregate",
            Self::Keyword => "keyword",
        }
    }
}

/// A word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: &'static str,
    /// How it is used.
    pub signature: &'static str,
    /// What it means, a phrase.
    pub meaning: &'static str,
}

/// Words between, of filters and lists; commands and functions come from the language itself.
const KEYWORDS: [(&str, &str); 9] = [
    ("as", "gives a value a name"),
    ("by", "groups rows by the fields that follow"),
    ("and", "both must hold"),
    ("or", "one must hold"),
    ("not", "must not hold"),
    ("like", "contains a text or matches a regular expression"),
    ("in", "is one of a list: in [\"a\", \"b\"]"),
    ("asc", "smallest first"),
    ("desc", "largest first"),
];

/// What surrounds a place of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The word that ends at the place, in bytes.
    pub word: Range<usize>,
    /// The command that the place belongs to, in lower case; nothing where a command is expected.
    pub command: Option<String>,
    /// Whether `by` was written before in that command.
    pub after_by: bool,
    /// Whether nothing can be suggested: inside a text, a regular expression, a comment, after `as`.
    pub is_closed: bool,
}

/// Whether a character belongs to a word.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '`')
}

/// A piece of a query between spaces and signs.
struct Piece<'a> {
    text: &'a str,
    start: usize,
    is_closed: bool,
}

/// The pieces of `text`: words, signs, texts in quotes, regular expressions and comments. Never fails: what is open at the end goes on to the end.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (length, is_closed) = match first {
            '#' => (rest.find('\n').unwrap_or(rest.len()), true),
            '"' | '\'' => (closed(rest, first), true),
            '/' if begins_regex(&pieces) => (closed(rest, '/'), true),
            c if is_word(c) => (rest.find(|c| !is_word(c)).unwrap_or(rest.len()), false),
            c => (c.len_utf8(), false),
        };
        if !first.is_whitespace() {
            pieces.push(Piece { text: &rest[..length], start: at, is_closed });
        }
        at += length;
    }
    pieces
}

/// Length of a text that begins with `quote`, the closing one included if there is one.
fn closed(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return offset + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Whether a slash after these pieces begins a regular expression rather than a division.
fn begins_regex(before: &[Piece<'_>]) -> bool {
    let is = |piece: &Piece<'_>, words: &[&str]| words.iter().any(|word| piece.text.eq_ignore_ascii_case(word));
    let Some(last) = before.last() else { return false };
    let command = before.iter().rev().skip_while(|piece| piece.text != "|").last().map_or(before.first(), Some);
    let in_parse = before
        .iter()
        .rposition(|piece| piece.text == "|")
        .map_or(command, |bar| before.get(bar + 1))
        .is_some_and(|piece| is(piece, &["parse"]));
    is(last, &["like", "parse", "~"]) || in_parse
}

/// The commands of a query in lower case, in order.
fn commands(text: &str) -> Vec<String> {
    let (mut commands, mut expected) = (Vec::new(), true);
    for piece in pieces(text) {
        match piece.text {
            "|" => expected = true,
            word if expected && !piece.is_closed => {
                commands.push(word.to_lowercase());
                expected = false;
            }
            _ => {}
        }
    }
    commands
}

/// Whether the query orders its rows.
pub fn sorts(text: &str) -> bool {
    commands(text).iter().any(|command| command == "sort" || command == "order")
}

/// What surrounds the byte `at` of `text`.
pub fn place(text: &str, at: usize) -> Place {
    let before = &text[..at];
    let start = before.rfind(|c| !is_word(c)).map_or(0, |place| place + before[place..].chars().next().map_or(1, char::len_utf8));
    let pieces = pieces(before);
    let is_closed = pieces.last().is_some_and(|last| last.is_closed && is_open(last.text, last.start, before));
    let from = pieces.iter().rposition(|piece| piece.text == "|" && !piece.is_closed).map_or(0, |bar| bar + 1);
    let mine: Vec<_> = pieces[from..].iter().filter(|piece| piece.start < start && !piece.text.starts_with('#')).collect();
    Place {
        word: start..at,
        command: mine.first().map(|piece| piece.text.to_lowercase()),
        after_by: mine.iter().any(|piece| piece.text.eq_ignore_ascii_case("by")),
        is_closed: is_closed
            || mine.last().is_some_and(|piece| piece.text.eq_ignore_ascii_case("as"))
            || before[start..].starts_with(|c: char| c.is_ascii_digit()),
    }
}

/// Whether a text, regular expression or comment that ends where the text ends is still open there.
fn is_open(piece: &str, start: usize, before: &str) -> bool {
    if start + piece.len() < before.len() {
        return false;
    }
    let first = piece.chars().next().unwrap_or_default();
    first == '#' || piece.len() == 1 || closed(piece, first) == piece.len() && !ends_closed(piece, first)
}

fn ends_closed(piece: &str, quote: char) -> bool {
    piece.len() > 1 && piece.ends_with(quote) && !piece[..piece.len() - 1].ends_with('\\')
}

/// Names that the query gives with `as`.
fn names(text: &str) -> Vec<String> {
    let pieces = pieces(text);
    let mut names: Vec<String> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if piece.text.eq_ignore_ascii_case("as") && !piece.is_closed {
            // `parse … as a, b` gives several.
            let list = pieces[index + 1..].iter().step_by(2).zip(pieces[index + 1..].iter().skip(1).step_by(2).map(Some).chain([None]));
            for (name, sign) in list {
                if name.text.starts_with(is_word) && !names.iter().any(|known| known == name.text) {
                    names.push(name.text.to_owned());
                }
                if sign.is_none_or(|sign| sign.text != ",") {
                    break;
                }
            }
        }
    }
    names
}

/// What can be written at the byte `at` of `text`, the likeliest first. `words` are the language's, `fields` those of the loaded records.
pub fn suggestions(text: &str, at: usize, words: &[Word], fields: &[FoundField]) -> (Range<usize>, Vec<Suggestion>) {
    let place = place(text, at);
    let word = text[place.word.clone()].trim_start_matches('`').to_lowercase();
    if place.is_closed {
        return (place.word, Vec::new());
    }
    let mut ranked: Vec<(u8, u8, Suggestion)> = Vec::new();
    let mut offer = |weight: u8, suggestion: Suggestion| {
        if let Some(rank) = rank(&suggestion.name.to_lowercase(), &word) {
            ranked.push((rank, weight, suggestion));
        }
    };
    let calls_follow = text[at..].starts_with('(');
    for known in words {
        if let Some(weight) = weight(&place, known.kind, known.name) {
            offer(weight, Suggestion::of_word(known, calls_follow));
        }
    }
    if place.command.is_some() && place.command.as_deref() != Some("limit") {
        for name in names(text) {
            offer(2, Suggestion::of_name(&name));
        }
        for field in fields {
            offer(3, Suggestion::of_field(field));
        }
    }
    ranked.sort_by_key(|(rank, weight, _)| (*rank, *weight));
    let list = ranked.into_iter().map(|(_, _, suggestion)| suggestion).take(MOST).collect();
    (place.word, list)
}

/// How likely a word of the language is at a place; nothing where it cannot stand.
fn weight(place: &Place, kind: Kind, name: &str) -> Option<u8> {
    let command = place.command.as_deref();
    match (kind, command) {
        (Kind::Command, None) => Some(0),
        (Kind::Aggregate, Some("stats")) if !place.after_by => Some(1),
        (Kind::Command | Kind::Aggregate, _) | (_, None | Some("limit" | "head")) => None,
        (Kind::Keyword, Some(command)) => keyword_fits(command, place.after_by, name).then_some(5),
        (Kind::Function, Some("stats")) if place.after_by && name == "bin" => Some(0),
        (Kind::Function | Kind::Field, Some(_)) => Some(4),
    }
}

fn keyword_fits(command: &str, after_by: bool, name: &str) -> bool {
    match name {
        "and" | "or" | "not" | "like" | "in" => matches!(command, "filter" | "where"),
        "asc" | "desc" => matches!(command, "sort" | "order"),
        "by" => command == "stats" && !after_by,
        "as" => matches!(command, "fields" | "stats" | "parse" | "display"),
        _ => false,
    }
}

/// How well a name fits what is written: 0 begins so, 1 a step of the path begins so, 2 contains it.
fn rank(name: &str, word: &str) -> Option<u8> {
    match () {
        () if name.starts_with(word) => Some(0),
        () if name.contains(&format!(".{word}")) || name.trim_start_matches('@').starts_with(word) => Some(1),
        () if word.len() > 1 && name.contains(word) => Some(2),
        () => None,
    }
}

impl Suggestion {
    fn of_word(word: &Word, calls_follow: bool) -> Self {
        let is_call = matches!(word.kind, Kind::Function | Kind::Aggregate) && !calls_follow;
        let insert = match word.kind {
            _ if is_call => format!("{}()", word.name),
            Kind::Command | Kind::Keyword => format!("{} ", word.name),
            _ => word.name.to_owned(),
        };
        let takes_nothing = word.signature.ends_with("()");
        let (name, signature, meaning) = (word.name.to_owned(), word.signature.to_owned(), word.meaning.to_owned());
        Self { kind: word.kind, name, insert, back: usize::from(is_call && !takes_nothing), signature, meaning }
    }

    fn of_name(name: &str) -> Self {
        let meaning = "Named in this query".to_owned();
        Self { kind: Kind::Field, name: name.to_owned(), insert: name.to_owned(), back: 0, signature: String::new(), meaning }
    }

    fn of_field(field: &FoundField) -> Self {
        let (name, insert) = (field.name.clone(), field.name.clone());
        Self {
            kind: Kind::Field,
            name,
            insert,
            back: 0,
            signature: field.example.clone(),
            meaning: format!("in {} % of records", field.percent),
        }
    }
}

/// The words between, as words of the language.
pub fn keywords() -> impl Iterator<Item = Word> {
    KEYWORDS.into_iter().map(|(name, meaning)| Word { kind: Kind::Keyword, name, signature: "", meaning })
}

/// The word at a byte of `text`, for help: in bytes, nothing between words.
pub fn word_at(text: &str, at: usize) -> Option<Range<usize>> {
    let at = at.min(text.len());
    let start = text[..at].rfind(|c| !is_word(c)).map_or(0, |place| place + text[place..].chars().next().map_or(1, char::len_utf8));
    let end = text[at..].find(|c| !is_word(c)).map_or(text.len(), |length| at + length);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<Word> {
        let word = |kind, name, signature| Word { kind, name, signature, meaning: "" };
        let own = [
            word(Kind::Command, "fields", "fields a, b"),
            word(Kind::Command, "filter", "filter …"),
            word(Kind::Command, "stats", "stats … by …"),
            word(Kind::Aggregate, "count", "count(field)"),
            word(Kind::Function, "bin", "bin(length)"),
            word(Kind::Function, "now", "now()"),
            word(Kind::Function, "strlen", "strlen(text)"),
        ];
        own.into_iter().chain(keywords()).collect()
    }

    fn fields() -> Vec<FoundField> {
        let field = |name: &str| FoundField { name: name.to_owned(), example: "7".to_owned(), percent: 98, is_number: true };
        vec![field("modelId"), field("input.inputTokenCount")]
    }

    /// Names suggested where `^` stands.
    fn at(text: &str) -> Vec<String> {
        let at = text.find('^').unwrap();
        let text = text.replace('^', "");
        suggestions(&text, at, &words(), &fields()).1.into_iter().map(|suggestion| suggestion.name).collect()
    }

    #[test]
    fn commands_stand_at_the_start_and_after_a_bar() {
        assert_eq!(at("fi^"), ["fields", "filter"]);
        assert_eq!(at("fields a | s^"), ["stats"]);
        assert_eq!(at("# a remark\n^"), ["fields", "filter", "stats"]);
    }

    #[test]
    fn stats_has_aggregates_and_after_by_periods_first() {
        assert_eq!(at("stats c^")[0], "count");
        assert_eq!(at("stats count(*) by ^")[0], "bin");
        assert!(!at("stats count(*) by c^").contains(&"count".to_owned()) && !at("filter c^").contains(&"count".to_owned()));
        assert!(at("stats count(*) b^").contains(&"by".to_owned()));
    }

    #[test]
    fn fields_are_found_by_any_part_and_names_of_the_query_too() {
        assert_eq!(at("filter tok^"), ["input.inputTokenCount"]);
        assert_eq!(at("filter input.in^"), ["input.inputTokenCount"]);
        assert_eq!(at("stats count(*) as calls, sum(a) as total by b | sort to^ desc")[0], "total");
        assert_eq!(at("parse @message \"* *\" as first, second | fields sec^")[0], "second");
    }

    #[test]
    fn nothing_is_suggested_in_texts_regular_expressions_and_comments() {
        for text in [
            "filter a like \"fi^",
            "filter a like /mod^/",
            "# mod^",
            "fields modelId as mod^",
            "limit 2^",
            "parse @message /(?<a>mod^",
            "filter a = 'x' # m^",
        ] {
            assert!(at(text).is_empty(), "{text}: {:?}", at(text));
        }
        assert_eq!(at("filter a like /x/ and mod^"), ["modelId"]);
        assert_eq!(at("fields 1 / 2, mod^"), ["modelId"]);
        assert_eq!(at("filter a = 'x' and mod^"), ["modelId"]);
    }

    #[test]
    fn a_call_is_written_with_brackets_and_the_cursor_between_them() {
        let written =
            |text: &str| suggestions(text, text.len(), &words(), &[]).1.into_iter().map(|s| (s.insert, s.back)).collect::<Vec<_>>();
        assert_eq!(written("fields strl"), [("strlen()".to_owned(), 1)]);
        assert_eq!(written("fields no")[0], ("now()".to_owned(), 0));
        assert_eq!(suggestions("fields strl(a)", 11, &words(), &[]).1[0].insert, "strlen");
    }

    #[test]
    fn a_query_that_sorts_is_known() {
        assert!(sorts("fields a | SORT a desc") && sorts("stats count(*) by b\n| order by b"));
        assert!(!sorts("fields sort | filter a like /| sort/") && !sorts("# | sort a\nfields a"));
    }

    #[test]
    fn words_are_found_around_a_place() {
        let text = "stats count(*) by modelId";
        assert_eq!(word_at(text, 8).map(|range| &text[range]), Some("count"));
        assert_eq!(word_at(text, text.len()).map(|range| &text[range]), Some("modelId"));
        assert_eq!(word_at("a  b", 2), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}", share in 0.0f64..1.0) {
            let at = text.char_indices().map(|(at, _)| at).nth((share * text.chars().count() as f64) as usize).unwrap_or(text.len());
            suggestions(&text, at, &words(), &fields());
            word_at(&text, at);
            sorts(&text);
        }
    }
}
