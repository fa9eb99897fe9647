//! What each writer refuses, with its message.

use super::*;

/// The refusal of every writer for one statement that `change` spoils.
fn refused_by_all(change: impl Fn(&mut Statement)) -> Vec<String> {
    let mut spoiled = statement(Status::NotAffected);
    change(&mut spoiled);
    let document = document(vec![spoiled]);
    WRITERS.iter().map(|(_, write)| write(&document).unwrap_err().to_string()).collect()
}

fn refused(write: Write, change: impl Fn(&mut VexDocument)) -> String {
    let mut document = document(vec![statement(Status::NotAffected)]);
    change(&mut document);
    write(&document).unwrap_err().to_string()
}

#[test]
fn a_statement_whose_status_is_not_known_is_refused_and_never_not_affected() {
    let reasons = refused_by_all(|statement| {
        statement.status = None;
        statement.own_words = Some("probably_fine".to_owned());
        statement.place = "$.statements[4]".to_owned();
    });
    for reason in reasons {
        let place = "statement 1 (CVE-2021-25900, read at $.statements[4]): the status is not known";
        assert!(reason.starts_with(place) && reason.contains("`probably_fine`"), "{reason}");
    }
}

#[test]
fn not_affected_needs_a_reason_that_is_more_than_white_space() {
    let reasons = refused_by_all(|statement| {
        statement.justification = None;
        statement.impact = Some(" \n".to_owned());
    });
    assert!(reasons.iter().all(|reason| reason.contains("neither a justification nor an impact statement")));
}

#[test]
fn affected_needs_an_action_and_takes_no_justification() {
    let reasons = refused_by_all(|statement| {
        statement.status = Some(Status::Affected);
        statement.justification = None;
    });
    assert!(reasons.iter().all(|reason| reason.contains("no action statement")), "{reasons:?}");
    let reasons = refused_by_all(|statement| statement.status = Some(Status::Fixed));
    assert!(reasons.iter().all(|reason| reason.contains("goes only with not affected")), "{reasons:?}");
}

#[test]
fn a_statement_about_nothing_or_without_vulnerability_or_with_an_odd_date_is_refused() {
    let reasons = refused_by_all(|statement| {
        statement.subjects.clear();
        statement.vulnerability.clear();
        statement.at = Some("yesterday".to_owned());
    });
    for reason in reasons {
        for part in [
            "statement 1 (no identifier)",
            "no product is named",
            "identifier of the vulnerability",
            "`yesterday`",
        ] {
            assert!(reason.contains(part), "{part}: {reason}");
        }
    }
}

#[test]
fn two_statements_about_the_same_are_refused_even_under_an_alias() {
    for (_, write) in WRITERS {
        let reason = refused(write, |document| {
            let mut second = statement(Status::Affected);
            second.vulnerability = "RUSTSEC-2021-0003".to_owned();
            second.aliases = vec![CVE.to_owned()];
            document.statements.push(second);
        });
        assert!(reason.starts_with("statement 2 (RUSTSEC-2021-0003): statement 1 is about"), "{reason}");
    }
}

#[test]
fn a_document_without_statement_revision_author_or_order_is_refused_with_all_reasons_at_once() {
    for (_, write) in WRITERS {
        let reason = refused(write, |document| {
            document.statements.clear();
            document.revisions.clear();
            document.author.name.clear();
            document.about = Some("nobody".to_owned());
            document.products.push(product(PART, "smallvec"));
        });
        for part in
            ["no statement", "no revision", "author's name", "`nobody`", "two products have the reference"]
        {
            assert!(reason.contains(part), "{part}: {reason}");
        }
        let reason = refused(write, |document| document.revisions.reverse());
        assert_eq!(reason, "document: revision 2 is older than the one before it");
    }
}

