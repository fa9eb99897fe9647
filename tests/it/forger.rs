//! An adversary who holds the file, knows its format, can drop every trigger, and may even be a person of the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signer as _, SigningKey};
use mainstay::domain::canonical;
use mainstay::domain::ids::RecordId;
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Discrepancy, Password, ProductFile, Request};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::chain::{analyse, approval_of, change_under_analysis, feedback};
use crate::desk::{Desk, PASSWORD, attach_log, go_to, stamp};

/// A file with a bit of everything, its last event, and the keys of its people: what an adversary might have.
pub struct Scene {
    pub bytes: Vec<u8>,
    pub head: (u64, String),
    /// Each person's key and its number; `old` is Ben's before his access was reset.
    pub keys: BTreeMap<&'static str, (SigningKey, i64)>,
}

pub fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let mut desk = Desk::staffed();
        desk.hire("fay", "Fay Example", &[Role::DevLead]);
        let fb = feedback(&mut desk);
        desk.by("dan", attach_log(fb, "time,event\n12:00,alarm\n")).unwrap();
        let (cr, ia) = change_under_analysis(&mut desk, json!({}));
        analyse(&mut desk, cr, ia);
        let ap = approval_of(&mut desk, cr);
        desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
        let eva = desk.people["eva"].person();
        desk.by("ana", Act::from(go_to(eva, "deactivate", json!({}))).because("Left the company")).unwrap();
        let old = key_of(desk.file.path(), "PN-0002");
        let ben = desk.people["ben"].person();
        let reset = Act::from(Request::ResetAccess { person: ben }).because("Password forgotten");
        let code = desk.by("ana", reset).unwrap().code.unwrap();
        let at = desk.tick();
        desk.file.activate("ben", &code, &Password::new(PASSWORD), &stamp(at)).unwrap();
        desk.assert_verifies();
        let mut keys = BTreeMap::from([("old", old)]);
        keys.extend(keys_of(&desk));
        let head = (desk.file.head().seq, desk.file.head().digest.clone());
        Scene { bytes: std::fs::read(desk.file.path()).unwrap(), head, keys }
    })
}

/// The keys of everybody at a desk, by login.
pub fn keys_of(desk: &Desk) -> BTreeMap<&'static str, (SigningKey, i64)> {
    let people = desk.people.iter();
    people.map(|(login, session)| (*login, key_of(desk.file.path(), &session.person().to_string()))).collect()
}

fn key_of(path: &Path, person: &str) -> (SigningKey, i64) {
    let conn = Connection::open(path).unwrap();
    let sql = "SELECT key, memory_kib, iterations, salt, nonce, wrapped FROM credential WHERE person = ?1";
    conn.query_row(sql, [person], |row| {
        let params = Params::new(row.get(1)?, row.get(2)?, 1, Some(32)).unwrap();
        let mut secret = [0u8; 32];
        let salt: Vec<u8> = row.get(3)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password_into(PASSWORD.as_bytes(), &salt, &mut secret).unwrap();
        let nonce: [u8; 24] = row.get(4)?;
        let wrapped: Vec<u8> = row.get(5)?;
        let cipher = XChaCha20Poly1305::new(&secret.into());
        let payload = Payload { msg: &wrapped, aad: person.as_bytes() };
        let seed: [u8; 32] = cipher.decrypt(&XNonce::from(nonce), payload).unwrap().try_into().unwrap();
        Ok((SigningKey::from_bytes(&seed), row.get(0)?))
    })
    .unwrap()
}

pub struct Forger {
    scene: &'static Scene,
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    pub conn: Connection,
    triggers: Vec<(String, String)>,
}

impl Forger {
    /// A copy of the scene, triggers in force.
    pub fn new() -> Self {
        Self::copy(scene())
    }

    fn copy(scene: &'static Scene) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pump.mainstay");
        std::fs::write(&path, &scene.bytes).unwrap();
        let conn = Connection::open(&path).unwrap();
        Self { scene, _folder: folder, path, conn, triggers: Vec::new() }
    }

