//! The SDK's clients of one environment, and how they are configured.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::StalledStreamProtectionConfig;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::environment::{Environment, EnvironmentKind};
use super::plain_host::PlainHost;
use super::trace::WireTap;

/// Access key of the person in the sandbox; the sandbox takes any secret.
const SANDBOX_ACCESS_KEY: &str = "OUTCROPSANDBOX00";
/// Attempts at one request, retries included.
const MAX_ATTEMPTS: u32 = 3;
/// How long a model may think without sending a byte before its stream counts as stalled.
const STREAM_PATIENCE: Duration = Duration::from_mins(3);

/// How long calls may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until a service begins to answer.
    pub read: Duration,
    /// Until a model begins to answer: a whole reply is written before its first byte is sent.
    pub model_read: Duration,
    /// Before the first retry; later ones wait longer.
    pub first_backoff: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            model_read: Duration::from_mins(5),
            first_backoff: Duration::from_secs(1),
        }
    }
}

impl Timeouts {
    fn config(self) -> TimeoutConfig {
        TimeoutConfig::builder().connect_timeout(self.connect).read_timeout(self.read).build()
    }

    fn model_config(self) -> TimeoutConfig {
        TimeoutConfig::builder().connect_timeout(self.connect).read_timeout(self.model_read).build()
    }
}

/// The SDK clients of one environment.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Security Token Service.
    pub sts: aws_sdk_sts::Client,
    /// Identity and Access Management.
    pub iam: aws_sdk_iam::Client,
    /// Simple Storage Service.
    pub s3: aws_sdk_s3::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// SNS.
    pub sns: aws_sdk_sns::Client,
    /// Bedrock's control plane.
    pub bedrock: aws_sdk_bedrock::Client,
    /// Bedrock Runtime.
    pub bedrock_runtime: aws_sdk_bedrockruntime::Client,
    /// Service Quotas.
    pub quotas: aws_sdk_servicequotas::Client,
}

impl Clients {
    /// The same clients, of which Bedrock Runtime's tries each request once.
    pub(super) fn trying_models_once(&self) -> Self {
        let config = self.bedrock_runtime.config().to_builder().retry_config(RetryConfig::disabled()).build();
        Self { bedrock_runtime: aws_sdk_bedrockruntime::Client::from_conf(config), ..self.clone() }
    }
}

/// Builds the clients of `environment`; requests go to `http` instead of the network when it is given.
pub(super) async fn build(environment: &Environment, http: Option<SharedHttpClient>, timeouts: Timeouts) -> Clients {
    let shared = match environment.kind {
        EnvironmentKind::Sandbox => sandbox(environment),
        EnvironmentKind::Account => chain(environment).await,
        EnvironmentKind::Endpoint => endpoint(environment).await,
    };
    let retries = RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_initial_backoff(timeouts.first_backoff);
    let mut shared = shared.into_builder().retry_config(retries);
    shared.set_timeout_config(Some(timeouts.config()));
    if let Some(http) = http {
        shared.set_http_client(Some(http));
    }
    clients(&shared.build(), environment.endpoint_url.is_some(), timeouts)
}

/// The sandbox needs neither files nor variables: a fixed key, and nothing read from the environment, so that no bearer token,
/// endpoint variable or profile of the person's can divert its calls.
fn sandbox(environment: &Environment) -> SdkConfig {
    let key = Credentials::new(SANDBOX_ACCESS_KEY, "sandbox", None, None, "outcrop sandbox");
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(environment.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(key))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()));
    builder.set_endpoint_url(environment.endpoint_url.clone());
    builder.build()
}

/// The SDK's own chain (variables, files, SSO, processes, instance metadata), or the profile that was chosen by name.
async fn chain(environment: &Environment) -> SdkConfig {
    loader(environment).load().await
}

/// A custom endpoint gets signed requests, never a bearer token meant for AWS. Without credentials a placeholder signs: emulators take
/// every key, and a person without an account has none.
async fn endpoint(environment: &Environment) -> SdkConfig {
    let mut loader = loader(environment).auth_scheme_preference(signatures());
    if environment.profile.is_none() {
        let files = ProfileFileCredentialsProvider::builder().configure(&provider_config(environment)).build();
        let placeholder = Credentials::new("test", "test", None, None, "placeholder for an emulator");
        let found = CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new());
        loader = loader.credentials_provider(found.or_else("Profile", files).or_else("Placeholder", placeholder));
    }
    loader.load().await
}

fn provider_config(environment: &Environment) -> ProviderConfig {
    ProviderConfig::default().with_region(Some(Region::new(environment.region.clone())))
}

fn loader(environment: &Environment) -> ConfigLoader {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(environment.region.clone()));
    if let Some(url) = &environment.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    match &environment.profile {
        Some(profile) => with_profile(loader, profile, &provider_config(environment)),
        None => loader,
    }
}

/// A profile chosen by name is what is used: left to itself the SDK prefers keys and bearer tokens of the environment variables.
fn with_profile(loader: ConfigLoader, profile: &str, config: &ProviderConfig) -> ConfigLoader {
    let credentials = ProfileFileCredentialsProvider::builder().configure(config).profile_name(profile).build();
    loader.profile_name(profile).credentials_provider(credentials).auth_scheme_preference(signatures())
}

/// Signed requests rather than bearer tokens.
fn signatures() -> [AuthSchemeId; 1] {
    [AuthSchemeId::from("sigv4")]
}

fn clients(shared: &SdkConfig, path_style: bool, timeouts: Timeouts) -> Clients {
    macro_rules! client {
        ($service:ident) => {
            $service::Client::from_conf($service::config::Builder::from(shared).interceptor(WireTap).build())
        };
    }
    let s3 = aws_sdk_s3::config::Builder::from(shared).interceptor(WireTap).force_path_style(path_style);
    let mut logs = aws_sdk_cloudwatchlogs::config::Builder::from(shared).interceptor(WireTap);
    if shared.endpoint_url().is_some() {
        logs = logs.interceptor(PlainHost);
    }
    let runtime = aws_sdk_bedrockruntime::config::Builder::from(shared)
        .interceptor(WireTap)
        .timeout_config(timeouts.model_config())
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(STREAM_PATIENCE).build());
    Clients {
        sts: client!(aws_sdk_sts),
        iam: client!(aws_sdk_iam),
        s3: aws_sdk_s3::Client::from_conf(s3.build()),
        logs: aws_sdk_cloudwatchlogs::Client::from_conf(logs.build()),
        cloudwatch: client!(aws_sdk_cloudwatch),
        sns: client!(aws_sdk_sns),
        bedrock: client!(aws_sdk_bedrock),
        bedrock_runtime: aws_sdk_bedrockruntime::Client::from_conf(runtime.build()),
        quotas: client!(aws_sdk_servicequotas),
    }
}
