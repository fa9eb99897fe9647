//! The settings that the window keeps between runs: size, theme, text scale, recent files, widths. No data of a product.
//!
//! Belongs here: reading and writing one small RON file. Does not belong here: the effect of a setting.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::base::fresh_file::FreshFile;
use crate::domain::ids::Kind;
use crate::domain::time::Day;
use crate::ops::places;

use super::list_memory::ListMemory;
use super::spelling::OwnWords;
use super::theme::{SCALE_MAX, SCALE_MIN, ThemeChoice};

/// What draws the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renderer {
    /// The graphics processor, or the processor if there is none. Earlier programs wrote the other two words.
    #[default]
    #[serde(alias = "Wgpu", alias = "Glow")]
    Auto,
    /// The processor, without any graphics driver.
    Software,
}

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Inner size of the window in points.
    pub window_size: (f32, f32),
    /// Whether the window was maximised.
    pub maximised: bool,
    /// The theme.
    pub theme: ThemeChoice,
    /// Text scale in percent.
    pub text_scale: u16,
    /// What draws the window.
    pub renderer: Renderer,
    /// Recently opened files, newest first.
    pub recent: Vec<PathBuf>,
    /// The folders of the portfolio.
    pub portfolio: Vec<PathBuf>,
    /// Changed column widths by table, in points.
    pub column_widths: BTreeMap<String, Vec<Option<f32>>>,
    /// Columns and views of lists, by code of the kind.
    pub lists: BTreeMap<String, ListMemory>,
    /// Width of the navigation, in points.
    pub nav_width: f32,
    /// Whether the desktop is told once a day what is overdue.
    pub notify: bool,
    /// The day on which it was last told about a file, by the identity of the file.
    pub notified: BTreeMap<String, String>,
    /// The language whose words are marked, and the words that are accepted.
    pub spelling: OwnWords,
}

/// Most files for which the day of a notification is kept.
const NOTIFIED: usize = 100;
/// Most recent files that are kept.
const RECENT: usize = 12;
/// Most folders of the portfolio that are kept.
const PORTFOLIO: usize = 50;

impl Default for Settings {
    fn default() -> Self {
        Self {
            window_size: (1280.0, 840.0),
            maximised: false,
            theme: ThemeChoice::System,
            text_scale: 100,
            renderer: Renderer::Auto,
            recent: Vec::new(),
            portfolio: Vec::new(),
            column_widths: BTreeMap::new(),
            lists: BTreeMap::new(),
            nav_width: 220.0,
            notify: false,
            notified: BTreeMap::new(),
            spelling: OwnWords::default(),
        }
    }
}

impl Settings {
    /// Puts `file` first among the recent files.
    pub fn opened(&mut self, file: &Path) {
        // The file of the settings is text: a path that is none would keep all of them from being written.
        if file.to_str().is_none() {
            return;
        }
        self.recent.retain(|other| other != file);
        self.recent.insert(0, file.to_owned());
        self.recent.truncate(RECENT);
    }

    /// Notes that the desktop was told about a file on a day.
    pub fn told(&mut self, file: String, day: Day) {
        if self.notified.len() >= NOTIFIED {
            self.notified.clear();
        }
        self.notified.insert(file, day.to_string());
    }

    /// Clamps numbers that were edited or damaged to their range.
    fn clamped(mut self) -> Self {
        let within = |value: f32, least: f32, most: f32, otherwise: f32| {
            if value.is_finite() { value.clamp(least, most) } else { otherwise }
        };
        let (width, height) = self.window_size;
        self.window_size = (within(width, 640.0, 16_384.0, 1280.0), within(height, 480.0, 16_384.0, 840.0));
        self.nav_width = within(self.nav_width, 160.0, 400.0, 220.0);
        self.text_scale = self.text_scale.clamp(SCALE_MIN, SCALE_MAX);
        self.recent.truncate(RECENT);
        self.portfolio.truncate(PORTFOLIO);
        for width in self.column_widths.values_mut().flatten() {
            *width = width.filter(|points| points.is_finite()).map(|points| points.clamp(24.0, 4_096.0));
        }
        for (code, memory) in &mut self.lists {
            let known = Kind::from_code(code).map(|kind| std::mem::take(memory).sane(kind));
            *memory = known.unwrap_or_default();
        }
        self
    }
}

/// The result of reading the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The settings, or the defaults.
    pub settings: Settings,
    /// The message if the file could not be used: what happened, and what was done.
    pub notice: Option<(String, String)>,
}

/// The settings file of this user, if the system names a place.
pub fn default_path() -> Option<PathBuf> {
    places::settings_folder().map(|folder| folder.join("settings.ron"))
}