    /// The same without triggers; [`Forger::verify`] puts them back, so that only the forgery is there to find.
    pub fn unguarded() -> Self {
        Self::without_triggers(scene())
    }

    /// A copy of any scene without triggers.
    pub fn without_triggers(scene: &'static Scene) -> Self {
        let mut forger = Self::copy(scene);
        let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
        let mut statement = forger.conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let triggers: Vec<(String, String)> = rows.collect::<Result<_, _>>().unwrap();
        drop(statement);
        for (name, _) in &triggers {
            forger.run(&format!("DROP TRIGGER {name}"));
        }
        forger.run("PRAGMA foreign_keys = OFF");
        forger.triggers = triggers;
        forger
    }

    /// The keys that the adversary has.
    pub fn scene_keys(&self) -> &'static BTreeMap<&'static str, (SigningKey, i64)> {
        &self.scene.keys
    }

    /// What an event says of the wrapped key of a person as it lies in the file (`docs/file-format.md`).
    pub fn credential_digest(&self, person: &str, public_key: &str) -> String {
        let sql =
            "SELECT json_object('memory_kib', memory_kib, 'iterations', iterations, 'salt', lower(hex(salt)),
                     'nonce', lower(hex(nonce)), 'wrapped', lower(hex(wrapped)), 'changed_at', changed_at)
                   FROM credential WHERE person = ?1";
        let text: String = self.conn.query_row(sql, [person], |row| row.get(0)).unwrap();
        let mut value: Value = serde_json::from_str(&text).unwrap();
        value["person"] = person.into();
        value["public_key"] = public_key.into();
        canonical::digest(canonical::text(&value).as_bytes())
    }

    pub fn run(&self, sql: &str) {
        self.conn.execute_batch(sql).unwrap();
    }

    pub fn text(&self, sql: &str) -> String {
        self.conn.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn value(&self, sql: &str) -> Value {
        serde_json::from_str(&self.text(sql)).unwrap()
    }

    pub fn number(&self, sql: &str) -> i64 {
        self.conn.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn last(&self) -> u64 {
        self.number("SELECT max(seq) FROM event").unsigned_abs()
    }

    /// Puts the triggers back, so that only the forgery is there to find.
    pub fn put_triggers_back(&mut self) {
        for (_, sql) in std::mem::take(&mut self.triggers) {
            self.run(&sql);
        }
    }

    /// Puts the triggers back and verifies.
    pub fn verify(&self, remembered: Option<(u64, String)>) -> Vec<Discrepancy> {
        for (_, sql) in &self.triggers {
            self.run(sql);
        }
        ProductFile::verify(&self.path, remembered, &|_| true).unwrap().findings
    }

    pub fn set_event(&self, seq: u64, body: &Value) {
        let body = canonical::text(body);
        let digest = canonical::digest(body.as_bytes());
        self.conn
            .execute(
                "UPDATE event SET body = ?1, digest = ?2 WHERE seq = ?3",
                (body, digest, seq.cast_signed()),
            )
            .unwrap();
    }

    /// Computes digests and links anew from an event on, which needs no key.
    pub fn rehash(&self, from: u64) {
        for seq in from..=self.last() {
            let mut body = self.value(&format!("SELECT body FROM event WHERE seq = {seq}"));
            if seq > 1 {
                body["previous"] =
                    self.text(&format!("SELECT digest FROM event WHERE seq = {}", seq - 1)).into();
            }
            self.set_event(seq, &body);
        }
    }

    /// Number and full name of the person with a login.
    pub fn person(&self, login: &str) -> (String, String) {
        let sql = "SELECT json_extract(body, '$.id'), title FROM person WHERE login = ?1";
        self.conn.query_row(sql, [login], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// A new event like the last one of a request, by the person `login` of [`Scene::keys`].
    pub fn event_like(&self, request: &str, login: &str) -> Value {
        let mut body = self
            .value(&format!("SELECT body FROM event WHERE request = '{request}' ORDER BY seq DESC LIMIT 1"));
        let word = if login == "old" { "ben" } else { login };
        let (id, name) = self.person(word);
        body["actor"] = id.into();
        body["name"] = name.into();
        body["login"] = word.into();
        body["seq"] = (self.last() + 1).into();
        body["previous"] = self.text("SELECT digest FROM event ORDER BY seq DESC LIMIT 1").into();
        body["at"] = self.text("SELECT at FROM event ORDER BY seq DESC LIMIT 1").into();
        body["changes"] = json!([]);
        let map = body.as_object_mut().unwrap();
        for name in ["given", "signatures", "keys", "code_key", "reason", "facts"] {
            map.remove(name);
        }
        body
    }

    /// Adds to the event a change of one field of a record, and writes the record.
    pub fn change(&self, event: &mut Value, id: &str, field: &str, after: Value) {
        let key = id.parse::<RecordId>().unwrap().key();
        let mut body = self.value(&format!("SELECT body FROM record WHERE key = {key}"));
        let revision = body["revision"].as_u64().unwrap() + 1;
        body["revision"] = revision.into();
        let before = if field == "state" {
            body["state_since"] = event["at"].clone();
            std::mem::replace(&mut body["state"], after.clone())
        } else {
            std::mem::replace(&mut body["fields"][field], after.clone())
        };
        let body = canonical::text(&body);
        let digest = canonical::digest(body.as_bytes());
        self.conn.execute("UPDATE record SET body = ?1 WHERE key = ?2", (&body, key)).unwrap();
        let seq = event["seq"].as_i64().unwrap();
        self.conn
            .execute("INSERT INTO touch VALUES (?1, ?2, ?3)", (key, revision.cast_signed(), seq))
            .unwrap();
        let verb = event["request"].as_str().unwrap().rsplit('.').next().unwrap();
        if event["record"] == id && verb == "edit" {
            event["given"] = json!([field]);
        }
        event["changes"].as_array_mut().unwrap().push(json!({
            "record": id, "revision": revision, "digest": digest,
            "fields": [{"field": field, "before": before, "after": after}],
        }));
    }

    /// Appends an event, signed with a key.
    pub fn append(&self, event: &Value, key: &SigningKey, number: i64) {
        let body = canonical::text(event);
        let digest = canonical::digest(body.as_bytes());
        let signature = key.sign(digest.as_bytes()).to_bytes();
        self.conn
            .execute(
                "INSERT INTO event (seq, digest, key, signature, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                (event["seq"].as_i64().unwrap(), digest, number, signature, body),
            )
            .unwrap();
    }

    /// Appends an event, signed with the key that the scene has for the login.
    pub fn append_as(&self, event: &Value, login: &str) {
        let (key, number) = &self.scene.keys[login];
        self.append(event, key, *number);
    }

    /// Adds an electronic signature like the last one, and names it in the event.
    pub fn sign(&self, event: &mut Value, login: &str, change: impl FnOnce(&mut Value)) {
        let mut body = self.value("SELECT body FROM signature ORDER BY number DESC LIMIT 1");
        for (to, from) in [
            ("signer", "actor"),
            ("printed_name", "name"),
            ("login", "login"),
            ("at", "at"),
            ("event", "seq"),
        ] {
            body[to] = event[from].clone();
        }
        change(&mut body);
        let body = canonical::text(&body);
        let digest = canonical::digest(body.as_bytes());
        let (key, number) = &self.scene.keys[login];
        let signature = key.sign(digest.as_bytes()).to_bytes();
        self.conn
            .execute(
                "INSERT INTO signature (digest, key, signature, body) VALUES (?1, ?2, ?3, ?4)",
                (&digest, number, signature, body),
            )
            .unwrap();
        event["signatures"] = json!([digest]);
    }
}
