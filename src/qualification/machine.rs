//! What the pack says of program and machine. No personal data but the name of the machine and that of the user.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::base::database::sqlite_version;
use crate::ops::{self, PacketFonts, places};

/// A folder that the program uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// What it is for.
    pub purpose: String,
    /// Where it is.
    pub path: String,
    /// Whether it is there, and who may do what.
    pub rights: String,
}

/// Program and machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Name and version of the program.
    pub program: String,
    /// The rule set by which it works.
    pub rules: u32,
    /// The file that runs.
    pub executable: String,
    /// Its SHA-256, or why it is not known.
    pub executable_sha256: String,
    /// The system.
    pub system: String,
    /// The processor.
    pub processor: String,
    /// Name of the machine.
    pub machine: String,
    /// Name of the user.
    pub user: String,
    /// Version of SQLite inside the program.
    pub sqlite: String,
    /// The fonts inside the program, with their digests.
    pub fonts: Vec<(String, String)>,
    /// How many families of fonts there are with those of the system.
    pub font_families: usize,
    /// The folders of the program.
    pub folders: Vec<Folder>,
}

impl Machine {
    /// Reads them.
    pub fn read() -> Self {
        let executable = std::env::current_exe();
        let digest = match &executable {
            Ok(path) => {
                ops::digest_of(path, &|_| true).unwrap_or_else(|refusal| format!("Not known: {refusal}"))
            }
            Err(error) => format!("Not known: {error}"),
        };
        let folders = [
            ("Settings", places::settings_folder()),
            ("Backups, remembered heads", places::data_folder()),
            ("Advisory data", places::cache_folder()),
            ("Temporary files", Some(std::env::temp_dir())),
        ];
        Self {
            program: program(),
            rules: crate::domain::requests::RULES,
            executable: executable.map_or_else(|_| "Not known".to_owned(), |path| path.display().to_string()),
            executable_sha256: digest,
            system: system(),
            processor: format!(
                "{}, {} cores",
                std::env::consts::ARCH,
                std::thread::available_parallelism().map_or(1, usize::from)
            ),
            machine: ops::stamp().machine,
            user: user(),
            sqlite: sqlite_version().to_owned(),
            fonts: PacketFonts::inside_the_program(),
            font_families: PacketFonts::with_system().families(),
            folders: folders.into_iter().map(|(purpose, path)| folder(purpose, path.as_deref())).collect(),
        }
    }
}

/// Name and version of the program.
pub fn program() -> String {
    format!("Mainstay {}", env!("CARGO_PKG_VERSION"))
}

fn user() -> String {
    let named = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let named = named.filter(|name| !name.is_empty()).or_else(account);
    named.unwrap_or_else(|| "Not known".to_owned())
}

/// The account to which this process belongs, where the environment does not name it.
#[cfg(unix)]
fn account() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let number = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let of = |line: &str| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == number).then(|| name.to_owned())
    };
    accounts.lines().find_map(of)
}

#[cfg(not(unix))]
fn account() -> Option<String> {
    None
}

/// The name of the system as it gives it itself.
fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or_else(|| std::env::consts::OS.to_owned(), |name| name.trim_matches('"').to_owned());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.trim();
    if kernel.is_empty() { name } else { format!("{name}, kernel {kernel}") }
}

fn folder(purpose: &str, path: Option<&Path>) -> Folder {
    let shown = path.map_or_else(|| "The system has none".to_owned(), |path| path.display().to_string());
    Folder { purpose: purpose.to_owned(), path: shown, rights: path.map(rights).unwrap_or_default() }
}

/// Whether a folder can be written, tried with a file that is removed again.
pub fn writable(folder: &Path) -> Result<(), String> {
    tempfile::tempfile_in(folder).map(drop).map_err(|error| error.to_string())
}

fn rights(folder: &Path) -> String {
    let Ok(found) = std::fs::metadata(folder) else {
        return "It is not there yet; the program makes it when it first keeps something there".to_owned();
    };
    let may = match writable(folder) {
        Ok(()) => "can be written".to_owned(),
        Err(error) => format!("cannot be written: {error}"),
    };
    match mode(&found) {
        Some(mode) => format!("{may}; rights {mode}"),
        None => may,
    }
}

#[cfg(unix)]
fn mode(found: &std::fs::Metadata) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(format!("{:03o}", found.permissions().mode() & 0o777))
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> Option<String> {
    None
}

/// The folder in which this program lies.
pub fn own_file() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| error.to_string())
}
