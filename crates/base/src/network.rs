//! The only code that uses a network: requests to addresses that a person entered.
//!
//! What comes back is foreign data: it is limited in size and time, and checked by whoever asked. Nothing here is asked for by the
//! program itself, and nothing here knows what the data means.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{ErrorKind, Read as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::{Agent, Body, Error, Proxy, http::Response};

const USER_AGENT: &str = concat!("mainstay/", env!("CARGO_PKG_VERSION"));
/// Redirects that are followed, one after another.
const REDIRECTS_MAX: usize = 5;
/// Bytes that are passed on at once.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that may wait to be written.
const WAITING: usize = 8;
/// How often a person's wish to cancel is looked for.
const LOOK: Duration = Duration::from_millis(100);

/// Sends bytes to an address by HTTP POST and returns the answer, at most `limit` bytes. An answer that points elsewhere is not
/// followed.
///
/// # Errors
/// In words, why there is no answer.
pub fn post(
    address: &str,
    media_type: &str,
    body: &[u8],
    limit: usize,
    patience: Duration,
) -> Result<Vec<u8>, String> {
    let config =
        Config::builder().timeout_global(Some(patience)).max_redirects(0).user_agent(USER_AGENT).build();
    let answer = Agent::new_with_config(config).post(address).content_type(media_type).send(body);
    let mut answer = answer.map_err(|error| words(&error, patience))?;
    if answer.status().is_redirection() {
        let to = header(answer.headers(), "location").unwrap_or_else(|| "another address".to_owned());
        return Err(format!("the server points to {to}; enter that address"));
    }
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    answer.body_mut().with_config().limit(limit).read_to_vec().map_err(|error| words(&error, patience))
}

/// What is fetched from an address, and within which limits.
#[derive(Clone, Default)]
pub struct Get {
    /// The address: `https`, or `http` on this machine.
    pub address: String,
    /// Headers by name. They may be secret: they are never shown, and not sent to another server.
    pub headers: Vec<(&'static str, String)>,
    /// The tag of the version that is known, so that the server need not send it again.
    pub known_tag: Option<String>,
    /// The date of the version that is known, as the server wrote it.
    pub known_date: Option<String>,
    /// The proxy, if not the one of the environment. It may contain a password: it is never shown.
    pub proxy: Option<String>,
    /// The most bytes of an answer.
    pub limit: u64,
    /// How long the server may be silent.
    pub patience: Duration,
    /// How long the whole answer may take.
    pub longest: Duration,
}

impl fmt::Debug for Get {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, limit, patience, .. } = self;
        f.debug_struct("Get")
            .field("address", address)
            .field("limit", limit)
            .field("patience", patience)
            .finish_non_exhaustive()
    }
}

/// The answer of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status; only the body of an answer with 200 is written.
    pub status: u16,
    /// The address that answered, after redirects.
    pub address: String,
    /// Bytes that were written.
    pub bytes: u64,
    /// The tag of this version.
    pub tag: Option<String>,
    /// The date of this version, as the server wrote it.
    pub date: Option<String>,
    /// How long the server asks to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The person cancelled it.
    #[error("it was cancelled")]
    Cancelled,
    /// Another attempt may succeed: the server was silent or the connection was cut.
    #[error("{0}")]
    Passing(String),
    /// Another attempt would fail in the same way.
    #[error("{0}")]
    Lasting(String),
}

/// Receives the bytes so far and the announced number; returns whether to continue. It is called several times a second, also while the
/// server is silent.
pub type OnBytes<'a> = dyn Fn(u64, Option<u64>) -> bool + 'a;

/// What the thread of a request passes on.
enum Passed {
    Head(Answer, Option<u64>),
    Piece(Vec<u8>),
    End,
    Failed(NoAnswer),
}

/// Fetches what is at an address and writes it into `to` piece by piece. Redirects are followed to `https` addresses only, or, on this machine,
/// to the same host. An answer that is shorter or longer than announced is an error; whoever asked drops what was written.
///
/// # Errors
/// When there is no complete answer. A status other than 200 is an answer.
pub fn get(request: &Get, to: &mut dyn Write, on: &OnBytes<'_>) -> Result<Answer, NoAnswer> {
    let uri = checked(&request.address).map_err(NoAnswer::Lasting)?;
    let agent = agent(request, &uri)?;
    let (send, receive) = sync_channel(WAITING);
    let asked = request.clone();
    // A thread of its own, so that a cancelled request does not wait for a silent server. It ends at its next piece or timeout.
    std::thread::Builder::new()
        .name("network".to_owned())
        .spawn(move || {
            let end = fetch(&asked, &agent, uri, &send).map_or_else(Passed::Failed, |()| Passed::End);
            // Nobody receives it after a cancellation.
            let _ = send.send(end);
        })
        .map_err(|_| NoAnswer::Passing("the system could not start a thread for the request".to_owned()))?;
    written(&receive, to, request.limit, on)
}

