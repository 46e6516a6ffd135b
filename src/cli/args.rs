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
    /// Run a Logs Insights query over files or a log group, here: nothing is billed by the byte.
    Query(QueryOptions),
    /// Read files of records into a collection on this machine, which the window and later queries open at once.
    Import(ImportOptions),
    /// Open the window on the record that a link leads to.
    Open(OpenOptions),
    /// Print log events as they arrive, through CloudWatch's Live Tail.
    Tail(TailOptions),
    /// Check identity, Region, permissions of every planned call and access to models; one line each, with the remedy.
    Doctor(DoctorOptions),
}

/// Options of `outcrop open`.
#[derive(Debug, Clone, clap::Args)]
pub struct OpenOptions {
    /// The link, as "Link to this record" copies it: <outcrop://record/ACCOUNT/REGION/LOG-GROUP/TIME/ID>.
    #[arg(value_name = "LINK")]
    pub link: crate::logs::permalink::Permalink,
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
    /// Begin with so many classmates, up to 60.
    #[arg(long, value_name = "PEOPLE", default_value_t = 0)]
    pub class: u32,
    /// Fixes everything that the classmates do.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// Seconds that pass in the sandbox while one passes here, 1 to 3600.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub speed: f64,
}

/// What `outcrop sandbox` does besides serving.
#[derive(Debug, Clone, Subcommand)]
pub enum SandboxAction {
    /// List every operation that the sandbox answers, a service and an operation a line.
    Operations,
    /// Let something go wrong in the running sandbox, or list what can.
    Incident(IncidentOptions),
    /// Bring people into the running sandbox; 0 sends them home.
    Class(ClassOptions),
    /// Set the running sandbox's clock.
    Clock(ClockOptions),
    /// Read what the notifications of the running sandbox delivered.
    Inbox,
    /// Keep, restore, delete or list states of the running sandbox, or start it over.
    State(StateOptions),
}

/// Options of `outcrop sandbox incident`.
#[derive(Debug, Clone, clap::Args)]
pub struct IncidentOptions {
    /// Name of the incident; without one they are listed.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// End it instead of starting it.
    #[arg(long, requires = "name")]
    pub stop: bool,
    /// The model that it is about, such as us.anthropic.claude-sonnet-4-6.
    #[arg(long, value_name = "ID", requires = "name")]
    pub model: Option<String>,
    /// Minutes of the sandbox's time after which it ends by itself.
    #[arg(long, value_name = "N", requires = "name")]
    pub minutes: Option<u32>,
}

/// Options of `outcrop sandbox class`.
#[derive(Debug, Clone, clap::Args)]
pub struct ClassOptions {
    /// How many people, up to 60.
    #[arg(value_name = "PEOPLE")]
    pub people: u32,
    /// Fixes everything that they do.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Begin now, without two weeks of metrics.
    #[arg(long)]
    pub no_history: bool,
}

/// Options of `outcrop sandbox clock`.
#[derive(Debug, Clone, clap::Args)]
pub struct ClockOptions {
    /// Seconds that pass in the sandbox while one passes here, 1 to 3600.
    #[arg(long, value_name = "N")]
    pub speed: Option<f64>,
    /// Let so many minutes pass at once.
    #[arg(long, value_name = "MINUTES")]
    pub advance: Option<f64>,
}

/// Options of `outcrop sandbox state`.
#[derive(Debug, Clone, clap::Args)]
pub struct StateOptions {
    /// What to do; without it the kept states are listed.
    #[arg(value_enum, value_name = "ACTION")]
    pub action: Option<StateAction>,
    /// Name of the state.
    #[arg(value_name = "NAME", required_if_eq_any = [("action", "save"), ("action", "restore"), ("action", "delete")])]
    pub name: Option<String>,
}

/// What to do with states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StateAction {
    /// Keep the present state.
    Save,
    /// Make a kept state the present one.
    Restore,
    /// Delete a kept state.
    Delete,
    /// Begin a new, empty account.
    Reset,
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

/// Options of `outcrop query`.
#[derive(Debug, Clone, clap::Args)]
pub struct QueryOptions {
    /// The query, such as 'stats count(*) by modelId'.
    #[arg(value_name = "QUERY")]
    pub text: String,
    /// Files or folders of records (.json, .ndjson, .gz and the like), or a bucket: <s3://BUCKET/PREFIX>. The query runs here.
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "log_group", conflicts_with = "log_group")]
    pub from: Vec<PathBuf>,
    /// A log group. The query runs on CloudWatch, which bills what it scans.
    #[arg(long, value_name = "NAME")]
    pub log_group: Option<String>,
    /// Fetch the events of the log group and run the query here instead.
    #[arg(long, requires = "log_group")]
    pub local: bool,
    /// The log group or the bucket is in the window's own sandbox.
    #[arg(long)]
    pub sandbox: bool,
    /// Of which time.
    #[command(flatten)]
    pub time: TimeOptions,
    /// Most rows when the query has no limit.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How rows are printed.
    #[arg(long, value_enum, default_value_t = QueryFormat::Table)]
    pub format: QueryFormat,
}

