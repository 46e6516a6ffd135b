//! The account's quotas of tokens per minute, by model id as metrics have it.

use std::sync::Arc;

use super::{Quotas, told};
use crate::app::dashboard::DashboardEvent;
use crate::aws::quotas::{ListServiceQuotas, Quota};
use crate::base::problem::Problem;
use crate::models;
use crate::runtime::Jobs;

/// Asks Service Quotas and finds the quota of each model.
pub async fn fetch(jobs: Jobs, models: Vec<String>) {
    let outcome = match jobs.session() {
        Ok(session) => session.run(ListServiceQuotas { service_code: "bedrock".to_owned() }).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    let outcome = outcome.map(|quotas| Arc::new(by_model(&quotas, &models)));
    jobs.emit(told(DashboardEvent::Quotas(outcome))).await;
}

fn by_model(quotas: &[Quota], models: &[String]) -> Quotas {
    models.iter().filter_map(|id| Some((id.clone(), of_model(quotas, id)?))).collect()
}

/// The quota that calls of this id use: of global profiles, of regional ones, or of the model in the Region.
fn of_model(quotas: &[Quota], id: &str) -> Option<f64> {
    let resolved = models::alias(id);
    let id = resolved.as_deref().unwrap_or(id);
    let name = &models::find(id)?.name;
    let ways: &[&str] = match models::profile_prefix(id) {
        Some("global") => &["Global cross-region model inference", "Cross-region model inference"],
        Some(_) => &["Cross-region model inference"],
        None => &["On-demand model inference"],
    };
    ways.iter().find_map(|way| {
        let start = format!("{way} tokens per minute for Anthropic {name}");
        let is_it = |quota: &&Quota| quota.name.strip_prefix(&start).is_some_and(|rest| rest.is_empty() || rest.starts_with(" V"));
        quotas.iter().find(is_it).map(|quota| quota.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_a_model_has_its_own_quota() {
        let quota = |name: &str, value: f64| Quota { name: name.to_owned(), value };
        let quotas = [
            quota("Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1", 200.0),
            quota("On-demand model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1", 100.0),
            quota("Global cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1", 300.0),
            quota("Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 V1", 9.0),
            quota("Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.6", 400.0),
        ];
        let id = "anthropic.claude-sonnet-4-5-20250929-v1:0";
        let found = |id: &str| of_model(&quotas, id);
        assert_eq!([found(&format!("us.{id}")), found(id), found(&format!("global.{id}"))], [Some(200.0), Some(100.0), Some(300.0)]);
        assert_eq!((found("global.anthropic.claude-sonnet-4-6"), found("meta.unheard-of")), (Some(400.0), None));
    }
}
