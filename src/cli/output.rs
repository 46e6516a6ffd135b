//! What a sub-command prints: results to standard output, progress and errors to standard error.

use std::io::{IsTerminal as _, Write};

/// The two streams of a terminal program.
pub struct Output {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    colour: bool,
}

/// How a line ends up being judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Ok,
    /// Worth a look.
    Warning,
    /// Wrong.
    Failed,
}

impl Mark {
    /// The word of the mark.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warn",
            Self::Failed => "FAIL",
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\x1b[32m",
            Self::Warning => "\x1b[33m",
            Self::Failed => "\x1b[31m",
        }
    }
}

impl Output {
    /// The process's own streams; colour when standard output is a terminal and `NO_COLOR` is not set.
    pub fn standard() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { out: Box::new(std::io::stdout()), err: Box::new(std::io::stderr()), colour }
    }

    /// Whether standard output shows colours.
    pub fn colour(&self) -> bool {
        self.colour
    }

    /// Prints a line of the result.
    pub fn line(&mut self, text: &str) {
        Self::write(&mut self.out, text);
    }

    /// Prints a judged line: mark, subject, and what there is to say.
    pub fn marked(&mut self, mark: Mark, subject: &str, text: &str) {
        let (on, off) = if self.colour { (mark.colour(), "\x1b[0m") } else { ("", "") };
        let line = format!("{on}{:<4}{off}  {subject:<28} {text}", mark.word());
        self.line(line.trim_end());
    }

    /// Prints a line of progress.
    pub fn progress(&mut self, text: &str) {
        Self::write(&mut self.err, text);
    }

    /// Prints an error.
    pub fn error(&mut self, text: &str) {
        Self::write(&mut self.err, &format!("error: {text}"));
    }

    /// A closed pipe ends the printing, not the program: what was done stays done.
    fn write(stream: &mut Box<dyn Write + Send>, text: &str) {
        let written = writeln!(stream, "{text}").and_then(|()| stream.flush());
        if let Err(error) = written {
            tracing::debug!("cannot print: {error}");
        }
    }
}
