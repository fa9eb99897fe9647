use super::*;

fn now() -> Moment {
    Moment::parse("2026-12-01T09:00:00Z").unwrap()
}

fn titles(book: &Book) -> Vec<String> {
    book.sections
        .iter()
        .map(|section| format!("{} {}", section.number, section.title).trim().to_owned())
        .collect()
}

#[test]
fn every_kind_and_every_page_of_the_help_stands_in_the_manual_once() {
    let book = book(now());
    let titles = titles(&book);
    for page in help::pages() {
        // A chapter has the name of its first kind.
        let has = |title: &&String| {
            title.split_once(' ').is_some_and(|(number, rest)| {
                rest == page.title && number.starts_with(|c: char| c.is_ascii_digit())
            })
        };
        let count = titles.iter().filter(has).count();
        let skipped = page.name == "shortcuts";
        assert!(skipped || (1..=2).contains(&count), "{} stands {count} times", page.title);
    }
}

#[test]
fn every_command_is_in_the_manual_with_its_arguments_and_keys_are_in_words() {
    let text = format!("{:?}", book(now()).sections);
    for command in ["mainstay verify", "mainstay manual", "mainstay qualify", "mainstay advisories import"] {
        assert!(text.contains(command), "{command}");
    }
    assert!(text.contains("--head") && text.contains("Ctrl+K"), "arguments and keys");
}

#[test]
fn the_conditions_of_every_step_can_be_asked_without_records() {
    let mut steps = 0;
    for kind in Kind::ALL {
        for step in kind.def().moves {
            for (text, _) in conditions::of(kind.def(), step) {
                assert!(!text.trim().is_empty(), "{} {}", kind.code(), step.name);
            }
            steps += 1;
        }
    }
    assert!(steps > 100);
    let text = format!("{:?}", book(now()).sections);
    assert!(text.contains("reviewed impact analysis"), "the conditions of an approval");
}

#[test]
fn no_section_of_the_manual_is_empty() {
    let book = book(now());
    for (at, section) in book.sections.iter().enumerate() {
        let below = book.sections.get(at + 1).is_some_and(|next| next.level > section.level);
        assert!(below || !section.blocks.is_empty(), "{} {}", section.number, section.title);
    }
}

#[test]
fn the_manual_is_archival_and_accessible() {
    let printed = print(now(), &Progress::new("Printing the manual", || {})).unwrap();
    assert_eq!(printed.conformance.words(), "PDF/A-3a and PDF/UA-1", "{:?}", printed.warnings);
    assert!(printed.pages > 50, "{} pages", printed.pages);
    assert!(printed.warnings.is_empty(), "{:?}", printed.warnings);
}
