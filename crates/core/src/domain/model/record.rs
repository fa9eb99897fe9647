//! A record is declared once. The declaration yields the struct, the columns, the form, the page, the differences in the
//! audit trail, the printed section, the search index and the accessible names.

mod row;
mod texts;

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::domain::deadline::Deadline;
use crate::domain::field::{FieldDef, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{Approvable, NextRecords, Place, RowKey, Trace};
use crate::domain::role::Role;
use crate::domain::time::Moment;
use crate::domain::workflow::{
    Case, Condition, Effect, Move, Signing, StateDef, no_effects, no_notices, no_signing,
};

pub use row::ListRow;

/// Field values by name; an empty value is absent.
pub type Fields = Map<String, Value>;

/// A group of fields that are shown together and open for editing together.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// The clause that requires it.
    pub clause: &'static str,
    /// Codes of the states in which its fields may be edited.
    pub open_in: &'static [&'static str],
    /// Whether an approval covers it: its fields are part of the scope digest.
    pub scope: bool,
    /// Its fields.
    pub fields: &'static [FieldDef],
}

/// Which edits of a record are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedEdits {
    /// No edit.
    Never,
    /// Every edit.
    All,
    /// Edits that change one of these fields. They also need a reason.
    Of(&'static [&'static str]),
}

impl SignedEdits {
    /// Whether an edit that changes these fields is signed.
    pub fn includes<'a>(self, mut changed: impl Iterator<Item = &'a str>) -> bool {
        match self {
            Self::Never => false,
            Self::All => true,
            Self::Of(fields) => changed.any(|name| fields.contains(&name)),
        }
    }
}

/// Declaration for a kind whose records are parts of others: a list of possibly thousands of entries, each with its own states.
#[derive(Debug, Clone, Copy)]
pub struct PartOf {
    /// The kind of the record that they belong to.
    pub kind: Kind,
    /// Codes of that record's states in which its parts are created, edited and moved.
    pub open_in: &'static [&'static str],
    /// Whether an approval of that record covers them: they are part of its scope.
    pub scope: bool,
}

/// The declaration of a kind of record.
pub struct KindDef {
    /// The kind.
    pub kind: Kind,
    /// The rule set since which there are records of it.
    pub since: u32,
    /// Its name, singular.
    pub word: &'static str,
    /// Its name, plural.
    pub plural: &'static str,
    /// The purpose of the records: shown in an empty list.
    pub purpose: &'static str,
    /// The clause that requires it.
    pub clause: &'static str,
    /// Its sections, in the order of form, page and paper.
    pub sections: &'static [Section],
    /// The kind of record of which its records are parts, if any.
    pub part_of: Option<PartOf>,
    /// Its states.
    pub states: &'static [StateDef],
    /// Its transitions.
    pub moves: &'static [Move],
    /// Its deadlines.
    pub deadlines: &'static [Deadline],
    /// Roles that may create one; empty: only the program does.
    pub create_by: &'static [Role],
    /// Roles that may edit one.
    pub edit_by: &'static [Role],
    /// Which edits are signed.
    pub edit_signed: SignedEdits,
    /// Why a change of values needs a reason, in words that can precede “needs a reason”; `None` if it does not. Signed content has
    /// its own rule.
    pub why_reason: fn(&RecordData, &Fields) -> Option<String>,
    /// The fields that an edit sets besides the given ones, by the edited record and the names of the fields that changed.
    pub on_edit: fn(&RecordData, &[&str]) -> Fields,
    /// Values that contradict each other under a rule set: field and reason. An edit must leave none.
    pub violations: fn(&RecordData, u32) -> Vec<(&'static str, String)>,
    /// What must be so when one is created.
    pub may_create: fn(&Case) -> Vec<Condition>,
    /// How one is approved by an approval record, if it is.
    pub approvable: Option<&'static Approvable>,
    /// Who may sign one without a transition, and under which conditions; absent if it is signed only with a transition.
    pub sign_conditions: Option<fn(&Case) -> Signing>,
    /// Effects of creating one.
    pub on_create: fn(&Case) -> Vec<Effect>,
    /// Effects of a signature on it.
    pub on_sign: fn(&Case) -> Vec<Effect>,
    /// Notices for the reader of one, in sentences. They never block.
    pub notices: fn(&Case) -> Vec<String>,
    /// Additional columns of its list, by field name.
    pub columns: &'static [&'static str],
    /// The kind of its parts whose titles are a column of its list, and the head of that column.
    pub listed_parts: Option<(Kind, &'static str)>,
    /// Where people find its records.
    pub place: Place,
    /// Whether people may name one in a field and find it in the palette.
    pub referable: bool,
    /// Whether one has an owner.
    pub assignable: bool,
    /// Codes of the states, besides the terminal ones, in which its attached files are fixed.
    pub fixes_files: &'static [&'static str],
    /// Whether its approved content is written only by edits, which record its authors, and never by a step.
    pub scope_by_edits: bool,
    /// What to do if approved content is fixed: a sentence.
    pub scope_fixed: &'static str,
    /// Its place in the chain from feedback to communication.
    pub trace: Option<Trace>,
    /// The field that summarizes one in a few words.
    pub gist: &'static str,
    /// The records in which work continues.
    pub next_records: &'static [NextRecords],
    /// The clauses for which its records are evidence.
    pub evidence: &'static [&'static str],
    /// The chapter of a period packet that lists its records and prints each from the declaration. Absent if the packet has its
    /// own layout for the kind, or does not print it.
    pub chapter: Option<u8>,
    /// Table fields whose rows have a key, by field name.
    pub keyed: &'static [(&'static str, RowKey)],
}

