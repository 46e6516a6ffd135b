//! Reading an operation's parameters out of a [`Value`], with the errors that AWS gives for missing and malformed ones.

use std::collections::BTreeMap;

use serde_json::Value;

use super::api::ApiError;
use super::wire;
use crate::base::clock::Timestamp;

/// A structure among the parameters of a call, and the error code its service uses for bad parameters.
///
/// Numbers and booleans may also arrive as text, as the query protocol sends them.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    value: &'a Value,
    path: String,
    code: &'static str,
}

impl<'a> Input<'a> {
    /// The parameters of a call. `code` names bad parameters: `InvalidParameterException` in Logs, `ValidationError` in IAM,
    /// `ValidationException` in Bedrock.
    pub fn new(value: &'a Value, code: &'static str) -> Self {
        Self { value, path: String::new(), code }
    }

    /// The member `name`, if it was sent and is not null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// The whole structure as it was sent.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// A text that must be there.
    pub fn required_str(&self, name: &str) -> Result<&'a str, ApiError> {
        self.opt_str(name)?.ok_or_else(|| self.missing(name))
    }

    /// A text.
    pub fn opt_str(&self, name: &str) -> Result<Option<&'a str>, ApiError> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong_type(value, "a String"))).transpose()
    }

    /// A whole number that must be there.
    pub fn required_i64(&self, name: &str) -> Result<i64, ApiError> {
        self.opt_i64(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number.
    pub fn opt_i64(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.get(name).map(|value| whole(value).ok_or_else(|| wrong_type(value, "a Long"))).transpose()
    }

    /// A number that must be there.
    pub fn required_f64(&self, name: &str) -> Result<f64, ApiError> {
        self.opt_f64(name)?.ok_or_else(|| self.missing(name))
    }

    /// A number; never NaN, which no codec lets through as a number.
    pub fn opt_f64(&self, name: &str) -> Result<Option<f64>, ApiError> {
        let read = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
        self.get(name).map(|value| read(value).ok_or_else(|| wrong_type(value, "a Double"))).transpose()
    }

    /// A truth value.
    pub fn opt_bool(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let read = |value: &Value| value.as_bool().or_else(|| value.as_str()?.parse().ok());
        self.get(name).map(|value| read(value).ok_or_else(|| wrong_type(value, "a Boolean"))).transpose()
    }

    /// A moment: a timestamp marker, epoch seconds or ISO 8601 text.
    pub fn opt_timestamp(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        self.get(name).map(|value| wire::read_timestamp(value).ok_or_else(|| wrong_type(value, "a Timestamp"))).transpose()
    }

    /// A moment that must be there.
    pub fn required_timestamp(&self, name: &str) -> Result<Timestamp, ApiError> {
        self.opt_timestamp(name)?.ok_or_else(|| self.missing(name))
    }

    /// The items of a list; none when it was not sent. An empty text is an empty list, as the query protocol writes it.
    pub fn opt_list(&self, name: &str) -> Result<&'a [Value], ApiError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(Value::String(text)) if text.is_empty() => Ok(&[]),
            Some(other) => Err(wrong_type(other, "a list")),
        }
    }

    /// The structures of a list; none when it was not sent.
    pub fn structures(&self, name: &str) -> Result<Vec<Self>, ApiError> {
        self.opt_list(name)?.iter().enumerate().map(|(i, item)| self.inside(item, &format!("{name}.{}.member", i + 1))).collect()
    }

    /// The texts of a list; none when it was not sent.
    pub fn strings(&self, name: &str) -> Result<Vec<&'a str>, ApiError> {
        self.opt_list(name)?.iter().map(|item| item.as_str().ok_or_else(|| wrong_type(item, "a String"))).collect()
    }

    /// A map of texts (tags); empty when it was not sent.
    pub fn string_map(&self, name: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let Some(value) = self.get(name) else { return Ok(BTreeMap::new()) };
        let map = value.as_object().ok_or_else(|| wrong_type(value, "a map"))?;
        map.iter().map(|(key, item)| Ok((key.clone(), item.as_str().ok_or_else(|| wrong_type(item, "a String"))?.to_owned()))).collect()
    }

    /// A structure.
    pub fn opt_structure(&self, name: &str) -> Result<Option<Self>, ApiError> {
        self.get(name).map(|value| self.inside(value, name)).transpose()
    }

    /// A structure that must be there.
    pub fn required_structure(&self, name: &str) -> Result<Self, ApiError> {
        self.opt_structure(name)?.ok_or_else(|| self.missing(name))
    }

    /// `Value null at 'name' failed to satisfy constraint: Member must not be null`.
    pub fn missing(&self, name: &str) -> ApiError {
        self.violation("null", name, "Member must not be null")
    }

    /// The error for `value` at member `name`, which fails `constraint` (`Member must have length less than or equal to 512`).
    pub fn invalid(&self, name: &str, value: &str, constraint: &str) -> ApiError {
        self.violation(&format!("'{value}'"), name, constraint)
    }

    /// Checks the length of a text in characters.
    pub fn check_length(&self, name: &str, value: &str, range: std::ops::RangeInclusive<usize>) -> Result<(), ApiError> {
        let length = value.chars().count();
        if length < *range.start() {
            return Err(self.invalid(name, value, &format!("Member must have length greater than or equal to {}", range.start())));
        }
        if length > *range.end() {
            return Err(self.invalid(name, value, &format!("Member must have length less than or equal to {}", range.end())));
        }
        Ok(())
    }

    /// Checks that a number is in a range.
    pub fn check_range(&self, name: &str, value: i64, range: std::ops::RangeInclusive<i64>) -> Result<(), ApiError> {
        let text = value.to_string();
        if value < *range.start() {
            return Err(self.invalid(name, &text, &format!("Member must have value greater than or equal to {}", range.start())));
        }
        if value > *range.end() {
            return Err(self.invalid(name, &text, &format!("Member must have value less than or equal to {}", range.end())));
        }
        Ok(())
    }

    fn violation(&self, value: &str, name: &str, constraint: &str) -> ApiError {
        let at = self.path_of(name);
        let message = format!("1 validation error detected: Value {value} at '{at}' failed to satisfy constraint: {constraint}");
        ApiError::new(400, self.code, message)
    }

    /// Where member `name` is, as AWS's messages write it: `tags.1.member.key`.
    pub fn path_of(&self, name: &str) -> String {
        let first_lower: String = name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect();
        if self.path.is_empty() { first_lower } else { format!("{}.{first_lower}", self.path) }
    }

    fn inside(&self, value: &'a Value, name: &str) -> Result<Self, ApiError> {
        if !value.is_object() {
            return Err(wrong_type(value, "a structure"));
        }
        Ok(Self { value, path: self.path_of(name), code: self.code })
    }
}

