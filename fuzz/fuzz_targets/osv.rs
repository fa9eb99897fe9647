//! Any bytes as OSV records, arrays and lines, alone and after a beginning that is recognised: never a panic, and every record has its text and place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::advisories;

const BEGINNINGS: &[&str] = &["{\"id\":\"A\",\"modified\":\"2024\",\"affected\":[", "[{\"id\":\"A\",\"affected\":", "{\"id\":\"A\",\"modified\":\"x\"}\n{"];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    advisories(BEGINNINGS, choice, bytes);
});
