//! Every forgery that we could think of is refused by the file or found by the verification, which names its place.

use ed25519_dalek::{Signer as _, SigningKey};
use mainstay::domain::canonical;
use mainstay::domain::event::grant_text;
use mainstay::ops::ProductFile;
use serde_json::json;

use crate::forger::{Forger, scene};

#[test]
fn the_scene_verifies_before_anybody_forges() {
    let found = Forger::unguarded().verify(Some(scene().head.clone()));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_file_itself_refuses_to_change_evidence() {
    let forger = Forger::new();
    for table in ["event", "touch", "signing_key", "signature", "blob", "record"] {
        let columns = forger.text(&format!(
            "SELECT group_concat(name) FROM pragma_table_info('{table}') WHERE name NOT IN ('number', 'seq')"
        ));
        let column = columns.split(',').next_back().unwrap().to_owned();
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET {column} = {column}")] {
            let refusal = forger.conn.execute_batch(&sql).unwrap_err().to_string();
            let known = ["never deleted", "never changed", "only with an audit event"];
            assert!(known.iter().any(|words| refusal.contains(words)), "{sql}: {refusal}");
        }
    }
    let insert = "INSERT INTO record (key, body) SELECT key + 1, replace(body, 'FB-0001', 'FB-0002') FROM record WHERE id = 'FB-0001'";
    assert!(forger.conn.execute_batch(insert).unwrap_err().to_string().contains("only with an audit event"));
    let gap = "INSERT INTO event (seq, digest, key, signature, body) SELECT 900, digest, key, signature, json_set(body, '$.seq', 900) FROM event WHERE seq = 1";
    assert!(forger.conn.execute_batch(gap).unwrap_err().to_string().contains("without gaps"));
}

/// A forgery, and where and in which words the verification must find it.
macro_rules! forgeries {
    ($($name:ident: $place:literal, $what:literal, |$forger:ident| $forge:block)+) => {$(
        #[test]
        fn $name() {
            let $forger = Forger::unguarded();
            $forge
            let found = $forger.verify(None);
            let fits = |place: &str| place == $place || $place == "last event" && *place == format!("event {}", $forger.last());
            let named = found.iter().any(|finding| fits(&finding.place) && finding.what.contains($what));
            assert!(named, "{} / {} is not among {found:#?}", $place, $what);
        }
    )+};
}

