//! Reading the commands that have a grammar of their own, and queries inside queries.

use super::ast::{AddTotals, Before, Command, Expr, Join, Query};
use super::error::{QueryError, Span};
use super::event::Source;
use super::lexer::Kind;
use super::order::check_order;
use super::parser::Parser;
use super::time::Length;
use super::value::Value;

/// Most prefixes and accounts of a `SOURCE`.
const MAX_PREFIXES: usize = 5;
const MAX_ACCOUNTS: usize = 20;

/// Whether a text begins with `SOURCE '…'` or `SOURCE logGroups(`, not with a field of that name.
pub(super) fn is_source(text: &str) -> bool {
    let text = text.trim_start();
    let rest = text.get(..6).filter(|word| word.eq_ignore_ascii_case("source")).map(|_| text[6..].trim_start());
    rest.is_some_and(|rest| rest.starts_with(['\'', '"', '[']) || rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("logGroups")))
}

impl Parser<'_> {
    /// The command called `name`, behind its name.
    pub(super) fn further(&mut self, name: &str, span: &Span) -> Result<Command, QueryError> {
        match name {
            "SOURCE" => self.source().map(Command::Source),
            "pattern" => self.condition().map(Command::Pattern),
            "diff" => self.diff().map(Command::Diff),
            "unnest" => self.unnest(),
            "expand" => self.name("the field to expand").map(Command::Expand),
            "join" => self.join(span),
            "addtotals" => self.add_totals().map(Command::AddTotals),
            "accum" => self.accum(),
            "fillmissing" => self.fill_missing().map(Command::FillMissing),
            "filldown" => self.fill_down().map(Command::FillDown),
            _ => self.json(),
        }
    }

    /// A query in parentheses that begins with SOURCE, if one is next.
    pub(super) fn subquery(&mut self) -> Result<Option<Query>, QueryError> {
        let is_query = self.is_sign("(") && is_source(&self.text[self.token.span.end..]);
        if is_query { self.inner_query().map(Some) } else { Ok(None) }
    }

    fn inner_query(&mut self) -> Result<Query, QueryError> {
        if self.is_inside {
            return Err(QueryError::new(self.token.span.clone(), "A query inside a query inside a query is too much: one level is all"));
        }
        self.expect("(", "a query in parentheses")?;
        self.is_inside = true;
        let mut commands = Vec::new();
        while !self.eat(")")? {
            let span = self.token.span.clone();
            commands.push((span, self.command()?));
            if !self.eat("|")? && !self.is_sign(")") {
                return Err(self.unexpected("a | between commands or a closing )"));
            }
        }
        self.is_inside = false;
        match check_order(&commands).into_iter().next() {
            Some(error) => Err(error),
            None => Ok(Query { commands: commands.into_iter().map(|(_, command)| command).collect(), most_fields: None }),
        }
    }

    pub(super) fn length(&mut self) -> Result<Length, QueryError> {
        let length = match &self.token.kind {
            Kind::Length(count, unit) => Length::new(*count, unit),
            _ => None,
        };
        let length = length.ok_or_else(|| self.unexpected("a length of time such as 1h"))?;
        self.advance()?;
        Ok(length)
    }

    fn text(&mut self, what: &str) -> Result<String, QueryError> {
        match self.token.kind.clone() {
            Kind::Text(text) => {
                self.advance()?;
                Ok(text)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// `['a', 'b']`, or one text alone.
    fn texts(&mut self) -> Result<Vec<String>, QueryError> {
        if !self.eat("[")? {
            return Ok(vec![self.text("a text in quotes or a list of them in [ ]")?]);
        }
        let mut list = vec![self.text("a text in quotes")?];
        while self.eat(",")? {
            list.push(self.text("a text in quotes")?);
        }
        self.expect("]", "a comma or a closing ]")?;
        Ok(list)
    }

    fn source(&mut self) -> Result<Source, QueryError> {
        if !self.is_word("logGroups") {
            return Ok(Source { names: self.texts()?, ..Source::default() });
        }
        self.advance()?;
        self.expect("(", "( behind logGroups")?;
        let mut source = Source::default();
        while !self.eat(")")? {
            let span = self.token.span.clone();
            let name = self.name("namePrefix, accountIdentifiers or class")?;
            self.expect(":", "a : and a list")?;
            let list = self.texts()?;
            let (most, place) = match name.to_lowercase().as_str() {
                "nameprefix" => (MAX_PREFIXES, &mut source.prefixes),
                "accountidentifier" | "accountidentifiers" => (MAX_ACCOUNTS, &mut source.accounts),
                "class" | "loggroupclass" => (2, &mut source.classes),
                _ => return Err(QueryError::new(span, format!("logGroups takes namePrefix, accountIdentifiers and class, not {name}"))),
            };
            if list.len() > most {
                return Err(QueryError::new(span, format!("{name} takes at most {most} items")));
            }
            *place = list;
            if !self.eat(",")? && !self.is_sign(")") {
                return Err(self.unexpected("a comma or a closing )"));
            }
        }
        Ok(source)
    }

    fn diff(&mut self) -> Result<Before, QueryError> {
        for (word, before) in [("previousDay", Before::Day), ("previousWeek", Before::Week), ("previousMonth", Before::Month)] {
            if self.eat_word(word)? {
                return Ok(before);
            }
        }
        match self.token.kind {
            Kind::Word(_) => Err(self.unexpected("previousDay, previousWeek, previousMonth or nothing")),
            _ => Ok(Before::Window),
        }
    }

    fn unnest(&mut self) -> Result<Command, QueryError> {
        let of = self.condition()?;
        self.expect_word("into", "into and a name")?;
        Ok(Command::Unnest { of, into: self.name("a name after into")? })
    }

    /// `join type=inner left=a right=b where a.k=b.k (SOURCE '/g' | …)`
    fn join(&mut self, span: &Span) -> Result<Command, QueryError> {
        let (mut keeps_left, mut left, mut right) = (false, None, None);
        while !self.is_word("where") && !self.is_word("on") {
            let at = self.token.span.clone();
            let option = self.name("type=, left=, right= or where")?;
            self.expect("=", "= and a value")?;
            let value = self.name("a name")?;
            match option.to_lowercase().as_str() {
                "type" if value.eq_ignore_ascii_case("inner") => keeps_left = false,
                "type" if value.eq_ignore_ascii_case("left") => keeps_left = true,
                "type" => return Err(QueryError::new(at, format!("join has the types inner and left, not {value}"))),
                "left" => left = Some(value),
                "right" => right = Some(value),
                _ => return Err(QueryError::new(at, format!("join takes type, left and right, not {option}"))),
            }
        }
        self.advance()?;
        let Some((left, right)) = left.zip(right) else {
            return Err(QueryError::new(span.clone(), "join needs an alias for each side: left=a right=b"));
        };
        let mut keys = vec![self.join_key(&left, &right)?];
        while self.eat_word("and")? || self.eat(",")? {
            keys.push(self.join_key(&left, &right)?);
        }
        let query = self.subquery()?.ok_or_else(|| self.unexpected("a query in parentheses such as (SOURCE '/group')"))?;
        Ok(Command::Join(Box::new(Join { keeps_left, left, right, keys, query })))
    }

    /// The fields of both sides, whichever comes first.
    fn join_key(&mut self, left: &str, right: &str) -> Result<(String, String), QueryError> {
        let span = self.token.span.clone();
        let one = self.name("a field of a side, such as a.requestId")?;
        self.expect("=", "= and the field of the other side")?;
        let other = self.name("a field of the other side")?;
        let of = |side: &str, name: &str| name.strip_prefix(side).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
        let pair = of(left, &one).zip(of(right, &other)).or_else(|| of(left, &other).zip(of(right, &one)));
        pair.ok_or_else(|| QueryError::new(span, format!("The fields of a join are written {left}.field = {right}.field")))
    }

    fn add_totals(&mut self) -> Result<AddTotals, QueryError> {
        let mut totals = AddTotals { name: "Total".to_owned(), row: true, column: false, fields: Vec::new() };
        while matches!(self.token.kind, Kind::Word(_) | Kind::Quoted(_)) {
            let span = self.token.span.clone();
            let name = self.name("a field")?;
            if !self.eat("=")? {
                totals.fields.push(name);
                self.eat(",")?;
                continue;
            }
            let value = match self.token.kind.clone() {
                Kind::Text(text) => {
                    self.advance()?;
                    text
                }
                _ => self.name("true, false or a name")?,
            };
            let truth = || match value.to_lowercase().as_str() {
                "true" | "t" => Ok(true),
                "false" | "f" => Ok(false),
                _ => Err(QueryError::new(span.clone(), format!("{name} is true or false"))),
            };
            match name.to_lowercase().as_str() {
                "fieldname" => totals.name = value,
                "row" => totals.row = truth()?,
                "col" => totals.column = truth()?,
                _ => return Err(QueryError::new(span, format!("addtotals takes fieldname, row and col, not {name}"))),
            }
        }
        Ok(totals)
    }

    fn accum(&mut self) -> Result<Command, QueryError> {
        let start = self.token.span.clone();
        let of = self.condition()?;
        let into = if self.eat_word("as")? { self.name("a name after as")? } else { self.text[start.start..of.span.end].to_owned() };
        Ok(Command::Accum { of, into })
    }

    /// `with 0 for field, with 1 for other`; the `with` of later ones may be left out.
    fn fill_missing(&mut self) -> Result<Vec<(Value, String)>, QueryError> {
        let mut fills = Vec::new();
        if !self.eat_word("with")? {
            return Ok(fills);
        }
        loop {
            let value = self.constant()?;
            self.expect_word("for", "for and a field")?;
            fills.push((value, self.name("a field")?));
            if !self.eat(",")? {
                return Ok(fills);
            }
            self.eat_word("with")?;
        }
    }

    fn constant(&mut self) -> Result<Value, QueryError> {
        let is_negative = self.eat("-")?;
        let value = match self.token.kind.clone() {
            Kind::Number(number) => Value::Number(if is_negative { -number } else { number }),
            Kind::Text(text) if !is_negative => Value::text(text),
            _ => return Err(self.unexpected("a number or a text in quotes")),
        };
        self.advance()?;
        Ok(value)
    }

    /// Names with stars, separated by spaces or commas; what touches belongs together.
    fn fill_down(&mut self) -> Result<Vec<String>, QueryError> {
        let mut names: Vec<String> = Vec::new();
        let mut end = None;
        loop {
            let part = match &self.token.kind {
                Kind::Word(name) | Kind::Quoted(name) => name.clone(),
                Kind::Sign("*") => "*".to_owned(),
                Kind::Sign(",") => {
                    self.advance()?;
                    end = None;
                    continue;
                }
                _ => return Ok(names),
            };
            match names.last_mut() {
                Some(last) if end == Some(self.token.span.start) => last.push_str(&part),
                _ => names.push(part),
            }
            end = Some(self.advance()?.span.end);
        }
    }

    /// `json field=payload "user.name" as name`
    fn json(&mut self) -> Result<Command, QueryError> {
        let mut of = Expr { node: super::ast::Node::Field("@message".to_owned()), span: self.token.span.clone() };
        if self.eat_word("field")? {
            self.expect("=", "= and a field")?;
            of = self.primary()?;
        }
        let path = self.text("a path in quotes such as \"user.name\"")?;
        self.expect_word("as", "as and a name")?;
        Ok(Command::Json { of, path, into: self.name("a name after as")? })
    }
}
