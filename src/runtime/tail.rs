//! Effects of the Live Tail slice: following a session, looking through its lines, queries over them.

pub mod follow;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};

use super::{Cancel, Jobs, Slot, deeds};
use crate::app::tail::{AskOrder, LookOrder, Places, Ran, Spent, TailEffect, TailEvent, TailNews, TailOrder};
use crate::app::{Event, Screen};
use crate::aws::Session;
use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::logs::{DescribeLogGroups, TailedEvent};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::base::text::count;
use crate::insights::{DEFAULT_LIMIT, Event as LogEvent, Line as Text, Pointer, Query};
use crate::lab::deeds::What;
use crate::logs::record::Interner;
use crate::logs::store::Entry;
use crate::logs::tail::{Line, Tailed};
use follow::{Follower, News};

/// Shortest time between two pieces of news to the window: it is not woken more often.
const PACE: Duration = Duration::from_millis(34);
/// Updates that wait for the window; above it the session's own buffer fills, and CloudWatch drops the oldest.
const UPDATES: usize = 16;
/// Lines that are written into the lab's journal for one tail.
const MAX_DEEDS: u32 = 50;

/// Following a tail, which goes on for as long as a person wants.
pub(super) const FOLLOW: Slot = Slot::Of(Screen::Tail, "follow");

fn slot(name: &'static str) -> Slot {
    Slot::Of(Screen::Tail, name)
}

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: TailEffect) {
    match effect {
        TailEffect::FindPlaces => find_places(jobs),
        TailEffect::Follow(order) => start(jobs, order),
        TailEffect::Stop => stop(jobs, &FOLLOW),
        TailEffect::Look(order) => look(jobs, order),
        TailEffect::Ask(order) => ask(jobs, order),
        TailEffect::StopAsking => stop(jobs, &slot("ask")),
    }
}

fn stop(jobs: &Jobs, slot: &Slot) {
    if jobs.cancel(slot) {
        tracing::debug!(?slot, "stopped");
    }
}

fn find_places(jobs: &Jobs) {
    let sender = jobs.clone();
    jobs.start(slot("places"), async move {
        let outcome = match sender.session() {
            Ok(session) => places(&session).await,
            Err(problem) => Err(problem),
        };
        sender.emit(Event::Tail(TailEvent::Places(outcome))).await;
    });
}

/// Live Tail takes groups of the Standard class alone.
async fn places(session: &Session) -> Result<Places, Problem> {
    let config = session.run(GetModelInvocationLoggingConfiguration {}).await?.unwrap_or_default();
    let groups = session.run(DescribeLogGroups { prefix: None }).await?;
    Ok(Places {
        configured: config.cloud_watch.map(|destination| destination.log_group),
        groups: groups.into_iter().filter(|group| group.class == "STANDARD").map(|group| group.name).collect(),
    })
}

/// Two halves of one job: one follows, the other makes lines of what comes and hands them to the window at its pace.
fn start(jobs: &Jobs, order: TailOrder) {
    let jobs = jobs.clone();
    jobs.clone().start(FOLLOW, async move {
        let (sender, receiver) = channel(UPDATES);
        let teller = Teller::new(&jobs, &order);
        match jobs.session() {
            Ok(session) => {
                let follower = Follower { session: &session, wall: jobs.wall(), ask: order.ask.clone(), news: sender };
                tokio::join!(follower.run(order.spent, order.failures), teller.run(receiver));
            }
            Err(problem) => teller.tell(TailNews::Ended(problem)).await,
        }
    });
}

/// Makes news for the window of what happens to a tail.
struct Teller<'a> {
    jobs: &'a Jobs,
    order: &'a TailOrder,
    texts: Interner,
    lines: Vec<Arc<Line>>,
    seconds: Vec<(u32, bool)>,
    events: u64,
    since: crate::base::clock::Timestamp,
    own_requests: Vec<String>,
    deeds: u32,
}

impl<'a> Teller<'a> {
    fn new(jobs: &'a Jobs, order: &'a TailOrder) -> Self {
        let (since, texts) = (jobs.clock().now(), Interner::default());
        Self { jobs, order, texts, lines: Vec::new(), seconds: Vec::new(), events: 0, since, own_requests: Vec::new(), deeds: 0 }
    }

    async fn run(mut self, mut news: Receiver<News>) {
        while let Some(first) = news.recv().await {
            let Some(mut spent) = self.take(first).await else { continue };
            // What comes within a thirtieth of a second goes to the window together.
            let pace = tokio::time::sleep(PACE);
            tokio::pin!(pace);
            loop {
                let next = tokio::select! {
                    () = &mut pace => break,
                    next = news.recv() => next,
                };
                let Some(next) = next else { break };
                let is_lines = matches!(next, News::Second { .. });
                if !is_lines {
                    self.flush(spent).await;
                }
                spent = self.take(next).await.unwrap_or(spent);
            }
            self.flush(spent).await;
        }
    }

