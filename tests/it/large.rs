//! Attachments larger than the memory that should be used, exports of what is not what was recorded, and outputs that fail half-way.

use std::path::Path;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::time::Day;
use mainstay::ops::{
    Act, ChapterOrder, EventFilter, FileSource, PacketFonts, PacketOptions, PacketScope, ProductFile,
    Refused, RenderedPacket, Request, render_packet,
};
use mainstay_base::fresh_file::FreshFile;
use serde_json::json;

use crate::desk::{Desk, attach_log, program, stamp};
use crate::forger::Forger;

fn attach(to: RecordId, path: &Path) -> Act {
    Request::Attach {
        to,
        file_name: "dump.bin".to_owned(),
        file: FileSource::Path(path.to_owned()),
        description: String::new(),
        source: String::new(),
        captured_at: None,
    }
    .into()
}

/// Bytes that differ from piece to piece.
fn fill(path: &Path, megabytes: u32) {
    let bytes: Vec<u8> = (0..megabytes * 1024 * 1024 / 4).flat_map(u32::to_le_bytes).collect();
    std::fs::write(path, bytes).unwrap();
}

/// Peak memory of a process so far, in KiB.
#[cfg(target_os = "linux")]
fn peak(arguments: &[&str]) -> (i32, u64) {
    use std::os::unix::process::ExitStatusExt as _;
    let mut child = program()
        .args(arguments)
        .env("MAINSTAY_PASSWORD", crate::desk::PASSWORD)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = most.max(line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            return (ended.code().or(ended.signal()).unwrap(), most);
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_attachment_is_never_in_memory_as_a_whole() {
    const MEGABYTES: u32 = 200;
    let mut desk = Desk::new();
    let fb = desk.create("ana", Kind::Feedback, json!({"title": "A dump"}));
    let big = desk.folder.path().join("dump.bin");
    fill(&big, MEGABYTES);
    let at = desk.by("ana", attach(fb, &big)).unwrap().record.unwrap();
    let (path, out) = (desk.file.path().to_owned(), desk.folder.path().join("out"));
    let (name, written) = (path.to_str().unwrap(), out.to_str().unwrap());
    let id = at.to_string();
    for arguments in [
        vec!["verify", name],
        vec!["export", name, "--attachment", &id, "-o", written],
        vec!["export", name, "-o", written],
        vec!["backup", name, "-o", written],
    ] {
        let (code, most) = peak(&arguments);
        assert_eq!(code, 0, "{arguments:?}");
        assert!(most < u64::from(MEGABYTES) * 1024 * 6 / 10, "{arguments:?} used {most} KiB");
        if arguments.len() == 6 {
            assert!(std::fs::read(&out).unwrap() == std::fs::read(&big).unwrap(), "byte for byte");
        }
        let _ = std::fs::remove_file(&out);
    }
}

#[test]
fn an_attachment_of_several_pieces_is_kept_byte_for_byte_and_is_there_once() {
    let mut desk = Desk::new();
    let fb = desk.create("ana", Kind::Feedback, json!({"title": "A dump"}));
    let big = desk.folder.path().join("dump.bin");
    fill(&big, 17);
    for _ in 0..2 {
        desk.by("ana", attach(fb, &big)).unwrap();
    }
    let kept = desk.record("AT-0001".parse().unwrap());
    assert_eq!(desk.file.attachment_bytes(&kept).unwrap().unwrap(), std::fs::read(&big).unwrap());
    assert!(std::fs::metadata(desk.file.path()).unwrap().len() < 20 << 20, "the bytes are there once");
    // A refusal, after which everything goes on.
    let missing = desk.folder.path().join("missing.bin");
    assert!(desk.by("ana", attach(fb, &missing)).is_err());
    desk.by("ana", attach_log(fb, "small")).unwrap();
    desk.assert_verifies();
}

#[test]
fn bytes_that_are_not_those_recorded_are_not_exported() {
    let f = Forger::without_triggers(crate::forger::scene());
    f.run("UPDATE blob SET bytes = CAST(bytes || 'x' AS BLOB)");
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (f.path.to_str().unwrap(), folder.path().join("out"));
    let export = |more: &[&str]| {
        let output = program().args(["export", path]).args(more).arg("-o").arg(&out).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for more in [vec![], vec!["--attachment", "AT-0001"]] {
        let (code, err) = export(&more);
        assert!(code == 4 && err.contains("are not those that were recorded"), "{code} {err}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }
    let gone = Forger::without_triggers(crate::forger::scene());
    gone.run("DELETE FROM blob");
    let output = program().arg("export").arg(&gone.path).arg("-o").arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(export(&["--attachment", "FB-0001"]).0, 2);
    assert_eq!(export(&["--attachment", "AT-9999"]).0, 3);
}

fn rendered(desk: &Desk) -> RenderedPacket {
    let day = |text| Day::parse(text).unwrap();
    let scope =
        PacketScope::Period { from: day("2031-03-01"), to: day("2031-03-03"), order: ChapterOrder::Clauses };
    let options = PacketOptions { scope, redact: false };
    let built = desk.file.build_packet(&options, &desk.people["ana"], None, &stamp(desk.now)).unwrap();
    render_packet(&built, PacketFonts::with_system()).unwrap()
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_packet_that_fails_before_its_event_leaves_nothing_and_one_that_fails_after_it_is_not_lost() {
    let mut desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("packet.pdf");
    let issue = |desk: &mut Desk, packet: &RenderedPacket, to: FreshFile| {
        let at = stamp(desk.now);
        desk.file.issue_packet_as(&desk.people["ana"], packet, (to, false), &at)
    };
    // The event is refused: another packet took the number.
    let packet = rendered(&desk);
    desk.by("ana", Request::NotePacket { facts: json!({"number": "PK-0001"}) }).unwrap();
    let before = desk.file.head().clone();
    let refusal = issue(&mut desk, &packet, FreshFile::new(&out, None).unwrap()).unwrap_err();
    assert!(matches!(refusal, Refused::Rule(_)), "{refusal}");
    assert_eq!((desk.file.head().clone(), files_in(folder.path())), (before.clone(), Vec::new()));
    // The file cannot be written to any more.
    let packet = rendered(&desk);
    let handed = std::mem::replace(&mut desk, Desk::new());
    let mut reader = ProductFile::open_for_job(handed.file.path()).unwrap();
    let at = stamp(handed.now);
    let to = FreshFile::new(&out, None).unwrap();
    assert!(reader.issue_packet_as(&handed.people["ana"], &packet, (to, false), &at).is_err());
    assert_eq!(files_in(folder.path()), Vec::<String>::new());
    desk = handed;
    // Its name is taken while it is recorded: it gets another one.
    let to = FreshFile::new(&out, None).unwrap();
    std::fs::write(&out, "of somebody else").unwrap();
    let (receipt, paths) = issue(&mut desk, &packet, to).unwrap();
    assert_eq!(files_in(folder.path()), ["packet-2.pdf", "packet.pdf"]);
    assert_eq!((std::fs::read(&paths[0]).unwrap(), receipt.seq), (packet.pdf.clone(), before.seq + 1));
    assert_eq!(std::fs::read(&out).unwrap(), b"of somebody else");
    desk.assert_verifies();
}

#[cfg(unix)]
#[test]
fn a_packet_that_cannot_get_its_name_is_kept_and_the_error_says_where() {
    let mut desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let packet = rendered(&desk);
    let to = FreshFile::new(&inner.join("packet.pdf"), None).unwrap();
    // A folder has the name, which a file does not replace.
    std::fs::create_dir(inner.join("packet.pdf")).unwrap();
    let names: Vec<String> = (2..1000).map(|number| format!("packet-{number}.pdf")).collect();
    for name in &names {
        std::fs::create_dir(inner.join(name)).unwrap();
    }
    let at = stamp(desk.now);
    let failed = desk.file.issue_packet_as(&desk.people["ana"], &packet, (to, false), &at).unwrap_err();
    assert!(failed.to_string().contains("it is kept as"), "{failed}");
    let kept: Vec<String> =
        files_in(&inner).into_iter().filter(|name| name.ends_with(".mainstay-part")).collect();
    assert_eq!(std::fs::read(inner.join(&kept[0])).unwrap(), packet.pdf);
    let last = desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!(last.request, "packet.issue");
}
