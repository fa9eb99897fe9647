//! Folders for data of the workstation that does not belong to a product.

use std::path::PathBuf;

use directories::ProjectDirs;

fn dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "Mainstay")
}

/// The folder of this person's settings and saved mappings, if the system has one.
pub fn settings_folder() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.config_dir().to_owned())
}

/// The folder of this person's calendars of working days, if the system has one.
pub fn calendar_folder() -> Option<PathBuf> {
    settings_folder().map(|folder| folder.join("calendars"))
}

/// The environment variable that names another folder for the data of this workstation.
const DATA_VARIABLE: &str = "MAINSTAY_DATA_FOLDER";

/// The folder of this person's backups, remembered heads and advisory data, if the system has one or the environment names one.
pub fn data_folder() -> Option<PathBuf> {
    let named = std::env::var_os(DATA_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| dirs().map(|dirs| dirs.data_local_dir().to_owned()))
}

/// The file of what is updated from the network, in a folder of settings.
pub fn update_settings_in(settings: &std::path::Path) -> PathBuf {
    settings.join("advisory-update.ron")
}

/// The folder of advisory data in a folder of this workstation's data.
pub fn cache_in(data: &std::path::Path) -> PathBuf {
    data.join("advisories")
}

/// The folder of advisory data, unless the person chooses another.
pub fn cache_folder() -> Option<PathBuf> {
    data_folder().map(|folder| cache_in(&folder))
}

/// The file of passwords that the clients of PostgreSQL read, if the system has a folder for it.
pub fn pass_file() -> Option<PathBuf> {
    let dirs = directories::BaseDirs::new()?;
    Some(if cfg!(windows) {
        dirs.config_dir().join("postgresql").join("pgpass.conf")
    } else {
        dirs.home_dir().join(".pgpass")
    })
}
