//! From tokens to commands.

use regex::{Regex, RegexBuilder};

use super::ast::{Command, Expr, Named, Node, Query};
use super::error::{QueryError, Span, nearest};
use super::lexer::{Kind, Lexer, Token};

/// Commands that are here, and those that CloudWatch has beyond them.
const COMMANDS: [&str; 10] = ["fields", "display", "filter", "where", "filterIndex", "stats", "sort", "limit", "parse", "dedup"];
const ELSEWHERE: [&str; 19] = [
    "pattern",
    "diff",
    "unnest",
    "expand",
    "unmask",
    "source",
    "join",
    "addtotals",
    "accum",
    "fillmissing",
    "filldown",
    "anomaly",
    "lookup",
    "logcompare",
    "appendcols",
    "autoregress",
    "sessionize",
    "outlier",
    "countfrequent",
];
/// Longest query, in characters.
const MAX_LENGTH: usize = 10_000;
/// Largest compiled regular expression, in bytes.
const MAX_REGEX: usize = 1 << 20;

/// Reads tokens with one of lookahead.
pub(super) struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    pub(super) token: Token,
    /// How deep expressions are nested.
    pub(super) depth: usize,
}

impl Query {
    /// Reads a query; an empty one shows the latest events.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().count() > MAX_LENGTH {
            return Err(QueryError::new(0..text.len(), format!("The query is longer than {MAX_LENGTH} characters")));
        }
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        let mut parser = Parser { text, lexer, token, depth: 0 };
        let mut commands = Vec::new();
        while parser.eat("|")? {}
        while parser.token.kind != Kind::End {
            commands.push((parser.token.span.clone(), parser.command()?));
            if parser.token.kind != Kind::End {
                parser.expect("|", "a | between commands")?;
            }
        }
        check_order(&commands)?;
        Ok(Self { commands: commands.into_iter().map(|(_, command)| command).collect() })
    }
}

/// What must follow what.
fn check_order(commands: &[(Span, Command)]) -> Result<(), QueryError> {
    let last_stats = commands.iter().rposition(|(_, command)| matches!(command, Command::Stats { .. }));
    let mut after_dedup = false;
    for (index, (span, command)) in commands.iter().enumerate() {
        let too_early = matches!(command, Command::Sort(_) | Command::Limit(_)) && last_stats.is_some_and(|last| index < last);
        if too_early {
            return Err(QueryError::new(span.clone(), "sort and limit must come after the last stats"));
        }
        if after_dedup && !matches!(command, Command::Limit(_)) {
            return Err(QueryError::new(span.clone(), "Only limit may follow dedup"));
        }
        after_dedup |= matches!(command, Command::Dedup(_));
    }
    Ok(())
}

