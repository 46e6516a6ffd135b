//! What the lab engine promises: resuming, borrowing, foreign resources, refusals, waiting for IAM, restoring what was there.

use outcrop::aws::bedrock::{
    DeleteModelInvocationLoggingConfiguration, GetModelInvocationLoggingConfiguration, LoggingConfig,
    PutModelInvocationLoggingConfiguration, S3Destination,
};
use outcrop::aws::logs::{CreateLogGroup, DeleteLogGroup, DescribeLogGroups};
use outcrop::aws::s3::{CreateBucket, GetBucketPolicy, PutBucketPolicy};
use outcrop::lab::engine::Engine;
use outcrop::lab::form::Values;
use outcrop::lab::status::{Ending, Failure, Remedy, Status};
use outcrop::lab::view::StepView;
use outcrop::lab::{policy, values};
use outcrop::sandbox::world::World;

use crate::lab_bench::{Account, enter, lab, must_run, must_run_in, run_telling, steps_before};

async fn run_until(engine: &Engine, step: &str) {
    for id in steps_before(step) {
        must_run(engine, &id).await;
    }
}

async fn must_fail(engine: &Engine, step: &str) -> Failure {
    match engine.run(step, &|_| {}).await {
        Status::Failed(failure) => failure,
        other => panic!("{step} ended as {other:?}"),
    }
}

#[tokio::test]
async fn the_plan_is_what_runs() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    for step in &lab().steps {
        let facts = engine.facts_for(step).await.unwrap();
        let all = values::resolve(&lab(), &facts, &engine.progress());
        let planned = StepView::of(step, &all[&step.id], &facts).unwrap().plan;
        account.take_calls();
        must_run_in(&account, &engine, &step.id).await;
        let made = account.take_calls();
        let changes = |operation: &str| ["Create", "Put", "Delete", "Update", "Tag"].iter().any(|verb| operation.starts_with(verb));
        for call in planned.iter().filter(|call| changes(&call.operation)) {
            assert!(made.iter().any(|record| record.cli == call.cli), "{} was planned and not made", call.cli);
        }
        let is_clean_up = step.id == "clean-up"; // empties buckets of whatever is in them
        for record in made.iter().filter(|record| changes(&record.operation) && record.error.is_none() && !is_clean_up) {
            assert!(planned.iter().any(|call| call.cli == record.cli), "{} was made and not planned", record.cli);
        }
    }
}

#[tokio::test]
async fn after_a_restart_steps_count_only_when_they_still_pass() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    run_until(&account.engine(home.path()).await, "service-role").await;

    let engine = account.engine(home.path()).await;
    assert_eq!(engine.done_steps(), ["where-to-work", "log-group", "bucket"]);
    account.session(None).await.run(DeleteLogGroup { log_group_name: "bedrock-logs".to_owned() }).await.unwrap();
    assert!(engine.check("bucket", &|_| {}).await.is_done());
    assert!(!engine.check("log-group", &|_| {}).await.is_done());
    assert_eq!(engine.done_steps(), ["where-to-work", "bucket"]);
    assert!(matches!(engine.remembered_status("service-role"), Status::WillNotRun { because } if because == "needs step 2, Log group"));
}

#[tokio::test]
async fn running_a_step_twice_makes_nothing_twice() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "playground").await;
    for step in ["log-group", "bucket", "service-role", "invocation-logging"] {
        must_run(&engine, step).await;
    }
    assert_eq!(account.contents().len(), 3);
    must_run(&engine, "clean-up").await;
    assert_eq!(account.contents(), Vec::<String>::new());
    assert_eq!(engine.progress().step("bucket").ending, Some(Ending::Removed));
}