    /// Keeps lines and gives the time spent; tells everything else at once.
    async fn take(&mut self, news: News) -> Option<Spent> {
        match news {
            News::Second { events, sampled, spent } => {
                self.second(events, sampled);
                return Some(spent);
            }
            News::Started { after, spent } => self.started(after, spent).await,
            News::Waiting { attempt, left_secs, problem, spent } => {
                self.tell(TailNews::Waiting { attempt, left_secs, problem, spent }).await;
            }
            News::Ended(problem) => self.tell(TailNews::Ended(problem)).await,
        }
        None
    }

    async fn started(&mut self, after: u32, spent: Spent) {
        self.tell(TailNews::Started(spent)).await;
        if after > 0 {
            let words =
                format!("Connected again after {}; events that came in between are missing here", count(u64::from(after), "failure"));
            let lines = vec![Arc::new(Line::Break(words))];
            self.tell(TailNews::Lines { lines, seconds: Vec::new(), spent }).await;
        } else {
            self.write_down();
        }
    }

    fn second(&mut self, events: Vec<TailedEvent>, sampled: bool) {
        self.seconds.push((events.len() as u32, sampled));
        for event in events {
            self.events += 1;
            let tailed = self.tailed(&event);
            self.note_own(&tailed.entry);
            self.lines.push(Arc::new(Line::Event(tailed)));
        }
    }

    fn tailed(&mut self, event: &TailedEvent) -> Tailed {
        let id = format!("tail-{}-{}", self.order.number, self.events);
        let entry = Arc::new(Entry::sharing(&id, event.timestamp_ms, &event.message, &mut self.texts));
        let (group, stream) = (self.texts.get(&event.group), self.texts.get(&event.stream));
        Tailed { entry, group, stream, ingested_ms: event.ingestion_ms }
    }

    /// The lab asks for an invocation of the person's own.
    fn note_own(&mut self, entry: &Entry) {
        if let Some(record) = entry.record().filter(|record| record.principal.as_deref() == Some(self.order.caller.as_str())) {
            self.own_requests.push(record.request_id.to_string());
        }
    }

    async fn flush(&mut self, spent: Spent) {
        if self.seconds.is_empty() {
            return;
        }
        if !self.own_requests.is_empty() {
            self.write_down();
        }
        let (lines, seconds) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.seconds));
        self.tell(TailNews::Lines { lines, seconds, spent }).await;
    }

    fn write_down(&mut self) {
        self.deeds += 1;
        let requests = std::mem::take(&mut self.own_requests);
        if self.deeds <= MAX_DEEDS {
            let pattern = self.order.ask.log_event_filter_pattern.clone().unwrap_or_default();
            let groups = self.order.groups.clone();
            deeds::note(self.jobs, What::Tail { groups, pattern, since: self.since, events: self.events, requests });
        }
    }

    async fn tell(&self, news: TailNews) {
        self.jobs.emit(Event::Tail(TailEvent::News { number: self.order.number, news })).await;
    }
}

fn look(jobs: &Jobs, order: LookOrder) {
    let sender = jobs.clone();
    jobs.start(slot("look"), async move {
        let LookOrder { number, lens, first, lines } = order;
        let count = lines.len();
        let Ok(found) = tokio::task::spawn_blocking(move || lens.look(&lines)).await else { return };
        sender.emit(Event::Tail(TailEvent::Looked { number, first, count, found })).await;
    });
}

fn ask(jobs: &Jobs, order: AskOrder) {
    let sender = jobs.clone();
    jobs.start(slot("ask"), async move {
        let cancel = Cancel::default();
        let (number, cancelled, now_ms) = (order.number, cancel.flag(), sender.clock().now_ms());
        let ran = tokio::task::spawn_blocking(move || query(order, now_ms, &cancelled)).await.unwrap_or_default();
        sender.emit(Event::Tail(TailEvent::Asked { number, ran: ran.map(Arc::new) })).await;
    });
}

/// Runs the query; nothing when it was cancelled or, which the slice has ruled out, cannot be read.
fn query(order: AskOrder, now_ms: i64, cancelled: &AtomicBool) -> Option<Ran> {
    let watch = Stopwatch::start();
    let events: Vec<LogEvent> = order.lines.iter().filter_map(|line| line.event()).map(|tailed| event(tailed, &order.account)).collect();
    let times = events.iter().map(|event| event.at_ms);
    let window = (times.clone().min().unwrap_or(now_ms), times.max().unwrap_or(now_ms));
    let results = Query::parse(&order.text).ok()?.run(events, window, now_ms, DEFAULT_LIMIT, cancelled).ok()?;
    Some(Ran { text: order.text, results, took: watch.elapsed() })
}

fn event(tailed: &Tailed, account: &str) -> LogEvent {
    LogEvent {
        at_ms: tailed.entry.at_ms,
        ingested_ms: tailed.ingested_ms,
        stream: Text::from(&tailed.stream),
        log: Text::from(format!("{account}:{}", tailed.group)),
        message: Text::from(&tailed.entry.line),
        pointer: Pointer::None,
    }
}
