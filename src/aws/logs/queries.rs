//! Logs Insights: queries started, looked at and stopped, the record behind a row, and saved queries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::group_arn;
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// Starts a query; it runs in CloudWatch until it ends, is stopped, or an hour has passed. Billed by the bytes that are scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartQuery {
    /// Name of the log group.
    pub log_group_name: String,
    /// Start of the time, seconds since the epoch, inclusive.
    pub start_time: i64,
    /// End of the time, seconds since the epoch, inclusive.
    pub end_time: i64,
    /// The query.
    pub query_string: String,
    /// Most rows when the query has no `limit`, 1 to 100,000; AWS's default is 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl Operation for StartQuery {
    /// The query's id.
    type Output = String;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "StartQuery";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:StartQuery", group_arn(&self.log_group_name))]
    }

    async fn send(self, clients: &Clients) -> Result<String, AwsError> {
        let call = clients.logs.start_query().log_group_name(self.log_group_name).query_string(self.query_string);
        let call = call.start_time(self.start_time).end_time(self.end_time).set_limit(self.limit.map(|limit| limit as i32));
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(reply.query_id.unwrap_or_default())
    }
}

/// How far a query has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum QueryStatus {
    /// Waits for its turn.
    #[default]
    Scheduled,
    /// Runs; the rows so far can be read.
    Running,
    /// Has ended well.
    Complete,
    /// Has failed.
    Failed,
    /// Was stopped.
    Cancelled,
    /// Took longer than an hour.
    Timeout,
    /// Anything else.
    Unknown,
}

impl QueryStatus {
    fn read(text: &str) -> Self {
        match text {
            "Scheduled" => Self::Scheduled,
            "Running" => Self::Running,
            "Complete" => Self::Complete,
            "Failed" => Self::Failed,
            "Cancelled" => Self::Cancelled,
            "Timeout" => Self::Timeout,
            _ => Self::Unknown,
        }
    }

    /// Whether more is to come.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Scheduled | Self::Running | Self::Unknown)
    }
}

/// Reads what a query has found, one page of at most 10,000 rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetQueryResults {
    /// The query's id.
    pub query_id: String,
    /// Token of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// What a query has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryPage {
    /// How far the query has come.
    pub status: QueryStatus,
    /// Rows as fields with values; a field without a value is left out. Rows of events have a field `@ptr`.
    pub rows: Vec<Vec<(String, String)>>,
    /// Events that the filters let pass.
    pub matched: u64,
    /// Events that were looked at.
    pub scanned: u64,
    /// Bytes of these, which are billed.
    pub bytes: u64,
    /// Token of the next page.
    pub next_token: Option<String>,
}

impl Operation for GetQueryResults {
    type Output = QueryPage;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "GetQueryResults";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:GetQueryResults", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<QueryPage, AwsError> {
        let call = clients.logs.get_query_results().query_id(self.query_id).set_next_token(self.next_token);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        let field = |field: aws_sdk_cloudwatchlogs::types::ResultField| Some((field.field?, field.value?));
        let rows = reply.results.unwrap_or_default().into_iter().map(|row| row.into_iter().filter_map(field).collect()).collect();
        let of = reply.statistics.as_ref();
        let number = |read: fn(&aws_sdk_cloudwatchlogs::types::QueryStatistics) -> f64| of.map(read).unwrap_or_default().max(0.0) as u64;
        Ok(QueryPage {
            status: reply.status.as_ref().map_or(QueryStatus::Unknown, |status| QueryStatus::read(status.as_str())),
            rows,
            matched: number(|of| of.records_matched),
            scanned: number(|of| of.records_scanned),
            bytes: number(|of| of.bytes_scanned),
            next_token: reply.next_token,
        })
    }
}

/// Stops a query. What it has scanned until then is billed; one that has ended already is an error of CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StopQuery {
    /// The query's id.
    pub query_id: String,
}

