//! The review of a team's own document from the command line, and the draft of a plan from it.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use serde_json::Value;

use crate::cli::run_at;
use crate::desk::workstation;

/// A folder with a product file and a plan in Word's format.
struct Bench {
    folder: tempfile::TempDir,
    place: PathBuf,
}

pub fn docx(paragraphs: &[(&str, &str)]) -> Vec<u8> {
    let one = |(style, text): &(&str, &str)| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = paragraphs.iter().map(one).collect::<Vec<_>>().concat();
    let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!("<w:document xmlns:w=\"{space}\"><w:body>{body}</w:body></w:document>");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(document.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

pub const PLAN: [(&str, &str); 6] = [
    ("Heading1", "Maintenance of the pump"),
    ("Heading2", "Feedback"),
    ("", "Support records every complaint in the tracker and evaluates it within 5 working days."),
    ("Heading2", "SOUP"),
    (
        "",
        "When a supplier publishes an upgrade of a library, the lead evaluates it and opens a change request.",
    ),
    ("", "SOUP trackers are checked every six months."),
];

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap(), place: workstation() };
        let path = bench.name("pump.mainstay");
        let made = [
            "new",
            &path,
            "--product",
            "Pump",
            "--manufacturer",
            "Example Devices",
            "--class",
            "B",
            "--market",
            "eu",
            "--login",
            "ana",
            "--full-name",
            "Ana Example",
        ];
        assert_eq!(bench.run(&made).0, 0);
        std::fs::write(bench.name("Maintenance plan.docx"), docx(&PLAN)).unwrap();
        bench
    }

    fn name(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.name(name), text).unwrap();
        self.name(name)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        run_at(&self.place, arguments)
    }

    fn shown(&self, id: &str) -> Value {
        let (code, out, err) = self.run(&["show", &self.name("pump.mainstay"), id, "--json"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).unwrap()
    }
}

#[test]
fn a_plan_is_laid_beside_the_letters_and_what_is_missing_is_said_with_clause_and_finding() {
    let bench = Bench::new();
    let plan = bench.name("Maintenance plan.docx");
    let (code, out, err) = bench.run(&["review-document", &plan]);
    assert_eq!(code, 12, "{err}");
    for words in [
        "Word document, read as: Maintenance plan.",
        "found    A5 a time within which feedback is looked at or evaluated (section “Feedback”, paragraph 2)",
        "missing  F3 what is done when SOUP becomes obsolete (IEC 62304 6.1 f)",
        "Common audit finding: Letter f is silent on obsolescence",
        "missing  B1",
    ] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    let (code, out, _) = bench.run(&["review-document", &plan, "--json"]);
    assert_eq!(code, 12);
    let value: Value = serde_json::from_str(&out).unwrap();
    let points = value["points"].as_array().unwrap();
    assert_eq!(value["found"].as_u64().unwrap() + value["missing"].as_u64().unwrap(), points.len() as u64);
    assert_eq!(value["kind"], "plan");
    let (code, _, err) = bench.run(&["review-document", &bench.file("plan.pdf", "%PDF-1.7")]);
    assert_eq!(code, 1);
    assert!(err.contains("plan.pdf cannot be read as a document: document: this PDF is damaged"), "{err}");
}

#[test]
fn a_list_of_soup_without_gaps_ends_with_zero() {
    let bench = Bench::new();
    let header = "SOUP,Version,Supplier,Anomaly list,Can a failure contribute to a hazard,Requirements";
    let whole = format!(
        "{header}\nzlib,1.3.1,Jean-loup Gailly,https://example.com/issues,No: checked,Unpacks updates\n"
    );
    let (code, out, err) = bench.run(&["review-document", &bench.file("soup list.csv", &whole)]);
    assert_eq!(code, 0, "{out}{err}");
    let ranged = whole.replace("1.3.1", "latest");
    let (code, out, _) =
        bench.run(&["review-document", &bench.file("list.csv", &ranged), "--as", "soup-list"]);
    assert_eq!(code, 12);
    assert!(out.contains("line 2  zlib: “latest” is not one exact version (IEC 62304 8.1.2 c)"), "{out}");
}

