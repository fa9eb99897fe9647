//! Bills of materials in files: inspect, convert, compare. Nothing is stored.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::formats::sbom;
use crate::formats::sbom::write::{Made, cyclonedx_1_6_json, spdx_2_3_json};
use crate::model::bill::Bill;
use crate::model::diff::{BillDiff, diff};
use crate::model::lint::lint;
use crate::refused::Refused;
use mainstay_base::clock::Stamp;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::note::{Gravity, Note};
use mainstay_base::unpack::{Limits, Stop, UnpackError, for_each_document};
use mainstay_base::{regular, store_error::StoreError};

/// A bill of materials as read from a file.
#[derive(Debug, Clone)]
pub struct InspectedBill {
    /// Its contents.
    pub bill: Bill,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The elements of IEC 62304 8.1.2 and the minimum elements of an SBOM that it lacks.
    pub lint: Vec<Note>,
}

/// The formats in which a bill can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillSyntax {
    /// CycloneDX 1.6 JSON.
    CycloneDx,
    /// SPDX 2.3 JSON.
    Spdx,
}

/// The bytes of a file that may be a bill of materials, with all that its reading depends on.
#[derive(Debug, Clone)]
pub struct BillFile {
    /// Its path.
    pub(super) path: PathBuf,
    /// Its name without folders: it identifies the format where the content alone does not.
    pub(super) name: String,
    /// SHA-256 of its bytes.
    pub(super) digest: [u8; 32],
    bytes: Vec<u8>,
}

impl BillFile {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Refused> {
        let bytes = bytes_of(path)?;
        let name = regular::name_of(path);
        Ok(Self { path: path.to_owned(), name, digest: Sha256::digest(&bytes).into(), bytes })
    }

    /// Bytes that were taken out of the file at `path`, such as a table of a document. `name` tells their format.
    pub fn taken_from(path: &Path, name: String, bytes: Vec<u8>) -> Self {
        Self { path: path.to_owned(), name, digest: Sha256::digest(&bytes).into(), bytes }
    }

    /// The bytes of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Reads the bill of materials in the file, which may be packed. In a Python wheel, this is the bill inside it (PEP 770).
    ///
    /// # Errors
    /// When it is not a bill of materials; the message names the place and the reason.
    pub fn inspect(&self) -> Result<InspectedBill, Refused> {
        let name = &self.name;
        let (document, inner) = unpacked(&self.bytes, name)?;
        let bill = sbom::read(&document, inner.as_deref().unwrap_or(name))
            .map_err(|refused| Refused::Rule(format!("{name} was not accepted: {refused}")))?;
        let lint = lint(&bill);
        Ok(InspectedBill { bill, sha256: hex::encode(self.digest), lint })
    }
}

