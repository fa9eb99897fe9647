//! States are tables. One table of transitions per kind draws the buttons, says why one is disabled, is enforced in
//! `ops`, is tested exhaustively, and is printed into the documents.

use serde::Serialize;

use crate::domain::field::{FieldDef, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, KindDef, Record, RecordData};
use crate::domain::role::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Cover, Meaning, Part, Signature};
use crate::domain::time::Moment;

/// How a state is to be read at a glance. Each tone has a colour and a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to do, nothing to praise.
    Neutral,
    /// Done or in order.
    Good,
    /// Somebody has to act.
    Due,
    /// Late or wrong.
    Late,
}

/// One state of a kind.
#[derive(Debug, Clone, Copy)]
pub struct StateDef {
    /// What is stored.
    pub code: &'static str,
    /// What people read.
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// How it is to be read.
    pub tone: Tone,
    /// How far along the main line it lies; 0 for side states, which demand no further fields.
    pub rank: u8,
    /// Whether it is read-only for good.
    pub terminal: bool,
    /// Whether nothing is left to be done about a record in it, unless something new comes up.
    pub finished: bool,
}

impl StateDef {
    /// The same state, in which nothing is left to be done.
    pub const fn finished(mut self) -> Self {
        self.finished = true;
        self
    }
}

/// Declares the states of a kind: `/// meaning`, then `Name = "code", "Word", Tone, rank, terminal;`. A state that is not
/// terminal but in which nothing is left to be done ends with `=> finished();`.
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
            /// All states in their order; the first is where a record begins.
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

/// One condition of a transition: met or not, and where to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The condition in words, as a statement that is true when it is met.
    pub text: String,
    /// Whether it is met.
    pub met: bool,
    /// The field that mends it.
    pub field: Option<&'static str>,
    /// The record that mends it, where that is another one.
    pub record: Option<RecordId>,
    /// The clause or document that asks for it.
    pub clause: &'static str,
}

impl Condition {
    /// A condition that stands on its own.
    pub fn new(clause: &'static str, text: impl Into<String>, met: bool) -> Self {
        Self { text: text.into(), met, field: None, record: None, clause }
    }

    /// Mended at this field of the same record.
    pub fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Mended in another record.
    pub fn on(mut self, record: RecordId) -> Self {
        self.record = Some(record);
        self
    }
}

/// What a transition brings about besides the change of state. Applied in the same transaction and event.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Makes a record; its number goes into the named field of another.
    Create {
        /// Kind of the new record.
        kind: Kind,
        /// Its fields.
        set: Fields,
        /// The record and its field that will name it.
        link_back: Option<(RecordId, &'static str)>,
    },
    /// Moves a record, the subject or another, along one of its transitions: its guard holds and its effects follow, but no
    /// role, reason or signature is asked for, because those of the act stand for it.
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

/// What rules may look at besides the record itself. Implemented over a file by `ops`.
pub trait World {
    /// A record by its number.
    fn record(&self, id: RecordId) -> Option<SharedRecord>;
    /// The records of a kind that name `id` in one of their references.
    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord>;
    /// The parts of a record of one kind, in their order.
    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord>;
    /// Everything that is a part of a record, of every kind.
    fn all_parts(&self, data: &RecordData) -> Vec<SharedRecord> {
        data.def().part_kinds().flat_map(|(def, _)| self.parts(data.head.id, def.kind)).collect()
    }
    /// All records of a kind, in their order.
    fn all(&self, kind: Kind) -> Vec<SharedRecord>;
    /// The signatures on a record, oldest first.
    fn signatures(&self, id: RecordId) -> Vec<Signature>;
    /// Everybody who made the record or edited what an approval of it fixes. Fields that a step filled are the program's.
    fn editors(&self, id: RecordId) -> Vec<RecordId>;
}

/// Whether everything that a signature covers still says what was signed.
pub fn signature_holds(world: &dyn World, signature: &Signature) -> bool {
    let holds = |cover: &Cover| {
        world.record(cover.record).is_some_and(|data| cover.holds(&data, &world.all_parts(&data)))
    };
    signature.covers.iter().all(holds)
}

/// A record as a rule sees it: with its surroundings, at a moment, before a person acts.
pub struct Case<'a> {
    /// The record.
    pub data: &'a SharedRecord,
    /// What surrounds it.
    pub world: &'a dyn World,
    /// When.
    pub now: Moment,
    /// Who acts; `None` where conditions are only shown.
    pub actor: Option<RecordId>,
    /// The rule set by which the act is judged: a guard that was added later applies from its rule set on.
    pub rules: u32,
}

impl Case<'_> {
    /// The record's number.
    pub fn id(&self) -> RecordId {
        self.data.head.id
    }

    /// Hands the typed content to `rule`; a record that cannot be read fails one condition.
    pub fn with<T: Record>(&self, rule: fn(&Self, &T) -> Vec<Condition>) -> Vec<Condition> {
        match self.data.typed::<T>() {
            Some(content) => rule(self, &content),
            None => vec![Condition::new("", format!("{} can be read", self.id()), false)],
        }
    }

    /// Hands the typed content to `effects`; nothing follows from a record that cannot be read.
    pub fn effects<T: Record>(&self, effects: fn(&Self, &T) -> Vec<Effect>) -> Vec<Effect> {
        self.data.typed::<T>().map(|content| effects(self, &content)).unwrap_or_default()
    }

    /// The records with these numbers that exist.
    pub fn records(&self, ids: &[RecordId]) -> Vec<SharedRecord> {
        ids.iter().filter_map(|id| self.world.record(*id)).collect()
    }
}

