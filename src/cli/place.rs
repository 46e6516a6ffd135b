//! Opens the place that the arguments name: the sandbox in this process, or an account through the SDK's own chain.

use super::args::Place;
use super::output::Output;
use super::sandbox::warn_if_damaged;
use crate::aws::recorder::no_recorder;
use crate::aws::{Environment, EnvironmentKind, Session, profiles};
use crate::base::clock::{PacedClock, SharedClock, SystemClock};
use crate::base::files;
use crate::sandbox::Sandbox;
use crate::sandbox::embedded::{self, Embedded};

/// An open place; close it so that the sandbox keeps its state.
pub struct Opened {
    /// The way to make calls.
    pub session: Session,
    /// The clock of the place: the sandbox's own may run ahead.
    pub clock: SharedClock,
    embedded: Option<Embedded>,
}

impl Opened {
    /// The sandbox, where it lives in this process.
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.embedded.as_ref().map(Embedded::sandbox)
    }

    /// Ends the sandbox of this process, if there is one, and keeps its state.
    pub async fn close(self) -> anyhow::Result<()> {
        drop(self.session);
        if let Some(embedded) = self.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

/// The environment that `place` names.
pub fn environment(place: &Place) -> Environment {
    let kind = if place.endpoint_url.is_some() { EnvironmentKind::Endpoint } else { EnvironmentKind::Account };
    let found = profiles::find();
    let profile = place.profile.clone().or_else(|| found.active.clone());
    let of_profile = found.profiles.iter().find(|p| p.name == profile.as_deref().unwrap_or("default")).and_then(|p| p.region.clone());
    let region = place.region.clone().or(found.region).or(of_profile).unwrap_or_else(|| Environment::DEFAULT_REGION.to_owned());
    Environment { kind, profile: place.profile.clone(), region, endpoint_url: place.endpoint_url.clone() }
}

/// Opens the window's own sandbox (`sandbox`), or the place that `place` names.
pub async fn open(place: &Place, sandbox: bool, out: &mut Output) -> anyhow::Result<Opened> {
    let embedded = if sandbox { Some(start_sandbox(place, out).await?) } else { None };
    let environment = embedded.as_ref().map_or_else(|| environment(place), |e| Environment::sandbox(e.url()));
    let session = Session::connect(&environment, no_recorder()).await?;
    let clock = embedded.as_ref().map_or_else(SystemClock::shared, |e| e.sandbox().clock().clone());
    Ok(Opened { session: session.on_clock(clock.clone()), clock, embedded })
}

/// Like [`open`], but a sandbox that is being served already, by the window or in another terminal, is used where it is.
pub async fn open_running(place: &Place, sandbox: bool, out: &mut Output) -> anyhow::Result<Opened> {
    let served = embedded::address(&files::data_dir().join("sandbox")).filter(|_| sandbox && !place.is_given());
    let Some(url) = served.filter(|url| is_served(url)) else { return open(place, sandbox, out).await };
    let session = Session::connect(&Environment::sandbox(url), no_recorder()).await?;
    Ok(Opened { session, clock: SystemClock::shared(), embedded: None })
}

/// Whether somebody listens there; the file of a program that was killed stays behind.
fn is_served(url: &str) -> bool {
    let address = url.trim_start_matches("http://").trim_end_matches('/').parse();
    address.is_ok_and(|address| std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_secs(1)).is_ok())
}

async fn start_sandbox(place: &Place, out: &mut Output) -> anyhow::Result<Embedded> {
    if place.is_given() {
        anyhow::bail!("--sandbox and --profile, --region or --endpoint-url exclude each other: leave one of them out");
    }
    let embedded = Embedded::start(Some(&files::data_dir().join("sandbox")), PacedClock::over(SystemClock::shared()), None).await?;
    warn_if_damaged(&embedded, out);
    Ok(embedded)
}
