use super::*;

/// Screens to which the Markdown may link; the window has a test that each leads to a route.
fn links_of(page: &Page) -> Vec<Link> {
    let spans = |block: &Block| -> Vec<Span> {
        match block {
            Block::Heading { .. } | Block::Code(_) => Vec::new(),
            Block::Paragraph(spans) | Block::Note(spans) => spans.clone(),
            Block::List { items, .. } => items.concat(),
            Block::Table { head, rows } => head.concat().into_iter().chain(rows.concat().concat()).collect(),
        }
    };
    page.blocks.iter().flat_map(spans).filter_map(|span| span.link).collect()
}

#[test]
fn every_kind_of_record_has_a_page_with_its_purpose_findings_and_an_example() {
    for kind in Kind::ALL {
        let page = page_of(*kind).unwrap_or_else(|| panic!("{} has no page", kind.code()));
        assert_eq!(page.title, kind.def().plural);
        let headings: Vec<&str> = page.sections().map(|(text, _)| text).collect();
        for wanted in ["What audits find", "Fields", "States"] {
            assert!(headings.contains(&wanted), "{}: {headings:?}", page.name);
        }
        let example = headings.contains(&"Example");
        assert!(example || matches!(page.name, "person" | "policy"), "{} has no example", page.name);
        let text = source::of_kind(*kind).unwrap();
        assert!(
            !text.contains("\n# ") && !text.starts_with("# "),
            "{}: its title is that of the kind",
            page.name
        );
        assert!(text.split_whitespace().count() > 30, "{} says almost nothing", page.name);
    }
}

#[test]
fn every_page_has_a_title_and_says_something_under_each_of_its_headings() {
    for page in pages() {
        assert!(!page.title.is_empty(), "{}", page.name);
        assert!(!page.gist().is_empty(), "{}", page.name);
        for pair in page.blocks.windows(2) {
            if let [Block::Heading { level, text, .. }, Block::Heading { level: next, .. }] = pair {
                assert!(next > level, "{}: nothing stands under “{text}”", page.name);
            }
        }
        assert!(
            !matches!(page.blocks.last(), Some(Block::Heading { .. })),
            "{} ends with a heading",
            page.name
        );
        assert_eq!(pages().iter().filter(|other| other.name == page.name).count(), 1, "{}", page.name);
    }
}

#[test]
fn a_heading_that_names_a_field_names_one_that_exists_and_says_something_about_it() {
    let mut named = 0;
    for kind in Kind::ALL {
        let text = source::of_kind(*kind).unwrap();
        for (name, blocks) in kinds::added(text) {
            let field = kind.def().field(&name);
            assert!(field.is_some(), "{} has no field {name}", kind.code());
            assert!(
                field.is_none_or(|field| field.former_since.is_none()),
                "{name} of {} is not entered any more",
                kind.code()
            );
            assert!(!blocks.is_empty(), "nothing is said about {name} of {}", kind.code());
            named += 1;
        }
        let third = text.lines().filter(|line| line.starts_with("### ")).count();
        assert_eq!(
            third,
            kinds::added(text).len(),
            "{}: a third heading that is no name of a field",
            kind.code()
        );
    }
    assert!(named > 80, "{named}");
}

#[test]
fn what_is_said_of_a_field_stands_below_its_declaration_and_is_not_the_same() {
    let page = page("feedback").unwrap();
    let at = page
        .blocks
        .iter()
        .position(|block| matches!(block, Block::Heading { anchor, .. } if anchor == "aware_at"))
        .unwrap();
    assert!(
        text_of(&page.blocks[at + 2]).starts_with("When any employee first knew."),
        "{:?}",
        page.blocks[at + 2]
    );
    for kind in Kind::ALL {
        for (name, blocks) in added_to(*kind) {
            let help = kind.def().field(&name).unwrap().help();
            let same = blocks.iter().any(|block| text_of(block).trim() == help.trim());
            assert!(!same, "{name} of {} repeats its declaration", kind.code());
        }
    }
}

#[test]
fn links_lead_to_a_page_and_a_heading_that_exist() {
    for page in pages() {
        for link in links_of(page) {
            let Link::Page(name, anchor) = link else { continue };
            let target = super::page(&name).unwrap_or_else(|| panic!("{} links to {name}", page.name));
            let known = anchor.is_empty() || target.sections().any(|(_, known)| known == anchor);
            assert!(known, "{} links to {name}#{anchor}", page.name);
        }
    }
}

#[test]
fn every_file_of_the_help_is_in_the_program() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/help");
    let count = |folder: &std::path::Path| {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|ending| ending == "md")).count()
    };
    assert_eq!(count(&folder), source::SCREENS.len());
    assert_eq!(count(&folder.join("kinds")), source::KINDS.len());
    assert_eq!(source::KINDS.len(), Kind::ALL.len());
}

#[test]
fn the_help_speaks_like_the_window() {
    for (name, text) in source::SCREENS.iter().chain(source::KINDS) {
        assert!(
            !text.contains("...") && !text.contains('!'),
            "{name}: no exclamation marks, and … for three dots"
        );
    }
}

#[test]
fn a_search_finds_titles_first_then_headings_then_text() {
    let found = find("feedback");
    assert_eq!(found[0].page, "feedback");
    let found = find("awareness");
    assert!(
        found.iter().any(|one| one.page == "regulatory_clock" || one.page == "clock_template"),
        "{found:?}"
    );
    let found = find("separation");
    assert!(found.iter().any(|one| one.page == "software_item"), "{found:?}");
    assert!(find("").is_empty() && find("zzzz qqqq").is_empty());
    let alarm = find("telephone alarm late phone battery");
    assert!(alarm.len() < 3, "all words have to be there: {alarm:?}");
}
