use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::store::ListRow;
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

fn stamp() -> Stamp {
    Stamp::at(Moment::parse("2031-03-03T09:00:00Z").expect("a moment"), 60, "QA-PC2")
}

fn row(kind: Kind, number: u32, title: &str, state: usize) -> ListRow {
    let states = kind.def().states;
    let at = Moment::parse("2030-01-31T23:30:00Z").expect("a moment");
    ListRow {
        id: RecordId::new(kind, number),
        title: title.to_owned(),
        state: states[state % states.len()].code.to_owned(),
        owner: (!number.is_multiple_of(3)).then(|| RecordId::new(Kind::Person, number % 3)),
        created_at: at.plus_seconds(i64::from(number) * 86_400 * 9),
        state_since: at.plus_seconds(i64::from(number) * 86_400 * 20),
        more: kind.def().columns.iter().map(|_| String::new()).collect(),
    }
}

fn listing(kind: Kind, rows: Vec<ListRow>, query: &ListQuery) -> Listing {
    let fields = fields_of(kind, &query.columns, query.group.as_deref());
    let more: Vec<String> = fields.iter().map(|_| "minor".to_owned()).collect();
    let rows: Vec<ListRow> = rows.into_iter().map(|row| ListRow { more: more.clone(), ..row }).collect();
    let source = Source { fields, ..Source::default() };
    Listing::new((kind, query), &rows, &source, None, &stamp())
}

fn feedback(titles: &[&str], query: &ListQuery) -> Listing {
    let rows = titles.iter().enumerate().map(|(at, title)| row(Kind::Feedback, at as u32 + 1, title, at));
    listing(Kind::Feedback, rows.collect(), query)
}

fn viewer() -> Viewer {
    Viewer { person: Some(RecordId::new(Kind::Person, 1)), today: Day::parse("2031-03-03").expect("a day") }
}

fn order(listing: &Listing, query: &ListQuery) -> Vec<usize> {
    matching(listing, &sorted(listing, query), query, viewer())
}

#[test]
fn every_kind_has_its_columns_under_codes_of_their_own_and_shows_its_number() {
    for kind in Kind::ALL {
        let all = columns(*kind);
        let codes: BTreeSet<&str> = all.iter().map(|column| column.code).collect();
        assert_eq!(codes.len(), all.len(), "{kind:?}");
        for code in kind.def().columns {
            assert!(default_columns(*kind).contains(code), "{kind:?} {code}");
        }
        for (name, view) in built_in(*kind) {
            assert_eq!(view.clone().sane(*kind), view, "{kind:?} {name}");
        }
        for (code, _) in groupings(*kind) {
            let query = ListQuery { group: Some(code.to_owned()), ..ListQuery::default() };
            assert_eq!(query.clone().sane(*kind), query);
        }
        assert!(columns::chosen(*kind, &["state".to_owned()]).iter().any(ListColumn::is_id));
    }
}

#[test]
fn rows_that_need_attention_come_first_and_empty_cells_last_in_both_directions() {
    let sort = |ascending| Some(ListSort { column: "title".to_owned(), ascending });
    let query = ListQuery { attention_first: true, sort: sort(true), ..ListQuery::default() };
    let mut listing = feedback(&["Beta", "", "Alpha", "Gamma"], &query);
    listing.lines[3].wants = Some(Wants { tone: Tone::Late, what: "Triage".to_owned(), days_late: 3 });
    assert_eq!(order(&listing, &query), [3, 2, 0, 1]);
    assert_eq!(order(&listing, &ListQuery { sort: sort(false), ..query.clone() }), [3, 0, 2, 1]);
    let words = ListQuery { text: "fb alp".to_owned(), ..ListQuery::default() };
    assert_eq!(order(&listing, &words), [2], "all words must occur, in whatever column");
    let late = ListQuery { attention: Some(LATE.to_owned()), ..ListQuery::default() };
    assert_eq!(order(&listing, &late), [3]);
}

#[test]
fn mine_is_what_the_person_who_looks_owns_and_without_one_nothing() {
    let query = ListQuery { owner: Some(MINE.to_owned()), ..ListQuery::default() };
    let listing = feedback(&["a", "b", "c", "d"], &query);
    assert_eq!(order(&listing, &query), [0, 3]);
    let all = sorted(&listing, &query);
    assert!(matching(&listing, &all, &query, Viewer { person: None, ..viewer() }).is_empty());
    let nobody = ListQuery { owner: Some(NOBODY.to_owned()), ..ListQuery::default() };
    assert_eq!(order(&listing, &nobody), [2]);
}

#[test]
fn months_are_local_and_the_newest_comes_first() {
    let query = ListQuery { group: Some(MONTH.to_owned()), ..ListQuery::default() };
    let listing = feedback(&["a", "b", "c", "d"], &query);
    let groups = grouped(&listing, &order(&listing, &query));
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(
        names,
        ["2030-03", "2030-02"],
        "half past eleven in the evening is the next day in local time"
    );
}

