//! Many product files at a glance, and which of them contain something: whichever files are there, and whatever is kept of them.

use std::io::Write as _;
use std::path::Path;

use mainstay::domain::ids::Kind;
use mainstay::domain::requests::PRODUCT;
use mainstay::domain::time::Moment;
use mainstay::ops::{LISTED_MAX, Urgency};
use mainstay::portfolio::{
    Advised, Asking, For, Looking, Match, Portfolio, Question, advised, ask, files_below, look, recall,
};
use mainstay::soup::{declare_whole, import_advisories};
use serde_json::json;

use crate::desk::{Desk, stamp};
use crate::soup_desk::{EXPAT, serviced};
use crate::team::{Team, decided, names, product, raised, remark, settle};

/// What a portfolio says, but not whether it was kept, nor when it was read.
fn said(portfolio: &Portfolio) -> Vec<(String, mainstay::ops::ProductSummary)> {
    let one = |product: &mainstay::portfolio::Product| {
        let mut summary = product.summary.clone();
        summary.read_at = Moment::parse("2031-01-01T00:00:00Z").unwrap();
        (product.path.display().to_string(), summary)
    };
    portfolio.products.iter().map(one).collect()
}

fn kept(portfolio: &Portfolio) -> Vec<bool> {
    portfolio.products.iter().map(|one| one.kept).collect()
}

#[test]
fn each_product_says_what_its_own_dashboard_says() {
    let team = Team::of_three();
    let found = team.look();
    assert_eq!(names(&found), ["Alpha", "Beta", "Gamma"]);
    assert_eq!((found.lacking(), found.remarks.len()), (0, 0), "{:?}", found.remarks);
    for one in &found.products {
        let file = match mainstay::ops::ProductFile::open_to_read(&one.path).unwrap() {
            mainstay::ops::Opened::Open(file) => file,
            mainstay::ops::Opened::Not(found) => panic!("{found:?}"),
        };
        let attention = file.attention(team.now).unwrap();
        let late = attention.now.iter().filter(|item| item.days_late > 0).count();
        for (urgency, expected) in [
            (Urgency::Overdue, late),
            (Urgency::Due, attention.now.len() - late),
            (Urgency::Ahead, attention.coming.len()),
        ] {
            assert_eq!(one.summary.count(urgency), expected);
            assert_eq!(one.tasks(urgency).count(), expected.min(LISTED_MAX));
        }
        let rows = file.soup_coverage(team.now).unwrap();
        let covered = rows.iter().filter(|row| row.coverage.is_covered()).count();
        assert_eq!(one.coverage(team.now.day()), (rows.len(), covered), "{}", one.summary.product);
    }
    let alpha = product(&found, "Alpha");
    let releases: Vec<&str> = alpha.summary.releases.iter().map(|one| one.version.as_str()).collect();
    assert_eq!(releases, ["2.3.0"]);
    assert!(product(&found, "Gamma").summary.releases.is_empty());
}

#[test]
fn what_waits_for_approval_and_the_days_of_a_retirement_are_there() {
    let mut team = Team::new();
    let mut desk = Desk::staffed_once();
    let plan = desk.change_plan(json!({"version": "2"}));
    let next = desk.go("ana", plan, "revise").unwrap().made[0];
    let set = json!({
        "version": "3", "reason_for_version": "Other values", "effective_from": desk.now.day(), "undecided": null,
    });
    desk.edit("ana", next, set).unwrap();
    desk.go("ana", next, "submit").unwrap();
    let retirement = desk.create("ana", Kind::RetirementPlan, json!({"title": "Retirement of the pump"}));
    let days = json!({"last_sale_date": "2032-01-31", "eos_date": "2037-01-31", "eol_date": "2030-01-31"});
    desk.edit("ana", retirement, days).unwrap();
    team.add("Pump", desk);
    let found = team.look();
    let pump = &product(&found, "Pump").summary;
    assert_eq!(pump.unapproved.iter().map(|one| one.id).collect::<Vec<_>>(), [next]);
    let days: Vec<(String, &str)> =
        pump.retirement.iter().map(|day| (day.on.to_string(), day.what.as_str())).collect();
    assert_eq!(
        days,
        [
            ("2030-01-31".to_owned(), "End of life"),
            ("2032-01-31".to_owned(), "Last sale"),
            ("2037-01-31".to_owned(), "End of support"),
        ]
    );
    assert_eq!(pump.next_retirement(team.now.day()).unwrap().what, "Last sale");
}

