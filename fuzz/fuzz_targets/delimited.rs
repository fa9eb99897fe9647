//! Any bytes as delimited text, and every row under every ready and proposed mapping: never a panic, never a lost line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_base::delimited::{Options, Quoting, ShortRows, TextEncoding, detect, read};
use mainstay_fuzz::feedback::{Mapping, apply_table, shipped_mappings, suggest, suggest_columns};

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let options = Options {
        encoding: TextEncoding::OFFERED.get(usize::from(choice & 15)).copied(),
        delimiter: [None, Some(','), Some(';'), Some('\t')][usize::from(choice >> 4 & 3)],
        has_header: None,
        quoting: if choice & 64 == 0 { Quoting::Double } else { Quoting::Literal },
        short_rows: if choice & 128 == 0 { ShortRows::Report } else { ShortRows::FillWithEmpty },
    };
    let _ = detect(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Mapping::from_ron(text);
    }
    let Ok(table) = read(bytes, &options) else { return };
    assert!(table.rows.windows(2).all(|pair| pair[0].line < pair[1].line));
    let _ = suggest(&table.header);
    let proposed = suggest_columns(&table.header, &table.rows).mapping;
    for mapping in shipped_mappings().iter().chain([&proposed]) {
        if let Ok(applied) = apply_table(mapping, &table) {
            assert_eq!(applied.taken.len() + applied.refused.len() + applied.empty.len(), table.rows.len());
        }
    }
});
