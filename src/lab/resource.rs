//! The kinds of things that the lab makes, changes or borrows.

use serde::{Deserialize, Serialize};

use crate::aws::bedrock::LoggingConfig;
use crate::aws::cloudwatch::Detector;

/// A thing at AWS, as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Resource {
    /// The place that the person confirmed; nothing is made for it.
    Place {
        /// ARN of the caller at that moment.
        caller: String,
    },
    /// A log group.
    LogGroup {
        /// Its name.
        name: String,
    },
    /// A bucket.
    Bucket {
        /// Its name.
        name: String,
    },
    /// Our statement in the policy of a bucket that is not ours.
    BucketStatement {
        /// The bucket.
        bucket: String,
    },
    /// A role.
    Role {
        /// Its name.
        name: String,
    },
    /// An inline policy of a role.
    RolePolicy {
        /// The role.
        role: String,
        /// The policy's name.
        policy: String,
    },
    /// An alarm.
    Alarm {
        /// Its name.
        name: String,
    },
    /// The model of an anomaly band.
    AnomalyDetector {
        /// What it learns from, in words.
        name: String,
        /// What it learns from.
        detector: Box<Detector>,
    },
    /// An SNS topic with its subscriptions.
    Topic {
        /// Its name.
        name: String,
        /// Its ARN.
        arn: String,
    },
    /// A dashboard that was published to CloudWatch.
    Dashboard {
        /// Its name.
        name: String,
    },
    /// The account's model invocation logging in the Region: there is one, and it may have been someone's before.
    LoggingConfiguration {
        /// What the lab sets.
        ours: Box<LoggingConfig>,
        /// What was set before the lab, to be restored.
        previous: Option<Box<LoggingConfig>>,
    },
}

impl Resource {
    /// Whether both name the same thing, whatever else is noted about it.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Place { .. }, Self::Place { .. }) | (Self::LoggingConfiguration { .. }, Self::LoggingConfiguration { .. }) => true,
            (Self::AnomalyDetector { detector, .. }, Self::AnomalyDetector { detector: other, .. }) => detector.is_same(other),
            _ => self == other,
        }
    }

    /// A logging configuration that stands for whichever the ledger has: there is one.
    pub fn any_logging() -> Self {
        Self::LoggingConfiguration { ours: Box::default(), previous: None }
    }

    /// The detector behind a band.
    pub fn detector(detector: Detector) -> Self {
        Self::AnomalyDetector { name: detector.words(), detector: Box::new(detector) }
    }

    /// The topic of this ARN.
    pub fn topic(arn: &str) -> Self {
        Self::Topic { name: arn.rsplit(':').next().unwrap_or(arn).to_owned(), arn: arn.to_owned() }
    }

    /// Its name as AWS lists it.
    pub fn name(&self) -> &str {
        match self {
            Self::Place { caller } => caller,
            Self::LogGroup { name }
            | Self::Bucket { name }
            | Self::Role { name }
            | Self::Alarm { name }
            | Self::Dashboard { name }
            | Self::AnomalyDetector { name, .. }
            | Self::Topic { name, .. } => name,
            Self::BucketStatement { bucket } => bucket,
            Self::RolePolicy { policy, .. } => policy,
            Self::LoggingConfiguration { .. } => "model invocation logging",
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Place { .. } => "place",
            Self::LogGroup { .. } => "log group",
            Self::Bucket { .. } => "bucket",
            Self::BucketStatement { .. } => "bucket policy statement",
            Self::Role { .. } => "role",
            Self::RolePolicy { .. } => "role policy",
            Self::Alarm { .. } => "alarm",
            Self::AnomalyDetector { .. } => "anomaly detector",
            Self::Topic { .. } => "topic",
            Self::Dashboard { .. } => "dashboard",
            Self::LoggingConfiguration { .. } => "logging configuration",
        }
    }

    /// Kind and name on one line: `log group bedrock-logs`.
    pub fn label(&self) -> String {
        match self {
            Self::LoggingConfiguration { .. } => self.name().to_owned(),
            Self::RolePolicy { role, policy } => format!("role policy {policy} of {role}"),
            Self::BucketStatement { bucket } => format!("statement in the policy of bucket {bucket}"),
            _ => format!("{} {}", self.kind(), self.name()),
        }
    }

    /// Its place in the order of removal: what uses others goes first.
    pub fn removal_order(&self) -> u8 {
        match self {
            Self::LoggingConfiguration { .. } => 0,
            // An alarm that is evaluated makes its detector anew, and sends to its topic.
            Self::Alarm { .. } => 1,
            Self::AnomalyDetector { .. } => 2,
            Self::Topic { .. } | Self::Dashboard { .. } => 3,
            Self::LogGroup { .. } => 4,
            Self::BucketStatement { .. } => 5,
            Self::Bucket { .. } => 6,
            Self::RolePolicy { .. } => 7,
            Self::Role { .. } => 8,
            Self::Place { .. } => 9,
        }
    }
}
