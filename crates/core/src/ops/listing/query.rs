//! Filter, order, grouping and columns of a list, as they are kept under a name, and their effect on rows.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use chrono::Datelike as _;

use crate::domain::ids::{Kind, RecordId};
use mainstay_base::time::Day;

use super::columns::{columns, groupings};
use super::{ListLine, Listing, grouping_title};

/// The state filter: records on which work remains.
pub const OPEN: &str = "*open";
/// The state filter: records on which no work remains.
pub const FINISHED: &str = "*finished";
/// The state filter: records that wait for an approval.
pub const AWAITING: &str = "*awaiting";
/// The owner filter: the person who looks.
pub const MINE: &str = "*me";
/// The owner filter: no owner.
pub const NOBODY: &str = "";
/// The attention filter: whatever needs attention.
pub const WANTS: &str = "*wants";
/// The attention filter: what is overdue.
pub const LATE: &str = "*late";
/// The filter by the day of the state: this month.
pub const THIS_MONTH: &str = "*month";
/// The filter by the day of the state: this year.
pub const THIS_YEAR: &str = "*year";

/// Most characters of the words of a filter.
const TEXT_MAX: usize = 200;

/// By which column rows are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSort {
    /// Code of the column.
    pub column: String,
    /// The smallest first.
    pub ascending: bool,
}

/// What is shown of a list, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Words that must all occur.
    pub text: String,
    /// Code of the state, or [`OPEN`], [`FINISHED`], [`AWAITING`].
    pub state: Option<String>,
    /// Number of the owner, or [`MINE`], [`NOBODY`].
    pub owner: Option<String>,
    /// [`WANTS`] or [`LATE`].
    pub attention: Option<String>,
    /// Since when the record is in its state: [`THIS_MONTH`] or [`THIS_YEAR`].
    pub since: Option<String>,
    /// Whether records that need attention come first.
    pub attention_first: bool,
    /// The sort column.
    pub sort: Option<ListSort>,
    /// Code of the grouping.
    pub group: Option<String>,
    /// Codes of the columns; empty: those that the kind declares.
    pub columns: Vec<String>,
}

/// Who looks at a list, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The person who is signed in.
    pub person: Option<RecordId>,
    /// Today, in local time.
    pub today: Day,
}

impl ListQuery {
    /// The same without what the kind does not know: a file of settings may be older, newer or damaged.
    #[must_use]
    pub fn sane(mut self, kind: Kind) -> Self {
        let def = kind.def();
        let all = columns(kind);
        let known = |code: &str| all.iter().any(|column| column.code == code);
        self.text = self.text.chars().filter(|c| !c.is_control()).take(TEXT_MAX).collect();
        self.state =
            self.state.filter(|code| def.state(code).is_some() || states(kind).contains(&code.as_str()));
        self.owner = self.owner.filter(|code| {
            def.assignable && (code == MINE || code == NOBODY || code.parse::<RecordId>().is_ok())
        });
        self.attention = self.attention.filter(|code| code == WANTS || code == LATE);
        self.since = self.since.filter(|code| code == THIS_MONTH || code == THIS_YEAR);
        self.sort = self.sort.filter(|sort| known(&sort.column));
        self.group = self.group.filter(|code| groupings(kind).iter().any(|(known, _)| known == code));
        self.columns.retain(|code| known(code));
        let mut seen = Vec::new();
        self.columns.retain(|code| {
            !seen.contains(code) && {
                seen.push(code.clone());
                true
            }
        });
        self
    }

    /// Whether every record is shown.
    pub fn shows_all(&self) -> bool {
        self.text.trim().is_empty()
            && self.state.is_none()
            && self.owner.is_none()
            && self.attention.is_none()
            && self.since.is_none()
    }

    /// The same without its filters.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        Self { text: String::new(), state: None, owner: None, attention: None, since: None, ..self.clone() }
    }

    /// What is shown, in words: one filter, order or grouping in each.
    pub fn words(&self, kind: Kind, name: &dyn Fn(RecordId) -> Option<String>) -> Vec<String> {
        let mut words: Vec<String> = self.shows_all().then(|| "All records".to_owned()).into_iter().collect();
        if !self.text.trim().is_empty() {
            words.push(format!("Contains “{}”", self.text.trim()));
        }
        if let Some(code) = &self.state {
            words.push(format!("State: {}", state_word(kind, code)));
        }
        if let Some(code) = &self.owner {
            let owner = match code.as_str() {
                MINE => "the person who printed it".to_owned(),
                NOBODY => "nobody".to_owned(),
                code => code.parse().ok().and_then(name).unwrap_or_else(|| code.to_owned()),
            };
            words.push(format!("Owner: {owner}"));
        }
        if let Some(code) = &self.attention {
            words.push(if code == LATE { "Overdue".to_owned() } else { "Needs attention".to_owned() });
        }
        if let Some(code) = &self.since {
            let period = if code == THIS_YEAR { "this year" } else { "this month" };
            words.push(format!("In its state since a day of {period}"));
        }
        if let Some(title) = self.group.as_deref().and_then(|code| grouping_title(kind, code)) {
            words.push(format!("Grouped by {title}"));
        }
        if self.attention_first {
            words.push("Needs attention first".to_owned());
        }
        let all = columns(kind);
        if let Some((sort, column)) =
            self.sort.as_ref().and_then(|sort| Some((sort, all.iter().find(|c| c.code == sort.column)?)))
        {
            let direction = if sort.ascending { "smallest first" } else { "largest first" };
            words.push(format!("Sorted by {}, {direction}", column.title));
        }
        words
    }
}

