//! A recipient of a communication: when it was sent, how often somebody tried, when it was acknowledged (IEC 62304 6.2.5,
//! ISO 13485 8.3.3). It is a part of the communication.

use crate::domain::choice::choice;
use crate::domain::communication::{self, CommunicationState};
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::product::Market;
use crate::domain::record::{KindDef, PartOf, RecordData, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, World, states};

choice! {
    /// How a communication is sent.
    pub enum SendMethod {
        /// By electronic mail.
        Mail = "mail", "E-mail";
        /// By post.
        Letter = "letter", "Letter";
        /// By telephone.
        Telephone = "telephone", "Telephone";
        /// Through a portal or the product itself.
        Portal = "portal", "Portal or product";
        /// In person.
        InPerson = "in_person", "In person";
    }
}

rows! {
    /// One attempt to reach a recipient.
    pub struct Attempt {
        /// When.
        on: Option<Day> = "On" => past();
        /// How.
        method: Option<SendMethod> = "How";
        /// What came of it.
        result: Line = "Result" => personal();
    }
}

states! {
    /// States of a recipient.
    pub enum RecipientState {
        /// On the list.
        Listed = "listed", "Listed", Neutral, 1, false;
        /// It acknowledged the communication.
        Acknowledged = "acknowledged", "Acknowledged", Good, 2, false => finished();
        /// It could not be reached in three attempts.
        Unreachable = "unreachable", "Unreachable", Late, 0, false => finished();
        /// Entered by mistake; does not count and stays visible.
        Struck = "struck", "Struck out", Neutral, 0, true;
    }
}

use RecipientState as S;

/// How often somebody tries before a recipient counts as unreachable.
pub const ATTEMPTS: usize = 3;

const OPEN: &[&str] = &[S::Listed.code()];
/// Who could not be reached may still answer.
const REACHABLE: &[&str] = &[S::Listed.code(), S::Unreachable.code()];
const NOT_STRUCK: &[&str] = &[S::Listed.code(), S::Acknowledged.code(), S::Unreachable.code()];

record! {
    /// A recipient.
    pub struct Recipient : Recipient {
        section "Recipient", "IEC 62304 6.2.5", false, NOT_STRUCK => {
            /// Name of the person or office.
            title: Line = "Name" => required(S::Listed.code()), personal();
            /// The organisation.
            organisation: Line = "Organisation" => personal();
            /// The postal address.
            address: Text = "Address" => personal();
            /// The electronic address.
            email: Line = "E-mail" => personal();
            /// The market.
            market: Option<Market> = "Market";
            /// The language of the letter.
            language: Line = "Language";
            /// When it was sent.
            sent_on: Option<Day> = "Sent on" => past();
            /// How it was sent.
            method: Option<SendMethod> = "Sent by";
            /// The attempts to reach the recipient after that.
            attempts: Table<Attempt> = "Attempts";
            /// When it was acknowledged.
            acknowledged_on: Option<Day> = "Acknowledged on" => past(), required(S::Acknowledged.code());
            /// The acknowledgement, such as a letter or an e-mail.
            acknowledgement_ref: Line = "Acknowledgement";
        }
    }
}

/// Whether a recipient counts: it is not struck out.
pub fn counts(data: &RecordData) -> bool {
    S::of(data) != Some(S::Struck)
}

/// The recipients of a communication who neither acknowledged it nor are unreachable.
pub fn open(world: &dyn World, communication: RecordId) -> Vec<RecordId> {
    let parts = world.parts(communication, Kind::Recipient);
    parts.iter().filter(|data| S::of(data) == Some(S::Listed)).map(|data| data.head.id).collect()
}

/// The recipients to whom a communication was not sent yet.
pub fn unsent(world: &dyn World, communication: RecordId) -> Vec<RecordId> {
    let parts = world.parts(communication, Kind::Recipient);
    let left = parts.iter().filter(|data| counts(data) && data.value("sent_on").is_null());
    left.map(|data| data.head.id).collect()
}

