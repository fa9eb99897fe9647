//! What each event says of itself: its digest, its form and its signature. Workers on several threads check batches of events,
//! in any order. What an event means after the events before it is checked in `chain`.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Mutex, OnceLock};

use ed25519_dalek::VerifyingKey;

use super::strict::{self, Claim};
use super::{Key, Progress, read};
use crate::domain::canonical;
use crate::domain::event::Event;
use crate::store::events::parse_event;

/// Most events in a batch. The more, the less the check of its signatures costs.
pub const BATCH: usize = 4096;
/// Bytes of text after which a batch ends.
pub const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// An event as it is stored.
pub struct Stored {
    pub seq: u64,
    pub digest: String,
    /// Number of the key.
    pub key: i64,
    pub signature: Vec<u8>,
    pub body: Vec<u8>,
}

/// An event after its text was read.
pub struct Parsed {
    pub seq: u64,
    /// Number of the key.
    pub key: i64,
    /// SHA-256 of its text, which is what is signed.
    pub digest: String,
    /// Whether that is the digest that is stored.
    pub digest_fits: bool,
    /// The event and whether its text is canonical; or why it cannot be read.
    pub event: Result<(Event, bool), String>,
}

impl Parsed {
    fn new(stored: &Stored) -> Self {
        let digest = canonical::digest(&stored.body);
        let event = read::utf8(&stored.body).and_then(|body| {
            let event = parse_event(body).map_err(|error| error.to_string())?;
            let canonical = event.canonical() == body;
            Ok((event, canonical))
        });
        Self { seq: stored.seq, key: stored.key, digest_fits: digest == stored.digest, digest, event }
    }
}

/// A batch for a worker, and where its events go once they are parsed.
pub struct Job {
    pub events: Vec<Stored>,
    pub parsed: SyncSender<Vec<Parsed>>,
}

/// What is needed to check the signature of an event.
struct Signed {
    seq: u64,
    /// Number of the key.
    key: i64,
    /// SHA-256 of the event, which is what is signed.
    digest: String,
    signature: Vec<u8>,
}

struct Signer {
    key: VerifyingKey,
    /// Whether its signatures can be checked in batches; found out when the first one comes.
    batches: OnceLock<bool>,
}

/// The keys with what is known of them so far; shared by the threads.
pub struct Signers(HashMap<i64, Signer>);

impl Signers {
    pub fn new(keys: &HashMap<i64, Key>) -> Self {
        let signer = |key: &Key| Signer { key: key.public, batches: OnceLock::new() };
        Self(keys.iter().map(|(number, key)| (*number, signer(key))).collect())
    }

    /// Takes jobs until there are no more. It parses the events first, because somebody waits for them, and checks their signatures
    /// then. Answers the numbers of the events whose signatures do not match.
    pub fn work(&self, jobs: &Mutex<Receiver<Job>>, progress: &Progress) -> Vec<u64> {
        let _guard = StopOnPanic(progress);
        let mut wrong = Vec::new();
        while let Some(Job { events, parsed }) = next(jobs) {
            if progress.is_stopped() {
                // Whoever waits for this job learns that nobody does it.
                continue;
            }
            let read: Vec<Parsed> = events.iter().map(Parsed::new).collect();
            let signed: Vec<Signed> = read
                .iter()
                .zip(events)
                .filter(|(read, _)| read.event.is_ok())
                .map(|(read, stored)| Signed {
                    seq: read.seq,
                    key: read.key,
                    digest: read.digest.clone(),
                    signature: stored.signature,
                })
                .collect();
            // Nobody takes them only after the chain broke off, which is told where the parts are put together.
            let _ = parsed.send(read);
            wrong.extend(self.wrong(&signed));
        }
        wrong
    }

    /// The numbers of the events whose signatures do not match.
    fn wrong(&self, signed: &[Signed]) -> Vec<u64> {
        let (mut together, mut claims, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for Signed { seq, key, digest, signature } in signed {
            let text = digest.as_bytes();
            match self.0.get(key) {
                Some(signer) if *signer.batches.get_or_init(|| strict::batches(&signer.key)) => {
                    together.push(*seq);
                    claims.push(Claim { key: &signer.key, text, signature });
                }
                Some(signer) if strict::strict(&signer.key, text, signature) => {}
                Some(_) | None => wrong.push(*seq),
            }
        }
        let verdicts = strict::verdicts(&claims);
        wrong.extend(together.into_iter().zip(verdicts).filter(|(_, right)| !right).map(|(seq, _)| seq));
        wrong
    }
}

/// Stops everything if its thread panics, so that nobody waits for it.
struct StopOnPanic<'a>(&'a Progress<'a>);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().ok()?.recv().ok()
}
