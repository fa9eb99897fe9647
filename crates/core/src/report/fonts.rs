//! The fonts of a packet.
//!
//! Belongs here: the bundled fonts, and the fonts of the computer as a fallback for other scripts. Does not belong
//! here: which text uses which font (`assets/packet/`).

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;
use typst_kit::fonts::FontStore;

const BUNDLED: [&[u8]; 5] = [
    include_bytes!("../../../../assets/fonts/Inter-Regular.otf"),
    include_bytes!("../../../../assets/fonts/Inter-Bold.otf"),
    include_bytes!("../../../../assets/fonts/Inter-Italic.otf"),
    include_bytes!("../../../../assets/fonts/Inter-BoldItalic.otf"),
    include_bytes!("../../../../assets/fonts/JetBrainsMono-Regular.ttf"),
];

/// A bundled face, in the order of [`BUNDLED`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Face {
    /// Text.
    Regular = 0,
    /// What stands out.
    Bold = 1,
    /// Code-like text.
    Mono = 4,
}

const BODY: &str = "Inter";
const MONO: &str = "JetBrains Mono";

/// Families that look right next to the body font, best first. Other fonts are used only if none of these has the character.
const PREFERRED: [&str; 24] = [
    "Noto Sans",
    "Segoe UI",
    "Noto Sans Arabic",
    "Geeza Pro",
    "Noto Sans Hebrew",
    "Arial Hebrew",
    "Noto Sans Devanagari",
    "Nirmala UI",
    "Kohinoor Devanagari",
    "Noto Sans Thai",
    "Leelawadee UI",
    "Thonburi",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "PingFang SC",
    "Hiragino Sans",
    "Noto Color Emoji",
    "Segoe UI Emoji",
    "Apple Color Emoji",
    "Noto Sans Symbols 2",
];

static BUNDLED_ONLY: LazyLock<Fonts> = LazyLock::new(|| Fonts::from_store(bundled_store()));

static WITH_SYSTEM: LazyLock<Fonts> = LazyLock::new(|| {
    let mut store = bundled_store();
    let mut found: Vec<_> = typst_kit::fonts::system().filter(|(_, info)| is_useful(info)).collect();
    // The order in which a disk lists its files must not determine the font.
    found.sort_by(|(a, left), (b, right)| {
        (&left.family, &a.path, a.index).cmp(&(&right.family, &b.path, b.index))
    });
    store.extend(found);
    Fonts::from_store(store)
});

/// A set of fonts. It always contains the bundled ones.
pub struct Fonts {
    store: FontStore,
    body: Vec<String>,
    mono: Vec<String>,
}

impl Fonts {
    /// Only the fonts inside the program: the same on every computer.
    pub fn bundled() -> &'static Self {
        &BUNDLED_ONLY
    }

    /// The bundled fonts, then those of the computer for characters that the bundled ones lack. The first call
    /// searches the computer, which may take a second: call it from a background job.
    pub fn with_system() -> &'static Self {
        &WITH_SYSTEM
    }

    /// The fonts inside the program: name and SHA-256 of each.
    pub fn inside_the_program() -> Vec<(String, String)> {
        let named = BUNDLED.iter().enumerate().map(|(index, bytes)| {
            let name = BUNDLED_ONLY.font(index).map_or_else(String::new, |font| {
                let info = font.info();
                format!("{} {} {:?}", info.family, info.variant.weight.to_number(), info.variant.style)
            });
            (name, hex::encode(Sha256::digest(bytes)))
        });
        named.collect()
    }

    /// How many families of fonts there are, the bundled ones among them.
    pub fn families(&self) -> usize {
        self.store.book().families().count()
    }

    fn from_store(store: FontStore) -> Self {
        let others: Vec<String> = PREFERRED
            .iter()
            .filter(|family| store.book().contains_family(&family.to_lowercase()))
            .map(|family| (*family).to_owned())
            .collect();
        let list = |first: &str, second: &str| {
            let mut families = vec![first.to_owned(), second.to_owned()];
            families.extend(others.iter().cloned());
            families
        };
        Self { body: list(BODY, MONO), mono: list(MONO, BODY), store }
    }

    /// Families for text, best first.
    pub(super) fn body(&self) -> &[String] {
        &self.body
    }

    /// Families for code-like text, best first.
    pub(super) fn mono(&self) -> &[String] {
        &self.mono
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        self.store.book()
    }

    pub(super) fn font(&self, index: usize) -> Option<Font> {
        self.store.font(index)
    }

    /// A bundled face.
    pub(super) fn bundled_face(face: Face) -> Option<Font> {
        BUNDLED_ONLY.font(face as usize)
    }

    /// Whether any font of the set has a glyph for the character.
    pub(super) fn covers(&self, character: char) -> bool {
        let code = u32::from(character);
        (0..).map_while(|index| self.store.book().info(index)).any(|info| info.coverage.contains(code))
    }
}

fn bundled_store() -> FontStore {
    let mut store = FontStore::new();
    for data in BUNDLED {
        store.extend(Font::iter(Bytes::new(data)).map(|font| {
            let info = font.info().clone();
            (font, info)
        }));
    }
    store
}

/// A font of the computer must not replace a bundled one (the paper would differ by computer). A font with a box for
/// every character would hide that a character is missing.
fn is_useful(info: &FontInfo) -> bool {
    info.family != BODY && info.family != MONO && !info.is_last_resort()
}
