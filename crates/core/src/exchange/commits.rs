//! Lists of commits as `git log` writes them: one line for each, the full form, or a table with hash and subject.
//!
//! Which form it is, is decided by the first line. A line that does not fit is refused with its number.

use std::collections::HashSet;

use mainstay_base::commit_hash::is_commit_hash;
use mainstay_base::decode;
use mainstay_base::note::Unreadable;

use super::columns::{self, Column, names, shown};

/// Maximum size of a list, in bytes.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Maximum length of a subject, in characters; a longer one is cut.
const SUBJECT_MAX: usize = 500;

/// A commit of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its hash in lower case, as long as the list gives it.
    pub hash: String,
    /// Its first line; empty if the list gives none. Characters that cannot be shown are left out.
    pub subject: String,
}

const COLUMNS: [Column; 2] = [
    Column {
        name: "commit",
        synonyms: &["hash", "commit hash", "commit id", "sha", "sha1", "revision"],
        required: true,
    },
    Column {
        name: "subject",
        synonyms: &["message", "title", "summary", "description", "comment"],
        required: false,
    },
];

/// The commits of a list in its order, each once; at most `most`.
///
/// # Errors
/// When it is no list of commits: the line, and what was found there.
pub fn read(bytes: &[u8], most: usize) -> Result<Vec<Commit>, Unreadable> {
    if bytes.len() > BYTES_MAX {
        let reason = format!(
            "the list is larger than {} MiB; export only the commits since the release before, one line for each",
            BYTES_MAX >> 20
        );
        return Err(Unreadable::at("document", reason));
    }
    let text = decode::text(bytes)?;
    let first = text.lines().zip(1_u64..).find(|(line, _)| !line.trim().is_empty());
    let Some((first, number)) = first else {
        return Err(Unreadable::at(
            "document",
            "the list is empty; export the commits with `git log --oneline`",
        ));
    };
    let mut found = Commits { seen: HashSet::new(), list: Vec::new(), most };
    if full_head(first).is_some() {
        full(&text, &mut found)?;
    } else if is_header(first) {
        table(text.as_bytes(), &mut found)?;
    } else {
        lines(&text, number, &mut found)?;
    }
    if found.list.is_empty() {
        return Err(Unreadable::at(format!("line {number}"), "there is no commit after the header"));
    }
    Ok(found.list)
}

struct Commits {
    seen: HashSet<String>,
    list: Vec<Commit>,
    most: usize,
}

impl Commits {
    /// Adds a commit unless it is there already. The number of its line, for a refusal.
    fn add(&mut self, hash: &str, subject: &str, line: u64) -> Result<bool, Unreadable> {
        let hash = hash.to_ascii_lowercase();
        if !self.seen.insert(hash.clone()) {
            return Ok(false);
        }
        if self.list.len() >= self.most {
            return Err(Unreadable::at(
                format!("line {line}"),
                format!(
                    "more than {} commits; export only those since the release before, such as `git log v2.3.0..v2.3.1`",
                    self.most
                ),
            ));
        }
        self.list.push(Commit { hash, subject: cleaned(subject) });
        Ok(true)
    }
}

