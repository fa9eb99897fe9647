use super::*;
use crate::csv_out::{self, ByteOrderMark, CsvOptions, Guard};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn table(bytes: &[u8]) -> Table {
    read(bytes, &Options::default()).unwrap()
}

fn cells(table: &Table) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

fn lines(table: &Table) -> Vec<u64> {
    table.rows.iter().map(|row| row.line).collect()
}

fn refused(bytes: &[u8]) -> String {
    read(bytes, &Options::default()).unwrap_err().to_string()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

fn encoded(text: &str, encoding: TextEncoding) -> Option<Vec<u8>> {
    match encoding {
        TextEncoding::Utf8 => Some(text.as_bytes().to_vec()),
        TextEncoding::Utf16Le => Some(utf16(text, u16::to_le_bytes)),
        TextEncoding::Utf16Be => Some(utf16(text, u16::to_be_bytes)),
        TextEncoding::Legacy(legacy) => {
            let (bytes, _, lost) = legacy.encode(text);
            let undefined = bytes.iter().any(|byte| [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte));
            (!lost && !undefined).then(|| bytes.into_owned())
        }
    }
}

#[test]
fn a_plain_file_is_detected_and_read_with_its_lines() {
    let table = table(b"id,name\r\n1,pump\r\n2,\"two\r\nlines\"\r\n3,\"say \"\"hi\"\"\"\r\n");
    assert_eq!(table.header, ["id", "name"]);
    assert_eq!(cells(&table), [vec!["1", "pump"], vec!["2", "two\r\nlines"], vec!["3", "say \"hi\""]]);
    assert_eq!(lines(&table), [2, 3, 5]);
    assert_eq!(table.detected.delimiter, ',');
    assert!(table.detected.has_header);
    assert_eq!(
        table.detected.why,
        "UTF-8: every byte is plain ASCII. Comma: 4 of the first 4 records have 2 values. Header: the first record has only \
         names."
    );
    assert!(table.warnings.is_empty());
}

#[test]
fn each_delimiter_is_detected_even_where_values_contain_others() {
    for (text, delimiter) in [
        ("a,b\n1;2,3;4\n5,6\n", ','),
        ("a;b\n1,5;2,5\n3,5;4\n", ';'),
        ("a\tb\n1,2;3\t4\n5\t6\n", '\t'),
        ("\"a\"|\"b\"\n\"1, 2\"|\"3; 4\"\n5|6\n", '|'),
        ("sep=;\na,x;b\n1,2;3\n", ';'),
    ] {
        let table = table(text.as_bytes());
        assert_eq!(table.detected.delimiter, delimiter, "{text:?}: {}", table.detected.why);
        assert_eq!(table.header.len(), 2, "{text:?}");
        assert!(table.rows.iter().all(|row| row.issues.is_empty()), "{text:?}");
    }
}

#[test]
fn a_file_without_delimiter_is_one_column() {
    let table = table(b"name\npump\n\nvalve\n");
    assert_eq!(cells(&table), [["pump"], ["valve"]]);
    assert_eq!(lines(&table), [2, 4]);
    assert_eq!(table.warnings, [Warning::BlankLines { count: 1 }]);
}

#[test]
fn each_line_end_counts_as_one() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,2", "", "3,4", ""].join(end);
        let table = table(text.as_bytes());
        assert_eq!(lines(&table), [2, 4], "{end:?}");
        assert_eq!(cells(&table), [["1", "2"], ["3", "4"]], "{end:?}");
    }
}

#[test]
fn each_encoding_is_detected_with_and_without_mark() {
    let text = "number,device\r\n1,Infusomat® für Kinder\r\n2,Pompe à perfusion\r\n";
    let mut files = vec![(TextEncoding::Utf8, text.as_bytes().to_vec())];
    files.push((TextEncoding::Utf8, [b"\xEF\xBB\xBF", text.as_bytes()].concat()));
    files.push((TextEncoding::Utf16Le, utf16(text, u16::to_le_bytes)));
    files.push((TextEncoding::Utf16Le, [b"\xFF\xFE".to_vec(), utf16(text, u16::to_le_bytes)].concat()));
    files.push((TextEncoding::Utf16Be, utf16(text, u16::to_be_bytes)));
    files.push((TextEncoding::Utf16Be, [b"\xFE\xFF".to_vec(), utf16(text, u16::to_be_bytes)].concat()));
    files.push((TextEncoding::WINDOWS_1252, encoded(text, TextEncoding::WINDOWS_1252).unwrap()));
    for (encoding, bytes) in files {
        let detected = detect(&bytes).unwrap();
        assert_eq!(detected.encoding, encoding, "{}", detected.why);
        let table = table(&bytes);
        assert_eq!(table.header, ["number", "device"]);
        assert_eq!(cells(&table), [["1", "Infusomat® für Kinder"], ["2", "Pompe à perfusion"]]);
    }
}

