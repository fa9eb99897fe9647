//! Packets in volumes: that each is valid by itself, that all or none appear, and that plain tools check them as their last page says.

use std::path::Path;
use std::process::Command;

use mainstay::base::fresh_file::FreshFile;
use mainstay::domain::time::Day;
use mainstay::ops::{
    BuiltPacket, ChapterOrder, EventFilter, PacketFonts, PacketOptions, PacketScope, PacketSizes,
    ProductFile, Request, render_packet,
};
use serde_json::json;

use crate::desk::{Desk, stamp};
use crate::packet::{build, keep, told_by_a_person};
use crate::recipe;

/// A packet of a year that is cut into volumes of a page.
fn in_volumes(desk: &Desk) -> BuiltPacket {
    let day = |text| Day::parse(text).unwrap();
    let scope =
        PacketScope::Period { from: day("2031-01-01"), to: day("2031-12-31"), order: ChapterOrder::Clauses };
    let mut built = build(desk, PacketOptions { scope, redact: false });
    built.sizes = PacketSizes { longest: 1, volume: 3 };
    built
}

fn desk() -> Desk {
    let mut desk = Desk::staffed();
    told_by_a_person(&mut desk);
    desk
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_long_packet_becomes_volumes_that_are_valid_by_themselves_and_one_event_names_them_all() {
    let mut desk = desk();
    let rendered = render_packet(&in_volumes(&desk), PacketFonts::bundled()).unwrap();
    let of = rendered.further.len() + 1;
    assert!(of > 2, "{of}");
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("P1-2031.pdf");
    let to = FreshFile::new(&out, None).unwrap();
    let at = stamp(desk.now);
    let (_, paths) = desk.file.issue_packet_as(&desk.people["ana"], &rendered, (to, false), &at).unwrap();
    let expected: Vec<String> = (1..=of).map(|number| format!("P1-2031 vol {number} of {of}.pdf")).collect();
    assert_eq!(names(folder.path()), expected);
    let filter = EventFilter { request: "packet.issue".to_owned(), ..EventFilter::default() };
    let facts = desk.file.events(&filter, 10, 0).unwrap().remove(0).event.facts;
    assert_eq!((&facts["number"], &facts["file_name"]), (&json!("PK-0001"), &json!(expected[0])));
    let digest = |path: &Path| mainstay::domain::canonical::digest(&std::fs::read(path).unwrap());
    assert_eq!(facts["sha256"], digest(&paths[0]));
    for (at, path) in paths.iter().enumerate().skip(1) {
        let volume = &facts["volumes"][at - 1];
        assert_eq!(volume["sha256"], digest(path), "{volume}");
        assert_eq!((&volume["volume"], &volume["file_name"]), (&json!(at + 1), &json!(expected[at])));
    }
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let has = |words: &str| bytes.windows(words.len()).any(|part| part == words.as_bytes());
        keep(&path.file_stem().unwrap().to_string_lossy(), &bytes);
        assert!(has("pdfaid:part") && has("pdfuaid:part"), "{} states its standards", path.display());
    }
    desk.assert_verifies();
}

#[test]
fn the_same_packet_gives_the_same_volumes() {
    let desk = desk();
    let digests = || {
        let rendered = render_packet(&in_volumes(&desk), PacketFonts::bundled()).unwrap();
        let further: Vec<String> = rendered.further.iter().map(|one| one.volume.sha256.clone()).collect();
        (rendered.sha256, further)
    };
    assert_eq!(digests(), digests());
}

#[test]
fn a_name_that_is_taken_or_a_refused_event_leaves_no_volume() {
    let mut desk = desk();
    let rendered = render_packet(&in_volumes(&desk), PacketFonts::bundled()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("packet.pdf");
    let at = stamp(desk.now);
    let last = rendered.paths(&out).pop().unwrap();
    std::fs::write(&last, "of somebody else").unwrap();
    let to = FreshFile::new(&out, None).unwrap();
    let head = desk.file.head().clone();
    desk.file.issue_packet_as(&desk.people["ana"], &rendered, (to, false), &at).unwrap_err();
    assert_eq!((names(folder.path()).len(), desk.file.head().clone()), (1, head));
    std::fs::remove_file(&last).unwrap();
    desk.by("ana", Request::NotePacket { facts: json!({"number": "PK-0001"}) }).unwrap();
    let to = FreshFile::new(&out, None).unwrap();
    desk.file.issue_packet_as(&desk.people["ana"], &rendered, (to, false), &at).unwrap_err();
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

/// Whether the commands of the last page find everything right, and what they say.
fn checked(built: &BuiltPacket, product: &Path, pdf: &Path) -> (bool, String) {
    let commands: Vec<&str> = built.packet.checks.iter().map(|check| check.commands.as_str()).collect();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("check.sh");
    std::fs::write(&script, commands.join("\n")).unwrap();
    let output =
        Command::new("sh").arg(&script).arg(product).arg(pdf).env("TMPDIR", folder.path()).output().unwrap();
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success() && words.trim_end().ends_with("checked"), words)
}

#[test]
fn plain_tools_check_a_packet_and_each_volume_as_its_last_page_says_and_find_a_changed_byte() {
    if recipe::are_missing(&["sh", "sqlite3", "sha256sum", "qpdf", "pdfdetach"], module_path!()) {
        return;
    }
    let mut desk = desk();
    let folder = tempfile::tempdir().unwrap();
    for (number, sizes) in
        [("PK-0001", PacketSizes::default()), ("PK-0002", PacketSizes { longest: 1, volume: 3 })]
    {
        let mut built = in_volumes(&desk);
        built.sizes = sizes;
        assert_eq!(built.number, number);
        let rendered = render_packet(&built, PacketFonts::bundled()).unwrap();
        let to = FreshFile::new(&folder.path().join(format!("{number}.pdf")), None).unwrap();
        let at = stamp(desk.now);
        let (_, paths) = desk.file.issue_packet_as(&desk.people["ana"], &rendered, (to, false), &at).unwrap();
        let product = folder.path().join("product.mainstay");
        let _ = std::fs::remove_file(&product);
        ProductFile::backup(desk.file.path(), &product, &|_| true).unwrap();
        for path in &paths {
            let (good, words) = checked(&built, &product, path);
            assert!(good, "{}: {words}", path.display());
        }
        let mut bytes = std::fs::read(paths.last().unwrap()).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let changed = folder.path().join("changed.pdf");
        std::fs::write(&changed, bytes).unwrap();
        assert!(!checked(&built, &product, &changed).0, "a changed byte is found");
    }
}
