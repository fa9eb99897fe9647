use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn of_json(value: &Value) -> Result<TrackerList, Unreadable> {
    read_tracker(value.to_string().as_bytes())
}

fn issue(number: u32, more: &Value) -> Value {
    let mut issue = json!({"number": number, "title": format!("Problem {number}"), "state": "open", "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-02-01T00:00:00Z", "html_url": format!("https://example.org/{number}"), "body": "long", "labels": []});
    for (name, value) in more.as_object().unwrap() {
        issue[name] = value.clone();
    }
    issue
}

#[test]
fn issues_of_github_are_read_without_pull_requests() {
    let issues = json!([
        issue(
            1,
            &json!({"labels": [{"name": "bug"}, {"name": "severity: high"}], "milestone": {"title": "2.0", "number": 4}})
        ),
        issue(2, &json!({"pull_request": {"url": "https://example.org/pr"}})),
        issue(3, &json!({"state": "closed", "state_reason": "completed", "milestone": null, "labels": null})),
    ]);
    let list = of_json(&issues).unwrap();
    assert_eq!((list.kind, list.pull_requests, list.rows.len()), (TrackerKind::GitHub, 1, 2));
    let row = TrackerRow {
        id: "1".to_owned(),
        title: "Problem 1".to_owned(),
        state: "open".to_owned(),
        open: Some(true),
        severity: "severity: high".to_owned(),
        affected_version: Vec::new(),
        fixed_in: vec!["2.0".to_owned()],
    };
    assert_eq!(list.rows[0], row);
    assert_eq!((list.rows[1].state.as_str(), list.rows[1].open), ("closed (completed)", Some(false)));
    let search = of_json(&json!({"total_count": 31, "incomplete_results": true, "items": issues})).unwrap();
    assert_eq!(search.rows, list.rows);
    let notes: Vec<&str> = search.notes.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(notes[0].contains("31 entries, but only 3") && notes[1].contains("not complete"), "{notes:?}");
}

#[test]
fn the_list_of_gh_is_read() {
    let list = of_json(&json!([{"number": 7, "title": "Crash", "state": "OPEN", "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-02T00:00:00Z", "url": "https://example.org/7", "labels": [{"id": "a", "name": "Priority 1"}],
        "milestone": {"title": "3.1"}, "stateReason": ""}]))
    .unwrap();
    let row = &list.rows[0];
    assert_eq!((row.id.as_str(), row.open), ("7", Some(true)));
    assert_eq!(
        (row.severity.as_str(), row.fixed_in.as_slice()),
        ("Priority 1", ["3.1".to_owned()].as_slice())
    );
}

#[test]
fn issues_of_gitlab_are_read_in_both_forms() {
    let list = of_json(&json!([{"id": 900, "iid": 5, "title": "Leak", "state": "opened", "created_at": "2026-01-01", "updated_at": "2026-01-02",
        "web_url": "https://example.org/5", "labels": ["severity::2", "other"], "milestone": null}]))
    .unwrap();
    assert_eq!(
        (list.kind, list.rows[0].id.as_str(), list.rows[0].open),
        (TrackerKind::GitLab, "5", Some(true))
    );
    assert_eq!(list.rows[0].severity, "severity::2");
    let csv = "Title,Description,Issue ID,URL,State,Created At (UTC),Updated At (UTC),Milestone\n\
               Leak,\"a, b\",5,https://example.org/5,Closed,2026-01-01,2026-01-02,16.2\n";
    let list = read_tracker(csv.as_bytes()).unwrap();
    assert_eq!(
        (list.kind, list.rows[0].open, list.rows[0].fixed_in.as_slice()),
        (TrackerKind::GitLab, Some(false), ["16.2".to_owned()].as_slice())
    );
}

