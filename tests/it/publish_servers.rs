//! `mainstay publish` and the server: lost connections, servers that are killed or silent, certificates, roles, names, and programs that publish
//! at the same time.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::desk::Desk;
use crate::postgres::{Database, PASSWORD, database, database_of_its_own};
use crate::publish::{Said, example, feedback, published, refused, run, verified};

/// Something that is done while the test goes on.
fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().name("beside".to_owned()).spawn(work).unwrap()
}

/// Passes on what comes to a port. After so many bytes to the server, or where it is to end the transaction, something is done once, and then
/// the connection is cut if that says so.
fn meeting(to: u16, when: When, done: impl Fn() -> Then + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let done = Arc::new(done);
    beside(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).unwrap();
            let done = done.clone();
            beside(move || pass_on(client, server, when, &*done));
        }
    });
    port
}

#[derive(Clone, Copy)]
enum When {
    Bytes(usize),
    Commit,
}

#[derive(Clone, Copy)]
enum Then {
    Cut,
    CutTheAnswer,
    GoOn,
}

fn pass_on(client: TcpStream, server: TcpStream, when: When, done: &dyn Fn() -> Then) {
    let (mut from, mut into) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    beside(move || {
        let _ = std::io::copy(&mut from, &mut into);
        let _ = into.shutdown(Shutdown::Both);
    });
    let (mut from, mut into) = (client, server);
    let (mut piece, mut passed, mut is_done) = ([0; 1024], 0, false);
    while let Ok(read @ 1..) = from.read(&mut piece) {
        let bytes = &piece[..read];
        passed += read;
        let is_now = match when {
            When::Bytes(count) => passed > count,
            When::Commit => bytes.windows(7).any(|word| word == b"COMMIT\0"),
        };
        if is_now && !is_done {
            is_done = true;
            match done() {
                Then::Cut => break,
                Then::GoOn => {}
                // The server still gets this, and what it answers does not come back.
                Then::CutTheAnswer => {
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = into.write_all(bytes);
                    thread::sleep(Duration::from_millis(500));
                    break;
                }
            }
        }
        if into.write_all(bytes).is_err() {
            break;
        }
    }
    for stream in [&from, &into] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_connection_that_is_lost_in_the_middle_leaves_the_database_as_it_was() {
    let Some(database) = database() else { return };
    let password = [("PGPASSWORD", PASSWORD)];
    let port = database.cluster.port;
    let through = |after| database.loopback("127.0.0.1", meeting(port, When::Bytes(after), || Then::Cut), "");
    for (after, while_doing) in [(20_000, "making the views"), (400_000, "sending ")] {
        let (code, out, err) = run(&through(after), &[example()], &[], &password);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains(&format!("the connection was lost while {while_doing}")), "{err}");
        assert!(err.contains("Nothing of it was kept; publish again"), "{err}");
        assert!(database.is_empty());
    }
    let mut desk = Desk::staffed_once();
    published(&database, desk.file.path(), &[]);
    let before = database.everything();
    for number in 0..60 {
        desk.by("dan", feedback(&format!("Alarm {number}"))).unwrap();
    }
    let (code, _, err) = run(&through(30_000), &[desk.file.path()], &[], &password);
    assert!(code == 1 && err.contains("the connection was lost while sending "), "{err}");
    assert_eq!(database.everything(), before);
    let (code, _, err) = run(&through(usize::MAX), &[desk.file.path()], &[], &password);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(verified(&database, &[]).0);
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let (code, _, err) =
        run(&database.loopback("127.0.0.1", nobody, ""), &[desk.file.path()], &[], &password);
    assert!(code == 1 && err.contains("cannot be reached: "), "{err}");
}