forgeries! {
    an_edited_event_is_found: "event 3", "its digest is not the SHA-256", |f| {
        f.run("UPDATE event SET body = replace(body, 'passport', 'password') WHERE seq = 4");
        f.run("UPDATE event SET body = json_set(body, '$.machine', 'OTHER') WHERE seq = 3");
    }
    an_edited_event_with_a_new_digest_is_found: "event 3", "its signature does not match", |f| {
        let mut body = f.value("SELECT body FROM event WHERE seq = 3");
        body["machine"] = "OTHER".into();
        f.set_event(3, &body);
    }
    a_chain_hashed_anew_without_keys_is_found: "event 4", "its signature does not match", |f| {
        let mut body = f.value("SELECT body FROM event WHERE seq = 3");
        body["machine"] = "OTHER".into();
        f.set_event(3, &body);
        f.rehash(4);
    }
    an_event_taken_out_of_the_middle_is_found: "event 6", "stands where event 5 should stand", |f| {
        f.run("DELETE FROM touch WHERE seq = 5; DELETE FROM event WHERE seq = 5");
    }
    two_exchanged_events_are_found: "event 8", "its text is that of event 9", |f| {
        f.run("CREATE TEMP TABLE t AS SELECT * FROM event WHERE seq IN (8, 9)");
        f.run("PRAGMA ignore_check_constraints = ON;
               UPDATE event SET (body, digest, key, signature) = (SELECT body, digest, key, signature FROM t WHERE t.seq = 9) WHERE seq = 8;
               UPDATE event SET (body, digest, key, signature) = (SELECT body, digest, key, signature FROM t WHERE t.seq = 8) WHERE seq = 9");
    }
    an_edited_record_is_found: "FB-0001", "its content is not what its last audit event says", |f| {
        f.run("UPDATE record SET body = replace(body, 'two minutes', 'two seconds') WHERE id = 'FB-0001'");
    }
    a_record_put_back_to_an_older_revision_is_found: "PN-0002", "its content is not what its last audit event says", |f| {
        f.run("UPDATE record SET body = json_set(body, '$.revision', 1) WHERE id = 'PN-0002'");
    }
    a_record_without_an_event_is_found: "FB-0002", "no audit event made it", |f| {
        f.run("INSERT INTO record (key, body) SELECT key + 1, replace(body, 'FB-0001', 'FB-0002') FROM record WHERE id = 'FB-0001'");
    }
    a_removed_record_is_found: "FB-0001", "it is not there", |f| {
        f.run("DELETE FROM record WHERE id = 'FB-0001'");
    }
    a_column_that_says_something_else_is_found: "CR-0001", "a column says something else", |f| {
        let sql = f.text("SELECT sql FROM sqlite_schema WHERE name = 'record'");
        let plain = sql.replace("state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED", "state TEXT NOT NULL");
        assert_ne!(sql, plain);
        schema(&f, &plain);
        let other = rusqlite::Connection::open(&f.path).unwrap();
        other.execute_batch("UPDATE record SET state = 'approved' WHERE id = 'CR-0001'").unwrap();
        drop(other);
        schema(&f, &sql);
    }
    a_signature_moved_to_another_record_is_found: "signature 1", "its digest is not the SHA-256", |f| {
        f.run("UPDATE signature SET body = json_set(body, '$.subject', 'CR-0001') WHERE number = 1");
    }
    a_signature_moved_with_a_new_digest_is_found: "signature 1", "does not name it", |f| {
        let mut body = f.value("SELECT body FROM signature WHERE number = 1");
        body["subject"] = "CR-0001".into();
        let body = canonical::text(&body);
        let digest = canonical::digest(body.as_bytes());
        f.conn.execute("UPDATE signature SET body = ?1, digest = ?2 WHERE number = 1", (body, digest)).unwrap();
    }
    a_removed_signature_is_found: "last event", "names a signature that is not there", |f| {
        let seq = f.number("SELECT event FROM signature ORDER BY number DESC LIMIT 1").unsigned_abs();
        let mut event = f.event_like("person.deactivate", "ana");
        event["signatures"] = json!([f.text("SELECT digest FROM signature ORDER BY number DESC LIMIT 1")]);
        f.append_as(&event, "ana");
        f.run("DELETE FROM signature WHERE number = (SELECT max(number) FROM signature)");
        assert!(seq > 0);
    }
    a_signature_with_another_number_is_found: "signature 9", "stands where signature 1 should stand", |f| {
        f.run("DELETE FROM signature WHERE number > 1; UPDATE signature SET number = 9 WHERE number = 1");
    }
    signatures_that_change_places_are_found: "signature 2", "stands after a signature of a later event", |f| {
        f.run("UPDATE signature SET number = 99 WHERE number = 1; UPDATE signature SET number = 1 WHERE number = 2");
        f.run("UPDATE signature SET number = 2 WHERE number = 99");
    }
    a_signature_made_with_another_key_is_found: "signature 2", "was made with the key of another person", |f| {
        f.run("UPDATE signature SET key = 1 WHERE number = 2");
    }
    an_exchanged_public_key_is_found: "event 1", "was signed with a key of PN-0001 that was not in force then", |f| {
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
        f.conn.execute("UPDATE signing_key SET public_key = ?1 WHERE number = 1", [key]).unwrap();
    }
    a_key_that_no_event_brought_is_found: "key 99", "no audit event brought it into force", |f| {
        let key = SigningKey::from_bytes(&[7; 32]);
        let seq = f.number("SELECT max(seq) FROM event");
        f.conn.execute("INSERT INTO signing_key VALUES (99, 'PN-0003', ?1, ?2)", (key.verifying_key().to_bytes(), seq)).unwrap();
        let mut event = f.event_like("person.deactivate", "ana");
        event["actor"] = "PN-0003".into();
        event["login"] = "cleo".into();
        f.append(&event, &key, 99);
    }
    a_self_made_key_as_founder_is_found: "last event", "makes a founder", |f| {
        self_made(&f, &|_, _| json!("founder"));
    }
    a_self_made_key_with_an_own_code_is_found: "last event", "without a one-time code that allows it", |f| {
        self_made(&f, &|key, public| {
            let proof = hex::encode(key.sign(grant_text("PN-0003".parse().unwrap(), public).as_bytes()).to_bytes());
            json!({"code": {"event": 1, "proof": proof}})
        });
    }
    a_used_code_used_again_is_found: "last event", "without a one-time code that allows it", |f| {
        let grant = f.value("SELECT json_extract(body, '$.keys[0].grant') FROM event WHERE request = 'person.activate' LIMIT 1");
        self_made(&f, &|_, _| grant.clone());
    }
    an_act_with_a_key_that_was_replaced_is_found: "last event", "was signed with a key of PN-0002 that was not in force then", |f| {
        let mut event = f.event_like("change_request.submit", "old");
        f.change(&mut event, "CR-0001", "title", json!("Another title"));
        f.append_as(&event, "old");
    }
    an_act_of_somebody_inactive_is_found: "last event", "whose account was not active then", |f| {
        let mut event = f.event_like("feedback.create", "eva");
        event["role"] = "regulatory".into();
        f.change(&mut event, "FB-0001", "title", json!("Another title"));
        f.append_as(&event, "eva");
    }
    an_act_in_a_role_that_is_not_held_is_found: "last event", "rests on a role that PN-0004 did not hold then", |f| {
        let mut event = f.event_like("feedback.create", "dan");
        event["role"] = "quality".into();
        f.change(&mut event, "FB-0001", "title", json!("Another title"));
        f.append_as(&event, "dan");
    }
    an_act_without_a_role_is_found: "last event", "rests on no role, where feedback.edit rests on the role support", |f| {
        let mut event = f.event_like("feedback.create", "dan");
        event["request"] = "feedback.edit".into();
        event.as_object_mut().unwrap().remove("role");
        f.change(&mut event, "FB-0001", "title", json!("Another title"));
        f.append_as(&event, "dan");
    }
    an_act_before_the_account_existed_is_found: "last event", "who did not exist then", |f| {
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut event = f.event_like("person.deactivate", "ana");
        event["actor"] = "PN-0009".into();
        f.append(&event, &key, 1);
    }
    roles_given_to_oneself_are_found: "last event", "you cannot change your own roles", |f| {
        let mut event = f.event_like("person.deactivate", "ana");
        event["request"] = "person.edit".into();
        event["record"] = "PN-0001".into();
        f.change(&mut event, "PN-0001", "roles", json!(["quality", "dev_lead", "sys_admin"]));
        f.append_as(&event, "ana");
    }
    a_false_before_in_the_audit_trail_is_found: "last event", "does not say of FB-0001 what “title” said before", |f| {
        let mut event = f.event_like("feedback.create", "dan");
        f.change(&mut event, "FB-0001", "title", json!("Another title"));
        event["changes"][0]["fields"][0]["before"] = "What it never said".into();
        f.append_as(&event, "dan");
    }
    a_change_that_its_event_hides_is_found: "last event", "does not come to the content that it names", |f| {
        let mut event = f.event_like("feedback.create", "dan");
        f.change(&mut event, "FB-0001", "title", json!("Another title"));
        event["changes"][0]["fields"] = json!([]);
        f.append_as(&event, "dan");
    }
    an_approval_granted_without_its_signatures_is_found: "last event", "AP-0002 is signed: enter your password", |f| {
        let mut event = f.event_like("approval.sign", "fay");
        event["role"] = "dev_lead".into();
        f.change(&mut event, "AP-0002", "state", json!("granted"));
        f.append_as(&event, "fay");
    }
    a_change_approved_without_a_granted_approval_is_found: "last event", "changes “state” of CR-0001, which change_request.edit does not do here", |f| {
        let mut event = f.event_like("approval.sign", "ana");
        event["request"] = "change_request.edit".into();
        event["record"] = "CR-0001".into();
        f.change(&mut event, "CR-0001", "state", json!("approved"));
        f.append_as(&event, "ana");
    }
    a_signature_in_a_role_that_is_not_held_is_found: "last event", "a signature in a role that PN-0001 did not hold", |f| {
        let mut event = f.event_like("approval.sign", "ana");
        f.sign(&mut event, "ana", |body| body["roles"] = json!(["dev_lead"]));
        f.change(&mut event, "AP-0002", "state", json!("granted"));
        f.append_as(&event, "ana");
    }
    a_signature_before_the_new_key_was_confirmed_is_found: "last event", "whose identity was not confirmed then", |f| {
        let mut event = f.event_like("approval.sign", "ben");
        event["role"] = "dev_lead".into();
        f.sign(&mut event, "ben", |body| body["roles"] = json!(["dev_lead"]));
        f.append_as(&event, "ben");
    }
    a_signature_that_covers_something_else_is_found: "last event", "does not cover what CR-0001 said at revision", |f| {
        let mut event = f.event_like("approval.sign", "ana");
        f.sign(&mut event, "ana", |body| body["covers"][1]["digest"] = "0".repeat(64).into());
        f.append_as(&event, "ana");
    }
    a_signature_that_says_another_event_is_found: "signature 8", "says event 5, but event", |f| {
        let mut event = f.event_like("approval.sign", "ana");
        f.sign(&mut event, "ana", |body| body["event"] = 5.into());
        f.append_as(&event, "ana");
    }
    a_clock_turned_back_in_silence_is_found: "last event", "does not say that the clock ran backwards", |f| {
        let mut event = f.event_like("person.deactivate", "ana");
        event["at"] = "2031-03-01T09:00:00Z".into();
        f.append_as(&event, "ana");
    }
    exchanged_bytes_of_an_attachment_are_found: "AT-0001", "its bytes do not have the digest", |f| {
        f.run("UPDATE blob SET bytes = CAST(replace(CAST(bytes AS TEXT), 'alarm', 'quiet') AS BLOB)");
    }
    removed_bytes_of_an_attachment_are_found: "AT-0001", "its bytes are not there", |f| {
        f.run("DELETE FROM blob");
    }
    an_exchanged_credential_is_found: "PN-0004", "the wrapped key is not that of the person's key in force", |f| {
        f.run("UPDATE credential SET key = 1 WHERE person = 'PN-0004'");
    }
    a_removed_credential_of_somebody_inactive_is_found: "PN-0005", "the wrapped key that its event names is not there", |f| {
        f.run("DELETE FROM credential WHERE person = 'PN-0005'");
    }
    a_credential_of_another_password_is_found: "PN-0004", "the wrapped key is not the one that its event names", |f| {
        f.run("UPDATE credential SET salt = randomblob(16), nonce = randomblob(24), wrapped = randomblob(48) WHERE person = 'PN-0004'");
    }
    a_credential_with_another_day_of_its_password_is_found: "PN-0004", "the wrapped key is not the one that its event names", |f| {
        f.run("UPDATE credential SET changed_at = '2031-12-31T00:00:00Z' WHERE person = 'PN-0004'");
    }
    a_credential_that_costs_less_to_guess_is_found: "PN-0004", "the wrapped key is not the one that its event names", |f| {
        f.run("UPDATE credential SET iterations = 1 WHERE person = 'PN-0004'");
    }
    a_former_grant_by_the_new_key_itself_is_found: "last event", "that the person's former key does not let in", |f| {
        self_made(&f, &|key, public| {
            let proof = hex::encode(key.sign(grant_text("PN-0003".parse().unwrap(), public).as_bytes()).to_bytes());
            json!({"former": {"proof": proof}})
        });
    }
    a_former_grant_by_a_key_that_was_replaced_is_found: "last event", "that the person's former key does not let in", |f| {
        change_password(&f, "old", "PN-0002", "person.change_password");
    }
    a_former_grant_by_another_person_is_found: "last event", "that the person's former key does not let in", |f| {
        change_password(&f, "ana", "PN-0002", "person.change_password");
    }
    a_former_grant_where_no_password_is_changed_is_found: "last event", "that the person's former key does not let in", |f| {
        change_password(&f, "ben", "PN-0002", "person.activate");
    }
    a_changed_password_without_the_persons_new_fingerprint_is_found: "last event", "leaves PN-0002 as it was, which person.change_password changes", |f| {
        change_password(&f, "ben", "PN-0002", "person.change_password");
    }
    a_link_that_no_record_has_is_found: "AP-0002", "is not what the record says", |f| {
        f.run("UPDATE link SET target = (4 << 32) + 9 WHERE source = (6 << 32) + 2 AND field = 'subject'");
    }
    a_record_hidden_from_the_search_is_found: "search index", "does not list exactly", |f| {
        f.run("DELETE FROM search WHERE rowid = (SELECT max(rowid) FROM search)");
    }
    an_index_of_events_tampered_with_is_found: "database", "the index from records to events", |f| {
        f.run("DELETE FROM touch WHERE record = (2 << 32) + 1");
    }
    the_identity_of_another_file_is_found: "database", "the file's identity", |f| {
        f.run("UPDATE product_file SET uuid = 'a'");
    }
    a_second_identity_of_the_file_is_found: "database", "the file's identity", |f| {
        f.run("PRAGMA ignore_check_constraints = ON");
        f.run("INSERT INTO product_file SELECT 2, uuid, made_at, made_with FROM product_file");
    }
    an_identity_with_another_number_is_found: "database", "the file's identity", |f| {
        f.run("PRAGMA ignore_check_constraints = ON");
        f.run("UPDATE product_file SET id = 2");
    }
    a_view_that_was_added_is_found: "database", "the view search_words does not belong", |f| {
        f.run("CREATE VIEW search_words AS SELECT 1");
    }
    a_view_that_lies_is_found: "database", "the view feedback does not show", |f| {
        let sql = f.text("SELECT sql FROM sqlite_schema WHERE name = 'feedback'");
        f.run(&format!("DROP VIEW feedback; {}", sql.replace("$.fields.title", "$.fields.channel")));
    }
    a_view_that_leaves_records_out_is_found: "database", "the view feedback does not show", |f| {
        let sql = f.text("SELECT sql FROM sqlite_schema WHERE name = 'feedback'");
        f.run(&format!("DROP VIEW feedback; {sql} LIMIT 1"));
    }
    a_weakened_check_is_found: "database", "the table blob differs", |f| {
        let sql = f.text("SELECT sql FROM sqlite_schema WHERE name = 'blob'");
        schema(&f, &sql.replace(" CHECK (length(sha256) = 64)", ""));
    }
}

/// Exchanges the text of a table in the schema.
fn schema(forger: &Forger, sql: &str) {
    let table = sql.split_whitespace().nth(2).unwrap();
    forger.run("PRAGMA writable_schema = ON");
    forger
        .conn
        .execute("UPDATE sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = ?2", (sql, table))
        .unwrap();
    forger.run("PRAGMA writable_schema = RESET");
}

/// Cleo's access, taken over with a key of one's own.
fn self_made(forger: &Forger, grant: &dyn Fn(&SigningKey, &str) -> serde_json::Value) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = hex::encode(key.verifying_key().as_bytes());
    let mut event = forger.event_like("person.activate", "ana");
    event["actor"] = "PN-0003".into();
    event["login"] = "cleo".into();
    event["keys"] = json!([{"person": "PN-0003", "public_key": public, "credential": "00", "grant": grant(&key, &public)}]);
    let seq = event["seq"].as_i64().unwrap();
    let row = (99, "PN-0003", key.verifying_key().to_bytes(), seq);
    forger.conn.execute("INSERT INTO signing_key VALUES (?1, ?2, ?3, ?4)", row).unwrap();
    forger.append(&event, &key, 99);
}

