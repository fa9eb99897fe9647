//! What must never be read as "not affected": texts that are no version, names that cannot be read, identifiers that nearly agree, and sources
//! that do not cover a component.

use super::*;

const LIB: &str = "cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*";
const ANY_LIB: &str = "cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*";

/// A claim of a CVE or CSAF record that lists one text as the affected version.
fn listed(text: &str) -> String {
    let claim =
        PackageClaim { cpes: vec![ANY_LIB.to_owned()], ..claim("", "lib", vec![affected("", &[], &[text])]) };
    let judged = said(&product(LIB), &Advisory { source: Source::Cve, ..record(vec![claim]) });
    judged.split(':').next().unwrap().to_owned()
}

#[test]
fn a_text_that_is_no_version_is_a_requirement_every_version_or_a_doubt() {
    for text in ["< 1.2.3", ">= 1.0, < 1.2.3", "<=1.0", "*", "all versions", "All", "1.0", "1.x"] {
        assert_eq!(listed(text), "affected", "{text}");
    }
    for text in [
        "n/a",
        "unspecified",
        "1.x and earlier",
        "1.0 through 1.5",
        "prior to 2.0",
        "0.9, 1.0",
        "0.1 - 2.0",
        "2.0 and earlier",
    ] {
        assert_eq!(listed(text), "not_comparable", "{text}");
    }
    for text in ["2.0", "< 1.0", "> 1.0", "2.0 SP1", "2.x"] {
        assert_eq!(listed(text), "not_affected", "{text}");
    }
}

#[test]
fn a_criterion_of_the_product_that_cannot_be_read_is_a_doubt() {
    for criteria in [
        "cpe:2.3:a:acme:lib:1.*.0:*:*:*:*:*:*:*",
        "cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:acme:lib::*:*:*:*:*:*:*",
    ] {
        let verdict = said(&product(LIB), &nvd(vec![any_of(vec![criterion(criteria, "")])]));
        assert!(verdict.starts_with("not_comparable: the criterion"), "{criteria}: {verdict}");
    }
}

#[test]
fn every_name_of_a_component_is_judged() {
    let own = identity(&component("lib", Some("1.0"), &[], &["cpe:2.3:a:acme:lib:3.0:*:*:*:*:*:*:*", LIB]));
    assert_eq!(said(&own, &nvd(vec![any_of(vec![criterion(ANY_LIB, "< 2.0")])])), "affected");
}

#[test]
fn an_interval_without_a_version_names_the_versions() {
    let unversioned = criterion("cpe:2.3:a:acme:lib:-:*:*:*:*:*:*:*", "< 2.0");
    let other = criterion("cpe:2.3:a:acme:lib:0.5:*:*:*:*:*:*:*", "");
    assert_eq!(said(&product(LIB), &nvd(vec![any_of(vec![unversioned, other])])), "affected");
}

#[test]
fn a_doubt_that_is_reversed_stays_one() {
    let doubt = criterion("cpe:2.3:a:acme:lib:1.*.0:*:*:*:*:*:*:*", "");
    let not = ApplicabilityNode { negate: true, ..any_of(vec![doubt]) };
    let root = node(Operator::And, vec![criterion(ANY_LIB, "")], vec![not]);
    let verdict = said(&product(LIB), &nvd(vec![root]));
    assert!(verdict.starts_with("conditional: together with anything but"), "{verdict}");
}

#[test]
fn names_of_go_modules_agree_whatever_their_case_and_reach_the_paths_in_them() {
    let of = |module: &str| record(vec![claim("Go", module, vec![affected("SEMVER", &["< 1.1.1"], &[])])]);
    let goutils = of("github.com/Masterminds/goutils");
    assert_eq!(said(&package("pkg:golang/github.com/masterminds/goutils@1.1.0"), &goutils), "affected");
    assert_eq!(said(&package("pkg:golang/github.com/Masterminds/goutils@1.1.0"), &goutils), "affected");
    assert_eq!(
        said(&package("pkg:golang/golang.org/x/net/http2@0.1.0"), &of("golang.org/x/net")),
        "candidate"
    );
    assert_eq!(said(&package("pkg:golang/golang.org/x/netx@0.1.0"), &of("golang.org/x/net")), "nothing");
    assert_eq!(said(&package("pkg:golang/std@1.1.0"), &of("stdlib")), "affected");
    let gem = record(vec![claim("RubyGems", "RedCloth", vec![affected("ECOSYSTEM", &["< 5"], &[])])]);
    assert_eq!(said(&package("pkg:gem/redcloth@4.0"), &gem), "candidate");
}

/// What a source of packages that covers `covers` answers where it has no record of a component.
fn silent(own: &Identity, covers: &[&str]) -> Option<Obstacle> {
    let covers = covers.iter().map(|text| (Coverage::parse(text).unwrap(), Some(1))).collect();
    let facts = SourceFacts {
        source: Source::Osv,
        covers,
        allowed_days: Some(30),
        gaps: Vec::new(),
        partial: [].into(),
    };
    outcome(own, &facts, []).obstacle
}