#[test]
fn a_server_that_is_killed_in_the_middle_leaves_the_database_as_it_was() {
    let Some(database) = database_of_its_own() else { return };
    let cluster = database.cluster;
    let password = [("PGPASSWORD", PASSWORD)];
    let pid = "SELECT pid FROM pg_stat_activity WHERE application_name = 'mainstay publish'";
    let terminate = move || {
        let (good, words) =
            cluster.psql("postgres", "postgres", &format!("SELECT pg_terminate_backend(({pid}))"));
        assert!(good, "{words}");
        Then::GoOn
    };
    let kill = move || {
        let (good, pid) = cluster.psql("postgres", "postgres", pid);
        assert!(good, "{pid}");
        assert!(Command::new("kill").args(["-9", pid.trim()]).status().unwrap().success());
        Then::GoOn
    };
    let by = |port| run(&database.loopback("127.0.0.1", port, ""), &[example()], &[], &password);
    for port in [
        meeting(cluster.port, When::Bytes(400_000), terminate),
        meeting(cluster.port, When::Bytes(400_000), kill),
    ] {
        let (code, out, err) = by(port);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("the connection was lost while sending "), "{err}");
        assert!(err.contains("Nothing of it was kept; publish again"), "{err}");
        cluster.wait_until_ready().unwrap();
        assert!(database.is_empty());
    }
    let (code, out, err) = by(cluster.port);
    assert!(code == 0 && out.contains("published events 1 to "), "{err}");
    assert!(verified(&database, &[]).0);
}

#[test]
fn a_connection_that_is_lost_at_the_very_end_is_said_and_the_next_publish_goes_on_from_what_was_kept() {
    let Some(database) = database() else { return };
    let password = [("PGPASSWORD", PASSWORD)];
    for (then, next) in
        [(Then::Cut, "published events 1 to "), (Then::CutTheAnswer, "nothing is new since event ")]
    {
        let port = meeting(database.cluster.port, When::Commit, move || then);
        let (code, out, err) = run(&database.loopback("127.0.0.1", port, ""), &[example()], &[], &password);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(
            err.contains("the connection was lost at the very end, so all of it was kept or nothing"),
            "{err}"
        );
        let said = published(&database, example(), &["--dry-run"]);
        let would = next.replace("published", "would publish");
        assert!(said.contains(&would), "{said}");
    }
    assert!(verified(&database, &[]).0);
}

#[test]
fn whatever_listens_and_is_no_server_is_told_in_time() {
    let Some(database) = database() else { return };
    let listening = |answer: &'static [u8]| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        beside(move || {
            let mut open = Vec::new();
            for mut client in listener.incoming().flatten() {
                if !answer.is_empty() {
                    let _ = client.read(&mut [0; 8]);
                    let _ = client.write_all(answer);
                }
                open.push(client);
            }
        });
        port
    };
    let silent = listening(b"");
    let encrypted = format!("sslrootcert={}", database.cluster.certificate("root.pem").display());
    for more in ["", &encrypted] {
        let more = format!("connect_timeout=1&{more}");
        let (code, _, err) = run(&database.loopback("127.0.0.1", silent, &more), &[example()], &[], &[]);
        assert!(code == 1 && err.contains("does not answer within 1 second; name the right port"), "{err}");
    }
    for (answer, more) in [
        (&b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"[..], ""),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", encrypted.as_str()),
        (b"S\0\0\0\0\0\0\0\0\0\0\0\0", &encrypted),
        (b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05IT\0\0\0\x04", ""),
    ] {
        let port = listening(answer);
        let address = database.loopback("127.0.0.1", port, &format!("connect_timeout=2&{more}"));
        let (code, out, err) = run(&address, &[example()], &[], &[]);
        assert!(code == 1 && out.is_empty() && err.contains(&format!("127.0.0.1:{port}")), "{code} {err}");
        assert!(!err.contains("panicked"), "{err}");
    }
}

