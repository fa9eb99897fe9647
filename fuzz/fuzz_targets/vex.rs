//! Any bytes as OpenVEX and CycloneDX statements, alone and after a beginning that is recognised: never a panic, and every record has its text and place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::exchange::advisories::read;

const BEGINNINGS: &[&str] = &["{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"vulnerabilities\":["];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let beginning = BEGINNINGS.get(usize::from(choice)).copied().unwrap_or_default();
    let document = [beginning.as_bytes(), bytes].concat();
    let mut records = 0;
    let outcome = read(&mut document.as_slice(), "fuzz", &mut |record| {
        assert!(!record.place.is_empty());
        records += 1;
        Ok(())
    });
    if let Ok(report) = outcome {
        assert_eq!(report.records, records);
    }
});
