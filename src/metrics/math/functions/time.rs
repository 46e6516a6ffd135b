//! `MINUTE`, `HOUR`, `DAY` and their kin, in UTC.

use jiff::tz::TimeZone;

use super::super::ast::Function;

/// The part of the date and time at `at` (epoch seconds). Monday is day 1.
pub(crate) fn part(function: Function, at: i64) -> f64 {
    let Ok(moment) = jiff::Timestamp::from_second(at) else { return f64::NAN };
    let time = moment.to_zoned(TimeZone::UTC);
    match function {
        Function::Minute => f64::from(time.minute()),
        Function::Hour => f64::from(time.hour()),
        Function::Day => f64::from(time.weekday().to_monday_one_offset()),
        Function::Date => f64::from(time.day()),
        Function::Month => f64::from(time.month()),
        Function::Year => f64::from(time.year()),
        _ => at as f64,
    }
}
