//! Log records and the ways to select them.
//!
//! Owns what a log event says, whoever delivered it: filter patterns, the invocation record and its store. Not here: fetching events
//! (`aws`), simulating the service (`sandbox`), the query language (`insights`), drawing (`ui`).

pub mod filter_pattern;
