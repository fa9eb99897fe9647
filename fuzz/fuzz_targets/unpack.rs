//! Any bytes as a container: never a panic, and never more than the limits.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use mainstay_base::unpack::{Limits, for_each_document};

const LIMITS: Limits = Limits { unpacked_bytes: 1 << 20, ratio: 50, ratio_from: 1 << 14, members: 100 };

fuzz_target!(|bytes: &[u8]| {
    let mut total = 0;
    let _ = for_each_document(&mut Cursor::new(bytes), "fuzz", &LIMITS, &mut |_, reader| {
        let mut unpacked = Vec::new();
        let _ = reader.read_to_end(&mut unpacked);
        total += unpacked.len();
        Ok(())
    });
    assert!(total <= bytes.len() + (2 << 20));
});
