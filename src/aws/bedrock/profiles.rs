//! Inference profiles: the ids under which most models are invoked.

use aws_sdk_bedrock::types::{InferenceProfileModel, InferenceProfileSummary};
use serde::{Deserialize, Serialize};

use super::profile_arn;
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// A profile: an id that stands for a model in one or more Regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InferenceProfile {
    /// Id, such as `us.anthropic.claude-haiku-4-5-20251001-v1:0`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Name for people.
    pub name: String,
    /// `ACTIVE`.
    pub status: String,
    /// ARNs of the models that a call may be sent to.
    pub model_arns: Vec<String>,
    /// `SYSTEM_DEFINED` or `APPLICATION`.
    pub kind: String,
}

impl InferenceProfile {
    /// Id of the model behind the profile, if it has one.
    pub fn model_id(&self) -> Option<&str> {
        self.model_arns.first().and_then(|arn| arn.rsplit_once('/')).map(|(_, id)| id)
    }
}

fn arns(models: Vec<InferenceProfileModel>) -> Vec<String> {
    models.into_iter().filter_map(|model| model.model_arn).collect()
}

impl From<InferenceProfileSummary> for InferenceProfile {
    fn from(profile: InferenceProfileSummary) -> Self {
        Self {
            id: profile.inference_profile_id,
            arn: profile.inference_profile_arn,
            name: profile.inference_profile_name,
            status: profile.status.as_str().to_owned(),
            model_arns: arns(profile.models),
            kind: profile.r#type.as_str().to_owned(),
        }
    }
}

/// Lists the inference profiles of the Region, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListInferenceProfiles {
    /// Only `SYSTEM_DEFINED` or only `APPLICATION`; `None` is what the service gives unasked.
    #[serde(rename = "typeEquals", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Operation for ListInferenceProfiles {
    type Output = Vec<InferenceProfile>;
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "ListInferenceProfiles";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:ListInferenceProfiles", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<InferenceProfile>, AwsError> {
        let kind = self.kind.as_deref().map(aws_sdk_bedrock::types::InferenceProfileType::from);
        let pages = clients.bedrock.list_inference_profiles().set_type_equals(kind).into_paginator().items().send();
        let profiles = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(profiles.into_iter().map(InferenceProfile::from).collect())
    }
}

/// Reads one inference profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GetInferenceProfile {
    /// Id or ARN.
    #[serde(rename = "inferenceProfileIdentifier")]
    pub id: String,
}

impl Operation for GetInferenceProfile {
    type Output = InferenceProfile;
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "GetInferenceProfile";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:GetInferenceProfile", profile_arn(&self.id))]
    }

    async fn send(self, clients: &Clients) -> Result<InferenceProfile, AwsError> {
        let call = clients.bedrock.get_inference_profile().inference_profile_identifier(self.id);
        let profile = call.send().await.map_err(failed::<Self, _>)?;
        Ok(InferenceProfile {
            id: profile.inference_profile_id,
            arn: profile.inference_profile_arn,
            name: profile.inference_profile_name,
            status: profile.status.as_str().to_owned(),
            model_arns: arns(profile.models),
            kind: profile.r#type.as_str().to_owned(),
        })
    }
}
