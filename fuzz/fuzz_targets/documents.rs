//! Any bytes as a document of a team: refused with a place, or read within the limits; twice the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::documents;

const NAMES: [&str; 4] = ["a.docx", "a.csv", "a.md", "a"];

fuzz_target!(|input: (u8, &[u8])| {
    let name = NAMES.get(usize::from(input.0) % NAMES.len()).copied().unwrap_or_default();
    let once = documents::read(input.1, name);
    assert_eq!(once, documents::read(input.1, name));
    match once {
        Ok(document) => assert!(document.has_text() && !document.format.is_empty()),
        Err(refused) => assert!(!refused.place.is_empty() && !refused.reason.is_empty()),
    }
});