#[test]
fn openvex_refuses_names_that_are_no_iri_and_versions() {
    let reason = refused(openvex_0_2, |document| {
        document.id = "VEX 1".to_owned();
        document.statements[0].subjects = vec![subject("log4j 1"), subject(PRODUCT)];
        document.statements[0].subjects[1].versions = vec!["1.0".to_owned()];
    });
    for part in ["identifier `VEX 1` is not an IRI", "`log4j 1` is not an IRI", "limited to some versions"] {
        assert!(reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn openvex_names_a_cpe_that_no_iri_can_be_as_an_identifier() {
    let cpe = r"cpe:2.3:a:example:pump\+:1.0:*:*:*:*:*:*:*";
    let mut about = statement(Status::Fixed);
    about.subjects = vec![subject(cpe)];
    let written = json(openvex_0_2, &document(vec![about]));
    assert_eq!(written["statements"][0]["products"][0]["identifiers"]["cpe23"], cpe);
}

#[test]
fn cyclonedx_refuses_a_serial_that_is_none_a_nameless_component_and_parts_of_another_product() {
    let reason = refused(cyclonedx_vex_1_6, |document| {
        document.id = "urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79".to_owned();
        document.about = None;
        document.products.pop();
    });
    for part in
        ["is not `urn:uuid:`", "the name of `pkg:cargo/smallvec@1.6.0` is missing", "is about parts of"]
    {
        assert!(reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn cyclonedx_refuses_a_part_and_the_same_component_as_two_subjects_and_a_justification_without_word() {
    let reason = refused(cyclonedx_vex_1_6, |document| {
        let mut second = statement(Status::Affected);
        second.subjects = vec![subject(PART)];
        document.statements.push(second);
        document.statements[0].justification =
            Some(Justification::VulnerableCodeCannotBeControlledByAdversary);
    });
    for part in
        ["which CycloneDX does not distinguish from a part", "CycloneDX has no word for the justification"]
    {
        assert!(reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn cyclonedx_limits_only_what_is_affected_to_versions() {
    let mut limited = statement(Status::Affected);
    limited.subjects =
        vec![Subject { versions: vec!["1.0".to_owned(), "vers:semver/<2.0.0".to_owned()], ..subject(PART) }];
    let written = json(cyclonedx_vex_1_6, &document(vec![limited]));
    let versions = &written["vulnerabilities"][0]["affects"][0]["versions"];
    assert_eq!(versions[0]["version"], "1.0");
    assert_eq!(versions[1]["range"], "vers:semver/<2.0.0");
    let reason = refused(cyclonedx_vex_1_6, |document| {
        document.statements[0].subjects = vec![subject(PART)];
        document.statements[0].subjects[0].versions = vec!["1.0".to_owned()];
    });
    assert!(reason.contains("can express only for affected ones"), "{reason}");
}

#[test]
fn csaf_refuses_what_its_mandatory_tests_would() {
    let reason = refused(csaf_2_0_vex, |document| {
        document.title.clear();
        document.id = " 1".to_owned();
        document.author.namespace = Some("example".to_owned());
        document.revisions[0].summary.clear();
        document.descriptions.clear();
        document.products[0].purls = vec!["pkg:generic".to_owned()];
        document.products[1].cpes = vec!["cpe:2.3:x".to_owned()];
        document.statements[0].subjects.push(subject("nameless"));
        document.statements[0].subjects[0].versions = vec!["1".to_owned()];
    });
    for part in [
        "its title is missing",
        "begins or ends with white space",
        "with --namespace on the command line",
        "summary of revision 1",
        "its description is missing",
        "`pkg:generic` is not a package URL",
        "`cpe:2.3:x` is not a CPE",
        "full name of `nameless` is missing",
        "limited to some versions",
    ] {
        assert!(reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn one_product_described_in_two_ways_is_refused() {
    for write in [cyclonedx_vex_1_6, csaf_2_0_vex] {
        let reason = refused(write, |document| {
            let mut second = statement(Status::Fixed);
            second.vulnerability = "CVE-2024-1111".to_owned();
            second.subjects = vec![subject(PART)];
            second.aliases.clear();
            second.subjects[0].name = Some("other".to_owned());
            document.descriptions.insert("CVE-2024-1111".to_owned(), "Another one.".to_owned());
            document.statements.push(second);
        });
        assert!(reason.contains("described differently here than before"), "{reason}");
    }
}
