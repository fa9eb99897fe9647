//! What this workstation saw of each product file: the last event, the numbers that records had, and the events that a
//! continuation from a restored copy left behind.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{clock, folder_of};
use crate::domain::continuation::{Continuation, EventHead};
use crate::domain::ids::{Kind, RecordId};
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::StoreError;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::Moment;

/// Greatest size of what is remembered of a file.
const BYTES_MAX: u64 = 64 << 10;
/// Numbers beyond this are taken for damage and not remembered: no file comes to so many records of a kind.
const NUMBER_MAX: u32 = 10_000_000;
/// Most events left behind that are remembered of a file.
const LEFT_MAX: usize = 100;

/// The file in which it is remembered, in the folder of the product file; and where a damaged one is kept.
const HEAD: &str = "head";
const DAMAGED: &str = "head-damaged";

/// What was remembered of a file cannot be read.
#[derive(Debug)]
struct Unreadable;

/// What is remembered of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// The last event that was seen.
    pub head: EventHead,
    /// The highest number of each kind that was seen.
    pub numbers: BTreeMap<Kind, u32>,
    /// The highest number of a packet that was seen; 0 without one.
    pub packets: u32,
    /// Events that a continuation from a restored copy left behind.
    pub left: Vec<EventHead>,
}

impl Memory {
    /// What is remembered of a file. `None` if it is nothing, or it cannot be read.
    pub fn of(folder: &Path, uuid: &str) -> Option<Self> {
        Self::read(folder, uuid).ok().flatten()
    }

    /// What is remembered of a file. `Err` if there is something that cannot be read.
    fn read(folder: &Path, uuid: &str) -> Result<Option<Self>, Unreadable> {
        let mut text = String::new();
        let file = match fs::File::open(folder_of(folder, uuid).join(HEAD)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(Unreadable),
        };
        file.take(BYTES_MAX).read_to_string(&mut text).map_err(|_| Unreadable)?;
        Self::parse(&text).map(Some).ok_or(Unreadable)
    }

    /// The first line is the last event. Further lines begin with a word that says what they are.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let head = |line: &str| {
            let (seq, digest) = line.trim().split_once(' ')?;
            let head = EventHead { seq: seq.parse().ok()?, digest: digest.to_owned() };
            head.is_valid().then_some(head)
        };
        let mut memory = Self::new(head(lines.next()?)?);
        for line in lines {
            match line.split_once(' ') {
                Some(("numbers", rest)) => {
                    memory.take_numbers(rest.split(' ').filter_map(|id| id.parse().ok()));
                }
                Some(("packets", rest)) => memory.take_packets(rest.parse().unwrap_or_default()),
                Some(("left", rest)) => memory.left.extend(head(rest)),
                Some(_) | None => {}
            }
        }
        Some(memory)
    }

    /// Only the last event.
    const fn new(head: EventHead) -> Self {
        Self { head, numbers: BTreeMap::new(), packets: 0, left: Vec::new() }
    }

    fn text(&self) -> String {
        let mut text = format!("{} {}\n", self.head.seq, self.head.digest);
        if !self.numbers.is_empty() {
            let numbers: Vec<String> = self.ids().map(|id| id.to_string()).collect();
            let _ = writeln!(text, "numbers {}", numbers.join(" "));
        }
        if self.packets > 0 {
            let _ = writeln!(text, "packets {}", self.packets);
        }
        for left in &self.left {
            let _ = writeln!(text, "left {} {}", left.seq, left.digest);
        }
        text
    }

    /// The highest numbers as records.
    pub(super) fn ids(&self) -> impl Iterator<Item = RecordId> {
        self.numbers.iter().map(|(kind, number)| RecordId::new(*kind, *number))
    }

    /// Takes in numbers that were seen. The highest stays: a number that was used once is used.
    pub(super) fn take_numbers(&mut self, numbers: impl Iterator<Item = RecordId>) {
        for id in numbers.filter(|id| id.number <= NUMBER_MAX) {
            let highest = self.numbers.entry(id.kind).or_default();
            *highest = id.number.max(*highest);
        }
    }

    /// Takes in the number of a packet that was seen.
    pub(super) fn take_packets(&mut self, highest: u32) {
        if highest <= NUMBER_MAX {
            self.packets = self.packets.max(highest);
        }
    }

    /// Takes in events that were left behind.
    pub(super) fn take_left(&mut self, left: impl Iterator<Item = EventHead>) {
        for head in left {
            if !self.left.contains(&head) {
                self.left.push(head);
            }
        }
        let over = self.left.len().saturating_sub(LEFT_MAX);
        self.left.drain(..over);
    }

    /// Remembers it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn save(&self, folder: &Path, uuid: &str) -> Result<(), Refused> {
        let own = folder_of(folder, uuid);
        fs::create_dir_all(&own)
            .map_err(StoreError::io(format!("{} could not be written", own.display())))?;
        let mut file = FreshFile::over(&own.join(HEAD), None)?;
        file.put(self.text().as_bytes())?;
        Ok(file.persist_loosely()?)
    }
}

