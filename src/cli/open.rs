//! Opening a product file and signing in, with words for everything that can be found instead.

use std::env::VarError;
use std::path::Path;

use super::failure::Failure;
use super::upgrade;
use crate::ops::{self, FileState, Holder, Opened, Password, ProductFile, Session, WhyReadOnly};

/// The variable that a password is read from.
const PASSWORD_VARIABLE: &str = "MAINSTAY_PASSWORD";

/// Opens a file to read it.
pub fn to_read(path: &Path) -> Result<ProductFile, Failure> {
    upgrade::tell_leftovers(path);
    match ProductFile::open_to_read(path)? {
        Opened::Open(file) => Ok(*file),
        Opened::Not(found) => Err(not_opened(path, &found)),
    }
}

/// Opens a file to write to it and signs a person in.
pub fn to_write(path: &Path, login: &str) -> Result<(ProductFile, Session, Password), Failure> {
    upgrade::tell_leftovers(path);
    let mut file = match ProductFile::open(path, &ops::stamp())? {
        Opened::Open(file) => *file,
        Opened::Not(found) => return Err(not_opened(path, &found)),
    };
    if let Some(why) = file.why_read_only() {
        return Err(read_only(path, why));
    }
    upgrade::tell_taken_back(&file);
    let password = password(&format!("Password of {login}: "))?;
    let session = file.sign_in(login, &password, &ops::stamp())?;
    Ok((file, session, password))
}

/// The password from the environment, else asked for without echo.
pub fn password(prompt: &str) -> Result<Password, Failure> {
    given_or_asked(std::env::var(PASSWORD_VARIABLE), prompt, rpassword::ConfigBuilder::new().build())
}

/// The same for a variable that was looked up already. `terminal`: where the prompt goes and the answer comes from.
fn given_or_asked(
    variable: Result<String, VarError>,
    prompt: &str,
    terminal: rpassword::Config,
) -> Result<Password, Failure> {
    match variable {
        Ok(text) => Ok(Password::new(text)),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(format!("{PASSWORD_VARIABLE} is no text"))),
        Err(VarError::NotPresent) => {
            rpassword::prompt_password_with_config(prompt, terminal).map(Password::new).map_err(|error| {
                Failure::usage(format!("no password could be asked for ({error}); set {PASSWORD_VARIABLE}"))
            })
        }
    }
}

/// Whether the password comes from the environment, so that nobody can mistype it.
pub fn password_is_set() -> bool {
    std::env::var_os(PASSWORD_VARIABLE).is_some()
}

fn by(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| {
        format!(" by {} on {} since {}", holder.person, holder.machine, holder.since.words())
    })
}

fn read_only(path: &Path, why: &WhyReadOnly) -> Failure {
    let name = path.display();
    match why {
        WhyReadOnly::Locked(holder) => Failure::failed(format!(
            "{name} is being written to{}; try again when it is closed there",
            by(holder.as_ref())
        )),
        WhyReadOnly::Damaged(what) => Failure::integrity(format!(
            "{name} is damaged ({what}); open a backup, and keep the damaged file"
        )),
        WhyReadOnly::NotWritable => Failure::failed(format!(
            "{name} cannot be written; check the permissions of the file and its folder"
        )),
        WhyReadOnly::Older(version) => upgrade::needed(path, *version),
        WhyReadOnly::WriterAway(words) => Failure::failed(format!("{name}: {words}")),
    }
}

/// Why a file was not opened, and what to do.
pub fn not_opened(path: &Path, found: &FileState) -> Failure {
    let name = path.display();
    match found {
        FileState::Ready => Failure::failed(format!("{name} could not be opened; try again")),
        FileState::NeedsUpgrade { version } => upgrade::needed(path, *version),
        FileState::Newer { version } => Failure::failed(format!(
            "{name} was made by a later program (schema {version}); install the present version of Mainstay"
        )),
        FileState::NewerRules { rules } => Failure::failed(format!(
            "a later program worked in {name} (rule set {rules}); install the present version of Mainstay"
        )),
        FileState::Locked(holder) => Failure::failed(format!("{name} is in use{}", by(holder.as_ref()))),
        FileState::Damaged { what } => Failure::integrity(format!(
            "{name} is damaged ({what}); open a backup, and keep the damaged file"
        )),
        FileState::NotOurs { what } => Failure::failed(format!("{name} is no product file: {what}")),
        FileState::NotReadable { why } => Failure::failed(format!("{name} cannot be read: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use rpassword::{Config, ConfigBuilder};

    use super::*;
    use crate::ops::check_strength;

    /// What was understood, told by whether it passes as strong with and without itself among the names.
    fn is(password: &Password, text: &str) -> bool {
        check_strength(password, &[], 0).is_ok() && check_strength(password, &[text], 1).is_err()
    }

    fn typed(text: &str, screen: &std::path::Path) -> Config {
        let screen = std::fs::File::create(screen).unwrap();
        ConfigBuilder::new().input_data(text.to_owned()).output_writer(screen).build()
    }

    #[test]
    fn the_password_is_asked_for_on_the_terminal_and_read_to_the_end_of_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let screen = folder.path().join("screen");
        let terminal = typed("violet tractor hums at noon\nnot this\n", &screen);
        let password = given_or_asked(Err(VarError::NotPresent), "Password of ana: ", terminal).unwrap();
        assert!(is(&password, "violet tractor hums at noon"));
        let shown = std::fs::read_to_string(screen).unwrap();
        assert_eq!(shown.trim_end(), "Password of ana:", "what is typed is not shown");
    }

    #[test]
    fn the_variable_goes_before_the_terminal_and_must_be_text() {
        let folder = tempfile::tempdir().unwrap();
        let screen = folder.path().join("screen");
        let password =
            given_or_asked(Ok("violet tractor".to_owned()), "Password: ", typed("other\n", &screen)).unwrap();
        assert!(is(&password, "violet tractor"));
        assert_eq!(std::fs::read_to_string(&screen).unwrap(), "", "nothing is asked");
        let odd = Err(VarError::NotUnicode(OsString::new()));
        let failure = given_or_asked(odd, "Password: ", typed("other\n", &screen)).unwrap_err();
        assert!(failure.words.contains("is no text"), "{failure:?}");
    }
}
