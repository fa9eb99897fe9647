#!/usr/bin/env bash
# The Rust crate x509-tsp 0.1.0 refuses time stamps with fractions of a second; rfc3161-client 1.0.9 (Python) reads them and drops the fraction.
#
# RFC 3161, 2.4.2, allows them ("The syntax is: YYYYMMDDhhmmss[.s...]Z"), and openssl's authority writes them where
# clock_precision_digits says so. The crate uses the time type of RFC 5280, which has no fractions, so that the content of such a token
# "malformed ASN.1 DER value for GeneralizedTime". The Python package, which is written in Rust too, gives the whole second before.
# rfc3161ng 2.1.3 gives the fraction.
#
# Who reads tokens with x509-tsp must read the time by themselves. Who compares the times of two tokens should compare whole seconds.
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
[stamping]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = only
[only]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
clock_precision_digits = $ENV::DIGITS
CNF
{
  export DIGITS=0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -subj /CN=Root -config cnf -extensions ca -out root.pem
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -subj /CN=Stamps -config cnf -out tsa.csr
  openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 7 -extfile cnf -extensions stamping -out tsa.pem
  echo data > data
  openssl ts -query -data data -sha256 -cert -config cnf -out query
  openssl ts -reply -config cnf -queryfile query -signer tsa.pem -inkey tsa.key -out whole.tsr
  # A fraction that happens to be zero is not written.
  for _ in 1 2 3 4 5; do
    DIGITS=6 openssl ts -reply -config cnf -queryfile query -signer tsa.pem -inkey tsa.key -out fraction.tsr
    openssl ts -reply -in fraction.tsr -text -out text
    if grep -q 'Time stamp: .*\.[0-9]' text; then break; fi
  done
  openssl ts -verify -in fraction.tsr -queryfile query -CAfile root.pem
} > log 2>&1
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
x509-tsp = "=0.1.0"
cms = "=0.2.3"
der = "0.7"
TOML
cat > src/main.rs <<'RUST'
use der::Decode;
fn main() {
    let bytes = std::fs::read(std::env::args().nth(1).expect("a path")).expect("readable");
    let reply = x509_tsp::TimeStampResp::from_der(&bytes).expect("a reply");
    let signed: cms::signed_data::SignedData = reply.time_stamp_token.expect("a token").content.decode_as().expect("signed");
    let content = signed.encap_content_info.econtent.expect("content");
    match x509_tsp::TstInfo::from_der(content.value()) {
        Ok(info) => println!("read, {} s", info.gen_time.to_unix_duration().as_secs()),
        Err(error) => println!("refused: {error}"),
    }
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo build -q
whole=$(target/debug/probe whole.tsr)
fraction=$(target/debug/probe fraction.tsr)
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'rfc3161-client==1.0.9' 'rfc3161ng==2.1.3'
cat > read.py <<'PY'
import rfc3161_client, rfc3161ng
reply = open("fraction.tsr", "rb").read()
print(rfc3161_client.decode_timestamp_response(reply).tst_info.gen_time.microsecond,
      rfc3161ng.get_timestamp(rfc3161ng.decode_timestamp_response(reply).time_stamp_token).microsecond)
PY
read -r client other < <(venv/bin/python read.py)
printf 'x509-tsp 0.1.0        whole second: %s\nx509-tsp 0.1.0        fraction: %s\n' "$whole" "$fraction"
printf 'rfc3161-client 1.0.9  microseconds: %s\nrfc3161ng 2.1.3       microseconds: %s\n' "$client" "$other"
[[ $whole == read,* ]]
[[ $fraction == refused:*GeneralizedTime* ]]
[ "$client" = 0 ]
[ "$other" != 0 ]
