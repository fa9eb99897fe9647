//! Published vectors of version orders and ranges, all of them: univers (orders of Alpine, Debian, Maven, NuGet and RPM, ranges of npm,
//! PyPI, RubyGems and NuGet, `vers`) and the OSV schema (Packagist).
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set. Each exception is listed with its reason.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like the tests themselves")]

use mainstay_soup::model::version::{Scheme, Vers, compare, equal};
use serde_json::Value;
use std::cmp::Ordering;
use std::io::Write as _;
use std::path::PathBuf;

fn text(path: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return None;
    };
    Some(std::fs::read_to_string(PathBuf::from(folder).join("vectors").join(path)).unwrap())
}

fn vectors(path: &str) -> Option<Vec<Value>> {
    serde_json::from_str(&text(&format!("version-univers/{path}"))?).unwrap()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Differences from the vectors, one per line.
fn assert_only(found: Vec<String>, exceptions: &[&str]) {
    let found: std::collections::BTreeSet<String> = found.into_iter().collect();
    let expected: std::collections::BTreeSet<String> =
        exceptions.iter().map(|&text| text.to_owned()).collect();
    assert_eq!(found, expected);
}

fn compared(path: &str, scheme: Scheme) -> Option<(usize, Vec<String>)> {
    let vectors = vectors(path)?;
    let mut wrong = Vec::new();
    for vector in &vectors {
        let versions = &vector["input"]["versions"];
        let (a, b) = (word(&versions[0]), word(&versions[1]));
        let expected = &vector["expected_output"];
        let right = match word(&vector["test_type"]) {
            "equality" => equal(scheme, a, b) == Ok(expected.as_bool().unwrap()),
            _ => {
                let (low, high) = (word(&expected[0]), word(&expected[1]));
                // NuGet's vectors write the expected versions in lower case.
                let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
                assert!(same(a, low) && same(b, high) || same(a, high) && same(b, low), "{vector}");
                compare(scheme, low, high).is_ok_and(Ordering::is_lt)
            }
        };
        if !right {
            wrong.push(format!("{a} {b} {expected}: {:?}", compare(scheme, a, b)));
        }
    }
    Some((vectors.len(), wrong))
}

#[test]
fn the_orders_of_alpine_debian_maven_and_nuget_hold() {
    let sets = [
        ("schema/alpine_version_cmp.json", Scheme::Alpine, 716),
        ("schema/deb_version_python_pkg_test.json", Scheme::Debian, 16),
        ("schema/maven_version_cmp.json", Scheme::Maven, 977),
        ("schema/nuget_version_cmp.json", Scheme::NuGet, 33),
    ];
    for (path, scheme, count) in sets {
        let Some((compared, wrong)) = compared(path, scheme) else { return };
        assert_eq!(compared, count, "{path}");
        // Maven before 3.9: since then a word at the end is the same after a dot and after a hyphen: below `-1`, zeros before it do not
        // count.
        let exceptions: &[&str] = match scheme {
            Scheme::Maven => &[
                "2-1 2.0.0.a [\"2-1\",\"2.0.0.a\"]: Ok(Greater)",
                "2-1 2.0.a [\"2-1\",\"2.0.a\"]: Ok(Greater)",
                "2.0.0.a 2.0.a [\"2.0.a\",\"2.0.0.a\"]: Ok(Equal)",
            ],
            _ => &[],
        };
        assert_only(wrong, exceptions);
    }
}

/// Lines `a < b`, counted, and those that do not hold.
fn lines(text: &str, scheme: Scheme) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("//")) {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let [a, sign, b] = parts[..] else { panic!("{line}") };
        let expected = [("<", Ordering::Less), ("=", Ordering::Equal), (">", Ordering::Greater)];
        let expected = expected.into_iter().find(|(known, _)| *known == sign).unwrap().1;
        count += 1;
        if compare(scheme, a, b) != Ok(expected) {
            wrong.push(line.to_owned());
        }
    }
    (count, wrong)
}

#[test]
fn alpines_own_lines_hold() {
    let Some(text) = text("version-univers/alpine_test.txt") else { return };
    let (count, wrong) = lines(&text, Scheme::Alpine);
    assert_eq!(count, 716);
    assert_only(wrong, &[]);
}

#[test]
fn the_lines_of_packagist_hold() {
    let Some(text) = text("osv-schema/ecosystems/testdata/packagist_test_cases.txt") else { return };
    let (count, wrong) = lines(&text, Scheme::Composer);
    assert_eq!(count, 85);
    // `dev-foo` is a branch: Composer matches it with no range. Composer accepts no version with `#`.
    let exceptions = [
        "dev-foo < 1.26.0",
        "1.26.0 > dev-foo",
        "1.2.3.# = 1.2.3",
        "1.2.3.# = 1.2.3.#",
        "1.2.3.# = 1.2.3.1",
        "1.2.3.#.1 > 1.2.3",
        "1.2.3.#.p3 > 1.2.3",
        "1.2.3.#.beta < 1.2.3",
    ];
    assert_only(wrong, &exceptions);
}

#[test]
fn rpms_own_lines_hold() {
    let Some(text) = text("version-univers/rpmvercmp.at") else { return };
    let (mut count, mut wrong, mut disabled) = (0, Vec::new(), 0);
    for line in text.lines() {
        // Oddities that rpm itself leaves out of its run: comments of m4.
        if line.starts_with("dnl RPMVERCMP(") {
            disabled += 1;
        }
        let Some(inner) = line.strip_prefix("RPMVERCMP(").and_then(|line| line.strip_suffix(')')) else {
            continue;
        };
        let parts: Vec<&str> = inner.split(", ").collect();
        let [a, b, expected] = parts[..] else { panic!("{line}") };
        count += 1;
        let expected = expected.parse::<i32>().unwrap().cmp(&0);
        if compare(Scheme::Rpm, a, b) != Ok(expected) {
            wrong.push(line.to_owned());
        }
    }
    assert_eq!((count, disabled), (91, 12));
    assert_only(wrong, &[]);
}

