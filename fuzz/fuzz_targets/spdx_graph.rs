//! Any text behind the beginnings of SPDX 3 in the spellings of JSON-LD: never a panic, and what is read keeps the promises of a bill.
#![no_main]

use libfuzzer_sys::fuzz_target;

const BEGINNINGS: [&str; 3] = [
    "{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[{\"type\":\"SpdxDocument\",\"spdxId\":\"urn:d\",\"rootElement\":[\"urn:p\"]},{\"type\":\"software_Package\",\"spdxId\":\"urn:p\",\"name\":\"a\"},",
    "{\"@context\":[\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"],\"type\":\"software_Package\",\"name\":\"a\",",
    "{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[{\"type\":\"software_Package\",\"name\":\"a\",\"creationInfo\":{\"type\":\"CreationInfo\",\"createdBy\":[{\"type\":\"Person\",\"name\":\"b\"}]},\"verifiedUsing\":[\"_:h\"]},",
];

fuzz_target!(|input: (u8, &str)| mainstay_fuzz::bill(&BEGINNINGS, input.0, input.1));
