//! Any bytes as a bill of materials: never a panic, and what is read keeps the promises of a finished bill.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use mainstay_soup::model::{diff, lint};
use mainstay_soup::formats::sbom;

fuzz_target!(|bytes: &[u8]| {
    let Ok(bill) = sbom::understand(bytes, "document") else { return };
    let references: Vec<&str> =
        bill.components.iter().chain(&bill.subject).map(|component| component.reference.as_str()).collect();
    let known: BTreeSet<&str> = references.iter().copied().collect();
    assert_eq!(known.len(), references.len());
    assert!(bill.components.iter().all(|component| !component.name.is_empty()));
    for line in &bill.dependencies {
        assert!(known.contains(line.from.as_str()));
        assert!(line.on.iter().all(|on| known.contains(on.as_str()) && *on != line.from));
        assert!(line.on.windows(2).all(|pair| pair[0] < pair[1]));
    }
    let same = diff::diff(&bill, &bill);
    assert_eq!(same.unchanged, bill.components.len());
    let _ = lint::lint(&bill);
});
