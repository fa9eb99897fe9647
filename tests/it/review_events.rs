//! What asks for a SOUP review before its interval is over: through the file, the advisory data, the command line and the window.

use std::path::PathBuf;

use eframe::egui::vec2;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::soup_review::ReviewTrigger;
use mainstay::domain::time::Moment;
use mainstay::review::{LastLook, News, ReviewSearch, news};
use mainstay::soup::{declare_whole, import_advisories};
use mainstay::ui::cx::Route;
use mainstay::ui::screens::advisories::AdvisoryPlaces;
use serde_json::{Value, json};

use crate::cli::{copy, run_at};
use crate::desk::{Desk, stamp, workstation};
use crate::host::Window;
use crate::releasing::released;
use crate::soup_desk::{all_judged, built, completed, register, scheduled};

/// A file with a release in service that contains libexpat 2.5.0, which was reviewed, and advisory data of the workstation.
struct InService {
    desk: Desk,
    cache: PathBuf,
}

impl InService {
    fn new() -> Self {
        let mut desk = Desk::staffed();
        released(&mut desk);
        desk.edit(
            "ben",
            RecordId::new(Kind::SoupItem, 1),
            json!({"cpes": ["cpe:2.3:a:libexpat_project:libexpat:*:*:*:*:*:*:*:*"]}),
        )
        .unwrap();
        let cache = desk.folder.path().join("cache");
        Self { desk, cache }
    }

    /// Imports what is published.
    fn advisories(&self, name: &str, content: &Value) {
        let path = self.desk.folder.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        let taken = import_advisories(&[path], &self.cache, &|_| true, &stamp(self.desk.now)).unwrap();
        assert!(taken[0].records > 0, "{taken:?}");
        declare_whole(&self.cache).unwrap();
    }

    fn news(&self) -> News {
        let options = ReviewSearch::of(&self.cache);
        news(&self.desk.file, &options, self.desk.now, (&LastLook::default(), &|_| true)).unwrap()
    }
}

/// An advisory about libexpat before 2.6.2.
fn of_libexpat(id: &str) -> Value {
    nvd(id, "libexpat_project:libexpat", "2.6.2")
}

/// An advisory about versions of a product before one.
fn nvd(id: &str, product: &str, before: &str) -> Value {
    json!({
        "resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2031-03-03T00:00:00",
        "vulnerabilities": [{"cve": {
            "id": id, "published": "2031-03-01T00:00:00", "lastModified": "2031-03-02T00:00:00", "vulnStatus": "Analyzed",
            "descriptions": [{"lang": "en", "value": "Memory is read beyond its end"}],
            "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true,
                "criteria": format!("cpe:2.3:a:{product}:*:*:*:*:*:*:*:*"), "versionEndExcluding": before}]}]}],
        }}],
    })
}

fn kev(id: &str) -> Value {
    json!({"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2031.03.03", "dateReleased": "2031-03-03T08:00:00Z",
        "count": 1, "vulnerabilities": [{"cveID": id, "vendorProject": "V", "product": "P", "vulnerabilityName": "N",
        "dateAdded": "2031-03-01", "shortDescription": "S", "requiredAction": "A", "dueDate": "2031-03-22"}]})
}

fn triggers(news: &News) -> Vec<ReviewTrigger> {
    news.events().iter().map(|event| event.trigger).collect()
}

#[test]
fn advisory_data_that_says_more_of_the_soup_in_service_than_the_last_review_knew_asks_for_one() {
    let mut bench = InService::new();
    assert_eq!(bench.news(), News::NoData);
    bench.advisories("other.json", &kev("CVE-1999-0001"));
    let unchecked = bench.news();
    assert_eq!(unchecked.events(), []);
    let words = unchecked.looked_words().unwrap();
    assert!(words.contains("; 1 of the versions could not be checked"), "{words}");
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    let found = bench.news();
    assert!(!found.looked_words().unwrap().contains("could not be checked"));
    assert_eq!(triggers(&found), [ReviewTrigger::Advisory]);
    assert_eq!(found.events()[0].details, ["CVE-2031-0001 in libexpat 2.5.0"]);
    bench.advisories("kev.json", &kev("CVE-2031-0001"));
    assert_eq!(triggers(&bench.news()), [ReviewTrigger::KnownExploited]);
    let planned = scheduled(&mut bench.desk, json!({"title": "Exploited", "trigger": "known_exploited"}));
    assert_eq!(triggers(&bench.news()), [], "its review is scheduled");
    let at = bench.desk.tick();
    let options = ReviewSearch::of(&bench.cache);
    let session = &bench.desk.people["cleo"];
    mainstay::review::start(&mut bench.desk.file, session, (planned, &options), &|_| true, &stamp(at))
        .unwrap();
    assert_eq!(triggers(&bench.news()), [], "the review that is under way knows it");
    bench.desk.assert_verifies();
}

