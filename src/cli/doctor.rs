//! `outcrop doctor`: is this a place where the lab will work? One line a finding, with the remedy beneath what is wrong. Changes nothing.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::json;

use super::args::{DoctorOptions, Place};
use super::output::{Mark, Output};
use super::place;
use crate::aws::bedrock::{GetFoundationModelAvailability, GetModelInvocationLoggingConfiguration};
use crate::aws::iam::{Decision, GetRole, SimulatePrincipalPolicy};
use crate::aws::operation::Permission;
use crate::aws::{AwsError, ErrorKind, Session, profiles};
use crate::base::problem::Problem;
use crate::base::text;
use crate::lab::facts::Facts;
use crate::lab::form::ExistingKind;
use crate::lab::manifest::{self, Lab};
use crate::lab::progress::Progress;
use crate::lab::source::LabSource;
use crate::lab::{values, view::StepView};

/// The lab whose plans are checked.
const LAB: &str = "bedrock-monitoring";

/// What was looked at and what came of it.
struct Finding {
    mark: Mark,
    subject: &'static str,
    text: String,
    remedy: String,
}

impl Finding {
    fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self { mark: Mark::Ok, subject, text: text.into(), remedy: String::new() }
    }

    fn warning(subject: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { mark: Mark::Warning, subject, text: text.into(), remedy: remedy.into() }
    }

    fn failed(subject: &'static str, error: AwsError) -> Self {
        let problem = Problem::from(error);
        Self { mark: Mark::Failed, subject, text: problem.what, remedy: problem.remedy }
    }
}

