//! Values with their units, as axes, legends and tooltips write them.

use crate::base::text;
use crate::metrics::dashboard::Unit;

/// A value in few characters: `850 ms`, `2.4 s`, `15 k`, `1.2 M`.
pub fn short(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Milliseconds => milliseconds(value),
        Unit::Dollars => text::dollars(value),
        Unit::Percent => percent(value),
        Unit::Bytes => text::bytes(value.max(0.0) as u64),
        Unit::TokensPerSecond => format!("{}/s", scaled(value)),
        Unit::TokensPerMinute => format!("{}/min", scaled(value)),
        Unit::Count | Unit::Tokens => scaled(value),
    }
}

/// A value on an axis that ends at `top`: all its marks in the same scale.
pub fn on_axis(value: f64, unit: Unit, top: f64) -> String {
    match unit {
        _ if value == 0.0 => "0".to_owned(),
        Unit::Milliseconds if top >= 2_000.0 => format!("{} s", trimmed(value / 1e3)),
        Unit::Milliseconds => format!("{} ms", trimmed(value)),
        Unit::Dollars | Unit::Percent | Unit::Bytes => short(value, unit),
        _ if top >= 1e9 => format!("{} G", trimmed(value / 1e9)),
        _ if top >= 1e6 => format!("{} M", trimmed(value / 1e6)),
        _ if top >= 5_000.0 => format!("{} k", trimmed(value / 1e3)),
        _ => scaled(value),
    }
}

/// A value in full: `4,423 tokens`, `2.43 s`.
pub fn full(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => whole(value),
        Unit::Tokens => format!("{} tokens", whole(value)),
        Unit::TokensPerSecond => format!("{} tokens/s", whole(value)),
        Unit::TokensPerMinute => format!("{} tokens/min", whole(value.round())),
        _ => short(value, unit),
    }
}

/// Hundredths: `12 %`, `0.4 %`.
pub fn percent(value: f64) -> String {
    format!("{} %", trimmed(value))
}

fn whole(value: f64) -> String {
    let sign = if value <= -0.5 { "-" } else { "" };
    if value.fract().abs() < 1e-9 { format!("{sign}{}", text::grouped(value.abs() as u64)) } else { trimmed(value) }
}

fn milliseconds(value: f64) -> String {
    match value {
        v if v < 1_000.0 => format!("{} ms", trimmed(v)),
        v if v < 120_000.0 => format!("{} s", trimmed(v / 1e3)),
        v => format!("{} min", trimmed(v / 6e4)),
    }
}

fn scaled(value: f64) -> String {
    // Trimmed counts of nothing come as minus zero.
    let value = value + 0.0;
    match value.abs() {
        v if v < 1_000.0 => trimmed(value),
        v if v < 10_000.0 => whole(value.round()),
        v if v < 1e6 => format!("{} k", trimmed(value / 1e3)),
        v if v < 1e9 => format!("{} M", trimmed(value / 1e6)),
        _ => format!("{} G", trimmed(value / 1e9)),
    }
}

/// Three digits that matter, without zeros at the end.
fn trimmed(value: f64) -> String {
    let text = match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_carry_their_unit_and_no_needless_digits() {
        let ms = [0.0, 850.0, 2_430.0, 15_000.0, 600_000.0].map(|v| short(v, Unit::Milliseconds));
        assert_eq!(ms, ["0 ms", "850 ms", "2.43 s", "15 s", "10 min"]);
        assert_eq!([0.0, 500.0, 2_500.0].map(|v| on_axis(v, Unit::Milliseconds, 4_000.0)), ["0", "0.5 s", "2.5 s"]);
        assert_eq!([0.0, 5_000.0, 15_000.0].map(|v| on_axis(v, Unit::Tokens, 15_000.0)), ["0", "5 k", "15 k"]);
        let counts = [0.0, 7.0, 2.5, 1_978.0, 15_000.0, 1_234_567.0].map(|v| short(v, Unit::Count));
        assert_eq!(counts, ["0", "7", "2.5", "1,978", "15 k", "1.23 M"]);
        assert_eq!([-0.0, -1_000.0, -200.0].map(|v| short(v, Unit::Count)), ["0", "-1,000", "-200"]);
        assert_eq!(full(4_423.0, Unit::Tokens), "4,423 tokens");
        assert_eq!(
            [short(77.77, Unit::TokensPerSecond), short(12_345.0, Unit::TokensPerMinute), percent(0.42)],
            ["77.8/s", "12.3 k/min", "0.42 %"]
        );
    }
}