#[test]
fn advisory_data_that_cannot_be_read_is_not_taken_for_none() {
    let bench = InService::new();
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    for entry in std::fs::read_dir(&bench.cache).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::write(path, "not a database, and longer than the head of one ".repeat(50)).unwrap();
        }
    }
    let options = ReviewSearch::of(&bench.cache);
    let looked = news(&bench.desk.file, &options, bench.desk.now, (&LastLook::default(), &|_| true));
    assert!(looked.is_err(), "{looked:?}");
}

#[test]
fn data_that_is_too_old_to_show_what_is_new_is_never_silent() {
    let bench = InService::new();
    bench.advisories("nvd.json", &nvd("CVE-2031-0001", "example:other", "2.6.2"));
    let says_old = |news: &News| news.limits().iter().any(|words| words.contains("too old"));
    assert!(!says_old(&bench.news()));
    let options = ReviewSearch::of(&bench.cache);
    let later = Moment::end_of(bench.desk.now.day().plus_days(200));
    let found = news(&bench.desk.file, &options, later, (&LastLook::default(), &|_| true)).unwrap();
    assert_eq!(found.events(), []);
    let words = found.limits().join("\n");
    assert!(
        words.starts_with("The data of ") && words.contains("too old to show what is new; update it"),
        "{words}"
    );
}

/// A review of what is in service, started by Cleo with the advisory data.
fn review(bench: &mut InService) -> RecordId {
    let planned = scheduled(&mut bench.desk, json!({"title": "Review"}));
    let at = bench.desk.tick();
    let options = ReviewSearch::of(&bench.cache);
    let session = &bench.desk.people["cleo"];
    mainstay::review::start(&mut bench.desk.file, session, (planned, &options), &|_| true, &stamp(at))
        .unwrap();
    planned
}

#[test]
fn an_advisory_that_changed_since_the_last_review_asks_for_one_and_says_what_is_different() {
    let mut bench = InService::new();
    bench.advisories("kev.json", &kev("CVE-1999-0001"));
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    review(&mut bench);
    let found = bench.news();
    assert_eq!((found.events(), found.limits()), (&[][..], Vec::new()));
    let later = |hour: u8, value: Value| -> Value {
        let text = value.to_string().replace("2031-03-02T00", &format!("2031-03-02T{hour:02}"));
        serde_json::from_str(&text.replace("Memory is read", &format!("Memory {hour} is read"))).unwrap()
    };
    bench.advisories("nvd2.json", &later(1, nvd("CVE-2031-0001", "libexpat_project:libexpat", "2.7.0")));
    let found = bench.news();
    assert_eq!(triggers(&found), [ReviewTrigger::Advisory]);
    assert_eq!(found.events()[0].what, "Advisories that changed since the last review: CVE-2031-0001");
    let detail = &found.events()[0].details[0];
    for part in
        ["affected versions: \"< 2.6.2\" before, \"< 2.7.0\" now", "title: ", "its records are different"]
    {
        assert!(detail.contains(part), "{detail}");
    }
    bench.advisories("nvd3.json", &later(2, nvd("CVE-2031-0001", "libexpat_project:libexpat", "2.4.0")));
    let found = bench.news();
    assert_eq!(found.events()[0].details, ["CVE-2031-0001 in libexpat 2.5.0: not found any more"]);
    review(&mut bench);
    assert_eq!(bench.news().events(), [], "the review that is under way knows it");
}

#[test]
fn the_window_says_what_changed_and_what_cannot_be_seen_or_compared() {
    let mut bench = InService::new();
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    review(&mut bench);
    let changed = nvd("CVE-2031-0001", "libexpat_project:libexpat", "2.7.0").to_string();
    bench.advisories("nvd2.json", &serde_json::from_str(&changed.replace("03-02T00", "03-02T01")).unwrap());
    let places = AdvisoryPlaces { cache: Some(bench.cache.clone()), settings: None };
    let at = (Route::List(Kind::SoupReview), vec2(1280.0, 1000.0));
    let mut window = Window::arranged(bench.desk, "cleo", at, |app| app.keep_advisories(places));
    window.until_shown("Advisories that changed since the last review: CVE-2031-0001");
    assert!(window.has("The catalogue of known exploited vulnerabilities is not among the data"));
    window.picture("review_changed_list");
    window.go(Route::Dashboard);
    window.until_shown("Advisories that changed since the last review: CVE-2031-0001");
    assert!(window.has("The catalogue of known exploited vulnerabilities is not among the data"));
    window.picture("review_changed_dashboard");
}

