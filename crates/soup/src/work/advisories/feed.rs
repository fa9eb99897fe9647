//! Reads one file on one thread and compresses its records on another, while the caller stores them: the cores share the work, whichever
//! part takes the longest.

use std::io::{Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::body::{self, Draft, Sealer};
use crate::cache::NewRecord;
use crate::formats::advisories::{FileReport, Part, ReadError, read};
use crate::refused::Refused;
use mainstay_base::note::{Gravity, Notes, Unreadable};
use mainstay_base::time::Moment;
use mainstay_base::unpack::{Limits, Stop, UnpackError, for_each_document};

/// Records of one batch.
const BATCH: usize = 256;
/// Approximate maximum bytes of one batch: a batch of large records is cut earlier.
const BATCH_BYTES: usize = 2 << 20;
/// Batches that may wait for the next thread.
const WAITING: usize = 2;

/// Summary of a file.
#[derive(Debug, Default)]
pub struct FeedReport {
    /// Format in words; several if an archive holds several.
    pub format: String,
    /// Publisher of the data.
    pub source: String,
    /// Date of the data: the newest of its documents.
    pub data_date: Option<String>,
    /// Number of records that were refused.
    pub refused: u64,
    /// Pages of a larger set that its documents declare.
    pub pages: Vec<Part>,
    /// Remarks of the readers.
    pub notes: Notes,
}

/// How reading a file ended.
pub enum End {
    /// Complete.
    Read(FeedReport),
    /// The file was refused.
    Refused(Unreadable),
    /// `store` cancelled the reading.
    Cancelled,
}

/// Reads a file called `name` and passes its records to `store`, which returns whether to continue.
pub fn feed(
    source: &mut (impl Read + Seek + Send),
    (name, now): (&str, Moment),
    store: &mut dyn FnMut(NewRecord) -> Result<bool, Refused>,
) -> Result<End, Refused> {
    std::thread::scope(|scope| {
        let no_thread = |_| Refused::Rule("the system could not start a thread for reading".to_owned());
        let thread = || std::thread::Builder::new().name("advisories".to_owned());
        let (send_drafts, drafts) = sync_channel::<Vec<Draft>>(WAITING);
        let (send, receive) = sync_channel::<Result<Vec<NewRecord>, Refused>>(WAITING);
        let reader = thread()
            .spawn_scoped(scope, move || Reader::new(send_drafts, now).read(source, name))
            .map_err(no_thread)?;
        thread().spawn_scoped(scope, move || seal(&drafts, &send)).map_err(no_thread)?;
        let mut cancelled = false;
        for batch in &receive {
            for record in batch? {
                if !store(record)? {
                    cancelled = true;
                    break;
                }
            }
            if cancelled {
                break;
            }
        }
        // The other threads end at their next batch when nobody receives it any more.
        drop(receive);
        let end = reader
            .join()
            .map_err(|_| Refused::Rule(format!("{name} could not be read: the reader failed")))?;
        Ok(if cancelled { End::Cancelled } else { end })
    })
}

/// Seals batch by batch until there are no more or nobody receives them.
fn seal(drafts: &Receiver<Vec<Draft>>, send: &SyncSender<Result<Vec<NewRecord>, Refused>>) {
    let mut sealer = Sealer::new();
    for batch in drafts {
        if send.send(batch.into_iter().map(|draft| draft.sealed(&mut sealer)).collect()).is_err() {
            return;
        }
    }
}

struct Reader {
    send: SyncSender<Vec<Draft>>,
    batch: Vec<Draft>,
    batch_bytes: usize,
    now: Moment,
    /// Number of records that the current document has given.
    given: u64,
    report: FeedReport,
    refused: Option<Unreadable>,
}

impl Reader {
    fn new(send: SyncSender<Vec<Draft>>, now: Moment) -> Self {
        let report = FeedReport::default();
        Self { send, batch: Vec::new(), batch_bytes: 0, now, given: 0, report, refused: None }
    }

    fn read(mut self, source: &mut (impl Read + Seek), name: &str) -> End {
        let outcome = for_each_document(source, name, &Limits::default(), &mut |document, reader| {
            let document = document.to_owned();
            let place = place_within(name, &document);
            self.given = 0;
            let outcome = read(reader, &document, &mut |record| {
                let at = if place.is_empty() { record.place } else { format!("{place}: {}", record.place) };
                let with = body::Packing {
                    raw: record.raw,
                    place: &at,
                    document: record.document,
                    data_date: record.data_date,
                    now: self.now,
                };
                match body::pack(record.published, &with) {
                    Ok(record) => self.push(record),
                    Err(refusal) => {
                        self.report.refused += 1;
                        self.report.notes.add(Gravity::Refused, at, refusal.to_string());
                        Ok(())
                    }
                }
            });
            self.document(&place, outcome)
        });
        match outcome {
            Ok(notes) => self.take_notes("", notes),
            Err(UnpackError::Unreadable(refused)) => return End::Refused(refused),
            Err(UnpackError::Stopped) => return self.refused.map_or(End::Cancelled, End::Refused),
        }
        if let Some(refused) = self.refused {
            return End::Refused(refused);
        }
        if self.flush().is_err() {
            return End::Cancelled;
        }
        End::Read(self.report)
    }

    /// The result of one document of the file. If the file is one document, the file is refused with it; in an archive, only the member is.
    fn document(&mut self, place: &str, outcome: Result<FileReport, ReadError>) -> Result<(), Stop> {
        match outcome {
            Ok(report) => {
                join(&mut self.report.format, &report.format);
                join(&mut self.report.source, &report.source);
                self.report.data_date = self.report.data_date.take().max(report.data_date);
                self.report.refused += report.refused;
                self.report.pages.extend(report.part);
                self.take_notes(place, report.notes);
                Ok(())
            }
            Err(ReadError::Stopped) => Err(Stop),
            Err(ReadError::Unreadable(refused)) if place.is_empty() => {
                self.refused = Some(refused);
                Err(Stop)
            }
            // Half a document would replace data that was complete.
            Err(ReadError::Unreadable(mut refused)) if self.given > 0 => {
                refused.place = format!("{place}: {}", refused.place);
                self.refused = Some(refused);
                Err(Stop)
            }
            Err(ReadError::Unreadable(refused)) => {
                self.report.refused += 1;
                self.report.notes.add(
                    Gravity::Refused,
                    format!("{place}: {}", refused.place),
                    refused.reason,
                );
                Ok(())
            }
        }
    }

    fn take_notes(&mut self, place: &str, notes: Notes) {
        for note in notes.notes {
            let at = if place.is_empty() { note.place } else { format!("{place}: {}", note.place) };
            self.report.notes.add(note.gravity, at, note.text);
        }
        for (name, count) in notes.not_understood {
            *self.report.notes.not_understood.entry(name).or_default() += count;
        }
        self.report.notes.more += notes.more;
    }

    fn push(&mut self, record: Draft) -> Result<(), Stop> {
        self.given += 1;
        self.batch_bytes += record.bytes();
        self.batch.push(record);
        if self.batch.len() >= BATCH || self.batch_bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        self.batch_bytes = 0;
        self.send.send(std::mem::take(&mut self.batch)).map_err(|_| Stop)
    }
}

/// The member's name inside the file, or empty for the file itself.
fn place_within(file: &str, document: &str) -> String {
    let within = document.strip_prefix(file).unwrap_or(document);
    within.trim_start_matches([':', ' ']).to_owned()
}

/// Adds words that are not yet in the list.
fn join(words: &mut String, more: &str) {
    if words.is_empty() {
        more.clone_into(words);
    } else if !more.is_empty() && !words.split(", ").any(|word| word == more) && words.len() < 200 {
        words.push_str(", ");
        words.push_str(more);
    }
}
