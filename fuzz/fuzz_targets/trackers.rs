//! Any bytes as a supplier's list of anomalies: refused with a place, or every row has a number and a title and an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_soup::formats::trackers::{read_tracker, relevant_to};

const BEGINNINGS: [&[u8]; 7] = [
    b"",
    b"[{\"number\":1,\"title\":\"a\",",
    b"[{\"iid\":1,\"title\":\"a\",",
    b"{\"items\":[{\"number\":1,",
    b"{\"bugs\":[{\"id\":1,",
    b"Bug ID,Summary,Version\n",
    b"Summary,Issue key,Affects Version/s,Affects Version/s\n",
];

fuzz_target!(|input: (u8, &[u8])| {
    let beginning = BEGINNINGS.get(usize::from(input.0) % BEGINNINGS.len()).copied().unwrap_or_default();
    match read_tracker(&[beginning, input.1].concat()) {
        Ok(list) => {
            assert!(list.rows.iter().all(|row| !row.id.is_empty() && !row.title.is_empty()));
            assert_eq!(relevant_to(&list.rows, "1.2.3").len(), list.rows.len());
        }
        Err(refusal) => assert!(!refusal.place.is_empty() && !refusal.reason.is_empty()),
    }
});
