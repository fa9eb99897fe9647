//! What came of a whole source, and groups of records of one vulnerability.

use super::*;

fn alias(products: &[&str]) -> Alias {
    Alias { products: products.iter().map(|p| (*p).to_owned()).collect(), reason: "same project".to_owned() }
}

fn exclusion(component: &str, product: &str) -> Exclusion {
    Exclusion {
        component: component.to_owned(),
        product: product.to_owned(),
        reason: "another product".to_owned(),
    }
}

#[test]
fn aliases_join_products_of_one_project_and_may_cross_from_purl_to_cpe() {
    let knowledge = Knowledge {
        aliases: vec![
            alias(&["openssl:openssl", "openssl_project:openssl"]),
            alias(&["pkg:generic/openssl", "openssl:openssl"]),
        ],
        exclusions: Vec::new(),
    };
    let record =
        nvd(vec![any_of(vec![criterion("cpe:2.3:a:openssl_project:openssl:*:*:*:*:*:*:*:*", "< 1.0.2")])]);
    let by_cpe = component("openssl", None, &[], &["cpe:2.3:a:openssl:openssl:1.0.1:*:*:*:*:*:*:*"]);
    let by_purl = component("openssl", Some("1.0.1"), &["pkg:generic/openssl@1.0.1"], &[]);
    for own in [by_cpe, by_purl] {
        assert_ne!(said(&identity(&own), &record), "affected");
        assert_eq!(said(&Identity::of(&own, &knowledge), &record), "affected");
    }
}

#[test]
fn exclusions_take_a_product_away_from_one_component() {
    let record = nvd(vec![any_of(vec![criterion("cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*", "")])]);
    let own = component("zlib", Some("1.0"), &["pkg:npm/zlib@1.0"], &[]);
    assert_eq!(said(&identity(&own), &record), "candidate");
    for who in ["zlib", "pkg:npm/zlib"] {
        let knowledge = Knowledge { aliases: Vec::new(), exclusions: vec![exclusion(who, "zlib:zlib")] };
        assert_eq!(said(&Identity::of(&own, &knowledge), &record), "nothing", "{who}");
    }
    let other = Knowledge { aliases: Vec::new(), exclusions: vec![exclusion("pkg:npm/other", "zlib:zlib")] };
    assert_eq!(said(&Identity::of(&own, &other), &record), "candidate");
}

