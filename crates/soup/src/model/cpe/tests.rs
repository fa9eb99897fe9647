use super::*;

fn cpe(text: &str) -> Cpe {
    Cpe::parse(text).unwrap()
}

/// Examples of NISTIR 7695 §6: formatted string and URI of the same name.
const PAIRS: &[(&str, &str)] = &[
    (
        "cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*",
        "cpe:/a:microsoft:internet_explorer:8.0.6001:beta",
    ),
    (
        "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*",
        "cpe:/a:microsoft:internet_explorer:8.%02:sp%01",
    ),
    (
        "cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:-:*:*:online:win2003:x64:*",
        "cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~",
    ),
    (
        "cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*",
        "cpe:/a:hp:openview_network_manager:7.51::~~~linux~~",
    ),
    (
        r"cpe:2.3:a:foo\\bar:big\$money_manager_2010:*:*:*:*:special:ipod_touch:80gb:*",
        "cpe:/a:foo%5cbar:big%24money_manager_2010:::~~special~ipod_touch~80gb~",
    ),
    (r"cpe:2.3:a:\-:c\+\+:1.0:*:*:de:*:*:*:*", "cpe:/a:%2d:c%2b%2b:1.0:::de"),
    (r"cpe:2.3:o:*:x\:y:-:*:*:*:*:*:*:*", "cpe:/o::x%3ay:-"),
];

#[test]
fn formatted_strings_and_uris_are_two_spellings_of_one_name() {
    for (formatted, uri) in PAIRS {
        assert_eq!(cpe(formatted), cpe(uri), "{formatted}");
        assert_eq!(cpe(uri).to_string(), *formatted);
        assert_eq!(cpe(formatted).to_uri(), *uri);
    }
}

#[test]
fn a_name_that_ends_early_is_accepted_and_counts_the_missing_attributes() {
    let short = cpe("cpe:2.3:a:OpenSSL:openssl:1.0.1g");
    assert_eq!((short.missing, short.attribute(VERSION).text()), (7, Some("1.0.1g")));
    assert_eq!(short.attribute(VENDOR).text(), Some("openssl"));
    assert_eq!(short.to_string(), "cpe:2.3:a:openssl:openssl:1.0.1g:*:*:*:*:*:*:*");
}

#[test]
fn a_text_that_is_not_a_cpe_name_is_refused_with_the_reason() {
    for (text, why) in [
        ("", CpeError::Prefix),
        ("openssl", CpeError::Prefix),
        ("cpe:2.3:a:b", CpeError::Product),
        ("cpe:/a:b", CpeError::Product),
        ("cpe:2.3:x:b:c:*:*:*:*:*:*:*:*", CpeError::Part),
        ("cpe:2.3:a:b:c:*:*:*:*:*:*:*:*:*", CpeError::TooMany),
        ("cpe:/a:b:c:1:::de:x", CpeError::TooMany),
        ("cpe:2.3:a:b:c::*:*:*:*:*:*:*", CpeError::Empty("version")),
        ("cpe:2.3:a:b:\\", CpeError::Escape("product")),
        ("cpe:2.3:a:b:c:1\\", CpeError::Escape("version")),
        ("cpe:2.3:a:b:c:1*2:*:*:*:*:*:*:*", CpeError::Wildcard("version")),
        ("cpe:2.3:a:b d:c:1:*:*:*:*:*:*:*", CpeError::Blank("vendor")),
        ("cpe:/a:b:c:\u{2}", CpeError::Blank("version")),
        ("cpe:/a:b%zz:c", CpeError::Encoding("vendor")),
        ("cpe:/a:b%ff:c", CpeError::Encoding("vendor")),
        ("cpe:/a:b%", CpeError::Encoding("vendor")),
    ] {
        assert_eq!(Cpe::parse(text), Err(why), "{text}");
    }
    assert_eq!(Cpe::parse(&format!("cpe:2.3:a:{}", "x".repeat(CPE_LENGTH_MAX))), Err(CpeError::Length));
}

#[test]
fn attributes_compare_according_to_the_table_of_the_standard() {
    let is = |text: &str| parse_attribute(text, "version").unwrap();
    for (source, target, relation) in [
        ("*", "*", Relation::Equal),
        ("*", "-", Relation::Superset),
        ("*", "1", Relation::Superset),
        ("*", "1*", Relation::Undefined),
        ("-", "*", Relation::Subset),
        ("-", "-", Relation::Equal),
        ("-", "1", Relation::Disjoint),
        ("-", "1*", Relation::Undefined),
        ("1", "1", Relation::Equal),
        ("1", "2", Relation::Disjoint),
        ("1", "1*", Relation::Undefined),
        ("1", "-", Relation::Disjoint),
        ("1", "*", Relation::Subset),
        ("1*", "1.5", Relation::Superset),
        ("1*", "2.5", Relation::Disjoint),
        ("1*", "*", Relation::Subset),
        ("1*", "-", Relation::Disjoint),
        ("1*", "1*", Relation::Equal),
        ("1*", "2*", Relation::Undefined),
    ] {
        assert_eq!(is(source).compare(&is(target)), relation, "{source} {target}");
    }
}

