//! The file of passwords that PostgreSQL's own clients read: a line for each, `host:port:database:user:password`.

use std::path::Path;

use mainstay_base::regular;

use super::target::{Target, Unusable};

/// Greatest size of such a file.
const BYTES_MAX: u64 = 1 << 20;

/// The password of the first line that fits; `None` without one, or without a file.
///
/// # Errors
/// If others may read the file, or it cannot be read.
pub fn password(path: &Path, target: &Target) -> Result<Option<String>, Unusable> {
    if !path.exists() {
        return Ok(None);
    }
    if others_may_read(path) {
        return Err(Unusable::PassFile(format!(
            "{} may be read by others, so its passwords are not used; let only its owner read it (chmod 600)",
            path.display()
        )));
    }
    let text = regular::text(path, BYTES_MAX).map_err(|error| {
        Unusable::PassFile(format!("{} cannot be read: {}", path.display(), regular::why(&error)))
    })?;
    Ok(in_text(&text, target))
}

/// The password of the first line of a text that fits.
pub fn in_text(text: &str, target: &Target) -> Option<String> {
    let port = target.port.to_string();
    let user = target.user.as_deref().unwrap_or_default();
    let wanted = [&target.host, &port, target.database.as_deref().unwrap_or(user), user];
    text.lines().find_map(|line| fitting(line, wanted))
}

/// The password of a line whose first four parts fit.
fn fitting(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let parts = parts(line);
    let [host, port, database, user, password] = parts.as_slice() else { return None };
    let is = |part: &String, wanted: &str| part == "*" || part == wanted;
    let [wanted_host, wanted @ ..] = wanted;
    // A socket may also be written as localhost.
    let is_host = is(host, wanted_host) || (wanted_host.starts_with('/') && host == "localhost");
    let fits =
        is_host && [port, database, user].into_iter().zip(wanted).all(|(part, wanted)| is(part, wanted));
    fits.then(|| password.clone())
}

/// The parts between colons; a backslash takes away the meaning of what follows it.
fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let taken = match character {
            ':' if parts.len() < 5 => {
                parts.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let (Some(part), Some(taken)) = (parts.last_mut(), taken) {
            part.push(taken);
        }
    }
    parts
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
const fn others_may_read(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let wanted = ["db.example.org", "5432", "quality", "reports"];
        let find = |text: &str| text.lines().find_map(|line| fitting(line, wanted));
        assert_eq!(
            find("other:5432:quality:reports:no\n*:*:quality:reports:yes:\\:\\\\!"),
            Some("yes::\\!".to_owned())
        );
        let socket = ["/run/postgresql", "5432", "quality", "reports"];
        assert_eq!(fitting("localhost:*:*:reports:yes", socket), Some("yes".to_owned()));
        assert_eq!(fitting("/run/postgresql:*:*:reports:yes", socket), Some("yes".to_owned()));
        assert_eq!(find("# *:*:*:*:no\n*:5433:*:*:no\n*:*:*:no"), None);
    }
}