/// In which way a file lacks what was seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// It ends before the event that was seen: events were cut off, or it is an older copy.
    CutOff,
    /// It has another event under that number: it was rewritten, or two copies went different ways.
    Differs,
    /// It contains an event that was left behind when the file was continued from a restored copy.
    LeftBehind,
}

/// A file that lacks what was seen of it. Nothing is written to it until a person continues from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The last event that was seen.
    pub seen: EventHead,
    /// In which way the file lacks it.
    pub lack: Lack,
    /// Number of the file's last event.
    pub ends: u64,
    /// The highest number of each kind that was seen.
    pub numbers: BTreeMap<Kind, u32>,
    /// The highest number of a packet that was seen.
    pub packets: u32,
}

impl Behind {
    fn of(memory: &Memory, lack: Lack, file: &ProductFile) -> Self {
        let (seen, numbers) = (memory.head.clone(), memory.numbers.clone());
        Self { seen, lack, ends: file.head().seq, numbers, packets: memory.packets }
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.seen.seq;
        match self.lack {
            Lack::CutOff => write!(
                f,
                "it ends at event {}, but this workstation saw event {seen} of it: events were cut off, or this is an older copy",
                self.ends
            ),
            Lack::Differs => write!(
                f,
                "its event {seen} is not the one that this workstation saw: it was rewritten, or two copies of it were worked in"
            ),
            Lack::LeftBehind => f.write_str(
                "it is the copy that was left behind when the file was continued from a restored one",
            ),
        }
    }
}

/// How a file compares with what this workstation saw of it earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// This workstation never saw it.
    First,
    /// What was seen of it is damaged and cannot be compared. It was kept aside, and what is seen from now on counts.
    Unreadable,
    /// It contains the event that was seen last.
    Continues,
    /// It lacks that event, and one of its events says that it was continued without it.
    Continued {
        /// The event that was seen last.
        seen: EventHead,
        /// The event that says so.
        by: u64,
    },
    /// It lacks that event.
    Behind(Behind),
}

fn contains(file: &ProductFile, head: &EventHead) -> Result<bool, Refused> {
    Ok(file.event_digest(head.seq)?.is_some_and(|digest| head.is(head.seq, &digest)))
}

/// Compares a file with what is remembered of it.
fn compare(memory: Option<&Memory>, file: &ProductFile) -> Result<Seen, Refused> {
    let Some(memory) = memory else { return Ok(Seen::First) };
    if contains(file, &memory.head)? {
        return Ok(Seen::Continues);
    }
    if let Some(by) = continued_without(memory, file)? {
        return Ok(Seen::Continued { seen: memory.head.clone(), by });
    }
    let mut lack = if file.event_digest(memory.head.seq)?.is_some() { Lack::Differs } else { Lack::CutOff };
    for left in &memory.left {
        if contains(file, left)? {
            lack = Lack::LeftBehind;
        }
    }
    Ok(Seen::Behind(Behind::of(memory, lack, file)))
}

/// A continuation counts only in a file that verifies: what says so may have been written by anybody.
fn believed(seen: Seen, memory: Option<&Memory>, file: &ProductFile) -> Result<Seen, Refused> {
    let (Seen::Continued { .. }, Some(memory)) = (&seen, memory) else { return Ok(seen) };
    if ProductFile::verify(file.path(), None, &|_| true)?.findings.is_empty() {
        return Ok(seen);
    }
    Ok(Seen::Behind(Behind::of(memory, Lack::Differs, file)))
}

/// The event by which the file was continued without the one that was seen last: it stands where the lost events stood, lost no
/// fewer, and skips every number that was seen.
fn continued_without(memory: &Memory, file: &ProductFile) -> Result<Option<u64>, Refused> {
    let continued = file.continued()?;
    let skipped = memory.ids().all(|id| id.number < continued.next(id.kind, 0))
        && memory.packets < continued.next_packet(0);
    // Others may have worked in the copy before, so that the act that names the very event may stand anywhere.
    let reaches = |said: &Continuation| said.lost.as_ref().is_none_or(|lost| lost.seq > memory.head.seq);
    let by = continued
        .iter()
        .rfind(|(seq, said)| said.is_without(&memory.head) || *seq <= memory.head.seq && reaches(said));
    Ok(by.filter(|_| skipped).map(|(seq, _)| *seq))
}

