//! Drawing records so that anybody can draw the same again: each number of the kind gets the SHA-256 of the seed, a blank and the number,
//! and the first ones in the order of these digests are drawn.

use std::fmt::Write as _;
use std::str::FromStr;

use serde_json::{Value, json};

use super::SampleScope;
use crate::domain::canonical;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::shell_word;
use crate::ops::packet::paper::Paper;
use crate::ops::packet::sections::numbers;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Check, Column};

/// Longest seed, in characters.
pub(super) const SEED_MAX: usize = 80;

/// Whether others can read a seed from paper and type the same bytes: nothing in it is invisible, or written in several ways.
pub(super) fn is_readable(seed: &str) -> bool {
    let seed = seed.trim();
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    seed.len() <= SEED_MAX && seed.chars().all(plain) && !seed.contains("  ")
}

/// How many records of a kind are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The kind.
    pub kind: Kind,
    /// How many; of fewer records all are taken.
    pub count: u32,
}

impl FromStr for Draw {
    type Err = String;

    /// Reads “CR:5”.
    fn from_str(text: &str) -> Result<Self, String> {
        let refuse =
            || format!("“{text}” is not what can be drawn; write it like CR:5, for 5 change requests");
        let (kind, count) = text.trim().split_once(':').ok_or_else(refuse)?;
        let kind = Kind::from_prefix(kind.trim()).ok_or_else(refuse)?;
        Ok(Self { kind, count: count.trim().parse().map_err(|_| refuse())? })
    }
}

/// What was drawn.
pub(super) struct Drawn {
    draw: Draw,
    /// All records that could be drawn, in the order of their numbers.
    population: Vec<RecordId>,
    /// The drawn ones with their digests, in the order of the digests.
    records: Vec<(String, RecordId)>,
}

impl Drawn {
    /// Draws from the present records, the void ones included.
    pub fn of(paper: &Paper<'_>, draw: Draw, scope: &SampleScope) -> Result<Self, Refused> {
        let entered = |day| scope.entered.is_none_or(|(from, to)| (from..=to).contains(&day));
        let rows = paper.file.list(draw.kind)?;
        let population = rows.iter().filter(|row| entered(row.created_at.day())).map(|row| row.id);
        let mut population: Vec<RecordId> = population.collect();
        population.sort_unstable();
        Ok(Self { draw, records: drawn(&population, scope.seed.trim(), draw.count), population })
    }

    /// The drawn records in the order of their numbers.
    pub fn ids(&self) -> Vec<RecordId> {
        let mut ids: Vec<RecordId> = self.records.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids
    }

    pub fn fact(&self) -> Value {
        json!({ "kind": self.draw.kind, "asked": self.draw.count, "drawn": self.records.len(), "of": self.population.len() })
    }

    /// What was drawn of what, in words.
    pub fn words(&self, scope: &SampleScope) -> String {
        let def = self.draw.kind.def();
        let of = self.population.len();
        let days =
            scope.entered.map_or_else(String::new, |(from, to)| format!(" entered from {from} to {to}"));
        let short = if (of as u64) < u64::from(self.draw.count) { "; there are no more" } else { "" };
        let seed = scope.seed.trim();
        format!(
            "{} of {of} {}{days}, asked for {}{short}, by the seed “{seed}”",
            self.records.len(),
            def.nouns(),
            self.draw.count
        )
    }

    /// What was drawn from, the method, and the digests that decided.
    pub fn blocks(&self, scope: &SampleScope) -> Vec<Block> {
        if self.records.is_empty() {
            return Vec::new();
        }
        let about = format!(
            "Drawn from {}, in whatever state. Each number has the SHA-256 of the seed “{}”, a blank and the number; those with the \
             lowest digests were drawn. The commands for it are on the last pages.",
            numbers(&self.population),
            scope.seed.trim()
        );
        let rows = self.records.iter().map(|(digest, id)| {
            let cells: Vec<Cell> = vec![canonical::first_digits(digest).into(), id.to_string().into()];
            cells
        });
        let columns = vec![Column::code("SHA-256, first digits", 1), Column::text("Drawn", 2)];
        let caption = Some(format!("How the {} were drawn", self.draw.kind.def().nouns()));
        vec![Block::Table { caption, columns, rows: rows.collect() }, Block::paragraph(about)]
    }