#[test]
fn of_much_work_the_first_items_are_listed_and_all_are_counted() {
    let mut team = Team::new();
    let mut desk = Desk::new();
    for number in 0..LISTED_MAX + 7 {
        let set = json!({"title": format!("Report {number}"), "description_verbatim": "Late."});
        desk.create("ana", Kind::Feedback, set);
    }
    let file = desk.file.attention(Moment::parse("2031-12-01T00:00:00Z").unwrap()).unwrap();
    team.add("Pump", desk);
    let found = team.look_for(For::Work, Moment::parse("2031-12-01T00:00:00Z").unwrap());
    let pump = product(&found, "Pump");
    let late = file.now.iter().filter(|item| item.days_late > 0).count();
    assert!(late > LISTED_MAX && !pump.summary.lists_all());
    assert_eq!((pump.summary.counts.overdue, pump.tasks(Urgency::Overdue).count()), (late, LISTED_MAX));
    let first: Vec<_> = pump.tasks(Urgency::Overdue).map(|task| (task.rank, task.record)).take(5).collect();
    let expected: Vec<_> = file
        .now
        .iter()
        .filter(|item| item.days_late > 0)
        .map(|item| (item.rank, item.record))
        .take(5)
        .collect();
    assert_eq!(first, expected, "the most severe");
}

#[test]
fn a_component_is_found_in_every_product_with_what_each_decided() {
    let team = Team::of_three();
    let answered = team.ask("libexpat");
    assert_eq!(answered.headline, "libexpat: in service in 2 of 3 products");
    assert_eq!(answered.limits, Vec::<String>::new());
    let rows: Vec<(usize, &str, &str, usize)> = answered
        .rows
        .iter()
        .map(|row| (row.product, row.release_version.as_str(), row.component.as_str(), row.decisions.len()))
        .collect();
    assert_eq!(rows, [(0, "2.3.0", "libexpat 2.5.0", 1), (1, "2.3.0", "libexpat 2.5.0", 0)]);
    let decision = &answered.rows[0].decisions[0];
    assert_eq!((decision.name(), decision.verdict.words.as_str()), ("CVE-2031-0001", "not affected"));
    assert!(decision.verdict.settled);
    assert_eq!(answered.without, [2]);
    assert_eq!(team.ask("LibExpat v2.5.0").rows.len(), 2);
    assert_eq!(team.ask("pkg:generic/libexpat@2.5.0").rows[0].by, Match::ByName);
    let other = team.ask("libexpat 2.7.0");
    assert_eq!(other.headline, "libexpat 2.7.0: in no release in service of 3 products");
    assert_eq!(other.limits, ["Other versions are in service in 2 products: ask without the version."]);
    assert_eq!(team.ask("openssl").headline, "openssl: in no release in service of 3 products");
}

#[test]
fn an_identifier_finds_the_products_with_a_finding_and_says_that_others_may_contain_it() {
    let team = Team::of_three();
    let answered = team.ask("cve-2031-0001");
    assert_eq!(answered.headline, "cve-2031-0001: in service in 1 of 3 products");
    assert_eq!((answered.rows.len(), answered.rows[0].by), (1, Match::Finding));
    assert!(answered.limits[0].contains("ask for the component"), "{:?}", answered.limits);
    let nowhere = team.ask("CVE-2031-9999");
    assert_eq!(nowhere.headline, "CVE-2031-9999: not found in the 3 products that were read");
    assert!(nowhere.limits[0].contains("ask for the component"), "{:?}", nowhere.limits);
}

