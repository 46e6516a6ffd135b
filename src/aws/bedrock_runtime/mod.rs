//! Bedrock Runtime: conversations and invocations, whole or streamed.

mod converse;
mod invoke;
mod request;
mod stream;
mod thinking;

pub use converse::{Converse, Reply};
pub use invoke::{InvokeModel, InvokeReply};
pub use request::{Block, ConverseRequest, Message, Role, Usage};
pub use stream::{ChatEvent, ConverseStream, StreamConverse, converse_stream};
pub use thinking::{Effort, Thinking};

use super::bedrock::{model_arn, profile_arn};
use super::operation::Permission;

/// Prefixes of the ids of cross-Region inference profiles.
const PROFILE_PREFIXES: [&str; 7] = ["us.", "us-gov.", "eu.", "jp.", "au.", "apac.", "global."];

/// The permission to invoke a model by any of its ids. Through a profile both the profile and the model behind it must be allowed.
fn invocation(action: &str, model_id: &str) -> Vec<Permission> {
    let behind = PROFILE_PREFIXES.iter().find_map(|prefix| model_id.strip_prefix(prefix));
    match behind {
        Some(model) => vec![Permission::new(action, profile_arn(model_id)), Permission::new(action, model_arn(model))],
        None => vec![Permission::new(action, model_arn(model_id))],
    }
}