impl KindDef {
    /// Its word inside a sentence: “change request”, “SOUP review”.
    pub fn noun(&self) -> String {
        crate::domain::text::inside_a_sentence(self.word)
    }

    /// The word for several inside a sentence: “change requests”, “SOUP reviews”.
    pub fn nouns(&self) -> String {
        crate::domain::text::inside_a_sentence(self.plural)
    }

    /// A kind with only a name, to be completed with `..KindDef::new(…)`, so that a small kind stays small. By default nobody
    /// creates or edits its records, they have no owner and fix no files, and they appear in no area, chain or packet.
    pub const fn new(kind: Kind, word: &'static str, plural: &'static str) -> Self {
        Self {
            kind,
            since: 1,
            word,
            plural,
            purpose: "",
            clause: "",
            sections: &[],
            states: &[],
            part_of: None,
            moves: &[],
            deadlines: &[],
            create_by: &[],
            edit_by: &[],
            edit_signed: SignedEdits::Never,
            why_reason: |_, _| None,
            on_edit: |_, _| Fields::new(),
            violations: |_, _| Vec::new(),
            may_create: |_| Vec::new(),
            approvable: None,
            sign_conditions: None,
            on_create: no_effects,
            on_sign: no_effects,
            notices: no_notices,
            columns: &[],
            listed_parts: None,
            place: Place::Linked,
            referable: false,
            assignable: false,
            fixes_files: &[],
            scope_by_edits: false,
            scope_fixed: "",
            trace: None,
            gist: "title",
            next_records: &[],
            evidence: &[],
            chapter: None,
            keyed: &[],
        }
    }

    /// How one may be signed without a transition.
    pub fn signing(&self, case: &Case) -> Signing {
        self.sign_conditions.unwrap_or(no_signing)(case)
    }

    /// Whether its records are signed by any act.
    pub fn is_signed(&self) -> bool {
        self.sign_conditions.is_some()
            || self.edit_signed != SignedEdits::Never
            || self.moves.iter().any(|step| step.sign.is_some())
    }

    /// The row key of a table field.
    pub fn key_of(&self, field: &str) -> Option<RowKey> {
        self.keyed.iter().find(|(name, _)| *name == field).map(|(_, key)| *key)
    }

    /// All fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldDef> {
        self.sections.iter().flat_map(|section| section.fields)
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&'static FieldDef> {
        self.fields().find(|field| field.name == name)
    }

    /// The section that holds the field with this name.
    pub fn section_of(&self, name: &str) -> Option<&'static Section> {
        self.sections.iter().find(|section| section.fields.iter().any(|field| field.name == name))
    }

    /// The state with this code.
    pub fn state(&self, code: &str) -> Option<&'static StateDef> {
        self.states.iter().find(|state| state.code == code)
    }

    /// The state of a new record.
    pub fn initial(&self) -> &'static str {
        self.states.first().map_or("", |state| state.code)
    }

    /// The kinds whose records are parts of a record of this kind.
    pub fn part_kinds(&self) -> impl Iterator<Item = (&'static Self, PartOf)> {
        let kind = self.kind;
        Kind::ALL.iter().filter_map(move |candidate| {
            let def = candidate.def();
            def.part_of.filter(|part| part.kind == kind).map(|part| (def, part))
        })
    }

    /// The transition with this name.
    pub fn find_move(&self, name: &str) -> Option<&'static Move> {
        self.moves.iter().find(|candidate| candidate.name == name)
    }
}

/// The typed content of a record. Declared with `record!`.
pub trait Record: Serialize + DeserializeOwned + Default + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;
}

/// The data of every record besides its declared fields (domain 1.2, common fields).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub id: RecordId,
    /// The code of its state.
    pub state: String,
    /// The person responsible for the next step.
    pub owner: Option<RecordId>,
    /// The record of which it is a part, if its kind has a parent.
    pub parent: Option<RecordId>,
    /// When it was entered.
    pub created_at: Moment,
    /// Who entered it.
    pub created_by: RecordId,
    /// When it entered its current state.
    pub state_since: Moment,
    /// Counts its changes, from 1.
    pub revision: u32,
}

/// A record as stored: its head and its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordData {
    /// The common data.
    pub head: Head,
    /// The declared fields that are filled.
    pub fields: Fields,
}

/// A reference from one record to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Name of the field; for a column of a table `field.column`.
    pub field: Cow<'static, str>,
    /// Label of the field or column.
    pub label: &'static str,
    /// The record that is named.
    pub target: RecordId,
}

