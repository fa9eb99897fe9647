//! What a kind declares about its place: among the areas, in the chain from feedback to communication, and the way onward.
//!
//! Belongs here: the words of the declaration (`record::KindDef`). Does not belong here: what a single kind says in them.

use crate::domain::ids::Kind;

/// Where people find the records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a list that is an area of its own; the areas stand in the order of these numbers.
    Area(u8),
    /// On a page of its own, reached from the records to which it belongs.
    Linked,
    /// On the screen “People & policy”.
    People,
    /// On a page of its own, reached from “People & policy”.
    UnderPeople,
}

impl Place {
    /// Whether its records are the work of maintenance, and not what the file itself is set up with.
    pub const fn is_work(self) -> bool {
        match self {
            Self::Area(_) | Self::Linked => true,
            Self::People | Self::UnderPeople => false,
        }
    }
}

/// The steps of the chain from feedback to communication, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChainStep {
    /// What was told.
    Feedback,
    /// The problem that it became.
    ProblemReport,
    /// The change that mends it.
    ChangeRequest,
    /// What the change means.
    ImpactAnalysis,
    /// The decision on the change.
    Approval,
    /// That the change does what it should.
    Verification,
    /// The version that carries it.
    Release,
    /// Who was told of it.
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

/// Where a kind stands in the chain.
#[derive(Debug, Clone, Copy)]
pub struct Trace {
    /// The step at which its records stand. From verification on, they are the ones that name a change of the chain.
    pub step: ChainStep,
    /// The fields that lead from one to its neighbours in the chain.
    pub through: &'static [&'static str],
}

/// A way onward: in some states the next step is taken in another record.
#[derive(Debug, Clone, Copy)]
pub struct Onward {
    /// Codes of the states.
    pub from: &'static [&'static str],
    /// Which records.
    pub to: Onto,
}

/// The records in which a way goes on.
#[derive(Debug, Clone, Copy)]
pub enum Onto {
    /// Those that a field names.
    Named(&'static str),
    /// Those of a kind that name this one.
    Referring(Kind),
}

/// What the rows of a table field are keyed by, which decides the rows that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKey {
    /// A question of the impact analysis.
    Questions,
    /// An activity of clause 5.
    Activities,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::FieldType;

    #[test]
    fn whatever_a_kind_declares_by_name_exists() {
        for kind in Kind::ALL {
            let def = kind.def();
            let through = def.trace.map_or(&[][..], |trace| trace.through);
            let named = def.onward.iter().filter_map(|onward| match onward.to {
                Onto::Named(field) => Some(field),
                Onto::Referring(_) => None,
            });
            for field in def.columns.iter().chain(through).copied().chain(named).chain([def.gist]) {
                assert!(def.field(field).is_some(), "{field} of {}", def.word);
            }
            for (field, _) in def.keyed {
                let ty = def.field(field).map(|field| field.ty);
                assert!(matches!(ty, Some(FieldType::Rows(_))), "{field} of {}", def.word);
            }
            let onward = def.onward.iter().flat_map(|onward| onward.from);
            for state in def.fixes_files.iter().chain(onward) {
                assert!(def.state(state).is_some(), "{state} of {}", def.word);
            }
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
    fn a_kind_of_nothing_but_a_name_is_made_by_nobody_and_stands_nowhere() {
        let def = crate::domain::record::KindDef::new(Kind::Feedback, "Note", "Notes");
        assert!(def.create_by.is_empty() && def.edit_by.is_empty() && !def.is_signed());
        assert!(!def.referable && !def.assignable && def.trace.is_none() && def.chapter.is_none());
        assert_eq!(def.place, Place::Linked);
    }
}
