//! Properties of every printed packet, whatever its content.

use super::preview::each_text;
use super::*;

fn printed(packet: &Packet) -> Rendered {
    render(packet, &[], Fonts::bundled(), sample::moment()).unwrap()
}

/// The text of every page, in layout order, without break points.
fn text_of(rendered: &Rendered) -> String {
    let mut out = String::new();
    each_text(&rendered.document, |_, _, text| out.push_str(&text.text));
    out.replace('\u{200B}', "")
}

/// The right edge of the rightmost glyph of all pages, in points.
fn rightmost(rendered: &Rendered) -> f64 {
    let mut edge: f64 = 0.0;
    each_text(&rendered.document, |_, place, text| edge = edge.max((place.x + text.width()).to_pt()));
    edge
}

/// How many lines of text begin at the left edge of the pages.
fn lines_of(rendered: &Rendered) -> usize {
    let mut found = BTreeSet::new();
    each_text(&rendered.document, |page, place, _| {
        if (place.x.to_pt() - 57.0).abs() < 1.0 {
            found.insert((page, (place.y.to_pt() * 4.0).round() as i64));
        }
    });
    found.len()
}

#[test]
fn a_row_that_is_not_laid_out_to_find_its_height_has_one_line() {
    // Pairs of letters whose distance the fonts change, in every order.
    let letters: Vec<char> = "AVTWYLPFfijrtvwyo.,:;-'\"()[]/?!*&%1470ÄÖÜßéñ  ".chars().collect();
    let mut state = 1_u64;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut texts: Vec<String> = (0..500)
        .map(|_| (0..3 + next(40)).map(|_| letters[next(letters.len())]).collect::<String>())
        .collect();
    texts.extend(letters.iter().map(|letter| format!("{letter} f").repeat(9)));
    texts.extend(["f) ", "f* ", "T\" ", "L? ", "(j ", "[j "].map(|pair| pair.repeat(12)));
    // Every character whose width is known, also the soft hyphen, beside digits, blanks and hyphens.
    let known = (' '..='ÿ').filter(|letter| !letter.is_control());
    texts.extend(known.map(|letter| format!("{letter}1{letter} a-{letter}").repeat(5)));
    let tables = |look: &str, more: f32| {
        let table = |text: &String| {
            let text = format!("x{}", text.trim());
            let mark = Cell::from(Mark::late(text.clone()));
            let cell = if look == "mark" { mark } else { Cell::from(text) };
            let is_code = look == "code";
            let room = one_line::room(&serde_json::to_value(&cell).unwrap(), is_code).unwrap();
            let column = if is_code { Column::code("T", 1) } else { Column::text("T", 1) };
            let columns = vec![column.points(room + more + widths::GAP), Column::text("", 1)];
            (room < 400.0).then(|| Block::table(columns, vec![vec![cell, "".into()]]))
        };
        with_blocks(texts.iter().filter_map(table).collect())
    };
    for look in ["text", "mark", "code"] {
        let (exact, wide) = (printed(&tables(look, 0.01)), printed(&tables(look, 70.0)));
        assert_eq!(lines_of(&exact), lines_of(&wide), "{look}: a second line covers what follows");
        assert!(lines_of(&exact) > 900, "each table has a header and a row");
    }
}

fn with_blocks(blocks: Vec<Block>) -> Packet {
    let mut packet = sample::bare();
    packet.sections = vec![Section::new(1, "1", "Section", blocks)];
    packet
}

