//! The questions of the impact analysis and the activities of clause 5 that a change may repeat (domain 1.4, 1.5).
//!
//! Their texts are our own words with clause numbers. Class, market and kind of change decide which are asked.

use serde_json::{Value, json};

use crate::domain::change_request::ChangeRequest;
use crate::domain::kind::{KeyRow, RowFacts, RowKey};
use crate::domain::product::{Market, SafetyClass};

/// Whether something is asked of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must be answered.
    Must,
    /// It must be answered for a SOUP or security change; otherwise it may be answered.
    MustForSoupOrSecurity,
    /// It may be answered.
    May,
    /// It is not asked.
    No,
}

/// One question of the impact analysis.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Its code, such as `Q04`.
    pub code: &'static str,
    /// The question.
    pub text: &'static str,
    /// The clause or document that requires it.
    pub source: &'static str,
    /// Whether it is asked for class A, B and C.
    pub need: [Need; 3],
    /// The market that requires it; `None`: all.
    pub market: Option<Market>,
    /// Whether an emergency cannot relax it (domain 2.4).
    pub never_relaxed: bool,
}

/// The circumstances that decide what is asked.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The class whose rules apply.
    pub class: SafetyClass,
    /// Where the product is sold.
    pub markets: Vec<Market>,
    /// Whether it is a security or SOUP change.
    pub soup_or_security: bool,
}

impl Circumstances {
    /// The circumstances of a change. `None` if its records are missing or cannot be read.
    fn of_change(facts: Option<&RowFacts>) -> Option<Self> {
        let facts = facts?;
        let change: ChangeRequest = facts.change.typed()?;
        Some(change.circumstances(&facts.product.typed()?))
    }

    fn of(&self, need: [Need; 3]) -> Need {
        match self.class.effective() {
            SafetyClass::A => need[0],
            SafetyClass::B => need[1],
            SafetyClass::C | SafetyClass::Unassigned => need[2],
        }
    }
}

impl Question {
    /// Whether it is asked in these circumstances.
    pub fn asked(&self, circumstances: &Circumstances) -> bool {
        self.market.is_none_or(|market| circumstances.markets.contains(&market))
            && circumstances.of(self.need) != Need::No
    }

    /// Whether it must be answered in these circumstances.
    pub fn mandatory(&self, circumstances: &Circumstances) -> bool {
        self.asked(circumstances)
            && match circumstances.of(self.need) {
                Need::Must => true,
                Need::MustForSoupOrSecurity => circumstances.soup_or_security,
                Need::May | Need::No => false,
            }
    }
}

/// The question with this code.
pub fn question(code: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.code == code)
}

const MUST: [Need; 3] = [Need::Must, Need::Must, Need::Must];
const B_C: [Need; 3] = [Need::May, Need::Must, Need::Must];
const SOUP_A: [Need; 3] = [Need::MustForSoupOrSecurity, Need::Must, Need::Must];

const fn ask(code: &'static str, text: &'static str, source: &'static str, need: [Need; 3]) -> Question {
    Question { code, text, source, need, market: None, never_relaxed: false }
}

const fn fixed(code: &'static str, text: &'static str, source: &'static str, need: [Need; 3]) -> Question {
    Question { code, text, source, need, market: None, never_relaxed: true }
}

const fn market(code: &'static str, text: &'static str, source: &'static str, market: Market) -> Question {
    Question { code, text, source, need: MUST, market: Some(market), never_relaxed: false }
}

