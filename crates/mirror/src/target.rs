//! Where to publish to: the address of a database as a person writes it. A password in it is never shown.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::pass_file;

/// How an address is written.
const LIKE: &str =
    "write it like postgresql://user@db.example.org:5432/reports?sslmode=verify-full&sslrootcert=ca.pem";
/// The options that an address may have.
const OPTIONS: &str = "host, port, user, password, dbname, sslmode, sslrootcert and connect_timeout";
/// How what has a meaning in an address is written in a part of it.
const WRITTEN: &str = "in a user, a password or a name, the characters : / ? # @ & % [ ] are written as \
    %3A %2F %3F %23 %40 %26 %25 %5B %5D";
/// The port of PostgreSQL.
const PORT: u16 = 5432;
/// How long a server may take to answer a call, in seconds, where the address does not say it.
const PATIENCE: u64 = 10;

/// Why an address cannot be used, in words that repeat nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It is not written as it should be.
    #[error("{0}")]
    Address(String),
    /// The file of passwords cannot be used.
    #[error("{0}")]
    PassFile(String),
}

/// What a person gave besides the address.
#[derive(Default, Clone)]
pub struct Given {
    /// The user, if the address names none: `PGUSER`, or the name of the account.
    pub user: Option<String>,
    /// The password, if the address has none: `PGPASSWORD`.
    pub password: Option<String>,
    /// The file with passwords: `PGPASSFILE`, or the one of the home folder.
    pub pass_file: Option<PathBuf>,
}

/// The address of a database.
#[derive(Clone)]
pub struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) encryption: Encryption,
    pub(crate) patience: u64,
}

/// Whether the connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// It is not: to this machine, or because a person wrote so.
    None,
    /// It is, and the certificate of the server is checked: against a file, or against those of the system.
    Checked(Option<PathBuf>),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (&self.host, self.port);
        let database = self.database.as_ref().or(self.user.as_ref());
        let database = database.map_or("the user's own database", String::as_str);
        match host {
            socket if socket.starts_with('/') => write!(f, "{database} at {socket} (port {port})"),
            six if six.contains(':') => write!(f, "{database} at [{six}]:{port}"),
            name => write!(f, "{database} at {name}:{port}"),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("database", &self.database)
            .field("encryption", &self.encryption)
            .finish_non_exhaustive()
    }
}

/// The parts of an address as they are written.
#[derive(Default)]
struct Parts {
    host: Option<String>,
    port: Option<String>,
    database: Option<String>,
    user: Option<String>,
    password: Option<String>,
    sslmode: Option<String>,
    sslrootcert: Option<String>,
    connect_timeout: Option<String>,
}

