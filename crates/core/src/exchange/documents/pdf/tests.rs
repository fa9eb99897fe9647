use std::fmt::Write as _;

use super::*;
use crate::exchange::documents::read as read_document;

/// A PDF of pages with these contents; F1 is a plain font and F2 a bold one, neither embedded.
fn pdf(pages: &[String], more: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|at| format!("{} 0 R", 10 + 2 * at)).collect();
    let mut objects = vec![
        (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
        (2, format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len())),
        (3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned()),
        (
            4,
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"
                .to_owned(),
        ),
    ];
    objects.extend(more.iter().zip(5..).map(|(text, number)| (number, (*text).to_owned())));
    for (at, content) in pages.iter().enumerate() {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /X1 5 0 R >> >> >>",
            11 + 2 * at
        );
        objects.push((10 + 2 * at, page));
        objects.push((11 + 2 * at, format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())));
    }
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    let count = objects.last().map_or(0, |(number, _)| number + 1);
    let mut places = std::collections::BTreeMap::new();
    for (number, text) in &objects {
        places.insert(*number, bytes.len());
        bytes.extend(format!("{number} 0 obj\n{text}\nendobj\n").bytes());
    }
    for number in 0..count {
        match places.get(&number) {
            Some(place) => writeln!(table, "{place:010} 00000 n ").unwrap(),
            None => writeln!(table, "0000000000 65535 f ").unwrap(),
        }
    }
    let start = bytes.len();
    bytes.extend(
        format!(
            "xref\n0 {count}\n{table}trailer << /Root 1 0 R /Size {count} >>\nstartxref\n{start}\n%%EOF\n"
        )
        .bytes(),
    );
    bytes
}

fn say(font: &str, size: u32, (x, y): (u32, u32), text: &str) -> String {
    format!("BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
}

fn plain(at: (u32, u32), text: &str) -> String {
    say("F1", 10, at, text)
}

fn outline(document: &Document) -> Vec<(&str, u8, Vec<&str>)> {
    document
        .sections
        .iter()
        .map(|section| {
            (section.heading.as_str(), section.level, section.passages.iter().map(String::as_str).collect())
        })
        .collect()
}

fn refused(bytes: &[u8]) -> String {
    read_document(bytes, "plan.pdf").unwrap_err().to_string()
}

fn going() -> &'static dyn Fn(f32) -> bool {
    &|_| true
}

#[test]
fn headings_are_told_by_their_letters_and_lines_become_paragraphs() {
    let page = [
        say("F1", 20, (60, 740), "Software maintenance plan"),
        say("F2", 14, (60, 700), "2.1 Feedback"),
        plain((60, 680), "Support records every complaint in the tracker and evalu-"),
        plain((60, 668), "ates it within 5 working days, also of third-"),
        plain((60, 656), "party products."),
        plain((60, 630), "Another paragraph begins after a gap."),
        say("F2", 12, (60, 605), "Sources"),
        plain((60, 588), "\\225 users"),
        plain((60, 576), "\\225 staff"),
    ]
    .concat();
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(
        outline(&document),
        [
            ("Software maintenance plan", 1, vec![]),
            (
                "Feedback",
                2,
                vec![
                    "Support records every complaint in the tracker and evaluates it within 5 working days, also of third-party products.",
                    "Another paragraph begins after a gap."
                ]
            ),
            ("Sources", 3, vec!["users", "staff"]),
        ]
    );
    assert_eq!(document.sections[1].place, "page 1");
    assert!(document.notes.iter().any(|note| note.contains("guessed")), "{:?}", document.notes);
}

#[test]
fn where_all_letters_are_the_same_headings_are_told_by_their_numbers() {
    let page = [
        plain((60, 740), "1.1 Sources"),
        plain((60, 720), "Users and staff report to support."),
        plain((60, 700), "1.2 Limits"),
    ]
    .concat();
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(
        outline(&document),
        [("Sources", 2, vec!["Users and staff report to support."]), ("Limits", 2, vec![])]
    );
}

