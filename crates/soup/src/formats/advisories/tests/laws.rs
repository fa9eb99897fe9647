//! Rules for every reader. A record that names no product must not clear any component: whatever its source calls it, it counts as not analysed,
//! and its text is searched for the names of components. And more names of a product must not turn a hit or a doubt into "not affected".

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::component::Component;
use crate::model::matching::{Identity, Knowledge, Verdict, judge};

/// Texts in the place of a product name that do not name a product.
fn no_word() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        prop::sample::select(
            &["", " ", "n/a", "N/A", "unspecified", "Unknown", "-", "*", "Multiple Products", "None"][..]
        )
        .prop_map(|word| json!(word)),
    ]
}

/// CPE names that name no product.
fn no_cpe() -> impl Strategy<Value = Value> {
    prop::sample::select(
        &["cpe:2.3:*:*:*:*:*:*:*:*:*:*:*", "cpe:2.3:a:-:-:*:*:*:*:*:*:*:*", "cpe:2.3:a", "nonsense", ""][..],
    )
    .prop_map(|name| json!(name))
}

/// `affected` of a CVE record, with versions but without a product.
fn affected() -> impl Strategy<Value = Value> {
    let versions = prop::sample::select(&["1.0", "n/a", "all versions"][..])
        .prop_map(|version| json!([{"version": version, "status": "affected"}]));
    let purl = prop_oneof![Just(Value::Null), Just(json!("pkg:")), Just(json!("n/a"))];
    (no_word(), no_word(), no_word(), prop::collection::vec(no_cpe(), 0..2), versions, purl).prop_map(
        |(vendor, product, package, cpes, versions, purl)| {
            json!({"vendor": vendor, "product": product, "packageName": package, "collectionURL": "https://pypi.org",
                "cpes": cpes, "versions": versions, "packageURL": purl, "defaultStatus": "unaffected"})
        },
    )
}

fn list(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), prop::collection::vec(of, 0..3).prop_map(Value::Array)]
}

/// Configurations that name no vulnerable product.
fn nodes() -> impl Strategy<Value = Value> {
    let environment = Just(json!({"vulnerable": false, "criteria": "cpe:2.3:o:v:os:*:*:*:*:*:*:*:*"}));
    let matches = prop_oneof![
        (any::<bool>(), no_cpe())
            .prop_map(|(vulnerable, criteria)| json!({"vulnerable": vulnerable, "criteria": criteria})),
        environment
    ];
    let negate = any::<bool>();
    list(
        (negate, prop::collection::vec(matches, 0..3))
            .prop_map(|(negate, all)| json!({"operator": "OR", "negate": negate, "cpeMatch": all})),
    )
}

fn nvd2() -> impl Strategy<Value = Value> {
    let status =
        prop::sample::select(&["Analyzed", "Modified", "Deferred", "Awaiting Analysis", "Received"][..]);
    let configurations = list(nodes().prop_map(|nodes| json!({"nodes": nodes})));
    let reported =
        list(list(affected()).prop_map(|data| json!({"source": "cna@example.org", "affectedData": data})));
    (status, configurations, reported).prop_map(|(status, configurations, reported)| {
        json!({"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [
            {"cve": {"id": "CVE-1", "vulnStatus": status, "configurations": configurations, "affected": reported}}]})
    })
}

fn nvd11() -> impl Strategy<Value = Value> {
    nodes().prop_map(|nodes| {
        json!({"CVE_data_type": "CVE", "CVE_Items": [
            {"cve": {"CVE_data_meta": {"ID": "CVE-1"}}, "configurations": {"nodes": nodes}}]})
    })
}

fn cve5() -> impl Strategy<Value = Value> {
    let container = || {
        (list(affected()), list(nodes().prop_map(|nodes| json!({"nodes": nodes})))).prop_map(
            |(affected, applicability)| json!({"affected": affected, "cpeApplicability": applicability}),
        )
    };
    (container(), list(container())).prop_map(|(cna, adp)| {
        json!({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-1", "state": "PUBLISHED"},
            "containers": {"cna": cna, "adp": adp}})
    })
}