#[test]
fn a_draft_takes_the_texts_that_were_found_and_every_one_waits_for_a_person() {
    let bench = Bench::new();
    let (plan, product) = (bench.name("Maintenance plan.docx"), bench.name("pump.mainstay"));
    let (code, _, _) = bench.run(&["review-document", &plan, "--draft-plan", &product]);
    assert_eq!(code, 2, "a draft needs a login");
    let (code, out, err) = bench.run(&["review-document", &plan, "--draft-plan", &product, "--login", "ana"]);
    assert_eq!(code, 12, "{err}");
    assert!(out.contains("Drafted into MP-0001"), "{out}");
    let (_, exported, _) = bench.run(&["show", &product, "MP-0001"]);
    assert!(exported.contains("evaluates it within 5 working days"), "{exported}");
    assert!(exported.contains("Maintenance plan.docx"), "{exported}");
    let shown = bench.shown("MP-0001");
    let undecided = shown["fields"]["undecided"].to_string();
    assert!(
        undecided.contains("feedback_procedure") && undecided.contains("soup_upgrade_procedure"),
        "{shown:#}"
    );
    let (code, _, err) = bench.run(&["verify", &product]);
    assert_eq!(code, 0, "{err}");
    let empty = bench.file("other plan.md", "# Plan\n\nNothing of this kind.\n");
    let (code, _, err) = bench.run(&["review-document", &empty, "--draft-plan", &product, "--login", "ana"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("gives no text for a field of MP-0001"), "{err}");
}

#[test]
fn a_pdf_that_this_program_made_is_read_with_its_headings_and_a_cut_one_is_refused() {
    let bench = Bench::new();
    let (product, paper) = (bench.name("pump.mainstay"), bench.name("paper.pdf"));
    let (code, _, err) = bench.run(&["packet", &product, "readiness", "-o", &paper, "--login", "ana"]);
    assert_eq!(code, 0, "{err}");
    let bytes = std::fs::read(&paper).unwrap();
    let (code, out, err) = bench.run(&["review-document", &paper, "--as", "plan", "--json"]);
    assert_eq!(code, 12, "{err}");
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["document_format"], "PDF");
    let found: Vec<&Value> =
        value["points"].as_array().unwrap().iter().map(|point| &point["found"]).collect();
    let with_section = |found: &&&Value| {
        found["section"].as_str().is_some_and(|section| !section.is_empty())
            && found["place"].as_str().is_some_and(|place| place.starts_with("page "))
    };
    assert!(found.iter().filter(with_section).count() > 5, "{found:#?}");
    let cut = bench.name("cut.pdf");
    std::fs::write(&cut, &bytes[..bytes.len() / 3]).unwrap();
    let (code, _, err) = bench.run(&["review-document", &cut]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("cut.pdf cannot be read as a document"), "{err}");
}

#[test]
fn a_list_of_soup_in_a_document_is_read_into_the_register_and_one_of_several_is_named() {
    let bench = Bench::new();
    let product = bench.name("pump.mainstay");
    let list = "# Register\n\n| SOUP name | Release | Supplier |\n|---|---|---|\n| zlib | 1.3.1 | Gailly |\n";
    let more = format!("{list}\n## Tools\n\n| Package | Version |\n|---|---|\n| gcc | 14.2 |\n");
    let document = bench.file("register.md", list);
    let import = |document: &str, more: &[&str]| {
        bench.run(&[&["soup", "import", &product, document, "--login", "ana"], more].concat())
    };
    let (code, out, err) = import(&document, &[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("register.md is attached to the product"), "{out}");
    let item = bench.shown("SI-0001");
    assert_eq!(
        (item["title"].as_str(), item["fields"]["supplier"].as_str()),
        (Some("zlib"), Some("Gailly")),
        "{item:#}"
    );
    let again = bench.file("again.md", &format!("{list}\nThe same list.\n"));
    let (code, out, err) = import(&again, &[]);
    assert!(code == 0 && !out.contains("is attached"), "nothing is new: {out} {err}");
    let several = bench.file("both.md", &more);
    let (code, _, err) = import(&several, &[]);
    assert_eq!(code, 1);
    assert!(
        err.contains("both.md has several lists of SOUP (line 3; line 9): name the place of one with --at"),
        "{err}"
    );
    let (code, _, err) = import(&several, &["--at", "line 9"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = import(&bench.file("none.md", "# Plan\n\nText.\n"), &[]);
    assert_eq!(code, 1);
    assert!(err.contains("has no table with a column for the name"), "{err}");
    assert_eq!(bench.run(&["verify", &product]).0, 0);
}
