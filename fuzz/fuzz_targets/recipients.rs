//! Any bytes as tables of recipients and of configuration items: refused with a place, or every row is told or taken.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::columns::{PROBLEMS_MAX, Problems};
use mainstay_fuzz::{items, recipients};

const BEGINNINGS: [&[u8]; 3] = [b"", b"name,organisation,email,sent_on\n", b"item;version\n"];

fn bounded(problems: &Problems) {
    assert!(problems.first.len() <= PROBLEMS_MAX && problems.lines().len() <= PROBLEMS_MAX + 1);
}

fuzz_target!(|input: (u8, &[u8])| {
    let beginning = BEGINNINGS.get(usize::from(input.0) % BEGINNINGS.len()).copied().unwrap_or_default();
    let bytes = [beginning, input.1].concat();
    if let Ok(found) = recipients::read(&bytes) {
        bounded(&found.problems);
        assert!(found.rows.windows(2).all(|pair| pair[0].line < pair[1].line));
        assert!(found.rows.iter().flat_map(|row| &row.cells).all(|(_, cell)| !cell.is_empty()));
    }
    if let Ok(found) = items::read(&bytes, 1000) {
        bounded(&found.problems);
        assert!(found.items.iter().all(|row| !row.item.is_empty() && !row.version.is_empty()));
    }
});