/// The 28 questions.
pub const QUESTIONS: &[Question] = &[
    ask(
        "Q01",
        "Which released versions are affected, and which of them are still in the field?",
        "IEC 62304 6.2.3",
        MUST,
    ),
    ask(
        "Q02",
        "Does it affect the organisation: training, support, instructions and labelling, manufacturing or deployment, suppliers, resources?",
        "IEC 62304 6.2.3",
        MUST,
    ),
    ask(
        "Q03",
        "Does it affect systems that interface with the software: inputs, outputs, protocols, host operating system, network?",
        "IEC 62304 6.2.3",
        MUST,
    ),
    fixed(
        "Q04",
        "Does it introduce a new potential cause of a hazardous situation?",
        "IEC 62304 7.4.1 a",
        MUST,
    ),
    fixed("Q05", "Does it need an additional software risk control?", "IEC 62304 7.4.1 b", MUST),
    fixed(
        "Q06",
        "Could it interfere with an existing risk control? List the controls that were examined.",
        "IEC 62304 7.4.2",
        B_C,
    ),
    ask(
        "Q07",
        "Which risk management activities follow from it, and where are they recorded?",
        "IEC 62304 7.4.3",
        B_C,
    ),
    ask("Q08", "Does the safety class of the system or of any item change?", "IEC 62304 8.2.2, 4.3", MUST),
    ask(
        "Q09",
        "Is the segregation on which class or risk relies still effective?",
        "IEC 62304 5.3.5",
        [Need::No, Need::May, Need::Must],
    ),
    ask(
        "Q10",
        "Is SOUP added, changed or removed? If so, are requirements, environment and the anomaly list of the new version evaluated?",
        "IEC 62304 5.3.3, 5.3.4, 7.1.3, 8.1.2",
        SOUP_A,
    ),
    ask(
        "Q11",
        "Does it change security: attack surface, authentication, cryptography, data flows, logging?",
        "IEC 81001-5-1",
        SOUP_A,
    ),
    fixed(
        "Q12",
        "Does the fix create more risk than the vulnerability that it removes?",
        "FDA postmarket cybersecurity",
        [Need::MustForSoupOrSecurity; 3],
    ),
    ask("Q13", "Which requirements are affected?", "IEC 62304 5.2", MUST),
    ask(
        "Q14",
        "Are architecture or interfaces affected?",
        "IEC 62304 5.3",
        [Need::No, Need::Must, Need::Must],
    ),
    ask("Q15", "Is detailed design affected?", "IEC 62304 5.4", [Need::No, Need::No, Need::Must]),
    fixed(
        "Q16",
        "Which verification does it invalidate, and what is the regression scope, with reasons?",
        "IEC 62304 8.2.3, 5.7.3",
        MUST,
    ),
    ask(
        "Q17",
        "Does it affect usability: user interface, hazard-related use scenarios?",
        "IEC 62366-1; ISO 13485 7.3.9",
        MUST,
    ),
    ask(
        "Q18",
        "Does it affect data: migration, compatibility of stored records, backup and restore, privacy?",
        "Good practice",
        MUST,
    ),
    ask("Q19", "Does it affect intended use, performance or clinical claims?", "ISO 13485 7.3.9", MUST),
    ask(
        "Q20",
        "Must delivered products be updated or recalled, or their users advised?",
        "ISO 13485 7.3.9, 8.3.3",
        MUST,
    ),
    fixed("Q21", "Is rollback or recovery possible, and was it tested?", "Good practice", MUST),
    market(
        "Q22",
        "United States: is it solely cybersecurity, or solely a return to specification? Does it introduce or change a significant risk or its control, clinical functionality or performance? Which path: letter to file, new 510(k), PMA supplement?",
        "FDA software change guidance",
        Market::Us,
    ),
    market(
        "Q23",
        "European Union: is it significant or substantial (intended purpose, algorithm, architecture, operating system, closed loop, data presentation, interoperability, alarms, new risks)? Must the notified body be informed?",
        "MDCG 2020-3 (screening)",
        Market::Eu,
    ),
    market(
        "Q24",
        "European Union: does it need a new UDI-DI, or only a new UDI-PI?",
        "MDR Annex VI C 6.5",
        Market::Eu,
    ),
    ask(
        "Q25",
        "Is the action a correction, a removal or a field safety corrective action, or an enhancement?",
        "21 CFR 806; MDR 2(68)",
        MUST,
    ),
    ask(
        "Q26",
        "What do all changes since the last cleared or certified version amount to together?",
        "FDA software change guidance",
        B_C,
    ),
    ask(
        "Q27",
        "Does it introduce components with known end-of-support or obsolescence dates?",
        "IEC 62304 6.1 f",
        SOUP_A,
    ),
    ask("Q28", "What follows if the change is not made, or made later?", "IEC 62304 6.2.5 a", MUST),
];

/// The key of the answers of an impact analysis.
pub const BY_QUESTION: RowKey =
    RowKey { column: "question", filled: "answered", own_words: true, rows: question_rows };

fn question_rows(facts: Option<&RowFacts>) -> Vec<KeyRow> {
    let circumstances = Circumstances::of_change(facts);
    let row = |question: &Question| KeyRow {
        code: question.code,
        text: question.text,
        source: question.source,
        asked: circumstances.as_ref().is_some_and(|known| question.asked(known)),
        mandatory: circumstances.as_ref().is_some_and(|known| question.mandatory(known)),
    };
    QUESTIONS.iter().map(row).collect()
}

/// The key of the repeat matrix of a change.
pub const BY_ACTIVITY: RowKey =
    RowKey { column: "activity", filled: "decided", own_words: false, rows: activity_rows };

fn activity_rows(facts: Option<&RowFacts>) -> Vec<KeyRow> {
    let class = Circumstances::of_change(facts).map(|known| known.class);
    let row = |activity: &Activity| KeyRow {
        code: activity.code,
        text: activity.text,
        source: "",
        asked: class.is_some_and(|class| activity.applies(class)),
        mandatory: class.is_none_or(|class| activity.applies(class)),
    };
    ACTIVITIES.iter().map(row).collect()
}

/// The open questions of a new analysis.
pub fn blank_answers(circumstances: &Circumstances) -> Value {
    QUESTIONS
        .iter()
        .filter(|question| question.asked(circumstances))
        .map(|question| json!({"question": question.code}))
        .collect()
}