fn written(
    receive: &Receiver<Passed>,
    to: &mut dyn Write,
    limit: u64,
    on: &OnBytes<'_>,
) -> Result<Answer, NoAnswer> {
    let (mut answer, mut announced) = (Answer::default(), None);
    loop {
        if !on(answer.bytes, announced) {
            return Err(NoAnswer::Cancelled);
        }
        match receive.recv_timeout(LOOK) {
            Ok(Passed::Head(head, length)) => (answer, announced) = (head, length),
            Ok(Passed::Piece(piece)) => {
                answer.bytes += piece.len() as u64;
                if answer.bytes > limit {
                    return Err(too_long(limit));
                }
                to.write_all(&piece).map_err(|error| {
                    NoAnswer::Lasting(format!(
                        "the answer could not be written: {}",
                        crate::regular::why(&error)
                    ))
                })?;
            }
            Ok(Passed::End) => break,
            Ok(Passed::Failed(failed)) => return Err(failed),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(NoAnswer::Passing("the request ended without an answer".to_owned()));
            }
        }
    }
    match announced.filter(|announced| answer.status == 200 && *announced != answer.bytes) {
        Some(announced) => Err(ended_early(answer.bytes, Some(announced))),
        None => Ok(answer),
    }
}

fn too_long(limit: u64) -> NoAnswer {
    NoAnswer::Lasting(format!("the answer has more than {limit} bytes"))
}

fn ended_early(bytes: u64, announced: Option<u64>) -> NoAnswer {
    let of = announced.map_or_else(String::new, |announced| format!(" of {announced}"));
    NoAnswer::Passing(format!("the answer ended early: {bytes}{of} bytes came"))
}

/// Follows redirects and passes on head and body.
fn fetch(request: &Get, agent: &Agent, first: Uri, send: &SyncSender<Passed>) -> Result<(), NoAnswer> {
    let mut uri = first.clone();
    for _ in 0..=REDIRECTS_MAX {
        let answer = ask(request, agent, &uri, same_server(&first, &uri))?;
        let status = answer.status();
        let target =
            header(answer.headers(), "location").filter(|_| status.is_redirection() && status != 304);
        match target {
            Some(to) => uri = redirected(&uri, &to).map_err(NoAnswer::Lasting)?,
            None => return pass(request, &uri, answer, send),
        }
    }
    Err(NoAnswer::Lasting(format!("the server redirects more than {REDIRECTS_MAX} times")))
}

/// One request. The headers, which may be secret, go only to the server that the person named. What is known of the version also goes to the
/// servers that it redirects to, as the version came from there.
fn ask(request: &Get, agent: &Agent, uri: &Uri, same: bool) -> Result<Response<Body>, NoAnswer> {
    let mut asked = agent.get(uri.clone());
    for (name, value) in request.headers.iter().filter(|_| same) {
        asked = asked.header(*name, value.as_str());
    }
    if let Some(tag) = &request.known_tag {
        asked = asked.header("if-none-match", tag.as_str());
    }
    if let Some(date) = &request.known_date {
        asked = asked.header("if-modified-since", date.as_str());
    }
    asked.call().map_err(|error| no_answer(&error, request.patience))
}

fn pass(request: &Get, uri: &Uri, answer: Response<Body>, send: &SyncSender<Passed>) -> Result<(), NoAnswer> {
    let headers = answer.headers();
    let head = Answer {
        status: answer.status().as_u16(),
        address: uri.to_string(),
        bytes: 0,
        tag: header(headers, "etag"),
        date: header(headers, "last-modified"),
        retry_after: retry_after(
            header(headers, "retry-after").as_deref(),
            header(headers, "date").as_deref(),
        ),
    };
    let is_whole = head.status == 200;
    let announced = header(headers, "content-length").and_then(|length| length.trim().parse::<u64>().ok());
    if is_whole && announced.is_some_and(|length| length > request.limit) {
        return Err(too_long(request.limit));
    }
    if send.send(Passed::Head(head, announced)).is_err() || !is_whole {
        return Ok(());
    }
    let mut body = answer.into_body().into_with_config().limit(u64::MAX).reader();
    let mut count = 0;
    loop {
        let mut piece = vec![0; PIECE_BYTES];
        let read = body.read(&mut piece).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
                ended_early(count, announced)
            }
            _ => no_answer(&Error::from(error), request.patience),
        })?;
        if read == 0 {
            return Ok(());
        }
        count += read as u64;
        piece.truncate(read);
        if send.send(Passed::Piece(piece)).is_err() {
            return Ok(());
        }
    }
}

