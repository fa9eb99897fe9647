use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::domain::maintenance_plan::MaintenancePlanState;
use crate::domain::review_item::ReviewItemState;
use crate::domain::soup_designator::SoupDesignatorState;
use crate::domain::soup_item::SoupItemState;
use crate::domain::test_world::{TestWorld, day};

const TODAY: &str = "2026-06-01";

/// pump-link 2.6.2 and 2.6.3, of which the first was reviewed on a day, and a plan with a window of 30 days.
fn register(reviewed_on: &str) -> TestWorld {
    let plan = json!({"soup_review_window_days": 30});
    TestWorld::default()
        .put("MP-0001", MaintenancePlanState::Effective.code(), "2026-01-10", plan)
        .put(
            "SI-0001",
            SoupItemState::InUse.code(),
            "2026-01-10",
            json!({"title": "pump-link", "reviewed_on": Some(reviewed_on).filter(|on| !on.is_empty())}),
        )
        .part("SD-0001", "SI-0001", SoupDesignatorState::Registered.code(), json!({"title": "2.6.2"}))
        .part("SD-0002", "SI-0001", SoupDesignatorState::Registered.code(), json!({"title": "2.6.3"}))
}

fn release(world: TestWorld, number: &str, state: ReleaseState, soup: &str) -> TestWorld {
    let set =
        json!({"title": "R", "version": "1.1.0", "soup_baseline": [{"item": "pump-link", "version": soup}]});
    world.put(number, state.code(), "2026-05-01", set)
}

/// A review with one item about a version.
fn review(world: TestWorld, state: S, on: &str, (designator, hits): (&str, Value)) -> TestWorld {
    let set = json!({"title": "Review", "trigger": "interval", "searched_on": on});
    let item = json!({"title": "pump-link", "designator": designator, "item": "SI-0001", "hits": hits});
    world.put("SR-0001", state.code(), on, set).part("RI-0001", "SR-0001", ReviewItemState::Done.code(), item)
}

fn events(world: &TestWorld) -> Vec<(ReviewTrigger, Vec<String>)> {
    of_file(world, day(TODAY)).into_iter().map(|event| (event.trigger, event.details)).collect()
}

#[test]
fn a_version_that_came_into_service_without_a_review_asks_for_one_and_not_while_one_is_under_way() {
    let in_service = |soup: &str| release(register("2026-04-01"), "RL-0001", ReleaseState::Released, soup);
    let reviewed = |state| review(in_service("2.6.3"), state, "2026-04-01", ("SD-0001", json!([])));
    let asked = vec![(ReviewTrigger::SoupChange, vec!["pump-link 2.6.3".to_owned()])];
    assert_eq!(events(&reviewed(S::Approved)), asked);
    let same = review(in_service("2.6.2"), S::Approved, "2026-04-01", ("SD-0001", json!([])));
    assert_eq!(events(&same), [], "the version in service is the one that was reviewed");
    let new = |state| review(in_service("2.6.3"), state, "2026-05-30", ("SD-0002", json!([])));
    assert_eq!(events(&new(S::Completed)), []);
    assert_eq!(events(&new(S::InProgress)), [], "it is under way");
    assert_eq!(events(&new(S::AwaitingSecondReview)), [], "it is under way");
    assert_eq!(events(&new(S::Abandoned)), asked, "what was given up counts for nothing");
    let planned = |trigger: &str| {
        let set = json!({"title": "Planned", "trigger": trigger});
        events(&in_service("2.6.3").put("SR-0002", S::Scheduled.code(), "2026-05-30", set))
    };
    assert_eq!(planned("soup_change"), []);
    assert_eq!(planned("interval"), asked, "one that is due in months does not answer the event");
    let left = json!([{"item": "pump-link", "version": "2.6.3", "reason": "Not in the image"}]);
    let with_reason =
        reviewed(S::Approved).set("SR-0001", json!({"exclusions": left, "releases": ["RL-0001"]}));
    assert_eq!(events(&with_reason), [], "it was left out of a review of this release with a reason");
    let never = release(register(""), "RL-0001", ReleaseState::Released, "2.6.3");
    assert_eq!(events(&never), [], "what was never reviewed is due by its interval");
}

