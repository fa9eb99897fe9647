//! Rules of the house that no lint holds: what a layer may use, how long a file may be, how the window speaks.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use std::path::{Path, PathBuf};

/// A layer and the layers that it may use besides itself. A layer is a folder or file of a crate's `src`; the crates of the
/// workspace hold the rest, each by what its manifest names.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("core/domain", &[]),
    ("core/store", &["domain"]),
    ("core/exchange", &["domain"]),
    ("core/report", &["domain"]),
    ("core/ops", &["domain", "store", "exchange", "report"]),
    ("soup/model", &[]),
    ("soup/formats", &["model"]),
    ("soup/cache", &["model"]),
    ("soup/work", &["model", "formats", "cache", "refused"]),
    ("mainstay/baseline", &["base", "domain", "ops", "soup"]),
    ("mainstay/register", &["base", "baseline", "domain", "ops", "soup"]),
    ("mainstay/review", &["base", "domain", "ops", "soup"]),
    ("mainstay/portfolio", &["base", "domain", "ops", "soup"]),
    ("mainstay/help", &["domain"]),
    ("mainstay/qualification", &["base", "domain", "ops", "report", "soup"]),
    // It prints the commands of both user interfaces, and both offer it.
    ("mainstay/manual", &["cli", "domain", "help", "ops", "qualification", "report", "ui"]),
    (
        "mainstay/ui",
        &[
            "base",
            "baseline",
            "domain",
            "help",
            "manual",
            "ops",
            "portfolio",
            "qualification",
            "register",
            "review",
            "soup",
        ],
    ),
    (
        "mainstay/cli",
        &[
            "base",
            "baseline",
            "domain",
            "manual",
            "mirror",
            "ops",
            "portfolio",
            "qualification",
            "register",
            "review",
            "soup",
        ],
    ),
];

/// A layer and crates or modules that it must not name.
const MUST_NOT_NAME: [(&str, &[&str]); 8] = [
    ("core/domain", &["rusqlite", "egui", "eframe", "std::fs", "std::net", "std::env", "rfd"]),
    ("core/exchange", &["rusqlite", "egui", "eframe", "std::fs", "std::net", "rfd"]),
    ("core/report", &["rusqlite", "egui", "eframe", "std::net", "rfd"]),
    ("core/ops", &["rusqlite", "egui", "eframe", "rfd", "clap"]),
    ("soup/model", &["rusqlite", "std::fs", "std::net", "std::env"]),
    ("soup/formats", &["rusqlite", "std::fs", "std::net", "std::env"]),
    ("mainstay/ui", &["rusqlite", "typst", "mirror"]),
    ("mainstay/cli", &["rusqlite", "egui", "eframe", "rfd", "typst"]),
];

/// The crates of the workspace: name of the layer, folder of the sources.
const CRATES: [(&str, &str); 5] = [
    ("mainstay", "src"),
    ("base", "crates/base/src"),
    ("core", "crates/core/src"),
    ("mirror", "crates/mirror/src"),
    ("soup", "crates/soup/src"),
];

/// Lines that a file may have without its tests.
const LINES_MAX: usize = 500;
/// Files that are longer for now.
const LONGER: [(&str, usize); 1] = [("src/ui/theme.rs", 540)];

