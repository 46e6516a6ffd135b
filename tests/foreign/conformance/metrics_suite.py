"""CloudWatch metrics: putting, listing and reading them, metric math against an oracle, searches, bands, anomaly detectors, three protocols."""

import datetime
import math
import random

from harness import ACCOUNT, boto, cli, cli_refused, eq, near, now, refused
from protocols import PROTOCOLS, send

COVERS = "cloudwatch"
cloudwatch = boto("cloudwatch")
NAMESPACE = "Conformance/Metrics"
MINUTE, HOUR, DAY = 60, 3600, 86400

# The whole minute from which this suite counts; its data lie before.
BASE = int(now()) // HOUR * HOUR


def at(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def iso(seconds):
    return at(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def put(name, points, namespace=NAMESPACE, unit="Count", **dimensions):
    """Publishes (seconds, value) pairs."""
    dims = [{"Name": n, "Value": v} for n, v in dimensions.items()]
    data = [{"MetricName": name, "Dimensions": dims, "Timestamp": at(s), "Value": v, "Unit": unit} for s, v in points]
    for start in range(0, len(data), 1000):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + 1000])


def stat(id, name, stat="Sum", period=60, returned=False, **dimensions):
    dims = [{"Name": n, "Value": v} for n, v in dimensions.items()]
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dims}
    return {"Id": id, "ReturnData": returned, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def expression(id, text, **more):
    return {"Id": id, "Expression": text, **more}


def ask(queries, start, end, **more):
    reply = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=at(start), EndTime=at(end), ScanBy="TimestampAscending", **more
    )
    return reply["MetricDataResults"]


def points(result):
    return {int(t.timestamp()): v for t, v in zip(result["Timestamps"], result["Values"])}


def cli_points(result):
    # The CLI prints times as they came: seconds from CBOR and JSON, text from XML.
    parse = lambda time: int(datetime.datetime.fromisoformat(time).timestamp() if isinstance(time, str) else time)
    return {parse(t): v for t, v in zip(result["Timestamps"], result["Values"])}


def cli_ask(queries, start, end, *more):
    reply = cli("cloudwatch", "get-metric-data", "--metric-data-queries", queries, "--start-time", iso(start), "--end-time", iso(end), *more)
    return reply["MetricDataResults"]


# --- PutMetricData, GetMetricStatistics ---


def test_values_sets_and_counts_give_the_same_statistics_to_both_clients():
    t = BASE - 30 * MINUTE
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": "Latency", "Timestamp": at(t), "Values": [100.0, 200.0, 400.0], "Counts": [2.0, 1.0, 1.0], "Unit": "Milliseconds"},
            {"MetricName": "Latency", "Timestamp": at(t + MINUTE), "Value": 50.0, "Unit": "Milliseconds"},
        ],
    )
    cli("cloudwatch", "put-metric-data", "--namespace", NAMESPACE, "--metric-data", [
        {"MetricName": "Latency", "Timestamp": iso(t + 2 * MINUTE), "Unit": "Milliseconds",
         "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 5, "Maximum": 20}}])
    wanted = [(4, 800, 200, 100, 400), (1, 50, 50, 50, 50), (4, 40, 10, 5, 20)]
    names = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]
    reply = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE, MetricName="Latency", StartTime=at(t), EndTime=at(t + 3 * MINUTE), Period=60, Statistics=names)
    found = sorted(reply["Datapoints"], key=lambda d: d["Timestamp"])
    eq([tuple(d[n] for n in names) for d in found], wanted)
    eq([d["Unit"] for d in found], ["Milliseconds"] * 3)
    eq(reply["Label"], "Latency")
    reply = cli("cloudwatch", "get-metric-statistics", "--namespace", NAMESPACE, "--metric-name", "Latency", "--start-time", iso(t),
                "--end-time", iso(t + 3 * MINUTE), "--period", 60, "--statistics", *names)
    found = sorted(reply["Datapoints"], key=lambda d: d["Timestamp"])
    eq([tuple(d[n] for n in names) for d in found], wanted)


def test_percentiles_and_units():
    t = BASE - 20 * MINUTE
    put("Spread", [(t, float(v)) for v in range(1, 101)], unit="Milliseconds")
    ask_for = dict(Namespace=NAMESPACE, MetricName="Spread", StartTime=at(t), EndTime=at(t + MINUTE), Period=60)
    found = cloudwatch.get_metric_statistics(**ask_for, ExtendedStatistics=["p50", "p99", "tm90", "PR(:20)"])["Datapoints"]
    eq(found[0]["ExtendedStatistics"], {"p50": 50.0, "p99": 99.0, "tm90": 45.5, "PR(:20)": 20.0})
    eq(cloudwatch.get_metric_statistics(**ask_for, Statistics=["Sum"], Unit="Bytes")["Datapoints"], [])
    found = cli("cloudwatch", "get-metric-statistics", "--namespace", NAMESPACE, "--metric-name", "Spread", "--start-time", iso(t),
                "--end-time", iso(t + MINUTE), "--period", 60, "--extended-statistics", "p90", "--unit", "Milliseconds")["Datapoints"]
    eq(found[0]["ExtendedStatistics"], {"p90": 90.0})


def test_data_inside_entities_are_kept():
    t = BASE - 10 * MINUTE
    entity = {"Type": "Service", "Name": "class", "Environment": "lab"}
    datum = {"MetricName": "OfEntity", "Timestamp": at(t), "Value": 3.0}
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE, EntityMetricData=[{"Entity": {"KeyAttributes": entity}, "MetricData": [datum]}], StrictEntityValidation=False)
    eq(points(ask([stat("m", "OfEntity", returned=True)], t, t + MINUTE)[0]), {t: 3.0})


