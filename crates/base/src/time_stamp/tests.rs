use std::io::Write as _;

use super::*;

const ROOT: &str = include_str!("../../tests/time_stamps/root.pem");
const OTHER: &str = include_str!("../../tests/time_stamps/other.pem");
const SIGNER: &str = include_str!("../../tests/time_stamps/signer.pem");
const RSA: &[u8] = include_bytes!("../../tests/time_stamps/rsa.tsr");
const FRACTION: &[u8] = include_bytes!("../../tests/time_stamps/fraction.tsr");
const CURVE: &[u8] = include_bytes!("../../tests/time_stamps/curve.tsr");
const SHA512_REPLY: &[u8] = include_bytes!("../../tests/time_stamps/sha512.tsr");
const BARE: &[u8] = include_bytes!("../../tests/time_stamps/bare.tsr");
const REJECTED: &[u8] = include_bytes!("../../tests/time_stamps/rejected.tsr");
const QUERY: &[u8] = include_bytes!("../../tests/time_stamps/query.tsq");

fn event() -> [u8; 32] {
    Sha256::digest(b"event").into()
}

/// Whether openssl accepts the token on the event; also if openssl is missing, which is reported.
fn openssl_accepts(token: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let (token_path, root) = (folder.path().join("token"), folder.path().join("root.pem"));
    std::fs::write(&token_path, token).unwrap();
    std::fs::write(&root, ROOT).unwrap();
    let output = std::process::Command::new("openssl")
        .args(["ts", "-verify", "-token_in", "-partial_chain", "-digest", &hex::encode(event()), "-in"])
        .arg(&token_path)
        .arg("-CAfile")
        .arg(&root)
        .output();
    match output {
        Ok(output) => output.status.success(),
        Err(_) => {
            let _ = writeln!(std::io::stderr(), "skipped: {}: openssl is not installed", module_path!());
            true
        }
    }
}

fn trusted(pem: &str) -> Trusted {
    Trusted::from_pem(pem).unwrap()
}

#[test]
fn a_query_has_the_bytes_that_openssl_writes() {
    // The number of the query is its only part that differs from run to run.
    let (start, rest) = QUERY.split_at(QUERY.len() - 13);
    let nonce = u64::from_be_bytes(rest[2..10].try_into().unwrap());
    assert_eq!(rest[..2], [2, 8]);
    let own = query(&event(), nonce);
    assert_eq!(own, QUERY, "{start:x?}");
}

#[test]
fn the_length_of_a_query_is_right_for_every_number() {
    for nonce in [0, 1, 127, 128, 255, 256, 1 << 31, 1 << 63, u64::MAX] {
        let own = query(&event(), nonce);
        let mut reader = SliceReader::new(&own).unwrap();
        assert_eq!(reader.tlv_bytes().unwrap(), own, "{nonce}");
        reader.finish().unwrap();
    }
}

#[test]
fn tokens_of_several_algorithms_are_accepted_with_time_digest_and_signer() {
    for (reply, signer) in [(RSA, "rsa"), (FRACTION, "rsa"), (CURVE, "curve")] {
        let token = token_of_reply(reply).unwrap();
        let stamp = check(&token, &trusted(ROOT)).unwrap();
        assert_eq!(stamp.sha256, event());
        assert_eq!(stamp.signer, format!("CN={signer},O=Example Time Authority"));
        assert!(stamp.nonce.as_ref().is_some_and(|nonce| !nonce.is_empty()));
        assert_eq!(stated(&token).unwrap(), stamp);
        assert!(stamp.at > Moment::parse("2026-01-01T00:00:00Z").unwrap());
    }
}

#[test]
fn a_token_that_leads_to_no_trusted_certificate_is_refused() {
    let token = token_of_reply(RSA).unwrap();
    let refusal = check(&token, &trusted(OTHER)).unwrap_err();
    assert!(refusal.contains("does not lead to a trusted one"), "{refusal}");
    let both = format!("{OTHER}\n{ROOT}");
    check(&token, &trusted(&both)).unwrap();
}

