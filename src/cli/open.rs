//! Opening a product file and signing in, with a message for every other outcome.

use std::env::VarError;
use std::path::Path;

use super::failure::Failure;
use super::{heads, upgrade};
use crate::ops::places;
use crate::ops::{self, FileState, Holder, Opened, Password, ProductFile, Session, WhyReadOnly};

/// The environment variable with the password.
const PASSWORD_VARIABLE: &str = "MAINSTAY_PASSWORD";

/// Opens a file for reading.
pub fn to_read(path: &Path) -> Result<ProductFile, Failure> {
    upgrade::report_leftovers(path);
    let mut file = quietly(path)?;
    heads::compare(&mut file, places::data_folder().as_deref());
    Ok(file)
}

/// Opens a file for reading without any remark.
pub fn quietly(path: &Path) -> Result<ProductFile, Failure> {
    match ProductFile::open_to_read(path)? {
        Opened::Open(file) => Ok(*file),
        Opened::Not(found) => Err(not_opened(path, &found)),
    }
}

/// Opens a file for writing and signs a person in. Nothing is written to a file that lacks an event that this workstation saw.
pub fn to_write(path: &Path, login: &str) -> Result<(ProductFile, Session, Password), Failure> {
    let opened = to_continue(path, login)?;
    match opened.0.behind() {
        Some(behind) => Err(heads::behind(path, behind)),
        None => Ok(opened),
    }
}

/// Opens a file for writing and signs a person in, also where it lacks an event that this workstation saw.
pub fn to_continue(path: &Path, login: &str) -> Result<(ProductFile, Session, Password), Failure> {
    upgrade::report_leftovers(path);
    match ProductFile::open_to_read(path) {
        Ok(Opened::Not(found)) => return Err(not_opened(path, &found)),
        Ok(Opened::Open(file)) => {
            if let Some(holder) = file.writer() {
                return Err(read_only(path, &WhyReadOnly::Locked(Some(holder))));
            }
        }
        // Opening for writing undoes an interrupted write, and reports everything else.
        Err(_) => {}
    }
    // The password comes before the lock, so that nobody keeps others out at the prompt.
    let password = password(&format!("Password of {login}: "))?;
    let (file, session) = signed_in(path, login, &password, places::data_folder().as_deref())?;
    Ok((file, session, password))
}

/// Becomes the writer of a file, in the name of the person who signs in. Without the right password the lock is released at once.
fn signed_in(
    path: &Path,
    login: &str,
    password: &Password,
    remembered: Option<&Path>,
) -> Result<(ProductFile, Session), Failure> {
    let mut file = match ProductFile::open(path, &ops::stamp())? {
        Opened::Open(file) => *file,
        Opened::Not(found) => return Err(not_opened(path, &found)),
    };
    if let Some(why) = file.why_read_only() {
        return Err(read_only(path, why));
    }
    upgrade::report_interrupted_write(&file);
    // The comparison comes before the sign-in, which may report failed attempts in an event.
    heads::compare(&mut file, remembered);
    let session = file.sign_in(login, password, &ops::stamp())?;
    file.name_writer(&session, &ops::stamp());
    for words in file.failure_words(&session)? {
        eprintln!("mainstay: {words}");
    }
    Ok((file, session))
}

/// The password from the environment, otherwise prompted for without echo.
pub fn password(prompt: &str) -> Result<Password, Failure> {
    given_or_asked(std::env::var(PASSWORD_VARIABLE), prompt, rpassword::ConfigBuilder::new().build())
}

/// The same for a variable that was already looked up. `terminal` is where the prompt and the answer go.
fn given_or_asked(
    variable: Result<String, VarError>,
    prompt: &str,
    terminal: rpassword::Config,
) -> Result<Password, Failure> {
    match variable {
        Ok(text) => Ok(Password::new(text)),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(format!("{PASSWORD_VARIABLE} is not text"))),
        Err(VarError::NotPresent) => {
            rpassword::prompt_password_with_config(prompt, terminal).map(Password::new).map_err(|_| {
                Failure::usage(format!(
                    "the password cannot be asked for, because there is no terminal; set {PASSWORD_VARIABLE}"
                ))
            })
        }
    }
}

/// Whether the password comes from the environment, so that it cannot be mistyped.
pub fn password_is_set() -> bool {
    std::env::var_os(PASSWORD_VARIABLE).is_some()
}

fn held_by(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| {
        format!(" by {} on {} since {}", holder.person, holder.machine, holder.since.words())
    })
}

