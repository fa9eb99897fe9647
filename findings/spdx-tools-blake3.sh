#!/usr/bin/env bash
# PyPI's spdx-tools 0.8.5 refuses every usual BLAKE3 checksum.
#
# A package with a BLAKE3 checksum of 64 hexadecimal digits is invalid: the checksum "must consist of at least 256 lowercase hexadecimal
# digits". 256 digits, which are 1,024 bits, are taken. For BLAKE2b-256 the library wants 64 digits.
#
# One would expect 64 digits: a BLAKE3 hash has 256 bits unless one asks for more, SPDX 2.3, 7.10, has BLAKE3 among its algorithms without
# another length, and the library's own comment says "at least 256 bits". It takes bits for digits.
# So a bill is invalid because of the hash that b3sum prints.
#
# Take this message as no reason to send a bill back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'spdx-tools==0.8.5' 'blake3==1.0.9'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from blake3 import blake3
from spdx_tools.spdx.model import Checksum, ChecksumAlgorithm
from spdx_tools.spdx.validation.checksum_validator import validate_checksum

print("spdx-tools", version("spdx-tools"))
usual, long = blake3(b"data").hexdigest(), blake3(b"data").hexdigest(length=128)
for algorithm, value, valid in [
    (ChecksumAlgorithm.BLAKE3, usual, False), (ChecksumAlgorithm.BLAKE3, long, True), (ChecksumAlgorithm.BLAKE2B_256, usual, True),
]:
    messages = [message.validation_message for message in validate_checksum(Checksum(algorithm, value), "SPDXRef-Package", "SPDX-2.3")]
    print(algorithm.name, len(value), "digits:", messages)
    assert (messages == []) is valid
    assert valid or "at least 256 lowercase hexadecimal digits" in messages[0]
PY
