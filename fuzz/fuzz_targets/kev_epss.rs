//! Any bytes as the exploited catalogue, exploit predictions and support dates, alone and after a beginning that is recognised: never a panic, and every record has its text and place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::advisories;

const BEGINNINGS: &[&str] = &["cveID,vendorProject,product\n", "#model_version:v,score_date:2024-01-01\ncve,epss,percentile\n", "[{\"cycle\":", "{\"schema_version\":\"1\",\"result\":", "version,codename,series,created,release,eol,eol-lts\n", "{\"catalogVersion\":\"1\",\"vulnerabilities\":["];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    advisories(BEGINNINGS, choice, bytes);
});
