//! What stands at the foot of a list: how many rows, in which states, and sums and medians of numbers.

use std::fmt::Write as _;

use crate::domain::ids::Kind;
use crate::domain::text::counted;

use super::Listing;

/// The totals of the rows that are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// All records of the list.
    pub all: usize,
    /// Those that are shown.
    pub shown: usize,
    /// Those shown that need attention.
    pub wanting: usize,
    /// Those shown, by the word of their state, in the order of the states.
    pub states: Vec<(&'static str, usize)>,
    /// The columns of numbers.
    pub numbers: Vec<NumberTotal>,
}

/// A column of numbers, over the rows that have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTotal {
    /// Title of the column.
    pub title: &'static str,
    /// How many rows have a number.
    pub count: usize,
    /// Their sum.
    pub sum: u64,
    /// Twice their median, which may lie between two numbers.
    pub twice_median: u64,
}

impl NumberTotal {
    /// In words: “Open for (days): sum 36, median 10.5”.
    pub fn words(&self) -> String {
        let half = if self.twice_median.is_multiple_of(2) { "" } else { ".5" };
        format!("{}: sum {}, median {}{half}", self.title, self.sum, self.twice_median / 2)
    }
}

impl Totals {
    /// How many rows there are, in words: “8 records”, “3 of 8”, and how many of them need attention.
    pub fn count_words(&self) -> String {
        let count = if self.shown == self.all {
            let word = if self.all == 1 { "record" } else { "records" };
            format!("{} {word}", self.all)
        } else {
            format!("{} of {}", self.shown, self.all)
        };
        match self.wanting {
            0 => count,
            1 => format!("{count}, 1 needs attention"),
            several => format!("{count}, {several} need attention"),
        }
    }

    /// The states in words: “Received 3 · Closed 2”.
    pub fn state_words(&self) -> String {
        let mut words = String::new();
        for (state, count) in &self.states {
            let between = if words.is_empty() { "" } else { " · " };
            let _ = write!(words, "{between}{state} {count}");
        }
        words
    }

    /// All of it as lines, for paper and terminal.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![if self.shown == self.all {
            format!("{} in all", counted(self.all as u64, "record"))
        } else {
            format!("{} of {} in all", self.shown, counted(self.all as u64, "record"))
        }];
        if self.wanting > 0 {
            lines.push(format!("Needs attention: {}", self.wanting));
        }
        if !self.states.is_empty() {
            lines.push(self.state_words());
        }
        lines.extend(self.numbers.iter().map(NumberTotal::words));
        lines
    }
}

/// The totals of these rows.
pub fn totals(kind: Kind, listing: &Listing, order: &[usize]) -> Totals {
    let shown = || order.iter().filter_map(|index| listing.lines.get(*index));
    let def = kind.def();
    let mut counts = vec![0_usize; def.states.len()];
    for line in shown() {
        let place = def.states.iter().position(|state| state.code == line.state);
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    let states = def.states.iter().zip(counts).filter(|(_, count)| *count > 0);
    let number = |(place, title): (usize, &'static str)| {
        let mut values: Vec<u64> = shown().filter_map(|line| line.cell(place).parse().ok()).collect();
        values.sort_unstable();
        let middle = |at: usize| values.get(at).copied().unwrap_or_default();
        let last = values.len().checked_sub(1)?;
        let twice_median = middle(last / 2).saturating_add(middle(values.len() / 2));
        let sum = values.iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
        Some(NumberTotal { title, count: values.len(), sum, twice_median })
    };
    let numbers = listing.columns.iter().enumerate().filter(|(_, column)| column.is_number());
    Totals {
        all: listing.lines.len(),
        shown: order.len(),
        wanting: shown().filter(|line| line.wants.is_some()).count(),
        states: states.map(|(state, count)| (state.word, count)).collect(),
        numbers: numbers.filter_map(|(place, column)| number((place, column.title))).collect(),
    }
}