#[test]
fn bugs_of_bugzilla_are_read_in_both_forms() {
    let list = of_json(&json!({"bugs": [{"id": 12, "summary": "Hang", "status": "RESOLVED", "resolution": "FIXED", "is_open": false,
        "creation_time": "2026-01-01T00:00:00Z", "last_change_time": "2026-01-02T00:00:00Z", "severity": "major", "version": ["1.2", "unspecified"],
        "target_milestone": "---"}, {"id": 13, "summary": "Slow", "status": "NEW", "version": "1.3"}]}))
    .unwrap();
    assert_eq!(list.kind, TrackerKind::Bugzilla);
    let row = &list.rows[0];
    assert_eq!(
        (row.state.as_str(), row.open, row.affected_version.as_slice()),
        ("RESOLVED FIXED", Some(false), ["1.2".to_owned()].as_slice())
    );
    assert!(row.fixed_in.is_empty());
    assert_eq!(
        (list.rows[1].open, list.rows[1].affected_version.as_slice()),
        (Some(true), ["1.3".to_owned()].as_slice())
    );
    for csv in [
        "\"Bug ID\",\"Product\",\"Status\",\"Resolution\",\"Summary\",\"Changed\",\"Version\"\n12,\"x\",\"RESOLVED\",\"FIXED\",\"Hang\",\"2026-01-02\",\"1.2\"\n",
        "bug_id,product,bug_status,resolution,short_desc,changeddate,version\n12,x,RESOLVED,FIXED,Hang,2026-01-02,1.2\n",
    ] {
        let list = read_tracker(csv.as_bytes()).unwrap();
        let row = &list.rows[0];
        assert_eq!((list.kind, row.id.as_str(), row.title.as_str()), (TrackerKind::Bugzilla, "12", "Hang"));
        assert_eq!(row.state, "RESOLVED FIXED");
        assert_eq!(row.affected_version, ["1.2"]);
    }
}

#[test]
fn repeated_columns_of_jira_are_all_read() {
    let csv = "Summary,Issue key,Issue id,Status,Priority,Resolution,Affects Version/s,Affects Version/s,Affects Version/s,Fix Version/s,Fix Version/s,Created,Updated\n\
               Crash,ABC-1,1000,Done,High,Fixed,1.0,1.1,,1.2,,01/Jan/26,02/Jan/26\n\
               Odd,ABC-2,1001,Waiting for Godot,Low,,,,,,,01/Jan/26,02/Jan/26\n\
               ,ABC-3,1002,Open,Low,,,,,,,,\n";
    let list = read_tracker(csv.as_bytes()).unwrap();
    assert_eq!((list.kind, list.rows.len()), (TrackerKind::Jira, 2));
    let row = &list.rows[0];
    assert_eq!((row.id.as_str(), row.state.as_str(), row.open), ("ABC-1", "Done Fixed", Some(false)));
    assert_eq!(
        (row.affected_version.as_slice(), row.fixed_in.as_slice()),
        (["1.0".to_owned(), "1.1".to_owned()].as_slice(), ["1.2".to_owned()].as_slice())
    );
    assert_eq!((list.rows[1].state.as_str(), list.rows[1].open), ("Waiting for Godot", None));
    assert_eq!(
        (list.notes.notes[0].place.as_str(), list.notes.notes[0].text.as_str()),
        ("line 4", "it has no title")
    );
}

