"""Bedrock: models, profiles of one's own with tags, logging configuration, invocations of all four kinds, token counts."""

import json
import pathlib
import tempfile

from harness import ACCOUNT, REGION, advance, boto, cli, cli_refused, eq, lacks, now, refused, until

COVERS = "bedrock"
bedrock, runtime, cloudwatch = boto("bedrock"), boto("bedrock-runtime"), boto("cloudwatch")
MODEL, PROFILE = "anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-6"
HELLO = [{"role": "user", "content": [{"text": "Say hello to the class."}]}]
NATIVE = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 64, "messages": [{"role": "user", "content": "Say hello to the class."}]})


def test_models_and_profiles_are_listed():
    models = bedrock.list_foundation_models(byProvider="Anthropic")["modelSummaries"]
    eq(sorted(m["modelId"] for m in models), sorted(m["modelId"] for m in cli("bedrock", "list-foundation-models")["modelSummaries"]))
    details = bedrock.get_foundation_model(modelIdentifier=MODEL)["modelDetails"]
    eq((details["modelLifecycle"]["status"], details["inferenceTypesSupported"]), ("ACTIVE", details["inferenceTypesSupported"]))
    eq(cli("bedrock", "get-foundation-model", "--model-identifier", MODEL)["modelDetails"]["modelId"], MODEL)
    refused("ResourceNotFoundException", "Could not resolve", bedrock.get_foundation_model, modelIdentifier="anthropic.none")
    eq(bedrock.get_foundation_model_availability(modelId=MODEL)["authorizationStatus"], "AUTHORIZED")
    eq(cli("bedrock", "get-foundation-model-availability", "--model-id", MODEL)["regionAvailability"], "AVAILABLE")
    ids = [p["inferenceProfileId"] for page in bedrock.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 5}) for p in page["inferenceProfileSummaries"]]
    assert PROFILE in ids and len(ids) == len(set(ids)), ids
    eq(len(cli("bedrock", "list-inference-profiles", "--type-equals", "SYSTEM_DEFINED")["inferenceProfileSummaries"]), len(ids))
    found = bedrock.get_inference_profile(inferenceProfileIdentifier=PROFILE)
    eq((found["type"], found["inferenceProfileArn"]), ("SYSTEM_DEFINED", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{PROFILE}"))
    eq(cli("bedrock", "get-inference-profile", "--inference-profile-identifier", PROFILE)["status"], "ACTIVE")


def test_profiles_of_ones_own_carry_tags_and_can_be_called():
    source = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{PROFILE}"
    arn = bedrock.create_inference_profile(inferenceProfileName="team-a", modelSource={"copyFrom": source}, tags=[{"key": "team", "value": "a"}])["inferenceProfileArn"]
    assert arn.startswith(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/"), arn
    other = cli("bedrock", "create-inference-profile", "--inference-profile-name", "team-b", "--model-source", {"copyFrom": source})["inferenceProfileArn"]
    refused("ResourceNotFoundException", "copy from", bedrock.create_inference_profile, inferenceProfileName="x", modelSource={"copyFrom": source + "x"})
    listed = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    eq(sorted(p["inferenceProfileName"] for p in listed), ["team-a", "team-b"])
    eq(bedrock.get_inference_profile(inferenceProfileIdentifier=arn)["models"], bedrock.get_inference_profile(inferenceProfileIdentifier=PROFILE)["models"])
    bedrock.tag_resource(resourceARN=arn, tags=[{"key": "stage", "value": "one"}])
    cli("bedrock", "tag-resource", "--resource-arn", arn, "--tags", "key=x,value=y")
    bedrock.untag_resource(resourceARN=arn, tagKeys=["team"])
    cli("bedrock", "untag-resource", "--resource-arn", arn, "--tag-keys", "x")
    eq(bedrock.list_tags_for_resource(resourceARN=arn)["tags"], [{"key": "stage", "value": "one"}])
    eq(cli("bedrock", "list-tags-for-resource", "--resource-arn", other)["tags"], [])
    reply = runtime.converse(modelId=arn, messages=HELLO)
    eq(reply["stopReason"], "end_turn")
    stat = {"Metric": {"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Dimensions": [{"Name": "ModelId", "Value": arn}]}, "Period": 60, "Stat": "Sum"}
    values = cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "m", "MetricStat": stat}], StartTime=now() - 600, EndTime=now() + 60)["MetricDataResults"][0]["Values"]
    eq(values, [1.0])
    bedrock.delete_inference_profile(inferenceProfileIdentifier=arn)
    cli("bedrock", "delete-inference-profile", "--inference-profile-identifier", other)
    refused("ValidationException", "identifier is invalid", runtime.converse, modelId=arn, messages=HELLO)


