//! How fast a model answers: time to the first token and tokens a second.

use crate::models::{PaceProfile, Tokens};

/// Milliseconds that reading a fresh input token takes.
const READ_MS: f64 = 0.05;
/// Milliseconds that a cached input token takes.
const READ_CACHED_MS: f64 = 0.005;

/// The timetable of one reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Milliseconds from the request to the first token.
    pub first_token_ms: u64,
    tokens_per_second: f64,
}

impl Pace {
    /// A timetable after `profile`; `luck` are two numbers in 0..1 that spread it, `slower_percent` slows everything.
    pub fn new(profile: &PaceProfile, tokens: Tokens, slower_percent: u32, luck: (f64, f64)) -> Self {
        let factor = 1.0 + f64::from(slower_percent) / 100.0;
        let reading = (tokens.input + tokens.cache_write) as f64 * READ_MS + tokens.cache_read as f64 * READ_CACHED_MS;
        // The sum of two even numbers gives a triangle around the typical time, with a tail to the slow side.
        let spread = profile.jitter_ms as f64 * (luck.0 + luck.1 * luck.1 - 0.5);
        let first = (profile.first_token_ms as f64 + reading + spread) * factor;
        let speed = profile.tokens_per_second * (0.9 + 0.2 * luck.1) / factor;
        Self { first_token_ms: first.max(1.0) as u64, tokens_per_second: speed }
    }

    /// Milliseconds from the request until `output` tokens are out.
    pub fn until(&self, output: u64) -> u64 {
        self.first_token_ms + (output as f64 / self.tokens_per_second * 1_000.0).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: PaceProfile = PaceProfile { first_token_ms: 800, jitter_ms: 200, tokens_per_second: 50.0 };

    #[test]
    fn output_input_and_faults_take_time() {
        let plain = Pace::new(&PROFILE, Tokens::default(), 0, (0.5, 0.0));
        assert_eq!(plain.first_token_ms, 800);
        assert_eq!(plain.until(45), 800 + 1_000);
        let long = Pace::new(&PROFILE, Tokens { input: 20_000, ..Tokens::default() }, 0, (0.5, 0.0));
        assert_eq!(long.first_token_ms, 1_800);
        let cached = Pace::new(&PROFILE, Tokens { cache_read: 20_000, ..Tokens::default() }, 0, (0.5, 0.0));
        assert_eq!(cached.first_token_ms, 900);
        let slow = Pace::new(&PROFILE, Tokens::default(), 400, (0.5, 0.0));
        assert_eq!(slow.until(45), 5 * plain.until(45));
    }
}
