//! Publishers of CSAF documents, and what of their lists does not come.

use super::*;

fn document(id: &str) -> String {
    format!(
        r#"{{"document": {{"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "T", "publisher": {{"category": "vendor",
        "name": "Example Maker", "namespace": "https://maker.example"}}, "tracking": {{"id": "{id}", "status": "final", "version": "1",
        "current_release_date": "2026-11-01T00:00:00Z", "initial_release_date": "2026-11-01T00:00:00Z",
        "revision_history": [{{"number": "1", "date": "2026-11-01T00:00:00Z", "summary": "s"}}]}}}},
        "product_tree": {{"branches": [{{"category": "vendor", "name": "Example", "branches": [{{"category": "product_version", "name": "1",
        "product": {{"name": "Pump 1", "product_id": "P", "product_identification_helper": {{"purl": "pkg:generic/pump@1"}}}}}}]}}]}},
        "vulnerabilities": [{{"cve": "CVE-2026-0009", "product_status": {{"known_affected": ["P"]}}}}]}}"#
    )
}

#[test]
fn documents_of_a_feed_are_fetched_once_and_what_did_not_come_is_tried_again() {
    let repaired = std::sync::Arc::new(AtomicBool::new(false));
    let is_repaired = std::sync::Arc::clone(&repaired);
    let server = Server::new(move |asked| {
        match asked.path.as_str() {
        "/provider-metadata.json" => file(
            format!(
                r#"{{"canonical_url": "x", "publisher": {{"name": "Example Maker"}}, "distributions": [{{"rolie": {{"feeds": [
                {{"url": "{0}/feed.json", "tlp_label": "WHITE"}}, {{"url": "{0}/red.json", "tlp_label": "RED"}}]}}}}]}}"#,
                asked.server
            )
            .as_bytes(),
            "",
        ),
        "/feed.json" => file(
            br#"{"feed": {"entry": [
                {"id": "b", "updated": "2026-11-02T00:00:00Z", "content": {"src": "docs/b.json"}},
                {"id": "a", "updated": "2026-11-01T00:00:00Z", "content": {"src": "docs/a.json"}},
                {"id": "c", "updated": "2026-11-03T00:00:00Z", "content": {"src": "docs/c.json"}}]}}"#,
            "",
        ),
        "/docs/b.json" if !is_repaired.load(Ordering::Relaxed) => status(404, ""),
        path => match path.strip_prefix("/docs/").and_then(|name| name.strip_suffix(".json")) {
            Some(name) => file(document(&format!("EX-{name}")).as_bytes(), ""),
            None => status(404, ""),
        },
    }
    });
    let mut bench = Bench::new(&server, &[UpdateSource::Csaf]);
    let report = bench.update();
    assert!(reason(&report[0]).contains("feed.json: 1 of its documents did not come"), "{report:?}");
    assert_eq!(report[0].files, 2);
    assert!(report[0].remarks.iter().any(|words| words.contains("not for everybody (RED)")), "{report:?}");
    repaired.store(true, Ordering::Relaxed);
    bench.later(30);
    let before = server.asked().len();
    let report = bench.update();
    assert_eq!((&report[0].outcome, report[0].files), (&UpdateOutcome::Updated, 1));
    let paths: Vec<String> = server.asked().split_off(before).into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/provider-metadata.json", "/feed.json", "/docs/b.json"]);
    assert!(bench.status().sources.iter().all(|source| !source.too_old), "{:?}", bench.status());
    assert_eq!(bench.update()[0].outcome, UpdateOutcome::Unchanged);
}

