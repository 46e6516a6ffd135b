//! What a model refuses, in the words of the API through which it was asked.

use serde_json::Value;

use super::{Shape, invalid, messages};
use crate::models::{Model, Sampling, ThinkingForm};
use crate::sandbox::api::ApiError;
use crate::sandbox::bedrock::prompt::{Prompt, Role, Thinking};

/// Most entries of request metadata, and most characters of a key or a value.
const METADATA_ENTRIES: usize = 16;
const METADATA_LENGTH: usize = 256;

/// Checks `prompt` against what `model` accepts.
pub fn check(shape: Shape, prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    check_ranges(shape, prompt)?;
    check_sampling(shape, prompt, model)?;
    check_max_tokens(shape, prompt, model)?;
    check_stop_sequences(shape, prompt)?;
    check_prefill(shape, prompt, model)?;
    check_thinking(shape, prompt, model)?;
    check_images(prompt, model)?;
    check_context(shape, prompt, model)
}

/// Checks request metadata: at most 16 entries of text, at most 256 characters each.
pub fn check_metadata(metadata: &Value) -> Result<(), ApiError> {
    let entries = metadata.as_object().ok_or_else(|| invalid("Request metadata must be a JSON object of strings."))?;
    if entries.len() > METADATA_ENTRIES {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'requestMetadata' failed to satisfy constraint: Member must have length less than or equal to {METADATA_ENTRIES}"
        )));
    }
    let too_long = |text: &str| text.chars().count() > METADATA_LENGTH;
    let bad = entries.iter().find(|(key, value)| too_long(key) || value.as_str().is_none_or(too_long));
    bad.map_or(Ok(()), |(key, _)| {
        Err(invalid(format!(
            "1 validation error detected: Value at 'requestMetadata.{key}' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to {METADATA_LENGTH}, Member must have length greater than or equal to 0]"
        )))
    })
}

/// An error of the model itself; Converse says so.
fn from_model(shape: Shape, message: &str) -> ApiError {
    match shape {
        Shape::Converse => invalid(format!("The model returned the following errors: {message}")),
        Shape::Messages | Shape::Text => invalid(message),
    }
}

fn check_ranges(shape: Shape, prompt: &Prompt) -> Result<(), ApiError> {
    let limits = &prompt.limits;
    for (value, native, converse) in [(limits.temperature, "temperature", "temperature"), (limits.top_p, "top_p", "topP")] {
        let Some(value) = value.filter(|value| !(0.0..=1.0).contains(value)) else { continue };
        let constraint = if value > 1.0 { "less than or equal to 1" } else { "greater than or equal to 0" };
        return Err(match shape {
            Shape::Converse => invalid(format!(
                "1 validation error detected: Value '{value}' at 'inferenceConfig.{converse}' failed to satisfy constraint: Member must have value {constraint}"
            )),
            Shape::Messages | Shape::Text => invalid(format!("{native}: range: 0..1")),
        });
    }
    Ok(())
}

fn check_sampling(shape: Shape, prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    let limits = &prompt.limits;
    let sent = [(limits.temperature.is_some(), "temperature"), (limits.top_p.is_some(), "top_p"), (limits.top_k.is_some(), "top_k")];
    match model.sampling {
        Sampling::One if limits.temperature.is_some() && limits.top_p.is_some() => {
            Err(from_model(shape, "`temperature` and `top_p` cannot both be specified for this model. Please use only one."))
        }
        Sampling::Any | Sampling::One => Ok(()),
        Sampling::None => sent
            .iter()
            .find(|(sent, _)| *sent)
            .map_or(Ok(()), |(_, name)| Err(from_model(shape, &format!("`{name}` is deprecated for this model.")))),
    }
}

fn check_max_tokens(shape: Shape, prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    let limit = model.max_output;
    let Some(asked) = prompt.limits.max_tokens.filter(|asked| *asked == 0 || *asked > limit) else { return Ok(()) };
    Err(match (shape, asked) {
        (Shape::Converse, 0) => invalid(
            "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (Shape::Converse, _) => invalid(format!(
            "The maximum tokens you requested exceeds the model limit of {limit}. Try again with a maximum tokens value that is lower than {limit}."
        )),
        (_, 0) => invalid("max_tokens: must be greater than or equal to 1"),
        (Shape::Messages, _) => {
            let name = messages::model_name(model);
            invalid(format!("max_tokens: {asked} > {limit}, which is the maximum allowed number of output tokens for {name}"))
        }
        (Shape::Text, _) => invalid(format!(
            "Malformed input request: #/max_tokens_to_sample: {asked} is not less or equal to {limit}, please reformat your input and try again."
        )),
    })
}

fn check_stop_sequences(shape: Shape, prompt: &Prompt) -> Result<(), ApiError> {
    let blank = shape != Shape::Text && prompt.limits.stop_sequences.iter().any(|sequence| sequence.trim().is_empty());
    if blank { Err(from_model(shape, "stop_sequences: each stop sequence must contain non-whitespace")) } else { Ok(()) }
}

/// Models that refuse sampling parameters also refuse to continue a text that the caller began.
fn check_prefill(shape: Shape, prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    let begun = prompt.turns.last().is_some_and(|turn| turn.role == Role::Assistant);
    if begun && model.sampling == Sampling::None {
        let problem = "This model does not support assistant message prefill. The conversation must end with a user message.";
        return Err(from_model(shape, problem));
    }
    Ok(())
}

/// The form that the model takes, a budget within bounds, and no sampling parameters beside it.
fn check_thinking(shape: Shape, prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    let limits = &prompt.limits;
    let refused = |message: &str| Err(from_model(shape, message));
    match (limits.thinking, model.thinking) {
        (Thinking::Off, _) => return Ok(()),
        (_, None) => return refused("thinking: this model does not support thinking"),
        (Thinking::Budget(_), Some(ThinkingForm::Adaptive)) if model.sampling == Sampling::None => {
            return refused(
                "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.",
            );
        }
        (Thinking::Adaptive, Some(ThinkingForm::Budget)) => return refused("adaptive thinking is not supported on this model"),
        (Thinking::Budget(budget), _) if budget < 1_024 => {
            return refused("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        }
        (Thinking::Budget(budget), _) if limits.max_tokens.is_some_and(|max| max <= budget) => {
            return refused("`max_tokens` must be greater than `thinking.budget_tokens`.");
        }
        _ => {}
    }
    if limits.temperature.is_some_and(|temperature| temperature != 1.0) {
        return refused("`temperature` may only be set to 1 when thinking is enabled.");
    }
    if limits.top_p.is_some_and(|top_p| top_p < 0.95) {
        return refused("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
    }
    if limits.top_k.is_some() { refused("`top_k` must be unset when thinking is enabled.") } else { Ok(()) }
}

fn check_images(prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    if prompt.images() > 0 && !model.reads_images() {
        return Err(invalid(
            "This model doesn't support the image content block that you provided. Remove the content block and try again.",
        ));
    }
    Ok(())
}

fn check_context(shape: Shape, prompt: &Prompt, model: &Model) -> Result<(), ApiError> {
    let (tokens, window) = (prompt.tokens(), model.context_window);
    if tokens > window {
        return Err(from_model(shape, &format!("prompt is too long: {tokens} tokens > {window} maximum")));
    }
    Ok(())
}
