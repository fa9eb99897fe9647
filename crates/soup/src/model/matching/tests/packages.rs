//! Claims about packages of ecosystems against components.

use super::*;

fn osv(ecosystem: &str, name: &str, versions: Vec<Versions>) -> Advisory {
    record(vec![claim(ecosystem, name, versions)])
}

#[test]
fn packages_agree_by_type_and_name_as_their_registry_compares_them() {
    for (purl, ecosystem, name) in [
        ("pkg:pypi/zope-interface@1.0", "PyPI", "Zope.Interface"),
        ("pkg:npm/%40angular/core@1.0", "npm", "@angular/core"),
        ("pkg:maven/org.apache.logging.log4j/log4j-core@1.0", "Maven", "org.apache.logging.log4j:log4j-core"),
        ("pkg:golang/github.com/gorilla/websocket@v1.0.0", "Go", "github.com/gorilla/websocket"),
        ("pkg:cargo/serde_json@1.0.0", "crates.io", "serde-json"),
        ("pkg:composer/laravel/framework@1.0", "Packagist", "Laravel/Framework"),
        ("pkg:nuget/Newtonsoft.Json@1.0", "NuGet", "newtonsoft.json"),
        ("pkg:gem/rails@1.0", "RubyGems", "rails"),
    ] {
        let within = osv(ecosystem, name, vec![affected("ECOSYSTEM", &[">= 0, < 2.0.0"], &[])]);
        let outside = osv(ecosystem, name, vec![affected("ECOSYSTEM", &[">= 0, < 0.5.0"], &[])]);
        assert_eq!(said(&package(purl), &within), "affected", "{purl}");
        assert_eq!(said(&package(purl), &outside), "not_affected", "{purl}");
    }
    for (purl, ecosystem, name) in [
        ("pkg:npm/requests@1.0.0", "PyPI", "requests"),
        ("pkg:npm/core@1.0.0", "npm", "@angular/core"),
        ("pkg:maven/org.other/log4j-core@1.0", "Maven", "org.apache:log4j-core"),
        ("pkg:deb/ubuntu/curl@1.0", "Debian", "curl"),
    ] {
        assert_eq!(
            said(&package(purl), &osv(ecosystem, name, vec![affected("", &[""], &[])])),
            "nothing",
            "{purl}"
        );
    }
}

#[test]
fn listed_versions_are_equal_by_the_scheme_and_intervals_by_its_order() {
    let record = osv("PyPI", "x", vec![affected("ECOSYSTEM", &[">= 2.0, < 2.5"], &["1.0", "1.1"])]);
    for (version, verdict) in [
        ("1.0.0", "affected"),
        ("1.2", "not_affected"),
        ("2.0", "affected"),
        ("2.5rc1", "affected"),
        ("2.5", "not_affected"),
    ] {
        assert_eq!(said(&package(&format!("pkg:pypi/x@{version}")), &record), verdict, "{version}");
    }
    let why = judge(&package("pkg:pypi/x@2.1"), &record).why.unwrap();
    assert_eq!((why.range.as_str(), why.scheme.as_str()), (">= 2.0, < 2.5 or = 1.0 or = 1.1", "PEP 440"));
    assert_eq!((why.identifier.as_str(), why.product.as_str()), ("pkg:pypi/x@2.1", "pkg:pypi/x"));
}

#[test]
fn commits_count_only_where_nothing_else_tells() {
    let commits = || affected("GIT", &[">= 0, < 1a2b3c"], &[]);
    let own = package("pkg:pypi/x@1.0");
    assert_eq!(
        said(&own, &osv("PyPI", "x", vec![commits()])),
        "not_comparable: ranges of Git commits cannot be compared with a version"
    );
    assert_eq!(
        said(&own, &osv("PyPI", "x", vec![commits(), affected("ECOSYSTEM", &["< 0.5"], &[])])),
        "not_affected"
    );
    assert_eq!(said(&own, &osv("PyPI", "x", vec![commits(), affected("", &[], &["1.0"])])), "affected");
}

