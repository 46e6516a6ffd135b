//! The program itself: what it knows ([`state`]), what a person can do ([`command`]), what the runtime must do ([`effect`]), what happened
//! ([`event`]) and the one place that changes anything ([`mod@reduce`]).
//!
//! Each screen with a life of its own is a folder here (`lab`, `playground`, `dashboard`, `logs`, `insights`, `tail`, `alarms`, `resources`, `sandbox`) that holds its slice of all of
//! these; the top-level vocabularies nest the slices. Drawing is in `ui`, doing is in `runtime`.

pub mod alarms;
pub mod command;
pub mod dashboard;
pub mod effect;
pub mod event;
pub mod insights;
pub mod lab;
pub mod logs;
pub mod playground;
pub mod reduce;
pub mod remote;
pub mod resources;
pub mod sandbox;
pub mod settings;
pub mod state;
pub mod tail;
pub mod window;

pub use command::{Command, Commands};
pub use effect::Effect;
pub use event::Event;
pub use reduce::reduce;
pub use remote::Remote;
pub use state::{Screen, State};
