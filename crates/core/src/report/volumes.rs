//! A long packet as volumes: each is a PDF of its own that is valid by itself, and the first one is the index of all.
//!
//! Belongs here: laying out a few volumes at a time and dropping each once it is written, and the index. Does not belong here: where a volume
//! begins (`split`), and where its bytes go.
//!
//! Typst keeps what it laid out, about 2 MB for a page, until its cache is emptied. That cache belongs to all threads. So the volumes go in rounds
//! of a few: laid out side by side, then the cache is emptied, then written side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{RecvError, Sender, channel};
use std::thread::Scope;

use chrono::{DateTime, Utc};

use super::attach::{self, EmbeddedFile};
use super::block::{Block, Cell, Column};
use super::model::{Packet, Section, Statement, VolumeNumber};
use super::places::Places;
use super::split::{self, Cut};
use super::{Fonts, Laid, Progress, Rendered, ReportError, Stage, go_on, lay, write};
use crate::domain::ids::RecordId;

/// Most volumes that are laid out at a time, whatever the number of cores: each needs some hundred megabytes.
const SIDE_BY_SIDE: usize = 4;

/// A volume that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its number; the index is volume 1.
    pub number: usize,
    /// Number of pages.
    pub pages: usize,
    /// SHA-256 of its PDF, lower-case hexadecimal.
    pub sha256: String,
}

/// Takes the bytes of a volume with its number, as soon as it is written. The index comes last.
pub type Sink<'a> = &'a mut dyn FnMut(&Volume, &[u8]) -> Result<(), ReportError>;

/// What is printed.
pub(super) struct Print<'a> {
    pub(super) packet: &'a Packet,
    pub(super) files: &'a [EmbeddedFile],
    pub(super) fonts: &'a Fonts,
    pub(super) moment: DateTime<Utc>,
    pub(super) cuts: Vec<(Cut, Cut)>,
}

/// A volume before layout.
struct Part {
    packet: Packet,
    files: Vec<EmbeddedFile>,
}

/// What the index says of a volume.
struct Indexed {
    volume: Volume,
    places: Places,
}

/// Prints every volume; the bytes of all but the index go to `sink`.
pub(super) fn render(
    print: &Print<'_>,
    sink: Sink<'_>,
    keep_going: Progress<'_>,
) -> Result<Rendered, ReportError> {
    let of = print.cuts.len() + 1;
    let (written, warnings) =
        std::thread::scope(|scope| all_but_index(print, sink, keep_going, &Crew::new(scope)))?;
    go_on(keep_going, Stage::Volumes { done: written.len(), of })?;
    let index = index(print.packet, &written);
    let laid = lay(&index, &[], print.fonts, keep_going)?;
    typst::comemo::evict(0);
    let mut rendered = write(&index, laid, print.moment)?;
    rendered.warnings.extend(warnings);
    rendered.further = written.into_iter().map(|one| one.volume).collect();
    Ok(rendered)
}

fn all_but_index<'a>(
    print: &'a Print<'_>,
    sink: Sink<'_>,
    keep_going: Progress<'a>,
    crew: &Crew<'a>,
) -> Result<(Vec<Indexed>, BTreeSet<String>), ReportError> {
    let of = print.cuts.len() + 1;
    let mut written: Vec<Indexed> = Vec::new();
    let mut warnings = BTreeSet::new();
    let mut parts = parts(print)?.into_iter().enumerate().peekable();
    while parts.peek().is_some() {
        let done = written.len();
        go_on(keep_going, Stage::Volumes { done, of })?;
        let round: Vec<(usize, PartPlan<'_>)> = parts.by_ref().take(crew.size()).collect();
        let laid = crew.each(round, move |(at, plan)| {
            let part = plan.part(print, (at + 2, of));
            let still = |_| keep_going(Stage::Volumes { done, of });
            lay(&part.packet, &part.files, print.fonts, &still).map(|laid| (part.packet, laid))
        })?;
        let laid: Vec<(Packet, Laid)> = laid.into_iter().collect::<Result<_, _>>()?;
        typst::comemo::evict(0);
        go_on(keep_going, Stage::Volumes { done, of })?;
        let finished = crew.each(laid, |(packet, laid)| {
            let rendered = write(&packet, laid, print.moment)?;
            Ok::<_, ReportError>((Places::of(&packet.sections, &rendered.document), rendered))
        })?;
        for one in finished {
            let (places, rendered) = one?;
            let number = written.len() + 2;
            let volume = Volume { number, pages: rendered.pages, sha256: attach::digest(&rendered.pdf) };
            sink(&volume, &rendered.pdf)?;
            warnings.extend(rendered.warnings.into_iter().map(|words| format!("Volume {number}: {words}")));
            written.push(Indexed { volume, places });
        }
    }
    Ok((written, warnings))
}

/// A volume as places in the packet: its content is copied only when it is laid out.
struct PartPlan<'a> {
    cut: (Cut, Cut),
    annex: Vec<usize>,
    files: Vec<&'a EmbeddedFile>,
}

