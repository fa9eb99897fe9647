//! The one list of record kinds, and the readable numbers that identify records.
//!
//! Numbers are never reused: a record is voided, never removed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! define_kind {
    ($($(#[doc = $doc:literal])+ $name:ident = $stable:literal, $code:literal, $prefix:literal, $module:ident;)+) => {
        /// Every kind of controlled record that a product file holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[doc = $doc])+ $name,)+ }

        impl Kind {
            /// All kinds, in the order in which people meet them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The number that identifies it in the file. Never changed and never reused.
            pub const fn number(self) -> u16 { match self { $(Self::$name => $stable,)+ } }

            /// The code: name of its view in the file, of the events (`code.verb`), and of the kind in JSON and scripts.
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code,)+ } }

            /// The letters before a record's number.
            pub const fn prefix(self) -> &'static str { match self { $(Self::$name => $prefix,)+ } }
        }
    };
}

/// Passes the list of kinds to a macro: one line for each kind with its number, code, letters, and the module of `kinds` that
/// declares the rest as `DEF`.
macro_rules! for_each_kind {
    ($do:ident) => {
        $do! {
            /// The product and its configuration (IEC 62304 4.3, 4.4).
            Product = 1, "product", "PD", product;
            /// Post-release feedback (IEC 62304 6.2.1).
            Feedback = 2, "feedback", "FB", feedback;
            /// Problem report (IEC 62304 clause 9).
            ProblemReport = 3, "problem_report", "PR", problem_report;
            /// Change request (IEC 62304 6.2.3, 6.2.4, 8.2).
            ChangeRequest = 4, "change_request", "CR", change_request;
            /// Impact analysis of one change request (IEC 62304 6.2.3, 7.4).
            ImpactAnalysis = 5, "impact_analysis", "IA", impact_analysis;
            /// Approval: a signed decision on fixed content (IEC 62304 6.2.4, 8.2.1).
            Approval = 6, "approval", "AP", approval;
            /// A file kept byte for byte with its digest (IEC 62304 9.5).
            Attachment = 7, "attachment", "AT", attachment;
            /// A person who may use the file (21 CFR 11.100).
            Person = 8, "person", "PN", person;
            /// The policy in force in this file: limits, intervals, authority matrix.
            Policy = 9, "policy", "PL", policy;
            /// A record of a test, part of a change request (IEC 62304 9.8).
            TestRecord = 10, "test_record", "TR", test_record;
            /// A version of the maintenance plan (IEC 62304 6.1).
            MaintenancePlan = 11, "maintenance_plan", "MP", maintenance_plan;
            /// A periodic review of the maintenance plan (ISO 13485 4.2.4).
            PlanReview = 12, "plan_review", "PV", plan_review;
            /// A check of a feedback source (IEC 62304 6.2.1.1).
            SourceCheck = 13, "source_check", "SC", source_check;
            /// A released or planned version of the product (IEC 62304 5.8, 6.3.2, 8.3).
            Release = 14, "release", "RL", release;
            /// What users and authorities are told, or the decision to tell them nothing (IEC 62304 6.2.5).
            Communication = 15, "communication", "CM", communication;
            /// Somebody to whom a communication is sent, part of it (IEC 62304 6.2.5).
            Recipient = 16, "recipient", "RC", recipient;
            /// A bypass of the process that happened (IEC 62304 8.2.1).
            ProcessDeviation = 17, "process_deviation", "DV", process_deviation;
            /// A SOUP item of the product (IEC 62304 8.1.2, 5.3.3, 5.3.4, 7.1.2).
            SoupItem = 18, "soup_item", "SI", soup_item;
            /// An exact version of a SOUP item, part of it (IEC 62304 8.1.2).
            SoupDesignator = 19, "soup_designator", "SD", soup_designator;
            /// A review of the SOUP: its published anomalies and vulnerabilities (IEC 62304 7.1.3, 6.1 f).
            SoupReview = 20, "soup_review", "SR", soup_review;
            /// One designator in a SOUP review, part of it (IEC 62304 7.1.3).
            ReviewItem = 21, "review_item", "RI", review_item;
            /// A vulnerability, anomaly or obsolescence of SOUP, with its decision (IEC 62304 7.1.3, 7.1.4).
            Finding = 22, "finding", "FN", finding;
            /// A review of trends in feedback and problems (IEC 62304 9.6).
            TrendReview = 23, "trend_review", "TV", trend_review;
            /// The retirement plan (IEC 81001-5-1 5.8.7, IMDRF N70).
            RetirementPlan = 24, "retirement_plan", "RP", retirement_plan;
            /// A dated task of the retirement, part of its plan.
            Milestone = 25, "milestone", "MS", milestone;
            /// A key, certificate or token and what becomes of it, part of the retirement plan (IEC 81001-5-1 5.8.7).
            KeyMaterial = 26, "key_material", "KM", key_material;
            /// A limit of an authority as editable data (ISO 13485 8.2.3).
            ClockTemplate = 27, "clock_template", "CT", clock_template;
            /// A limit that runs on a record (ISO 13485 8.2.3).
            RegulatoryClock = 28, "regulatory_clock", "CL", regulatory_clock;
            /// A software item with its safety class (IEC 62304 4.3).
            SoftwareItem = 29, "software_item", "SW", software_item;
            /// The rationale for legacy software (IEC 62304 4.4).
            LegacyFile = 30, "legacy_file", "LF", legacy_file;
            /// A readiness rule that does not count for now (domain 3).
            Waiver = 31, "waiver", "WV", waiver;
        }
    };
}
pub(crate) use for_each_kind;

