//! Any text as the address of a database, as a part of its password, and as the file of passwords: never a panic, and a password is in no words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_fuzz::pass_file;
use mainstay_fuzz::target::{Given, Target};

/// Stands in each password.
const MARK: &str = "Zq7Zq7";

fn words(address: &str) -> String {
    match Target::parse(address, &Given::default()) {
        Ok(target) => format!("{target} {target:?}"),
        Err(error) => error.to_string(),
    }
}

fuzz_target!(|input: (&str, &str, &str)| {
    let (before, after, text) = input;
    words(before);
    words(&format!("postgresql://{before}"));
    if ![before, after].iter().any(|part| part.contains(MARK)) {
        let told = words(&format!("postgresql://ana:{before}{MARK}{after}@db.example.org/q"));
        assert!(!told.contains(MARK), "{told}");
    }
    let Ok(target) = Target::parse("postgresql://ana@db.example.org/q", &Given::default()) else { return };
    if let Some(password) = pass_file::in_text(text, &target) {
        assert!(text.len() > password.len());
    }
});
