//! Information about components that a bill lacks, though IEC 62304 8.1.2 or the NTIA's minimum elements of an SBOM require it.
//!
//! The lint only lists the gaps; the person who keeps the register decides whether they are acceptable.

use std::collections::BTreeSet;

use super::bill::Bill;
use super::component::{Component, ComponentKind};
use super::version::{Exactness, exactness};
use mainstay_base::note::{Gravity, Note};

/// The gaps of a bill: first those of the document, then those of each component in the bill's order.
///
/// A gap of IEC 62304 8.1.2 (title, manufacturer, unique designator) is a warning. A gap of the NTIA's minimum elements alone (July 2021:
/// further identifiers, dependency relationship, author, timestamp) is an information.
pub fn lint(bill: &Bill) -> Vec<Note> {
    let mut gaps = Vec::new();
    of_document(bill, &mut gaps);
    let related: BTreeSet<&str> = bill
        .dependencies
        .iter()
        .flat_map(|line| line.on.iter().chain([&line.from]))
        .map(String::as_str)
        .collect();
    for component in &bill.components {
        of_component(component, &related, &mut gaps);
    }
    gaps
}

fn of_document(bill: &Bill, gaps: &mut Vec<Note>) {
    let mut gap = |text: &str| {
        gaps.push(Note { gravity: Gravity::Info, place: "document".to_owned(), text: text.to_owned() });
    };
    if bill.authors.is_empty() && bill.tools.is_empty() {
        gap("the bill of materials does not name its author (NTIA: author of SBOM data)");
    }
    if bill.created.is_none() {
        gap("the bill of materials has no date of creation (NTIA: timestamp)");
    }
    if bill.subject.is_none() {
        gap("the bill of materials does not name its product (NTIA: dependency relationship)");
    }
    if let Some(subject) = bill.subject.as_ref().filter(|_| bill.components.is_empty()) {
        let text = format!(
            "the bill lists only the product {} and no component, so it gives no SOUP item (8.1.2)",
            subject.label()
        );
        gaps.push(Note { gravity: Gravity::Warning, place: subject.place.clone(), text });
    }
}

fn of_component(component: &Component, related: &BTreeSet<&str>, gaps: &mut Vec<Note>) {
    let mut gap = |gravity, text: &str| {
        let text = format!("{}: {text}", component.label());
        gaps.push(Note { gravity, place: component.place.clone(), text });
    };
    if component.name.trim().is_empty() {
        gap(Gravity::Warning, "no title (8.1.2 a; NTIA: component name)");
    }
    if component.supplier.as_ref().is_none_or(|supplier| supplier.trim().is_empty()) {
        gap(Gravity::Warning, "no manufacturer (8.1.2 b; NTIA: supplier name)");
    }
    match exactness(component.version.as_deref()) {
        Exactness::Missing if component.kind != ComponentKind::Service => {
            gap(Gravity::Warning, "no version, so no unique designator (8.1.2 c; NTIA: version)");
        }
        Exactness::Range(why) | Exactness::Floating(why) => {
            gap(
                Gravity::Warning,
                &format!("no unique designator, because its version is not exact: {why} (8.1.2 c)"),
            );
        }
        Exactness::Exact | Exactness::Missing => {}
    }
    if component.purls.is_empty() && component.cpes.is_empty() && component.swid.is_none() {
        gap(
            Gravity::Info,
            "no package URL, CPE name or SWID tag: advisories can only be matched by its name (NTIA: other unique identifiers)",
        );
    }
    if !related.contains(component.reference.as_str()) && component.inside.is_empty() {
        gap(
            Gravity::Info,
            "the bill does not say what it depends on or what depends on it (NTIA: dependency relationship)",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::bill::Dependency;

    fn component(name: &str) -> Component {
        Component { reference: name.to_owned(), name: name.to_owned(), ..Component::default() }
    }

    #[test]
    fn a_complete_bill_has_no_gaps() {
        let zlib = Component {
            version: Some("1.3.1".to_owned()),
            supplier: Some("zlib".to_owned()),
            cpes: vec!["cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*".to_owned()],
            ..component("zlib")
        };
        let bill = Bill {
            authors: vec!["Acme".to_owned()],
            created: Some("2026-01-01T00:00:00Z".to_owned()),
            subject: Some(component("pump")),
            components: vec![zlib],
            dependencies: vec![Dependency { from: "pump".to_owned(), on: vec!["zlib".to_owned()] }],
            ..Bill::default()
        };
        assert_eq!(lint(&bill), []);
    }

    #[test]
    fn a_bill_that_lists_only_its_product_is_reported() {
        let bill = Bill { subject: Some(component("pump")), ..Bill::default() };
        let gaps = lint(&bill);
        let gap = gaps.iter().find(|gap| gap.gravity == Gravity::Warning).unwrap();
        assert!(gap.text.contains("only the product pump"), "{gap:?}");
        let whole = Bill { components: vec![component("zlib")], ..bill };
        assert!(lint(&whole).iter().all(|gap| !gap.text.contains("only the product")));
    }

    #[test]
    fn each_missing_element_is_named_with_the_clause_that_requires_it() {
        let bill = Bill { components: vec![component("zlib")], ..Bill::default() };
        let gaps = lint(&bill);
        let asked: Vec<&str> =
            ["author", "timestamp", "relationship", "8.1.2 b", "8.1.2 c", "identifiers", "relationship"]
                .into();
        assert_eq!(gaps.len(), asked.len());
        for (gap, asked) in gaps.iter().zip(asked) {
            assert!(gap.text.contains(asked), "{gap:?}");
        }
    }
}