/// The filters of states that a kind has besides its states.
pub(super) fn states(kind: Kind) -> Vec<&'static str> {
    let def = kind.def();
    let mut codes = Vec::new();
    if def.states.iter().any(|state| state.finished) {
        codes.extend([OPEN, FINISHED]);
    }
    if def.approvable.is_some() {
        codes.push(AWAITING);
    }
    codes
}

impl ListQuery {
    /// The filters of states that a kind has besides its states: code and word.
    pub fn states_of(kind: Kind) -> Vec<(&'static str, &'static str)> {
        states(kind).into_iter().map(|code| (code, state_word(kind, code))).collect()
    }
}

/// A filter of states in words.
fn state_word(kind: Kind, code: &str) -> &'static str {
    match code {
        OPEN => "Open",
        FINISHED => "Closed or done",
        AWAITING => "Waiting for approval",
        code => kind.def().state(code).map_or("unknown", |state| state.word),
    }
}

/// How a cell is compared. Numbers come before words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Number(u64),
    Word(String),
}

/// The indexes of all rows, sorted. What is shown of them changes with each letter of a filter, their order does not.
pub fn sorted(listing: &Listing, query: &ListQuery) -> Vec<usize> {
    let place = query.sort.as_ref().and_then(|sort| Some((sort, listing.place(&sort.column)?)));
    let rank = |line: &ListLine| {
        let (_, place) = place?;
        if listing.columns.get(place).is_some_and(super::ListColumn::is_id) {
            return Some(Rank::Number(line.id.number.into()));
        }
        let text = line.cell(place);
        let number = || text.parse().map(Rank::Number);
        (!text.is_empty()).then(|| number().unwrap_or_else(|_| Rank::Word(text.to_lowercase())))
    };
    let ascending = place.is_none_or(|(sort, _)| sort.ascending);
    let mut keyed: Vec<(bool, Option<Rank>, usize)> = listing
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| (query.attention_first && line.wants.is_none(), rank(line), index))
        .collect();
    keyed.sort_by(|a, b| {
        // Empty cells come last in both directions.
        let by = match (&a.1, &b.1) {
            (Some(a), Some(b)) if ascending => a.cmp(b),
            (Some(a), Some(b)) => b.cmp(a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        a.0.cmp(&b.0).then(by)
    });
    keyed.into_iter().map(|(_, _, index)| index).collect()
}

/// Those of the sorted rows that match the filter, in their order.
pub fn matching(listing: &Listing, sorted: &[usize], query: &ListQuery, viewer: Viewer) -> Vec<usize> {
    let words: Vec<String> = query.text.split_whitespace().map(str::to_lowercase).collect();
    let owner = query.owner.as_ref().map(|code| match code.as_str() {
        MINE => viewer.person,
        code => code.parse::<RecordId>().ok(),
    });
    // Who is not signed in owns nothing.
    let nobody = query.owner.as_deref() == Some(MINE) && viewer.person.is_none();
    let fits = |line: &ListLine| {
        !nobody
            && owner.is_none_or(|owner| line.owner == owner)
            && query.state.as_deref().is_none_or(|code| is_in(line, code))
            && query.attention.as_deref().is_none_or(|code| wants(line, code))
            && query.since.as_deref().is_none_or(|code| is_since(line.since, viewer.today, code))
            && words.iter().all(|word| line.haystack.contains(word.as_str()))
    };
    let shown = sorted.iter().copied();
    shown.filter(|index| listing.lines.get(*index).is_some_and(fits)).collect()
}

fn is_in(line: &ListLine, code: &str) -> bool {
    match code {
        OPEN => line.open,
        FINISHED => !line.open,
        AWAITING => line.awaits,
        code => line.state == code,
    }
}

fn wants(line: &ListLine, code: &str) -> bool {
    line.wants.as_ref().is_some_and(|wants| code != LATE || wants.days_late > 0)
}

fn is_since(since: Day, today: Day, code: &str) -> bool {
    let (since, today) = (since.date(), today.date());
    since.year() == today.year() && (code == THIS_YEAR || since.month() == today.month())
}
