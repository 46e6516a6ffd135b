"""CloudWatch alarms as time passes, their notifications, dashboards, tags."""

import datetime
import json

from harness import ACCOUNT, REGION, advance, boto, cli, cli_refused, eq, lever, now, refused
from protocols import PROTOCOLS, send

cloudwatch, sns = boto("cloudwatch"), boto("sns")
NAMESPACE = "Conformance/Alarms"


def put(name, values, ago=1):
    """Publishes one value a minute, the last one `ago` minutes ago."""
    minute = now() // 60 * 60
    at = lambda i: datetime.datetime.fromtimestamp(minute - (len(values) - 1 - i + ago) * 60, datetime.timezone.utc)
    data = [{"MetricName": name, "Timestamp": at(i), "Value": v} for i, v in enumerate(values)]
    for start in range(0, len(data), 1000):
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + 1000])


def alarm(name):
    return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]


def history(name, kind):
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(AlarmName=name, HistoryItemType=kind, ScanBy="TimestampAscending", PaginationConfig={"PageSize": 1})
    return [item for page in pages for item in page["AlarmHistoryItems"]]


def simple(name, metric, **more):
    settings = dict(AlarmName=name, Namespace=NAMESPACE, MetricName=metric, Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=5.0, ComparisonOperator="GreaterThanThreshold")
    cloudwatch.put_metric_alarm(**{**settings, **more})


