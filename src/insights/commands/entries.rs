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
    command(
        ("pattern", &[]),
        "pattern field",
        "What messages have in common, with <Token-1> for what differs: @pattern, @ratio, @sampleCount, @severityLabel",
        "pattern @message",
    ),
    command(
        ("diff", &[]),
        "diff [previousDay | previousWeek | previousMonth]",
        "Only behind pattern: compares with the time before, of the same length",
        "pattern @message | diff previousDay",
    ),
    command(
        ("unnest", &[]),
        "unnest list into name",
        "A row for each item of a list of jsonParse; anything else is a list of one",
        "fields jsonParse(@message) as j | unnest j.input.inputBodyJson.messages into m",
    ),
    command(
        ("expand", &[]),
        "expand field",
        "A row for each item of a JSON list, under the same name",
        "expand input.inputBodyJson.messages",
    ),
    command(("unmask", &[]), "unmask(field)", "Shows what a data protection policy masks; here nothing is masked", "unmask(@message)"),
    command(
        ("SOURCE", &[]),
        "SOURCE 'group' or SOURCE logGroups(namePrefix: ['a'])",
        "The log groups to query, as the first command; in the window and for files groups are chosen by what is loaded",
        "SOURCE logGroups(namePrefix: ['bedrock']) | stats count(*)",
    ),
    command(
        ("join", &[]),
        "join type=inner left=a right=b where a.k = b.k (SOURCE 'group' | …)",
        "Puts the rows of another query beside those with the same key; type=left keeps rows without a partner",
        "join left=a right=b where a.requestId = b.requestId (SOURCE 'other') | fields a.requestId, b.status",
    ),
    command(
        ("addtotals", &[]),
        "addtotals [fieldname=Total] [row=true] [col=false] [a, b]",
        "Adds a column with the sum of the numbers of each row; with col=true a last row with the sums of the columns",
        "fields input.inputTokenCount, output.outputTokenCount | addtotals col=true",
    ),
    command(
        ("accum", &[]),
        "accum field [as name]",
        "The sum of a field over the rows so far, in their order",
        "fields output.outputTokenCount as n | sort @timestamp asc | accum n as total",
    ),
    command(
        ("fillmissing", &[]),
        "fillmissing [with 0 for field]",
        "Behind stats … by bin(…): rows for the periods that have none, between the first and the last",
        "stats count(*) as n by bin(5m) | fillmissing with 0 for n",
    ),
    command(
        ("filldown", &[]),
        "filldown [a b*]",
        "Where a field has no value, the last one that it had; without names of all fields",
        "fields modelId, errorCode | filldown errorCode",
    ),
    command(
        ("json", &[]),
        "json field=payload 'user.name' as name",
        "Takes a part out of a field that holds JSON",
        "json field=@message 'identity.arn' as who",
    ),
];

/// Commands that CloudWatch has and that do not run here, each with what is nearest.
pub(in super::super) const ELSEWHERE: &[(&str, &str)] = &[
    ("anomaly", "pattern, with diff behind it"),
    ("logcompare", "diff behind pattern"),
    ("lookup", "join with a log group that holds the table"),
    ("cidrlookup", "isIpInSubnet in a filter"),
    ("appendcols", "join on a common key"),
    ("autoregress", "accum"),
    ("sessionize", "stats … by bin(…)"),
    ("outlier", "stats with stddev and pct"),
    ("countFrequent", "stats count(*) as n by field | sort n desc"),
    ("relevantfields", "fields, with names of your own"),
    ("estimate", "stats count(*)"),
];
