//! From tokens to commands.

use regex::{Regex, RegexBuilder};

use super::ast::{Command, Expr, Extract, Named, Node, Parse, Query, Stats};
use super::commands::ELSEWHERE;
use super::error::{QueryError, Span};
use super::lexer::{Kind, Lexer, Token};
use super::order::check_order;
use super::reference;

/// Longest query, in characters.
const MAX_LENGTH: usize = 10_000;
/// Mistakes that are told of one text.
const MAX_ERRORS: usize = 20;
/// Largest compiled regular expression, in bytes.
const MAX_REGEX: usize = 1 << 20;

/// Reads tokens with one of lookahead.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    lexer: Lexer<'a>,
    pub(super) token: Token,
    /// How deep expressions are nested.
    pub(super) depth: usize,
    /// Operators of the present command so far.
    pub(super) operators: usize,
    /// Whether a query inside another one is read.
    pub(super) is_inside: bool,
}

/// A command with its place.
pub(super) type Placed = (Span, Command);

impl Query {
    /// Reads a query; an empty one shows the latest events.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let (commands, errors) = read(text);
        match errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(Self { commands: commands.into_iter().map(|(_, command)| command).collect(), most_fields: None }),
        }
    }

    /// Everything that is wrong with a text, from left to right; nothing if it can be run. After a mistake, reading goes on behind the next
    /// `|`.
    pub fn check(text: &str) -> Vec<QueryError> {
        read(text).1
    }
}

/// The commands that can be read, and what is wrong with the others.
fn read(text: &str) -> (Vec<Placed>, Vec<QueryError>) {
    if text.chars().count() > MAX_LENGTH {
        let error = QueryError::new(0..text.len(), format!("The query is longer than {MAX_LENGTH} characters"));
        return (Vec::new(), vec![error]);
    }
    let token = Token { kind: Kind::End, span: 0..0 };
    let mut parser = Parser { text, lexer: Lexer::new(text), token, depth: 0, operators: 0, is_inside: false };
    let (mut commands, mut errors) = (Vec::new(), Vec::new());
    let mut step = parser.advance().map(|_| ());
    loop {
        step = match step.and_then(|()| parser.next_command()) {
            Ok(None) => break,
            Ok(Some(command)) => {
                commands.push(command);
                Ok(())
            }
            Err(error) => {
                errors.push(error);
                if errors.len() >= MAX_ERRORS {
                    break;
                }
                parser.recover();
                Ok(())
            }
        };
    }
    if errors.is_empty() {
        errors.extend(check_order(&commands));
    }
    (commands, errors)
}

