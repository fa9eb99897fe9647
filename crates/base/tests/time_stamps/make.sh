#!/bin/bash
# Makes the certificates, queries and replies of this folder, with openssl 3. Private keys are thrown away.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/cnf" <<'CNF'
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = rsa
[rsa]
serial = $ENV::WORK/serial
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = $ENV::ESS
signer_digest = $ENV::DIGEST
clock_precision_digits = $ENV::DIGITS
CNF
export WORK=$work ESS=sha256 DIGEST=sha256 DIGITS=0
authority() { # NAME ALGORITHM EXTENSIONS
  openssl req -new -newkey "$2" ${4:+-pkeyopt "$4"} -nodes -keyout "$work/$1.key" -subj "/O=Example Time Authority/CN=$1" \
    -config "$work/cnf" -out "$work/$1.csr" 2> "$work/log"
  openssl x509 -req -in "$work/$1.csr" -CA root.pem -CAkey "$work/root.key" -days 36500 -set_serial "$RANDOM" \
    -extfile "$work/cnf" -extensions "$3" -out "$work/$1.pem" 2> "$work/log"
}
root() { # FILE
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/root.key" -subj "/O=Example Time Authority/CN=Root" \
    -config "$work/cnf" -extensions ca -days 36500 -out "$1" 2> "$work/log"
}
reply() { # NAME AUTHORITY
  openssl ts -reply -config "$work/cnf" -queryfile query.tsq -signer "$work/$2.pem" -inkey "$work/$2.key" -out "$1.tsr" 2> "$work/log"
}
root other.pem
root root.pem
authority rsa rsa:2048 stamping
authority curve ec stamping ec_paramgen_curve:P-384
printf 'event' > "$work/data"
openssl ts -query -data "$work/data" -sha256 -cert -config "$work/cnf" -out query.tsq 2> "$work/log"
reply rsa rsa
DIGEST=sha512 DIGITS=3 ESS=sha1 reply fraction rsa
DIGEST=sha384 reply curve curve
cp "$work/rsa.pem" signer.pem
openssl ts -query -data "$work/data" -sha512 -cert -config "$work/cnf" -out "$work/query" 2> "$work/log"
openssl ts -reply -config "$work/cnf" -queryfile "$work/query" -signer "$work/rsa.pem" -inkey "$work/rsa.key" -out sha512.tsr 2> "$work/log"
openssl ts -query -data "$work/data" -md5 -out "$work/query" -config "$work/cnf" 2> "$work/log"
openssl ts -reply -config "$work/cnf" -queryfile "$work/query" -signer "$work/rsa.pem" -inkey "$work/rsa.key" -out rejected.tsr 2> "$work/log"
openssl ts -query -data "$work/data" -sha256 -config "$work/cnf" -out "$work/query" 2> "$work/log"
openssl ts -reply -config "$work/cnf" -queryfile "$work/query" -signer "$work/rsa.pem" -inkey "$work/rsa.key" -out bare.tsr 2> "$work/log"
ls -l