impl Target {
    /// Reads an address. A password comes from it, from `PGPASSWORD`, or from the file of passwords, in this order.
    ///
    /// # Errors
    /// In words, without repeating the address, as it may contain a password.
    pub fn parse(address: &str, given: &Given) -> Result<Self, Unusable> {
        let parts = Parts::of(address.trim())?;
        let host = parts.host.filter(|host| !host.is_empty()).unwrap_or_else(|| "localhost".to_owned());
        if host.contains(',') {
            return Err(usage("the address names several servers; name one"));
        }
        let number = |text: Option<String>, what: &str, otherwise: u64, most: u64| match text {
            None => Ok(otherwise),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| (1..=most).contains(number))
                .ok_or_else(|| usage(&format!("{what} of the address is not a number up to {most}"))),
        };
        let port = number(parts.port, "the port", u64::from(PORT), u64::from(u16::MAX))?;
        let patience = number(parts.connect_timeout, "connect_timeout", PATIENCE, 3600)?;
        let mut target = Self {
            encryption: encryption(&host, parts.sslmode.as_deref(), parts.sslrootcert)?,
            host,
            port: u16::try_from(port).unwrap_or(PORT),
            database: parts.database.filter(|name| !name.is_empty()),
            user: parts.user.or_else(|| given.user.clone()),
            password: parts.password.or_else(|| given.password.clone()),
            patience,
        };
        if let (None, Some(path)) = (&target.password, &given.pass_file) {
            target.password = pass_file::password(path, &target)?;
        }
        Ok(target)
    }

    /// Whether it is this machine.
    fn is_here(host: &str) -> bool {
        host.starts_with('/')
            || host == "localhost"
            || host.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// What the address says of encryption, by the words of PostgreSQL's own clients. An encrypted connection is always checked.
fn encryption(host: &str, mode: Option<&str>, roots: Option<String>) -> Result<Encryption, Unusable> {
    let roots = roots.filter(|roots| roots != "system").map(PathBuf::from);
    match mode {
        Some("disable") => Ok(Encryption::None),
        None if Target::is_here(host) && roots.is_none() => Ok(Encryption::None),
        None | Some("require" | "verify-ca" | "verify-full") if host.starts_with('/') => Err(usage(
            "a connection through a socket of this machine is never encrypted; leave sslmode and sslrootcert out",
        )),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(Encryption::Checked(roots)),
        Some("allow" | "prefer") => Err(usage(
            "sslmode allow or prefer would go on without encryption where the server has none; write verify-full, or disable",
        )),
        Some(_) => Err(usage("sslmode of the address is not known; write verify-full, or disable")),
    }
}

impl Parts {
    fn of(address: &str) -> Result<Self, Unusable> {
        let rest = ["postgresql://", "postgres://"].iter().find_map(|scheme| address.strip_prefix(scheme));
        let rest = rest.ok_or_else(|| usage(&format!("the address cannot be read; {LIKE}")))?;
        let (main, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (server, database) = main.split_once('/').unwrap_or((main, ""));
        // Behind a character of a password that is not written as it should be, the rest of the password would be taken for something else.
        if database.contains('@') || options.contains('@') {
            return Err(usage(&format!("an @ of the address is in the wrong place; {WRITTEN}")));
        }
        let (account, server) = server.rsplit_once('@').map_or((None, server), |(a, s)| (Some(a), s));
        let mut parts = Self::default();
        if let Some(account) = account {
            let (user, password) = account.split_once(':').map_or((account, None), |(u, p)| (u, Some(p)));
            parts.user = Some(decoded(user)?).filter(|user| !user.is_empty());
            parts.password = password.map(decoded).transpose()?;
        }
        let (host, port) = host_and_port(server)?;
        parts.host = Some(decoded(host)?).filter(|host| !host.is_empty());
        parts.port = port.map(decoded).transpose()?.filter(|port| !port.is_empty());
        parts.database = Some(decoded(database)?).filter(|name| !name.is_empty());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            *parts.option(name)? = Some(decoded(value)?);
        }
        Ok(parts)
    }

    fn option(&mut self, name: &str) -> Result<&mut Option<String>, Unusable> {
        Ok(match name {
            "host" => &mut self.host,
            "port" => &mut self.port,
            "user" => &mut self.user,
            "password" => &mut self.password,
            "dbname" => &mut self.database,
            "sslmode" => &mut self.sslmode,
            "sslrootcert" => &mut self.sslrootcert,
            "connect_timeout" => &mut self.connect_timeout,
            // Its name is not repeated: it may be a piece of a password.
            _ => {
                return Err(usage(&format!(
                    "the address has an option that is not known; the options are {OPTIONS}; {WRITTEN}"
                )));
            }
        })
    }
}

/// The host, which may be an IPv6 address in brackets, and the port.
fn host_and_port(server: &str) -> Result<(&str, Option<&str>), Unusable> {
    if let Some(rest) = server.strip_prefix('[') {
        let (host, after) =
            rest.split_once(']').ok_or_else(|| usage(&format!("the address cannot be read; {LIKE}")))?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(usage(&format!("the address cannot be read; {LIKE}"))),
        };
    }
    Ok(server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port))))
}

