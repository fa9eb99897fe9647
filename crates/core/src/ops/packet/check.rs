//! How to check a packet without this program: the commands that stand on its last page.
//!
//! They need a POSIX shell with `sqlite3`, `sha256sum`, `qpdf` and `pdfdetach` of poppler. Each command ends with an error when what it checks is wrong, so that
//! all of them together are a script. Its variables are set in the first step.

use crate::report::Check;

/// The steps for the packet with this number.
pub(super) fn steps(number: &str) -> Vec<Check> {
    let step = |what: &str, commands: &str| Check {
        what: what.to_owned(),
        commands: commands.replace("NUMBER", number),
    };
    vec![
        step(
            "1. Write the names of the product file and of this PDF. Do the same for each volume, if there are several. Steps 1 to 5 together are a script, which ends \
             with “checked” if everything is right.",
            "set -eu\nproduct=${1:-product.mainstay}\npdf=${2:-packet.pdf}\nwork=$(mktemp -d)",
        ),
        step(
            "2. The audit trail of the product file names the digest of this PDF. The recipe of docs/file-format.md shows that the trail itself is unbroken; \
             the chain head of the cover must be in it.",
            "sqlite3 -safe -readonly -batch \"$product\" \"\nSELECT t.atom FROM event, json_tree(event.body, '$.facts') t\nWHERE event.request = 'packet.issue' AND t.key = 'sha256'\n\
             AND event.body ->> '$.facts.number' = 'NUMBER'\" > \"$work/recorded\"\nsha256sum < \"$pdf\" | cut -c 1-64 > \"$work/digest\"\ngrep -qxFf \"$work/recorded\" \"$work/digest\"",
        ),
        step(
            "3. The PDF is sound. It states itself which standards it meets.",
            "qpdf --check \"$pdf\" > \"$work/qpdf\"",
        ),
        step(
            "4. The files inside the PDF are the data of this packet, packet.json, and the evidence of its annex.",
            "mkdir \"$work/files\"\npdfdetach -saveall -o \"$work/files\" \"$pdf\" > \"$work/list\"\ntest -s \"$work/files/packet.json\"",
        ),
        step(
            "5. Each embedded file of the annex has the digest that the annex lists, and no file is missing.",
            "cd \"$work/files\"\nsha256sum -- * | cut -c 1-64 | sort > ../found\nsqlite3 -batch :memory: \"SELECT value ->> 'sha256'\nFROM json_each(CAST(readfile('packet.json') AS TEXT), '$.annex')\n\
             WHERE value ->> 'embedded'\" | sort > ../listed\nsha256sum packet.json | cut -c 1-64 >> ../listed\nsort ../listed | cmp - ../found\necho checked",
        ),
    ]
}
