//! Creating, editing and assigning records, and attaching files to them.

use super::{EventParts, FileDigest, Job, Mode};
use crate::domain::attachment::{self, Attachment, BYTES_MAX};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{PersonState, Role};
use crate::domain::policy::PLAN_RULES;
use crate::domain::record::{Fields, KindDef, PartOf, RecordData, SignedEdits, Violation, check_values};
use crate::domain::refused::Refusal;
use crate::domain::signature::Meaning;
use crate::domain::text::with_article;
use crate::domain::time::Moment;
use serde_json::Value;

use crate::domain::workflow::{Condition, Unfilled, World, missing_fields, unfilled};

/// A file that is attached, without its bytes.
pub(super) struct AttachedFile {
    pub name: String,
    pub file: FileDigest,
    pub description: String,
    pub source: String,
    pub captured_at: Option<Moment>,
}

/// Whether a field may be filled when the record is created.
pub fn may_be_filled_when_made(def: &KindDef, name: &str) -> bool {
    let open = def.section_of(name).is_some_and(|section| section.open_in.contains(&def.initial()));
    def.field(name).is_some_and(|field| !field.by_system && (open || field.open_when_made))
}

impl<F> Job<'_, F> {
    /// The values in canonical form. Times at which something happened must not be in the future.
    pub(super) fn values(&self, def: &KindDef, set: &Fields) -> Result<Fields, Refusal<F>> {
        let set = values(def, set)?;
        let violations: Vec<Violation> = set
            .iter()
            .filter_map(|(name, value)| {
                let reason = def.field(name)?.in_future(value, self.now)?;
                Some(Violation { field: name.clone(), reason })
            })
            .collect();
        if violations.is_empty() {
            return Ok(set);
        }
        Err(Refusal::Invalid { violations }.with_labels(def))
    }

    pub(super) fn create(
        &mut self,
        kind: Kind,
        parent: Option<RecordId>,
        set: &Fields,
    ) -> Result<EventParts, Refusal<F>> {
        let def = kind.def();
        let role =
            self.role(&format!("Creating {}", with_article(&def.word.to_lowercase())), def.create_by)?;
        let whole = parent.map(|id| self.change.get(id)).transpose()?;
        refuse_parent(def, whole.as_deref())?;
        let set = self.values(def, set)?;
        for (name, value) in &set {
            if !value.is_null() && !may_be_filled_when_made(def, name) {
                return Err(closed_field(def, name, def.initial()));
            }
        }
        let id = self.change.make(kind, parent, &set)?;
        self.given = Some((
            id,
            set.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        ));
        self.refuse_unfilled(id)?;
        self.refuse_former(def, &set, None)?;
        refuse_violations(&*self.change.get(id)?, self.change.rules())?;
        let conditions = self.change.case(id, |case| (def.may_create)(case))?;
        self.require(format!("Creating {}", with_article(&def.word.to_lowercase())), conditions)?;
        let effects = self.change.case(id, |case| (def.on_create)(case))?;
        self.change.apply(effects)?;
        self.references_exist(id, &set)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn edit(
        &mut self,
        id: RecordId,
        set: &Fields,
        reason: Option<&str>,
    ) -> Result<EventParts, Refusal<F>> {
        let def = id.kind.def();
        let role = self.role(&format!("Editing {id}"), def.edit_by)?;
        let data = self.change.get(id)?;
        if data.is_terminal() {
            return Err(Refusal::Rule(format!("{id} is {} and read-only", state_word(&data))));
        }
        if let Some(attachment) = data.typed::<Attachment>()
            && let Some(subject) = attachment.subject
        {
            let subject = self.change.get(subject)?;
            refuse_fixed_files(&subject)?;
            self.refuse_closed_parent(&subject)?;
        }
        self.refuse_closed_parent(&data)?;
        let set = self.values(def, set)?;
        refuse_closed(&data, &set)?;
        self.refuse_former(def, &set, Some(&data))?;
        self.ask_why_values_change(&data, &set, reason)?;
        let changed: Vec<&str> = set
            .iter()
            .filter(|(name, value)| data.value(name) != *value)
            .map(|(name, _)| name.as_str())
            .collect();
        let signed = def.edit_signed.includes(changed.iter().copied());
        if !changed.is_empty() {
            if signed && def.edit_signed != SignedEdits::All {
                self.ask_reason(reason, || format!("an edit of {id} that approvals depend on"))?;
            }
            self.ask_why_signed_changes(&data, reason)?;
        }
        self.given = Some((id, set.clone()));
        self.change.set(id, &set)?;
        self.refuse_unfilled(id)?;
        self.references_exist(id, &set)?;
        let after = self.change.get(id)?;
        refuse_violations(&after, self.change.rules())?;
        self.refuse_own(id, &changed)?;
        let follows = (def.on_edit)(&after, &changed);
        if !follows.is_empty() {
            self.change.set(id, &follows)?;
        }
        if signed {
            self.sign_content(id, Meaning::Approved, vec![role], reason)?;
        }
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    /// A change of a record that was signed, or of a part of one, needs a reason.
    pub(super) fn ask_why_signed_changes(
        &self,
        data: &RecordData,
        reason: Option<&str>,
    ) -> Result<(), Refusal<F>> {
        let whole = if self.is_covered_with_its_parent(data)? { data.head.parent } else { None };
        for signed in [Some(data.head.id), whole].into_iter().flatten() {
            if self.change.is_signed(signed)? {
                self.ask_reason(reason, || format!("a change of {signed}, which was signed before,"))?;
            }
        }
        Ok(())
    }

    /// A value that is kept elsewhere by now is no longer entered here.
    fn refuse_former(
        &self,
        def: &KindDef,
        set: &Fields,
        before: Option<&RecordData>,
    ) -> Result<(), Refusal<F>> {
        let rules = self.change.rules();
        let entered = set.iter().find(|(name, value)| {
            let known = before.map_or(&Value::Null, |data| data.value(name));
            known != *value && def.field(name).is_some_and(|field| field.is_former(rules))
        });
        match entered {
            Some((name, _)) => Err(former(name).with_labels(def)),
            None => Ok(()),
        }
    }

    /// Whether a signature on the record to which a part belongs covers the part. By the first rule set every signature did.
    fn is_covered_with_its_parent(&self, data: &RecordData) -> Result<bool, Refusal<F>> {
        let (Some(part_of), Some(parent)) = (data.def().part_of, data.head.parent) else { return Ok(true) };
        if self.change.rules() < PLAN_RULES {
            return Ok(true);
        }
        let world: &dyn World = &self.change;
        let signatures = world.signatures(parent);
        Ok(signatures.iter().flat_map(|signature| &signature.covers).any(|cover| cover.part.covers(part_of)))
    }

    /// A part can be changed only in certain states of the record to which it belongs.
    pub(super) fn refuse_closed_parent(&self, data: &RecordData) -> Result<(), Refusal<F>> {
        match (data.def().part_of, data.head.parent) {
            (Some(part_of), Some(parent)) => {
                let parent = self.change.get(parent)?;
                refuse_closed_for(&parent, part_of)
            }
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// A change of values that needs a reason by the declaration of the kind.
    pub(super) fn ask_why_values_change(
        &self,
        data: &RecordData,
        set: &Fields,
        reason: Option<&str>,
    ) -> Result<(), Refusal<F>> {
        match (data.def().why_reason)(data, set) {
            Some(what) => self.ask_reason(reason, || what),
            None => Ok(()),
        }
    }

    /// Another person changes what the declaration says of the acting person (21 CFR 11.10(g), 11.100).
    fn refuse_own(&self, id: RecordId, changed: &[&str]) -> Result<(), Refusal<F>> {
        let by_another = changed.iter().find_map(|name| id.kind.def().field(name)?.by_another);
        match by_another.filter(|_| id == self.actor) {
            Some(what) => {
                Err(Refusal::Rule(format!("you cannot change your own {what}; ask another administrator")))
            }
            None => Ok(()),
        }
    }

    /// Fields that the current state requires must not be emptied. A dry run notes them and continues.
    pub(super) fn refuse_unfilled(&self, id: RecordId) -> Result<(), Refusal<F>> {
        let data = self.change.get(id)?;
        let missing = unfilled(&data, &data.head.state);
        if missing.is_empty() {
            return Ok(());
        }
        if self.mode == Mode::Preview {
            self.noted.borrow_mut().missing.extend(missing_fields(&data, &data.head.state));
            return Ok(());
        }
        let violations = missing
            .into_iter()
            .map(|Unfilled { field, cell }| {
                let place =
                    cell.map_or_else(String::new, |(row, column)| format!("row {row}, {}: ", column.label));
                Violation {
                    field: field.name.to_owned(),
                    reason: format!("{place}must be filled in state {}", state_word(&data)),
                }
            })
            .collect();
        Err(Refusal::Invalid { violations }.with_labels(data.def()))
    }

    pub(super) fn references_exist(&self, id: RecordId, set: &Fields) -> Result<(), Refusal<F>> {
        let def = id.kind.def();
        for field in set.keys().filter_map(|name| def.field(name)) {
            let mut missing = None;
            field.each_reference(&set[field.name], &mut |column, target| {
                if missing.is_none() && self.change.get(target).is_err() {
                    missing = Some((column, target));
                }
            });
            if let Some((column, target)) = missing {
                let place = column.map_or_else(String::new, |column| format!("{}: ", column.label));
                return Err(Refusal::invalid(
                    field.name,
                    format!("{place}there is no {target} in this file"),
                )
                .with_labels(def));
            }
        }
        Ok(())
    }

    pub(super) fn assign(&mut self, id: RecordId, owner: Option<RecordId>) -> Result<EventParts, Refusal<F>> {
        let def = id.kind.def();
        if !def.assignable {
            return Err(Refusal::Rule(format!("{} has no owner", with_article(&def.word.to_lowercase()))));
        }
        let role = self.role(&format!("Assigning {id}"), Role::EVERYONE)?;
        if let Some(owner) = owner {
            let data = self.change.get(owner)?;
            if owner.kind != Kind::Person || data.head.state == PersonState::Inactive.code() {
                return Err(Refusal::Rule(format!("{owner} is not an active person")));
            }
        }
        if self.change.get(id)?.is_terminal() {
            return Err(Refusal::Rule(format!("{id} has ended and is read-only")));
        }
        self.change.set_owner(id, owner)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn attach(&mut self, to: RecordId, file: AttachedFile) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Attaching a file", Role::EVERYONE)?;
        let subject = self.change.get(to)?;
        refuse_fixed_files(&subject)?;
        self.refuse_closed_parent(&subject)?;
        let AttachedFile { name, file, description, source, captured_at } = file;
        let FileDigest { sha256, bytes, media_type } = file;
        if bytes > BYTES_MAX {
            return Err(Refusal::invalid(
                "file",
                format!("{name} has {bytes} bytes; at most {BYTES_MAX} can be attached"),
            ));
        }
        let mut set = Fields::new();
        set.insert("title".into(), name.into());
        set.insert("subject".into(), to.to_string().into());
        set.insert("media_type".into(), media_type.into());
        set.insert("bytes".into(), bytes.into());
        set.insert("sha256".into(), sha256.into());
        set.insert("description".into(), description.into());
        set.insert("source".into(), source.into());
        set.insert("captured_by".into(), self.person().title.to_string().into());
        if let Some(at) = captured_at {
            set.insert("captured_at".into(), at.to_string().into());
        }
        let set = self.values(Kind::Attachment.def(), &set)?;
        let id = self.change.make(Kind::Attachment, None, &set)?;
        self.refuse_unfilled(id)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }
}

/// A part is created in a record of the kind that its declaration names, while that record is open for it.
///
/// # Errors
/// [`Refusal::Rule`] if the parent record is missing, not allowed, of the wrong kind, or closed.
pub fn refuse_parent<F>(def: &KindDef, parent: Option<&RecordData>) -> Result<(), Refusal<F>> {
    let word = with_article(&def.word.to_lowercase());
    let parent_word = |part_of: PartOf| with_article(&part_of.kind.def().noun());
    match (def.part_of, parent) {
        (None, None) => Ok(()),
        (None, Some(parent)) => {
            Err(Refusal::Rule(format!("{word} is not part of another record; leave out {}", parent.head.id)))
        }
        (Some(part_of), None) => {
            Err(Refusal::Rule(format!("{word} is part of {}; name its number", parent_word(part_of))))
        }
        (Some(part_of), Some(parent)) if parent.head.id.kind != part_of.kind => Err(Refusal::Rule(format!(
            "{word} is part of {}, which {} is not",
            parent_word(part_of),
            parent.head.id
        ))),
        (Some(part_of), Some(parent)) => refuse_closed_for(parent, part_of),
    }
}

fn refuse_closed_for<F>(parent: &RecordData, part_of: PartOf) -> Result<(), Refusal<F>> {
    match why_closed_for(parent, part_of) {
        Some(why) => Err(Refusal::Rule(why)),
        None => Ok(()),
    }
}

/// Why the parts of a record cannot be changed in its present state, in words; `None` if they can.
pub fn why_closed_for(parent: &RecordData, part_of: PartOf) -> Option<String> {
    let open = open_for(parent, part_of);
    (!open.met).then(|| {
        let words = open_words(parent.def(), part_of).join(", ");
        format!("{} is {}; this part of it can be changed in {words}", parent.head.id, state_word(parent))
    })
}

/// Whether the record of which `data` is a part is in a state in which its parts can be changed, as a condition of every step.
/// `None` for a record that is no part of another.
pub fn open_parent(world: &dyn World, data: &RecordData) -> Option<Condition> {
    let part_of = data.def().part_of?;
    let parent = world.record(data.head.parent?)?;
    Some(open_for(&parent, part_of))
}

fn open_for(parent: &RecordData, part_of: PartOf) -> Condition {
    let id = parent.head.id;
    let met = part_of.open_in.contains(&parent.head.state.as_str());
    let now = if met { String::new() } else { format!(" (now {})", state_word(parent)) };
    let open = open_words(parent.def(), part_of).join(" or ");
    Condition::new("", format!("{id}, to which it belongs, is {open}{now}"), met).on(id)
}

/// The states in which parts can be changed.
fn open_words(def: &KindDef, part_of: PartOf) -> Vec<String> {
    let states = part_of.open_in.iter().filter_map(|code| def.state(code));
    states.map(|state| format!("“{}”", state.word)).collect()
}

/// Refuses a change to the files of a record that has ended or whose content is signed.
fn refuse_fixed_files<F>(subject: &RecordData) -> Result<(), Refusal<F>> {
    if attachment::are_fixed(subject) {
        return Err(Refusal::Rule(format!(
            "{} is {} and its files are fixed; attach the file to an open record, or return this record to an open state",
            subject.head.id,
            state_word(subject)
        )));
    }
    Ok(())
}

/// The refusal of a value that is kept elsewhere by now.
pub(super) fn former<F>(name: &str) -> Refusal<F> {
    Refusal::invalid(name, "is kept in the maintenance plan now; enter it there")
}

/// Refuses a record whose values contradict each other, as an invalid policy.
pub(super) fn refuse_violations<F>(data: &RecordData, rules: u32) -> Result<(), Refusal<F>> {
    let violations: Vec<Violation> = (data.def().violations)(data, rules)
        .into_iter()
        .map(|(field, reason)| Violation { field: field.to_owned(), reason })
        .collect();
    if violations.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid { violations }.with_labels(data.def()))
}

pub(super) fn values<F>(def: &KindDef, set: &Fields) -> Result<Fields, Refusal<F>> {
    check_values(def, set).map_err(|violations| Refusal::Invalid { violations }.with_labels(def))
}

/// Refuses changes to fields that are closed in the current state, and to fields that only the program fills.
pub(super) fn refuse_closed<F>(data: &RecordData, set: &Fields) -> Result<(), Refusal<F>> {
    let def = data.def();
    for (name, value) in set {
        if data.value(name) == value {
            continue;
        }
        let section = def.section_of(name);
        let by_system = def.field(name).is_some_and(|field| field.by_system);
        let open = section.is_some_and(|section| section.open_in.contains(&data.head.state.as_str()));
        if by_system || !open {
            return Err(closed_field(def, name, &data.head.state));
        }
    }
    Ok(())
}

/// Why a field cannot be changed, and what to do instead.
pub(super) fn closed_field<F>(def: &KindDef, name: &str, state: &str) -> Refusal<F> {
    let Some(field) = def.field(name) else {
        return Refusal::invalid(name, format!("{} has no such field", def.word));
    };
    if field.by_system {
        return Refusal::invalid(name, "is filled by the program").with_labels(def);
    }
    let word = def.state(state).map_or(state, |state| state.word);
    let section = def.section_of(name);
    let open: Vec<String> = section
        .map(|section| {
            section
                .open_in
                .iter()
                .filter_map(|code| def.state(code))
                .map(|state| format!("“{}”", state.word))
                .collect()
        })
        .unwrap_or_default();
    let mut reason = format!("is fixed in state “{word}”; it can be changed in {}", open.join(", "));
    if !def.scope_fixed.is_empty() && section.is_some_and(|section| section.scope) {
        reason.push_str(". ");
        reason.push_str(def.scope_fixed);
    }
    if open.is_empty() {
        reason = format!("is fixed in state “{word}”");
    }
    Refusal::invalid(name, reason).with_labels(def)
}

pub(super) fn state_word(data: &RecordData) -> String {
    data.state().map_or(data.head.state.clone(), |state| format!("“{}”", state.word))
}
