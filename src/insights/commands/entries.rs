//! The commands of the language: what the parser knows and help explains.

use super::super::reference::{Entry, Kind};

const fn command(
    (name, spellings): (&'static str, &'static [&'static str]),
    signature: &'static str,
    meaning: &'static str,
    example: &'static str,
) -> Entry {
    Entry { name, spellings, kind: Kind::Command, group: "Commands", signature, takes: (0, 0), meaning, example, gives: "" }
}

/// Every command.
pub(in super::super) static ENTRIES: &[Entry] = &[
    command(
        ("fields", &[]),
        "fields a, b + 1 as c",
        "Names the columns, and computes new ones",
        "fields @timestamp, modelId, input.inputTokenCount + output.outputTokenCount as tokens",
    ),
    command(("display", &[]), "display a, c", "Shows these columns only", "display @timestamp, modelId"),
    command(
        ("filter", &["where"]),
        "filter condition",
        "Keeps the rows for which the condition holds",
        "filter operation = 'Converse' and input.inputTokenCount > 1000",
    ),
    command(
        ("filterIndex", &[]),
        "filterIndex condition",
        "The same; there are no indexes here that would spare looking at events",
        "filterIndex requestId = 'abc'",
    ),
    command(
        ("stats", &[]),
        "stats count(*) as n by bin(5m), field",
        "Adds rows up, group by group; a later stats adds up the rows of the one before",
        "stats sum(input.inputTokenCount) as tokens by modelId",
    ),
    command(
        ("sort", &["order"]),
        "sort a desc, b",
        "Orders the rows: nothing, then texts, then numbers; desc the other way round",
        "sort @timestamp asc",
    ),
    command(("limit", &["head"]), "limit [any] N", "The first N rows, at most 100,000; with any the first that are found", "limit 20"),
    command(
        ("parse", &[]),
        "parse field 'a * b *' as x, y",
        "Takes fields out of a text: by stars, or by the named groups of a /regular expression/",
        "parse @message /user=(?<user>\\S+)/",
    ),
    command(("dedup", &[]), "dedup a, b", "The first row of each; only limit may follow", "dedup modelId"),
];

/// Commands that CloudWatch has and that do not run here, each with what to use instead, if there is something.
pub(in super::super) const ELSEWHERE: &[(&str, &str)] = &[
    ("pattern", ""),
    ("diff", ""),
    ("unnest", ""),
    ("expand", ""),
    ("unmask", ""),
    ("source", ""),
    ("join", ""),
    ("addtotals", ""),
    ("accum", ""),
    ("fillmissing", ""),
    ("filldown", ""),
    ("json", ""),
    ("anomaly", ""),
    ("lookup", ""),
    ("logcompare", ""),
    ("appendcols", ""),
    ("autoregress", ""),
    ("sessionize", ""),
    ("outlier", ""),
    ("countFrequent", ""),
    ("cidrlookup", ""),
    ("relevantfields", ""),
    ("estimate", ""),
];