fn whole(value: &Value) -> Option<i64> {
    let from_float = |float: f64| (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(from_float)).or_else(|| value.as_str()?.parse().ok())
}

/// A member of the wrong type never reaches a service: its protocol refuses it.
fn wrong_type(value: &Value, wanted: &str) -> ApiError {
    let kind = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(_) => "TRUE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    };
    ApiError::new(400, "SerializationException", format!("{kind} can not be converted to {wanted}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_missing_member_is_named_with_its_path() {
        let value = json!({ "tags": [{ "key": "a" }] });
        let input = Input::new(&value, "ValidationException");
        let error = input.structures("tags").unwrap()[0].required_str("value").unwrap_err();
        assert_eq!(error.code, "ValidationException");
        assert_eq!(
            error.message,
            "1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn numbers_and_booleans_are_read_from_text_too() {
        let value = json!({ "MaxItems": "12", "x": "true", "f": "1.5", "n": 7, "list": "" });
        let input = Input::new(&value, "ValidationError");
        assert_eq!(input.opt_i64("MaxItems").unwrap(), Some(12));
        assert_eq!(input.opt_bool("x").unwrap(), Some(true));
        assert_eq!(input.opt_f64("f").unwrap(), Some(1.5));
        assert_eq!(input.opt_f64("n").unwrap(), Some(7.0));
        assert_eq!(input.opt_list("list").unwrap(), &[] as &[Value]);
    }

    #[test]
    fn a_wrong_type_is_a_serialization_exception() {
        let value = json!({ "limit": "many", "name": 4, "cut": 1.5 });
        let input = Input::new(&value, "ValidationError");
        for error in [input.opt_i64("limit").unwrap_err(), input.required_str("name").unwrap_err(), input.opt_i64("cut").unwrap_err()] {
            assert_eq!(error.code, "SerializationException");
        }
    }

    #[test]
    fn lengths_and_ranges_are_told_as_aws_does() {
        let value = json!({});
        let input = Input::new(&value, "InvalidParameterException");
        assert!(input.check_length("name", "ab", 1..=2).is_ok());
        let error = input.check_length("name", "abc", 1..=2).unwrap_err();
        assert!(
            error.message.ends_with("Value 'abc' at 'name' failed to satisfy constraint: Member must have length less than or equal to 2")
        );
        assert!(input.check_range("limit", 51, 1..=50).unwrap_err().message.contains("value less than or equal to 50"));
    }
}
