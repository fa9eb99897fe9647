//! An insider: a person of the file who holds their own key, unlocked by their own password, and writes the file with another
//! program. Every event is well formed, signed and chained; only the program would never have made it.

use std::sync::OnceLock;

use ed25519_dalek::{Signer as _, SigningKey};
use mainstay::domain::canonical;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::record::{Head, RecordData};
use mainstay::domain::shared_record::SharedRecord;
use mainstay::domain::signature::{Cover, Meaning, Part, Signature};
use mainstay::ops::{Act, Request};
use serde_json::{Value, json};

use crate::chain::{analyse, approval_of, change_under_analysis, evaluated_problem};
use crate::desk::{Desk, attach_log, go_to};
use crate::forger::{Forger, Scene, keys_of};

/// A desk at which there is something to forge: FB-0001 with AT-0001, void FB-0002, PR-0001 evaluated, CR-0001 with IA-0001
/// that Ben wrote and AP-0002 that waits for Ana (quality) and a development lead, the draft CR-0002, and CR-0003 with an
/// empty IA-0002. Fay leads development besides Ben, who wrote it all; Gil is invited.
pub fn office() -> &'static Scene {
    static OFFICE: OnceLock<Scene> = OnceLock::new();
    OFFICE.get_or_init(|| {
        let mut desk = Desk::staffed();
        desk.hire("fay", "Fay Example", &[Role::DevLead]);
        evaluated_problem(&mut desk);
        let second = desk.create("dan", Kind::Feedback, json!({"title": "Entered twice"}));
        let void = Act::from(go_to(second, "void", json!({}))).because("Entered twice");
        desk.by("ana", void).unwrap();
        let third = desk.create("dan", Kind::Feedback, json!({"title": "Display is dim"}));
        desk.by("dan", attach_log(third, "time,event\n12:00,alarm\n")).unwrap();
        let (cr, ia) = change_under_analysis(&mut desk, json!({}));
        analyse(&mut desk, cr, ia);
        approval_of(&mut desk, cr);
        desk.create("ben", Kind::ChangeRequest, json!({"title": "Brighter display"}));
        change_under_analysis(&mut desk, json!({}));
        let invite = Request::InvitePerson {
            login: "gil".to_owned(),
            full_name: "Gil Example".to_owned(),
            roles: vec![Role::Support],
        };
        desk.by("ana", invite).unwrap();
        desk.assert_verifies();
        let head = (desk.file.head().seq, desk.file.head().digest.clone());
        Scene { bytes: std::fs::read(desk.file.path()).unwrap(), head, keys: keys_of(&desk) }
    })
}

/// An electronic signature that an insider adds.
pub struct Signs {
    pub subject: &'static str,
    pub meaning: Meaning,
    pub roles: &'static [Role],
    pub covers: &'static [(&'static str, Part)],
    /// `None`: the signer's own name.
    pub printed_name: Option<&'static str>,
}

/// What an insider appends.
pub struct Forged {
    pub login: &'static str,
    pub request: &'static str,
    pub role: Option<Role>,
    pub record: Option<&'static str>,
    /// `{"CR-0001": {"field": after, …}, …}`; `state` and `owner` are fields too, a record that is not there is made.
    pub changes: Value,
    pub signs: Vec<Signs>,
    /// Further members of the event, which replace those that would stand there.
    pub more: Value,
}

impl Forged {
    pub fn new(login: &'static str, request: &'static str, role: Role, record: &'static str) -> Self {
        Self {
            login,
            request,
            role: Some(role),
            record: Some(record),
            changes: json!({}),
            signs: Vec::new(),
            more: json!({}),
        }
    }

    pub fn changes(self, changes: Value) -> Self {
        Self { changes, ..self }
    }

    pub fn more(self, more: Value) -> Self {
        Self { more, ..self }
    }

    pub fn signs(self, signs: Signs) -> Self {
        Self { signs: vec![signs], ..self }
    }
}

impl Forger {
    /// Writes what an insider appends: records, signatures and the event, digests and chain as the program would write them,
    /// signed with the key that the insider's password unlocks.
    pub fn forge(&self, forged: Forged) {
        let (key, number) = &office().keys[forged.login];
        self.forge_with(forged, key, *number);
    }