/// One activity that a change may have to repeat (IEC 62304 6.3.1).
#[derive(Debug, Clone, Copy)]
pub struct Activity {
    /// Its code in the matrix.
    pub code: &'static str,
    /// What it is.
    pub text: &'static str,
    /// Whether it applies to class A, B and C.
    pub classes: [bool; 3],
    /// Whether it may be completed later in an emergency: documents that safety does not depend on (domain 2.4).
    pub may_follow: bool,
}

impl Activity {
    /// Whether it applies to the class.
    pub const fn applies(&self, class: SafetyClass) -> bool {
        match class.effective() {
            SafetyClass::A => self.classes[0],
            SafetyClass::B => self.classes[1],
            SafetyClass::C | SafetyClass::Unassigned => self.classes[2],
        }
    }
}

/// The activity with this code.
pub fn activity(code: &str) -> Option<&'static Activity> {
    ACTIVITIES.iter().find(|activity| activity.code == code)
}

const ABC: [bool; 3] = [true, true, true];
const BC: [bool; 3] = [false, true, true];
const C: [bool; 3] = [false, false, true];

const fn repeat(code: &'static str, text: &'static str, classes: [bool; 3]) -> Activity {
    Activity { code, text, classes, may_follow: false }
}

const fn document(code: &'static str, text: &'static str, classes: [bool; 3]) -> Activity {
    Activity { code, text, classes, may_follow: true }
}

/// The rows of the clause-5 repeat matrix.
pub const ACTIVITIES: &[Activity] = &[
    document("5.1", "Update the plan", ABC),
    repeat("5.2", "Requirements, with re-evaluation of the risk analysis (5.2.4)", ABC),
    repeat("5.2.3", "Risk controls as requirements", BC),
    repeat("5.2.6", "Verify requirements", ABC),
    repeat("5.3", "Architecture and its verification (5.3.6)", BC),
    repeat("5.3.5", "Segregation", C),
    repeat("5.4.1", "Subdivide into units", BC),
    repeat("5.4.2–5.4.4", "Detailed design and its verification", C),
    repeat("5.5.1", "Implement units", ABC),
    repeat("5.5.2–5.5.5", "Verify units", BC),
    repeat("5.5.4", "Additional acceptance criteria of units", C),
    repeat("5.6", "Integration and regression tests (5.6.6)", BC),
    repeat("5.7", "System test", ABC),
    repeat("7.1–7.3", "Risk management activities", BC),
    repeat("8.1.2", "SOUP list and bill of materials", ABC),
    document("IFU", "Instructions for use and labelling", ABC),
    document("Usability", "Usability evaluation", ABC),
    document("Clinical", "Clinical evaluation", ABC),
    repeat("Cybersecurity", "Cybersecurity test", ABC),
    repeat("5.8", "Release", ABC),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn circumstances(class: SafetyClass, markets: &[Market], soup_or_security: bool) -> Circumstances {
        Circumstances { class, markets: markets.to_vec(), soup_or_security }
    }

    fn mandatory(circumstances: &Circumstances) -> Vec<&'static str> {
        QUESTIONS
            .iter()
            .filter(|question| question.mandatory(circumstances))
            .map(|question| question.code)
            .collect()
    }

    #[test]
    fn there_are_28_questions_numbered_in_order() {
        assert_eq!(QUESTIONS.len(), 28);
        for (index, question) in QUESTIONS.iter().enumerate() {
            assert_eq!(question.code, format!("Q{:02}", index + 1));
        }
    }

    #[test]
    fn class_market_and_kind_of_change_decide_what_must_be_answered() {
        let class_a = mandatory(&circumstances(SafetyClass::A, &[], false));
        for absent in
            ["Q06", "Q07", "Q09", "Q10", "Q11", "Q12", "Q14", "Q15", "Q22", "Q23", "Q24", "Q26", "Q27"]
        {
            assert!(!class_a.contains(&absent), "{absent}");
        }
        let security_a = mandatory(&circumstances(SafetyClass::A, &[], true));
        for present in ["Q10", "Q11", "Q12", "Q27"] {
            assert!(security_a.contains(&present), "{present}");
        }
        let class_c = mandatory(&circumstances(SafetyClass::C, &[Market::Us, Market::Eu], true));
        assert_eq!(class_c.len(), 28);
        let unassigned = mandatory(&circumstances(SafetyClass::Unassigned, &[Market::Us, Market::Eu], true));
        assert_eq!(unassigned, class_c, "not yet assigned means class C");
        let class_b = mandatory(&circumstances(SafetyClass::B, &[Market::Eu], false));
        assert!(class_b.contains(&"Q06") && class_b.contains(&"Q23") && !class_b.contains(&"Q22"));
        assert!(!class_b.contains(&"Q09") && !class_b.contains(&"Q15") && !class_b.contains(&"Q12"));
    }
}
