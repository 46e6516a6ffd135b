"""Random queries over random records, answered by `outcrop query` and by DuckDB: the same rows and the same numbers.

usage: insights.py OUTCROP SEED QUERIES
"""

import calendar
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time

import duckdb

MODELS = ["anthropic.claude-opus-4-5", "anthropic.claude-haiku-4-5", "amazon.nova-pro-v1:0", "meta.llama3-70b"]
OPERATIONS = ["Converse", "ConverseStream", "InvokeModel"]
WORDS = ["alpha", "Beta", "gamma ray", "delta's", "50% off", "naïve", "a|b"]
START = calendar.timegm((2026, 10, 1, 12, 0, 0))


def record(pick, n):
    """A record with the shapes that invocation records have: nested numbers, fields that are missing."""
    made = {
        "n": n,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + pick.randrange(3 * 86_400))),
        "modelId": pick.choice(MODELS),
        "operation": pick.choice(OPERATIONS),
        "who": f"user/{pick.randrange(25)}",
        "text": " ".join(pick.sample(WORDS, pick.randrange(1, 4))),
        "latency": round(pick.lognormvariate(6, 1), 2),
        "input": {"inputTokenCount": pick.randrange(1, 4_000)},
        "output": {},
    }
    if pick.random() < 0.8:
        made["output"]["outputTokenCount"] = pick.randrange(0, 900)
    else:
        made["errorCode"] = pick.choice(["ThrottlingException", "ValidationException"])
    return made


NUMBERS = [("input.inputTokenCount", "input.inputTokenCount"), ("output.outputTokenCount", "output.outputTokenCount"), ("latency", "latency")]
TEXTS = [("modelId", '"modelId"'), ("operation", "operation"), ("who", "who"), ("errorCode", '"errorCode"')]


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def sql_text(text):
    return "'" + text.replace("'", "''") + "'"


def condition(pick, depth=0):
    """A condition in both languages. What is not there makes every comparison false, also under `not`."""
    if depth < 2 and pick.random() < 0.5:
        (a, x), (b, y) = condition(pick, depth + 1), condition(pick, depth + 1)
        word = pick.choice(["and", "or"])
        return f"({a} {word} {b})", f"({x} {word} {y})"
    kind = pick.randrange(7)
    if kind == 0:
        (field, column), sign = pick.choice(NUMBERS), pick.choice(["<", "<=", ">", ">=", "="])
        value = pick.randrange(1, 3_000)
        return f"{field} {sign} {value}", f"coalesce({column} {sign} {value}, false)"
    if kind == 1:
        model = pick.choice(MODELS)
        return f"modelId = {quoted(model)}", f'"modelId" = {sql_text(model)}'
    if kind == 2:
        some = pick.sample(OPERATIONS, 2)
        return f"operation in [{', '.join(map(quoted, some))}]", f"operation in ({', '.join(map(sql_text, some))})"
    if kind == 3:
        word, field = pick.choice(WORDS), pick.choice(["text", "@message"])
        return f"{field} like {quoted(word)}", f"contains(text, {sql_text(word)})"
    if kind == 4:
        pattern = pick.choice(["(?i)ALPHA|beta$", "^gamma", r"[0-9]+% o", "na.ve"])
        return f"text like /{pattern}/", f"regexp_matches(text, {sql_text(pattern)})"
    if kind == 5:
        return "ispresent(errorCode)", '"errorCode" is not null'
    inner, same = condition(pick, depth + 1)
    return f"not ({inner})", f"(not {same})"


def aggregate(pick):
    field, column = pick.choice(NUMBERS)
    text, text_column = pick.choice(TEXTS)
    percent = pick.choice([0, 5, 50, 90, 99, 100])
    return pick.choice(
        [
            ("count(*)", "count(*)"),
            (f"count({field})", f"count({column})"),
            (f"sum({field})", f"sum({column})"),
            (f"avg({field})", f"avg({column})"),
            (f"min({field})", f"min({column})"),
            (f"max({field})", f"max({column})"),
            (f"pct({field}, {percent})", f"quantile_cont({column}, {percent / 100})"),
            (f"stddev({field})", f"stddev_pop({column})"),
            (f"variance({field})", f"var_pop({column})"),
            (f"countDistinct({text})", f"count(distinct {text_column})"),
            (f"max({field}) - min({field})", f"max({column}) - min({column})"),
            (f"sum({field} * 2 + 1)", f"sum({column} * 2 + 1)"),
        ]
    )


def key(pick):
    if pick.random() < 0.4:
        length, seconds = pick.choice([("1m", 60), ("5m", 300), ("1h", 3_600), ("1d", 86_400)])
        return f"bin({length})", f"cast(epoch(ts) as bigint) // {seconds} * {seconds}"
    return pick.choice(TEXTS)


