//! Dotted paths into the JSON of a line, as CloudWatch Logs Insights spells them: names joined by dots, array places as numbers.
//!
//! A value is read without building the whole record: everything beside the path is skipped by the parser.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The value at `path` in the JSON text `line`; `None` when there is none or the line is not JSON.
pub fn value_in(line: &str, path: &str) -> Option<Value> {
    let mut json = serde_json::Deserializer::from_str(line);
    // The rest of the line does not matter once the value was found.
    Seek(path).deserialize(&mut json).ok().flatten()
}

/// The value at `path` in `json`; a name may itself hold dots.
pub fn value_at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return Some(json);
    }
    match json {
        Value::Object(members) => members.iter().find_map(|(name, inner)| value_at(inner, rest_after(path, name)?)),
        Value::Array(items) => {
            let (place, rest) = path.split_once('.').unwrap_or((path, ""));
            value_at(items.get(place.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

/// The path of the part `name` of the value at `path`.
pub fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// `path` as it stands in a query of Logs Insights: in backticks where it has other signs than letters, digits, `_`, `@` and dots.
pub fn quoted(path: &str) -> Cow<'_, str> {
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@'));
    let starts_well = path.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '@'));
    if plain && starts_well { Cow::Borrowed(path) } else { Cow::Owned(format!("`{path}`")) }
}

/// Paths of the single values in `json`, in their order, at most `most`.
pub fn leaves(json: &Value, most: usize) -> Vec<String> {
    let mut out = Vec::new();
    collect(json, "", most, &mut out);
    out
}

fn collect(json: &Value, path: &str, most: usize, out: &mut Vec<String>) {
    if out.len() >= most {
        return;
    }
    match json {
        Value::Object(members) => members.iter().for_each(|(name, inner)| collect(inner, &joined(path, name), most, out)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, inner)| collect(inner, &joined(path, &place.to_string()), most, out));
        }
        _ if path.is_empty() => {}
        _ => out.push(path.to_owned()),
    }
}

/// What is left of `path` after `name`; `None` when the path does not go there.
fn rest_after<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(name)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

/// Reads what lies at a path and skips the rest.
#[derive(Clone, Copy)]
struct Seek<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() { serde::Deserialize::deserialize(from).map(Some) } else { from.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            match rest_after(self.0, &name).filter(|_| found.is_none()) {
                Some(rest) => found = members.next_value_seed(Seek(rest))?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (place, rest) = self.0.split_once('.').unwrap_or((self.0, ""));
        let place = place.parse::<usize>().ok();
        let (mut found, mut at) = (None, 0);
        loop {
            let more = if Some(at) == place {
                items.next_element_seed(Seek(rest))?.map(|value| found = value)
            } else {
                items.next_element::<IgnoredAny>()?.map(drop)
            };
            if more.is_none() {
                return Ok(found);
            }
            at += 1;
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({"modelId": "m", "a.b": {"c": 1}, "input": {"messages": [{"text": "x"}, {"text": "say \"hi\"", "n": null}]}})
    }

    #[test]
    fn values_are_found_by_their_path_in_text_and_tree() {
        let line = record().to_string();
        let same =
            ["modelId", "input.messages.1.text", "input.messages.1.n", "input.messages.0", "a.b.c", "modelId.x", "input.messages.7", "b"];
        let expected = [json!("m"), json!("say \"hi\""), Value::Null, json!({"text": "x"}), json!(1)];
        for (index, path) in same.into_iter().enumerate() {
            assert_eq!(value_in(&line, path).as_ref(), expected.get(index), "{path} in the line");
            assert_eq!(value_at(&record(), path), expected.get(index), "{path} in the tree");
        }
        assert_eq!(value_in("not json", "a"), None);
    }

    #[test]
    fn every_leaf_has_a_path_that_leads_to_it() {
        let json = record();
        let paths = leaves(&json, 200);
        assert_eq!(paths, ["modelId", "a.b.c", "input.messages.0.text", "input.messages.1.text", "input.messages.1.n"]);
        assert!(paths.iter().all(|path| value_at(&json, path).is_some()));
        assert_eq!(leaves(&json, 2).len(), 2);
    }

    #[test]
    fn paths_with_other_signs_are_in_backticks() {
        assert_eq!(quoted("input.messages.0.text"), "input.messages.0.text");
        assert_eq!(quoted("o.5.amazon-bedrock-invocationMetrics.x"), "`o.5.amazon-bedrock-invocationMetrics.x`");
        assert_eq!(quoted("0.a"), "`0.a`");
    }
}
