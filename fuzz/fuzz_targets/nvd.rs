//! Any bytes as NVD 2.0 and 1.1, CVE JSON 5 and OSV, alone and after a beginning that is recognised: never a panic, and every record has its text and place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::advisories;

const BEGINNINGS: &[&str] = &["{\"format\":\"NVD_CVE\",\"vulnerabilities\":[", "{\"CVE_Items\":[", "{\"cveMetadata\":", "{\"id\":\"A\",\"modified\":"];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    advisories(BEGINNINGS, choice, bytes);
});
