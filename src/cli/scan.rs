//! `mainstay scan`.

use std::fmt::Write as _;
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::CommandResult;
use super::advisories::{folder, interrupted};
use super::args::ScanArguments;
use super::failure::Failure;
use super::sbom::input_failure;
use crate::ops;
use crate::soup::model::matching::Knowledge;
use crate::soup::{
    self, FoundAdvisory, ScanOptions, ScannedComponent, SourceStatus, inspect_bill, is_decided,
    scan as run_scan,
};

/// Something is affected.
const AFFECTED: u8 = 10;
/// Nothing is known to be affected, but something could not be checked or depends on a condition.
const NOT_DECIDED: u8 = 11;
/// Bytes per write.
const WRITTEN_AT_ONCE: usize = 1024 * 1024;

/// Matches a bill of materials against the advisory data.
pub fn scan(arguments: ScanArguments) -> CommandResult {
    let inspected = inspect_bill(&arguments.sbom).map_err(input_failure)?;
    let options = ScanOptions {
        today: ops::now().day(),
        max_age_days: arguments.max_age,
        all: arguments.all,
        knowledge: arguments.knowledge.as_deref().map_or_else(|| Ok(Knowledge::default()), knowledge)?,
    };
    let interrupted = interrupted();
    let go_on = |_: f32| !interrupted.load(Ordering::Relaxed);
    let folder = folder(arguments.cache)?;
    let keep = |component: ScannedComponent| Part::of(&component, arguments.json);
    let (sources, parts) =
        run_scan(&inspected.bill, &folder, &options, &go_on, &keep).map_err(input_failure)?;
    let refused = soup::refused_of_bill(&inspected);
    let only_product = inspected.bill.components.is_empty();
    let sum = parts.iter().fold(Sum::default(), |sum, part| sum.and(&part.sum));
    let output = if arguments.json {
        write_document(&soup::bill_head(&inspected), &options, &sources, parts)?;
        String::new()
    } else {
        let mut output = words(&sources, &parts, &sum, arguments.max_age);
        for note in &refused {
            let _ = writeln!(output, "not in this scan: {}: {}", note.place, note.text);
        }
        if only_product {
            output.push_str(
                "the bill of materials lists no components of the product: there was nothing to match\n",
            );
        }
        output
    };
    if sum.affected > 0 {
        return Err(Failure::answer(AFFECTED, output));
    }
    if sum.undecided > 0 || !refused.is_empty() || only_product {
        return Err(Failure::answer(NOT_DECIDED, output));
    }
    Ok(output)
}

/// The result of one component: its text, and its part of the sum.
struct Part {
    json: serde_json::Result<Box<RawValue>>,
    words: String,
    sum: Sum,
}

/// Findings by verdict, where withdrawn ones do not count as affected, and components with an open result.
#[derive(Default)]
struct Sum {
    affected: usize,
    conditional: usize,
    not_comparable: usize,
    candidates: usize,
    undecided: usize,
}

impl Part {
    fn of(component: &ScannedComponent, as_json: bool) -> Self {
        let count = |verdict: &str| component.verdicts.iter().filter(|one| one.verdict == verdict).count();
        let sum = Sum {
            affected: component.verdicts.iter().filter(|one| one.counts()).count(),
            conditional: count("conditional"),
            not_comparable: count("not_comparable"),
            candidates: count("candidate"),
            undecided: usize::from(!is_decided(component)),
        };
        if as_json {
            return Self { json: to_raw_value(component), words: String::new(), sum };
        }
        Self { json: to_raw_value(&()), words: component_words(component), sum }
    }
}

impl Sum {
    fn and(self, other: &Self) -> Self {
        Self {
            affected: self.affected + other.affected,
            conditional: self.conditional + other.conditional,
            not_comparable: self.not_comparable + other.not_comparable,
            candidates: self.candidates + other.candidates,
            undecided: self.undecided + other.undecided,
        }
    }
}

/// The document of a scan, as described in docs/command-line.md.
#[derive(Serialize)]
struct Document<'a> {
    format: u8,
    sbom: &'a Value,
    on: String,
    max_age_days: u32,
    sources: &'a [SourceStatus],
    components: Vec<Box<RawValue>>,
}

/// Writes the document to the output stream in pieces, so that a large document is not copied once more.
fn write_document(
    sbom: &Value,
    options: &ScanOptions,
    sources: &[SourceStatus],
    parts: Vec<Part>,
) -> Result<(), Failure> {
    let failed = |error: serde_json::Error| Failure::failed(format!("the scan cannot be written: {error}"));
    let components = parts.into_iter().map(|part| part.json).collect::<Result<_, _>>().map_err(failed)?;
    let (on, max_age_days) = (options.today.to_string(), options.max_age_days);
    let document = Document { format: 1, sbom, on, max_age_days, sources, components };
    let mut out = BufWriter::with_capacity(WRITTEN_AT_ONCE, std::io::stdout().lock());
    match serde_json::to_writer_pretty(&mut out, &document) {
        Ok(()) => {}
        // A reader that has closed the pipe, such as `head`, is not an error.
        Err(error) if error.io_error_kind() == Some(ErrorKind::BrokenPipe) => return Ok(()),
        Err(error) => return Err(failed(error)),
    }
    writeln!(out).and_then(|()| out.flush()).or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Failure::failed(format!("the scan cannot be written: {error}"))),
    })
}

/// The knowledge that a person added, from a RON file.
fn knowledge(path: &Path) -> Result<Knowledge, Failure> {
    soup::read_knowledge(path).map_err(input_failure)
}

fn words(sources: &[SourceStatus], parts: &[Part], sum: &Sum, max_age: u32) -> String {
    let mut output = String::new();
    for source in sources {
        let age =
            source.age_days.map_or_else(|| "of unknown age".to_owned(), |days| format!("{days} days old"));
        let old =
            if source.too_old { format!(", older than the {max_age} days allowed") } else { String::new() };
        let _ = writeln!(output, "{} {}: {} records, {age}{old}", source.name, source.file, source.records);
    }
    parts.iter().for_each(|part| output.push_str(&part.words));
    let _ = writeln!(
        output,
        "\n{} components: {} affected, {} affected under a condition, {} not comparable, {} candidates by name; {} components not checked or dependent on a condition",
        parts.len(),
        sum.affected,
        sum.conditional,
        sum.not_comparable,
        sum.candidates,
        sum.undecided
    );
    output
}

fn component_words(component: &ScannedComponent) -> String {
    let mut output = String::new();
    let checked = is_decided(component);
    if component.verdicts.is_empty() && checked {
        return output;
    }
    let version = component.version.as_deref().unwrap_or("without version");
    let _ = writeln!(output, "\n{} {version}", component.name);
    if !checked {
        for (answer, reason) in component.checked.iter().filter_map(|one| Some((one, one.reason.as_ref()?))) {
            let _ = writeln!(output, "  could not be checked  {}: {reason}", answer.source);
        }
    }
    for finding in &component.verdicts {
        finding_words(&mut output, finding);
    }
    if let Some(support) = &component.support {
        let end = support.cycle.end_of_life.as_deref().unwrap_or("unknown");
        let _ = writeln!(output, "  support of {} ends {end}", support.cycle.cycle);
    }
    output
}

fn finding_words(output: &mut String, finding: &FoundAdvisory) {
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
        writeln!(output, "  {}  {}{marks}  {}", finding.verdict.replace('_', " "), finding.id, finding.title);
    if let Some(condition) = &finding.condition {
        let _ = writeln!(output, "    {condition}");
    }
    if let Some(why) = &finding.why {
        let _ = writeln!(output, "    {}", why.words);
    }
}
