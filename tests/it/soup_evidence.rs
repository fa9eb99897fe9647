//! What a review says of its search is what the kept evidence of the search says.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::RecordData;
use mainstay::domain::review_item::SearchResult;
use mainstay::domain::soup_review::evidence::SearchSaid;
use mainstay::domain::time::Day;
use mainstay::ops::{Act, Opened, PacketOptions, PacketScope, ProductFile, Request, write_example};
use mainstay::review;
use mainstay::soup::{SearchedSubject, SubjectOutcome};
use serde_json::{Value, json};

use crate::desk::{Desk, fields, go_to, stamp};
use crate::packet::{assert_in, build};
use crate::search_file::search_file;
use crate::soup_desk::{
    EXPAT, EXPAT_250, SERVED, SOURCES, ZLIB_131, affected, all_judged, completed, evidence_of, hits, judged,
    nothing, proposed, refused, reviewed_item, serviced, started, verdicts, vulnerability, with,
};
use crate::soup_ops::Soup;

#[test]
fn what_is_written_of_the_search_by_hand_is_not_handed_over() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    let data = desk.record(review);
    let rows = data.value("sources").clone();
    let changed = |name: &str, value: Value| {
        let mut rows = rows.clone();
        rows[0][name] = value;
        json!({"sources": rows})
    };
    let earlier = desk.now.day().plus_days(-1);
    for (set, words) in [
        (
            json!({"searched_on": earlier}),
            format!("“Searched on”: {earlier}, in the evidence {}", desk.now.day()),
        ),
        (
            json!({"program": "Mainstay 9.9.9"}),
            "“Searched with”: Mainstay 9.9.9, in the evidence Mainstay 0.1.0".into(),
        ),
        (changed("nothing", json!(900)), "“Sources”, KEV, “Nothing found”: 900, in the evidence 2".into()),
        (changed("age_days", json!(0)), "“Sources”, KEV, “Age (days)”: 0, in the evidence 2".into()),
        (changed("data_date", json!("2031-03-03")), "“Data of”: 2031-03-03".into()),
        (changed("files", json!(["e".repeat(64)])), "“SHA-256 of its files”: eee".into()),
        (changed("source", json!("GHSA")), "“Sources”: GHSA is not in the evidence".into()),
    ] {
        desk.edit("cleo", review, set.clone()).unwrap();
        let refusal = refused(&mut desk, "cleo", review, "submit");
        assert!(refusal.contains(&words), "{words} is not in {refusal}");
        assert!(refusal.contains("Correct it as the evidence says"), "{refusal}");
        let told = desk.file.evidence_differences(review).unwrap();
        assert!(told.iter().any(|line| line.contains(&words)), "{told:#?}");
        let back =
            ["searched_on", "program", "sources"].map(|name| (name.to_owned(), data.value(name).clone()));
        desk.edit("cleo", review, Value::Object(back.into_iter().collect())).unwrap();
    }
    // Words of a person beside a source are no forgery.
    desk.edit("cleo", review, changed("limitation", json!("Only what is known to be exploited"))).unwrap();
    desk.sign_go("cleo", review, "submit").unwrap();
    desk.assert_verifies();
}

#[test]
fn an_item_that_says_something_else_than_the_evidence_is_not_handed_over() {
    for (name, value, words) in [
        ("advisory", json!("CVE-2031-0009"), "“Hits”: CVE-2031-0009 is not in the evidence"),
        ("title", json!("Harmless"), "“Title”: Harmless, in the evidence Memory is read"),
        ("verdict", json!("candidate"), "“Match”: candidate, in the evidence affected"),
        ("severity", json!("0.1 low"), "“Severity”: 0.1 low, in the evidence nothing"),
        ("aliases", json!(["GHSA-1"]), "“Other names”: GHSA-1"),
        ("exploited", json!(false), "“Known exploited”: no, in the evidence nothing"),
        ("digest", json!("f".repeat(64)), "“SHA-256 of its records”: fff"),
    ] {
        let mut desk = serviced();
        let review = started(&mut desk, json!({}));
        let mut forged = hits(&["CVE-2031-0001"]);
        forged["hits"][0][name] = value;
        let item = reviewed_item(&mut desk, review, EXPAT_250, forged);
        let dismissed =
            ["CVE-2031-0001", "CVE-2031-0009"].map(|id| json!({"advisory": id, "reason": "Not used"}));
        judged(&mut desk, item, json!({"dismissed": dismissed}));
        let rest = reviewed_item(&mut desk, review, ZLIB_131, nothing());
        judged(&mut desk, rest, json!({}));
        // The search found what the program would have written, not what stands in the item.
        let mut items = desk.file.parts(review, Kind::ReviewItem).unwrap();
        let honest = hits(&["CVE-2031-0001"]);
        items[0].fields.insert("hits".into(), honest["hits"].clone());
        attach_search(&mut desk, review, &items);
        let refusal = refused(&mut desk, "cleo", review, "submit");
        assert!(refusal.contains(words), "{words} is not in {refusal}");
        assert!(refusal.contains(&item.to_string()), "{refusal}");
    }
}

