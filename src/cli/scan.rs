//! `mainstay scan`.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use serde::Serialize;
use serde_json::Value;

use super::Said;
use super::advisories::{folder, interrupted};
use super::args::ScanArguments;
use super::failure::Failure;
use super::sbom::not_taken;
use crate::domain::soup::matching::Knowledge;
use crate::ops::{
    self, FoundAdvisory, Scan, ScanOptions, ScannedComponent, inspect_bill, scan as run_scan, was_checked,
};

/// Something is affected.
const AFFECTED: u8 = 10;
/// Something could not be checked, and nothing is affected.
const NOT_CHECKED: u8 = 11;

/// Matches a bill of materials with the advisory data.
pub fn scan(arguments: ScanArguments) -> Said {
    let inspected = inspect_bill(&arguments.sbom).map_err(not_taken)?;
    let options = ScanOptions {
        today: ops::now().day(),
        max_age_days: arguments.max_age,
        all: arguments.all,
        knowledge: arguments.knowledge.as_deref().map_or_else(|| Ok(Knowledge::default()), knowledge)?,
    };
    let interrupted = interrupted();
    let found = run_scan(&inspected.bill, &folder(arguments.cache)?, &options, &|_| {
        !interrupted.load(Ordering::Relaxed)
    })
    .map_err(not_taken)?;
    let unchecked = found.components.iter().filter(|component| !was_checked(component)).count();
    let said = if arguments.json {
        document(&ops::bill_head(&inspected), &options, &found)?
    } else {
        words(&found, unchecked, arguments.max_age)
    };
    if found.affected() {
        return Err(Failure::answer(AFFECTED, said));
    }
    if unchecked > 0 {
        return Err(Failure::answer(NOT_CHECKED, said));
    }
    Ok(said)
}

/// The document of a scan, as docs/command-line.md describes it.
#[derive(Serialize)]
struct Document<'a> {
    format: u8,
    sbom: &'a Value,
    on: String,
    max_age_days: u32,
    #[serde(flatten)]
    scan: &'a Scan,
}

fn document(sbom: &Value, options: &ScanOptions, scan: &Scan) -> Said {
    let (on, max_age_days) = (options.today.to_string(), options.max_age_days);
    let document = Document { format: 1, sbom, on, max_age_days, scan };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::failed(format!("the scan cannot be written: {error}")))?;
    Ok(text + "\n")
}

/// What a person added, from a RON file.
fn knowledge(path: &Path) -> Result<Knowledge, Failure> {
    ops::read_knowledge(path).map_err(|refusal| Failure::usage(refusal.to_string()))
}

fn words(found: &Scan, unchecked: usize, max_age: u32) -> String {
    let mut said = String::new();
    for source in &found.sources {
        let age =
            source.age_days.map_or_else(|| "of unknown age".to_owned(), |days| format!("{days} days old"));
        let old =
            if source.too_old { format!(", more than the {max_age} days allowed") } else { String::new() };
        let _ = writeln!(said, "{} {}: {} records, {age}{old}", source.name, source.file, source.records);
    }
    for component in &found.components {
        component_words(&mut said, component);
    }
    let count = |verdict: &str| {
        found.components.iter().flat_map(|one| &one.verdicts).filter(|one| one.verdict == verdict).count()
    };
    let _ = writeln!(
        said,
        "\n{} components: {} affected, {} affected if something else holds, {} that cannot be compared, {} candidates by name; {unchecked} components could not be checked",
        found.components.len(),
        count("affected"),
        count("conditional"),
        count("not_comparable"),
        count("candidate")
    );
    said
}

fn component_words(said: &mut String, component: &ScannedComponent) {
    let checked = was_checked(component);
    if component.verdicts.is_empty() && checked {
        return;
    }
    let version = component.version.as_deref().unwrap_or("without version");
    let _ = writeln!(said, "\n{} {version}", component.name);
    if !checked {
        for answer in &component.checked {
            let _ = writeln!(
                said,
                "  could not be checked  {}: {}",
                answer.source,
                answer.reason.as_deref().unwrap_or_default()
            );
        }
    }
    for finding in &component.verdicts {
        finding_words(said, finding);
    }
    if let Some(support) = &component.support {
        let end = support.cycle.end_of_life.as_deref().unwrap_or("unknown");
        let _ = writeln!(said, "  support of {} ends {end}", support.cycle.cycle);
    }
}

fn finding_words(said: &mut String, finding: &FoundAdvisory) {
    let mut marks: Vec<String> = Vec::new();
    marks.extend(finding.informational.clone());
    marks.extend(finding.withdrawn.clone());
    marks.extend(finding.cvss.iter().find_map(|score| {
        score.score.as_ref().map(|value| format!("CVSS {} {value}", score.version.unwrap_or_default()))
    }));
    marks.extend(finding.kev.as_ref().map(|kev| format!("known to be exploited since {}", kev.added)));
    marks.extend(finding.epss.as_ref().map(|epss| format!("EPSS {}", epss.probability)));
    let marks = if marks.is_empty() { String::new() } else { format!("  ({})", marks.join(", ")) };
    let _ =
        writeln!(said, "  {}  {}{marks}  {}", finding.verdict.replace('_', " "), finding.id, finding.title);
    if let Some(condition) = &finding.condition {
        let _ = writeln!(said, "    {condition}");
    }
    if let Some(why) = &finding.why {
        let _ = writeln!(said, "    {}", why.words);
    }
}