#[test]
fn an_order_that_is_not_known_is_never_guessed() {
    let own = package("pkg:generic/x@1.5");
    let record = record(vec![PackageClaim {
        purl: Some("pkg:generic/x".to_owned()),
        ..claim("", "x", vec![affected("custom", &["< 2.0"], &[])])
    }]);
    assert_eq!(said(&own, &record), "not_comparable: versions ordered by “custom” cannot be compared");
    assert_eq!(
        said(&package("pkg:pypi/x@not.a.version"), &osv("PyPI", "x", vec![affected("", &["< 2"], &[])]))
            .split(':')
            .next(),
        Some("not_comparable")
    );
    assert_eq!(
        said(&package("pkg:pypi/x"), &osv("PyPI", "x", vec![affected("", &["< 2"], &[])])),
        "not_comparable: the component has no version"
    );
    assert_eq!(
        said(&package("pkg:pypi/x"), &osv("PyPI", "x", vec![affected("", &[">= 0"], &[])])),
        "affected"
    );
}

#[test]
fn what_the_record_clears_or_leaves_open_is_heard() {
    let with = |status: ClaimStatus, intervals: &[&str], listed: &[&str]| Versions {
        status,
        ..affected("", intervals, listed)
    };
    let of = |versions: Vec<Versions>, otherwise| {
        record(vec![PackageClaim { otherwise, ..claim("npm", "x", versions) }])
    };
    let own = package("pkg:npm/x@1.5.0");
    let range = || affected("", &[">= 1.0.0, < 2.0.0"], &[]);
    assert_eq!(
        said(&own, &of(vec![range(), with(ClaimStatus::NotAffected, &[], &["1.5.0"])], None)),
        "not_affected"
    );
    assert_eq!(
        said(&own, &of(vec![range(), with(ClaimStatus::NotAffected, &["> 1.4.0"], &[])], None)),
        "affected"
    );
    assert_eq!(
        said(&own, &of(vec![with(ClaimStatus::Fixed, &["> 1.4.0"], &[])], Some(ClaimStatus::Affected))),
        "not_affected"
    );
    assert_eq!(
        said(&own, &of(vec![with(ClaimStatus::Fixed, &["> 1.6.0"], &[])], Some(ClaimStatus::Affected))),
        "affected"
    );
    assert_eq!(
        said(&own, &of(vec![with(ClaimStatus::Unknown, &["> 1.4.0"], &[])], None)),
        "not_comparable: the record says that it is not known whether this version is affected"
    );
    let two = |cleared: PackageClaim| record(vec![claim("npm", "x", vec![range()]), cleared]);
    let cleared = || claim("npm", "x", vec![with(ClaimStatus::NotAffected, &[], &["1.5.0"])]);
    assert_eq!(said(&own, &two(cleared())), "not_affected");
    let only_there = PackageClaim { conditions: vec!["platform: Linux".to_owned()], ..cleared() };
    assert_eq!(said(&own, &two(only_there)), "affected");
    let only_in_a_file = PackageClaim { conditions: vec!["file: a.c".to_owned()], ..cleared() };
    assert_eq!(said(&own, &two(only_in_a_file)), "affected", "another file of it may be");
    let another = claim("npm", "y", vec![with(ClaimStatus::NotAffected, &[], &["1.5.0"])]);
    assert_eq!(said(&own, &two(another)), "affected");
}

#[test]
fn conditions_of_a_claim_are_named_and_several_are_joined() {
    let of = |condition: &str| PackageClaim {
        conditions: vec![condition.to_owned()],
        ..claim("crates.io", "x", vec![affected("SEMVER", &["< 2.0.0"], &[])])
    };
    let own = package("pkg:cargo/x@1.0.0");
    let both = record(vec![of("platform: windows"), of("installed on y")]);
    assert_eq!(said(&own, &both), "conditional: installed on y; or if platform: windows");
    let mut also_plain = both;
    also_plain.packages.push(claim("crates.io", "x", vec![affected("SEMVER", &["< 2.0.0"], &[])]));
    assert_eq!(said(&own, &also_plain), "affected");
}

#[test]
fn the_place_of_a_flaw_is_shown_and_is_no_condition() {
    let claim = PackageClaim {
        conditions: vec!["function: x::y".to_owned()],
        ..claim("crates.io", "x", vec![affected("SEMVER", &["< 2.0.0"], &[])])
    };
    let judgement = judge(&package("pkg:cargo/x@1.0.0"), &record(vec![claim]));
    assert_eq!(judgement.verdict, Verdict::Affected);
    assert!(judgement.why.unwrap().words.ends_with("; function: x::y"));
}

