//! Incidents: something goes wrong until it is stopped, for everybody in the account, and can be found in metrics, logs and alarms.
//!
//! Each works through the faults that Bedrock knows ([`crate::sandbox::bedrock::Faults`]) and brings a little traffic of its own, so that it is
//! seen even in an account in which nobody works.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator as _, IntoStaticStr};

use super::{REGION, make, moment, rng_at, work};
use crate::base::clock::Timestamp;
use crate::models;
use crate::sandbox::Sandbox;
use crate::sandbox::bedrock::{Faults, Invocation, Order};

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Most calls are throttled.
    ThrottlingStorm,
    /// One model becomes slow.
    LatencyRegression,
    /// An application sends huge prompts.
    TokenBomb,
    /// The account loses access to a model.
    DeniedModel,
    /// A model reaches its end of life.
    ExpiredModel,
    /// Log records are not delivered.
    LogDeliveryFailure,
    /// Somebody sends personal data.
    PersonalData,
}

/// The incidents under way, by kind.
pub type Active = BTreeMap<Kind, Running>;

/// An incident under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// When it began.
    pub since: Timestamp,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// The model that it is about, as its callers name it.
    pub model: String,
    /// Its own calls up to this moment have been made, milliseconds since the epoch.
    done_ms: i64,
}

/// How an incident is to begin.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The model that it is about; the class's favourite unless said.
    pub model: Option<String>,
    /// Minutes after which it ends by itself.
    pub minutes: Option<u32>,
}

/// Why an incident does not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// There is none of this name.
    #[error("There is no incident {0:?}: choose one of {known}", known = names().join(", "))]
    Unknown(String),
    /// The model is not in the catalogue.
    #[error("There is no model {0:?} in the sandbox: name it as ListInferenceProfiles does")]
    UnknownModel(String),
}

/// Every incident that can be made to happen.
pub fn all() -> impl Iterator<Item = Kind> {
    Kind::iter()
}

/// The names of all incidents, as the command line has them.
pub fn names() -> Vec<&'static str> {
    Kind::iter().map(Kind::name).collect()
}

impl Kind {
    /// The incident called `name`.
    pub fn named(name: &str) -> Result<Self, IncidentError> {
        name.parse().map_err(|_| IncidentError::Unknown(name.to_owned()))
    }

    /// Its name on the command line: `throttling-storm`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::ThrottlingStorm => "Throttling storm",
            Self::LatencyRegression => "Latency regression",
            Self::TokenBomb => "Token bomb",
            Self::DeniedModel => "Denied model",
            Self::ExpiredModel => "Expired model",
            Self::LogDeliveryFailure => "Log delivery failure",
            Self::PersonalData => "Prompt with personal data",
        }
    }

    /// What happens.
    pub fn story(self) -> &'static str {
        match self {
            Self::ThrottlingStorm => "The quota is used up: four calls in five are throttled, whoever makes them",
            Self::LatencyRegression => "One model answers five times as slowly as usual; the others are as before",
            Self::TokenBomb => "A release of the order desk puts the whole catalogue of goods in front of every question",
            Self::DeniedModel => "Somebody withdrew the account's access to a model",
            Self::ExpiredModel => "A model has reached the end of its life, and an application still calls it",
            Self::LogDeliveryFailure => "Calls work, but their records reach neither the log group nor the bucket",
            Self::PersonalData => "A program sends names, addresses and card numbers in its prompts",
        }
    }

    /// Where it can be seen.
    pub fn look_for(self) -> &'static str {
        match self {
            Self::ThrottlingStorm => "InvocationThrottles rises while Invocations falls. In the logs: errorCode = \"ThrottlingException\"",
            Self::LatencyRegression => {
                "p99 and average of InvocationLatency by ModelId; in the logs output.outputBodyJson.metrics.latencyMs by modelId"
            }
            Self::TokenBomb => {
                "Average and sum of InputTokenCount, and EstimatedTPMQuotaUsage. In the logs: sum input.inputTokenCount by identity.arn"
            }
            Self::DeniedModel => "InvocationClientErrors of one ModelId. In the logs: errorCode = \"AccessDeniedException\" by modelId",
            Self::ExpiredModel => "InvocationClientErrors of one ModelId. In the logs: errorCode = \"ResourceNotFoundException\"",
            Self::LogDeliveryFailure => {
                "ModelInvocationLogsCloudWatchDeliveryFailure and …S3DeliveryFailure. In the logs: nothing, while Invocations goes on"
            }
            Self::PersonalData => {
                "Nothing in the metrics. In the logs: @message like /@example\\.(com|org|net)/ or a card number such as 4111"
            }
        }
    }

    /// Milliseconds between the calls that it brings along.
    fn every_ms(self) -> i64 {
        match self {
            Self::ThrottlingStorm => 2_000,
            Self::TokenBomb => 10_000,
            Self::PersonalData => 20_000,
            Self::LatencyRegression | Self::DeniedModel | Self::ExpiredModel | Self::LogDeliveryFailure => 5_000,
        }
    }

    /// The role in which its own calls are made.
    fn caller(self) -> &'static str {
        match self {
            Self::TokenBomb => "order-desk-task-role",
            Self::PersonalData => "crm-export-role",
            _ => "load-generator-role",
        }
    }

    /// Adds what it does to `faults`.
    fn apply(self, running: &Running, faults: &mut Faults) {
        let model = models::normalise(&running.model).to_owned();
        match self {
            Self::ThrottlingStorm => faults.throttle_share = 0.8,
            Self::LatencyRegression => drop(faults.slower_models.insert(model, 400)),
            Self::DeniedModel => drop(faults.denied_models.insert(model)),
            Self::ExpiredModel => drop(faults.ended_models.insert(model)),
            Self::LogDeliveryFailure => faults.fail_deliveries = true,
            Self::TokenBomb | Self::PersonalData => {}
        }
    }

    /// Takes away what [`Kind::apply`] added.
    fn undo(self, running: &Running, faults: &mut Faults) {
        let model = models::normalise(&running.model).to_owned();
        match self {
            Self::ThrottlingStorm => faults.throttle_share = 0.0,
            Self::LatencyRegression => drop(faults.slower_models.remove(&model)),
            Self::DeniedModel => drop(faults.denied_models.remove(&model)),
            Self::ExpiredModel => drop(faults.ended_models.remove(&model)),
            Self::LogDeliveryFailure => faults.fail_deliveries = false,
            Self::TokenBomb | Self::PersonalData => {}
        }
    }
}