impl PartPlan<'_> {
    fn part(&self, print: &Print<'_>, (number, of): (usize, usize)) -> Part {
        let packet = print.packet;
        let annex = self.annex.iter().filter_map(|at| packet.annex.get(*at)).cloned().collect();
        let words = format!(
            "This is volume {number} of {of} of packet {}, and is valid by itself. Volume 1 is the index: it says where every record stands, and \
             gives the digest of this volume. Records of other volumes are named here by their numbers.",
            packet.packet_number
        );
        let mut front = front(packet, VolumeNumber { number, of });
        front.statements.insert(0, Statement { title: "This volume".to_owned(), text: words });
        let sections = split::between(&packet.sections, self.cut);
        let files = self.files.iter().map(|file| (*file).clone()).collect();
        Part { packet: Packet { sections, annex, ..front }, files }
    }
}

fn parts<'a>(print: &Print<'a>) -> Result<Vec<PartPlan<'a>>, ReportError> {
    let volumes = split::annex_volumes(print.packet, &print.cuts);
    let plans = print.cuts.iter().map(|cut| PartPlan { cut: *cut, annex: Vec::new(), files: Vec::new() });
    let mut plans: Vec<PartPlan<'_>> = plans.collect();
    for (entry, volume) in volumes.iter().enumerate() {
        if let Some(plan) = plans.get_mut(*volume) {
            plan.annex.push(entry);
        }
    }
    for placed in attach::pair(&print.packet.annex, print.files)? {
        if let Some(plan) = volumes.get(placed.entry).and_then(|volume| plans.get_mut(*volume)) {
            plan.files.push(placed.file);
        }
    }
    Ok(plans)
}

type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Threads that stay for all volumes: the memory that one freed is used again by the next volume that it lays out.
struct Crew<'a> {
    members: Vec<Sender<Task<'a>>>,
}

impl<'a> Crew<'a> {
    /// As many threads as there are cores, four at most.
    fn new<'scope>(scope: &'scope Scope<'scope, 'a>) -> Self {
        let size = std::thread::available_parallelism().map_or(1, usize::from).min(SIDE_BY_SIDE);
        let members = (0..size).map(|_| {
            let (member, tasks) = channel::<Task<'a>>();
            scope.spawn(move || tasks.into_iter().for_each(|task| task()));
            member
        });
        Self { members: members.collect() }
    }

    fn size(&self) -> usize {
        self.members.len()
    }

    /// Does the work on each item, at most one for each thread, side by side. The answers are in the order of the items.
    fn each<T: Send + 'a, R: Send + 'a>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Clone + Send + 'a,
    ) -> Result<Vec<R>, ReportError> {
        let gone = |_| ReportError::Pdf("a thread that lays out volumes ended".to_owned());
        let mut answers = Vec::new();
        for (item, member) in items.into_iter().zip(self.members.iter().cycle()) {
            let (answer, answered) = channel();
            let work = work.clone();
            let task: Task<'a> = Box::new(move || {
                // Nobody waits for the answer after another volume failed.
                let _ = answer.send(work(item));
            });
            member.send(task).map_err(|_| gone(RecvError))?;
            answers.push(answered);
        }
        answers.into_iter().map(|answered| answered.recv().map_err(gone)).collect()
    }
}

/// A packet without its content, as a volume.
fn front(packet: &Packet, volume: VolumeNumber) -> Packet {
    Packet {
        kind: packet.kind.clone(),
        title: packet.title.clone(),
        packet_number: packet.packet_number.clone(),
        product: packet.product.clone(),
        manufacturer: packet.manufacturer.clone(),
        safety_class: packet.safety_class.clone(),
        udi: packet.udi.clone(),
        scope: packet.scope.clone(),
        period: packet.period.clone(),
        arranged: packet.arranged.clone(),
        contents_by_chapter: packet.contents_by_chapter,
        cut_off: packet.cut_off.clone(),
        generated_by: packet.generated_by.clone(),
        program_version: packet.program_version.clone(),
        rule_set: packet.rule_set.clone(),
        chain_head_seq: packet.chain_head_seq,
        chain_head_digest: packet.chain_head_digest.clone(),
        chain_verified: packet.chain_verified.clone(),
        redacted: packet.redacted,
        marking: packet.marking.clone(),
        brief: packet.brief,
        statements: packet.statements.clone(),
        checks: packet.checks.clone(),
        volume: Some(volume),
        sections: Vec::new(),
        annex: Vec::new(),
    }
}

/// The first volume: what the others are, and where each chapter and record stands in them.
fn index(packet: &Packet, written: &[Indexed]) -> Packet {
    let of = written.len() + 1;
    let sections = vec![
        Section::new(1, "", "Volumes", vec![volumes_table(written)]),
        Section::new(1, "", "Where each chapter stands", vec![chapters_table(written)]),
        Section::new(1, "", "Where each record stands", records_blocks(written)),
    ];
    Packet { sections, ..front(packet, VolumeNumber { number: 1, of }) }
}

