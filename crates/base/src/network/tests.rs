//! Requests to a small server on this machine.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;

/// Answers one request after another with the given bytes, and keeps what was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::Builder::new()
            .spawn(move || {
                for answer in answers {
                    let (mut stream, _) = listener.accept().unwrap();
                    kept.lock().unwrap().push(request_of(&mut stream));
                    let _ = stream.write_all(&answer);
                }
            })
            .unwrap();
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn request(&self, path: &str) -> Get {
        Get {
            address: format!("{}{path}", self.address),
            limit: 1 << 20,
            patience: Duration::from_secs(5),
            longest: Duration::from_secs(20),
            ..Get::default()
        }
    }
}

fn request_of(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        request.push(byte[0]);
    }
    String::from_utf8(request).unwrap()
}

fn ok(body: &str, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn head(status: &str, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n{more}Connection: close\r\n\r\n").into_bytes()
}

fn fetched(request: &Get) -> (Result<Answer, NoAnswer>, Vec<u8>) {
    let mut to = Vec::new();
    let answer = get(request, &mut to, &|_, _| true);
    (answer, to)
}

#[test]
fn an_answer_is_written_with_its_tag_and_date() {
    let server = Server::new(vec![ok(
        "{\"a\": 1}",
        "ETag: \"v1\"\r\nLast-Modified: Sun, 01 Nov 2026 10:00:00 GMT\r\n",
    )]);
    let mut request = server.request("/feed.json");
    request.headers.push(("apikey", "secret-value".to_owned()));
    request.known_tag = Some("\"v0\"".to_owned());
    let (answer, body) = fetched(&request);
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.bytes, body.as_slice()), (200, 8, &b"{\"a\": 1}"[..]));
    assert_eq!(answer.tag.as_deref(), Some("\"v1\""));
    assert_eq!(answer.date.as_deref(), Some("Sun, 01 Nov 2026 10:00:00 GMT"));
    let asked = server.asked().concat().to_lowercase();
    assert!(asked.starts_with("get /feed.json "), "{asked}");
    assert!(asked.contains("apikey: secret-value") && asked.contains("if-none-match: \"v0\""), "{asked}");
    assert!(!format!("{request:?}").contains("secret-value"));
}

#[test]
fn a_status_is_data_and_its_body_is_not_written() {
    let answers = vec![
        head("304 Not Modified", ""),
        head("429 Too Many Requests", "Retry-After: 7\r\n"),
        head(
            "503 Service Unavailable",
            "Date: Sun, 01 Nov 2026 10:00:00 GMT\r\nRetry-After: Sun, 01 Nov 2026 10:01:30 GMT\r\n",
        ),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone".to_vec(),
    ];
    let server = Server::new(answers);
    let seen: Vec<(u16, Option<u64>)> = (0..4)
        .map(|_| {
            let (answer, body) = fetched(&server.request("/"));
            let answer = answer.unwrap();
            assert!(body.is_empty());
            (answer.status, answer.retry_after.map(|wait| wait.as_secs()))
        })
        .collect();
    assert_eq!(seen, [(304, None), (429, Some(7)), (503, Some(90)), (404, None)]);
}

