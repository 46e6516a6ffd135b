//! Fields that occur in records, as CloudWatch would discover them, with an example and how many records have them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Records that are looked at.
pub const SAMPLE: usize = 400;
/// Most fields of a record, as CloudWatch's own discovery.
const MOST_A_RECORD: usize = 200;
/// Most fields that are told.
const MOST: usize = 400;
/// Longest example, in characters.
const EXAMPLE: usize = 60;

/// A field that occurs in records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundField {
    /// Its path as queries write it, in backticks where it needs them.
    pub name: String,
    /// A value of it, cut to one short line.
    pub example: String,
    /// How many of 100 records have it, rounded up.
    pub percent: u32,
    /// Whether its values are numbers.
    pub is_number: bool,
}

/// Fields of the records of `lines`, the most frequent first.
pub fn discover<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<FoundField> {
    let (mut found, mut looked_at) = (BTreeMap::<String, Found>::new(), 0);
    for line in lines.take(SAMPLE) {
        looked_at += 1;
        let Ok(json @ Json::Object(_)) = serde_json::from_str::<Json>(line) else { continue };
        let mut left = MOST_A_RECORD;
        walk(&json, String::new(), &mut left, &mut |path, value| found.entry(path).or_default().see(value));
    }
    let mut fields: Vec<FoundField> = found.into_iter().map(|(name, found)| found.told(name, looked_at)).collect();
    fields.sort_by(|a, b| b.percent.cmp(&a.percent).then_with(|| a.name.cmp(&b.name)));
    fields.truncate(MOST);
    fields
}

/// The fields of one record with their values, in its own order; nothing for a line that is no JSON.
pub fn flatten(line: &str) -> Vec<(String, String)> {
    let (mut fields, mut left) = (Vec::new(), MOST_A_RECORD);
    if let Ok(json @ Json::Object(_)) = serde_json::from_str::<Json>(line) {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        walk(&json, String::new(), &mut left, &mut |path, value| fields.push((path, text(value))));
    }
    fields
}

#[derive(Default)]
struct Found {
    count: u32,
    example: String,
    not_numbers: u32,
}

impl Found {
    fn see(&mut self, value: &Json) {
        self.count += 1;
        self.not_numbers += u32::from(!value.is_number());
        if self.example.is_empty() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.example = crate::base::text::one_line(text.trim(), EXAMPLE);
        }
    }

    fn told(self, path: String, looked_at: u32) -> FoundField {
        FoundField {
            name: path,
            example: self.example,
            percent: (self.count * 100).div_ceil(looked_at.max(1)).min(100),
            is_number: self.not_numbers == 0,
        }
    }
}

/// Calls `see` with every leaf; lists go by index.
fn walk(json: &Json, path: String, left: &mut usize, see: &mut impl FnMut(String, &Json)) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                walk(value, joined(&path, name), left, see);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, joined(&path, &index.to_string()), left, see);
            }
        }
        Json::Null => {}
        leaf => {
            if *left > 0 {
                *left -= 1;
                see(path, leaf);
            }
        }
    }
}

/// A path with one more step; other characters than letters, digits, `_` and `@` need backticks.
fn joined(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '@');
    let step = if is_plain { name.to_owned() } else { format!("`{}`", name.replace('`', "")) };
    // Fields of a record that begin with @ get another one: the first is that of CloudWatch's own fields.
    let step = if path.is_empty() && step.starts_with('@') { format!("@{step}") } else { step };
    if path.is_empty() { step } else { format!("{path}.{step}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_paths_examples_and_shares() {
        let lines = [
            r#"{"modelId":"opus","input":{"n":7,"a-b":[{"c":"x"}]},"@own":true,"none":null}"#,
            r#"{"modelId":"haiku","errorCode":"ThrottlingException"}"#,
            "Permissions are correctly set for Amazon Bedrock logs.",
        ];
        let fields = discover(lines.into_iter());
        let told: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.example.as_str(), field.percent)).collect();
        assert_eq!(
            told,
            [
                ("modelId", "opus", 67),
                ("@@own", "true", 34),
                ("errorCode", "ThrottlingException", 34),
                ("input.`a-b`.0.c", "x", 34),
                ("input.n", "7", 34)
            ]
        );
        assert!(fields[4].is_number && !fields[0].is_number);
    }

    #[test]
    fn a_record_with_thousands_of_fields_is_cut() {
        let many: serde_json::Map<String, Json> = (0..5_000).map(|n| (format!("f{n}"), Json::from(n))).collect();
        let line = Json::Object(many).to_string();
        assert_eq!(discover([line.as_str()].into_iter()).len(), MOST_A_RECORD);
        assert!(discover(std::iter::empty()).is_empty());
    }
}
