//! Log records and the ways to select them.
//!
//! Owns what a log event says, whoever delivered it: filter patterns, the invocation record, the store of loaded records, what a Live Tail has brought, the filter of the log
//! viewer and what it finds. Not here: fetching events (`aws`), simulating the service (`sandbox`), the query language (`insights`), drawing (`ui`).

pub mod body;
mod by_column;
pub mod compare;
pub mod conversation;
pub mod detail;
pub mod field;
pub mod filter;
pub mod filter_pattern;
pub mod histogram;
pub mod import;
pub mod path;
pub mod permalink;
pub mod query;
pub mod record;
pub mod store;
pub mod table_text;
pub mod tail;
pub mod view;

pub use record::{InvocationRecord, Parsed};
pub use store::{Entry, Store};
