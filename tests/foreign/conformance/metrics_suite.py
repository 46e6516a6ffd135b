"""CloudWatch metrics: put, listed and read over both clients, gzip included; over all three protocols by hand."""

import gzip
import json
import urllib.parse
import urllib.request

from harness import ENDPOINT, boto, cli, cli_refused, eq, near, now, refused

COVERS = "cloudwatch"
SPACE = "Conformance"
cloudwatch = boto("cloudwatch")


def minute():
    return int(now()) // 60 * 60


def test_what_is_put_is_listed_and_read():
    at = minute() - 300
    cloudwatch.put_metric_data(Namespace=SPACE, MetricData=[
        {"MetricName": "Latency", "Timestamp": at, "Values": [10.0, 20.0, 90.0], "Counts": [5, 4, 1], "Unit": "Milliseconds",
         "Dimensions": [{"Name": "ModelId", "Value": "m-1"}]},
        {"MetricName": "Set", "Timestamp": at, "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 1, "Maximum": 25}}])
    cli("cloudwatch", "put-metric-data", "--namespace", SPACE, "--metric-name", "FromCli", "--value", "3", "--unit", "Count")
    names = sorted(m["MetricName"] for m in cloudwatch.list_metrics(Namespace=SPACE)["Metrics"])
    eq(names, ["FromCli", "Latency", "Set"])
    listed = cli("cloudwatch", "list-metrics", "--namespace", SPACE, "--dimensions", "Name=ModelId,Value=m-1")["Metrics"]
    eq([m["MetricName"] for m in listed], ["Latency"])


def query(stat):
    metric = {"Namespace": SPACE, "MetricName": "Latency", "Dimensions": [{"Name": "ModelId", "Value": "m-1"}]}
    return {"Id": f"q_{stat.lower()}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}


def test_statistics_are_exact():
    wanted = {"Sum": 220.0, "Average": 22.0, "Minimum": 10.0, "Maximum": 90.0, "SampleCount": 10.0, "p50": 10.0, "p90": 20.0, "p99": 90.0}
    found = cloudwatch.get_metric_data(MetricDataQueries=[query(s) for s in wanted], StartTime=minute() - 900, EndTime=minute() + 60)
    for result in found["MetricDataResults"]:
        stat = next(s for s in wanted if f"q_{s.lower()}" == result["Id"])
        eq(len(result["Values"]), 1, stat)
        near(result["Values"][0], wanted[stat], what=stat)
    by_cli = cli("cloudwatch", "get-metric-data", "--metric-data-queries", [query("Average")], "--start-time", minute() - 900, "--end-time", minute() + 60)
    near(by_cli["MetricDataResults"][0]["Values"][0], 22.0)
    args = {"Namespace": SPACE, "MetricName": "Set", "StartTime": minute() - 900, "EndTime": minute() + 60, "Period": 60}
    point = cloudwatch.get_metric_statistics(**args, Statistics=["Average", "Maximum"])["Datapoints"][0]
    eq((point["Average"], point["Maximum"]), (10.0, 25.0))
    points = cli("cloudwatch", "get-metric-statistics", "--namespace", SPACE, "--metric-name", "Set", "--period", "60", "--statistics", "Sum",
                 "--start-time", minute() - 900, "--end-time", minute() + 60)["Datapoints"]
    eq(points[0]["Sum"], 40.0)


def test_what_is_wrong_is_refused():
    refused("InvalidParameterValue", "Period", cloudwatch.get_metric_statistics, Namespace=SPACE, MetricName="Set", Period=61, Statistics=["Sum"],
            StartTime=minute() - 60, EndTime=minute())
    cli_refused("InvalidParameterCombination", "cloudwatch", "get-metric-statistics", "--namespace", SPACE, "--metric-name", "Set", "--period", "60",
                "--statistics", "Sum", "--start-time", minute() - 90 * 86400, "--end-time", minute())


def test_the_older_protocols_answer_the_same():
    scope = "AWS4-HMAC-SHA256 Credential=K/20261001/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
    body = json.dumps({"Namespace": SPACE}).encode()
    headers = {"authorization": scope, "content-type": "application/x-amz-json-1.0", "x-amz-target": "GraniteServiceVersion20100801.ListMetrics"}
    plain = json.load(urllib.request.urlopen(urllib.request.Request(ENDPOINT, data=body, headers=headers)))
    eq(len(plain["Metrics"]), 3)
    form = urllib.parse.urlencode({"Action": "ListMetrics", "Version": "2010-08-01", "Namespace": SPACE}).encode()
    headers = {"authorization": scope, "content-type": "application/x-www-form-urlencoded"}
    xml = urllib.request.urlopen(urllib.request.Request(ENDPOINT, data=form, headers=headers)).read().decode()
    eq(xml.count("<MetricName>"), 3)
    packed = gzip.compress(body)
    headers = {"authorization": scope, "content-type": "application/x-amz-json-1.0", "content-encoding": "gzip",
               "x-amz-target": "GraniteServiceVersion20100801.ListMetrics"}
    eq(json.load(urllib.request.urlopen(urllib.request.Request(ENDPOINT, data=packed, headers=headers))), plain)
