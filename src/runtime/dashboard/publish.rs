//! Dashboards at CloudWatch, and the models behind application inference profiles.

use std::sync::Arc;

use super::told;
use crate::app::dashboard::DashboardEvent;
use crate::aws::Session;
use crate::aws::bedrock::ListInferenceProfiles;
use crate::aws::cloudwatch::dashboards::{DeleteDashboards, GetDashboard, ListDashboards, PutDashboard};
use crate::base::problem::Problem;
use crate::lab::ledger::{Entry, Happened, Ledger, LedgerError};
use crate::lab::resource::Resource;
use crate::metrics::dashboard::plan::{Listed, MODEL};
use crate::metrics::dashboard::{Dashboard, body};
use crate::models;
use crate::runtime::Jobs;

/// Lists the dashboards.
pub async fn list(jobs: Jobs) {
    let outcome = match jobs.session() {
        Ok(session) => session.run(ListDashboards { dashboard_name_prefix: None }).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    jobs.emit(told(DashboardEvent::Published(outcome))).await;
}

/// Reads a dashboard as one of ours.
pub async fn read(jobs: Jobs, name: String) {
    let outcome = read_board(&jobs, &name).await.map(Arc::new);
    jobs.emit(told(DashboardEvent::Read(name, outcome))).await;
}

async fn read_board(jobs: &Jobs, name: &str) -> Result<Dashboard, Problem> {
    let text = jobs.session()?.run(GetDashboard { dashboard_name: name.to_owned() }).await?;
    let unreadable = |error: crate::metrics::dashboard::DashboardError| {
        Problem::new("The dashboard cannot be drawn here", error.to_string(), "Look at it in the CloudWatch console")
    };
    body::read(name, &text).map_err(unreadable)
}

/// Puts a dashboard: written into the ledger first, unless one of that name was there before and is not ours.
pub async fn put(jobs: Jobs, name: String, body: String, account: String) {
    let outcome = put_noted(&jobs, name, body, account).await;
    jobs.emit(told(DashboardEvent::Changed(outcome))).await;
}

async fn put_noted(jobs: &Jobs, name: String, body: String, account: String) -> Result<(), Problem> {
    let session = jobs.session()?;
    let ledger = ledger(jobs, &session)?;
    let resource = Resource::Dashboard { name: name.clone() };
    let ours = ledger.outstanding().map_err(|error| unwritten(&error))?.iter().any(|standing| standing.resource().is_same(&resource));
    let before = session.run(ListDashboards { dashboard_name_prefix: Some(name.clone()) }).await?;
    let is_new = !before.contains(&name);
    let note = |event| {
        let entry = entry(jobs, &session, &account, event, &resource);
        if is_new || ours { ledger.add(&entry).map_err(|error| unwritten(&error)) } else { Ok(()) }
    };
    note(Happened::Intent)?;
    let answer = session.run(PutDashboard { dashboard_name: name, dashboard_body: body }).await;
    note(if answer.is_ok() || ours { Happened::Created } else { Happened::Refused })?;
    warn(answer?);
    Ok(())
}

fn ledger(jobs: &Jobs, session: &Session) -> Result<Ledger, Problem> {
    Ledger::open(jobs.home(), &session.environment().key()).map_err(|error| unwritten(&error))
}

fn unwritten(error: &LedgerError) -> Problem {
    Problem::new(
        "The ledger cannot be written",
        crate::base::error::chain(error),
        "Nothing was sent. Free the disk or correct the folder's permissions",
    )
}

fn entry(jobs: &Jobs, session: &Session, account: &str, event: Happened, resource: &Resource) -> Entry {
    Entry {
        at: jobs.clock().now(),
        lab: "dashboard".to_owned(),
        step: "publish".to_owned(),
        account: account.to_owned(),
        region: session.environment().region.clone(),
        event,
        resource: resource.clone(),
    }
}

fn warn(messages: Vec<String>) {
    for message in messages {
        tracing::warn!("CloudWatch says about the dashboard: {message}");
    }
}

/// Deletes a dashboard, and notes it in the ledger if it was ours.
pub async fn delete(jobs: Jobs, name: String, account: String) {
    let outcome = delete_noted(&jobs, name, account).await;
    jobs.emit(told(DashboardEvent::Changed(outcome))).await;
}

async fn delete_noted(jobs: &Jobs, name: String, account: String) -> Result<(), Problem> {
    let session = jobs.session()?;
    session.run(DeleteDashboards { dashboard_names: vec![name.clone()] }).await?;
    let ledger = ledger(jobs, &session)?;
    let resource = Resource::Dashboard { name };
    let outstanding = ledger.outstanding().map_err(|error| unwritten(&error))?;
    if outstanding.iter().any(|standing| standing.resource().is_same(&resource)) {
        ledger.add(&entry(jobs, &session, &account, Happened::Removed, &resource)).map_err(|error| unwritten(&error))?;
    }
    Ok(())
}

/// Asks the account for the models of ids that hide theirs, when there are such ids. Without the permission they stay without a price.
pub async fn learn_profiles(session: &Session, listed: &[Listed]) {
    let hidden = |id: &&String| !id.contains('.') && models::alias(id).is_none();
    if !listed.iter().filter_map(|one| one.dimensions.get(MODEL)).any(|id| hidden(&id)) {
        return;
    }
    match session.run(ListInferenceProfiles { kind: Some("APPLICATION".to_owned()) }).await {
        Ok(profiles) => profiles.into_iter().for_each(|profile| {
            if let Some(model) = profile.model_id() {
                models::learn_alias(&profile.id, model);
                models::learn_alias(&profile.arn, model);
            }
        }),
        Err(error) => tracing::debug!("application inference profiles are not told: {}", error.message),
    }
}
