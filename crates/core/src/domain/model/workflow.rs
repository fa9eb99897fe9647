//! States and transitions are tables. The table of a kind draws the buttons, explains why one is disabled, is enforced when a
//! request is performed, is tested exhaustively, and is printed into the documents.

use serde::Serialize;

use crate::domain::canonical::Digest;
use crate::domain::field::{FieldDef, FieldType, is_empty, record_ids};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, KindDef, Record, RecordData};
use crate::domain::role::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Cover, Meaning, Part, Signature, part_digest};
use crate::domain::time::Moment;

/// The tone in which a state is shown. Each tone has a colour and a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Neither good nor bad.
    Neutral,
    /// Done or in order.
    Good,
    /// Action is needed.
    Due,
    /// Late or wrong.
    Late,
}

/// One state of a kind.
#[derive(Debug, Clone, Copy)]
pub struct StateDef {
    /// The code that is stored.
    pub code: &'static str,
    /// The word that people read.
    pub word: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// Its tone.
    pub tone: Tone,
    /// Its position on the main line; 0 for side states, which require no additional fields.
    pub rank: u8,
    /// Whether a record in it is permanently read-only.
    pub terminal: bool,
    /// Whether no work remains on a record in it, unless new information arrives.
    pub finished: bool,
}

impl StateDef {
    /// The same state, in which no work remains.
    pub const fn finished(mut self) -> Self {
        self.finished = true;
        self
    }
}

/// Declares the states of a kind: `/// meaning`, then `Name = "code", "Word", Tone, rank, terminal;`. A state that is not
/// terminal but in which no work remains ends with `=> finished();`.
#[macro_export]
#[doc(hidden)]
macro_rules! states_impl {
    ($(#[doc = $doc:literal])+ pub enum $name:ident {
        $($(#[doc = $meaning:literal])+ $variant:ident = $code:literal, $word:literal, $tone:ident, $rank:literal, $terminal:literal
            $( => $($attr:ident ( $($arg:expr)? ) ),+ )?;)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            /// All states, in order; a record starts in the first.
            pub const ALL: &'static [$crate::domain::workflow::StateDef] = &[$(
                $crate::domain::workflow::StateDef {
                    code: $code, word: $word, meaning: concat!($($meaning),+),
                    tone: $crate::domain::workflow::Tone::$tone, rank: $rank, terminal: $terminal,
                    finished: $terminal,
                } $( $( .$attr( $($arg)? ) )+ )?,
            )+];

            /// The code that is stored.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }

            /// The state with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                $(if code == $code { return Some(Self::$variant); })+
                None
            }

            /// The state of a record.
            pub fn of(data: &$crate::domain::record::RecordData) -> Option<Self> {
                Self::from_code(&data.head.state)
            }
        }
    };
}
pub use crate::states_impl as states;

/// One condition of a transition: whether it is met, and where to fix it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The condition in words, as a statement that is true when it is met.
    pub text: String,
    /// Whether it is met.
    pub met: bool,
    /// The field in which to fix it.
    pub field: Option<&'static str>,
    /// The record in which to fix it, if that is another one.
    pub record: Option<RecordId>,
    /// The clause or document that requires it.
    pub clause: &'static str,
}

impl Condition {
    /// A condition without a field or record.
    pub fn new(clause: &'static str, text: impl Into<String>, met: bool) -> Self {
        Self { text: text.into(), met, field: None, record: None, clause }
    }

    /// Fixed in this field of the same record.
    pub fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Fixed in another record.
    pub fn on(mut self, record: RecordId) -> Self {
        self.record = Some(record);
        self
    }

    /// Fixed in another record, if there is one.
    pub fn on_any(mut self, record: Option<RecordId>) -> Self {
        self.record = record.or(self.record);
        self
    }
}

/// An effect of a transition besides the change of state. Applied in the same transaction and event.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Creates a record; its number is written to a field of another record.
    Create {
        /// Kind of the new record.
        kind: Kind,
        /// Its fields.
        set: Fields,
        /// The record and its field that receive the number.
        link_back: Option<(RecordId, &'static str)>,
    },
    /// Moves a record, the subject or another, along one of its transitions. Its guard and its effects apply, but it needs no
    /// role, reason or signature, because those of the request count for it.
    Move {
        /// Which record.
        id: RecordId,
        /// Name of the transition.
        go: &'static str,
    },
    /// Sets fields of a record.
    Set {
        /// Which record.
        id: RecordId,
        /// The fields and their values.
        set: Fields,
    },
}

