use super::*;
use crate::model::advisory::{Bound, Interval, Versions};
use proptest::prelude::*;

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "v?[0-9]{1,2}(\\.[0-9x]{1,2}){0,3}([-._+~^]?(alpha|beta|rc|a|b|p|dev|foo|sp|final)[.]?[0-9]{0,2}){0,2}(-r?[0-9])?",
        "[0-3](\\.[0-3]){0,3}",
        "[0-2]\\.[0-2]\\.[0-2](-(0|1|a|b|rc|rc\\.1))?",
        "([0-2]:)?[a-c0-2.~^+_-]{1,8}",
        "[0-1]\\.0\\.[0-2][a-c]{0,2}(-(pre|beta)[12])?",
    ]
}

fn scheme() -> impl Strategy<Value = Scheme> {
    (0..Scheme::ALL.len()).prop_map(|place| Scheme::ALL[place])
}

fn interval() -> impl Strategy<Value = Interval> {
    let bound = || {
        proptest::option::of(
            (texts(), any::<bool>()).prop_map(|(version, included)| Bound { version, included }),
        )
    };
    (bound(), bound()).prop_map(|(from, to)| Interval { from, to })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn every_order_is_total_and_antisymmetric(scheme in scheme(), a in texts(), b in texts(), c in texts()) {
        prop_assert_eq!(scheme.check(&a).is_ok(), scheme.sorting(&a, &a) == Ok(Ordering::Equal));
        if let (Ok(ab), Ok(ba)) = (scheme.sorting(&a, &b), scheme.sorting(&b, &a)) {
            prop_assert_eq!(ab, ba.reverse());
            prop_assert_eq!(compare(scheme, &a, &b).is_ok(), compare(scheme, &b, &a).is_ok());
            if let (Ok(bc), Ok(ac)) = (scheme.sorting(&b, &c), scheme.sorting(&a, &c)) {
                if ab.is_le() && bc.is_le() { prop_assert!(ac.is_le()) }
                if ab.is_lt() && bc.is_le() { prop_assert!(ac.is_lt()) }
                if ab.is_ge() && bc.is_ge() { prop_assert!(ac.is_ge()) }
            }
        } else {
            prop_assert!(scheme.check(&a).is_err() || scheme.check(&b).is_err());
        }
    }

    #[test]
    fn a_range_and_its_complement_never_both_hold(scheme in scheme(), interval in interval(), version in texts()) {
        let turn = |bound: &Bound| Some(Bound { version: bound.version.clone(), included: !bound.included });
        let below = interval.from.as_ref().map(|from| Interval { from: None, to: turn(from) });
        let above = interval.to.as_ref().map(|to| Interval { from: turn(to), to: None });
        let complement = [below, above];
        let outside = || complement.iter().flatten().map(|part| within(scheme, part, &version));
        match within(scheme, &interval, &version) {
            Ok(true) => prop_assert!(outside().all(|outside| outside == Ok(false))),
            Ok(false) => prop_assert!(outside().any(|outside| outside == Ok(true))),
            Err(_) => prop_assert!(outside().all(|outside| outside != Ok(true))),
        }
    }

    #[test]
    fn semantic_versions_order_as_the_semver_crate_orders_them(a in texts(), b in texts()) {
        if let (Ok(one), Ok(other)) = (::semver::Version::parse(&a), ::semver::Version::parse(&b)) {
            prop_assert_eq!(compare(Scheme::SemVer, &a, &b), Ok(one.cmp_precedence(&other)));
        }
    }

    #[test]
    fn any_text_is_answered(scheme in scheme(), a in any::<String>(), b in any::<String>()) {
        let _ = compare(scheme, &a, &b);
        let _ = (exactness(Some(&a)), Vers::parse(&a), Vers::from_native("npm", &a), Vers::from_native("maven", &b));
    }
}

fn is_ascending(scheme: Scheme, versions: &str) {
    let versions: Vec<&str> = versions.split(' ').collect();
    for (place, a) in versions.iter().enumerate() {
        for (other, b) in versions.iter().enumerate() {
            assert_eq!(compare(scheme, a, b), Ok(place.cmp(&other)), "{scheme:?} {a} {b}");
        }
    }
}

