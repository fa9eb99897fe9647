//! Creating a product file: the product, the policy and the first person, in one first event.

use std::path::Path;

use serde_json::json;

use super::file::ProductFile;
use super::perform::{NewAccess, perform_with_new_key};
use super::refused::{Refused, require_clock};
use super::secrets::{self, Password, STRONGEST};
use super::session::Session;
use crate::domain::event::Grant;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::precis;
use crate::domain::product::{Market, Product, SafetyClass};
use crate::domain::record::Fields;
use crate::domain::requests::{POLICY, PRODUCT, Request};
use crate::store::{self, Holder};
use mainstay_base::clock::Stamp;

/// The product of a new file.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// Its name.
    pub name: String,
    /// Who places it on the market.
    pub manufacturer: String,
    /// Its class, or not yet assigned.
    pub class: SafetyClass,
    /// Why this class.
    pub class_rationale: String,
    /// Where it is sold.
    pub markets: Vec<Market>,
}

/// The person who creates the file.
#[derive(Debug, Clone)]
pub struct FirstPerson {
    /// Login name.
    pub login: String,
    /// Full name.
    pub full_name: String,
    /// Roles; empty: system administrator and quality manager.
    pub roles: Vec<Role>,
}

/// The input for creating a file.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The product.
    pub product: NewProduct,
    /// The first person.
    pub person: FirstPerson,
    /// Fields of the policy, usually [`default_policy`].
    pub policy: Fields,
}

/// The policy that ships with the program: example values for the organisation to decide (domain 2.15, 2.16).
pub fn default_policy() -> Fields {
    ron::from_str(include_str!("../../../../assets/policy/default.ron")).unwrap_or_default()
}

/// The first maintenance plan that ships with the program: example values, all of them undecided, with a row for each market.
pub fn example_plan(markets: &[Market]) -> Fields {
    let mut plan: Fields =
        ron::from_str(include_str!("../../../../assets/policy/plan.ron")).unwrap_or_default();
    let known: Vec<serde_json::Value> =
        plan.get("regulator_matrix").and_then(|rows| rows.as_array()).cloned().unwrap_or_default();
    let row = |market: &Market| {
        let found = known.iter().find(|row| row.get("market") == Some(&json!(market)));
        found.cloned().unwrap_or_else(|| json!({"market": market}))
    };
    plan.insert("regulator_matrix".to_owned(), markets.iter().map(row).collect());
    let undecided: Vec<&String> = plan.keys().filter(|name| !DECIDED.contains(&name.as_str())).collect();
    let undecided = json!(undecided);
    plan.insert("undecided".to_owned(), undecided);
    plan
}

/// Fields of the first plan that hold no example.
const DECIDED: [&str; 2] = ["title", "version"];

impl ProductFile {
    /// The fields of a first maintenance plan for this file: the examples, and in their place what the policy of an older file
    /// holds.
    pub fn first_plan(&self) -> Result<Fields, Refused> {
        let product =
            self.store.record(PRODUCT)?.and_then(|data| data.typed::<Product>()).unwrap_or_default();
        let mut plan = example_plan(&product.markets);
        let policy = self.store.record(POLICY)?;
        let former = Kind::Policy.def().fields().filter(|field| field.former_since.is_some());
        for field in former {
            let value = policy.as_ref().map_or(&serde_json::Value::Null, |data| data.value(field.name));
            if !value.is_null() {
                plan.insert(field.name.to_owned(), value.clone());
            }
        }
        Ok(plan)
    }
}

/// Lowest acceptable strength of a password under a policy, 0 to 4 on the zxcvbn scale (21 CFR 11.300(b)). A policy requires this
/// field; where it cannot be read, only the strongest passwords are accepted.
pub fn least_strength(policy: &Fields) -> u32 {
    let least = policy.get("password_strength_min").and_then(serde_json::Value::as_u64);
    least.and_then(|least| u32::try_from(least).ok()).unwrap_or(STRONGEST)
}

impl ProductFile {
    /// Lowest acceptable strength of a password in this file, by the policy in force.
    pub fn least_strength(&self) -> Result<u32, Refused> {
        Ok(self
            .store
            .record(POLICY)?
            .map_or_else(|| least_strength(&Fields::new()), |data| least_strength(&data.fields)))
    }

    /// Creates a file with its first person, who is signed in. Returns the file, the session and the recovery code. The
    /// code is stored nowhere and can only restore an administrator.
    pub fn create(
        path: &Path,
        new: &NewFile,
        password: &Password,
        stamp: &Stamp,
    ) -> Result<(Self, Session, String), Refused> {
        require_clock(stamp)?;
        let words = [new.person.full_name.as_str(), new.person.login.as_str()];
        secrets::check_strength(password, &words, least_strength(&new.policy))?;
        let plan = Founding::new(new, stamp)?;
        let holder =
            Holder { person: new.person.full_name.clone(), machine: stamp.machine.clone(), since: stamp.now };
        let (store, lock) = store::create(path, &holder, env!("CARGO_PKG_VERSION"))?;
        let mut file = Self::writing(store, lock);
        let written = plan.write(&mut file, password, stamp).and_then(|(session, code)| {
            file.draft_first_plan(&session, stamp)?;
            Ok((session, code))
        });
        match written {
            Ok((session, code)) => Ok((file, session, code)),
            Err(refusal) => {
                drop(file);
                let _ = std::fs::remove_file(path);
                Err(refusal)
            }
        }
    }
}