#[test]
fn a_candidate_asks_for_a_review_in_the_window_of_the_plan() {
    let candidate =
        || release(register("2026-04-01"), "RL-0002", ReleaseState::CandidateVerification, "2.6.3");
    let asked = vec![(ReviewTrigger::BeforeRelease, vec!["pump-link 2.6.3".to_owned()])];
    assert_eq!(events(&candidate()), asked);
    let reviewed = |on| events(&review(candidate(), S::Completed, on, ("SD-0002", json!([]))));
    assert_eq!(reviewed("2026-05-03"), [], "inside the window");
    assert_eq!(reviewed("2026-05-01"), asked, "one day before the window");
    let planned = json!({"title": "Planned", "trigger": "interval", "candidates": ["RL-0002"]});
    let planned = candidate().put("SR-0002", S::Scheduled.code(), "2026-05-30", planned);
    assert_eq!(events(&planned), [], "a review of this candidate is scheduled");
    let building = release(register(""), "RL-0002", ReleaseState::Building, "2.6.3");
    assert_eq!(events(&building), [], "its baseline is not fixed yet");
}

#[test]
fn the_review_that_an_event_asks_for_has_its_reason_and_its_release() {
    let world = release(register(""), "RL-0002", ReleaseState::CandidateVerification, "2.6.3");
    let found = of_file(&world, day(TODAY));
    let set = fields_of(&found.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(set["trigger"], json!(ReviewTrigger::BeforeRelease.code()));
    assert_eq!(set["candidates"], json!(["RL-0002"]));
    assert_eq!(set["trigger_ref"], json!("RL-0002, version 1.1.0"));
    assert_eq!(set["title"], json!("1 SOUP version to be reviewed before the release of 1.1.0"));
    assert_eq!(fields_of(&[]), None);
}

/// What a search of today says, beside what the last review knew.
fn news(hits_then: Value, more: impl FnOnce(TestWorld) -> TestWorld, now: &[HitNow]) -> Vec<ReviewEvent> {
    let world = release(register("2026-04-01"), "RL-0001", ReleaseState::Released, "2.6.2");
    let world = more(review(world, S::Approved, "2026-04-01", ("SD-0001", hits_then)));
    let known = known_versions(&world, day(TODAY));
    assert_eq!(known.len(), 1);
    of_data(known.iter(), &[], DataSaid { hits: &[now.to_vec()], listed: &BTreeMap::new() })
}

fn hit(names: &[&str], affects: bool, exploited: Option<&str>) -> HitNow {
    HitNow {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        affects,
        exploited_since: exploited.map(str::to_owned),
        changed: None,
        modified_on: None,
    }
}

#[test]
fn what_a_newer_review_left_out_with_a_reason_asks_for_nothing_until_the_item_or_its_data_changes() {
    let then = json!([{"advisory": "CVE-2030-0001", "verdict": "affected"}]);
    let left = json!({"title": "Later", "searched_on": "2026-05-10", "releases": ["RL-0001"],
        "exclusions": [{"item": "pump-link", "version": "2.6.2", "reason": "Not in the image"}]});
    let newer = |more: Value, state: &'static str| {
        let mut set = left.clone();
        set.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        move |world: TestWorld| world.put("SR-0002", state, "2026-05-11", set)
    };
    let of_day = |day_text: &str| {
        let new = hit(&["CVE-2031-0002"], true, None);
        let changed = HitNow { changed: Some("text".into()), ..hit(&["CVE-2030-0001"], true, None) };
        [new, changed].map(|one| HitNow { modified_on: Some(day(day_text)), ..one })
    };
    let approved = || newer(json!({}), S::Approved.code());
    assert_eq!(news(then.clone(), approved(), &of_day("2026-05-09")), []);
    assert_eq!(
        news(then.clone(), approved(), &of_day("2026-05-10")).len(),
        2,
        "perhaps after the search of that day"
    );
    let undated = [hit(&["CVE-2031-0002"], true, None)];
    assert_eq!(news(then.clone(), approved(), &undated).len(), 1, "nothing says that it was known");
    let exploited = |on: &str| [hit(&["CVE-2030-0001"], true, Some(on))];
    assert_eq!(news(then.clone(), approved(), &exploited("2026-05-10")), []);
    assert_eq!(news(then.clone(), approved(), &exploited("2026-05-20")).len(), 1);
    let older =
        || newer(json!({"sources": [{"source": "CISA KEV", "data_date": "2026-05-03"}]}), S::Approved.code());
    assert_eq!(news(then.clone(), older(), &exploited("2026-05-03")), []);
    assert_eq!(news(then.clone(), older(), &exploited("2026-05-08")).len(), 1, "its data was older");
    let asked = |more: Value, state: &'static str| {
        news(then.clone(), newer(more, state), &of_day("2026-05-09")).len()
    };
    assert_eq!(asked(json!({}), S::InProgress.code()), 0, "it is under way");
    assert_eq!(asked(json!({}), S::Abandoned.code()), 2, "it was given up");
    assert_eq!(
        asked(json!({"searched_on": "2026-03-01"}), S::Approved.code()),
        2,
        "it is older than the search"
    );
    assert_eq!(asked(json!({"searched_on": "2027-03-01"}), S::Approved.code()), 2, "it is dated ahead");
    assert_eq!(asked(json!({"releases": []}), S::Approved.code()), 2, "it is about other releases");
    let changed = |world: TestWorld| approved()(world).since("SI-0001", "2026-05-20");
    assert_eq!(
        news(then.clone(), changed, &of_day("2026-05-09")).len(),
        2,
        "the item is in another state since"
    );
}