/// It is issued, and was sent to this recipient.
fn was_sent(case: &Case) -> Vec<Condition> {
    let sent = !case.data.value("sent_on").is_null();
    let whole = case.data.head.parent.and_then(|id| case.world.record(id));
    let issued =
        whole.as_ref().is_some_and(|whole| CommunicationState::of(whole) == Some(CommunicationState::Issued));
    let mut conditions = vec![Condition::new("IEC 62304 6.2.5", "It was sent", sent).at("sent_on")];
    conditions.extend(whole.map(|whole| {
        let id = whole.head.id;
        Condition::new("IEC 62304 6.2.5", format!("{id} is issued"), issued).on(id)
    }));
    conditions
}

/// How far a communication got with its recipients. Those that were struck out do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// All recipients.
    pub listed: usize,
    /// Those to whom it was sent.
    pub sent: usize,
    /// Those who acknowledged it.
    pub acknowledged: usize,
    /// Those who could not be reached.
    pub unreachable: usize,
}

impl Reached {
    /// The numbers of some recipients.
    pub fn of<'a>(recipients: impl IntoIterator<Item = &'a RecordData>) -> Self {
        let mut reached = Self::default();
        for data in recipients.into_iter().filter(|data| counts(data)) {
            let state = S::of(data);
            reached.listed += 1;
            reached.sent += usize::from(!data.value("sent_on").is_null());
            reached.acknowledged += usize::from(state == Some(S::Acknowledged));
            reached.unreachable += usize::from(state == Some(S::Unreachable));
        }
        reached
    }

    /// How many neither acknowledged it nor are known as not reachable.
    pub const fn open(self) -> usize {
        self.listed.saturating_sub(self.acknowledged + self.unreachable)
    }
}

/// Who was sent it is not struck out as entered by mistake, unless Quality does.
fn was_not_sent(case: &Case) -> Vec<Condition> {
    let sent = !case.data.value("sent_on").is_null();
    vec![Condition::new(
        "ISO 13485 8.3.3",
        "It was not sent to this recipient; else only Quality strikes it out",
        !sent,
    )]
}

fn tried_often_enough(case: &Case) -> Vec<Condition> {
    let attempts = case.data.typed::<Recipient>().map_or(0, |content| {
        content.attempts.iter().filter(|row| row.on.is_some() && !row.result.is_empty()).count()
    });
    let text = format!("Three attempts are recorded, each with its day and result (now {attempts})");
    let mut conditions = was_sent(case);
    conditions.push(Condition::new("ISO 13485 8.3.3", text, attempts >= ATTEMPTS).at("attempts"));
    conditions
}

/// The declaration of recipients.
pub const DEF: KindDef = KindDef {
    purpose: "Who receives the communication, when it was sent, and when it was acknowledged.",
    clause: "IEC 62304 6.2.5",
    since: PLAN_RULES,
    sections: Recipient::SECTIONS,
    part_of: Some(PartOf { kind: Kind::Communication, open_in: communication::LISTS, scope: false }),
    states: RecipientState::ALL,
    moves: &[
        Move::new("acknowledge", "Acknowledged", REACHABLE, S::Acknowledged.code(), communication::WRITERS)
            .clause("ISO 13485 8.3.3")
            .asks(&["acknowledged_on", "acknowledgement_ref"])
            .guard(was_sent),
        Move::new("unreachable", "Unreachable", OPEN, S::Unreachable.code(), communication::WRITERS)
            .clause("ISO 13485 8.3.3")
            .guard(tried_often_enough),
        Move::new("strike", "Strike out", NOT_STRUCK, S::Struck.code(), communication::WRITERS)
            .reason()
            .guard(was_not_sent),
        Move::new("strike_sent", "Strike out although sent", NOT_STRUCK, S::Struck.code(), &[Role::Quality])
            .reason(),
    ],
    create_by: communication::WRITERS,
    edit_by: communication::WRITERS,
    columns: &["organisation", "sent_on", "acknowledged_on"],
    evidence: &["6.2.5"],
    ..KindDef::new(Kind::Recipient, "Recipient", "Recipients")
};
