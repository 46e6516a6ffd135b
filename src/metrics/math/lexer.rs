//! An expression as tokens.

use super::ast::Operator;
use super::error::{MathError, Problem};

/// A token with its place, in characters from the start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    /// What stands between quotes, backslashes included.
    Text(String),
    /// Letters, digits and underscores.
    Word(String),
    Operator(Operator),
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    End,
}

impl Kind {
    /// For error texts.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(_) => "a text".to_owned(),
            Self::Word(word) => format!("'{word}'"),
            Self::Operator(operator) => format!("'{}'", operator.symbol()),
            Self::Open => "'('".to_owned(),
            Self::Close => "')'".to_owned(),
            Self::OpenList => "'['".to_owned(),
            Self::CloseList => "']'".to_owned(),
            Self::Comma => "','".to_owned(),
            Self::End => "the end".to_owned(),
        }
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, MathError> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip(char::is_whitespace);
        let at = lexer.at;
        let kind = lexer.next()?;
        let is_end = kind == Kind::End;
        tokens.push(Token { at, kind });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip(&mut self, belongs: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let from = self.at;
        self.skip(belongs);
        self.chars[from..self.at].iter().collect()
    }

    fn next(&mut self) -> Result<Kind, MathError> {
        match self.peek() {
            None => Ok(Kind::End),
            Some('\'' | '"') => self.text(),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => Ok(self.word()),
            Some(c) => self.symbol(c),
        }
    }

    fn word(&mut self) -> Kind {
        match self.take(|c| c.is_ascii_alphanumeric() || c == '_') {
            word if word == "AND" => Kind::Operator(Operator::And),
            word if word == "OR" => Kind::Operator(Operator::Or),
            word => Kind::Word(word),
        }
    }

    /// Digits with perhaps a point and an exponent.
    fn number(&mut self) -> Result<Kind, MathError> {
        let at = self.at;
        let mut text = self.take(|c| c.is_ascii_digit() || c == '.');
        let sign = self.chars.get(self.at + 1).copied();
        let digit_at = if matches!(sign, Some('+' | '-')) { self.at + 2 } else { self.at + 1 };
        if matches!(self.peek(), Some('e' | 'E')) && self.chars.get(digit_at).is_some_and(char::is_ascii_digit) {
            text.extend(&self.chars[self.at..digit_at]);
            self.at = digit_at;
            text.push_str(&self.take(|c| c.is_ascii_digit()));
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Kind::Number).ok_or_else(|| syntax(at, format!("'{text}'"), "a number"))
    }

    /// Everything up to the same quote again; a backslash keeps a quote inside.
    fn text(&mut self) -> Result<Kind, MathError> {
        let (at, quote) = (self.at, self.chars[self.at]);
        self.at += 1;
        let from = self.at;
        while let Some(c) = self.peek() {
            match c {
                '\\' => self.at = (self.at + 2).min(self.chars.len()),
                _ if c == quote => {
                    let text = self.chars[from..self.at].iter().collect();
                    self.at += 1;
                    return Ok(Kind::Text(text));
                }
                _ => self.at += 1,
            }
        }
        Err(syntax(at, "a quote".to_owned(), "a text that ends with the same quote"))
    }

    fn symbol(&mut self, c: char) -> Result<Kind, MathError> {
        let next = self.chars.get(self.at + 1).copied();
        let two = match (c, next) {
            ('=', Some('=')) => Some(Operator::Equal),
            ('!', Some('=')) => Some(Operator::NotEqual),
            ('<', Some('=')) => Some(Operator::LessEqual),
            ('>', Some('=')) => Some(Operator::GreaterEqual),
            ('&', Some('&')) => Some(Operator::And),
            ('|', Some('|')) => Some(Operator::Or),
            _ => None,
        };
        if let Some(operator) = two {
            self.at += 2;
            return Ok(Kind::Operator(operator));
        }
        let one = single(c).ok_or_else(|| syntax(self.at, format!("'{c}'"), "a value or an operator"))?;
        self.at += 1;
        Ok(one)
    }
}

fn single(c: char) -> Option<Kind> {
    Some(match c {
        '+' => Kind::Operator(Operator::Add),
        '-' => Kind::Operator(Operator::Subtract),
        '*' => Kind::Operator(Operator::Multiply),
        '/' => Kind::Operator(Operator::Divide),
        '^' => Kind::Operator(Operator::Power),
        '<' => Kind::Operator(Operator::Less),
        '>' => Kind::Operator(Operator::Greater),
        '(' => Kind::Open,
        ')' => Kind::Close,
        '[' => Kind::OpenList,
        ']' => Kind::CloseList,
        ',' => Kind::Comma,
        _ => return None,
    })
}

pub(super) fn syntax(at: usize, found: String, expected: &'static str) -> MathError {
    MathError::new(at, Problem::Syntax { at, found, expected })
}
