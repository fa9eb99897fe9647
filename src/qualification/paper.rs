//! The pack on paper, and as JSON.

use super::{Outcome, Qualification};
use crate::domain::text::counted;
use crate::ops::jobs::Progress;
use crate::ops::{PacketFonts, Refused, StoreError};
use crate::report::{
    Block, Book, Cell, Column, Field, Mark, PrintedBook, ReportError, Section, Statement, Tone, render_book,
};

/// A printed pack.
pub type Pack = PrintedBook;

/// Prints the pack.
///
/// # Errors
/// [`Refused`] when it cannot be printed or was cancelled.
pub fn print(found: &Qualification, progress: &Progress) -> Result<Pack, Refused> {
    progress.step("Printing the qualification pack", 0.97)?;
    let go_on = |_| !progress.is_cancelled();
    render_book(&book(found), PacketFonts::with_system(), found.ended.utc(), &go_on).map_err(of_report)
}

/// How a refusal of the printer is told.
pub(crate) fn of_report(error: ReportError) -> Refused {
    match error {
        ReportError::Cancelled => Refused::Store(StoreError::Cancelled),
        other => Refused::Rule(format!("it could not be printed: {other}")),
    }
}

/// The sentence on the result.
fn result_words(found: &Qualification) -> String {
    let failed = found.checks.len() - found.passed();
    if failed == 0 {
        format!("All {} passed.", counted(found.checks.len(), "self-test"))
    } else {
        let of = counted(found.checks.len(), "self-test");
        format!("{failed} of {of} failed. Do not use this installation for records until the cause is known.")
    }
}

/// The pack as a book.
pub fn book(found: &Qualification) -> Book {
    let machine = &found.machine;
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let result = result_words(found);
    Book {
        kind: "Installation and operational qualification".to_owned(),
        title: format!("Qualification of {}", machine.program),
        subtitle: result.clone(),
        facts: vec![
            fact("Program", &machine.program),
            fact("SHA-256", &machine.executable_sha256),
            fact("Machine", &machine.machine),
            fact("System", &machine.system),
            fact("User", &machine.user),
            fact("Begun", &found.started.words()),
            fact("Ended", &found.ended.words()),
            fact("Passed", &format!("{} of {}", found.passed(), found.checks.len())),
        ],
        statements: statements(),
        contents_depth: 2,
        sections: vec![
            result_section(found, &result),
            installation(found),
            group(
                found,
                "3",
                "Installation qualification",
                "IQ-",
                "Is the right program installed, complete and able to keep what it writes?",
            ),
            group(
                found,
                "4",
                "Operational qualification",
                "OQ-",
                "Does the program do on this machine what regulated records need?",
            ),
        ],
        signed_by: vec!["Performed by".to_owned(), "Reviewed by".to_owned()],
        program: machine.program.clone(),
    }
}

fn statements() -> Vec<Statement> {
    let statement = |title: &str, text: &str| Statement { title: title.to_owned(), text: text.to_owned() };
    vec![
        statement(
            "What this is",
            "Every test in this pack was performed on the machine named above, by the program named above, in a temporary folder that \
             was removed afterwards. No product file of yours was opened. The tests of the process use copies of the example product, \
             with a clock of their own.",
        ),
        statement(
            "What it is for",
            "It supports the assurance of software in a quality system: ISO 13485 4.1.6, 21 CFR 11.10(a), the FDA guidance on computer \
             software assurance, and IEC 62304 clause 6 for the records themselves. It does not replace your own risk-based \
             assessment of the intended use, nor performance qualification with your procedures and people.",
        ),
        statement(
            "What it says of persons",
            "The name of the machine and the name of the user account, and nothing else.",
        ),
    ]
}

fn result_section(found: &Qualification, result: &str) -> Section {
    let mut blocks = vec![Block::Note {
        tone: if found.failed().next().is_none() { Tone::Good } else { Tone::Late },
        text: result.to_owned(),
    }];
    let rows: Vec<Vec<Cell>> = found.checks.iter().map(row).collect();
    let columns = vec![
        Column::id("Test"),
        Column::text("Requirement", 3),
        Column::text("Clause", 2),
        Column::mark("Result"),
        Column::number("ms"),
    ];
    blocks.push(Block::Table { caption: None, columns, rows });
    Section {
        number: "1".to_owned(),
        title: "Result".to_owned(),
        level: 1,
        new_page: true,
        blocks,
        ..Section::default()
    }
}

fn mark(outcome: &Outcome) -> Mark {
    if outcome.passed { Mark::good("passed") } else { Mark::late("failed") }
}

fn row(outcome: &Outcome) -> Vec<Cell> {
    vec![
        outcome.id.as_str().into(),
        outcome.requirement.as_str().into(),
        outcome.clause.as_str().into(),
        mark(outcome).into(),
        outcome.milliseconds.to_string().into(),
    ]
}

fn installation(found: &Qualification) -> Section {
    let machine = &found.machine;
    let fields = vec![
        Field::new("Program", &machine.program),
        Field::new("Rule set", machine.rules.to_string()),
        Field::new("Program file", &machine.executable).code(),
        Field::new("SHA-256", &machine.executable_sha256).code(),
        Field::new("System", &machine.system),
        Field::new("Processor", &machine.processor),
        Field::new("Machine", &machine.machine),
        Field::new("User", &machine.user),
        Field::new("SQLite", &machine.sqlite),
        Field::new("Families of fonts", machine.font_families.to_string()),
    ];
    let folders = machine.folders.iter().map(|folder| {
        vec![folder.purpose.as_str().into(), folder.path.as_str().into(), folder.rights.as_str().into()]
    });
    let folder_columns = vec![Column::text("Folder", 2), Column::code("Where", 4), Column::text("Rights", 3)];
    let fonts = machine.fonts.iter().map(|(name, digest)| vec![name.as_str().into(), digest.as_str().into()]);
    let font_columns = vec![Column::text("Face, weight, style", 2), Column::code("SHA-256", 5)];
    Section {
        number: "2".to_owned(),
        title: "Program and machine".to_owned(),
        level: 1,
        blocks: vec![
            Block::Fields { fields },
            Block::Table {
                caption: Some("Folders of the program".to_owned()),
                columns: folder_columns,
                rows: folders.collect(),
            },
            Block::Table {
                caption: Some("Fonts inside the program".to_owned()),
                columns: font_columns,
                rows: fonts.collect(),
            },
        ],
        ..Section::default()
    }
}

/// A chapter of tests: what was required, done, expected and seen, one after the other.
fn group(found: &Qualification, number: &str, title: &str, prefix: &str, question: &str) -> Section {
    let mut blocks = vec![Block::Paragraph { text: question.to_owned() }];
    for outcome in found.checks.iter().filter(|outcome| outcome.id.starts_with(prefix)) {
        let text = |name: &str, value: &str| vec![name.into(), value.into()];
        let result = vec!["Result".into(), mark(outcome).into()];
        let rows = vec![
            text("Clause", &outcome.clause),
            text("Done", &outcome.done),
            text("Expected", &outcome.expected),
            text("Seen", &outcome.seen),
            result,
            text("Duration", &format!("{} ms", outcome.milliseconds)),
        ];
        let columns =
            vec![Column::text(outcome.id.as_str(), 1), Column::text(outcome.requirement.as_str(), 6)];
        blocks.push(Block::Table { caption: None, columns, rows });
    }
    Section {
        number: number.to_owned(),
        title: title.to_owned(),
        level: 1,
        new_page: true,
        blocks,
        ..Section::default()
    }
}