impl RecordData {
    /// Its declaration.
    pub fn def(&self) -> &'static KindDef {
        self.head.id.kind.def()
    }

    /// Its content as the Rust type of its kind. `None` if it is of another kind or damaged.
    pub fn typed<T: Record>(&self) -> Option<T> {
        if T::KIND != self.head.id.kind {
            return None;
        }
        T::deserialize(&self.fields).ok()
    }

    /// The value of a field, `null` if it is not filled.
    pub fn value(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// The value of a text field, empty if it is not filled.
    pub fn text(&self, name: &str) -> &str {
        self.value(name).as_str().unwrap_or_default()
    }

    /// Every record that it names in reference fields and in reference columns of tables.
    pub fn references(&self) -> Vec<Reference> {
        let mut found = Vec::new();
        for field in self.def().fields().filter(|field| field.may_name_records()) {
            field.each_reference(self.value(field.name), &mut |column, target| {
                let place = column.map_or_else(
                    || Cow::Borrowed(field.name),
                    |column| Cow::Owned(format!("{}.{}", field.name, column.name)),
                );
                found.push(Reference {
                    field: place,
                    label: column.map_or(field.label, |column| column.label),
                    target,
                });
            });
        }
        found
    }

    /// Whether it names a record.
    pub fn refers_to(&self, id: RecordId) -> bool {
        self.references().iter().any(|reference| reference.target == id)
    }

    /// Its title.
    pub fn title(&self) -> &str {
        self.text("title")
    }

    /// Its state.
    pub fn state(&self) -> Option<&'static StateDef> {
        self.def().state(&self.head.state)
    }

    /// Whether it can no longer change.
    pub fn is_terminal(&self) -> bool {
        self.state().is_some_and(|state| state.terminal)
    }

    /// Whether no work remains on it, unless new information arrives. A record in a state that this program does not know is
    /// open.
    pub fn is_finished(&self) -> bool {
        self.state().is_some_and(|state| state.finished)
    }

    /// Whether work remains on it: it is not finished.
    pub fn is_open(&self) -> bool {
        !self.is_finished()
    }
}

/// An invalid value: the field and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Name of the field.
    pub field: String,
    /// The reason, in words that can follow the field's label.
    pub reason: String,
}

/// Checks the values for fields of a kind and converts them to canonical form.
///
/// An empty value becomes `null`, which empties the field. All violations are reported at once.
pub fn check_values(def: &KindDef, given: &Fields) -> Result<Fields, Vec<Violation>> {
    let mut checked = Fields::new();
    let mut violations = Vec::new();
    for (name, value) in given {
        let outcome = match def.field(name) {
            Some(field) => field.parse(value),
            None => Err(format!("{} has no such field", def.word)),
        };
        match outcome {
            Ok(value) => {
                let value = if is_empty(&value) { Value::Null } else { value };
                checked.insert(name.clone(), value);
            }
            Err(reason) => violations.push(Violation { field: name.clone(), reason }),
        }
    }
    if violations.is_empty() { Ok(checked) } else { Err(violations) }
}

/// Declares a kind of record. See `feedback.rs` for an example.
#[macro_export]
#[doc(hidden)]
macro_rules! record_impl {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident : $kind:ident {
            $(
                section $title:literal, $clause:literal, $scope:literal, $open:expr => {
                    $(
                        $(#[doc = $help:literal])+
                        $field:ident : $ty:ty = $label:literal $( => $($attr:ident ( $($arg:expr)? ) ),+ )? ;
                    )+
                }
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($( $(#[doc = $help])+ pub $field: $ty, )+)+
        }

        impl $name {
            /// The declared sections and fields.
            pub const SECTIONS: &'static [$crate::domain::record::Section] = &[$(
                $crate::domain::record::Section {
                    title: $title,
                    clause: $clause,
                    open_in: $open,
                    scope: $scope,
                    fields: &[$(
                        $crate::domain::field::FieldDef::new::<$ty>(
                            stringify!($field), $label, concat!($($help),+)
                        ) $( $( .$attr( $($arg)? ) )+ )?,
                    )+],
                },
            )+];
        }

        impl $crate::domain::record::Record for $name {
            const KIND: $crate::domain::ids::Kind = $crate::domain::ids::Kind::$kind;
        }
    };
}
pub use crate::record_impl as record;

/// Declares the row of a table field.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_impl {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $help:literal])+
                $field:ident : $ty:ty = $label:literal $( => $($attr:ident ( $($arg:expr)? ) ),+ )? ;
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $( $(#[doc = $help])+ pub $field: $ty, )+
        }

        impl $crate::domain::field::RowValue for $name {
            const COLUMNS: &'static [$crate::domain::field::FieldDef] = $crate::domain::field::FieldDef::columns(&[$(
                $crate::domain::field::FieldDef::new::<$ty>(
                    stringify!($field), $label, concat!($($help),+)
                ) $( $( .$attr( $($arg)? ) )+ )?,
            )+]);
        }
    };
}
pub use crate::rows_impl as rows;