#[test]
fn what_the_last_review_knew_under_any_name_is_not_new() {
    let then = json!([{"advisory": "CVE-2030-0001", "aliases": ["GHSA-aaaa"], "verdict": "affected"}]);
    let same = [hit(&["ghsa-aaaa", "OTHER-1"], true, None)];
    assert_eq!(news(then.clone(), |world| world, &same), []);
    let new = [
        hit(&["CVE-2031-0002"], true, None),
        hit(&["CVE-2031-0003"], false, None),
        hit(&["CVE-2031-0004"], true, Some("2026-05-20")),
    ];
    let found = news(then, |world| world, &new);
    let told: Vec<_> = found.iter().map(|event| (event.trigger, event.reference.as_str())).collect();
    assert_eq!(
        told,
        [(ReviewTrigger::KnownExploited, "CVE-2031-0004"), (ReviewTrigger::Advisory, "CVE-2031-0002")],
        "what does not affect the version asks for nothing"
    );
    assert_eq!(
        found[0].details,
        ["CVE-2031-0004 in pump-link 2.6.2, known to be exploited since 2026-05-20"]
    );
    let doubtful = json!([{"advisory": "CVE-2031-0002", "verdict": "candidate"}]);
    let sure = [hit(&["CVE-2031-0002"], true, None)];
    assert_eq!(news(doubtful, |world| world, &sure).len(), 1, "it affects the version now and did not then");
}

