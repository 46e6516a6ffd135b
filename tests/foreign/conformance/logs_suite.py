"""CloudWatch Logs: groups, streams, events, filters, tail, exports, saved queries, tags."""

import gzip
import json
import threading

from botocore.config import Config

from harness import ACCOUNT, REGION, advance, boto, cli, cli_refused, eq, near, now, refused, until

COVERS = "logs"
logs, s3, cloudwatch = boto("logs"), boto("s3"), boto("cloudwatch")
GROUP = "/conformance/logs"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"


def put(stream, *messages, ago=1):
    ms = int(now() * 1000) - ago * 1000
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[{"timestamp": ms + i, "message": m} for i, m in enumerate(messages)])
    return ms


def messages(**more):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, **more)
    return [event["message"] for page in pages for event in page["events"]]


def test_groups_and_streams():
    logs.create_log_group(logGroupName=GROUP, tags={"team": "lab"})
    cli("logs", "create-log-group", "--log-group-name", "/conformance/cli")
    refused("ResourceAlreadyExistsException", "already exists", logs.create_log_group, logGroupName=GROUP)
    refused("InvalidParameterException", "logGroupName", logs.create_log_group, logGroupName="no spaces")
    logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
    cli("logs", "create-log-stream", "--log-group-name", GROUP, "--log-stream-name", "two")
    eq([g["logGroupName"] for g in logs.describe_log_groups(logGroupNamePrefix="/conformance/l")["logGroups"]], [GROUP])
    eq(cli("logs", "describe-log-groups", "--log-group-name-prefix", GROUP)["logGroups"][0]["logGroupArn"], ARN)
    eq([s["logStreamName"] for s in logs.describe_log_streams(logGroupName=GROUP)["logStreams"]], ["one", "two"])
    eq(len(cli("logs", "describe-log-streams", "--log-group-name", GROUP, "--log-stream-name-prefix", "t")["logStreams"]), 1)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
    eq(logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["retentionInDays"], 7)
    cli("logs", "delete-retention-policy", "--log-group-name", GROUP)
    cli("logs", "put-retention-policy", "--log-group-name", GROUP, "--retention-in-days", "14")
    logs.delete_retention_policy(logGroupName=GROUP)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]
    refused("InvalidParameterException", "retentionInDays", logs.put_retention_policy, logGroupName=GROUP, retentionInDays=8)


def test_events_in_and_out():
    at = put("one", "ERROR first", "fine", json.dumps({"n": 1, "who": {"name": "ana"}}))
    events = [{"timestamp": at, "message": "by the CLI"}]
    eq(cli("logs", "put-log-events", "--log-group-name", GROUP, "--log-stream-name", "two", "--log-events", events).get("rejectedLogEventsInfo"), None)
    eq(messages(filterPattern="ERROR"), ["ERROR first"])
    eq(messages(filterPattern='{ $.who.name = "a*" }', logStreamNames=["one"]), [json.dumps({"n": 1, "who": {"name": "ana"}})])
    eq([e["message"] for e in cli("logs", "filter-log-events", "--log-group-name", GROUP, "--log-stream-names", "two")["events"]], ["by the CLI"])
    eq([e["message"] for e in logs.get_log_events(logGroupName=GROUP, logStreamName="one", startFromHead=True)["events"]][:2], ["ERROR first", "fine"])
    eq([e["message"] for e in cli("logs", "get-log-events", "--log-group-name", GROUP, "--log-stream-name", "two")["events"]], ["by the CLI"])
    old = logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=[{"timestamp": at - 20 * 86_400_000, "message": "old"}])
    eq(old["rejectedLogEventsInfo"], {"tooOldLogEventEndIndex": 1})
    refused("InvalidParameterException", "chronological", logs.put_log_events, logGroupName=GROUP, logStreamName="one", logEvents=[{"timestamp": at, "message": "b"}, {"timestamp": at - 1, "message": "a"}])
    refused("ResourceNotFoundException", "log stream does not exist", logs.get_log_events, logGroupName=GROUP, logStreamName="three")
    refused("InvalidParameterException", "Invalid filter pattern", logs.filter_log_events, logGroupName=GROUP, filterPattern="{ $.a = }")