#[test]
fn collections_named_by_address_are_ecosystems() {
    let record = osv("https://registry.npmjs.org", "x", vec![affected("semver", &["< 2.0.0"], &[])]);
    assert_eq!(said(&package("pkg:npm/x@1.0.0"), &record), "affected");
    let record =
        osv("https://repo.maven.apache.org/maven2", "g:x", vec![affected("maven", &["< 2.0.0"], &[])]);
    assert_eq!(said(&package("pkg:maven/g/x@1.0.0"), &record), "affected");
}

#[test]
fn releases_of_a_distribution_are_their_own_products() {
    let record = osv("Debian:12", "openssl", vec![affected("ECOSYSTEM", &[">= 0, < 3.0.13-1~deb12u1"], &[])]);
    let of = |purl: &str| said(&package(purl), &record);
    assert_eq!(of("pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12"), "affected");
    assert_eq!(of("pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=bookworm"), "affected");
    assert_eq!(of("pkg:deb/debian/openssl@3.0.13-1~deb12u1?distro=debian-12"), "not_affected");
    assert_eq!(of("pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-11"), "nothing");
    assert_eq!(
        of("pkg:deb/debian/openssl@3.0.11-1~deb12u2"),
        "conditional: the package is that of release 12 of debian"
    );
    assert_eq!(of("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?distro=debian-12&upstream=openssl"), "affected");
    assert_eq!(of("pkg:deb/openssl@3.0.11-1~deb12u2?distro=12"), "candidate");
    let rpm = osv("Red Hat", "openssl", vec![affected("ECOSYSTEM", &["< 1:1.1.1k-7.el8"], &[])]);
    let of = |purl: &str| said(&package(purl), &rpm);
    assert_eq!(
        of("pkg:rpm/redhat/openssl-libs@1.1.1k-6.el8?epoch=1&upstream=openssl-1.1.1k-6.el8.src.rpm"),
        "affected"
    );
    assert_eq!(of("pkg:rpm/redhat/openssl@1.1.1k-7.el8?epoch=1"), "not_affected");
}

#[test]
fn an_upstream_package_of_the_same_name_is_a_candidate_for_what_a_distribution_built() {
    let record = osv("PyPI", "lxml", vec![affected("ECOSYSTEM", &["< 5.0"], &[])]);
    let judgement = judge(&package("pkg:deb/debian/lxml@4.9.2-1+b1"), &record);
    assert_eq!(judgement.verdict, Verdict::Candidate);
    assert!(judgement.why.unwrap().words.contains("distribution backport"));
}

#[test]
fn components_without_package_url_are_candidates_by_name() {
    let record =
        osv("Maven", "org.apache.logging.log4j:log4j-core", vec![affected("ECOSYSTEM", &["< 2.15.0"], &[])]);
    let of = |version: &str| said(&identity(&component("log4j-core", Some(version), &[], &[])), &record);
    assert_eq!((of("2.14.1").as_str(), of("2.15.0").as_str()), ("candidate", "not_affected"));
}

#[test]
fn products_named_in_words_are_candidates_and_with_cpe_or_purl_findings() {
    let words = || PackageClaim {
        vendor: Some("OpenSSL".to_owned()),
        ..claim("", "OpenSSL", vec![affected("semver", &[">= 3.0.0, < 3.0.14"], &[])])
    };
    let own = product("cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*");
    let by_words = record(vec![words()]);
    assert_eq!(said(&own, &by_words), "candidate");
    let cpes = vec!["cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*".to_owned()];
    assert_eq!(said(&own, &record(vec![PackageClaim { cpes: cpes.clone(), ..words() }])), "affected");
    let purl = PackageClaim { purl: Some("pkg:generic/openssl".to_owned()), ..words() };
    assert_eq!(said(&package("pkg:generic/openssl@3.0.11"), &record(vec![purl])), "affected");
    let other_vendor = product("cpe:2.3:a:other:openssl:3.0.11:*:*:*:*:*:*:*");
    assert_eq!(said(&other_vendor, &by_words), "nothing");
}

