//! Every operation as it is shown before it runs: its parameters, its CLI line, its permissions.

use outcrop::aws::bedrock::{self, CloudWatchDestination, LoggingConfig, PutModelInvocationLoggingConfiguration, S3Destination};
use outcrop::aws::bedrock_runtime::{Block, Converse, ConverseRequest, InvokeModel, Message, Role, StreamConverse};
use outcrop::aws::cloudwatch::{self, Dimension, Metric, MetricQuery};
use outcrop::aws::{PlannedCall, Tag, iam, logs, s3, sns, sts};
use outcrop::base::clock::timestamp_ms;
use outcrop::lab::alarms::recommended::Recommended;
use outcrop::lab::alarms::{self as lab_alarms, with_band};

fn text(text: &str) -> String {
    text.to_owned()
}

fn iam_plans() -> Vec<PlannedCall> {
    let role_name = || text("demo-role");
    let policy_name = || text("write");
    let tags = vec![Tag::new("outcrop", "lab")];
    let create = iam::CreateRole { role_name: role_name(), assume_role_policy_document: text("{}"), description: Some(text("d")), tags };
    let simulate = iam::SimulatePrincipalPolicy {
        policy_source_arn: text("arn:aws:iam::123456789012:role/me"),
        action_names: vec![text("s3:CreateBucket")],
        resource_arns: Vec::new(),
    };
    vec![
        PlannedCall::of(&sts::GetCallerIdentity {}),
        PlannedCall::of(&create),
        PlannedCall::of(&iam::GetRole { role_name: role_name() }),
        PlannedCall::of(&iam::ListRoles { path_prefix: Some(text("/service-role/")) }),
        PlannedCall::of(&iam::PutRolePolicy { role_name: role_name(), policy_name: policy_name(), policy_document: text("{}") }),
        PlannedCall::of(&iam::GetRolePolicy { role_name: role_name(), policy_name: policy_name() }),
        PlannedCall::of(&iam::ListRolePolicies { role_name: role_name() }),
        PlannedCall::of(&iam::UpdateAssumeRolePolicy { role_name: role_name(), policy_document: text("{}") }),
        PlannedCall::of(&simulate),
        PlannedCall::of(&iam::DeleteRolePolicy { role_name: role_name(), policy_name: policy_name() }),
        PlannedCall::of(&iam::DeleteRole { role_name: role_name() }),
    ]
}

fn bucket_plans() -> Vec<PlannedCall> {
    let bucket = || text("demo-bucket");
    vec![
        PlannedCall::of(&s3::CreateBucket { bucket: bucket(), region: text("us-east-1") }),
        PlannedCall::of(&s3::CreateBucket { bucket: bucket(), region: text("eu-west-1") }),
        PlannedCall::of(&s3::HeadBucket { bucket: bucket() }),
        PlannedCall::of(&s3::GetBucketLocation { bucket: bucket() }),
        PlannedCall::of(&s3::ListBuckets {}),
        PlannedCall::of(&s3::PutBucketPolicy { bucket: bucket(), policy: text("{}") }),
        PlannedCall::of(&s3::GetBucketPolicy { bucket: bucket() }),
        PlannedCall::of(&s3::PutPublicAccessBlock { bucket: bucket() }),
        PlannedCall::of(&s3::GetPublicAccessBlock { bucket: bucket() }),
        PlannedCall::of(&s3::PutBucketOwnershipControls { bucket: bucket(), ownership: text("BucketOwnerEnforced") }),
        PlannedCall::of(&s3::GetBucketOwnershipControls { bucket: bucket() }),
        PlannedCall::of(&s3::PutBucketEncryption { bucket: bucket(), kms_key_id: None }),
        PlannedCall::of(&s3::PutBucketEncryption { bucket: bucket(), kms_key_id: Some(text("alias/logs")) }),
        PlannedCall::of(&s3::GetBucketEncryption { bucket: bucket() }),
        PlannedCall::of(&s3::PutBucketLifecycleConfiguration { bucket: bucket(), expire_after_days: 30 }),
        PlannedCall::of(&s3::GetBucketLifecycleConfiguration { bucket: bucket() }),
        PlannedCall::of(&s3::PutBucketTagging { bucket: bucket(), tags: vec![Tag::new("outcrop", "lab")] }),
        PlannedCall::of(&s3::GetBucketTagging { bucket: bucket() }),
        PlannedCall::of(&s3::DeleteBucket { bucket: bucket() }),
    ]
}

