//! VEX documents of a release: from the confirmed decisions on findings, attached to the release and saved.

use eframe::egui;
use egui::Ui;

use crate::domain::ids::RecordId;
use crate::ops::{Act, FileSource, Request};
use crate::soup::{VexFormat, vex_text};
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::notice::Notice;
use crate::vex::{self, VexIssuer};

/// The formats that need nothing that the file does not have. CSAF also needs the address of the issuer, which the command line takes.
const FORMATS: [(VexFormat, &str); 2] =
    [(VexFormat::OpenVex, "Publish OpenVEX…"), (VexFormat::CycloneDx, "Publish CycloneDX VEX…")];

/// What the buttons do.
const HELP: &str = "The decisions on findings that concern this release, attached to it and saved as a file";

/// Buttons that make a document, attach it to the release and ask where to save it.
pub(super) fn publish_ui(ui: &mut Ui, cx: &mut Cx<'_>, release: RecordId) {
    for (format, label) in FORMATS {
        if button_in_reach_ui(ui, label, HELP) {
            publish(cx, release, format);
        }
    }
}

fn publish(cx: &mut Cx<'_>, release: RecordId, format: VexFormat) {
    let made = vex::document(cx.file, release, &VexIssuer::default(), cx.stamp)
        .map_err(|refusal| refusal.to_string())
        .and_then(|made| vex_text(&made.document, format).map_err(|refusal| refusal.to_string()));
    let text = match made {
        Ok(text) => text,
        Err(words) => {
            let what = "Mend what is named, and publish it again.";
            return cx.ask(Command::Notify(Notice::problem(words, what)));
        }
    };
    let evidence = vex::evidence(release, format, text.clone());
    let suggested_name = evidence.name.clone();
    let request = Request::Attach {
        to: release,
        file_name: evidence.name,
        file: FileSource::Text(text.clone()),
        description: evidence.description,
        source: evidence.place,
        captured_at: None,
    };
    cx.ask(Command::Perform { act: Act::from(request), then: Then::Stay, draft: None });
    cx.ask(Command::SaveFile { suggested_name, bytes: text.into_bytes() });
}
