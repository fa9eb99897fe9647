//! A PostgreSQL server of the tests' own, on this machine: by a socket, by the loopback, and encrypted with certificates made with openssl.
//! All tests share it, each with a database of its own. It ends with them.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Of the roles that sign in over the loopback with a password.
pub const PASSWORD: &str = "seven;quiet/otters";

const CERTIFICATES: &str = "
new() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -subj \"/CN=$2\" -out $1.csr; }
for root in root other; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $root.key -subj /CN=$root -days 36500 -out $root.pem
done
new server localhost
printf 'subjectAltName=DNS:localhost' > names
openssl x509 -req -in server.csr -CA root.pem -CAkey root.key -set_serial 7 -days 36500 -extfile names -out server.pem
chmod 600 server.key
";

/// How the data of the server is made.
const INITDB: &str = "-D data -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8";

/// Stops the server when whoever started it has ended, however that was.
const WATCH: &str = "read -r line; kill -QUIT \"$(head -n 1 data/postmaster.pid)\"; sleep 1; rm -rf \"$PWD\"";

pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    pub port: u16,
    /// The server, and what waits for the end of this program.
    _children: [Child; 2],
}

/// A database of a test.
pub struct Database {
    pub cluster: &'static Cluster,
    pub name: String,
}

/// A database on the server that all tests share; `None`, with a message, where there is none.
pub fn database() -> Option<Database> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = SHARED.get_or_init(started);
    let cluster = cluster.as_ref()?;
    Some(new_database(cluster))
}

/// A database on a server that no other test uses, as it is killed.
pub fn database_of_its_own() -> Option<Database> {
    let cluster: &'static Cluster = Box::leak(Box::new(started()?));
    Some(new_database(cluster))
}

fn started() -> Option<Cluster> {
    let started = Cluster::start();
    started
        .map_err(|why| {
            let _ = writeln!(std::io::stderr(), "skipped: {}: {why}", module_path!());
        })
        .ok()
}

fn new_database(cluster: &'static Cluster) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    cluster.admin("postgres", &format!("CREATE DATABASE {name} OWNER publisher"));
    Database { cluster, name }
}

/// Where the programs of the server are: on the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    places.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    places.splice(0..0, std::env::split_paths(&path));
    places.into_iter().rev().find(|place| place.join("initdb").is_file() && place.join("psql").exists())
}

impl Cluster {
    fn start() -> Result<Self, String> {
        let bin = programs().ok_or("PostgreSQL is not installed")?;
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
        let shell = |script: &str| {
            let output = Command::new("sh").args(["-ec", script]).current_dir(&folder).output().unwrap();
            if output.status.success() {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        };
        shell(CERTIFICATES).map_err(|_| "openssl 3 is not installed")?;
        // A server refuses to run as root.
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if root {
            shell("chown -R postgres . && command -v runuser")
                .map_err(|_| "the server cannot be run as the user postgres")?;
        }
        let program = |name: &str| {
            let path = bin.join(name);
            let mut command = if root {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(path);
                command
            } else {
                Command::new(path)
            };
            command.current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let made = program("initdb").args(INITDB.split(' ')).status().unwrap();
        if !made.success() {
            return Err("a server could not be set up".to_owned());
        }
        let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n";
        std::fs::write(folder.join("data/pg_hba.conf"), rules).unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let place = folder.display();
        let settings = format!(
            "fsync=off listen_addresses=127.0.0.1,::1 port={port} unix_socket_directories={place} ssl=on ssl_cert_file={place}/server.pem \
             ssl_key_file={place}/server.key max_connections=60"
        );
        let mut server = program("postgres");
        server.args(["-D", "data"]);
        for setting in settings.split_whitespace() {
            server.args(["-c", setting]);
        }
        let server = server.spawn().unwrap();
        let watch = Command::new("sh")
            .args(["-c", WATCH])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let cluster = Self { folder, bin, port, _children: [server, watch] };
        cluster.wait_until_ready()?;
        let roles = ["publisher", "pump_team", "gateway_team", "quality", "stranger"];
        for role in roles {
            cluster.admin("postgres", &format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"));
        }
        Ok(cluster)
    }

    /// Waits until the server answers.
    pub fn wait_until_ready(&self) -> Result<(), String> {
        for _ in 0..300 {
            if self.psql("postgres", "postgres", "SELECT 1").0 {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err("a server could not be started".to_owned())
    }

    /// A file that was made with the certificates.
    pub fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn client(&self, database: &str, user: &str) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"]).arg(&self.folder).args([
            "-p",
            &self.port.to_string(),
            "-U",
            user,
            "-d",
            database,
        ]);
        command
    }

    /// What a role gets for SQL, by the socket; whether it went well.
    pub fn psql(&self, database: &str, user: &str, sql: &str) -> (bool, String) {
        said(self.client(database, user).args(["-c", sql]))
    }

    fn admin(&self, database: &str, sql: &str) -> String {
        let (good, words) = self.psql(database, "postgres", sql);
        assert!(good, "{sql}: {words}");
        words
    }
}

fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), words)
}

impl Database {
    /// The address by the socket.
    pub fn address(&self) -> String {
        let folder = self.cluster.folder.display();
        format!("postgresql://publisher@/{}?host={folder}&port={}", self.name, self.cluster.port)
    }

    /// The address by the loopback, of a host that leads there.
    pub fn loopback(&self, host: &str, port: u16, more: &str) -> String {
        format!("postgresql://publisher@{host}:{port}/{}?{more}", self.name)
    }

    /// What the administrator of the database gets.
    pub fn admin(&self, sql: &str) -> String {
        self.cluster.admin(&self.name, sql)
    }

    /// What a role gets; whether it went well.
    pub fn by(&self, user: &str, sql: &str) -> (bool, String) {
        self.cluster.psql(&self.name, user, sql)
    }

    /// Runs a script of psql as a role.
    pub fn script(&self, user: &str, script: &Path, more: &[&str]) -> (bool, String) {
        said(self.cluster.client(&self.name, user).args(more).arg("-f").arg(script))
    }

    /// Everything in the database but the moments of publishing.
    pub fn everything(&self) -> String {
        let mut text = String::new();
        for table in
            ["product_file", "event", "signature", "signing_key", "record", "kind", "reader", "mirror"]
        {
            let drop = if table == "product_file" { " - 'published_at'" } else { "" };
            let sql = format!("SELECT to_jsonb(t){drop} FROM mainstay.{table} t ORDER BY 1");
            text += &self.admin(&sql);
        }
        text
    }

    /// Whether there is a mirror in it.
    pub fn is_empty(&self) -> bool {
        self.admin("SELECT to_regnamespace('mainstay') IS NULL") == "t\n"
    }
}
