"""The lab with boto3, as a script from a blog would do it: create, log, invoke in four ways, look, clean up."""

import gzip
import json
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION, ACCOUNT, GROUP, BUCKET, ROLE = "us-east-1", "123456789012", "boto-logs", "boto-bucket-20260101", "boto-role"
MODEL = "us.anthropic.claude-sonnet-4-6"
config = Config(retries={"max_attempts": 1})
iam, s3, logs, bedrock, runtime, cloudwatch = (
    boto3.client(name, region_name=REGION, config=config)
    for name in ("iam", "s3", "logs", "bedrock", "bedrock-runtime", "cloudwatch")
)
SERVICE = {"Service": "bedrock.amazonaws.com"}
CONDITION = {
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
    "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:*"},
}


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def must_fail(code, text, call, **kwargs):
    try:
        call(**kwargs)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert text in error.response["Error"]["Message"], error
    else:
        raise AssertionError(f"{call.__name__} should fail with {code}")


def create():
    logs.create_log_group(logGroupName=GROUP)
    must_fail("ResourceAlreadyExistsException", "already exists", logs.create_log_group, logGroupName=GROUP)
    s3.create_bucket(Bucket=BUCKET)
    objects = f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal=SERVICE, Action="s3:PutObject", Resource=objects, Condition=CONDITION))
    trust = policy(Principal=SERVICE, Action="sts:AssumeRole", Condition=CONDITION)
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    must_fail("EntityAlreadyExists", ROLE, iam.create_role, RoleName=ROLE, AssumeRolePolicyDocument=trust)
    stream = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:log-stream:aws/bedrock/modelinvocations"
    allow = policy(Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource=stream)
    iam.put_role_policy(RoleName=ROLE, PolicyName="write", PolicyDocument=allow)
    return role


def enable(role):
    wanted = {
        "cloudWatchConfig": {"logGroupName": GROUP, "roleArn": role, "largeDataDeliveryS3Config": {"bucketName": BUCKET}},
        "s3Config": {"bucketName": BUCKET},
        "textDataDeliveryEnabled": True,
    }
    missing = {**wanted, "s3Config": {"bucketName": "boto-no-such-bucket"}}
    for _ in range(60):
        try:
            bedrock.put_model_invocation_logging_configuration(loggingConfig=wanted)
            break
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ValidationException", error
            assert "Failed to validate permissions for log group" in error.response["Error"]["Message"], error
            time.sleep(0.5)
    must_fail("ValidationException", "Failed to validate permissions for bucket", bedrock.put_model_invocation_logging_configuration, loggingConfig=missing)
    stored = bedrock.get_model_invocation_logging_configuration()["loggingConfig"]
    assert stored["cloudWatchConfig"]["roleArn"] == role, stored


def invoke():
    """Each of the four operations once, and one body above 100 KB; returns the marker words."""
    user = lambda text: [{"role": "user", "content": [{"text": text}]}]
    reply = runtime.converse(modelId=MODEL, messages=user("word alpha"), requestMetadata={"team": "blue"})
    assert reply["usage"]["totalTokens"] == reply["usage"]["inputTokens"] + reply["usage"]["outputTokens"]
    events = list(runtime.converse_stream(modelId=MODEL, messages=user("word bravo"))["stream"])
    assert [next(iter(e)) for e in events][0] == "messageStart" and "metadata" in events[-1], events
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 200, "messages": [{"role": "user", "content": "word charlie"}]}
    answer = json.loads(runtime.invoke_model(modelId=MODEL, body=json.dumps(body))["body"].read())
    assert answer["type"] == "message" and answer["usage"]["output_tokens"] > 0, answer
    body["messages"][0]["content"] = "word delta"
    chunks = [json.loads(e["chunk"]["bytes"]) for e in runtime.invoke_model_with_response_stream(modelId=MODEL, body=json.dumps(body))["body"]]
    assert chunks[0]["type"] == "message_start" and "amazon-bedrock-invocationMetrics" in chunks[-1], chunks
    runtime.converse(modelId=MODEL, messages=user("word echo " + "x" * 150_000))
    must_fail("ValidationException", "The provided model identifier is invalid", runtime.converse, modelId="anthropic.no-such-model", messages=user("x"))


def look():
    records = [json.loads(e["message"]) for e in logs.filter_log_events(logGroupName=GROUP, filterPattern="{ $.operation = * }")["events"]]
    by_operation = {r["operation"]: r for r in records if "errorCode" not in r}
    assert set(by_operation) == {"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"}, list(by_operation)
    assert isinstance(by_operation["InvokeModelWithResponseStream"]["output"]["outputBodyJson"], list)
    assert isinstance(by_operation["ConverseStream"]["output"]["outputBodyJson"], dict)
    assert any(r.get("requestMetadata") == {"team": "blue"} for r in records)
    large = next(r for r in records if "inputBodyS3Path" in r["input"])
    bucket, key = large["input"]["inputBodyS3Path"].removeprefix("s3://").split("/", 1)
    text = gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
    assert "word echo" in text and "/data/" in key and key.endswith("_input.json.gz"), key
    check = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"] if o["Key"].endswith("amazon-bedrock-logs-permission-check")]
    assert check, "the permission-check object is missing"
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m1", "MetricStat": {"Metric": {"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Dimensions": [{"Name": "ModelId", "Value": MODEL}]}, "Period": 60, "Stat": "Sum"}}],
        StartTime=time.time() - 900, EndTime=time.time() + 60)
    assert sum(found["MetricDataResults"][0]["Values"]) == 5, found


def batches():
    return [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"] if o["Key"].endswith(".json.gz") and "/data/" not in o["Key"]]


def await_the_batch():
    """Records reach the bucket in batches: one on its way would arrive in a bucket that was just emptied."""
    delivered = 0
    for _ in range(120):
        delivered = sum(len(gzip.decompress(s3.get_object(Bucket=BUCKET, Key=k)["Body"].read()).splitlines()) for k in batches())
        if delivered >= 6:
            return
        time.sleep(0.25)
    raise AssertionError(f"only {delivered} of 6 records reached the bucket")


def clean_up():
    bedrock.delete_model_invocation_logging_configuration()
    assert "loggingConfig" not in bedrock.get_model_invocation_logging_configuration()
    logs.delete_log_group(logGroupName=GROUP)
    must_fail("BucketNotEmpty", "not empty", s3.delete_bucket, Bucket=BUCKET)
    keys = [{"Key": o["Key"]} for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": keys})
    s3.delete_bucket(Bucket=BUCKET)
    must_fail("DeleteConflict", "delete policies first", iam.delete_role, RoleName=ROLE)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="write")
    iam.delete_role(RoleName=ROLE)
    assert not logs.describe_log_groups()["logGroups"] and not s3.list_buckets()["Buckets"] and not iam.list_roles()["Roles"]


enable(create())
invoke()
look()
await_the_batch()
clean_up()
print("the lab is done and nothing is left")
