//! The connection to a server: the only place of this crate that uses a network.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use mainstay_base::regular;
use mainstay_core::domain::text::counted;
use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::refused::{Doing, NotPublished};
use super::target::{Encryption, Target};

/// Greatest size of a file of certificates.
const ROOTS_BYTES_MAX: u64 = 16 << 20;
/// How long a server may be silent in the middle before the connection counts as lost.
const SILENCE: Duration = Duration::from_mins(1);
/// The oldest version of PostgreSQL whose views keep to the rights of the person who asks.
const OLDEST: i32 = 150_000;

/// Connects and looks whether the server can hold a mirror.
pub fn connect(target: &Target) -> Result<Client, NotPublished> {
    let mut config = Config::new();
    config
        .host(&target.host)
        .port(target.port)
        .application_name("mainstay publish")
        .connect_timeout(Duration::from_secs(target.patience))
        .tcp_user_timeout(SILENCE)
        .keepalives_idle(SILENCE);
    if let Some(user) = &target.user {
        config.user(user);
    }
    if let Some(database) = &target.database {
        config.dbname(database);
    }
    if let Some(password) = &target.password {
        config.password(password);
    }
    let doing = Doing::new(target, "connecting");
    let tls = match &target.encryption {
        Encryption::None => None,
        Encryption::Checked(roots) => Some(tls(target, roots.as_deref())?),
    };
    config.ssl_mode(if tls.is_none() { SslMode::Disable } else { SslMode::Require });
    let called = within(target.patience, move || match tls {
        None => config.connect(NoTls),
        Some(tls) => config.connect(tls),
    });
    let Some(called) = called else {
        return Err(NotPublished::Failed(format!(
            "{target} does not answer within {}; name the right port, or let it have longer with connect_timeout=SECONDS",
            counted(usize::try_from(target.patience).unwrap_or(usize::MAX), "second")
        )));
    };
    let mut client = called.map_err(|error| doing.not_connected(&error))?;
    refuse_unfit(&mut client, target, &doing)?;
    Ok(client)
}

/// What comes of work within so many seconds; `None` if it takes longer. Something that listens and says nothing would hold a call forever.
fn within<T: Send + 'static>(seconds: u64, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let called = thread::Builder::new().name("publish".to_owned());
    called.spawn(move || drop(sender.send(work()))).ok()?;
    receiver.recv_timeout(Duration::from_secs(seconds)).ok()
}

/// Refuses a server that cannot hold a mirror.
fn refuse_unfit(client: &mut Client, target: &Target, doing: &Doing<'_>) -> Result<(), NotPublished> {
    let sql = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4, pg_catalog.current_setting('server_encoding')";
    let read = client.query_one(sql, &[]).and_then(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let (version, encoding): (i32, String) = read.map_err(|error| doing.failed(&error))?;
    if version < OLDEST {
        return Err(NotPublished::Refused(format!(
            "{target}: the server is PostgreSQL {}; a mirror needs version 15 or later, whose views keep to the rights of who asks",
            version / 10_000
        )));
    }
    if encoding != "UTF8" {
        return Err(NotPublished::Refused(format!(
            "{target}: the database is encoded in {encoding}; make one that is encoded in UTF8"
        )));
    }
    Ok(())
}

fn tls(target: &Target, roots: Option<&Path>) -> Result<MakeRustlsConnect, NotPublished> {
    let mut known = RootCertStore::empty();
    let from = match roots {
        Some(path) => {
            let unusable =
                |why: String| NotPublished::Failed(format!("sslrootcert {}: {why}", path.display()));
            let text =
                regular::text(path, ROOTS_BYTES_MAX).map_err(|error| unusable(regular::why(&error)))?;
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
            let read = read.map_err(|_| unusable("it is not a file of certificates (PEM)".to_owned()))?;
            known.add_parsable_certificates(read);
            path.display().to_string()
        }
        None => {
            known.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            "this system".to_owned()
        }
    };
    if known.is_empty() {
        return Err(NotPublished::Failed(format!(
            "{target}: there is no certificate of an authority in {from}; name a file with sslrootcert=FILE.pem"
        )));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| NotPublished::Failed(format!("{target}: {error}")))?
        .with_root_certificates(known)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