/// A subject that fits one line of a record.
fn cleaned(subject: &str) -> String {
    let hidden = |c: &char| {
        (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let spaced = subject.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let text: String = spaced.filter(|c| !hidden(c)).take(SUBJECT_MAX).collect();
    text.trim().to_owned()
}

fn no_commit(line: u64, found: &str, wanted: &str) -> Unreadable {
    let graph = found.trim_start().starts_with(['*', '|', '/', '\\']);
    let colour = found.contains('\u{1b}');
    let more = match (graph, colour) {
        (true, _) => ". Export it without --graph",
        (_, true) => ". Export it with --no-color",
        (false, false) => "",
    };
    Unreadable::at(
        format!("line {line}"),
        format!("{wanted} was expected, and {} was found{more}", shown(found)),
    )
}

/// The hash of a line that begins a commit of the full form.
fn full_head(line: &str) -> Option<&str> {
    let hash = line.strip_prefix("commit ")?.split_whitespace().next()?;
    is_commit_hash(hash).then_some(hash)
}

/// Whether a line of the full form is a heading such as `Author: …`.
fn is_heading(line: &str) -> bool {
    const LONGEST: usize = 40;
    let name = line.split_once(':').map_or("", |(name, _)| name);
    let allowed = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '(' | ')' | '/');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= LONGEST && name.chars().all(allowed)
}

/// The full form: `commit HASH`, headings, and the message behind four spaces.
fn full(text: &str, found: &mut Commits) -> Result<(), Unreadable> {
    const INDENT: &str = "    ";
    let mut commit: Option<(&str, u64)> = None;
    let mut subject: Option<&str> = None;
    for (line, number) in text.lines().zip(1_u64..) {
        if let Some(hash) = full_head(line) {
            if let Some((before, at)) = commit.replace((hash, number)) {
                found.add(before, subject.take().unwrap_or_default(), at)?;
            }
            subject = None;
        } else if let Some(message) = line.strip_prefix(INDENT) {
            if subject.is_none() && !message.trim().is_empty() {
                subject = Some(message);
            }
        } else if !line.trim().is_empty() && !is_heading(line) {
            return Err(no_commit(
                number,
                line,
                "`commit` with a hash, a heading such as `Author:`, or a message behind four spaces",
            ));
        }
    }
    if let Some((hash, at)) = commit {
        found.add(hash, subject.unwrap_or_default(), at)?;
    }
    Ok(())
}

const SEPARATORS: [char; 3] = [',', ';', '\t'];

fn unquoted(cell: &str) -> String {
    let cell = cell.trim();
    let inner = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| cell.to_owned(), |inner| inner.replace("\"\"", "\""))
}

/// Whether a line is the header of a table with a column of hashes.
fn is_header(line: &str) -> bool {
    let [commit, _] = &COLUMNS;
    line.split(SEPARATORS).any(|cell| names(commit, &unquoted(cell)))
}

/// A table with a header.
fn table(bytes: &[u8], found: &mut Commits) -> Result<(), Unreadable> {
    // Each commit counts once, so some rows more than commits are read; a file of millions of rows is not.
    let rows = columns::read(bytes, &COLUMNS, found.most.saturating_mul(4))?;
    if let Some(problem) = rows.problems.first.first() {
        return Err(Unreadable::at(format!("line {}", problem.line), problem.reason.clone()));
    }
    for row in rows.rows {
        let hash = row.cell(0);
        if !is_commit_hash(hash) {
            return Err(no_commit(row.line, hash, "a hash of 7 to 64 hexadecimal digits"));
        }
        found.add(hash, row.cell(1), row.line)?;
    }
    Ok(())
}

