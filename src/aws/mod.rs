//! The only room that knows the AWS SDK: environments, clients, operations as data, the call recorder, errors explained.
//!
//! Everything that crosses the door is a type of ours. An operation is a plain struct whose fields are the parameters of the AWS call;
//! the same value is shown as a plan (service, CLI line, IAM actions), sent ([`Session::run`]) and recorded, so the three cannot disagree.
//!
//! Not here: when and why something is called (`lab`, `runtime`), what a log record means (`logs`).

pub mod as_code;
pub mod bedrock;
pub mod bedrock_runtime;
mod classify;
mod clients;
pub mod cloudwatch;
mod convert;
pub mod environment;
pub mod error;
pub mod explain;
pub mod iam;
pub mod logs;
pub mod operation;
pub mod plain_host;
pub mod profiles;
pub mod quotas;
pub mod recorder;
mod redact;
pub mod s3;
pub mod session;
pub mod sns;
pub mod sts;
mod trace;

pub use convert::Tag;
pub use environment::{Environment, EnvironmentKind};
pub use error::{AwsError, ErrorKind};
pub use operation::{Operation, Permission, PlannedCall, Service};
pub use recorder::{CallRecord, Recorder};
pub use session::Session;
