//! Which sources are updated from the network, and how: chosen by a person, kept on the workstation. Everything is off at first.
//!
//! Belongs here: the values, their checks and their file. Does not belong here: using them.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::line::unwritable;
use crate::refused::Refused;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::{network, regular};

/// Size of the largest settings file that is read.
const SETTINGS_BYTES_MAX: u64 = 1 << 20;

/// A source that can be updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateSource {
    /// National Vulnerability Database, API 2.0.
    Nvd,
    /// Archives of OSV, one for each ecosystem.
    Osv,
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// Exploit prediction scores.
    Epss,
    /// Publishers of CSAF documents.
    Csaf,
    /// Support dates of endoflife.date.
    Eol,
}

impl UpdateSource {
    /// In the order of an update.
    pub const ALL: [Self; 6] = [Self::Kev, Self::Epss, Self::Eol, Self::Osv, Self::Csaf, Self::Nvd];

    /// Its name on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nvd => "nvd",
            Self::Osv => "osv",
            Self::Kev => "kev",
            Self::Epss => "epss",
            Self::Csaf => "csaf",
            Self::Eol => "eol",
        }
    }

    /// Its name for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nvd => "NVD",
            Self::Osv => "OSV",
            Self::Kev => "CISA KEV",
            Self::Epss => "EPSS",
            Self::Csaf => "CSAF",
            Self::Eol => "endoflife.date",
        }
    }

    /// What it tells, in a few words.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Nvd => "Vulnerabilities with the products that they concern",
            Self::Osv => "Vulnerabilities of packages, by ecosystem",
            Self::Kev => "Which vulnerabilities are exploited",
            Self::Epss => "How likely an exploitation is",
            Self::Csaf => "Advisories of makers",
            Self::Eol => "Until when products are supported",
        }
    }

    /// The source with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }
}

/// A text that is never shown: not in a message, not in a log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever has to use or edit it.
    pub fn text(&self) -> &str {
        self.0.trim()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Secret(none)" } else { "Secret(hidden)" })
    }
}

/// What is updated, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateSettings {
    /// Whether the network may be used for this at all.
    pub allowed: bool,
    /// The sources that are on.
    pub sources: Vec<UpdateSource>,
    /// Address of the NVD API 2.0.
    pub nvd_address: String,
    /// Key of the NVD API: with it, NVD answers more often. It is secret.
    pub nvd_key: Secret,
    /// The address below which OSV has a folder for each ecosystem.
    pub osv_address: String,
    /// The ecosystems, as OSV writes them (`npm`, `PyPI`, `crates.io`).
    pub osv_ecosystems: Vec<String>,
    /// Address of the catalogue, JSON.
    pub kev_address: String,
    /// Address of the scores, CSV with gzip.
    pub epss_address: String,
    /// Addresses of `provider-metadata.json` files.
    pub csaf_providers: Vec<String>,
    /// Address of API v1 of endoflife.date.
    pub eol_address: String,
    /// The products, as endoflife.date writes them; empty means all.
    pub eol_products: Vec<String>,
    /// The proxy; empty means the one of the environment. It may contain a password.
    pub proxy: Secret,
}

impl Default for UpdateSettings {
    fn default() -> Self {
        Self {
            allowed: false,
            sources: Vec::new(),
            nvd_address: "https://services.nvd.nist.gov/rest/json/cves/2.0".to_owned(),
            nvd_key: Secret::default(),
            osv_address: "https://storage.googleapis.com/osv-vulnerabilities".to_owned(),
            osv_ecosystems: Vec::new(),
            kev_address:
                "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
                    .to_owned(),
            epss_address: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz".to_owned(),
            csaf_providers: Vec::new(),
            eol_address: "https://endoflife.date/api/v1".to_owned(),
            eol_products: Vec::new(),
            proxy: Secret::default(),
        }
    }
}

impl UpdateSettings {
    /// Whether a source is on.
    pub fn is_on(&self, source: UpdateSource) -> bool {
        self.sources.contains(&source)
    }

