use proptest::prelude::*;

use super::*;
use crate::domain::soup::advisory::Published;
use crate::exchange::advisories::read;

fn meta() -> DocumentMeta {
    DocumentMeta {
        id: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".to_owned(),
        title: "Statements about the gateway".to_owned(),
        author: "Example Medical".to_owned(),
        namespace: "https://example.org".to_owned(),
        time: "2026-01-01T00:00:00Z".to_owned(),
        tool: ("mainstay".to_owned(), "0.1.0".to_owned()),
        product: subject("gateway-4.2"),
    }
}

fn subject(name: &str) -> Subject {
    let purl = format!("pkg:generic/{name}@1.0");
    Subject {
        id: purl.clone(),
        name: Some(name.to_owned()),
        purl: Some(purl),
        cpe: Some(format!("cpe:2.3:a:example:{name}:1.0:*:*:*:*:*:*:*")),
        ..Subject::default()
    }
}

fn statement(number: u32, status: Status) -> Statement {
    Statement {
        vulnerability: format!("CVE-2024-{number:04}"),
        aliases: vec![format!("GHSA-{number:04}")],
        subjects: vec![subject("gateway")],
        status: Some(status),
        justification: None,
        impact: Some("not reached".to_owned()).filter(|_| status == Status::NotAffected),
        action: Some("Update to 4.3".to_owned()).filter(|_| status == Status::Affected),
        told: None,
        at: Some(meta().time),
        place: String::new(),
    }
}

/// What is read of a document, without what only a reader knows: the place and the document's own words.
fn read_back(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let report = read(&mut text.as_bytes(), "x", &mut |record| {
        if let Published::Statement(mut statement) = record.published {
            statement.place = String::new();
            statement.told = None;
            found.push(*statement);
        }
        Ok(())
    });
    assert_eq!(report.unwrap().refused, 0);
    found
}

fn statuses() -> impl Strategy<Value = (Status, Option<Justification>)> {
    let reasons = prop::option::of(prop_oneof![
        Just(Justification::ComponentNotPresent),
        Just(Justification::VulnerableCodeNotPresent),
        Just(Justification::VulnerableCodeNotInExecutePath),
        Just(Justification::VulnerableCodeCannotBeControlledByAdversary),
        Just(Justification::InlineMitigationsAlreadyExist),
    ]);
    prop_oneof![
        reasons.prop_map(|reason| (Status::NotAffected, reason)),
        Just((Status::Affected, None)),
        Just((Status::Fixed, None)),
        Just((Status::UnderInvestigation, None)),
    ]
}

/// Statements about different vulnerabilities, with texts of any characters.
fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let text = "[A-Za-zäöüß→\"\\\\<>&]( ?[a-zA-Z0-9.,:;é\\n]){0,20}[a-z]";
    let one = (statuses(), text, text, prop::collection::btree_set("[a-z][a-z0-9]{0,8}", 1..4));
    prop::collection::vec(one, 1..6).prop_map(|told| {
        let numbered = told.into_iter().zip(1000_u32..);
        numbered
            .map(|(((status, justification), impact, action, names), number)| Statement {
                justification,
                impact: Some(impact).filter(|_| status == Status::NotAffected),
                action: Some(action).filter(|_| status == Status::Affected),
                subjects: names.iter().map(|name| subject(name)).collect(),
                ..statement(number, status)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_unchanged_and_the_same_bytes_come_twice(statements in statements()) {
        for format in [VexFormat::OpenVex, VexFormat::CycloneDx, VexFormat::Csaf] {
            let written = write(format, &meta(), &statements).unwrap();
            prop_assert_eq!(&written.notes, &Notes::default());
            let mut expected = statements.clone();
            if format == VexFormat::OpenVex {
                // OpenVEX has no names of products beside their identifiers.
                expected.iter_mut().flat_map(|told| &mut told.subjects).for_each(|subject| subject.name = None);
            }
            prop_assert_eq!(read_back(&written.text), expected, "{:?}", format);
            prop_assert_eq!(write(format, &meta(), &statements).unwrap(), written);
        }
    }
}

#[test]
fn parts_of_a_product_come_back_from_openvex_and_are_said_to_be_missing_elsewhere() {
    let mut told = statement(1000, Status::Fixed);
    told.subjects[0].subcomponents = vec!["pkg:npm/a@1".to_owned(), "pkg:npm/b@1".to_owned()];
    let statements = [told];
    let openvex = write(VexFormat::OpenVex, &meta(), &statements).unwrap();
    let found = read_back(&openvex.text);
    assert_eq!(found[0].subjects[0].subcomponents, statements[0].subjects[0].subcomponents);
    assert_eq!(openvex.notes, Notes::default());
    for format in [VexFormat::CycloneDx, VexFormat::Csaf] {
        assert_eq!(write(format, &meta(), &statements).unwrap().notes.notes.len(), 1);
    }
}

#[test]
fn a_statement_without_subject_is_about_the_product() {
    let told = Statement { subjects: Vec::new(), ..statement(1000, Status::Fixed) };
    for format in [VexFormat::OpenVex, VexFormat::CycloneDx, VexFormat::Csaf] {
        let written = write(format, &meta(), std::slice::from_ref(&told)).unwrap();
        assert_eq!(read_back(&written.text)[0].subjects[0].id, meta().product.id, "{format:?}");
    }
}

#[test]
fn what_would_mislead_is_not_written() {
    let affected = Statement { action: None, ..statement(1000, Status::Affected) };
    let spared = Statement { impact: None, ..statement(1000, Status::NotAffected) };
    let unknown = Statement { status: None, ..statement(1000, Status::Fixed) };
    let nameless = Statement { vulnerability: String::new(), ..statement(1000, Status::Fixed) };
    let twice = [statement(1000, Status::Fixed), statement(1000, Status::UnderInvestigation)];
    for format in [VexFormat::OpenVex, VexFormat::CycloneDx, VexFormat::Csaf] {
        let refused = |statements: &[Statement]| write(format, &meta(), statements).unwrap_err();
        assert_eq!(refused(&[]), VexOutError::NoStatement);
        assert!(matches!(refused(std::slice::from_ref(&affected)), VexOutError::NoAction(_)));
        assert!(matches!(refused(std::slice::from_ref(&spared)), VexOutError::NoReason(_)));
        assert!(matches!(refused(std::slice::from_ref(&unknown)), VexOutError::NoStatus(_)));
        assert_eq!(refused(std::slice::from_ref(&nameless)), VexOutError::NoIdentifier);
        assert!(matches!(refused(&twice), VexOutError::Twice { .. }));
    }
}
