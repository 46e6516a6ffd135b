//! Numbers, sizes, durations and ids as people read them.

use std::time::Duration;

/// Digits in groups of three: `4423` becomes `4,423`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in bytes with one decimal above a kilobyte: `312 B`, `97.7 KB`, `1.2 MB` (powers of 1024).
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A duration at the precision people care about: `41 ms`, `2.4 s`, `3 min`, `2 h`, `5 d`.
pub fn duration(duration: Duration) -> String {
    let ms = duration.as_millis();
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{:.1} s", ms as f64 / 1e3),
        60_000..3_600_000 => format!("{} min", ms / 60_000),
        3_600_000..172_800_000 => format!("{} h", ms / 3_600_000),
        _ => format!("{} d", ms / 86_400_000),
    }
}

/// An amount of US dollars: four decimals below a dollar, two above.
pub fn dollars(amount: f64) -> String {
    if amount.abs() < 1.0 && amount != 0.0 { format!("${amount:.4}") } else { format!("${amount:.2}") }
}

/// `1 event`, `2 events`, `2 queries`: a count with its noun, in the plural where it is not one.
pub fn count(number: u64, noun: &str) -> String {
    let number_shown = grouped(number);
    match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        _ if number == 1 => format!("{number_shown} {noun}"),
        Some(stem) => format!("{number_shown} {stem}ies"),
        None => format!("{number_shown} {noun}s"),
    }
}

/// Every run of exactly twelve digits as `1234****9012`, so that a screen can be shown to a room; decimals of a number are no account.
pub fn mask_accounts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        push_masked(&mut out, &mut digits);
        out.push(c);
    }
    push_masked(&mut out, &mut digits);
    out
}

fn push_masked(out: &mut String, digits: &mut String) {
    if digits.len() == 12 && !out.ends_with('.') {
        out.push_str(&digits[..4]);
        out.push_str("****");
        out.push_str(&digits[8..]);
    } else {
        out.push_str(digits);
    }
    digits.clear();
}

/// At most `max` characters on one line, ending in `…` when something was cut; line breaks become spaces.
pub fn one_line(text: &str, max: usize) -> String {
    let mut out: String = text.chars().take(max).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(max).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_their_plural_and_decimals_are_no_accounts() {
        assert_eq!(
            [count(1, "query"), count(2, "query"), count(2, "day"), count(0, "event")],
            ["1 query", "2 queries", "2 days", "0 events"]
        );
        assert_eq!(mask_accounts("5747.664645088766 of 123456789012"), "5747.664645088766 of 1234****9012");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([grouped(7), grouped(999), grouped(1000), grouped(1_234_567)], ["7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sizes_and_durations_read_well() {
        assert_eq!([bytes(312), bytes(100_000), bytes(1 << 40)], ["312 B", "97.7 KB", "1.0 TB"]);
        assert_eq!(duration(Duration::from_millis(41)), "41 ms");
        assert_eq!(duration(Duration::from_millis(2_400)), "2.4 s");
        assert_eq!(duration(Duration::from_mins(3)), "3 min");
    }

    #[test]
    fn only_account_ids_are_masked() {
        assert_eq!(mask_accounts("arn:aws:iam::123456789012:role/x-1234567890123"), "arn:aws:iam::1234****9012:role/x-1234567890123");
    }

    #[test]
    fn one_line_cuts_at_characters_and_flattens() {
        assert_eq!(one_line("äö\nü", 10), "äö ü");
        assert_eq!(one_line("äöü", 2), "äö…");
    }
}