/// Attaches the evidence of a search that found what these items say, and says of the sources what it says.
fn attach_search(desk: &mut Desk, review: RecordId, items: &[RecordData]) {
    let text = search_file(desk.now.day(), SOURCES, items);
    let sha256 = desk.attached("cleo", review, "search.json", &text);
    let said = SearchSaid::read(text.as_bytes()).unwrap();
    let set = json!({"evidence_sha256": sha256, "searched_on": said.on, "program": said.program, "sources": said.sources, "limitations": "Only published records are found"});
    desk.edit("cleo", review, set).unwrap();
}

#[test]
fn an_item_without_a_search_and_a_search_without_an_item_are_told() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    let items = desk.file.parts(review, Kind::ReviewItem).unwrap();
    attach_search(&mut desk, review, &items[..1]);
    let told = desk.file.evidence_differences(review).unwrap();
    assert!(told.iter().any(|line| line.ends_with("zlib 1.3.1 was not searched")), "{told:#?}");
    let mut more = items.clone();
    more[0].fields.insert("title".into(), "newlib 1.0".into());
    more[0].fields.insert("version_searched".into(), "1.0".into());
    more.extend(items);
    attach_search(&mut desk, review, &more);
    let told = desk.file.evidence_differences(review).unwrap();
    assert!(told.iter().any(|line| line == "newlib 1.0 was searched and has no item"), "{told:#?}");
}

#[test]
fn a_review_whose_evidence_is_missing_or_is_no_search_says_so() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    desk.edit("cleo", review, json!({"evidence_sha256": "b".repeat(64)})).unwrap();
    let refusal = refused(&mut desk, "cleo", review, "submit");
    assert!(refusal.contains("The evidence of its search is not in the file"), "{refusal}");
    for text in ["{\"search\": \"SR-0002\"}\n", "Found nothing\n"] {
        let sha256 = desk.attached("cleo", review, "search.json", text);
        desk.edit("cleo", review, json!({"evidence_sha256": sha256})).unwrap();
        let refusal = refused(&mut desk, "cleo", review, "submit");
        assert!(refusal.contains("it is not the file of a search by this program"), "{refusal}");
    }
}

#[test]
fn a_source_of_the_plan_is_searched_by_its_name_and_in_data_that_is_not_too_old() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let mut answer = nothing();
    answer["sources"].as_array_mut().unwrap().pop();
    for designator in [EXPAT_250, ZLIB_131] {
        let item = reviewed_item(&mut desk, review, designator, answer.clone());
        judged(&mut desk, item, json!({}));
    }
    let day = desk.now.day();
    for (sources, words) in [
        ([("OSV", 2), ("NVD", 2), ("KEV mirror", 2)], "no source of the search has this name"),
        ([("OSV", 2), ("NVD", 2), ("CISA KEV", 32)], "its data is 32 days old. Update the advisory data"),
    ] {
        evidence_of(&mut desk, review, (day, &sources), json!({}));
        let refusal = refused(&mut desk, "cleo", review, "submit");
        let asked = "The required source “KEV” was searched";
        assert!(refusal.contains(asked) && refusal.contains(words), "{words} is not in {refusal}");
    }
    evidence_of(&mut desk, review, (day, &[("OSV", 2), ("NVD", 2), ("cisa kev", 31)]), json!({}));
    desk.sign_go("cleo", review, "submit").unwrap();
}