fn volumes_table(written: &[Indexed]) -> Block {
    let rows = written.iter().map(|one| {
        let names = |section: Option<&super::places::Place>| {
            section.map_or_else(String::new, |section| section.name.clone())
        };
        let sections = &one.places.sections;
        vec![
            one.volume.number.to_string().into(),
            names(sections.first()).into(),
            names(sections.last()).into(),
            one.volume.pages.to_string().into(),
            one.volume.sha256.clone().into(),
        ]
    });
    let columns = vec![
        Column::number("Volume").points(40.0),
        Column::text("From", 2),
        Column::text("To", 2),
        Column::number("Pages").points(40.0),
        Column::code("SHA-256 of its PDF", 3),
    ];
    Block::table(columns, rows.collect())
}

/// A place in words: volume and page.
fn place((volume, page): (usize, usize)) -> String {
    format!("{volume}/{page}")
}

fn chapters_table(written: &[Indexed]) -> Block {
    let mut chapters: Vec<(String, Vec<String>)> = Vec::new();
    for one in written {
        for section in one.places.sections.iter().filter(|section| section.level == 1) {
            let name = section.name.trim_end_matches(" (continued)");
            let at = place((one.volume.number, section.page));
            match chapters.last_mut() {
                Some((last, places)) if last.as_str() == name => places.push(at),
                Some(_) | None => chapters.push((name.to_owned(), vec![at])),
            }
        }
    }
    let rows = chapters.into_iter().map(|(name, places)| vec![name.into(), places.join(", ").into()]);
    let columns = vec![Column::text("Chapter", 3), Column::text("Volume/page where it begins or goes on", 2)];
    Block::table(columns, rows.collect())
}

fn records_blocks(written: &[Indexed]) -> Vec<Block> {
    let mut places: BTreeMap<RecordId, BTreeSet<(usize, usize)>> = BTreeMap::new();
    let mut in_a_row = BTreeSet::new();
    for one in written {
        let first = one.places.rows.iter().filter(|(record, _)| in_a_row.insert(*record));
        for (record, page) in first.chain(&one.places.records) {
            places.entry(*record).or_default().insert((one.volume.number, *page));
        }
    }
    let runs = runs(places);
    if runs.is_empty() {
        return vec![Block::empty()];
    }
    let about = "Volume/page of every section about a record, and of the first row of a table that begins with its number. Records that follow \
                 one another at the same places share a row.";
    let half = runs.len().div_ceil(2);
    let (left, right) = runs.split_at(half);
    let rows = left.iter().enumerate().map(|(at, first)| {
        let second = right.get(at).cloned().unwrap_or_default();
        let cells: Vec<Cell> =
            vec![first.0.clone().into(), first.1.clone().into(), second.0.into(), second.1.into()];
        cells
    });
    let columns = vec![
        Column::text("Records", 3),
        Column::text("Volume/page", 4),
        Column::text("Records", 3),
        Column::text("Volume/page", 4),
    ];
    vec![Block::paragraph(about), Block::table(columns, rows.collect())]
}

/// Records that follow one another and stand at the same places, together.
fn runs(places: BTreeMap<RecordId, BTreeSet<(usize, usize)>>) -> Vec<(String, String)> {
    let mut runs: Vec<(RecordId, RecordId, BTreeSet<(usize, usize)>)> = Vec::new();
    for (record, at) in places {
        match runs.last_mut() {
            Some((_, last, known)) if *known == at && follows(*last, record) => *last = record,
            Some(_) | None => runs.push((record, record, at)),
        }
    }
    let words = |(first, last, at): (RecordId, RecordId, BTreeSet<(usize, usize)>)| {
        let name = if first == last { first.to_string() } else { format!("{first} to {last}") };
        (name, at.into_iter().map(place).collect::<Vec<_>>().join(", "))
    };
    runs.into_iter().map(words).collect()
}

fn follows(last: RecordId, next: RecordId) -> bool {
    last.kind == next.kind && last.number.checked_add(1) == Some(next.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_follow_one_another_at_the_same_place_share_a_row() {
        let id = |text: &str| text.parse::<RecordId>().unwrap();
        let at = |places: &[(usize, usize)]| places.iter().copied().collect::<BTreeSet<_>>();
        let places = [
            (id("FB-0001"), at(&[(2, 4)])),
            (id("FB-0002"), at(&[(2, 4)])),
            (id("FB-0004"), at(&[(2, 4)])),
            (id("PR-0001"), at(&[(2, 4), (3, 1)])),
        ];
        let words: Vec<String> =
            runs(places.into()).into_iter().map(|(records, at)| format!("{records}: {at}")).collect();
        assert_eq!(words, ["FB-0001 to FB-0002: 2/4", "FB-0004: 2/4", "PR-0001: 2/4, 3/1"]);
    }
}
