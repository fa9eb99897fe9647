//! Documents are written and read by the own readers: the statements are the same, as far as the format can express them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::formats::advisories;
use crate::model::advisory::Published;

/// A statement about one vulnerability in one product or part: everything that a reader must return.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    vulnerability: String,
    aliases: BTreeSet<String>,
    subject: Subject,
    status: Option<Status>,
    justification: Option<Justification>,
    impact: Option<String>,
    action: Option<String>,
    at: Option<String>,
}

/// One line for each subject, whatever the grouping.
fn lines(statements: &[Statement], of_subject: impl Fn(&Subject) -> Vec<Subject>) -> BTreeSet<Said> {
    let mut lines = BTreeSet::new();
    for statement in statements {
        for subject in statement.subjects.iter().flat_map(&of_subject) {
            lines.insert(Said {
                vulnerability: statement.vulnerability.clone(),
                aliases: statement.aliases.iter().cloned().collect(),
                subject,
                status: statement.status,
                justification: statement.justification,
                impact: statement.impact.clone(),
                action: statement.action.clone(),
                at: statement.at.clone(),
            });
        }
    }
    lines
}

fn as_read(subject: &Subject) -> Vec<Subject> {
    vec![subject.clone()]
}

/// Reads statements; no note may be grave, nothing refused.
fn read(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let report = advisories::read(&mut text.as_bytes(), "out.json", &mut |record| {
        if let Published::Statement(statement) = record.published {
            statements.push(*statement);
        }
        Ok(())
    });
    let report = report.unwrap();
    assert_eq!(report.refused, 0, "{:?}", report.notes);
    assert!(report.notes.notes.is_empty(), "{:?}", report.notes);
    statements
}

const PARTS: [&str; 4] =
    ["pkg:cargo/a@1", "pkg:npm/%40s/b@2.0", "pkg:maven/g/c@3?type=jar", "pkg:deb/debian/d@4-1"];

fn text() -> impl Strategy<Value = String> {
    "[!-~äß中€\"\\\\][ -~äß中€\"\\\\\n]{0,20}[!-~äß中€]"
}

fn action() -> impl Strategy<Value = String> {
    prop_oneof![
        text(),
        text().prop_map(|advice| format!("update; {advice}")),
        text().prop_map(|advice| format!("can not fix; workaround available; {advice}")),
        text().prop_map(|advice| format!("workaround: {advice}")),
        Just("will not fix".to_owned()),
    ]
}

fn justification() -> impl Strategy<Value = Justification> {
    prop_oneof![
        Just(Justification::ComponentNotPresent),
        Just(Justification::VulnerableCodeNotPresent),
        Just(Justification::VulnerableCodeNotInExecutePath),
        Just(Justification::VulnerableCodeCannotBeControlledByAdversary),
        Just(Justification::InlineMitigationsAlreadyExist),
    ]
}

fn reasons() -> impl Strategy<Value = (Status, Option<Justification>, Option<String>, Option<String>)> {
    let impact = || proptest::option::of(text());
    prop_oneof![
        (justification(), text()).prop_map(|(justification, impact)| (
            Status::NotAffected,
            Some(justification),
            Some(impact),
            None
        )),
        text().prop_map(|impact| (Status::NotAffected, None, Some(impact), None)),
        (action(), impact()).prop_map(|(action, impact)| (Status::Affected, None, impact, Some(action))),
        impact().prop_map(|impact| (Status::Fixed, None, impact, None)),
        impact().prop_map(|impact| (Status::UnderInvestigation, None, impact, None)),
    ]
}

/// One statement about the product or some of its parts, on its own vulnerability.
fn about() -> impl Strategy<Value = Statement> {
    let parts = proptest::sample::subsequence(PARTS.to_vec(), 0..=PARTS.len());
    let at = proptest::option::of(Just("2026-11-21T10:00:00+01:00".to_owned()));
    (reasons(), parts, at).prop_map(|((status, justification, impact, action), parts, at)| Statement {
        vulnerability: String::new(),
        aliases: Vec::new(),
        subjects: vec![Subject {
            subcomponents: parts.into_iter().map(str::to_owned).collect(),
            ..subject(PRODUCT)
        }],
        status: Some(status),
        justification,
        impact,
        action,
        own_words: None,
        at,
        place: String::new(),
    })
}

