//! Where to work: the sandbox, a profile of the person's own, or a custom endpoint.

use serde::{Deserialize, Serialize};

/// The kind of place that calls go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentKind {
    /// The embedded sandbox; its loopback address is in [`Environment::endpoint_url`].
    Sandbox,
    /// A real account through the SDK's own credential chain.
    Account,
    /// A custom endpoint such as moto or LocalStack, with the SDK's own credential chain.
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