impl Parser<'_> {
    pub(super) fn advance(&mut self) -> Result<Token, QueryError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Takes the sign if it is next.
    pub(super) fn eat(&mut self, sign: &str) -> Result<bool, QueryError> {
        let is_next = matches!(self.token.kind, Kind::Sign(next) if next == sign);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    /// Takes the keyword if it is next, in any case.
    pub(super) fn eat_word(&mut self, word: &str) -> Result<bool, QueryError> {
        let is_next = self.is_word(word);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.token.kind, Kind::Word(next) if next.eq_ignore_ascii_case(word))
    }

    pub(super) fn expect(&mut self, sign: &str, what: &str) -> Result<(), QueryError> {
        if self.eat(sign)? { Ok(()) } else { Err(self.unexpected(what)) }
    }

    /// The present token is not `wanted`.
    pub(super) fn unexpected(&self, wanted: &str) -> QueryError {
        let found = match &self.token.kind {
            Kind::End => "the end of the query".to_owned(),
            _ => self.text[self.token.span.clone()].to_owned(),
        };
        QueryError::new(self.token.span.clone(), format!("Expected {wanted}, found {found}"))
    }

    /// A regular expression, if a slash is next.
    pub(super) fn regex(&mut self) -> Result<Option<Regex>, QueryError> {
        if self.token.kind != Kind::Sign("/") {
            return Ok(None);
        }
        let Token { kind: Kind::Regex(pattern), span } = self.lexer.regex(&self.token.span)? else { return Ok(None) };
        self.token = self.lexer.next()?;
        compiled(&pattern, &span).map(Some)
    }

    /// A field: a word or a name in backticks.
    pub(super) fn name(&mut self, what: &str) -> Result<String, QueryError> {
        match self.token.kind.clone() {
            Kind::Word(name) | Kind::Quoted(name) => {
                self.advance()?;
                Ok(name)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn command(&mut self) -> Result<Command, QueryError> {
        let Kind::Word(word) = self.token.kind.clone() else { return Err(self.unexpected("a command")) };
        let span = self.token.span.clone();
        self.advance()?;
        match word.to_lowercase().as_str() {
            "fields" => self.list(false).map(Command::Fields),
            "display" => self.list(false).map(Command::Display),
            // An index would only spare looking at events; which events pass is the same.
            "filter" | "where" | "filterindex" => self.expression().map(Command::Filter),
            "stats" => self.stats(),
            "sort" | "order" => self.sort(),
            "limit" | "head" => self.limit(),
            "parse" => self.parse(),
            "dedup" => self.list(false).map(|list| Command::Dedup(list.into_iter().map(|named| named.expr).collect())),
            lower => Err(unknown(&word, lower, span)),
        }
    }

    /// Expressions with aliases, separated by commas.
    fn list(&mut self, aggregates: bool) -> Result<Vec<Named>, QueryError> {
        let mut list = Vec::new();
        loop {
            let expr = self.expression()?;
            check_aggregates(&expr, aggregates)?;
            let name = if self.eat_word("as")? { self.name("a name after as")? } else { plain_name(self.text, &expr) };
            list.push(Named { expr, name });
            if !self.eat(",")? {
                return Ok(list);
            }
        }
    }

    fn stats(&mut self) -> Result<Command, QueryError> {
        let values = self.list(true)?;
        let by = if self.eat_word("by")? { self.list(false)? } else { Vec::new() };
        Ok(Command::Stats { values, by })
    }

    fn sort(&mut self) -> Result<Command, QueryError> {
        self.eat_word("by")?;
        let mut keys = Vec::new();
        loop {
            let expr = self.expression()?;
            check_aggregates(&expr, false)?;
            let descends = self.eat_word("desc")?;
            if !descends {
                self.eat_word("asc")?;
            }
            keys.push((expr, descends));
            if !self.eat(",")? {
                return Ok(Command::Sort(keys));
            }
        }
    }

    fn limit(&mut self) -> Result<Command, QueryError> {
        self.eat_word("any")?;
        match self.token.kind {
            Kind::Number(count) if count.fract() == 0.0 && (1.0..=super::MAX_LIMIT as f64).contains(&count) => {
                self.advance()?;
                Ok(Command::Limit(count as usize))
            }
            _ => Err(self.unexpected(&format!("a number from 1 to {}", super::MAX_LIMIT))),
        }
    }

    /// `parse field "glob *" as a` or `parse field /(?<a>…)/`; without a field of `@message`.
    fn parse(&mut self) -> Result<Command, QueryError> {
        let is_pattern = matches!(self.token.kind, Kind::Text(_) | Kind::Sign("/"));
        let message = Expr { node: Node::Field("@message".to_owned()), span: self.token.span.clone() };
        let of = if is_pattern { message } else { self.primary()? };
        if let Some(regex) = self.regex()? {
            let names = regex.capture_names().flatten().map(str::to_owned).collect::<Vec<_>>();
            return if names.is_empty() {
                Err(QueryError::new(of.span, "The regular expression of parse needs named groups such as (?<user>\\S+)"))
            } else {
                Ok(Command::Parse { of, with: regex, names })
            };
        }
        let Kind::Text(glob) = self.token.kind.clone() else {
            return Err(self.unexpected("a pattern in quotes or a regular expression in /…/"));
        };
        let span = self.token.span.clone();
        self.advance()?;
        let names = self.captures(&glob, &span)?;
        Ok(Command::Parse { of, with: glob_regex(&glob, &span)?, names })
    }

    /// `as a, b`: as many as the glob has stars.
    fn captures(&mut self, glob: &str, span: &Span) -> Result<Vec<String>, QueryError> {
        if !self.eat_word("as")? {
            return Err(self.unexpected("as and a name for each * of the pattern"));
        }
        let mut names = vec![self.name("a name")?];
        while self.eat(",")? {
            names.push(self.name("a name")?);
        }
        let stars = glob.matches('*').count();
        if stars == names.len() {
            return Ok(names);
        }
        Err(QueryError::new(span.clone(), format!("The pattern has {stars} stars and {} names", names.len())))
    }
}

/// How an expression without an alias is called: a field by its name, others by their text.
fn plain_name(text: &str, expr: &Expr) -> String {
    match &expr.node {
        Node::Field(name) => name.clone(),
        _ => text[expr.span.clone()].to_owned(),
    }
}

fn check_aggregates(expr: &Expr, wanted: bool) -> Result<(), QueryError> {
    let mut first = None;
    expr.aggregates(&mut |found| first = first.take().or(Some(found.span.clone())));
    match (first, wanted) {
        (Some(span), false) => Err(QueryError::new(span, "Aggregates such as count(*) belong into stats")),
        (None, true) => Err(QueryError::new(expr.span.clone(), "stats needs an aggregate such as count(*) or avg(field)")),
        _ => Ok(()),
    }
}

fn unknown(word: &str, lower: &str, span: Span) -> QueryError {
    if ELSEWHERE.contains(&lower) {
        return QueryError::new(
            span,
            format!("{word} is a command of CloudWatch that does not run here yet. Here are: {}", COMMANDS.join(", ")),
        );
    }
    let hint = nearest(lower, COMMANDS.into_iter())
        .map_or_else(|| format!("Commands are {}", COMMANDS.join(", ")), |near| format!("Did you mean {near}?"));
    QueryError::new(span, format!("Unknown command {word}. {hint}"))
}

/// RE2's syntax, near enough, with `(?<name>…)` for named groups.
pub(super) fn compiled(pattern: &str, span: &Span) -> Result<Regex, QueryError> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX).build().map_err(|error| {
        let why = error.to_string();
        let last = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        QueryError::new(span.clone(), format!("The regular expression cannot be read: {last}"))
    })
}

/// Each star takes as little as it can; the last one takes the rest when it ends the pattern.
fn glob_regex(glob: &str, span: &Span) -> Result<Regex, QueryError> {
    let parts: Vec<String> = glob.split('*').map(regex::escape).collect();
    let ends_with_star = glob.ends_with('*');
    let mut pattern = format!("(?s){}", parts.join("(.*?)"));
    if ends_with_star {
        pattern.push('$');
    }
    compiled(&pattern, span)
}