#[test]
fn wildcards_stand_for_characters_at_the_ends_only() {
    let covers = |pattern: &str, text: &str| match parse_attribute(pattern, "version").unwrap() {
        Attribute::Is(value) => value.covers(text),
        Attribute::Any | Attribute::Na => panic!("{pattern}"),
    };
    for (pattern, text, holds) in [
        ("8.*", "8.0.6001", true),
        ("8.*", "18.0", false),
        ("*8", "1.8", true),
        ("*8", "1.8.1", false),
        ("*.8.*", "1.8.2", true),
        ("sp?", "sp", true),
        ("sp?", "sp1", true),
        ("sp?", "sp12", false),
        ("sp??", "sp12", true),
        ("?x", "ax", true),
        ("??", "ab", true),
        ("??", "abc", false),
        (r"a\*", "a*", true),
        (r"a\*", "ab", false),
        ("?a", "aa", true),
        ("?ab?", "abab", false),
    ] {
        assert_eq!(covers(pattern, text), holds, "{pattern} {text}");
    }
}

#[test]
fn names_compare_as_sets_of_products() {
    let any = "cpe:2.3:a:adobe:reader:*:*:*:*:*:*:*:*";
    let nine = "cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:*:*:*";
    let update = "cpe:2.3:a:adobe:reader:*:sp1:*:*:*:*:*:*";
    for (source, target, relation) in [
        (any, any, Relation::Equal),
        (any, nine, Relation::Superset),
        (nine, any, Relation::Subset),
        (nine, update, Relation::Undefined),
        (nine, "cpe:2.3:a:adobe:reader:9.3.3:*:*:*:*:*:*:*", Relation::Disjoint),
        (nine, "cpe:2.3:o:adobe:reader:9.3.2:*:*:*:*:*:*:*", Relation::Disjoint),
    ] {
        assert_eq!(cpe(source).compare(&cpe(target)), relation, "{source} {target}");
    }
}

#[test]
fn the_head_is_read_without_the_rest() {
    assert_eq!(head(r"cpe:2.3:a:x\:y:z:1:*"), Some(["a", r"x\:y", "z"]));
    assert_eq!(head(r"cpe:2.3:a:x\*:z:1:*"), Some(["a", r"x\*", "z"]));
    assert_eq!(head("cpe:2.3:a:*:z:1:*"), None);
    assert_eq!(head("cpe:/a:x:z:1"), None);
}

#[test]
fn a_printed_name_reads_back_the_same_in_both_spellings() {
    use proptest::prelude::*;
    let value = r"(\*|[?]{1,2})?[a-z0-9_.~!:%/+ä-]{2,8}(\*|[?]{1,2})?";
    proptest!(|(part in "[aoh]", vendor in value, rest in proptest::collection::vec(proptest::option::of(value), 9))| {
        let mut cpe = Cpe::default();
        let text = |raw: &str| parse_attribute(&raw.replace(':', "\\:"), "x").unwrap();
        cpe.attributes[PART] = Attribute::of(&part);
        cpe.attributes[VENDOR] = text(&vendor);
        cpe.attributes[PRODUCT] = Attribute::of("product");
        for (slot, other) in cpe.attributes.iter_mut().skip(3).zip(&rest) {
            *slot = other.as_deref().map_or(Attribute::Na, text);
        }
        prop_assert_eq!(&Cpe::parse(&cpe.to_string()).unwrap(), &cpe);
        prop_assert_eq!(&Cpe::parse(&cpe.to_uri()).unwrap(), &cpe);
        prop_assert_eq!(cpe.compare(&cpe), Relation::Equal);
    });
}

#[test]
fn a_lone_wildcard_is_any_value() {
    for text in ["cpe:/a:b:c:%02:d", "cpe:/a:b:c:%02%02:d", "cpe:2.3:a:b:c:**:d", "cpe:2.3:a:b:c:?*:d"] {
        let name = Cpe::parse(text).unwrap();
        assert_eq!(*name.attribute(VERSION), Attribute::Any, "{text}");
        assert_eq!(Cpe::parse(&name.to_string()).unwrap().attributes, name.attributes, "{text}");
    }
}

#[test]
fn a_name_whose_printed_form_would_be_too_long_is_refused() {
    for (sign, most) in [("a", 4_000), ("+", 2_000)] {
        let name = |count: usize| Cpe::parse(&format!("cpe:2.3:a:b:{}", sign.repeat(count)));
        assert!(name(most).is_ok(), "{sign}");
        assert_eq!(name(most + 200).unwrap_err(), CpeError::Length, "{sign}");
    }
}
