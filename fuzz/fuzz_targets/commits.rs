//! Any bytes as a list of commits: refused with a place, or every hash is one and stands once.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use mainstay_base::commit_hash::is_commit_hash;
use mainstay_fuzz::commits::read;

const BEGINNINGS: [&[u8]; 4] = [b"", b"3f2a9bc One\n", b"commit 3f2a9bc\nAuthor: A <a@example.com>\n\n    One\n\n", b"hash,subject\n"];
const MOST: usize = 1000;

fuzz_target!(|input: (u8, &[u8])| {
    let beginning = BEGINNINGS.get(usize::from(input.0) % BEGINNINGS.len()).copied().unwrap_or_default();
    match read(&[beginning, input.1].concat(), MOST) {
        Ok(found) => {
            assert!(!found.is_empty() && found.len() <= MOST);
            assert!(found.iter().all(|commit| is_commit_hash(&commit.hash) && commit.subject.chars().count() <= 500));
            let once: BTreeSet<&str> = found.iter().map(|commit| commit.hash.as_str()).collect();
            assert_eq!(once.len(), found.len());
        }
        Err(refused) => assert!(!refused.place.is_empty() && !refused.reason.is_empty()),
    }
});
