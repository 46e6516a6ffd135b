//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Monitor Amazon Bedrock with CloudWatch: a guided lab, an embedded AWS sandbox and a window on your invocations.
///
/// Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "outcrop", version, max_term_width = 100)]
pub struct Args {
    /// Where to work.
    #[command(flatten)]
    pub place: Place,
    /// Read labs from this folder instead of the built-in ones.
    #[arg(long, global = true, value_name = "DIR")]
    pub labs: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Where to work: a profile, a Region, an endpoint. Nothing means the SDK's own defaults.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Place {
    /// Profile of the AWS configuration files.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Region, such as us-east-1.
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Endpoint of every service instead of AWS's own, such as <http://127.0.0.1:5000>.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
}

impl Place {
    /// Whether anything was said about where to work.
    pub fn is_given(&self) -> bool {
        self.profile.is_some() || self.region.is_some() || self.endpoint_url.is_some()
    }
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the embedded AWS for other tools and print the variables to export.
    Sandbox(SandboxOptions),
    /// Check identity, Region, permissions of every planned call and access to models; one line each, with the remedy.
    Doctor(DoctorOptions),
}

/// Options of `outcrop sandbox`.
#[derive(Debug, Clone, clap::Args)]
pub struct SandboxOptions {
    /// Port on 127.0.0.1; a free one if 0.
    #[arg(long, default_value_t = 4566)]
    pub port: u16,
    /// Keep the account's state in this folder between runs; without it the state is gone at the end.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// Options of `outcrop doctor`.
#[derive(Debug, Clone, clap::Args)]
pub struct DoctorOptions {
    /// Check the embedded sandbox instead of an account.
    #[arg(long)]
    pub sandbox: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    pub json: bool,
}
