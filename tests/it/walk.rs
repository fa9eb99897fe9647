//! The walk of a security patch through the window, from the CVE to released and communicated, by keyboard alone.
//!
//! Every key press and every typed character is counted. `docs/walk-security-patch.md` holds the same counts.

pub mod keys;

use std::path::PathBuf;

use eframe::egui::vec2;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ui::cx::Route;

use self::keys::Walk;
use crate::desk::Desk;
use crate::host::Window;
use crate::releasing::{ARCHIVE, ARTIFACT};
use crate::soup_desk;

const BILL: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "libexpat", "version": "2.6.2", "purl": "pkg:generic/libexpat@2.6.2"}
]}"#;
const ADVISORY: &str = "CVE-2024-28757: libexpat before 2.6.2 allows an XML entity expansion attack that uses all memory. CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
const CVSS: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";

/// What others do on the file of the walk.
pub fn done_by_others(desk: &mut Desk, what: &str) {
    let release = RecordId::new(Kind::Release, 2);
    match what {
        "the new version is registered." => soup_desk::register(desk, release),
        "the SOUP is reviewed." => {
            soup_desk::reviewed(desk, release);
        }
        other => panic!("{other}"),
    }
}

/// The same while nobody sits before the window.
pub fn meanwhile(window: &mut Window, what: &str) {
    window.meanwhile(|desk| done_by_others(desk, what));
    // Meanwhile the window has locked itself.
    window.sit_down("rita");
}

/// What the walk pastes.
pub fn clipboard() -> [(&'static str, String); 4] {
    [("advisory", ADVISORY), ("artifact", ARTIFACT), ("archive", ARCHIVE), ("score", CVSS)]
        .map(|(name, text)| (name, text.to_owned()))
}

/// The files that the walk chooses, in the folder of the product file: the first one last.
pub fn files(desk: &Desk) -> Vec<PathBuf> {
    let bill = desk.folder.path().join("gateway.json");
    std::fs::write(&bill, BILL).unwrap();
    let items = desk.folder.path().join("items.csv");
    std::fs::write(&items, "item,version\nalarm/timer.c,a1b2c3\nui/main.c,77aa01\n").unwrap();
    vec![items, bill]
}

/// The walk, row by row.
pub const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/walk-security-patch.md");

#[test]
fn a_security_patch_goes_from_its_cve_to_released_and_communicated_by_keyboard() {
    let mut desk = Desk::staffed();
    crate::releasing::released(&mut desk);
    let files = files(&desk);
    let window = Window::new(desk, "ana", Route::Dashboard, vec2(1280.0, 800.0));
    let mut walk = Walk::new(window, clipboard().to_vec());
    walk.files = files;
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    walk.along(&document);
    let report = walk.report();
    println!("{}", report.join("\n"));
    for row in &report {
        assert!(document.contains(row), "the document counts something else than {row}");
    }
}
