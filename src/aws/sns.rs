//! SNS: topics that alarms notify, and who is told.

use aws_sdk_sns::types as sdk;
use serde::{Deserialize, Serialize};

use super::convert::{Tag, unbuildable};
use super::error::{AwsError, failed};
use super::operation::{Operation, Permission, Service};
use super::session::Clients;

/// Makes a topic; one of the same name and settings is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTopic {
    /// Name, 1 to 256 letters, digits, `-` and `_`.
    pub name: String,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl Operation for CreateTopic {
    /// The topic's ARN.
    type Output = String;
    const SERVICE: Service = Service::Sns;
    const NAME: &'static str = "CreateTopic";

    fn permissions(&self) -> Vec<Permission> {
        let arn = format!("arn:aws:sns:*:*:{}", self.name);
        let tagging = (!self.tags.is_empty()).then(|| Permission::new("sns:TagResource", arn.clone()));
        [Permission::new("sns:CreateTopic", arn.clone())].into_iter().chain(tagging).collect()
    }

    async fn send(self, clients: &Clients) -> Result<String, AwsError> {
        let tag = |tag: Tag| sdk::Tag::builder().key(tag.key).value(tag.value).build().map_err(unbuildable::<Self>);
        let tags = self.tags.into_iter().map(tag).collect::<Result<Vec<_>, _>>()?;
        let call = clients.sns.create_topic().name(self.name).set_tags(Some(tags).filter(|tags| !tags.is_empty()));
        Ok(call.send().await.map_err(failed::<Self, _>)?.topic_arn.unwrap_or_default())
    }
}

/// Adds an address to a topic. For e-mail it waits until the reader confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Subscribe {
    /// ARN of the topic.
    pub topic_arn: String,
    /// `email`, `https`, `sqs`, ….
    pub protocol: String,
    /// The address, such as an e-mail address.
    pub endpoint: String,
}

impl Operation for Subscribe {
    /// The subscription's ARN, or that it waits for its confirmation.
    type Output = String;
    const SERVICE: Service = Service::Sns;
    const NAME: &'static str = "Subscribe";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("sns:Subscribe", self.topic_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<String, AwsError> {
        let call = clients.sns.subscribe().topic_arn(self.topic_arn).protocol(self.protocol).endpoint(self.endpoint);
        Ok(call.send().await.map_err(failed::<Self, _>)?.subscription_arn.unwrap_or_default())
    }
}

/// A subscription of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Protocol, such as `email`.
    pub protocol: String,
    /// Address.
    pub endpoint: String,
    /// Whether it still waits for its confirmation.
    pub pending: bool,
}

/// Lists who is told by a topic, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListSubscriptionsByTopic {
    /// ARN of the topic.
    pub topic_arn: String,
}

impl Operation for ListSubscriptionsByTopic {
    type Output = Vec<Subscription>;
    const SERVICE: Service = Service::Sns;
    const NAME: &'static str = "ListSubscriptionsByTopic";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("sns:ListSubscriptionsByTopic", self.topic_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Subscription>, AwsError> {
        let call = clients.sns.list_subscriptions_by_topic().topic_arn(self.topic_arn);
        let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        let all = pages.into_iter().flat_map(|page| page.subscriptions.unwrap_or_default());
        Ok(all.map(Subscription::from).collect())
    }
}

impl From<sdk::Subscription> for Subscription {
    fn from(subscription: sdk::Subscription) -> Self {
        let arn = subscription.subscription_arn.unwrap_or_default();
        Self {
            protocol: subscription.protocol.unwrap_or_default(),
            endpoint: subscription.endpoint.unwrap_or_default(),
            pending: !arn.starts_with("arn:"),
        }
    }
}

/// Lists the ARNs of all topics of the Region, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListTopics {}

impl Operation for ListTopics {
    type Output = Vec<String>;
    const SERVICE: Service = Service::Sns;
    const NAME: &'static str = "ListTopics";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("sns:ListTopics", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<String>, AwsError> {
        let pages = clients.sns.list_topics().into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(pages.into_iter().flat_map(|page| page.topics.unwrap_or_default()).filter_map(|topic| topic.topic_arn).collect())
    }
}

/// Lists the tags of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTopicTags {
    /// ARN of the topic.
    pub resource_arn: String,
}

impl Operation for ListTopicTags {
    type Output = Vec<Tag>;
    const SERVICE: Service = Service::Sns;
    const NAME: &'static str = "ListTagsForResource";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("sns:ListTagsForResource", self.resource_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Tag>, AwsError> {
        let reply = clients.sns.list_tags_for_resource().resource_arn(self.resource_arn).send().await;
        let tags = reply.map_err(failed::<Self, _>)?.tags.unwrap_or_default();
        Ok(tags.into_iter().map(|tag| Tag::new(tag.key, tag.value)).collect())
    }
}

/// Deletes a topic with its subscriptions; one that is not there is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteTopic {
    /// ARN of the topic.
    pub topic_arn: String,
}

impl Operation for DeleteTopic {
    type Output = ();
    const SERVICE: Service = Service::Sns;
    const NAME: &'static str = "DeleteTopic";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("sns:DeleteTopic", self.topic_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        clients.sns.delete_topic().topic_arn(self.topic_arn).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}
