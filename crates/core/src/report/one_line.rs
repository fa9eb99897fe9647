//! Which rows of a table surely have one line.
//!
//! Belongs here: the widths of texts by the bundled fonts. Does not belong here: layout.
//!
//! Typst lays out the cells of a row once to find its height, and once more to place them. A row of one line has a height that is known, which saves
//! the first time. A row of which this is not certain is left to Typst, because a second line would cover the next row.

use std::sync::LazyLock;

use serde_json::Value;
use typst::layout::Abs;
use typst::text::{FontInstance, FontVariant, FontVariations};

use super::fonts::{Face, Fonts};
use super::widths::TABLE_SIZE;

/// The characters whose widths are known: those of Western European languages.
const FIRST: char = ' ';
const LAST: char = 'ÿ';
/// Text that takes more of its column may have a second line: pairs of letters may stand further apart than the sum of their widths says.
const SURELY: f32 = 0.93;
/// The shape in front of a mark and the space after it, in widths of an em.
const SHAPE: f32 = 1.6;
/// The size of code-like text in a table, in points. `blocks.typ` has the same.
const CODE: f32 = 7.0;

/// The widths of the characters of a face in em; `None` for one that it does not have.
struct Advances(Vec<Option<f32>>);

impl Advances {
    fn of(face: Face) -> Self {
        let font = Fonts::bundled_face(face);
        let font = font.map(|font| {
            font.instantiate(FontVariant::default(), Abs::pt(TABLE_SIZE.into()), &FontVariations::default())
        });
        let width = |character: char| {
            let font: &FontInstance = font.as_ref()?;
            let glyph = font.ttf().glyph_index(character)?;
            Some(font.x_advance(glyph.0)?.get() as f32)
        };
        Self(
            (FIRST..=LAST)
                .map(|character| if character.is_control() { None } else { width(character) })
                .collect(),
        )
    }

    /// The width of a text in em; `None` if one of its characters is not known.
    fn width(&self, text: &str) -> Option<f32> {
        let width = |character: char| {
            let at = u32::from(character).checked_sub(u32::from(FIRST))?;
            self.0.get(at as usize).copied().flatten()
        };
        text.chars().map(width).sum()
    }
}

static REGULAR: LazyLock<Advances> = LazyLock::new(|| Advances::of(Face::Regular));
static BOLD: LazyLock<Advances> = LazyLock::new(|| Advances::of(Face::Bold));
static MONO: LazyLock<Advances> = LazyLock::new(|| Advances::of(Face::Mono));

/// Whether a prepared cell surely has one line in a column of this width in points.
pub(super) fn fits(cell: &Value, is_code: bool, width: f32) -> bool {
    room(cell, is_code).is_some_and(|room| room <= width)
}

/// The width in points in which a prepared cell surely has one line; `None` if that is not known.
pub(super) fn room(cell: &Value, is_code: bool) -> Option<f32> {
    let needed = match cell {
        Value::String(text) if is_code => MONO.width(text)? * CODE,
        Value::String(text) => REGULAR.width(text)? * TABLE_SIZE,
        // A mark: its word may be bold.
        Value::Object(mark) => (BOLD.width(mark.get("word")?.as_str()?)? + SHAPE) * TABLE_SIZE,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    Some(needed / SURELY)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_fills_its_column_is_left_to_the_layout() {
        let width = REGULAR.width("Approved").unwrap() * TABLE_SIZE;
        assert!(fits(&json!("Approved"), false, width / SURELY + 0.01));
        assert!(!fits(&json!("Approved"), false, width));
        assert!(!fits(&json!({ "tone": "late", "word": "Approved" }), false, width / SURELY + 0.01));
        assert!(fits(&json!("0a1b"), true, 4.0 * 0.6 * CODE / SURELY + 0.1));
    }

    #[test]
    fn a_text_of_several_lines_with_break_points_or_of_another_script_is_left_to_the_layout() {
        for cell in
            [json!("a\nb"), json!({ "pieces": ["a", "b"] }), json!("日本"), json!("a\u{AD}b\u{85}"), json!(7)]
        {
            assert!(!fits(&cell, false, 400.0), "{cell}");
        }
        assert!(fits(&json!("Jürgen Weiß"), false, 80.0) && fits(&json!(""), false, 1.0));
    }
}
