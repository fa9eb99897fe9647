//! Any bytes as CSAF documents, alone and after a beginning that is recognised: never a panic, and every record has its text and place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::advisories;

const BEGINNINGS: &[&str] = &["{\"document\":{\"csaf_version\":\"2.0\",", "{\"document\":{\"csaf_version\":\"2.0\",\"publisher\":{\"name\":\"a\"},\"tracking\":{\"id\":\"a\",\"current_release_date\":\"\",\"initial_release_date\":\"\"}},\"product_tree\":"];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    advisories(BEGINNINGS, choice, bytes);
});
