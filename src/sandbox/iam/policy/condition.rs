//! The `Condition` block: operators over the keys of a call's context.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::wildcard::{arn_match, wildcard_match};
use crate::base::clock::Timestamp;

/// The condition keys of a call and their values, such as `aws:SourceAccount`. Keys are compared without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// A context without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The context in which a service acts for `account` and the resource `source_arn`.
    pub fn of_service(account: &str, source_arn: &str) -> Self {
        Self::new().with("aws:SourceAccount", account).with("aws:SourceArn", source_arn).with("aws:SecureTransport", "true")
    }

    /// The same context with another value of `key`.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.entry(key.to_lowercase()).or_default().push(value.into());
        self
    }

    fn values(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_lowercase()).map(Vec::as_slice)
    }

    /// `pattern` with its policy variables (`${aws:username}`) filled in; none if one of them has no value here.
    pub(super) fn resolve<'a>(&self, pattern: &'a str) -> Option<Cow<'a, str>> {
        if !pattern.contains("${") {
            return Some(pattern.into());
        }
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (key, tail) = after.split_once('}')?;
            out.push_str(before);
            out.push_str(self.values(key)?.first()?);
            rest = tail;
        }
        out.push_str(rest);
        Some(out.into())
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equals,
    EqualsIgnoreCase,
    Like,
    Arn,
    Bool,
    Number(std::cmp::Ordering, bool),
    Date(std::cmp::Ordering, bool),
}

/// Which values of a multi-valued key must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    Any,
    All,
}

/// One operator applied to one key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    key: String,
    wanted: Vec<String>,
    check: Check,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    /// `Null`: whether the key is absent.
    Absent,
    Compare {
        test: Test,
        negated: bool,
        if_exists: bool,
        quantifier: Quantifier,
    },
}

impl Condition {
    /// The condition `{operator: {key: wanted}}`; none if the operator is not known.
    pub(super) fn new(operator: &str, key: &str, wanted: Vec<String>) -> Option<Self> {
        Some(Self { key: key.to_owned(), wanted, check: Check::parse(operator)? })
    }

    pub(super) fn holds(&self, context: &Context) -> bool {
        let given = context.values(&self.key);
        match self.check {
            Check::Absent => self.wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case("true") == given.is_none()),
            Check::Compare { test, negated, if_exists, quantifier } => match given {
                None => negated || if_exists || quantifier == Quantifier::All,
                Some(given) => {
                    let passes = |value: &String| self.matches(test, value, context) != negated;
                    if quantifier == Quantifier::All || negated { given.iter().all(passes) } else { given.iter().any(passes) }
                }
            },
        }
    }

    fn matches(&self, test: Test, given: &str, context: &Context) -> bool {
        self.wanted.iter().any(|wanted| context.resolve(wanted).is_some_and(|wanted| test.passes(&wanted, given)))
    }
}

impl Check {
    fn parse(operator: &str) -> Option<Self> {
        if operator == "Null" {
            return Some(Self::Absent);
        }
        let (quantifier, operator) = match operator.split_once(':') {
            Some(("ForAnyValue", rest)) => (Quantifier::Any, rest),
            Some(("ForAllValues", rest)) => (Quantifier::All, rest),
            Some(_) => return None,
            None => (Quantifier::Any, operator),
        };
        let (operator, if_exists) = operator.strip_suffix("IfExists").map_or((operator, false), |bare| (bare, true));
        let (test, negated) = Test::parse(operator)?;
        Some(Self::Compare { test, negated, if_exists, quantifier })
    }
}

impl Test {
    /// The test of an operator and whether the operator negates it.
    fn parse(operator: &str) -> Option<(Self, bool)> {
        Some(match operator {
            "StringEquals" => (Self::Equals, false),
            "StringNotEquals" => (Self::Equals, true),
            "StringEqualsIgnoreCase" => (Self::EqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Self::EqualsIgnoreCase, true),
            "StringLike" => (Self::Like, false),
            "StringNotLike" => (Self::Like, true),
            "ArnEquals" | "ArnLike" => (Self::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => (Self::Arn, true),
            "Bool" => (Self::Bool, false),
            _ => return Self::parse_ordered(operator),
        })
    }

    /// `NumericLessThan`, `DateGreaterThanEquals` and their like.
    fn parse_ordered(operator: &str) -> Option<(Self, bool)> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let (make, relation): (fn(std::cmp::Ordering, bool) -> Self, &str) = match operator.strip_prefix("Numeric") {
            Some(relation) => (Self::Number, relation),
            None => (Self::Date, operator.strip_prefix("Date")?),
        };
        Some(match relation {
            "Equals" => (make(Equal, true), false),
            "NotEquals" => (make(Equal, true), true),
            "LessThan" => (make(Less, false), false),
            "LessThanEquals" => (make(Less, true), false),
            "GreaterThan" => (make(Greater, false), false),
            "GreaterThanEquals" => (make(Greater, true), false),
            _ => return None,
        })
    }

    fn passes(self, wanted: &str, given: &str) -> bool {
        use std::cmp::Ordering::Equal;
        let ordered = |found: Option<std::cmp::Ordering>, wanted, or_equal| found.is_some_and(|o| o == wanted || or_equal && o == Equal);
        match self {
            Self::Equals => wanted == given,
            Self::EqualsIgnoreCase | Self::Bool => wanted.eq_ignore_ascii_case(given),
            Self::Like => wildcard_match(wanted, given),
            Self::Arn => arn_match(wanted, given),
            Self::Number(order, or_equal) => {
                let numbers = given.parse::<f64>().ok().zip(wanted.parse().ok());
                ordered(numbers.and_then(|(given, wanted)| given.partial_cmp(&wanted)), order, or_equal)
            }
            Self::Date(order, or_equal) => {
                let dates = given.parse::<Timestamp>().ok().zip(wanted.parse().ok());
                ordered(dates.map(|(given, wanted)| given.cmp(&wanted)), order, or_equal)
            }
        }
    }
}
