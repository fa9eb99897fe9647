//! Where the program keeps what belongs to the workstation and not to a product.

use std::path::PathBuf;

use directories::ProjectDirs;

fn dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "Mainstay")
}

/// Where settings and saved mappings of this person are kept, if the system names a place.
pub fn settings_folder() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.config_dir().to_owned())
}

/// Where this person keeps calendars of working days, if the system names a place.
pub fn calendar_folder() -> Option<PathBuf> {
    settings_folder().map(|folder| folder.join("calendars"))
}

/// Where backups, remembered heads and advisory data of this person are kept, if the system names a place.
pub fn data_folder() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.data_local_dir().to_owned())
}

/// Where advisory data is kept unless a person chooses another folder.
pub fn cache_folder() -> Option<PathBuf> {
    data_folder().map(|folder| folder.join("advisories"))
}
