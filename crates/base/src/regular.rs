//! Opening foreign files. Only regular files are accepted, so a device or a pipe can neither hang the program nor fill
//! the memory.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::Path;

/// The name of a file without its folders, for people; empty if the path has none.
pub fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Opens a regular file for reading. A symbolic link to one is followed.
///
/// # Errors
/// The system's error, or that it is not a regular file but a folder, a device or a pipe.
pub fn open(path: &Path) -> Result<File> {
    // Opening a pipe waits for a writer, so the kind of file is checked before.
    refuse_other(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    refuse_other(&file.metadata()?)?;
    Ok(file)
}

/// Whether two paths lead to one file, also by a symbolic link, and where the system tells it by a second name of the file.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let same_path = match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        (Ok(_) | Err(_), _) => false,
    };
    same_path || has_same_place(one, other)
}

#[cfg(unix)]
fn has_same_place(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    place(one).is_some_and(|found| place(other) == Some(found))
}

#[cfg(not(unix))]
const fn has_same_place(_: &Path, _: &Path) -> bool {
    false
}

/// Fills `bytes` from a place in a file, wherever it was read before: several threads may read one file at the same time.
///
/// # Errors
/// The system's error, or that the file ends before.
pub fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> Result<()> {
    #[cfg(unix)]
    let read_some = std::os::unix::fs::FileExt::read_at;
    #[cfg(windows)]
    let read_some = std::os::windows::fs::FileExt::seek_read;
    while !bytes.is_empty() {
        match read_some(file, bytes, at) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                bytes = bytes.get_mut(read..).unwrap_or_default();
                at += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The text of a regular file of at most `bytes_max` bytes.
///
/// # Errors
/// The system's error, or that the file is not regular, too long, or not UTF-8.
pub fn text(path: &Path, bytes_max: u64) -> Result<String> {
    String::from_utf8(bytes(path, bytes_max)?).map_err(|_| ErrorKind::InvalidData.into())
}

/// The bytes of a regular file of at most `bytes_max` bytes.
///
/// # Errors
/// The system's error, or that the file is not regular or too long.
pub fn bytes(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if read as u64 > bytes_max {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it has more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// Why a file could not be read or written, in plain words.
pub fn why(error: &Error) -> String {
    // The program's own errors are in plain words already.
    if error.get_ref().is_some() {
        return error.to_string();
    }
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "access is denied; check its permissions".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is a file, not a folder".to_owned(),
        _ => error.to_string(),
    }
}

fn refuse_other(found: &fs::Metadata) -> Result<()> {
    if found.is_file() {
        return Ok(());
    }
    let what = if found.is_dir() { "it is a folder" } else { "it is a device or a pipe, not a file" };
    Err(Error::new(ErrorKind::InvalidInput, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "four").unwrap();
        assert_eq!(text(&path, 4).unwrap(), "four");
        assert!(text(&path, 3).unwrap_err().to_string().contains("more than 3 bytes"));
        assert!(open(folder.path()).unwrap_err().to_string().contains("folder"));
        assert_eq!(open(&folder.path().join("b.txt")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_place_of_a_file_is_read_wherever_it_was_read_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "abcdef").unwrap();
        let file = open(&path).unwrap();
        let mut bytes = [0; 3];
        for (at, read) in [(3, b"def"), (0, b"abc"), (1, b"bcd")] {
            read_at(&file, &mut bytes, at).unwrap();
            assert_eq!(&bytes, read);
        }
        assert_eq!(read_at(&file, &mut bytes, 4).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn why_a_file_cannot_be_read_is_said_in_plain_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, [0xff, 0xfe, 0x41]).unwrap();
        assert_eq!(why(&text(&path, 10).unwrap_err()), "it is not UTF-8 text");
        assert_eq!(why(&open(&folder.path().join("b.txt")).unwrap_err()), "there is no such file or folder");
        assert_eq!(why(&open(folder.path()).unwrap_err()), "it is a folder");
        fs::write(&path, "long").unwrap();
        assert_eq!(why(&text(&path, 2).unwrap_err()), "it has more than 2 bytes");
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_not_opened() {
        assert!(open(Path::new("/dev/zero")).unwrap_err().to_string().contains("device or a pipe"));
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(open(&pipe).unwrap_err().to_string().contains("device or a pipe"));
    }
}