#[test]
fn each_scheme_orders_as_its_ecosystem_does() {
    is_ascending(
        Scheme::SemVer,
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 v1.0.0",
    );
    is_ascending(
        Scheme::Go,
        "go1.20 v1.21.0-0 go1.21rc2 go1.21.0 v2.0.0-20200101000000-abcdef123456 v2.0.0+incompatible",
    );
    is_ascending(Scheme::Pub, "1.0.0 1.0.0+1 1.0.0+2 1.0.1");
    is_ascending(Scheme::Pep440, "1.0.dev1 1.0a1 1.0rc1 1.0 1.0+local 1.0.post1 1!0.1");
    is_ascending(Scheme::Maven, "1-alpha 1-a2 1-rc1 1-SNAPSHOT 1 1-sp 1-foo 1-1 1.1");
    is_ascending(Scheme::NuGet, "1.0-beta.2 1.0-beta.10 1.0-x 1.0.0.0 1.0.0.1");
    is_ascending(Scheme::RubyGems, "1.a 1.0.b1 1.0-1 1 1.1.a 1.1");
    is_ascending(Scheme::Composer, "1.0-dev 1.0a1 1.0.0-beta2 1.0RC1 v1.0 1.0pl1 1.0.1");
    is_ascending(Scheme::Debian, "1.0~rc1-1 1.0-1 1.0-1+deb12u1 1.0+dfsg-1 1:0.1");
    is_ascending(Scheme::Rpm, "1.0~rc1-1 1.0-1.el8 1.0-1.el8_2 1.0^git1-1 1.0a-1 1.0.1-1 1:0-1");
    is_ascending(Scheme::Alpine, "1.0_alpha 1.0_rc1 1.0 1.0-r1 1.0_p1 1.0a 1.0.01 1.0.1");
    is_ascending(Scheme::Arch, "1.0a 1.0beta 1.0rc 1.0 1.0.a 1.0.1 1:0");
    is_ascending(Scheme::OpenSsl, "1.0.2-beta1 1.0.2 1.0.2a 1.0.2z 1.0.2za 1.0.2zg 1.1.0-pre1 1.1.0 3.0.0");
    is_ascending(Scheme::Dotted, "1.0 1.0.0 1.0-1 1.2");
    is_ascending(
        Scheme::Nvd,
        "1.0.2-dev 1.0.2-alpha1 1.0.2rc1 1.0.2 1.0.2a 1.0.2zg 1.0.2.1 8.2\\(5\\) 8.2\\(10\\)",
    );
}

#[test]
fn an_undecided_comparison_gives_its_reason() {
    let why = |scheme, a, b| compare(scheme, a, b).unwrap_err().to_string();
    assert_eq!(
        why(Scheme::Npm, "1.2", "1.2.3"),
        "“1.2” and “1.2.3” cannot be compared as npm versions: one of them leaves out the number that would decide"
    );
    assert_eq!(compare(Scheme::Npm, "1.2", "2.0.0"), Ok(Ordering::Less));
    assert_eq!(
        why(Scheme::Cargo, "v1.2.3", "1.2.3"),
        "“v1.2.3” is not a Cargo version: it does not consist of numbers with dots between them"
    );
    assert_eq!(
        why(Scheme::SemVer, "01.2.3", "1.2.3"),
        "“01.2.3” is not a Semantic Versioning version: a number has a leading zero"
    );
    assert_eq!(
        why(Scheme::Pep440, "2004d-final", "1"),
        "“2004d-final” is not a PEP 440 version: it does not follow PEP 440"
    );
    assert!(why(Scheme::Rpm, "1.0", "1.0-3").ends_with("only one of them names its release"));
    assert!(
        why(Scheme::Nvd, "7.3", "m00kt63a").ends_with("one starts with a number and the other with a word")
    );
    assert!(why(Scheme::Composer, "dev-main", "1.0").contains("a branch has no place in the order"));
}

#[test]
fn hostile_texts_are_cheap() {
    let digits = "9".repeat(300);
    for scheme in Scheme::ALL {
        let (a, b) = (format!("1.{digits}.0"), format!("1.{digits}1.0"));
        assert_eq!(compare(scheme, &a, &b).is_ok(), scheme != Scheme::Pep440, "{scheme:?}");
        assert!(compare(scheme, &a, &b).is_ok_and(Ordering::is_lt) || scheme == Scheme::Pep440);
        for text in ["", "..", "1..2", "ü", "١.٢", "-", "~", "\0", &"1.".repeat(500_000), &"a1".repeat(2000)]
        {
            let _ = compare(scheme, text, text);
        }
        assert!(scheme.check(&"1".repeat(1 << 20)).is_err());
    }
}