def test_pages_of_events_add_up():
    logs.create_log_stream(logGroupName=GROUP, logStreamName="many")
    for start in range(0, 3000, 1000):
        put("many", *[f"event {n}" for n in range(start, start + 1000)], ago=10 - start // 1000)
    found = messages(logStreamNames=["many"], PaginationConfig={"PageSize": 700})
    eq(found, [f"event {n}" for n in range(3000)])


def test_metric_filters_make_metrics():
    transformation = {"metricName": "Tokens", "metricNamespace": "Conformance/Filters", "metricValue": "$.tokens", "dimensions": {"Model": "$.model"}, "unit": "Count"}
    logs.put_metric_filter(logGroupName=GROUP, filterName="tokens", filterPattern="{ $.tokens > 0 }", metricTransformations=[transformation])
    cli("logs", "put-metric-filter", "--log-group-name", GROUP, "--filter-name", "errors", "--filter-pattern", "ERROR", "--metric-transformations", "metricName=Errors,metricNamespace=Conformance/Filters,metricValue=1,defaultValue=0")
    put("one", *[json.dumps({"tokens": t, "model": m}) for t, m in ((10, "a"), (5, "b"), (7, "a"))], "ERROR again")
    stat = lambda name, **d: sum(p["Sum"] for p in cloudwatch.get_metric_statistics(Namespace="Conformance/Filters", MetricName=name, Dimensions=[{"Name": k, "Value": v} for k, v in d.items()], StartTime=now() - 600, EndTime=now() + 60, Period=60, Statistics=["Sum"])["Datapoints"])
    eq((stat("Tokens", Model="a"), stat("Tokens", Model="b"), stat("Errors")), (17, 5, 1))
    described = logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"]
    eq([f["filterName"] for f in described], ["errors", "tokens"])
    eq(described[1]["metricTransformations"][0], transformation)
    eq(logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["metricFilterCount"], 2)
    eq([f["filterName"] for f in cli("logs", "describe-metric-filters", "--metric-name", "Errors", "--metric-namespace", "Conformance/Filters")["metricFilters"]], ["errors"])
    refused("InvalidParameterException", "mutually exclusive", logs.put_metric_filter, logGroupName=GROUP, filterName="x", filterPattern="", metricTransformations=[{**transformation, "defaultValue": 1.0}])
    refused("InvalidParameterException", "neither a number", logs.put_metric_filter, logGroupName=GROUP, filterName="x", filterPattern="", metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "much"}])
    tested = logs.test_metric_filter(filterPattern='[ip, user, ..., status=4*, bytes]', logEventMessages=["1.2.3.4 ana x y 404 12", "1.2.3.4 ana x y 200 12"])["matches"]
    eq((len(tested), tested[0]["eventNumber"], tested[0]["extractedValues"]["$status"], tested[0]["extractedValues"]["$ip"]), (1, 1, "404", "1.2.3.4"))
    by_cli = cli("logs", "test-metric-filter", "--filter-pattern", "{ $.a.b = 1 }", "--log-event-messages", '{"a": {"b": 1}}', "no")["matches"]
    eq((len(by_cli), by_cli[0]["extractedValues"]), (1, {"$.a.b": "1"}))
    logs.delete_metric_filter(logGroupName=GROUP, filterName="tokens")
    cli("logs", "delete-metric-filter", "--log-group-name", GROUP, "--filter-name", "errors")
    refused("ResourceNotFoundException", "metric filter", logs.delete_metric_filter, logGroupName=GROUP, filterName="errors")