/// Options of `outcrop import`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportOptions {
    /// Files or folders of records (.json, .ndjson, .gz and the like), or a bucket: <s3://BUCKET/PREFIX>.
    #[arg(value_name = "PATH", required = true, num_args = 1..)]
    pub paths: Vec<PathBuf>,
    /// The bucket is in the window's own sandbox.
    #[arg(long)]
    pub sandbox: bool,
    /// Which objects of a bucket to fetch, by the hour that their keys name.
    #[command(flatten)]
    pub time: TimeOptions,
}

/// Which time is meant; nothing said is everything there is.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct TimeOptions {
    /// Only this last time, such as 30m, 3h or 7d.
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with_all = ["start", "end"])]
    pub since: Option<i64>,
    /// Only from this moment on, such as 2026-03-02T12:00:00Z, 2026-03-02T13:00+01:00 or 2026-03-02 (UTC).
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    pub start: Option<i64>,
    /// Only up to this moment.
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    pub end: Option<i64>,
}

impl TimeOptions {
    /// The time at `now_ms`, milliseconds since the epoch, both ends included; nothing when nothing was said.
    pub fn window(&self, now_ms: i64) -> Option<(i64, i64)> {
        let start = self.since.map(|since| now_ms - since).or(self.start);
        (start.is_some() || self.end.is_some()).then(|| (start.unwrap_or(0), self.end.unwrap_or(now_ms)))
    }
}

/// How the rows of a query are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum QueryFormat {
    /// Aligned columns.
    Table,
    /// One JSON object a line.
    Json,
    /// Comma-separated values with a line of names.
    Csv,
}

/// Milliseconds of `3h` and the like.
fn parse_time(text: &str) -> Result<i64, String> {
    let (count, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("write a number and s, m, h or d, such as 3h".to_owned()),
    };
    count
        .parse::<i64>()
        .ok()
        .and_then(|count| count.checked_mul(ms))
        .ok_or_else(|| "write a number and s, m, h or d, such as 3h".to_owned())
}

/// Milliseconds since the epoch of a moment: with an offset, or in UTC.
fn parse_moment(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let utc = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| Some(utc()?.timestamp()));
    let wrong = || "write a moment such as 2026-03-02T12:00:00Z, or a day such as 2026-03-02".to_owned();
    moment.map(jiff::Timestamp::as_millisecond).ok_or_else(wrong)
}

/// Options of `outcrop tail`.
#[derive(Debug, Clone, clap::Args)]
pub struct TailOptions {
    /// A log group to follow; may be given up to ten times. Without one it is the group that invocation logging writes to.
    #[arg(long, value_name = "NAME")]
    pub log_group: Vec<String>,
    /// Only streams whose names begin so; may be given several times, with one log group alone.
    #[arg(long, value_name = "PREFIX")]
    pub stream_prefix: Vec<String>,
    /// Only events that this filter pattern selects, such as '{ $.errorCode = "*" }'.
    #[arg(long, value_name = "PATTERN")]
    pub filter: Option<String>,
    /// Mark this term; may be given up to five times.
    #[arg(long, value_name = "TERM")]
    pub highlight: Vec<String>,
    /// How events are printed.
    #[arg(long, value_enum, default_value_t = TailFormat::Text)]
    pub format: TailFormat,
    /// End after this time, such as 10m. Sessions are billed by the minute.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub for_ms: Option<i64>,
    /// End after so many events.
    #[arg(long, value_name = "N")]
    pub max: Option<u64>,
    /// Follow the window's own sandbox, also while the window is open.
    #[arg(long)]
    pub sandbox: bool,
}

/// How events of a tail are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TailFormat {
    /// Time, model, tokens and prompt of invocations; other events as they are.
    Text,
    /// One JSON object a line.
    Json,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_spans_make_a_window() {
        let noon = 1_772_452_800_000;
        for text in ["2026-03-02T12:00:00Z", "2026-03-02T13:00:00+01:00", "2026-03-02T12:00", "2026-03-02 12:00:00"] {
            assert_eq!(parse_moment(text), Ok(noon), "{text}");
        }
        assert_eq!(parse_moment("2026-03-02"), Ok(noon - 12 * 3_600_000));
        assert!(parse_moment("yesterday").is_err() && parse_moment("12:00").is_err());
        let time = |since, start, end| TimeOptions { since, start, end }.window(noon);
        assert_eq!(time(None, None, None), None);
        assert_eq!(time(Some(5), None, None), Some((noon - 5, noon)));
        assert_eq!(time(None, Some(3), None), Some((3, noon)));
        assert_eq!(time(None, None, Some(9)), Some((0, 9)));
    }
}
