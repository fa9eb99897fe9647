//! A time stamp authority on this machine, made with openssl, that answers on the loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use mainstay::ops::{Act, Request};
use serde_json::json;

use crate::desk::{Desk, fields};

const CONFIGURATION: &str = "
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
[stamping]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = only
[only]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
";

const MAKE: &str = "
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -subj /CN=Root -config cnf -extensions ca -days 36500 -out root.pem
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -subj /CN=Stamps -config cnf -out tsa.csr
openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 7 -days 36500 -extfile cnf -extensions stamping -out tsa.pem
";

/// What the authority answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    Rightly,
    /// With an error of the server.
    With500,
    /// With a page for people.
    WithAPage,
    /// With more than anybody reads.
    WithTooMuch,
    /// With the reply to another query about the same digest.
    ToAnotherQuery,
    /// With half of what it announced.
    Half,
}

pub struct Authority {
    folder: tempfile::TempDir,
    pub root: String,
}

fn shell(folder: &Path, script: &str) -> bool {
    let output = Command::new("sh").args(["-ec", script]).current_dir(folder).output().unwrap();
    output.status.success()
}

impl Authority {
    fn make() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cnf"), CONFIGURATION).unwrap();
        if !shell(folder.path(), MAKE) {
            let _ = writeln!(std::io::stderr(), "skipped: {}: openssl 3 is not installed", module_path!());
            return None;
        }
        let root = std::fs::read_to_string(folder.path().join("root.pem")).unwrap();
        Some(Self { folder, root })
    }

    /// The authority that all tests share; `None`, with a message, without openssl.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Authority>> = OnceLock::new();
        SHARED.get_or_init(Self::make).as_ref()
    }

    /// The reply to a query.
    pub fn reply(&self, query: &[u8]) -> Vec<u8> {
        let own = tempfile::tempdir().unwrap();
        for name in ["cnf", "tsa.pem", "tsa.key"] {
            std::fs::copy(self.folder.path().join(name), own.path().join(name)).unwrap();
        }
        std::fs::write(own.path().join("query"), query).unwrap();
        let script =
            "openssl ts -reply -config cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply";
        assert!(shell(own.path(), script));
        std::fs::read(own.path().join("reply")).unwrap()
    }

    /// Answers on the loopback for as long as the tests run. Returns the address.
    pub fn serve(&'static self, answers: Answers) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/stamp", listener.local_addr().unwrap());
        let answer = move || {
            for stream in listener.incoming() {
                // A client that went away is no fault of the authority.
                let _ = self.answer(stream.unwrap(), answers);
            }
        };
        thread::Builder::new().name("authority".to_owned()).spawn(answer).unwrap();
        address
    }

    fn answer(&self, stream: TcpStream, answers: Answers) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let (mut length, mut line) = (0, String::new());
        while reader.read_line(&mut line)? > 2 {
            let lower = line.to_ascii_lowercase();
            if let Some(bytes) = lower.strip_prefix("content-length:") {
                length = bytes.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut query = vec![0; length];
        reader.read_exact(&mut query)?;
        if answers == Answers::ToAnotherQuery {
            // The last byte of the number of the query stands before the wish for certificates.
            let at = length - 4;
            query[at] ^= 2;
        }
        let (status, body) = match answers {
            Answers::Rightly | Answers::ToAnotherQuery | Answers::Half => ("200 OK", self.reply(&query)),
            Answers::With500 => ("500 Out of order", Vec::new()),
            Answers::WithAPage => ("200 OK", b"<html>Log in to the network first</html>".to_vec()),
            Answers::WithTooMuch => ("200 OK", vec![0x30; 200_000]),
        };
        let mut stream = reader.into_inner();
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
        let sent = if answers == Answers::Half { &body[..body.len() / 2] } else { &body[..] };
        stream.write_all(sent)
    }
}

/// The policy of a desk trusts this authority, at an address or at none.
pub fn trust(desk: &mut Desk, authority: &Authority, address: &str) {
    let set = json!({"time_authority": address, "time_authority_certificates": authority.root});
    desk.signed("ana", policy(set)).unwrap();
}

/// An edit of the policy.
pub fn policy(set: serde_json::Value) -> Act {
    Act::from(Request::Edit { id: "PL-0001".parse().unwrap(), set: fields(set) }).because("As decided")
}