struct Source {
    name: String,
    /// The text without its tests and comments.
    code: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for (_, folder) in CRATES {
        collect(&root.join(folder), &mut files);
    }
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&root).unwrap().display().to_string().replace('\\', "/");
            let before_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code: Vec<&str> =
                before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            Source { name, code: code.join("\n"), text }
        })
        .filter(|source| !source.name.ends_with("tests.rs"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The crate of a file and its folder there, `core/domain`; a file `src/NAME.rs` belongs to `NAME`.
fn layer(name: &str) -> String {
    let within = |folder: &str| Some(name.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
    let found = CRATES.iter().find_map(|(own, folder)| Some((own, within(folder)?)));
    let Some((own, rest)) = found else { return name.to_owned() };
    let part = rest.split_once('/').map_or_else(|| rest.trim_end_matches(".rs"), |(folder, _)| folder);
    format!("{own}/{part}")
}

/// The rooms of the domain, each with those that it may use besides itself.
const ROOMS: [(&str, &[&str]); 5] = [
    ("base", &[]),
    ("model", &["base"]),
    ("kinds", &["base", "model"]),
    ("requests", &["base", "model", "kinds"]),
    ("ledger", &["base", "model", "kinds", "requests"]),
];

/// The room of the domain in which each module of it stands.
fn rooms_by_module() -> std::collections::BTreeMap<String, &'static str> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("crates/core/src/domain");
    let mut found = std::collections::BTreeMap::new();
    for (room, _) in ROOMS {
        found.insert(room.to_owned(), room);
        let Ok(text) = std::fs::read_to_string(folder.join(room).join("mod.rs")) else { continue };
        for module in text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
            found.insert(module.to_owned(), room);
        }
    }
    found
}

/// The kinds of record that code lists one beside the other: between brackets or commas, in a pattern, or as arms of a match.
/// A kind that is named alone, as an argument or a value, is none of a list.
fn listed_kinds(code: &str) -> std::collections::BTreeSet<&str> {
    const MARK: &str = "Kind::";
    code.match_indices(MARK)
        .filter_map(|(at, _)| {
            let before = code[..at].trim_end().chars().next_back()?;
            let rest = &code[at + MARK.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric())?;
            let (name, after) = (&rest[..end], rest[end..].trim_start());
            let is_kind = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
            let begins = matches!(before, '[' | '|');
            let goes_on = ["|", ",", "]", "=>", "if "].iter().any(|mark| after.starts_with(mark));
            let between = matches!(before, ',' | '{' | '}') && goes_on;
            (is_kind && (begins || between)).then_some(name)
        })
        .collect()
}

/// What stands between double quotes on a line.
fn literals(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_layer_uses_only_the_layers_below_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = layer(&source.name);
        let Some((_, allowed)) = MAY_USE.iter().find(|(folder, _)| *folder == own) else { continue };
        let (_, own) = own.split_once('/').unwrap_or_default();
        let used = source.code.match_indices("crate::").map(|(at, mark)| {
            let rest = &source.code[at + mark.len()..];
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
        });
        let modules: Vec<&str> = MAY_USE.iter().filter_map(|(layer, _)| layer.split('/').nth(1)).collect();
        for other in used.filter(|other| modules.contains(other)) {
            if other != own && !allowed.contains(&other) {
                wrong.push(format!("{} uses {other}", source.name));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_layer_does_not_name_what_belongs_to_another() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = layer(&source.name);
        for (_, names) in MUST_NOT_NAME.iter().filter(|(folder, _)| *folder == own) {
            for name in *names {
                let named = [format!("{name}::"), format!("use {name};"), format!("use {name}\n")];
                if named.iter().any(|words| source.code.contains(words.as_str())) {
                    wrong.push(format!("{} names {name}", source.name));
                }
            }
        }
    }
    assert_none(&wrong);
}

/// By a path of its own, never as a URI.
#[test]
fn a_database_file_is_opened_in_one_place() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.name != "crates/base/src/database.rs") {
        for name in ["Connection::open(", "open_with_flags", "ATTACH "] {
            if source.code.contains(name) {
                wrong.push(format!("{} opens a database by itself: {name}", source.name));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_network_is_used_in_two_places() {
    let places = ["crates/base/src/network.rs", "crates/mirror/src/connect.rs"];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !places.contains(&source.name.as_str())) {
        for name in
            ["std::net", "ureq::", "TcpStream", "UdpSocket", "NoTls", "MakeRustlsConnect", ".connect("]
        {
            if source.code.contains(name) {
                wrong.push(format!("{} uses the network by itself: {name}", source.name));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn only_tests_declare_advisory_data_to_be_whole() {
    let calls = |source: &Source| {
        !source.name.starts_with("crates/soup/src") && source.code.contains("declare_whole")
    };
    assert_none(
        &sources()
            .iter()
            .filter(|source| calls(source))
            .map(|source| source.name.clone())
            .collect::<Vec<_>>(),
    );
}

#[test]
fn headings_are_told_to_a_screen_reader_and_pages_follow_the_focus() {
    let without = ["widgets/heading.rs", "widgets/scrolled.rs", "ui/gallery.rs"];
    let is_bare = |line: &str| {
        let heads = line.contains("label(title(") || line.contains("ui.heading(");
        let scrolls = line.contains(" ScrollArea::vertical()") && line.contains("auto_shrink(false)");
        heads || scrolls
    };
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| layer(&source.name) == "mainstay/ui") {
        if !without.iter().any(|name| source.name.ends_with(name)) {
            let bare = source.code.lines().filter(|line| is_bare(line));
            wrong.extend(bare.map(|line| format!("{}: {}", source.name, line.trim())));
        }
    }
    assert_none(&wrong);
}

#[test]
fn window_and_command_line_speak_no_sql() {
    let words = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA ", "json_extract"];
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| matches!(layer(&source.name).as_str(), "mainstay/ui" | "mainstay/cli"))
    {
        for (index, line) in source.text.lines().enumerate() {
            if literals(line).iter().any(|text| words.iter().any(|word| text.contains(word))) {
                wrong.push(format!("{}:{}: {}", source.name, index + 1, line.trim()));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_room_of_the_domain_uses_only_the_rooms_below_it() {
    let rooms = rooms_by_module();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(rest) = source.name.strip_prefix("crates/core/src/domain/") else { continue };
        let room = rest.split(['/', '.']).next().unwrap_or_default();
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else { continue };
        for (at, mark) in source.code.match_indices("crate::domain::") {
            let after = &source.code[at + mark.len()..];
            let module = after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let Some(other) = rooms.get(module) else { continue };
            if *other != room && !allowed.contains(other) {
                wrong.push(format!("{} uses {module}, which is in {other}", source.name));
            }
        }
    }
    assert!(rooms.len() > 25, "the modules are found");
    assert_none(&wrong);
}

#[test]
fn what_differs_between_kinds_is_said_by_their_declarations_and_not_listed_elsewhere() {
    let mut wrong = Vec::new();
    let asked = |name: &str| {
        let layer = layer(name);
        layer != "core/domain" && (layer.starts_with("core/") || layer.starts_with("mainstay/"))
    };
    for source in sources().iter().filter(|source| asked(&source.name)) {
        let listed = listed_kinds(&source.code);
        if listed.len() > 2 {
            let kinds = listed.into_iter().collect::<Vec<_>>().join(", ");
            wrong.push(format!("{} lists {kinds}: let the kinds declare it (KindDef)", source.name));
        }
    }
    assert_none(&wrong);
}

/// Files or folders in which a word means something else than a state or step of a kind, and what.
const OTHER_WORDS: [(&str, &[&str], &str); 23] = [
    (
        "crates/core/src/domain/model/signature.rs",
        &["reviewed", "approved", "verified", "released", "rejected"],
        "meanings of signatures",
    ),
    ("crates/core/src/exchange/feedback/suggest.rs", &["received"], "heading of a column"),
    ("crates/core/src/ops/import.rs", &["refused"], "key of a fact"),
    ("crates/core/src/ops/packet/analysis.rs", &["open"], "printed for an open question"),
    ("crates/core/src/ops/packet/authority.rs", &["open"], "printed for a missing signature"),
    ("crates/core/src/ops/packet/logs.rs", &["open"], "printed for an open decision"),
    ("crates/core/src/report/sample.rs", &["closed"], "printed in a sample"),
    ("crates/core/src/store/open.rs", &["draft"], "name of a table"),
    (
        "crates/core/src/store/verify/tables.rs",
        &["draft", "active"],
        "name of a table; SQL that bounds a query",
    ),
    ("crates/core/src/domain/readiness/soup.rs", &["end_of_support"], "field of a SOUP item"),
    ("crates/core/src/domain/base/ids.rs", &["release"], "code of a kind"),
    ("crates/core/src/domain/model/authority.rs", &["release"], "a decision of the authority matrix"),
    ("crates/core/src/domain/model/signature.rs", &["acknowledged"], "meaning of a signature"),
    ("src/cli/advisories.rs", &["refused", "current"], "states of advisory data"),
    ("src/cli/args.rs", &["release"], "name of an option"),
    ("src/cli/review.rs", &["review"], "key of a record"),
    ("src/cli/soup.rs", &["release", "review"], "keys of records"),
    ("src/register.rs", &["release"], "part of an address"),
    ("src/cli/script.rs", &["register"], "an example of a script"),
    ("src/cli/status.rs", &["open"], "key of a number"),
    ("src/ui/gallery.rs", &["open"], "shown in a sample"),
    ("src/ui/screens/panels/release/reading.rs", &["lock"], "ending of a lock file"),
    ("src/ui/widgets/trace.rs", &["done"], "said of a step of the chain"),
];

/// The declared states and steps that code names in a literal: as such, as a request `kind.step`, or as a text in SQL.
fn named_states_and_steps(code: &str) -> std::collections::BTreeSet<&'static str> {
    let mut found = std::collections::BTreeSet::new();
    let texts: std::collections::BTreeSet<&str> = code.lines().flat_map(literals).collect();
    for def in mainstay::domain::ids::Kind::ALL.iter().map(|kind| kind.def()) {
        let states = def.states.iter().map(|state| state.code);
        for name in states.chain(def.moves.iter().map(|step| step.name)) {
            let (request, quoted) = (format!("{}.{name}", def.kind.code()), format!("'{name}'"));
            let by_program = REQUESTS.contains(&request.as_str());
            let names =
                |text: &&str| **text == *name || (**text == request && !by_program) || text.contains(&quoted);
            if texts.iter().any(names) {
                found.insert(name);
            }
        }
    }
    found
}

/// Requests that have the name of a step, but are their own: a person is activated by entering with a code.
const REQUESTS: [&str; 1] = ["person.activate"];

#[test]
fn states_and_steps_are_named_only_where_their_kind_declares_them() {
    let mut wrong = Vec::new();
    let mut needed = std::collections::BTreeSet::new();
    let asked = |name: &str| {
        let layer = layer(name);
        (layer.starts_with("core/") || layer.starts_with("mainstay/"))
            && !name.starts_with("crates/core/src/domain/kinds/")
    };
    for source in sources().iter().filter(|source| asked(&source.name)) {
        for word in named_states_and_steps(&source.code) {
            let other =
                OTHER_WORDS.iter().any(|(name, words, _)| *name == source.name && words.contains(&word));
            if other {
                needed.insert((source.name.clone(), word));
            } else {
                wrong.push(format!(
                    "{} names “{word}”: take it from the kind, or let the kind declare the rule",
                    source.name
                ));
            }
        }
    }
    for (name, words, _) in OTHER_WORDS {
        let unused = words.iter().filter(|word| !needed.contains(&(name.to_owned(), **word)));
        wrong.extend(unused.map(|word| format!("{name} does not name “{word}” any more")));
    }
    assert_none(&wrong);
}

#[test]
fn a_state_or_step_in_a_literal_is_found() {
    for code in [
        r#"row.state != "void""#,
        r#"event.request == "change_request.reanalyse""#,
        r#"let sql = "SELECT key FROM record WHERE state = 'under_analysis'";"#,
    ] {
        assert_eq!(named_states_and_steps(code).len(), 1, "{code}");
    }
    assert!(
        named_states_and_steps(r#"let title = "void records"; let name = "person.activate";"#).is_empty()
    );
}

/// Files that serve every kind alike, so that they must not know a field by its name.
const FOR_EVERY_KIND: [&str; 5] = [
    "crates/core/src/domain/requests.rs",
    "crates/core/src/domain/requests/change_set.rs",
    "crates/core/src/domain/requests/moves.rs",
    "crates/core/src/domain/requests/preview.rs",
    "src/ui/screens/record",
];
/// Those among them that show attachments, which every kind may have.
const SHOWS_ATTACHMENTS: [&str; 2] =
    ["src/ui/screens/record/page/parts.rs", "src/ui/screens/record/page/picture.rs"];

#[test]
fn what_is_special_about_a_field_is_said_by_its_declaration() {
    let kinds = mainstay::domain::ids::Kind::ALL.iter();
    let fields: std::collections::BTreeSet<&str> = kinds
        .flat_map(|kind| kind.def().fields())
        .map(|field| field.name)
        .filter(|name| *name != "title")
        .collect();
    let asked = |name: &String| {
        FOR_EVERY_KIND.iter().any(|part| name.starts_with(part))
            && !SHOWS_ATTACHMENTS.contains(&name.as_str())
    };
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| asked(&source.name)) {
        let named = source.code.lines().flat_map(literals).filter(|text| fields.contains(text));
        wrong.extend(
            named.map(|field| format!("{} names {field}: let FieldDef or KindDef say it", source.name)),
        );
    }
    assert_none(&wrong);
}

#[test]
fn a_list_of_kinds_is_told_from_kinds_that_are_named_alone() {
    for list in [
        "[Kind::Feedback, Kind::ProblemReport, Kind::Approval]",
        "matches!(kind, Kind::Feedback | Kind::ProblemReport | Kind::Approval)",
        "match kind { Kind::Feedback => 1, Kind::ProblemReport if late => 2, Kind::Approval => 3 }",
    ] {
        assert_eq!(listed_kinds(list).len(), 3, "{list}");
    }
    let alone = "list(Kind::Feedback); refer(id, Kind::Approval); Create { kind: Kind::Person, set }";
    assert!(listed_kinds(alone).is_empty());
}

#[test]
fn files_stay_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        let limit =
            LONGER.iter().find(|(name, _)| *name == source.name).map_or(LINES_MAX, |(_, limit)| *limit);
        if lines > limit {
            wrong.push(format!("{} has {lines} lines without tests; at most {limit}: split it", source.name));
        }
    }
    assert_none(&wrong);
}

#[test]
fn every_module_says_what_belongs_in_it_and_nothing_is_left_to_do() {
    let mark = ["TO", "DO"].concat();
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") && source.name != "src/main.rs" {
            wrong.push(format!("{} does not say what belongs in it", source.name));
        }
        if source.text.contains(&mark) || source.text.contains("FIXME") {
            wrong.push(format!("{} leaves something to do", source.name));
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_window_speaks_in_sentence_case_without_three_dots_or_exclamation_marks() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| layer(&source.name) == "mainstay/ui") {
        for (index, line) in source.code.lines().enumerate() {
            for text in literals(line).into_iter().filter(|text| text.contains(' ')) {
                let place = || format!("{}: line {} of code: {text}", source.name, index + 1);
                if text.contains("...") {
                    wrong.push(format!("{} (write …)", place()));
                }
                if text.ends_with('!') && text.chars().any(char::is_alphabetic) {
                    wrong.push(format!("{} (no exclamation mark)", place()));
                }
                if is_title_case(text) {
                    wrong.push(format!("{} (sentence case)", place()));
                }
            }
        }
    }
    assert_none(&wrong);
}

/// Three or more plain words that all begin with a capital letter, as in a headline.
fn is_title_case(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = words.iter().all(|word| word.chars().all(char::is_alphabetic) && word.chars().count() > 3);
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    words.len() >= 3 && plain && words.iter().all(capital)
}

#[test]
fn headlines_are_told_from_sentences() {
    assert!(is_title_case("Open Recent Product Files"));
    assert!(!is_title_case("Open recent product files"));
    assert!(!is_title_case("Ana Example"));
}

/// Tests that the documents name, in backticks: sentences with at least three underlines, perhaps after a module.
#[test]
fn tests_that_the_documents_name_exist() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "crates"] {
        collect(&root.join(folder), &mut files);
    }
    let code: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let mut documents = vec![root.join("docs/architecture.md"), root.join("docs/soup-gaps.md")];
    let decisions = std::fs::read_dir(root.join("docs/adr")).unwrap();
    documents.extend(decisions.map(|entry| entry.unwrap().path()));
    let mut wrong = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for name in text.split('`').skip(1).step_by(2).filter_map(|name| name.rsplit("::").next()) {
            let sentence = name.matches('_').count() >= 3
                && name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
            let made = [format!("fn {name}("), format!("    {name}: \"")];
            if sentence && !made.iter().any(|words| code.contains(words.as_str())) {
                wrong.push(format!("{} names {name}, which is no test", document.display()));
            }
        }
    }
    assert_none(&wrong);
}