fn decoded(part: &str) -> Result<String, Unusable> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = part.as_bytes();
    let lone = |at: usize| !is_digit(bytes.get(at + 1)) || !is_digit(bytes.get(at + 2));
    if part.match_indices('%').any(|(at, _)| lone(at)) {
        return Err(usage(&format!(
            "a % of the address is not followed by two hexadecimal digits; {WRITTEN}"
        )));
    }
    let text = percent_decode_str(part).decode_utf8();
    let text = text.map_err(|_| usage("a part of the address is not UTF-8"))?;
    if text.contains(char::is_control) {
        return Err(usage("a part of the address has a control character; remove it"));
    }
    Ok(text.into_owned())
}

fn usage(words: &str) -> Unusable {
    Unusable::Address(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<Target, String> {
        Target::parse(address, &Given::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_is_read_as_postgresql_writes_it() {
        let target = parse(
            "postgresql://rep%40rts:s%3Acret@db.example.org:6432/quality?sslrootcert=ca%20file.pem&connect_timeout=3",
        )
        .unwrap();
        assert_eq!(target.to_string(), "quality at db.example.org:6432");
        assert_eq!((target.user.as_deref(), target.password.as_deref()), (Some("rep@rts"), Some("s:cret")));
        assert_eq!(target.encryption, Encryption::Checked(Some("ca file.pem".into())));
        assert_eq!(target.patience, 3);
        let here = parse("postgres://[::1]/quality").unwrap();
        assert_eq!((here.host.as_str(), here.port, &here.encryption), ("::1", 5432, &Encryption::None));
        assert_eq!(here.to_string(), "quality at [::1]:5432");
        let zone = parse("postgresql://ana@[fe80::1%25eth0]:/q").unwrap();
        assert_eq!(zone.to_string(), "q at [fe80::1%eth0]:5432");
        assert_eq!(zone.encryption, Encryption::Checked(None));
        let quoted = parse("postgresql://o%27neil%22@localhost/it%27s%20%22100%25%22").unwrap();
        assert_eq!(quoted.to_string(), "it's \"100%\" at localhost:5432");
        assert_eq!(quoted.user.as_deref(), Some("o'neil\""));
        let socket = parse("postgresql:///quality?host=/run/postgresql&port=5433").unwrap();
        assert_eq!(socket.to_string(), "quality at /run/postgresql (port 5433)");
    }

    #[test]
    fn a_connection_to_another_machine_is_encrypted_unless_a_person_writes_otherwise() {
        let encryption = |address| parse(address).unwrap().encryption;
        assert_eq!(encryption("postgresql://db.example.org/q"), Encryption::Checked(None));
        assert_eq!(encryption("postgresql://db.example.org/q?sslmode=require"), Encryption::Checked(None));
        assert_eq!(encryption("postgresql://db.example.org/q?sslmode=disable"), Encryption::None);
        assert_eq!(encryption("postgresql://127.0.0.1/q"), Encryption::None);
        assert_eq!(encryption("postgresql://127.0.0.1/q?sslmode=verify-full"), Encryption::Checked(None));
        for mode in ["prefer", "allow", "off"] {
            let words = parse(&format!("postgresql://db.example.org/q?sslmode={mode}")).unwrap_err();
            assert!(words.contains("write verify-full, or disable"), "{words}");
        }
    }

    #[test]
    fn a_password_is_in_no_message_and_no_debug_text() {
        for address in [
            "postgresql://ana:secret?x=secret@db.example.org/q",
            "postgresql://ana:secret@db.example.org:secret/q",
            "ana:secret@db.example.org/q",
            "postgresql://ana:secret%FF@db.example.org/q",
            "postgresql://ana:secret@[::1/q",
            "postgresql://db.example.org/q?sslmode=secret",
            "postgresql://ana:12/secret@db.example.org/q",
            "postgresql://ana:12?host=secret@db.example.org/q",
            "postgresql://ana:12?dbname=secret@db.example.org/q",
            "postgresql://ana:secret%2@db.example.org/q",
            "postgresql://ana:secret%00@db.example.org/q",
            "postgresql://ana:secret@[::1]secret/q",
        ] {
            let words = parse(address).unwrap_err();
            assert!(!words.contains("secret"), "{words}");
        }
        let target = parse("postgresql://ana:secret@db.example.org/q").unwrap();
        assert!(!format!("{target:?} {target}").contains("secret"));
    }
}
