use super::*;
use mainstay_base::delimited::{Options, Row, Table, read};
use proptest::prelude::*;
use serde_json::json;

fn table(text: &str) -> Table {
    read(text.as_bytes(), &Options::default()).unwrap()
}

fn mapping(columns: &str, rest: &str) -> Mapping {
    Mapping::from_ron(&format!("(name: \"test\", columns: [{columns}], {rest})")).unwrap()
}

fn one(mapping: &Mapping, text: &str) -> Result<Values, Vec<Problem>> {
    let table = table(text);
    apply(mapping, &table.header, &table.rows[0])
}

fn reasons(result: Result<Values, Vec<Problem>>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}

const REST: &str = "rest_into: \"source_columns\"";

#[test]
fn an_unknown_field_of_a_mapping_is_refused_with_its_place() {
    let error = Mapping::from_ron("(\n name: \"x\",\n colums: [])").unwrap_err().to_string();
    assert!(error.contains("line 3"), "{error}");
    assert!(
        Mapping::from_ron("(name: \"x\", columns: [(target: \"a\", from: [\"b\"], parse: Txt)])").is_err()
    );
    assert!(Mapping::from_ron(&"(".repeat(10_000)).is_err());
    assert!(matches!(Mapping::from_ron(&" ".repeat(2_000_000)), Err(MappingError::TooLong { .. })));
}

