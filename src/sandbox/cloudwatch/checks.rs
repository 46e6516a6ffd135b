//! The service's rules for names, dimensions and units, and its errors.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::MetricKey;
use super::unit::Unit;
use crate::sandbox::api::ApiError;
use crate::sandbox::input::Input;

/// The code of malformed parameters.
pub(super) const INVALID: &str = "ValidationError";

/// Most dimensions of a metric.
const MAX_DIMENSIONS: usize = 30;

/// A structure among the parameters with its place, `MetricData.member.1.` (empty at the top), for error texts.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    pub(super) input: Input<'a>,
    pub(super) path: String,
}

pub(super) fn invalid_value(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidParameterValue", message)
}

pub(super) fn combination(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidParameterCombination", message)
}

pub(super) fn missing(path: &str) -> ApiError {
    ApiError::new(400, "MissingParameter", format!("The parameter {path} is required."))
}

pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new(400, INVALID, message)
}

pub(super) fn too_many(collection: &str, most: usize) -> ApiError {
    invalid_value(format!("The collection {collection} must not have a size greater than {most}."))
}

/// Refuses another account's id: this account monitors no other, and says so as a value that is not valid. AWS's text is not known.
pub(super) fn own_account(part: &Part<'_>, name: &str, account: &str) -> Result<(), ApiError> {
    match part.input.opt_str(name)? {
        Some(other) if other != account => Err(invalid_value(format!(
            "The value {other} for parameter {} is invalid: this account is not a monitoring account.",
            part.at(name)
        ))),
        _ => Ok(()),
    }
}

pub(super) fn too_many_metrics(most: usize) -> ApiError {
    ApiError::new(400, "LimitExceeded", format!("The sandbox keeps at most {most} metrics in a Region"))
}

impl<'a> Part<'a> {
    /// The parameters of a call.
    pub(super) fn whole(value: &'a Value) -> Self {
        Self { input: Input::new(value, INVALID), path: String::new() }
    }

    /// Where member `name` is.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    pub(super) fn required_str(&self, name: &str) -> Result<&'a str, ApiError> {
        self.input.opt_str(name)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(&self.at(name)))
    }

    /// The structures of list `name`, each with its place.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Self>, ApiError> {
        let items = self.input.structures(name)?;
        let place = |(i, input)| Self { input, path: format!("{}{name}.member.{}.", self.path, i + 1) };
        Ok(items.into_iter().enumerate().map(place).collect())
    }

    /// The structure `name` with its place.
    pub(super) fn structure(&self, name: &str) -> Result<Option<Self>, ApiError> {
        Ok(self.input.opt_structure(name)?.map(|input| Self { input, path: format!("{}{name}.", self.path) }))
    }

    /// A text of `1..=most` ASCII characters that are not control characters.
    pub(super) fn name(&self, name: &str, most: usize) -> Result<&'a str, ApiError> {
        let text = self.required_str(name)?;
        let well_formed = text.len() <= most && text.bytes().all(|b| b.is_ascii() && !b.is_ascii_control()) && !text.trim().is_empty();
        if well_formed { Ok(text) } else { Err(self.bad_value(name, text)) }
    }

    /// `The value X for parameter Y is invalid.`
    pub(super) fn bad_value(&self, name: &str, value: &str) -> ApiError {
        invalid_value(format!("The value {value} for parameter {} is invalid.", self.at(name)))
    }

    pub(super) fn namespace(&self) -> Result<&'a str, ApiError> {
        let namespace = self.name("Namespace", 255)?;
        if namespace.starts_with(':') { Err(self.bad_value("Namespace", namespace)) } else { Ok(namespace) }
    }

    /// `Dimensions`, each name once.
    pub(super) fn dimensions(&self) -> Result<BTreeMap<String, String>, ApiError> {
        let list = self.list("Dimensions")?;
        if list.len() > MAX_DIMENSIONS {
            return Err(too_many(&self.at("Dimensions"), MAX_DIMENSIONS));
        }
        let mut dimensions = BTreeMap::new();
        for part in list {
            let (name, value) = (part.name("Name", 255)?, part.name("Value", 1024)?);
            if name.starts_with(':') || dimensions.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(part.bad_value("Name", name));
            }
        }
        Ok(dimensions)
    }

    /// The metric that `Namespace`, `MetricName` and `Dimensions` name.
    pub(super) fn metric(&self) -> Result<MetricKey, ApiError> {
        Ok(MetricKey {
            namespace: self.namespace()?.to_owned(),
            name: self.name("MetricName", 255)?.to_owned(),
            dimensions: self.dimensions()?,
        })
    }

    pub(super) fn unit(&self) -> Result<Option<Unit>, ApiError> {
        let Some(name) = self.input.opt_str("Unit")? else { return Ok(None) };
        let bad = || invalid_value(format!("The parameter {} must be a value in the set [ {} ].", self.at("Unit"), Unit::names()));
        Unit::named(name).map(Some).ok_or_else(bad)
    }
}

/// Dimensions in an output shape.
pub(super) fn described(dimensions: &BTreeMap<String, String>) -> Value {
    dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}
