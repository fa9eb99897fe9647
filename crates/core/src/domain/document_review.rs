//! A team's own document beside IEC 62304 6.1: what it answers, where, and what is missing (domain 1.3, 3.8).
//!
//! A pure function over the text of a document. Rules of words that can be read, no model: what is found is a passage for a person
//! to judge, never a proof. Reading files belongs to `exchange`.

mod points;
mod soup_list;
mod words;

pub use points::{POINTS, Point};
pub use soup_list::{SoupGap, SoupList};

use mainstay_base::document::{Document, Section, Table};

use crate::domain::choice::choice;
use crate::domain::text::{counted, one_line};

choice! {
    /// What a document is.
    pub enum DocumentKind {
        /// A maintenance plan.
        Plan = "plan", "Maintenance plan";
        /// A list of SOUP.
        SoupList = "soup_list", "List of SOUP";
        /// A procedure, such as problem resolution.
        Procedure = "procedure", "Procedure";
        /// The record of one change.
        ChangeRecord = "change_record", "Change record";
    }
}

/// Most characters of a quotation.
const QUOTE_CHARS: usize = 160;
/// Most characters of a section that is taken as a whole.
const SECTION_CHARS: usize = 4000;
/// Most words of a section in which a point may be spread.
const SPREAD_WORDS: usize = 400;

/// Where a document answers a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The heading of the section; empty before the first one.
    pub section: String,
    /// Where the section stands.
    pub place: String,
    /// The beginning of the passage.
    pub quote: String,
    /// The passage as a whole, or its section where that is short.
    pub text: String,
    /// The words stand in several passages of the section: it needs a closer look.
    pub spread: bool,
}

impl Found {
    /// Where it stands, in words.
    pub fn where_words(&self) -> String {
        if self.section.is_empty() {
            self.place.clone()
        } else {
            format!("section “{}”, {}", self.section, self.place)
        }
    }
}

/// A point and where it is answered, if it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The point.
    pub point: &'static Point,
    /// The best passage.
    pub found: Option<Found>,
}

/// What the review of a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What the document is.
    pub kind: DocumentKind,
    /// Why it counts as that.
    pub why: String,
    /// Its points, in the order of the clauses.
    pub answers: Vec<Answer>,
    /// Its lists of SOUP.
    pub lists: Vec<SoupList>,
    /// What a reader must know, each a sentence.
    pub notes: Vec<String>,
}

impl Review {
    /// The number of points that were found.
    pub fn found(&self) -> usize {
        self.answers.iter().filter(|answer| answer.found.is_some()).count()
    }

    /// The number of points that are missing.
    pub fn missing(&self) -> usize {
        self.answers.len() - self.found()
    }

    /// The number of gaps in lists of SOUP.
    pub fn gaps(&self) -> usize {
        self.lists.iter().map(SoupList::count).sum()
    }

    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.missing() == 0 && self.gaps() == 0
    }
}

/// Reviews a document. `name` is the name of its file; `kind` is what a person says that it is. `going` is told the finished share and says
/// whether to go on; `None` if it said no.
pub fn review(
    document: &Document,
    name: &str,
    kind: Option<DocumentKind>,
    going: &dyn Fn(f32) -> bool,
) -> Option<Review> {
    let (kind, why) = match kind {
        Some(kind) => (kind, "You said so.".to_owned()),
        None => guess(document, name),
    };
    let text = Text::of(document);
    let asked: Vec<&'static Point> = POINTS.iter().filter(|point| point.kinds.contains(&kind)).collect();
    let answer = |(at, point): (usize, &&'static Point)| {
        going(at as f32 / asked.len() as f32).then(|| Answer { point, found: text.find(point) })
    };
    let answers = asked.iter().enumerate().map(answer).collect::<Option<Vec<_>>>()?;
    let lists = soup_list::lists(document, kind == DocumentKind::SoupList);
    let mut notes = document.notes.clone();
    if text.open > 0 {
        notes.push(format!(
            "{} that nobody filled yet, or that says that something does not apply; these count as missing.",
            counted(text.open, "passage")
        ));
    }
    if !text.is_english() {
        notes.push("The rules know English words only; this text seems to be in another language, so that answers are missed.".to_owned());
    }
    if kind == DocumentKind::SoupList && lists.is_empty() {
        notes.push(
            "No table has a column for the name and one for the version or supplier of SOUP.".to_owned(),
        );
    }
    Some(Review { kind, why, answers, lists, notes })
}