def test_an_alarm_fires_and_sends_a_letter():
    topic = sns.create_topic(Name="oncall")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ana@example.com")
    sns.confirm_subscription(TopicArn=topic, Token=[l for l in lever("inbox")["letters"] if l["topic"] == topic][0]["token"])
    simple("fires", "Fires", EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching", AlarmActions=[topic], AlarmDescription="two of three")
    eq((alarm("fires")["StateValue"], alarm("fires")["StateReason"]), ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation"))
    put("Fires", [9.0, 1.0, 8.0])
    advance(10)
    fired = alarm("fires")
    eq(fired["StateValue"], "ALARM", fired)
    assert fired["StateReason"].startswith("Threshold Crossed: 2 out of the last 3 datapoints [8.0 ("), fired
    assert "(minimum 2 datapoints for INSUFFICIENT_DATA -> ALARM transition)" in fired["StateReason"], fired
    data = json.loads(fired["StateReasonData"])
    eq((data["recentDatapoints"], data["period"], data["threshold"], data["statistic"]), ([9.0, 1.0, 8.0], 60, 5.0, "Sum"))
    assert isinstance(fired["StateUpdatedTimestamp"], datetime.datetime) and fired["AlarmArn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:fires"
    letter = [l for l in lever("inbox")["letters"] if l["topic"] == topic][-1]
    eq(letter["subject"], 'ALARM: "fires" in us-east-1')
    assert 'your Amazon CloudWatch Alarm "fires"' in letter["body"], letter
    eq([item["HistorySummary"] for item in history("fires", "StateUpdate")], ["Alarm updated from INSUFFICIENT_DATA to ALARM"])
    eq([item["HistorySummary"] for item in history("fires", "Action")], [f"Successfully executed action {topic}"])
    advance(300)
    eq(alarm("fires")["StateValue"], "OK", "missing data is within the threshold")


def test_the_cli_makes_reads_and_deletes_an_alarm():
    cli("cloudwatch", "put-metric-alarm", "--alarm-name", "by-cli", "--namespace", NAMESPACE, "--metric-name", "Cli", "--extended-statistic", "p90", "--period", "300",
        "--evaluation-periods", "2", "--threshold", "7.5", "--comparison-operator", "LessThanThreshold", "--dimensions", "Name=ModelId,Value=m", "--tags", "Key=a,Value=b")
    found = cli("cloudwatch", "describe-alarms", "--alarm-name-prefix", "by-")["MetricAlarms"][0]
    eq((found["ExtendedStatistic"], found["Threshold"], found["Dimensions"], found["ActionsEnabled"]), ("p90", 7.5, [{"Name": "ModelId", "Value": "m"}], True))
    assert "Statistic" not in found and "Metrics" not in found, found
    of_metric = ("cloudwatch", "describe-alarms-for-metric", "--namespace", NAMESPACE, "--metric-name", "Cli", "--dimensions", "Name=ModelId,Value=m")
    eq([a["AlarmName"] for a in cli(*of_metric)["MetricAlarms"]], ["by-cli"])
    eq([a["AlarmName"] for a in cloudwatch.describe_alarms_for_metric(Namespace=NAMESPACE, MetricName="Cli", Dimensions=[{"Name": "ModelId", "Value": "m"}])["MetricAlarms"]], ["by-cli"])
    cli("cloudwatch", "set-alarm-state", "--alarm-name", "by-cli", "--state-value", "ALARM", "--state-reason", "testing purposes")
    item = cli("cloudwatch", "describe-alarm-history", "--alarm-name", "by-cli", "--history-item-type", "StateUpdate")["AlarmHistoryItems"][0]
    eq(json.loads(item["HistoryData"])["newState"], {"stateValue": "ALARM", "stateReason": "testing purposes"})
    cli("cloudwatch", "disable-alarm-actions", "--alarm-names", "by-cli")
    eq(alarm("by-cli")["ActionsEnabled"], False)
    cli("cloudwatch", "enable-alarm-actions", "--alarm-names", "by-cli")
    eq(alarm("by-cli")["ActionsEnabled"], True)
    arn = found["AlarmArn"]
    eq(cli("cloudwatch", "list-tags-for-resource", "--resource-arn", arn), {"Tags": [{"Key": "a", "Value": "b"}]})
    cli("cloudwatch", "tag-resource", "--resource-arn", arn, "--tags", "Key=c,Value=d")
    cli("cloudwatch", "untag-resource", "--resource-arn", arn, "--tag-keys", "a")
    eq(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "c", "Value": "d"}])
    cli("cloudwatch", "delete-alarms", "--alarm-names", "by-cli")
    eq(cloudwatch.describe_alarms(AlarmNames=["by-cli"])["MetricAlarms"], [])
    eq([i["HistorySummary"] for i in history("by-cli", "ConfigurationUpdate")][-1], 'Alarm "by-cli" deleted')


def test_states_by_hand_actions_and_tags_by_boto3():
    simple("hand", "Hand", Tags=[{"Key": "a", "Value": "1"}])
    cloudwatch.set_alarm_state(AlarmName="hand", StateValue="OK", StateReason="r", StateReasonData='{"x": 1}')
    eq((alarm("hand")["StateValue"], alarm("hand")["StateReasonData"]), ("OK", '{"x": 1}'))
    refused("InvalidFormat", "JSON", cloudwatch.set_alarm_state, AlarmName="hand", StateValue="OK", StateReason="r", StateReasonData="{")
    refused("ResourceNotFound", "does not exist", cloudwatch.set_alarm_state, AlarmName="nobody", StateValue="OK", StateReason="r")
    cloudwatch.disable_alarm_actions(AlarmNames=["hand"])
    cloudwatch.enable_alarm_actions(AlarmNames=["hand"])
    arn = alarm("hand")["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["a"])
    eq(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "b", "Value": "2"}])
    refused("ResourceNotFound", "does not exist", cloudwatch.delete_alarms, AlarmNames=["hand", "nobody"])
    cloudwatch.delete_alarms(AlarmNames=["hand"])


def test_pages_of_alarms_by_state():
    for n in range(7):
        simple(f"page-{n}", "Page")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="page-", StateValue="INSUFFICIENT_DATA", PaginationConfig={"PageSize": 3})
    names = [[a["AlarmName"] for a in page["MetricAlarms"]] for page in pages]
    eq([len(page) for page in names], [3, 3, 1])
    eq(sum(names, []), [f"page-{n}" for n in range(7)])
    cloudwatch.delete_alarms(AlarmNames=sum(names, []))