#[test]
fn a_packet_with_every_kind_of_block_meets_both_standards() {
    let mut packet = sample::full();
    let (entry, file) = sample::evidence("log.csv", b"a;b\n1;2\n");
    packet.annex = vec![entry];
    let rendered = render(&packet, &[file], Fonts::bundled(), sample::moment()).unwrap();
    assert_eq!(rendered.conformance, Conformance::ArchivalAndAccessible, "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    assert!(rendered.pdf.starts_with(b"%PDF-"));
    assert_eq!(rendered.pages, rendered.document.pages().len());
}

#[test]
fn the_same_packet_gives_the_same_bytes() {
    let packet = sample::full();
    assert_eq!(printed(&packet).pdf, printed(&packet).pdf);
}

#[test]
fn another_moment_gives_other_bytes() {
    let packet = sample::full();
    let later = sample::moment() + chrono::TimeDelta::seconds(1);
    let other = render(&packet, &[], Fonts::bundled(), later).unwrap();
    assert_ne!(printed(&packet).pdf, other.pdf);
}

#[test]
fn every_page_names_the_chain_head_as_the_verification_takes_it() {
    let packet = sample::full();
    let rendered = printed(&packet);
    let head = format!("Chain head {}:{} ·", packet.chain_head_seq, &packet.chain_head_digest[..16]);
    let text = text_of(&rendered).replace('\u{a0}', " ");
    assert_eq!(text.replace(' ', "").matches(&head.replace(' ', "")).count(), rendered.pages, "{head}");
}

#[test]
fn text_that_looks_like_markup_is_printed_literally() {
    let hostile =
        "#panic(\"x\") *bold* _it_ $x^2$ `raw` = Head // no #include \"a.typ\" <label> @ref -> --- 'q' \\";
    let mut packet = with_blocks(vec![
        Block::paragraph(hostile),
        Block::Fields { fields: vec![Field::new(hostile, hostile)] },
        Block::table(vec![Column::text(hostile, 1)], vec![vec![hostile.into()]]),
    ]);
    hostile.clone_into(&mut packet.title);
    hostile.clone_into(&mut packet.sections[0].title);
    let text = text_of(&printed(&packet)).replace(' ', "");
    assert!(text.matches(&hostile.replace(' ', "")).count() >= 6, "{text}");
}

#[test]
fn a_missing_glyph_is_reported_with_character_and_place() {
    let rendered = printed(&with_blocks(vec![Block::paragraph("before \u{13000} after")]));
    assert!(text_of(&rendered).contains("[U+13000]"));
    assert_eq!(rendered.warnings.len(), 1, "{:?}", rendered.warnings);
    assert!(rendered.warnings[0].contains("U+13000") && rendered.warnings[0].contains("section 1 Section"));
    assert_eq!(rendered.conformance, Conformance::ArchivalAndAccessible);
}

#[test]
fn control_characters_are_harmless_and_reported() {
    let rendered =
        printed(&with_blocks(vec![Block::paragraph("a\0b\u{7}c\u{FFFE}d\u{FEFF}e\u{202E}f\u{E000}g")]));
    assert_eq!(rendered.conformance, Conformance::ArchivalAndAccessible, "{:?}", rendered.warnings);
    assert_eq!(rendered.warnings.len(), 6, "{:?}", rendered.warnings);
}

#[test]
fn every_script_prints_with_the_fonts_of_the_computer_or_is_reported() {
    let words = "Ελληνικά Кириллица עברית مرحبا بالعالم हिन्दी ไทย 日本語 中文 한국어 👩‍⚕️ 🇵🇹 e\u{301}\u{20D7} \u{1D11E}";
    let packet = with_blocks(vec![
        Block::paragraph(words),
        Block::table(vec![Column::text("T", 1), Column::id("Id")], vec![vec![words.into(), words.into()]]),
    ]);
    for fonts in [Fonts::bundled(), Fonts::with_system()] {
        let rendered = render(&packet, &[], fonts, sample::moment()).unwrap();
        assert!(preview::missing_glyphs(&rendered.document).is_empty());
        assert_eq!(rendered.conformance, Conformance::ArchivalAndAccessible, "{:?}", rendered.warnings);
    }
}

#[test]
fn an_empty_section_says_so() {
    let mut packet = sample::bare();
    packet.sections = vec![
        Section::new(1, "1", "Nothing at all", vec![]),
        Section::new(1, "2", "Empty table", vec![Block::table(vec![Column::text("T", 1)], vec![])]),
        Section::new(1, "3", "Chapter with a section below", vec![]),
        Section::new(2, "3.1", "Said so", vec![Block::empty()]),
    ];
    assert_eq!(text_of(&printed(&packet)).matches("No records in period").count(), 3);
}

#[test]
fn a_packet_without_anything_still_prints() {
    let rendered = printed(&Packet::default());
    assert!(rendered.pages >= 1);
}

#[test]
fn words_without_a_break_point_stay_on_the_page() {
    let digest = "9f2c4b1e7a3d5f60".repeat(8);
    let wide = "W".repeat(300);
    let columns: Vec<Column> =
        (0..9).map(|n| if n == 4 { Column::code("Digest", 1) } else { Column::id(wide.as_str()) }).collect();
    let row: Vec<Cell> =
        (0..9).map(|n| if n % 2 == 0 { digest.as_str().into() } else { wide.as_str().into() }).collect();
    let mut packet = with_blocks(vec![
        Block::paragraph(wide.as_str()),
        Block::Fields { fields: vec![Field::new(wide.as_str(), digest.as_str()).code()] },
        Block::table(columns, vec![row]),
        Block::Signatures {
            signatures: vec![SignatureBlock {
                name: wide.clone(),
                covers: digest.clone(),
                ..SignatureBlock::default()
            }],
        },
        Block::Trace {
            steps: vec![TraceStep { label: wide.clone(), record_id: wide.clone(), ..TraceStep::default() }],
            order: Mark::due(wide.as_str()),
        },
        Block::Figures {
            figures: vec![Figure { label: wide.clone(), value: wide.clone(), note: wide.clone() }],
        },
    ]);
    packet.title.clone_from(&wide);
    packet.product.clone_from(&wide);
    packet.packet_number.clone_from(&wide);
    packet.sections[0].record_id = Some(wide.clone());
    let edge = rightmost(&printed(&packet));
    assert!(edge <= 595.28 - 57.0 + 1.0, "text ends at {edge} pt");
}

#[test]
fn a_huge_text_prints_completely() {
    let text = "The filter keeps the last plausible value. ".repeat(12_000);
    let rendered = printed(&with_blocks(vec![
        Block::paragraph(text.as_str()),
        Block::Fields { fields: vec![Field::new("Description", text.as_str())] },
        Block::paragraph("x".repeat(200_000)),
    ]));
    assert!(rendered.pages > 150, "{}", rendered.pages);
    let printed = text_of(&rendered);
    assert_eq!(printed.matches("plausible").count() - printed.matches("implausible").count(), 24_000);
}

#[test]
fn levels_that_skip_still_make_an_accessible_outline() {
    let mut packet = sample::bare();
    packet.sections = [3, 1, 4, 9, 0].iter().map(|level| Section::new(*level, "", "Title", vec![])).collect();
    assert_eq!(printed(&packet).conformance, Conformance::ArchivalAndAccessible);
}

#[test]
fn a_file_that_differs_from_the_annex_is_refused() {
    let mut packet = sample::bare();
    let (entry, mut file) = sample::evidence("log.csv", b"a;b");
    packet.annex = vec![entry];
    let missing = render(&packet, &[], Fonts::bundled(), sample::moment()).unwrap_err();
    assert!(matches!(missing, ReportError::AttachmentMissing { .. }));
    file.bytes = b"a;c"[..].into();
    let other = render(&packet, &[file], Fonts::bundled(), sample::moment()).unwrap_err();
    assert!(matches!(other, ReportError::AttachmentNotListed { .. }));
}

#[test]
fn a_page_can_be_shown_as_an_image() {
    let rendered = printed(&sample::bare());
    let image = rendered.page_image(0, 1.0).unwrap();
    assert_eq!((image.width, image.height), (595, 842));
    assert_eq!(image.rgba.len(), 595 * 842 * 4);
    assert!(rendered.page_image(99, 1.0).is_none());
}

#[test]
fn a_rendered_packet_can_move_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Rendered>();
    check::<Fonts>();
}