def test_bad_data_are_refused_with_their_place():
    datum = {"MetricName": "Bad", "Value": 1.0}
    place = "The parameter MetricData.member.2.Timestamp must specify a time no more than two weeks in the past."
    refused("InvalidParameterValue", place, cloudwatch.put_metric_data, Namespace=NAMESPACE,
            MetricData=[datum, {**datum, "Timestamp": at(BASE - 15 * DAY)}])
    both = {**datum, "Values": [1.0]}
    refused("InvalidParameterCombination", "mutually exclusive", cloudwatch.put_metric_data, Namespace=NAMESPACE, MetricData=[both])
    refused("InvalidParameterValue", "Namespace", cloudwatch.put_metric_data, Namespace="AWS/Bedrock", MetricData=[datum])
    cli_refused("InvalidParameterValue", "cloudwatch", "put-metric-data", "--namespace", "AWS/X", "--metric-data", [datum])
    eq(cloudwatch.list_metrics(MetricName="Bad")["Metrics"], [])
    asked = dict(Namespace=NAMESPACE, MetricName="Bad", StartTime=at(BASE - DAY), EndTime=at(BASE), Period=60)
    refused("InvalidParameterCombination", "exceeds the limit of 1,440", cloudwatch.get_metric_statistics,
            **{**asked, "StartTime": at(BASE - 3 * DAY)}, Statistics=["Sum"])
    refused("MissingParameter", "Statistics", cloudwatch.get_metric_statistics, **asked)
    cli_refused("InvalidParameterValue", "cloudwatch", "get-metric-statistics", "--namespace", NAMESPACE, "--metric-name", "Bad",
                "--start-time", iso(BASE - DAY), "--end-time", iso(BASE), "--period", 61, "--statistics", "Sum")


# --- ListMetrics ---


def test_metrics_are_listed_filtered_and_paged_to_both_clients():
    names = [f"m{n:03}" for n in range(520)]
    cloudwatch.put_metric_data(
        Namespace="Conformance/Many",
        MetricData=[{"MetricName": "Paged", "Dimensions": [{"Name": "ModelId", "Value": n}], "Value": 1.0} for n in names])
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace="Conformance/Many"))
    eq([len(p["Metrics"]) for p in pages], [500, 20])
    eq([m["Dimensions"][0]["Value"] for p in pages for m in p["Metrics"]], names)
    eq(len(cli("cloudwatch", "list-metrics", "--namespace", "Conformance/Many")["Metrics"]), 520)
    one = cli("cloudwatch", "list-metrics", "--namespace", "Conformance/Many", "--dimensions", "Name=ModelId,Value=m042")
    eq(one["Metrics"], [{"Namespace": "Conformance/Many", "MetricName": "Paged", "Dimensions": [{"Name": "ModelId", "Value": "m042"}]}])
    first = cloudwatch.list_metrics(Namespace="Conformance/Many", Dimensions=[{"Name": "ModelId"}], RecentlyActive="PT3H")
    eq(len(first["Metrics"]), 500)
    assert "OwningAccounts" not in first, first["OwningAccounts"]
    linked = cloudwatch.list_metrics(Namespace="Conformance/Many", IncludeLinkedAccounts=True, OwningAccount=ACCOUNT)
    eq(linked["OwningAccounts"], [ACCOUNT] * 500)
    eq(cloudwatch.list_metrics(MetricName="Paged", Dimensions=[{"Name": "Other"}])["Metrics"], [])
    refused("InvalidParameterValue", "not a monitoring account", cloudwatch.list_metrics, OwningAccount="999999999999")
    refused("InvalidParameterValue", "NextToken", cloudwatch.list_metrics, NextToken="nonsense")
    refused("InvalidParameterValue", "RecentlyActive", cloudwatch.list_metrics, RecentlyActive="PT9H")


