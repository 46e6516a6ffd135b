//! Hand-computed statistics, and what must hold for any samples.

use proptest::prelude::*;

use super::*;

fn of(values: &[f64]) -> Distribution {
    let mut all = Distribution::default();
    for &value in values {
        all.add(value, 1.0);
    }
    all
}

fn ask(samples: &Distribution, name: &str) -> Option<f64> {
    samples.statistic(&name.parse().unwrap())
}

#[test]
fn statistics_of_ten_latencies_computed_by_hand() {
    // Sorted: 90 100 110 120 150 200 250 400 900 2000; sum 4320.
    let samples = of(&[200.0, 100.0, 2000.0, 90.0, 400.0, 150.0, 900.0, 110.0, 250.0, 120.0]);
    let cases = [
        ("SampleCount", 10.0),
        ("Sum", 4320.0),
        ("Average", 432.0),
        ("Minimum", 90.0),
        ("Maximum", 2000.0),
        ("p0", 90.0),
        ("p10", 90.0),
        ("p10.1", 100.0),
        ("p50", 150.0),
        ("p90", 900.0),
        ("p95", 2000.0),
        ("p100", 2000.0),
        ("tm90", 2320.0 / 9.0),
        ("tc90", 9.0),
        ("ts90", 2320.0),
        ("wm90", 3220.0 / 10.0),
        ("TM(20%:80%)", (110.0 + 120.0 + 150.0 + 200.0 + 250.0 + 400.0) / 6.0),
        ("WM(20%:80%)", (110.0 * 3.0 + 120.0 + 150.0 + 200.0 + 250.0 + 400.0 * 3.0) / 10.0),
        ("IQM", (110.0 + 120.0 + 150.0 + 200.0 + 250.0 + 400.0) / 6.0),
        ("TM(110:400)", (120.0 + 150.0 + 200.0 + 250.0 + 400.0) / 5.0),
        ("TC(110:400)", 5.0),
        ("PR(:200)", 60.0),
        ("PR(110:400)", 50.0),
    ];
    for (name, wanted) in cases {
        let found = ask(&samples, name).unwrap();
        assert!((found - wanted).abs() < 1e-9, "{name}: {found} instead of {wanted}");
    }
}

#[test]
fn counts_weigh_like_repeated_samples() {
    let mut counted = Distribution::default();
    counted.add(5.0, 3.0);
    counted.add(1.0, 1.0);
    assert_eq!(counted, of(&[5.0, 5.0, 1.0, 5.0]));
    assert_eq!(ask(&counted, "p25"), Some(1.0));
    assert_eq!(ask(&counted, "p26"), Some(5.0));
}

#[test]
fn sets_answer_totals_but_not_percentiles() {
    let mut samples = of(&[10.0]);
    samples.add_set(StatisticSet { sample_count: 4.0, sum: 20.0, minimum: 2.0, maximum: 9.0 });
    assert_eq!([ask(&samples, "Sum"), ask(&samples, "SampleCount"), ask(&samples, "Average")], [Some(30.0), Some(5.0), Some(6.0)]);
    assert_eq!([ask(&samples, "Minimum"), ask(&samples, "Maximum"), ask(&samples, "p50")], [Some(2.0), Some(10.0), None]);
}

#[test]
fn a_set_of_one_value_is_samples() {
    let mut samples = Distribution::default();
    samples.add_set(StatisticSet { sample_count: 3.0, sum: 21.0, minimum: 7.0, maximum: 7.0 });
    assert_eq!(ask(&samples, "p90"), Some(7.0));
    assert_eq!(ask(&samples, "SampleCount"), Some(3.0));
}

#[test]
fn negative_samples_have_no_percentiles_and_nothing_has_no_statistics() {
    assert_eq!(ask(&of(&[-1.0, 5.0]), "p50"), None);
    assert_eq!(ask(&of(&[-1.0, 5.0]), "Average"), Some(2.0));
    assert_eq!(ask(&Distribution::default(), "Sum"), None);
}

#[test]
fn many_values_are_merged_within_their_promise() {
    let values: Vec<f64> = (1..=20_000).map(f64::from).collect();
    let samples = of(&values);
    assert!(samples.samples.len() <= 2 * MAX_DISTINCT, "{} distinct values", samples.samples.len());
    assert_eq!(
        [ask(&samples, "SampleCount"), ask(&samples, "Minimum"), ask(&samples, "Maximum")],
        [Some(20_000.0), Some(1.0), Some(20_000.0)]
    );
    let sum = ask(&samples, "Sum").unwrap();
    assert!((sum / 200_010_000.0 - 1.0).abs() < 1e-9, "{sum}");
    for percent in [1.0, 50.0, 90.0, 99.0, 99.9] {
        let found = samples.statistic(&Statistic::Percentile(percent)).unwrap();
        let exact = percent * 200.0;
        assert!((found / exact - 1.0).abs() < 0.05, "p{percent}: {found} instead of {exact}");
    }
}

proptest! {
    #[test]
    fn merging_equals_adding(a in prop::collection::vec(0u32..1000, 1..50), b in prop::collection::vec(0u32..1000, 1..50)) {
        let floats = |v: &[u32]| v.iter().map(|&n| f64::from(n)).collect::<Vec<_>>();
        let mut merged = of(&floats(&a));
        merged.merge(&of(&floats(&b)));
        prop_assert_eq!(merged, of(&floats(&[a, b].concat())));
    }

    #[test]
    fn percentiles_agree_with_the_sorted_list(values in prop::collection::vec(0u32..1000, 1..60), percent in 1u32..=100) {
        let mut sorted: Vec<f64> = values.iter().map(|&n| f64::from(n)).collect();
        let samples = of(&sorted);
        sorted.sort_by(f64::total_cmp);
        let rank = (percent as usize * sorted.len()).div_ceil(100);
        prop_assert_eq!(samples.statistic(&Statistic::Percentile(f64::from(percent))), Some(sorted[rank - 1]));
    }
}
