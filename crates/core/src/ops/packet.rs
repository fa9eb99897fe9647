//! Audit packets: from the records of a file to the report model, its pages, and the audit event of issuing.
//!
//! Belongs here: the content and order of a packet, and how it is issued. Does not belong here: the look of
//! pages (`report`), and where the PDF is written.
//!
//! A packet is made before its audit event, so the chain head on its pages is the head before that event. The same
//! records, session, verification and stamp give the same bytes.

mod after;
mod analysis;
mod arrangement;
mod authority;
mod chain;
mod change;
mod check;
mod communications;
mod cover;
mod declared;
mod deviations;
mod findings;
mod issue;
mod job;
mod logs;
mod matrix;
mod open;
mod order;
mod paper;
mod people;
mod period;
mod plans;
mod readiness;
mod record;
mod redact;
mod register;
mod release;
mod releases;
mod retirement;
mod review;
mod reviewed;
mod sample;
mod sections;
mod sources;
mod standing;
mod trail;
mod trends;
mod vex;
mod vulnerability;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::file::ProductFile;
use super::refused::Refused;
use super::session::Session;
use crate::domain::canonical;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet;
use crate::domain::requests::RecordSource as _;
use crate::report::{self, Check, EmbeddedFile, Fonts, Packet, Progress, ReportError, Section, Stage};
use crate::store::{StoreError, Verification};
use mainstay_base::clock::Stamp;
use mainstay_base::time::{Day, Moment};

pub use crate::report::{Fonts as PacketFonts, Sizes as PacketSizes};
pub use arrangement::ChapterOrder;
pub use issue::{PacketVolume, RenderedPacket, volume_path};
pub use job::PacketOrder;
pub use order::{OrderCheck, OrderStep, check_order};
pub use sample::{Draw as PacketDraw, SampleScope};

/// The scope of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PacketScope {
    /// One change request with its supporting records (domain 7, P2).
    Change(RecordId),
    /// One release with its changes, evidence and communications (domain 7, P3).
    Release(RecordId),
    /// One SOUP review with its search and its findings (domain 7, P4).
    SoupReview(RecordId),
    /// One finding as a case (domain 7, P5).
    Vulnerability(RecordId),
    /// The vulnerabilities of one release in the words of VEX, for users. It never has personal data.
    Vex(RecordId),
    /// Everything in a period, both days included (domain 7, P1).
    Period {
        /// First day, UTC.
        from: Day,
        /// Last day, UTC.
        to: Day,
        /// In which order its chapters stand.
        order: ChapterOrder,
    },
    /// The retirement of the product by one plan (domain 7, P6).
    Retirement(RecordId),
    /// What the readiness rules find in the file: internal (domain 7, P7).
    Readiness(ReadinessScope),
    /// The records that an auditor picked, and those that were drawn for them.
    Sample(SampleScope),
}

/// Which readiness is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadinessScope {
    /// The end of this past day, UTC; the moment of making if it is absent.
    pub on: Option<Day>,
    /// How many months back it is looked since when each gap is there; with 0 it is not looked. Only for the moment of making.
    pub months: u32,
}

impl PacketScope {
    /// The record that it is about, and the kind that it must be of; `None` for a period and for readiness.
    pub const fn record(&self) -> Option<(RecordId, Kind)> {
        match self {
            Self::Change(id) => Some((*id, Kind::ChangeRequest)),
            Self::Release(id) | Self::Vex(id) => Some((*id, Kind::Release)),
            Self::SoupReview(id) => Some((*id, Kind::SoupReview)),
            Self::Vulnerability(id) => Some((*id, Kind::Finding)),
            Self::Retirement(id) => Some((*id, Kind::RetirementPlan)),
            Self::Period { .. } | Self::Readiness(_) | Self::Sample(_) => None,
        }
    }

    /// The packet of one record; `None` for a kind that has none.
    pub fn of(id: RecordId) -> Option<Self> {
        let makers = [Self::Change, Self::Release, Self::SoupReview, Self::Vulnerability, Self::Retirement];
        let all = makers.into_iter().map(|make| make(id));
        all.into_iter().find(|scope| scope.record().is_some_and(|(_, kind)| kind == id.kind))
    }

    /// Whether it is not meant for anybody outside the manufacturer.
    pub const fn is_internal(&self) -> bool {
        matches!(self, Self::Readiness(_))
    }

    /// Whether it goes to users, and so has no personal data whatever is chosen.
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Vex(_))
    }
}

/// The choices before a packet is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketOptions {
    /// Its scope.
    pub scope: PacketScope,
    /// Whether personal data is redacted.
    pub redact: bool,
}

