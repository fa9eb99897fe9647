//! Any text as the evidence of a search: refused with a place, or it is written as it was read, and nothing is clear that no source checked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_soup::{SearchResult, SearchRun, SubjectOutcome, since};

const BEGINNINGS: [&str; 2] = [
    "",
    "{\n\"format\":1,\n\"kind\":\"mainstay soup search\",\n\"knowledge\":{\"aliases\":[],\"exclusions\":[]},\n\"max_age_days\":14,\n\
     \"on\":\"2026-11-29\",\n\"program\":{\"name\":\"a\",\"version\":\"1\"},\n\"records\":{\n},\n\"sources\":[\n],\n\"subjects\":[\n\
     {\"results\":[{\"source\":\"a\",\"result\":\"nothing_found\"",
];

fuzz_target!(|input: (u8, &str)| {
    let beginning = BEGINNINGS.get(usize::from(input.0) % BEGINNINGS.len()).copied().unwrap_or_default();
    let text = format!("{beginning}{}", input.1);
    match SearchRun::read(text.as_bytes()) {
        Ok(run) => {
            assert_eq!(run.to_bytes(), text.as_bytes());
            let _ = since(&run, &run);
            for subject in &run.subjects {
                let checked = subject.results.iter().any(|one| one.result == SearchResult::NothingFound);
                assert!(checked || !matches!(subject.outcome(), SubjectOutcome::NothingFound { .. }));
            }
        }
        Err(reason) => assert!(reason.contains(": ")),
    }
});
