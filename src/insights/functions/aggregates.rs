//! The functions of `stats`: which there are. How they add up is [`super::super::accumulator`].

use super::super::reference::{Entry, Kind};

/// A function of `stats`.
pub(in super::super) struct Aggregate {
    pub(in super::super) entry: Entry,
    pub(in super::super) of: Of,
}

/// What an aggregate adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Of {
    Count,
    CountDistinct,
    Sum,
    Average,
    Minimum,
    Maximum,
    Percentile,
    Median,
    StandardDeviation,
    Variance,
    Earliest,
    Latest,
    SortsFirst,
    SortsLast,
    Values,
    TopK,
    Histogram,
    Rate,
}

impl std::fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.entry.name)
    }
}

const fn aggregate(
    (name, spellings): (&'static str, &'static [&'static str]),
    signature: &'static str,
    takes: (usize, usize),
    meaning: &'static str,
    example: &'static str,
    of: Of,
) -> Aggregate {
    Aggregate {
        entry: Entry { name, spellings, kind: Kind::Aggregate, group: "Statistics", signature, takes, meaning, example, gives: "" },
        of,
    }
}

pub(super) static TABLE: &[Aggregate] = &[
    aggregate(("count", &[]), "count(*) or count(field)", (0, 1), "How many rows, or how many have the field", "count(*)", Of::Count),
    aggregate(
        ("countDistinct", &["count_distinct"]),
        "countDistinct(field)",
        (1, 1),
        "How many different values",
        "countDistinct(identity.arn)",
        Of::CountDistinct,
    ),
    aggregate(("sum", &[]), "sum(number)", (1, 1), "The sum", "sum(input.inputTokenCount)", Of::Sum),
    aggregate(("avg", &[]), "avg(number)", (1, 1), "The average", "avg(output.outputBodyJson.metrics.latencyMs)", Of::Average),
    aggregate(("min", &[]), "min(number)", (1, 1), "The smallest number", "min(output.outputTokenCount)", Of::Minimum),
    aggregate(("max", &[]), "max(number)", (1, 1), "The largest number", "max(output.outputTokenCount)", Of::Maximum),
    aggregate(
        ("pct", &["percentile"]),
        "pct(number, percent)",
        (2, 2),
        "The number below which so many per cent lie",
        "pct(output.outputBodyJson.metrics.latencyMs, 95)",
        Of::Percentile,
    ),
    aggregate(("median", &[]), "median(number)", (1, 1), "The number in the middle", "median(output.outputTokenCount)", Of::Median),
    aggregate(("stddev", &[]), "stddev(number)", (1, 1), "Standard deviation", "stddev(output.outputTokenCount)", Of::StandardDeviation),
    aggregate(("variance", &[]), "variance(number)", (1, 1), "Variance", "variance(output.outputTokenCount)", Of::Variance),
    aggregate(
        ("earliest", &[]),
        "earliest(field)",
        (1, 1),
        "The value in the earliest event that has it",
        "earliest(modelId)",
        Of::Earliest,
    ),
    aggregate(("latest", &[]), "latest(field)", (1, 1), "The value in the latest event that has it", "latest(modelId)", Of::Latest),
    aggregate(
        ("sortsFirst", &["sorts_first"]),
        "sortsFirst(field)",
        (1, 1),
        "The value that sorts first",
        "sortsFirst(modelId)",
        Of::SortsFirst,
    ),
    aggregate(("sortsLast", &["sorts_last"]), "sortsLast(field)", (1, 1), "The value that sorts last", "sortsLast(modelId)", Of::SortsLast),
    aggregate(("values", &[]), "values(field)", (1, 1), "The list of different values, at most 1,000", "values(modelId)", Of::Values),
    aggregate(
        ("topk", &["topK", "top_k"]),
        "topk(count, field)",
        (2, 2),
        "The list of the most frequent values",
        "topk(3, identity.arn)",
        Of::TopK,
    ),
    aggregate(
        ("histogram", &[]),
        "histogram(number, width)",
        (2, 2),
        "How many numbers lie in each range of this width: a map from where the range begins",
        "histogram(input.inputTokenCount, 500)",
        Of::Histogram,
    ),
    aggregate(
        ("rate", &[]),
        "rate(number, period)",
        (2, 2),
        "How much the number changes per period, from its earliest to its latest value",
        "rate(bytesTotal, 1m)",
        Of::Rate,
    ),
    aggregate(
        ("countOverTime", &["count_over_time"]),
        "countOverTime(field)",
        (0, 1),
        "The same as count, for use with by bin(…)",
        "countOverTime(*)",
        Of::Count,
    ),
    aggregate(
        ("sumOverTime", &["sum_over_time"]),
        "sumOverTime(number)",
        (1, 1),
        "The same as sum, for use with by bin(…)",
        "sumOverTime(input.inputTokenCount)",
        Of::Sum,
    ),
];