#[test]
fn damaged_queries_fall_back_to_what_the_kind_knows() {
    let foreign = ListQuery {
        text: "\u{7}alarm".to_owned(),
        state: Some("melted".to_owned()),
        owner: Some("nobody's number".to_owned()),
        attention: Some("always".to_owned()),
        since: Some("*decade".to_owned()),
        sort: Some(ListSort { column: "colour".to_owned(), ascending: true }),
        group: Some("title".to_owned()),
        columns: vec!["title".to_owned(), "colour".to_owned(), "title".to_owned()],
        attention_first: true,
    };
    let sane = foreign.sane(Kind::Feedback);
    let expected = ListQuery {
        text: "alarm".to_owned(),
        columns: vec!["title".to_owned()],
        attention_first: true,
        ..ListQuery::default()
    };
    assert_eq!(sane, expected);
    let listing = feedback(&["a"], &sane);
    assert_eq!(listing.columns.iter().map(|column| column.code).collect::<Vec<_>>(), ["number", "title"]);
}

#[test]
fn a_copied_cell_runs_no_formula_and_leaves_its_row_alone() {
    let query = ListQuery { columns: vec!["number".to_owned(), "title".to_owned()], ..ListQuery::default() };
    let listing = feedback(&["=1+1", "\t@x", "\"=2\" is it", "a\tb\nc", "plain"], &query);
    let text = listing.tabbed(&[0, 1, 2, 3, 4], None);
    assert_eq!(
        text,
        "Number\tTitle\nFB-0001\t'=1+1\nFB-0002\t' @x\nFB-0003\t\"\"\"=2\"\" is it\"\nFB-0004\ta b c\nFB-0005\tplain\n"
    );
    assert!(listing.tabbed(&[0], Some(MONTH)).starts_with("Month of entry\tNumber"));
}

#[test]
fn a_median_may_lie_between_two_numbers() {
    let query = ListQuery { columns: vec!["open_days".to_owned()], ..ListQuery::default() };
    let mut listing = feedback(&["a", "b", "c", "d", "e"], &query);
    for (line, days) in listing.lines.iter_mut().zip(["3", "", "8", "1", "40"]) {
        line.cells[1] = days.to_owned();
    }
    let totals = totals(Kind::Feedback, &listing, &[0, 1, 2, 3, 4]);
    assert_eq!(totals.number_words(), "Open for (days): sum 52, median 5.5");
}

#[test]
fn a_letter_of_a_filter_costs_less_than_making_a_hundred_thousand_rows() {
    let title = "The pump stops after the third alarm of the night when the door is open ".repeat(3);
    let rows: Vec<ListRow> =
        (1..=100_000).map(|number| row(Kind::Feedback, number, &title, number as usize)).collect();
    let sort = Some(ListSort { column: "title".to_owned(), ascending: false });
    let query = ListQuery { text: "pump 77".to_owned(), sort, ..ListQuery::default() };
    let began = std::time::Instant::now();
    let listing = listing(Kind::Feedback, rows, &query);
    let made = began.elapsed();
    let began = std::time::Instant::now();
    let all = sorted(&listing, &query);
    let ordered = began.elapsed();
    let began = std::time::Instant::now();
    let shown = matching(&listing, &all, &query, viewer());
    let filtered = began.elapsed();
    println!("100,000 rows: made {made:?}, sorted {ordered:?}, filtered {filtered:?}");
    assert!(shown.len() < all.len() && !shown.is_empty());
    assert!(filtered < made, "made {made:?}, filtered {filtered:?}");
}

proptest! {
    #[test]
    fn grouping_neither_loses_nor_doubles_a_row_and_sums_agree(
        rows in prop::collection::vec(("[a-zA-Z =\"\u{5d0}\u{7684}]{0,12}", 0_usize..12), 0..60),
        group in 0_usize..12,
        column in 0_usize..30,
        ascending in any::<bool>(),
        text in "[a-z]{0,2}",
    ) {
        let kind = Kind::ProblemReport;
        let all = groupings(kind);
        let group = (group < all.len()).then(|| all[group].0.to_owned());
        let sort = columns(kind).get(column).map(|column| ListSort { column: column.code.to_owned(), ascending });
        let query = ListQuery { text, sort, group, attention_first: true, columns: vec!["title".to_owned(), "open_days".to_owned()], ..ListQuery::default() };
        let rows: Vec<ListRow> = (1..).zip(&rows).map(|(number, (title, state))| row(kind, number, title, *state)).collect();
        let listing = listing(kind, rows, &query);
        let order = order(&listing, &query);
        let groups = grouped(&listing, &order);
        let mut in_groups: Vec<usize> = groups.iter().flat_map(|group| group.rows.clone()).collect();
        let names: BTreeSet<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        prop_assert_eq!(names.len(), groups.len(), "no heading comes twice");
        for group in &groups {
            let places: Vec<usize> = group.rows.iter().filter_map(|row| order.iter().position(|at| at == row)).collect();
            prop_assert!(places.is_sorted(), "a group keeps the order");
        }
        in_groups.sort_unstable();
        let mut shown = order.clone();
        shown.sort_unstable();
        prop_assert_eq!(in_groups, shown);
        let whole = totals(kind, &listing, &order);
        prop_assert_eq!(whole.states.iter().map(|(_, count)| count).sum::<usize>(), order.len());
        let sums = |totals: &Totals| totals.numbers.iter().map(|number| number.sum).sum::<u64>();
        let parts: u64 = groups.iter().map(|group| sums(&totals(kind, &listing, &group.rows))).sum();
        prop_assert_eq!(sums(&whole), parts);
        let text = listing.tabbed(&order, query.group.as_deref());
        prop_assert_eq!(text.lines().count(), order.len() + 1);
    }
}
