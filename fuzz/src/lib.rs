//! The layers that read foreign data, `domain` and `exchange`, built without the rest of the program.

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/exchange/mod.rs"]
pub mod exchange;

/// Reads bytes as advisory data after one of the beginnings by which a format is recognised, or after none: every record has its place, and the
/// report counts what was handed out.
pub fn advisories(beginnings: &[&str], choice: u8, bytes: &[u8]) {
    let beginning = beginnings.get(usize::from(choice)).copied().unwrap_or_default();
    let document = [beginning.as_bytes(), bytes].concat();
    let mut records = 0;
    let outcome = exchange::advisories::read(&mut document.as_slice(), "fuzz", &mut |record| {
        assert!(!record.place.is_empty());
        records += 1;
        Ok(())
    });
    if let Ok(report) = outcome {
        assert_eq!(report.records, records);
    }
}
