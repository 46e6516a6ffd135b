//! `CountTokens`: what an invocation would count as its input, without making it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::profiles;
use super::shape::{Shape, invalid, validate};
use crate::models;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input, Request};
use crate::sandbox::wire::json::parse_object;

pub(super) fn tokens(sandbox: &Sandbox, cx: &CallContext, model_id: &str, request: &Request) -> ApiResult {
    let body = parse_object(&request.body)?;
    let input = Input::new(&body, "ValidationException").required_structure("input")?;
    let source = profiles::source(sandbox, cx, model_id);
    let model = models::find(source.as_deref().unwrap_or(model_id)).ok_or_else(|| invalid("The provided model identifier is invalid."))?;
    let (converse, invoke) = (input.opt_structure("converse")?, input.opt_structure("invokeModel")?);
    let (shape, body) = match (converse, invoke) {
        (Some(converse), None) => (Shape::Converse, converse.value().clone()),
        (None, Some(invoke)) => {
            let body = native(invoke.required_str("body")?)?;
            (Shape::of_invoke(&body, model)?, body)
        }
        _ => return Err(invalid("Exactly one of converse and invokeModel must be given as input.")),
    };
    let prompt = shape.parse(&body)?;
    validate::check(shape, &prompt, model)?;
    Ok(json!({ "inputTokens": prompt.tokens() }))
}

/// The body of an `InvokeModel` call, base64 in JSON.
fn native(encoded: &str) -> Result<Value, ApiError> {
    let malformed = || invalid("Malformed input request, please reformat your input and try again.");
    let bytes = STANDARD.decode(encoded).map_err(|_| malformed())?;
    parse_object(&bytes).map_err(|_| malformed())
}
