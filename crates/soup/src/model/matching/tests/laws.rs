//! Laws that hold for every component and record.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const VENDORS: &[&str] = &["openssl", "openssl_project", "v"];
const PRODUCTS: &[&str] = &["openssl", "http_server", "core", "x"];
const VERSIONS: &[&str] = &["1.0", "1.0.0", "1.5", "2.0", "3.0.1-1", "not a version"];
const PURLS: &[&str] = &[
    "pkg:npm/x",
    "pkg:npm/openssl",
    "pkg:npm/%40v/core",
    "pkg:npm/core",
    "pkg:deb/debian/openssl?distro=debian-12",
    "pkg:deb/openssl",
    "pkg:deb/debian/libx?upstream=x",
    "pkg:maven/v/core",
    "pkg:maven/x",
    "pkg:generic/x",
    "pkg:generic/x?vcs_url=git%2Bhttps://github.com/v/core.git",
    "pkg:github/v/core",
    "pkg:golang/example.org/v#x",
    "pkg:rpm/redhat/x?distro=rhel-9.2&rpmmod=x:1",
];
const ECOSYSTEMS: &[&str] = &["", "npm", "PyPI", "Debian:12", "Debian", "Maven", "OSS-Fuzz"];
const NAMES: &[&str] = &["x", "OpenSSL", "core", "@v/core", "v:core", "http server", "HTTP_Server"];

fn of(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(from).prop_map(str::to_owned)
}

fn cpe() -> impl Strategy<Value = String> {
    let attribute = |from| prop_oneof![6 => of(from), 1 => Just("*".to_owned()), 1 => Just("o*".to_owned())];
    let version = prop_oneof![3 => prop::sample::select(&["1.0", "1.5", "2.0"][..]), 2 => Just("*"), 1 => Just("-"), 1 => Just("1*")];
    let rest = prop::sample::select(
        &["*:*:*:*:*:*:*", "rc1:*:*:*:*:*:*", "-:*:*:*:*:windows:*:*", "*:*:*:*:*:python:*:*"][..],
    );
    (prop::sample::select(&["a", "o", "*"][..]), attribute(VENDORS), attribute(PRODUCTS), version, rest)
        .prop_map(|(part, vendor, product, version, rest)| {
            format!("cpe:2.3:{part}:{vendor}:{product}:{version}:{rest}")
        })
}

fn any_component() -> impl Strategy<Value = Component> {
    (
        of(NAMES),
        prop::option::of(of(VERSIONS)),
        prop::collection::vec(of(PURLS), 0..3),
        prop::collection::vec(cpe(), 0..3),
    )
        .prop_map(|(name, version, purls, cpes)| Component {
            name,
            version,
            purls,
            cpes,
            ..Component::default()
        })
}

fn any_interval() -> impl Strategy<Value = Interval> {
    let bound = || {
        prop::option::of(
            (of(VERSIONS), any::<bool>()).prop_map(|(version, included)| Bound { version, included }),
        )
    };
    (bound(), bound()).prop_map(|(from, to)| Interval { from, to })
}

fn status() -> impl Strategy<Value = ClaimStatus> {
    prop::sample::select(
        &[ClaimStatus::Affected, ClaimStatus::Affected, ClaimStatus::NotAffected, ClaimStatus::Unknown][..],
    )
}

fn versions() -> impl Strategy<Value = Versions> {
    let order = prop::sample::select(&["", "ECOSYSTEM", "SEMVER", "GIT", "custom"][..]);
    (status(), order, prop::collection::vec(of(VERSIONS), 0..2), prop::collection::vec(any_interval(), 0..2))
        .prop_map(|(status, order, listed, intervals)| Versions {
            status,
            order: order.to_owned(),
            listed,
            intervals,
        })
}

fn any_claim() -> impl Strategy<Value = PackageClaim> {
    let conditions = prop::collection::vec(Just("platform: x".to_owned()), 0..2);
    let identifiers = (prop::option::of(of(PURLS)), prop::collection::vec(cpe(), 0..2));
    (
        of(ECOSYSTEMS),
        prop::option::of(of(VENDORS)),
        (of(NAMES), prop::option::of(of(NAMES))),
        identifiers,
        prop::collection::vec(versions(), 0..3),
        prop::option::of(status()),
        conditions,
    )
        .prop_map(
            |(ecosystem, vendor, (name, product), (purl, cpes), versions, otherwise, conditions)| {
                PackageClaim { ecosystem, vendor, name, product, purl, cpes, versions, otherwise, conditions }
            },
        )
}

