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


def expression(id, text, period=60):
    return {"Id": id, "Expression": text, "Period": period}


def test_metric_math_agrees_with_arithmetic_by_hand():
    start = minute() - 1200
    a = {n: float(3 * n + 1) for n in range(10) if n != 4}
    b = {n: float(n) for n in range(10) if n != 7}
    for name, points in (("A", a), ("B", b)):
        cloudwatch.put_metric_data(Namespace="Math", MetricData=[
            {"MetricName": name, "Timestamp": start + 60 * n, "Value": v, "Dimensions": [{"Name": "ModelId", "Value": "m"}]} for n, v in points.items()])
    plain = [{"Id": i, "ReturnData": False, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
        "Namespace": "Math", "MetricName": n, "Dimensions": [{"Name": "ModelId", "Value": "m"}]}}} for i, n in (("a", "A"), ("b", "B"))]
    either = range(10)  # a point that one series lacks counts as 0, a division by 0 gives none
    wanted = {
        "add": ("a + b", {n: a.get(n, 0) + b.get(n, 0) for n in either}),
        "ratio": ("a / b", {n: a.get(n, 0) / b[n] for n in either if b.get(n)}),
        "filled": ("FILL(a, 0) * 2", {n: 2 * a.get(n, 0.0) for n in range(10)}),
        "rate": ("RATE(a)", None),
        "total": ("SUM([a, b])", None),
    }
    queries = plain + [expression(id, text) for id, (text, _) in wanted.items()]
    found = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=start + 600, ScanBy="TimestampAscending")
    results = {r["Id"]: r for r in found["MetricDataResults"]}
    eq(sorted(results), sorted(wanted))
    for id, (_, points) in wanted.items():
        if points is not None:
            got = {int((t.timestamp() - start) // 60): v for t, v in zip(results[id]["Timestamps"], results[id]["Values"])}
            eq(sorted(got), sorted(points), id)
            for n, value in points.items():
                near(got[n], value, what=f"{id} at {n}")
    by_cli = cli("cloudwatch", "get-metric-data", "--metric-data-queries", plain + [expression("add", "a + b")], "--start-time", start, "--end-time", start + 600)
    eq(len(by_cli["MetricDataResults"][0]["Values"]), len(either))
    search = expression("s", "SEARCH('{Math,ModelId} MetricName=\"A\"', 'Sum', 60)")
    series = cloudwatch.get_metric_data(MetricDataQueries=[search], StartTime=start, EndTime=start + 600)["MetricDataResults"]
    eq([(r["Id"], len(r["Values"])) for r in series], [("s", len(a))])


def test_wrong_math_is_refused():
    for text in ("SUM(", "nobody + 1", "LAMBDA('x')"):
        refused("ValidationError", "", cloudwatch.get_metric_data, MetricDataQueries=[expression("e", text)], StartTime=minute() - 600, EndTime=minute())


def test_detectors_are_put_described_and_deleted():
    metric = {"Namespace": "Math", "MetricName": "A", "Dimensions": [{"Name": "ModelId", "Value": "m"}], "Stat": "Sum"}
    cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector=metric)
    cli("cloudwatch", "put-anomaly-detector", "--single-metric-anomaly-detector", {**metric, "MetricName": "B"})
    listed = cloudwatch.describe_anomaly_detectors(Namespace="Math")["AnomalyDetectors"]
    eq(sorted(d["SingleMetricAnomalyDetector"]["MetricName"] for d in listed), ["A", "B"])
    assert {d["StateValue"] for d in listed} <= {"PENDING_TRAINING", "TRAINED_INSUFFICIENT_DATA", "TRAINED"}, listed
    by_cli = cli("cloudwatch", "describe-anomaly-detectors", "--namespace", "Math", "--metric-name", "A")["AnomalyDetectors"]
    eq([d["SingleMetricAnomalyDetector"]["Stat"] for d in by_cli], ["Sum"])
    cloudwatch.delete_anomaly_detector(SingleMetricAnomalyDetector=metric)
    cli("cloudwatch", "delete-anomaly-detector", "--single-metric-anomaly-detector", {**metric, "MetricName": "B"})
    eq(cloudwatch.describe_anomaly_detectors(Namespace="Math")["AnomalyDetectors"], [])
    refused("ResourceNotFoundException", "", cloudwatch.delete_anomaly_detector, SingleMetricAnomalyDetector=metric)


def test_a_band_follows_the_history_of_its_metric():
    end = minute() - 60
    for day in range(3):
        data = [{"MetricName": "Band", "Timestamp": end - day * 86400 - 300 * n, "Value": 100.0 + n % 5} for n in range(288)]
        cloudwatch.put_metric_data(Namespace="Math", MetricData=data)
    stat = {"Metric": {"Namespace": "Math", "MetricName": "Band"}, "Period": 300, "Stat": "Average"}
    queries = [{"Id": "m1", "MetricStat": stat}, expression("t1", "ANOMALY_DETECTION_BAND(m1, 2)", 300)]
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=end - 3600, EndTime=end)["MetricDataResults"]
    band = [r["Values"] for r in results if r["Id"] == "t1"]
    eq(len(band), 2)
    values = [v for side in band for v in side]
    assert values and min(values) < 104 < max(values) and 50 < min(values) and max(values) < 200, band