#[test]
fn a_claim_without_versions_is_about_the_version_in_its_identifiers_or_about_all() {
    let own = product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*");
    let of = |cpe: &str, otherwise| {
        record(vec![PackageClaim { cpes: vec![cpe.to_owned()], otherwise, ..claim("", "P", Vec::new()) }])
    };
    let same = "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*";
    assert_eq!(said(&own, &of(same, None)), "affected");
    assert_eq!(said(&own, &of(same, Some(ClaimStatus::Fixed))), "not_affected");
    assert_eq!(said(&own, &of(same, Some(ClaimStatus::Unknown))).split(':').next(), Some("not_comparable"));
    assert_eq!(said(&own, &of("cpe:2.3:a:v:p:2.0:*:*:*:*:*:*:*", None)), "not_affected");
    let purl =
        |purl: &str| record(vec![PackageClaim { purl: Some(purl.to_owned()), ..claim("", "x", Vec::new()) }]);
    let package = package("pkg:npm/x@1.0.0");
    assert_eq!(said(&package, &purl("pkg:npm/x@1.0.0")), "affected");
    assert_eq!(said(&package, &purl("pkg:npm/x@2.0.0")), "not_affected");
    assert_eq!(said(&package, &purl("pkg:npm/x")), "affected");
}

#[test]
fn the_strongest_of_several_claims_wins_whatever_their_order() {
    let own = package("pkg:npm/x@1.5.0");
    let strong = claim("npm", "x", vec![affected("", &["< 2.0.0"], &[])]);
    let doubtful = claim("npm", "x", vec![affected("", &["< not-a-version"], &[])]);
    let outside = claim("npm", "x", vec![affected("", &["< 1.0.0"], &[])]);
    for (claims, verdict) in [
        (vec![outside.clone(), doubtful.clone(), strong.clone()], "affected"),
        (vec![strong, outside.clone()], "affected"),
        (vec![outside.clone(), doubtful], "not_comparable"),
        (vec![outside], "not_affected"),
        (vec![], "nothing"),
    ] {
        let mut back = claims.clone();
        back.reverse();
        assert_eq!(judge(&own, &record(claims.clone())), judge(&own, &record(back)));
        assert_eq!(said(&own, &record(claims)).split(':').next(), Some(verdict));
    }
}

#[test]
fn identifiers_that_cannot_be_taken_are_named() {
    let own = identity(&component(
        "x",
        Some("1.0"),
        &["pkg:", "pkg:maven/x@1.0"],
        &["cpe:2.3:a", "cpe:2.3:a:*:x:1.0", "cpe:2.3:a:v:x:1.0"],
    ));
    let problems = own.problems.join("\n");
    for words in [
        "“pkg:” is not used",
        "needs a namespace",
        "“cpe:2.3:a” is not used",
        "one vendor and one product",
        "cut short",
    ] {
        assert!(problems.contains(words), "{words}\n{problems}");
    }
}

#[test]
fn a_repository_in_a_claim_is_no_other_package_than_that_of_a_registry() {
    let claimed = |purl: &str| PackageClaim {
        vendor: Some("acme".to_owned()),
        purl: Some(purl.to_owned()),
        ..claim("", "flute", vec![affected("", &["< 2.0.0"], &[])])
    };
    let own = package("pkg:npm/flute@1.0.0");
    let of = |source: Source, purl: &str| said(&own, &Advisory { source, ..record(vec![claimed(purl)]) });
    assert_eq!(of(Source::Cve, "pkg:github/acme/flute"), "candidate");
    assert_eq!(of(Source::Cve, "pkg:pypi/flute"), "nothing");
    assert_eq!(of(Source::Osv, "pkg:github/acme/flute"), "nothing", "OSV names packages of registries");
}

