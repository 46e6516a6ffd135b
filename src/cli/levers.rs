//! `outcrop sandbox incident|class|clock|inbox|state`: pulls a lever of a sandbox that runs in another process.
//!
//! Spoken is HTTP/1.1 over a socket of the loopback interface, a request and a reply, which needs no client library.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Value, json};

use super::args::{IncidentOptions, Place, SandboxAction, StateAction, StateOptions};
use super::output::Output;
use crate::base::files;
use crate::sandbox::control::ROOT;
use crate::sandbox::embedded;

/// Longest wait for a reply: a leap of weeks with a class takes a while.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a lever is called and what is sent to it; nothing is sent to one that is only looked at.
type Pull = (&'static str, Option<Value>);

/// Pulls the lever that `action` names and prints what the sandbox says.
pub fn pull(place: &Place, action: &SandboxAction, out: &mut Output) -> anyhow::Result<ExitCode> {
    let (lever, body) = lever(action);
    let (status, reply) = call(&address(place), lever, body.as_ref())?;
    if status != 200 {
        out.error(reply["message"].as_str().unwrap_or("the sandbox refused without a reason"));
        return Ok(ExitCode::from(2));
    }
    show(&reply, out);
    Ok(ExitCode::SUCCESS)
}

fn lever(action: &SandboxAction) -> Pull {
    match action {
        SandboxAction::Operations => ("status", None),
        SandboxAction::Incident(options) => ("incidents", incident(options)),
        SandboxAction::Class(options) => {
            ("class", Some(json!({ "people": options.people, "seed": options.seed, "history": !options.no_history })))
        }
        SandboxAction::Clock(options) if options.speed.is_none() && options.advance.is_none() => ("status", None),
        SandboxAction::Clock(options) => {
            ("clock", Some(json!({ "speed": options.speed, "advanceSeconds": options.advance.map(|minutes| minutes * 60.0) })))
        }
        SandboxAction::Inbox => ("inbox", None),
        SandboxAction::State(options) => ("states", state(options)),
    }
}

fn incident(options: &IncidentOptions) -> Option<Value> {
    let name = options.name.as_ref()?;
    Some(json!({ "name": name, "stop": options.stop, "model": options.model, "minutes": options.minutes }))
}

fn state(options: &StateOptions) -> Option<Value> {
    let name = &options.name;
    Some(match options.action? {
        StateAction::Save => json!({ "action": "save", "name": name }),
        StateAction::Restore => json!({ "action": "restore", "name": name }),
        StateAction::Delete => json!({ "action": "delete", "name": name }),
        StateAction::Reset => json!({ "action": "reset" }),
    })
}

/// Where the sandbox is: as told, as in the variables that `outcrop sandbox` prints, the window's own, or the usual port.
fn address(place: &Place) -> String {
    let of_window = || embedded::address(&files::data_dir().join("sandbox"));
    let told = place.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok()).or_else(of_window);
    told.unwrap_or_else(|| "http://127.0.0.1:4566".to_owned())
}

fn call(url: &str, lever: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    let host = url
        .trim_end_matches('/')
        .strip_prefix("http://")
        .ok_or_else(|| anyhow!("{url} is not the address of a sandbox: it begins with http://"))?;
    let lost = || {
        format!("no sandbox answers at {url}: start one with `outcrop sandbox` or open the window, or say where it is with --endpoint-url")
    };
    let mut stream = TcpStream::connect(host).with_context(lost)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (method, text) = body.map_or(("GET", String::new()), |body| ("POST", body.to_string()));
    let length = text.len();
    write!(stream, "{method} {ROOT}{lever} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}")?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).with_context(lost)?;
    parsed(&reply).with_context(|| format!("what answers at {url} is not a sandbox of this version"))
}

fn parsed(reply: &str) -> anyhow::Result<(u16, Value)> {
    let (head, body) = reply.split_once("\r\n\r\n").context("the reply is cut short")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("the reply has no status")?;
    match serde_json::from_str(body) {
        Ok(value) => Ok((status, value)),
        Err(_) => bail!("the reply is not JSON"),
    }
}

fn show(reply: &Value, out: &mut Output) {
    if let Some(incidents) = reply["incidents"].as_array() {
        for incident in incidents {
            show_incident(incident, out);
        }
    } else if let Some(letters) = reply["letters"].as_array() {
        for letter in letters {
            show_letter(letter, out);
        }
    } else if let Some(states) = reply["states"].as_array() {
        for state in states {
            out.line(&format!("{}  {}", text(state, "at"), text(state, "name")));
        }
    } else {
        out.line(&format!("{}  speed {}  people {}", text(reply, "now"), reply["speed"], reply["people"]));
    }
}

fn show_letter(letter: &Value, out: &mut Output) {
    let subject = letter["subject"].as_str().unwrap_or("without a subject");
    out.line(&format!("{}  {} {}  {subject}", text(letter, "at"), text(letter, "protocol"), text(letter, "endpoint")));
    text(letter, "body").lines().for_each(|line| out.line(&format!("    {line}")));
}

fn show_incident(incident: &Value, out: &mut Output) {
    let since = incident["since"].as_str().map_or_else(|| "-".to_owned(), |since| format!("since {since}"));
    out.line(&format!("{:<22} {since:<28} {}", text(incident, "name"), text(incident, "story")));
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}