#[test]
fn what_cannot_be_compared_with_the_last_review_is_said_and_not_taken_for_unchanged() {
    let mut bench = InService::new();
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    let words = bench.news().limits().join("\n");
    assert!(
        words.contains("The catalogue of known exploited vulnerabilities is not among the data"),
        "{words}"
    );
    bench.advisories("kev.json", &kev("CVE-1999-0001"));
    review(&mut bench);
    assert_eq!(bench.news().limits(), [""; 0]);
    let other = InService { cache: bench.desk.folder.path().join("other"), ..bench };
    other.advisories("kev2.json", &kev("CVE-1999-0001"));
    let found = other.news();
    assert_eq!(found.events(), [], "that nothing is found without the data is no change");
    let words = found.limits().join("\n");
    assert!(words.contains("The last search used data of NVD, which is not there now"), "{words}");
}

#[test]
fn a_decided_finding_that_no_search_meets_is_opened_again_when_it_is_known_to_be_exploited() {
    let mut bench = InService::new();
    let item = RecordId::new(Kind::SoupItem, 1);
    bench.advisories("nvd.json", &nvd("CVE-2031-0009", "example:other", "2.6.2"));
    bench.advisories("kev.json", &kev("CVE-1999-0001"));
    let set = json!({"title": "Read beyond its end", "finding_kind": "vulnerability", "external_id": "CVE-2031-0001",
        "items": [item], "versions": ["libexpat 2.5.0"], "source": "A letter", "learned_on": bench.desk.now.day(),
        "kev_listed": false, "severity": "high", "description": "Memory is read beyond its end"});
    let finding = bench.desk.create("cleo", Kind::Finding, set);
    let decided = json!({"hazardous": false, "sequence": "Profiles are checked again", "disposition": "not_affected",
        "justification": "vulnerable_code_not_present", "evidence": "Build log",
        "per_release": [{"release": RecordId::new(Kind::Release, 1), "applicability": "not_affected"}]});
    bench.desk.edit("cleo", finding, decided).unwrap();
    bench.desk.go("cleo", finding, "triage").unwrap();
    bench.desk.sign_go("cleo", finding, "propose").unwrap();
    bench.desk.sign_go("ben", finding, "not_affected").unwrap();
    assert_eq!(bench.news().events(), []);
    bench.advisories("kev2.json", &kev("CVE-2031-0001"));
    let found = bench.news();
    assert_eq!(triggers(&found), [ReviewTrigger::KnownExploited]);
    let event = &found.events()[0];
    assert_eq!(
        event.details,
        [format!("CVE-2031-0001 in {finding}, known to be exploited since 2031-03-01")]
    );
    assert_eq!(event.about, finding);
    let started = review(&mut bench);
    assert_eq!(bench.desk.state(finding), "reassess");
    let data = bench.desk.record(finding);
    assert_eq!((data.value("kev_listed"), data.text("kev_added")), (&json!(true), "2031-03-01"));
    assert_eq!(data.value("reviews"), &json!([started]));
    assert_eq!(bench.news().events(), [], "it is known");
    bench.desk.assert_verifies();
}

#[test]
fn a_search_for_news_is_repeated_only_for_other_data() {
    let bench = InService::new();
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    let (last, options) = (LastLook::default(), ReviewSearch::of(&bench.cache));
    let look = |go_on| news(&bench.desk.file, &options, bench.desk.now, (&last, go_on));
    let first = look(&|_| true).unwrap();
    assert_eq!(look(&|_| false).unwrap(), first, "nothing was searched that could be cancelled");
    bench.advisories("more.json", &of_libexpat("CVE-2031-0002"));
    let cancelled = look(&|_| false).unwrap_err().to_string();
    assert!(cancelled.contains("cancelled"), "{cancelled}");
    assert_eq!(look(&|_| true).unwrap().events()[0].details.len(), 2);
}

#[test]
fn a_candidate_whose_soup_was_not_reviewed_waits_on_the_dashboard_until_a_review_of_it_is_planned() {
    let mut desk = Desk::staffed();
    let release = built(&mut desk, "1.0.0", &[("libexpat", "2.5.0")], json!({}));
    register(&mut desk, release);
    assert_eq!(asked(&desk, release, 0), Vec::<String>::new(), "its baseline is not fixed yet");
    desk.go("rita", release, "fix_baseline").unwrap();
    let words = ["Start a SOUP review: 1 SOUP version to be reviewed before the release of 1.0.0"];
    assert_eq!(asked(&desk, release, 0), words);
    let more = json!({"title": "Before the release", "trigger": "before_release", "candidates": [release]});
    let review = scheduled(&mut desk, more);
    assert_eq!(asked(&desk, release, 0), Vec::<String>::new(), "it is planned");
    desk.go("cleo", review, "start").unwrap();
    all_judged(&mut desk, review);
    completed(&mut desk, review);
    assert_eq!(asked(&desk, release, 0), Vec::<String>::new(), "it was reviewed");
    assert_eq!(asked(&desk, release, 400), words, "the window of the plan is over");
    desk.assert_verifies();
}

