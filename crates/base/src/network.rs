//! The only code that uses a network: one request to an address that a person entered.
//!
//! What comes back is foreign data: it is limited in size and time, and checked by whoever asked.

use std::time::Duration;

use ureq::config::Config;
use ureq::{Agent, Error};

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
    let config = Config::builder()
        .timeout_global(Some(patience))
        .max_redirects(0)
        .user_agent(concat!("mainstay/", env!("CARGO_PKG_VERSION")))
        .build();
    let answer = Agent::new_with_config(config).post(address).content_type(media_type).send(body);
    let mut answer = answer.map_err(|error| words(&error, patience))?;
    if answer.status().is_redirection() {
        let to =
            answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or("another address");
        return Err(format!("the server points to {to}; enter that address"));
    }
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    answer.body_mut().with_config().limit(limit).read_to_vec().map_err(|error| words(&error, patience))
}

fn words(error: &Error, patience: Duration) -> String {
    match error {
        Error::StatusCode(code) => format!("the server answered with status {code}"),
        Error::HostNotFound => "the server was not found; check the address and the network".to_owned(),
        Error::ConnectionFailed => "there is no connection to the server".to_owned(),
        Error::Timeout(_) => format!("the server did not answer within {} seconds", patience.as_secs()),
        Error::BodyExceedsLimit(limit) => format!("the answer has more than {limit} bytes"),
        other => other.to_string(),
    }
}
