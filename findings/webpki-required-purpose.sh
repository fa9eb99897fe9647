#!/usr/bin/env bash
# rustls-webpki 0.103.17: a purpose that is required of a certificate is required of the certificates above it too.
#
# KeyUsage::required(id-kp-timeStamping) refuses an authority for time stamps whose issuing certificate has no extended key usage, with
# "RequiredEkuNotFound". openssl accepts the chain, and it is as RFC 3161, 2.3, and RFC 5280, 4.2.1.12, have it: the purpose stands in the
# certificate of the signer, and "in general, this extension will appear only in end entity certificates". The documentation says only "requiring a
# certificate to support the specified OID".
#
# Use KeyUsage::required_if_present, and check the purpose of the signer's certificate by itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
cat > cnf <<'CNF'
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamping]
extendedKeyUsage = critical,timeStamping
CNF
issue() { # NAME ISSUER EXTENSIONS
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -subj "/CN=$1" -config cnf -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -set_serial 7 -extfile cnf -extensions "$3" -out "$1.pem"
}
{
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -subj /CN=root -config cnf -extensions ca -out root.pem
  issue between root ca
  issue signer between stamping
} > log 2>&1
openssl=$(openssl verify -purpose timestampsign -CAfile root.pem -untrusted between.pem signer.pem)
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
rustls-webpki = { version = "=0.103.17", features = ["ring", "std"] }
rustls-pki-types = { version = "1.16", features = ["std"] }
TOML
cat > src/main.rs <<'RUST'
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
fn main() {
    let read = |name: &str| CertificateDer::from_pem_file(name).expect("a certificate");
    let (root, between, signer) = (read("root.pem"), [read("between.pem")], read("signer.pem"));
    let anchors = [webpki::anchor_from_trusted_cert(&root).expect("an anchor")];
    let signer = EndEntityCert::try_from(&signer).expect("a certificate");
    const STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
    for (name, usage) in [("required", KeyUsage::required(STAMPING)), ("required_if_present", KeyUsage::required_if_present(STAMPING))] {
        let path = signer.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &between, UnixTime::now(), usage, None, None);
        println!("{name}: {}", path.map_or_else(|error| format!("{error:?}"), |_| "accepted".to_owned()));
    }
}
RUST
output=$(CARGO_TARGET_DIR="$folder/target" cargo run -q)
printf 'openssl              %s\nrustls-webpki 0.103.17:\n%s\n' "$openssl" "$output"
[ "$openssl" = 'signer.pem: OK' ]
[[ $output == *'required: RequiredEkuNotFound'* ]]
[[ $output == *'required_if_present: accepted'* ]]
