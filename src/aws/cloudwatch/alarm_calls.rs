//! What is done to alarms that exist, and what has happened to them.

use aws_sdk_cloudwatch::types as sdk;
use serde::{Deserialize, Serialize};

use super::super::convert::{Tag, date_time, moment};
use super::super::error::{AwsError, failed};
use super::super::operation::{Operation, Permission, Service};
use super::super::session::Clients;
use super::alarms::on_alarm;
use crate::base::clock::Timestamp;

/// Items of history that are read at most.
const MOST_ITEMS: usize = 500;

/// Sets the state of an alarm, until its next evaluation puts it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetAlarmState {
    /// Name of the alarm.
    pub alarm_name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state_value: String,
    /// Why, for whoever reads the history.
    pub state_reason: String,
}

impl Operation for SetAlarmState {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "SetAlarmState";

    fn permissions(&self) -> Vec<Permission> {
        on_alarm("cloudwatch:SetAlarmState", &self.alarm_name)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.cloudwatch.set_alarm_state().alarm_name(self.alarm_name).state_reason(self.state_reason);
        call.state_value(self.state_value.as_str().into()).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Lets alarms take their actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EnableAlarmActions {
    /// Names, at most 100.
    pub alarm_names: Vec<String>,
}

impl Operation for EnableAlarmActions {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "EnableAlarmActions";

    fn permissions(&self) -> Vec<Permission> {
        self.alarm_names.iter().flat_map(|name| on_alarm("cloudwatch:EnableAlarmActions", name)).collect()
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.cloudwatch.enable_alarm_actions().set_alarm_names(Some(self.alarm_names));
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Keeps alarms from taking their actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DisableAlarmActions {
    /// Names, at most 100.
    pub alarm_names: Vec<String>,
}

impl Operation for DisableAlarmActions {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DisableAlarmActions";

    fn permissions(&self) -> Vec<Permission> {
        self.alarm_names.iter().flat_map(|name| on_alarm("cloudwatch:DisableAlarmActions", name)).collect()
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.cloudwatch.disable_alarm_actions().set_alarm_names(Some(self.alarm_names));
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Deletes alarms; when one does not exist, none is deleted. Their history stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteAlarms {
    /// Names, at most 100.
    pub alarm_names: Vec<String>,
}

impl Operation for DeleteAlarms {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DeleteAlarms";

    fn permissions(&self) -> Vec<Permission> {
        self.alarm_names.iter().flat_map(|name| on_alarm("cloudwatch:DeleteAlarms", name)).collect()
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.cloudwatch.delete_alarms().set_alarm_names(Some(self.alarm_names));
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Reads what happened to an alarm, newest first, up to 500 items. CloudWatch keeps it for 30 days, deleted alarms' too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAlarmHistory {
    /// Name of the alarm.
    pub alarm_name: String,
    /// From this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
}

/// Something that happened to an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryItem {
    /// When.
    pub at: Timestamp,
    /// `StateUpdate`, `ConfigurationUpdate`, `Action`, ….
    pub kind: String,
    /// One line, such as `Alarm updated from OK to ALARM`.
    pub summary: String,
    /// The facts as JSON.
    pub data: String,
}

impl HistoryItem {
    /// The state before and the state after, when it tells of a change of state.
    pub fn states(&self) -> Option<(String, String)> {
        let data: serde_json::Value = serde_json::from_str(&self.data).ok()?;
        let state = |of: &str| Some(data.get(of)?.get("stateValue")?.as_str()?.to_owned());
        (self.kind == "StateUpdate").then_some(())?;
        Some((state("oldState")?, state("newState")?))
    }

    /// Why the state changed, or why an action failed, in the service's words.
    pub fn reason(&self) -> Option<String> {
        let data: serde_json::Value = serde_json::from_str(&self.data).ok()?;
        let text = |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_str).map(str::to_owned);
        text(data.get("newState").and_then(|state| state.get("stateReason"))).or_else(|| text(data.get("error")))
    }
}

impl From<sdk::AlarmHistoryItem> for HistoryItem {
    fn from(item: sdk::AlarmHistoryItem) -> Self {
        Self {
            at: item.timestamp().map(moment).unwrap_or_default(),
            kind: item.history_item_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            summary: item.history_summary.unwrap_or_default(),
            data: item.history_data.unwrap_or_default(),
        }
    }
}

impl Operation for DescribeAlarmHistory {
    /// Newest first.
    type Output = Vec<HistoryItem>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DescribeAlarmHistory";

    fn permissions(&self) -> Vec<Permission> {
        on_alarm("cloudwatch:DescribeAlarmHistory", &self.alarm_name)
    }

    async fn send(self, clients: &Clients) -> Result<Vec<HistoryItem>, AwsError> {
        let call = clients.cloudwatch.describe_alarm_history().alarm_name(self.alarm_name);
        let call = call.set_start_date(self.start_date.map(date_time)).scan_by(sdk::ScanBy::TimestampDescending);
        let mut pages = call.into_paginator().send();
        let mut items: Vec<HistoryItem> = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed::<Self, _>)?.alarm_history_items.unwrap_or_default();
            items.extend(page.into_iter().map(HistoryItem::from));
            if items.len() >= MOST_ITEMS {
                break;
            }
        }
        items.truncate(MOST_ITEMS);
        Ok(items)
    }
}

/// Lists the tags of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListTagsForResource {
    /// Its ARN.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: String,
}

impl Operation for ListTagsForResource {
    type Output = Vec<Tag>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "ListTagsForResource";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("cloudwatch:ListTagsForResource", self.resource_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Tag>, AwsError> {
        let reply = clients.cloudwatch.list_tags_for_resource().resource_arn(self.resource_arn).send().await;
        let tags = reply.map_err(failed::<Self, _>)?.tags.unwrap_or_default();
        Ok(tags.into_iter().map(|tag| Tag::new(tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_state_tells_both_states_and_why() {
        let data = r#"{"version":"1.0","oldState":{"stateValue":"OK","stateReason":"x"},"newState":{"stateValue":"ALARM","stateReason":"testing purposes"}}"#;
        let item = HistoryItem {
            at: Timestamp::default(),
            kind: "StateUpdate".to_owned(),
            summary: "Alarm updated from OK to ALARM".to_owned(),
            data: data.to_owned(),
        };
        assert_eq!(item.states(), Some(("OK".to_owned(), "ALARM".to_owned())));
        assert_eq!(item.reason().as_deref(), Some("testing purposes"));
        assert_eq!(HistoryItem { kind: "Action".to_owned(), data: String::new(), ..item }.states(), None);
    }
}