#[test]
fn whether_something_is_exploited_is_not_known_where_the_catalogue_was_not_searched() {
    let soup = [("pump-link", "2.6.2")];
    for (mut bench, known) in [(Soup::without_kev(), false), (Soup::new(), true)] {
        let release = bench.planned(&soup);
        bench.register(release, &soup);
        let review = bench.started(release);
        let item = bench.desk.file.parts(review, Kind::ReviewItem).unwrap().remove(0);
        let said = if known { json!(false) } else { Value::Null };
        assert_eq!(item.value("hits")[0]["exploited"], said);
        let finding = bench.finding();
        assert_eq!(bench.desk.record(finding).value("kev_listed"), &said);
        assert!(bench.desk.file.evidence_differences(review).unwrap().is_empty());
        let built =
            build(&bench.desk, PacketOptions { scope: PacketScope::SoupReview(review), redact: false });
        let words = "the KEV catalogue was not searched";
        assert_eq!(format!("{:?}", built.packet).contains(words), !known);
        assert_in(&built.packet, "2", &["all of it is what the kept evidence of the search says"]);
        if !known {
            let refusal = bench.desk.go("ben", finding, "triage").unwrap_err().to_string();
            assert!(refusal.contains("Known exploited"), "a person answers it: {refusal}");
        }
    }
}

#[test]
fn the_packet_of_a_review_that_differs_from_its_evidence_says_where() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    desk.edit("cleo", review, json!({"program": "Mainstay 9.9.9"})).unwrap();
    let built = build(&desk, PacketOptions { scope: PacketScope::SoupReview(review), redact: false });
    let words =
        ["The review differs from the kept evidence of its search", "“Searched with”: Mainstay 9.9.9"];
    assert_in(&built.packet, "2", &words);
}

#[test]
fn lists_are_taken_over_only_from_the_newest_review_that_stands() {
    let mut desk = serviced();
    let day = desk.now.day();
    let former = started(&mut desk, json!({}));
    all_judged(&mut desk, former);
    completed(&mut desk, former);
    // A review that is given up, in which somebody wrote that there is no list.
    let given_up = started(&mut desk, json!({}));
    for designator in [EXPAT_250, ZLIB_131] {
        let item = reviewed_item(&mut desk, given_up, designator, nothing());
        desk.edit("cleo", item, json!({"no_list": "None was found"})).unwrap();
        desk.go("cleo", item, "conclude").unwrap();
    }
    desk.by("cleo", Act::from(go_to(given_up, "abandon", json!({}))).because("A wrong scope")).unwrap();
    let now = started(&mut desk, json!({}));
    let item = reviewed_item(&mut desk, now, EXPAT_250, nothing());
    let lists = desk.file.lists_of_last_time(now, desk.now).unwrap();
    let (of, set) = &lists[0];
    assert_eq!((*of, &set["list_read_on"], set.get("no_list")), (item, &json!(day), None));
    // Where the newest one raised findings, nothing older is taken.
    desk.by("cleo", Act::from(go_to(now, "abandon", json!({}))).because("Again")).unwrap();
    let newest = started(&mut desk, json!({}));
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, &["libexpat 2.5.0"]);
    desk.create("cleo", Kind::Finding, set);
    let item = reviewed_item(&mut desk, newest, EXPAT_250, hits(&["CVE-2031-0001"]));
    judged(&mut desk, item, json!({}));
    all_judged(&mut desk, newest);
    desk.sign_go("cleo", newest, "submit").unwrap();
    let now = started(&mut desk, json!({}));
    reviewed_item(&mut desk, now, EXPAT_250, nothing());
    assert!(desk.file.lists_of_last_time(now, desk.now).unwrap().is_empty());
}

#[test]
fn who_wrote_of_the_review_itself_is_not_its_second_reviewer() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    desk.edit("ben", review, json!({"comment": "The data is new"})).unwrap();
    desk.sign_go("cleo", review, "submit").unwrap();
    let why = refused(&mut desk, "ben", review, "complete");
    assert!(why.contains(&format!("judged no item of it; {review} is of the same person")), "{why}");
    desk.sign_go("ana", review, "complete").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_void_finding_does_not_assess_the_end_of_support() {
    let mut desk = serviced();
    let asked =
        |desk: &Desk| desk.asked(EXPAT, 0).iter().any(|(what, _)| what.contains("Assess the end of support"));
    let soon = desk.now.day().plus_days(20);
    let because =
        |set: Value| Act::from(Request::Edit { id: EXPAT, set: fields(set) }).because("As published");
    desk.by("ben", because(json!({"end_of_support": soon, "support_source": "Its road map"}))).unwrap();
    assert!(asked(&desk));
    let set = json!({
        "title": "Support ends", "finding_kind": "obsolescence", "items": [EXPAT], "learned_on": desk.now.day(),
    });
    let finding = desk.create("cleo", Kind::Finding, set);
    assert!(!asked(&desk), "it is assessed");
    desk.by("ana", Act::from(go_to(finding, "void", json!({}))).because("Not so")).unwrap();
    assert!(asked(&desk), "a void one assesses nothing");
}

