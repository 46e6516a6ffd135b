//! Lists of models and profiles.

use aws_sdk_bedrock::types::{
    FoundationModelLifecycleStatus, FoundationModelSummary, InferenceProfileSummary, InferenceProfileType, InferenceType, ModelModality,
};

use super::account::{Account, client, told};

#[tokio::test]
async fn models_are_listed_with_lifecycle_and_filters() {
    let account = Account::new();
    let bedrock = account.bedrock();
    let all = bedrock.list_foundation_models().send().await.unwrap();
    let ids: Vec<&str> = all.model_summaries().iter().map(FoundationModelSummary::model_id).collect();
    assert!(ids.contains(&"anthropic.claude-sonnet-4-6") && ids.contains(&"anthropic.claude-v2:1"));
    assert!(!ids.contains(&"anthropic.claude-3-haiku-20240307-v1:0"), "past its end of life");
    let claude_2 = all.model_summaries().iter().find(|model| model.model_id() == "anthropic.claude-v2:1").unwrap();
    assert_eq!(claude_2.model_lifecycle().unwrap().status(), &FoundationModelLifecycleStatus::Legacy);

    let on_demand = bedrock.list_foundation_models().by_inference_type(InferenceType::OnDemand).send().await.unwrap();
    assert_eq!(on_demand.model_summaries().iter().map(FoundationModelSummary::model_id).collect::<Vec<_>>(), ["anthropic.claude-v2:1"]);
    let images = bedrock.list_foundation_models().by_output_modality(ModelModality::Image).send().await.unwrap();
    assert!(images.model_summaries().is_empty());
    let others = bedrock.list_foundation_models().by_provider("Amazon").send().await.unwrap();
    assert!(others.model_summaries().is_empty());
}

#[tokio::test]
async fn one_model_is_told_by_id_and_unknown_ones_are_not_found() {
    let account = Account::new();
    let get = async |id: &str| account.bedrock().get_foundation_model().model_identifier(id).send().await;
    let details = get("anthropic.claude-haiku-4-5-20251001-v1:0").await.unwrap().model_details.unwrap();
    assert_eq!(details.model_name(), Some("Claude Haiku 4.5"));
    assert_eq!(details.response_streaming_supported(), Some(true));
    for id in ["anthropic.claude-nothing", "us.anthropic.claude-sonnet-4-6"] {
        let (status, code, _) = told(&get(id).await.unwrap_err());
        assert_eq!((status, code.as_str()), (404, "ResourceNotFoundException"), "{id}");
    }
}

#[tokio::test]
async fn profiles_come_in_pages_and_by_id_or_arn() {
    let account = Account::new();
    let bedrock = account.bedrock();
    let mut pages = bedrock.list_inference_profiles().max_results(3).into_paginator().send();
    let (mut ids, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.inference_profile_summaries().len() <= 3);
        ids.extend(page.inference_profile_summaries().iter().map(|profile| profile.inference_profile_id().to_owned()));
        count += 1;
    }
    assert!(count > 3);
    assert!(ids.contains(&"us.anthropic.claude-sonnet-4-6".to_owned()) && ids.contains(&"global.anthropic.claude-sonnet-4-6".to_owned()));
    assert!(!ids.iter().any(|id| id.starts_with("eu.")), "profiles of other geographies are not for this Region");
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "no profile twice");

    let by_id = bedrock.get_inference_profile().inference_profile_identifier("us.anthropic.claude-sonnet-4-6").send().await.unwrap();
    let by_arn = bedrock.get_inference_profile().inference_profile_identifier(by_id.inference_profile_arn()).send().await.unwrap();
    assert_eq!(by_id.inference_profile_id(), by_arn.inference_profile_id());
    assert_eq!(by_id.r#type(), &InferenceProfileType::SystemDefined);
    let models: Vec<&str> = by_id.models().iter().filter_map(|model| model.model_arn()).collect();
    assert!(models.contains(&"arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6"));

    let mine = bedrock.list_inference_profiles().type_equals(InferenceProfileType::Application).send().await.unwrap();
    assert!(mine.inference_profile_summaries().is_empty());
    let unknown = bedrock.get_inference_profile().inference_profile_identifier("us.anthropic.nothing").send().await.unwrap_err();
    assert_eq!(told(&unknown).1, "ResourceNotFoundException");
}

#[tokio::test]
async fn other_regions_have_other_models() {
    let account = Account::new();
    let eu = client!(account, aws_sdk_bedrock, "eu-west-1");
    let haiku = eu.get_foundation_model().model_identifier("anthropic.claude-haiku-4-5-20251001-v1:0").send().await.unwrap();
    assert!(haiku.model_details().unwrap().inference_types_supported().contains(&InferenceType::OnDemand));
    let page = eu.list_inference_profiles().send().await.unwrap();
    let ids: Vec<&str> = page.inference_profile_summaries().iter().map(InferenceProfileSummary::inference_profile_id).collect();
    assert!(ids.iter().all(|id| id.starts_with("eu.") || id.starts_with("global.")), "{ids:?}");
    let far = client!(account, aws_sdk_bedrock, "af-south-1");
    assert!(far.list_foundation_models().send().await.unwrap().model_summaries().is_empty());
}

#[tokio::test]
async fn availability_tells_access_and_region() {
    let account = Account::new();
    let get = async |id: &str| account.bedrock().get_foundation_model_availability().model_id(id).send().await.unwrap();
    let sonnet = get("anthropic.claude-sonnet-4-6").await;
    assert_eq!((sonnet.authorization_status().as_str(), sonnet.region_availability().as_str()), ("AUTHORIZED", "AVAILABLE"));
    let gated = get("anthropic.claude-mythos-5-1").await;
    assert_eq!((gated.authorization_status().as_str(), gated.entitlement_availability().as_str()), ("NOT_AUTHORIZED", "NOT_AVAILABLE"));
    assert_eq!(get("anthropic.claude-3-haiku-20240307-v1:0").await.region_availability().as_str(), "NOT_AVAILABLE");
}
