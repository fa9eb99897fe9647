//! Which columns a list of a kind can have, and by what it can be grouped. Both follow from the declaration.

use crate::domain::field::{FieldDef, FieldType, Offer};
use crate::domain::ids::Kind;

use super::groups::MONTH;

/// One column that a list can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListColumn {
    /// Its code: the name of the field, or a word of its own.
    pub code: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What stands in it.
    pub(super) is: Is,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Number,
    Title,
    State,
    Owner,
    Parts,
    Entered,
    Since,
    OpenDays,
    LateDays,
    Wants,
    Field(&'static FieldDef),
}

impl ListColumn {
    const fn new(code: &'static str, title: &'static str, is: Is) -> Self {
        Self { code, title, is }
    }

    /// Whether its cells are numbers, which can be added up.
    pub fn is_number(&self) -> bool {
        match self.is {
            Is::OpenDays | Is::LateDays => true,
            Is::Field(field) => field.ty == FieldType::Number,
            Is::Number | Is::Title | Is::State | Is::Owner | Is::Parts => false,
            Is::Entered | Is::Since | Is::Wants => false,
        }
    }

    /// Whether it holds the number of the record.
    pub fn is_id(&self) -> bool {
        self.is == Is::Number
    }

    /// Whether it holds the title, which takes the free width.
    pub fn is_title(&self) -> bool {
        self.is == Is::Title
    }

    /// Whether it holds the state.
    pub fn is_state(&self) -> bool {
        self.is == Is::State
    }

    /// The declared field, if it shows one.
    pub const fn field(&self) -> Option<&'static FieldDef> {
        match self.is {
            Is::Field(field) => Some(field),
            Is::Number | Is::Title | Is::State | Is::Owner | Is::Parts => None,
            Is::Entered | Is::Since | Is::OpenDays | Is::LateDays | Is::Wants => None,
        }
    }
}

/// Whether a field can be a column: paragraphs and tables do not fit into a line.
fn fits(field: &FieldDef) -> bool {
    match field.ty {
        FieldType::Text | FieldType::Rows(_) => false,
        FieldType::Line
        | FieldType::YesNo
        | FieldType::Number
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Choices(_)
        | FieldType::Lines
        | FieldType::Record
        | FieldType::Records => field.name != "title",
    }
}

/// Every column that the list of a kind can have: first those that it has unless others are chosen, then the other declared fields.
pub fn columns(kind: Kind) -> Vec<ListColumn> {
    let def = kind.def();
    let title = def.field("title").map_or("Title", |field| field.label);
    let mut all = vec![
        ListColumn::new("number", "Number", Is::Number),
        ListColumn::new("title", title, Is::Title),
        ListColumn::new("state", "State", Is::State),
    ];
    if def.assignable {
        all.push(ListColumn::new("owner", "Owner", Is::Owner));
    }
    all.extend(def.listed_parts.map(|(_, head)| ListColumn::new("parts", head, Is::Parts)));
    let column = |field: &'static FieldDef| ListColumn::new(field.name, field.label, Is::Field(field));
    let declared = def.columns.iter().filter_map(|name| def.field(name));
    all.extend(declared.map(column));
    all.push(ListColumn::new("entered", "Entered", Is::Entered));
    all.push(ListColumn::new("since", "In this state since", Is::Since));
    all.push(ListColumn::new("open_days", "Open for (days)", Is::OpenDays));
    all.push(ListColumn::new("late_days", "Overdue by (days)", Is::LateDays));
    all.push(ListColumn::new("needs", "Needs", Is::Wants));
    let others = def.fields().filter(|field| fits(field) && !def.columns.contains(&field.name));
    all.extend(others.map(column));
    all
}

/// The codes of the columns that a list has unless others are chosen.
pub fn default_columns(kind: Kind) -> Vec<&'static str> {
    let all = columns(kind);
    let last = all.iter().position(|column| column.is == Is::Entered).unwrap_or_default();
    all.iter().take(last + 1).map(|column| column.code).collect()
}

/// The columns with these codes, in this order. Unknown codes are skipped; without a known one, those of the kind.
pub(super) fn chosen(kind: Kind, codes: &[String]) -> Vec<ListColumn> {
    let all = columns(kind);
    let mut found: Vec<ListColumn> = Vec::new();
    for code in codes {
        if let Some(column) = all.iter().find(|column| column.code == code)
            && !found.contains(column)
        {
            found.push(*column);
        }
    }
    // Without its number a row could not be told from another.
    if !found.is_empty() && !found.iter().any(ListColumn::is_id) {
        found.splice(0..0, all.iter().filter(|column| column.is_id()).copied());
    }
    if found.is_empty() {
        let default = default_columns(kind);
        found = all.into_iter().filter(|column| default.contains(&column.code)).collect();
    }
    found
}

/// The names of the fields that these columns and this grouping read.
pub fn fields_of(kind: Kind, codes: &[String], group: Option<&str>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        chosen(kind, codes).iter().filter_map(|column| column.field().map(|field| field.name)).collect();
    let grouped = group.and_then(|code| columns(kind).into_iter().find(|column| column.code == code));
    if let Some(field) = grouped.and_then(|column| column.field())
        && !names.contains(&field.name)
    {
        names.push(field.name);
    }
    names
}

/// By what a list of a kind can be grouped: code and title.
pub fn groupings(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let groups = |column: &ListColumn| match column.is {
        Is::State | Is::Owner => true,
        Is::Field(field) => match field.ty {
            FieldType::Choice(_) | FieldType::Choices(_) | FieldType::YesNo => true,
            FieldType::Record | FieldType::Records => field.target.is_some(),
            FieldType::Line | FieldType::Lines => field.offers == Some(Offer::Versions),
            FieldType::Text | FieldType::Number | FieldType::Day | FieldType::Moment | FieldType::Rows(_) => {
                false
            }
        },
        Is::Number | Is::Title | Is::Parts | Is::Entered | Is::Since => false,
        Is::OpenDays | Is::LateDays | Is::Wants => false,
    };
    let mut all: Vec<_> = columns(kind).iter().filter(|c| groups(c)).map(|c| (c.code, c.title)).collect();
    let place = all.iter().take_while(|(code, _)| matches!(*code, "state" | "owner")).count();
    all.insert(place, (MONTH, "Month of entry"));
    all
}
