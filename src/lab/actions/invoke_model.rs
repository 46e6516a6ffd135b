//! Calls a model once with an example prompt, and looks for an invocation of the caller in the log.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{judge_existing, records};
use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::bedrock_runtime::{Block, Converse, ConverseRequest, Message, Role};
use crate::aws::error::AwsError;
use crate::aws::operation::PlannedCall;
use crate::base::text;
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::facts::Facts;
use crate::lab::form::{ExistingKind, Field, FieldKind, Note, Values};
use crate::lab::status::Verdict;
use crate::prompts::{self, ExamplePrompt};

/// See the module.
pub struct InvokeModel;

/// Longest reply asked for when the prompt does not say.
const MAX_TOKENS: u32 = 600;

const FIELDS: [Field; 1] =
    [Field::new("model", "Model", FieldKind::Existing(ExistingKind::Model), "An inference profile spreads calls over Regions")];

/// The prompt that the step sends; the first one when the lab names none.
fn prompt(values: &Values) -> Option<&'static ExamplePrompt> {
    prompts::find(values.text("prompt")).or_else(|| prompts::all().first())
}

/// The call that sends the example prompt to the model.
pub(super) fn request(values: &Values) -> Converse {
    let prompt = prompt(values);
    let user = prompt.map(ExamplePrompt::user_text).unwrap_or_default();
    Converse(ConverseRequest {
        model_id: values.text("model").to_owned(),
        messages: vec![Message { role: Role::User, blocks: vec![Block::Text(user)] }],
        system: prompt.and_then(|prompt| prompt.system.clone()),
        max_tokens: Some(prompt.and_then(|prompt| prompt.parameters.max_tokens).unwrap_or(MAX_TOKENS)),
        request_metadata: BTreeMap::from([("outcrop".to_owned(), "lab".to_owned())]),
        ..ConverseRequest::default()
    })
}

#[async_trait]
impl Action for InvokeModel {
    fn name(&self) -> &'static str {
        "invoke-model"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn hidden_keys(&self) -> &'static [&'static str] {
        &["prompt"]
    }

    fn suggest(&self, facts: &Facts) -> Values {
        let best = facts.models.iter().flatten().next().map(|model| model.name.clone()).unwrap_or_default();
        [("model", best), ("prompt", String::new())].into_iter().collect()
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        let model = values.text("model");
        let known = judge_existing("model", facts, ExistingKind::Model, model);
        let ended =
            model.contains("claude-v2").then(|| Note::warning("model", "AWS has ended Claude 2.1; only the sandbox still answers with it"));
        known.into_iter().chain(ended).collect()
    }

    fn plan(&self, values: &Values, _facts: &Facts) -> Vec<PlannedCall> {
        vec![PlannedCall::of(&request(values))]
    }

    fn result(&self, values: &Values) -> String {
        values.text("model").to_owned()
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Send the example prompt"
    }

    fn patience_secs(&self) -> u64 {
        120
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        let title = prompt(cx.values).map(|prompt| prompt.title.as_str()).unwrap_or_default();
        cx.say(format!("Sending “{title}” to {}", cx.values.text("model")));
        cx.run(request(cx.values)).await?;
        Ok(())
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let Some(config) = cx.run(GetModelInvocationLoggingConfiguration {}).await? else {
            return Ok(Verdict::not_yet("Invocation logging is off, so calls leave no record", "Do the step Invocation logging first"));
        };
        let (mine, place) = records::mine(cx, &config, records::logging_since(cx)).await?;
        let Some(newest) = mine.iter().max_by(|a, b| a.timestamp.cmp(&b.timestamp)) else {
            return Ok(Verdict::not_yet(
                format!("No invocation of yours since logging was switched on is in {place}"),
                "Send a prompt; on a real account its record arrives within a minute",
            ));
        };
        Ok(Verdict::passed([
            format!("{} of yours in {place}", text::count(mine.len() as u64, "invocation record")),
            format!("Newest: {} at {}, {} tokens in, {} out", newest.model, newest.timestamp, newest.input_tokens, newest.output_tokens),
            format!("Request id {}", newest.request_id),
        ]))
    }
}