fn read_only(path: &Path, why: &WhyReadOnly) -> Failure {
    let name = path.display();
    match why {
        WhyReadOnly::Locked(holder) => Failure::failed(format!(
            "{name} is being written to{}; try again when it has been closed there",
            held_by(holder.as_ref())
        )),
        WhyReadOnly::Damaged(what) => {
            Failure::integrity(format!("{name} is damaged ({what}); open a backup and keep the damaged file"))
        }
        WhyReadOnly::NotWritable => Failure::failed(format!(
            "{name} cannot be written; check the permissions of the file and its folder"
        )),
        WhyReadOnly::NotSignedIn => {
            Failure::failed(format!("{name} is open for reading until somebody signs in"))
        }
        WhyReadOnly::Older(version) => upgrade::needed(path, *version),
        WhyReadOnly::Behind(behind) => heads::behind(path, behind),
        WhyReadOnly::WriterAway(words) => Failure::failed(format!("{name}: {words}")),
    }
}

/// Why a file was not opened, and what to do about it.
pub fn not_opened(path: &Path, found: &FileState) -> Failure {
    let name = path.display();
    match found {
        FileState::Ready => Failure::failed(format!("{name} could not be opened; try again")),
        FileState::NeedsUpgrade { version } => upgrade::needed(path, *version),
        FileState::Newer { version } => Failure::failed(format!(
            "{name} was made by a newer program (schema {version}); install the latest version of Mainstay"
        )),
        FileState::NewerRules { rules } => Failure::failed(format!(
            "a newer program has changed {name} (rule set {rules}); install the latest version of Mainstay"
        )),
        FileState::Locked(holder) => Failure::failed(format!("{name} is in use{}", held_by(holder.as_ref()))),
        FileState::Damaged { what } => {
            Failure::integrity(format!("{name} is damaged ({what}); open a backup and keep the damaged file"))
        }
        FileState::NotOurs { what } => Failure::failed(format!("{name} is not a product file: {what}")),
        FileState::NotReadable { why } => Failure::failed(format!("{name} cannot be read: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use rpassword::{Config, ConfigBuilder};

    use super::*;
    use crate::ops::check_strength;

    /// Compares by password strength, with and without the password itself among the names.
    fn is_password(password: &Password, text: &str) -> bool {
        check_strength(password, &[], 0).is_ok() && check_strength(password, &[text], 1).is_err()
    }

    fn typed(text: &str, screen: &std::path::Path) -> Config {
        let screen = std::fs::File::create(screen).unwrap();
        ConfigBuilder::new().input_data(text.to_owned()).output_writer(screen).build()
    }

    #[test]
    fn the_lock_bears_the_name_of_the_person_and_a_wrong_password_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pump.mainstay");
        let written = ops::write_example(&path).unwrap();
        let login = "tomas";
        let refused = signed_in(&path, login, &Password::new("wrong"), None).err().unwrap();
        assert_ne!(refused.code, 0);
        assert!(quietly(&path).unwrap().writer().is_none(), "nobody holds the file");
        let (file, session) = signed_in(&path, login, &Password::new(&written.password), None).unwrap();
        let holder = quietly(&path).unwrap().writer().unwrap();
        assert_eq!(holder.person, session.name());
        assert!(file.why_read_only().is_none());
    }

    #[test]
    fn the_password_is_prompted_for_on_the_terminal_and_read_to_the_end_of_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let screen = folder.path().join("screen");
        let terminal = typed("violet tractor hums at noon\nnot this\n", &screen);
        let password = given_or_asked(Err(VarError::NotPresent), "Password of ana: ", terminal).unwrap();
        assert!(is_password(&password, "violet tractor hums at noon"));
        let shown = std::fs::read_to_string(screen).unwrap();
        assert_eq!(shown.trim_end(), "Password of ana:", "the typed password is not shown");
    }

    #[test]
    fn the_variable_takes_precedence_over_the_terminal_and_must_be_text() {
        let folder = tempfile::tempdir().unwrap();
        let screen = folder.path().join("screen");
        let password =
            given_or_asked(Ok("violet tractor".to_owned()), "Password: ", typed("other\n", &screen)).unwrap();
        assert!(is_password(&password, "violet tractor"));
        assert_eq!(std::fs::read_to_string(&screen).unwrap(), "", "there is no prompt");
        let odd = Err(VarError::NotUnicode(OsString::new()));
        let failure = given_or_asked(odd, "Password: ", typed("other\n", &screen)).unwrap_err();
        assert!(failure.words.contains("is not text"), "{failure:?}");
    }
}
