use super::*;

fn purl(text: &str) -> Purl {
    Purl::parse(text).unwrap()
}

#[test]
fn a_purl_is_read_into_its_parts_and_printed_in_canonical_form() {
    let read = purl("pkg:NPM/%40angular/Core@12.3.1?Arch=x&empty=#/src/./main/");
    assert_eq!((read.kind.as_str(), read.namespace.as_deref()), ("npm", Some("@angular")));
    assert_eq!((read.version.as_deref(), read.subpath.as_deref()), (Some("12.3.1"), Some("src/main")));
    assert_eq!(read.to_string(), "pkg:npm/%40angular/Core@12.3.1?arch=x#src/main");
    assert_eq!(purl("pkg:npm/@angular/core@1").full_name(), "@angular/core");
    assert_eq!(purl("pkg:npm/@angular/core").version, None);
    assert_eq!(purl("pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64").bare(), "pkg:deb/debian/attr");
}

#[test]
fn a_text_that_is_not_a_purl_is_refused_with_the_reason() {
    for (text, why) in [
        ("", PurlError::Scheme),
        ("openssl", PurlError::Scheme),
        ("pkg:npm", PurlError::Name),
        ("pkg:npm/", PurlError::Name),
        ("pkg:npm/@1.0", PurlError::Name),
        ("pkg:n pm/x", PurlError::Kind),
        ("pkg:npm/x?a b=c", PurlError::Qualifier),
        ("pkg:npm/x?a=1&a=2", PurlError::QualifierTwice),
        ("pkg:npm/x%zz", PurlError::Encoding),
        ("pkg:npm/x%ff", PurlError::Encoding),
        ("pkg:npm/x%", PurlError::Encoding),
        ("pkg:npm/a%2Fb/x", PurlError::Encoding),
        ("pkg:npm/x#a%2Fb", PurlError::Encoding),
    ] {
        assert_eq!(Purl::parse(text), Err(why), "{text}");
    }
    assert_eq!(Purl::parse(&format!("pkg:npm/{}", "x".repeat(PURL_LENGTH_MAX))), Err(PurlError::Length));
}

#[test]
fn a_breach_of_the_types_rules_is_reported_and_the_package_is_still_identified() {
    assert_eq!(
        purl("pkg:maven/commons-io@2.0").breach().unwrap(),
        "a package URL of type maven needs a namespace"
    );
    assert_eq!(purl("pkg:pypi/a/b").breach().unwrap(), "a package URL of type pypi cannot have a namespace");
    assert_eq!(purl("pkg:unheard-of/a/b").breach(), None);
}

#[test]
fn levels_say_how_closely_two_purls_agree() {
    for (a, b, level) in [
        ("pkg:npm/a@1", "pkg:npm/a@2", Some(Level::Exact)),
        ("pkg:pypi/Zope.Interface", "pkg:pypi/zope-interface", Some(Level::Exact)),
        ("pkg:cargo/serde_json", "pkg:cargo/serde-json", Some(Level::Exact)),
        ("pkg:deb/debian/curl?arch=i386", "pkg:deb/debian/curl", Some(Level::WithoutQualifiers)),
        ("pkg:deb/debian/curl?distro=debian-11", "pkg:deb/debian/curl?distro=debian-12", None),
        ("pkg:deb/debian/curl", "pkg:deb/ubuntu/curl", None),
        ("pkg:deb/curl", "pkg:deb/ubuntu/curl", Some(Level::ByName)),
        ("pkg:deb/debian/curl", "pkg:generic/curl", None),
        ("pkg:npm/a", "pkg:npm/b", None),
    ] {
        assert_eq!(purl(a).level(&purl(b)), level, "{a} {b}");
        assert_eq!(purl(b).level(&purl(a)), level, "{b} {a}");
    }
}

#[test]
fn a_printed_purl_reads_back_the_same() {
    use proptest::prelude::*;
    proptest!(|(namespace in proptest::option::of("[a-zA-Z@%. ä+]{1,8}(/[a-z?#&]{1,4})?"), name in "[a-zA-Z0-9_@%?#&=. ä]{1,12}",
                version in proptest::option::of("[a-zA-Z0-9_@%?#&=. ä/:+~]{1,12}"), key in "[a-z][a-z0-9._-]{0,5}", value in "[ -~ä]{0,12}")| {
        let parts = Purl { kind: "generic".into(), namespace, name, version, qualifiers: [(key, value)].into(), subpath: None };
        let built = Purl::build(parts).unwrap();
        prop_assert_eq!(Purl::parse(&built.to_string()).unwrap(), built);
    });
}

#[test]
fn a_package_url_whose_printed_form_would_be_too_long_is_refused() {
    let url = |count: usize| Purl::parse(&format!("pkg:npm/{}", "\"".repeat(count)));
    let taken = url(2_000).unwrap();
    assert_eq!(Purl::parse(&taken.to_string()), Ok(taken));
    assert_eq!(url(3_000), Err(PurlError::Length));
}