#[test]
fn osv_events_become_sorted_intervals() {
    let event = |kind, version: &str| Event { kind, version: version.to_owned() };
    let bound = |version: &str, included| Some(Bound { version: version.to_owned(), included });
    let events = [
        event(EventKind::Introduced, "1.10.0"),
        event(EventKind::LastAffected, "1.11.0"),
        event(EventKind::Fixed, "1.9.0"),
        event(EventKind::Introduced, "0"),
    ];
    let expected = vec![
        Interval { from: None, to: bound("1.9.0", false) },
        Interval { from: bound("1.10.0", true), to: bound("1.11.0", true) },
    ];
    assert_eq!(intervals_of_events(Some(Scheme::SemVer), &events), expected);
    let limited = [event(EventKind::Introduced, "1.0.0"), event(EventKind::Limit, "2.0.0")];
    assert_eq!(
        intervals_of_events(Some(Scheme::SemVer), &limited),
        [Interval { from: bound("1.0.0", true), to: bound("2.0.0", false) }]
    );
    let git = [event(EventKind::Introduced, "abc"), event(EventKind::Fixed, "012")];
    let intervals = intervals_of_events(None, &git);
    assert_eq!(intervals, [Interval { from: bound("abc", true), to: bound("012", false) }]);
    let versions = Versions { order: "GIT".to_owned(), intervals, ..Versions::default() };
    assert_eq!(contains(&versions, None, "1.0"), Err(Incomparable::NoOrder("GIT".to_owned())));
}

#[test]
fn orders_are_found_by_the_names_of_other_specifications() {
    assert_eq!(Scheme::of_ecosystem("Debian:12"), Some(Scheme::Debian));
    assert_eq!(Scheme::of_ecosystem("GIT"), None);
    assert_eq!(Scheme::of_purl_type("golang"), Some(Scheme::Go));
    assert_eq!(Scheme::of_purl_type("generic"), None);
    assert_eq!(Scheme::of_cve_version_type("custom"), None);
    assert_eq!(Scheme::of_claim("SEMVER", "Go"), Some(Scheme::Go));
    assert_eq!(Scheme::of_claim("ECOSYSTEM", "PyPI"), Some(Scheme::Pep440));
    assert_eq!(Scheme::of_claim("vers:deb", ""), Some(Scheme::Debian));
    assert_eq!(Scheme::of_claim("GIT", "npm"), None);
}

#[test]
fn ranges_and_moving_names_are_not_exact() {
    for exact in [
        "1",
        "1.2.3",
        "1.2~rc1-1",
        "1.0^git1",
        "v1.2",
        "1.0-x",
        "2.0.0-beta.x",
        "0.9.8zg",
        "4.2(5)",
        "1:2.3-1",
    ] {
        assert_eq!(exactness(Some(exact)), Exactness::Exact, "{exact}");
    }
    for missing in [None, Some(""), Some(" "), Some("NOASSERTION"), Some("unknown")] {
        assert_eq!(exactness(missing), Exactness::Missing);
    }
    for range in ["*", "1.x", "1.*", "^1.2", ">=1", "~> 2", "[1,2)", "[1.0]", "1 || 2", "1.0 - 2.0", "==1.0"]
    {
        assert!(matches!(exactness(Some(range)), Exactness::Range(_)), "{range}");
    }
    for floating in [
        "latest",
        "master",
        "HEAD",
        "dev-main",
        "1.x-dev",
        "1.0-SNAPSHOT",
        "${project.version}",
        "git+https://a.b/c",
    ] {
        assert!(matches!(exactness(Some(floating)), Exactness::Floating(_)), "{floating}");
    }
}

#[test]
fn ranges_of_ecosystems_follow_their_own_rules() {
    let vers = |scheme, range| {
        Vers::from_native(scheme, range).map(|vers| vers.to_string()).map_err(|why| why.to_string())
    };
    assert_eq!(vers("npm", "<=1.0"), Ok("vers:npm/<1.1.0".to_owned()));
    assert_eq!(
        vers("npm", "2.1 || ^0.0.2-beta"),
        Ok("vers:npm/>=0.0.2-beta|<0.0.3|>=2.1.0|<2.2.0".to_owned())
    );
    assert_eq!(vers("npm", "<2.0.0 || >=1.0.0"), Ok("vers:npm/*".to_owned()));
    assert_eq!(
        vers("npm", "<1.0.0 >=2.0.0"),
        Err("“<1.0.0 >=2.0.0” is not a range: it contains no version".to_owned())
    );
    assert_eq!(vers("maven", "(,1.0],[1.2,)"), Ok("vers:maven/<=1.0|>=1.2".to_owned()));
    assert!(Vers::parse("vers:npm/>=1.2.0|<2.0.0").unwrap().contains("1.9.9").unwrap());
    assert!(!Vers::parse("vers:npm/!=1.2.0").unwrap().contains("1.2.0").unwrap());
    assert!(Vers::parse("vers:unknown/>1").unwrap().contains("2").is_err());
}
