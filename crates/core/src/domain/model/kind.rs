//! Where a kind belongs: its area, its step in the chain from feedback to communication, and the records in which work continues.
//!
//! Belongs here: the types of the declaration (`record::KindDef`). Does not belong here: the declaration of a single kind.

use crate::domain::authority::AuthoritySubject;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::role::Role;
use crate::domain::signature::Part;
use crate::domain::workflow::{Case, Condition, Effect};

/// Where people find the records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In an area of its own; the areas are sorted by this number.
    Area(u8),
    /// In a list that is reached from the area of another kind.
    Under(Kind),
    /// On its own page, reached from the records to which it belongs.
    Linked,
    /// On the screen “People & policy”.
    People,
    /// On its own page, reached from “People & policy”.
    UnderPeople,
}

impl Place {
    /// Whether its records are maintenance work, not the setup of the file.
    pub const fn is_work(self) -> bool {
        match self {
            Self::Area(_) | Self::Under(_) | Self::Linked => true,
            Self::People | Self::UnderPeople => false,
        }
    }
}

/// The steps of the chain from feedback to communication, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChainStep {
    /// The feedback that was received.
    Feedback,
    /// The problem that it revealed.
    ProblemReport,
    /// The change that resolves it.
    ChangeRequest,
    /// The analysis of the change.
    ImpactAnalysis,
    /// The decision on the change.
    Approval,
    /// The verification of the change.
    Verification,
    /// The version that contains it.
    Release,
    /// The notices to users and authorities.
    Communication,
}

impl ChainStep {
    /// All steps.
    pub const ALL: [Self; 8] = [
        Self::Feedback,
        Self::ProblemReport,
        Self::ChangeRequest,
        Self::ImpactAnalysis,
        Self::Approval,
        Self::Verification,
        Self::Release,
        Self::Communication,
    ];

    /// Its word in the trace.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Feedback => "Feedback",
            Self::ProblemReport => "Problem report",
            Self::ChangeRequest => "Change request",
            Self::ImpactAnalysis => "Impact analysis",
            Self::Approval => "Approval",
            Self::Verification => "Verification",
            Self::Release => "Release",
            Self::Communication => "Communication",
        }
    }
}

/// The place of a kind in the chain.
#[derive(Debug, Clone, Copy)]
pub struct Trace {
    /// The step of its records. From verification on, these are the records that name a change of the chain.
    pub step: ChainStep,
    /// The fields that link a record to its neighbours in the chain.
    pub through: &'static [&'static str],
}

/// The records in which work continues: in some states the next step is taken in another record.
#[derive(Debug, Clone, Copy)]
pub struct NextRecords {
    /// Codes of the states.
    pub from: &'static [&'static str],
    /// How they are found.
    pub via: Via,
}

/// How the records are found in which work continues.
#[derive(Debug, Clone, Copy)]
pub enum Via {
    /// This field names them.
    Field(&'static str),
    /// They are of a kind, and one of their fields names this record.
    Referring {
        /// The kind.
        kind: Kind,
        /// The field.
        field: &'static str,
    },
}

/// Whether the authors of what is approved may sign the approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authors {
    /// No author signs, unless the policy allows it.
    MayNotSign,
    /// Authors sign too, but not alone, unless the policy allows it.
    MaySignBesideOthers,
    /// Authors sign like everybody else.
    MaySign,
}

/// How records of a kind are approved: by a signed approval that fixes their scope (domain 2.6, 2.15).
pub struct Approvable {
    /// The rows of the authority matrix that apply.
    pub subjects: fn(&Case) -> Vec<AuthoritySubject>,
    /// Roles that must sign whatever the matrix says.
    pub always: &'static [Role],
    /// Further content that the approval fixes.
    pub also_fixes: fn(&Case) -> Vec<(RecordId, Part)>,
    /// The authors of what is approved.
    pub authors: fn(&Case) -> Vec<RecordId>,
    /// What must still be so when it is signed.
    pub ready: fn(&Case) -> Vec<Condition>,
    /// What follows from the last required signature.
    pub granted: fn(&Case) -> Vec<Effect>,
    /// What follows from a refusal.
    pub refused: fn(&Case) -> Vec<Effect>,
    /// Whether authors may sign.
    pub authors_rule: Authors,
    /// Whether the grant ends the record for good, so that it cannot have conditions that are met later.
    pub final_at_once: bool,
    /// How many different persons must sign.
    pub persons: usize,
    /// Whether the approval expires after the days that the plan sets.
    pub expires: bool,
}