#[test]
fn the_advisory_data_tells_the_sister_product_for_which_nobody_raised_a_finding() {
    let mut team = Team::new();
    for name in ["Alpha", "Beta"] {
        let mut desk = serviced();
        let cpes = json!({"cpes": ["cpe:2.3:a:libexpat_project:libexpat:*:*:*:*:*:*:*:*"]});
        desk.edit("ben", EXPAT, cpes).unwrap();
        if name == "Alpha" {
            decided(&mut desk, "CVE-2031-0001");
        }
        team.add(name, desk);
    }
    let found = team.look();
    let cache = team.data().join("advisories");
    let today = team.now.day();
    let asked = |id: &str| advised(&found, id, (&cache, today), &|_| true).unwrap();
    assert_eq!(asked("CVE-2031-0001"), Advised::NoData);
    let feed = json!({
        "resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2031-03-03T00:00:00",
        "vulnerabilities": [{"cve": {
            "id": "CVE-2031-0001", "published": "2031-03-01T00:00:00", "lastModified": "2031-03-02T00:00:00", "vulnStatus": "Analyzed",
            "descriptions": [{"lang": "en", "value": "Memory is read beyond its end"}],
            "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true,
                "criteria": "cpe:2.3:a:libexpat_project:libexpat:*:*:*:*:*:*:*:*", "versionEndExcluding": "2.6.2"}]}]}],
        }}],
    });
    let path = team.files().join("nvd.json");
    std::fs::write(&path, feed.to_string()).unwrap();
    import_advisories(&[path], &cache, &|_| true, &stamp(team.now)).unwrap();
    declare_whole(&cache).unwrap();
    assert_eq!(asked("CVE-2031-9999"), Advised::Unknown);
    let by = asked("cve-2031-0001");
    let question = Question::parse("cve-2031-0001").unwrap();
    let answered = ask(Asking { portfolio: &found, question: &question, today, advised: Some(&by) });
    assert_eq!(answered.headline, "cve-2031-0001: in service in 2 of 2 products");
    let rows: Vec<(usize, Match, usize)> =
        answered.rows.iter().map(|row| (row.product, row.by, row.decisions.len())).collect();
    assert_eq!(rows, [(0, Match::Finding, 1), (1, Match::Advised, 0)]);
    assert!(advised(&found, "CVE-2031-0001", (&cache, today), &|_| false).is_err(), "cancelled");
}

#[test]
fn a_bill_is_asked_for_component_by_component() {
    let team = Team::of_three();
    let bill = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "libexpat", "version": "2.5.0", "purl": "pkg:generic/libexpat@2.5.0"},
        {"type": "library", "name": "zlib"},
        {"type": "library", "name": "zlib", "version": "1.2.11"},
        {"type": "library", "name": "openssl", "version": "3.0.8", "scope": "excluded"},
    ]});
    let path = team.files().join("bill.json");
    std::fs::write(&path, bill.to_string()).unwrap();
    let portfolio = team.look();
    let question = Question::of_bill(&path).unwrap();
    let answered =
        ask(Asking { portfolio: &portfolio, question: &question, today: team.now.day(), advised: None });
    let rows: Vec<&str> = answered.rows.iter().map(|row| row.component.as_str()).collect();
    assert_eq!(rows, ["libexpat 2.5.0", "zlib 1.3.1", "libexpat 2.5.0", "zlib 1.3.1"]);
    assert_eq!(answered.absent, ["zlib 1.2.11", "openssl 3.0.8"]);
    assert_eq!(answered.headline, "bill.json with 4 components: in service in 2 of 3 products");
}

#[test]
fn none_contains_it_is_said_only_where_every_file_was_read_and_tells_its_soup() {
    let team = Team::of_three();
    assert_eq!(team.ask("openssl").headline, "openssl: in no release in service of 3 products");
    std::fs::write(team.files().join("broken.mainstay"), "SQLite format 3\0 but no more").unwrap();
    let answered = team.ask("openssl");
    assert_eq!(answered.headline, "openssl: not found in the 3 products that were read");
    assert_eq!(answered.limits, ["Missing is what 1 place would say: not read, or an older copy."]);
    std::fs::remove_file(team.files().join("broken.mainstay")).unwrap();
    let mut silent = serviced();
    let path = team.path("Silent");
    silent.edit("ana", PRODUCT, json!({"title": "Silent"})).unwrap();
    team.take(silent, &path);
    // A release of an older file, from before its SOUP had to be listed.
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        "DROP TRIGGER IF EXISTS record_changes; UPDATE product_file SET uuid = '00000000-0000-4000-8000-ffffffffffff';",
    )
    .unwrap();
    drop_triggers(&conn);
    let changed = conn
        .execute(
            "UPDATE record SET body = json_remove(body, '$.fields.soup_baseline') WHERE id = 'RL-0001'",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    drop(conn);
    settle(&path);
    let answered = team.ask("openssl");
    assert_eq!(answered.headline, "openssl: not found in the 4 products that were read");
    assert_eq!(
        answered.limits,
        ["These releases in service do not say what SOUP they contain: Silent 2.3.0."]
    );
}

