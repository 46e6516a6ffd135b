//! Any text as a policy document, and any question to it: read or refused, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use outcrop::sandbox::iam::policy::{Context, PolicyDocument, PolicyKind, Principal};

fuzz_target!(|data: (&str, &str, &str)| {
    let (text, action, resource) = data;
    for kind in [PolicyKind::Identity, PolicyKind::Trust, PolicyKind::Resource] {
        let Ok(policy) = PolicyDocument::parse(text, kind) else { continue };
        let context = Context::new().with("aws:SourceAccount", action);
        policy.allows(action, resource, &context);
        policy.allows_principal(Principal::Service(action), action, resource, &context);
        policy.allows_principal(Principal::Aws(resource), action, resource, &context);
    }
});
