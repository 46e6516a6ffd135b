//! From the text of a policy to its statements, with AWS's complaints.

use serde_json::{Map, Value};

use super::condition::Condition;
use super::{Effect, Name, PolicyDocument, Scope, Statement};

/// What a policy is attached to, which decides what it must and must not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// Permissions of a role: has resources, names no principal.
    Identity,
    /// Who may assume a role: names principals, has no resources.
    Trust,
    /// Permissions on a resource such as a bucket: names principals and resources.
    Resource,
}

/// Why a document is no policy, in AWS's words (`MalformedPolicyDocument`, S3's `MalformedPolicy`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MalformedPolicy(pub String);

impl MalformedPolicy {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn syntax() -> Self {
        Self::new("Syntax errors in policy.")
    }
}

type Parsed<T> = Result<T, MalformedPolicy>;

pub(super) fn document(text: &str, kind: PolicyKind) -> Parsed<PolicyDocument> {
    let value: Value = serde_json::from_str(text).map_err(|_| MalformedPolicy::new("This policy contains invalid Json"))?;
    let map = value.as_object().ok_or_else(MalformedPolicy::syntax)?;
    check_members(map, &["Version", "Id", "Statement"])?;
    check_version(map)?;
    let statements = match map.get("Statement") {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        Some(_) => return Err(MalformedPolicy::syntax()),
        None => return Err(MalformedPolicy::new("Missing required field Statement")),
    };
    if statements.is_empty() {
        return Err(MalformedPolicy::new("Policy must contain at least one statement."));
    }
    Ok(PolicyDocument { statements: statements.into_iter().map(|item| statement(item, kind)).collect::<Parsed<_>>()? })
}

fn check_members(map: &Map<String, Value>, known: &[&str]) -> Parsed<()> {
    if map.keys().all(|name| known.contains(&name.as_str())) { Ok(()) } else { Err(MalformedPolicy::syntax()) }
}

fn check_version(map: &Map<String, Value>) -> Parsed<()> {
    match map.get("Version").map(Value::as_str) {
        None | Some(Some("2012-10-17" | "2008-10-17")) => Ok(()),
        Some(_) => Err(MalformedPolicy::new("The policy must contain a valid version string")),
    }
}

fn statement(value: &Value, kind: PolicyKind) -> Parsed<Statement> {
    const MEMBERS: [&str; 9] =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    let map = value.as_object().ok_or_else(MalformedPolicy::syntax)?;
    check_members(map, &MEMBERS)?;
    let effect = match map.get("Effect").map(Value::as_str) {
        Some(Some("Allow")) => Effect::Allow,
        Some(Some("Deny")) => Effect::Deny,
        Some(_) => return Err(MalformedPolicy::syntax()),
        None => return Err(MalformedPolicy::new("Missing required field Effect")),
    };
    Ok(Statement {
        effect,
        principals: principals(map, kind)?,
        actions: actions(map, kind)?,
        resources: resources(map, kind)?,
        conditions: conditions(map)?,
    })
}

/// The texts of `name` or `NotName`; giving both is an error, giving none is none.
fn scope(map: &Map<String, Value>, name: &str) -> Parsed<Option<Scope<String>>> {
    match (map.get(name), map.get(&format!("Not{name}"))) {
        (Some(_), Some(_)) => Err(MalformedPolicy::syntax()),
        (Some(only), None) => Ok(Some(Scope::Only(texts(only)?))),
        (None, Some(all_but)) => Ok(Some(Scope::AllBut(texts(all_but)?))),
        (None, None) => Ok(None),
    }
}

/// A text or a list of texts.
fn texts(value: &Value) -> Parsed<Vec<String>> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(MalformedPolicy::syntax)).collect(),
        _ => Err(MalformedPolicy::syntax()),
    }
}

fn items<T>(scope: &Scope<T>) -> &[T] {
    match scope {
        Scope::Only(items) | Scope::AllBut(items) => items,
    }
}

fn actions(map: &Map<String, Value>, kind: PolicyKind) -> Parsed<Scope<String>> {
    let missing = || MalformedPolicy::new("Policy statement must contain actions.");
    let scope = scope(map, "Action")?.filter(|scope| !items(scope).is_empty()).ok_or_else(missing)?;
    for action in items(&scope) {
        check_action(action, kind)?;
    }
    Ok(scope)
}