/// A document with a vulnerability for each statement: CVEs with an alias, and others without.
fn documents() -> impl Strategy<Value = VexDocument> {
    proptest::collection::vec(about(), 1..5).prop_map(|mut statements| {
        for (number, statement) in statements.iter_mut().enumerate() {
            if number % 2 == 0 {
                statement.vulnerability = format!("CVE-2024-{}", 1000 + number);
                statement.aliases = vec![format!("GHSA-aaaa-bbbb-{number}")];
            } else {
                statement.vulnerability = format!("RUSTSEC-2024-{number:04}");
            }
        }
        let described =
            statements.iter().map(|statement| (statement.vulnerability.clone(), "Described.".to_owned()));
        let descriptions = described.collect();
        let mut document = VexDocument { descriptions, ..document(statements) };
        document.products.extend(PARTS.map(|part| product(part, "part")));
        document
    })
}

/// An action as the reader of CSAF returns it: with its category in front if that means more than that there is something to do.
fn with_category(action: &str) -> String {
    match action.split("; ").next() {
        Some("can not fix") => format!("none available: {action}"),
        Some("will not fix") => format!("no fix planned: {action}"),
        Some(_) | None => action.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn openvex_reads_back_as_the_same_statements(document in documents()) {
        let mut expected = document.statements.clone();
        for statement in &mut expected {
            // The date of the document if a statement has no date of its own.
            statement.at.get_or_insert_with(|| "2026-11-22T14:05:00Z".to_owned());
        }
        let read = read(&openvex_0_2(&document).unwrap());
        prop_assert_eq!(lines(&read, as_read), lines(&expected, as_read));
    }

    #[test]
    fn cyclonedx_reads_back_as_the_same_statements_about_components(document in documents()) {
        let named = |id: &str| Subject {
            name: Some(if id == PRODUCT { "Example Pump" } else { "part" }.to_owned()),
            purl: Some(id.to_owned()),
            ..super::subject(id)
        };
        let component = |subject: &Subject| {
            if subject.subcomponents.is_empty() {
                return vec![named(&subject.id)];
            }
            subject.subcomponents.iter().map(|part| named(part)).collect()
        };
        let read = read(&cyclonedx_vex_1_6(&document).unwrap());
        prop_assert_eq!(lines(&read, as_read), lines(&document.statements, component));
    }

    #[test]
    fn csaf_reads_back_as_the_same_statements_about_products_of_its_tree(document in documents()) {
        let mut expected = document.statements.clone();
        for statement in &mut expected {
            statement.at = Some("2026-11-22T14:05:00Z".to_owned());
            statement.action = statement.action.take().map(|action| with_category(&action));
        }
        let name = |id: &str| {
            format!("{} {}", if id == PRODUCT { "Example Pump" } else { "part" }, version_of(id))
        };
        let in_tree = |subject: &Subject| {
            let whole = Subject { name: Some(name(PRODUCT)), purl: Some(PRODUCT.to_owned()), ..super::subject(PRODUCT) };
            if subject.subcomponents.is_empty() {
                return vec![whole];
            }
            let part = |part: &String| Subject {
                id: format!("{PRODUCT}::{part}"),
                name: Some(format!("{} in {}", name(part), name(PRODUCT))),
                subcomponents: vec![part.clone()],
                ..whole.clone()
            };
            subject.subcomponents.iter().map(part).collect()
        };
        let read = read(&csaf_2_0_vex(&document).unwrap());
        prop_assert_eq!(lines(&read, as_read), lines(&expected, in_tree));
    }

    #[test]
    fn what_was_read_can_be_written_again_and_says_the_same(document in documents()) {
        for (name, write) in WRITERS {
            let once = read(&write(&document).unwrap());
            // The parts are products of their own now, and known by the name that was read.
            let mut again = VexDocument { statements: once.clone(), ..document.clone() };
            if name == "CSAF" {
                again.products.clear();
                again.about = None;
                let parts = PARTS.map(|part| product(part, "part"));
                again.products.extend(parts);
                for subject in again.statements.iter_mut().flat_map(|statement| &mut statement.subjects) {
                    subject.subcomponents.clear();
                }
            }
            let twice = read(&write(&again).unwrap());
            prop_assert_eq!(lines(&twice, as_read), lines(&again.statements, as_read), "{}", name);
        }
    }
}