# --- GetMetricData: plain ---


def test_periods_order_and_pages():
    t = BASE - 60 * MINUTE
    put("Paged", [(t + MINUTE * n, float(n)) for n in range(20)])
    queries = [stat("a", "Paged", returned=True), stat("b", "Paged", period=300, returned=True)]
    pages = list(cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=at(t), EndTime=at(t + 20 * MINUTE), PaginationConfig={"PageSize": 7}))
    eq([sum(len(r["Values"]) for r in p["MetricDataResults"]) for p in pages], [7, 7, 7, 3])
    of = lambda id: [v for p in pages for r in p["MetricDataResults"] if r["Id"] == id for v in r["Values"]]
    eq(of("a"), [float(n) for n in reversed(range(20))], "newest first by default")
    eq(of("b"), [85.0, 60.0, 35.0, 10.0])
    eq({r["StatusCode"] for r in pages[0]["MetricDataResults"]}, {"PartialData"})
    found = cli_ask(queries, t, t + 20 * MINUTE, "--scan-by", "TimestampAscending", "--page-size", 7)
    eq([v for r in found if r["Id"] == "a" for v in r["Values"]], [float(n) for n in range(20)])
    half = ask([stat("a", "Paged", returned=True)], t + 30, t + 2 * MINUTE)
    eq(points(half[0]), {t: 0.0, t + MINUTE: 1.0}, "start rounded down, end exclusive")
    refused("InvalidNextToken", "", cloudwatch.get_metric_data, MetricDataQueries=queries, StartTime=at(t), EndTime=at(BASE), NextToken="x")


def test_queries_are_checked():
    call = lambda *queries: dict(MetricDataQueries=list(queries), StartTime=at(BASE - HOUR), EndTime=at(BASE))
    check = lambda text, *queries: refused("ValidationError", text, cloudwatch.get_metric_data, **call(*queries))
    m = stat("m", "Paged")
    check("are not unique", m, m)
    check("is not matching the expected pattern", stat("M", "Paged"))
    check("must be specified", {"Id": "a"})
    check("mutually exclusive", {**m, "Expression": "m"})
    check("Error in expression 'e': Invalid syntax", m, expression("e", "m +"))
    check("Error in expression 'e': Function 'MEDIAN' not found", m, expression("e", "MEDIAN(m)"))
    check("Error in expression 'e': Variable 'x' not found", expression("e", "x"))
    check("refers to itself", expression("a", "b"), expression("b", "a"))
    check("SERVICE_QUOTA", m, expression("e", "SERVICE_QUOTA(m)"))
    check("INSIGHT_RULE_METRIC", m, expression("e", "INSIGHT_RULE_METRIC('a', 'b')"))
    check("SELECT", expression("e", "SELECT AVG(x) FROM y", Period=60))
    check("must be a time series", m, expression("e", "AVG(m)"))
    check("The expression must have between", m, expression("e", "m+" * 1100 + "m"))
    check("is not a dynamic label", {**m, "Label": "${MEDIAN}"})
    refused("InvalidParameterValue", "not a monitoring account", cloudwatch.get_metric_data, **call({**m, "AccountId": "999999999999"}))
    cli_refused("ValidationError", "cloudwatch", "get-metric-data", "--metric-data-queries", [m, expression("e", "m +")],
                "--start-time", iso(BASE - HOUR), "--end-time", iso(BASE))


# --- metric math against an oracle ---