/// A packet before layout. It can be sent to another thread.
#[derive(Debug, Clone)]
pub struct BuiltPacket {
    /// The content of the pages.
    pub packet: Packet,
    /// Evidence files to embed in the PDF.
    pub files: Vec<EmbeddedFile>,
    /// Number of the packet in its file, such as `PK-0007`.
    pub number: String,
    /// The moment of making, which is also the cut-off.
    pub at: Moment,
    /// Its scope.
    pub scope: PacketScope,
    /// From how many pages on it is printed in volumes.
    pub sizes: PacketSizes,
    /// What the audit event says besides number, digest and scope.
    facts: Map<String, Value>,
}

impl ReadinessScope {
    /// How many months back it is usually looked since when a gap is there.
    pub const MONTHS: u32 = 24;

    fn refuse_future(self, now: Moment) -> Result<(), Refused> {
        match self.on {
            Some(day) if day > now.day() => {
                Err(Refused::Rule(format!("{day} is in the future; give {} or an earlier day", now.day())))
            }
            Some(_) if self.months > 0 => Err(Refused::Rule(
                "since when a gap is there is looked for only from now on; leave out the day, or the search"
                    .to_owned(),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// What stands in a packet, besides the cover and the annex.
#[derive(Default)]
struct Content {
    sections: Vec<Section>,
    /// Words that a packet without personal data must not have.
    internal: Vec<String>,
    /// What the audit event says besides number, digest and scope.
    facts: Map<String, Value>,
    /// Further steps of checking it without this program.
    checks: Vec<Check>,
}

impl Content {
    fn of(paper: &mut paper::Paper<'_>, scope: &PacketScope) -> Result<Self, Refused> {
        let sections = match scope {
            PacketScope::Change(id) => change::sections(paper, *id)?,
            PacketScope::Release(id) => release::sections(paper, *id)?,
            PacketScope::SoupReview(id) => review::sections(paper, *id)?,
            PacketScope::Vulnerability(id) => vulnerability::sections(paper, *id)?,
            PacketScope::Vex(id) => {
                let (sections, mut internal) = vex::sections(paper, *id)?;
                internal.extend(paper.file.names()?.into_values());
                return Ok(Self { sections, internal, ..Self::default() });
            }
            PacketScope::Period { from, to, order } => order.arrange(period::sections(paper, *from, *to)?),
            PacketScope::Retirement(id) => retirement::sections(paper, *id)?,
            PacketScope::Readiness(scope) => readiness::sections(paper, *scope)?,
            PacketScope::Sample(scope) => return sample::content(paper, scope),
        };
        Ok(Self { sections, ..Self::default() })
    }
}

impl ProductFile {
    /// Makes a packet from the present records. Nothing is written.
    ///
    /// `verification` is the result of verifying the file just before. Without it the cover says that the chain was not verified.
    ///
    /// # Errors
    /// [`Refused::Rule`] for an unknown record, for a record of another kind and for a period that ends before it begins.
    pub fn build_packet(
        &self,
        options: &PacketOptions,
        made_by: &Session,
        verification: Option<&Verification>,
        stamp: &Stamp,
    ) -> Result<BuiltPacket, Refused> {
        self.build_packet_by(options, &job::maker(made_by), verification, stamp)
    }

    fn build_packet_by(
        &self,
        options: &PacketOptions,
        made_by: &str,
        verification: Option<&Verification>,
        stamp: &Stamp,
    ) -> Result<BuiltPacket, Refused> {
        self.refuse_scope(&options.scope, stamp.now)?;
        let number = self.next_packet_number()?;
        let redact = options.redact || options.scope.is_public();
        let mut paper = paper::Paper::new(self, redact, verification, stamp)?;
        let content = Content::of(&mut paper, &options.scope)?;
        let (annex, mut files) = cover::annex(&paper)?;
        let mut packet = cover::packet(&paper, options, made_by, &number)?;
        packet.sections = content.sections;
        packet.annex = annex;
        if !packet.brief {
            packet.checks = content.checks;
            packet.checks.extend(check::steps(&number));
        }
        if redact {
            let mut words = paper.private_words()?;
            words.extend(content.internal.into_iter().filter(|word| !word.is_empty()));
            packet = redact::strings(packet, &words)?;
            let embedded = packet.annex.iter().filter(|entry| entry.embedded);
            for (entry, file) in embedded.zip(&mut files) {
                file.file_name.clone_from(&entry.file_name);
            }
        }
        let (at, scope) = (stamp.now, options.scope.clone());
        Ok(BuiltPacket {
            packet,
            files,
            number,
            at,
            scope,
            sizes: PacketSizes::default(),
            facts: content.facts,
        })
    }

    fn refuse_scope(&self, scope: &PacketScope, now: Moment) -> Result<(), Refused> {
        match scope {
            PacketScope::Period { from, to, .. } if to < from => {
                Err(Refused::Rule(format!("the period ends on {to}, before it begins on {from}")))
            }
            PacketScope::Readiness(scope) => scope.refuse_future(now),
            PacketScope::Sample(sample) => sample.refuse(),
            PacketScope::Change(_)
            | PacketScope::Release(_)
            | PacketScope::SoupReview(_)
            | PacketScope::Vulnerability(_)
            | PacketScope::Vex(_)
            | PacketScope::Period { .. }
            | PacketScope::Retirement(_) => match scope.record() {
                Some((id, kind)) => self.refuse_other(id, kind),
                None => Ok(()),
            },
        }
    }

    /// A packet of one record needs a record of the kind that is there.
    ///
    /// # Errors
    /// [`Refused::Rule`] with what to do instead.
    pub fn refuse_other(&self, id: RecordId, kind: Kind) -> Result<(), Refused> {
        let noun = kind.def().noun();
        let which = match self.store.highest_number(kind)? {
            0 => format!("the file has no {noun} yet, so make one first"),
            last => format!("give a number up to {}", RecordId::new(kind, last)),
        };
        if id.kind != kind {
            return Err(Refused::Rule(format!("{id} is not a {noun}; {which}")));
        }
        if self.present().record(id)?.is_none() {
            return Err(Refused::Rule(format!("there is no {id}; {which}")));
        }
        Ok(())
    }

    /// The number of the next packet: after all that were issued, or may have been before the file was continued from a restored copy.
    pub fn next_packet_number(&self) -> Result<String, Refused> {
        Ok(packet::words(self.store.next_packet()?))
    }
}

/// Lays out the pages of a packet. Long packets take seconds, and those in volumes minutes: call it from a background job.
///
/// # Errors
/// [`Refused::Store`] if the packet cannot be written as a PDF, with the reason.
pub fn render_packet(built: &BuiltPacket, fonts: &Fonts) -> Result<RenderedPacket, Refused> {
    render_while(built, fonts, &|_| true)
}

fn render_while(
    built: &BuiltPacket,
    fonts: &Fonts,
    keep_going: Progress<'_>,
) -> Result<RenderedPacket, Refused> {
    let at: DateTime<Utc> = built.at.utc();
    let mut volumes = Vec::new();
    let mut sink = |volume: &report::Volume, pdf: &[u8]| {
        volumes.push(PacketVolume::keep(volume, pdf)?);
        Ok(())
    };
    let packet = (&built.packet, built.files.as_slice());
    let rendered = report::render_any(packet, fonts, (at, built.sizes), &mut sink, keep_going);
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(ReportError::Cancelled) => return Err(Refused::cancelled()),
        Err(error) => {
            return Err(StoreError::io("the packet could not be made")(std::io::Error::other(error)).into());
        }
    };
    let facts = facts(built, &canonical::digest(&rendered.pdf), rendered.pages);
    Ok(RenderedPacket::new(rendered, volumes, built.number.clone(), facts))
}

/// The facts of the audit event.
fn facts(built: &BuiltPacket, sha256: &str, pages: usize) -> Value {
    let packet = &built.packet;
    let mut facts = json!({
        "number": built.number,
        "kind": packet.kind,
        "sha256": sha256,
        "pages": pages,
        "redacted": packet.redacted,
        "chain_head": packet.chain_head_seq,
        "chain_head_digest": packet.chain_head_digest,
        "program": packet.program_version,
    });
    match &built.scope {
        PacketScope::Change(id)
        | PacketScope::Release(id)
        | PacketScope::SoupReview(id)
        | PacketScope::Vulnerability(id)
        | PacketScope::Vex(id)
        | PacketScope::Retirement(id) => facts["record"] = id.to_string().into(),
        PacketScope::Period { from, to, order } => {
            facts["period"] = json!([from, to]);
            if let Some(order) = order.fact() {
                facts["order"] = order.into();
            }
        }
        PacketScope::Readiness(scope) => {
            facts["readiness_on"] = json!(scope.on.unwrap_or_else(|| built.at.day()));
        }
        PacketScope::Sample(_) => {}
    }
    for (name, fact) in &built.facts {
        facts[name.as_str()] = fact.clone();
    }
    facts
}

/// Packets are made on one thread and rendered on another.
const _: fn() = || {
    fn can_be_sent<T: Send>() {}
    can_be_sent::<BuiltPacket>();
    can_be_sent::<RenderedPacket>();
};