fn native(scheme: &str, range: &str) -> String {
    Vers::from_native(scheme, range).map_or_else(|why| why.to_string(), |vers| vers.to_string())
}

/// Where the result is another than univers', and why.
const DIFFERENT: [&str; 16] = [
    // npm: a version with missing numbers stands for all versions that start with it (univers completes it with zeros).
    "2.1 || 2.6 => vers:npm/>=2.1.0|<2.2.0|>=2.6.0|<2.7.0",
    "<= 1.0 => vers:npm/<1.1.0",
    "<=1.0 => vers:npm/<1.1.0",
    "<=2.1 >=1.1 => vers:npm/>=1.1.0|<2.2.0",
    "<=3.3 => vers:npm/<3.4.0",
    // npm: `>=` has no upper end (univers gives it one).
    ">= 1.x => vers:npm/>=1.0.0",
    ">= 2.2.x => vers:npm/>=2.2.0",
    // Ends that other ends make redundant are left out, as the specification of `vers` asks (univers keeps them).
    "<2.0.1 || <1.1.7 => vers:npm/<2.0.1",
    "<2.0.18 || <3.0.16 || <3.1.6 || <4.0.8 || <5.0.0-beta.5 => vers:npm/<5.0.0-beta.5",
    "<=1.0.2||<2.3.10 => vers:npm/<2.3.10",
    ">= 0.2.0 <= 0.9.6 || ~0.8.0-pre => vers:npm/>=0.2.0|<=0.9.6",
    ">= 5.2.1 <= 6.0.0 || >=6.0.0 <= 6.0.2 => vers:npm/>=5.2.1|<=6.0.2",
    ">=5.0.3 >=4.2.1 => vers:npm/>=5.0.3",
    "^2.0.18 || ^3.0.16 || ^3.1.6 || ^4.0.8 || ^5.0.0-beta.5 => vers:npm/>=2.0.18|<3.0.0|>=3.0.16|<4.0.0|>=4.0.8|<6.0.0",
    // npm: both at once is nothing (univers reads a list of two versions).
    "1.1.2 1.2.2 => “1.1.2 1.2.2” is not a range: it contains no version",
    // An alternative without text is refused: it could mean everything or be a slip (univers passes it over).
    "<2015.8.13||>=2016.3.0,<2016.11.5||>=2016.11.7,<2016.11.10||>=2017.5.0,<2017.7.8|| => “” is not a range: it is empty",
];

#[test]
fn native_ranges_become_vers_ranges() {
    let sets = [
        ("schema/range/npm_range_from_native.json", 897),
        ("schema/range/gitlab/npm_gitlab_range_from_native.json", 533),
        ("schema/range/gitlab/gem_gitlab_range_from_native.json", 317),
        ("schema/range/gitlab/pypi_gitlab_range_from_native.json", 122),
        ("schema/range/gem_range_from_native.json", 1),
        ("schema/range/pypi_range_from_native.json", 3),
        ("schema/range/nuget_range_from_native.json", 1),
    ];
    let mut wrong = Vec::new();
    for (path, count) in sets {
        let Some(vectors) = vectors(path) else { return };
        assert_eq!(vectors.len(), count, "{path}");
        for vector in &vectors {
            let range = word(&vector["input"]["native_range"]);
            let made = native(word(&vector["input"]["scheme"]), range);
            if made != word(&vector["expected_output"]) {
                wrong.push(format!("{range} => {made}"));
            }
        }
    }
    let Some(advisories) = vectors("npm_advisory.json") else { return };
    assert_eq!(advisories.len(), 885);
    for vector in &advisories {
        let range = word(&vector["npm_native"]);
        let made = native("npm", range);
        if made != word(&vector["expected_vers"]) {
            wrong.push(format!("{range} => {made}"));
        }
    }
    assert_only(wrong, &DIFFERENT);
}

#[test]
fn vers_ranges_are_read_and_written() {
    let Some(vectors) = vectors("schema/range/pypi_range_roundtrip.json") else { return };
    assert_eq!(vectors.len(), 19);
    for vector in &vectors {
        let range = Vers::parse(word(&vector["input"]["vers"])).unwrap();
        assert_eq!(range.to_string(), word(&vector["expected_output"]));
    }
}

#[test]
fn vers_ranges_contain_what_they_should() {
    for (path, count) in
        [("schema/range/pypi_range_containment.json", 10), ("schema/range/npm_range_containment.json", 1)]
    {
        let Some(vectors) = vectors(path) else { return };
        assert_eq!(vectors.len(), count);
        for vector in &vectors {
            let range = Vers::parse(word(&vector["input"]["vers"])).unwrap();
            let contains = range.contains(word(&vector["input"]["version"])).unwrap();
            assert_eq!(contains, vector["expected_output"].as_bool().unwrap(), "{vector}");
        }
    }
}

#[test]
fn the_first_test_suite_of_vers_holds() {
    let Some(vectors) = vectors("test-suite-data.json") else { return };
    assert_eq!(vectors.len(), 2);
    assert_eq!(
        Vers::parse(word(&vectors[0]["vers"])).unwrap().to_string(),
        word(&vectors[0]["canonical_vers"])
    );
    // An early draft of the notation with `&` and `,`, which was given up for `|`: refused.
    assert!(Vers::parse(word(&vectors[1]["vers"])).is_err());
}
