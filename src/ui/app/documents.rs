//! The documents of the program: the manual, and the qualification pack of this workstation. Both are made in the background.

use std::path::{Path, PathBuf};

use super::App;
use super::jobs::{Finished, RunningKind};
use crate::base::fresh_file::FreshFile;
use crate::domain::text::counted;
use crate::manual;
use crate::ops::jobs::Progress;
use crate::ops::{self, Refused};
use crate::qualification;
use crate::ui::dialogs;
use crate::ui::widgets::notice::Notice;

/// A document that was written.
pub struct Written {
    /// What it is and where, in a sentence.
    pub words: String,
    /// What to look at, if something in it is not as it should be.
    pub remedy: Option<String>,
}

impl App {
    /// Prints the manual to a place that the user chooses.
    pub(super) fn manual_to_choice(&mut self) {
        self.document_to_choice(
            "Manual as PDF",
            "Mainstay manual.pdf",
            "Printing the manual",
            |target, progress| {
                let printed = manual::print(ops::now(), progress)?;
                write(&target, &printed.pdf)?;
                let pages = counted(printed.pages, "page");
                Ok(Written {
                    words: format!("The manual was written to {}, {pages}.", target.display()),
                    remedy: None,
                })
            },
        );
    }

    /// Performs the self-tests of this workstation and prints them to a place that the user chooses.
    pub(super) fn qualification_to_choice(&mut self) {
        let name = "Mainstay qualification.pdf";
        self.document_to_choice("Qualification pack", name, "Performing self-tests", |target, progress| {
            let found = qualification::qualify(&qualification::checks(), None, progress)?;
            let pack = qualification::print(&found, progress)?;
            write(&target, &pack.pdf)?;
            let (passed, all) = (found.passed(), found.checks.len());
            let words = format!(
                "The qualification pack was written to {}: {passed} of {} passed.",
                target.display(),
                counted(all, "self-test")
            );
            let remedy = (passed < all).then(|| "Read in it which test failed, and why.".to_owned());
            Ok(Written { words, remedy })
        });
    }

    fn document_to_choice(
        &mut self,
        title: &str,
        name: &str,
        job: &'static str,
        work: impl FnOnce(PathBuf, &Progress) -> Result<Written, Refused> + Send + 'static,
    ) {
        let folder = self.desk.as_ref().and_then(|desk| desk.file.path().parent().map(Path::to_owned));
        let suggested = folder.unwrap_or_default().join(name);
        let question = dialogs::save(title, &suggested, "PDF", "pdf");
        self.with_path(question, move |app, target| {
            let started = app.jobs.start(job, RunningKind::Document, move |progress| {
                Ok(Finished::Document(work(target, progress)?))
            });
            if let Err(refusal) = started {
                app.document_failed(&refusal);
            }
        });
    }

    /// Says that a document was written.
    pub(super) fn document_written(&mut self, written: Written) {
        match written.remedy {
            None => self.notices.push(Notice::done(written.words)),
            Some(remedy) => self.problem(written.words, remedy),
        }
    }

    /// Says why a document was not written.
    pub(super) fn document_failed(&mut self, refusal: &Refused) {
        self.problem(
            format!("The document was not written: {refusal}."),
            "Choose another place and try again.",
        );
    }
}

/// The dialog asked before it named a file that exists.
fn write(target: &Path, pdf: &[u8]) -> Result<(), Refused> {
    let mut file = FreshFile::over(target, None)?;
    file.put(pdf)?;
    file.persist_over()?;
    Ok(())
}