impl Parser<'_> {
    /// The next command, and the `|` behind it; nothing at the end.
    fn next_command(&mut self) -> Result<Option<Placed>, QueryError> {
        while self.eat("|")? {}
        if self.token.kind == Kind::End {
            return Ok(None);
        }
        let start = self.token.span.clone();
        self.operators = 0;
        let command = self.command()?;
        if self.token.kind != Kind::End && !self.is_sign("|") {
            return Err(self.unexpected("a | between commands"));
        }
        Ok(Some((start, command)))
    }

    /// Goes on behind the next `|`, over whatever cannot be read.
    fn recover(&mut self) {
        (self.depth, self.operators, self.is_inside) = (0, 0, false);
        let mut open = 0_usize;
        while self.token.kind != Kind::End {
            match self.token.kind {
                Kind::Sign("(") => open += 1,
                Kind::Sign(")") => open = open.saturating_sub(1),
                Kind::Sign("|") if open == 0 => return,
                _ => {}
            }
            self.token = self.lexer.next_at_any_cost();
        }
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token.kind, Kind::Sign(next) if next == sign)
    }

    pub(super) fn advance(&mut self) -> Result<Token, QueryError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Takes the sign if it is next.
    pub(super) fn eat(&mut self, sign: &str) -> Result<bool, QueryError> {
        let is_next = self.is_sign(sign);
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

    pub(super) fn command(&mut self) -> Result<Command, QueryError> {
        let Kind::Word(word) = self.token.kind.clone() else { return Err(self.unexpected("a command")) };
        let span = self.token.span.clone();
        self.advance()?;
        let Some(known) = reference::commands().find(|command| command.is_called(&word)) else { return Err(unknown(&word, span)) };
        match known.name {
            "fields" | "unmask" => self.list(false).map(Command::Fields),
            "display" => self.list(false).map(Command::Display),
            // An index would only spare looking at events; which events pass is the same.
            "filter" | "filterIndex" => self.condition().map(Command::Filter),
            "stats" => self.stats(),
            "sort" => self.sort(),
            "limit" => self.limit(),
            "parse" => self.parse(),
            "dedup" => self.list(false).map(|list| Command::Dedup(list.into_iter().map(|named| named.expr).collect())),
            name => self.further(name, &span),
        }
    }

    pub(super) fn condition(&mut self) -> Result<Expr, QueryError> {
        let expr = self.expression()?;
        check_aggregates(&expr, false)?;
        Ok(expr)
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
        let offset = if self.eat_word("offset")? { Some(self.length()?) } else { None };
        Ok(Command::Stats(Stats { values, by, offset }))
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
        let any = self.eat_word("any")?;
        match self.token.kind {
            Kind::Number(count) if count.fract() == 0.0 && (1.0..=super::MAX_LIMIT as f64).contains(&count) => {
                self.advance()?;
                Ok(Command::Limit { count: count as usize, any })
            }
            _ => Err(self.unexpected(&format!("a number from 1 to {}", super::MAX_LIMIT))),
        }
    }

    /// `parse field "glob *" as a`, `parse field /(?<a>…)/ [multi]`, `parse field logfmt as a`, `parse field csv as a, b`; without a field of
    /// `@message`.
    fn parse(&mut self) -> Result<Command, QueryError> {
        let is_pattern = matches!(self.token.kind, Kind::Text(_) | Kind::Sign("/")) || self.is_word("logfmt") || self.is_word("csv");
        let message = Expr { node: Node::Field("@message".to_owned()), span: self.token.span.clone() };
        let of = if is_pattern { message } else { self.primary()? };
        if let Some(regex) = self.regex()? {
            return self.parse_regex(of, regex);
        }
        let (with, names) = if self.eat_word("logfmt")? {
            self.expect_word("as", "as and a name for the map")?;
            (Extract::Logfmt, vec![self.name("a name after as")?])
        } else if self.eat_word("csv")? {
            (Extract::Csv, self.names_after_as()?)
        } else {
            self.glob()?
        };
        Ok(Command::Parse(Parse { of, with, names, multi: false }))
    }

    fn parse_regex(&mut self, of: Expr, regex: Regex) -> Result<Command, QueryError> {
        let mut names: Vec<String> = regex.capture_names().flatten().map(str::to_owned).collect();
        if self.is_word("as") {
            let span = self.token.span.clone();
            let aliases = self.names_after_as()?;
            let groups = regex.captures_len() - 1;
            if aliases.len() > groups {
                return Err(QueryError::new(span, format!("The regular expression has {groups} groups and {} names", aliases.len())));
            }
            if names.is_empty() {
                names = aliases;
            }
        }
        if names.is_empty() {
            return Err(QueryError::new(of.span, "The regular expression of parse needs named groups such as (?<user>\\S+)"));
        }
        let multi = self.eat_word("multi")?;
        Ok(Command::Parse(Parse { of, with: Extract::Regex(regex), names, multi }))
    }

    fn glob(&mut self) -> Result<(Extract, Vec<String>), QueryError> {
        let Kind::Text(glob) = self.token.kind.clone() else {
            return Err(self.unexpected("a pattern in quotes or a regular expression in /…/"));
        };
        let span = self.token.span.clone();
        self.advance()?;
        let names = self.captures(&glob, &span)?;
        let regex = glob_regex(&glob, &span)?;
        Ok((Extract::Glob(glob, regex), names))
    }

    fn names_after_as(&mut self) -> Result<Vec<String>, QueryError> {
        self.expect_word("as", "as and a name")?;
        let mut names = vec![self.name("a name")?];
        while self.eat(",")? {
            names.push(self.name("a name")?);
        }
        Ok(names)
    }

    pub(super) fn expect_word(&mut self, word: &str, what: &str) -> Result<(), QueryError> {
        if self.eat_word(word)? { Ok(()) } else { Err(self.unexpected(what)) }
    }

    /// `as a, b`: as many as the glob has stars.
    fn captures(&mut self, glob: &str, span: &Span) -> Result<Vec<String>, QueryError> {
        if !self.is_word("as") {
            return Err(self.unexpected("as and a name for each * of the pattern"));
        }
        let names = self.names_after_as()?;
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

fn unknown(word: &str, span: Span) -> QueryError {
    let names = || reference::commands().map(|command| command.name).collect::<Vec<_>>().join(", ");
    if let Some((_, instead)) = ELSEWHERE.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
        let instead = if instead.is_empty() { format!("Here are: {}", names()) } else { format!("Nearest here: {instead}") };
        return QueryError::new(span, format!("{word} is a command of CloudWatch that does not run here. {instead}"));
    }
    let hint = reference::nearest_command(word).map_or_else(|| format!("Commands are {}", names()), |near| format!("Did you mean {near}?"));
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
