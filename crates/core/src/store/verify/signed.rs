//! The events' signatures, checked in batches on several threads. Each has its own verdict.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, OnceLock};

use ed25519_dalek::VerifyingKey;

use super::strict::{Prepared, strict};
use super::{Key, Progress};

/// Events in a batch.
pub const BATCH: usize = 256;
/// Signatures of a key after which its table is worth making.
const WORTH_A_TABLE: usize = 128;
/// Most keys with a table, so that a file with many keys does not fill the memory.
const TABLES_MAX: u32 = 500;

/// What is needed to check an event's signature.
pub struct Signed {
    pub seq: u64,
    /// Number of the key.
    pub key: i64,
    /// Digest of the event in hexadecimal, which is what is signed.
    pub digest: String,
    pub signature: Vec<u8>,
}

struct Signer {
    key: VerifyingKey,
    /// How many of its signatures came so far.
    seen: AtomicUsize,
    prepared: OnceLock<Option<Prepared>>,
}

/// The keys with what is known of them so far; shared by the threads.
pub struct Signers {
    signers: HashMap<i64, Signer>,
    tables_left: AtomicU32,
}

impl Signers {
    pub fn new(keys: &HashMap<i64, Key>) -> Self {
        let signer =
            |key: &Key| Signer { key: key.public, seen: AtomicUsize::new(0), prepared: OnceLock::new() };
        Self {
            signers: keys.iter().map(|(number, key)| (*number, signer(key))).collect(),
            tables_left: AtomicU32::new(TABLES_MAX),
        }
    }

    /// Takes batches until there are no more; answers the numbers of the events whose signatures do not match.
    pub fn work(&self, batches: &Mutex<Receiver<Vec<Signed>>>, progress: &Progress) -> Vec<u64> {
        let mut wrong = Vec::new();
        while !progress.is_stopped()
            && let Some(batch) = next(batches)
        {
            wrong.extend(self.wrong(&batch));
        }
        wrong
    }

    fn wrong(&self, batch: &[Signed]) -> Vec<u64> {
        let mut by_key: BTreeMap<i64, Vec<&Signed>> = BTreeMap::new();
        for signed in batch {
            by_key.entry(signed.key).or_default().push(signed);
        }
        let mut wrong = Vec::new();
        for (key, group) in by_key {
            let verdicts = match self.signers.get(&key) {
                Some(signer) => self.verdicts(signer, &group),
                None => vec![false; group.len()],
            };
            wrong
                .extend(group.iter().zip(verdicts).filter(|(_, right)| !right).map(|(signed, _)| signed.seq));
        }
        wrong
    }

    fn verdicts(&self, signer: &Signer, group: &[&Signed]) -> Vec<bool> {
        let pairs: Vec<(&[u8], &[u8])> =
            group.iter().map(|signed| (signed.digest.as_bytes(), signed.signature.as_slice())).collect();
        let seen = signer.seen.fetch_add(group.len(), Ordering::Relaxed);
        let prepared = if seen < WORTH_A_TABLE { None } else { self.prepared(signer) };
        match prepared {
            Some(prepared) => prepared.verify(&pairs),
            None => pairs.iter().map(|(text, signature)| strict(&signer.key, text, signature)).collect(),
        }
    }

    fn prepared<'a>(&self, signer: &'a Signer) -> Option<&'a Prepared> {
        let make = || {
            let take = |left: u32| left.checked_sub(1);
            self.tables_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
            Prepared::new(&signer.key)
        };
        signer.prepared.get_or_init(make).as_ref()
    }
}

fn next(batches: &Mutex<Receiver<Vec<Signed>>>) -> Option<Vec<Signed>> {
    batches.lock().ok()?.recv().ok()
}
