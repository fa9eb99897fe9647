//! The shared context of a packet's sections: the file, the names, the redaction, and the records printed so far.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use crate::domain::canonical;
use crate::domain::event::Event;
use crate::domain::field::{FieldDef, ValueFormat};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::ledger::Ledger;
use crate::domain::product::Product;
use crate::domain::readiness::Facts;
use crate::domain::record::RecordData;
use crate::domain::requests::ChangeSet;
use crate::domain::signature::{Part, Signature};
use crate::domain::workflow::{self, World};
use crate::ops::file::ProductFile;
use crate::ops::page::{RecordPage, SignatureView};
use crate::ops::refused::Refused;
use crate::report::{Mark, Section, SignatureBlock, Tone};
use crate::store::Verification;
use mainstay_base::clock::Stamp;
use mainstay_base::time::{Day, Moment};

/// Replaces a personal value.
pub(super) const REDACTED: &str = "[redacted]";

/// Whether the file was verified, and with which result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    /// Everything in the file matches.
    Clean,
    /// Something does not match.
    Broken,
    /// The file was not verified up to its last event.
    NotDone,
}

/// The shared context of the sections of one packet.
pub(super) struct Paper<'a> {
    pub file: &'a ProductFile,
    pub redact: bool,
    pub product: Product,
    pub now: Moment,
    pub checked: Checked,
    pub verification: Option<&'a Verification>,
    names: BTreeMap<RecordId, String>,
    printed: BTreeSet<RecordId>,
    mentioned: BTreeSet<RecordId>,
    /// The past file that is read now, instead of the present one.
    then: Option<Rc<Then>>,
    /// The number and dot of the chapter inside which the chapters of a record stand; empty if they are chapters themselves.
    inside: String,
}

/// The file as it was at the end of a period.
pub(super) struct Then {
    pub records: Ledger,
    /// The end of the period.
    pub end: Moment,
    /// The last event of the file as it was then.
    pub last: u64,
}

impl<'a> Paper<'a> {
    pub fn new(
        file: &'a ProductFile,
        redact: bool,
        verification: Option<&'a Verification>,
        stamp: &Stamp,
    ) -> Result<Self, Refused> {
        let checked = match verification.and_then(|result| result.verifies(file.head())) {
            Some(false) => Checked::Broken,
            Some(true) => Checked::Clean,
            None => Checked::NotDone,
        };
        Ok(Self {
            file,
            redact,
            product: file.product()?,
            now: stamp.now,
            checked,
            verification,
            names: file.names()?,
            printed: BTreeSet::new(),
            mentioned: BTreeSet::new(),
            then: None,
            inside: String::new(),
        })
    }

    /// The file as it was at a moment, if that is past and something happened since.
    pub fn then(&self, end: Moment) -> Result<Option<Rc<Then>>, Refused> {
        if end >= self.now || self.file.is_present_at(end)? {
            return Ok(None);
        }
        let last = self.file.store.last_event_until(end)?;
        Ok(Some(Rc::new(Then { records: self.file.at(end)?, end, last })))
    }

    /// What is known besides the records, for the readiness rules.
    pub fn facts(&self) -> Result<Facts, Refused> {
        match self.verification {
            Some(found) => self.file.known_with(found),
            None => Ok(self.file.known()),
        }
    }

    /// The page of a record. The record then counts as printed: its attachments go into the annex.
    pub fn page(&mut self, id: RecordId) -> Result<RecordPage, Refused> {
        self.mark_printed(id);
        match &self.then {
            None => self.file.page_for_paper(id, self.now),
            Some(then) => self.file.page_then(id, &then.records, (then.last, then.end)),
        }
    }