def test_four_ways_to_call_a_model_agree_on_the_tokens():
    counted = runtime.count_tokens(modelId=MODEL, input={"converse": {"messages": HELLO}})["inputTokens"]
    eq(cli("bedrock-runtime", "count-tokens", "--model-id", MODEL, "--input", {"converse": {"messages": HELLO}})["inputTokens"], counted)
    eq(runtime.count_tokens(modelId=PROFILE, input={"invokeModel": {"body": NATIVE.encode()}})["inputTokens"], counted)
    refused("ValidationException", "identifier is invalid", runtime.count_tokens, modelId="anthropic.none", input={"converse": {"messages": HELLO}})
    whole = runtime.converse(modelId=PROFILE, messages=HELLO)
    eq(whole["usage"]["inputTokens"], counted)
    eq(cli("bedrock-runtime", "converse", "--model-id", PROFILE, "--messages", HELLO)["usage"]["inputTokens"], counted)
    events = list(runtime.converse_stream(modelId=PROFILE, messages=HELLO)["stream"])
    eq(("messageStart" in events[0], events[-1]["metadata"]["usage"]["inputTokens"]), (True, counted))
    native = json.loads(runtime.invoke_model(modelId=PROFILE, body=NATIVE)["body"].read())
    eq(native["usage"]["input_tokens"], counted)
    chunks = [json.loads(e["chunk"]["bytes"]) for e in runtime.invoke_model_with_response_stream(modelId=PROFILE, body=NATIVE)["body"]]
    eq((chunks[0]["type"], chunks[-1]["type"]), ("message_start", "message_stop"))
    target = pathlib.Path(tempfile.mkdtemp()) / "out"
    cli("bedrock-runtime", "invoke-model", "--model-id", PROFILE, "--body", NATIVE, str(target))
    eq(json.loads(target.read_text())["usage"]["input_tokens"], counted)


def test_the_cli_has_no_streams_of_models():
    lacks("bedrock", "ConverseStream", "bedrock-runtime", "converse-stream")
    lacks("bedrock", "InvokeModelWithResponseStream", "bedrock-runtime", "invoke-model-with-response-stream")


def test_logging_configuration():
    logs, iam = boto("logs"), boto("iam")
    logs.create_log_group(logGroupName="/conformance/bedrock")
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": condition}]}
    role = iam.create_role(RoleName="conformance-bedrock", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    write = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}]}
    iam.put_role_policy(RoleName="conformance-bedrock", PolicyName="w", PolicyDocument=json.dumps(write))
    config = {"cloudWatchConfig": {"logGroupName": "/conformance/bedrock", "roleArn": role}, "textDataDeliveryEnabled": True}
    refused("ValidationException", "", bedrock.put_model_invocation_logging_configuration, loggingConfig=config)
    advance(60)
    bedrock.put_model_invocation_logging_configuration(loggingConfig=config)
    found = cli("bedrock", "get-model-invocation-logging-configuration")["loggingConfig"]
    eq(found["cloudWatchConfig"]["roleArn"], role)
    runtime.converse(modelId=PROFILE, messages=HELLO, requestMetadata={"course": "conformance"})
    record = until("the record", lambda: [e["message"] for e in logs.filter_log_events(logGroupName="/conformance/bedrock", filterPattern='{ $.requestMetadata.course = "conformance" }')["events"]])
    eq(json.loads(record[0])["modelId"], PROFILE)
    bedrock.delete_model_invocation_logging_configuration()
    eq(bedrock.get_model_invocation_logging_configuration().get("loggingConfig"), None)
    cli("bedrock", "put-model-invocation-logging-configuration", "--logging-config", config)
    cli("bedrock", "delete-model-invocation-logging-configuration")


def test_refusals():
    refused("ValidationException", "", runtime.converse, modelId="nothing", messages=HELLO)
    refused("ValidationException", "", runtime.invoke_model, modelId=PROFILE, body="{")
    cli_refused("ValidationException", "bedrock-runtime", "converse", "--model-id", "nothing", "--messages", HELLO)