#[test]
fn what_is_no_list_is_refused_with_place_and_reason() {
    let refused = |text: &str| read_tracker(text.as_bytes()).unwrap_err().to_string();
    for (text, words) in [
        ("", "document: it is empty"),
        ("[]", "$: the list is empty and does not say"),
        ("{}", "neither \"items\" nor \"bugs\""),
        (r#"{"message": "API rate limit exceeded"}"#, "answered “API rate limit exceeded”"),
        (r#"[{"title": "x"}]"#, "$[0]: it has no number"),
        (r#"[{"number": 1, "title": ["x"]}]"#, "$[0].title: "),
        (r#"[{"number": 1, "title": "x"}, {"iid": 1, "title": "x"}]"#, "$[1]: it is of another tracker"),
        (r#"[{"number": 1"#, "EOF"),
        ("name,version\na,1\n", "line 1: the headings are not those of"),
        ("Bug ID,Product\n1,x\n", "line 1: the table of Bugzilla has no column “summary”"),
        ("Issue key,Status\nA-1,Open\n", "line 1: the table of Jira has no column “summary”"),
        ("\u{0}\u{1}\u{2}", "document: "),
    ] {
        assert!(refused(text).contains(words), "{text}: {}", refused(text));
    }
    assert_eq!(of_json(&json!({"items": [], "total_count": 0})).unwrap().rows.len(), 0);
}

#[test]
fn too_many_rows_and_too_many_bytes_are_refused() {
    let many = format!("[{}]", vec![r#"{"number":1,"title":"x"}"#; TRACKER_ROWS_MAX + 1].join(","));
    assert!(read_tracker(many.as_bytes()).unwrap_err().reason.contains("more than 50000 rows"));
    let full = format!("[{}]", vec![r#"{"number":1,"title":"x"}"#; TRACKER_ROWS_MAX].join(","));
    assert_eq!(read_tracker(full.as_bytes()).unwrap().rows.len(), TRACKER_ROWS_MAX);
    let table = format!("Bug ID,Summary\n{}", "1,x\n".repeat(TRACKER_ROWS_MAX + 1));
    assert!(read_tracker(table.as_bytes()).unwrap_err().reason.contains("more than 50000 rows"));
    let large = vec![b' '; TRACKER_BYTES_MAX + 1];
    assert!(read_tracker(&large).unwrap_err().reason.contains("export fewer issues"));
}

fn row(affected: &[&str], open: Option<bool>, fixed: &[&str]) -> TrackerRow {
    TrackerRow {
        affected_version: affected.iter().map(|text| (*text).to_owned()).collect(),
        fixed_in: fixed.iter().map(|text| (*text).to_owned()).collect(),
        open,
        ..TrackerRow::default()
    }
}

#[test]
fn rows_that_may_concern_the_version_are_marked_and_the_others_say_why_not() {
    use TrackerRelevance::*;
    let rows = [
        row(&["1.1", "v1.2.3"], Some(false), &[]),
        row(&["1.2.x"], Some(true), &[]),
        row(&["1.2 branch"], Some(true), &[]),
        row(&["All versions"], None, &[]),
        row(&["1.20"], Some(true), &[]),
        row(&["2.0"], Some(true), &[]),
        row(&[], Some(true), &[]),
        row(&[], None, &[]),
        row(&[], Some(false), &["1.3.0"]),
        row(&[], Some(false), &["1.2.3"]),
        row(&[], Some(false), &[]),
    ];
    let expected = [
        NamesVersion,
        NamesVersion,
        NamesVersion,
        NamesVersion,
        OtherVersions,
        OtherVersions,
        OpenWithoutVersion,
        OpenWithoutVersion,
        FixedLater,
        ClosedWithoutVersion,
        ClosedWithoutVersion,
    ];
    assert_eq!(relevant_to(&rows, "1.2.3"), expected);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_every_row_has_an_answer(
        beginning in prop::sample::select(&["", "[{\"number\":1,\"title\":\"", "{\"bugs\":[{\"id\":", "Bug ID,Summary,Version\n", "Summary,Issue key\n"][..]),
        rest in ".{0,80}", version in ".{0,8}",
    ) {
        match read_tracker(format!("{beginning}{rest}").as_bytes()) {
            Ok(list) => {
                prop_assert_eq!(relevant_to(&list.rows, &version).len(), list.rows.len());
                prop_assert!(list.rows.iter().all(|row| !row.id.is_empty() && !row.title.is_empty()));
            }
            Err(refusal) => prop_assert!(!refusal.place.is_empty() && !refusal.reason.is_empty()),
        }
    }

    #[test]
    fn issues_are_read_in_any_number_and_none_is_lost(
        numbers in prop::collection::vec((1_u32..9999, any::<bool>(), any::<bool>()), 1..40),
    ) {
        let issues: Vec<Value> = numbers.iter().map(|(number, open, pull)| {
            let state = if *open { "open" } else { "closed" };
            let mut one = issue(*number, &json!({"state": state}));
            if *pull { one["pull_request"] = json!({}) }
            one
        }).collect();
        let list = of_json(&json!(issues)).unwrap();
        prop_assert_eq!(list.rows.len() + list.pull_requests, numbers.len());
    }
}
