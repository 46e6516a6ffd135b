//! Foundation models: which there are, how long they live, whether the account may use them.

use aws_sdk_bedrock::types::{
    self as sdk, AuthorizationStatus, EntitlementAvailability, FoundationModelLifecycle, InferenceType, ModelModality, RegionAvailability,
};
use serde::{Deserialize, Serialize};

use super::model_arn;
use crate::aws::convert::{local_error, moment};
use crate::aws::error::{AwsError, ErrorKind, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;
use crate::base::clock::Timestamp;

/// A foundation model of the Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundationModel {
    /// Model id, such as `anthropic.claude-haiku-4-5-20251001-v1:0`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Name for people.
    pub name: String,
    /// Maker.
    pub provider: String,
    /// `TEXT`, `IMAGE`, ….
    pub input_modalities: Vec<String>,
    /// `TEXT`, `IMAGE`, `EMBEDDING`, ….
    pub output_modalities: Vec<String>,
    /// Whether replies can be streamed.
    pub streaming: bool,
    /// `ON_DEMAND`, `PROVISIONED`, `INFERENCE_PROFILE`: a model without the first is invoked through a profile.
    pub inference_types: Vec<String>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
}

/// Where a model is in its life.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Whether it is on its way out.
    pub status: LifecycleStatus,
    /// When it came.
    pub start: Option<Timestamp>,
    /// When it becomes, or became, legacy.
    pub legacy: Option<Timestamp>,
    /// From when on it costs more.
    pub extended_access: Option<Timestamp>,
    /// When it stops working.
    pub end_of_life: Option<Timestamp>,
}

/// Whether a model is on its way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LifecycleStatus {
    /// In full use.
    #[default]
    Active,
    /// Only for those who already use it.
    Legacy,
}

fn modalities(modalities: Option<Vec<ModelModality>>) -> Vec<String> {
    modalities.unwrap_or_default().iter().map(|modality| modality.as_str().to_owned()).collect()
}

fn inference_types(types: Option<Vec<InferenceType>>) -> Vec<String> {
    types.unwrap_or_default().iter().map(|kind| kind.as_str().to_owned()).collect()
}

impl From<FoundationModelLifecycle> for Lifecycle {
    fn from(life: FoundationModelLifecycle) -> Self {
        let legacy = life.status == sdk::FoundationModelLifecycleStatus::Legacy;
        Self {
            status: if legacy { LifecycleStatus::Legacy } else { LifecycleStatus::Active },
            start: life.start_of_life_time().map(moment),
            legacy: life.legacy_time().map(moment),
            extended_access: life.public_extended_access_time().map(moment),
            end_of_life: life.end_of_life_time().map(moment),
        }
    }
}

/// AWS describes a model by two shapes with the same members.
macro_rules! foundation_model_from {
    ($shape:ty) => {
        impl From<$shape> for FoundationModel {
            fn from(model: $shape) -> Self {
                Self {
                    id: model.model_id,
                    arn: model.model_arn,
                    name: model.model_name.unwrap_or_default(),
                    provider: model.provider_name.unwrap_or_default(),
                    input_modalities: modalities(model.input_modalities),
                    output_modalities: modalities(model.output_modalities),
                    streaming: model.response_streaming_supported.unwrap_or_default(),
                    inference_types: inference_types(model.inference_types_supported),
                    lifecycle: model.model_lifecycle.map(Lifecycle::from).unwrap_or_default(),
                }
            }
        }
    };
}
foundation_model_from!(sdk::FoundationModelSummary);
foundation_model_from!(sdk::FoundationModelDetails);

/// Lists the foundation models of the Region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListFoundationModels {
    /// Only this maker's, such as `anthropic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_provider: Option<String>,
    /// Only models that give this, such as `TEXT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_output_modality: Option<String>,
}

impl Operation for ListFoundationModels {
    type Output = Vec<FoundationModel>;
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "ListFoundationModels";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:ListFoundationModels", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<FoundationModel>, AwsError> {
        let modality = self.by_output_modality.as_deref().map(ModelModality::from);
        let call = clients.bedrock.list_foundation_models().set_by_provider(self.by_provider).set_by_output_modality(modality);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(reply.model_summaries.unwrap_or_default().into_iter().map(FoundationModel::from).collect())
    }
}

/// Reads one foundation model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GetFoundationModel {
    /// Model id or ARN.
    #[serde(rename = "modelIdentifier")]
    pub model_id: String,
}

impl Operation for GetFoundationModel {
    type Output = FoundationModel;
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "GetFoundationModel";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:GetFoundationModel", model_arn(&self.model_id))]
    }

    async fn send(self, clients: &Clients) -> Result<FoundationModel, AwsError> {
        let reply = clients.bedrock.get_foundation_model().model_identifier(self.model_id).send().await.map_err(failed::<Self, _>)?;
        let empty = || local_error::<Self>(ErrorKind::Server, "EmptyReply", "The reply holds no model details".to_owned());
        reply.model_details.map(FoundationModel::from).ok_or_else(empty)
    }
}

/// Asks whether the account may use a model here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetFoundationModelAvailability {
    /// Model id.
    pub model_id: String,
}

/// Whether the account may use a model here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// State of the agreement with the maker, such as `AVAILABLE`, if one is needed.
    pub agreement: Option<String>,
    /// What is wrong with the agreement, if AWS says so.
    pub agreement_error: Option<String>,
    /// Whether the account is authorized.
    pub authorized: bool,
    /// Whether the account is entitled.
    pub entitled: bool,
    /// Whether the model is in this Region.
    pub in_region: bool,
}

impl Availability {
    /// Whether an invocation can succeed as far as access goes. An agreement that is not there yet is made by the first invocation.
    pub fn is_usable(&self) -> bool {
        self.authorized && self.in_region && self.agreement_error.is_none()
    }
}

impl Operation for GetFoundationModelAvailability {
    type Output = Availability;
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "GetFoundationModelAvailability";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:GetFoundationModelAvailability", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Availability, AwsError> {
        let call = clients.bedrock.get_foundation_model_availability().model_id(self.model_id);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(Availability {
            agreement: reply.agreement_availability.as_ref().map(|agreement| agreement.status.as_str().to_owned()),
            agreement_error: reply.agreement_availability.and_then(|agreement| agreement.error_message),
            authorized: reply.authorization_status == AuthorizationStatus::Authorized,
            entitled: reply.entitlement_availability == EntitlementAvailability::Available,
            in_region: reply.region_availability == RegionAvailability::Available,
        })
    }
}
