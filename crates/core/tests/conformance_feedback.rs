//! Real incident files, taken whole: every row is read and no character of it is lost.
//!
//! Reads the folder named by `MAINSTAY_DATA`; where it is not set, each test says on standard error that it is skipped. The numbers of rows were counted
//! with another CSV reader.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use mainstay_base::delimited::{Options, Row, Table, read};
use mainstay_core::exchange::feedback::{self, Applied, Mapping, Values};
use std::io::Write as _;
use std::path::PathBuf;

const MAUDE: &str = "feedback/maude-narratives/maude-infusion-pump-narratives.csv";
const CANADA: &str = "feedback/health-canada-mdi/INFUSOMAT_CANADIAN_COMPLAINTS_20251007_130602.csv";
const CODES: &str = "feedback/health-canada-mdi/mdi_data/PATIENT_DEVICE_CODE_TABLE.dsv";
const NAMES: &str = "feedback/health-canada-mdi/mdi_data/PREF_NAME_CODE_TABLE.dsv";

fn bytes(path: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return None;
    };
    Some(std::fs::read(PathBuf::from(folder).join(path)).unwrap())
}

fn table(path: &str) -> Option<Table> {
    let table = read(&bytes(path)?, &Options::default()).unwrap();
    assert_eq!(table.warnings, []);
    assert!(table.rows.iter().all(|row| row.issues.is_empty()));
    Some(table)
}

fn taken_whole(mapping: &Mapping, table: &Table) -> Applied {
    let applied = feedback::apply_table(mapping, table).unwrap();
    assert_eq!(applied.refused, []);
    assert_eq!(applied.empty, [0_u64; 0]);
    assert_eq!(applied.taken.len(), table.rows.len());
    for (row, taken) in table.rows.iter().zip(&applied.taken) {
        assert_eq!(row.line, taken.line);
        assert_every_cell_is_kept(&table.header, row, &taken.values);
    }
    applied
}

/// Every cell stands whole in a value that a rule takes as text, or as a line of its own in the rest.
fn assert_every_cell_is_kept(header: &[String], row: &Row, values: &Values) {
    let text = |target: &str| values.get(target).and_then(|value| value.as_str()).unwrap_or_default();
    for (name, cell) in header.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty()) {
        let as_text = [
            "external_number",
            "device_name",
            "description_verbatim",
            "reporter_organisation",
            "reporter_country",
        ]
        .iter()
        .any(|target| text(target).contains(cell.as_str()));
        let in_rest = text("source_columns").contains(&format!("{name}: {cell}"));
        assert!(as_text || in_rest, "line {}, {name}: {cell}", row.line);
    }
}

#[test]
fn the_maude_narratives_are_taken_whole() {
    let Some(table) = table(MAUDE) else { return };
    assert_eq!((table.rows.len(), table.header.len(), table.detected.delimiter), (56, 4, ','));
    let mapping = feedback::suggest(&table.header).unwrap();
    assert_eq!(mapping.name, "FDA MAUDE narratives");
    let applied = taken_whole(mapping, &table);
    let first = &applied.taken[0].values;
    assert_eq!(first["external_number"], "MAUDE 22069635");
    assert_eq!(first["device_name"], "INFUSOMAT®");
    assert_eq!(first["source_columns"], "event_date: 04-23-2025");
    let longest =
        applied.taken.iter().map(|row| row.values["description_verbatim"].as_str().unwrap().chars().count());
    assert_eq!(longest.max(), Some(5694));
    let titles = applied.taken.iter().map(|row| row.values["title"].as_str().unwrap());
    assert!(titles.clone().all(|title| (10..=100).contains(&title.chars().count())));
    assert!(
        titles.clone().all(|title| !title.contains("Narrative:") && !title.contains("Description of Event"))
    );
    // The file cannot tell when the reports were received, and its event dates are not passed off as that.
    assert_eq!(
        mapping.ask.iter().map(|ask| ask.target.as_str()).collect::<Vec<_>>(),
        ["received_at", "aware_at"]
    );
}