def grouped(pick):
    """`stats`: rows in any order."""
    where, same = condition(pick)
    values = [aggregate(pick) for _ in range(pick.randrange(1, 4))]
    keys = [key(pick) for _ in range(pick.randrange(3))]
    query = f"filter {where} | stats " + ", ".join(f"{value} as v{at}" for at, (value, _) in enumerate(values))
    if keys:
        query += " by " + ", ".join(f"{value} as k{at}" for at, (value, _) in enumerate(keys))
    chosen = [f"{value} as k{at}" for at, (_, value) in enumerate(keys)] + [f"{value} as v{at}" for at, (_, value) in enumerate(values)]
    sql = f"select {', '.join(chosen)} from records where {same}"
    if keys:
        sql += " group by " + ", ".join(f"k{at}" for at in range(len(keys)))
    return query, sql, False


def listed(pick):
    """`sort` and `limit`, with a key that leaves no doubt: rows in their order."""
    where, same = condition(pick)
    (field, column), descends = pick.choice(NUMBERS + TEXTS), pick.random() < 0.5
    most = pick.choice([1, 7, 100, 2_500])
    order = "desc nulls last" if descends else "asc nulls first"
    query = f"filter {where} | fields n, {field} as f, who | sort f {'desc' if descends else 'asc'}, n asc | limit {most}"
    return query, f"select n, {column} as f, who from records where {same} order by f {order}, n limit {most}", True


def deduplicated(pick):
    """`dedup`: the first of each; what has no value is never the same."""
    where, same = condition(pick)
    (field, column), most = pick.choice(TEXTS), pick.choice([2, 50, 5_000])
    query = f"filter {where} | fields n, {field} as f | sort n asc | dedup f | limit {most}"
    first = f"{column} is null or row_number() over (partition by {column} order by n) = 1"
    return query, f"select n, {column} as f from records where {same} qualify {first} order by n limit {most}", True


def answered(outcrop, query, path):
    ran = subprocess.run([outcrop, "query", query, "--from", path, "--format", "json"], capture_output=True, text=True, encoding="utf-8")
    if ran.returncode != 0:
        raise SystemExit(f"{query}\nfailed: {ran.stdout}{ran.stderr}")
    return [json.loads(line) for line in ran.stdout.splitlines() if line]


def value(found):
    """Moments as seconds, so that both sides write them alike."""
    if isinstance(found, str) and found.endswith(".000") and found[:2] == "20":
        return calendar.timegm(time.strptime(found, "%Y-%m-%d %H:%M:%S.000"))
    return found


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
    return a == b


def compare(query, sql, ordered, ours, theirs):
    names = [column[0] for column in theirs.description]
    wanted = [dict(zip(names, row)) for row in theirs.fetchall()]
    rows = [[value(row.get(name)) for name in names] for row in ours]
    others = [[float(cell) if type(cell).__name__ == "Decimal" else cell for cell in (row[name] for name in names)] for row in wanted]
    if not ordered:
        keys = [at for at, name in enumerate(names) if name.startswith("k")]
        order = lambda row: [str(row[at]) for at in keys]
        rows, others = sorted(rows, key=order), sorted(others, key=order)
    if len(rows) != len(others) or not all(same(a, b) for one, two in zip(rows, others) for a, b in zip(one, two)):
        different = next(((one, two) for one, two in zip(rows, others) if not all(map(same, one, two))), (len(rows), len(others)))
        raise SystemExit(f"{query}\n{sql}\nours and DuckDB's: {different}")


def main():
    outcrop, seed, queries = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pick = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "records.json")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record(pick, n), ensure_ascii=False) + "\n" for n in range(3_000))
        base = duckdb.connect()
        shape = (
            "{n: 'BIGINT', timestamp: 'VARCHAR', modelId: 'VARCHAR', operation: 'VARCHAR', who: 'VARCHAR', text: 'VARCHAR', latency: 'DOUBLE',"
            " input: 'STRUCT(inputTokenCount BIGINT)', output: 'STRUCT(outputTokenCount BIGINT)', errorCode: 'VARCHAR'}"
        )
        base.execute(
            "create table records as select *, strptime(\"timestamp\", '%Y-%m-%dT%H:%M:%SZ') as ts "
            f"from read_json({sql_text(path)}, format = 'newline_delimited', columns = {shape})"
        )
        for _ in range(queries):
            query, sql, ordered = pick.choice([grouped, grouped, listed, deduplicated])(pick)
            compare(query, sql, ordered, answered(outcrop, query, path), base.execute(sql))
    print(f"{queries} queries have the same answers")


main()