fn drop_triggers(conn: &rusqlite::Connection) {
    let mut names = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names {
        conn.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap();
    }
}

#[test]
fn what_is_kept_is_what_would_be_read_anew_and_is_made_anew_when_it_is_lost() {
    let team = Team::of_three();
    let first = team.look();
    assert_eq!(kept(&first), [false; 3]);
    let second = team.look();
    assert_eq!(kept(&second), [true; 3]);
    assert_eq!(said(&second), said(&team.fresh(team.now)));
    std::fs::remove_dir_all(team.kept()).unwrap();
    assert_eq!(kept(&team.look()), [false; 3]);
    // Damaged, cut, emptied, of another form, and that of another file in its place.
    let places = || {
        let entries = std::fs::read_dir(team.kept()).unwrap();
        let mut places: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        places.sort();
        places
    };
    assert_eq!(places().len(), 3);
    for place in places() {
        let mut bytes = std::fs::read(&place).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&place, &bytes).unwrap();
    }
    let mended = team.look();
    assert_eq!((kept(&mended), said(&mended)), (vec![false; 3], said(&first)));
    let bytes = std::fs::read(&places()[0]).unwrap();
    for wrong in [&bytes[..bytes.len() - 1], &bytes[..10], &[], &[0; 64]] {
        std::fs::write(&places()[0], wrong).unwrap();
        let mended = team.look();
        assert_eq!(kept(&mended).iter().filter(|kept| !**kept).count(), 1);
        assert_eq!(said(&mended), said(&first));
    }
    std::fs::copy(&places()[1], &places()[0]).unwrap();
    assert_eq!(said(&team.look()), said(&first));
    // A folder that cannot be written costs only time.
    std::fs::remove_dir_all(team.data()).unwrap();
    std::fs::write(team.data(), "a file where the folder belongs").unwrap();
    assert_eq!(said(&team.look()), said(&first));
}

#[test]
fn a_write_makes_what_is_kept_void_at_once() {
    let mut team = Team::new();
    let mut desk = serviced();
    let path = team.files().join("open.mainstay");
    std::os::unix::fs::symlink(desk.file.path(), &path).unwrap();
    settle(desk.file.path());
    team.now = desk.now;
    assert_eq!(team.ask("libexpat").rows[0].decisions.len(), 0);
    assert_eq!(kept(&team.look_for(For::Contents, team.now)), [true]);
    let finding = raised(&mut desk, "CVE-2031-0002");
    let found = team.look_for(For::Contents, team.now);
    assert_eq!(kept(&found), [false], "although it is written to in this process");
    let answered = team.ask("libexpat");
    assert_eq!(answered.rows[0].decisions[0].finding, finding);
    assert!(answered.rows[0].decisions[0].verdict.words.starts_with("open: "));
    // The same length, and a time of change that somebody set back.
    settle(desk.file.path());
    team.look();
    desk.edit("cleo", finding, json!({"severity": "low"})).unwrap();
    settle(desk.file.path());
    assert_eq!(kept(&team.look()), [false]);
}

#[test]
fn on_a_later_day_work_is_read_anew_and_contents_are_as_they_would_be_read() {
    let mut team = Team::new();
    let mut desk = serviced();
    let finding = raised(&mut desk, "CVE-2031-0003");
    team.add("Alpha", desk);
    let before = team.look();
    let overdue = |found: &Portfolio| product(found, "Alpha").tasks(Urgency::Overdue).count();
    for days in [1, 40, 400, 4000] {
        let later = Moment::end_of(team.now.day().plus_days(days));
        let contents = team.look_for(For::Contents, later);
        assert_eq!(kept(&contents), [true]);
        let fresh = team.fresh(later);
        let coverage = |found: &Portfolio| {
            let today = later.day();
            let words: Vec<String> =
                found.products[0].summary.components.iter().map(|one| one.review_words(today)).collect();
            (found.products[0].coverage(today), words)
        };
        assert_eq!(coverage(&contents), coverage(&fresh), "{days}");
        let verdicts = |found: &Portfolio| {
            let findings = found.products[0].summary.findings.iter();
            findings.map(|one| (one.id, one.verdict(0, later.day()))).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&contents), verdicts(&fresh), "{days}");
    }
    let later = Moment::end_of(team.now.day().plus_days(400));
    let work = team.look_for(For::Work, later);
    assert_eq!((kept(&work), said(&work)), (vec![false], said(&team.fresh(later))));
    assert!(overdue(&work) > overdue(&before));
    assert!(product(&work, "Alpha").tasks(Urgency::Overdue).any(|task| task.record == finding));
    // The clock is set back: what was read on a later day does not hold.
    assert_eq!(kept(&team.look_for(For::Contents, team.now)), [false]);
}