#[test]
fn a_server_whose_certificate_does_not_fit_gets_nothing() {
    let Some(database) = database() else { return };
    let (port, password) = (database.cluster.port, [("PGPASSWORD", PASSWORD)]);
    let certificate = |name: &str| database.cluster.certificate(name).display().to_string();
    let (root, other) = (certificate("root.pem"), certificate("other.pem"));
    let to = |host, more: &str| run(&database.loopback(host, port, more), &[example()], &[], &password);
    for (host, more, expected) in [
        ("localhost", format!("sslrootcert={other}"), "is from no authority that is known here"),
        ("localhost", "sslmode=verify-full".to_owned(), "is from no authority that is known here"),
        ("127.0.0.1", format!("sslrootcert={root}"), "is for a server of another name"),
        (
            "localhost",
            format!("sslrootcert={}", certificate("server.key")),
            "no certificate of an authority in",
        ),
        ("localhost", "sslrootcert=/nowhere/ca.pem".to_owned(), "there is no such file"),
    ] {
        let (code, out, err) = to(host, &more);
        assert!(code == 1 && out.is_empty() && err.contains(expected), "{more}: {err}");
    }
    assert!(database.is_empty());
    // A server without encryption.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let plain = listener.local_addr().unwrap().port();
    beside(move || {
        for mut client in listener.incoming().flatten() {
            let mut asked = [0; 8];
            let _ = client.read_exact(&mut asked);
            let _ = client.write_all(b"N");
            let _ = client.read(&mut asked);
        }
    });
    let address = database.loopback("localhost", plain, &format!("sslrootcert={root}"));
    let (code, _, err) = run(&address, &[example()], &[], &password);
    assert!(code == 1 && err.contains("the server has no encrypted connection"), "{err}");

    let (code, out, err) = to("localhost", &format!("sslrootcert={root}"));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("published events 1 to "), "{out}");
}

#[test]
fn two_programs_that_publish_the_same_product_wait_for_each_other() {
    let Some(database) = database() else { return };
    let address = database.address();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let address = address.clone();
            beside(move || run(&address, &[example()], &[], &[]))
        })
        .collect();
    let said: Vec<Said> = runs.into_iter().map(|run| run.join().unwrap()).collect();
    let whole = said.iter().filter(|(_, out, _)| out.contains("published events 1 to")).count();
    let nothing = said.iter().filter(|(_, out, _)| out.contains("nothing is new since")).count();
    assert_eq!((whole, nothing), (1, 3), "{said:?}");
    assert!(verified(&database, &[]).0);
}

#[test]
fn programs_that_publish_different_products_make_the_tables_once() {
    let Some(database) = database() else { return };
    let address = database.address();
    let desk = Desk::staffed_once();
    thread::scope(|scope| {
        let runs = [example(), desk.file.path(), example(), desk.file.path()]
            .map(|path| (path, address.clone()))
            .map(|(path, address)| scope.spawn(move || run(&address, &[path], &[], &[])));
        let said: Vec<Said> = runs.into_iter().map(|run| run.join().unwrap()).collect();
        assert!(said.iter().all(|(code, _, err)| *code == 0 && err.is_empty()), "{said:?}");
        assert_eq!(
            said.iter().filter(|(_, out, _)| out.contains("the tables were made")).count(),
            1,
            "{said:?}"
        );
    });
    let (good, words) = verified(&database, &[]);
    assert!(good && words.lines().count() == 2, "{words}");
}

#[test]
fn of_an_older_copy_and_the_file_at_once_the_file_stays() {
    let Some(database) = database() else { return };
    let address = database.address();
    let mut desk = Desk::staffed_once();
    let older = desk.folder.path().join("older.mainstay");
    std::fs::copy(desk.file.path(), &older).unwrap();
    desk.by("dan", feedback("Alarm too late")).unwrap();
    thread::scope(|scope| {
        let runs = [older.as_path(), desk.file.path(), older.as_path(), desk.file.path()]
            .map(|path| (path, address.clone()))
            .map(|(path, address)| scope.spawn(move || run(&address, &[path], &[], &[])));
        for (code, _, err) in runs.into_iter().map(|run| run.join().unwrap()) {
            assert!(
                code == 0 || (code == 3 && err.contains("this is an older copy of the file")),
                "{code} {err}"
            );
        }
    });
    let seq = database.admin("SELECT seq FROM mainstay.product_file");
    assert_eq!(seq.trim(), desk.file.head().seq.to_string());
    assert!(verified(&database, &[]).0);
}