#[test]
fn a_dropped_trigger_is_found_as_the_first_thing() {
    let forger = Forger::new();
    forger.run("DROP TRIGGER event_fixed");
    let found = forger.verify(None);
    assert_eq!(
        (found[0].place.as_str(), found[0].what.as_str()),
        ("database", "the trigger event_fixed is missing from the schema")
    );
}

#[test]
fn a_chain_cut_back_is_found_against_a_remembered_head_and_only_so() {
    let forger = Forger::unguarded();
    // The last event of the scene let Ben in again: everything of it is taken back.
    let mut event = packet(&forger, "dan");
    forger.append_as(&event, "dan");
    let head = (forger.last(), forger.text("SELECT digest FROM event ORDER BY seq DESC LIMIT 1"));
    forger.run(&format!("DELETE FROM event WHERE seq = {}", head.0));
    assert!(forger.verify(None).is_empty());
    let copy = Forger::unguarded();
    event["machine"] = "OTHER".into();
    copy.append_as(&event, "dan");
    let found = copy.verify(Some(head.clone()));
    assert_eq!(
        (found[0].place.clone(), found[0].what.as_str()),
        (format!("event {}", head.0), "is not the one that was seen earlier")
    );
    let found = Forger::unguarded().verify(Some(head.clone()));
    assert_eq!(found[0].place, format!("event {}", head.0));
    assert!(found[0].what.contains("cut back to event"), "{}", found[0].what);
}