#[test]
fn an_answer_that_is_cut_is_an_error_that_may_pass() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf".to_vec();
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nhalf\r\n".to_vec();
    let server = Server::new(vec![cut, chunked, Vec::new()]);
    for part in ["ended early: 4 of 100 bytes", "ended early: 4 bytes", "closed the connection"] {
        let (answer, _) = fetched(&server.request("/"));
        match answer {
            Err(NoAnswer::Passing(words)) => assert!(words.contains(part), "{words}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_answer_that_is_too_long_is_refused_whether_it_says_so_or_not() {
    let unannounced =
        format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(2000)).into_bytes();
    let server = Server::new(vec![ok(&"x".repeat(2000), ""), unannounced]);
    for _ in 0..2 {
        let (answer, body) = fetched(&Get { limit: 1000, ..server.request("/") });
        assert_eq!(answer, Err(NoAnswer::Lasting("the answer has more than 1000 bytes".to_owned())));
        assert!(body.len() <= 1000);
    }
}

#[test]
fn a_redirect_is_followed_on_the_same_server_and_refused_to_one_without_encryption() {
    let answers = vec![
        head("302 Found", "Location: /moved.json\r\n"),
        ok("here", ""),
        head("302 Found", "Location: http://advisories.example/feed.json\r\n"),
        head("302 Found", "Location: http://localhost:1/feed.json\r\n"),
    ];
    let server = Server::new(answers);
    let (answer, body) = fetched(&server.request("/feed.json"));
    assert!(answer.unwrap().address.ends_with("/moved.json"));
    assert_eq!(body, b"here");
    for part in ["is not encrypted", "points to this machine"] {
        let (answer, _) = fetched(&server.request("/feed.json"));
        assert!(matches!(&answer, Err(NoAnswer::Lasting(words)) if words.contains(part)), "{answer:?}");
    }
}

#[test]
fn endless_redirects_end() {
    let server = Server::new(vec![head("301 Moved", "Location: /again\r\n"); REDIRECTS_MAX + 1]);
    let (answer, _) = fetched(&server.request("/"));
    assert!(
        matches!(&answer, Err(NoAnswer::Lasting(words)) if words.contains("redirects more than")),
        "{answer:?}"
    );
}

#[test]
fn a_request_to_a_silent_server_is_cancelled_at_once_and_otherwise_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let request = Get {
        address,
        limit: 1000,
        patience: Duration::from_mins(1),
        longest: Duration::from_mins(1),
        ..Get::default()
    };
    let begun = Instant::now();
    assert_eq!(get(&request, &mut Vec::new(), &|_, _| false), Err(NoAnswer::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let request = Get { patience: Duration::from_millis(200), ..request };
    assert!(matches!(fetched(&request).0, Err(NoAnswer::Passing(_))));
}

#[test]
fn addresses_without_encryption_or_with_a_password_are_not_used() {
    for (address, part) in [
        ("http://advisories.example/", "not encrypted"),
        ("ftp://advisories.example/", "not encrypted"),
        ("advisories", "not an address"),
        ("", "not an address"),
        ("https://user:secret@advisories.example/", "a password"),
    ] {
        let why = check_address(address).unwrap_err();
        assert!(why.contains(part) && !why.contains("secret"), "{address}: {why}");
    }
    for address in
        ["https://advisories.example/a?b=c", "http://127.0.0.1:8080/", "http://[::1]/", "http://localhost/"]
    {
        assert_eq!(check_address(address), Ok(()), "{address}");
    }
}

#[test]
fn a_proxy_is_asked_for_the_server_and_its_password_is_not_told() {
    let server = Server::new(vec![head("407 Proxy Authentication Required", "")]);
    let proxy = server.address.replace("http://", "http://me:hidden@");
    let request = Get {
        address: "https://advisories.example/feed.json".to_owned(),
        proxy: Some(proxy),
        ..server.request("/")
    };
    let (answer, _) = fetched(&request);
    let words = answer.unwrap_err().to_string();
    assert!(!words.contains("hidden") && words.contains("proxy"), "{words}");
    assert!(server.asked().concat().starts_with("CONNECT advisories.example:443"), "{:?}", server.asked());
    let broken = Get { proxy: Some("hidden proxy".to_owned()), ..request };
    let words = fetched(&broken).0.unwrap_err().to_string();
    assert!(!words.contains("hidden") && words.contains("proxy is not an address"), "{words}");
}

#[test]
fn relative_addresses_are_joined() {
    let base = "https://example.org/csaf/white/index.json";
    for (relative, whole) in [
        ("2026/a.json", "https://example.org/csaf/white/2026/a.json"),
        ("/a.json", "https://example.org/a.json"),
        ("//other.example/a.json", "https://other.example/a.json"),
        ("https://other.example/a.json", "https://other.example/a.json"),
    ] {
        assert_eq!(joined(base, relative).as_deref(), Ok(whole));
    }
    assert!(joined("csaf", "a").is_err());
    assert_eq!(escaped("Rocky Linux:9/a"), "Rocky%20Linux%3A9%2Fa");
}
