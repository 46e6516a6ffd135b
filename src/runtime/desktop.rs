//! Notifications on the person's desktop.
//!
//! They are a courtesy: where a desktop has none (no D-Bus, a server, a container), that is logged and nothing else happens.

use std::fmt::Debug;
use std::sync::Arc;

/// Shows notifications.
pub trait Notifier: Send + Sync + Debug {
    /// Shows one; blocks until the desktop has taken it. The error says why it could not.
    fn notify(&self, title: &str, body: &str) -> Result<(), String>;
}

/// The desktop of this machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct Desktop;

impl Desktop {
    /// The desktop, shared.
    pub fn shared() -> Arc<dyn Notifier> {
        Arc::new(Self)
    }
}

impl Notifier for Desktop {
    fn notify(&self, title: &str, body: &str) -> Result<(), String> {
        let mut notification = notify_rust::Notification::new();
        notification.appname("Outcrop").summary(title).body(body);
        notification.show().map(drop).map_err(|error| error.to_string())
    }
}
