use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::matching::Obstacle;
use crate::refused::Refused;
use crate::work::advisories::import_advisories;
use crate::work::scan::declare_whole;
use mainstay_base::clock::{self, Stamp};
use mainstay_base::time::Moment;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn options() -> SearchOptions {
    SearchOptions { today: day("2026-11-29"), max_age_days: 30, knowledge: Knowledge::default() }
}

fn subject(item: &str, version: &str, purl: &str) -> SearchSubject {
    SearchSubject {
        item: item.to_owned(),
        version: version.to_owned(),
        purl: purl.to_owned(),
        cpes: Vec::new(),
    }
}

fn osv(id: &str, package: &str, fixed: &str, more: &Value) -> Value {
    let mut record = json!({"schema_version": "1.6.0", "id": id, "modified": "2026-11-20T00:00:00Z", "summary": format!("Problem {id}"),
        "affected": [{"package": {"ecosystem": "npm", "name": package},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]});
    for (name, value) in more.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn cache(&self) -> std::path::PathBuf {
        self.folder.path().join("cache")
    }

    fn import(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let stamp = Stamp { now: Moment::parse("2026-11-29T08:00:00Z").unwrap(), ..clock::stamp() };
        let taken = import_advisories(&[path], &self.cache(), &|_| true, &stamp).unwrap();
        assert!(taken[0].records > 0, "{taken:?}");
    }

    /// What was imported is meant to be all that its publishers have.
    fn whole(&self) {
        declare_whole(&self.cache()).unwrap();
    }

    fn osv(&self, name: &str, records: &[Value]) {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        self.import(&format!("{name}.osv.jsonl"), &lines.join("\n"));
    }

    /// Some records, one of them exploited.
    fn filled() -> Self {
        let bench = Self::new();
        let more = json!({"aliases": ["CVE-2026-0001"], "database_specific": {"cwe_ids": ["CWE-79"]},
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]});
        bench.osv(
            "npm",
            &[osv("GHSA-0001", "left-pad", "2.0.0", &more), osv("GHSA-0002", "other", "1.0.0", &json!({}))],
        );
        bench.import("kev.json", KEV);
        bench.whole();
        bench
    }

    fn run(&self, subjects: &[SearchSubject]) -> SearchRun {
        run_search(subjects, &self.cache(), &options(), &|_| true).unwrap()
    }
}

const KEV: &str = r#"{"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"2026.11.20","dateReleased":"2026-11-20T10:00:00Z","count":1,
    "vulnerabilities":[{"cveID":"CVE-2026-0001","vendorProject":"a","product":"b","vulnerabilityName":"c","dateAdded":"2026-11-01",
    "shortDescription":"d","requiredAction":"e","dueDate":"2026-11-21","knownRansomwareCampaignUse":"Unknown","notes":""}]}"#;

fn left_pad() -> SearchSubject {
    subject("left-pad", "1.3.0", "pkg:npm/left-pad@1.3.0")
}

#[test]
fn a_hit_has_everything_that_its_records_say() {
    let run = Bench::filled().run(&[left_pad()]);
    let searched = &run.subjects[0];
    assert_eq!(searched.outcome(), SubjectOutcome::Hits(1));
    let hit = &searched.hits[0];
    assert_eq!(
        (hit.id.as_str(), hit.aliases.as_slice()),
        ("CVE-2026-0001", ["GHSA-0001".to_owned()].as_slice())
    );
    assert_eq!((hit.verdict.as_str(), hit.title.as_str()), ("affected", "Problem GHSA-0001"));
    assert_eq!(
        (hit.fixed.as_slice(), hit.cwe.as_slice()),
        (["2.0.0".to_owned()].as_slice(), ["CWE-79".to_owned()].as_slice())
    );
    assert_eq!(hit.cvss[0].score.as_deref(), Some("9.8"));
    assert_eq!(hit.kev.as_ref().unwrap().added, "2026-11-01");
    let record = &run.records[&hit.records[0].sha256];
    assert_eq!(record.value["id"], "GHSA-0001");
    assert_eq!(
        record.files,
        [run.sources.iter().find(|one| one.file == "npm.osv.jsonl").unwrap().sha256.clone()]
    );
    let result = &searched.results[0];
    assert_eq!((result.result, result.records), (SearchResult::Found, 1));
}

