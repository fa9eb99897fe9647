//! A world made by hand, for tests of rules: records in two lines, with their signatures.
//!
//! Belongs here: the building of records. Does not belong here: what a test says of them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ids::{Kind, RecordId, for_each_kind};
use super::ledger::Ledger;
use super::record::{Fields, Head, RecordData};
use super::requests::RecordSource;
use super::role::Role;
use super::shared_record::SharedRecord;
use super::signature::{Cover, Meaning, Part, Signature, part_digest};
use super::time::{Day, Moment};
use super::workflow::World;

/// A moment: a day at noon, or a whole moment.
pub(crate) fn moment(text: &str) -> Moment {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T12:00:00Z") };
    Moment::parse(&whole).unwrap()
}

/// A day.
pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A number, such as `CR-0001`.
pub(crate) fn id(text: &str) -> RecordId {
    text.parse().unwrap()
}

macro_rules! define_is_readable {
    ($($(#[doc = $doc:literal])+ $name:ident = $stable:literal, $code:literal, $prefix:literal, $module:ident;)+) => {
        /// Whether the content of a record is one of its kind: what cannot be read would be passed over by every rule.
        fn is_readable(data: &RecordData) -> bool {
            match data.head.id.kind { $(Kind::$name => data.typed::<super::$module::$name>().is_some(),)+ }
        }
    };
}
for_each_kind!(define_is_readable);

/// Records and signatures.
#[derive(Default)]
pub(crate) struct TestWorld {
    ledger: Ledger,
    signatures: BTreeMap<RecordId, Vec<Signature>>,
}

impl TestWorld {
    /// A record in a state, entered on a day and in that state since then.
    pub fn put(self, number: &str, state: &str, on: &str, fields: Value) -> Self {
        self.insert(id(number), None, (state, on), fields)
    }

    /// A record that is part of another.
    pub fn part(self, number: &str, parent: &str, state: &str, fields: Value) -> Self {
        self.insert(id(number), Some(id(parent)), (state, "2026-01-15"), fields)
    }

    fn insert(
        mut self,
        id: RecordId,
        parent: Option<RecordId>,
        (state, on): (&str, &str),
        fields: Value,
    ) -> Self {
        assert!(id.kind.def().state(state).is_some(), "{id} has no state {state}");
        let head = Head {
            id,
            state: state.to_owned(),
            owner: None,
            parent,
            created_at: moment(on),
            created_by: RecordId::new(Kind::Person, 1),
            state_since: moment(on),
            revision: 1,
        };
        let Value::Object(fields) = fields else { panic!("{id}: fields are an object") };
        for name in fields.keys() {
            assert!(id.kind.def().field(name).is_some(), "{id} has no field {name}");
        }
        let data = RecordData { head, fields };
        assert!(is_readable(&data), "{id} cannot be read: {:?}", data.fields);
        self.ledger.put(None, data.into());
        self
    }

    /// Changes a record.
    pub fn change(mut self, number: &str, change: impl FnOnce(&mut RecordData)) -> Self {
        let before = self.ledger.take(id(number)).unwrap_or_else(|| panic!("{number} is not there"));
        let mut after = before.clone();
        change(after.change());
        assert!(is_readable(&after), "{number} cannot be read: {:?}", after.fields);
        self.ledger.put(Some(&before), after);
        self
    }

    /// Changes fields of a record; `null` empties one.
    pub fn set(self, number: &str, fields: Value) -> Self {
        let Value::Object(fields) = fields else { panic!("{number}: fields are an object") };
        self.change(number, |data| {
            for (name, value) in fields {
                assert!(data.def().field(&name).is_some(), "{number} has no field {name}");
                if value.is_null() {
                    data.fields.remove(&name);
                } else {
                    data.fields.insert(name, value);
                }
            }
        })
    }

    /// Empties fields of a record.
    pub fn empty(self, number: &str, fields: &[&str]) -> Self {
        let nulls: Fields = fields.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        self.set(number, Value::Object(nulls))
    }

    /// Moves a record to another state.
    pub fn state(self, number: &str, state: &str) -> Self {
        assert!(id(number).kind.def().state(state).is_some(), "{number} has no state {state}");
        self.change(number, |data| state.clone_into(&mut data.head.state))
    }

    /// A record is in its state since a day.
    pub fn since(self, number: &str, on: &str) -> Self {
        self.change(number, |data| data.head.state_since = moment(on))
    }

    /// A record was entered on a day.
    pub fn entered(self, number: &str, on: &str) -> Self {
        self.change(number, |data| data.head.created_at = moment(on))
    }

    /// Somebody signs a record as it is now.
    pub fn signed(self, number: &str, by: (&str, Meaning), roles: &[Role], on: &str) -> Self {
        self.signed_over(number, by, roles, (on, &[]))
    }

    /// The same with what the signature covers.
    fn signed_over(
        mut self,
        number: &str,
        (signer, meaning): (&str, Meaning),
        roles: &[Role],
        (on, over): (&str, &[(RecordId, Part)]),
    ) -> Self {
        let subject = id(number);
        let cover = |(id, part): &(RecordId, Part)| {
            let data = self.record(*id).unwrap();
            Cover::of(&data, *part, &self.covered_parts(&data, *part))
        };
        let own = [(subject, Part::Content)];
        let covers = if over.is_empty() { own.iter() } else { over.iter() }.map(cover).collect();
        let signature = Signature {
            at: moment(on),
            covers,
            event: 1,
            login: signer.to_lowercase(),
            meaning,
            offset_minutes: 0,
            printed_name: format!("Name of {signer}"),
            reason: None,
            roles: roles.to_vec(),
            signer: id(signer),
            subject,
        };
        self.signatures.entry(subject).or_default().push(signature);
        self
    }

    /// Takes all signatures on a record away.
    pub fn unsigned(mut self, number: &str) -> Self {
        self.signatures.remove(&id(number));
        self
    }

    /// Changes the signatures on a record.
    pub fn signatures_of(mut self, number: &str, change: impl Fn(&mut Signature)) -> Self {
        self.signatures.entry(id(number)).or_default().iter_mut().for_each(change);
        self
    }

    /// An approval of a record as it is now, granted and signed on a day.
    pub fn approve(self, number: &str, subject: &str, roles: &[Role], on: &str) -> Self {
        self.approve_with(number, (subject, &[]), roles, on)
    }

    /// An approval of a record and of others with it.
    pub fn approve_with(
        self,
        number: &str,
        (subject, also): (&str, &[&str]),
        roles: &[Role],
        on: &str,
    ) -> Self {
        let mut over = vec![(id(subject), Part::Scope)];
        over.extend(also.iter().map(|also| (id(also), Part::Content)));
        let fixed: Vec<Value> = over
            .iter()
            .map(|(id, part)| {
                let data = self.record(*id).unwrap();
                let digest = part_digest(&data, *part, &self.covered_parts(&data, *part));
                serde_json::json!({"record": id, "part": part, "digest": digest})
            })
            .collect();
        let fields = serde_json::json!({
            "title": format!("Approval of {subject}"), "subject": subject, "fixed_content": fixed, "required_roles": roles,
        });
        let granted = super::approval::ApprovalState::Granted.code();
        let mut world = self.put(number, granted, on, fields);
        for (at, role) in roles.iter().enumerate() {
            let signer = format!("PN-000{}", at + 1);
            world = world.signed_over(number, (&signer, Meaning::Approved), &[*role], (on, &over));
        }
        world
    }
}

impl World for TestWorld {
    fn record(&self, id: RecordId) -> Option<SharedRecord> {
        self.ledger.get(id).cloned()
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let Ok(found) = RecordSource::referring(&self.ledger, id, kind);
        found
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let Ok(found) = RecordSource::parts(&self.ledger, parent, kind);
        found
    }

    fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        let Ok(found) = RecordSource::all(&self.ledger, kind);
        found
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord> {
        let Ok(found) = RecordSource::in_states(&self.ledger, kind, states);
        found
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        self.signatures.get(&id).cloned().unwrap_or_default()
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.record(id).map(|data| data.head.created_by).into_iter().collect()
    }
}
