//! `InvokeModel`: a request in the model's own shape.

use aws_sdk_bedrockruntime::operation::RequestId as _;
use serde::{Deserialize, Serialize};

use super::invocation;
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// Invokes a model with a body in its own shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvokeModel {
    /// Model id, inference profile id, or ARN.
    pub model_id: String,
    /// JSON in the model's own shape.
    pub body: String,
}

/// A model's reply in its own shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvokeReply {
    /// JSON in the model's own shape.
    pub body: String,
    /// Request id: the key of its log record.
    pub request_id: Option<String>,
}

impl Operation for InvokeModel {
    type Output = InvokeReply;
    const SERVICE: Service = Service::BedrockRuntime;
    const NAME: &'static str = "InvokeModel";

    fn permissions(&self) -> Vec<Permission> {
        invocation("bedrock:InvokeModel", &self.model_id)
    }

    async fn send(self, clients: &Clients) -> Result<InvokeReply, AwsError> {
        let body = aws_smithy_types::Blob::new(self.body);
        let call = clients.bedrock_runtime.invoke_model().model_id(self.model_id).content_type("application/json").body(body);
        let reply = call.accept("application/json").send().await.map_err(failed::<Self, _>)?;
        Ok(InvokeReply {
            body: String::from_utf8_lossy(reply.body.as_ref()).into_owned(),
            request_id: reply.request_id().map(str::to_owned),
        })
    }
}