fn any_tree() -> impl Strategy<Value = ApplicabilityNode> {
    let criterion = || {
        (cpe(), prop::bool::weighted(0.7), any_interval())
            .prop_map(|(criteria, vulnerable, interval)| CpeCriterion { criteria, vulnerable, interval })
    };
    let make = |(and, negate, criteria, children)| ApplicabilityNode {
        operator: if and { Operator::And } else { Operator::Or },
        negate,
        criteria,
        children,
    };
    let leaf = (
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::collection::vec(criterion(), 0..4),
        Just(Vec::new()),
    )
        .prop_map(make);
    leaf.prop_recursive(2, 8, 3, move |inner| {
        (
            any::<bool>(),
            prop::bool::weighted(0.1),
            prop::collection::vec(criterion(), 0..2),
            prop::collection::vec(inner, 0..3),
        )
            .prop_map(make)
    })
}

fn any_record() -> impl Strategy<Value = Advisory> {
    let source = prop::sample::select(&[Source::Cve, Source::Nvd, Source::Osv, Source::Csaf][..]);
    (source, prop::collection::vec(any_claim(), 0..4), prop::collection::vec(any_tree(), 0..3)).prop_map(
        |(source, packages, applicability)| Advisory { packages, applicability, ..advisory(source) },
    )
}

fn any_knowledge() -> impl Strategy<Value = Knowledge> {
    let product = || {
        of(&[
            "openssl:openssl",
            "openssl_project:openssl",
            "v:x",
            "pkg:npm/x",
            "pkg:deb/debian/openssl",
            "openssl",
            "core",
        ])
    };
    let aliases = prop::collection::vec(prop::collection::vec(product(), 2..3), 0..2);
    let exclusions = prop::collection::vec((product(), product()), 0..2);
    (aliases, exclusions).prop_map(|(aliases, exclusions)| Knowledge {
        aliases: aliases.into_iter().map(|products| Alias { products, reason: String::new() }).collect(),
        exclusions: exclusions
            .into_iter()
            .map(|(component, product)| Exclusion { component, product, reason: String::new() })
            .collect(),
    })
}

/// What is written where a version should be.
const WRITINGS: &[&str] = &[
    "1.0.0",
    "1.5.0",
    "1.5",
    "v1.5.0",
    ">= 1.0.0, < 2.0.0",
    "< 1.5.0",
    "= 1.5.0",
    "== 1.5.0",
    ">=1.0.0|<=1.5.0",
    "1.5.*",
    "1.x",
    "all versions",
    "*",
    "prior to 2.0.0",
    "1.0.0 through 2.0.0",
    "n/a",
    "unspecified",
    "2.0 SP1",
    "",
];

fn written() -> impl Strategy<Value = Versions> {
    let text = || of(WRITINGS);
    let bound = move || {
        prop::option::of((text(), any::<bool>()).prop_map(|(version, included)| Bound { version, included }))
    };
    let interval = (bound(), bound()).prop_map(|(from, to)| Interval { from, to });
    let order = prop::sample::select(&["", "semver", "custom", "unknown"][..]);
    (status(), order, prop::collection::vec(text(), 0..2), prop::collection::vec(interval, 0..2)).prop_map(
        |(status, order, listed, intervals)| Versions { status, order: order.to_owned(), listed, intervals },
    )
}

/// A claim in words about the product `acme:tool`, and the same with more identity that agrees.
fn claim_twice() -> impl Strategy<Value = (PackageClaim, PackageClaim)> {
    let ecosystem = of(&[
        "",
        "PyPI",
        "https://pypi.org",
        "https://pypi.org/project/tool",
        "https://example.org/packages",
    ]);
    let purl = prop::option::of(of(&["pkg:pypi/tool", "pkg:generic/tool", "pkg:github/acme/tool"]));
    let cpes = prop::collection::vec(
        of(&["cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*", "cpe:2.3:a:*:tool:*:*:*:*:*:*:*:*"]),
        0..2,
    );
    let product = prop::option::of(Just("tool".to_owned()));
    (prop::collection::vec(written(), 1..3), prop::option::of(status()), ecosystem, purl, cpes, product)
        .prop_map(|(versions, otherwise, ecosystem, purl, cpes, product)| {
            let vendor = Some("acme".to_owned());
            let bare = PackageClaim { vendor, otherwise, ..claim("", "tool", versions) };
            (bare.clone(), PackageClaim { ecosystem, product, purl, cpes, ..bare })
        })
}