#[test]
fn what_a_person_added_is_plain_data() {
    let knowledge =
        Knowledge { aliases: vec![alias(&["a:b", "c:d"])], exclusions: vec![exclusion("x", "pkg:npm/y")] };
    let text = serde_json::to_string(&knowledge).unwrap();
    assert_eq!(serde_json::from_str::<Knowledge>(&text).unwrap(), knowledge);
    assert_eq!(serde_json::from_str::<Knowledge>("{}").unwrap(), Knowledge::default());
    let judgement = judge(&package("pkg:npm/x@1.0.0"), &record(vec![claim("npm", "x", Vec::new())]));
    let text = serde_json::to_string(&judgement).unwrap();
    assert!(text.starts_with(r#"{"verdict":"affected","why":{"level":"exact""#), "{text}");
    assert_eq!(serde_json::from_str::<Judgement>(&text).unwrap(), judgement);
}

#[test]
fn records_that_meet_in_an_alias_are_one_group() {
    let of = |id: &str, aliases: &[&str]| Advisory {
        id: id.to_owned(),
        aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
        ..advisory(Source::Osv)
    };
    let records = [
        of("RUSTSEC-2022-0013", &["CVE-2022-24713", "GHSA-m5pq-gvj9-9vr8"]),
        of("PYSEC-1", &["GHSA-aaaa"]),
        of("GHSA-m5pq-gvj9-9vr8", &[]),
        of("CVE-2022-24713", &[]),
        of("PYSEC-2", &["ghsa-AAAA"]),
    ];
    let groups = group(&records.iter().collect::<Vec<_>>());
    let named: Vec<(&str, &[usize])> = groups.iter().map(|g| (g.id.as_str(), g.members.as_slice())).collect();
    assert_eq!(named, [("CVE-2022-24713", &[0, 2, 3][..]), ("GHSA-aaaa", &[1, 4][..])]);
    assert_eq!(groups[0].ids.len(), 3);
    assert!(group(&[]).is_empty());
}

#[test]
fn texts_are_watched_for_whole_names_that_mean_something() {
    let of = |text: &str| Advisory { description: text.to_owned(), ..advisory(Source::Nvd) };
    let log4j = package("pkg:maven/org.apache.logging.log4j/log4j-core@2.0");
    assert!(mentions(&log4j, &of("A flaw in Apache Log4j Core before 2.15.")));
    assert!(!mentions(&log4j, &of("A flaw in log4j-cored.")) && !mentions(&log4j, &of("")));
    assert!(mentions(&log4j, &Advisory { title: Some("log4j-core".to_owned()), ..advisory(Source::Nvd) }));
    assert!(!mentions(&identity(&component("linux", None, &[], &[])), &of("linux")));
    assert!(mentions(&identity(&component("Zürich", None, &[], &[])), &of("in ZÜRICH it fails")));
}

fn aged(source: Source, covers: &[&str], age: Option<u32>) -> SourceFacts {
    let covers = covers.iter().map(|text| (Coverage::parse(text).unwrap(), age)).collect();
    SourceFacts { source, covers, allowed_days: Some(30), gaps: Vec::new(), partial: [].into() }
}

fn facts(source: Source, covers: &[&str]) -> SourceFacts {
    aged(source, covers, Some(3))
}

fn sum(own: &Identity, facts: &SourceFacts, verdicts: &[Verdict]) -> (Outcome, Option<Obstacle>) {
    let judgements: Vec<Judgement> =
        verdicts.iter().map(|verdict| Judgement { verdict: verdict.clone(), why: judged_why() }).collect();
    let checked = outcome(own, facts, judgements.iter().map(JudgedRecord::from));
    assert_eq!(checked.obstacle.is_some(), checked.reason.is_some());
    assert_eq!(checked.obstacle.is_some(), checked.outcome == Outcome::CouldNotBeChecked);
    (checked.outcome, checked.obstacle)
}

fn judged_why() -> Option<Why> {
    judge(&package("pkg:npm/x@1.0.0"), &record(vec![claim("npm", "x", Vec::new())])).why
}

#[test]
fn nothing_found_is_said_only_where_something_could_have_been_found() {
    let npm = package("pkg:npm/x@1.0.0");
    let cpe = product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*");
    let deb =
        identity(&component("x", Some("1-1"), &["pkg:deb/debian/x@1-1"], &["cpe:2.3:a:v:x:1:*:*:*:*:*:*:*"]));
    let bare = identity(&component("x", Some("1.0"), &[], &[]));
    let unclear = Verdict::NotComparable { why: "x".to_owned() };
    let cannot = |why| (Outcome::CouldNotBeChecked, Some(why));
    let clear = (Outcome::NothingFound, None);
    let found = (Outcome::Found, None);
    let (osv, source) = (facts(Source::Osv, &["pkg:npm"]), facts(Source::Nvd, &["products"]));
    assert_eq!(sum(&npm, &osv, &[]), clear);
    assert_eq!(sum(&npm, &osv, &[Verdict::Candidate, Verdict::NotAffected]), clear);
    assert_eq!(sum(&npm, &osv, &[Verdict::Affected, unclear.clone()]), found);
    assert_eq!(sum(&npm, &osv, &[Verdict::Conditional { condition: String::new() }]), found);
    assert_eq!(sum(&npm, &osv, &[unclear]), cannot(Obstacle::NotComparable));
    assert_eq!(sum(&npm, &facts(Source::Osv, &["pkg:pypi"]), &[]), cannot(Obstacle::NoData));
    assert_eq!(sum(&npm, &source, &[]), cannot(Obstacle::NoIdentifier));
    assert_eq!(sum(&cpe, &source, &[]), clear);
    assert_eq!(sum(&cpe, &osv, &[]), cannot(Obstacle::NoIdentifier));
    assert_eq!(sum(&deb, &source, &[]), cannot(Obstacle::Distribution));
    let debian = facts(Source::Osv, &["pkg:deb/debian"]);
    assert_eq!(sum(&deb, &debian, &[]), cannot(Obstacle::Distribution));
    let mut deb = deb;
    deb.assume_named_like_source();
    assert_eq!(sum(&deb, &debian, &[]), clear);
    assert_eq!(sum(&bare, &facts(Source::Cve, &["products"]), &[]), cannot(Obstacle::NoIdentifier));
    let no_version = package("pkg:npm/x");
    assert_eq!(sum(&no_version, &osv, &[]), cannot(Obstacle::NotComparable));
    let old = aged(Source::Osv, &["pkg:npm"], Some(31));
    assert_eq!(sum(&npm, &old, &[]), cannot(Obstacle::TooOld));
    assert_eq!(sum(&npm, &old, &[Verdict::Affected]), found);
    assert_eq!(sum(&npm, &aged(Source::Osv, &["pkg:npm"], None), &[]), cannot(Obstacle::TooOld));
    assert_eq!(
        sum(&npm, &SourceFacts { allowed_days: None, ..aged(Source::Osv, &["pkg:npm"], None) }, &[]),
        clear
    );
    let both = facts(Source::Osv, &["pkg:npm", "pkg:pypi"]);
    let part = |text: &str| [(Coverage::parse(text).unwrap(), "some of it".to_owned())].into();
    assert_eq!(sum(&npm, &SourceFacts { partial: part("pkg:pypi"), ..both.clone() }, &[]), clear);
    assert_eq!(
        sum(&npm, &SourceFacts { partial: part("pkg:npm"), ..both }, &[]),
        cannot(Obstacle::Incomplete)
    );
    let torn = SourceFacts { gaps: vec!["2 of 3 records are here".to_owned()], ..osv };
    assert_eq!(sum(&npm, &torn, &[]), cannot(Obstacle::Incomplete));
    assert_eq!(sum(&npm, &torn, &[Verdict::Affected]), found);
}

/// A candidate by name, whose record names a product in these words or none at all.
fn perhaps(product: &str) -> Judgement {
    let why = judged_why().unwrap();
    let why = Why { level: crate::model::purl::Level::ByName, product: product.to_owned(), ..why };
    Judgement { verdict: Verdict::Candidate, why: Some(why) }
}

#[test]
fn a_source_that_may_mean_a_component_by_name_has_not_found_nothing() {
    let cpe = product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*");
    let nvd = facts(Source::Nvd, &["products"]);
    for named in ["", "cpe:somebody:p"] {
        let checked = outcome(&cpe, &nvd, [JudgedRecord::from(&perhaps(named))]);
        assert_eq!(checked.obstacle, Some(Obstacle::NotComparable), "{named}");
        assert!(checked.reason.unwrap().starts_with("a record may be about it: "));
    }
    let osv = facts(Source::Osv, &["pkg:npm", "pkg:gem", "pkg:golang"]);
    let of = |purl: &str, named: &str| {
        outcome(&package(purl), &osv, [JudgedRecord::from(&perhaps(named))]).outcome
    };
    assert_eq!(of("pkg:npm/x@1.0.0", ""), Outcome::CouldNotBeChecked);
    assert_eq!(of("pkg:gem/redcloth@4.0", "pkg:gem/RedCloth"), Outcome::CouldNotBeChecked);
    assert_eq!(
        of("pkg:golang/example.org/a/b@v1.0.0", "pkg:golang/example.org/a"),
        Outcome::CouldNotBeChecked
    );
    // Packages of npm without a scope have exactly that name.
    assert_eq!(of("pkg:npm/x@1.0.0", "pkg:npm/%40v/x"), Outcome::NothingFound);
}

#[test]
fn a_withdrawn_record_is_a_finding_only_where_no_doubt_is_left() {
    let own = product("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*");
    let affected = Judgement { verdict: Verdict::Affected, why: judged_why() };
    let unclear = Judgement { verdict: Verdict::NotComparable { why: "x".to_owned() }, why: judged_why() };
    let withdrawn = || JudgedRecord { judgement: &affected, withdrawn: true };
    let of = |facts: &SourceFacts, others: &[&Judgement]| {
        let told = std::iter::once(withdrawn()).chain(others.iter().map(|one| JudgedRecord::from(*one)));
        let checked = outcome(&own, facts, told);
        (checked.outcome, checked.obstacle)
    };
    let nvd = facts(Source::Nvd, &["products"]);
    let doubt = (Outcome::CouldNotBeChecked, Some(Obstacle::NotComparable));
    assert_eq!(of(&nvd, &[&perhaps("cpe:somebody:p")]), doubt);
    assert_eq!(of(&nvd, &[&unclear]), doubt);
    assert_eq!(of(&nvd, &[]), (Outcome::Found, None));
    assert_eq!(of(&nvd, &[&perhaps("cpe:somebody:p"), &affected]), (Outcome::Found, None));
    let old = aged(Source::Nvd, &["products"], Some(31));
    assert_eq!(of(&old, &[]), (Outcome::CouldNotBeChecked, Some(Obstacle::TooOld)));
    assert_eq!(of(&old, &[&affected]), (Outcome::Found, None));
    // A source that told of the component is not one without data about it.
    let other = facts(Source::Nvd, &[]);
    assert_eq!(of(&other, &[]), (Outcome::Found, None));
    assert_eq!(of(&other, &[&unclear]), doubt);
}

#[test]
fn a_repository_is_answered_for_only_where_a_record_names_it() {
    let own = package("pkg:github/acme/relay@v1.0");
    let osv = facts(Source::Osv, &["pkg:github"]);
    assert_eq!(sum(&own, &osv, &[]), (Outcome::CouldNotBeChecked, Some(Obstacle::NoData)));
    let named = PackageClaim {
        purl: Some("pkg:github/acme/relay".to_owned()),
        ..claim("GIT", "relay", vec![affected("ECOSYSTEM", &[], &["v0.9"])])
    };
    let judged = judge(&own, &record(vec![named]));
    assert_eq!(judged.verdict, Verdict::NotAffected);
    assert_eq!(outcome(&own, &osv, [JudgedRecord::from(&judged)]).outcome, Outcome::NothingFound);
}
