//! The lab as a person would do it from a terminal, with the AWS CLI and with boto3.

use serde_json::Value;

use crate::tools::{Server, client, printed, sandbox};

fn aws(server: &Server, line: &str, files: &[(&str, &str)]) -> Value {
    let args: Vec<String> =
        line.split_whitespace().map(|word| files.iter().fold(word.to_owned(), |w, (name, text)| w.replace(name, text))).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let out = printed(&client("aws", server, &args));
    if out.trim().is_empty() { Value::Null } else { serde_json::from_str(&out).unwrap_or(Value::String(out)) }
}

#[test]
fn the_aws_cli_walks_the_lab() {
    let server = sandbox();
    let run = |line: &str| aws(&server, line, &[]);
    assert_eq!(run("sts get-caller-identity")["Account"], "123456789012");
    run("logs create-log-group --log-group-name cli-logs");
    run("logs put-retention-policy --log-group-name cli-logs --retention-in-days 7");
    assert_eq!(run("logs describe-log-groups --log-group-name-prefix cli")["logGroups"][0]["retentionInDays"], 7);

    run("s3api create-bucket --bucket cli-bucket-20260101");
    let policies = crate::tools::policies("cli-logs", "cli-bucket-20260101");
    let with = |line: &str| aws(&server, line, &policies);
    with("s3api put-bucket-policy --bucket cli-bucket-20260101 --policy BUCKET_POLICY");
    assert!(
        run("s3api get-public-access-block --bucket cli-bucket-20260101")["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
            .as_bool()
            .unwrap()
    );

    let role =
        with("iam create-role --role-name cli-role --assume-role-policy-document TRUST_POLICY")["Role"]["Arn"].as_str().unwrap().to_owned();
    with("iam put-role-policy --role-name cli-role --policy-name write --policy-document ROLE_POLICY");
    assert_eq!(run("iam list-role-policies --role-name cli-role")["PolicyNames"][0], "write");

    enable_logging(&server, &role);
    let stored = run("bedrock get-model-invocation-logging-configuration");
    assert_eq!(stored["loggingConfig"]["cloudWatchConfig"]["logGroupName"], "cli-logs");

    let config = [("MESSAGES", r#"[{"role":"user","content":[{"text":"Hello-from-the-CLI"}]}]"#)];
    let reply =
        aws(&server, "bedrock-runtime converse --model-id us.anthropic.claude-haiku-4-5-20251001-v1:0 --messages MESSAGES", &config);
    assert!(reply["usage"]["outputTokens"].as_u64().unwrap() > 0);

    let record = find_record(&server, "Hello-from-the-CLI");
    assert_eq!(record["operation"], "Converse");
    assert_eq!(record["output"]["outputTokenCount"], reply["usage"]["outputTokens"]);

    let metrics = run("cloudwatch list-metrics --namespace AWS/Bedrock --metric-name Invocations");
    assert_eq!(metrics["Metrics"][0]["Dimensions"][0]["Value"], "us.anthropic.claude-haiku-4-5-20251001-v1:0");
    clean_up(&server);
}

/// Bedrock sees a new role after a while, as on AWS: the call is repeated while it says so.
fn enable_logging(server: &Server, role: &str) {
    let config = format!(
        r#"{{"cloudWatchConfig":{{"logGroupName":"cli-logs","roleArn":"{role}"}},"s3Config":{{"bucketName":"cli-bucket-20260101"}},"textDataDeliveryEnabled":true}}"#
    );
    let args = ["bedrock", "put-model-invocation-logging-configuration", "--logging-config", &config];
    for _ in 0..30 {
        let output = client("aws", server, &args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            return;
        }
        assert!(error.contains("Failed to validate permissions for log group: cli-logs"), "{error}");
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    panic!("logging could not be enabled within 30 tries");
}

fn find_record(server: &Server, text: &str) -> Value {
    let pattern = [("PATTERN", text)];
    let page = aws(server, "logs filter-log-events --log-group-name cli-logs --filter-pattern \"PATTERN\"", &pattern);
    let message = page["events"][0]["message"].as_str().unwrap_or_else(|| panic!("no record: {page}"));
    serde_json::from_str(message).unwrap()
}

/// Records reach the bucket in batches: one on its way would arrive in a bucket that was just emptied.
fn await_the_batch(server: &Server) {
    let arrived = || {
        let page = aws(server, "s3api list-objects-v2 --bucket cli-bucket-20260101", &[]);
        page["Contents"].as_array().into_iter().flatten().any(|object| object["Key"].as_str().is_some_and(|key| key.ends_with(".json.gz")))
    };
    for _ in 0..60 {
        if arrived() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    panic!("the record did not reach the bucket");
}

fn clean_up(server: &Server) {
    let run = |line: &str| aws(server, line, &[]);
    await_the_batch(server);
    run("bedrock delete-model-invocation-logging-configuration");
    run("logs delete-log-group --log-group-name cli-logs");
    run("s3 rm s3://cli-bucket-20260101 --recursive");
    run("s3api delete-bucket --bucket cli-bucket-20260101");
    run("iam delete-role-policy --role-name cli-role --policy-name write");
    run("iam delete-role --role-name cli-role");
    assert_eq!(run("logs describe-log-groups")["logGroups"], serde_json::json!([]));
    assert_eq!(run("s3api list-buckets")["Buckets"], serde_json::json!([]));
    assert_eq!(run("iam list-roles")["Roles"], serde_json::json!([]));
}

#[test]
fn boto3_walks_the_lab() {
    let server = sandbox();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/lab.py");
    let out = printed(&client("python", &server, &[script]));
    assert!(out.contains("the lab is done and nothing is left"), "{out}");
}
