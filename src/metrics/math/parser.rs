//! An expression's text as a tree.
//!
//! Ranks from loose to tight: `OR`, `AND`, comparisons, `+ -`, `* /`, unary minus, `^` (from right to left). CloudWatch does not say how its
//! operators rank; these are the usual ranks.

use super::ast::{Expr, Function, Node, Operator, SearchCall};
use super::error::{MathError, Problem};
use super::lexer::{self, Kind, Token, syntax};
use super::search::Search;

/// Most characters of an expression.
pub const MAX_LENGTH: usize = 2_048;

/// Most levels of parentheses, lists, calls and signs.
const MAX_DEPTH: usize = 32;

/// What CloudWatch has and this program does not.
const UNSUPPORTED: [&str; 4] = ["SERVICE_QUOTA", "INSIGHT_RULE_METRIC", "LAMBDA", "DB_PERF_INSIGHTS"];

/// The operators that are read from left to right, loosest rank first.
const RANKS: [&[Operator]; 5] = [
    &[Operator::Or],
    &[Operator::And],
    &[Operator::Equal, Operator::NotEqual, Operator::LessEqual, Operator::GreaterEqual, Operator::Less, Operator::Greater],
    &[Operator::Add, Operator::Subtract],
    &[Operator::Multiply, Operator::Divide],
];

