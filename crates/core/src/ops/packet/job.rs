//! Making a packet in a background job: verify the file, gather the records, lay out the pages.
//!
//! Belongs here: the order of these steps, their progress, and where they can be cancelled. Does not belong here: the
//! content of a packet.

use std::path::PathBuf;

use super::{PacketFonts, PacketOptions, RenderedPacket, Stage, render_while};
use crate::domain::choice::Choice as _;
use crate::domain::readiness::Facts;
use crate::domain::text::counted;
use crate::ops::file::ProductFile;
use crate::ops::jobs::Progress;
use crate::ops::refused::Refused;
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;

/// How often the file is verified again because a writer changed it meanwhile. After that the packet says that it was not
/// verified up to its last event.
const TRIES: usize = 3;

/// The input of a job that makes a packet: plain data, no key.
#[derive(Debug, Clone)]
pub struct PacketOrder {
    path: PathBuf,
    options: PacketOptions,
    made_by: String,
    /// What is known of the file besides its records.
    known: Facts,
    stamp: Stamp,
}

/// The maker of a packet as named on its cover: name and roles.
pub(super) fn maker(session: &Session) -> String {
    let roles: Vec<&str> = session.roles().iter().map(|role| role.word()).collect();
    format!("{}, {}", session.name(), roles.join(", ").to_lowercase())
}

impl PacketOrder {
    /// A packet of a file, made by a person.
    pub fn new(file: &ProductFile, options: PacketOptions, made_by: &Session, stamp: &Stamp) -> Self {
        let (path, known) = (file.path().to_owned(), file.known());
        Self { path, options, made_by: maker(made_by), known, stamp: stamp.clone() }
    }

    /// Makes the packet. Nothing is written.
    ///
    /// # Errors
    /// Whatever verification, [`ProductFile::build_packet`] and [`super::render_packet`] refuse, or that the job was
    /// cancelled: at any moment of verification, later between the stages.
    pub fn make(&self, fonts: &PacketFonts, progress: &Progress) -> Result<RenderedPacket, Refused> {
        let mut tries = 0;
        let built = loop {
            tries += 1;
            progress.step("Verifying the file", 0.0)?;
            let verification = ProductFile::verify_in_background(&self.path, None, progress, 0.4)?;
            progress.step("Gathering the records", 0.4)?;
            let mut file = ProductFile::open_for_job(&self.path)?;
            file.known = self.known.clone();
            if verification.head.1 == file.head().digest || tries == TRIES {
                break file.build_packet_by(
                    &self.options,
                    &self.made_by,
                    Some(&verification),
                    &self.stamp,
                )?;
            }
        };
        render_while(&built, fonts, &|stage| {
            let (words, share) = match stage {
                Stage::LayingOut(0) => ("Laying out the pages".to_owned(), 0.5),
                Stage::LayingOut(_) => ("Laying out the pages once more".to_owned(), 0.65),
                Stage::Writing(pages) => (format!("Writing {}", counted(pages, "page")), 0.8),
                Stage::Volumes { done, of } => {
                    let share = 0.5 + 0.5 * done as f32 / of.max(1) as f32;
                    (format!("Laying out {of} volumes, {done} written"), share)
                }
            };
            progress.step(&words, share).is_ok()
        })
    }
}