#[test]
fn what_was_kept_is_recalled_at_once_and_the_rest_is_said_to_be_missing() {
    let mut team = Team::of_three();
    let files = files_below(&[team.files()], &|| true);
    assert!(recall(&files, &team.data()).products.is_empty());
    team.look();
    team.add("Delta", Desk::staffed_once());
    let recalled = recall(&files_below(&[team.files()], &|| true), &team.data());
    assert_eq!(names(&recalled), ["Alpha", "Beta", "Gamma"]);
    assert_eq!(remark(&recalled, "delta.mainstay"), ("it is not read yet", true));
}

#[test]
fn a_file_that_lacks_an_event_which_this_workstation_saw_is_named() {
    let mut team = Team::new();
    let mut desk = serviced();
    let before = std::fs::read(desk.file.path()).unwrap();
    raised(&mut desk, "CVE-2031-0005");
    mainstay::ops::workstation::remember(&team.data(), &mut desk.file, desk.now).unwrap();
    let path = team.path("pump");
    std::fs::write(&path, std::fs::read(desk.file.path()).unwrap()).unwrap();
    settle(&path);
    team.now = desk.now;
    assert_eq!(team.look().lacking(), 0);
    std::fs::write(&path, before).unwrap();
    settle(&path);
    for _ in 0..2 {
        let found = team.look();
        let (why, lacking) = remark(&found, "pump.mainstay");
        assert!(lacking && why.contains("but this workstation saw event"), "{why}");
        assert_eq!(found.products.len(), 1, "what it says is shown all the same");
    }
    assert!(team.ask("openssl").headline.ends_with("not found in the 1 product that was read"));
}

#[test]
fn a_file_that_is_being_written_is_read_and_not_kept() {
    let mut team = Team::of_three();
    let mut desk = serviced();
    desk.edit("ana", PRODUCT, json!({"title": "Worked in"})).unwrap();
    std::os::unix::fs::symlink(desk.file.path(), team.path("worked in")).unwrap();
    let conn = rusqlite::Connection::open(desk.file.path()).unwrap();
    conn.execute("UPDATE product_file SET uuid = 'another'", []).unwrap();
    // Another program is in the midst of a write: its journal lies beside the file.
    conn.execute_batch("BEGIN IMMEDIATE; CREATE TABLE half (a); INSERT INTO half VALUES (1);").unwrap();
    settle(desk.file.path());
    team.now = team.now.max(desk.now);
    for _ in 0..2 {
        let found = team.look();
        let one = product(&found, "Worked in");
        assert!(!one.kept);
        assert_eq!(found.lacking(), 0);
    }
    conn.execute_batch("ROLLBACK").unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_look_keeps_the_locks_of_who_writes_in_the_same_process() {
    use std::os::unix::fs::MetadataExt as _;
    let team = Team::of_three();
    let path = team.path("Alpha");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("BEGIN IMMEDIATE; CREATE TABLE half (a);").unwrap();
    let inode = format!(":{} ", std::fs::metadata(&path).unwrap().ino());
    let pid = format!(" {} ", std::process::id());
    let locks = || {
        let all = std::fs::read_to_string("/proc/locks").unwrap();
        all.lines()
            .filter(|line| line.contains("WRITE") && line.contains(&inode) && line.contains(&pid))
            .count()
    };
    assert!(locks() > 0);
    let before = locks();
    for data in [None, Some(team.data())] {
        let files = files_below(&[team.files()], &|| true);
        let how = Looking { data: data.as_deref(), fresh: false, now: team.now, wanted: For::Work };
        assert_eq!(look(&files, how, &|_, _| true).products.len(), 3);
    }
    assert_eq!(locks(), before, "closing a file releases every lock of the process on it");
}

#[test]
fn a_file_that_is_replaced_while_it_is_read_is_never_shown_as_a_mixture() {
    let team = Team::of_three();
    let (alpha, gamma) = (team.path("Alpha"), team.path("Gamma"));
    let whole = |found: &Portfolio, name: &str| {
        said(found).into_iter().map(|(_, one)| one).find(|one| one.product == name)
    };
    let expected = ["Alpha", "Gamma"].map(|name| whole(&team.fresh(team.now), name).unwrap());
    let swapped = team.files().join("swapped");
    std::fs::create_dir(&swapped).unwrap();
    let place = swapped.join("swapped.mainstay");
    std::fs::copy(&alpha, &place).unwrap();
    let looks = std::sync::atomic::AtomicUsize::new(60);
    let mut wrong = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0_u32.. {
                if looks.load(std::sync::atomic::Ordering::Relaxed) == 0 {
                    break;
                }
                let next = swapped.join("next");
                std::fs::copy(if turn % 2 == 0 { &gamma } else { &alpha }, &next).unwrap();
                settle(&next);
                std::fs::rename(&next, &place).unwrap();
            }
        });
        for left in (0..60).rev() {
            let data = team.data();
            let how = Looking { data: Some(&data), fresh: false, now: team.now, wanted: For::Work };
            let found = look(&files_below(std::slice::from_ref(&swapped), &|| true), how, &|_, _| true);
            let mixed = said(&found).into_iter().filter(|(_, one)| !expected.contains(one));
            wrong.extend(mixed.map(|(_, one)| format!("{} at {}", one.product, one.head.seq)));
            let odd = found.remarks.iter().filter(|one| !one.why.contains("look again"));
            wrong.extend(odd.map(|one| one.why.clone()));
            looks.store(left, std::sync::atomic::Ordering::Relaxed);
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
    // What is kept afterwards is that of the file which is there.
    let how = |data| Looking { data, fresh: false, now: team.now, wanted: For::Work };
    let data = team.data();
    let files = files_below(std::slice::from_ref(&swapped), &|| true);
    assert_eq!(
        said(&look(&files, how(Some(&data)), &|_, _| true)),
        said(&look(&files, how(None), &|_, _| true))
    );
}