/// One transition of a kind.
pub struct Move {
    /// Its name: the verb of the event, and what scripts say.
    pub name: &'static str,
    /// What the button says.
    pub label: &'static str,
    /// Codes of the states from which it leads.
    pub from: &'static [&'static str],
    /// Code of the state to which it leads.
    pub to: &'static str,
    /// Who may; empty: only the program, as the effect of something else.
    pub by: &'static [Role],
    /// Whether it asks for a reason.
    pub reason: bool,
    /// Whether it is signed, and with which meaning.
    pub sign: Option<Meaning>,
    /// The clause that asks for it.
    pub clause: &'static str,
    /// Fields that may be given along with it.
    pub asks: &'static [&'static str],
    /// Its conditions, all of them, met or not.
    pub guard: fn(&Case) -> Vec<Condition>,
    /// What it brings about besides.
    pub effects: fn(&Case) -> Vec<Effect>,
    /// What its signature covers.
    pub covers: fn(&Case) -> Vec<(RecordId, Part)>,
}

/// How a record may be signed without moving it on.
pub struct Signing {
    /// The roles that may; empty: nobody, the record is signed only by moving it on.
    pub by: Vec<Role>,
    /// The meanings to choose from.
    pub meanings: Vec<Meaning>,
    /// The conditions, met or not.
    pub conditions: Vec<Condition>,
    /// What the signature covers, the subject first; empty: the subject's whole content.
    pub covers: Vec<(RecordId, Part)>,
    /// Roles that the acting person does not hold but may sign for as a named deputy (domain 2.4, emergency lane).
    pub as_deputy: Vec<Role>,
}

/// The record is signed only by moving it on.
pub fn no_signing(_: &Case) -> Signing {
    Signing {
        by: Vec::new(),
        meanings: Vec::new(),
        conditions: Vec::new(),
        covers: Vec::new(),
        as_deputy: Vec::new(),
    }
}

/// Nothing to notice.
pub fn no_notices(_: &Case) -> Vec<String> {
    Vec::new()
}

fn whole_content(case: &Case) -> Vec<(RecordId, Part)> {
    vec![(case.id(), Part::Content)]
}

fn no_conditions(_: &Case) -> Vec<Condition> {
    Vec::new()
}

/// Nothing follows.
pub fn no_effects(_: &Case) -> Vec<Effect> {
    Vec::new()
}

impl Move {
    /// A transition without conditions of its own, to which more is added below.
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
            sign: None,
            clause: "",
            asks: &[],
            guard: no_conditions,
            effects: no_effects,
            covers: whole_content,
        }
    }

    /// It asks for a reason.
    pub const fn reason(mut self) -> Self {
        self.reason = true;
        self
    }

    /// It is signed.
    pub const fn sign(mut self, meaning: Meaning) -> Self {
        self.sign = Some(meaning);
        self
    }

    /// The clause that asks for it.
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

    /// What it brings about besides.
    pub const fn effects(mut self, effects: fn(&Case) -> Vec<Effect>) -> Self {
        self.effects = effects;
        self
    }

    /// What its signature covers, where that is not the whole content of the record.
    pub const fn covers(mut self, covers: fn(&Case) -> Vec<(RecordId, Part)>) -> Self {
        self.covers = covers;
        self
    }

    /// All conditions of the transition: the fields that its target state demands, then its guard.
    pub fn conditions(&self, case: &Case) -> Vec<Condition> {
        let mut conditions = missing_fields(case.data, self.to);
        conditions.extend((self.guard)(case));
        conditions
    }
}

/// The unfilled fields, and cells of rows, that must be filled from the state `to` on, or from an earlier one on the main
/// line.
pub fn missing_fields(data: &RecordData, to: &str) -> Vec<Condition> {
    conditions_of(unfilled(data, to))
}

fn conditions_of(missing: Vec<Unfilled>) -> Vec<Condition> {
    missing
        .into_iter()
        .map(|missing| {
            let Unfilled { field, cell } = missing;
            let (clause, text) = match cell {
                None => (field.clause, format!("“{}” is filled", field.label)),
                Some((row, column)) => {
                    (column.clause, format!("“{}”, row {row}: “{}” is filled", field.label, column.label))
                }
            };
            Condition::new(clause, text, false).at(field.name)
        })
        .collect()
}

/// A field that is not filled, or a cell of it by row (from 1) and column.
pub struct Unfilled {
    /// The field.
    pub field: &'static FieldDef,
    /// The cell, in a table.
    pub cell: Option<(usize, &'static FieldDef)>,
}

/// What [`missing_fields`] asks for, by place.
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
        let value = data.value(field.name);
        if required(field) && is_empty(value) {
            found.push(Unfilled { field, cell: None });
        }
        let cells = field.empty_cells(value, &required);
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
    fn a_step_asks_for_the_cells_that_their_columns_require_and_names_row_and_column() {
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
        let title = (Some("title"), "“Title” is filled".to_owned());
        let cell = (Some("visits"), "“Visits”, row 2: “Visitor” is filled".to_owned());
        assert_eq!(missing("closed"), [title.clone(), cell]);
        assert_eq!(missing("open"), [title]);
    }
}
