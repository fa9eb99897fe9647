use super::*;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

fn docx(body: &str) -> Vec<u8> {
    let styles = format!(
        "<w:styles {W}><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>\
         <w:style w:styleId=\"Own\"><w:name w:val=\"Own\"/><w:basedOn w:val=\"berschrift1\"/></w:style>\
         <w:style w:styleId=\"TOC1\"><w:name w:val=\"toc 1\"/></w:style></w:styles>"
    );
    let document = format!("<w:document {W}><w:body>{body}</w:body></w:document>");
    zip(&[("word/document.xml", &document), ("word/styles.xml", &styles)])
}

fn paragraph(style: &str, text: &str) -> String {
    let style = if style.is_empty() {
        String::new()
    } else {
        format!("<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>")
    };
    format!("<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn odt(body: &str, kind: &str) -> Vec<u8> {
    let content = format!(
        "<o:document-content xmlns:o=\"urn:o\" xmlns:text=\"urn:t\" xmlns:table=\"urn:b\"><o:body><o:{kind}>{body}</o:{kind}></o:body></o:document-content>"
    );
    zip(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)])
}

fn xlsx(rows: &str) -> Vec<u8> {
    let book = "<workbook xmlns:r=\"urn:r\"><sheets><sheet name=\"SOUP\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    let relations =
        "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let shared = "<sst><si><t>Name</t></si><si><r><t>Ver</t></r><r><t>sion</t></r></si></sst>";
    zip(&[
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/sharedStrings.xml", shared),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet>{rows}</worksheet>")),
    ])
}

