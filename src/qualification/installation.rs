//! Checks of the installation: the program, its folders, fonts, disk and clock.

use std::fs;

use super::desk::{Room, holds, words};
use super::{Check, Seen, machine};
use crate::base::database::sqlite_version;
use crate::ops::{self, PacketFonts, places};

/// The checks, in order.
pub const CHECKS: &[Check] = &[
    Check {
        id: "IQ-01",
        requirement: "The program that runs is identified by version and digest",
        clause: "ISO 13485 4.1.6, 21 CFR 11.10(a)",
        done: "Read the running program file and computed its SHA-256 twice",
        expected: "The same digest of 64 digits both times",
        run: program,
    },
    Check {
        id: "IQ-02",
        requirement: "The database inside the program is the one that the file format needs",
        clause: "ISO 13485 4.1.6",
        done: "Asked for its version",
        expected: "SQLite 3.45 or later",
        run: sqlite,
    },
    Check {
        id: "IQ-03",
        requirement: "The fonts of printed evidence are complete",
        clause: "21 CFR 11.10(b)",
        done: "Read the fonts inside the program",
        expected: "Five faces with a name and a digest each",
        run: fonts,
    },
    Check {
        id: "IQ-04",
        requirement: "The folders of settings and data can be written",
        clause: "21 CFR 11.10(c), (d)",
        done: "Wrote a file into each that is there, or into the nearest folder above it, and removed it",
        expected: "Each can be written",
        run: folders,
    },
    Check {
        id: "IQ-05",
        requirement: "The disk keeps what is written",
        clause: "21 CFR 11.10(c)",
        done: "Wrote 4 MiB, forced them to the disk, renamed the file, read it back, removed it",
        expected: "The same bytes under the new name, and nothing left",
        run: disk,
    },
    Check {
        id: "IQ-06",
        requirement: "The clock is plausible and runs forward",
        clause: "21 CFR 11.10(e)",
        done: "Read the clock of the system and a clock that nobody can set, waited, and read both again",
        expected: "A year from 2026 to 2099, and both advanced",
        run: clock,
    },
];

fn program(_: &Room<'_>) -> Seen {
    let path = machine::own_file()?;
    let digest = || ops::digest_of(&path, &|_| true).map_err(words);
    let (first, again) = (digest()?, digest()?);
    holds(first == again && first.len() == 64, format!("{}, SHA-256 {first}", machine::program()))
}

fn sqlite(_: &Room<'_>) -> Seen {
    let version = sqlite_version();
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    holds((major, minor) >= (3, 45), format!("SQLite {version}"))
}

fn fonts(_: &Room<'_>) -> Seen {
    let found = PacketFonts::inside_the_program();
    let complete =
        found.len() == 5 && found.iter().all(|(name, digest)| !name.is_empty() && digest.len() == 64);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    holds(complete, names.join(", "))
}

fn folders(_: &Room<'_>) -> Seen {
    let mut seen = Vec::new();
    let mut wrong = false;
    for (what, folder) in [("settings", places::settings_folder()), ("data", places::data_folder())] {
        let Some(folder) = folder else {
            wrong = true;
            seen.push(format!("{what}: the system has no such folder"));
            continue;
        };
        let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(&folder);
        match machine::writable(there) {
            Ok(()) => seen.push(format!("{what}: {} can be written", there.display())),
            Err(error) => {
                wrong = true;
                seen.push(format!("{what}: {} cannot be written: {error}", there.display()));
            }
        }
    }
    holds(!wrong, seen.join("; "))
}

fn disk(room: &Room<'_>) -> Seen {
    let bytes: Vec<u8> = (0..4 * 1024 * 1024_u32).map(|at| (at % 251) as u8).collect();
    let (first, second) = (room.path("bin"), room.path("bin"));
    fs::write(&first, &bytes).map_err(words)?;
    fs::File::open(&first).and_then(|file| file.sync_all()).map_err(words)?;
    fs::rename(&first, &second).map_err(words)?;
    let read = fs::read(&second).map_err(words)?;
    fs::remove_file(&second).map_err(words)?;
    let gone = !first.exists() && !second.exists();
    holds(read == bytes && gone, format!("{} bytes read back, nothing left", read.len()))
}

fn clock(_: &Room<'_>) -> Seen {
    let before = ops::stamp();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let after = ops::stamp();
    let year: i32 =
        after.now.day().to_string().get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    let advanced = after.now >= before.now && after.steady > before.steady;
    holds((2026..2100).contains(&year) && advanced, after.now.words())
}