/// The key of a table field's rows: a code with a known text. Which rows are required depends on the change and the product.
#[derive(Debug, Clone, Copy)]
pub struct RowKey {
    /// The column that holds the code.
    pub column: &'static str,
    /// The word for a filled row, such as “answered”.
    pub filled: &'static str,
    /// Whether each row needs its own words: the text of one row is not copied into others.
    pub own_words: bool,
    /// All known rows, for a change and the product if they are known.
    pub rows: fn(Option<&RowFacts>) -> Vec<KeyRow>,
}

/// The records that decide which rows of a keyed table are required.
#[derive(Debug, Clone)]
pub struct RowFacts {
    /// The change request: the record itself, or the one to which it belongs.
    pub change: RecordData,
    /// The product.
    pub product: RecordData,
}

/// A known row of a keyed table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its code.
    pub code: &'static str,
    /// What is asked.
    pub text: &'static str,
    /// The clause or document that requires it.
    pub source: &'static str,
    /// Whether it is asked.
    pub asked: bool,
    /// Whether it is required.
    pub mandatory: bool,
}

impl RowKey {
    /// The text of a code; empty if it is not known.
    pub fn text(self, code: &str) -> &'static str {
        (self.rows)(None).into_iter().find(|row| row.code == code).map_or("", |row| row.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::{FieldDef, FieldType};

    #[test]
    fn fields_and_states_that_a_kind_declares_by_name_exist() {
        for kind in Kind::ALL {
            let def = kind.def();
            let through = def.trace.map_or(&[][..], |trace| trace.through);
            for field in def.columns.iter().chain(through).copied().chain([def.gist]) {
                assert!(def.field(field).is_some(), "{field} of {}", def.word);
            }
            for next in def.next_records {
                let (def, field) = match next.via {
                    Via::Field(field) => (def, field),
                    Via::Referring { kind, field } => (kind.def(), field),
                };
                let declared = def.field(field);
                assert!(declared.is_some_and(FieldDef::names_records), "{field} of {}", def.word);
            }
            for (field, key) in def.keyed {
                let Some(FieldType::Rows(columns)) = def.field(field).map(|field| field.ty) else {
                    panic!("{field} of {} is no table", def.word);
                };
                assert!(columns.iter().any(|column| column.name == key.column), "{field} of {}", def.word);
            }
            let next = def.next_records.iter().flat_map(|next| next.from);
            for state in def.fixes_files.iter().chain(next) {
                assert!(def.state(state).is_some(), "{state} of {}", def.word);
            }
        }
    }

    #[test]
    fn when_it_occurred_is_entered_in_the_form_which_asks_why_an_entry_is_late() {
        for kind in Kind::ALL {
            let def = kind.def();
            let fields: Vec<&FieldDef> = def.fields().filter(|field| field.occurrence).collect();
            assert!(fields.len() < 2 && (fields.is_empty() || def.part_of.is_none()), "{}", def.word);
            let asked = def.moves.iter().flat_map(|step| step.asks).filter_map(|name| def.field(name));
            assert_eq!(asked.filter(|field| field.occurrence).count(), 0, "a step of {}", def.word);
        }
    }

    #[test]
    fn no_two_kinds_claim_one_place_among_the_areas() {
        let mut seen = Vec::new();
        for kind in Kind::ALL {
            if let Place::Area(at) = kind.def().place {
                assert!(!seen.contains(&at), "{}", kind.def().word);
                seen.push(at);
            }
        }
    }

    #[test]
    fn a_kind_with_only_a_name_is_created_by_nobody_and_appears_nowhere() {
        let def = crate::domain::record::KindDef::new(Kind::Feedback, "Note", "Notes");
        assert!(def.create_by.is_empty() && def.edit_by.is_empty() && !def.is_signed());
        assert!(!def.referable && !def.assignable && def.trace.is_none() && def.chapter.is_none());
        assert_eq!(def.place, Place::Linked);
    }
}
