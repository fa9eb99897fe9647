//! Any text as package URL, CPE name or CVSS vector: no panic, and what is printed reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_soup::model::cpe::{self, Cpe, Relation};
use mainstay_soup::model::cvss::Cvss;
use mainstay_soup::model::purl::Purl;

fuzz_target!(|text: &str| {
    if let Ok(purl) = Purl::parse(text) {
        let _ = (purl.breach(), purl.key(), purl.bare());
        assert!(purl.level(&purl).is_some());
        let again = Purl::parse(&purl.to_string());
        assert_eq!(again.map(|purl| purl.to_string()), Ok(purl.to_string()));
    }
    let _ = cpe::head(text);
    if let Ok(name) = Cpe::parse(text) {
        assert_eq!(name.compare(&name), Relation::Equal);
        let again = Cpe::parse(&name.to_string());
        assert_eq!(again.map(|name| name.attributes), Ok(name.attributes.clone()));
        let again = Cpe::parse(&name.to_uri());
        assert!(again.is_err() || again.is_ok_and(|again| again.attributes == name.attributes));
    }
    if let Ok(score) = Cvss::parse(text) {
        assert!(score.tenths <= 100);
        assert_eq!(Cvss::parse(&score.vector).as_ref(), Ok(&score));
    }
});