    /// The same with any key.
    pub fn forge_with(&self, forged: Forged, key: &SigningKey, number: i64) {
        let (actor, name) = self.person(forged.login);
        let mut event = json!({
            "seq": self.last() + 1, "offset_minutes": 60, "actor": actor, "login": forged.login, "name": name,
            "at": self.text("SELECT at FROM event ORDER BY seq DESC LIMIT 1"),
            "request": forged.request, "changes": [], "rules": mainstay::domain::requests::RULES, "machine": "QA-PC2", "program": "0.1.0",
            "previous": self.text("SELECT digest FROM event ORDER BY seq DESC LIMIT 1"),
        });
        if let Some(role) = forged.role {
            event["role"] = json!(role);
        }
        if let Some(record) = forged.record {
            event["record"] = record.into();
        }
        let given = self.given(&forged);
        if !given.is_empty() {
            event["given"] = json!(given);
        }
        for (key, value) in forged.more.as_object().unwrap() {
            event[key] = value.clone();
        }
        let mut changes: Vec<(RecordId, &Value)> = forged
            .changes
            .as_object()
            .unwrap()
            .iter()
            .map(|(id, fields)| (id.parse().unwrap(), fields))
            .collect();
        changes.sort_by_key(|(id, _)| *id);
        for (id, fields) in changes {
            let change = self.write(&event, id, fields);
            event["changes"].as_array_mut().unwrap().push(change);
        }
        let digests: Vec<Value> = forged
            .signs
            .iter()
            .map(|signs| self.add_signature(&event, signs, (key, number)).into())
            .collect();
        if !digests.is_empty() {
            event["signatures"] = digests.into();
        }
        self.append(&event, key, number);
    }