#[test]
fn the_bytes_are_the_same_whatever_the_order_of_the_subjects_and_read_back() {
    let bench = Bench::filled();
    let many: Vec<SearchSubject> = (0..300)
        .map(|n| subject(&format!("p{n}"), "1.0.0", &format!("pkg:npm/p{n}@1.0.0")))
        .chain([left_pad(), subject("other", "0.9.0", "pkg:npm/other@0.9.0")])
        .collect();
    let bytes = bench.run(&many).to_bytes();
    let twice: Vec<SearchSubject> = many.iter().rev().chain(&many).cloned().collect();
    assert_eq!(bench.run(&twice).to_bytes(), bytes);
    assert_eq!(*bytes.last().unwrap(), b'\n');
    let read = SearchRun::read(&bytes).unwrap();
    assert_eq!(read, bench.run(&many));
    assert_eq!(run_again(&bytes, &bench.cache(), &|_| true).unwrap(), SameResult::Same);
}

#[test]
fn subjects_that_cannot_be_searched_for_are_refused_all_at_once() {
    let bench = Bench::filled();
    let refused = |subjects: &[SearchSubject]| {
        run_search(subjects, &bench.cache(), &options(), &|_| true).unwrap_err().to_string()
    };
    assert!(refused(&[]).contains("nothing to search for"));
    let long = subject("long", "1", &"x".repeat(5000));
    let many = SearchSubject { cpes: vec![String::new(); 101], ..left_pad() };
    let why = refused(&[subject(" ", "1", ""), subject("a", "", ""), long, many]);
    for part in ["has no name", "\"a\" has no version", "\"long\" has a designator", "more than 100 CPE"] {
        assert!(why.contains(part), "{why}");
    }
    let nowhere = bench.folder.path().join("nowhere");
    assert!(
        run_search(&[left_pad()], &nowhere, &options(), &|_| true)
            .unwrap_err()
            .to_string()
            .contains("import some")
    );
    let cancelled = run_search(&[left_pad()], &bench.cache(), &options(), &|_| false);
    assert!(matches!(cancelled, Err(Refused::Rule(why)) if why.contains("cancelled")));
}

