//! Any bytes as each syntax of SPDX, and what was read written and read again: never a panic, never a component lost on the way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_soup::formats::sbom::understand;
use mainstay_soup::formats::sbom::write::{Made, cyclonedx_1_6_json, spdx_2_3_json};

const MADE: Made<'static> =
    Made { at: "2026-01-31T08:15:00Z", uuid: "3e671687-395b-41f5-a30f-a58921a69b79", version: "0" };

/// Beginnings by which each syntax is recognised, so that the rest need not find them first.
const BEGINNINGS: [&str; 6] = [
    "{\"spdxVersion\":\"SPDX-2.3\",",
    "SPDXVersion: SPDX-2.3\n",
    "spdxVersion: SPDX-2.3\n",
    "<Document><SPDXID>SPDXRef-DOCUMENT</SPDXID>",
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://spdx.org/rdf/terms#\">",
    "{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[",
];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, rest) = input;
    let beginning = BEGINNINGS.get(usize::from(choice)).copied().unwrap_or_default();
    let mut bytes = beginning.as_bytes().to_vec();
    bytes.extend_from_slice(rest);
    let Ok(bill) = understand(&bytes, "document") else { return };
    for written in [spdx_2_3_json(&bill, &MADE), cyclonedx_1_6_json(&bill, &MADE)] {
        if !bill.components.is_empty() {
            assert!(!understand(written.as_bytes(), "document").unwrap().components.is_empty());
        }
    }
});