#[test]
fn two_programs_that_keep_the_same_files_do_not_disturb_each_other() {
    let team = Team::of_three();
    let fresh = said(&team.fresh(team.now));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for turn in 0..10 {
                    assert_eq!(said(&team.look()), fresh);
                    if turn % 3 == 0 {
                        let _ = std::fs::remove_dir_all(team.kept());
                    }
                }
            });
        }
    });
    team.look();
    assert_eq!(kept(&team.look()), [true; 3]);
    let strange: Vec<_> =
        std::fs::read_dir(team.kept()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(strange.iter().all(|name| name.to_string_lossy().ends_with(".kept")), "{strange:?}");
}

#[test]
fn what_was_kept_long_ago_is_removed_and_nothing_else() {
    let team = Team::of_three();
    team.look();
    let old = |name: &str| {
        let path = team.kept().join(name);
        std::fs::write(&path, "old").unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - std::time::Duration::from_hours(24 * 100)).unwrap();
        path
    };
    let (kept, left, foreign) = (old("0.kept"), old("0.kept.12345678.mainstay-part"), old("notes.txt"));
    team.look();
    assert_eq!((kept.exists(), left.exists(), foreign.exists()), (false, false, true));
}

#[test]
fn a_look_that_is_cancelled_ends_and_keeps_what_it_has_read() {
    let team = Team::of_three();
    let files = files_below(&[team.files()], &|| true);
    let data = team.data();
    let how = Looking { data: Some(&data), fresh: false, now: team.now, wanted: For::Work };
    let nothing = look(&files, how, &|_, _| false);
    assert_eq!((nothing.products.len(), nothing.lacking()), (0, 3), "what was not read is missing");
    let found = look(&files, how, &|done, all| done < all);
    assert_eq!(found.products.len(), 3);
    assert!(files_below(&[team.files()], &|| false).found.is_empty());
}

