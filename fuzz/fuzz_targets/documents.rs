//! Any bytes as a document of a team: refused with a place, or read within the limits; twice the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::documents;

const NAMES: [&str; 4] = ["a.docx", "a.csv", "a.md", "a"];

/// A small PDF before any bytes, so that they are read as its objects and not refused at once.
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj \
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj \
    5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj trailer<</Root 1 0 R>>\n";

fuzz_target!(|input: (u8, &[u8])| {
    let with_pdf = [PDF, input.1].concat();
    let input = (input.0, if input.0 >= 128 { with_pdf.as_slice() } else { input.1 });
    let name = NAMES.get(usize::from(input.0) % NAMES.len()).copied().unwrap_or_default();
    let once = documents::read(input.1, name);
    assert_eq!(once, documents::read(input.1, name));
    match once {
        Ok(document) => assert!(document.has_text() && !document.format.is_empty()),
        Err(refused) => assert!(!refused.place.is_empty() && !refused.reason.is_empty()),
    }
});