#[test]
fn a_chosen_encoding_and_delimiter_win_over_the_detection() {
    let options =
        Options { encoding: Some(TextEncoding::WINDOWS_1252), delimiter: Some(';'), ..Options::default() };
    let table = read("a,b;c\nü,1;2\n".as_bytes(), &options).unwrap();
    assert_eq!(table.header, ["a,b", "c"]);
    assert_eq!(cells(&table), [["Ã¼,1", "2"]]);
    assert!(
        table.detected.why.starts_with("windows-1252: chosen. Semicolon: chosen."),
        "{}",
        table.detected.why
    );
}

#[test]
fn encoding_names_are_understood_except_those_that_cannot_be_decoded() {
    assert_eq!(TextEncoding::from_name("latin1"), Some(TextEncoding::WINDOWS_1252));
    assert_eq!(TextEncoding::from_name("utf-16"), Some(TextEncoding::Utf16Le));
    assert_eq!(TextEncoding::from_name("hz-gb-2312"), None);
    for encoding in TextEncoding::OFFERED {
        assert_eq!(TextEncoding::from_name(encoding.name()), Some(encoding));
    }
}

#[test]
fn bytes_that_are_not_a_character_are_refused_with_offset_and_line() {
    let damaged = "a,b\r\nGerät,größer\r\nKönig,schön".as_bytes();
    let mut damaged = damaged.to_vec();
    let last = damaged.len();
    damaged.extend_from_slice(b"\xFFx\r\n");
    assert_eq!(
        read(&damaged, &Options::default()).unwrap_err(),
        DelimitedError::BadBytes { encoding: "UTF-8", offset: last, line: 3, shown: "0xFF".to_owned() }
    );
    let options = Options { encoding: Some(TextEncoding::WINDOWS_1252), ..Options::default() };
    assert_eq!(
        read(b"a,b\rx\x81,1", &options).unwrap_err(),
        DelimitedError::BadBytes { encoding: "windows-1252", offset: 5, line: 2, shown: "0x81".to_owned() }
    );
    let options =
        Options { encoding: Some(TextEncoding::Legacy(encoding_rs::SHIFT_JIS)), ..Options::default() };
    assert!(matches!(
        read(b"a,b\nx\x85\n", &options),
        Err(DelimitedError::BadBytes { offset: 5, line: 2, .. })
    ));
    let mut lone = utf16("number,description\r\nx", u16::to_le_bytes);
    lone.extend_from_slice(&[0x00, 0xD8, b'y', 0]);
    assert_eq!(
        read(&lone, &Options::default()).unwrap_err(),
        DelimitedError::BadBytes { encoding: "UTF-16LE", offset: 42, line: 2, shown: "0x00 0xD8".to_owned() }
    );
    let odd = [b"\xFF\xFE".to_vec(), utf16("a,b\n1,2", u16::to_le_bytes), vec![b'x']].concat();
    assert!(matches!(
        read(&odd, &Options::default()),
        Err(DelimitedError::BadBytes { offset: 16, line: 2, .. })
    ));
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_refused_with_its_line() {
    let error = read(b"a,b\n1,\"2\n3\n4,5\n", &Options::default()).unwrap_err();
    assert_eq!(error, DelimitedError::UnclosedQuote { line: 2, column: 2 });
    let options = Options { quoting: Quoting::Literal, ..Options::default() };
    let table = read(b"a,b\n1,\"2\n3,4\n", &options).unwrap();
    assert_eq!(cells(&table), [["1", "\"2"], ["3", "4"]]);
}

#[test]
fn text_after_a_closing_quotation_mark_is_kept_and_reported() {
    let table = table(b"a,b\n\"the \"big\" pump\",2\n5\" screen,3\n");
    assert_eq!(cells(&table), [["\"the \"big\" pump\"", "2"], ["5\" screen", "3"]]);
    assert_eq!(table.rows[0].issues, [RowIssue::StrayQuote { column: 1 }]);
    assert!(table.rows[0].is_usable());
    assert!(table.rows[1].issues.is_empty());
}

#[test]
fn rows_of_another_width_are_reported_and_the_others_read() {
    let table = table(b"a,b,c\n1,2\n1,2,3\n1,2,3,4\n1,2,3,,\n");
    assert_eq!(table.rows[0].issues, [RowIssue::TooFew { found: 2, expected: 3 }]);
    assert_eq!(table.rows[2].issues, [RowIssue::TooMany { found: 4, expected: 3 }]);
    assert_eq!(table.rows[2].cells.len(), 4);
    assert_eq!(table.rows.iter().map(Row::is_usable).collect::<Vec<_>>(), [false, true, false, true]);
    assert_eq!(table.rows[3].cells, ["1", "2", "3"]);
    let options = Options { short_rows: ShortRows::FillWithEmpty, ..Options::default() };
    let filled = read(b"a,b,c\n1,2\n1,2,3\n", &options).unwrap();
    assert_eq!(filled.rows[0].cells, ["1", "2", ""]);
    assert!(filled.rows[0].is_usable());
}

#[test]
fn trailing_delimiters_name_no_column() {
    let table = table(b"a;b;;\n1;2;;\n3;4;;x\n");
    assert_eq!(table.header, ["a", "b"]);
    assert_eq!(table.warnings, [Warning::TrailingDelimiters { count: 2 }]);
    assert!(table.rows[0].is_usable());
    assert_eq!(table.rows[1].issues, [RowIssue::TooMany { found: 4, expected: 2 }]);
}

#[test]
fn a_nul_character_is_reported_in_its_row() {
    let table = table(b"a,b\n1,some longer text\n2,with a \0 in it\n3,more text\n");
    assert_eq!(table.rows[1].issues, [RowIssue::Nul { column: 2 }]);
    assert_eq!(table.rows.iter().filter(|row| row.is_usable()).count(), 2);
}

#[test]
fn a_character_that_was_lost_earlier_is_reported() {
    let table = table("a,b\n1,Ger\u{fffd}t\n".as_bytes());
    assert_eq!(table.rows[0].issues, [RowIssue::DamagedCharacter { column: 2 }]);
    assert!(table.rows[0].is_usable());
}

#[test]
fn column_names_are_made_unique_and_every_change_is_reported() {
    let table = table(b"a,a,,a (2),a\n1,2,3,4,5\n");
    assert_eq!(table.header, ["a", "a (3)", "column 3", "a (2)", "a (4)"]);
    assert_eq!(table.warnings.len(), 3);
    assert_eq!(table.warnings[0].to_string(), "Column 2, named “a”, is called “a (3)” here.");
}

#[test]
fn many_columns_of_one_name_do_not_take_long() {
    let text = format!("{}\n", vec!["a"; MAX_COLUMNS].join(","));
    assert_eq!(table(text.as_bytes()).header.len(), MAX_COLUMNS);
    let text = format!("{}\n", vec!["a"; MAX_COLUMNS + 1].join(","));
    assert_eq!(
        read(text.as_bytes(), &Options::default()).unwrap_err(),
        DelimitedError::TooManyColumns { line: 1 }
    );
}

#[test]
fn a_file_without_header_gets_numbered_columns() {
    let table = table(b"1,2025-01-02,pump\n2,2025-01-03,valve\n");
    assert!(!table.detected.has_header);
    assert_eq!(table.header, ["column 1", "column 2", "column 3"]);
    assert_eq!(lines(&table), [1, 2]);
    let options = Options { has_header: Some(true), ..Options::default() };
    assert_eq!(read(b"1,2\n3,4\n", &options).unwrap().header, ["1", "2"]);
}

#[test]
fn a_file_with_only_a_header_has_no_row_and_says_so() {
    for bytes in [b"a,b".as_slice(), b"a,b\r\n\r\n"] {
        let table = table(bytes);
        assert!(table.rows.is_empty());
        assert_eq!(table.warnings[0], Warning::HeaderOnly);
    }
}

#[test]
fn an_empty_file_is_refused() {
    for bytes in [b"".as_slice(), b"\xEF\xBB\xBF", b"\xFF\xFE", b" \r\n\n  "] {
        assert_eq!(read(bytes, &Options::default()).unwrap_err(), DelimitedError::Empty);
    }
    assert_eq!(refused(b"sep=;\n"), DelimitedError::Empty.to_string());
}

#[test]
fn a_file_that_is_not_text_is_refused_with_what_it_is_and_what_to_do() {
    assert_eq!(
        refused(b"PK\x03\x04\x14\0\x06\0rest xl/workbook.xml"),
        "The file seems to be an Excel workbook (xlsx), not delimited text. Open it in a spreadsheet program and save it as \
         CSV (UTF-8)."
    );
    for (bytes, kind) in [
        (b"PK\x03\x04rest".as_slice(), Foreign::Zip),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Foreign::OpenDocument),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Foreign::OldOffice),
        (b"%PDF-1.7", Foreign::Pdf),
        (b"SQLite format 3\0", Foreign::Sqlite),
        (b"\x1F\x8B\x08", Foreign::Compressed),
        (b"\x89PNG\r\n\x1A\n", Foreign::Image),
        (b"\xEF\xBB\xBF <!DOCTYPE HTML>", Foreign::Html),
        (b"<?xml version=\"1.0\"?>", Foreign::Xml),
        (b"{ \"a\": 1 }", Foreign::Json),
        (b"[\n{}]", Foreign::Json),
        (b"\xFF\xFE\0\0a\0\0\0", Foreign::Utf32),
        (b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", Foreign::Unknown),
    ] {
        assert_eq!(
            read(bytes, &Options::default()).unwrap_err(),
            DelimitedError::NotText { kind },
            "{kind:?}"
        );
    }
}