/// Lets `kind` begin now; one that is under way begins anew.
pub fn start(sandbox: &Sandbox, kind: Kind, how: &Start) -> Result<(), IncidentError> {
    let model = match &how.model {
        Some(model) if models::find(model).is_none() => return Err(IncidentError::UnknownModel(model.clone())),
        Some(model) => model.clone(),
        None => super::texts::WORK.models[0].id.clone(),
    };
    let _turn = sandbox.turn();
    end(sandbox, kind);
    let now = sandbox.clock().now();
    let until = how.minutes.map(|minutes| moment(now.as_millisecond() + i64::from(minutes) * 60_000));
    let running = Running { since: now, until, model, done_ms: now.as_millisecond() };
    let mut world = sandbox.world();
    kind.apply(&running, &mut world.region(REGION).bedrock.faults);
    world.class.incidents.insert(kind, running);
    Ok(())
}

/// Ends `kind`; tells whether it was under way.
pub fn stop(sandbox: &Sandbox, kind: Kind) -> bool {
    let _turn = sandbox.turn();
    end(sandbox, kind)
}

fn end(sandbox: &Sandbox, kind: Kind) -> bool {
    let mut world = sandbox.world();
    let Some(running) = world.class.incidents.remove(&kind) else { return false };
    kind.undo(&running, &mut world.region(REGION).bedrock.faults);
    true
}

/// The incidents under way.
pub fn active(sandbox: &Sandbox) -> Active {
    sandbox.world().class.incidents.clone()
}

/// Calls of one incident made in one beat.
const MOST_A_BEAT: i64 = 60;

/// Makes the calls that incidents bring along, and ends those whose time is over.
pub(super) fn beat(sandbox: &Sandbox) {
    let now_ms = sandbox.clock().now_ms();
    for (kind, running) in active(sandbox) {
        let end_ms = running.until.map_or(now_ms, |until| until.as_millisecond().min(now_ms));
        let done_ms = make_calls(sandbox, kind, &running, end_ms);
        if running.until.is_some_and(|until| until.as_millisecond() <= now_ms) && done_ms >= end_ms {
            end(sandbox, kind);
        } else if done_ms != running.done_ms
            && let Some(kept) = sandbox.world().class.incidents.get_mut(&kind)
        {
            kept.done_ms = done_ms;
        }
    }
}

/// Makes the calls of `kind` up to `end_ms`; returns the time of the last one.
fn make_calls(sandbox: &Sandbox, kind: Kind, running: &Running, end_ms: i64) -> i64 {
    let every = kind.every_ms();
    let due = ((end_ms - running.done_ms) / every).clamp(0, MOST_A_BEAT);
    // What is too much for a beat is left out, not put off: an incident is about now.
    let first = if (end_ms - running.done_ms) / every > MOST_A_BEAT { end_ms - MOST_A_BEAT * every } else { running.done_ms };
    for n in 1..=due {
        make(sandbox, order(sandbox, kind, running, first + n * every));
    }
    first + due * every
}

fn order(sandbox: &Sandbox, kind: Kind, running: &Running, at_ms: i64) -> Order {
    let account = sandbox.world().account_id.clone();
    let mut rng = rng_at(sandbox.world().class.seed, 1_000 + kind as u64, at_ms);
    let body = match kind {
        Kind::TokenBomb => work::bomb(&mut rng),
        Kind::PersonalData => work::personal(&mut rng),
        _ => work::question(&mut rng),
    };
    Order {
        region: REGION.to_owned(),
        principal_arn: format!("arn:aws:sts::{account}:assumed-role/{}/i-0a1b2c3d4e5f60718", kind.caller()),
        at: moment(at_ms),
        request_id: work::request_id(&mut rng),
        invocation: Invocation::Converse,
        model_id: running.model.clone(),
        body,
        metadata: Some(serde_json::json!({ "team": "shop", "app": kind.caller().trim_end_matches("-role") })),
    }
}
