//! CVSS vectors 2.0, 3.0, 3.1 and 4.0: reading, checking, base score and severity.
//!
//! The crate `cvss-rs` computes the scores. This module adds the checks that it lacks: every base metric present, each metric once, none
//! empty.

use std::fmt;
use std::str::FromStr;

use cvss_rs::v2_0::CvssV2;
use cvss_rs::v3::CvssV3;
use cvss_rs::v4_0::CvssV4;
use serde::{Deserialize, Serialize};

/// Maximum number of characters of a vector. The longest valid one has about 200.
const VECTOR_LENGTH_MAX: usize = 512;

/// The version of the standard that a vector belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CvssVersion {
    /// CVSS 2.0 (2007).
    #[serde(rename = "2.0")]
    V2,
    /// CVSS 3.0 (2015).
    #[serde(rename = "3.0")]
    V30,
    /// CVSS 3.1 (2019).
    #[serde(rename = "3.1")]
    V31,
    /// CVSS 4.0 (2023).
    #[serde(rename = "4.0")]
    V40,
}

impl CvssVersion {
    /// The number as the standard writes it.
    pub fn words(self) -> &'static str {
        match self {
            Self::V2 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }
}

/// The qualitative rating of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 0.0; CVSS 2 does not have it.
    None,
    /// 0.1 to 3.9 (CVSS 2: from 0.0).
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9 (CVSS 2: to 10.0).
    High,
    /// 9.0 to 10.0; CVSS 2 does not have it.
    Critical,
}

impl Severity {
    /// The rating of a score in tenths. CVSS 2 defines no ratings; those of the National Vulnerability Database are used.
    pub fn of(version: CvssVersion, tenths: u8) -> Self {
        match (version, tenths) {
            (CvssVersion::V2, 0..=39) => Self::Low,
            (CvssVersion::V2, 70..) => Self::High,
            (CvssVersion::V30 | CvssVersion::V31 | CvssVersion::V40, 0) => Self::None,
            (CvssVersion::V30 | CvssVersion::V31 | CvssVersion::V40, 1..=39) => Self::Low,
            (CvssVersion::V30 | CvssVersion::V31 | CvssVersion::V40, 70..=89) => Self::High,
            (CvssVersion::V30 | CvssVersion::V31 | CvssVersion::V40, 90..) => Self::Critical,
            (CvssVersion::V2 | CvssVersion::V30 | CvssVersion::V31 | CvssVersion::V40, 40..=69) => {
                Self::Medium
            }
        }
    }

    /// The word for a screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A valid vector with its base score.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cvss {
    /// The version of the standard.
    pub version: CvssVersion,
    /// The vector as written, without surrounding blanks.
    pub vector: String,
    /// The base score in tenths: 98 is 9.8.
    pub tenths: u8,
}

/// Why a text is not a valid vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CvssError {
    /// It names a version of the standard that does not exist, or is not a vector at all.
    #[error("it is not a CVSS vector of version 2.0, 3.0, 3.1 or 4.0")]
    Version,
    /// A metric is empty, unknown, repeated or has an unknown value.
    #[error("{0}")]
    Metric(String),
    /// A base metric is missing.
    #[error("a base metric is missing, so there is no base score")]
    Incomplete,
    /// Too long to be one.
    #[error("it is longer than {VECTOR_LENGTH_MAX} characters")]
    Length,
}

impl Cvss {
    /// Reads and checks a vector and computes its base score. A CVSS 2 vector may be in parentheses, as in older records.
    pub fn parse(text: &str) -> Result<Self, CvssError> {
        let vector = text.trim();
        if vector.len() > VECTOR_LENGTH_MAX {
            return Err(CvssError::Length);
        }
        let bare = vector.strip_prefix('(').and_then(|v| v.strip_suffix(')')).unwrap_or(vector);
        let version = version_of(bare)?;
        if bare.split('/').any(str::is_empty) {
            return Err(CvssError::Metric("a metric is empty".to_owned()));
        }
        let metric = |error: cvss_rs::ParseError| CvssError::Metric(error.to_string());
        let score = match version {
            CvssVersion::V2 => CvssV2::from_str(bare).map_err(metric)?.calculated_base_score(),
            CvssVersion::V30 | CvssVersion::V31 => {
                CvssV3::from_str(bare).map_err(metric)?.calculated_base_score()
            }
            CvssVersion::V40 => CvssV4::from_str(bare).map_err(metric)?.calculated_base_score(),
        };
        let score = score.ok_or(CvssError::Incomplete)?;
        let tenths = (score.clamp(0.0, 10.0) * 10.0).round() as u8;
        Ok(Self { version, vector: bare.to_owned(), tenths })
    }

    /// The rating.
    pub fn severity(&self) -> Severity {
        Severity::of(self.version, self.tenths)
    }
}

impl fmt::Display for Cvss {
    /// The base score with one decimal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.tenths / 10, self.tenths % 10)
    }
}

fn version_of(vector: &str) -> Result<CvssVersion, CvssError> {
    match vector.split_once('/').ok_or(CvssError::Version)?.0 {
        "CVSS:3.0" => Ok(CvssVersion::V30),
        "CVSS:3.1" => Ok(CvssVersion::V31),
        "CVSS:4.0" => Ok(CvssVersion::V40),
        "CVSS:2.0" => Ok(CvssVersion::V2),
        first if first.starts_with("CVSS:") || !first.contains(':') => Err(CvssError::Version),
        _ => Ok(CvssVersion::V2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_of_each_version_has_its_score_and_rating() {
        for (vector, version, score, severity) in [
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", CvssVersion::V2, "7.5", Severity::High),
            ("(AV:L/AC:H/Au:M/C:N/I:N/A:N)", CvssVersion::V2, "0.0", Severity::Low),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", CvssVersion::V30, "9.8", Severity::Critical),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", CvssVersion::V31, "6.1", Severity::Medium),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", CvssVersion::V31, "0.0", Severity::None),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                CvssVersion::V40,
                "9.3",
                Severity::Critical,
            ),
        ] {
            let read = Cvss::parse(vector).unwrap();
            assert_eq!(
                (read.version, read.to_string().as_str(), read.severity()),
                (version, score, severity),
                "{vector}"
            );
        }
    }

    #[test]
    fn a_text_that_is_not_a_valid_vector_is_refused_with_the_reason() {
        for (vector, why) in [
            ("", "not a CVSS vector"),
            ("high", "not a CVSS vector"),
            ("CVSS:5.0/AV:N", "not a CVSS vector"),
            ("CVSS:3.1/AV:N/AC:L", "base metric is missing"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "base metric is missing"),
            ("CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "'Q'"),
            ("CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "empty"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:N", "ZZ"),
            ("AV:N/AC:L/Au:N/C:P/I:P", "base metric is missing"),
        ] {
            let refused = Cvss::parse(vector).unwrap_err().to_string();
            assert!(refused.contains(why), "{vector}: {refused}");
        }
        assert_eq!(Cvss::parse(&"AV:N/".repeat(1000)), Err(CvssError::Length));
    }
}