fn cells(document: &Document) -> Vec<Vec<&str>> {
    let tables = document.sections.iter().flat_map(|section| &section.tables);
    tables.flat_map(|table| &table.rows).map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

fn refused(bytes: &[u8], name: &str) -> String {
    read(bytes, name).unwrap_err().to_string()
}

#[test]
fn a_word_document_gives_its_headings_by_style_and_its_text_without_what_was_deleted() {
    let body = [
        paragraph("TOC1", "Feedback 3"),
        paragraph("Own", "Feedback"),
        "<w:p><w:r><w:t>Support </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:r><w:t>records it.</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:pPr><w:outlineLvl w:val=\"1\"/></w:pPr><w:r><w:t>Sources</w:t></w:r></w:p>".to_owned(),
        paragraph("", "Users and staff."),
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bold line</w:t></w:r></w:p>".to_owned(),
    ]
    .concat();
    let document = read(&docx(&body), "plan.docx").unwrap();
    let seen: Vec<(&str, u8, Vec<&str>)> = document
        .sections
        .iter()
        .map(|section| {
            (section.heading.as_str(), section.level, section.passages.iter().map(String::as_str).collect())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("Feedback", 1, vec!["Support records it."]),
            ("Sources", 2, vec!["Users and staff."]),
            ("Bold line", 9, vec![]),
        ]
    );
    assert_eq!(document.sections[0].place, "paragraph 2");
}

#[test]
fn merged_cells_say_what_the_first_of_them_says() {
    let cell =
        |merge: &str, text: &str| format!("<w:tc><w:tcPr>{merge}</w:tcPr>{}</w:tc>", paragraph("", text));
    let table = format!(
        "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
        cell("<w:vMerge w:val=\"restart\"/>", "OpenSSL"),
        cell("", "3.0.1"),
        cell("<w:vMerge/>", ""),
        cell("", "3.0.2")
    );
    let document = read(&docx(&table), "list.docx").unwrap();
    assert_eq!(cells(&document), [["OpenSSL", "3.0.1"], ["OpenSSL", "3.0.2"]]);

    let rows = "<sheetData><row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c></row>\
        <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>zlib</t></is></c><c r=\"B3\"><v>1.3</v></c></row>\
        <row r=\"4\"><c r=\"B4\"><f>A1</f></c><c r=\"C4\"><v>x</v></c></row></sheetData>\
        <mergeCells><mergeCell ref=\"A3:A4\"/></mergeCells>";
    let document = read(&xlsx(rows), "list.xlsx").unwrap();
    assert_eq!(cells(&document), [vec!["Name", "Version"], vec!["zlib", "1.3"], vec!["zlib", "", "x"]]);
    assert_eq!(document.sections[0].tables[0].rows[1].number, 3);
    assert!(document.notes[0].contains("Cell B4 of sheet “SOUP” is a formula without a stored value"));
}

#[test]
fn an_open_document_gives_headings_paragraphs_and_tables_without_deleted_text() {
    let body = "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:h text:outline-level=\"2\">SOUP</text:h>\
        <text:p>One<text:s/>two <text:span>three</text:span></text:p><table:table><table:table-row>\
        <table:table-cell table:number-columns-repeated=\"2\"><text:p>a</text:p></table:table-cell>\
        <table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>\
        <table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell/></table:table-row></table:table>";
    let document = read(&odt(body, "text"), "plan.odt").unwrap();
    let section = &document.sections[0];
    assert_eq!(
        (section.heading.as_str(), section.level, section.passages.as_slice()),
        ("SOUP", 2, &["One two three".to_owned()][..])
    );
    assert_eq!(cells(&document), [["a", "a"]]);
}

#[test]
fn markdown_gives_headings_lists_and_tables_and_no_comments_or_instructions() {
    let text = "---\ntitle: x\n---\n# Plan\n\nSome text\nin two lines.\n\n> Write this yourself.\n\n- first\n- second\n<!-- hidden -->\n\n\
        2.1 Sources\n\n| Name | Version |\n|------|:-------:|\n| zlib | `1.3` |\n\nUnder\n-----\n```\n# no heading\n```\n";
    let document = read(text.as_bytes(), "plan.md").unwrap();
    let headings: Vec<(&str, u8)> =
        document.sections.iter().map(|section| (section.heading.as_str(), section.level)).collect();
    assert_eq!(headings, [("Plan", 1), ("Sources", 2), ("Under", 2)]);
    assert_eq!(document.sections[0].passages, ["Some text in two lines.", "first", "second"]);
    assert_eq!(cells(&document), [["Name", "Version"], ["zlib", "1.3"]]);
    assert!(document.notes[0].contains("Their lines: 1."), "{:?}", document.notes);
}

#[test]
fn a_table_keeps_the_lines_of_its_rows() {
    let document = read("Name;Version\nzlib;1.3\n\nexpat;2.6.2\n".as_bytes(), "soup.csv").unwrap();
    let rows = &document.sections[0].tables[0].rows;
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 4]);
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_do() {
    for (bytes, name, words) in [
        (&b"%PDF-1.7"[..], "plan.pdf", "this PDF is damaged or cut off"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1", "plan.doc", "without a password"),
        (b"{\\rtf1", "plan.rtf", "save it as .docx"),
        (b"\x89PNG\r\n", "scan.png", "text recognition"),
        (b"", "plan.md", "empty"),
        (b"PK\x03\x04 nothing", "plan.docx", "damaged"),
        (b"ab\0c", "plan.txt", "NUL"),
        (b"# Only a heading\n", "plan.md", "no text"),
    ] {
        let refusal = refused(bytes, name);
        assert!(refusal.contains(words), "{name}: {refusal}");
    }
    let scan = docx("<w:p><w:r><w:drawing/></w:r></w:p>");
    assert!(refused(&scan, "scan.docx").contains("text recognition"));
    assert!(refused(&zip(&[("a.txt", "x")]), "a.docx").contains("none of .docx"));
    assert!(refused(&vec![b'a'; BYTES_MAX + 1], "a.txt").contains("50 MiB"));
}

#[test]
fn hostile_documents_end_at_the_limits() {
    let bomb = docx(&paragraph("", &"a".repeat(30 << 20)));
    assert!(refused(&bomb, "bomb.docx").contains("more than"), "{}", refused(&bomb, "bomb.docx"));
    let deep = docx(&format!("{}{}", "<w:p>".repeat(400), "</w:p>".repeat(400)));
    assert!(refused(&deep, "deep.docx").contains("256 levels"));
    let entities = zip(&[("word/document.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")]);
    assert!(refused(&entities, "entities.docx").contains("DOCTYPE"));
    let filled = "<table:table><table:table-row table:number-rows-repeated=\"900000\"><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row></table:table>";
    assert!(refused(&odt(filled, "text"), "rows.odt").contains("rows"));
    let long = "a".repeat(1 << 20);
    let wide = format!(
        "<table:table><table:table-row><table:table-cell table:number-columns-repeated=\"400\"><text:p>{long}</text:p></table:table-cell></table:table-row></table:table>"
    );
    assert!(refused(&odt(&wide, "text"), "wide.odt").contains("characters"));
    let far = "<sheetData><row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row></sheetData>";
    assert!(refused(&xlsx(far), "far.xlsx").contains("columns"));
    let twice = [("word/document.xml", "<a/>"), ("word/Document.xml", "<a/>")];
    let mut bytes = zip(&twice);
    for at in 0..bytes.len() - 17 {
        if bytes[at..].starts_with(b"word/Document.xml") {
            bytes[at + 5] = b'd';
        }
    }
    assert!(refused(&bytes, "twice.docx").contains("two members"), "{}", refused(&bytes, "twice.docx"));
}
