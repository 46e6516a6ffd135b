//! Follows a Live Tail through broken connections, for the window and for the terminal: tells what comes, waits longer after each failure, and
//! ends with the reason.

use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::app::tail::Spent;
use crate::aws::logs::{LiveTail, StartLiveTail, TailUpdate, TailedEvent, live_tail};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::base::clock::SharedClock;
use crate::base::problem::Problem;

/// Seconds to wait after each failure in a row; the last repeats.
const WAITS_SECS: [u32; 6] = [1, 2, 4, 8, 15, 30];
/// Failures in a row after which it gives up.
const MAX_FAILURES: u32 = 12;
/// A session that brought updates for this long ends a row of failures, so that one which breaks at once is not tried again for ever.
const GOOD_SECONDS: u32 = 3;

/// What happens to a tail.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A session has started; `after` failures in a row.
    Started {
        /// Failures before it.
        after: u32,
        /// Time spent so far.
        spent: Spent,
    },
    /// About a second has passed.
    Second {
        /// What arrived.
        events: Vec<TailedEvent>,
        /// Whether more arrived than was sent.
        sampled: bool,
        /// Time spent so far.
        spent: Spent,
    },
    /// The connection broke; it is tried again in so many seconds.
    Waiting {
        /// Failures in a row.
        attempt: u32,
        /// Seconds left.
        left_secs: u32,
        /// What happened.
        problem: Problem,
        /// Time spent so far.
        spent: Spent,
    },
    /// It has ended, and why. The last news.
    Ended(Problem),
}

/// A tail under way.
pub struct Follower<'a> {
    /// The open environment.
    pub session: &'a Session,
    /// The clock at the person's wall: sessions are billed by it.
    pub wall: &'a SharedClock,
    /// What is followed.
    pub ask: StartLiveTail,
    /// Where news goes; when nobody takes it any more, the tail ends.
    pub news: Sender<News>,
}

/// Nobody takes news any more.
struct Left;

impl Follower<'_> {
    /// Follows until it ends or nobody listens. `spent` is the time of earlier sessions of this tail, after which there were so many `failures` in a
    /// row.
    pub async fn run(self, mut spent: Spent, mut failures: u32) {
        // An error says that the reader has left, which ends the tail.
        while let Ok(error) = self.one_session(&mut spent, &mut failures).await {
            failures += 1;
            if !is_worth_retrying(&error) || failures > MAX_FAILURES {
                let _unheard = self.news.send(News::Ended(problem(&error))).await;
                return;
            }
            if self.wait(failures, &error, &mut spent).await.is_err() {
                return;
            }
        }
    }

    async fn tell(&self, news: News) -> Result<(), Left> {
        self.news.send(news).await.map_err(|_| Left)
    }

    /// One session from its start to its end; gives why it ended.
    async fn one_session(&self, spent: &mut Spent, failures: &mut u32) -> Result<AwsError, Left> {
        let mut tail = match live_tail(self.session, self.ask.clone()).await {
            Ok(tail) => tail,
            Err(error) => return Ok(error),
        };
        let watch = Watch { clock: self.wall, since_ms: self.wall.now_ms(), before: *spent };
        let error = self.updates(&mut tail, &watch, failures).await;
        *spent = watch.spent();
        error
    }

    async fn updates(&self, tail: &mut LiveTail, watch: &Watch<'_>, failures: &mut u32) -> Result<AwsError, Left> {
        let mut seconds = 0;
        loop {
            let update = tokio::select! {
                update = tail.next() => update,
                () = self.news.closed() => return Err(Left),
            };
            match update {
                Ok(TailUpdate::Started { .. }) => self.tell(News::Started { after: *failures, spent: watch.spent() }).await?,
                Ok(TailUpdate::Second { events, sampled }) => {
                    seconds += 1;
                    if seconds == GOOD_SECONDS {
                        *failures = 0;
                    }
                    self.tell(News::Second { events, sampled, spent: watch.spent() }).await?;
                }
                Err(error) => return Ok(error),
            }
        }
    }

    /// Counts the seconds down until the next try.
    async fn wait(&self, failures: u32, error: &AwsError, spent: &mut Spent) -> Result<(), Left> {
        let secs = WAITS_SECS[(failures as usize - 1).min(WAITS_SECS.len() - 1)];
        for left_secs in (1..=secs).rev() {
            self.tell(News::Waiting { attempt: failures, left_secs, problem: problem(error), spent: *spent }).await?;
            let before_ms = self.wall.now_ms();
            self.wall.sleep(Duration::from_secs(1)).await;
            spent.elapsed_ms += (self.wall.now_ms() - before_ms).max(0) as u64;
        }
        Ok(())
    }
}

/// Measures a session on top of what was spent before it.
struct Watch<'a> {
    clock: &'a SharedClock,
    since_ms: i64,
    before: Spent,
}

impl Watch<'_> {
    /// A session is billed by the minute, a begun one as a whole.
    fn spent(&self) -> Spent {
        let ms = (self.clock.now_ms() - self.since_ms).max(0) as u64;
        Spent { elapsed_ms: self.before.elapsed_ms + ms, billed_min: self.before.billed_min + ms.div_ceil(60_000).max(1) }
    }
}

/// Whether the same may succeed a little later.
fn is_worth_retrying(error: &AwsError) -> bool {
    matches!(error.kind, ErrorKind::BrokenStream | ErrorKind::Timeout | ErrorKind::Unreachable | ErrorKind::Throttled | ErrorKind::Server)
}

/// The error as a person who follows a tail reads it.
fn problem(error: &AwsError) -> Problem {
    let problem = Problem::from(error);
    match error.code.as_str() {
        "LimitExceededException" => Problem {
            what: "There are too many Live Tail sessions".to_owned(),
            remedy: "End another session of the account, then start again: at most 15 run at a time in a Region".to_owned(),
            ..problem
        },
        "BrokenStream" => Problem { what: "The connection to CloudWatch Logs broke".to_owned(), ..problem },
        _ => problem,
    }
}
