#!/usr/bin/env bash
# npm's packageurl-js 2.0.1 reads a plus in a qualifier of a package URL as a space.
#
# "pkg:generic/x@1?download_url=https://example.com/g++.tar.gz" gets the address "https://example.com/g  .tar.gz", with two spaces, and is
# written with "%20%20". A plus in the version stays a plus.
#
# One would expect the plus: package URLs use the percent-encoding of RFC 3986, where "+" is a plain character. Only HTML forms write a
# space as "+" (the library hands the text to URLSearchParams, which reads forms). PyPI's packageurl-python 0.17.6 reads the plus.
#
# A writer writes each plus in a qualifier as "%2B"; all readers agree on that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'packageurl-js@2.0.1' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'packageurl-python==0.17.6'
cat > probe.mjs <<'JS'
import assert from "node:assert";
import { PackageURL } from "packageurl-js";

const plain = PackageURL.fromString("pkg:generic/x@1+1?download_url=https://example.com/g++.tar.gz");
console.log("packageurl-js 2.0.1 reads", plain.version, plain.qualifiers, "\n  and writes", plain.toString());
assert.strictEqual(plain.version, "1+1");
assert.strictEqual(plain.qualifiers.download_url, "https://example.com/g  .tar.gz");
assert.ok(plain.toString().endsWith("g%20%20.tar.gz"));
const encoded = PackageURL.fromString("pkg:generic/x@1?download_url=https://example.com/g%2B%2B.tar.gz");
assert.strictEqual(encoded.qualifiers.download_url, "https://example.com/g++.tar.gz");
JS
node probe.mjs
venv/bin/python - <<'PY'
from packageurl import PackageURL

seen = PackageURL.from_string("pkg:generic/x@1?download_url=https://example.com/g++.tar.gz").qualifiers
print("packageurl-python 0.17.6 reads", seen)
assert seen == {"download_url": "https://example.com/g++.tar.gz"}
PY