/// The records and signatures that rules may read besides the record itself.
pub trait World {
    /// A record by its number.
    fn record(&self, id: RecordId) -> Option<SharedRecord>;
    /// The records of a kind that name `id` in one of their references.
    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord>;
    /// The records of a kind that name `id` in this field.
    fn naming(&self, id: RecordId, kind: Kind, field: &str) -> Vec<SharedRecord> {
        let mut found = self.referring(id, kind);
        found.retain(|data| record_ids(data.value(field)).contains(&id));
        found
    }
    /// The parts of one kind of a record, in order.
    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord>;
    /// The part records that a signature of this part of a record covers.
    fn covered_parts(&self, data: &RecordData, part: Part) -> Vec<SharedRecord> {
        let kinds = data.def().part_kinds().filter(|(_, part_of)| part.covers(*part_of));
        kinds.flat_map(|(def, _)| self.parts(data.head.id, def.kind)).collect()
    }
    /// SHA-256 of the canonical text of a part of a record, with its part records.
    fn part_digest(&self, data: &RecordData, part: Part) -> Digest {
        part_digest(data, part, &self.covered_parts(data, part))
    }
    /// Whether a record is unchanged since this part of it was signed.
    fn holds(&self, cover: &Cover, data: &RecordData) -> bool {
        data.head.id == cover.record && self.part_digest(data, cover.part) == cover.digest
    }
    /// All records of a kind, in order.
    fn all(&self, kind: Kind) -> Vec<SharedRecord>;
    /// The records of a kind with this title, in order.
    fn titled(&self, kind: Kind, title: &str) -> Vec<SharedRecord> {
        let mut records = self.all(kind);
        records.retain(|data| data.title() == title);
        records
    }
    /// The records of a kind that are in one of these states, in order.
    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord>;
    /// The signatures on a record, oldest first.
    fn signatures(&self, id: RecordId) -> Vec<Signature>;
    /// Everybody who created the record or edited the content that an approval of it fixes. Fields that a step filled do not count.
    fn editors(&self, id: RecordId) -> Vec<RecordId>;
    /// One of these records of which a person is an editor, asked for all of them at once.
    fn written_by(&self, person: RecordId, ids: &[RecordId]) -> Option<RecordId> {
        ids.iter().copied().find(|id| self.editors(*id).contains(&person))
    }
}

/// Whether everything that a signature covers is unchanged since it was signed.
pub fn signature_holds(world: &dyn World, signature: &Signature) -> bool {
    let holds = |cover: &Cover| world.record(cover.record).is_some_and(|data| world.holds(cover, &data));
    signature.covers.iter().all(holds)
}

/// A record as a rule sees it: with the other records, at a moment, before a person acts.
pub struct Case<'a> {
    /// The record.
    pub data: &'a SharedRecord,
    /// The other records.
    pub world: &'a dyn World,
    /// The current time.
    pub now: Moment,
    /// The acting person; `None` if conditions are only shown.
    pub actor: Option<RecordId>,
    /// The rule set that applies: a guard that was added later applies from its rule set on.
    pub rules: u32,
}

impl Case<'_> {
    /// The record's number.
    pub fn id(&self) -> RecordId {
        self.data.head.id
    }

    /// Another record, seen by the same person at the same moment.
    pub const fn of<'b>(&'b self, data: &'b SharedRecord) -> Case<'b> {
        Case { data, world: self.world, now: self.now, actor: self.actor, rules: self.rules }
    }

    /// Calls `rule` with the typed content; a record that cannot be read fails one condition.
    pub fn with<T: Record>(&self, rule: fn(&Self, &T) -> Vec<Condition>) -> Vec<Condition> {
        match self.data.typed::<T>() {
            Some(content) => rule(self, &content),
            None => vec![Condition::new("", format!("{} can be read", self.id()), false)],
        }
    }

    /// Calls `effects` with the typed content; a record that cannot be read has no effects.
    pub fn effects<T: Record>(&self, effects: fn(&Self, &T) -> Vec<Effect>) -> Vec<Effect> {
        self.data.typed::<T>().map(|content| effects(self, &content)).unwrap_or_default()
    }

    /// The existing records among these numbers.
    pub fn records(&self, ids: &[RecordId]) -> Vec<SharedRecord> {
        ids.iter().filter_map(|id| self.world.record(*id)).collect()
    }
}

