//! `mainstay scan`.

use std::fmt::Write as _;
use std::io::{BufWriter, ErrorKind, StdoutLock, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::CommandResult;
use super::advisories::{folder, interrupted};
use super::args::ScanArguments;
use super::failure::Failure;
use super::sbom::input_failure;
use crate::domain::text::counted;
use crate::ops;
use crate::soup::model::matching::Knowledge;
use crate::soup::{
    self, Answer, AnswerWriter, AskedScan, BillFile, FoundAdvisory, InspectedBill, ScanOptions, ScanQuestion,
    ScanReceiver, ScannedComponent, SourceStatus, is_decided, scan_into,
};

/// Something is affected.
const AFFECTED: u8 = 10;
/// Nothing is known to be affected, but something could not be checked or depends on a condition.
const NOT_DECIDED: u8 = 11;
/// Bytes per write.
const WRITTEN_AT_ONCE: usize = 256 * 1024;
/// Largest buffer that is kept for further components, in bytes.
const BUFFER_BYTES_MAX: usize = 256 << 10;

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
        return ended(answer.code, repeat(form, &answer)?);
    }
    let inspected = file.inspect().map_err(input_failure)?;
    let interrupted = interrupted();
    let go_on = |_: f32| !interrupted.load(Ordering::Relaxed);
    let spare = Spare::default();
    let convert = |component: ScannedComponent| Part::of(&component, form, &spare);
    let question = ScanQuestion { bill: &inspected.bill, folder: &folder, options: &options };
    let answer = asked.as_ref().and_then(AskedScan::begin_answer);
    let mut report = Report {
        form,
        inspected: &inspected,
        options: &options,
        spare: &spare,
        document: Document::new(answer),
        words: String::new(),
        components: 0,
        sum: Sum::default(),
        failure: None,
    };
    let scanned = scan_into(question, &go_on, &convert, &mut report);
    if let Some(failure) = report.failure.take() {
        return Err(failure);
    }
    scanned.map_err(input_failure)?;
    let (code, output, answer) = report.finish()?;
    if let Some((asked, answer)) = asked.zip(answer) {
        asked.finish(answer, code);
    }
    ended(code, output)
}

/// Text buffers of components that were written already, to be filled again.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= BUFFER_BYTES_MAX {
            buffer.clear();
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }
}

/// The report of a scan: the JSON is written while the scan runs, the words at its end.
struct Report<'r> {
    form: Form,
    inspected: &'r InspectedBill,
    options: &'r ScanOptions,
    spare: &'r Spare,
    document: Document,
    words: String,
    components: usize,
    sum: Sum,
    failure: Option<Failure>,
}

impl Report<'_> {
    /// Takes note of a failure; returns whether there is none.
    fn without_failure(&mut self, done: Result<(), Failure>) -> bool {
        self.failure = done.err();
        self.failure.is_none()
    }

    /// Completes the report: returns its code, the output that is still to be printed, and the answer to store, which contains all output.
    fn finish(mut self) -> Result<(u8, String, Option<AnswerWriter>), Failure> {
        let refused = soup::refused_of_bill(self.inspected);
        let only_product = self.inspected.bill.components.is_empty();
        match self.form {
            Form::Json => self.document.end()?,
            Form::Words => {
                sum_words(&mut self.words, self.components, &self.sum);
                for note in &refused {
                    let _ = writeln!(self.words, "not in this scan: {}: {}", note.place, note.text);
                }
                if only_product {
                    self.words.push_str(
                        "the bill of materials lists nothing inside the product: there was nothing to match\n",
                    );
                }
            }
        }
        let mut answer = self.document.into_answer();
        if let Some(answer) = &mut answer {
            answer.add(self.words.as_bytes());
        }
        let open = self.sum.undecided > 0 || !refused.is_empty() || only_product;
        let code = match (self.sum.affected, open) {
            (1.., _) => AFFECTED,
            (0, true) => NOT_DECIDED,
            (0, false) => 0,
        };
        Ok((code, self.words, answer))
    }
}

impl ScanReceiver<Part> for Report<'_> {
    fn begin(&mut self, sources: Vec<SourceStatus>) -> bool {
        match self.form {
            Form::Json => {
                let begun = self.document.begin(&soup::bill_head(self.inspected), self.options, &sources);
                self.without_failure(begun)
            }
            Form::Words => {
                sources_words(&mut self.words, &sources, self.options.max_age_days);
                true
            }
        }
    }

    fn component(&mut self, part: Part) -> bool {
        self.components += 1;
        self.sum = std::mem::take(&mut self.sum).and(&part.sum);
        self.words.push_str(&part.words);
        let written = match self.form {
            Form::Json => part.json.map_err(unwritable).and_then(|json| {
                self.document.component(&json)?;
                self.spare.give_back(json);
                Ok(())
            }),
            Form::Words => Ok(()),
        };
        self.without_failure(written)
    }
}

