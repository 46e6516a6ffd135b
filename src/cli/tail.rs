//! `outcrop tail`: log events as they arrive, through CloudWatch's Live Tail.

mod show;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::sync::mpsc::{Receiver, channel};

use super::args::{Place, TailOptions};
use super::output::Output;
use super::place::{self, Opened};
use crate::app::tail::Spent;
use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::logs::{MAX_TAILED_GROUPS, StartLiveTail, TailedEvent, group_arn_at};
use crate::aws::sts::{CallerIdentity, GetCallerIdentity};
use crate::base::clock::{SharedClock, SystemClock, Timestamp};
use crate::base::files;
use crate::base::text::count;
use crate::lab::deeds::{Deed, Deeds, What};
use crate::logs::filter_pattern::FilterPattern;
use crate::logs::{InvocationRecord, Parsed};
use crate::runtime::tail::follow::{Follower, News};
use show::Printer;

/// Updates that wait for the terminal.
const UPDATES: usize = 16;

/// Follows until Ctrl-C, the time or the number of events that was asked for. A pattern that cannot be read ends with 2 and shows the place.
pub async fn run(place: &Place, options: &TailOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let pattern = options.filter.as_deref().unwrap_or_default();
    if let Err(error) = FilterPattern::parse(pattern) {
        let expected = if error.expected.is_empty() { String::new() } else { format!("\nexpected: {}", error.expected) };
        out.error(&format!("{error}\n{}{expected}", error.shown_in(pattern)));
        return Ok(ExitCode::from(2));
    }
    let opened = place::open_running(place, options.sandbox, out).await?;
    let code = follow(&opened, options, out).await;
    opened.close().await?;
    code
}

async fn follow(opened: &Opened, options: &TailOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let session = &opened.session;
    let groups = groups(opened, options).await?;
    let caller = session.run(GetCallerIdentity {}).await?;
    let region = &session.environment().region;
    let ask = StartLiveTail {
        log_group_identifiers: groups.iter().map(|group| group_arn_at(&caller.arn, region, &caller.account, group)).collect(),
        log_stream_name_prefixes: options.stream_prefix.clone(),
        log_event_filter_pattern: options.filter.clone().filter(|pattern| !pattern.trim().is_empty()),
    };
    let (sender, receiver) = channel(UPDATES);
    let wall: SharedClock = SystemClock::shared();
    let follower = Follower { session, wall: &wall, ask, news: sender };
    let reader =
        Reader { caller, journal: Journal::new(opened, groups, options), printer: Printer::new(options, out.colour()), options, out };
    let ((), code) = tokio::join!(follower.run(Spent::default(), 0), reader.run(receiver, &wall));
    code
}

/// The groups that were named, or the one that invocation logging writes to.
async fn groups(opened: &Opened, options: &TailOptions) -> anyhow::Result<Vec<String>> {
    if options.log_group.len() > MAX_TAILED_GROUPS {
        bail!("a session follows at most {MAX_TAILED_GROUPS} log groups");
    }
    if !options.log_group.is_empty() {
        return Ok(options.log_group.clone());
    }
    let config = opened.session.run(GetModelInvocationLoggingConfiguration {}).await?;
    let group = config.and_then(|config| config.cloud_watch).map(|destination| destination.log_group);
    group.map(|group| vec![group]).context("invocation logging writes to no log group here: name one with --log-group")
}

/// Takes news and prints it.
struct Reader<'a> {
    caller: CallerIdentity,
    journal: Journal,
    printer: Printer,
    options: &'a TailOptions,
    out: &'a mut Output,
}

impl Reader<'_> {
    async fn run(mut self, mut news: Receiver<News>, wall: &SharedClock) -> anyhow::Result<ExitCode> {
        let end = self.options.for_ms.map(|ms| wall.sleep(Duration::from_millis(ms as u64)));
        let end = async {
            match end {
                Some(end) => end.await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(end);
        let mut printed = 0;
        loop {
            let next = tokio::select! {
                next = news.recv() => next,
                () = &mut end => break,
                signal = tokio::signal::ctrl_c() => {
                    signal.context("cannot wait for Ctrl-C")?;
                    break;
                }
            };
            match next {
                Some(News::Second { events, sampled, .. }) => printed += self.second(events, sampled, printed),
                Some(News::Ended(problem)) => {
                    self.out.error(&problem.full_text());
                    return Ok(ExitCode::FAILURE);
                }
                Some(other) => self.tell(&other),
                None => break,
            }
            if self.options.max.is_some_and(|max| printed >= max) {
                break;
            }
        }
        self.out.progress(&count(printed, "event"));
        Ok(ExitCode::SUCCESS)
    }

    /// Prints what came in a second; how many they were.
    fn second(&mut self, events: Vec<TailedEvent>, sampled: bool, before: u64) -> u64 {
        let left = self.options.max.map_or(u64::MAX, |max| max - before);
        let events: Vec<_> = events.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)).collect();
        for event in &events {
            self.out.line(&self.printer.line(event));
        }
        if sampled {
            self.out.progress("sampled: more than 500 events came in a second, not all are shown");
        }
        let own = events.iter().filter_map(|event| own_request(event, &self.caller.arn)).collect();
        self.journal.caught(events.len() as u64, own, self.out);
        events.len() as u64
    }

    fn tell(&mut self, news: &News) {
        match news {
            News::Started { after: 0, .. } => {
                self.journal.begun(self.out);
                self.out.progress(&format!("following {}; Ctrl-C ends", self.journal.groups.join(", ")));
            }
            News::Started { .. } => self.out.progress("connected again; events that came in between are missing"),
            News::Waiting { attempt, left_secs, problem, .. } => {
                self.out.progress(&format!("{}: trying again in {left_secs} s (attempt {attempt})", problem.what));
            }
            News::Second { .. } | News::Ended(_) => {}
        }
    }
}

fn own_request(event: &TailedEvent, caller: &str) -> Option<String> {
    match InvocationRecord::parse(&event.message) {
        Parsed::Invocation(record) if record.principal.as_deref() == Some(caller) => Some(record.request_id.to_string()),
        _ => None,
    }
}

/// Writes down for the lab what was followed and caught.
struct Journal {
    deeds: Deeds,
    clock: SharedClock,
    groups: Vec<String>,
    pattern: String,
    since: Timestamp,
    events: u64,
}

impl Journal {
    fn new(opened: &Opened, groups: Vec<String>, options: &TailOptions) -> Self {
        let deeds = Deeds::of(&files::data_dir(), &opened.session.environment().key());
        let (clock, pattern) = (opened.clock.clone(), options.filter.clone().unwrap_or_default());
        Self { deeds, since: clock.now(), clock, groups, pattern, events: 0 }
    }

    fn begun(&self, out: &mut Output) {
        self.write(Vec::new(), out);
    }

    fn caught(&mut self, events: u64, own: Vec<String>, out: &mut Output) {
        self.events += events;
        if !own.is_empty() {
            self.write(own, out);
        }
    }

    fn write(&self, requests: Vec<String>, out: &mut Output) {
        let what =
            What::Tail { groups: self.groups.clone(), pattern: self.pattern.clone(), since: self.since, events: self.events, requests };
        if let Err(error) = self.deeds.add(&Deed { at: self.clock.now(), what }) {
            out.progress(&format!("warning: the lab will not know of this tail: {error}"));
        }
    }
}