#[test]
fn who_is_kept_waiting_for_too_long_is_told() {
    let Some(database) = database() else { return };
    let desk = Desk::staffed_once();
    published(&database, desk.file.path(), &[]);
    let product = desk.file.uuid().unwrap().replace('-', "");
    let lock = u64::from_str_radix(&product[..16], 16).unwrap().cast_signed();
    thread::scope(|scope| {
        let holds = format!("BEGIN; SELECT pg_advisory_xact_lock({lock}); SELECT pg_sleep(45)");
        let database = &database;
        scope.spawn(move || database.by("publisher", &holds));
        thread::sleep(Duration::from_secs(2));
        let (code, words) = refused(database, desk.file.path(), &[]);
        assert!(
            code == 1
                && words.contains("waiting for another program that publishes this product took longer"),
            "{words}"
        );
        database
            .admin("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
    });
}

#[test]
fn a_role_without_rights_is_told_which_one_publishes() {
    let Some(database) = database() else { return };
    let desk = Desk::staffed_once();
    let by = |role: &str, more: &[&str]| {
        let address = database.address().replace("publisher@", &format!("{role}@"));
        run(&address, &[desk.file.path()], more, &[])
    };
    let (code, _, err) = by("stranger", &[]);
    assert!(code == 1 && err.contains("while making the tables: permission denied for database"), "{err}");
    assert!(err.contains("Publish as the role that owns the mirror, or that may make one"), "{err}");
    assert!(database.is_empty());
    published(&database, desk.file.path(), &[]);
    let grant = "GRANT USAGE ON SCHEMA mainstay TO pump_team; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA mainstay TO pump_team";
    assert!(database.by("publisher", grant).0);
    // It may write, and sees no row: that must not be taken for an empty mirror.
    for role in ["stranger", "pump_team"] {
        for more in [&["--dry-run"][..], &[], &["--anew"]] {
            let (code, out, err) = by(role, more);
            assert!(code == 1 && out.is_empty(), "{role}: {code} {out} {err}");
            assert!(
                err.contains("Publish as the role that owns the mirror, or that may make one"),
                "{role}: {err}"
            );
        }
    }
    // Who is a member of the owner publishes.
    database.admin("GRANT publisher TO gateway_team");
    let (code, out, err) = by("gateway_team", &[]);
    assert!(code == 0 && out.contains("nothing is new since"), "{err}");
}

#[test]
fn names_with_quotes_and_percent_signs_are_those_of_the_address() {
    let Some(database) = database() else { return };
    let (name, role) = ("it's \"100%\" é", "o'neil@\"x\"");
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for sql in [
        format!("CREATE ROLE {} LOGIN PASSWORD '{PASSWORD}'", quoted(role)),
        format!("CREATE DATABASE {} OWNER {}", quoted(name), quoted(role)),
    ] {
        let (good, words) = database.cluster.psql("postgres", "postgres", &sql);
        assert!(good, "{words}");
    }
    let address = database.loopback("127.0.0.1", database.cluster.port, "");
    let address = address.replace("publisher@", "o%27neil%40%22x%22@");
    let address = address.replace(&format!("/{}?", database.name), "/it%27s%20%22100%25%22%20%C3%A9?");
    let (code, out, err) = run(&address, &[example()], &[], &[("PGPASSWORD", PASSWORD)]);
    assert!(code == 0 && out.contains("published events 1 to "), "{err}");
    let (code, _, err) = run(&address, &[example()], &[], &[("PGPASSWORD", "wrong")]);
    assert!(code == 1 && err.contains("it's \"100%\" é at 127.0.0.1:"), "{err}");
    let (code, _, err) = run(&address.replace("%25", "%"), &[example()], &[], &[("PGPASSWORD", PASSWORD)]);
    assert!(
        code == 2 && err.contains("a % of the address is not followed by two hexadecimal digits"),
        "{err}"
    );
    let named = Database { cluster: database.cluster, name: name.to_owned() };
    let (good, words) = verified(&named, &[]);
    assert!(!good && words.contains("permission denied"), "{words}");
}

#[test]
fn a_server_with_an_ipv6_address_is_published_to() {
    let Some(database) = database() else { return };
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        let _ = writeln!(std::io::stderr(), "skipped: {}: there is no IPv6 on this machine", module_path!());
        return;
    }
    let address = database.loopback("[::1]", database.cluster.port, "");
    let (code, out, err) = run(&address, &[example()], &[], &[("PGPASSWORD", PASSWORD)]);
    assert!(code == 0 && out.contains("published events 1 to "), "{err}");
    let (code, _, err) = run(&address, &[example()], &[], &[("PGPASSWORD", "wrong")]);
    assert!(code == 1 && err.contains(&format!("at [::1]:{}", database.cluster.port)), "{err}");
}