/// What a document seems to be, by its name, its headings and its tables.
fn guess(document: &Document, name: &str) -> (DocumentKind, String) {
    let headings = document.sections.iter().filter(|section| !section.heading.is_empty()).take(3);
    let top: Vec<&str> = headings.map(|section| section.heading.as_str()).collect();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let rules = [
        (
            DocumentKind::ChangeRecord,
            "change request* | change record* | change order* | change note* | change form | engineering change*",
        ),
        (
            DocumentKind::SoupList,
            "soup list* | list of soup | soup register* | soup | ots list* | off the shelf software list* | sbom | third party list*",
        ),
        (DocumentKind::Plan, "plan"),
        (DocumentKind::Procedure, "sop | procedure* | process* | work instruction* | policy | policies"),
    ];
    for text in std::iter::once(stem).chain(top) {
        let words = words::of(text);
        let by_words = rules.iter().find(|(_, set)| words::occurs(set, &words));
        if let Some((kind, _)) = by_words {
            return (*kind, format!("Its name or heading says “{}”.", one_line(text, QUOTE_CHARS)));
        }
    }
    if !soup_list::lists(document, false).is_empty() || only_tables(document) {
        return (DocumentKind::SoupList, "It is a table of components.".to_owned());
    }
    (DocumentKind::Plan, "Nothing says that it is anything else.".to_owned())
}

fn only_tables(document: &Document) -> bool {
    let tables = document.sections.iter().any(|section| !section.tables.is_empty());
    tables && document.sections.iter().all(|section| section.passages.is_empty())
}

/// A piece of a document in which words count as near each other.
struct Piece {
    words: Vec<String>,
    text: String,
    /// The table of its part of which it is a row.
    table: Option<usize>,
}

/// A section prepared for the rules.
struct Part<'a> {
    section: &'a Section,
    /// Words of its heading and of those above it, without the title of the document.
    above: Vec<String>,
    pieces: Vec<Piece>,
    /// Words of the row that names the columns, for each of its tables.
    headers: Vec<Vec<String>>,
    /// It lists other documents.
    references: bool,
    /// The words of all its pieces, if they are few enough to belong together.
    together: Option<Vec<String>>,
}

/// A document prepared for the rules.
struct Text<'a> {
    parts: Vec<Part<'a>>,
    /// How many passages are places to be filled.
    open: usize,
    /// How many words are common English ones, and how many are of other languages or other letters.
    common: usize,
    foreign: usize,
    all: usize,
}

/// Headings below which nothing answers a point.
const ASIDE: &str = "definition* | abbreviation* | acronym* | glossary | terms | revision history | document history | change history | \
     version history | table of contents | contents | mapping";
/// Headings below which other documents are listed.
const REFERENCES: &str =
    "reference* | related document* | applicable document* | relevant process* | associated document*";
/// Common English words: a text with more of other languages' is in another language.
const ENGLISH: [&str; 10] = ["the", "of", "and", "to", "is", "are", "for", "be", "by", "with"];
/// Common words of languages near it.
const FOREIGN: [&str; 24] = [
    "und", "der", "die", "das", "nicht", "wird", "werden", "für", "le", "les", "des", "et", "est", "pour",
    "dans", "el", "los", "del", "para", "con", "il", "della", "che", "per",
];

impl<'a> Text<'a> {
    fn of(document: &'a Document) -> Self {
        let mut text = Self { parts: Vec::new(), open: 0, common: 0, foreign: 0, all: 0 };
        let mut path: Vec<&Section> = Vec::new();
        for section in &document.sections {
            path.retain(|above| above.level < section.level);
            path.push(section);
            let headings: Vec<Vec<String>> = path.iter().map(|one| words::of(&one.heading)).collect();
            if headings.iter().any(|heading| words::occurs(ASIDE, heading)) {
                continue;
            }
            let references = headings.iter().any(|heading| words::occurs(REFERENCES, heading));
            // The title says “maintenance plan” over everything, which proves nothing.
            let skip = usize::from(path.first().is_some_and(|first| is_title(document, first)));
            let above: Vec<String> = headings.into_iter().skip(skip).flatten().collect();
            let (pieces, headers) = text.pieces(section);
            let count: usize = pieces.iter().map(|piece| piece.words.len()).sum();
            let together = (count <= SPREAD_WORDS)
                .then(|| pieces.iter().flat_map(|piece| piece.words.iter().cloned()).collect());
            text.parts.push(Part { section, above, pieces, headers, references, together });
        }
        text
    }

    /// The pieces of a section, and the words that name the columns of each of its tables.
    fn pieces(&mut self, section: &Section) -> (Vec<Piece>, Vec<Vec<String>>) {
        let passages = section.passages.iter().flat_map(|passage| words::pieces(passage)).map(str::to_owned);
        let tables = section.tables.iter().map(|table| (table, header_words(table)));
        let (tables, headers): (Vec<&Table>, Vec<Vec<String>>) =
            tables.filter(|(_, header)| !is_mapping(header)).unzip();
        let rows = tables.into_iter().enumerate().flat_map(|(at, table)| {
            table.rows.iter().skip(1).map(move |row| {
                let cells = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
                (one_line(&cells.collect::<Vec<_>>().join("; "), SECTION_CHARS), Some(at))
            })
        });
        let mut pieces = Vec::new();
        for (text, table) in passages.map(|text| (text, None)).chain(rows) {
            let words = words::of(&text);
            self.count(&words);
            if words::is_open(&text, &words) {
                self.open += 1;
            } else if !words.is_empty() {
                pieces.push(Piece { words, text, table });
            }
        }
        (pieces, headers)
    }