fn check_action(action: &str, kind: PolicyKind) -> Parsed<()> {
    if kind == PolicyKind::Trust && !action.to_lowercase().starts_with("sts:") {
        return Err(MalformedPolicy::new("AssumeRole policy may only specify STS AssumeRole actions."));
    }
    if action != "*" && !action.split_once(':').is_some_and(|(vendor, name)| !vendor.is_empty() && !name.is_empty()) {
        return Err(MalformedPolicy::new("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."));
    }
    Ok(())
}

fn resources(map: &Map<String, Value>, kind: PolicyKind) -> Parsed<Option<Scope<String>>> {
    let scope = scope(map, "Resource")?;
    match (&scope, kind) {
        (Some(_), PolicyKind::Trust) => return Err(MalformedPolicy::new("Has prohibited field Resource")),
        (None, PolicyKind::Trust) => return Ok(None),
        (None, _) => return Err(MalformedPolicy::new("Policy statement must contain resources.")),
        (Some(_), _) => {}
    }
    for resource in scope.iter().flat_map(items) {
        if resource != "*" && resource.split(':').count() < 6 {
            return Err(MalformedPolicy(format!("Resource {resource} must be in ARN format or \"*\".")));
        }
    }
    Ok(scope)
}

fn principals(map: &Map<String, Value>, kind: PolicyKind) -> Parsed<Option<Scope<Name>>> {
    let (only, all_but) = (map.get("Principal"), map.get("NotPrincipal"));
    match (only, all_but, kind) {
        (None, None, PolicyKind::Identity) => Ok(None),
        (None, None, _) => Err(MalformedPolicy::new("Missing required field Principal")),
        (_, _, PolicyKind::Identity) => Err(MalformedPolicy::new("Policy document should not specify a principal.")),
        (Some(_), Some(_), _) => Err(MalformedPolicy::syntax()),
        (Some(only), None, _) => Ok(Some(Scope::Only(names(only)?))),
        (None, Some(_), PolicyKind::Trust) => Err(MalformedPolicy::new("Has prohibited field NotPrincipal")),
        (None, Some(all_but), _) => Ok(Some(Scope::AllBut(names(all_but)?))),
    }
}

fn names(value: &Value) -> Parsed<Vec<Name>> {
    match value {
        Value::String(text) if text == "*" => Ok(vec![Name::Everyone]),
        Value::Object(map) => {
            map.iter().map(|(kind, value)| names_of_kind(kind, value)).collect::<Parsed<Vec<_>>>().map(|all| all.concat())
        }
        other => Err(MalformedPolicy(format!("Invalid principal in policy: {other}"))),
    }
}

fn names_of_kind(kind: &str, value: &Value) -> Parsed<Vec<Name>> {
    texts(value)?.into_iter().map(|text| name(kind, text)).collect()
}

fn name(kind: &str, text: String) -> Parsed<Name> {
    let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    match kind {
        "AWS" if text == "*" => Ok(Name::Everyone),
        "AWS" if is_account || text.starts_with("arn:") => Ok(Name::Aws(text)),
        "Service" if text.ends_with(".amazonaws.com") => Ok(Name::Service(text)),
        "Federated" | "CanonicalUser" => Ok(Name::Other),
        _ => Err(MalformedPolicy(format!("Invalid principal in policy: \"{}\":\"{text}\"", kind.to_uppercase()))),
    }
}

fn conditions(map: &Map<String, Value>) -> Parsed<Vec<Condition>> {
    let Some(block) = map.get("Condition") else { return Ok(Vec::new()) };
    let operators = block.as_object().ok_or_else(MalformedPolicy::syntax)?;
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        for (key, wanted) in keys.as_object().ok_or_else(MalformedPolicy::syntax)? {
            let unknown = || MalformedPolicy(format!("Invalid Condition type : {operator}."));
            conditions.push(Condition::new(operator, key, scalars(wanted)?).ok_or_else(unknown)?);
        }
    }
    Ok(conditions)
}

/// Condition values may also be written as booleans and numbers.
fn scalars(value: &Value) -> Parsed<Vec<String>> {
    match value {
        Value::Bool(truth) => Ok(vec![truth.to_string()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Array(items) => items.iter().map(scalars).collect::<Parsed<Vec<_>>>().map(|all| all.concat()),
        other => texts(other),
    }
}
