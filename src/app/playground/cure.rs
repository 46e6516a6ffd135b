//! What can be done about a failed reply besides asking again.

use crate::aws::{AwsError, ErrorKind};

/// A way out of a failure that the screen offers as a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// Ask through an inference profile of the same model.
    UseProfile,
    /// Ask another model.
    OtherModel,
    /// Open the model in Bedrock's console: for the use-case form, the subscription, or the access.
    Console,
}

impl Cure {
    /// The way out of `error`, when it is more than asking again.
    pub fn of(error: &AwsError) -> Option<Self> {
        let says = |part: &str| error.message.contains(part);
        if says("with on-demand throughput isn") {
            return Some(Self::UseProfile);
        }
        if says("use case details have not been submitted") || says("aws-marketplace:") || says("INVALID_PAYMENT_INSTRUMENT") {
            return Some(Self::Console);
        }
        if says("have access to the model with the specified model ID") {
            return Some(Self::Console);
        }
        let gone = [
            "marked by provider as Legacy",
            "reached the end of its life",
            "provided model identifier is invalid",
            "Operation not allowed",
        ];
        gone.iter().any(|part| says(part)).then_some(Self::OtherModel)
    }
}

/// Whether waiting and asking again may help, before anything of the reply has come.
pub fn passes(error: &AwsError) -> bool {
    matches!(error.kind, ErrorKind::Throttled | ErrorKind::Server | ErrorKind::Unreachable) || error.code == "ModelNotReadyException"
}

/// Most attempts at one reply.
pub const ATTEMPTS: u32 = 5;

/// Seconds to wait before the attempt with this number, from 2: twice as long each time.
pub fn wait_secs(attempt: u32) -> u32 {
    1 << attempt.saturating_sub(2).min(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::operation::Service;

    fn error(kind: ErrorKind, message: &str) -> AwsError {
        AwsError {
            service: Service::BedrockRuntime,
            operation: "Converse".to_owned(),
            kind,
            code: "X".to_owned(),
            message: message.to_owned(),
            status: None,
            request_id: None,
            needed: Box::default(),
        }
    }

    #[test]
    fn known_refusals_have_a_way_out() {
        let of = |message: &str| Cure::of(&error(ErrorKind::Invalid, message));
        let on_demand = "Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with the ID or ARN of …";
        assert_eq!(of(on_demand), Some(Cure::UseProfile));
        assert_eq!(of("Model use case details have not been submitted for this account."), Some(Cure::Console));
        assert_eq!(of("This model version has reached the end of its life."), Some(Cure::OtherModel));
        assert_eq!(of("something else"), None);
    }

    #[test]
    fn only_what_passes_is_waited_for_and_ever_longer() {
        assert!(passes(&error(ErrorKind::Throttled, "")) && !passes(&error(ErrorKind::AccessDenied, "")));
        assert_eq!((2..=ATTEMPTS).map(wait_secs).collect::<Vec<_>>(), [1, 2, 4, 8]);
    }
}