#[test]
fn what_is_now_known_to_be_exploited_asks_for_a_review_once() {
    let then =
        |exploited| json!([{"advisory": "CVE-2030-0001", "verdict": "affected", "exploited": exploited}]);
    let now = [hit(&["CVE-2030-0001"], true, Some("2026-05-20"))];
    let triggers =
        |found: Vec<ReviewEvent>| -> Vec<ReviewTrigger> { found.iter().map(|event| event.trigger).collect() };
    let keep = |world: TestWorld| world;
    assert_eq!(triggers(news(then(false), keep, &now)), [ReviewTrigger::KnownExploited]);
    assert_eq!(triggers(news(then(true), keep, &now)), []);
    let finding =
        json!({"title": "F", "external_id": "CVE-2030-0001", "items": ["SI-0001"], "kev_listed": true});
    let known = |world: TestWorld| world.put("FN-0001", "triaged", "2026-05-21", finding);
    assert_eq!(triggers(news(then(false), known, &now)), [], "the finding says so already");
    let mistaken =
        json!({"title": "F", "external_id": "CVE-2031-0009", "items": ["SI-0001"], "kev_listed": true});
    let new = [hit(&["CVE-2031-0009"], true, None)];
    let entered = |state: &'static str| {
        let mistaken = mistaken.clone();
        triggers(news(then(true), move |world| world.put("FN-0001", state, "2026-05-21", mistaken), &new))
    };
    assert_eq!(entered("triaged"), []);
    assert_eq!(entered("void"), [ReviewTrigger::Advisory], "what was entered by mistake silences nothing");
    let set = json!({"title": "Exploited", "trigger": "known_exploited"});
    let planned = |world: TestWorld| world.put("SR-0002", S::Scheduled.code(), "2026-05-21", set);
    assert_eq!(triggers(news(then(false), planned, &now)), [], "its review is scheduled");
    let unlikely = json!([{"advisory": "CVE-2030-0001", "verdict": "candidate"}]);
    let still = [hit(&["CVE-2030-0001"], false, Some("2026-05-20"))];
    assert_eq!(triggers(news(unlikely, keep, &still)), [], "it does not affect the version");
}

#[test]
fn an_advisory_that_changed_asks_for_a_review_where_it_concerned_the_version() {
    let then = json!([{"advisory": "CVE-2030-0001", "aliases": ["GHSA-aaaa"], "verdict": "affected"},
        {"advisory": "CVE-2030-0002", "verdict": "candidate"}]);
    let changed = |names: &[&str], affects| {
        [HitNow { changed: Some("affected versions: a before, b now".into()), ..hit(names, affects, None) }]
    };
    let told = |found: Vec<ReviewEvent>| -> Vec<(ReviewTrigger, String, Vec<String>)> {
        found.into_iter().map(|event| (event.trigger, event.what, event.details)).collect()
    };
    let keep = |world: TestWorld| world;
    let asked = vec![(
        ReviewTrigger::Advisory,
        "Advisories that changed since the last review: GHSA-aaaa".to_owned(),
        vec!["GHSA-aaaa in pump-link 2.6.2: affected versions: a before, b now".to_owned()],
    )];
    assert_eq!(told(news(then.clone(), keep, &changed(&["GHSA-aaaa"], true))), asked);
    assert_eq!(told(news(then.clone(), keep, &changed(&["GHSA-aaaa"], false))), asked, "withdrawn or gone");
    let same = [hit(&["GHSA-aaaa"], true, None)];
    assert_eq!(news(then.clone(), keep, &same), []);
    let doubtful = changed(&["CVE-2030-0002"], false);
    assert_eq!(news(then.clone(), keep, &doubtful), [], "it did not concern the version");
    let finding = json!({"title": "F", "external_id": "CVE-2030-0002", "items": ["SI-0001"]});
    let judged = |world: TestWorld| world.put("FN-0001", "triaged", "2026-05-21", finding);
    assert_eq!(news(then.clone(), judged, &doubtful).len(), 1, "a finding was raised of it");
    let set = json!({"title": "Changed", "trigger": "advisory"});
    let planned = |world: TestWorld| world.put("SR-0002", S::Scheduled.code(), "2026-05-21", set);
    assert_eq!(news(then, planned, &changed(&["GHSA-aaaa"], true)), [], "its review is scheduled");
}