/// Compares a file, and the clock, with what this workstation saw. If the file contains that, its last event and its numbers are remembered;
/// if it lacks that, the file is held back: nothing can be written to it until a person continues from it.
///
/// # Errors
/// When the file cannot be read or the folder cannot be written.
pub fn remember(folder: &Path, file: &mut ProductFile, now: Moment) -> Result<Seen, Refused> {
    let seen = remember_head(folder, file)?;
    // After the comparison: a memory of the clock that cannot be written does not let an older copy through.
    clock::watch(folder, file, now)?;
    Ok(seen)
}

fn remember_head(folder: &Path, file: &mut ProductFile) -> Result<Seen, Refused> {
    let uuid = file.uuid()?;
    let read = Memory::read(folder, &uuid);
    let damaged = read.is_err();
    let known = read.unwrap_or_default();
    let seen = if damaged {
        let own = folder_of(folder, &uuid);
        // If it cannot be put aside, the next look finds it damaged again.
        let _ = fs::rename(own.join(HEAD), own.join(DAMAGED));
        Seen::Unreadable
    } else {
        believed(compare(known.as_ref(), file)?, known.as_ref(), file)?
    };
    if let Seen::Behind(behind) = &seen {
        file.hold_back(Some(behind.clone()));
        return Ok(seen);
    }
    file.hold_back(None);
    let head = EventHead { seq: file.head().seq, digest: file.head().digest.clone() };
    if head.seq == 0 {
        return Ok(seen);
    }
    let mut memory = known.clone().unwrap_or_else(|| Memory::new(head.clone()));
    let left =
        matches!(seen, Seen::Continued { .. }).then(|| std::mem::replace(&mut memory.head, head.clone()));
    memory.head = head;
    memory.take_numbers(file.used_numbers()?.into_iter());
    memory.take_packets(file.used_packets()?);
    let lost = file.continued()?;
    memory.take_left(left.into_iter().chain(lost.iter().filter_map(|(_, said)| said.lost.clone())));
    if known.as_ref() != Some(&memory) {
        memory.save(folder, &uuid)?;
    }
    Ok(seen)
}

/// Enters a head that is known from elsewhere, such as from a printed packet. Returns whether the file contains it. If it does not,
/// it is remembered as the event that was seen last, and the file is held back.
///
/// # Errors
/// When the file cannot be read or the folder cannot be written.
pub fn enter(folder: &Path, file: &mut ProductFile, head: &EventHead) -> Result<bool, Refused> {
    if contains(file, head)? {
        return Ok(true);
    }
    let uuid = file.uuid()?;
    let known = Memory::of(folder, &uuid);
    if let Some(by) = file.continued()?.without(head) {
        return Err(Refused::Rule(format!(
            "event {} was left behind: event {by} continues the file from a restored copy without it",
            head.seq
        )));
    }
    let mut memory = known.unwrap_or_else(|| Memory::new(head.clone()));
    if contains(file, &memory.head)? || memory.head.seq < head.seq {
        memory.head = head.clone();
    }
    memory.take_numbers(file.used_numbers()?.into_iter());
    memory.take_packets(file.used_packets()?);
    memory.save(folder, &uuid)?;
    if let Seen::Behind(behind) = compare(Some(&memory), file)? {
        file.hold_back(Some(behind));
    }
    Ok(false)
}

/// What a workstation saw of a file, for other workstations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHead {
    /// Identifier of the file.
    pub file: String,
    /// Number of the last event.
    pub seq: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub digest: String,
    /// The record of each kind with the highest number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<RecordId>,
    /// The highest number of a packet.
    #[serde(default, skip_serializing_if = "is_none")]
    pub packets: u32,
    /// Events that were left behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<EventHead>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_none(packets: &u32) -> bool {
    *packets == 0
}

impl SeenHead {
    fn memory(&self) -> Memory {
        let head = EventHead { seq: self.seq, digest: self.digest.clone() };
        let mut memory = Memory { left: self.left.clone(), ..Memory::new(head) };
        memory.take_packets(self.packets);
        memory.take_numbers(self.numbers.iter().copied());
        memory
    }

    /// Why it cannot be one, if so.
    fn fault(&self) -> Option<String> {
        let is_uuid = uuid::Uuid::parse_str(&self.file).is_ok_and(|uuid| uuid.to_string() == self.file);
        let memory = self.memory();
        if !is_uuid {
            return Some(format!("“{}” is not the identifier of a file", self.file));
        }
        if !memory.head.is_valid() || !memory.left.iter().all(EventHead::is_valid) {
            return Some(format!("{}: the number or the digest of the event is not valid", self.file));
        }
        None
    }
}

/// Every file that this workstation remembers, in the order of the identifiers.
pub fn heads(folder: &Path) -> Vec<SeenHead> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<SeenHead> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|file| {
            let memory = Memory::of(folder, &file)?;
            let numbers = memory.ids().collect();
            let EventHead { seq, digest } = memory.head;
            Some(SeenHead { file, seq, digest, numbers, packets: memory.packets, left: memory.left })
        })
        .filter(|head| head.fault().is_none())
        .collect();
    found.sort_by(|one, other| one.file.cmp(&other.file));
    found
}