fn object_plans() -> Vec<PlannedCall> {
    let (bucket, key) = (|| text("demo-bucket"), || text("a/b.json"));
    let objects = vec![(key(), None), (key(), Some(text("v1")))];
    vec![
        PlannedCall::of(&s3::PutObject {
            bucket: bucket(),
            key: key(),
            body: b"{}".to_vec(),
            content_type: Some(text("application/json")),
        }),
        PlannedCall::of(&s3::GetObject::new(bucket(), key())),
        PlannedCall::of(&s3::HeadObject { bucket: bucket(), key: key() }),
        PlannedCall::of(&s3::ListObjectsV2 { bucket: bucket(), prefix: text("a/"), max: Some(10) }),
        PlannedCall::of(&s3::ListObjectVersions { bucket: bucket(), prefix: String::new() }),
        PlannedCall::of(&s3::DeleteObject { bucket: bucket(), key: key() }),
        PlannedCall::of(&s3::DeleteObjects { bucket: bucket(), objects }),
    ]
}

fn log_plans() -> Vec<PlannedCall> {
    let (log_group_name, log_stream_name) = (|| text("/demo/logs"), || text("one"));
    let resource_arn = || text("arn:aws:logs:us-east-1:123456789012:log-group:/demo/logs");
    let tags = || vec![Tag::new("outcrop", "lab")];
    let log_events = vec![logs::InputEvent { timestamp_ms: 1, message: text("it's") }];
    let filter = logs::FilterLogEvents {
        log_group_name: log_group_name(),
        log_stream_names: vec![log_stream_name()],
        filter_pattern: Some(text("{ $.a = 1 }")),
        start_ms: Some(1),
        end_ms: Some(2),
        limit: Some(50),
        next_token: Some(text("t")),
    };
    let get = logs::GetLogEvents { log_group_name: log_group_name(), log_stream_name: log_stream_name(), ..Default::default() };
    vec![
        PlannedCall::of(&logs::CreateLogGroup { log_group_name: log_group_name(), kms_key_id: Some(text("arn:key")), tags: tags() }),
        PlannedCall::of(&logs::DescribeLogGroups { prefix: Some(text("/demo")) }),
        PlannedCall::of(&logs::PutRetentionPolicy { log_group_name: log_group_name(), retention_in_days: 30 }),
        PlannedCall::of(&logs::DeleteRetentionPolicy { log_group_name: log_group_name() }),
        PlannedCall::of(&logs::TagResource { resource_arn: resource_arn(), tags: tags() }),
        PlannedCall::of(&logs::ListTagsForResource { resource_arn: resource_arn() }),
        PlannedCall::of(&logs::CreateLogStream { log_group_name: log_group_name(), log_stream_name: log_stream_name() }),
        PlannedCall::of(&logs::DescribeLogStreams { log_group_name: log_group_name(), prefix: Some(text("o")) }),
        PlannedCall::of(&logs::PutLogEvents { log_group_name: log_group_name(), log_stream_name: log_stream_name(), log_events }),
        PlannedCall::of(&get),
        PlannedCall::of(&filter),
        PlannedCall::of(&logs::DeleteLogStream { log_group_name: log_group_name(), log_stream_name: log_stream_name() }),
        PlannedCall::of(&logs::DeleteLogGroup { log_group_name: log_group_name() }),
    ]
}

fn logging() -> PutModelInvocationLoggingConfiguration {
    let bucket = |prefix: &str| S3Destination { bucket: text("demo-bucket"), prefix: text(prefix) };
    let role_arn = text("arn:aws:iam::123456789012:role/demo-role");
    let cloud_watch = CloudWatchDestination { log_group: text("/demo/logs"), role_arn, large_data: Some(bucket("large")) };
    let config = LoggingConfig { cloud_watch: Some(cloud_watch), s3: Some(bucket("")), text: true, ..LoggingConfig::default() };
    PutModelInvocationLoggingConfiguration { config }
}

fn bedrock_plans() -> Vec<PlannedCall> {
    let model_id = || text("anthropic.claude-v2:1");
    vec![
        PlannedCall::of(&logging()),
        PlannedCall::of(&bedrock::GetModelInvocationLoggingConfiguration {}),
        PlannedCall::of(&bedrock::DeleteModelInvocationLoggingConfiguration {}),
        PlannedCall::of(&bedrock::ListFoundationModels { by_provider: Some(text("anthropic")), by_output_modality: Some(text("TEXT")) }),
        PlannedCall::of(&bedrock::GetFoundationModel { model_id: model_id() }),
        PlannedCall::of(&bedrock::GetFoundationModelAvailability { model_id: model_id() }),
        PlannedCall::of(&bedrock::ListInferenceProfiles { kind: Some(text("SYSTEM_DEFINED")) }),
        PlannedCall::of(&bedrock::GetInferenceProfile { id: text("us.anthropic.demo") }),
        PlannedCall::of(&InvokeModel { model_id: model_id(), body: text("{}") }),
        PlannedCall::of(&Converse(conversation())),
        PlannedCall::of(&StreamConverse(conversation())),
    ]
}

