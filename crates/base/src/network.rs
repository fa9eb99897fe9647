//! The only code that uses a network: one request to an address that a person entered.
//!
//! What comes back is foreign data: it is limited in size and time, and checked by whoever asked.

use std::time::Duration;

use ureq::config::Config;
use ureq::{Agent, Error};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often an answer may point to another address.
const REDIRECTS_MAX: u32 = 3;

/// Sends bytes to an address by HTTP POST and returns the answer, at most `limit` bytes.
///
/// # Errors
/// In words, why there is no answer.
pub fn post(address: &str, media_type: &str, body: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    let config = Config::builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(REDIRECTS_MAX)
        .user_agent(concat!("mainstay/", env!("CARGO_PKG_VERSION")))
        .build();
    let answer = Agent::new_with_config(config).post(address).content_type(media_type).send(body);
    let mut answer = answer.map_err(|error| words(&error))?;
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    answer.body_mut().with_config().limit(limit).read_to_vec().map_err(|error| words(&error))
}

fn words(error: &Error) -> String {
    match error {
        Error::StatusCode(code) => format!("the server answered with status {code}"),
        Error::HostNotFound => "the server was not found; check the address and the network".to_owned(),
        Error::ConnectionFailed => "there is no connection to the server".to_owned(),
        Error::Timeout(_) => format!("the server did not answer within {} seconds", PATIENCE.as_secs()),
        Error::BodyExceedsLimit(limit) => format!("the answer has more than {limit} bytes"),
        other => other.to_string(),
    }
}
