//! Metrics as the program thinks of them: series over time, dashboards as data, statistics.
//!
//! Owned here: what a dashboard asks for and how series are read. Not here: fetching them (`aws`), simulating the service (`sandbox`), drawing (`ui`).

pub mod dashboard;
pub mod range;
pub mod series;