fn reversed(mut node: ApplicabilityNode) -> ApplicabilityNode {
    node.criteria.reverse();
    node.children = node.children.into_iter().map(reversed).rev().collect();
    node
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_order_of_claims_does_not_matter(component in any_component(), record in any_record()) {
        let mut back = record.clone();
        back.packages.reverse();
        for claim in &mut back.packages {
            claim.versions.reverse();
        }
        back.applicability = back.applicability.into_iter().map(reversed).rev().collect();
        let identity = identity(&component);
        let (one, other) = (judge(&identity, &record), judge(&identity, &back));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.why.map(|why| (why.level, why.product, why.scheme)), other.why.map(|why| (why.level, why.product, why.scheme)));
    }

    #[test]
    fn more_identity_never_turns_a_hit_or_a_doubt_into_not_affected(
        (bare, rich) in claim_twice(), version in of(&["1.0.0", "1.5.0", "2.0.0"]), by_cpe in any::<bool>(), source in prop::sample::select(&[Source::Cve, Source::Nvd, Source::Csaf][..])
    ) {
        let cpe = format!("cpe:2.3:a:acme:tool:{version}:*:*:*:*:*:*:*");
        let purls = [format!("pkg:pypi/tool@{version}"), format!("pkg:generic/tool@{version}"), format!("pkg:github/acme/tool@{version}")];
        let purls: Vec<&str> = purls.iter().map(String::as_str).collect();
        let cpes = if by_cpe { vec![cpe.as_str()] } else { Vec::new() };
        let own = identity(&component("tool", Some(&version), &purls, &cpes));
        let of = |claim: PackageClaim| judge(&own, &Advisory { packages: vec![claim], ..advisory(source) });
        let (bare, rich) = (of(bare), of(rich));
        if bare.verdict != Verdict::NotAffected {
            prop_assert!(rich.verdict != Verdict::NotAffected, "{:?}\n{:?}", bare, rich);
        }
    }

    #[test]
    fn an_exclusion_only_takes_away(component in any_component(), record in any_record(), knowledge in any_knowledge()) {
        let without = Knowledge { exclusions: Vec::new(), ..knowledge.clone() };
        let with = judge(&Identity::of(&component, &knowledge), &record).verdict;
        let without = judge(&Identity::of(&component, &without), &record).verdict;
        prop_assert!(with.rank() <= without.rank(), "{:?} {:?}", with, without);
    }

    #[test]
    fn a_record_that_says_anything_shares_a_key_with_the_component(
        component in any_component(), record in any_record(), knowledge in any_knowledge()
    ) {
        let identity = Identity::of(&component, &knowledge);
        if judge(&identity, &record).why.is_some() {
            let own: BTreeSet<Key> = keys_of_identity(&identity).into_iter().collect();
            let shared: Vec<Key> = keys_of_advisory(&record).into_iter().filter(|key| own.contains(key)).collect();
            prop_assert!(!shared.is_empty(), "{:?}", own);
            // What has only the open key in common may be passed over, unless one of its open names fits.
            if shared.iter().all(|key| key.0 == OPEN) {
                prop_assert!(identity.may_be(&open_names(&record)));
            }
        }
    }

    #[test]
    fn a_record_that_mentions_the_component_shares_a_text_key(name in "[a-zA-Zä]{2,5}([ -][a-z]{1,4}){0,2}", text in "[a-z -]{0,9}") {
        let identity = identity(&component(&name, None, &[], &[]));
        let record = Advisory { description: format!("{text} {} {text}", name.replace('-', " ")), ..advisory(Source::Nvd) };
        if mentions(&identity, &record) {
            let own: BTreeSet<Key> = text_keys_of_identity(&identity).into_iter().collect();
            prop_assert!(text_keys_of_advisory(&record).iter().any(|key| own.contains(key)), "{:?}", own);
        }
    }
}