#[tokio::test]
async fn a_foreign_log_group_in_the_way_is_a_question_and_survives_clean_up() {
    let account = Account::empty();
    let session = account.session(None).await;
    session.run(CreateLogGroup { log_group_name: "bedrock-logs".to_owned(), kms_key_id: None, tags: Vec::new() }).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "log-group").await;

    let failure = must_fail(&engine, "log-group").await;
    assert!(failure.problem.what.contains("log group bedrock-logs exists already"), "{failure:?}");
    let Some(Remedy::SetValues { values, .. }) = failure.choices.first() else { panic!("a way out is offered: {failure:?}") };
    engine.enter([("log-group".to_owned(), values.iter().cloned().collect::<Values>())].into());
    must_run(&engine, "log-group").await;

    must_run(&engine, "bucket").await;
    let receipt = engine.clean_up(&|_| {}).await.unwrap();
    assert!(receipt.is_clean());
    assert_eq!(receipt.kept, ["log group bedrock-logs"]);
    assert_eq!(session.run(DescribeLogGroups { prefix: None }).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bucket_of_ones_own_gains_a_statement_and_loses_it_again() {
    let account = Account::empty();
    let session = account.session(None).await;
    session.run(CreateBucket { bucket: "my-own".to_owned(), region: "us-east-1".to_owned() }).await.unwrap();
    let theirs = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::my-own/*"}]}"#;
    session.run(PutBucketPolicy { bucket: "my-own".to_owned(), policy: theirs.to_owned() }).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "bucket").await;
    enter(&engine, "bucket", &[("use", "existing"), ("existing", "my-own")]);
    let status = engine.run("bucket", &|_| {}).await;
    assert!(status.is_done(), "{status:?}");
    let merged = session.run(GetBucketPolicy { bucket: "my-own".to_owned() }).await.unwrap();
    assert!(merged.contains("Theirs") && merged.contains(policy::WRITE_SID));
    for step in ["service-role", "invocation-logging", "playground"] {
        must_run(&engine, step).await;
    }

    let receipt = engine.clean_up(&|_| {}).await.unwrap();
    assert!(receipt.is_clean(), "{}", receipt.text());
    let left = session.run(GetBucketPolicy { bucket: "my-own".to_owned() }).await.unwrap();
    assert!(left.contains("Theirs") && !left.contains(policy::WRITE_SID), "{left}");
    assert_eq!(account.contents().len(), 1, "the bucket itself stays");
}

#[tokio::test]
async fn the_configuration_from_before_is_put_back() {
    let account = Account::empty();
    let session = account.session(None).await;
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    session.run(CreateBucket { bucket: "earlier".to_owned(), region: "us-east-1".to_owned() }).await.unwrap();
    let facts = engine.facts().await.unwrap();
    let allow = policy::pretty(&policy::bucket(&facts, "earlier", ""));
    session.run(PutBucketPolicy { bucket: "earlier".to_owned(), policy: allow }).await.unwrap();
    let before = LoggingConfig {
        s3: Some(S3Destination { bucket: "earlier".to_owned(), prefix: String::new() }),
        text: true,
        ..LoggingConfig::default()
    };
    session.run(PutModelInvocationLoggingConfiguration { config: before.clone() }).await.unwrap();

    run_until(&engine, "playground").await;
    enter(&engine, "invocation-logging", &[("destination", "cloudwatch")]);
    must_run(&engine, "invocation-logging").await;
    let receipt = engine.clean_up(&|_| {}).await.unwrap();
    assert!(receipt.is_clean(), "{}", receipt.text());
    assert_eq!(session.run(GetModelInvocationLoggingConfiguration {}).await.unwrap(), Some(before));
}

#[tokio::test]
async fn logging_that_somebody_switched_off_meanwhile_is_no_obstacle() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "playground").await;
    account.session(None).await.run(DeleteModelInvocationLoggingConfiguration {}).await.unwrap();
    assert!(!engine.check("invocation-logging", &|_| {}).await.is_done());
    assert!(engine.clean_up(&|_| {}).await.unwrap().is_clean());
}

#[tokio::test]
async fn waiting_for_iam_is_shown_with_attempts() {
    let mut world = World::default();
    world.settings.iam_propagation_seconds = 20;
    let account = Account::with(world);
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "invocation-logging").await;
    let (status, told) = run_telling(&engine, "invocation-logging").await;
    assert!(status.is_done(), "{status:?}");
    let waits: Vec<_> = told.iter().filter(|progress| progress.text.contains("IAM is still spreading")).collect();
    assert!(waits.len() >= 2 && waits[1].attempt == 2 && waits[1].fraction > waits[0].fraction, "{waits:?}");
}

#[tokio::test]
async fn iam_that_never_agrees_ends_in_a_failure_that_offers_clean_up() {
    let mut world = World::default();
    world.settings.iam_propagation_seconds = 3_600;
    let account = Account::with(world);
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "invocation-logging").await;
    let start = account.clock.now();
    let failure = must_fail(&engine, "invocation-logging").await;
    assert!(account.clock.now().as_second() - start.as_second() >= 60, "it was patient");
    assert!(failure.choices.contains(&Remedy::CleanUp));
    assert!(failure.left.contains(&"log group bedrock-logs".to_owned()), "{:?}", failure.left);
    assert!(engine.clean_up(&|_| {}).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_missing_permission_is_named_and_what_exists_is_told() {
    let mut world = World::default();
    world.denied.entry("*".to_owned()).or_default().insert("iam:CreateRole".to_owned());
    let account = Account::with(world);
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    let forecast = engine.run("where-to-work", &|_| {}).await;
    assert!(matches!(&forecast, Status::Warned { why, .. } if why.contains("iam:CreateRole")), "{forecast:?}");
    must_run(&engine, "log-group").await;
    must_run(&engine, "bucket").await;
    let failure = must_fail(&engine, "service-role").await;
    assert!(failure.problem.full_text().contains("iam:CreateRole"), "{failure:?}");
    assert_eq!(failure.left.len(), 2, "log group and bucket: {:?}", failure.left);
    assert!(engine.clean_up(&|_| {}).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_failure_in_clean_up_is_told_and_the_rest_goes_on() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "playground").await;
    account.sandbox.world().denied.entry("*".to_owned()).or_default().insert("logs:DeleteLogGroup".to_owned());
    let receipt = engine.clean_up(&|_| {}).await.unwrap();
    let left: Vec<_> = receipt.left().collect();
    assert_eq!(left.len(), 1);
    assert!(left[0].text.contains("logs:DeleteLogGroup"), "{}", left[0].text);
    assert_eq!(account.contents(), ["bedrock-logs"]);
    account.sandbox.world().denied.clear();
    assert!(engine.clean_up(&|_| {}).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_skipped_bucket_leads_to_cloudwatch_only() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "bucket").await;
    engine.skip("bucket", "by you");
    must_run(&engine, "service-role").await;
    let failure = must_fail(&engine, "invocation-logging").await;
    assert!(failure.problem.why.contains("Choose a bucket"), "{failure:?}");
    enter(&engine, "invocation-logging", &[("destination", "cloudwatch"), ("large_data", "false")]);
    must_run(&engine, "invocation-logging").await;
    must_run(&engine, "playground").await;
}

#[tokio::test]
async fn records_in_a_bucket_alone_count_too() {
    let account = Account::empty();
    let home = tempfile::tempdir().unwrap();
    let engine = account.engine(home.path()).await;
    run_until(&engine, "invocation-logging").await;
    enter(&engine, "invocation-logging", &[("destination", "s3")]);
    must_run(&engine, "invocation-logging").await;
    let evidence = must_run(&engine, "playground").await;
    assert!(evidence[0].contains("in bucket"), "{evidence:?}");
}

#[tokio::test]
async fn another_account_behind_the_same_profile_is_noticed_before_anything_is_made() {
    let home = tempfile::tempdir().unwrap();
    let first = Account::empty();
    run_until(&first.engine(home.path()).await, "bucket").await;
    let second = Account::with(World { account_id: "999999999999".to_owned(), ..World::default() });
    let engine = second.engine(home.path()).await;
    let failure = must_fail(&engine, "bucket").await;
    assert!(failure.problem.what.contains("another account"), "{failure:?}");
    assert_eq!(second.contents(), Vec::<String>::new());
    let receipt = engine.clean_up(&|_| {}).await.unwrap();
    assert_eq!(receipt.elsewhere.len(), 1, "the log group of the first account is told: {receipt:?}");
    assert_eq!(first.contents(), ["bedrock-logs"]);
}