/// One commit on each line: the hash, and behind a space, a comma, a semicolon or a tab its subject.
fn lines(text: &str, first: u64, found: &mut Commits) -> Result<(), Unreadable> {
    for (line, number) in text.lines().zip(1_u64..).filter(|(line, _)| !line.trim().is_empty()) {
        let trimmed = line.trim();
        let end =
            trimmed.find(|c: char| c.is_whitespace() || SEPARATORS.contains(&c)).unwrap_or(trimmed.len());
        let (hash, rest) = trimmed.split_at_checked(end).unwrap_or((trimmed, ""));
        let hash = unquoted(hash);
        if !is_commit_hash(&hash) {
            let wanted = if number == first {
                "a list of commits: a hash of 7 to 64 hexadecimal digits, or `commit` and the hash,"
            } else {
                "a hash of 7 to 64 hexadecimal digits"
            };
            return Err(no_commit(number, line, wanted));
        }
        let subject = match rest.strip_prefix(SEPARATORS) {
            Some(cell) => unquoted(cell),
            None => rest.to_owned(),
        };
        found.add(&hash, &subject, number)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let found = read(text.as_bytes(), 100).unwrap();
        found.into_iter().map(|commit| (commit.hash, commit.subject)).collect()
    }

    fn expected(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(hash, subject)| ((*hash).to_owned(), (*subject).to_owned())).collect()
    }

    fn refusal(text: &str) -> String {
        read(text.as_bytes(), 100).unwrap_err().to_string()
    }

    #[test]
    fn one_line_for_each_commit_is_read() {
        let list = expected(&[
            ("3f2a9bc", "(tag: v2.3.1) Check the length, again"),
            ("77aa123", ""),
            ("0123abc", "a b"),
        ]);
        assert_eq!(
            pairs("\n3F2A9BC (tag: v2.3.1) Check the length, again\r\n77aa123\n\n0123abc a\tb\n"),
            list
        );
    }

    #[test]
    fn the_full_form_is_read_with_the_first_line_of_each_message() {
        let text = "commit 3f2a9bcd (HEAD -> main, tag: v2.3.1)\nMerge: 77aa123 0123abc\nAuthor: Ben Example <ben@example.com>\n\
                    Date:   Mon Nov 2 09:00:00 2026 +0100\n\n    Check the length\n\n    commit 1234567 was wrong.\n\n\
                    commit 77aa1234\ngpg: Signature made\nAuthor: Ben Example <ben@example.com>\n\n    \n    Late subject\n\nNotes:\n    x\n";
        assert_eq!(pairs(text), expected(&[("3f2a9bcd", "Check the length"), ("77aa1234", "Late subject")]));
    }

    #[test]
    fn tables_with_and_without_a_header_are_read() {
        let list = expected(&[("3f2a9bc", "Say \"hi\", twice"), ("77aa123", "Two")]);
        assert_eq!(pairs("3f2a9bc,\"Say \"\"hi\"\", twice\"\n77aa123,Two\n"), list);
        assert_eq!(pairs("\"3f2a9bc\"\tSay \"hi\", twice\n77aa123\tTwo\n"), list);
        assert_eq!(
            pairs("Author,Commit hash,Message\nBen,3f2a9bc,\"Say \"\"hi\"\", twice\"\nBen,77aa123,Two\n"),
            list
        );
        assert_eq!(pairs("hash\n3f2a9bc\n"), expected(&[("3f2a9bc", "")]));
    }

    #[test]
    fn a_repeated_hash_counts_once_and_utf_16_is_read() {
        let text = "3f2a9bc One\n3F2A9BC Again\n";
        assert_eq!(pairs(text), expected(&[("3f2a9bc", "One")]));
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&wide, 1).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_line_and_what_was_found() {
        for (text, place, words) in [
            ("", "document", "the list is empty"),
            (" \n\n", "document", "the list is empty"),
            ("\nDear reader,\nthe release is done.\n", "line 2", "“Dear reader,” was found"),
            ("3f2a9bc One\n\nnothing here\n", "line 3", "“nothing here” was found"),
            ("* 3f2a9bc One\n", "line 1", "without --graph"),
            ("\u{1b}[33m3f2a9bc\u{1b}[m One\n", "line 1", "--no-color"),
            (
                "commit 3f2a9bc\nAuthor: B\n\n    One\n\n src/main.rs | 2 +-\n",
                "line 6",
                "“src/main.rs | 2 +-” was found",
            ),
            ("hash,subject\n", "line 1", "no commit after the header"),
            ("hash,subject\n3f2a9bc,One\nnone,Two\n", "line 3", "“none” was found"),
            ("3f2a9b short\n", "line 1", "7 to 64 hexadecimal digits"),
            ("{\"bomFormat\": \"CycloneDX\"}", "line 1", "was found"),
            ("%PDF-1.7\n", "line 1", "was found"),
        ] {
            let refused = refusal(text);
            assert!(refused.starts_with(place) && refused.contains(words), "{text:?}: {refused}");
        }
        assert!(read(b"PK\x03\x04\0\0\xFF", 10).unwrap_err().to_string().starts_with("byte "));
        let long = "x".repeat(5_000_000);
        assert!(refusal(&long).len() < 300);
    }

    #[test]
    fn a_long_subject_is_cut_and_too_many_commits_are_refused() {
        let text = format!("3f2a9bc {}\n", "x".repeat(2_000_000));
        assert_eq!(read(text.as_bytes(), 1).unwrap()[0].subject.len(), SUBJECT_MAX);
        assert_eq!(cleaned("a\u{202E}b\u{1b}[0m\tc"), "ab[0m c");
        let many = (0..102).map(|number| format!("{number:07}")).collect::<Vec<_>>().join("\n");
        assert!(refusal(&many).contains("line 101: more than 100 commits"), "{}", refusal(&many));
    }
}