#[test]
fn a_release_of_a_distribution_says_nothing_about_another() {
    let curl = |distribution: &str, release: &str| {
        package(&format!("pkg:deb/{distribution}/libcurl4@7?distro={distribution}-{release}&upstream=curl"))
    };
    let covers = ["pkg:deb/debian@12"];
    assert_eq!(silent(&curl("debian", "12"), &covers), None);
    for own in
        [curl("debian", "11"), curl("ubuntu", "12"), package("pkg:deb/debian/libcurl4@7?upstream=curl")]
    {
        assert_eq!(silent(&own, &covers), Some(Obstacle::Distribution));
    }
    let red_hat = package("pkg:rpm/rhel/curl@7-1?upstream=curl-7-1.src.rpm");
    assert_eq!(silent(&red_hat, &["pkg:rpm/redhat"]), None);
    assert_eq!(silent(&red_hat, &["pkg:rpm/fedora"]), Some(Obstacle::Distribution));
}

#[test]
fn a_package_of_a_distribution_needs_its_source_package_for_an_answer() {
    let mut own = package("pkg:deb/debian/libssl3@3?distro=debian-12");
    let covers = ["pkg:deb/debian@12"];
    assert_eq!(silent(&own, &covers), Some(Obstacle::Distribution));
    own.assume_named_like_source();
    assert_eq!(silent(&own, &covers), None);
    let mut component =
        component("libssl3", Some("3.0.1-1"), &["pkg:deb/debian/libssl3@3.0.1-1?distro=debian-12"], &[]);
    for (name, value) in [("SrcName", "openssl"), ("SrcVersion", "3.0.1"), ("SrcRelease", "1")] {
        component.more.insert(format!("{SOURCE_PROPERTIES}{name}"), value.to_owned());
    }
    let own = identity(&component);
    assert_eq!(silent(&own, &covers), None);
    let openssl =
        record(vec![claim("Debian:12", "openssl", vec![affected("ECOSYSTEM", &["< 3.0.2-1"], &[])])]);
    assert_eq!(said(&own, &openssl), "affected");
}

#[test]
fn a_package_url_that_lacks_its_namespace_gets_no_answer() {
    assert_eq!(silent(&package("pkg:maven/log4j-core@2.14.0"), &["pkg:maven"]), Some(Obstacle::NoIdentifier));
    assert_eq!(silent(&package("pkg:golang/rsc.io@1.0.0"), &["pkg:golang"]), None);
}

#[test]
fn a_source_that_names_products_in_words_answers_only_where_it_names_this_one() {
    let facts = SourceFacts {
        source: Source::Csaf,
        covers: [(Coverage::Products, Some(1))].into(),
        allowed_days: Some(30),
        gaps: Vec::new(),
        partial: [].into(),
    };
    let own = product(LIB);
    assert_eq!(outcome(&own, &facts, []).obstacle, Some(Obstacle::NoData));
    let claim = PackageClaim {
        cpes: vec![ANY_LIB.to_owned()],
        ..claim("", "lib", vec![affected("", &[], &["2.0"])])
    };
    let judged = judge(&own, &Advisory { source: Source::Csaf, ..record(vec![claim]) });
    assert_eq!(judged.verdict, Verdict::NotAffected);
    assert_eq!(outcome(&own, &facts, [JudgedRecord::from(&judged)]).outcome, Outcome::NothingFound);
}

#[test]
fn a_range_that_clears_a_version_takes_no_doubt_away_but_its_own_name_does() {
    let doubt = || affected("", &[], &["prior to 2.0"]);
    let with = |clears: Versions| {
        let claim =
            PackageClaim { cpes: vec![ANY_LIB.to_owned()], ..claim("", "lib", vec![doubt(), clears]) };
        said(&product(LIB), &Advisory { source: Source::Cve, ..record(vec![claim]) })
    };
    let range = Versions { status: ClaimStatus::NotAffected, ..affected("", &[">= 0.9", "< 1.1"], &[]) };
    assert!(with(range).starts_with("not_comparable: the record has"));
    let named = Versions { status: ClaimStatus::NotAffected, ..affected("", &[], &["1.0"]) };
    assert_eq!(with(named), "not_affected");
    assert_eq!(with(affected("", &["< 2.0"], &[])), "affected");
}

#[test]
fn a_cpe_name_of_a_claim_that_cannot_be_read_is_a_doubt_about_the_product_that_it_names() {
    let of = |name: &str, own: &Identity| {
        let claim = PackageClaim {
            cpes: vec![name.to_owned()],
            ..claim("", "another name", vec![affected("", &["< 2.0"], &[])])
        };
        said(own, &Advisory { source: Source::Cve, ..record(vec![claim]) })
    };
    let broken = "cpe:2.3:a:acme:lib:1.*.0:*:*:*:*:*:*:*";
    assert!(
        of(broken, &product(LIB)).starts_with("not_comparable: the CPE name"),
        "{}",
        of(broken, &product(LIB))
    );
    let broken_tool = "cpe:2.3:a:acme:rivet_tool:1.*.0:*:*:*:*:*:*:*";
    assert_eq!(of(broken_tool, &package("pkg:generic/rivet-tool@1.0")), "candidate");
    assert_eq!(of("cpe:2.3:a:acme:other:1.*.0:*:*:*:*:*:*:*", &product(LIB)), "nothing");
    assert_eq!(of(ANY_LIB, &product(LIB)), "affected");
}