/// Looks at everything and says what it found; fails when something would stop the lab.
pub async fn run(place: &Place, options: &DoctorOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let opened = place::open(place, options.sandbox, out).await?;
    let mut findings = variables();
    examine(&opened.session, &mut findings).await?;
    for finding in &findings {
        tell(finding, options.json, out);
    }
    opened.close().await?;
    let failed = findings.iter().any(|finding| finding.mark == Mark::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn tell(finding: &Finding, as_json: bool, out: &mut Output) {
    if as_json {
        let line = json!({"result": finding.mark.word().to_lowercase(), "subject": finding.subject, "text": finding.text, "remedy": finding.remedy});
        out.line(&line.to_string());
        return;
    }
    out.marked(finding.mark, finding.subject, &finding.text);
    if !finding.remedy.is_empty() {
        out.line(&format!("{:34}→ {}", "", finding.remedy));
    }
}

fn variables() -> Vec<Finding> {
    let found = profiles::find();
    found.warnings.into_iter().map(|text| Finding::warning("environment", text, "Unset what you do not mean to use")).collect()
}

/// Identity first: without it nothing else can be asked.
async fn examine(session: &Session, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let mut facts = match Facts::identify(session, "0000").await {
        Ok(facts) => facts,
        Err(error) => {
            findings.push(Finding::failed("identity", error));
            return Ok(());
        }
    };
    findings.push(Finding::ok("identity", format!("account {} as {}", facts.account, facts.caller)));
    findings.push(Finding::ok("region", facts.region.clone()));
    let lab = manifest::load(&LabSource::Embedded, LAB)?;
    permissions(session, &facts, &lab, findings).await;
    models(session, &mut facts, findings).await;
    logging(session, findings).await;
    Ok(())
}

/// Every permission of every planned call of the lab, by resource.
fn planned(lab: &Lab, facts: &Facts) -> BTreeMap<String, Vec<String>> {
    let values = values::resolve(lab, facts, &Progress::default());
    let views = lab.steps.iter().filter_map(|step| StepView::of(step, values.get(&step.id)?, facts));
    let permissions = views.flat_map(|view| view.plan).flat_map(|call| call.permissions);
    let mut by_resource: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Permission { action, resource } in permissions {
        let actions = by_resource.entry(resource).or_default();
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    by_resource
}

async fn permissions(session: &Session, facts: &Facts, lab: &Lab, findings: &mut Vec<Finding>) {
    let principal = match principal(session, facts).await {
        Ok(principal) => principal,
        Err(error) => return findings.push(unknown_permissions(&error)),
    };
    let mut allowed = 0;
    for (resource, actions) in planned(lab, facts) {
        let resource_arns = if resource == "*" { Vec::new() } else { vec![resource] };
        let call = SimulatePrincipalPolicy { policy_source_arn: principal.clone(), action_names: actions, resource_arns };
        match session.run(call).await {
            Ok(verdicts) => {
                allowed += verdicts.iter().filter(|v| v.decision == Decision::Allowed).count() as u64;
                findings.extend(verdicts.into_iter().filter(|v| v.decision != Decision::Allowed).map(|v| denied(&v.action, &v.resource)));
            }
            Err(error) => return findings.push(unknown_permissions(&error)),
        }
    }
    findings.push(Finding::ok("permissions", format!("{} of the lab's calls allowed", text::count(allowed, "permission"))));
}

fn denied(action: &str, resource: &str) -> Finding {
    let remedy = format!("Ask for {action} on {resource}, or use the sandbox");
    Finding { mark: Mark::Failed, subject: "permissions", text: format!("{action} on {resource} is not allowed"), remedy }
}

/// Not being allowed to ask is no verdict: the lab names a missing permission when it meets it.
fn unknown_permissions(error: &AwsError) -> Finding {
    let text = if error.kind == ErrorKind::AccessDenied {
        "cannot be forecast: this identity may not simulate its own policies".to_owned()
    } else {
        format!("cannot be forecast: {}: {}", error.code, error.message)
    };
    Finding::warning("permissions", text, "Go on: each step names the permission it misses when it needs it")
}

/// The ARN that policies are simulated for: an assumed role's session stands for its role.
async fn principal(session: &Session, facts: &Facts) -> Result<String, AwsError> {
    let role = facts.caller.split_once(":assumed-role/").and_then(|(_, rest)| rest.split('/').next());
    match role {
        Some(name) => match session.run(GetRole { role_name: name.to_owned() }).await {
            Ok(role) => Ok(role.arn),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(crate::lab::policy::role_arn(facts, name)),
            Err(error) => Err(error),
        },
        None => Ok(facts.caller.clone()),
    }
}

async fn models(session: &Session, facts: &mut Facts, findings: &mut Vec<Finding>) {
    if let Err(error) = facts.read_list(session, ExistingKind::Model).await {
        return findings.push(Finding::failed("models", error));
    }
    let Some(first) = facts.models.as_ref().and_then(|models| models.first()) else {
        let remedy = "Choose a Region that has them, such as us-east-1";
        return findings.push(Finding::warning("models", format!("no Claude model is offered in {}", facts.region), remedy));
    };
    let count = facts.models.as_ref().map_or(0, Vec::len) as u64;
    findings
        .push(Finding::ok("models", format!("{} or profiles of Claude here; the lab uses {}", text::count(count, "model"), first.name)));
    findings.push(access(session, &first.name).await);
}

/// Whether the account may invoke the model behind a profile.
async fn access(session: &Session, id: &str) -> Finding {
    let model = id.find("anthropic.").map_or(id, |at| &id[at..]);
    match session.run(GetFoundationModelAvailability { model_id: model.to_owned() }).await {
        Ok(a) if a.authorized && a.entitled => Finding::ok("model access", format!("{model} may be invoked")),
        Ok(a) => {
            let why = a.agreement_error.unwrap_or_else(|| "the account is not yet entitled to it".to_owned());
            Finding::warning(
                "model access",
                format!("{model}: {why}"),
                "Invoke it once in the Bedrock console, fill in the maker's use-case form if asked, and wait 15 minutes",
            )
        }
        Err(error) => {
            let problem = Problem::from(error);
            Finding::warning("model access", problem.what, problem.remedy)
        }
    }
}

async fn logging(session: &Session, findings: &mut Vec<Finding>) {
    findings.push(match session.run(GetModelInvocationLoggingConfiguration {}).await {
        Ok(None) => Finding::ok("invocation logging", "off, as expected before the lab"),
        Ok(Some(_)) => Finding::warning(
            "invocation logging",
            "already on in this account and Region",
            "The lab keeps the present configuration and puts it back at clean-up",
        ),
        Err(error) => Finding::failed("invocation logging", error),
    });
}