/// Reads an expression.
pub fn parse(text: &str) -> Result<Expr, MathError> {
    if text.trim().is_empty() || text.chars().count() > MAX_LENGTH {
        return Err(MathError::new(0, Problem::Length { most: MAX_LENGTH }));
    }
    if text.trim_start().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("select ")) {
        return Err(MathError::new(0, Problem::Unsupported("A Metrics Insights query (SELECT …)".to_owned())));
    }
    let mut parser = Parser { tokens: lexer::tokens(text)?, next: 0, depth: 0 };
    let expr = parser.ranked(0)?;
    parser.expect(&Kind::End, "an operator or the end")?;
    Ok(expr)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn take_if(&mut self, kind: &Kind) -> bool {
        let there = self.peek().kind == *kind;
        self.next += usize::from(there);
        there
    }

    fn expect(&mut self, kind: &Kind, expected: &'static str) -> Result<(), MathError> {
        if self.take_if(kind) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&self, expected: &'static str) -> MathError {
        let token = self.peek();
        syntax(token.at, token.kind.name(), expected)
    }

    /// Runs `inner` one level deeper.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, MathError>) -> Result<T, MathError> {
        if self.depth >= MAX_DEPTH {
            return Err(MathError::new(self.peek().at, Problem::Depth { most: MAX_DEPTH }));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn operator(&self, among: &[Operator]) -> Option<Operator> {
        match self.peek().kind {
            Kind::Operator(operator) if among.contains(&operator) => Some(operator),
            _ => None,
        }
    }

    fn ranked(&mut self, rank: usize) -> Result<Expr, MathError> {
        let Some(operators) = RANKS.get(rank) else { return self.signed() };
        let first = self.ranked(rank + 1)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(operators) {
            self.next += 1;
            rest.push((operator, self.ranked(rank + 1)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expr { at: first.at, node: Node::Chain(Box::new(first), rest) })
    }

    fn signed(&mut self) -> Result<Expr, MathError> {
        let at = self.peek().at;
        if self.take_if(&Kind::Operator(Operator::Subtract)) {
            let operand = self.deeper(Self::signed)?;
            return Ok(Expr { at, node: Node::Negate(Box::new(operand)) });
        }
        let base = self.primary()?;
        if !self.take_if(&Kind::Operator(Operator::Power)) {
            return Ok(base);
        }
        let exponent = self.deeper(Self::signed)?;
        Ok(Expr { at, node: Node::Chain(Box::new(base), vec![(Operator::Power, exponent)]) })
    }

    fn primary(&mut self) -> Result<Expr, MathError> {
        const EXPECTED: &str = "a value";
        let at = self.peek().at;
        let node = match self.take().kind {
            Kind::Number(number) => Node::Number(number),
            Kind::Text(text) => Node::Text(text),
            Kind::Word(word) => self.word(at, word)?,
            Kind::OpenList => Node::List(self.deeper(|inner| inner.list(&Kind::CloseList, "',' or ']'"))?),
            Kind::Open => {
                let inner = self.deeper(|inner| inner.ranked(0))?;
                self.expect(&Kind::Close, "an operator or ')'")?;
                return Ok(inner);
            }
            other => return Err(syntax(at, other.name(), EXPECTED)),
        };
        Ok(Expr { at, node })
    }

    /// Values between commas up to `end`.
    fn list(&mut self, end: &Kind, expected: &'static str) -> Result<Vec<Expr>, MathError> {
        let mut items = Vec::new();
        if self.take_if(end) {
            return Ok(items);
        }
        loop {
            items.push(self.ranked(0)?);
            if self.take_if(end) {
                return Ok(items);
            }
            self.expect(&Kind::Comma, expected)?;
        }
    }

    /// An id, a call or a bare word; ids begin with a small letter, everything else is in capitals.
    fn word(&mut self, at: usize, word: String) -> Result<Node, MathError> {
        if word.starts_with(|c: char| c.is_ascii_lowercase()) && self.peek().kind != Kind::Open {
            return Ok(Node::Id(word));
        }
        if !self.take_if(&Kind::Open) {
            return if is_argument_word(&word) { Ok(Node::Word(word)) } else { Err(syntax(at, format!("'{word}'"), "a value")) };
        }
        if UNSUPPORTED.contains(&word.as_str()) {
            return Err(MathError::new(at, Problem::Unsupported(format!("The function {word}"))));
        }
        let arguments = self.deeper(|inner| inner.list(&Kind::Close, "',' or ')'"))?;
        if word == "SEARCH" {
            return search_call(at, &arguments);
        }
        let function = word.parse::<Function>().map_err(|_| MathError::new(at, Problem::UnknownFunction(word)))?;
        check_arguments(at, function, &arguments)?;
        Ok(Node::Call(function, arguments))
    }
}

fn is_argument_word(word: &str) -> bool {
    matches!(word, "REPEAT" | "LINEAR" | "AVG" | "MIN" | "MAX" | "SUM" | "ASC" | "DESC")
}

/// Number of arguments, and words and texts only where they have a meaning.
fn check_arguments(at: usize, function: Function, arguments: &[Expr]) -> Result<(), MathError> {
    let (count, wanted) = function.arguments();
    let fits = |(index, argument): (usize, &Expr)| match (&argument.node, function) {
        (Node::Word(word), Function::Fill) => index == 1 && matches!(word.as_str(), "REPEAT" | "LINEAR"),
        (Node::Word(word), Function::Sort) => match index {
            1 => matches!(word.as_str(), "AVG" | "MIN" | "MAX" | "SUM"),
            2 => matches!(word.as_str(), "ASC" | "DESC"),
            _ => false,
        },
        (_, Function::Sort) => !matches!(index, 1 | 2),
        (node, Function::Metrics) => matches!(node, Node::Text(_)),
        (node, _) => !matches!(node, Node::Word(_) | Node::Text(_)),
    };
    if count.contains(&arguments.len()) && arguments.iter().enumerate().all(fits) {
        return Ok(());
    }
    Err(MathError::arguments(at, function.name(), wanted))
}

fn search_call(at: usize, arguments: &[Expr]) -> Result<Node, MathError> {
    let wrong = || MathError::arguments(at, "SEARCH", "a search in quotes, a statistic in quotes and perhaps a period");
    let (search, statistic, period) = match arguments {
        [search, statistic] => (search, statistic, None),
        [search, statistic, Expr { node: Node::Number(period), .. }] => (search, statistic, Some(*period)),
        _ => return Err(wrong()),
    };
    let (Node::Text(text), Node::Text(name)) = (&search.node, &statistic.node) else { return Err(wrong()) };
    let bad = |problem: String| MathError::new(at, Problem::Search(problem));
    let period = period.map(|seconds| whole_seconds(seconds).ok_or_else(|| bad(format!("{seconds} is not a period")))).transpose()?;
    Ok(Node::Search(Box::new(SearchCall {
        search: Search::parse(text).map_err(|error| bad(error.to_string()))?,
        statistic: name.parse().map_err(|_| bad(format!("{name} is not a statistic")))?,
        statistic_name: name.clone(),
        period,
    })))
}

fn whole_seconds(seconds: f64) -> Option<i64> {
    (seconds.fract() == 0.0 && (1.0..=31_536_000.0).contains(&seconds)).then_some(seconds as i64)
}