#[test]
fn columns_are_joined_and_the_rest_is_kept() {
    let mapping = mapping(r#"(target: "title", from: ["b", "A"], separator: " / ")"#, REST);
    let values = one(&mapping, "a,b,c,d\nx,\"y\nz\",left over,\n").unwrap();
    assert_eq!(values["title"], json!("y\nz / x"));
    assert_eq!(values["source_columns"], json!("c: left over"));
    let values = one(&mapping, "a,b,c\n,y,\n").unwrap();
    assert_eq!(values["title"], json!("y"));
    assert!(!values.contains_key("source_columns"));
}

#[test]
fn a_value_that_is_changed_by_its_rule_is_kept_in_the_rest_too() {
    let rules = r#"
        (target: "external_number", from: ["id"], prefix: "X "),
        (target: "received_at", from: ["day"], parse: Moment(formats: ["%m-%d-%Y"])),
        (target: "harm", from: ["harm"], parse: Choice(table: {"Injury": "actual"}, default: "unknown"))"#;
    let values = one(&mapping(rules, REST), "id,day,harm\n 7 ,04-23-2025,INJURY\n").unwrap();
    assert_eq!(values["external_number"], json!("X 7"));
    assert_eq!(values["received_at"], json!("2025-04-23T12:00:00Z"));
    assert_eq!(values["harm"], json!("actual"));
    assert_eq!(values["source_columns"], json!("id:  7 \nday: 04-23-2025\nharm: INJURY"));
}

#[test]
fn without_a_field_for_the_rest_a_value_that_would_be_lost_is_an_error() {
    let mapping = mapping(r#"(target: "title", from: ["a"])"#, "");
    assert_eq!(
        reasons(one(&mapping, "a,b\n1x,2x\n")),
        ["b: the column has a value, but no rule uses it whole and no field takes the rest"]
    );
    assert!(one(&mapping, "a,b\n1x,\n").is_ok());
}

#[test]
fn the_rest_can_be_appended_to_a_text_that_has_a_rule() {
    let mapping = mapping(r#"(target: "description", from: ["a"])"#, "rest_into: \"description\"");
    assert_eq!(one(&mapping, "a,b\nhello,there\n").unwrap()["description"], json!("hello\nb: there"));
}

#[test]
fn every_wrong_date_is_a_problem_with_its_column() {
    let mapping = mapping(r#"(target: "day", from: ["when"], parse: Day(formats: ["%Y-%m-%d"]))"#, REST);
    for (text, reason) in [
        ("0000-01-01", "“0000-01-01” is in the year 0; years 1900 to 2200 are accepted"),
        ("2025-13-01", "“2025-13-01” is a date that does not exist"),
        ("2025-02-31", "“2025-02-31” is a date that does not exist"),
        ("31.02.2025", "“31.02.2025” is not a date of the form 2025-04-23"),
        ("", "the value is empty, but day needs one"),
    ] {
        assert_eq!(reasons(one(&mapping, &format!("when,x\n{text},y\n"))), [format!("when: {reason}")]);
    }
    assert_eq!(one(&mapping, "when,x\n2024-02-29,y\n").unwrap()["day"], json!("2024-02-29"));
}

#[test]
fn an_unknown_date_is_left_out_if_allowed_and_its_text_is_kept() {
    let rule = |optional| {
        let text = r#"(target: "day", from: ["d"], parse: Day(formats: ["%m-%d-%Y"]), unknown: ["00-00-0000"], optional: "#;
        mapping(&format!("{text}{optional})"), REST)
    };
    let values = one(&rule(true), "d,x\n00-00-0000,y\n").unwrap();
    assert!(!values.contains_key("day"));
    assert_eq!(values["source_columns"], json!("d: 00-00-0000\nx: y"));
    assert_eq!(
        reasons(one(&rule(false), "d,x\n00-00-0000,y\n")),
        ["d: “00-00-0000” means unknown, but day needs a value"]
    );
}

#[test]
fn a_choice_outside_the_table_is_a_problem_unless_there_is_a_default() {
    let strict =
        mapping(r#"(target: "h", from: ["h"], parse: Choice(table: {"Yes": "actual", "No": "none"}))"#, REST);
    assert_eq!(reasons(one(&strict, "h,x\nmaybe,1x\n")), ["h: “maybe” is not one of “No”, “Yes”"]);
    assert_eq!(one(&strict, "h,x\n yES ,1x\n").unwrap()["h"], json!("actual"));
}

#[test]
fn a_title_is_cut_at_the_end_of_a_word() {
    let title = |text: &str, max: usize| {
        let rule = format!(
            r#"(target: "t", from: ["t"], parse: TitleFrom(max_chars: {max}, start_after: ["EVENT:"], skip: ["AS REPORTED:"]))"#
        );
        let table = Table {
            rows: vec![Row { line: 2, cells: vec![text.to_owned()], issues: Vec::new() }],
            header: vec!["t".to_owned()],
            ..table("t\nx\n")
        };
        apply(&mapping(&rule, REST), &table.header, &table.rows[0]).unwrap()["t"].as_str().unwrap().to_owned()
    };
    assert_eq!(title("the pump stopped", 16), "the pump stopped");
    assert_eq!(title("the pump  stopped\nat once", 16), "the pump…");
    assert_eq!(title("the pump  stopped\nat once", 17), "the pump stopped…");
    assert_eq!(title("äöüäöüäöü", 5), "äöüä…");
    assert_eq!(title("note EVENT: AS REPORTED: it broke", 50), "it broke");
    assert_eq!(title("note EVENT: ", 50), "note EVENT:");
    for max in 1..20 {
        assert!(title("the pump stopped at once and again", max).chars().count() <= max);
    }
}

#[test]
fn missing_columns_and_impossible_rules_are_all_reported_at_once() {
    let rules = r#"
        (target: "a", from: ["gone"]), (target: "a", from: []),
        (target: "d", from: ["x"], parse: Day(formats: ["%Q"]))"#;
    let mapping = mapping(rules, REST);
    let header = ["x".to_owned()];
    let problems: Vec<String> = mapping.bind(&header).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "a: the mapping fills this field twice",
            "a: the rule names no column",
            "d: “%Q” is not a date format",
            "gone: the file has no column of this name",
        ]
    );
}

#[test]
fn a_row_with_values_in_the_wrong_columns_is_refused() {
    let mapping = mapping(r#"(target: "t", from: ["a"])"#, REST);
    let reasons = reasons(one(&mapping, "a,b\n1,2,3\n4,5\n"));
    assert!(reasons[0].starts_with("row: The row has 3 values"), "{reasons:?}");
}

#[test]
fn a_repeated_number_is_reported_in_its_row_and_empty_rows_are_skipped() {
    let mapping = mapping(r#"(target: "external_number", from: ["id"], prefix: "X ")"#, REST);
    let applied = apply_table(&mapping, &table("id,t\n1,a\n2,b\n,\n 1 ,c\n")).unwrap();
    assert_eq!(applied.taken.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(applied.empty, [4]);
    assert_eq!(applied.refused.len(), 1);
    assert_eq!(applied.refused[0].line, 5);
    assert_eq!(applied.refused[0].problems[0].to_string(), "external_number: “X 1” is already on line 2");
}

#[test]
fn constants_fill_every_row_and_answer_a_question() {
    let mapping = Mapping::from_ron(
        r#"(name: "t", columns: [(target: "t", from: ["a"])], constants: {"channel": "file"},
            ask: [(target: "received_at", question: "When?")])"#,
    )
    .unwrap()
    .with_constant("received_at", "2025-05-01T08:00:00Z");
    assert!(mapping.ask.is_empty());
    assert!(mapping.fills("received_at") && mapping.fills("t") && !mapping.fills("aware_at"));
    let values = one(&mapping, "a,b\nx,\n").unwrap();
    assert_eq!(json!(values), json!({"channel": "file", "received_at": "2025-05-01T08:00:00Z", "t": "x"}));
}

#[test]
fn a_mapping_is_proposed_from_the_names_of_columns() {
    let table = table(
        "Complaint No.,Date Received,Description,Product,Firmware Version,Country,Priority\n\
         17,23/04/2025,the pump stopped,Pump A,1.2,DE,high\n18,01/05/2025,again,Pump A,1.2,FR,low\n",
    );
    let Suggestion { mapping, notes } = suggest_columns(&table.header, &table.rows);
    assert!(notes.is_empty(), "{notes:?}");
    let values = apply(&mapping, &table.header, &table.rows[0]).unwrap();
    assert_eq!(
        json!(values),
        json!({
            "external_number": "17",
            "received_at": "2025-04-23T12:00:00Z",
            "description_verbatim": "the pump stopped",
            "title": "the pump stopped",
            "device_name": "Pump A",
            "software_version_reported": "1.2",
            "reporter_country": "DE",
            "source_columns": "Date Received: 23/04/2025\nPriority: high",
        })
    );
}

#[test]
fn an_ambiguous_date_and_a_foreign_code_are_left_to_the_person() {
    let table = table("text,received,harm\na,03/04/2025,bad\nb,05/06/2025,none\n");
    let Suggestion { mapping, notes } = suggest_columns(&table.header, &table.rows);
    assert!(!mapping.fills("received_at") && !mapping.fills("patient_or_user_harm"));
    assert_eq!(
        notes,
        [
            "Column “received” has dates such as “03/04/2025”: choose whether the day or the month comes first.",
            "Column “harm” needs a table from its values, such as “bad”, to codes.",
            "No column has a number by which a row is recognised when the file is imported again.",
        ]
    );
    assert!(mapping.bind(&table.header).is_ok());
}

proptest! {
    #[test]
    fn no_character_of_a_row_is_lost(cells in proptest::collection::vec("[ a-zß0-9\n-]{0,12}", 6)) {
        let rules = r#"
            (target: "external_number", from: ["a"], prefix: "X ", optional: true),
            (target: "joined", from: ["b", "c"], separator: " + ", unknown: ["na"], optional: true),
            (target: "labelled", from: ["c", "d"], parse: Labelled, optional: true),
            (target: "title", from: ["e"], parse: TitleFrom(max_chars: 5), optional: true)"#;
        let header: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
        let row = Row { line: 2, cells, issues: Vec::new() };
        let values = apply(&mapping(rules, REST), &header, &row).unwrap();
        for cell in &row.cells {
            let kept = values.iter().filter(|(target, _)| target.as_str() != "title");
            prop_assert!(cell.is_empty() || kept.into_iter().any(|(_, value)| value.as_str().unwrap().contains(cell.as_str())));
        }
    }

    #[test]
    fn any_text_in_any_cell_never_panics(cells in proptest::collection::vec("\\PC{0,20}|[0-9/.: -]{0,12}", 0..6), format in "[%a-zA-Z:.-]{0,8}") {
        let header: Vec<String> = ["id", "received", "harm", "text", "source"].map(str::to_owned).to_vec();
        let rows = [Row { line: 2, cells, issues: Vec::new() }];
        let mut mapping = suggest_columns(&header, &rows).mapping;
        let _ = apply(&mapping, &header, &rows[0]);
        for rule in &mut mapping.columns {
            rule.parse = Parse::Moment { formats: vec![format.clone()] };
        }
        let _ = apply(&mapping, &header, &rows[0]);
    }

    #[test]
    fn any_text_as_a_mapping_never_panics(text in "[(){}\\[\\]:,\"a-z ]{0,60}") {
        let _ = Mapping::from_ron(&text);
    }
}
