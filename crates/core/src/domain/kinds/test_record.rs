//! A record of a test: the seven elements that IEC 62304 9.8 requires. It is a part of the change request that it verifies.

use std::sync::Arc;

use crate::domain::change_request;
use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::record::{KindDef, PartOf, record};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Move, World, states};

choice! {
    /// Outcome of a test.
    pub enum TestOutcome {
        /// Passed.
        Pass = "pass", "Pass";
        /// Failed.
        Fail = "fail", "Fail";
    }
}

states! {
    /// States of a test record.
    pub enum TestRecordState {
        /// It counts.
        Recorded = "recorded", "Recorded", Neutral, 1, false;
        /// It was entered by mistake and does not count; it stays visible.
        Struck = "struck", "Struck out", Neutral, 0, true;
    }
}

use TestRecordState as S;

const OPEN: &[&str] = &[S::Recorded.code()];

record! {
    /// A record of a test (IEC 62304 9.8).
    pub struct TestRecord : TestRecord {
        section "Test record", "IEC 62304 9.8", false, OPEN => {
            /// What was tested.
            title: Line = "Test" => required(S::Recorded.code()), clause("IEC 62304 9.8");
            /// Results.
            results: Text = "Results" => clause("IEC 62304 9.8");
            /// Anomalies found, or none.
            anomalies_found: Text = "Anomalies found" => clause("IEC 62304 9.8");
            /// Version tested.
            version_tested: Line = "Version tested" => clause("IEC 62304 9.8");
            /// Hardware and software configuration.
            configuration: Text = "Hardware and software configuration" => clause("IEC 62304 9.8");
            /// Tools used.
            tools: Line = "Tools" => clause("IEC 62304 9.8");
            /// Date of the test.
            date: Option<Day> = "Date" => past(), clause("IEC 62304 9.8");
            /// Who tested.
            tester: Line = "Tester" => clause("IEC 62304 9.8");
            /// Whether it passed.
            outcome: Option<TestOutcome> = "Outcome" => clause("IEC 62304 9.8");
        }
    }
}

impl TestRecord {
    /// The elements of 9.8 that are missing.
    pub fn missing(&self) -> Vec<&'static str> {
        self.missing_fields().into_iter().map(|(_, words)| words).collect()
    }

    /// The same with the field that holds each.
    pub fn missing_fields(&self) -> Vec<(&'static str, &'static str)> {
        let elements = [
            ("results", "results", self.results.trim().is_empty()),
            ("anomalies_found", "anomalies found", self.anomalies_found.trim().is_empty()),
            ("version_tested", "version tested", self.version_tested.is_empty()),
            ("configuration", "configuration", self.configuration.trim().is_empty()),
            ("tools", "tools", self.tools.is_empty()),
            ("date", "date", self.date.is_none()),
            ("tester", "tester", self.tester.is_empty()),
            ("outcome", "outcome", self.outcome.is_none()),
        ];
        elements
            .into_iter()
            .filter(|(_, _, missing)| *missing)
            .map(|(field, words, _)| (field, words))
            .collect()
    }
}

/// The test records of a change that count, in order.
pub fn counted(world: &dyn World, change: RecordId) -> Vec<(RecordId, Arc<TestRecord>)> {
    let parts = world.parts(change, Kind::TestRecord);
    let counts = parts.into_iter().filter(|data| S::of(data) == Some(S::Recorded));
    counts.filter_map(|data| Some((data.head.id, data.typed()?))).collect()
}

/// Who enters, edits and strikes out test records.
const TESTERS: &[Role] = &[Role::Tester, Role::Developer, Role::DevLead, Role::Quality];

/// The declaration of test records.
pub const DEF: KindDef = KindDef {
    purpose: "A test with its results, anomalies, version, configuration, tools, date and tester.",
    clause: "IEC 62304 9.8",
    sections: TestRecord::SECTIONS,
    part_of: Some(PartOf { kind: Kind::ChangeRequest, open_in: change_request::VERIFY, scope: false }),
    states: TestRecordState::ALL,
    moves: &[Move::new("strike", "Strike out", OPEN, S::Struck.code(), TESTERS).reason()],
    create_by: TESTERS,
    edit_by: TESTERS,
    columns: &["outcome", "version_tested", "date"],
    evidence: &["9.8"],
    ..KindDef::new(Kind::TestRecord, "Test record", "Test records")
};