/// One transition of a kind.
pub struct Move {
    /// Its name: the verb of the event, also used in scripts.
    pub name: &'static str,
    /// The text of its button.
    pub label: &'static str,
    /// Codes of the states from which it is possible.
    pub from: &'static [&'static str],
    /// Code of its target state.
    pub to: &'static str,
    /// The permitted roles; empty: only the program, as an effect of another step.
    pub by: &'static [Role],
    /// Whether it needs a reason.
    pub reason: bool,
    /// Whether it gives up or disclaims the record for good, so that its dialog warns.
    pub grave: bool,
    /// The meaning of its signature, if it is signed.
    pub sign: Option<Meaning>,
    /// The clause that requires it.
    pub clause: &'static str,
    /// Fields that its dialog asks for.
    pub asks: &'static [&'static str],
    /// Its conditions, all of them, met or not.
    pub guard: fn(&Case) -> Vec<Condition>,
    /// Its effects.
    pub effects: fn(&Case) -> Vec<Effect>,
    /// What its signature covers.
    pub covers: fn(&Case) -> Vec<(RecordId, Part)>,
}

/// How a record may be signed without a transition.
pub struct Signing {
    /// The permitted roles; empty: the record is signed only with a transition.
    pub by: Vec<Role>,
    /// The meanings to choose from.
    pub meanings: Vec<Meaning>,
    /// The conditions, met or not.
    pub conditions: Vec<Condition>,
    /// What the signature covers, the subject first; empty: the subject's whole content.
    pub covers: Vec<(RecordId, Part)>,
    /// Roles that the acting person does not hold, but for which they may sign as a named deputy (domain 2.4, emergency lane).
    pub as_deputy: Vec<Role>,
}

/// The record is signed only with a transition.
pub fn no_signing(_: &Case) -> Signing {
    Signing {
        by: Vec::new(),
        meanings: Vec::new(),
        conditions: Vec::new(),
        covers: Vec::new(),
        as_deputy: Vec::new(),
    }
}

/// No notices.
pub fn no_notices(_: &Case) -> Vec<String> {
    Vec::new()
}

fn whole_content(case: &Case) -> Vec<(RecordId, Part)> {
    vec![(case.id(), Part::Content)]
}

fn no_conditions(_: &Case) -> Vec<Condition> {
    Vec::new()
}

/// No effects.
pub fn no_effects(_: &Case) -> Vec<Effect> {
    Vec::new()
}

impl Move {
    /// A transition without a guard; the methods below add the rest.
    pub const fn new(
        name: &'static str,
        label: &'static str,
        from: &'static [&'static str],
        to: &'static str,
        by: &'static [Role],
    ) -> Self {
        Self {
            name,
            label,
            from,
            to,
            by,
            reason: false,
            grave: false,
            sign: None,
            clause: "",
            asks: &[],
            guard: no_conditions,
            effects: no_effects,
            covers: whole_content,
        }
    }

    /// It needs a reason.
    pub const fn reason(mut self) -> Self {
        self.reason = true;
        self
    }

    /// It gives up or disclaims the record for good.
    pub const fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    /// It is signed.
    pub const fn sign(mut self, meaning: Meaning) -> Self {
        self.sign = Some(meaning);
        self
    }

    /// The clause that requires it.
    pub const fn clause(mut self, clause: &'static str) -> Self {
        self.clause = clause;
        self
    }

    /// Fields that its dialog asks for.
    pub const fn asks(mut self, fields: &'static [&'static str]) -> Self {
        self.asks = fields;
        self
    }

    /// Its conditions.
    pub const fn guard(mut self, guard: fn(&Case) -> Vec<Condition>) -> Self {
        self.guard = guard;
        self
    }

    /// Its effects.
    pub const fn effects(mut self, effects: fn(&Case) -> Vec<Effect>) -> Self {
        self.effects = effects;
        self
    }

    /// What its signature covers, if not the whole content of the record.
    pub const fn covers(mut self, covers: fn(&Case) -> Vec<(RecordId, Part)>) -> Self {
        self.covers = covers;
        self
    }

    /// All conditions of the transition: the fields that its target state requires, then its guard.
    pub fn conditions(&self, case: &Case) -> Vec<Condition> {
        let mut conditions = missing_fields(case.data, self.to);
        conditions.extend((self.guard)(case));
        conditions
    }
}