/// Repeats a stored answer; returns the output that is still to be printed.
fn repeat(form: Form, answer: &Answer) -> CommandResult {
    match form {
        Form::Words => answer
            .text()
            .ok()
            .and_then(|text| String::from_utf8(text).ok())
            .ok_or_else(|| Failure::failed("the stored answer cannot be read; scan with --fresh")),
        Form::Json => {
            whole(answer.write_to(&mut std::io::stdout().lock()))?;
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
    json: serde_json::Result<Vec<u8>>,
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
    fn of(component: &ScannedComponent, form: Form, spare: &Spare) -> Self {
        let count = |verdict: &str| component.verdicts.iter().filter(|one| one.verdict == verdict).count();
        let sum = Sum {
            affected: component.verdicts.iter().filter(|one| one.counts()).count(),
            conditional: count("conditional"),
            not_comparable: count("not_comparable"),
            candidates: count("candidate"),
            undecided: usize::from(!is_decided(component)),
        };
        match form {
            Form::Json => {
                let mut json = spare.take();
                let written = serde_json::to_writer(&mut json, component);
                Self { json: written.map(|()| json), words: String::new(), sum }
            }
            Form::Words => Self { json: Ok(Vec::new()), words: component_words(component), sum },
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

/// The document of a scan up to its components, as described in docs/command-line.md.
#[derive(Serialize)]
struct Head<'a> {
    format: u8,
    sbom: &'a Value,
    on: String,
    max_age_days: u32,
    sources: &'a [SourceStatus],
}

/// The document of a scan, written to the output stream and to the stored answer while the scan runs.
struct Document {
    /// `None` when the reader has ended.
    out: Option<BufWriter<Both>>,
    /// The answer, when `out` has ended well.
    answer: Option<AnswerWriter>,
    components: usize,
}

impl Document {
    fn new(answer: Option<AnswerWriter>) -> Self {
        let both = Both { out: std::io::stdout().lock(), answer };
        Self { out: Some(BufWriter::with_capacity(WRITTEN_AT_ONCE, both)), answer: None, components: 0 }
    }

    /// Writes pieces of text. A reader that ends early ends the document, but not the scan.
    fn write(&mut self, pieces: &[&[u8]]) -> Result<(), Failure> {
        if let Some(out) = &mut self.out
            && !whole(pieces.iter().try_for_each(|piece| out.write_all(piece)))?
        {
            self.out = None;
        }
        Ok(())
    }

    /// Writes everything before the components.
    fn begin(
        &mut self,
        sbom: &Value,
        options: &ScanOptions,
        sources: &[SourceStatus],
    ) -> Result<(), Failure> {
        let (on, max_age_days) = (options.today.to_string(), options.max_age_days);
        let head = Head { format: 1, sbom, on, max_age_days, sources };
        let head = serde_json::to_vec_pretty(&head).map_err(unwritable)?;
        self.write(&[head.strip_suffix(b"\n}").unwrap_or(&head), b",\n  \"components\": ["])
    }

    fn component(&mut self, json: &[u8]) -> Result<(), Failure> {
        let before: &[u8] = if self.components == 0 { b"\n    " } else { b",\n    " };
        self.components += 1;
        self.write(&[before, json])
    }

    /// Writes everything after the components.
    fn end(&mut self) -> Result<(), Failure> {
        self.write(&[if self.components == 0 { b"]\n}\n" } else { b"\n  ]\n}\n" }])?;
        if let Some(mut out) = self.out.take()
            && whole(out.flush())?
        {
            // Its buffer is empty.
            self.answer = out.into_parts().0.answer;
        }
        Ok(())
    }

    /// The answer; `None` if not everything was written. A document of which nothing was written has the answer as it was given.
    fn into_answer(self) -> Option<AnswerWriter> {
        self.answer.or_else(|| self.out?.into_parts().0.answer)
    }
}

fn unwritable(error: serde_json::Error) -> Failure {
    Failure::failed(format!("the scan cannot be written: {error}"))
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
struct Both {
    out: StdoutLock<'static>,
    answer: Option<AnswerWriter>,
}

impl std::io::Write for Both {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(answer) = &mut self.answer {
            answer.add(bytes.get(..written).unwrap_or_default());
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// The knowledge that a person added, from a RON file.
pub fn knowledge(path: &Path) -> Result<Knowledge, Failure> {
    soup::read_knowledge(path).map_err(input_failure)
}

fn sources_words(output: &mut String, sources: &[SourceStatus], max_age: u32) {
    for source in sources {
        let age = source
            .age_days
            .map_or_else(|| "of unknown age".to_owned(), |days| format!("{} old", counted(days, "day")));
        let allowed = counted(max_age, "day");
        let old = if source.too_old { format!(", older than the {allowed} allowed") } else { String::new() };
        let records = counted(source.records, "record");
        let _ = writeln!(output, "{} {}: {records}, {age}{old}", source.name, source.file);
    }
}

fn sum_words(output: &mut String, components: usize, sum: &Sum) {
    let _ = writeln!(
        output,
        "\n{}: {} affected, {} affected under a condition, {} not comparable, {} by name; {} not checked or dependent on a condition",
        counted(components, "component"),
        sum.affected,
        sum.conditional,
        sum.not_comparable,
        counted(sum.candidates, "candidate"),
        counted(sum.undecided, "component")
    );
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
