//! What suppliers claim in VEX documents that were imported, for vulnerabilities by their identifiers. A claim is shown beside a decision
//! and is never one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::body;
use crate::cache::Cache;
use crate::model::advisory::Published;
use crate::model::vex::{Statement, Status};
use crate::refused::Refused;

/// Most claims about one vulnerability that are read; how many more there are is told.
const CLAIMS_MAX: usize = 50;
/// Most subjects of a claim that are named.
const SUBJECTS_MAX: usize = 5;

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexClaim {
    /// Who published the document.
    pub source: String,
    /// Name of its file.
    pub file: String,
    /// The statement.
    pub statement: Statement,
}

impl VexClaim {
    /// The claim in words, on one line.
    pub fn words(&self) -> String {
        let statement = &self.statement;
        let status = match statement.status {
            Some(Status::NotAffected) => "not affected",
            Some(Status::Affected) => "affected",
            Some(Status::Fixed) => "fixed",
            Some(Status::UnderInvestigation) => "under investigation",
            None => statement.own_words.as_deref().unwrap_or("no status"),
        };
        let name = |subject: &crate::model::vex::Subject| {
            subject.purl.clone().or_else(|| subject.name.clone()).unwrap_or_else(|| subject.id.clone())
        };
        let mut about: Vec<String> = statement.subjects.iter().take(SUBJECTS_MAX).map(name).collect();
        let more = statement.subjects.len().saturating_sub(SUBJECTS_MAX);
        if more > 0 {
            about.push(format!("{more} more"));
        }
        let mut words = format!("{} ({}): {status} for {}", self.source, self.file, about.join(", "));
        for text in [&statement.impact, &statement.action].into_iter().flatten() {
            words.push_str("; ");
            words.push_str(text.trim());
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The claims about one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexClaims {
    /// Claims, at most 50.
    pub claims: Vec<VexClaim>,
    /// How many more there are.
    pub more: usize,
}

/// The claims about vulnerabilities, by the identifier that was asked for.
///
/// # Errors
/// When the cache cannot be read.
pub fn vex_claims(folder: &Path, ids: &BTreeSet<String>) -> Result<BTreeMap<String, VexClaims>, Refused> {
    let mut found = BTreeMap::new();
    let Some(cache) = Cache::open_to_read(folder)? else { return Ok(found) };
    let files = cache.files()?;
    for id in ids {
        let mut found_for = VexClaims::default();
        for number in cache.numbers_under(&body::joined_key(id))? {
            let read = cache.read(number, |file, bytes| body::unpack(bytes).map(|(one, _)| (file, one)))?;
            let Some((file, Published::Statement(statement))) = read.transpose()? else { continue };
            let about = std::iter::once(&statement.vulnerability).chain(&statement.aliases);
            let same = about.into_iter().any(|name| name.eq_ignore_ascii_case(id));
            if !same {
                continue;
            }
            if found_for.claims.len() >= CLAIMS_MAX {
                found_for.more += 1;
                continue;
            }
            let from = files.iter().find(|known| known.id == file);
            found_for.claims.push(VexClaim {
                source: from.map(|file| file.source.clone()).unwrap_or_default(),
                file: from.map(|file| file.name.clone()).unwrap_or_default(),
                statement: *statement,
            });
        }
        if !found_for.claims.is_empty() {
            found.insert(id.clone(), found_for);
        }
    }
    Ok(found)
}
