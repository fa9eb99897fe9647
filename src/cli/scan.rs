//! `mainstay scan`.

use std::fmt::Write as _;
use std::io::{BufWriter, ErrorKind, StdoutLock, Write as _};
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
    self, AnswerWriter, AskedScan, BillFile, FoundAdvisory, InspectedBill, ScanOptions, ScannedComponent,
    SourceStatus, is_decided, scan as run_scan,
};

/// Something is affected.
const AFFECTED: u8 = 10;
/// Nothing is known to be affected, but something could not be checked or depends on a condition.
const NOT_DECIDED: u8 = 11;
/// Bytes per write.
const WRITTEN_AT_ONCE: usize = 1024 * 1024;

/// Matches a bill of materials with the advisory data, or repeats the stored answer if nothing has changed.
pub fn scan(arguments: ScanArguments) -> CommandResult {
    let file = BillFile::read(&arguments.sbom).map_err(input_failure)?;
    let options = ScanOptions {
        today: ops::now().day(),
        max_age_days: arguments.max_age,
        all: arguments.all,
        knowledge: arguments.knowledge.as_deref().map_or_else(|| Ok(Knowledge::default()), knowledge)?,
    };
    let folder = folder(arguments.cache)?;
    let form = if arguments.json { Form::Json } else { Form::Words };
    let asked = AskedScan::of(&file, &folder, &options, form.name());
    if let Some(answer) = asked.as_ref().filter(|_| !arguments.fresh).and_then(AskedScan::stored_answer) {
        return ended(answer.code, repeat(form, answer.text)?);
    }
    let inspected = file.inspect().map_err(input_failure)?;
    let interrupted = interrupted();
    let go_on = |_: f32| !interrupted.load(Ordering::Relaxed);
    let convert = |component: ScannedComponent| Part::of(&component, form);
    let (sources, parts) =
        run_scan(&inspected.bill, &folder, &options, &go_on, &convert).map_err(input_failure)?;
    let mut answer = asked.as_ref().and_then(AskedScan::begin_answer);
    let (code, output) = report(form, &inspected, &options, (&sources, parts), &mut answer)?;
    if let Some((asked, answer)) = asked.zip(answer) {
        asked.finish(answer, code);
    }
    ended(code, output)
}

/// Reports the result of a scan: returns its code and the output that is still to be printed. `answer` then contains all output; it is `None`
/// if not all of it could be written.
fn report(
    form: Form,
    inspected: &InspectedBill,
    options: &ScanOptions,
    (sources, parts): (&[SourceStatus], Vec<Part>),
    answer: &mut Option<AnswerWriter>,
) -> Result<(u8, String), Failure> {
    let refused = soup::refused_of_bill(inspected);
    let only_product = inspected.bill.components.is_empty();
    let sum = parts.iter().fold(Sum::default(), |sum, part| sum.and(&part.sum));
    let output = match form {
        Form::Json => {
            write_document(&soup::bill_head(inspected), options, (sources, parts), answer)?;
            String::new()
        }
        Form::Words => {
            let mut output = words(sources, &parts, &sum, options.max_age_days);
            for note in &refused {
                let _ = writeln!(output, "not in this scan: {}: {}", note.place, note.text);
            }
            if only_product {
                output.push_str(
                    "the bill of materials lists nothing inside the product: there was nothing to match\n",
                );
            }
            if let Some(answer) = answer {
                answer.add(output.as_bytes());
            }
            output
        }
    };
    let open = sum.undecided > 0 || !refused.is_empty() || only_product;
    let code = match (sum.affected, open) {
        (1.., _) => AFFECTED,
        (0, true) => NOT_DECIDED,
        (0, false) => 0,
    };
    Ok((code, output))
}

/// Repeats a stored answer; returns the output that is still to be printed.
fn repeat(form: Form, text: Vec<u8>) -> CommandResult {
    match form {
        Form::Words => String::from_utf8(text)
            .map_err(|_| Failure::failed("the stored answer is not text; scan with --fresh")),
        Form::Json => {
            let mut out = std::io::stdout().lock();
            whole(out.write_all(&text).and_then(|()| out.flush()))?;
            Ok(String::new())
        }
    }
}

/// The result of the command.
fn ended(code: u8, output: String) -> CommandResult {
    if code == 0 { Ok(output) } else { Err(Failure::answer(code, output)) }
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Words,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Words => "words",
        }
    }
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
    fn of(component: &ScannedComponent, form: Form) -> Self {
        let count = |verdict: &str| component.verdicts.iter().filter(|one| one.verdict == verdict).count();
        let sum = Sum {
            affected: component.verdicts.iter().filter(|one| one.counts()).count(),
            conditional: count("conditional"),
            not_comparable: count("not_comparable"),
            candidates: count("candidate"),
            undecided: usize::from(!is_decided(component)),
        };
        match form {
            Form::Json => Self { json: to_raw_value(component), words: String::new(), sum },
            Form::Words => Self { json: to_raw_value(&()), words: component_words(component), sum },
        }
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
    (sources, parts): (&[SourceStatus], Vec<Part>),
    answer: &mut Option<AnswerWriter>,
) -> Result<(), Failure> {
    let components = parts.into_iter().map(|part| part.json).collect::<Result<_, _>>();
    let (on, max_age_days) = (options.today.to_string(), options.max_age_days);
    let written = components.map_err(Into::into).and_then(|components| {
        let document = Document { format: 1, sbom, on, max_age_days, sources, components };
        let both = Both { out: std::io::stdout().lock(), answer };
        let mut out = BufWriter::with_capacity(WRITTEN_AT_ONCE, both);
        serde_json::to_writer_pretty(&mut out, &document)?;
        writeln!(out)?;
        out.flush()
    });
    if !whole(written)? {
        *answer = None;
    }
    Ok(())
}

/// Whether everything was written. A reader that ends early, such as `head`, is not a failure.
fn whole(written: std::io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::failed(format!("the scan cannot be written: {error}"))),
    }
}

/// The output stream, and the answer that is stored at the same time.
struct Both<'a> {
    out: StdoutLock<'static>,
    answer: &'a mut Option<AnswerWriter>,
}

impl std::io::Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(answer) = self.answer {
            answer.add(bytes.get(..written).unwrap_or_default());
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
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