class Oracle:
    """Metric math over dicts of minute -> value, written after the user guide and independently of the program."""

    def __init__(self, minutes):
        self.minutes = minutes

    def join(self, a, b, op):
        out = {}
        for t in sorted(set(a) | set(b)):
            try:
                out[t] = op(a.get(t, 0.0), b.get(t, 0.0))
            except ZeroDivisionError:
                pass
        return out

    def fill(self, a, value):
        return {t: a.get(t, value) for t in self.minutes}

    def repeat(self, a):
        out, last = {}, None
        for t in self.minutes:
            last = a.get(t, last)
            if last is not None:
                out[t] = last
        return out

    def linear(self, a):
        out = {}
        for t in self.minutes:
            before, after = [s for s in a if s <= t], [s for s in a if s >= t]
            if t in a:
                out[t] = a[t]
            elif before and after:
                low, high = max(before), min(after)
                out[t] = a[low] + (a[high] - a[low]) * (t - low) / (high - low)
        return out

    def steps(self, a, f):
        times = sorted(a)
        return {t: f(a[t] - a[s], t - s) for s, t in zip(times, times[1:])}

    def across(self, series, f):
        out = {}
        for t in sorted(set().union(*series)):
            out[t] = f([s[t] for s in series if t in s])
        return out

    def choose(self, condition, then, otherwise):
        out = {}
        for t, truth in condition.items():
            value = then.get(t, 0.0) if truth else otherwise.get(t)
            if value is not None:
                out[t] = value
        return out

    def running(self, a):
        out, total = {}, 0.0
        for t in sorted(a):
            total += a[t]
            out[t] = total
        return out


def each(a, f):
    return {t: f(v) for t, v in a.items()}


