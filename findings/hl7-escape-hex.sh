#!/usr/bin/env bash
# PyPI's hl7 0.4.5 escapes "≥" so that it comes back as '"e', and a line feed with a space among the hexadecimal digits.
#
# `escape("x ≥ 5")` is 'x \X2265\ 5', and `unescape` of that is 'x "e 5'. "Ω" becomes "\X3a9\", three digits, and comes back as a colon
# and a tab. A line feed becomes "\X a\". There is no error.
#
# One would expect the text back, and pairs of digits. HL7 version 2, chapter 2, 2.7.6 (2.10.5 in older editions): X is followed by one or more
# pairs of hexadecimal digits, 0 to 9 and A to F, and each pair is a value of 8 bits. The number of a character beyond 255 does not fit into
# one pair, and "\X0A\" is the line feed; the library itself reads that.
# A limit in a result or in a report of an incident loses its sign.
#
# Encode such characters by the character set of MSH-18, and escape the separators alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'hl7==0.4.5'
"$folder/venv/bin/python" - <<'PY'
import re
from importlib.metadata import version

import hl7

print("hl7", version("hl7"))
message = hl7.parse("MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5\r")
for text, written, back in [
    ("a|b", r"a\F\b", "a|b"), ("x ≥ 5", r"x \X2265\ 5", 'x "e 5'), ("Ω", r"\X3a9" + "\\", ":\t"), ("a\nb", r"a\X a\b", "a\nb"), ("ä", r"\Xe4" + "\\", "ä"),
]:
    seen = message.escape(text)
    again = message.unescape(seen)
    pairs = all(re.fullmatch("([0-9A-F]{2})+", digits) for digits in re.findall(r"\\X(.*?)\\", seen))
    print(f"{text!r} is written as {seen!r} (pairs of digits: {pairs}) and read as {again!r}")
    assert (seen, again) == (written, back)
assert message.unescape("\\X0A\\") == "\n"
PY
