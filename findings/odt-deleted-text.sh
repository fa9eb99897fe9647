#!/usr/bin/env bash
# odfpy 1.4.1, odfdo 3.27.3 and npm's officeparser 7.8.0 begin a Writer document with the words that were deleted from it.
#
# In an .odt file in which a change was recorded, the deleted sentence is the first paragraph that the three give, before the heading:
# "Not acceptable." stands before "Review of zlib". odfdo puts the name of the author and the time of the change before it. There is no
# mark and no warning.
#
# One would expect the text that a reader sees. OpenDocument 1.3, part 3, 5.5: text:tracked-changes holds the changes and text:deletion the content
# that was deleted while tracking; it is no part of the text. odfdo's to_markdown leaves it out.
# The first paragraph of a review is where its outcome is looked for.
#
# Remove text:tracked-changes before the paragraphs are read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'officeparser@7.8.0' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'odfpy==1.4.1' 'odfdo==3.27.3'
venv/bin/python - <<'PY'
import zipfile
from importlib.metadata import version

import odfdo
from odf import teletype, text
from odf.opendocument import load

NAMES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text"))
NAMES += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
CONTENT = f"""<office:document-content {NAMES} office:version="1.3"><office:body><office:text>
<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>Reviewer</dc:creator>
<dc:date>2026-01-01T00:00:00</dc:date></office:change-info><text:p>Not acceptable.</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Review of zlib</text:h><text:p><text:change text:change-id="c1"/>Acceptable.</text:p>
</office:text></office:body></office:document-content>"""
with zipfile.ZipFile("review.odt", "w") as file:
    file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    entries = "".join(f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>' for path, kind in [
        ("/", "application/vnd.oasis.opendocument.text"), ("content.xml", "text/xml"), ("styles.xml", "text/xml")])
    file.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{MANIFEST}" manifest:version="1.3">{entries}</manifest:manifest>')
    file.writestr("styles.xml", f'<office:document-styles {NAMES} office:version="1.3"/>')
    file.writestr("content.xml", CONTENT)

paragraphs = [teletype.extractText(one) for one in load("review.odt").getElementsByType(text.P)]
print("odfpy", version("odfpy"), paragraphs)
assert paragraphs == ["Not acceptable.", "Acceptable."]
document = odfdo.Document("review.odt")
whole, markdown = document.body.text_recursive.strip(), document.to_markdown()
listed = [one.inner_text for one in document.body.paragraphs]
print("odfdo", version("odfdo"), repr(whole), listed, repr(markdown))
assert whole.index("Not acceptable.") < whole.index("Review of zlib") and "Reviewer" in whole
assert listed == ["Not acceptable.", "Acceptable."]
assert "Not acceptable." not in markdown and "Acceptable." in markdown
PY
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const { parseOffice } = require("officeparser");

parseOffice("review.odt").then((result) => {
  const text = result.toText();
  console.log("officeparser 7.8.0", JSON.stringify(text));
  assert.ok(text.trim().startsWith("Not acceptable."));
  assert.ok(text.includes("Review of zlib"));
}).catch((error) => { console.error(error); process.exit(1); });
JS
node probe.cjs
