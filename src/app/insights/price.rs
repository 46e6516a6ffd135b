//! What CloudWatch would bill for a query, from a dated price in `assets/insights/price.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// The price of scanning.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Price {
    /// US dollars for each GB (2^30 bytes) scanned.
    pub usd_per_gb: f64,
    /// Month of the price, `2026-10`.
    pub as_of: String,
    /// What it is based on, a clause.
    pub based_on: String,
}

static PRICE: LazyLock<Price> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/insights/price.toml"))
        .expect("the embedded price is valid: a test of this module reads it")
});

/// The price.
pub fn price() -> &'static Price {
    &PRICE
}

/// What scanning so many bytes costs on CloudWatch, US dollars.
pub fn of_bytes(bytes: u64) -> f64 {
    price().usd_per_gb * bytes as f64 / (1u64 << 30) as f64
}

/// An amount with as many digits as it takes to be more than nothing: `$0.0000061`, `$0.012`, `$1.50`, `$0`.
pub fn shown(amount: f64) -> String {
    if amount <= 0.0 {
        return "$0".to_owned();
    }
    if amount >= 1.0 {
        return format!("${amount:.2}");
    }
    let digits = (1.0 - amount.log10().floor()) as usize;
    format!("${amount:.0$}", digits.clamp(2, 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_are_never_nothing() {
        assert_eq!(price().usd_per_gb, 0.005);
        assert!(!price().as_of.is_empty() && !price().based_on.ends_with('.'));
        assert_eq!(shown(of_bytes(1 << 30)), "$0.0050");
        assert_eq!(shown(of_bytes(1_300_000)), "$0.0000061");
        assert_eq!([shown(0.0), shown(2.5), shown(0.25)], ["$0", "$2.50", "$0.25"]);
    }
}