/// Reads the bill of materials of a file; see [`BillFile::inspect`].
///
/// # Errors
/// When the file cannot be read or is not a bill of materials; the message names the place and the reason.
pub fn inspect_bill(path: &Path) -> Result<InspectedBill, Refused> {
    BillFile::read(path)?.inspect()
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Refused> {
    let failed = || StoreError::io(format!("{} could not be read", path.display()));
    let file = regular::open(path).map_err(failed())?;
    let mut bytes = Vec::new();
    file.take(sbom::DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(failed())?;
    Ok(bytes)
}

/// Maximum number of members of a wheel.
const WHEEL_MEMBERS_MAX: usize = 100_000;
/// Maximum number of bill names that a refusal lists.
const NAMES_MAX: usize = 10;

/// The one document of a file: the file itself, or its packed member with that member's name. In a wheel, only the files in the folder for
/// bills are documents.
fn unpacked(bytes: &[u8], name: &str) -> Result<(Vec<u8>, Option<String>), Refused> {
    let mut documents: Vec<(Vec<u8>, String)> = Vec::new();
    let mut broken = None;
    let is_wheel = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("whl"));
    let members = if is_wheel { WHEEL_MEMBERS_MAX } else { 2 };
    let limits = Limits { unpacked_bytes: sbom::DOCUMENT_BYTES_MAX as u64 + 1, members, ..Limits::default() };
    let outcome =
        for_each_document(&mut std::io::Cursor::new(bytes), name, &limits, &mut |member, reader| {
            if is_wheel && !member.contains(".dist-info/sboms/") {
                return Ok(());
            }
            let mut document = Vec::new();
            if let Err(error) = reader.read_to_end(&mut document) {
                broken = Some(error.to_string());
                return Err(Stop);
            }
            documents.push((document, member.to_owned()));
            Ok(())
        });
    let refused = |why: String| Refused::Rule(format!("{name} was not accepted: {why}"));
    match (outcome, broken) {
        (Err(UnpackError::Unreadable(why)), _) => return Err(refused(why.to_string())),
        (_, Some(why)) => return Err(refused(why)),
        (Ok(_) | Err(UnpackError::Stopped), None) => {}
    }
    let count = documents.len();
    match (documents.pop(), count) {
        (Some((document, member)), 1) => {
            // A document within an archive has its own name: `a.zip: b/bom.json`.
            let inner = member.rsplit_once(": ").map(|(_, path)| path.rsplit('/').next().unwrap_or(path).to_owned());
            Ok((document, inner))
        }
        (None, _) if is_wheel => Err(refused(
            "the wheel contains no bill of materials (`.dist-info/sboms`, PEP 770): create one of the environment in which it is installed"
                .to_owned(),
        )),
        (None, _) => Err(refused("the archive is empty".to_owned())),
        (Some(last), _) => {
            let names: Vec<&str> =
                documents.iter().chain([&last]).map(|(_, member)| member.as_str()).take(NAMES_MAX).collect();
            let words = format!("the archive contains several documents; unpack it and name one ({})", names.join("; "));
            Err(refused(words))
        }
    }
}

/// The identification of a bill, for documents that are based on it.
pub fn bill_head(inspected: &InspectedBill) -> Value {
    let bill = &inspected.bill;
    json!({
        "format": bill.format, "serial": bill.serial, "revision": bill.revision, "created": bill.created, "authors": bill.authors,
        "tools": bill.tools, "subject": bill.subject, "sha256": inspected.sha256, "components": bill.components.len(),
        "refused": refused_of_bill(inspected),
    })
}

/// The parts of the document that could not be read as a component: a scan of the bill does not cover them.
pub fn refused_of_bill(inspected: &InspectedBill) -> Vec<&Note> {
    inspected.bill.notes.notes.iter().filter(|note| note.gravity == Gravity::Refused).collect()
}

/// Writes the bill of a file in another format; the new file must not exist.
///
/// # Errors
/// As [`inspect_bill`], and when the new file exists or cannot be written.
pub fn convert_bill(path: &Path, syntax: BillSyntax, out: &Path, stamp: &Stamp) -> Result<Bill, Refused> {
    let bill = inspect_bill(path)?.bill;
    let text = formatted(&bill, syntax, stamp)?;
    let mut file = FreshFile::new(out, Some(path))?;
    file.put(text.as_bytes())?;
    file.persist()?;
    Ok(bill)
}

/// The difference between the bills of two files.
///
/// # Errors
/// As [`inspect_bill`].
pub fn compare_bills(before: &Path, after: &Path) -> Result<BillDiff, Refused> {
    Ok(diff(&inspect_bill(before)?.bill, &inspect_bill(after)?.bill))
}

/// The text of a bill in a format. The serial number depends on the content and the time, so the same bill at the same time gives the same
/// bytes.
fn formatted(bill: &Bill, syntax: BillSyntax, stamp: &Stamp) -> Result<String, Refused> {
    let at = stamp.now.to_string();
    let mut hasher = Sha256::new();
    let content = serde_json::to_vec(bill)
        .map_err(|error| Refused::Rule(format!("the bill cannot be written: {error}")))?;
    hasher.update(&content);
    hasher.update(at.as_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let uuid = uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string();
    let made = Made { at: &at, uuid: &uuid, version: env!("CARGO_PKG_VERSION") };
    Ok(match syntax {
        BillSyntax::CycloneDx => cyclonedx_1_6_json(bill, &made),
        BillSyntax::Spdx => spdx_2_3_json(bill, &made),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const BILL: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"libpng","version":"1.6.43"}]}"#;

    /// A wheel with these members, in its own folder.
    fn wheel(members: &[(&str, &str)]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("imaging-1.0-cp312-cp312-linux_x86_64.whl");
        let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (name, text) in members {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        (folder, path)
    }

    #[test]
    fn the_bill_inside_a_wheel_is_read() {
        let (_folder, path) = wheel(&[
            ("imaging/__init__.py", "print(1)"),
            ("imaging-1.0.dist-info/METADATA", "Name: imaging"),
            ("imaging-1.0.dist-info/sboms/auditwheel.cdx.json", BILL),
            ("imaging-1.0.dist-info/RECORD", ""),
        ]);
        assert_eq!(inspect_bill(&path).unwrap().bill.components[0].label(), "libpng 1.6.43");
    }

    #[test]
    fn a_wheel_without_a_bill_or_with_several_is_refused_with_what_to_do() {
        let (_folder, path) =
            wheel(&[("imaging-1.0.dist-info/METADATA", "Name: imaging"), ("bom.cdx.json", BILL)]);
        assert!(inspect_bill(&path).unwrap_err().to_string().contains("PEP 770"));
        let sbom = |name: &str| format!("imaging-1.0.dist-info/sboms/{name}");
        let (_folder, path) = wheel(&[(&sbom("a.cdx.json"), BILL), (&sbom("b.cdx.json"), BILL)]);
        let refused = inspect_bill(&path).unwrap_err().to_string();
        assert!(refused.contains("a.cdx.json") && refused.contains("b.cdx.json"), "{refused}");
    }
}