fn agent(request: &Get, uri: &Uri) -> Result<Agent, NoAnswer> {
    let mut config = Config::builder()
        .timeout_connect(Some(request.patience))
        .timeout_recv_response(Some(request.patience))
        .timeout_per_read(Some(request.patience))
        .timeout_global(Some(request.longest))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(USER_AGENT);
    if is_loopback(uri) {
        config = config.proxy(None);
    } else if let Some(proxy) = request.proxy.as_deref().map(str::trim).filter(|proxy| !proxy.is_empty()) {
        // The reason of the refusal could repeat a password.
        let proxy = Proxy::new(proxy).map_err(|_| {
            NoAnswer::Lasting("the proxy is not an address such as http://proxy.example:3128".to_owned())
        })?;
        config = config.proxy(Some(proxy));
    }
    Ok(Agent::new_with_config(config.build()))
}

/// Whether an address can be fetched: `https`, or `http` on this machine; with a server, and without a password in it.
///
/// # Errors
/// In words, what is wrong with it.
pub fn check_address(address: &str) -> Result<(), String> {
    checked(address).map(drop)
}

fn checked(address: &str) -> Result<Uri, String> {
    let address = address.trim();
    let after = address.split_once("://").map_or(address, |(_, after)| after);
    if after.split(['/', '?', '#']).next().is_some_and(|server| server.contains('@')) {
        return Err("an address with a name or a password in it is not used".to_owned());
    }
    let shown: String = address.chars().take(200).collect();
    let no_address =
        || format!("“{shown}” is not an address; write one such as https://example.org/data.json");
    let uri: Uri = address.parse().map_err(|_| no_address())?;
    match uri.scheme_str() {
        None => Err(no_address()),
        Some("https") => Ok(uri),
        Some("http") if is_loopback(&uri) => Ok(uri),
        _ => Err(format!("{shown} is not encrypted; use an address that begins with https://")),
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether two addresses are of the same server, where headers may go to both.
fn same_server(one: &Uri, other: &Uri) -> bool {
    one.scheme() == other.scheme() && one.authority() == other.authority()
}

fn redirected(from: &Uri, to: &str) -> Result<Uri, String> {
    let to = joined(&from.to_string(), to)?;
    let uri = checked(&to).map_err(|why| format!("the server points elsewhere: {why}"))?;
    if is_loopback(&uri) && uri.host() != from.host() {
        return Err("the server points to this machine, which is not followed".to_owned());
    }
    Ok(uri)
}

/// An address that may be relative to another one.
///
/// # Errors
/// When `base` is no address.
pub fn joined(base: &str, relative: &str) -> Result<String, String> {
    let relative = relative.trim();
    let base: Uri = base.trim().parse().map_err(|_| format!("“{base}” is not an address"))?;
    let (Some(scheme), Some(authority)) = (base.scheme_str(), base.authority()) else {
        return Err(format!("“{base}” is not an address"));
    };
    if relative.contains("://") {
        return Ok(relative.to_owned());
    }
    if relative.starts_with("//") {
        return Ok(format!("{scheme}:{relative}"));
    }
    if relative.starts_with('/') {
        return Ok(format!("{scheme}://{authority}{relative}"));
    }
    let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    Ok(format!("{scheme}://{authority}{folder}/{relative}"))
}

/// A part of an address in which every character is itself: `Rocky Linux` is `Rocky%20Linux`.
pub fn escaped(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The wait that a server asks for: seconds, or the distance of a date from the date of the answer.
fn retry_after(wait: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let wait = wait?.trim();
    if let Ok(seconds) = wait.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = chrono::DateTime::parse_from_rfc2822(wait).ok()?;
    let from = chrono::DateTime::parse_from_rfc2822(date?.trim()).ok()?;
    Some((until - from).to_std().unwrap_or_default())
}

fn no_answer(error: &Error, patience: Duration) -> NoAnswer {
    let words = words(error, patience);
    match error {
        Error::Timeout(_) | Error::ConnectionFailed | Error::Io(_) => NoAnswer::Passing(words),
        _ => NoAnswer::Lasting(words),
    }
}

fn words(error: &Error, patience: Duration) -> String {
    match error {
        Error::StatusCode(code) => format!("the server answered with status {code}"),
        Error::HostNotFound => "the server was not found; check the address and the network".to_owned(),
        Error::ConnectionFailed => "there is no connection to the server".to_owned(),
        Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            "the server refused the connection; check the address".to_owned()
        }
        Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "the server closed the connection before it answered".to_owned()
        }
        Error::Timeout(_) => format!("the server did not answer within {} seconds", patience.as_secs()),
        Error::BodyExceedsLimit(limit) => format!("the answer has more than {limit} bytes"),
        Error::ConnectProxyFailed(_) => "the proxy refused the connection".to_owned(),
        other => other.to_string(),
    }
}
