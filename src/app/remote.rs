//! A value that lives elsewhere and is fetched.

use crate::base::problem::Problem;

/// A fetched value: not asked for, on its way, here, or failed. Refreshing keeps the previous value so that nothing flickers.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Remote<T> {
    /// Nobody asked yet.
    #[default]
    NotAsked,
    /// Asked; the previous value, if any, stays to look at.
    Loading {
        /// The value before this request.
        previous: Option<T>,
    },
    /// Here.
    Ready(T),
    /// The last request failed; the previous value, if any, stays to look at.
    Failed {
        /// What went wrong.
        problem: Problem,
        /// The value before this request.
        previous: Option<T>,
    },
}

impl<T> Remote<T> {
    /// The newest value known, even while refreshing or after a failure.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::NotAsked => None,
            Self::Ready(value) => Some(value),
            Self::Loading { previous } | Self::Failed { previous, .. } => previous.as_ref(),
        }
    }

    /// Whether a request is under way.
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading { .. })
    }

    /// What went wrong, if the last request failed.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// Marks a request as under way, keeping the value.
    pub fn start(&mut self) {
        let previous = std::mem::take(self).into_value();
        *self = Self::Loading { previous };
    }

    /// Takes a request's outcome, keeping the old value beside a failure.
    pub fn finish(&mut self, outcome: Result<T, Problem>) {
        let previous = std::mem::take(self).into_value();
        *self = match outcome {
            Ok(value) => Self::Ready(value),
            Err(problem) => Self::Failed { problem, previous },
        };
    }

    /// The newest value known, by value.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::NotAsked => None,
            Self::Ready(value) => Some(value),
            Self::Loading { previous } | Self::Failed { previous, .. } => previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_and_a_failure_keep_the_previous_value() {
        let mut remote = Remote::Ready(1);
        remote.start();
        assert_eq!((remote.is_loading(), remote.value()), (true, Some(&1)));
        remote.finish(Err(Problem::new("no network", "", "check the cable")));
        assert_eq!(remote.value(), Some(&1));
        assert_eq!(remote.problem().unwrap().what, "no network");
        remote.finish(Ok(2));
        assert_eq!(remote, Remote::Ready(2));
    }
}
