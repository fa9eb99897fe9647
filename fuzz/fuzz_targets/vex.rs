//! Any bytes as OpenVEX and CycloneDX statements, alone and after a beginning that is recognised: never a panic, and every record has its text and place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::advisories;

const BEGINNINGS: &[&str] = &[
    "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[",
    "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"vulnerabilities\":[",
    "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><vulnerabilities><vulnerability><id>CVE-1</id></vulnerability>",
    "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.2\" xmlns:v=\"http://cyclonedx.org/schema/ext/vulnerability/1.0\">",
];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    advisories(BEGINNINGS, choice, bytes);
});