#[test]
fn a_finding_that_no_search_meets_asks_for_a_review_when_it_is_known_to_be_exploited() {
    let listed =
        BTreeMap::from([("cve-2030-0001".to_owned(), ("CVE-2030-0001".to_owned(), "2026-05-20".to_owned()))]);
    let asked = |state: &str, set: Value, hits: &[HitNow]| -> Vec<Vec<String>> {
        let world = release(register("2026-04-01"), "RL-0001", ReleaseState::Released, "2.6.2");
        let world = review(world, S::Approved, "2026-04-01", ("SD-0001", json!([])));
        let mut values = json!({"title": "F", "external_id": "GHSA-aaaa", "aliases": ["CVE-2030-0001"], "items": ["SI-0001"]});
        values.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
        let world = world.put("FN-0001", state, "2026-05-21", values);
        let known = known_versions(&world, day(TODAY));
        let said = DataSaid { hits: &[hits.to_vec()], listed: &listed };
        let events = of_data(known.iter(), &watched_findings(&world), said);
        assert!(events.iter().all(|event| event.trigger == ReviewTrigger::KnownExploited));
        events.into_iter().map(|event| event.details).collect()
    };
    let told = vec![vec!["CVE-2030-0001 in FN-0001, known to be exploited since 2026-05-20".to_owned()]];
    for state in ["triaged", "not_affected", "fixed", "false_positive", "remediated"] {
        assert_eq!(asked(state, json!({}), &[]), told, "{state}");
        assert_eq!(asked(state, json!({"kev_listed": false}), &[]), told, "{state}");
        assert_eq!(asked(state, json!({"kev_listed": true}), &[]), [[""; 0]; 0], "{state}: it knew");
    }
    for state in ["closed", "void"] {
        assert_eq!(asked(state, json!({}), &[]), [[""; 0]; 0], "{state}");
    }
    assert_eq!(
        asked("triaged", json!({"aliases": []}), &[]),
        [[""; 0]; 0],
        "the catalogue lists none of its names"
    );
    let out = json!({"items": ["SI-0009"]});
    assert_eq!(asked("triaged", out, &[]), [[""; 0]; 0], "its item is not in service");
    assert_eq!(asked("triaged", json!({"items": []}), &[]), told, "nothing says that it is not in service");
    let met = [hit(&["CVE-2030-0001"], true, Some("2026-05-20"))];
    let once = asked("triaged", json!({}), &met);
    assert_eq!(once, [["CVE-2030-0001 in pump-link 2.6.2, known to be exploited since 2026-05-20"]]);
}

#[test]
fn thousands_of_hits_and_findings_are_compared_in_time_in_proportion() {
    let time = |count: usize| {
        let name = |at: usize| format!("CVE-2030-{at:05}");
        let then: Vec<Value> =
            (0..count).map(|at| json!({"advisory": name(at), "verdict": "affected"})).collect();
        let world = release(register("2026-04-01"), "RL-0001", ReleaseState::Released, "2.6.2");
        let world = review(world, S::Approved, "2026-04-01", ("SD-0001", then.into()));
        let finding = |at: usize| json!({"title": "F", "external_id": name(at), "items": ["SI-0001"]});
        let world = (0..100).fold(world, |world, at| {
            world.put(&format!("FN-{:04}", at + 1), "not_affected", "2026-05-21", finding(count + at))
        });
        let known = known_versions(&world, day(TODAY));
        let watched = watched_findings(&world);
        assert_eq!(watched.len(), 100);
        let watched: Vec<WatchedFinding> = watched.into_iter().cycle().take(count).collect();
        let since = |at| (name(count + at).to_lowercase(), (name(count + at), "2026-05-20".to_owned()));
        let listed = (0..100).map(since).collect();
        let hits: Vec<HitNow> = (0..count)
            .map(|at| HitNow { changed: Some("text".into()), ..hit(&[&name(at)], true, None) })
            .collect();
        let begun = mainstay_base::clock::worked();
        let events = of_data(known.iter(), &watched, DataSaid { hits: &[hits], listed: &listed });
        assert_eq!(events.iter().map(|event| event.details.len()).collect::<Vec<_>>(), [count, count]);
        mainstay_base::clock::worked().saturating_sub(begun)
    };
    // What a thread has worked is told by the millisecond.
    let (few, many) = (time(500).max(std::time::Duration::from_millis(1)), time(10_000));
    assert!(many < few * 120, "{few:?} for 500, {many:?} for 10,000");
}