/// Takes over what another workstation saw. Returns how many were later than what is remembered here. What was left behind here
/// does not come back.
///
/// # Errors
/// [`Refused::Rule`] if one of them is not valid, before any is taken over; and when the folder cannot be written.
pub fn take_over_heads(folder: &Path, heads: &[SeenHead]) -> Result<usize, Refused> {
    if let Some(fault) = heads.iter().find_map(SeenHead::fault) {
        return Err(Refused::Rule(fault));
    }
    let mut taken = 0;
    for head in heads {
        let other = head.memory();
        let known = Memory::of(folder, &head.file);
        let was_left =
            known.as_ref().is_some_and(|known| known.left.iter().any(|left| left.agrees(&other.head)));
        let later = !was_left && known.as_ref().is_none_or(|known| known.head.seq < other.head.seq);
        let mut memory = known.unwrap_or_else(|| other.clone());
        memory.take_numbers(other.ids());
        memory.take_packets(other.packets);
        memory.take_left(other.left.iter().cloned());
        if later {
            memory.head = other.head;
            taken += 1;
        }
        memory.save(folder, &head.file)?;
    }
    Ok(taken)
}

/// Forgets what was seen of a file; `false` if nothing was.
///
/// # Errors
/// When the folder cannot be written.
pub fn forget(folder: &Path, uuid: &str) -> Result<bool, Refused> {
    let path = folder_of(folder, uuid).join(HEAD);
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io(format!("{} could not be removed", path.display()))(error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(number: u8, seq: u64) -> SeenHead {
        let file = format!("00000000-0000-4000-8000-0000000000{number:02}");
        let digest = format!("{number:064}");
        SeenHead { file, seq, digest, numbers: Vec::new(), packets: 0, left: Vec::new() }
    }

    #[test]
    fn what_is_remembered_of_a_file_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = seen(1, 7).memory();
        for text in ["FB-0034", "AT-0002", "FB-0012"] {
            memory.take_numbers([text.parse().unwrap()].into_iter());
        }
        memory.take_packets(4);
        memory.take_left([seen(2, 9).memory().head].into_iter());
        memory.save(folder.path(), "one").unwrap();
        assert_eq!(Memory::of(folder.path(), "one"), Some(memory));
        assert_eq!(Memory::of(folder.path(), "two"), None);
        assert_eq!(Memory::parse("nonsense"), None);
        fs::write(folder_of(folder.path(), "one").join(HEAD), "7 half").unwrap();
        assert!(Memory::read(folder.path(), "one").is_err());
        assert!(Memory::read(folder.path(), "two").is_ok_and(|memory| memory.is_none()));
    }

    #[test]
    fn heads_of_another_workstation_are_taken_over_where_they_are_later() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(take_over_heads(folder.path(), &[seen(1, 5), seen(2, 7)]).unwrap(), 2);
        assert_eq!(take_over_heads(folder.path(), &[seen(1, 4), seen(2, 9)]).unwrap(), 1);
        assert_eq!(heads(folder.path()), [seen(1, 5), seen(2, 9)]);
        assert!(forget(folder.path(), &seen(1, 0).file).unwrap());
        assert!(!forget(folder.path(), &seen(1, 0).file).unwrap());
        assert_eq!(heads(folder.path()), [seen(2, 9)]);
    }

    #[test]
    fn what_was_left_behind_does_not_come_back_from_another_workstation_but_its_numbers_do() {
        let folder = tempfile::tempdir().unwrap();
        let left = vec![EventHead { seq: 9, digest: seen(1, 9).digest }];
        let here = SeenHead { left, digest: "a".repeat(64), ..seen(1, 6) };
        assert_eq!(take_over_heads(folder.path(), std::slice::from_ref(&here)).unwrap(), 1);
        let there = SeenHead { numbers: vec!["FB-0034".parse().unwrap()], ..seen(1, 9) };
        assert_eq!(take_over_heads(folder.path(), std::slice::from_ref(&there)).unwrap(), 0);
        assert_eq!(heads(folder.path()), [SeenHead { numbers: there.numbers, ..here }]);
    }

    #[test]
    fn a_head_that_is_not_valid_is_refused_with_all_others() {
        let folder = tempfile::tempdir().unwrap();
        for bad in [
            SeenHead { file: "../other".to_owned(), ..seen(1, 5) },
            SeenHead { seq: 0, ..seen(1, 5) },
            SeenHead { digest: "a b".to_owned(), ..seen(1, 5) },
        ] {
            let refused = take_over_heads(folder.path(), &[seen(2, 7), bad]);
            assert!(matches!(refused, Err(Refused::Rule(_))), "{refused:?}");
            assert_eq!(heads(folder.path()), []);
        }
    }
}