    fn count(&mut self, words: &[String]) {
        let among = |known: &[&str], word: &str| known.contains(&word);
        self.all += words.len();
        self.common += words.iter().filter(|word| among(&ENGLISH, word)).count();
        self.foreign += words.iter().filter(|word| among(&FOREIGN, word) || !word.is_ascii()).count();
    }

    fn is_english(&self) -> bool {
        self.all < 100 || self.foreign <= self.common
    }

    /// The passage that answers a point best: the one with most of its words in the passage itself, then the first one.
    fn find(&self, point: &'static Point) -> Option<Found> {
        let mut best: Option<(usize, &Part<'_>, Option<&Piece>)> = None;
        for part in self.parts.iter().filter(|part| point.by_reference || !part.references) {
            let above: Vec<bool> = point.words.iter().map(|set| words::occurs(set, &part.above)).collect();
            // The names of the columns stand above the rows of a table.
            let named: Vec<Vec<bool>> =
                part.headers.iter().map(|header| above_rows(point, &above, header)).collect();
            let single = part.pieces.iter().filter_map(|piece| {
                let above = piece.table.and_then(|at| named.get(at)).unwrap_or(&above);
                Some((score(point, above, &piece.words)?, Some(piece)))
            });
            let together = part.together.iter().filter(|_| above.contains(&true));
            // Spread words count less than any that stand near each other.
            let spread = together.filter_map(|all| score(point, &above, all).map(|_| (1, None)));
            for (score, piece) in single.chain(spread) {
                if best.as_ref().is_none_or(|(other, _, _)| score > *other) {
                    best = Some((score, part, piece));
                }
            }
        }
        best.map(|(_, part, piece)| found(part, piece))
    }
}

/// The sets of a point that the headings meet or the names of the columns of a table.
fn above_rows(point: &Point, above: &[bool], header: &[String]) -> Vec<bool> {
    let named = |(set, above): (&&str, &bool)| *above || words::occurs(set, header);
    point.words.iter().zip(above).map(named).collect()
}

/// The sets of a point that a passage meets count twice, those that only the headings meet once. `None` if one is not met, or
/// if less than half of them stand in the passage.
fn score(point: &Point, above: &[bool], words: &[String]) -> Option<usize> {
    let mut within = 0;
    let mut sum = 0;
    for (set, above) in point.words.iter().zip(above) {
        if words::occurs(set, words) {
            within += 1;
            sum += 4 + usize::from(*above);
        } else if *above {
            sum += 2;
        } else {
            return None;
        }
    }
    (within * 2 >= point.words.len()).then_some(sum)
}

fn found(part: &Part<'_>, piece: Option<&Piece>) -> Found {
    let texts: Vec<&str> = part.pieces.iter().map(|piece| piece.text.as_str()).collect();
    let whole = texts.join("\n");
    let quoted = piece.map_or(whole.as_str(), |piece| piece.text.as_str());
    let short = whole.chars().count() <= SECTION_CHARS && part.section.tables.is_empty();
    let mut quote = one_line(quoted, QUOTE_CHARS);
    if quoted.chars().count() > QUOTE_CHARS {
        quote.push('…');
    }
    let text = if short && texts.len() <= 8 { whole.as_str() } else { quoted };
    Found {
        section: one_line(&part.section.heading, QUOTE_CHARS),
        place: part.section.place.clone(),
        quote,
        text: text.to_owned(),
        spread: piece.is_none(),
    }
}

/// Whether a section is the title of the document: its first heading, if that names a document or stands above all others.
fn is_title(document: &Document, section: &Section) -> bool {
    let mut headings = document.sections.iter().filter(|one| !one.heading.is_empty());
    let first = headings.next().is_some_and(|first| std::ptr::eq(first, section));
    first
        && (words::occurs("plan | sop | procedure | record | document", &words::of(&section.heading))
            || headings.all(|other| other.level > section.level))
}

/// The words that name the columns of a table.
fn header_words(table: &Table) -> Vec<String> {
    table.rows.first().map(|row| words::of(&row.cells.join(" "))).unwrap_or_default()
}

/// A table that lays clauses beside sections names everything and answers nothing.
fn is_mapping(header: &[String]) -> bool {
    words::occurs("clause | section | chapter", header)
        && words::occurs("iec | iso | standard* | requirement* | document section", header)
}

#[cfg(test)]
mod tests;