fn conversation() -> ConverseRequest {
    let picture = Block::Image { format: text("png"), bytes: vec![0; 3_000].into() };
    let document = Block::Document { format: text("txt"), name: text("Notes"), bytes: vec![0; 10].into() };
    let blocks = vec![Block::Text(text("It's")), picture, document];
    ConverseRequest {
        model_id: text("us.anthropic.demo"),
        messages: vec![Message { role: Role::User, blocks }, Message::assistant("Hm"), Message::user("Go on")],
        system: Some(text("Be brief")),
        max_tokens: Some(200),
        temperature: Some(0.7),
        top_p: Some(0.9),
        stop_sequences: vec![text("END")],
        request_metadata: [(text("source"), text("outcrop"))].into(),
        ..ConverseRequest::default()
    }
}

fn metric_plans() -> Vec<PlannedCall> {
    let dimensions = || vec![Dimension::new("ModelId", "m")];
    let metric = Metric { namespace: text("AWS/Bedrock"), metric_name: text("Invocations"), dimensions: dimensions() };
    let (start, end) = (timestamp_ms(0), timestamp_ms(60_000));
    let query = MetricQuery { id: text("m1"), metric, stat: text("p90"), period_secs: 60, label: Some(text("calls")) };
    let datum = cloudwatch::Datum {
        metric_name: text("x"),
        dimensions: dimensions(),
        timestamp: Some(start),
        value: 1.5,
        unit: Some(text("Count")),
    };
    let list = cloudwatch::ListMetrics { namespace: Some(text("AWS/Bedrock")), metric_name: Some(text("x")), dimensions: dimensions() };
    let statistics = cloudwatch::GetMetricStatistics {
        namespace: text("AWS/Bedrock"),
        metric_name: text("Invocations"),
        dimensions: dimensions(),
        start,
        end,
        period_secs: 60,
        statistics: vec![text("Sum")],
        extended_statistics: Vec::new(),
    };
    vec![
        PlannedCall::of(&cloudwatch::PutMetricData { namespace: text("Demo"), data: vec![datum] }),
        PlannedCall::of(&list),
        PlannedCall::of(&cloudwatch::GetMetricData { queries: vec![query], start, end }),
        PlannedCall::of(&statistics),
    ]
}

fn alarm_plans() -> Vec<PlannedCall> {
    let (name, names, arn) = (|| text("slow"), || vec![text("slow")], || text("arn:aws:sns:us-east-1:123456789012:wake"));
    let settings = Recommended::Errors.settings("us.anthropic.claude-sonnet-4-6");
    let banded = cloudwatch::PutMetricAlarm { watched: with_band(settings.watched.clone(), 2.0), threshold: None, ..settings.clone() };
    let detector = || lab_alarms::detector(&banded).unwrap();
    let test = cloudwatch::SetAlarmState { alarm_name: name(), state_value: text("ALARM"), state_reason: text("it's a test") };
    vec![
        PlannedCall::of(&settings),
        PlannedCall::of(&banded),
        PlannedCall::of(&cloudwatch::DescribeAlarms { alarm_names: names() }),
        PlannedCall::of(&cloudwatch::DescribeAlarmHistory { alarm_name: name(), start_date: None }),
        PlannedCall::of(&test),
        PlannedCall::of(&cloudwatch::EnableAlarmActions { alarm_names: names() }),
        PlannedCall::of(&cloudwatch::DisableAlarmActions { alarm_names: names() }),
        PlannedCall::of(&cloudwatch::DeleteAlarms { alarm_names: names() }),
        PlannedCall::of(&cloudwatch::PutAnomalyDetector { detector: detector() }),
        PlannedCall::of(&cloudwatch::DescribeAnomalyDetectors::like(&detector())),
        PlannedCall::of(&cloudwatch::DeleteAnomalyDetector { detector: detector() }),
        PlannedCall::of(&cloudwatch::GetMetricMath {
            queries: lab_alarms::queries(&banded),
            start: timestamp_ms(0),
            end: timestamp_ms(60_000),
        }),
        PlannedCall::of(&sns::CreateTopic { name: text("wake"), tags: vec![Tag::new("outcrop", "lab")] }),
        PlannedCall::of(&sns::Subscribe { topic_arn: arn(), protocol: text("email"), endpoint: text("ana@example.com") }),
        PlannedCall::of(&sns::ListSubscriptionsByTopic { topic_arn: arn() }),
        PlannedCall::of(&sns::ListTopics {}),
        PlannedCall::of(&sns::DeleteTopic { topic_arn: arn() }),
    ]
}