#[test]
fn running_heads_page_numbers_and_contents_are_left_out_and_a_paragraph_goes_on_over_the_page() {
    let page = |number: u32, heading: &str, text: &str| {
        [
            plain((60, 780), "Maintenance plan, version 3"),
            say("F2", 14, (60, 600), heading),
            plain((60, 580), text),
            plain((300, 20), &format!("Page {number} of 3")),
        ]
        .concat()
    };
    let first =
        [page(1, "First", "A line without an end"), plain((60, 650), "3 Part . . . . . . . . 3")].concat();
    let document =
        read(&pdf(&[first, page(2, "", "goes on."), page(3, "Last", "Done.")], &[]), going()).unwrap();
    assert_eq!(
        outline(&document),
        [("First", 1, vec!["A line without an end goes on."]), ("Last", 1, vec!["Done."])]
    );
    assert_eq!(document.sections[1].place, "page 3");
    assert!(document.notes.iter().any(|note| note.contains("Running heads")));
}

fn cells(document: &Document) -> Vec<Vec<&str>> {
    let tables = document.sections.iter().flat_map(|section| &section.tables);
    tables.flat_map(|table| &table.rows).map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

#[test]
fn a_table_is_read_between_its_strokes_and_a_cell_may_have_several_lines() {
    let mut page = [
        plain((60, 700), "SOUP"),
        plain((160, 700), "Version"),
        plain((60, 680), "a long name of a"),
        plain((60, 668), "library"),
        plain((160, 680), "1.2.3"),
        plain((60, 650), "zlib"),
        plain((160, 650), "1.3.1"),
    ]
    .concat();
    for y in [712, 692, 662, 642] {
        writeln!(page, "50 {y} m 250 {y} l S").unwrap();
    }
    // The strokes of columns are thin filled boxes.
    for x in [50, 150, 250] {
        writeln!(page, "{x} 642 1 70 re f").unwrap();
    }
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(
        cells(&document),
        [["SOUP", "Version"], ["a long name of a library", "1.2.3"], ["zlib", "1.3.1"]]
    );
    assert_eq!(document.sections[0].tables[0].place, "page 1, table 1");
}

#[test]
fn a_table_without_strokes_is_read_where_cells_stand_one_below_the_other() {
    let page = [
        plain((60, 720), "The list follows."),
        plain((60, 700), "SOUP"),
        plain((200, 700), "Version"),
        plain((60, 688), "expat"),
        plain((200, 688), "2.6.1"),
        plain((60, 676), "zlib"),
        plain((200, 676), "1.3.1 with the patch"),
        plain((200, 664), "of the maker"),
        plain((60, 640), "The list is above."),
    ]
    .concat();
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(
        cells(&document),
        [["SOUP", "Version"], ["expat", "2.6.1"], ["zlib", "1.3.1 with the patch of the maker"]]
    );
    assert_eq!(document.sections[0].passages, ["The list follows.", "The list is above."]);
}

#[test]
fn rows_between_level_strokes_may_have_several_lines_in_every_cell() {
    let mut page = [
        plain((60, 700), "Rule,"),
        plain((200, 700), "What is"),
        plain((60, 688), "clause"),
        plain((200, 688), "missing"),
        plain((60, 670), "PLAN-10"),
        plain((200, 670), "The source was"),
        plain((60, 658), "6.2.1.1"),
        plain((200, 658), "not checked."),
        plain((60, 640), "PLAN-11"),
        plain((200, 640), "The review was due."),
    ]
    .concat();
    for y in [712, 682, 652, 632] {
        writeln!(page, "50 {y} m 400 {y} l S").unwrap();
    }
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(
        cells(&document),
        [
            ["Rule, clause", "What is missing"],
            ["PLAN-10 6.2.1.1", "The source was not checked."],
            ["PLAN-11", "The review was due."]
        ]
    );
}

#[test]
fn larger_text_of_sentences_is_no_heading_where_tables_are_small() {
    let small = |y: u32| {
        [say("F1", 7, (60, y), "a cell with many words in it"), say("F1", 7, (300, y), "another cell")]
            .concat()
    };
    let page = [
        say("F2", 14, (60, 740), "Part"),
        plain((60, 720), "The text stands in larger letters than the table below,"),
        plain((60, 708), "which has more words."),
        small(680),
        small(670),
        small(660),
        small(650),
    ]
    .concat();
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    let text = "The text stands in larger letters than the table below, which has more words.";
    assert_eq!(outline(&document), [("Part", 1, vec![text])]);
}

#[test]
fn a_number_before_a_tab_stop_belongs_to_its_heading_and_one_in_a_column_does_not() {
    let page = [
        say("F2", 14, (60, 740), "2.1"),
        say("F2", 14, (100, 740), "SOUP"),
        plain((60, 700), "12"),
        plain((200, 700), "zlib"),
        plain((60, 688), "13"),
        plain((200, 688), "expat"),
    ]
    .concat();
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(outline(&document), [("SOUP", 2, vec![])]);
    assert_eq!(cells(&document), [["12", "zlib"], ["13", "expat"]]);
}

#[test]
fn large_letters_that_go_on_for_lines_are_a_paragraph() {
    let large = |y: u32, text: &str| say("F1", 12, (60, y), text);
    let page = [
        say("F2", 16, (60, 740), "Part"),
        large(720, "A remark in larger letters than the text goes on and on for"),
        large(706, "several lines and says so much that nobody would take it"),
        large(692, "for a heading, although it is larger and does not end"),
        plain((60, 670), "The text itself has more words than the remark above it, as it usually has,"),
        plain((60, 658), "so that its letters are those of most of the document. It says nothing else"),
        plain((60, 646), "but this, and it says it in several sentences that are not very interesting."),
    ]
    .concat();
    let document = read(&pdf(&[page], &[]), going()).unwrap();
    assert_eq!(document.sections.len(), 1);
    assert_eq!(document.sections[0].heading, "Part");
}

#[test]
fn a_scan_is_refused_with_what_to_do_and_single_pages_without_text_are_told() {
    let picture = "10 10 500 700 re f".to_owned();
    let refusal = refused(&pdf(&[picture.clone(), picture.clone()], &[]));
    assert!(
        refusal.contains("its pages have no text: it is a scan") && refusal.contains("text recognition"),
        "{refusal}"
    );
    let document = read(&pdf(&[plain((60, 700), "Some text."), picture], &[]), going()).unwrap();
    assert!(
        document.notes.iter().any(|note| note.starts_with("Page 2 without text")),
        "{:?}",
        document.notes
    );
}

#[test]
fn slanting_text_such_as_a_watermark_is_not_read() {
    let mark = "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 100 200 Tm (DRAFT) Tj ET\n";
    let document =
        read(&pdf(&[[plain((60, 700), "Some text."), mark.to_owned()].concat()], &[]), going()).unwrap();
    assert_eq!(outline(&document), [("", 0, vec!["Some text."])]);
}

#[test]
fn a_pdf_that_is_cut_or_changed_anywhere_is_read_or_refused_in_words() {
    let page = [say("F2", 14, (60, 700), "Feedback"), plain((60, 680), "Support records it.")].concat();
    let whole = pdf(&[page], &[]);
    for end in (0..whole.len()).step_by(7) {
        if let Err(refusal) = read_document(&whole[..end], "plan.pdf") {
            assert!(refusal.reason.len() > 20, "{end}: {refusal}");
        }
    }
    for at in (9..whole.len()).step_by(11) {
        let mut changed = whole.clone();
        changed[at] = changed[at].wrapping_add(13);
        let _ = read_document(&changed, "plan.pdf");
    }
    assert!(refused(&whole[..60]).contains("damaged"), "{}", refused(&whole[..60]));
}

#[test]
fn what_is_nested_as_deep_as_may_be_opened_does_not_end_the_program() {
    let deep = bounds::OPENED_MAX as usize - 1_000;
    let page = |open: &str, count: usize| [plain((60, 700), "Some text."), open.repeat(count)].concat();
    for content in [page("[", deep), page("<</A", deep), page("/A <<", deep), page("(", deep)] {
        let document = read(&pdf(&[content], &[]), going()).unwrap();
        assert_eq!(outline(&document), [("", 0, vec!["Some text."])]);
    }
    let object = "[".repeat(deep);
    let _ = read(&pdf(&[plain((60, 700), "Some text.")], &[&object]), going());
    let refusal = refused(&pdf(&[page("[", deep + 1_000)], &[]));
    assert!(refusal.contains("arrays and dictionaries"), "{refusal}");
}

#[test]
fn objects_that_name_themselves_are_read_or_refused() {
    let stream = |dictionary: &str, body: &str| {
        format!("<< {dictionary} /Length {} >>\nstream\n{body}\nendstream", body.len())
    };
    let itself = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X1 5 0 R >> /Pattern << /P1 5 0 R >> /ColorSpace << /C1 6 0 R >> /Font << /F9 7 0 R >> >>";
    let form = stream(
        itself,
        "/Pattern cs /P1 scn 0 0 5 5 re f /C1 cs 1 sc 0 0 5 5 re f BT /F9 9 Tf (a) Tj ET /X1 Do",
    );
    let pattern = itself.replace(
        "/XObject /Subtype /Form",
        "/Pattern /PatternType 1 /PaintType 1 /TilingType 1 /XStep 9 /YStep 9",
    );
    let pattern = stream(&pattern, "/Pattern cs /P1 scn 0 0 5 5 re f");
    let type_3 = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 /Widths [9] /Encoding << /Differences [97 /a] >> /CharProcs << /a 8 0 R >> /Resources << /Font << /F9 7 0 R >> >> >>";
    let glyph = stream("", "9 0 d0 BT /F9 9 Tf (a) Tj ET");
    for first in [&form, &pattern] {
        for color in
            ["[/Indexed 6 0 R 1 <000000>]", "[/Separation /A 6 0 R 6 0 R]", "[/ICCBased 6 0 R]", "6 0 R"]
        {
            let content = [plain((60, 700), "Some text."), "/X1 Do".to_owned()].concat();
            let made = pdf(&[content], &[first, color, type_3, &glyph]);
            if let Err(refusal) = read_document(&made, "plan.pdf") {
                assert!(refusal.reason.len() > 20, "{refusal}");
            }
        }
    }
    for pages in [
        "<< /Type /Pages /Kids [2 0 R] /Count 1 >>",
        "<< /Type /Pages /Kids [5 0 R 5 0 R] /Parent 2 0 R /Count 9 >>",
    ] {
        let made =
            pdf(&[plain((60, 700), "Some text.")], &["<< /Type /Pages /Kids [2 0 R 5 0 R] /Parent 5 0 R >>"]);
        let made = String::from_utf8(made).unwrap();
        let kids = "<< /Type /Pages /Kids [10 0 R] /Count 1 >>";
        assert!(made.contains(kids));
        if let Err(refusal) = read_document(made.replace(kids, pages).as_bytes(), "plan.pdf") {
            assert!(refusal.reason.len() > 20, "{refusal}");
        }
    }
}

#[test]
fn a_form_that_draws_others_without_end_is_stopped() {
    // Sixty times sixty times … as deep as the forms go.
    let form = |next: u32| {
        let body = format!("/X{next} Do\n").repeat(60);
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X{next} {next} 0 R >> >> /Length {} >>\nstream\n{body}\nendstream",
            body.len()
        )
    };
    let forms = [form(6), form(7), form(8), form(5)];
    let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
    let refusal = refused(&pdf(&["q /X1 Do Q\n".to_owned()], &forms));
    assert!(refusal.contains("draws more than is read"), "{refusal}");
}

#[test]
fn reading_a_pdf_can_be_cancelled_between_pages() {
    let page = plain((60, 700), "Some text.");
    let refusal = read(&pdf(&[page.clone(), page], &[]), &|share| share < 0.4).unwrap_err();
    assert!(refusal.reason.contains("cancelled"), "{refusal}");
}
