#!/usr/bin/env bash
# packageurl-python 0.17.6 makes another package of a package URL whose name holds an encoded slash.
#
# "pkg:generic/a%2Fb@1" has no namespace and the name "a/b". It is read so, but written as "pkg:generic/a/b@1". That text is read as the
# namespace "a" and the name "b". npm's packageurl-js 2.0.1 keeps the "%2F".
#
# One would expect the text to come back unchanged. The specification of package URLs (rules for each component: a name is a percent-encoded
# string, and "/" separates) has no other way to tell the two packages apart. Both texts are valid, so no check finds the change.
#
# Package URLs are compared part by part as they were received, not after they went through such a library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'packageurl-python==0.17.6'
npm install --silent --no-fund --no-audit --prefix . 'packageurl-js@2.0.1' > npm.log
venv/bin/python - <<'PY'
from importlib.metadata import version

from packageurl import PackageURL

print("packageurl-python", version("packageurl-python"))
first = PackageURL.from_string("pkg:generic/a%2Fb@1")
second = PackageURL.from_string(first.to_string())
print("read:      ", first)
print("written:   ", first.to_string())
print("read again:", repr(second))
assert (first.namespace, first.name) == (None, "a/b")
assert first.to_string() == "pkg:generic/a/b@1"
assert (second.namespace, second.name) == ("a", "b")
PY
cat > probe.mjs <<'JS'
import assert from "node:assert";
import { PackageURL } from "packageurl-js";

const written = PackageURL.fromString("pkg:generic/a%2Fb@1").toString();
console.log("packageurl-js 2.0.1 writes", written);
assert.strictEqual(written, "pkg:generic/a%2Fb@1");
JS
node probe.mjs