/// The reviews that a release asks for, in so many days.
fn asked(desk: &Desk, release: RecordId, days: i64) -> Vec<String> {
    let all = desk.asked(release, days).into_iter().map(|(what, _)| what);
    all.filter(|what| what.starts_with("Start a SOUP review")).collect()
}

#[test]
fn the_command_line_says_what_asks_for_a_review_and_starts_it_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (path, place) = (copy(folder.path()), workstation());
    let run = |arguments: &[&str]| run_at(&place, arguments);
    let status = ["review", "status", &path];
    let (code, out, err) = run(&status);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("SR-0006  Scheduled") && out.contains("There is no advisory data in"), "{out}");
    let start = |more: &[&str]| run(&[&["review", "start", &path, "--login", "priya"], more].concat());
    let (code, out, err) = start(&["--trigger", "other", "--reference", "Letter 12"]);
    assert!(code == 3 && err.contains("no advisory data"), "{code} {err}");
    assert!(out.contains("SR-0007 is scheduled, and not started"), "{out}");

    let published = folder.path().join("nvd.json");
    let openssl = nvd("CVE-2026-9001", "openssl:openssl", "3.0.99").to_string();
    std::fs::write(&published, openssl.replace("2031", "2026")).unwrap();
    assert_eq!(run(&["advisories", "import", published.to_str().unwrap()]).0, 0);
    let script = folder.path().join("cpe.ron");
    let named = r#"[(do: Edit(id: "SI-0005", set: {"cpes": ["cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*"]}), reason: "Its name in the NVD")]"#;
    std::fs::write(&script, named).unwrap();
    assert_eq!(run(&["run", &path, script.to_str().unwrap(), "--login", "lea"]).0, 0);
    let (code, out, err) = run(&status);
    assert_eq!(code, 12, "{err}");
    assert!(out.contains("Advisory: New advisories about SOUP in service: CVE-2026-9001"), "{out}");
    assert!(out.contains("CVE-2026-9001 in openssl 3.0.12") && out.contains("--trigger advisory"), "{out}");
    assert!(
        out.contains("of the versions could not be checked, because the data does not cover them"),
        "{out}"
    );
    let told: Value = serde_json::from_str(&run(&["review", "status", &path, "--json"]).1).unwrap();
    assert_eq!(told["events"][0]["trigger"], json!("advisory"));
    let (_, out, _) = run(&["status", &path, "--advisories"]);
    assert!(out.contains("Events that ask for a review: 1"), "{out}");

    let (code, _, err) = start(&["--trigger", "sometimes"]);
    assert!(code == 2 && err.contains("known_exploited, advisory"), "{err}");
    let (code, _, err) = start(&["--trigger", "known_exploited"]);
    assert!(code == 3 && err.contains("nothing asks for a review for the reason"), "{err}");
    let (code, _, err) = start(&[]);
    assert!(code == 2 && err.contains("<ID>"), "{err}");
    let (code, out, err) = start(&["--trigger", "advisory"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("SR-0008 started: 7 SOUP versions searched, 1 finding raised"), "{out}");
    let (_, out, _) = run(&["show", &path, "SR-0008"]);
    assert!(out.contains("Reference of the reason  CVE-2026-9001"), "{out}");
    let (code, out, _) = run(&status);
    assert!(code == 0 && out.contains("SR-0008  In progress"), "{out}");
}

#[test]
fn the_window_shows_what_asks_for_a_review_and_its_button_fills_in_the_reason() {
    let bench = InService::new();
    bench.advisories("nvd.json", &of_libexpat("CVE-2031-0001"));
    bench.advisories("kev.json", &kev("CVE-2031-0001"));
    let places = AdvisoryPlaces { cache: Some(bench.cache.clone()), settings: None };
    let at = (Route::List(Kind::SoupReview), vec2(1280.0, 1000.0));
    let mut window = Window::arranged(bench.desk, "cleo", at, |app| app.keep_advisories(places));
    window.until_shown("The advisory data of this workstation was searched for 1 SOUP version in service");
    assert!(!window.has("could not be checked"), "the data covers it");
    window.picture("review_events_list");
    assert!(window.has("A review is asked for"));
    window.go(Route::Dashboard);
    window.until_shown("Known to be exploited since the last review: CVE-2031-0001");
    window.picture("review_events_dashboard");
    assert!(window.has("New in the advisory data"));
    window.press("Schedule a review…");
    let Route::NewFrom(Kind::SoupReview, set) = window.route() else { panic!("{:?}", window.route()) };
    assert_eq!(set["trigger"], json!("known_exploited"));
    assert_eq!(set["trigger_ref"], json!("CVE-2031-0001"));
    window.picture("review_events_form");
}