#[test]
fn samples_for_inspection() {
    let Some(folder) = std::env::var_os("MAINSTAY_SAMPLES").map(std::path::PathBuf::from) else {
        println!("no samples: set MAINSTAY_SAMPLES to a folder to have some written");
        return;
    };
    let mut one = sample::full();
    let (entry, file) = sample::evidence("verification log.csv", b"a;b\n1;2\n");
    one.annex =
        vec![entry.clone(), AttachmentEntry { embedded: false, file_name: "scan.pdf".to_owned(), ..entry }];
    let started = std::time::Instant::now();
    let rendered = render(&one, &[file], Fonts::with_system(), sample::moment()).unwrap();
    println!("one change: {} pages, {:?}, {:?}", rendered.pages, started.elapsed(), rendered.warnings);
    std::fs::write(folder.join("change.pdf"), &rendered.pdf).unwrap();
    let started = std::time::Instant::now();
    let rendered = render(&sample::period(200), &[], Fonts::bundled(), sample::moment()).unwrap();
    println!("period: {} pages, {:?}, {:?}", rendered.pages, started.elapsed(), rendered.warnings);
    std::fs::write(folder.join("period.pdf"), &rendered.pdf).unwrap();
    let started = std::time::Instant::now();
    let rendered = render(&sample::period(800), &[], Fonts::bundled(), sample::moment()).unwrap();
    println!("long period: {} pages, {:?}", rendered.pages, started.elapsed());
    let words = "Ελληνικά Кириллица עברית مرحبا بالعالم हिन्दी ไทย 日本語 中文 한국어 👩‍⚕️ 🇵🇹 e\u{301}\u{20D7} \u{1D11E} \u{13000}";
    let scripts = with_blocks(vec![Block::paragraph(words), Block::paragraph("a   b\tc\nd\n\ne")]);
    let rendered = render(&scripts, &[], Fonts::with_system(), sample::moment()).unwrap();
    println!("scripts: {:?} {:?}", rendered.conformance, rendered.warnings);
    std::fs::write(folder.join("scripts.pdf"), &rendered.pdf).unwrap();
}

