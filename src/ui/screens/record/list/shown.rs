//! The rows of a list as shown: text, filter, sort order. Computed once for each change of input. No drawing.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::field::{FieldDef, FieldType, ValueFormat};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::time::Moment;
use crate::ops::ListRow;
use crate::ui::screens::parts::tone_of;
use crate::ui::theme::Tone;
use crate::ui::widgets::table::Sort;

/// Columns before the declared ones: number, title, state, owner.
pub const FIXED: usize = 4;

/// One row as text.
pub struct Line {
    /// The record.
    pub id: RecordId,
    /// Code of its state.
    pub state: String,
    /// Its owner.
    pub owner: Option<RecordId>,
    /// Tone of its state.
    pub tone: Tone,
    /// Whether it needs attention, and the reason.
    pub attention: Option<(Tone, String)>,
    /// The text of its cells.
    pub cells: Vec<String>,
    /// All of its text in lower case, for the filter.
    haystack: String,
}

/// The filter and the sort order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Words that must all occur.
    pub text: String,
    /// Code of the state.
    pub state: Option<String>,
    /// Number of the owner; the empty text means nobody.
    pub owner: Option<String>,
    /// Whether records that need attention come first.
    pub attention_first: bool,
    /// The sort column.
    pub sort: Option<Sort>,
}

/// Titles of the columns.
pub fn titles(kind: Kind) -> Vec<&'static str> {
    let mut titles = vec!["Number", first_label(kind), "State", "Owner"];
    titles.extend(kind.def().listed_parts.map(|(_, head)| head));
    titles.extend(more(kind).map(|field| field.label));
    titles.push("Entered");
    titles
}

fn first_label(kind: Kind) -> &'static str {
    kind.def().field("title").map_or("Title", |field| field.label)
}

/// The declared field of a column, if it has one.
pub fn field_of(kind: Kind, column: usize) -> Option<&'static FieldDef> {
    let first = FIXED + usize::from(kind.def().listed_parts.is_some());
    more(kind).nth(column.checked_sub(first)?)
}

/// The declared columns of a kind's list.
fn more(kind: Kind) -> impl Iterator<Item = &'static FieldDef> {
    kind.def().columns.iter().filter_map(move |name| kind.def().field(name))
}

/// Converts rows to text. `parts` are the titles of the parts that the list shows.
pub fn lines(
    kind: Kind,
    (rows, parts): (&[ListRow], &BTreeMap<RecordId, String>),
    names: &BTreeMap<RecordId, String>,
    attention: &BTreeMap<RecordId, (Tone, String)>,
    offset_minutes: i32,
) -> Vec<Line> {
    let def = kind.def();
    rows.iter()
        .map(|row| {
            let state = def.state(&row.state);
            let owner = row.owner.map(|id| names.get(&id).cloned().unwrap_or_else(|| id.to_string()));
            let mut cells = vec![
                row.id.to_string(),
                row.title.clone(),
                state.map_or(row.state.as_str(), |state| state.word).to_owned(),
                owner.unwrap_or_default(),
            ];
            if def.listed_parts.is_some() {
                cells.push(parts.get(&row.id).cloned().unwrap_or_default());
            }
            cells.extend(more(kind).zip(&row.more).map(|(field, stored)| cell(field, stored, names)));
            let local = row.created_at.plus_seconds(i64::from(offset_minutes) * 60);
            cells.push(local.day().to_string());
            let haystack = cells.join("\n").to_lowercase();
            Line {
                id: row.id,
                state: row.state.clone(),
                owner: row.owner,
                tone: state.map_or(Tone::Neutral, |state| tone_of(state.tone)),
                attention: attention.get(&row.id).cloned(),
                cells,
                haystack,
            }
        })
        .collect()
}

fn cell(field: &FieldDef, stored: &str, names: &BTreeMap<RecordId, String>) -> String {
    let text = || Value::String(stored.to_owned());
    let value = match field.ty {
        FieldType::YesNo => match stored {
            "1" | "true" => Value::Bool(true),
            "0" | "false" => Value::Bool(false),
            _ => text(),
        },
        FieldType::Number
        | FieldType::Choices(_)
        | FieldType::Lines
        | FieldType::Records
        | FieldType::Rows(_) => serde_json::from_str(stored).unwrap_or_else(|_| text()),
        FieldType::Line
        | FieldType::Text
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Record => text(),
    };
    field.display(&value, &InList(names))
}