fn osv() -> impl Strategy<Value = Value> {
    let affected =
        prop::sample::select(
            &[
                r#"{"ranges": [], "versions": ["1.0"]}"#,
                "{}",
                r#"{"package": {"ecosystem": "", "name": ""}}"#,
            ][..],
        )
        .prop_map(|text| serde_json::from_str(text).unwrap());
    list(affected)
        .prop_map(|affected| json!({"id": "CVE-1", "modified": "2026-01-01T00:00:00Z", "affected": affected}))
}

fn csaf() -> impl Strategy<Value = Value> {
    let status = prop::sample::select(&["known_affected", "fixed", "recommended", "known_not_affected"][..]);
    let ids = prop::sample::select(&["nobody", "empty"][..]);
    (status, ids).prop_map(|(status, id)| {
        json!({"document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Acme"}, "tracking": {"id": "A-1",
                "current_release_date": "2026-01-01", "initial_release_date": "2026-01-01", "status": "final"}},
            "product_tree": {"full_product_names": [{"name": " ", "product_id": "empty"}]},
            "vulnerabilities": [{"cve": "CVE-1", "product_status": {status: [id]}}]})
    })
}

/// Versions in the words of reporters.
const VERSION_WORDS: &[&str] = &[
    "1.5.0",
    "< 2.0.0",
    ">= 1.0.0, < 1.5.0",
    "1.x",
    "all versions",
    "*",
    "prior to 2.0.0",
    "1.0.0 through 2.0.0",
    "n/a",
    "unspecified",
    "v1.5.0",
];

/// Further names of the product `acme:tool` in addition to its words, in the form of CVE and NVD records.
fn more_names() -> impl Strategy<Value = Value> {
    let names = [
        json!({"packageName": "tool", "collectionURL": "https://pypi.org"}),
        json!({"packageName": "tool", "collectionURL": "https://example.org/packages"}),
        json!({"packageURL": "pkg:pypi/tool"}),
        json!({"packageURL": "pkg:generic/tool"}),
        json!({"cpes": ["cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*"]}),
        json!({"cpes": ["cpe:2.3:a:acme:tool:1.*.0:*:*:*:*:*:*:*"]}),
        json!({"repo": "https://github.com/acme/tool"}),
    ];
    let of = prop::sample::subsequence(names.to_vec(), 0..4);
    of.prop_map(|parts| {
        let members = parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten();
        Value::Object(members.collect())
    })
}

/// `affected` with a product in words, and the same with further names.
fn affected_twice() -> impl Strategy<Value = (Value, Value)> {
    let entry = (
        prop::sample::select(VERSION_WORDS),
        prop::sample::select(&["affected", "unknown"][..]),
        any::<bool>(),
    );
    let default = prop::sample::select(&["unaffected", "affected", "unknown"][..]);
    (entry, default, more_names()).prop_map(|((text, status, as_end), default, names)| {
        let versions = if as_end {
            json!([{"version": "0", "lessThan": text, "status": status, "versionType": "custom"}])
        } else {
            json!([{"version": text, "status": status}])
        };
        let bare =
            json!({"vendor": "acme", "product": "tool", "versions": versions, "defaultStatus": default});
        let mut rich = bare.clone();
        if let (Some(rich), Some(names)) = (rich.as_object_mut(), names.as_object()) {
            rich.extend(names.clone());
        }
        (bare, rich)
    })
}

/// Records with this `affected`, one for each reader that accepts a product in words.
fn documents(affected: &Value) -> Vec<Value> {
    let cna = json!({"affected": [affected]});
    vec![
        json!({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-1", "state": "PUBLISHED"}, "containers": {"cna": cna}}),
        json!({"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [{"cve": {"id": "CVE-1", "vulnStatus": "Deferred",
            "affected": [{"source": "cna@example.org", "affectedData": [affected]}]}}]}),
    ]
}

