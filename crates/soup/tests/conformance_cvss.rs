//! Every CVSS vector of the shared data gives the base score that the reference implementation computed for it.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set.

use std::io::Write as _;
use std::path::PathBuf;

use mainstay_soup::model::cvss::{Cvss, CvssVersion};

#[test]
fn every_vector_has_the_base_score_of_the_reference() {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return;
    };
    let folder = PathBuf::from(folder).join("vectors/cvss-redhat");
    for (file, version, count) in [
        ("vectors_simple2", CvssVersion::V2, 729),
        ("vectors_simple3", CvssVersion::V30, 2592),
        ("vectors_simple31", CvssVersion::V31, 2592),
        ("vectors_simple4", CvssVersion::V40, 1058),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let mut wrong = Vec::new();
        for line in text.lines() {
            let (vector, scores) = line.split_once(" - (").unwrap();
            let base = scores.split([',', ')']).next().unwrap().trim_start_matches('-');
            let read = Cvss::parse(vector).map(|cvss| (cvss.version, cvss.to_string()));
            if read != Ok((version, base.to_owned())) {
                wrong.push(format!("{line}: {read:?}"));
            }
        }
        assert_eq!((text.lines().count(), wrong.len()), (count, 0), "{file}\n{}", wrong.join("\n"));
    }
}