/// Size of the largest settings file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Reads the settings. A missing file means defaults. A broken file is renamed to `.bad` and the defaults are used.
pub fn load(path: &Path) -> Loaded {
    let read = match fs::metadata(path) {
        Ok(about) if about.len() > LONGEST => Err(format!("it is larger than {LONGEST} bytes")),
        Ok(_) => match fs::read_to_string(path) {
            Ok(text) => ron::from_str::<Settings>(&text).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(error.to_string()),
    };
    match read {
        Ok(settings) => Loaded { settings: settings.clamped(), notice: None },
        Err(why) => {
            let bad = with_ending(path, "bad");
            let moved = fs::rename(path, &bad).is_ok();
            let remedy = if moved {
                format!("The defaults are used. The old file was kept as {}.", bad.display())
            } else {
                "The defaults are used.".to_owned()
            };
            Loaded {
                settings: Settings::default(),
                notice: Some((format!("The settings could not be read: {why}."), remedy)),
            }
        }
    }
}

/// Reads the settings and leaves a broken file in place, for use before the window can show a message.
pub fn load_quietly(path: &Path) -> Settings {
    let fits = fs::metadata(path).is_ok_and(|about| about.len() <= LONGEST);
    let text = if fits { fs::read_to_string(path).unwrap_or_default() } else { String::new() };
    ron::from_str::<Settings>(&text).unwrap_or_default().clamped()
}

/// Writes the settings atomically: into a new file next to the old one, which it then replaces.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn save(path: &Path, settings: &Settings) -> io::Result<()> {
    written(path, settings)?.persist_over().map_err(io::Error::other)
}

/// The settings in a new file that does not have its name yet.
fn written(path: &Path, settings: &Settings) -> io::Result<FreshFile> {
    let text =
        ron::ser::to_string_pretty(settings, ron::ser::PrettyConfig::default()).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut fresh = FreshFile::over(path, Some(path)).map_err(io::Error::other)?;
    fresh.put(text.as_bytes()).map_err(io::Error::other)?;
    Ok(fresh)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::list_memory::SavedView;

    #[test]
    fn saved_settings_are_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep").join("settings.ron");
        let mut settings = Settings { theme: ThemeChoice::Dark, text_scale: 150, ..Settings::default() };
        settings.opened(Path::new("pump.mrec"));
        settings.column_widths.insert("feedback".to_owned(), vec![None, Some(120.0)]);
        let view = SavedView { name: "Weekly".to_owned(), ..SavedView::default() };
        let list =
            ListMemory { columns: vec!["title".to_owned()], views: vec![view], ..ListMemory::default() };
        settings.lists.insert("feedback".to_owned(), list);
        save(&path, &settings).expect("saved");
        assert_eq!(load(&path), Loaded { settings, notice: None });
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("read").count(), 1);
    }

    #[test]
    fn saving_leaves_foreign_files_alone_and_a_kill_leaves_the_former_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.ron");
        let foreign = folder.path().join("settings.ron.new");
        fs::write(&foreign, "notes").expect("written");
        let former = Settings { text_scale: 150, ..Settings::default() };
        save(&path, &former).expect("saved");
        // A killed program leaves the file that it was writing.
        std::mem::forget(written(&path, &Settings::default()).expect("written"));
        assert_eq!(load(&path).settings, former);
        assert_eq!(fs::read(&foreign).expect("kept"), b"notes");
        save(&path, &Settings::default()).expect("saved");
        assert_eq!(load(&path).settings, Settings::default());
    }

    #[test]
    fn a_missing_file_means_defaults_without_a_message() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(
            load(&folder.path().join("settings.ron")),
            Loaded { settings: Settings::default(), notice: None }
        );
    }

    #[test]
    fn a_broken_file_is_renamed_and_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.ron");
        for broken in [&b"(theme: Purple)"[..], b"\xff\xfe\x00", b"(((((", b""] {
            fs::write(&path, broken).expect("written");
            let loaded = load(&path);
            assert_eq!(loaded.settings, Settings::default());
            let (happened, remedy) = loaded.notice.expect("a notice");
            assert!(happened.starts_with("The settings could not be read"), "{happened}");
            assert!(remedy.contains("settings.ron.bad"), "{remedy}");
            assert!(!path.exists());
            assert_eq!(fs::read(folder.path().join("settings.ron.bad")).expect("kept"), broken);
        }
    }

    #[test]
    fn numbers_out_of_range_are_clamped_and_unknown_fields_are_skipped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.ron");
        fs::write(
            &path,
            r#"(text_scale: 900, window_size: (1.0, inf), nav_width: NaN, later: 3,
                lists: {"feedback": (columns: ["melted"], widths: {"title": NaN}), "melted": ()})"#,
        )
        .expect("written");
        let settings = load(&path).settings;
        assert_eq!(settings.text_scale, SCALE_MAX);
        assert_eq!(settings.window_size, (640.0, 840.0));
        assert_eq!(settings.lists.get("feedback"), Some(&ListMemory::default()));
        assert_eq!(settings.nav_width.to_bits(), 220.0_f32.to_bits());
    }

    #[test]
    fn the_renderers_of_earlier_programs_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.ron");
        for (word, renderer) in [
            ("Auto", Renderer::Auto),
            ("Wgpu", Renderer::Auto),
            ("Glow", Renderer::Auto),
            ("Software", Renderer::Software),
        ] {
            fs::write(&path, format!("(text_scale: 130, renderer: {word})")).expect("written");
            let loaded = load(&path);
            assert_eq!(loaded.notice, None, "{word}");
            assert_eq!((loaded.settings.text_scale, loaded.settings.renderer), (130, renderer), "{word}");
        }
    }

    #[test]
    fn recent_files_are_limited_and_each_is_listed_once() {
        let mut settings = Settings::default();
        for number in 0..40 {
            settings.opened(Path::new(&format!("{number}.mrec")));
        }
        settings.opened(Path::new("35.mrec"));
        assert_eq!(settings.recent.len(), RECENT);
        assert_eq!(settings.recent.first().map(PathBuf::as_path), Some(Path::new("35.mrec")));
        assert_eq!(settings.recent.iter().filter(|file| file.ends_with("35.mrec")).count(), 1);
    }
}