/// That somebody produced a packet: an act that changes nothing.
fn packet(forger: &Forger, login: &str) -> serde_json::Value {
    let mut event = forger.event_like("feedback.create", login);
    event["request"] = "packet.issue".into();
    event["role"] = if login == "ana" { "quality" } else { "developer" }.into();
    let issued = forger.number("SELECT count(*) FROM event WHERE request = 'packet.issue'");
    event["facts"] = json!({"number": format!("PK-{:04}", issued + 1)});
    event.as_object_mut().unwrap().remove("record");
    event
}

/// The scene with so many more events of ana that her signatures are checked in batches; answers the first of them.
fn long_trail(forger: &Forger) -> u64 {
    let first = forger.last() + 1;
    let mut event = packet(forger, "ana");
    forger.run("BEGIN");
    for seq in first..first + 2000 {
        event["seq"] = seq.into();
        event["facts"] = json!({"number": format!("PK-{:04}", seq - first + 1)});
        forger.append_as(&event, "ana");
        event["previous"] = canonical::digest(canonical::text(&event).as_bytes()).into();
    }
    forger.run("COMMIT");
    first
}

/// Gives an event the signature of the one before it.
fn exchange_signature(forger: &Forger, seq: u64) {
    forger.run(&format!(
        "UPDATE event SET signature = (SELECT signature FROM event WHERE seq = {seq} - 1) WHERE seq = {seq}"
    ));
}

