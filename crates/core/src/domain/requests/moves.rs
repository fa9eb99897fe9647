//! Moving records along their transitions, and signing them.

use super::records::{refuse_closed, state_word};
use super::{EventParts, Job, Mode};
use crate::domain::ids::RecordId;
use crate::domain::person::Role;
use crate::domain::record::{Fields, RecordData};
use crate::domain::refused::Refusal;
use crate::domain::signature::{Cover, Meaning, Part, Signature};
use crate::domain::text::with_article;
use crate::domain::workflow::{Move, World as _};

impl<F> Job<'_, F> {
    pub(super) fn go(
        &mut self,
        id: RecordId,
        go: &str,
        set: &Fields,
        reason: Option<&str>,
    ) -> Result<EventParts, Refusal<F>> {
        let def = id.kind.def();
        let data = self.change.get(id)?;
        let Some(step) = def.find_move(go).filter(|step| !step.by.is_empty()) else {
            let known: Vec<_> =
                def.moves.iter().filter(|step| !step.by.is_empty()).map(|step| step.name).collect();
            return Err(Refusal::Rule(format!(
                "“{go}” is not a step of {}; known steps: {}",
                with_article(&def.word.to_lowercase()),
                known.join(", ")
            )));
        };
        if !step.from.contains(&data.head.state.as_str()) {
            return Err(Refusal::Rule(wrong_state(&data, step)));
        }
        let what = format!("“{}” on {id}", step.label);
        let role = self.role(&what, step.by)?;
        self.refuse_closed_parent(&data)?;
        if step.reason {
            self.ask_reason(reason, || what.clone())?;
        }
        let set = self.values(def, set)?;
        refuse_closed(&data, &set)?;
        refuse_scope(&data, &set)?;
        self.ask_why_values_change(&data, &set, reason)?;
        let changes = set.iter().any(|(name, value)| data.value(name) != value);
        if changes && step.sign.is_none() {
            self.ask_why_signed_changes(&data, reason)?;
        }
        self.given = Some((id, set.clone()));
        self.change.set(id, &set)?;
        self.references_exist(id, &set)?;
        let conditions = self.change.case(id, |case| step.conditions(case))?;
        self.require(what, conditions)?;
        if let Some(meaning) = step.sign {
            let roles = step.by.iter().copied().filter(|role| self.person().roles.contains(role)).collect();
            let covers = self.change.case(id, |case| (step.covers)(case))?;
            self.put_signature(id, meaning, roles, covers, reason)?;
        }
        let effects = self.change.case(id, |case| (step.effects)(case))?;
        self.change.set_state(id, step.to)?;
        self.change.apply(effects)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn sign(
        &mut self,
        id: RecordId,
        meaning: Option<Meaning>,
        reason: Option<&str>,
    ) -> Result<EventParts, Refusal<F>> {
        let def = id.kind.def();
        let signing = self.change.case(id, |case| def.signing(case))?;
        let what = format!("Signing {id}");
        if signing.by.is_empty() {
            return Err(Refusal::Rule(format!("{id} cannot be signed now; it is signed with its next step")));
        }
        let may = |role: &Role| self.person().roles.contains(role) || signing.as_deputy.contains(role);
        let roles: Vec<Role> = signing.by.iter().copied().filter(may).collect();
        let first = match roles.first() {
            Some(role) => *role,
            None => self.role(&what, &signing.by)?,
        };
        self.require(what, signing.conditions)?;
        let meaning = match (meaning, signing.meanings.as_slice()) {
            (None, [only]) => *only,
            (Some(meaning), allowed) if allowed.contains(&meaning) => meaning,
            (Some(_) | None, _) => {
                return Err(Refusal::Rule(
                    "choose one of the meanings offered for this signature".to_owned(),
                ));
            }
        };
        let covers = if signing.covers.is_empty() { vec![(id, Part::Content)] } else { signing.covers };
        self.put_signature(id, meaning, roles, covers, reason)?;
        let effects = self.change.case(id, |case| (def.on_sign)(case))?;
        self.change.apply(effects)?;
        Ok(EventParts { record: Some(id), role: Some(first), ..EventParts::default() })
    }

    pub(super) fn sign_content(
        &mut self,
        id: RecordId,
        meaning: Meaning,
        roles: Vec<Role>,
        reason: Option<&str>,
    ) -> Result<(), Refusal<F>> {
        self.put_signature(id, meaning, roles, vec![(id, Part::Content)], reason)
    }

    pub(super) fn put_signature(
        &mut self,
        id: RecordId,
        meaning: Meaning,
        roles: Vec<Role>,
        covers: Vec<(RecordId, Part)>,
        reason: Option<&str>,
    ) -> Result<(), Refusal<F>> {
        self.may_sign(id)?;
        let covers = covers
            .into_iter()
            .map(|(record, part)| {
                let data = self.change.get(record)?;
                Ok(Cover::of(&data, part, &self.change.covered_parts(&data, part)))
            })
            .collect::<Result<_, Refusal<F>>>()?;
        self.change.sign(Signature {
            subject: id,
            event: 0,
            signer: self.actor,
            printed_name: self.person().title.to_string(),
            login: self.person().login.to_string(),
            roles,
            meaning,
            at: self.now,
            offset_minutes: self.offset_minutes,
            covers,
            reason: reason.map(str::to_owned),
        });
        Ok(())
    }

    pub(super) fn may_sign(&self, id: RecordId) -> Result<(), Refusal<F>> {
        match self.mode {
            Mode::Perform if !self.signed => return Err(Refusal::NeedsPassword(id.to_string())),
            Mode::Perform => {}
            Mode::Preview => self.noted.borrow_mut().asks.password = Some(id.to_string()),
        }
        if !self.person().may_sign() {
            return Err(Refusal::Rule(
                "your identity is not confirmed for your current key; ask a quality manager or administrator to confirm it under People before you sign (21 CFR 11.100(b))".to_owned(),
            ));
        }
        let clock = self.change.clock()?;
        if clock.open || clock.back(self.now).is_some() {
            return Err(Refusal::Rule(
                "the clock of this machine ran backwards; correct it, then acknowledge it under Audit trail before you sign".to_owned(),
            ));
        }
        Ok(())
    }
}

/// Where the declaration says so, approved content is written by edits, which record its authors. A step must not write it.
fn refuse_scope<F>(data: &RecordData, set: &Fields) -> Result<(), Refusal<F>> {
    let def = data.def();
    let given = set.iter().find(|(name, value)| {
        data.value(name) != *value && def.section_of(name).is_some_and(|section| section.scope)
    });
    match given {
        Some((name, _)) if def.scope_by_edits => {
            Err(Refusal::invalid(name, "is part of the approved content; edit it before this step")
                .with_labels(def))
        }
        Some(_) | None => Ok(()),
    }
}

fn wrong_state(data: &RecordData, step: &Move) -> String {
    let def = data.def();
    let words: Vec<String> = step
        .from
        .iter()
        .filter_map(|code| def.state(code))
        .map(|state| format!("“{}”", state.word))
        .collect();
    format!(
        "“{}” is possible from {}, but {} is {}",
        step.label,
        words.join(" or "),
        data.head.id,
        state_word(data)
    )
}