#[test]
fn a_repetition_on_other_data_says_what_differs() {
    let bench = Bench::filled();
    let bytes = bench.run(&[left_pad()]).to_bytes();
    bench.osv("npm", &[osv("GHSA-0003", "left-pad", "3.0.0", &json!({"modified": "2026-11-28T00:00:00Z"}))]);
    let SameResult::Differs { because } = run_again(&bytes, &bench.cache(), &|_| true).unwrap() else {
        panic!("same")
    };
    assert!(because[0].contains("a file that was not searched: GitHub npm.osv.jsonl"), "{because:?}");
    assert!(because[1].starts_with("left-pad 1.3.0: was “…"), "{because:?}");
    let other = String::from_utf8(bytes).unwrap().replace("\"version\":\"0", "\"version\":\"9");
    let again = run_again(other.as_bytes(), &Bench::filled().cache(), &|_| true).unwrap();
    assert!(
        matches!(again, SameResult::Differs { because } if because[0].contains("the search was made by Mainstay 9"))
    );
    assert!(run_again(b"{}", &bench.cache(), &|_| true).unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn a_run_that_was_touched_is_refused_with_the_place() {
    let text = String::from_utf8(Bench::filled().run(&[left_pad()]).to_bytes()).unwrap();
    for (from, to, place) in [
        ("Problem GHSA-0001\"", "Problem\"", "$.records."),
        ("\"format\":1", "\"format\":2", "$.format"),
        ("\"verdict\":\"affected\"", "\"verdict\":\"none\"", "$.subjects[0].hits[0].verdict"),
        ("\"on\":", "\"more\":1,\"on\":", "$.more: unknown field"),
        ("\"found\"", "\"nothing\"", "$.subjects[0].results[0].result"),
        ("\"kev\":{", "\"epss\":{", "$.subjects[0].hits[0].epss"),
        ("\"added\":", "\"joined\":1,\"added\":", "line "),
        ("\n\"on\"", "\n \"on\"", "line "),
        ("]\n}\n", "]\n}\n\n", "line "),
    ] {
        assert!(text.contains(from), "{from}");
        let changed = text.replace(from, to);
        let why = SearchRun::read(changed.as_bytes()).unwrap_err();
        assert!(why.starts_with(place), "{from}: {why}");
    }
}

#[test]
fn what_no_source_covers_or_old_or_partial_data_would_hide_is_not_checked() {
    let bench = Bench::new();
    bench.osv(
        "npm",
        &[osv("GHSA-0001", "left-pad", "2.0.0", &json!({})), osv("GHSA-0002", "other", "1.0.0", &json!({}))],
    );
    let run = bench.run(&[left_pad(), subject("clean", "1.0.0", "pkg:npm/clean@1.0.0")]);
    let of = |item: &str| run.subjects.iter().find(|one| one.subject.item == item).unwrap().outcome();
    assert_eq!(of("left-pad"), SubjectOutcome::Hits(1), "what is found counts in any part of the data");
    let words = "over 3,000 records about npm packages are published, but only 2 of GitHub were imported";
    assert!(matches!(of("clean"), SubjectOutcome::NotChecked { why } if why.contains(words)));
    let bench = Bench::filled();
    let cargo = subject("serde", "1.0.0", "pkg:cargo/serde@1.0.0");
    let nameless = subject("some/thing", "1.0.0", "");
    let run = bench.run(&[cargo, nameless, subject("clean", "1.0.0", "pkg:npm/clean@1.0.0")]);
    let outcomes: Vec<SubjectOutcome> = run.subjects.iter().map(SearchedSubject::outcome).collect();
    assert_eq!(outcomes[0], SubjectOutcome::NothingFound { by: vec!["GitHub".to_owned()] });
    assert!(
        matches!(&outcomes[1], SubjectOutcome::NotChecked { why } if why.contains("no records for cargo"))
    );
    assert!(matches!(&outcomes[2], SubjectOutcome::NotChecked { why } if why.contains("no package URL")));
    let old = SearchOptions { max_age_days: 2, ..options() };
    let run =
        run_search(&[subject("clean", "1.0.0", "pkg:npm/clean@1.0.0")], &bench.cache(), &old, &|_| true)
            .unwrap();
    assert!(run.sources.iter().all(|source| source.too_old));
    assert!(
        matches!(run.subjects[0].outcome(), SubjectOutcome::NotChecked { why } if why.contains("days old"))
    );
}

#[test]
fn twenty_thousand_hits_of_one_item_take_time_in_proportion() {
    let run = |count: usize| {
        let bench = Bench::new();
        let all: Vec<Value> =
            (0..count).map(|n| osv(&format!("GHSA-{n}"), "left-pad", "2.0.0", &json!({}))).collect();
        bench.osv("npm", &all);
        let begun = mainstay_base::clock::worked();
        let first = bench.run(&[left_pad()]);
        let bytes = first.to_bytes();
        let read = SearchRun::read(&bytes).unwrap();
        assert_eq!(read.subjects[0].outcome(), SubjectOutcome::Hits(count));
        assert!(since(&read, &first).iter().all(|delta| delta.change == SubjectChange::Same));
        mainstay_base::clock::worked().saturating_sub(begun)
    };
    let (few, many) = (run(1000), run(20_000));
    assert!(many < few * 120, "{few:?} for 1,000, {many:?} for 20,000");
}

#[test]
fn since_last_time_tells_each_difference_once() {
    let bench = Bench::new();
    let one = |id: &str, package: &str| osv(id, package, "2.0.0", &json!({}));
    bench.osv(
        "npm",
        &[
            one("GHSA-0001", "a"),
            one("GHSA-0002", "a"),
            one("GHSA-0003", "a"),
            one("GHSA-0004", "a"),
            one("GHSA-0007", "b"),
        ],
    );
    let of = |item: &str, version: &str| subject(item, version, &format!("pkg:npm/{item}@{version}"));
    bench.whole();
    let former = bench.run(&[of("a", "1.0.0"), of("b", "1.0.0"), of("c", "1.0.0")]);
    let later = |id: &str, fixed: &str, more: Value| {
        let mut record = osv(id, "a", fixed, &more);
        record["modified"] = "2026-11-28T00:00:00Z".into();
        record
    };
    bench.osv(
        "more",
        &[
            later("GHSA-0001", "3.0.0", json!({})),
            later("GHSA-0002", "2.0.0", json!({"withdrawn": "2026-11-28T00:00:00Z"})),
            later("GHSA-0003", "2.0.0", json!({"aliases": ["CVE-2026-0001"]})),
            later("GHSA-0005", "2.0.0", json!({})),
        ],
    );
    bench.import("kev.json", KEV);
    bench.whole();
    let now = bench.run(&[of("a", "1.0.0"), of("b", "2.5.0"), of("d", "1.0.0")]);
    let told: Vec<String> = since(&former, &now)
        .iter()
        .map(|one| format!("{} {} {:?}", one.item, one.advisory.as_deref().unwrap_or("-"), one.change))
        .collect();
    assert_eq!(
        told,
        [
            "a CVE-2026-0001 NewlyExploited",
            "a GHSA-0001 Changed",
            "a GHSA-0002 Withdrawn",
            "a GHSA-0004 Same",
            "a GHSA-0005 New",
            "b - VersionChanged",
            "b GHSA-0007 Gone",
            "d - NewSubject",
            "c - Removed",
        ]
    );
    let old = SearchOptions { today: day("2027-11-29"), ..options() };
    let later = run_search(&[of("c", "1.0.0")], &bench.cache(), &old, &|_| true).unwrap();
    let told = since(&former, &later);
    assert_eq!(told[0].change, SubjectChange::NotCheckable);
    assert!(told[0].words.contains("days old"), "{}", told[0].words);
    assert!(since(&now, &now).iter().all(|one| one.change == SubjectChange::Same));
}

#[test]
fn what_rests_on_a_source_that_is_missing_now_cannot_be_compared() {
    let bench = Bench::filled();
    let former = bench.run(&[left_pad()]);
    let told = |former: &SearchRun, now: &SearchRun| -> Vec<(SubjectChange, String)> {
        since(former, now).into_iter().map(|one| (one.change, one.words)).collect()
    };
    let without = |source: &str, hits: bool| {
        let mut now = former.clone();
        now.sources.retain(|one| one.name != source);
        if !hits {
            now.subjects[0].hits.clear();
            let nothing = |one: &mut SourceResult| one.result = SearchResult::NothingFound;
            now.subjects[0].results.iter_mut().for_each(nothing);
        }
        now
    };
    let source = former.subjects[0].hits[0].records[0].source.clone();
    let missing = missing_sources(&former, &without(&source, false));
    assert_eq!(missing, std::iter::once(source.clone()).collect());
    let gone = told(&former, &without(&source, false));
    assert_eq!(
        gone,
        [(SubjectChange::NotCheckable, format!("not found any more, but there is no data of {source} now"))]
    );
    assert_eq!(told(&former, &without("", false)), [(SubjectChange::Gone, "not found any more".to_owned())]);
    let kept = told(&former, &without(&source, true));
    assert_eq!(kept, [(SubjectChange::NotCheckable, format!("there is no data of {source} now"))]);
    let mut no_catalogue = without(crate::formats::advisories::KEV, true);
    no_catalogue.subjects[0].hits[0].kev = None;
    assert_eq!(told(&former, &no_catalogue), [(SubjectChange::Same, "the same".to_owned())]);
    let mut rescored = former.clone();
    rescored.subjects[0].hits[0].cvss.clear();
    let words = told(&former, &rescored)[0].1.clone();
    assert_eq!(words, "severity: \"9.8 critical\" before, \"\" now");
}

#[test]
fn the_catalogue_is_asked_for_the_names_of_findings() {
    let bench = Bench::filled();
    let names = ["cve-2026-0001", "DEBIAN-CVE-2026-0001", "cve-2026-0002", "GHSA-0001", ""];
    let names = names.into_iter().map(str::to_owned).collect();
    let found = crate::work::advisories::exploited_among(&bench.cache(), &names).unwrap();
    let found: Vec<_> = found.iter().map(|(name, entry)| (name.as_str(), entry.added.as_str())).collect();
    assert_eq!(found, [("DEBIAN-CVE-2026-0001", "2026-11-01"), ("cve-2026-0001", "2026-11-01")]);
}

fn any_result() -> impl Strategy<Value = SourceResult> {
    let result = prop_oneof![
        Just(SearchResult::Found),
        Just(SearchResult::NothingFound),
        Just(SearchResult::NotChecked)
    ];
    let obstacle = prop::option::of(prop_oneof![
        Just(Obstacle::NoIdentifier),
        Just(Obstacle::NoData),
        Just(Obstacle::Distribution),
        Just(Obstacle::NotComparable),
        Just(Obstacle::TooOld),
        Just(Obstacle::Incomplete),
    ]);
    (result, obstacle, prop::option::of("[a-z]{0,4}"), "[A-C]").prop_map(|(result, obstacle, why, source)| {
        SourceResult { source, result, identifier: None, records: 0, obstacle, why }
    })
}

fn a_hit() -> SearchHit {
    Bench::filled().run(&[left_pad()]).subjects[0].hits[0].clone()
}

proptest! {
    #[test]
    fn nothing_found_is_never_said_of_what_no_source_could_check(
        results in prop::collection::vec(any_result(), 0..5), hits in 0_usize..3,
    ) {
        thread_local!(static HIT: SearchHit = a_hit());
        let hits = vec![HIT.with(SearchHit::clone); hits];
        let searched = SearchedSubject { subject: left_pad(), results, hits, support: None };
        let has = |result| searched.results.iter().any(|one| one.result == result);
        let (found, nothing, unchecked) =
            (has(SearchResult::Found), has(SearchResult::NothingFound), has(SearchResult::NotChecked));
        match searched.outcome() {
            SubjectOutcome::Hits(number) => {
                prop_assert!(number > 0 && number == searched.hits.len() && (found || nothing));
            }
            SubjectOutcome::NothingFound { by } => {
                prop_assert!(nothing && !found && searched.hits.is_empty() && !by.is_empty());
                let doubtful = |one: &SourceResult| {
                    one.result == SearchResult::NotChecked && one.obstacle.is_none_or(Obstacle::is_doubt)
                };
                prop_assert!(!searched.results.iter().any(doubtful));
            }
            SubjectOutcome::NotChecked { why } => prop_assert!(!why.is_empty() && (unchecked || found || searched.results.is_empty())),
        }
        if !found && !nothing {
            let unchecked = matches!(searched.outcome(), SubjectOutcome::NotChecked { .. });
            prop_assert!(unchecked);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(SearchRun::read(&bytes).is_err());
    }

    #[test]
    fn a_run_with_some_bytes_changed_is_refused_or_is_written_as_it_was_read(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        thread_local!(static RUN: Vec<u8> = Bench::filled().run(&[left_pad()]).to_bytes());
        let mut bytes = RUN.with(Vec::clone);
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(read) = SearchRun::read(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_subject_is_searched_and_unchecked_ones_are_never_clear(
        item in "\\PC{1,12}", version in "\\PC{1,6}", purl in prop_oneof![Just(String::new()), "\\PC{0,20}", "pkg:[a-z]{1,6}/[a-z@]{1,8}"],
    ) {
        thread_local!(static BENCH: Bench = Bench::filled());
        let subjects = [SearchSubject { item, version, purl, cpes: Vec::new() }];
        let run = BENCH.with(|bench| run_search(&subjects, &bench.cache(), &options(), &|_| true));
        if let Ok(run) = run {
            prop_assert_eq!(&SearchRun::read(&run.to_bytes()).unwrap(), &run);
            if let SubjectOutcome::NothingFound { by } = run.subjects[0].outcome() {
                let checked = |source: &String| run.subjects[0].results.iter()
                    .any(|one| one.source == *source && one.result == SearchResult::NothingFound);
                prop_assert!(!by.is_empty() && by.iter().all(checked));
            }
        }
    }
}
