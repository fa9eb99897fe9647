//! Making, editing, assigning records, and attaching files to them.

use super::{EventParts, Job};
use crate::domain::attachment::{self, Attachment, BYTES_MAX};
use crate::domain::canonical;
use crate::domain::feedback;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{PersonState, Role};
use crate::domain::record::{Fields, KindDef, RecordData, SignedEdits, Violation, check_values};
use crate::domain::signature::Meaning;
use crate::domain::time::Moment;
use crate::domain::workflow::missing_fields;
use crate::ops::files;
use crate::ops::refused::Refused;
use crate::ops::request::{FileSource, assignable};
use crate::store::NewBlob;

/// Fields of later sections that may be known when a record is made.
const OPEN_WHEN_MADE: &[&str] = &["related", "patient_or_user_harm"];

/// Whether a field may be filled in the act that makes the record.
pub(in crate::ops) fn may_be_filled_when_made(def: &KindDef, name: &str) -> bool {
    let open = def.section_of(name).is_some_and(|section| section.open_in.contains(&def.initial()));
    def.field(name).is_some_and(|field| !field.by_system) && (open || OPEN_WHEN_MADE.contains(&name))
}

impl Job<'_> {
    /// The values in their canonical form; what tells when something happened does not lie ahead.
    pub(super) fn values(&self, def: &KindDef, set: &Fields) -> Result<Fields, Refused> {
        let set =
            check_values(def, set).map_err(|violations| Refused::Invalid { violations }.with_labels(def))?;
        let violations: Vec<Violation> = set
            .iter()
            .filter_map(|(name, value)| {
                let reason = def.field(name)?.ahead(value, self.stamp.now)?;
                Some(Violation { field: name.clone(), reason })
            })
            .collect();
        if violations.is_empty() {
            return Ok(set);
        }
        Err(Refused::Invalid { violations }.with_labels(def))
    }

    pub(super) fn create(&mut self, kind: Kind, set: &Fields) -> Result<EventParts, Refused> {
        let def = kind.def();
        let role = self.role(&format!("Making a {}", def.word.to_lowercase()), def.create_by)?;
        let set = self.values(def, set)?;
        for (name, value) in &set {
            if !value.is_null() && !may_be_filled_when_made(def, name) {
                return Err(closed_field(def, name, def.initial()));
            }
        }
        let id = self.work.make(kind, &set)?;
        self.refuse_unfilled(id)?;
        let effects = self.work.case(id, |case| (def.on_create)(case))?;
        self.work.apply(effects)?;
        self.references_exist(id, &set)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn edit(
        &mut self,
        id: RecordId,
        set: &Fields,
        reason: Option<&str>,
    ) -> Result<EventParts, Refused> {
        let def = id.kind.def();
        let role = self.role(&format!("Editing {id}"), def.edit_by)?;
        let data = self.work.get(id)?;
        if data.is_terminal() {
            return Err(Refused::Rule(format!("{id} is {} and read-only", state_word(&data))));
        }
        if let Some(attachment) = data.typed::<Attachment>()
            && let Some(subject) = attachment.subject
        {
            refuse_fixed_files(&self.work.get(subject)?)?;
        }
        let set = self.values(def, set)?;
        refuse_closed(&data, &set)?;
        refuse_postponed(&data, &set, reason)?;
        if id == self.session.person && set.contains_key("roles") {
            return Err(Refused::Rule(
                "nobody changes their own roles; ask another administrator".to_owned(),
            ));
        }
        let changed: Vec<&str> = set
            .iter()
            .filter(|(name, value)| data.value(name) != *value)
            .map(|(name, _)| name.as_str())
            .collect();
        let signed = def.edit_signed.includes(changed.iter().copied());
        if reason.is_none() && !changed.is_empty() {
            if signed && def.edit_signed != SignedEdits::All {
                return Err(Refused::NeedsReason(format!("an edit of {id} on which approvals rest")));
            }
            if self.work.is_signed(id)? {
                return Err(Refused::NeedsReason(format!("an edit of {id}, which has been signed")));
            }
        }
        self.work.set(id, &set)?;
        self.refuse_unfilled(id)?;
        self.references_exist(id, &set)?;
        if signed {
            self.sign_content(id, Meaning::Approved, vec![role], reason)?;
        }
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    /// What the present state demands must not be emptied.
    pub(super) fn refuse_unfilled(&self, id: RecordId) -> Result<(), Refused> {
        let data = self.work.get(id)?;
        let missing = missing_fields(&data, &data.head.state);
        if missing.is_empty() {
            return Ok(());
        }
        let violations = missing
            .into_iter()
            .map(|condition| Violation {
                field: condition.field.unwrap_or_default().to_owned(),
                reason: format!("must be filled in state {}", state_word(&data)),
            })
            .collect();
        Err(Refused::Invalid { violations }.with_labels(data.def()))
    }

    pub(super) fn references_exist(&self, id: RecordId, set: &Fields) -> Result<(), Refused> {
        use crate::domain::field::{FieldType, record_ids};
        let def = id.kind.def();
        for field in def.fields().filter(|field| matches!(field.ty, FieldType::Record | FieldType::Records)) {
            for target in set.get(field.name).map(record_ids).unwrap_or_default() {
                self.work.get(target).map_err(|_| {
                    Refused::invalid(field.name, format!("there is no {target} in this file"))
                        .with_labels(def)
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn assign(&mut self, id: RecordId, owner: Option<RecordId>) -> Result<EventParts, Refused> {
        let def = id.kind.def();
        if !assignable(id.kind) {
            return Err(Refused::Rule(format!("a {} has no owner", def.word.to_lowercase())));
        }
        let role = self.role(&format!("Assigning {id}"), Role::EVERYONE)?;
        if let Some(owner) = owner {
            let data = self.work.get(owner)?;
            if owner.kind != Kind::Person || data.head.state == PersonState::Inactive.code() {
                return Err(Refused::Rule(format!("{owner} is no active person")));
            }
        }
        if self.work.get(id)?.is_terminal() {
            return Err(Refused::Rule(format!("{id} is ended and read-only")));
        }
        self.work.own(id, owner)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn attach(
        &mut self,
        to: RecordId,
        file_name: &str,
        file: FileSource,
        [description, source]: [String; 2],
        captured_at: Option<Moment>,
    ) -> Result<EventParts, Refused> {
        let role = self.role("Attaching a file", Role::EVERYONE)?;
        let subject = self.work.get(to)?;
        refuse_fixed_files(&subject)?;
        let bytes = files::read(file)?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(Refused::invalid(
                "file",
                format!("{file_name} has {} bytes; at most {BYTES_MAX} can be attached", bytes.len()),
            ));
        }
        let sha256 = canonical::digest(&bytes);
        let mut set = Fields::new();
        set.insert("title".into(), file_name.into());
        set.insert("subject".into(), to.to_string().into());
        set.insert("media_type".into(), files::media_type(file_name).into());
        set.insert("bytes".into(), u32::try_from(bytes.len()).unwrap_or(u32::MAX).into());
        set.insert("sha256".into(), sha256.clone().into());
        set.insert("description".into(), description.into());
        set.insert("source".into(), source.into());
        set.insert("captured_by".into(), self.session.name.clone().into());
        if let Some(at) = captured_at {
            set.insert("captured_at".into(), at.to_string().into());
        }
        let set = self.values(Kind::Attachment.def(), &set)?;
        let id = self.work.make(Kind::Attachment, &set)?;
        self.refuse_unfilled(id)?;
        let blobs = vec![NewBlob { sha256, bytes }];
        Ok(EventParts { record: Some(id), role: Some(role), blobs, ..EventParts::default() })
    }
}

/// Refuses a change of the files of a record whose content counts as signed or which has ended.
fn refuse_fixed_files(subject: &RecordData) -> Result<(), Refused> {
    if attachment::are_fixed(subject) {
        return Err(Refused::Rule(format!(
            "{} is {} and its files are fixed with it; attach the file to a record that is still open, or bring this one back to where it is worked on",
            subject.head.id,
            state_word(subject)
        )));
    }
    Ok(())
}

/// The day of awareness, from which reporting limits run, is not moved to a later day without a reason (21 CFR 803).
pub(super) fn refuse_postponed(data: &RecordData, set: &Fields, reason: Option<&str>) -> Result<(), Refused> {
    if reason.is_none() && feedback::postpones_awareness(data, set) {
        return Err(Refused::NeedsReason(format!("a later or no “Aware since” of {}", data.head.id)));
    }
    Ok(())
}

/// Refuses changes to fields that the state has closed, and to those that only the program fills.
pub(super) fn refuse_closed(data: &RecordData, set: &Fields) -> Result<(), Refused> {
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
pub(super) fn closed_field(def: &KindDef, name: &str, state: &str) -> Refused {
    let Some(field) = def.field(name) else {
        return Refused::invalid(name, format!("{} has no such field", def.word));
    };
    if field.by_system {
        return Refused::invalid(name, "is filled by the program").with_labels(def);
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
    if def.kind == Kind::ChangeRequest && section.is_some_and(|section| section.scope) {
        reason.push_str(
            ". What is approved is not edited: return the change to analysis, which ends the approval",
        );
    }
    if def.kind == Kind::Approval && section.is_some_and(|section| section.scope) {
        reason.push_str(
            ". What was signed is not edited: return the change to analysis, which ends this approval, and ask for another",
        );
    }
    if open.is_empty() {
        reason = format!("is fixed in state “{word}”");
    }
    Refused::invalid(name, reason).with_labels(def)
}

pub(super) fn state_word(data: &RecordData) -> String {
    data.state().map_or(data.head.state.clone(), |state| format!("“{}”", state.word))
}