    /// Switches a source on or off.
    pub fn set(&mut self, source: UpdateSource, on: bool) {
        self.sources.retain(|other| *other != source);
        if on {
            self.sources.push(source);
            self.sources.sort_unstable();
        }
    }

    /// What is missing before an update, each as a sentence; empty means that it can begin.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if !self.allowed {
            missing.push("Updating from the network is switched off".to_owned());
        }
        if self.sources.is_empty() {
            missing.push("No source is chosen".to_owned());
        }
        for source in UpdateSource::ALL.into_iter().filter(|source| self.is_on(*source)) {
            let word = source.word();
            if source == UpdateSource::Osv && self.osv_ecosystems.is_empty() {
                missing.push("OSV: no ecosystem is named".to_owned());
            }
            if source == UpdateSource::Csaf && self.csaf_providers.is_empty() {
                missing.push("CSAF: no publisher is named".to_owned());
            }
            let wrong = self.addresses(source).into_iter().filter_map(|at| network::check_address(at).err());
            missing.extend(wrong.map(|why| format!("{word}: {why}")));
        }
        missing
    }

    fn addresses(&self, source: UpdateSource) -> Vec<&str> {
        match source {
            UpdateSource::Nvd => vec![&self.nvd_address],
            UpdateSource::Osv => vec![&self.osv_address],
            UpdateSource::Kev => vec![&self.kev_address],
            UpdateSource::Epss => vec![&self.epss_address],
            UpdateSource::Eol => vec![&self.eol_address],
            UpdateSource::Csaf => self.csaf_providers.iter().map(String::as_str).collect(),
        }
    }

    /// Reads the settings. A missing file means that everything is off.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what this program writes.
    pub fn load(path: &Path) -> Result<Self, Refused> {
        let refused = |why: String| Refused::Rule(format!("{} cannot be used: {why}", path.display()));
        match regular::text(path, SETTINGS_BYTES_MAX) {
            // The reason of the parser can repeat a value, and a value can be secret: only the place is told.
            Ok(text) => ron::from_str(&text).map_err(|error| {
                refused(format!("line {}: it is not what this program writes there", error.span.start.line))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(refused(regular::why(&error))),
        }
    }

    /// Writes the settings. Nobody else may read them, because they may contain a key.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Refused> {
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| Refused::Rule(format!("the settings cannot be written: {error}")))?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable(path))?;
        }
        let mut file = FreshFile::over(path, None)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let own = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(file.path(), own).map_err(unwritable(path))?;
        }
        file.put(text.as_bytes())?;
        Ok(file.persist_over()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_off_at_first_and_what_is_missing_is_told_at_once() {
        let mut settings = UpdateSettings::default();
        assert_eq!(settings.missing(), ["Updating from the network is switched off", "No source is chosen"]);
        settings.allowed = true;
        for source in UpdateSource::ALL {
            settings.set(source, true);
            assert_eq!(UpdateSource::from_code(source.code()), Some(source));
        }
        settings.kev_address = "http://mirror.example/kev.json".to_owned();
        let missing = settings.missing();
        assert_eq!(missing.len(), 3, "{missing:?}");
        assert!(
            missing.iter().any(|words| words.starts_with("CISA KEV: ") && words.contains("not encrypted"))
        );
    }

    #[test]
    fn settings_read_back_are_private_and_never_show_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("advisory-update.ron");
        assert_eq!(UpdateSettings::load(&path).unwrap(), UpdateSettings::default());
        let mut settings = UpdateSettings {
            nvd_key: Secret::new("0000-key"),
            proxy: Secret::new("http://u:0000-key@p:1"),
            ..UpdateSettings::default()
        };
        settings.set(UpdateSource::Nvd, true);
        settings.save(&path).unwrap();
        assert_eq!(UpdateSettings::load(&path).unwrap(), settings);
        assert!(!format!("{settings:?}").contains("0000-key"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "(\n nvd_key: 0000-key)").unwrap();
        let words = UpdateSettings::load(&path).unwrap_err().to_string();
        assert!(words.contains("line 2") && !words.contains("0000-key"), "{words}");
    }
}
