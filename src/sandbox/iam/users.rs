//! Users and their access keys. A call signed with a user's key may do what the user's policies allow, and nothing else.

use serde_json::{Value, json};

use super::holders::{Kind, find};
use super::roles::{page, path, tags};
use super::state::{AccessKey, State, User};
use super::{INVALID, stable_id};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};
use crate::sandbox::wire::timestamp;

/// Users of one account, and access keys of a user.
const MAX_USERS: usize = 5_000;
const MAX_KEYS: usize = 2;

/// `CreateUser`.
pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (name, path) = (Kind::User.name(&input)?, path(&input, "Path")?.unwrap_or("/"));
    let user = User {
        name: name.to_owned(),
        path: path.to_owned(),
        id: stable_id("AIDA", name),
        arn: format!("arn:aws:iam::{}:user{path}{name}", cx.account),
        created: cx.now,
        policies: std::collections::BTreeMap::new(),
        attached: Vec::new(),
        tags: tags(&input, &[])?,
    };
    let mut world = sandbox.world();
    if world.iam.user(name).is_some() {
        return Err(ApiError::new(409, "EntityAlreadyExists", format!("User with name {name} already exists.")));
    }
    if world.iam.users.len() >= MAX_USERS {
        return Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for UsersPerAccount: {MAX_USERS}")));
    }
    let output = json!({ "User": described(&user, true) });
    world.iam.users.insert(name.to_lowercase(), user);
    Ok(output)
}

fn described(user: &User, with_tags: bool) -> Value {
    json!({
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": timestamp(user.created),
        "Tags": if with_tags && !user.tags.is_empty() { json!(user.tags) } else { Value::Null },
    })
}

/// `GetUser`, of the caller when no name is given.
pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    if input.get("UserName").is_some() {
        let name = find(&world.iam, Kind::User, Kind::User.name(&input)?)?.name;
        return Ok(json!({ "User": world.iam.user(name).map(|user| described(user, true)) }));
    }
    let caller = world.iam.user_of_key(cx.access_key.as_deref());
    let caller = caller.ok_or_else(|| ApiError::new(400, INVALID, "Must specify userName when calling with non-User credentials"))?;
    Ok(json!({ "User": described(caller, true) }))
}

/// `ListUsers`.
pub(super) fn list(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let prefix = path(&input, "PathPrefix")?.unwrap_or("/");
    let world = sandbox.world();
    let users: Vec<Value> =
        world.iam.users.values().filter(|user| user.path.starts_with(prefix)).map(|user| described(user, false)).collect();
    page(&input, "Users", &users)
}

/// `DeleteUser`.
pub(super) fn delete(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = Kind::User.name(&input)?;
    let mut world = sandbox.world();
    let user = find(&world.iam, Kind::User, name)?;
    let left = [
        (!user.policies.is_empty(), "must delete policies first"),
        (!user.attached.is_empty(), "must detach all policies first"),
        (keys_of(&world.iam, name).next().is_some(), "must delete access keys first"),
    ];
    if let Some((_, what)) = left.into_iter().find(|(is_left, _)| *is_left) {
        return Err(ApiError::new(409, "DeleteConflict", format!("Cannot delete entity, {what}.")));
    }
    world.iam.users.remove(&name.to_lowercase());
    Ok(Value::Null)
}

fn keys_of<'a>(state: &'a State, user: &'a str) -> impl Iterator<Item = (&'a String, &'a AccessKey)> {
    state.keys.iter().filter(move |(_, key)| key.user.eq_ignore_ascii_case(user))
}

/// The name that a call gives, or the caller's own.
fn named(input: &Input<'_>, state: &State, cx: &CallContext) -> Result<String, ApiError> {
    if input.get("UserName").is_some() {
        return find(state, Kind::User, Kind::User.name(input)?).map(|user| user.name.to_owned());
    }
    let caller = state.user_of_key(cx.access_key.as_deref()).map(|user| user.name.clone());
    caller.ok_or_else(|| ApiError::new(400, INVALID, "Must specify userName when calling with non-User credentials"))
}

/// `CreateAccessKey`.
pub(super) fn create_key(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (id, secret) = sandbox.random(|rng| (letters(rng, "AKIA", 16, ID_LETTERS), letters(rng, "", 40, SECRET_LETTERS)));
    let mut world = sandbox.world();
    let user = named(&input, &world.iam, cx)?;
    if keys_of(&world.iam, &user).count() >= MAX_KEYS {
        return Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for AccessKeysPerUser: {MAX_KEYS}")));
    }
    let key = AccessKey { user, is_active: true, created: cx.now };
    let mut shown = described_key(&id, &key);
    shown["SecretAccessKey"] = secret.into();
    world.iam.keys.insert(id, key);
    Ok(json!({ "AccessKey": shown }))
}

const ID_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn letters(rng: &mut fastrand::Rng, prefix: &str, count: usize, among: &[u8]) -> String {
    let tail: String = (0..count).map(|_| char::from(among[rng.usize(..among.len())])).collect();
    format!("{prefix}{tail}")
}

fn described_key(id: &str, key: &AccessKey) -> Value {
    let status = if key.is_active { "Active" } else { "Inactive" };
    json!({ "UserName": key.user, "AccessKeyId": id, "Status": status, "CreateDate": timestamp(key.created) })
}

/// `ListAccessKeys`.
pub(super) fn list_keys(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let user = named(&input, &world.iam, cx)?;
    page(&input, "AccessKeyMetadata", &keys_of(&world.iam, &user).map(|(id, key)| described_key(id, key)).collect::<Vec<_>>())
}

fn key_mut<'a>(state: &'a mut State, user: &str, id: &str) -> Result<&'a mut AccessKey, ApiError> {
    let missing = || ApiError::new(404, "NoSuchEntity", format!("The Access Key with id {id} cannot be found."));
    state.keys.get_mut(id).filter(|key| key.user == user).ok_or_else(missing)
}

/// `UpdateAccessKey`.
pub(super) fn update_key(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (id, status) = (input.required_str("AccessKeyId")?, input.required_str("Status")?);
    if !matches!(status, "Active" | "Inactive") {
        return Err(input.invalid("Status", status, "Member must satisfy enum value set: [Active, Inactive]"));
    }
    let mut world = sandbox.world();
    let user = named(&input, &world.iam, cx)?;
    key_mut(&mut world.iam, &user, id)?.is_active = status == "Active";
    Ok(Value::Null)
}

/// `DeleteAccessKey`.
pub(super) fn delete_key(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let id = input.required_str("AccessKeyId")?;
    let mut world = sandbox.world();
    let user = named(&input, &world.iam, cx)?;
    key_mut(&mut world.iam, &user, id)?;
    world.iam.keys.remove(id);
    Ok(Value::Null)
}