    /// Reads the file as it was then, if it is given; the present file otherwise.
    pub fn reading<T>(&mut self, then: Option<&Rc<Then>>, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.then, then.cloned());
        let answer = read(self);
        self.then = before;
        answer
    }

    /// Whether an event belongs to the file that is read now.
    pub fn includes(&self, event: &Event) -> bool {
        self.then.as_ref().is_none_or(|then| event.seq <= then.last)
    }

    /// Makes sections whose chapters stand inside a chapter: one level deeper, with its number in front of theirs.
    pub fn inside<E>(
        &mut self,
        chapter: &str,
        make: impl FnOnce(&mut Self) -> Result<Vec<Section>, E>,
    ) -> Result<Vec<Section>, E> {
        let before = std::mem::replace(&mut self.inside, format!("{chapter}."));
        let made = make(self);
        self.inside = before;
        let mut made = made?;
        for section in &mut made {
            if !section.number.is_empty() {
                section.number = format!("{chapter}.{}", section.number);
            }
            section.level += 1;
        }
        Ok(made)
    }

    /// A chapter of the record that is printed now, in words: “chapter 14”, or “chapter 3.14” inside another.
    pub fn chapter(&self, number: u8) -> String {
        format!("chapter {}{number}", self.inside)
    }

    /// Counts a record as printed that is read without its page.
    pub fn mark_printed(&mut self, id: RecordId) {
        self.printed.insert(id);
    }

    /// Counts a record as mentioned: some words of it are printed, but not its attachments.
    pub fn mention(&mut self, id: RecordId) {
        self.mentioned.insert(id);
    }

    /// Records of which only some words are printed.
    pub fn mentioned(&mut self, ids: &[RecordId]) -> Result<Vec<RecordData>, Refused> {
        ids.iter()
            .map(|id| {
                self.mention(*id);
                self.file.record(*id)
            })
            .collect()
    }

    /// What the rules find in the records of the file that is read now.
    pub fn ask<T>(&self, question: impl FnOnce(&dyn World) -> T) -> Result<T, Refused> {
        if let Some(then) = &self.then {
            return Ok(question(&ChangeSet::for_nobody(&then.records, then.end)));
        }
        self.file.with_world(self.now, question)
    }

    /// The records printed so far.
    pub const fn printed(&self) -> &BTreeSet<RecordId> {
        &self.printed
    }

    /// The name of a person with their number; the number alone for an unknown person.
    pub fn name(&self, id: RecordId) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// Whether a name belongs to a person with an account.
    pub fn is_staff(&self, name: &str) -> bool {
        self.names.values().any(|known| known == name)
    }

    /// A value as printed: words, persons by name, personal values redacted if requested.
    pub fn words(&self, field: &FieldDef, value: &Value) -> String {
        field.display(value, self)
    }

    /// A declared field of a record as printed; empty for an unknown field.
    pub fn field(&self, data: &RecordData, name: &str) -> String {
        data.def().field(name).map_or_else(String::new, |field| self.words(field, data.value(name)))
    }

    /// The title of a record.
    pub fn title(&self, data: &RecordData) -> String {
        data.title().to_owned()
    }

    /// The personal strings of all printed records, and titles taken from them: none may appear anywhere in the
    /// packet. Names of persons with an account are not included, because signatures show them.
    pub fn private_words(&self) -> Result<Vec<String>, Refused> {
        let staff: BTreeSet<&str> = self.names.values().map(String::as_str).collect();
        let mut found = BTreeSet::new();
        let mut titles = BTreeSet::new();
        let shown: BTreeSet<RecordId> = self.printed.union(&self.mentioned).copied().collect();
        for id in &shown {
            let data = self.file.record(*id)?;
            for attachment in self.file.referring(*id, Kind::Attachment)? {
                gather(&attachment, &mut found);
            }
            gather(&data, &mut found);
            titles.insert(data.title().trim_end_matches('…').trim().to_owned());
        }
        for filter in
            shown.iter().map(|id| crate::store::EventFilter { record: Some(*id), ..Default::default() })
        {
            for row in self.file.store.events(&filter, u32::MAX, 0)? {
                for change in &row.event.changes {
                    for field in &change.fields {
                        if let Some(declared) = change.record.kind.def().field(&field.field) {
                            for value in [&field.before, &field.after] {
                                declared.each_personal(value, &mut |text| {
                                    found.insert(text.to_owned());
                                });
                            }
                        }
                    }
                }
            }
        }
        let copied: Vec<String> = titles
            .into_iter()
            .filter(|title| found.iter().any(|text| text.contains(title.as_str())))
            .collect();
        found.extend(copied);
        let mut words: Vec<String> = found
            .into_iter()
            .map(|text| text.trim().to_owned())
            .filter(|text| text.chars().count() >= 4 && !staff.contains(text.as_str()))
            .collect();
        // Longer ones first, so that replacing a part does not hide the rest.
        words.sort_by_key(|text| std::cmp::Reverse(text.len()));
        words.dedup();
        Ok(words)
    }

    /// A signature as printed. `all` are the signatures on the same record: a later one can supersede it.
    pub fn signature(&self, view: &SignatureView, all: &[SignatureView]) -> SignatureBlock {
        let signature = &view.signature;
        let covers: Vec<String> = signature
            .covers
            .iter()
            .map(|cover| {
                let part = match cover.part {
                    Part::Content => "all fields",
                    Part::Scope => "what is approved",
                };
                format!("{} revision {}, {part}", cover.record, cover.revision)
            })
            .collect();
        SignatureBlock {
            name: signature.printed_name.clone(),
            role: signature.role_words(),
            meaning: word(signature.meaning),
            signed_at: signature.when_words(),
            covers: covers.join("; "),
            digest: signature
                .covers
                .first()
                .map_or_else(String::new, |cover| canonical::first_digits(&cover.digest)),
            validity: self.validity(view, all),
        }
    }

    fn validity(&self, view: &SignatureView, all: &[SignatureView]) -> Mark {
        if !view.holds {
            let parts: Vec<String> = view
                .differences
                .iter()
                .map(|(id, signed, now, labels)| {
                    let labels = self.covered_labels(&view.signature, *id, labels);
                    let fields =
                        if labels.is_empty() { "unknown fields".to_owned() } else { labels.join(", ") };
                    format!("covers {id} revision {signed}, now {now}; these fields differ: {fields}")
                })
                .collect();
            return match superseding(view, all) {
                Some(later) => {
                    let (name, meaning) = (&later.signature.printed_name, word(later.signature.meaning));
                    let when = later.signature.when_words();
                    let meaning = meaning.to_lowercase();
                    Mark::neutral(format!(
                        "superseded by the signature of {name} ({meaning}, {when}). It {}",
                        parts.join(". It ")
                    ))
                }
                None => Mark::late(parts.join(". ")),
            };
        }
        match self.checked {
            Checked::Clean => Mark::good("valid"),
            Checked::Broken => Mark::late("content unchanged, but the file does not verify"),
            Checked::NotDone => Mark::due("content unchanged; the chain was not verified"),
        }
    }

    /// Of the given fields that changed after a signature, those that it covers.
    pub fn covered_labels(&self, signature: &Signature, id: RecordId, labels: &[String]) -> Vec<String> {
        let Some(cover) = signature.covers.iter().find(|cover| cover.record == id) else { return Vec::new() };
        let covered = |label: &String| {
            id.kind
                .def()
                .sections
                .iter()
                .filter(|section| section.scope || cover.part == Part::Content)
                .any(|section| section.fields.iter().any(|field| field.label == label.as_str()))
        };
        labels.iter().filter(|label| covered(label)).cloned().collect()
    }
}