#[test]
fn a_value_longer_than_the_limit_is_refused_with_its_place() {
    for (open, expected) in [("", true), ("\"", true)] {
        let mut bytes = format!("a,b\n1,2\n3,{open}").into_bytes();
        bytes.extend(std::iter::repeat_n(b'x', MAX_FIELD + 10));
        let error = read(&bytes, &Options::default()).unwrap_err();
        assert_eq!(error == DelimitedError::FieldTooLong { line: 3, column: 2 }, expected, "{error}");
    }
    let mut fits = b"a,b\n1,".to_vec();
    fits.extend(std::iter::repeat_n(b'x', MAX_FIELD));
    assert_eq!(table(&fits).rows[0].cells[1].len(), MAX_FIELD);
}

#[test]
fn a_file_larger_than_the_limit_is_refused() {
    let bytes = vec![b'a'; MAX_BYTES + 1];
    assert_eq!(
        read(&bytes, &Options::default()).unwrap_err(),
        DelimitedError::TooLarge { bytes: MAX_BYTES + 1 }
    );
}

#[test]
fn more_rows_than_can_be_held_are_refused_but_can_be_visited() {
    let bytes = [b"a\n".to_vec(), b"1\n".repeat(MAX_ROWS + 1)].concat();
    let line = u64::try_from(MAX_ROWS).unwrap() + 2;
    assert_eq!(read(&bytes, &Options::default()).unwrap_err(), DelimitedError::TooManyRows { line });
    let mut rows = 0_usize;
    let visited = visit(&bytes, &Options::default(), |_, _| {
        rows += 1;
        ControlFlow::Continue(())
    });
    assert_eq!((visited.unwrap().rows, rows), (line - 1, MAX_ROWS + 1));
}