#[test]
fn the_certificate_of_a_signer_is_no_authority() {
    let refusal = Trusted::from_pem(SIGNER).unwrap_err();
    assert_eq!(refusal, "certificate 1 is not that of an authority: it may not issue certificates");
}

#[test]
fn a_change_of_any_byte_that_counts_is_noticed() {
    let token = token_of_reply(RSA).unwrap();
    let trusted = trusted(ROOT);
    let right = check(&token, &trusted).unwrap();
    let mut accepted = 0;
    for at in 0..token.len() {
        let mut changed = token.clone();
        changed[at] ^= 1;
        match check(&changed, &trusted) {
            // Versions and parameters of algorithms are not signed and decide nothing.
            Ok(stamp) => {
                assert_eq!(stamp, right, "byte {at}");
                assert!(openssl_accepts(&changed), "byte {at}");
                accepted += 1;
            }
            Err(words) => assert!(!words.is_empty()),
        }
    }
    assert!(accepted < 12, "{accepted} of {} bytes decide nothing", token.len());
}

#[test]
fn a_time_outside_the_years_of_a_record_or_a_second_that_is_none_is_refused() {
    let time = |text: &str| {
        let token = token_of_reply(RSA).unwrap();
        let signed = Signed::read(&token).unwrap();
        let at = signed.content.windows(2).position(|two| two == b"20").unwrap();
        let mut content = signed.content.to_vec();
        content[at..at + text.len()].copy_from_slice(text.as_bytes());
        Content::read(&content).map(|content| content.at.to_string())
    };
    assert_eq!(time("20261129182531Z").unwrap(), "2026-11-29T18:25:31Z");
    for wrong in
        ["22001129182531Z", "99991231235959Z", "20261129182560Z", "20261329182531Z", "20261129182531z"]
    {
        assert!(time(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_token_that_is_cut_anywhere_is_refused() {
    let token = token_of_reply(CURVE).unwrap();
    for length in 0..token.len() {
        assert!(check(&token[..length], &trusted(ROOT)).is_err(), "{length}");
    }
    let longer = [&token[..], b"more"].concat();
    assert!(check(&longer, &trusted(ROOT)).is_err());
}

#[test]
fn a_refused_reply_says_why() {
    let refusal = token_of_reply(REJECTED).unwrap_err();
    assert_eq!(
        refusal,
        "the authority gave no time stamp: it rejected the query (“Message digest algorithm is not supported.”)"
    );
    assert!(token_of_reply(b"<html>").unwrap_err().contains("is not a time stamp reply"));
    assert!(token_of_reply(&vec![0x30; TOKEN_BYTES_MAX + 1]).unwrap_err().contains("more than"));
}

#[test]
fn a_token_without_certificate_or_on_another_digest_is_refused() {
    let bare = check(&token_of_reply(BARE).unwrap(), &trusted(ROOT)).unwrap_err();
    assert_eq!(bare, "the time stamp does not contain the certificate of its signer");
    let other = check(&token_of_reply(SHA512_REPLY).unwrap(), &trusted(ROOT)).unwrap_err();
    assert!(other.contains("not on a SHA-256"), "{other}");
}

#[test]
fn text_without_a_readable_certificate_is_refused_with_its_place() {
    assert!(Trusted::from_pem("nothing").unwrap_err().contains("contains no certificate"));
    let broken = ROOT.replace('M', "!");
    assert!(Trusted::from_pem(&broken).unwrap_err().starts_with("certificate 1 cannot be read"));
    for other in [
        format!("subject=CN = Root\n{ROOT}"),
        format!("{ROOT}-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n"),
        ROOT.replace("-----END", "\n-----END"),
        ROOT.replacen('\n', "", 2),
    ] {
        let refusal = Trusted::from_pem(&other).unwrap_err();
        assert!(refusal.contains("certificates alone") || refusal.contains("cannot be read"), "{refusal}");
    }
    Trusted::from_pem(&ROOT.replace('\n', "\r\n")).unwrap();
    let many = ROOT.repeat(33);
    assert_eq!(Trusted::from_pem(&many).unwrap_err(), "contains more than 32 certificates");
}