/// A packet that is cut into volumes of two pages, with a file of a record of its last part.
fn long() -> (Packet, EmbeddedFile) {
    let mut packet = sample::period(30);
    let (mut entry, file) = sample::evidence("log.csv", b"a;b");
    entry.record_id = Some("CR-0170".to_owned());
    packet.annex = vec![entry];
    (packet, file)
}

const SHORT: Sizes = Sizes { longest: 1, volume: 2 };

#[test]
fn every_volume_meets_both_standards_and_the_index_names_its_digest_and_its_records() {
    let (packet, file) = long();
    let mut seen = Vec::new();
    let mut sink = |volume: &Volume, pdf: &[u8]| {
        assert_eq!(volume.sha256, attach::digest(pdf));
        let embeds = pdf.windows(7).any(|part| part == b"log.csv");
        seen.push((volume.clone(), embeds));
        Ok(())
    };
    let files = [file];
    let rendered =
        render_any((&packet, &files), Fonts::bundled(), (sample::moment(), SHORT), &mut sink, &|_| true)
            .unwrap();
    assert_eq!(rendered.conformance, Conformance::ArchivalAndAccessible, "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    assert!(rendered.further.len() > 1, "{:?}", rendered.further);
    assert_eq!(rendered.further, seen.iter().map(|(volume, _)| volume.clone()).collect::<Vec<_>>());
    assert_eq!(seen.iter().filter(|(_, embeds)| *embeds).count(), 1, "a file is in one volume");
    let index = text_of(&rendered);
    for volume in &rendered.further {
        assert!(index.contains(&volume.sha256), "{index}");
        assert!(volume.number > 1 && volume.pages > 0);
    }
    assert!(index.contains("CR-0030 to CR-"), "{index}");
    assert!(index.contains("volume 1 of"), "{index}");
}

#[test]
fn a_packet_that_is_short_enough_is_one_pdf_with_the_same_bytes() {
    let packet = sample::full();
    let mut sink = |_: &Volume, _: &[u8]| panic!("no volume");
    let sizes = (sample::moment(), Sizes::default());
    let any = render_any((&packet, &[]), Fonts::bundled(), sizes, &mut sink, &|_| true).unwrap();
    assert_eq!(any.pdf, printed(&packet).pdf);
    assert!(any.further.is_empty());
}

#[test]
fn volumes_are_cancelled_between_two_of_them_and_a_sink_that_fails_ends_them() {
    let (packet, file) = long();
    let files = [file];
    let run = |sink: Sink<'_>, keep_going: Progress<'_>| {
        render_any((&packet, &files), Fonts::bundled(), (sample::moment(), SHORT), sink, keep_going)
            .unwrap_err()
    };
    let go_on_at_first = |stage| !matches!(stage, Stage::Volumes { done: 1.., .. });
    let cancelled = run(&mut |_, _| Ok(()), &go_on_at_first);
    assert!(matches!(cancelled, ReportError::Cancelled), "{cancelled}");
    let full = run(&mut |_, _| Err(std::io::Error::from(std::io::ErrorKind::StorageFull).into()), &|_| true);
    assert!(matches!(full, ReportError::Volume(_)), "{full}");
}