    /// The commands that draw the same records.
    pub fn check(&self, scope: &SampleScope) -> Check {
        let mut commands = String::new();
        let seed = shell_word(scope.seed.trim());
        let _ = write!(
            commands,
            "for number in {}\ndo printf '%s %s' {seed} \"$number\" | sha256sum | sed \"s/-/$number/\"\ndone | sort | head -n {} | sort -k 2",
            listed(self.draw.kind, &self.population),
            self.draw.count
        );
        let what = format!("These commands draw the {} of chapter 1 again.", self.draw.kind.def().nouns());
        Check { what, commands }
    }
}

/// The first records in the order of the digests.
fn drawn(population: &[RecordId], seed: &str, count: u32) -> Vec<(String, RecordId)> {
    let digest = |id: &RecordId| canonical::digest(format!("{seed} {id}").as_bytes());
    let mut all: Vec<(String, RecordId)> = population.iter().map(|id| (digest(id), *id)).collect();
    all.sort_unstable();
    all.truncate(count as usize);
    all
}

/// The numbers of records as words of a shell; those that follow one another as a sequence.
fn listed(kind: Kind, ids: &[RecordId]) -> String {
    let follows = |pair: &[RecordId]| matches!(pair, [one, next] if one.number + 1 == next.number);
    match ids {
        [first, .., last] if ids.windows(2).all(follows) => {
            format!("$(seq -f '{}-%04.0f' {} {})", kind.prefix(), first.number, last.number)
        }
        few => few.iter().map(RecordId::to_string).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(numbers: impl IntoIterator<Item = u32>) -> Vec<RecordId> {
        numbers.into_iter().map(|number| RecordId::new(Kind::ChangeRequest, number)).collect()
    }

    fn numbers_of(drawn: &[(String, RecordId)]) -> Vec<u32> {
        drawn.iter().map(|(_, id)| id.number).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_records_and_another_one_others() {
        let all = changes(1..=40);
        let first = drawn(&all, "17", 5);
        assert_eq!(drawn(&all, "17", 5), first);
        assert_ne!(numbers_of(&drawn(&all, "18", 5)), numbers_of(&first));
        assert_eq!(numbers_of(&drawn(&all, "17", 3)), numbers_of(&first)[..3], "fewer are the first of more");
        assert_eq!(drawn(&all[..2], "17", 5).len(), 2, "of fewer all are drawn");
    }

    #[test]
    fn what_is_drawn_is_read_with_its_letters_and_refused_with_an_example() {
        assert_eq!("cr:5".parse(), Ok(Draw { kind: Kind::ChangeRequest, count: 5 }));
        for wrong in ["CR", "CR:", "CR:x", "XX:5", "5:CR", "CR:-1"] {
            let said = wrong.parse::<Draw>().unwrap_err();
            assert!(said.contains(wrong) && said.contains("CR:5"), "{said}");
        }
    }

    #[test]
    fn a_seed_that_nobody_could_type_again_from_paper_is_refused() {
        for seed in ["", " 17 ", "it's $HOME", "Vera, 2031-03-01"] {
            assert!(is_readable(seed), "{seed:?}");
        }
        let long = "7".repeat(SEED_MAX + 1);
        for seed in
            ["1\u{200B}7", "1\n7", "1\t7", "17\u{AD}1", "e\u{301}", "\u{e9}", "\u{202E}71", "a  b", &long]
        {
            let scope = SampleScope {
                draws: vec![Draw { kind: Kind::ChangeRequest, count: 1 }],
                seed: seed.to_owned(),
                ..SampleScope::default()
            };
            let refusal = scope.refuse().unwrap_err().to_string();
            assert!(refusal.contains("a seed is typed again by others"), "{seed:?}: {refusal}");
        }
    }

    #[test]
    fn numbers_that_follow_one_another_are_a_sequence_in_the_shell() {
        assert_eq!(listed(Kind::ChangeRequest, &changes([2, 3, 4])), "$(seq -f 'CR-%04.0f' 2 4)");
        assert_eq!(listed(Kind::ChangeRequest, &changes([2, 4])), "CR-0002 CR-0004");
        assert_eq!(listed(Kind::ChangeRequest, &changes([2])), "CR-0002");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
