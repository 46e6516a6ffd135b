//! What leaves the program as a file: the data of a widget as a table.

use crate::base::clock::{Timestamp, timestamp_ms};
use crate::metrics::series::{Plotted, Series, moments};

/// Name of a file about `title`: `invocation-latency-20261123-120431.csv`.
pub fn file_name(title: &str, now: Timestamp, ending: &str) -> String {
    let plain: String = title.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let stem = if parts.is_empty() { "graph".to_owned() } else { parts.join("-") };
    format!("{stem}-{}.{ending}", now.strftime("%Y%m%d-%H%M%S"))
}

/// A line for each period (UTC), a column for each series; a period without data is an empty field.
pub fn csv(data: &Plotted, name: impl Fn(&Series) -> String) -> String {
    let mut out = String::from("time");
    for series in &data.series {
        out.push(',');
        out.push_str(&field(&name(series)));
    }
    out.push('\n');
    let mut cursors: Vec<_> = data.series.iter().map(|series| series.points.iter().peekable()).collect();
    for at_ms in moments(data.series.iter()) {
        out.push_str(&timestamp_ms(at_ms).to_string());
        for cursor in &mut cursors {
            out.push(',');
            if let Some(point) = cursor.next_if(|point| point.at_ms == at_ms) {
                out.push_str(&point.value.to_string());
            }
        }
        out.push('\n');
    }
    out
}

/// A text as a field of RFC 4180; what a spreadsheet would take as a formula is quoted away.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::series::Point;

    #[test]
    fn gaps_stay_empty_and_names_are_quoted() {
        let series = |model: &str, points: &[(i64, f64)]| Series {
            model: model.to_owned(),
            points: points.iter().map(|&(at_ms, value)| Point { at_ms, value }).collect(),
            ..Series::default()
        };
        let data =
            Plotted { series: vec![series("a,b", &[(0, 1.5), (60_000, 2.0)]), series("=c", &[(60_000, 3.0)])], ..Plotted::default() };
        let text = csv(&data, |series| series.model.clone());
        assert_eq!(text, "time,\"a,b\",'=c\n1970-01-01T00:00:00Z,1.5,\n1970-01-01T00:01:00Z,2,3\n");
    }

    #[test]
    fn file_names_are_plain() {
        let at = timestamp_ms(1_795_435_471_000);
        assert_eq!(file_name("Latency (p90), by model", at, "csv"), "latency-p90-by-model-20261123-120431.csv");
    }
}