#[test]
fn a_visitor_can_stop() {
    let mut lines = Vec::new();
    let visited = visit(b"a,b\n1,2\n3,4\n5,6\n", &Options::default(), |head, row| {
        assert_eq!(head.header, ["a", "b"]);
        lines.push(row.line);
        if lines.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((visited.unwrap().rows, lines), (2, vec![2, 3]));
}

#[test]
fn a_letter_or_a_character_outside_ascii_cannot_be_a_delimiter() {
    for delimiter in ['x', '7', '"', '\n', '\r', '\0', '·'] {
        let options = Options { delimiter: Some(delimiter), ..Options::default() };
        assert_eq!(read(b"a,b\n1,2\n", &options).unwrap_err(), DelimitedError::BadDelimiter { delimiter });
    }
}

/// The text of a cell: anything but NUL and U+FFFD, which are reported, biased towards the characters that matter.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 ]{0,8}",
        3 => "[,;|\t\"'=+@\r\n-]{1,3}",
        2 => "[ßéÄ®–€ ]{1,3}",
        1 => "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..4)
        .prop_map(|pieces| pieces.concat().replace([char::REPLACEMENT_CHARACTER, '\0', '\u{feff}'], ""))
}

fn written_tables() -> impl Strategy<Value = (Vec<String>, Vec<Vec<String>>)> {
    (1..5_usize).prop_flat_map(|width| {
        let rows = proptest::collection::vec(proptest::collection::vec(cell(), width), 0..8);
        let header = proptest::collection::btree_set("[A-Za-z][A-Za-z_éß]{0,8}", width)
            .prop_map(|names| names.into_iter().collect::<Vec<_>>());
        (header, rows)
    })
}

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
const ENCODINGS: [TextEncoding; 5] = [
    TextEncoding::Utf8,
    TextEncoding::Utf16Le,
    TextEncoding::Utf16Be,
    TextEncoding::WINDOWS_1252,
    TextEncoding::Legacy(encoding_rs::GB18030),
];

proptest! {
    #[test]
    fn a_written_table_is_read_back_with_each_delimiter_and_encoding((header, rows) in written_tables()) {
        for delimiter in DELIMITERS {
            for guard in [Guard::Off, Guard::Spreadsheet] {
                let out = CsvOptions { delimiter, mark: ByteOrderMark::LeftOut, guard };
                let text = String::from_utf8(csv_out::write(&header, &rows, &out).unwrap()).unwrap();
                for encoding in ENCODINGS {
                    let Some(bytes) = encoded(&text, encoding) else { continue };
                    let options = Options {
                        encoding: Some(encoding),
                        delimiter: Some(delimiter),
                        has_header: Some(true),
                        ..Options::default()
                    };
                    let table = read(&bytes, &options).unwrap();
                    prop_assert_eq!(&table.header, &header);
                    let back: Vec<Vec<String>> = table.rows.iter().map(|row| match guard {
                        Guard::Off => row.cells.clone(),
                        Guard::Spreadsheet => row.cells.iter().map(|cell| csv_out::unguarded(cell).to_owned()).collect(),
                    }).collect();
                    prop_assert_eq!(&back, &rows);
                    prop_assert!(table.rows.iter().all(|row| row.issues.is_empty()));
                }
            }
        }
    }

    #[test]
    fn well_formed_text_gives_the_same_values_as_another_reader((header, rows) in written_tables()) {
        let out = CsvOptions { mark: ByteOrderMark::Written, guard: Guard::Off, ..CsvOptions::default() };
        let bytes = csv_out::write(&header, &rows, &out).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[3..]);
        let expected: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let options = Options { delimiter: Some(','), has_header: Some(false), ..Options::default() };
        let table = read(&bytes, &options).unwrap();
        let found: Vec<Vec<String>> = table.rows.into_iter().map(|row| row.cells).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), choice in 0..8_usize) {
        exercise(&bytes, choice);
    }

    #[test]
    fn arbitrary_characters_of_delimited_text_never_panic(text in "[a\"',;|\t\r\n\0é=\u{feff}0-]{0,80}", choice in 0..8_usize) {
        exercise(text.as_bytes(), choice);
        exercise(&utf16(&text, u16::to_le_bytes), choice);
    }

    #[test]
    fn no_character_of_a_plain_text_is_lost(text in "[a-c,;\"\r\nß ]{1,60}") {
        let options = Options { delimiter: Some(','), has_header: Some(false), quoting: Quoting::Literal, ..Options::default() };
        if let Ok(table) = read(text.as_bytes(), &options) {
            let signs = |text: &str| text.chars().filter(|c| !matches!(c, ',' | '\r' | '\n')).collect::<String>();
            let all: String = table.rows.iter().flat_map(|row| row.cells.iter()).map(String::as_str).collect();
            prop_assert_eq!(signs(&all), signs(&text));
        }
    }
}

fn exercise(bytes: &[u8], choice: usize) {
    let encoding = [None, Some(ENCODINGS[choice % ENCODINGS.len()])][choice % 2];
    let delimiter = [None, Some(DELIMITERS[choice % DELIMITERS.len()])][choice / 4];
    let options = Options { encoding, delimiter, ..Options::default() };
    let _ = detect(bytes).map_err(|error| error.to_string());
    match read(bytes, &options) {
        Ok(table) => {
            let mut last = 0;
            for row in &table.rows {
                assert!(row.line > last);
                last = row.line;
                assert!(!row.is_usable() || row.cells.len() == table.header.len());
                let _ = row.issues.iter().map(ToString::to_string).collect::<Vec<_>>();
            }
            let _ = table.warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