/// The last signature after one that covers the same subject with all that this one covers of it, and whose content is unchanged: the
/// record went on, and what it says now is signed.
pub(super) fn superseding<'a>(view: &SignatureView, all: &'a [SignatureView]) -> Option<&'a SignatureView> {
    let signature = &view.signature;
    let covers_as_much = |later: &Signature| {
        signature.covers.iter().all(|cover| {
            let same = later.covers.iter().find(|other| other.record == cover.record);
            same.is_some_and(|other| other.part == Part::Content || other.part == cover.part)
        })
    };
    let later = all.iter().filter(|other| other.holds && other.signature.event > signature.event);
    later.filter(|other| covers_as_much(&other.signature)).max_by_key(|other| other.signature.event)
}

fn gather(data: &RecordData, found: &mut BTreeSet<String>) {
    for field in data.def().fields() {
        field.each_personal(data.value(field.name), &mut |text| {
            found.insert(text.to_owned());
        });
    }
}

impl ValueFormat for Paper<'_> {
    fn record(&self, id: RecordId) -> String {
        self.name(id)
    }

    fn replacement(&self, field: &FieldDef) -> Option<&'static str> {
        (self.redact && field.personal).then_some(REDACTED)
    }
}

/// The word of a choice.
pub(super) fn word<C: crate::domain::choice::Choice>(choice: C) -> String {
    choice.word().to_owned()
}

