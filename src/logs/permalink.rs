//! Links to one record: `outcrop://record/ACCOUNT/REGION/LOG-GROUP/TIME/ID`, and the page of AWS's console that shows the same.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::base::clock::{Timestamp, timestamp_ms};

const PREFIX: &str = "outcrop://record/";

/// Signs that stand for themselves in a part of a link.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Time to each side of a record that the console shows, milliseconds.
const AROUND_MS: i64 = 5 * 60_000;

/// Where a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permalink {
    /// Account whose log group holds it, twelve digits.
    pub account: String,
    /// Region of the log group.
    pub region: String,
    /// Name of the log group.
    pub group: String,
    /// Time of the event, milliseconds since the epoch.
    pub at_ms: i64,
    /// Id of the request, or of the event where the line is no record.
    pub id: String,
}

impl fmt::Display for Permalink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &'_ str| utf8_percent_encode(text, &PLAIN).to_string();
        let time = timestamp_ms(self.at_ms).strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        write!(f, "{PREFIX}{}/{}/{}/{time}/{}", part(&self.account), part(&self.region), part(&self.group), part(&self.id))
    }
}

/// Why a text is no link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It begins otherwise, or has other parts.
    #[error("a link to a record reads outcrop://record/ACCOUNT/REGION/LOG-GROUP/TIME/ID")]
    Shape,
    /// Its time cannot be read.
    #[error("`{0}` is no time such as 2026-11-23T12:04:31.000Z")]
    Time(String),
}

impl std::str::FromStr for Permalink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let rest = text.trim().strip_prefix(PREFIX).ok_or(LinkError::Shape)?;
        let parts: Vec<&str> = rest.split('/').collect();
        let [account, region, group, time, id] = parts.as_slice() else { return Err(LinkError::Shape) };
        let read = |part: &str| percent_decode_str(part).decode_utf8().ok().map(String::from).filter(|part| !part.is_empty());
        let read = |part: &str| read(part).ok_or(LinkError::Shape);
        let at: Timestamp = read(time)?.parse().map_err(|_| LinkError::Time((*time).to_owned()))?;
        Ok(Self { account: read(account)?, region: read(region)?, group: read(group)?, at_ms: at.as_millisecond(), id: read(id)? })
    }
}

impl Permalink {
    /// Whether `text` is meant as a link.
    pub fn is_meant(text: &str) -> bool {
        text.trim_start().starts_with("outcrop:")
    }

    /// The page of CloudWatch's console with the events around this one that hold its id.
    pub fn console(&self) -> String {
        let (region, group) = (&self.region, console_part(&self.group));
        let pattern = console_part(&format!("\"{}\"", self.id));
        let (from, to) = (self.at_ms - AROUND_MS, self.at_ms + AROUND_MS);
        format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}/log-events$3FfilterPattern$3D{pattern}$26start$3D{from}$26end$3D{to}"
        )
    }
}

/// The console encodes twice and writes `$` for the outer percent sign.
fn console_part(text: &str) -> String {
    let once = utf8_percent_encode(text, &PLAIN).to_string();
    utf8_percent_encode(&once, &PLAIN).to_string().replace('%', "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Permalink {
        Permalink {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            group: "/aws/bedrock/my logs".to_owned(),
            at_ms: 1_795_435_471_123,
            id: "eb9487e4-d2ca-4f1b-9d7e-000000000001".to_owned(),
        }
    }

    #[test]
    fn a_link_is_read_as_it_was_written() {
        let text = link().to_string();
        assert_eq!(
            text,
            "outcrop://record/123456789012/us-east-1/%2Faws%2Fbedrock%2Fmy%20logs/2026-11-23T12:04:31.123Z/eb9487e4-d2ca-4f1b-9d7e-000000000001"
        );
        assert_eq!(text.parse(), Ok(link()));
        assert_eq!(format!("  {text}\n").parse(), Ok(link()));
    }

    #[test]
    fn other_texts_are_refused_with_a_reason() {
        for text in [
            "",
            "https://x",
            "outcrop://record/1/2/3",
            "outcrop://record/1/2/3/2026-11-23T12:04:31Z/",
            "outcrop://record/1/2/%ff/2026-11-23T12:04:31Z/x",
        ] {
            assert_eq!(text.parse::<Permalink>(), Err(LinkError::Shape), "{text}");
        }
        assert_eq!("outcrop://record/1/2/3/soon/x".parse::<Permalink>(), Err(LinkError::Time("soon".to_owned())));
        assert!(Permalink::is_meant(" outcrop://x") && !Permalink::is_meant("refund"));
    }

    #[test]
    fn the_console_is_addressed_as_it_addresses_itself() {
        let url = link().console();
        assert!(url.contains("log-group/$252Faws$252Fbedrock$252Fmy$2520logs/log-events"), "{url}");
        assert!(url.contains("filterPattern$3D$2522eb9487e4-d2ca"), "{url}");
    }

    proptest::proptest! {
        #[test]
        fn any_group_and_id_come_back(group in "[ -~äé]{1,30}", id in "\\PC{1,20}") {
            let link = Permalink { group, id, ..link() };
            proptest::prop_assert_eq!(link.to_string().parse(), Ok(link));
        }
    }
}