#[test]
fn documents_of_a_folder_are_found_by_its_changes_or_its_index() {
    let server = Server::new(|asked| match asked.path.as_str() {
        "/provider-metadata.json" => {
            let folders = [("csaf", ""), ("plain", "")];
            let list: Vec<String> = folders
                .iter()
                .map(|(name, _)| format!(r#"{{"directory_url": "{}/{name}/"}}"#, asked.server))
                .collect();
            file(format!(r#"{{"distributions": [{}]}}"#, list.join(", ")).as_bytes(), "")
        }
        "/csaf/changes.csv" => {
            file(b"\"2026/a.json\",\"2026-11-01T00:00:00Z\"\n\"../b.json\",\"2026-11-01T00:00:00Z\"\n", "")
        }
        "/plain/index.txt" => file(b"c.json\nbroken.json\n", ""),
        "/csaf/2026/a.json" => file(document("EX-a").as_bytes(), ""),
        "/plain/c.json" => file(document("EX-c").as_bytes(), ""),
        "/plain/broken.json" => file(b"{\"document\": {\"csaf_version\"", ""),
        _ => status(404, ""),
    });
    let bench = Bench::new(&server, &[UpdateSource::Csaf]);
    let report = bench.update();
    assert_eq!(
        (&report[0].outcome, report[0].files, report[0].refused),
        (&UpdateOutcome::Updated, 2, 1),
        "{report:?}"
    );
    let remarks = report[0].remarks.join("\n");
    for part in
        ["line 2: it is not a path below the folder", "has no changes.csv", "broken.json was not imported"]
    {
        assert!(remarks.contains(part), "{remarks}");
    }
}

/// A publisher with these feeds, each of them with these documents; those in `gone` are not there.
fn publisher(feeds: &'static [(&str, &[&str])], gone: &'static [&str]) -> Server {
    Server::new(move |asked| {
        if asked.path == "/provider-metadata.json" {
            let feeds: Vec<_> = feeds
                .iter()
                .map(|(name, _)| serde_json::json!({"url": format!("{}/{name}", asked.server)}))
                .collect();
            return file(
                serde_json::json!({"distributions": [{"rolie": {"feeds": feeds}}]}).to_string().as_bytes(),
                "",
            );
        }
        let path = asked.path.trim_start_matches('/');
        if let Some((_, documents)) = feeds.iter().find(|(name, _)| *name == path) {
            let entries: Vec<_> = documents
                .iter()
                .map(|id| serde_json::json!({"id": id, "updated": "2026-11-01T00:00:00Z", "content": {"src": format!("{id}.json")}}))
                .collect();
            return file(serde_json::json!({"feed": {"entry": entries}}).to_string().as_bytes(), "");
        }
        match path.strip_suffix(".json").filter(|id| !gone.contains(id)) {
            Some(id) => file(document(id).as_bytes(), ""),
            None => status(404, ""),
        }
    })
}

#[test]
fn a_document_that_is_not_there_keeps_no_other_away_and_its_publisher_does_not_count_as_fresh() {
    let server = publisher(&[("one.json", &["a", "b"]), ("two.json", &["c"])], &["a"]);
    let mut bench = Bench::new(&server, &[UpdateSource::Csaf]);
    let report = bench.update();
    assert!(reason(&report[0]).contains("one.json: 1 of its documents did not come"), "{report:?}");
    assert!(
        report[0]
            .remarks
            .iter()
            .any(|words| words.contains("404: there is nothing at") && words.contains("/a.json"))
    );
    assert_eq!(report[0].files, 2, "the other document and the other feed");
    bench.later(30);
    let report = bench.update();
    assert!(reason(&report[0]).contains("one.json: 1 of its documents did not come"), "{report:?}");
    let status = bench.status();
    assert!(!status.sources.is_empty() && status.sources.iter().all(|source| source.too_old), "{status:?}");
}

#[test]
fn many_documents_that_are_not_there_do_not_end_the_update_before_those_that_are() {
    // In tests, eight documents of a list are asked for in one update.
    let gone = &["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let server = publisher(&[("all.json", &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])], gone);
    let bench = Bench::new(&server, &[UpdateSource::Csaf]);
    let first = bench.update();
    let words = reason(&first[0]);
    assert!(
        words.contains("8 of its documents did not come")
            && words.contains("; 2 of its documents did not get their turn"),
        "{first:?}"
    );
    let second = bench.update();
    assert_eq!((second[0].files, second[0].has_failed()), (1, true), "{second:?}");
}

#[test]
fn a_long_list_without_times_is_taken_in_parts_and_each_part_says_that_more_is_left() {
    let server = Server::new(|asked| match asked.path.as_str() {
        "/provider-metadata.json" => file(
            format!(r#"{{"distributions": [{{"directory_url": "{}/all"}}]}}"#, asked.server).as_bytes(),
            "",
        ),
        "/all/index.txt" => {
            file(b"1.json\n2.json\n3.json\n4.json\n5.json\n6.json\n7.json\n8.json\n9.json\n9a.json\n", "")
        }
        path => match path.strip_prefix("/all/").and_then(|name| name.strip_suffix(".json")) {
            Some(id) => file(document(id).as_bytes(), ""),
            None => status(404, ""),
        },
    });
    let mut bench = Bench::new(&server, &[UpdateSource::Csaf]);
    let report = bench.update();
    assert!(
        reason(&report[0]).contains("2 of its documents did not get their turn; update again"),
        "{report:?}"
    );
    assert_eq!(report[0].files, 8);
    bench.later(30);
    assert!(bench.status().sources.iter().all(|source| source.too_old), "it is not complete");
    let report = bench.update();
    assert_eq!((&report[0].outcome, report[0].files), (&UpdateOutcome::Updated, 2));
    assert!(bench.status().sources.iter().all(|source| !source.too_old), "{:?}", bench.status());
}
