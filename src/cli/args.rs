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
    /// List, check and run labs.
    #[command(subcommand)]
    Lab(LabCommand),
    /// Check identity, Region, permissions of every planned call and access to models; one line each, with the remedy.
    Doctor(DoctorOptions),
}

/// Options of `outcrop sandbox`.
#[derive(Debug, Clone, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SandboxOptions {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub action: Option<SandboxAction>,
    /// Port on 127.0.0.1; a free one if 0.
    #[arg(long, default_value_t = 4566)]
    pub port: u16,
    /// Keep the account's state in this folder between runs; without it the state is gone at the end.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// What `outcrop sandbox` does besides serving.
#[derive(Debug, Clone, Subcommand)]
pub enum SandboxAction {
    /// List every operation that the sandbox answers, a service and an operation a line.
    Operations,
}

/// What to do with labs.
#[derive(Debug, Clone, Subcommand)]
pub enum LabCommand {
    /// List the labs.
    List,
    /// Validate every lab, and prove in a fresh sandbox that each step fails its check before, passes it after, and that clean-up leaves nothing.
    Check(LabCheckOptions),
    /// Work through a lab from first to last step.
    Run(LabRunOptions),
}

/// Options of `outcrop lab check`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LabCheckOptions {
    /// Only this lab.
    #[arg(value_name = "ID")]
    pub lab: Option<String>,
}

/// Options of `outcrop lab run`.
#[derive(Debug, Clone, clap::Args)]
pub struct LabRunOptions {
    /// Id of the lab, such as bedrock-monitoring.
    #[arg(value_name = "ID")]
    pub lab: String,
    /// Work in the embedded sandbox instead of an account.
    #[arg(long)]
    pub sandbox: bool,
    /// Run it; without this the planned calls are printed and nothing happens.
    #[arg(long)]
    pub yes: bool,
    /// Leave what was made in place instead of cleaning up at the end.
    #[arg(long)]
    pub keep: bool,
    /// Value of a step's form, such as log-group.name=my-logs; may be given several times.
    #[arg(long = "set", value_name = "STEP.FIELD=VALUE")]
    pub values: Vec<String>,
    /// Print one JSON object a line.
    #[arg(long)]
    pub json: bool,
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