/// The empty fields and cells that must be filled in the state `to`, because it or an earlier state on the main line
/// requires them.
pub fn missing_fields(data: &RecordData, to: &str) -> Vec<Condition> {
    conditions_of(unfilled(data, to))
}

fn conditions_of(missing: Vec<Unfilled>) -> Vec<Condition> {
    missing
        .into_iter()
        .map(|missing| {
            let Unfilled { field, cell } = missing;
            let (clause, text) = match cell {
                None => (field.clause, to_fill_in(field.label)),
                Some((row, column)) => {
                    let text = format!("Fill in “{}” in row {row} of “{}”", column.label, field.label);
                    (column.clause, text)
                }
            };
            Condition::new(clause, text, false).at(field.name)
        })
        .collect()
}

/// What is to do about an empty field with this label, as a condition that is not met.
pub fn to_fill_in(label: &str) -> String {
    format!("Fill in “{label}”")
}

/// An empty required field, or a cell of it by row (from 1) and column.
pub struct Unfilled {
    /// The field.
    pub field: &'static FieldDef,
    /// The cell, in a table.
    pub cell: Option<(usize, &'static FieldDef)>,
}

/// The places that [`missing_fields`] reports.
pub fn unfilled(data: &RecordData, to: &str) -> Vec<Unfilled> {
    unfilled_by(data.def(), data, to)
}

fn unfilled_by(def: &KindDef, data: &RecordData, to: &str) -> Vec<Unfilled> {
    let rank_of = |code: &str| def.state(code).map_or(0, |state| state.rank);
    let rank = rank_of(to);
    if rank == 0 {
        return Vec::new();
    }
    let required = |field: &FieldDef| field.required_from.is_some_and(|state| rank_of(state) <= rank);
    let mut found = Vec::new();
    for field in def.fields() {
        if required(field) && is_empty(data.value(field.name)) {
            found.push(Unfilled { field, cell: None });
        }
        let FieldType::Rows(_) = field.ty else { continue };
        let cells = field.empty_cells(data.value(field.name), &required);
        found.extend(cells.into_iter().map(|cell| Unfilled { field, cell: Some(cell) }));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::field::Table;
    use crate::domain::record::{Head, Section, rows};
    use crate::domain::text::Line;

    rows! {
        /// A visit.
        pub struct Visit {
            /// Who came.
            visitor: Line = "Visitor" => required("closed");
            /// Why.
            reason: Line = "Reason";
        }
    }

    const STATE: StateDef = StateDef {
        code: "open",
        word: "Open",
        meaning: "",
        tone: Tone::Due,
        rank: 1,
        terminal: false,
        finished: false,
    };
    const DEF: KindDef = KindDef {
        sections: &[Section {
            title: "Visits",
            clause: "",
            open_in: &["open"],
            scope: true,
            fields: &[
                FieldDef::new::<Line>("title", "Title", "").required("open"),
                FieldDef::new::<Table<Visit>>("visits", "Visits", ""),
            ],
        }],
        states: &[STATE, StateDef { code: "closed", word: "Closed", rank: 2, ..STATE }],
        ..KindDef::new(Kind::Feedback, "Log", "Logs")
    };

    #[test]
    fn a_step_requires_cells_of_required_columns_and_names_row_and_column() {
        let at = Moment::from_utc(chrono::DateTime::UNIX_EPOCH);
        let head = Head {
            id: RecordId::new(Kind::Feedback, 1),
            state: "open".to_owned(),
            owner: None,
            parent: None,
            created_at: at,
            created_by: RecordId::new(Kind::Person, 1),
            state_since: at,
            revision: 1,
        };
        let fields = json!({"visits": [{"visitor": "Ana Example"}, {"reason": "Repair"}]});
        let data = RecordData { head, fields: fields.as_object().unwrap().clone() };
        let missing = |to: &str| {
            let conditions = conditions_of(unfilled_by(&DEF, &data, to));
            assert!(conditions.iter().all(|condition| !condition.met));
            conditions.into_iter().map(|condition| (condition.field, condition.text)).collect::<Vec<_>>()
        };
        let title = (Some("title"), "Fill in “Title”".to_owned());
        let cell = (Some("visits"), "Fill in “Visitor” in row 2 of “Visits”".to_owned());
        assert_eq!(missing("closed"), [title.clone(), cell]);
        assert_eq!(missing("open"), [title]);
    }
}