#[test]
fn copies_of_one_file_count_once_and_copies_that_went_different_ways_are_all_shown() {
    let mut team = Team::of_three();
    let mut desk = serviced();
    let earlier = std::fs::read(desk.file.path()).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = team.files().join(name);
        std::fs::write(&path, bytes).unwrap();
        settle(&path);
    };
    put("backup 1.mainstay", &earlier);
    desk.edit("ana", PRODUCT, json!({"title": "Pump"})).unwrap();
    put("pump.mainstay", &std::fs::read(desk.file.path()).unwrap());
    put("pump copy.mainstay", &std::fs::read(desk.file.path()).unwrap());
    // Another product was begun from a copy of the file. It has fewer events.
    let mut other = Desk::copy_of(&earlier, desk.now, &desk.recovery, &["ana", "cleo"]);
    raised(&mut other, "CVE-2031-0009");
    let forked = std::fs::read(other.file.path()).unwrap();
    raised(&mut desk, "CVE-2031-0010");
    raised(&mut desk, "CVE-2031-0011");
    put("pump.mainstay", &std::fs::read(desk.file.path()).unwrap());
    put("forked.mainstay", &forked);
    team.now = team.now.max(desk.now);
    for turn in 0..2 {
        let found = team.look();
        let files: Vec<String> = found
            .products
            .iter()
            .map(|one| one.path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            files,
            ["alpha.mainstay", "beta.mainstay", "forked.mainstay", "gamma.mainstay", "pump.mainstay"],
            "{turn}: {:?}",
            found.remarks
        );
        assert_eq!(found.lacking(), 0);
        let (why, lacking) = remark(&found, "backup 1.mainstay");
        assert!(why.starts_with("it is an earlier copy of") && !lacking, "{why}");
        assert!(remark(&found, "pump copy.mainstay").0.contains("pump.mainstay"));
        let (why, lacking) = remark(&found, "forked.mainstay");
        assert!(why.contains("went different ways; both are shown") && !lacking, "{why}");
    }
    // Each of both answers for itself.
    assert_eq!(team.ask("CVE-2031-0009").rows.len(), 1);
    assert_eq!(team.ask("CVE-2031-0010").rows.len(), 1);
}

/// Names of files and what is said of them.
#[test]
fn what_is_no_product_file_is_named_with_the_reason_and_the_others_are_read() {
    let team = Team::of_three();
    let put = |name: &str, bytes: &[u8]| std::fs::write(team.files().join(name), bytes).unwrap();
    put("empty.mainstay", b"");
    put("letter.mainstay", b"Dear all");
    let alpha = std::fs::read(team.path("Alpha")).unwrap();
    put("short.mainstay", &alpha[..alpha.len() / 2]);
    put("scrambled.mainstay", &scrambled(&alpha));
    put("newer.mainstay", &with_number(&alpha, 60, 99));
    put("notes.txt", b"Dear all");
    std::fs::create_dir(team.files().join("folder.mainstay")).unwrap();
    std::fs::copy(team.path("Beta"), team.files().join("folder.mainstay/inner.mainstay")).unwrap();
    let foreign = team.files().join("foreign.mainstay");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    // Foreign and huge: nothing but its beginning is looked at.
    let huge = team.files().join("huge.mainstay");
    std::fs::copy(&foreign, &huge).unwrap();
    std::fs::File::options().write(true).open(&huge).unwrap().set_len(40 << 30).unwrap();
    let pipe = team.files().join("pipe.mainstay");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("nowhere", team.files().join("gone.mainstay")).unwrap();
    let since = std::time::Instant::now();
    let found = team.look();
    assert!(since.elapsed().as_secs() < 30);
    assert_eq!(names(&found), ["Alpha", "Beta", "Gamma"]);
    for (name, words) in [
        ("empty.mainstay", "it is not a product file: an empty file"),
        ("letter.mainstay", "it is not a product file:"),
        ("short.mainstay", "it is damaged: it was cut short"),
        ("scrambled.mainstay", "damaged"),
        (
            "newer.mainstay",
            "it was made by a newer version of this program (file version 99); install that version",
        ),
        ("foreign.mainstay", "an SQLite database of another program"),
        ("huge.mainstay", "an SQLite database of another program"),
        ("pipe.mainstay", "a pipe"),
        ("gone.mainstay", "leads nowhere"),
    ] {
        let (why, lacking) = remark(&found, name);
        assert!(why.contains(words) && lacking, "{name}: {why}");
    }
    assert!(!remark(&found, "inner.mainstay").1, "it is a copy of Beta");
    assert_eq!(found.lacking(), 9);
}

/// The bytes of a file with its tables overwritten.
fn scrambled(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for byte in bytes.iter_mut().skip(16 * 1024) {
        *byte = !*byte;
    }
    bytes
}

/// The bytes of a file with a number of its head changed.
fn with_number(bytes: &[u8], at: usize, number: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    bytes
}