/// Values in a list: persons by name, moments by their day.
struct InList<'a>(&'a BTreeMap<RecordId, String>);

impl ValueFormat for InList<'_> {
    fn record(&self, id: RecordId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn moment(&self, moment: Moment) -> String {
        moment.day().to_string()
    }
}

/// Indexes of the matching rows, in sort order.
pub fn order(lines: &[Line], query: &ListQuery) -> Vec<usize> {
    let words: Vec<String> = query.text.split_whitespace().map(str::to_lowercase).collect();
    let mut order: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| words.iter().all(|word| line.haystack.contains(word.as_str())))
        .filter(|(_, line)| query.state.as_ref().is_none_or(|state| *state == line.state))
        .filter(|(_, line)| {
            let owner = || line.owner.map_or_else(String::new, |id| id.to_string());
            query.owner.as_ref().is_none_or(|id| *id == owner())
        })
        .map(|(index, _)| index)
        .collect();
    order.sort_by(|&a, &b| match (lines.get(a), lines.get(b)) {
        (Some(a), Some(b)) => compare(a, b, query),
        (Some(_) | None, None) | (None, Some(_)) => Ordering::Equal,
    });
    order
}

fn compare(a: &Line, b: &Line, query: &ListQuery) -> Ordering {
    let attention = if query.attention_first {
        b.attention.is_some().cmp(&a.attention.is_some())
    } else {
        Ordering::Equal
    };
    let Some(sort) = query.sort else { return attention };
    let by = match sort.column {
        0 => a.id.cmp(&b.id),
        column => {
            let (a, b) = (cell_of(a, column), cell_of(b, column));
            match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_) | Err(_), Err(_)) | (Err(_), Ok(_)) => {
                    // Empty cells come last in both directions.
                    match (a.is_empty(), b.is_empty()) {
                        (true, false) => return attention.then(Ordering::Greater),
                        (false, true) => return attention.then(Ordering::Less),
                        (true, true) | (false, false) => a.to_lowercase().cmp(&b.to_lowercase()),
                    }
                }
            }
        }
    };
    attention.then(if sort.ascending { by } else { by.reverse() })
}

/// The text of a cell; empty if there is none.
pub fn cell_of(line: &Line, column: usize) -> &str {
    line.cells.get(column).map_or("", String::as_str)
}

/// The codes of the states that occur.
pub fn states(lines: &[Line]) -> BTreeSet<&str> {
    lines.iter().map(|line| line.state.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, title: &str, owner: Option<u32>, attention: bool) -> Line {
        let cells = vec![format!("FB-{number:04}"), title.to_owned(), "Received".to_owned(), String::new()];
        Line {
            id: RecordId::new(Kind::Feedback, number),
            state: "received".to_owned(),
            owner: owner.map(|number| RecordId::new(Kind::Person, number)),
            tone: Tone::Due,
            attention: attention.then(|| (Tone::Late, "late".to_owned())),
            haystack: cells.join("\n").to_lowercase(),
            cells,
        }
    }

    #[test]
    fn records_that_need_attention_come_first_and_empty_cells_last() {
        let lines = [
            line(1, "Beta", None, false),
            line(2, "", None, false),
            line(3, "Alpha", Some(1), false),
            line(4, "Gamma", None, true),
        ];
        let sort = |ascending| Some(Sort { column: 1, ascending });
        let query = ListQuery { attention_first: true, sort: sort(true), ..ListQuery::default() };
        assert_eq!(order(&lines, &query), [3, 2, 0, 1]);
        assert_eq!(order(&lines, &ListQuery { sort: sort(false), ..query.clone() }), [3, 0, 2, 1]);
        let nobody = ListQuery { owner: Some(String::new()), ..ListQuery::default() };
        assert_eq!(order(&lines, &nobody), [0, 1, 3]);
        let words = ListQuery { text: "fb alp".to_owned(), ..ListQuery::default() };
        assert_eq!(order(&lines, &words), [2], "all words must occur, in whatever column");
    }
}
