"""A class and its incidents, as boto3 sees them."""

import json

from harness import ACCOUNT, REGION, advance, boto, eq, lever, now, until

GROUP, BUCKET, ROLE, MODEL = "class-logs", "class-bucket-20260101", "class-role", "us.anthropic.claude-sonnet-4-6"
iam, s3, logs, bedrock, runtime, cloudwatch = (boto(n) for n in ("iam", "s3", "logs", "bedrock", "bedrock-runtime", "cloudwatch"))


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def test_logging_is_switched_on():
    service = {"Service": "bedrock.amazonaws.com"}
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:*"}}
    logs.create_log_group(logGroupName=GROUP)
    s3.create_bucket(Bucket=BUCKET)
    objects = f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal=service, Action="s3:PutObject", Resource=objects, Condition=condition))
    trust = policy(Principal=service, Action="sts:AssumeRole", Condition=condition)
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    stream = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:log-stream:aws/bedrock/modelinvocations"
    iam.put_role_policy(RoleName=ROLE, PolicyName="write", PolicyDocument=policy(Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource=stream))
    advance(60)
    bedrock.put_model_invocation_logging_configuration(loggingConfig={
        "cloudWatchConfig": {"logGroupName": GROUP, "roleArn": role, "largeDataDeliveryS3Config": {"bucketName": BUCKET}}, "s3Config": {"bucketName": BUCKET}})


def total(metric, since, model=MODEL, stat="Sum"):
    dimensions = [{"Name": "ModelId", "Value": model}] if model else []
    stat = {"Metric": {"Namespace": "AWS/Bedrock", "MetricName": metric, "Dimensions": dimensions}, "Period": 60, "Stat": stat}
    found = cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "m", "MetricStat": stat}], StartTime=since, EndTime=now() + 3600)
    return sum(found["MetricDataResults"][0]["Values"])


def records(since, pattern):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, startTime=int(since * 1000), filterPattern=pattern)
    return [json.loads(event["message"]) for page in pages for event in page["events"]]


def test_a_class_has_a_past_and_goes_on():
    eq(lever("class", people=25, history=True)["people"], 25)
    assert total("Invocations", now() - 14 * 86400) > 2000
    until("the last hours are on record", lambda: len(records(now() - 2 * 3600, "{ $.operation = * }")) > 50)
    start = now()
    advance(1200)
    people = {record["identity"]["arn"] for record in records(start, "{ $.operation = * }")}
    assert len(people) > 5, people
    eq(lever("class", people=0)["people"], 0)


def incident(name, metric, pattern, model=MODEL):
    start = int(now()) // 60 * 60 + 60
    advance(start - now())
    lever("incidents", name=name)
    advance(240)
    assert total(metric, start, model) > 5, (name, metric)
    found = records(start, pattern)
    lever("incidents", name=name, stop=True)
    assert not any(i["since"] for i in lever("incidents")["incidents"])
    return found


def test_each_incident_is_seen_in_metrics_and_logs():
    assert len(incident("throttling-storm", "InvocationThrottles", "{ $.errorCode = ThrottlingException }")) > 5
    slow = incident("latency-regression", "InvocationLatency", "{ $.output.outputBodyJson.metrics.latencyMs > 9000 }")
    assert len(slow) > 5, len(slow)
    assert len(incident("token-bomb", "InputTokenCount", "{ $.input.inputTokenCount > 15000 }")) > 5
    assert len(incident("denied-model", "InvocationClientErrors", "{ $.errorCode = AccessDeniedException }")) > 5
    assert len(incident("expired-model", "InvocationClientErrors", "{ $.errorCode = ResourceNotFoundException }")) > 5
    eq(incident("log-delivery-failure", "ModelInvocationLogsCloudWatchDeliveryFailure", "{ $.operation = * }", model=None), [])
    assert len(incident("personal-data", "Invocations", "{ $.identity.arn = *crm-export-role* }")) > 5


# What an alarm watches to catch each incident: metric, statistic, threshold; of all models where the metric has no model.
CAUGHT_BY = {
    "throttling-storm": ("AWS/Bedrock", "InvocationThrottles", "Sum", 3, MODEL),
    "latency-regression": ("AWS/Bedrock", "InvocationLatency", "p90", 9000, MODEL),
    "token-bomb": ("AWS/Bedrock", "InputTokenCount", "Maximum", 15000, MODEL),
    "denied-model": ("AWS/Bedrock", "InvocationClientErrors", "Sum", 3, MODEL),
    "expired-model": ("AWS/Bedrock", "InvocationClientErrors", "Sum", 3, MODEL),
    "log-delivery-failure": ("AWS/Bedrock", "ModelInvocationLogsCloudWatchDeliveryFailure", "Sum", 3, None),
    "personal-data": ("Class", "PersonalData", "Sum", 0, None),
}


def test_each_incident_is_caught_by_an_alarm_that_recovers():
    watched = {"metricName": "PersonalData", "metricNamespace": "Class", "metricValue": "1"}
    logs.put_metric_filter(logGroupName=GROUP, filterName="personal-data", filterPattern="{ $.identity.arn = *crm-export-role* }", metricTransformations=[watched])
    state = lambda name: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]
    for name, (namespace, metric, stat, threshold, model) in CAUGHT_BY.items():
        how = {"ExtendedStatistic": stat} if stat.startswith("p") else {"Statistic": stat}
        dimensions = [{"Name": "ModelId", "Value": model}] if model else []
        cloudwatch.put_metric_alarm(AlarmName=name, Namespace=namespace, MetricName=metric, Dimensions=dimensions, Period=60, EvaluationPeriods=3, DatapointsToAlarm=2,
                                    Threshold=threshold, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", **how)
        advance(120)
        eq(state(name), "OK", name)
        lever("incidents", name=name)
        advance(300)
        eq(state(name), "ALARM", name)
        lever("incidents", name=name, stop=True)
        advance(600)
        eq(state(name), "OK", name)


def test_an_incident_happens_to_the_learner_too():
    lever("incidents", name="denied-model")
    try:
        runtime.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "hello"}]}])
        raise AssertionError("access is denied while the incident runs")
    except runtime.exceptions.AccessDeniedException as error:
        assert "access to the model" in str(error), error
    lever("incidents", name="denied-model", stop=True)
    reply = runtime.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "hello"}]}])
    assert reply["usage"]["outputTokens"] > 0