#[test]
fn a_forged_signature_amid_a_long_trail_is_named_exactly() {
    let forger = Forger::unguarded();
    let forged = long_trail(&forger) + 1357;
    exchange_signature(&forger, forged);
    let found = forger.verify(None);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (found[0].place.as_str(), found[0].what.as_str()),
        (format!("event {forged}").as_str(), "its signature does not match")
    );
}

#[test]
fn of_several_forged_signatures_the_lowest_is_named_first() {
    let forger = Forger::unguarded();
    let first = long_trail(&forger);
    let forged = [first + 20, first + 21, first + 900, first + 1700, first + 1999];
    for seq in forged.iter().rev() {
        exchange_signature(&forger, *seq);
    }
    let places: Vec<String> = forger.verify(None).into_iter().map(|finding| finding.place).collect();
    assert_eq!(places, forged.map(|seq| format!("event {seq}")));
}

#[test]
fn a_long_trail_verifies_and_can_be_cancelled_at_every_share() {
    let forger = Forger::unguarded();
    long_trail(&forger);
    assert!(forger.verify(None).is_empty());
    let shares = std::sync::Mutex::new(Vec::new());
    let keep = |share: f32| {
        shares.lock().unwrap().push(share);
        true
    };
    ProductFile::verify(&forger.path, None, &keep).unwrap();
    let shares = shares.into_inner().unwrap();
    assert!(shares.is_sorted() && shares.len() > 8, "{shares:?}");
    // What is told after the replay depends on how long the workers still have to do.
    let replayed: Vec<f32> = shares.into_iter().filter(|share| *share <= 0.7).collect();
    for cancelled in [replayed[0], replayed[replayed.len() / 2], 0.7, 0.75] {
        let refusal = ProductFile::verify(&forger.path, None, &|share| share < cancelled).unwrap_err();
        assert!(refusal.to_string().contains("cancelled"), "{refusal}");
    }
}

/// An event by which Ben changes his password and key, let in by the key that the scene has for `by`.
fn change_password(f: &Forger, by: &str, person: &str, request: &str) {
    let key = SigningKey::from_bytes(&[9; 32]);
    let public = hex::encode(key.verifying_key().as_bytes());
    let former = &f.scene_keys()[by].0;
    let proof = hex::encode(former.sign(grant_text(person.parse().unwrap(), &public).as_bytes()).to_bytes());
    let row = (99, person, key.verifying_key().to_bytes(), f.last().cast_signed() + 1);
    f.conn.execute("INSERT INTO signing_key VALUES (?1, ?2, ?3, ?4)", row).unwrap();
    let mut event = f.event_like("person.activate", "ben");
    event["request"] = request.into();
    event["record"] = person.into();
    event["keys"] = json!([{"person": person, "public_key": public, "credential": f.credential_digest(person, &public), "grant": {"former": {"proof": proof}}}]);
    f.append(&event, &key, 99);
}