fn all() -> Vec<PlannedCall> {
    [iam_plans(), bucket_plans(), object_plans(), log_plans(), bedrock_plans(), metric_plans(), alarm_plans()].concat()
}

#[test]
fn every_call_says_what_it_needs() {
    for plan in all() {
        assert!(plan.params.is_object(), "{plan:?}");
        let free = plan.operation == "GetCallerIdentity";
        assert_eq!(plan.permissions.is_empty(), free, "{plan:?}");
        for permission in &plan.permissions {
            let resolved = permission.resolved("us-east-1", "123456789012");
            assert!(resolved.resource == "*" || resolved.resource.starts_with("arn:aws:"), "{plan:?}");
            assert!(!resolved.resource.contains(":*:*:"), "{resolved:?}");
        }
    }
}

/// The lines of all plans, for a look at them or for a run of the AWS CLI over them: `cargo test --test it cli_lines -- --nocapture`.
#[test]
#[expect(clippy::print_stdout, reason = "the lines are made to be looked at")]
fn cli_lines_are_whole_commands() {
    for plan in all() {
        println!("{}", plan.cli);
        assert!(plan.cli.starts_with("aws ") && !plan.cli.contains("null"), "{}", plan.cli);
    }
}

#[test]
fn permissions_are_named_as_iam_names_them() {
    let actions = |plan: &PlannedCall| plan.permissions.iter().map(|permission| permission.action.clone()).collect::<Vec<_>>();
    let of = |name: &str| all().into_iter().find(|plan| plan.operation == name).map(|plan| actions(&plan)).unwrap();
    assert_eq!(of("PutPublicAccessBlock"), ["s3:PutBucketPublicAccessBlock"]);
    assert_eq!(of("GetBucketLifecycleConfiguration"), ["s3:GetLifecycleConfiguration"]);
    assert_eq!(of("PutBucketEncryption"), ["s3:PutEncryptionConfiguration"]);
    assert_eq!(of("ListObjectsV2"), ["s3:ListBucket"]);
    assert_eq!(of("HeadObject"), ["s3:GetObject"]);
    assert_eq!(of("ListBuckets"), ["s3:ListAllMyBuckets"]);
    assert_eq!(of("DeleteObjects"), ["s3:DeleteObject", "s3:DeleteObjectVersion"]);
    assert_eq!(of("PutModelInvocationLoggingConfiguration"), ["bedrock:PutModelInvocationLoggingConfiguration", "iam:PassRole"]);
    assert_eq!(of("Converse"), ["bedrock:InvokeModel", "bedrock:InvokeModel"]);
    assert_eq!(of("ConverseStream")[0], "bedrock:InvokeModelWithResponseStream");
}

#[test]
fn the_logging_configuration_is_shown_as_aws_names_it() {
    let expected = serde_json::json!({"loggingConfig": {
        "cloudWatchConfig": {
            "logGroupName": "/demo/logs",
            "roleArn": "arn:aws:iam::123456789012:role/demo-role",
            "largeDataDeliveryS3Config": {"bucketName": "demo-bucket", "keyPrefix": "large"},
        },
        "s3Config": {"bucketName": "demo-bucket"},
        "textDataDeliveryEnabled": true,
        "imageDataDeliveryEnabled": false,
        "embeddingDataDeliveryEnabled": false,
        "videoDataDeliveryEnabled": false,
        "audioDataDeliveryEnabled": false,
    }});
    assert_eq!(PlannedCall::of(&logging()).params, expected);
}

#[test]
fn attached_files_are_shown_by_their_size() {
    let plan = PlannedCall::of(&Converse(conversation()));
    let content = &plan.params["messages"][0]["content"];
    assert_eq!(content[1]["image"]["source"]["bytes"], "<2.9 KB>");
    assert_eq!(content[2]["document"]["name"], "Notes");
    assert_eq!(plan.params["inferenceConfig"]["temperature"], 0.7);
    assert!(plan.cli.starts_with("aws bedrock-runtime converse --model-id us.anthropic.demo --messages '"), "{}", plan.cli);
}