#[test]
fn a_write_that_was_interrupted_is_told_with_what_to_do_and_nothing_is_taken_back() {
    let team = Team::of_three();
    let path = team.path("Alpha");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE half (a);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO half SELECT randomblob(500) FROM n;",
    )
    .unwrap();
    let killed = team.files().join("killed.mainstay");
    let beside = |path: &Path| std::path::PathBuf::from(format!("{}-journal", path.display()));
    std::fs::copy(&path, &killed).unwrap();
    std::fs::copy(beside(&path), beside(&killed)).unwrap();
    conn.execute_batch("ROLLBACK").unwrap();
    let before = std::fs::read(&killed).unwrap();
    let found = team.look();
    let (why, lacking) = remark(&found, "killed.mainstay");
    assert!(lacking && why.contains("was interrupted; open it once"), "{why}");
    assert_eq!(std::fs::read(&killed).unwrap(), before);
    assert!(beside(&killed).exists());
}

#[test]
fn a_file_and_a_folder_without_permission_are_named_also_where_something_is_kept_of_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let team = Team::of_three();
    team.look();
    let closed = team.files().join("closed");
    std::fs::create_dir(&closed).unwrap();
    let set =
        |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    set(&team.path("Alpha"), 0o000);
    set(&closed, 0o000);
    if std::fs::read(team.path("Alpha")).is_ok() {
        let _ = writeln!(std::io::stderr(), "skipped: {}: this account may read everything", module_path!());
        return;
    }
    let found = team.look();
    assert_eq!(names(&found), ["Beta", "Gamma"]);
    for name in ["alpha.mainstay", "closed"] {
        let (why, lacking) = remark(&found, name);
        assert!(lacking && why.contains("access is denied"), "{name}: {why}");
    }
    set(&closed, 0o700);
}

#[test]
fn hundreds_of_files_are_read_and_kept_each_once() {
    let team = Team::new();
    let desk = Desk::new();
    let bytes = std::fs::read(desk.file.path()).unwrap();
    for number in 0..300 {
        let folder = team.files().join(format!("{:02}", number % 17));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{number}.mainstay"));
        std::fs::write(&path, &bytes).unwrap();
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.pragma_update(None, "synchronous", "OFF").unwrap();
        conn.execute("UPDATE product_file SET uuid = ?1", [format!("uuid {number}")]).unwrap();
        drop(conn);
        settle(&path);
    }
    let found = team.look_for(For::Work, desk.now);
    assert_eq!((found.products.len(), found.remarks.len()), (300, 0));
    let again = team.look_for(For::Work, desk.now);
    assert!(again.products.iter().all(|one| one.kept));
    assert_eq!(said(&again), said(&found));
}

#[test]
fn a_bill_that_is_no_bill_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let nobody = br#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}"#;
    let pipe = folder.path().join("pipe.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [
        put("empty.json", b""),
        put("deep.json", deep.as_bytes()),
        put("nobody.json", nobody),
        put("binary.json", &[0xff; 4096]),
        folder.path().to_owned(),
        folder.path().join("gone.json"),
        pipe,
    ] {
        let refusal = Question::of_bill(&path).unwrap_err().to_string();
        assert!(refusal.len() > 10, "{}: {refusal}", path.display());
    }
}

#[test]
fn a_hostile_bill_is_asked_for_in_one_line_for_each_component() {
    let team = Team::of_three();
    let mut components: Vec<_> = (0..20_000)
        .map(|number| json!({"type": "library", "name": "libexpat", "version": format!("9.{number}")}))
        .collect();
    components
        .push(json!({"type": "library", "name": "a\nNot in Alpha\u{202e}\u{1b}[2J", "version": "1\r\n2"}));
    components.push(json!({"type": "library", "name": "b", "version": "1", "purl": "pkg:%00/\u{202e}"}));
    let bill = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components});
    let path = team.files().join("bill\n\u{202e}.json");
    std::fs::write(&path, bill.to_string()).unwrap();
    let question = Question::of_bill(&path).unwrap();
    let portfolio = team.look();
    let answered =
        ask(Asking { portfolio: &portfolio, question: &question, today: team.now.day(), advised: None });
    assert!(answered.rows.is_empty());
    assert!(
        answered
            .absent
            .iter()
            .chain([&answered.headline])
            .all(|words| !words.contains(['\n', '\r', '\u{1b}', '\u{202e}']))
    );
}