#[test]
fn vendors_in_words_may_be_those_of_the_identifiers() {
    let by_vendor = |vendor: &str| {
        let claim = PackageClaim {
            vendor: Some(vendor.to_owned()),
            ..claim("", "flute", vec![affected("", &["< 2.0.0"], &[])])
        };
        Advisory { source: Source::Cve, ..record(vec![claim]) }
    };
    let cpe = "cpe:2.3:a:acme:flute:1.0.0:*:*:*:*:*:*:*";
    let own = identity(&component("flute", Some("1.0.0"), &["pkg:github/Flute-Team/flute@1.0.0"], &[cpe]));
    for (vendor, right) in [
        ("acme", "candidate"),
        ("Acme Software Foundation", "candidate"),
        ("flute-team", "candidate"),
        ("n/a", "candidate"),
        ("Other", "nothing"),
        ("acmeware", "nothing"),
    ] {
        assert_eq!(said(&own, &by_vendor(vendor)), right, "{vendor}");
    }
    let reported = Advisory { source: Source::Nvd, ..by_vendor("Other") };
    assert_eq!(said(&own, &reported), "candidate", "nobody puts the words of reporters right");
}

#[test]
fn what_a_cve_record_says_of_a_version_is_not_overridden_by_its_own_ranges() {
    let unaffected =
        |intervals: &[&str]| Versions { status: ClaimStatus::NotAffected, ..affected("", intervals, &[]) };
    let claimed = PackageClaim {
        vendor: Some("Acme".to_owned()),
        otherwise: Some(ClaimStatus::Affected),
        ..claim("", "Flute", vec![unaffected(&[">= 6.1.90, <= 6.1.*"])])
    };
    let range =
        |vendor: &str| any_of(vec![criterion(&format!("cpe:2.3:a:{vendor}:flute:*:*:*:*:*:*:*:*"), "< 6.9")]);
    let of = |version: &str, claims: Vec<PackageClaim>, vendor: &str| {
        let own = product(&format!("cpe:2.3:a:{vendor}:flute:{version}:*:*:*:*:*:*:*"));
        let record = Advisory { applicability: vec![range(vendor)], ..record(claims) };
        said(&own, &Advisory { source: Source::Cve, ..record })
    };
    assert_eq!(of("6.1.95", vec![claimed.clone()], "acme"), "not_affected");
    assert_eq!(of("6.1.80", vec![claimed.clone()], "acme"), "affected");
    // Another container of the record says that it is affected.
    let other = PackageClaim {
        cpes: vec!["cpe:2.3:a:acme:flute:*:*:*:*:*:*:*:*".to_owned()],
        ..claim("", "Flute", vec![affected("", &["< 6.9"], &[])])
    };
    assert_eq!(of("6.1.95", vec![claimed.clone(), other], "acme"), "affected");
    // What only follows from the default is no word about the version.
    let silent = PackageClaim { otherwise: Some(ClaimStatus::NotAffected), ..claimed };
    assert_eq!(of("6.0.0", vec![silent], "acme"), "affected");
}

#[test]
fn a_directory_or_a_checkout_is_no_package_of_pypi_whatever_its_package_url_says() {
    let record = osv("PyPI", "own", vec![affected("", &[">= 0"], &[])]);
    let mut own = component("own", Some("1.0"), &["pkg:pypi/own@1.0"], &[]);
    assert_eq!(said(&identity(&own), &record), "affected");
    own.more.insert("cdx:pylock:vcs".to_owned(), "https://example.com/own.git".to_owned());
    assert_ne!(said(&identity(&own), &record), "affected");
    assert!(identity(&own).problems[0].contains("not a package of PyPI"));
    own.purls.push("pkg:npm/own@1.0".to_owned());
    assert_eq!(said(&identity(&own), &osv("npm", "own", vec![affected("", &[">= 0"], &[])])), "affected");
}

#[test]
fn a_release_is_the_same_by_its_name_and_by_its_number() {
    for (release, name) in
        [("Ubuntu:25.10", "questing"), ("Ubuntu:26.04:LTS", "resolute"), ("Debian:12", "bookworm")]
    {
        let record = osv(release, "x", vec![affected("", &["< 2.0"], &[])]);
        let kind = if release.starts_with("Debian") { "debian" } else { "ubuntu" };
        let own = |distro: &str| package(&format!("pkg:deb/{kind}/x@1.0?distro={distro}"));
        assert_eq!(said(&own(name), &record), "affected", "{release}");
        assert_eq!(said(&own("noble"), &record), "nothing", "{release}");
    }
}
