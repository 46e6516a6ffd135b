//! Bedrock's control plane: model invocation logging, models, inference profiles.

mod logging;
mod models;
mod profiles;

pub use logging::{
    CloudWatchDestination, DeleteModelInvocationLoggingConfiguration, GetModelInvocationLoggingConfiguration, LoggingConfig,
    PutModelInvocationLoggingConfiguration, S3Destination,
};
pub use models::{
    Availability, FoundationModel, GetFoundationModel, GetFoundationModelAvailability, Lifecycle, LifecycleStatus, ListFoundationModels,
};
pub use profiles::{GetInferenceProfile, InferenceProfile, ListInferenceProfiles};

/// ARN of a foundation model in a permission; the Region is left open, and models have no account.
pub(super) fn model_arn(model_id: &str) -> String {
    if model_id.starts_with("arn:") { model_id.to_owned() } else { format!("arn:aws:bedrock:*::foundation-model/{model_id}") }
}

/// ARN of an inference profile in a permission.
pub(super) fn profile_arn(profile_id: &str) -> String {
    if profile_id.starts_with("arn:") { profile_id.to_owned() } else { format!("arn:aws:bedrock:*:*:inference-profile/{profile_id}") }
}
