//! Letters and notices on the maker's letterhead: one copy for each recipient, or one without an address.
//!
//! Belongs here: the model of a letter, its logo, and its rendering. Does not belong here: which record it is made from.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use typst::foundations::Bytes;

use super::block::SignatureBlock;
use super::fonts::Fonts;
use super::world::{self, PaperWorld};
use super::{ReportError, lay_out, pdf, print};

/// Most bytes of a logo that is drawn, as SVG.
const SVG_BYTES_MAX: usize = 512 * 1024;
/// Most pixels in each direction of a logo.
const LOGO_PIXELS_MAX: u32 = 4096;
/// What an SVG must not hold: it could need any amount of memory.
const TOO_MUCH: [&str; 4] = ["<image", "<filter", "<!entity", "<feimage"];
/// Most copies of a shape inside an SVG.
const SVG_USES_MAX: usize = 100;

/// A letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Letter {
    /// Name of the manufacturer, on the letterhead.
    pub manufacturer: String,
    /// Its address; empty if it is not known.
    pub address: String,
    /// Telephone, e-mail or web page for questions.
    pub contact: String,
    /// What kind of letter it is.
    pub kind: String,
    /// The day of issue, or “Draft”.
    pub date: String,
    /// Whether it is not approved; then every page says so.
    pub draft: bool,
    /// Number of its record, and the version of its text.
    pub reference: String,
    /// The product that it concerns.
    pub product: String,
    /// The subject.
    pub subject: String,
    /// The texts under their headings.
    pub parts: Vec<LetterPart>,
    /// The lines of a form that is filled in and sent back; empty for none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<String>,
    /// One for each recipient; empty for a notice without an address.
    pub copies: Vec<LetterCopy>,
    /// The internal page before the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<LetterCover>,
    /// Name and version of the program.
    #[serde(skip)]
    pub program: String,
}

/// A text of a letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LetterPart {
    /// A plain heading.
    pub heading: String,
    /// The text.
    pub text: String,
}

/// A copy for a recipient.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LetterCopy {
    /// Name, organisation and address, one line each.
    pub to: String,
    /// The language in which the recipient is written to.
    pub language: String,
}

/// The internal page before the letters: what is sent, and who signed it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LetterCover {
    /// Label and value.
    pub fields: Vec<(String, String)>,
    /// The signatures of the approval.
    pub signatures: Vec<SignatureBlock>,
}

/// The format of a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// Scalable Vector Graphics.
    Svg,
}

impl LogoFormat {
    const fn code(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Svg => "svg",
        }
    }
}

/// A logo that is fit for a letterhead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    format: LogoFormat,
    bytes: Vec<u8>,
}

impl Logo {
    /// Most bytes of a logo.
    pub const BYTES_MAX: usize = 2 * 1024 * 1024;

    /// Checks a picture without decoding it.
    ///
    /// # Errors
    /// Why it is not fit, as the end of a sentence.
    pub fn new(format: LogoFormat, bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(Self::too_large());
        }
        match format {
            LogoFormat::Png => fits(png_size(&bytes), "PNG")?,
            LogoFormat::Jpeg => fits(jpeg_size(&bytes), "JPEG")?,
            LogoFormat::Svg => plain_svg(&bytes)?,
        }
        Ok(Self { format, bytes })
    }

    /// Why a picture of more bytes is not fit.
    pub fn too_large() -> String {
        format!("it has more than {} MB", Self::BYTES_MAX / 1024 / 1024)
    }
}

fn fits(size: Option<(u32, u32)>, format: &str) -> Result<(), String> {
    match size {
        None => Err(format!("it is not a {format} picture")),
        Some((width, height)) if width == 0 || height == 0 => Err("it is empty".to_owned()),
        Some((width, height)) if width > LOGO_PIXELS_MAX || height > LOGO_PIXELS_MAX => Err(format!(
            "it has {width} by {height} pixels; at most {LOGO_PIXELS_MAX} in each direction are possible"
        )),
        Some(_) => Ok(()),
    }
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| Some(u32::from_be_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    (rest.get(4..8)? == b"IHDR").then_some(())?;
    Some((number(8)?, number(12)?))
}

/// Walks over the segments of a JPEG to the one that says its size.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (marker, after) = (rest.get(..2)?, rest.get(2..)?);
        let (0xff, kind) = (*marker.first()?, *marker.get(1)?) else { return None };
        if kind == 0xff {
            rest = rest.get(1..)?;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(after.get(..2)?.try_into().ok()?));
        if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            let number =
                |at: usize| Some(u32::from(u16::from_be_bytes(after.get(at..at + 2)?.try_into().ok()?)));
            return Some((number(5)?, number(3)?));
        }
        rest = after.get(length.max(2)..)?;
    }
}

