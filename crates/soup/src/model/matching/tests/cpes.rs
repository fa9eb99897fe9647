//! CPE names and applicability trees against components.

use super::*;

const OPENSSL: &str = "cpe:2.3:a:openssl:openssl:1.0.1g:*:*:*:*:*:*:*";

fn one(own: &str, criteria: &str, words: &str) -> String {
    said(&product(own), &nvd(vec![any_of(vec![criterion(criteria, words)])]))
}

#[test]
fn versions_in_bounds_are_affected_and_the_reason_says_all() {
    let any = "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*";
    assert_eq!(one(OPENSSL, any, ">= 1.0.1, < 1.0.1h"), "affected");
    assert_eq!(one(OPENSSL, any, ">= 1.0.1, < 1.0.1g"), "not_affected");
    assert_eq!(one(OPENSSL, any, "<= 1.0.1g"), "affected");
    assert_eq!(one(OPENSSL, any, "> 1.0.1g"), "not_affected");
    assert_eq!(one(OPENSSL, any, ""), "affected");
    let record = nvd(vec![any_of(vec![criterion(any, ">= 1.0.1, < 1.0.1h")])]);
    let why = judge(&product(OPENSSL), &record).why.unwrap();
    assert_eq!((why.identifier.as_str(), why.product.as_str()), (OPENSSL, "cpe:openssl:openssl"));
    assert_eq!((why.range.as_str(), why.scheme.as_str()), (">= 1.0.1, < 1.0.1h", "OpenSSL"));
    assert_eq!(
        (why.source, why.record_date.as_deref(), why.level),
        (Source::Nvd, Some("2026-01-02"), Level::Exact)
    );
    assert_eq!(why.words, format!("{OPENSSL} 1.0.1g against {any} >= 1.0.1, < 1.0.1h"));
}

#[test]
fn other_products_vendors_and_parts_are_nothing() {
    for criteria in [
        "cpe:2.3:a:openssl:openssl_fips:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:openssl_project:openssl:*:*:*:*:*:*:*:*",
        "cpe:2.3:h:openssl:openssl:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:*:*:*:*:*:*:*:*:*:*",
        "no name at all",
    ] {
        assert_eq!(one(OPENSSL, criteria, ""), "nothing", "{criteria}");
    }
}

#[test]
fn wildcards_and_old_names_in_criteria_match_what_they_cover() {
    assert_eq!(one(OPENSSL, "cpe:2.3:a:*:openssl:*:*:*:*:*:*:*:*", ""), "affected");
    assert_eq!(one(OPENSSL, "cpe:2.3:a:openssl*:open*:1.0.*:*:*:*:*:*:*:*", ""), "affected");
    assert_eq!(one(OPENSSL, "cpe:2.3:a:openssl:openssl:1.1*:*:*:*:*:*:*:*", ""), "not_affected");
    assert_eq!(one(OPENSSL, "cpe:/a:openssl:openssl:1.0.1g", ""), "affected");
}

#[test]
fn a_version_in_the_name_is_compared_as_a_version_but_zeros_are_a_doubt() {
    let own = "cpe:2.3:a:ncr:mp-ras:3.1:*:*:*:*:*:*:*";
    assert_eq!(one(own, "cpe:2.3:a:ncr:mp-ras:3.01:*:*:*:*:*:*:*", ""), "affected");
    assert_eq!(one(own, "cpe:2.3:a:ncr:mp-ras:3.2:*:*:*:*:*:*:*", ""), "not_affected");
    assert_eq!(
        one(own, "cpe:2.3:a:ncr:mp-ras:3.1.0:*:*:*:*:*:*:*", ""),
        "not_comparable: the record names version 3.1.0, which may or may not be 3.1"
    );
}

#[test]
fn the_update_belongs_to_the_version() {
    let rc = "cpe:2.3:a:v:p:1.0:rc1:*:*:*:*:*:*";
    let plain = "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*";
    let range = "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*";
    assert_eq!(one(rc, rc, ""), "affected");
    assert_eq!(one(rc, range, "< 1.0"), "affected");
    assert_eq!(one(plain, range, "< 1.0"), "not_affected");
    assert_eq!(one(rc, "cpe:2.3:a:v:p:1.0:rc2:*:*:*:*:*:*", ""), "not_affected");
    assert_eq!(one(plain, "cpe:2.3:a:v:p:1.0:-:*:*:*:*:*:*", ""), "affected");
    assert_eq!(one(plain, rc, ""), "conditional: the update is rc1");
    assert_eq!(one("cpe:2.3:a:v:p:1.0-rc1:*:*:*:*:*:*:*", rc, ""), "affected");
}

