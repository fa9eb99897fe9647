//! Rows in groups: by state, owner, month of entry, or a declared field.

use std::collections::BTreeMap;

use crate::domain::field::FieldType;
use crate::domain::text::inside_a_sentence;

use super::columns::{Is, ListColumn};
use super::{ListLine, Listing};

/// The code of the grouping by month of entry.
pub const MONTH: &str = "month";

/// The group of a row. Groups are sorted by their rank, then by name; the group of rows without a value is the last.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Whether the rows have no value.
    pub empty: bool,
    /// Its place among the groups.
    pub rank: u32,
    /// Its name.
    pub name: String,
}

/// A group of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Indexes of its rows in the listing, in their order.
    pub rows: Vec<usize>,
}

/// The rows in groups. Each row stands in exactly one, in the order in which it was given.
pub fn grouped(listing: &Listing, order: &[usize]) -> Vec<Group> {
    let mut groups: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for index in order {
        if let Some(line) = listing.lines.get(*index) {
            groups.entry(&line.group).or_default().push(*index);
        }
    }
    groups.into_iter().map(|(key, rows)| Group { name: key.name.clone(), rows }).collect()
}

/// The group of a row by month of entry, the newest first.
pub(super) fn by_month(line: &ListLine) -> Key {
    let day = line.entered.to_string();
    let month: String = day.chars().take(7).collect();
    let number: u32 = month.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    Key { empty: false, rank: u32::MAX - number, name: month }
}

/// The group of a row by a column, of which the text is given.
pub(super) fn by_column(column: &ListColumn, line: &ListLine, text: &str) -> Key {
    let rank = match column.is {
        Is::State => {
            let states = line.id.kind.def().states;
            states.iter().position(|state| state.code == line.state)
        }
        Is::Field(field) => match field.ty {
            FieldType::Choice(options) => options.iter().position(|option| option.word == text),
            FieldType::YesNo => Some(usize::from(text != "Yes")),
            FieldType::Line
            | FieldType::Text
            | FieldType::Number
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choices(_)
            | FieldType::Lines
            | FieldType::Record
            | FieldType::Records
            | FieldType::Rows(_) => None,
        },
        Is::Number | Is::Title | Is::Owner | Is::Parts | Is::Entered | Is::Since => None,
        Is::OpenDays | Is::LateDays | Is::Wants => None,
    };
    let rank = rank.and_then(|rank| u32::try_from(rank).ok()).unwrap_or(u32::MAX);
    let name = text.replace('\n', ", ");
    if name.is_empty() {
        return Key { empty: true, rank, name: format!("No {}", inside_a_sentence(column.title)) };
    }
    Key { empty: false, rank, name }
}
