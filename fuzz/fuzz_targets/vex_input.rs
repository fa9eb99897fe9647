//! Any text as a file of statements or as a scan: never a panic, and a scan never says that something is not affected.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_base::time::Moment;
use mainstay_soup::formats::vex_out::{csaf_2_0_vex, cyclonedx_vex_1_6, openvex_0_2};
use mainstay_soup::model::vex::Status;
use mainstay_soup::{VexInput, VexOfScan, vex_input};

const BEGINNINGS: [&str; 4] = [
    "",
    "{\"format\":1,\"id\":\"urn:x:y\",\"author\":{\"name\":\"a\"},\"revisions\":[{\"at\":\"2026-11-20T08:00:00Z\",\"summary\":\"a\"}],",
    "(format:1,id:\"urn:x:y\",author:(name:\"a\"),revisions:[(at:\"2026-11-20T08:00:00Z\",summary:\"a\")],",
    "{\"format\":1,\"sbom\":{\"subject\":null},\"on\":\"2026-11-20\",\"components\":[{\"ref\":\"a\",\"name\":\"a\",\"verdicts\":[",
];

fuzz_target!(|input: (u8, &str)| {
    let beginning = BEGINNINGS.get(usize::from(input.0) % BEGINNINGS.len()).copied().unwrap_or_default();
    let document = match vex_input(&format!("{beginning}{}", input.1)) {
        Ok(VexInput::Statements(document)) => *document,
        Ok(VexInput::Scan(scan)) => {
            let Ok(now) = Moment::parse("2026-11-22T14:05:00Z") else { return };
            let (document, _) = scan.document(&VexOfScan::default(), now);
            assert!(document.statements.iter().all(|statement| statement.status != Some(Status::NotAffected)));
            document
        }
        Err(_) => return,
    };
    let _ = (openvex_0_2(&document), cyclonedx_vex_1_6(&document), csaf_2_0_vex(&document));
});
