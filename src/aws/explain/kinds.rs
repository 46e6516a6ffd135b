//! What can be said of a failure from its class alone.

use super::filled;
use crate::aws::error::{AwsError, ErrorKind, Explanation};

/// The explanation of the class of `error`.
pub(super) fn explain(error: &AwsError) -> Explanation {
    let (what, why, remedy) = texts(error.kind);
    Explanation { what: filled(what, error), why: filled(why, error), remedy: filled(remedy, error) }
}

fn texts(kind: ErrorKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ErrorKind::NoCredentials => (
            "No AWS credentials were found",
            "The chosen profile, the environment variables and the other places where the AWS SDK looks hold none",
            "Choose a profile, sign in with aws sso login or aws configure, or work in the sandbox, which needs no account",
        ),
        ErrorKind::ExpiredCredentials => (
            "The AWS credentials have expired",
            "Temporary credentials last some hours, those of an event until the event ends",
            "Sign in again (aws sso login for SSO) or copy new credentials, then connect again",
        ),
        ErrorKind::Unreachable => (
            "The service could not be reached",
            "There is no network, a proxy or firewall is in the way, the Region does not exist, or nothing listens at the endpoint",
            "Check the network, the Region and the endpoint, then try again; the sandbox works without a network",
        ),
        ErrorKind::Timeout => (
            "The service did not answer in time",
            "The network is slow or blocked, or the service is busy",
            "Try again; if it stays so, check the network and the Region",
        ),
        ErrorKind::Throttled => (
            "AWS asks to slow down",
            "Too many calls were made in a short time; they were retried and refused again",
            "Wait a minute and try again",
        ),
        ErrorKind::BrokenStream => (
            "The reply broke off",
            "The connection was lost before the end of the reply; tokens that were written are billed all the same",
            "Ask again",
        ),
        other => rest(other),
    }
}

fn rest(kind: ErrorKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ErrorKind::AccessDenied => (
            "{call} was denied",
            "AWS does not say which permission is missing. The call needs {needed}",
            "Have that allowed for your user or role, or choose another profile",
        ),
        ErrorKind::NotFound => {
            ("{call} did not find what it names", "AWS says: {message}", "Check the name and the Region; it may have been deleted")
        }
        ErrorKind::AlreadyExists => ("It exists already", "AWS says: {message}", "Use the existing one, or choose another name"),
        ErrorKind::Invalid => ("AWS refused the parameters of {call}", "AWS says: {message}", "Correct what the text names and try again"),
        ErrorKind::NotImplemented => (
            "The endpoint does not know {call}",
            "It is an emulator of AWS that lacks this operation: {message}",
            "Use the sandbox or a real account for this",
        ),
        ErrorKind::Server => ("AWS failed to answer {call}", "The service says: {message}", "Try again in a minute"),
        _ => ("{call} failed", "{code}: {message}", "Try again; the details help when you ask for help"),
    }
}