def test_a_tail_sees_what_arrives():
    plain = boto("logs", config=Config(inject_host_prefix=False, retries={"max_attempts": 1}))
    stream = plain.start_live_tail(logGroupIdentifiers=[ARN], logEventFilterPattern="tailed")["responseStream"]
    events = iter(stream)
    start = next(events)["sessionStart"]
    eq((start["logGroupIdentifiers"], start["logEventFilterPattern"]), ([ARN], "tailed"))
    put("one", "tailed by boto3", "not this one")
    found = next(u["sessionUpdate"] for u in events if u["sessionUpdate"]["sessionResults"])
    eq(([r["message"] for r in found["sessionResults"]], found["sessionMetadata"]), (["tailed by boto3"], {"sampled": False}))
    stream.close()
    refused("InvalidParameterException", "ARN", plain.start_live_tail, logGroupIdentifiers=[GROUP])


def test_a_tail_of_the_cli():
    """Ended from here as a person would with Ctrl-C: the session's printer is stopped by an event that it prints."""
    import os
    import subprocess
    import sys

    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    environment = {**os.environ, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "PYTHONUNBUFFERED": "1"}
    tail = subprocess.Popen([aws, "logs", "start-live-tail", "--log-group-identifiers", ARN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(iter(tail.stdout.readline, "")), daemon=True)
    reader.start()
    try:
        def seen():
            put("one", "tailed by the CLI")
            return any("tailed by the CLI" in line for line in list(lines)) or tail.poll() is not None
        until("the CLI prints what arrives", lambda: seen(), seconds=40)
    finally:
        tail.kill()
    assert any("tailed by the CLI" in line for line in lines), (lines, tail.stderr.read())
    from harness import tried
    tried.add(("cli", "logs", "StartLiveTail"))


def test_exports_into_a_bucket():
    bucket = "conformance-exports"
    s3.create_bucket(Bucket=bucket)
    ask = dict(taskName="t", logGroupName=GROUP, fromTime=0, to=int(now() * 1000), destination=bucket, destinationPrefix="out")
    refused("InvalidParameterException", "GetBucketAcl call on the given bucket failed", logs.create_export_task, **ask)
    service = {"Service": f"logs.{REGION}.amazonaws.com"}
    statements = [{"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"}, {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    task = logs.create_export_task(**ask)["taskId"]
    refused("LimitExceededException", "limit", logs.create_export_task, **ask)
    eq(logs.describe_export_tasks(taskId=task)["exportTasks"][0]["status"]["code"], "PENDING")
    advance(5)
    done = cli("logs", "describe-export-tasks", "--task-id", task)["exportTasks"][0]
    eq((done["status"]["code"], done["destinationPrefix"], "completionTime" in done["executionInfo"]), ("COMPLETED", "out", True))
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert "out/aws-logs-write-test" in keys and f"out/{task}/two/000000.gz" in keys, keys
    text = gzip.decompress(s3.get_object(Bucket=bucket, Key=f"out/{task}/two/000000.gz")["Body"].read()).decode()
    assert text.endswith("Z by the CLI\n"), text
    refused("InvalidOperationException", "already", logs.cancel_export_task, taskId=task)
    other = cli("logs", "create-export-task", "--log-group-name", GROUP, "--from", "0", "--to", "1", "--destination", bucket)["taskId"]
    cli("logs", "cancel-export-task", "--task-id", other)
    eq(logs.describe_export_tasks(statusCode="CANCELLED")["exportTasks"][0]["taskId"], other)


def test_saved_queries():
    made = logs.put_query_definition(name="lab/latest", queryString="fields @timestamp | limit 5", logGroupNames=[GROUP])["queryDefinitionId"]
    again = cli("logs", "put-query-definition", "--name", "lab/latest", "--query-string", "fields @message", "--query-definition-id", made)
    eq(again["queryDefinitionId"], made)
    cli("logs", "put-query-definition", "--name", "lab/other", "--query-string", "stats count(*)")
    found = logs.describe_query_definitions(queryDefinitionNamePrefix="lab/")["queryDefinitions"]
    eq([(d["name"], d["queryString"]) for d in found], [("lab/latest", "fields @message"), ("lab/other", "stats count(*)")])
    eq(len(cli("logs", "describe-query-definitions", "--max-results", "1")["queryDefinitions"]), 1)
    eq(logs.delete_query_definition(queryDefinitionId=made)["success"], True)
    cli("logs", "delete-query-definition", "--query-definition-id", found[1]["queryDefinitionId"])
    refused("ResourceNotFoundException", "query definition", logs.delete_query_definition, queryDefinitionId=made)


def test_fields_of_a_group():
    logs.create_log_group(logGroupName="/conformance/fields")
    logs.create_log_stream(logGroupName="/conformance/fields", logStreamName="s")
    ms = int(now() * 1000)
    events = [{"timestamp": ms, "message": json.dumps({"a": {"b": [1]}})}, {"timestamp": ms, "message": "plain"}]
    logs.put_log_events(logGroupName="/conformance/fields", logStreamName="s", logEvents=events)
    found = {f["name"]: f["percent"] for f in logs.get_log_group_fields(logGroupName="/conformance/fields")["logGroupFields"]}
    eq((found["@message"], found["a.b.0"]), (100, 50))
    by_cli = cli("logs", "get-log-group-fields", "--log-group-name", "/conformance/fields")["logGroupFields"]
    eq({f["name"]: f["percent"] for f in by_cli}, found)
    refused("InvalidParameterException", "pointer", logs.get_log_record, logRecordPointer="nonsense")
    cli_refused("InvalidParameterException", "logs", "get-log-record", "--log-record-pointer", "nonsense")


def ask(text, **more):
    """Runs a query to its end; its rows as dictionaries."""
    start = dict(logGroupName=GROUP, startTime=int(now()) - 3600, endTime=int(now()) + 60, queryString=text)
    id = logs.start_query(**{**start, **more})["queryId"]
    reply = until("the query's end", lambda: (lambda r: r if r["status"] == "Complete" else None)(logs.get_query_results(queryId=id)))
    return [{c["field"]: c["value"] for c in row} for row in reply["results"]], reply


def test_queries():
    put("two", *[json.dumps({"modelId": m, "tokens": t, "ms": t * 10}) for m, t in (("opus", 10), ("opus", 30), ("haiku", 1))])
    rows, reply = ask("filter ispresent(tokens) and ispresent(ms) | stats count(*) as n, sum(tokens) as s, avg(ms) as a by modelId | sort s desc")
    eq(rows, [{"modelId": "opus", "n": "2", "s": "40", "a": "200"}, {"modelId": "haiku", "n": "1", "s": "1", "a": "10"}])
    eq((reply["statistics"]["recordsMatched"], reply["queryLanguage"]), (3.0, "CWLI"))
    assert reply["statistics"]["recordsScanned"] > 3 and reply["statistics"]["bytesScanned"] > 100, reply
    rows, _ = ask("fields @timestamp, @message, modelId | filter modelId = 'haiku' | limit 5")
    eq((len(rows), rows[0]["modelId"], len(rows[0]["@timestamp"])), (1, "haiku", 23))
    record = logs.get_log_record(logRecordPointer=rows[0]["@ptr"])["logRecord"]
    eq((record["modelId"], record["tokens"], record["@logStream"], record["@message"]), ("haiku", "1", "two", rows[0]["@message"]))
    eq(cli("logs", "get-log-record", "--log-record-pointer", rows[0]["@ptr"])["logRecord"]["ms"], "10")
    every, _ = ask("fields @message | filter @logStream = 'many'", limit=2500)
    eq(len(every), 2500)
    id = cli("logs", "start-query", "--log-group-names", GROUP, "--start-time", str(int(now()) - 3600), "--end-time", str(int(now()) + 60), "--query-string", "stats count(*) as n by @logStream | sort n desc | limit 1")["queryId"]
    done = until("the query's end", lambda: (lambda r: r if r["status"] == "Complete" else None)(cli("logs", "get-query-results", "--query-id", id)))
    eq([c["value"] for c in done["results"][0]], ["many", "3000"])
    eq(logs.describe_queries(logGroupName=GROUP)["queries"][0]["queryId"], id)
    assert id in [q["queryId"] for q in cli("logs", "describe-queries", "--status", "Complete")["queries"]]
    refused("InvalidParameterException", "already ended", logs.stop_query, queryId=id)
    cli_refused("InvalidParameterException", "logs", "stop-query", "--query-id", id)
    error = refused("MalformedQueryException", "Did you mean filter?", logs.start_query, logGroupName=GROUP, startTime=0, endTime=1, queryString="fields a | fliter b")
    eq(error["queryCompileError"]["location"], {"startCharOffset": 11, "endCharOffset": 17})
    refused("MalformedQueryException", "that does not run here", logs.start_query, logGroupName=GROUP, startTime=0, endTime=1, queryString="anomaly")
    refused("InvalidParameterException", "Exactly one of", logs.start_query, startTime=0, endTime=1, queryString="fields a")
    refused("ResourceNotFoundException", "log group does not exist", logs.start_query, logGroupName="none", startTime=0, endTime=1, queryString="fields a")
    refused("ResourceNotFoundException", "does not exist", logs.get_query_results, queryId="none")


def test_subscription_filters_are_refused_in_words():
    ask = dict(logGroupName=GROUP, filterName="f", filterPattern="", destinationArn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")
    refused("InvalidParameterException", "no subscription filters", logs.put_subscription_filter, **ask)
    cli_refused("InvalidParameterException", "logs", "put-subscription-filter", "--log-group-name", GROUP, "--filter-name", "f", "--filter-pattern", "", "--destination-arn", ask["destinationArn"])
    eq(logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"], [])
    eq(cli("logs", "describe-subscription-filters", "--log-group-name", GROUP)["subscriptionFilters"], [])
    refused("ResourceNotFoundException", "subscription filter", logs.delete_subscription_filter, logGroupName=GROUP, filterName="f")
    cli_refused("ResourceNotFoundException", "logs", "delete-subscription-filter", "--log-group-name", GROUP, "--filter-name", "f")


def test_tags_both_ways():
    eq(logs.list_tags_for_resource(resourceArn=ARN)["tags"], {"team": "lab"})
    logs.tag_resource(resourceArn=ARN, tags={"a": "1"})
    cli("logs", "tag-resource", "--resource-arn", ARN, "--tags", "b=2")
    logs.tag_log_group(logGroupName=GROUP, tags={"c": "3"})
    cli("logs", "tag-log-group", "--log-group-name", GROUP, "--tags", "d=4")
    eq(cli("logs", "list-tags-for-resource", "--resource-arn", ARN)["tags"], {"team": "lab", "a": "1", "b": "2", "c": "3", "d": "4"})
    logs.untag_resource(resourceArn=ARN, tagKeys=["a"])
    cli("logs", "untag-resource", "--resource-arn", ARN, "--tag-keys", "b")
    logs.untag_log_group(logGroupName=GROUP, tags=["c"])
    cli("logs", "untag-log-group", "--log-group-name", GROUP, "--tags", "d")
    eq(logs.list_tags_log_group(logGroupName=GROUP)["tags"], {"team": "lab"})
    eq(cli("logs", "list-tags-log-group", "--log-group-name", GROUP)["tags"], {"team": "lab"})


def test_protection_and_deletion():
    logs.put_log_group_deletion_protection(logGroupIdentifier=GROUP, deletionProtectionEnabled=True)
    refused("ValidationException", "deletion protection", logs.delete_log_group, logGroupName=GROUP)
    cli("logs", "put-log-group-deletion-protection", "--log-group-identifier", GROUP, "--no-deletion-protection-enabled")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="one")
    cli("logs", "delete-log-stream", "--log-group-name", GROUP, "--log-stream-name", "two")
    eq([s["logStreamName"] for s in logs.describe_log_streams(logGroupName=GROUP)["logStreams"]], ["many"])
    logs.delete_log_group(logGroupName=GROUP)
    cli("logs", "delete-log-group", "--log-group-name", "/conformance/cli")
    eq(logs.describe_log_groups(logGroupNamePrefix="/conformance/logs")["logGroups"], [])