impl ProductFile {
    /// Writes the draft of the first plan, if the person may.
    fn draft_first_plan(&mut self, session: &Session, stamp: &Stamp) -> Result<(), Refused> {
        let kind = Kind::MaintenancePlan;
        if !session.roles.iter().any(|role| kind.def().create_by.contains(role)) {
            return Ok(());
        }
        let set = self.first_plan()?;
        self.perform(session, Request::Create { kind, parent: None, set }.into(), None, stamp)?;
        Ok(())
    }
}

/// The whole first event, checked before a file is created.
struct Founding {
    product: Fields,
    policy: Fields,
    person: Fields,
    name: String,
    login: String,
    roles: Vec<Role>,
    key: ed25519_dalek::SigningKey,
}

const FOUNDER: RecordId = RecordId::new(Kind::Person, 1);

impl Founding {
    fn new(new: &NewFile, stamp: &Stamp) -> Result<Self, Refused> {
        let key = secrets::new_key()?;
        let roles = if new.person.roles.is_empty() {
            vec![Role::Quality, Role::SysAdmin]
        } else {
            new.person.roles.clone()
        };
        let login = precis::login(&new.person.login)
            .map_err(|words| Refused::invalid("login", words).with_labels(Kind::Person.def()))?;
        let fingerprint = secrets::fingerprint(&key);
        let product = json!({
            "title": new.product.name, "manufacturer": new.product.manufacturer,
            "software_safety_class": new.product.class, "class_rationale": new.product.class_rationale,
            "markets": new.product.markets,
        });
        let person = json!({
            "title": new.person.full_name, "login": login, "roles": roles, "key_fingerprint": fingerprint,
            "identity_verified_by": FOUNDER, "identity_verified_at": stamp.now,
            "identity_verified_how": "Made this file and attests to their own identity",
            "identity_verified_key": fingerprint,
        });
        Ok(Self {
            product: checked(Kind::Product, &product)?,
            policy: checked(Kind::Policy, &serde_json::Value::Object(new.policy.clone()))?,
            person: checked(Kind::Person, &person)?,
            name: new.person.full_name.trim().to_owned(),
            login,
            roles,
            key,
        })
    }

    fn write(
        self,
        file: &mut ProductFile,
        password: &Password,
        stamp: &Stamp,
    ) -> Result<(Session, String), Refused> {
        let credential = secrets::wrap(&self.key, 1, FOUNDER, password, stamp.now)?;
        let session = Session {
            person: FOUNDER,
            login: self.login,
            name: self.name,
            roles: self.roles,
            key: self.key,
            key_number: 1,
            failures: Vec::new(),
            failures_of_others: Vec::new(),
            password_is_old: false,
        };
        let uuid = file.uuid()?;
        let mut tx = file.store.begin()?;
        let Self { product, policy, person, .. } = self;
        let request = Request::CreateFile { product, policy, person, facts: json!({"file": uuid}) };
        let access = NewAccess { grant: Grant::Founder, credential };
        let code = perform_with_new_key(&mut tx, &session, request, access, stamp)?.unwrap_or_default();
        tx.commit()?;
        Ok((session, code))
    }
}

fn checked(kind: Kind, value: &serde_json::Value) -> Result<Fields, Refused> {
    let fields = value.as_object().cloned().unwrap_or_default();
    let def = kind.def();
    let checked = crate::domain::record::check_values(def, &fields)
        .map_err(|violations| Refused::Invalid { violations }.with_labels(def))?;
    for field in def.fields().filter(|field| field.required_from == Some(def.initial())) {
        if checked.get(field.name).is_none_or(crate::domain::field::is_empty) {
            return Err(Refused::invalid(field.name, "must be filled").with_labels(def));
        }
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_strength_comes_from_the_policy_and_without_one_only_the_strongest_is_accepted() {
        let mut policy = default_policy();
        policy.insert("password_strength_min".to_owned(), json!(2));
        assert_eq!(least_strength(&policy), 2);
        assert_eq!(least_strength(&Fields::new()), STRONGEST);
    }

    #[test]
    fn the_shipped_plan_is_valid_and_each_of_its_values_is_an_example_with_a_source() {
        let plan = example_plan(&[Market::Us, Market::Jp]);
        let plan = checked(Kind::MaintenancePlan, &serde_json::Value::Object(plan)).unwrap();
        assert_eq!(plan["regulator_matrix"].as_array().unwrap().len(), 2);
        let undecided = plan["undecided"].as_array().unwrap();
        assert_eq!(undecided.len() + DECIDED.len() + 1, plan.len());
        for name in undecided {
            let name = name.as_str().unwrap();
            assert!(!crate::domain::maintenance_plan::examples::source_of(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn the_shipped_policy_is_valid() {
        let policy = default_policy();
        assert!(!policy.is_empty());
        checked(Kind::Policy, &serde_json::Value::Object(policy)).unwrap();
    }
}
