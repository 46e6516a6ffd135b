//! Functions of any values.

use super::super::value::Value;
use super::{ANY, Arguments, Context, Function, function};

const GROUP: &str = "General";

pub(super) static TABLE: &[Function] = &[
    function(("ispresent", "ispresent(field)"), (1, 1), "Whether the field is there", ("ispresent(nothing)", "0"), |a, _| {
        Value::Bool(!a[0].is_null())
    })
    .also(&["isPresent", "is_present"])
    .of(GROUP),
    function(("isNumeric", "isNumeric(value)"), (1, 1), "Whether it reads as a number", ("isNumeric('12')", "1"), |a, _| {
        Value::Bool(a[0].number().is_some())
    })
    .also(&["is_numeric"])
    .of(GROUP),
    function(("coalesce", "coalesce(value, …)"), (1, ANY), "The first value that is there", ("coalesce(nothing, 'x')", "x"), |a, _| {
        a.iter().find(|value| !value.is_null()).map_or(Value::Null, |value| value.as_ref().clone())
    })
    .of(GROUP),
    function(("if", "if(condition, then, otherwise)"), (3, 3), "One value or the other", ("if(2 > 1, 'yes', 'no')", "yes"), |a, _| {
        if a[0].is_true() { a[1].as_ref().clone() } else { a[2].as_ref().clone() }
    })
    .of(GROUP),
    function(
        ("case", "case(condition, value, … [, otherwise])"),
        (2, 21),
        "The value of the first condition that holds; at most 10 of them",
        ("case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b"),
        case,
    )
    .of(GROUP),
    function(
        ("messageSize", "messageSize([text])"),
        (0, 1),
        "Bytes of a text; of @message when none is named",
        ("messageSize('héllo')", "6"),
        |a, _| match a.first() {
            Some(value) if !value.is_null() => Value::Number(value.as_text().len() as f64),
            _ => Value::Null,
        },
    )
    .also(&["message_size"])
    .of(GROUP),
    function(("unmask", "unmask(field)"), (1, 1), "The value with nothing masked; here nothing is", ("unmask('4111')", "4111"), |a, _| {
        a[0].as_ref().clone()
    })
    .of(GROUP),
];

/// Conditions with their values, and perhaps a value for when none holds.
fn case(arguments: &Arguments<'_>, _: &Context) -> Value {
    let pairs = arguments.chunks_exact(2);
    let otherwise = pairs.remainder().first().map_or(Value::Null, |value| value.as_ref().clone());
    pairs.into_iter().find(|pair| pair[0].is_true()).map_or(otherwise, |pair| pair[1].as_ref().clone())
}