/// The words of some choices, such as roles.
pub(super) fn words<C: crate::domain::choice::Choice>(choices: &[C]) -> String {
    choices.iter().map(|choice| word(*choice)).collect::<Vec<_>>().join(", ")
}

/// The word of a choice that may be open.
pub(super) fn word_or<C: crate::domain::choice::Choice>(choice: Option<C>, open: &str) -> String {
    choice.map_or_else(|| open.to_owned(), word)
}

/// A day that may be open.
pub(super) fn day_or(day: Option<Day>, open: &str) -> String {
    day.map_or_else(|| open.to_owned(), |day| day.to_string())
}

/// A tone of the screen as one of paper.
pub(super) const fn tone(tone: workflow::Tone) -> Tone {
    match tone {
        workflow::Tone::Neutral => Tone::Neutral,
        workflow::Tone::Good => Tone::Good,
        workflow::Tone::Due => Tone::Due,
        workflow::Tone::Late => Tone::Late,
    }
}

/// The state of a record with its tone.
pub(super) fn state_mark(data: &RecordData) -> Mark {
    data.state().map_or_else(
        || Mark::neutral(data.head.state.clone()),
        |state| Mark::new(tone(state.tone), state.word),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;
    use crate::domain::signature::{Cover, Meaning};

    /// A signature of an event on a finding.
    fn view(event: u64, part: Part, holds: bool) -> SignatureView {
        let finding = RecordId::new(Kind::Finding, 1);
        let cover = Cover { digest: String::new(), part, record: finding, revision: 1 };
        let signature = Signature {
            at: Moment::parse("2031-03-03T09:00:00Z").unwrap(),
            covers: vec![cover],
            event,
            login: "cleo".to_owned(),
            meaning: Meaning::Reviewed,
            offset_minutes: 0,
            printed_name: "Cleo Example".to_owned(),
            reason: None,
            roles: Vec::new(),
            signer: RecordId::new(Kind::Person, 3),
            subject: finding,
        };
        SignatureView { signature, differences: Vec::new(), holds }
    }

    #[test]
    fn a_signature_is_superseded_only_by_a_later_valid_one_that_covers_as_much() {
        let proposed = view(10, Part::Content, false);
        let by = |all: &[SignatureView]| superseding(&proposed, all).map(|later| later.signature.event);
        let (confirmed, returned) = (view(12, Part::Content, true), view(11, Part::Content, false));
        assert_eq!(by(&[proposed.clone(), returned.clone(), confirmed]), Some(12));
        assert_eq!(by(&[proposed.clone(), returned]), None, "the later one does not hold either");
        assert_eq!(by(&[proposed.clone(), view(9, Part::Content, true)]), None, "an earlier one");
        assert_eq!(by(&[proposed.clone(), view(12, Part::Scope, true)]), None, "it covers less");
    }
}
