//! Why nothing was published, in words that help and never repeat a password.

use std::error::Error;
use std::io;

use mainstay_core::ops::{Refused, StoreError};
use postgres::error::SqlState;

use super::target::{Target, Unusable};

/// Why nothing of a file was published. The database is then as it was before.
#[derive(Debug, thiserror::Error)]
pub enum NotPublished {
    /// The address cannot be used.
    #[error("{0}")]
    Usage(String),
    /// The server, the connection or the database failed.
    #[error("{0}")]
    Failed(String),
    /// What the database holds does not let this file be published.
    #[error("{0}")]
    Refused(String),
    /// The file cannot be read or contradicts itself.
    #[error("{0}")]
    File(#[from] Refused),
}

impl From<Unusable> for NotPublished {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Address(words) => Self::Usage(words),
            Unusable::PassFile(words) => Self::Failed(words),
        }
    }
}

impl From<StoreError> for NotPublished {
    fn from(error: StoreError) -> Self {
        Self::File(error.into())
    }
}

/// What is done at the moment, for the words of a failure.
pub struct Doing<'a> {
    target: &'a Target,
    what: String,
}

impl<'a> Doing<'a> {
    /// Nothing is done yet.
    pub fn new(target: &'a Target, what: &str) -> Self {
        Self { target, what: what.to_owned() }
    }

    /// From now on this is done.
    pub fn now(&mut self, what: impl Into<String>) {
        self.what = what.into();
    }

    /// Why the server or the connection failed.
    pub fn failed(&self, error: &postgres::Error) -> NotPublished {
        let (target, what) = (self.target, &self.what);
        if let Some(said) = error.as_db_error() {
            return NotPublished::Failed(self.server_words(said));
        }
        if let Some(why) = certificate_words(error) {
            return NotPublished::Failed(format!("{target}: {why}"));
        }
        let cause = innermost(error);
        if cause.contains("does not support TLS") {
            return NotPublished::Failed(format!(
                "{target}: the server has no encrypted connection; let it have one, or write sslmode=disable to go without"
            ));
        }
        if error.is_closed() || is_io(error) {
            return NotPublished::Failed(format!(
                "{target}: the connection was lost while {what}: {cause}. Nothing of it was kept; publish again"
            ));
        }
        NotPublished::Failed(format!("{target}: {what} failed: {cause}"))
    }

    /// Why bytes could not be sent.
    pub fn not_sent(&self, error: &io::Error) -> NotPublished {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<postgres::Error>());
        match inner {
            Some(inner) => self.failed(inner),
            None => NotPublished::Failed(format!("{}: {} failed: {error}", self.target, self.what)),
        }
    }

    /// Why there is no connection.
    pub fn not_connected(&self, error: &postgres::Error) -> NotPublished {
        let said = error.as_db_error();
        let is_word = |code: &SqlState| {
            [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code)
        };
        let target = self.target;
        if let Some(said) = said.filter(|said| is_word(said.code())) {
            return NotPublished::Failed(format!(
                "{target}: the server does not let this user in: {}. A password is read from PGPASSWORD, from the file of passwords, or \
                 from the address",
                said.message()
            ));
        }
        let cause = innermost(error);
        if cause.contains("password missing") {
            return NotPublished::Failed(format!(
                "{target}: the server asks for a password; give it in PGPASSWORD, in the file of passwords, or in the address"
            ));
        }
        let known = said.is_some() || certificate_words(error).is_some() || cause.contains("TLS");
        if known {
            return self.failed(error);
        }
        NotPublished::Failed(format!("{target} cannot be reached: {cause}"))
    }

    /// Why the end of the transaction was not confirmed. Then it is not known whether it was kept.
    pub fn not_committed(&self, error: &postgres::Error) -> NotPublished {
        if error.as_db_error().is_some() {
            return self.failed(error);
        }
        NotPublished::Failed(format!(
            "{}: the connection was lost at the very end, so all of it was kept or nothing: {}. Publish again; it goes on from what the \
             database has",
            self.target,
            innermost(error)
        ))
    }

    fn server_words(&self, said: &postgres::error::DbError) -> String {
        let (target, what, message) = (self.target, &self.what, said.message());
        let code = said.code();
        if *code == SqlState::LOCK_NOT_AVAILABLE {
            return format!(
                "{target}: {what} took longer than 30 seconds, as another program holds what is needed; try again when it is done"
            );
        }
        if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN].contains(code) {
            return format!(
                "{target}: the connection was lost while {what}: {message}. Nothing of it was kept; publish again"
            );
        }
        if *code == SqlState::INSUFFICIENT_PRIVILEGE {
            return format!(
                "{target}: the server refused while {what}: {message}. Publish as the role that owns the mirror, or that may make one"
            );
        }
        // What the server adds may repeat a whole row, except where it lists what depends on a view.
        let depends = *code == SqlState::DEPENDENT_OBJECTS_STILL_EXIST;
        let more =
            said.detail().filter(|_| depends).map(|detail| format!(" ({})", detail.replace('\n', "; ")));
        format!("{target}: the server refused while {what}: {message}{}", more.unwrap_or_default())
    }
}

/// What does not fit about a certificate.
fn certificate_words(error: &postgres::Error) -> Option<String> {
    use rustls::{CertificateError, Error as TlsError};
    let found = causes(error).find_map(|cause| {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause.downcast_ref::<TlsError>().or_else(|| inner?.downcast_ref())
    })?;
    let why = match found {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "is from no authority that is known here; name that of the server with sslrootcert=FILE.pem"
                .to_owned()
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "is for a server of another name; write the name that the certificate has".to_owned(),
        TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "has expired".to_owned()
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "is not valid yet; look at the clock of this machine".to_owned(),
        TlsError::InvalidCertificate(other) => format!("is not accepted: {other}"),
        other => return Some(format!("no encrypted connection came about: {other}")),
    };
    Some(format!("the certificate of the server {why}. Nothing was sent"))
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| Error::source(*error))
}

fn is_io(error: &postgres::Error) -> bool {
    causes(error).any(|cause| cause.is::<io::Error>())
}

/// The first cause, which says most.
fn innermost(error: &postgres::Error) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}