#[test]
fn the_event_dates_of_maude_can_be_read_as_moments_except_where_there_is_none() {
    let Some(table) = table(MAUDE) else { return };
    let rule = r#"(name: "t", rest_into: "source_columns", columns: [
        (target: "received_at", from: ["event_date"], parse: Moment(formats: ["%m-%d-%Y"]))])"#;
    let applied = feedback::apply_table(&Mapping::from_ron(rule).unwrap(), &table).unwrap();
    assert_eq!((applied.taken.len(), applied.refused.len()), (50, 6));
    assert_eq!(applied.taken[0].values["received_at"], "2025-04-23T12:00:00Z");
    for row in &applied.refused {
        assert_eq!(row.problems[0].to_string(), "event_date: “00-00-0000” is a date that does not exist");
    }
}

#[test]
fn the_health_canada_incidents_are_taken_whole() {
    let Some(table) = table(CANADA) else { return };
    assert_eq!((table.rows.len(), table.header.len(), table.detected.delimiter), (588, 17, ','));
    let mapping = feedback::suggest(&table.header).unwrap();
    assert_eq!(mapping.name, "Health Canada incidents");
    let applied = taken_whole(mapping, &table);
    assert_eq!(applied.taken[0].values["external_number"], "HC 1113831");
    let with_awareness = applied.taken.iter().filter(|row| row.values.contains_key("aware_at")).count();
    assert_eq!(with_awareness, 587);
    let harm =
        |code: &str| applied.taken.iter().filter(|row| row.values["patient_or_user_harm"] == code).count();
    assert_eq!((harm("actual"), harm("potential"), harm("unknown"), harm("none")), (18, 224, 346, 0));
    assert!(
        applied.taken.iter().all(|row| row.values["received_at"].as_str().unwrap().ends_with("T12:00:00Z"))
    );
}

#[test]
fn the_code_tables_of_health_canada_are_read_whole() {
    for (path, rows, columns) in [(CODES, 1855, 5), (NAMES, 2573, 3)] {
        let Some(table) = table(path) else { return };
        assert_eq!(
            (table.rows.len(), table.header.len(), table.detected.delimiter),
            (rows, columns, '|'),
            "{path}"
        );
        assert!(table.detected.has_header);
        assert_eq!(feedback::suggest(&table.header), None);
    }
}

#[test]
fn the_signs_of_each_real_file_are_all_read() {
    for path in [MAUDE, CANADA, CODES, NAMES] {
        let (Some(bytes), Some(table)) = (bytes(path), table(path)) else { return };
        let delimiter = table.detected.delimiter;
        let signs =
            |text: &str| text.chars().filter(|c| !matches!(c, '"' | '\r' | '\n') && *c != delimiter).count();
        let source = signs(std::str::from_utf8(&bytes).unwrap());
        let header = table.header.iter().map(|name| signs(name)).sum::<usize>();
        let cells = table.rows.iter().flat_map(|row| &row.cells).map(|cell| signs(cell)).sum::<usize>();
        assert_eq!(header + cells, source, "{path}");
    }
}

#[test]
fn a_row_taken_a_second_time_in_one_file_is_reported_with_its_line() {
    let Some(mut bytes) = bytes(CANADA) else { return };
    let again: Vec<u8> = bytes.split_inclusive(|byte| *byte == b'\n').nth(1).unwrap().to_vec();
    bytes.extend(again);
    let table = read(&bytes, &Options::default()).unwrap();
    let applied = feedback::apply_table(feedback::suggest(&table.header).unwrap(), &table).unwrap();
    assert_eq!((applied.taken.len(), applied.refused.len()), (588, 1));
    assert_eq!(applied.refused[0].line, 590);
    assert_eq!(
        applied.refused[0].problems[0].to_string(),
        "external_number: “HC 1113831” is already on line 2"
    );
}

#[test]
fn a_real_workbook_and_a_real_pdf_are_refused_with_what_to_do() {
    for (path, words) in [
        ("feedback/health-canada-mdi/INFUSOMAT_CANADIAN_COMPLAINTS_20251007_130602.xlsx", "save it as CSV"),
        ("feedback/health-canada-mdi/mdi_data/Glossary of Fields.pdf", "a PDF document"),
    ] {
        let Some(bytes) = bytes(path) else { return };
        let error = read(&bytes, &Options::default()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