def cases(o, a, b, c):
    """(expression, what it must give)"""
    mean = sum(a.values()) / len(a)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in a.values()) / len(a))
    truth = lambda x: 1.0 if x else 0.0
    positive = {t: v for t, v in b.items() if v > 0}
    return [
        ("a + b", o.join(a, b, lambda x, y: x + y)),
        ("a - b", o.join(a, b, lambda x, y: x - y)),
        ("a * b - c", o.join(o.join(a, b, lambda x, y: x * y), c, lambda x, y: x - y)),
        ("a / b", o.join(a, b, lambda x, y: x / y)),
        ("100 * b / (a + b)", o.join(each(b, lambda x: 100 * x), o.join(a, b, lambda x, y: x + y), lambda x, y: x / y)),
        ("-a ^ 2", each(a, lambda x: -(x**2))),
        ("a > b", o.join(a, b, lambda x, y: truth(x > y))),
        ("a >= 5 AND b < 5 OR c == 0",
         o.join(o.join(each(a, lambda x: truth(x >= 5)), each(b, lambda x: truth(x < 5)), lambda x, y: truth(x and y)),
                each(c, lambda x: truth(x == 0)), lambda x, y: truth(x or y))),
        ("SUM([a, b, c])", o.across([a, b, c], sum)),
        ("AVG([a, b, c])", o.across([a, b, c], lambda v: sum(v) / 3)),
        ("MIN([a, b, c])", o.across([a, b, c], min)),
        ("MAX(METRICS())", o.across([a, b, c], max)),
        ("DATAPOINT_COUNT([a, b, c])", o.across([a, b, c], lambda v: float(len(v)))),
        ("a - AVG(a)", each(a, lambda x: x - mean)),
        ("a / STDDEV(a)", each(a, lambda x: x / deviation)),
        ("a / MAX(a) * SUM(b) - MIN(b)", each(a, lambda x: x / max(a.values()) * sum(b.values()) - min(b.values()))),
        ("FILL(a, 0) + FILL(b, 0)", o.join(o.fill(a, 0.0), o.fill(b, 0.0), lambda x, y: x + y)),
        ("FILL(b, REPEAT)", o.repeat(b)),
        ("FILL(b, LINEAR)", o.linear(b)),
        ("RATE(a)", o.steps(a, lambda d, s: d / s)),
        ("DIFF(b)", o.steps(b, lambda d, s: d)),
        ("DIFF_TIME(b)", o.steps(b, lambda d, s: float(s))),
        ("RUNNING_SUM(c)", o.running(c)),
        ("LOG(b) + 0", each(positive, math.log)),
        ("LOG10(b)", each(positive, math.log10)),
        ("CEIL(a / 3)", each(a, lambda x: float(math.ceil(x / 3)))),
        ("FLOOR(a / 3)", each(a, lambda x: float(math.floor(x / 3)))),
        ("ABS(b - a)", o.join(b, a, lambda x, y: abs(x - y))),
        ("IF(a > 5, b, c)", o.choose(each(a, lambda x: truth(x > 5)), b, c)),
        ("IF(a > 5, 1)", o.choose(each(a, lambda x: truth(x > 5)), dict.fromkeys(o.minutes, 1.0), {})),
        ("a / PERIOD(a)", each(a, lambda x: x / 60)),
        ("MINUTE(a)", {t: float(t // 60 % 60) for t in o.minutes}),
        ("HOUR(a) * 100 + DAY(a)", {t: at(t).hour * 100.0 + at(t).isoweekday() for t in o.minutes}),
        ("DATE(a) + MONTH(a) + YEAR(a)", {t: float(at(t).day + at(t).month + at(t).year) for t in o.minutes}),
        ("EPOCH(a)", {t: float(t) for t in o.minutes}),
        ("TIME_SERIES(MAX(a))", dict.fromkeys(o.minutes, max(a.values()))),
        ("FIRST(SORT([a, b, c], SUM, DESC))", max([a, b, c], key=lambda s: sum(s.values()))),
        ("LAST(SLICE(SORT([a, b, c], AVG, ASC), 0, 1))", min([a, b, c], key=lambda s: sum(s.values()) / len(s))),
        ("SUM(REMOVE_EMPTY([a, b])) / METRIC_COUNT([a, b])", each(o.across([a, b], sum), lambda x: x / 2)),
    ]


def close(found, wanted, what):
    eq(sorted(found), sorted(wanted), f"{what}: times")
    for t, v in wanted.items():
        near(found[t], v, 1e-9 * max(1.0, abs(v)), f"{what} at {t - BASE}")


def test_metric_math_equals_the_oracle_over_random_series_with_gaps():
    for seed in range(6):
        rng = random.Random(seed)
        start = BASE - (seed + 2) * HOUR
        minutes = [start + MINUTE * n for n in range(40)]
        names = [f"Math{seed}{name}" for name in "abc"]
        series = [{t: float(rng.choice([0, rng.randint(0, 10), rng.uniform(0, 10)])) for t in minutes if rng.random() < share}
                  for share in (0.9, 0.6, 0.4)]
        for name, values in zip(names, series):
            put(name, list(values.items()))
        metrics = [stat(id, name) for id, name in zip("abc", names)]
        wanted = cases(Oracle(minutes), *series)
        queries = metrics + [expression(f"e{n}", text) for n, (text, _) in enumerate(wanted)]
        rng.shuffle(queries)
        found = {r["Id"]: points(r) for r in ask(queries, start, start + 40 * MINUTE)}
        for n, (text, values) in enumerate(wanted):
            close(found[f"e{n}"], values, f"seed {seed}: {text}")
        if seed == 0:
            found = {r["Id"]: cli_points(r) for r in cli_ask(queries, start, start + 40 * MINUTE)}
            for n, (text, values) in enumerate(wanted):
                close(found[f"e{n}"], values, f"CLI: {text}")


def test_arrays_return_several_results_under_one_id_with_labels():
    t = BASE - 14 * HOUR
    put("Left", [(t, 1.0)])
    put("Right", [(t, 2.0)])
    metrics = [stat("l", "Left"), stat("r", "Right")]
    found = ask(metrics + [expression("e", "METRICS() * 10", Label="Ten times")], t, t + MINUTE)
    eq([(r["Id"], r["Label"], r["Values"]) for r in found], [("e", "Ten times Left", [10.0]), ("e", "Ten times Right", [20.0])])
    found = cli_ask(metrics + [expression("e", "METRICS()", Label="${LABEL}: ${MAX} of ${PROP('MetricName')}")], t, t + MINUTE)
    eq([r["Label"] for r in found], ["Left: 1 of Left", "Right: 2 of Right"])
    found = ask(metrics + [expression("e", "l + r")], t, t + MINUTE)
    eq(found[0]["Label"], "e")


# --- SEARCH ---


def test_searches_over_model_ids():
    t = BASE - 15 * HOUR
    models = ["anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0"]
    for n, model in enumerate(models):
        put("Invocations", [(t, n + 1.0)], ModelId=model)
        put("Throttles", [(t, 100.0)], ModelId=model)
    search = lambda term, rest="'Sum', 300": expression("s", f"SEARCH('{{{NAMESPACE},ModelId}} {term}', {rest})")
    found = lambda term: {r["Label"]: r["Values"] for r in ask([search(term)], t, t + 300)}
    eq(found('MetricName="Invocations" claude'), {models[1]: [2.0], models[0]: [1.0]})
    eq(found('MetricName="Invocations" NOT claude'), {"Invocations": [3.0]})
    eq(found('MetricName="Invocations" (haiku OR nova)'), {models[1]: [2.0], models[2]: [3.0]})
    eq(found(f'MetricName="Invocations" ModelId="{models[0]}"'), {"Invocations": [1.0]})
    eq(found("MetricName=Nothing"), {})
    total = ask([expression("t", f"SUM(SEARCH('{{{NAMESPACE},ModelId}} MetricName=\"Invocations\"', 'Sum', 300))")], t, t + 300)
    eq(points(total[0]), {t: 6.0})
    by_cli = cli_ask([search('MetricName="Invocations" claude', "'Sum'") | {"Period": 300}], t, t + 300)
    eq({r["Label"]: r["Values"] for r in by_cli}, {models[1]: [2.0], models[0]: [1.0]})
    check = lambda term, text: refused("ValidationError", text, cloudwatch.get_metric_data, MetricDataQueries=[search(term)],
                                       StartTime=at(t), EndTime=at(t + 300))
    check("(claude", "parentheses")
    check(":aws.AccountId = 123", "monitoring account")


# --- anomaly detection ---


def seasonal(t):
    by_day = 8 <= t // HOUR % 24 < 20
    return (60.0 if by_day else 10.0) + (t // 300 * 7 % 11)


def test_a_band_follows_the_metrics_own_history_and_widens_with_its_width():
    # Data can be as old as two weeks when they are put.
    history = [(t, seasonal(t)) for t in range(BASE - 14 * DAY + HOUR, BASE, 300)]
    put("Seasonal", history)
    start, end = BASE - 2 * DAY, BASE
    band = lambda width: [stat("m", "Seasonal", period=300, returned=True), expression("band", f"ANOMALY_DETECTION_BAND(m, {width})")]
    metric, upper, lower = ask(band(2), start, end)
    eq((upper["Id"], lower["Id"]), ("band", "band"))
    values, high, low = points(metric), points(upper), points(lower)
    eq(sorted(high), sorted(low))
    inside = sum(low[t] <= v <= high[t] for t, v in values.items()) / len(values)
    assert inside > 0.9, inside
    night, noon = start + 3 * HOUR, start + 12 * HOUR
    night, noon = (t - t % DAY + hour * HOUR for t, hour in ((end - DAY, 3), (end - DAY, 13)))
    assert high[night] < 40 < low[noon], (high[night], low[noon])
    _, wide_high, wide_low = (points(r) for r in ask(band(4), start, end))
    assert all(wide_low[t] <= low[t] <= high[t] <= wide_high[t] for t in high)
    by_cli = cli_ask(band(2), start, end, "--scan-by", "TimestampAscending")
    eq(cli_points(by_cli[1]), high)
    edge = ask([stat("m", "Seasonal", period=300), expression("low", "LAST(ANOMALY_DETECTION_BAND(m, 2))")], start, end)
    eq(points(edge[0]), low)


def single(name, **more):
    return {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": [], "Stat": "Sum", **more}


def described(**filters):
    return cloudwatch.describe_anomaly_detectors(**filters)["AnomalyDetectors"]


def test_detectors_are_put_described_and_deleted_in_both_forms():
    id = cloudwatch.put_anomaly_detector(
        SingleMetricAnomalyDetector=single("Seasonal"),
        Configuration={"MetricTimezone": "Europe/Berlin", "ExcludedTimeRanges": [{"StartTime": at(BASE - DAY), "EndTime": at(BASE - DAY + HOUR)}]},
        MetricCharacteristics={"PeriodicSpikes": True},
    )["AnomalyDetectorId"]
    [found] = described(Namespace=NAMESPACE, MetricName="Seasonal")
    eq(found["AnomalyDetectorId"], id)
    eq(found["StateValue"], "TRAINED")
    eq(found["SingleMetricAnomalyDetector"], single("Seasonal"))
    eq((found["Namespace"], found["MetricName"], found["Stat"]), (NAMESPACE, "Seasonal", "Sum"))
    eq(found["Configuration"]["MetricTimezone"], "Europe/Berlin")
    eq(found["Configuration"]["ExcludedTimeRanges"], [{"StartTime": at(BASE - DAY), "EndTime": at(BASE - DAY + HOUR)}])
    eq(found["MetricCharacteristics"], {"PeriodicSpikes": True})
    # The older form names the same detector; what is put again overwrites.
    eq(cloudwatch.put_anomaly_detector(**single("Seasonal"))["AnomalyDetectorId"], id)
    [found] = described(AnomalyDetectorIds=[id])
    eq(found["Configuration"], {"ExcludedTimeRanges": []})
    cloudwatch.delete_anomaly_detector(**single("Seasonal"))
    eq(described(AnomalyDetectorIds=[id]), [])
    cli("cloudwatch", "put-anomaly-detector", "--single-metric-anomaly-detector", single("Never"))
    [found] = cli("cloudwatch", "describe-anomaly-detectors", "--metric-name", "Never")["AnomalyDetectors"]
    eq(found["StateValue"], "PENDING_TRAINING")
    put("Never", [(int(now()) - 120, 1.0)])
    eq(described(MetricName="Never")[0]["StateValue"], "TRAINED_INSUFFICIENT_DATA")
    cli("cloudwatch", "delete-anomaly-detector", "--single-metric-anomaly-detector", single("Never"))
    refused("ResourceNotFoundException", "", cloudwatch.delete_anomaly_detector, SingleMetricAnomalyDetector=single("Never"))
    cli_refused("ResourceNotFoundException", "cloudwatch", "delete-anomaly-detector", "--single-metric-anomaly-detector", single("Never"))
    refused("ResourceNotFoundException", "", cloudwatch.delete_anomaly_detector, AnomalyDetectorId="unknown")


def test_metric_math_detectors():
    queries = [stat("a", "Seasonal", period=300), stat("b", "Seasonal", "SampleCount", period=300), expression("e", "a / b", ReturnData=True)]
    cloudwatch.put_anomaly_detector(MetricMathAnomalyDetector={"MetricDataQueries": queries})
    eq([d for d in described() if "MetricMathAnomalyDetector" in d], [], "only when asked for")
    [found] = described(AnomalyDetectorTypes=["METRIC_MATH"])
    by_id = lambda queries: sorted(queries, key=lambda q: q["Id"])
    eq(by_id(found["MetricMathAnomalyDetector"]["MetricDataQueries"]), by_id(queries))
    eq(found["StateValue"], "TRAINED")
    [found] = cli("cloudwatch", "describe-anomaly-detectors", "--anomaly-detector-types", "METRIC_MATH")["AnomalyDetectors"]
    cli("cloudwatch", "delete-anomaly-detector", "--anomaly-detector-id", found["AnomalyDetectorId"])
    eq(described(AnomalyDetectorTypes=["METRIC_MATH", "SINGLE_METRIC"]), [])


def test_detectors_are_paged():
    for n in range(7):
        cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector=single(f"Page{n}"))
    pages = list(cloudwatch.get_paginator("describe_anomaly_detectors").paginate(PaginationConfig={"PageSize": 3}))
    eq([[d["MetricName"] for d in p["AnomalyDetectors"]] for p in pages], [["Page0", "Page1", "Page2"], ["Page3", "Page4", "Page5"], ["Page6"]])
    eq(len(cli("cloudwatch", "describe-anomaly-detectors", "--page-size", 2)["AnomalyDetectors"]), 7)
    for n in range(7):
        cloudwatch.delete_anomaly_detector(SingleMetricAnomalyDetector=single(f"Page{n}"))


def test_detectors_are_checked():
    check = lambda code, text, **call: refused(code, text, cloudwatch.put_anomaly_detector, **call)
    check("MissingParameter", "required")
    check("InvalidParameterCombination", "mutually exclusive", Namespace="x", SingleMetricAnomalyDetector=single("x"))
    check("InvalidParameterValue", "Stat", SingleMetricAnomalyDetector=single("x", Stat="Median"))
    check("InvalidParameterValue", "MetricTimezone", SingleMetricAnomalyDetector=single("x"), Configuration={"MetricTimezone": "Mars/Olympus"})
    ranges = [{"StartTime": at(BASE), "EndTime": at(BASE - 1)}]
    check("InvalidParameterValue", "must be less than", SingleMetricAnomalyDetector=single("x"), Configuration={"ExcludedTimeRanges": ranges})
    check("InvalidParameterValue", "exactly one element", MetricMathAnomalyDetector={"MetricDataQueries": [stat("a", "x")]})
    check("InvalidParameterValue", "Invalid syntax", MetricMathAnomalyDetector={"MetricDataQueries": [expression("a", "+", ReturnData=True)]})
    refused("InvalidParameterValue", "MaxResults", cloudwatch.describe_anomaly_detectors, MaxResults=101)
    refused("InvalidNextToken", "", cloudwatch.describe_anomaly_detectors, NextToken="x")
    refused("InvalidParameterCombination", "", cloudwatch.describe_anomaly_detectors, AnomalyDetectorIds=["x"], MetricName="y")
    cli_refused("InvalidParameterCombination", "cloudwatch", "put-anomaly-detector", "--namespace", "x", "--single-metric-anomaly-detector", single("x"))


# --- protocols ---

def test_every_protocol_gives_the_same_with_and_without_gzip():
    t = BASE - 20 * HOUR
    put("Spoken", [(t + MINUTE * n, n + 0.25) for n in range(30)])
    params = dict(
        MetricDataQueries=[stat("m", "Spoken", returned=True), expression("e", "RATE(m) * 60 + m"), expression("b", "ANOMALY_DETECTION_BAND(m, 3)")],
        StartTime=at(t), EndTime=at(t + 30 * MINUTE), ScanBy="TimestampAscending", MaxDatapoints=100)
    replies = [send(p, "GetMetricData", params, packed) for p in PROTOCOLS for packed in (False, True)]
    eq([reply["ResponseMetadata"]["HTTPStatusCode"] for reply in replies], [200] * 6)
    plain = [[(r["Id"], r["Label"], r["StatusCode"], [int(t.timestamp()) for t in r["Timestamps"]], r["Values"])
              for r in reply["MetricDataResults"]] for reply in replies]
    eq([r[0] for r in plain[0]], ["m", "e", "b", "b"])
    for other in plain[1:]:
        eq(other, plain[0])
    tokens = {reply["NextToken"] for reply in replies}
    eq(len(tokens), 1, "the same page in each")


def test_every_operation_in_every_protocol():
    for n, (protocol, packed) in enumerate((p, packed) for p in PROTOCOLS for packed in (False, True)):
        name, t = f"Protocol{n}", BASE - 21 * HOUR
        datum = {"MetricName": name, "Timestamp": at(t), "Values": [1.0, 3.0], "Counts": [2.0, 1.0], "Unit": "Count"}
        eq(send(protocol, "PutMetricData", dict(Namespace=NAMESPACE, MetricData=[datum]), packed)["ResponseMetadata"]["HTTPStatusCode"], 200)
        asked = dict(Namespace=NAMESPACE, MetricName=name, StartTime=at(t), EndTime=at(t + MINUTE), Period=60, Statistics=["Sum", "SampleCount"])
        [point] = send(protocol, "GetMetricStatistics", asked, packed)["Datapoints"]
        eq((point["Sum"], point["SampleCount"], point["Timestamp"]), (5.0, 3.0, at(t)))
        eq(len(send(protocol, "ListMetrics", dict(Namespace=NAMESPACE, MetricName=name), packed)["Metrics"]), 1)
        id = send(protocol, "PutAnomalyDetector", dict(SingleMetricAnomalyDetector=single(name)), packed)["AnomalyDetectorId"]
        [found] = send(protocol, "DescribeAnomalyDetectors", dict(MetricName=name), packed)["AnomalyDetectors"]
        eq((found["AnomalyDetectorId"], found["StateValue"]), (id, "TRAINED_INSUFFICIENT_DATA"))
        eq(send(protocol, "DeleteAnomalyDetector", dict(AnomalyDetectorId=id), packed)["ResponseMetadata"]["HTTPStatusCode"], 200)
        error = send(protocol, "DeleteAnomalyDetector", dict(AnomalyDetectorId=id), packed)
        eq((error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]), ("ResourceNotFoundException", 404))