/// A product of CSAF, with the helper or without.
fn csaf_product(category: &str, version: &str, helper: &Value) -> Value {
    json!({"document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Acme"}, "tracking": {"id": "A-1",
            "current_release_date": "2026-01-01", "initial_release_date": "2026-01-01", "status": "final"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "acme", "branches": [{"category": "product_name", "name": "tool",
            "branches": [{"category": category, "name": version,
                "product": {"name": "tool", "product_id": "P", "product_identification_helper": helper}}]}]}]},
        "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_affected": ["P"]}}]})
}

/// The same record without and with further names of its product.
fn record_twice() -> impl Strategy<Value = (Value, Value)> {
    let by_words = (affected_twice(), any::<bool>()).prop_map(|((bare, rich), first)| {
        let of = |affected: &Value| documents(affected).swap_remove(usize::from(first));
        (of(&bare), of(&rich))
    });
    let helper = prop::sample::select(vec![
        json!({"purl": "pkg:pypi/tool"}),
        json!({"purl": "pkg:generic/tool"}),
        json!({"cpe": "cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*"}),
        json!({"cpe": "cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*", "purl": "pkg:pypi/tool"}),
    ]);
    let category = prop::sample::select(&["product_version", "product_version_range"][..]);
    let csaf =
        (category, prop::sample::select(VERSION_WORDS), helper).prop_map(|(category, version, helper)| {
            (csaf_product(category, version, &json!({})), csaf_product(category, version, &helper))
        });
    prop_oneof![2 => by_words, 1 => csaf]
}

/// The verdict of a document with one record for a component.
fn verdict_of(document: &Value, own: &Component) -> Verdict {
    let (records, _) = take(document.to_string());
    let record = records.into_iter().find_map(|(published, ..)| match published {
        Published::Advisory(advisory) => Some(advisory),
        Published::Statement(_)
        | Published::Exploited(_)
        | Published::Predicted(_)
        | Published::Support(_) => None,
    });
    judge(&Identity::of(own, &Knowledge::default()), &record.unwrap()).verdict
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn more_identity_never_turns_a_hit_or_a_doubt_into_not_affected(
        (bare, rich) in record_twice(), version in prop::sample::select(&["1.0.0", "1.5.0", "2.0.0"][..]), by_cpe in any::<bool>()
    ) {
        let own = Component {
            name: "tool".to_owned(),
            version: Some(version.to_owned()),
            purls: ["pypi", "generic"].map(|kind| format!("pkg:{kind}/tool@{version}")).to_vec(),
            cpes: by_cpe.then(|| format!("cpe:2.3:a:acme:tool:{version}:*:*:*:*:*:*:*")).into_iter().collect(),
            ..Component::default()
        };
        let (bare_verdict, rich_verdict) = (verdict_of(&bare, &own), verdict_of(&rich, &own));
        if bare_verdict != Verdict::NotAffected {
            prop_assert!(rich_verdict != Verdict::NotAffected, "{bare_verdict:?}\n{rich}");
        }
    }

    #[test]
    fn a_record_that_names_no_product_clears_none(
        document in prop_oneof![nvd2(), nvd11(), cve5(), osv(), csaf()]
    ) {
        let (records, outcome) = take(document.to_string());
        let advisories: Vec<&Advisory> = records.iter().filter_map(|(published, ..)| match published {
            Published::Advisory(advisory) => Some(&**advisory),
            Published::Statement(_) | Published::Exploited(_) | Published::Predicted(_) | Published::Support(_) => None,
        }).collect();
        prop_assert_eq!(advisories.len(), 1, "{:?}", outcome);
        prop_assert_eq!(&advisories[0].standing, &Standing::NotAnalysed, "{}", document);
    }
}