#[test]
fn only_an_issued_communication_that_names_the_finding_shows_that_its_remedy_reached_the_users() {
    let mut desk = serviced();
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, &["libexpat 2.5.0"]);
    let decision = with(affected("affected_controlled", "controlled"), verdicts(&[SERVED], "affected"));
    let finding = proposed(&mut desk, set, decision);
    desk.sign_go("ben", finding, "affected_controlled").unwrap();
    let letter = |desk: &mut Desk, more: Value| {
        let set = json!({"title": "A letter", "communication_kind": "customer_notice"});
        desk.create("eva", Kind::Communication, with(set, more))
    };
    let other = letter(&mut desk, json!({}));
    let own = letter(&mut desk, json!({"subjects": [finding]}));
    let set = json!({"communications": [other], "remediation": "Users were told"});
    desk.edit("cleo", finding, set).unwrap();
    desk.go("cleo", finding, "link_action").unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "remediate");
    let foreign = format!("{other}, which is named as a communication of the finding, names it");
    assert!(refusal.contains(&foreign), "{refusal}");
    assert!(refusal.contains(&format!("{own} was issued")), "{refusal}");
    desk.edit("cleo", finding, json!({"communications": null})).unwrap();
    desk.by("ana", Act::from(go_to(own, "void", json!({}))).because("Not wanted")).unwrap();
    desk.go("cleo", finding, "remediate").unwrap();
    desk.assert_verifies();
}

#[test]
fn the_reviews_of_the_example_say_what_their_evidence_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    write_example(&path).unwrap();
    let now = mainstay::domain::time::Moment::parse("2026-11-22T10:00:00Z").unwrap();
    let Opened::Open(file) = ProductFile::open(&path, &stamp(now)).unwrap() else { panic!("not opened") };
    let mut searched = 0;
    for row in file.list(Kind::SoupReview).unwrap() {
        let found = review::check(&file, row.id, None, &|_| true).unwrap();
        assert!(found.differs.is_empty(), "{}: {:#?}", row.id, found.differs);
        searched += usize::from(!file.record(row.id).unwrap().text("evidence_sha256").is_empty());
    }
    assert_eq!(searched, 5);
}

#[test]
fn the_result_of_an_item_is_read_as_the_search_means_it() {
    let mut answers = vec![json!({"result": "found", "records": 1}), json!({"result": "nothing_found"})];
    let obstacles = ["no_identifier", "no_data", "distribution", "not_comparable", "too_old", "incomplete"];
    answers.extend(
        obstacles.map(|obstacle| json!({"result": "not_checked", "obstacle": obstacle, "why": "Because"})),
    );
    let hit = json!({
        "id": "CVE-2031-0001", "title": "A crash", "verdict": "affected", "records": [], "digest": "d",
    });
    let mut results = vec![vec![]];
    for first in &answers {
        results.push(vec![with(first.clone(), json!({"source": "NVD"}))]);
        for second in &answers {
            let pair = [(first, "NVD"), (second, "OSV")];
            results
                .push(pair.map(|(answer, source)| with(answer.clone(), json!({"source": source}))).to_vec());
        }
    }
    for rows in results {
        for hits in [json!([]), json!([hit])] {
            let one = json!({"subject": {"item": "zlib", "version": "1"}, "results": rows, "hits": hits});
            let mut file: Value =
                serde_json::from_str(&search_file(Day::parse("2031-03-03").unwrap(), SOURCES, &[])).unwrap();
            file["subjects"] = json!([one]);
            let said = SearchSaid::read(file.to_string().as_bytes()).unwrap();
            let meant = match serde_json::from_value::<SearchedSubject>(one).unwrap().outcome() {
                SubjectOutcome::Hits(_) => SearchResult::Hits,
                SubjectOutcome::NothingFound { .. } => SearchResult::NothingFound,
                SubjectOutcome::NotChecked { .. } => SearchResult::NotChecked,
            };
            assert_eq!(said.subjects[0].result, meant, "{file}");
        }
    }
}
