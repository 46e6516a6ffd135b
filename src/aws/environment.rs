//! Where to work: the sandbox, a profile of the person's own, or a custom endpoint.

use serde::{Deserialize, Serialize};

use super::convert::local_error;
use super::error::{AwsError, ErrorKind};
use super::operation::quoted;
use super::sts::GetCallerIdentity;

/// The kind of place that calls go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentKind {
    /// The embedded sandbox; its loopback address is in [`Environment::endpoint_url`].
    Sandbox,
    /// A real account through the SDK's own credential chain.
    Account,
    /// A custom endpoint such as moto or `LocalStack`, with the credentials of the profile or the variables, or without any a
    /// placeholder: emulators take every key.
    Endpoint,
}

/// A place to work: everything that is needed to build clients. Holds no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// What it is; shown, and used to choose credentials. Nothing else may depend on it.
    pub kind: EnvironmentKind,
    /// Profile of the AWS configuration files; `None` is the default chain.
    pub profile: Option<String>,
    /// Region of every client, such as `us-east-1`.
    pub region: String,
    /// Endpoint of every service instead of AWS's own.
    pub endpoint_url: Option<String>,
}

impl Environment {
    /// The Region of the lab, used when nothing else is said.
    pub const DEFAULT_REGION: &'static str = "us-east-1";

    /// The sandbox that listens on `endpoint_url`.
    pub fn sandbox(endpoint_url: impl Into<String>) -> Self {
        Self {
            kind: EnvironmentKind::Sandbox,
            profile: None,
            region: Self::DEFAULT_REGION.to_owned(),
            endpoint_url: Some(endpoint_url.into()),
        }
    }

    /// The options with which an AWS CLI line reaches this place: ` --profile demo --region us-east-1`, with a leading space.
    pub fn cli_options(&self) -> String {
        let profile = self.profile.iter().map(|profile| format!(" --profile {}", quoted(profile)));
        let endpoint = self.endpoint_url.iter().map(|url| format!(" --endpoint-url {}", quoted(url)));
        profile.chain([format!(" --region {}", quoted(&self.region))]).chain(endpoint).collect()
    }

    /// Refuses what cannot be a Region or an endpoint, before a client is built from it.
    pub(super) fn check(&self) -> Result<(), AwsError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.region.is_empty() || !self.region.chars().all(plain) {
            return Err(refused("InvalidRegion", format!("A Region is made of lower-case letters, digits and hyphens: {:?}", self.region)));
        }
        match &self.endpoint_url {
            Some(url) if !is_http(url) => Err(refused("InvalidEndpoint", format!("An endpoint is an http or https address: {url:?}"))),
            _ => Ok(()),
        }
    }

    /// A short stable name for files kept per environment, such as ledgers: `sandbox`, `account-default-us-east-1`.
    ///
    /// Characters outside `[A-Za-z0-9._-]` become `-`.
    pub fn key(&self) -> String {
        let profile = self.profile.as_deref().unwrap_or("default");
        let text = match self.kind {
            EnvironmentKind::Sandbox => "sandbox".to_owned(),
            EnvironmentKind::Account => format!("account-{profile}-{}", self.region),
            EnvironmentKind::Endpoint => format!("endpoint-{}-{profile}-{}", self.endpoint_url.as_deref().unwrap_or_default(), self.region),
        };
        text.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
    }
}

fn is_http(url: &str) -> bool {
    let uri = url.parse::<http::Uri>();
    uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty()))
}

fn refused(code: &str, message: String) -> AwsError {
    AwsError { operation: "Connect".to_owned(), ..local_error::<GetCallerIdentity>(ErrorKind::Invalid, code, message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(region: &str, endpoint: Option<&str>) -> Environment {
        let endpoint_url = endpoint.map(str::to_owned);
        Environment { kind: EnvironmentKind::Endpoint, profile: Some("a b".to_owned()), region: region.to_owned(), endpoint_url }
    }

    #[test]
    fn only_regions_and_addresses_are_taken() {
        let code = |environment: Environment| environment.check().map_err(|error| error.code);
        assert_eq!(code(at("us-east-1", Some("http://127.0.0.1:5000"))), Ok(()));
        assert_eq!(code(at("us-east-1", None)), Ok(()));
        for wrong in ["", "us east 1", "Ireland"] {
            assert_eq!(code(at(wrong, None)), Err("InvalidRegion".to_owned()));
        }
        for wrong in ["127.0.0.1:5000", "ftp://x", "http://", "http:/x", "not an address"] {
            assert_eq!(code(at("us-east-1", Some(wrong))), Err("InvalidEndpoint".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn cli_lines_can_be_led_to_the_same_place() {
        let options = at("eu-west-1", Some("http://127.0.0.1:5000")).cli_options();
        assert_eq!(options, " --profile 'a b' --region eu-west-1 --endpoint-url http://127.0.0.1:5000");
    }

    #[test]
    fn keys_are_names_of_files() {
        assert_eq!(at("eu-west-1", Some("http://127.0.0.1:5000")).key(), "endpoint-http---127.0.0.1-5000-a-b-eu-west-1");
        assert_eq!(Environment::sandbox("http://x").key(), "sandbox");
    }
}
