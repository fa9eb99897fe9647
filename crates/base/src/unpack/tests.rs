use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use zip::write::SimpleFileOptions;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Every document as `name=text`, and the notes.
fn unpack(bytes: Vec<u8>, limits: &Limits) -> (Vec<String>, Result<Notes, UnpackError>) {
    let mut seen = Vec::new();
    let outcome = for_each_document(&mut Cursor::new(bytes), "f", limits, &mut |name, reader| {
        let mut text = String::new();
        match reader.read_to_string(&mut text) {
            Ok(_) => seen.push(format!("{name}={text}")),
            Err(error) => seen.push(format!("{name}! {error}")),
        }
        Ok(())
    });
    (seen, outcome)
}

#[test]
fn each_container_gives_its_documents() {
    let limits = Limits::default();
    for (bytes, expected) in [
        (b"plain".to_vec(), vec!["f=plain"]),
        (Vec::new(), vec!["f="]),
        (gzip(b"packed"), vec!["f=packed"]),
        ([gzip(b"one "), gzip(b"two")].concat(), vec!["f=one two"]),
        (xz(b"tight"), vec!["f=tight"]),
        ([xz(b"one "), xz(b"two")].concat(), vec!["f=one two"]),
        (
            zip(&[("a", b"x"), ("d/b.gz", &gzip(b"y")), ("c.xz", &xz(b"z"))]),
            vec!["f: a=x", "f: d/b.gz=y", "f: c.xz=z"],
        ),
        (zip(&[]), vec![]),
    ] {
        let (seen, outcome) = unpack(bytes, &limits);
        assert_eq!(seen, expected);
        assert_eq!(outcome.unwrap(), Notes::default());
    }
}

#[test]
fn names_in_an_archive_are_text_and_not_paths() {
    let (seen, outcome) =
        unpack(zip(&[("../../etc/passwd", b"x"), ("a\u{1b}[31m", b"y")]), &Limits::default());
    assert_eq!(seen, ["f: ../../etc/passwd=x", "f: a\u{FFFD}[31m=y"]);
    assert!(outcome.is_ok());
}

#[test]
fn a_member_that_cannot_be_unpacked_is_refused_and_the_rest_is_read() {
    let mut secret = zip(&[("secret", b"0123456789ab and more"), ("open", b"y")]);
    for at in 0..secret.len() - 8 {
        let flag = match &secret[at..at + 4] {
            b"PK\x03\x04" => at + 6,
            b"PK\x01\x02" => at + 8,
            _ => continue,
        };
        let name_at = if flag == at + 6 { at + 30 } else { at + 46 };
        if secret[name_at..].starts_with(b"secret") {
            secret[flag] |= 1;
        }
    }
    let (seen, outcome) = unpack(secret, &Limits::default());
    assert_eq!(seen, ["f: open=y"]);
    let notes = outcome.unwrap();
    assert_eq!(notes.notes[0].place, "f: secret");
    assert!(notes.notes[0].text.contains("encrypted"));

    let (seen, outcome) =
        unpack(zip(&[("inner.zip", &zip(&[("a", b"x")])), ("b", b"y")]), &Limits::default());
    assert_eq!(seen, ["f: b=y"]);
    assert!(outcome.unwrap().notes[0].text.contains("archive inside"));
}

#[test]
fn foreign_packings_are_named() {
    for (bytes, name) in
        [(&b"BZh91AY&SY"[..], "bzip2"), (b"\x28\xB5\x2F\xFD__", "Zstandard"), (b"7z\xBC\xAF__", "7-Zip")]
    {
        let (seen, outcome) = unpack(bytes.to_vec(), &Limits::default());
        assert!(seen.is_empty());
        assert!(outcome.unwrap_err().to_string().contains(name));
    }
}

#[test]
fn a_bomb_ends_at_the_limits() {
    let zeros = vec![b'0'; 4 << 20];
    let tight = Limits { ratio: 100, ratio_from: 1 << 20, ..Limits::default() };
    for bytes in [
        gzip(&zeros),
        xz(&zeros),
        zip(&[("bomb", &zeros), ("after", b"x")]),
        zip(&[("bomb.gz", &gzip(&zeros)), ("after", b"x")]),
    ] {
        let (seen, outcome) = unpack(bytes, &tight);
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert!(seen[0].contains("more than this program accepts"), "{seen:?}");
        assert!(matches!(outcome, Err(UnpackError::Unreadable(_))));
    }
    let small = Limits { unpacked_bytes: 6 << 20, ..Limits::default() };
    let (seen, outcome) = unpack(zip(&[("a", &zeros), ("b", &zeros), ("c", b"x")]), &small);
    assert_eq!(seen.len(), 2);
    assert!(outcome.is_err());
    let few = Limits { members: 2, ..Limits::default() };
    let (seen, outcome) = unpack(zip(&[("a", b"1"), ("b", b"2"), ("c", b"3")]), &few);
    assert!(seen.is_empty());
    assert!(outcome.unwrap_err().to_string().contains("3 members"));
}

#[test]
fn a_truncated_stream_reports_it_to_its_reader() {
    let whole = gzip(&(0..50_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    let (seen, outcome) = unpack(whole[..whole.len() / 2].to_vec(), &Limits::default());
    assert!(seen[0].starts_with("f! "), "{seen:?}");
    assert!(outcome.is_ok());
    let archive = zip(&[("a", b"x")]);
    let (seen, outcome) = unpack(archive[..archive.len() - 5].to_vec(), &Limits::default());
    assert!(seen.is_empty());
    assert!(outcome.unwrap_err().to_string().contains("damaged"));
}

#[test]
fn the_caller_can_stop() {
    let mut count = 0;
    let mut source = Cursor::new(zip(&[("a", b"x"), ("b", b"y")]));
    let outcome = for_each_document(&mut source, "f", &Limits::default(), &mut |_, _| {
        count += 1;
        Err(Stop)
    });
    assert_eq!((count, outcome), (1, Err(UnpackError::Stopped)));
}
