//! A failure as a person reads it.

/// What happened, why, and what to do: the form in which every failure reaches a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happened, one sentence.
    pub what: String,
    /// The likely cause; empty when it is plain from `what`.
    pub why: String,
    /// What to do now.
    pub remedy: String,
    /// The exact text of the machine (error code, request id, chain of causes), shown on demand.
    pub details: Option<String>,
}

impl Problem {
    /// A problem without machine text.
    pub fn new(what: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), remedy: remedy.into(), details: None }
    }

    /// The same problem with the machine's own text.
    #[must_use]
    pub fn with_details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// Everything on one page, to copy into a message.
    pub fn full_text(&self) -> String {
        let details = self.details.iter().map(String::as_str);
        [self.what.as_str(), &self.why, &self.remedy].into_iter().chain(details).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
    }
}
