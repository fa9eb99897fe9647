//! The views of a list that everybody needs each week. They follow from the declaration of the kind.

use crate::domain::ids::Kind;

use super::columns::{columns, default_columns};
use super::query::{AWAITING, FINISHED, LATE, ListQuery, ListSort, MINE, OPEN, THIS_YEAR};

/// The built-in views of a kind, each with its name. The first shows everything.
pub fn built_in(kind: Kind) -> Vec<(&'static str, ListQuery)> {
    let def = kind.def();
    let all = || ListQuery { attention_first: true, ..ListQuery::default() };
    let with = |codes: &[&str]| {
        let mut list: Vec<String> = default_columns(kind).into_iter().map(str::to_owned).collect();
        list.extend(codes.iter().map(|code| (*code).to_owned()));
        list
    };
    let longest_first = |code: &str| Some(ListSort { column: code.to_owned(), ascending: false });
    let code = |code: &str| Some(code.to_owned());
    let finished = def.states.iter().any(|state| state.finished);
    let mut views = vec![("All", all())];
    if def.assignable {
        let state = if finished { code(OPEN) } else { None };
        views.push(("Mine", ListQuery { owner: code(MINE), state, ..all() }));
    }
    if !def.deadlines.is_empty() {
        let sort = longest_first("late_days");
        views.push((
            "Overdue",
            ListQuery { attention: code(LATE), columns: with(&["late_days"]), sort, ..all() },
        ));
    }
    if def.approvable.is_some() {
        let sort = Some(ListSort { column: "since".to_owned(), ascending: true });
        views.push((
            "Waiting for approval",
            ListQuery { state: code(AWAITING), columns: with(&["since"]), sort, ..all() },
        ));
    }
    if finished {
        let sort = longest_first("open_days");
        let columns_ = with(&["open_days"]);
        views.push((
            "Open, oldest first",
            ListQuery { state: code(OPEN), columns: columns_, sort, attention_first: false, ..all() },
        ));
        views.push((
            "Closed this year",
            ListQuery {
                state: code(FINISHED),
                since: code(THIS_YEAR),
                columns: with(&["since"]),
                sort: longest_first("since"),
                attention_first: false,
                ..all()
            },
        ));
    }
    debug_assert!(
        views
            .iter()
            .flat_map(|(_, view)| &view.columns)
            .all(|code| columns(kind).iter().any(|c| c.code == code))
    );
    views
}
