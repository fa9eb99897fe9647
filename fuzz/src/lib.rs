//! What the fuzz targets share. They stand on the crates that read foreign bytes, not on the window and the PDF compiler.

/// Readers of foreign rows, by path: the crate that holds them brings the PDF compiler along. The folder stands above, so that the parts of the
/// module are found beside it.
#[path = "../../crates/core/src/exchange"]
mod exchange {
    pub mod columns;
    pub mod commits;
    pub mod documents;
    pub mod feedback;
    pub mod items;
    pub mod recipients;
}

/// The address of a database and the file of passwords, by path: the crate that holds them speaks to PostgreSQL.
#[path = "../../crates/mirror/src"]
mod mirror {
    pub mod pass_file;
    pub mod target;
}

pub use mirror::{pass_file, target};

pub use exchange::{columns, commits, documents, feedback, items, recipients};

/// Reads bytes as advisory data after one of the beginnings by which a format is recognised, or after none: every record has its place, and the
/// report counts what was handed out.
pub fn advisories(beginnings: &[&str], choice: u8, bytes: &[u8]) {
    let beginning = beginnings.get(usize::from(choice)).copied().unwrap_or_default();
    let document = [beginning.as_bytes(), bytes].concat();
    let mut records = 0;
    let outcome = mainstay_soup::formats::advisories::read(&mut document.as_slice(), "fuzz", &mut |record| {
        assert!(!record.place.is_empty());
        records += 1;
        Ok(())
    });
    if let Ok(report) = outcome {
        assert_eq!(report.records, records);
    }
}

/// Reads any text behind one of the beginnings of lock files and lists of packages: reading twice gives the same, and what is read keeps the
/// promises of a finished bill.
pub fn bill(beginnings: &[&str], choice: u8, rest: &str) {
    let beginning = beginnings.get(usize::from(choice) % beginnings.len().max(1)).copied().unwrap_or_default();
    let text = format!("{beginning}{rest}");
    let once = mainstay_soup::formats::sbom::understand(text.as_bytes(), "document");
    assert_eq!(once, mainstay_soup::formats::sbom::understand(text.as_bytes(), "document"));
    let Ok(bill) = once else { return };
    let known: std::collections::BTreeSet<&str> =
        bill.components.iter().chain(&bill.subject).map(|component| component.reference.as_str()).collect();
    assert_eq!(known.len(), bill.components.len() + usize::from(bill.subject.is_some()));
    for line in &bill.dependencies {
        assert!(known.contains(line.from.as_str()));
        assert!(line.on.iter().all(|on| known.contains(on.as_str()) && *on != line.from));
    }
}