    /// The fields that the insider says were given: those that a person may give in the state in which the record is.
    fn given(&self, forged: &Forged) -> Vec<String> {
        let Some(record) = forged.record else { return Vec::new() };
        let id: RecordId = record.parse().unwrap();
        let def = id.kind.def();
        let own =
            ["create", "edit"].iter().any(|verb| forged.request == format!("{}.{verb}", id.kind.code()));
        let moved = forged
            .request
            .strip_prefix(&format!("{}.", id.kind.code()))
            .is_some_and(|verb| def.find_move(verb).is_some());
        if !own && !moved {
            return Vec::new();
        }
        let state = self.record(id).map_or_else(|| def.initial().to_owned(), |data| data.head.state);
        let may_be = |name: &String| {
            let section = def.section_of(name);
            let open = section.is_some_and(|section| section.open_in.contains(&state.as_str()));
            let by_step =
                moved && id.kind == Kind::ChangeRequest && section.is_some_and(|section| section.scope);
            own || open && !by_step && def.field(name).is_some_and(|field| !field.by_system)
        };
        let mut given: Vec<String> = forged.changes[record]
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys().cloned())
            .filter(|name| !["state", "owner"].contains(&name.as_str()))
            .filter(may_be)
            .collect();
        given.sort();
        given
    }

    /// The parts of a record as they stand in the file.
    fn parts(&self, parent: RecordId) -> Vec<SharedRecord> {
        let sql = "SELECT id FROM record WHERE parent = ?1 ORDER BY key";
        let mut rows = self.conn.prepare(sql).unwrap();
        let ids = rows.query_map([parent.to_string()], |row| row.get::<_, String>(0)).unwrap();
        ids.map(|id| self.record(id.unwrap().parse().unwrap()).unwrap().into()).collect()
    }

    /// A record as it stands in the file.
    pub fn record(&self, id: RecordId) -> Option<RecordData> {
        let sql = format!("SELECT body FROM record WHERE key = {}", id.key());
        let body: String = self.conn.query_row(&sql, [], |row| row.get(0)).ok()?;
        let body: Value = serde_json::from_str(&body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap();
        let head = Head {
            id,
            state: text("state").to_owned(),
            owner: body["owner"].as_str().map(|owner| owner.parse().unwrap()),
            parent: body["parent"].as_str().map(|parent| parent.parse().unwrap()),
            created_at: serde_json::from_value(body["created_at"].clone()).unwrap(),
            created_by: text("created_by").parse().unwrap(),
            state_since: serde_json::from_value(body["state_since"].clone()).unwrap(),
            revision: u32::try_from(body["revision"].as_u64().unwrap()).unwrap(),
        };
        Some(RecordData { head, fields: body["fields"].as_object().unwrap().clone() })
    }

    /// Writes a record with its fields changed; answers what the event says of it.
    fn write(&self, event: &Value, id: RecordId, fields: &Value) -> Value {
        let before = self.record(id);
        let at = serde_json::from_value(event["at"].clone()).unwrap();
        let mut data = before.clone().unwrap_or_else(|| RecordData {
            head: Head {
                id,
                state: String::new(),
                owner: None,
                parent: None,
                created_at: at,
                created_by: event["actor"].as_str().unwrap().parse().unwrap(),
                state_since: at,
                revision: 0,
            },
            fields: serde_json::Map::new(),
        });
        let mut said = Vec::new();
        let mut fields: Vec<(&String, &Value)> = fields.as_object().unwrap().iter().collect();
        let declared: Vec<&str> = id.kind.def().fields().map(|field| field.name).collect();
        let place =
            |name: &str| declared.iter().position(|field| *field == name).map_or(usize::MAX, |at| at + 2);
        fields.sort_by_key(|(name, _)| match name.as_str() {
            "state" => 0,
            "owner" => 1,
            name => place(name),
        });
        for (field, after) in fields {
            let was = match field.as_str() {
                "state" => before.as_ref().map_or(Value::Null, |data| data.head.state.clone().into()),
                "owner" => data.head.owner.map_or(Value::Null, |owner| owner.to_string().into()),
                name => data.value(name).clone(),
            };
            match field.as_str() {
                "state" => {
                    after.as_str().unwrap().clone_into(&mut data.head.state);
                    data.head.state_since = at;
                }
                "owner" => data.head.owner = after.as_str().map(|owner| owner.parse().unwrap()),
                name if after.is_null() => drop(data.fields.remove(name)),
                name => drop(data.fields.insert(name.to_owned(), after.clone())),
            }
            said.push(json!({"field": field, "before": was, "after": after}));
        }
        data.head.revision += 1;
        let body = data.canonical();
        let sql = match before {
            Some(_) => "UPDATE record SET body = ?1 WHERE key = ?2",
            None => "INSERT INTO record (body, key) VALUES (?1, ?2)",
        };
        self.conn.execute(sql, (&body, id.key())).unwrap();
        let touch = (id.key(), data.head.revision, event["seq"].as_i64().unwrap());
        self.conn.execute("INSERT INTO touch VALUES (?1, ?2, ?3)", touch).unwrap();
        json!({
            "record": id, "revision": data.head.revision, "digest": canonical::digest(body.as_bytes()), "fields": said,
        })
    }

    fn add_signature(&self, event: &Value, signs: &Signs, (key, number): (&SigningKey, i64)) -> String {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        let cover = |(id, part): &(&str, Part)| {
            let data = self.record(id.parse().unwrap()).unwrap();
            Cover::of(&data, *part, &self.parts(data.head.id))
        };
        let body = Signature {
            subject: signs.subject.parse().unwrap(),
            event: event["seq"].as_u64().unwrap(),
            signer: text("actor").parse().unwrap(),
            printed_name: signs.printed_name.map_or_else(|| text("name"), str::to_owned),
            login: text("login"),
            roles: signs.roles.to_vec(),
            meaning: signs.meaning,
            at: serde_json::from_value(event["at"].clone()).unwrap(),
            offset_minutes: 60,
            covers: signs.covers.iter().map(cover).collect(),
            reason: event["reason"].as_str().map(str::to_owned),
        }
        .canonical();
        let digest = canonical::digest(body.as_bytes());
        let signature = key.sign(digest.as_bytes()).to_bytes();
        let sql = "INSERT INTO signature (digest, key, signature, body) VALUES (?1, ?2, ?3, ?4)";
        self.conn.execute(sql, (&digest, number, signature, body)).unwrap();
        digest
    }
}