/// Only plain shapes: pictures, filters and entities inside an SVG could need any amount of memory.
fn plain_svg(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not an SVG picture in UTF-8".to_owned())?;
    let text = text.to_ascii_lowercase();
    if !text.contains("<svg") {
        return Err("it is not an SVG picture".to_owned());
    }
    let refused =
        TOO_MUCH.iter().any(|word| text.contains(word)) || text.matches("<use").count() > SVG_USES_MAX;
    if bytes.len() > SVG_BYTES_MAX || refused {
        return Err("it is too complex for a letterhead: use an SVG of plain shapes, or a PNG".to_owned());
    }
    Ok(())
}

/// A printed letter.
#[derive(Debug)]
pub struct PrintedLetter {
    /// The file.
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// Warnings for the person before sending it, each a sentence.
    pub warnings: Vec<String>,
}

/// Prints a letter as PDF.
///
/// # Errors
/// [`ReportError`]; in that case nothing is returned.
pub fn render_letter(
    letter: &Letter,
    logo: Option<&Logo>,
    fonts: &Fonts,
    moment: DateTime<Utc>,
) -> Result<PrintedLetter, ReportError> {
    let mut world = PaperWorld::new(fonts, world::LETTER)?;
    let format = logo.map(|logo| logo.format.code());
    world.put("logo.json", Bytes::new(serde_json::to_vec(&format)?))?;
    if let Some(logo) = logo {
        world.put("data/logo", Bytes::new(logo.bytes.clone()))?;
    }
    let prepare = |unprintable: &BTreeSet<char>| print::prepare_letter(letter, fonts, unprintable);
    let (document, mut warnings) = lay_out(&mut world, &prepare, &|_| true)?;
    let identity = pdf::Identity {
        content: format!("{}/{}", letter.reference, letter.date),
        program: letter.program.clone(),
    };
    let written = pdf::write(&document, &identity, moment)?;
    warnings.extend(written.warning);
    typst::comemo::evict(0);
    Ok(PrintedLetter { pdf: written.bytes, pages: document.pages().len(), warnings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_measured_before_it_is_decoded() {
        let png = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(height.to_be_bytes());
            bytes
        };
        assert!(Logo::new(LogoFormat::Png, png(200, 80)).is_ok());
        let refusal = Logo::new(LogoFormat::Png, png(60_000, 60_000)).unwrap_err();
        assert!(refusal.contains("60000 by 60000"), "{refusal}");
        assert!(Logo::new(LogoFormat::Png, png(0, 80)).is_err());
        assert!(Logo::new(LogoFormat::Png, b"GIF89a".to_vec()).is_err());
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x50\0\xc8\x03".to_vec();
        assert_eq!(jpeg_size(&jpeg), Some((200, 80)));
        assert!(Logo::new(LogoFormat::Jpeg, jpeg).is_ok());
        for broken in
            [&b"\xff\xd8"[..], b"\xff\xd8\xff", b"\xff\xd8\xff\xff\xff", b"\xff\xd8\xff\xe0\0\0", b""]
        {
            assert_eq!(jpeg_size(broken), None);
        }
    }

    #[test]
    fn an_svg_of_plain_shapes_is_fit_and_one_that_holds_pictures_is_not() {
        let svg = |inner: &str| format!("<svg xmlns='http://www.w3.org/2000/svg'>{inner}</svg>").into_bytes();
        assert!(Logo::new(LogoFormat::Svg, svg("<circle r='4'/>")).is_ok());
        for wrong in
            [svg("<image href='data:'/>"), svg("<FILTER/>"), svg(&"<use/>".repeat(101)), b"\x1f\x8b".to_vec()]
        {
            assert!(Logo::new(LogoFormat::Svg, wrong).is_err());
        }
    }
}