impl Operation for StopQuery {
    /// Whether it was stopped.
    type Output = bool;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "StopQuery";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:StopQuery", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<bool, AwsError> {
        Ok(clients.logs.stop_query().query_id(self.query_id).send().await.map_err(failed::<Self, _>)?.success)
    }
}

/// Reads the event behind a row of a query's results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetLogRecord {
    /// The row's `@ptr`.
    pub log_record_pointer: String,
}

impl Operation for GetLogRecord {
    /// All fields of the event: those that CloudWatch adds and those that it found in the text.
    type Output = BTreeMap<String, String>;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "GetLogRecord";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:GetLogRecord", group_arn("*"))]
    }

    async fn send(self, clients: &Clients) -> Result<BTreeMap<String, String>, AwsError> {
        let call = clients.logs.get_log_record().log_record_pointer(self.log_record_pointer);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(reply.log_record.unwrap_or_default().into_iter().collect())
    }
}

/// Saves a query in the account, where everyone who works there finds it; nothing to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutQueryDefinition {
    /// Name, 1 to 255 characters; slashes make folders in the console.
    pub name: String,
    /// The query.
    pub query_string: String,
    /// Log groups that it is for; none leaves the choice open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log_group_names: Vec<String>,
    /// Id of the saved query to replace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_definition_id: Option<String>,
}

impl Operation for PutQueryDefinition {
    /// The saved query's id.
    type Output = String;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "PutQueryDefinition";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:PutQueryDefinition", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<String, AwsError> {
        let groups = Some(self.log_group_names).filter(|groups| !groups.is_empty());
        let call = clients.logs.put_query_definition().name(self.name).query_string(self.query_string).set_log_group_names(groups);
        let reply = call.set_query_definition_id(self.query_definition_id).send().await.map_err(failed::<Self, _>)?;
        Ok(reply.query_definition_id.unwrap_or_default())
    }
}

/// Lists the queries that are saved in the account, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DescribeQueryDefinitions {
    /// Only names that begin so.
    #[serde(rename = "queryDefinitionNamePrefix", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// A query that is saved in the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryDefinition {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The query.
    pub text: String,
    /// `CWLI` for Logs Insights; `SQL` and `PPL` are other languages.
    pub language: String,
    /// Log groups that it is for.
    pub groups: Vec<String>,
}

impl Operation for DescribeQueryDefinitions {
    type Output = Vec<QueryDefinition>;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "DescribeQueryDefinitions";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:DescribeQueryDefinitions", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<QueryDefinition>, AwsError> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let call = clients.logs.describe_query_definitions().set_query_definition_name_prefix(self.prefix.clone());
            let reply = call.set_next_token(token).send().await.map_err(failed::<Self, _>)?;
            all.extend(reply.query_definitions.unwrap_or_default().into_iter().map(QueryDefinition::from));
            token = reply.next_token;
            if token.is_none() {
                return Ok(all);
            }
        }
    }
}

impl From<aws_sdk_cloudwatchlogs::types::QueryDefinition> for QueryDefinition {
    fn from(definition: aws_sdk_cloudwatchlogs::types::QueryDefinition) -> Self {
        Self {
            id: definition.query_definition_id.unwrap_or_default(),
            name: definition.name.unwrap_or_default(),
            text: definition.query_string.unwrap_or_default(),
            language: definition.query_language.map_or_else(|| "CWLI".to_owned(), |language| language.as_str().to_owned()),
            groups: definition.log_group_names.unwrap_or_default(),
        }
    }
}

/// Deletes a query that is saved in the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteQueryDefinition {
    /// Its id.
    pub query_definition_id: String,
}

impl Operation for DeleteQueryDefinition {
    /// Whether it was deleted.
    type Output = bool;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "DeleteQueryDefinition";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:DeleteQueryDefinition", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<bool, AwsError> {
        let call = clients.logs.delete_query_definition().query_definition_id(self.query_definition_id);
        Ok(call.send().await.map_err(failed::<Self, _>)?.success)
    }
}
