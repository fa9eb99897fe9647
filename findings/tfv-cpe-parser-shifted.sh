#!/usr/bin/env bash
# npm's @thefaultvault/tfv-cpe-parser 1.3.0 puts parts of a CPE name into the wrong attributes.
#
# In "cpe:2.3:a:example:html\:\:parser:3.7:*...", as Perl modules are named, the quoted colons part the name: product "html\", version "\",
# update "parser", edition "3.7". In the URI form, a language behind the packed attributes moves one of them on by a place:
# "cpe:/a:x:y:7.x-3.0:rc3:~~~drupal~~:en" has target_hw "drupal" and language "*", while without ":en" it has target_sw "drupal".
# There is no error.
#
# One would expect product html::parser, version 3.7, and target_sw drupal, language en. The library says that it follows NISTIR 7695: there
# a quoted colon belongs to the value (6.2), and language is the seventh component of the URI, behind the packed edition (6.1).
# PyPI's cpe 1.3.1 reads both names so.
#
# Split the formatted string at unquoted colons oneself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . '@thefaultvault/tfv-cpe-parser@1.3.0' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'cpe==1.3.1'
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const { CpeParser } = require("@thefaultvault/tfv-cpe-parser");

console.log("tfv-cpe-parser", require("@thefaultvault/tfv-cpe-parser/package.json").version);
const read = (text) => {
  const seen = { ...new CpeParser().parse(text) };
  for (const key of Object.keys(seen)) if (seen[key] === "*") delete seen[key];
  console.log(text, JSON.stringify(seen));
  return seen;
};
const perl = read("cpe:2.3:a:example:html\\:\\:parser:3.7:*:*:*:*:*:*:*");
assert.deepStrictEqual([perl.product, perl.version, perl.update, perl.edition], ["html\\", "\\", "parser", "3.7"]);
const plain = read("cpe:/a:x:y:7.x-3.0:rc3:~~~drupal~~");
assert.deepStrictEqual([plain.target_sw, plain.target_hw], ["drupal", undefined]);
const english = read("cpe:/a:x:y:7.x-3.0:rc3:~~~drupal~~:en");
assert.deepStrictEqual([english.target_sw, english.target_hw, english.language], [undefined, "drupal", undefined]);
JS
node probe.cjs
venv/bin/python - <<'PY'
from cpe import CPE

perl = CPE(r"cpe:2.3:a:example:html\:\:parser:3.7:*:*:*:*:*:*:*")
print("cpe 1.3.1:", perl.get_product(), perl.get_version())
assert (perl.get_product(), perl.get_version()) == ([r"html\:\:parser"], ["3.7"])
english = CPE("cpe:/a:x:y:7.x-3.0:rc3:~~~drupal~~:en").as_fs()
print("cpe 1.3.1:", english)
assert english == "cpe:2.3:a:x:y:7.x-3.0:rc3:*:en:*:drupal:*:*"
PY
