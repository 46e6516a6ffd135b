//! Expressions: precedence climbing.

use super::ast::{Expr, Node, Operator, Pattern};
use super::error::{QueryError, Span};
use super::functions::aggregates::Of;
use super::functions::{self, Aggregate};
use super::lexer::Kind;
use super::parser::Parser;
use super::reference;
use super::time::Length;
use super::value::Value;

/// Deepest nesting of an expression.
const MAX_DEPTH: usize = 200;

/// Most operators of a command: each may be one level of what is evaluated.
const MAX_OPERATORS: usize = 400;

/// Signs with their operator and how tightly they bind.
const SIGNS: [(&str, Operator, u8); 12] = [
    ("=", Operator::Equal, 4),
    ("!=", Operator::NotEqual, 4),
    ("<", Operator::Less, 4),
    ("<=", Operator::LessOrEqual, 4),
    (">", Operator::Greater, 4),
    (">=", Operator::GreaterOrEqual, 4),
    ("+", Operator::Add, 5),
    ("-", Operator::Subtract, 5),
    ("*", Operator::Multiply, 6),
    ("/", Operator::Divide, 6),
    ("%", Operator::Remainder, 6),
    ("^", Operator::Power, 7),
];

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Result<Expr, QueryError> {
        self.binary(1)
    }

    /// Goes one level deeper, unless that is too deep.
    fn binary(&mut self, least: u8) -> Result<Expr, QueryError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(QueryError::new(self.token.span.clone(), "The expression is nested too deeply"));
        }
        let expr = self.chain(least);
        self.depth -= 1;
        expr
    }

    /// An expression of operators that bind at least as tightly as `least`: 1 or, 2 and, 3 not, 4 comparisons, then arithmetic.
    fn chain(&mut self, least: u8) -> Result<Expr, QueryError> {
        let mut left = if least <= 3 && self.is_word("not") { self.negation()? } else { self.unary()? };
        loop {
            if least <= 4
                && let Some(tested) = self.test(&left)?
            {
                left = tested;
                continue;
            }
            let Some((operator, binds)) = self.operator().filter(|(_, binds)| *binds >= least) else { return Ok(left) };
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                return Err(QueryError::new(
                    self.token.span.clone(),
                    format!("The command has too many operators: {MAX_OPERATORS} are all"),
                ));
            }
            self.advance()?;
            // Powers go from right to left, all others from left to right.
            let right = self.binary(if operator == Operator::Power { binds } else { binds + 1 })?;
            let span = left.span.start..right.span.end;
            left = Expr { node: Node::Binary(operator, Box::new(left), Box::new(right)), span };
        }
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        match &self.token.kind {
            Kind::Word(word) if word.eq_ignore_ascii_case("or") => Some((Operator::Or, 1)),
            Kind::Word(word) if word.eq_ignore_ascii_case("and") => Some((Operator::And, 2)),
            Kind::Sign(sign) => SIGNS.into_iter().find(|(of, _, _)| of == sign).map(|(_, operator, binds)| (operator, binds)),
            _ => None,
        }
    }

    fn negation(&mut self) -> Result<Expr, QueryError> {
        let start = self.advance()?.span.start;
        let inner = self.binary(3)?;
        Ok(Expr { span: start..inner.span.end, node: Node::Not(Box::new(inner)) })
    }

    /// `like`, `not like`, `=~`, `!~`, `in`, `not in` after `left`.
    fn test(&mut self, left: &Expr) -> Result<Option<Expr>, QueryError> {
        let negated = self.is_word("not");
        if negated {
            self.advance()?;
            if !self.is_word("like") && !self.is_word("in") {
                return Err(self.unexpected("like or in after not"));
            }
        }
        let is_opposite = self.token.kind == Kind::Sign("!~");
        let node = if self.eat_word("like")? || self.eat("=~")? || self.eat("!~")? {
            Node::Like(Box::new(left.clone()), Box::new(self.pattern()?))
        } else if self.eat_word("in")? {
            match self.subquery()? {
                Some(query) => Node::InQuery(Box::new(left.clone()), Box::new(query)),
                None => Node::In(Box::new(left.clone()), self.bracketed()?),
            }
        } else {
            return Ok(None);
        };
        let span = left.span.start..self.token.span.start;
        let expr = Expr { node, span: span.clone() };
        Ok(Some(if negated || is_opposite { Expr { node: Node::Not(Box::new(expr)), span } } else { expr }))
    }

    fn pattern(&mut self) -> Result<Pattern, QueryError> {
        if let Some(regex) = self.regex()? {
            return Ok(Pattern::Regex(regex));
        }
        let Kind::Text(text) = self.token.kind.clone() else {
            return Err(self.unexpected("a text in quotes or a regular expression in /…/"));
        };
        self.advance()?;
        Ok(Pattern::Text(text))
    }

    fn bracketed(&mut self) -> Result<Vec<Expr>, QueryError> {
        let closing = if self.eat("(")? { ")" } else { "]" };
        if closing == "]" {
            self.expect("[", "a list in [ ]")?;
        }
        let mut items = vec![self.expression()?];
        while self.eat(",")? {
            items.push(self.expression()?);
        }
        self.expect(closing, "a comma or the end of the list")?;
        Ok(items)
    }

    fn unary(&mut self) -> Result<Expr, QueryError> {
        if self.token.kind != Kind::Sign("-") {
            return self.primary();
        }
        let start = self.advance()?.span.start;
        let inner = self.binary(7)?;
        Ok(Expr { span: start..inner.span.end, node: Node::Negative(Box::new(inner)) })
    }

    /// A literal, a field, a call, or an expression in parentheses.
    pub(super) fn primary(&mut self) -> Result<Expr, QueryError> {
        let token = self.token.clone();
        let node =
            match token.kind {
                Kind::Number(number) => Node::Literal(Value::Number(number)),
                Kind::Text(text) => Node::Literal(Value::text(text)),
                Kind::Length(count, unit) => Node::Length(Length::new(count, &unit).ok_or_else(|| {
                    QueryError::new(token.span.clone(), format!("{unit} is no unit of time: ms, s, m, h, d, w, mo, q, y"))
                })?),
                Kind::Quoted(name) => Node::Field(name),
                Kind::Sign("(") => {
                    self.advance()?;
                    let inner = self.expression()?;
                    self.expect(")", "a closing )")?;
                    return Ok(inner);
                }
                Kind::Word(word) => return self.word(&word, token.span),
                _ => return Err(self.unexpected("a field, a number, a text or a function")),
            };
        self.advance()?;
        Ok(Expr { node, span: token.span })
    }

    /// A field, a truth value or a call.
    fn word(&mut self, word: &str, span: Span) -> Result<Expr, QueryError> {
        self.advance()?;
        if self.token.kind == Kind::Sign("(") && self.token.span.start == span.end {
            return self.call(word, span);
        }
        let node = match word.to_lowercase().as_str() {
            "true" => Node::Literal(Value::Bool(true)),
            "false" => Node::Literal(Value::Bool(false)),
            _ => Node::Field(word.to_owned()),
        };
        Ok(Expr { node, span })
    }

    fn call(&mut self, name: &str, span: Span) -> Result<Expr, QueryError> {
        self.advance()?;
        let mut arguments = Vec::new();
        let is_star = self.token.kind == Kind::Sign("*");
        if is_star {
            self.advance()?;
        } else if self.token.kind != Kind::Sign(")") {
            arguments.push(self.argument()?);
            while self.eat(",")? {
                arguments.push(self.argument()?);
            }
        }
        let end = self.token.span.end;
        self.expect(")", "a comma or a closing )")?;
        let whole = span.start..end;
        if let Some(aggregate) = functions::aggregate_named(name) {
            return aggregate_call(aggregate, is_star, arguments, whole);
        }
        let function = functions::named(name).filter(|_| !is_star).ok_or_else(|| unknown(name, span))?;
        functions::check_count(&function.entry, arguments.len(), &whole)?;
        Ok(Expr { node: Node::Call(function, arguments), span: whole })
    }

    /// An argument may be a regular expression, which is its text.
    fn argument(&mut self) -> Result<Expr, QueryError> {
        let span = self.token.span.clone();
        match self.regex()? {
            Some(regex) => Ok(Expr { node: Node::Literal(Value::text(regex.as_str())), span }),
            None => self.expression(),
        }
    }
}

fn aggregate_call(aggregate: &'static Aggregate, is_star: bool, arguments: Vec<Expr>, span: Span) -> Result<Expr, QueryError> {
    if is_star && aggregate.of != Of::Count {
        return Err(QueryError::new(span, format!("Only count takes *, {} needs a field", aggregate.entry.name)));
    }
    functions::check_count(&aggregate.entry, arguments.len(), &span)?;
    Ok(Expr { node: Node::Aggregate(aggregate, arguments), span })
}

fn unknown(name: &str, span: Span) -> QueryError {
    let hint = reference::nearest_function(name).map_or_else(String::new, |near| format!(". Did you mean {near}?"));
    QueryError::new(span, format!("Unknown function {name}{hint}"))
}