for_each_kind!(define_kind);

impl Kind {
    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The kind with this number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == number)
    }

    /// The kind with these letters before its numbers, in upper or lower case.
    pub fn from_prefix(prefix: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.code()).collect();
            serde::de::Error::custom(format!(
                "“{code}” is not a kind of record; known kinds: {}",
                known.join(", ")
            ))
        })
    }
}

/// The readable number of a record, such as `CR-0012`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    /// The kind of the record.
    pub kind: Kind,
    /// Its number within the kind, from 1, never reused.
    pub number: u32,
}

impl RecordId {
    /// The record of `kind` with this number.
    pub const fn new(kind: Kind, number: u32) -> Self {
        Self { kind, number }
    }

    /// Its key in the file: the number of its kind times 2^32, plus its own number.
    pub const fn key(self) -> i64 {
        ((self.kind.number() as i64) << 32) | self.number as i64
    }

    /// The record with this key; `None` for an unknown kind.
    pub fn from_key(key: i64) -> Option<Self> {
        let kind = Kind::from_number(u16::try_from(key >> 32).ok()?)?;
        Some(Self { kind, number: u32::try_from(key & 0xFFFF_FFFF).ok()? })
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.kind.prefix(), self.number)
    }
}

impl FromStr for RecordId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("“{text}” is not a record number; write it like FB-0012");
        let (prefix, digits) = text.trim().split_once('-').ok_or_else(refuse)?;
        let kind = Kind::from_prefix(prefix).ok_or_else(refuse)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let number: u32 = digits.parse().map_err(|_| refuse())?;
        if number == 0 { Err(refuse()) } else { Ok(Self { kind, number }) }
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_as_it_was_written() {
        for kind in Kind::ALL {
            for number in [1, 12, 9999, 10_000] {
                let id = RecordId::new(*kind, number);
                assert_eq!(id.to_string().parse::<RecordId>(), Ok(id));
                assert_eq!(RecordId::from_key(id.key()), Some(id));
            }
        }
    }

    #[test]
    fn a_text_that_is_not_a_number_is_refused_and_quoted() {
        for text in ["", "FB", "FB-", "FB-0", "FB--1", "XX-1", "FB-+1", "FB-99999999999"] {
            let refusal = text.parse::<RecordId>().unwrap_err();
            assert!(refusal.contains(text), "{refusal}");
        }
    }

    #[test]
    fn every_kind_declares_itself() {
        for kind in Kind::ALL {
            assert_eq!(kind.def().kind, *kind);
        }
    }

    #[test]
    fn codes_prefixes_and_numbers_are_unique() {
        for (index, a) in Kind::ALL.iter().enumerate() {
            for b in &Kind::ALL[index + 1..] {
                assert_ne!(a.code(), b.code());
                assert_ne!(a.prefix(), b.prefix());
                assert_ne!(a.number(), b.number());
            }
        }
    }
}