def test_metric_math_and_a_band():
    metric = lambda id, name, returned: {"Id": id, "ReturnData": returned, "MetricStat": {"Metric": {"Namespace": NAMESPACE, "MetricName": name}, "Stat": "Sum", "Period": 60}}
    put("Calls", [4.0])
    put("Errors", [1.0])
    rate = {"Id": "rate", "Expression": "100 * errors / calls", "Label": "error rate"}
    cloudwatch.put_metric_alarm(AlarmName="rate", EvaluationPeriods=1, Threshold=20, ComparisonOperator="GreaterThanOrEqualToThreshold", Metrics=[rate, metric("errors", "Errors", False), metric("calls", "Calls", False)])
    advance(10)
    assert "[25.0 (" in alarm("rate")["StateReason"], alarm("rate")
    eq(alarm("rate")["Metrics"][0], rate)
    put("Band", [100.0 + i % 7 for i in range(2880)])
    band = {"Id": "t1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}
    settings = dict(AlarmName="band", EvaluationPeriods=1, ThresholdMetricId="t1", ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold", Metrics=[metric("m1", "Band", True), band])
    cloudwatch.put_metric_alarm(**settings)
    advance(10)
    eq((alarm("band")["StateValue"], alarm("band")["ThresholdMetricId"]), ("OK", "t1"), alarm("band"))
    assert "Threshold" not in alarm("band")
    put("Band", [900.0], ago=0)
    advance(60)
    eq(alarm("band")["StateValue"], "ALARM", alarm("band"))
    data = json.loads(alarm("band")["StateReasonData"])
    assert data["recentDatapoints"] == [900.0] and data["recentUpperThresholds"][0] < 900, data
    detectors = cloudwatch.describe_anomaly_detectors(Namespace=NAMESPACE, MetricName="Band")["AnomalyDetectors"]
    eq(detectors[0]["StateValue"], "TRAINED")
    cloudwatch.delete_alarms(AlarmNames=["band", "rate"])
    cloudwatch.delete_anomaly_detector(SingleMetricAnomalyDetector={"Namespace": NAMESPACE, "MetricName": "Band", "Stat": "Sum"})


def test_alarms_refuse_in_words():
    refused("MissingParameter", "Threshold", cloudwatch.put_metric_alarm, AlarmName="x", Namespace="n", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold")
    refused("ValidationError", "86400", simple, name="x", metric="m", EvaluationPeriods=2000)
    refused("ValidationError", "Invalid arn syntax", simple, name="x", metric="m", OKActions=["me"])
    refused("InvalidNextToken", "token", cloudwatch.describe_alarm_history, NextToken="x")
    cli_refused("ResourceNotFound", "cloudwatch", "delete-alarms", "--alarm-names", "nobody")


BODY = json.dumps({"widgets": [{"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {"region": REGION, "metrics": [["AWS/Bedrock", "Invocations"]]}}]})


def test_dashboards():
    eq(cloudwatch.put_dashboard(DashboardName="lab", DashboardBody=BODY)["DashboardValidationMessages"], [])
    arn = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/lab"
    found = cli("cloudwatch", "get-dashboard", "--dashboard-name", "lab")
    eq((found["DashboardArn"], found["DashboardBody"]), (arn, BODY))
    eq(boto("cloudwatch", region_name="eu-west-1").get_dashboard(DashboardName="lab")["DashboardBody"], BODY, "the same in every Region")
    entry = cloudwatch.list_dashboards(DashboardNamePrefix="la")["DashboardEntries"][0]
    eq((entry["DashboardArn"], entry["Size"]), (arn, len(BODY)))
    strange = json.dumps({**json.loads(BODY), "colour": "red"})
    eq(cli("cloudwatch", "put-dashboard", "--dashboard-name", "lab2", "--dashboard-body", strange)["DashboardValidationMessages"][0]["DataPath"], "/colour")
    eq([e["DashboardName"] for e in cli("cloudwatch", "list-dashboards")["DashboardEntries"]], ["lab", "lab2"])
    for body in ("[]", "{", "{}", json.dumps({"widgets": [{"type": "metric", "properties": {}}]}), json.dumps({"widgets": [{"type": "film", "properties": {}}]})):
        error = refused("InvalidParameterInput", "invalid", cloudwatch.put_dashboard, DashboardName="bad", DashboardBody=body)
        assert error["dashboardValidationMessages"][0]["Message"], error
    refused("InvalidParameterValue", "invalid characters", cloudwatch.put_dashboard, DashboardName="a b", DashboardBody=BODY)
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "k", "Value": "v"}])
    eq(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "k", "Value": "v"}])
    refused("ResourceNotFound", "does not exist", cloudwatch.delete_dashboards, DashboardNames=["lab", "nobody"])
    cloudwatch.delete_dashboards(DashboardNames=["lab"])
    cli("cloudwatch", "delete-dashboards", "--dashboard-names", "lab2")
    refused("ResourceNotFound", "lab", cloudwatch.get_dashboard, DashboardName="lab")


def test_every_operation_in_every_protocol():
    for n, (protocol, packed) in enumerate((p, packed) for p in PROTOCOLS for packed in (False, True)):
        name = f"spoken-{n}"
        call = lambda operation, **params: send(protocol, operation, params, packed)
        done = lambda reply: eq(reply["ResponseMetadata"]["HTTPStatusCode"], 200, (protocol, reply))
        settings = dict(Namespace=NAMESPACE, MetricName=name, Statistic="Sum", Period=60, EvaluationPeriods=2, Threshold=5.5, ComparisonOperator="GreaterThanThreshold")
        done(call("PutMetricAlarm", AlarmName=name, Tags=[{"Key": "a", "Value": "1"}], **settings))
        done(call("SetAlarmState", AlarmName=name, StateValue="ALARM", StateReason="said in every protocol"))
        [found] = call("DescribeAlarms", AlarmNames=[name])["MetricAlarms"]
        eq((found["StateValue"], found["Threshold"], found["EvaluationPeriods"]), ("ALARM", 5.5, 2))
        assert abs(found["StateUpdatedTimestamp"].timestamp() - now()) < 60, found
        eq(call("DescribeAlarmsForMetric", Namespace=NAMESPACE, MetricName=name)["MetricAlarms"], [found])
        eq(call("DescribeAlarmHistory", AlarmName=name)["AlarmHistoryItems"][0]["HistorySummary"], "Alarm updated from INSUFFICIENT_DATA to ALARM")
        done(call("DisableAlarmActions", AlarmNames=[name]))
        done(call("EnableAlarmActions", AlarmNames=[name]))
        done(call("TagResource", ResourceARN=found["AlarmArn"], Tags=[{"Key": "b", "Value": "2"}]))
        done(call("UntagResource", ResourceARN=found["AlarmArn"], TagKeys=["a"]))
        eq(call("ListTagsForResource", ResourceARN=found["AlarmArn"])["Tags"], [{"Key": "b", "Value": "2"}])
        done(call("DeleteAlarms", AlarmNames=[name]))
        eq(call("SetAlarmState", AlarmName=name, StateValue="OK", StateReason="r")["Error"]["Code"], "ResourceNotFound")
        done(call("PutDashboard", DashboardName=name, DashboardBody=BODY))
        eq(call("GetDashboard", DashboardName=name)["DashboardBody"], BODY)
        eq([e["Size"] for e in call("ListDashboards", DashboardNamePrefix=name)["DashboardEntries"]], [len(BODY)])
        done(call("DeleteDashboards", DashboardNames=[name]))