#[test]
fn restrictions_that_the_component_does_not_tell_are_conditions() {
    let own = "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*";
    assert_eq!(
        one(own, "cpe:2.3:a:v:p:*:*:*:*:*:windows:*:*", ""),
        "conditional: the target software is windows"
    );
    assert_eq!(
        one(own, "cpe:2.3:a:v:p:*:*:*:*:lts:node.js:x64:*", ""),
        "conditional: the software edition is lts and the target software is node.js and the target hardware is x64"
    );
    assert_eq!(one(own, "cpe:2.3:a:v:p:*:*:*:*:-:*:*:*", ""), "affected");
    let windows = "cpe:2.3:a:v:p:1.0:*:*:*:*:windows:*:*";
    assert_eq!(one(windows, "cpe:2.3:a:v:p:*:*:*:*:*:windows:*:*", ""), "affected");
    assert_eq!(one(windows, "cpe:2.3:a:v:p:*:*:*:*:*:linux:*:*", ""), "not_affected");
}

#[test]
fn without_a_version_only_records_about_every_version_can_be_judged() {
    let own = identity(&component("p", None, &[], &["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"]));
    let of = |words| nvd(vec![any_of(vec![criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", words)])]);
    assert_eq!(said(&own, &of("< 2.0")), "not_comparable: the component has no version");
    assert_eq!(said(&own, &of("")), "affected");
    let range = identity(&component("p", Some("^1.0"), &[], &["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"]));
    assert!(
        said(&range, &of("< 2.0"))
            .starts_with("not_comparable: the component's version is not one exact version")
    );
}

#[test]
fn a_record_that_names_no_version_is_a_doubt_unless_it_names_others() {
    let own = "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*";
    let dash = || criterion("cpe:2.3:a:v:p:-:*:*:*:*:*:*:*", "");
    let record = nvd(vec![any_of(vec![dash()])]);
    assert_eq!(
        said(&product(own), &record),
        "not_comparable: the record names the product but none of its versions"
    );
    let with_others = nvd(vec![any_of(vec![dash(), criterion("cpe:2.3:a:v:p:0.9:*:*:*:*:*:*:*", "")])]);
    assert_eq!(said(&product(own), &with_others), "not_affected");
    assert_eq!(
        said(
            &product("cpe:2.3:h:v:p:-:*:*:*:*:*:*:*"),
            &nvd(vec![any_of(vec![criterion("cpe:2.3:h:v:p:-:*:*:*:*:*:*:*", "")])])
        ),
        "affected"
    );
}

#[test]
fn the_other_side_of_an_and_is_a_condition() {
    let own = product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*");
    let ours = |words| any_of(vec![criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", words)]);
    let windows = || {
        any_of(vec![
            environment("cpe:2.3:o:microsoft:windows_10:-:*:*:*:*:*:*:*"),
            environment("cpe:2.3:o:microsoft:windows_7:-:sp1:*:*:*:*:*:*"),
        ])
    };
    let both = |ours, other| nvd(vec![node(Operator::And, Vec::new(), vec![ours, other])]);
    assert_eq!(
        said(&own, &both(ours("< 2.0"), windows())),
        "conditional: together with microsoft windows 10 or microsoft windows 7 sp1"
    );
    assert_eq!(said(&own, &both(windows(), ours("< 2.0"))), said(&own, &both(ours("< 2.0"), windows())));
    assert_eq!(said(&own, &both(ours("< 1.0"), windows())), "not_affected");
    assert_eq!(said(&own, &both(ours("< 2.0"), ours(""))), "affected");
    assert_eq!(
        said(&product("cpe:2.3:o:microsoft:windows_10:-:*:*:*:*:*:*:*"), &both(ours("< 2.0"), windows())),
        "nothing"
    );
    let either = any_of(vec![
        criterion("cpe:2.3:a:v:p:0.5:*:*:*:*:*:*:*", ""),
        criterion("cpe:2.3:a:v:other:*:*:*:*:*:*:*:*", ""),
    ]);
    assert_eq!(said(&own, &both(ours("< 2.0"), either.clone())), "conditional: together with v other");
    assert_eq!(said(&own, &nvd(vec![either])), "not_affected");
    let alone = nvd(vec![node(Operator::And, Vec::new(), vec![ours("< 2.0"), windows()]), ours("= 1.0")]);
    assert_eq!(said(&own, &alone), "affected");
}

#[test]
fn what_is_negated_is_never_a_finding() {
    let own = product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*");
    let ours = |words| any_of(vec![criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", words)]);
    let not = |mut node: ApplicabilityNode| {
        node.negate = true;
        node
    };
    assert_eq!(said(&own, &nvd(vec![not(ours("< 2.0"))])), "nothing");
    assert_eq!(said(&own, &nvd(vec![not(ours("< 1.0"))])), "nothing");
    let except = any_of(vec![environment("cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*")]);
    let both = nvd(vec![node(Operator::And, Vec::new(), vec![ours(""), not(except)])]);
    assert_eq!(said(&own, &both), "conditional: together with anything but linux linux kernel");
}

#[test]
fn a_tree_that_is_too_deep_is_judged_as_far_as_allowed() {
    let mut tree = any_of(vec![criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "")]);
    for _ in 0..1000 {
        tree = node(Operator::And, Vec::new(), vec![tree]);
    }
    assert_eq!(said(&product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"), &nvd(vec![tree])), "nothing");
}

#[test]
fn a_name_alone_makes_a_candidate_and_only_where_there_is_no_cpe() {
    let of = |criteria: &str, words: &str| nvd(vec![any_of(vec![criterion(criteria, words)])]);
    let zlib = identity(&component("zlib", Some("1.2.11"), &[], &[]));
    assert_eq!(said(&zlib, &of("cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*", "< 1.2.12")), "candidate");
    assert_eq!(said(&zlib, &of("cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*", "< 1.2.11")), "not_affected");
    let why = judge(&zlib, &of("cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*", "")).why.unwrap();
    assert_eq!((why.level, why.identifier.as_str()), (Level::ByName, "zlib"));
    let common = identity(&component("core", Some("1.0"), &[], &[]));
    assert_eq!(said(&common, &of("cpe:2.3:a:v:core:*:*:*:*:*:*:*:*", "")), "nothing");
    let django = package("pkg:pypi/django@1.0");
    assert_eq!(said(&django, &of("cpe:2.3:a:djangoproject:django:*:*:*:*:*:*:*:*", "")), "candidate");
    assert_eq!(said(&django, &of("cpe:2.3:a:x:django:*:*:*:*:*:wordpress:*:*", "")), "nothing");
    let plus = identity(&component("notepad++", Some("1.0"), &[], &[]));
    assert_eq!(said(&plus, &of(r"cpe:2.3:a:don_ho:notepad\+\+:*:*:*:*:*:*:*:*", "")), "candidate");
}

#[test]
fn what_a_distribution_built_is_not_its_upstream() {
    let record = nvd(vec![any_of(vec![criterion("cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*", "< 3.0.13")])]);
    let deb = "pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12";
    let cpe = "cpe:2.3:a:openssl:openssl:3.0.11-1\\~deb12u2:*:*:*:*:*:*:*";
    for cpes in [&[cpe][..], &[]] {
        let own = identity(&component("openssl", Some("3.0.11-1~deb12u2"), &[deb], cpes));
        let judgement = judge(&own, &record);
        assert_eq!(judgement.verdict, Verdict::Candidate);
        assert!(judgement.why.unwrap().words.contains("distribution backport"));
    }
    let newer = identity(&component("openssl", Some("3.0.14-1"), &["pkg:deb/debian/openssl@3.0.14-1"], &[]));
    assert_eq!(said(&newer, &record), "not_affected");
}

#[test]
fn what_is_negated_names_no_version_with_a_fix() {
    let range = || criterion("cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*", "< 1.0.1h");
    let fixed = |root| fixed_versions(&product(OPENSSL), &nvd(vec![root]));
    assert_eq!(fixed(any_of(vec![range()])), ["1.0.1h"]);
    let negated = ApplicabilityNode { negate: true, ..any_of(vec![range()]) };
    assert!(fixed(negated.clone()).is_empty());
    assert!(fixed(node(Operator::And, Vec::new(), vec![negated])).is_empty());
}
