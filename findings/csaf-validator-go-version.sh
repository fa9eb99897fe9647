#!/usr/bin/env bash
# npm's @secvisogram/csaf-validator-lib 2.0.10 refuses a CSAF document because of a short Go version.
#
# A valid CSAF VEX document names a part as "pkg:golang/stdlib@v1.20". The mandatory test 6.1.13 fails: "invalid purl: throws is not
# defined". With "@v1.20.0" or "@1.20" it passes. The text is that of a ReferenceError: packageurl-js 2.0.1 holds that a Go version that
# begins with "v" has to be a whole semantic version, and stumbles over its own name while it says so.
#
# One would expect the document to pass. CSAF 2.0, 6.1.13, asks whether the text is a valid package URL; the specification of package URLs and
# its type golang (the version is often empty, or a commit) set no such rule. Go's first releases of
# a line had no third number before 1.21 (go1.20), and their standard library is a part like any other.
# One such part makes the whole advisory invalid for a receiver that runs this library.
#
# A writer adds ".0" to a short Go version in a package URL, or leaves the package URL of that part out and says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . '@secvisogram/csaf-validator-lib@2.0.10' 'packageurl-js@2.0.1' > npm.log
cat > probe.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import * as mandatory from "@secvisogram/csaf-validator-lib/mandatoryTests.js";
import * as schema from "@secvisogram/csaf-validator-lib/schemaTests.js";
import validate from "@secvisogram/csaf-validator-lib/validate.js";
import { PackageURL } from "packageurl-js";

const MOMENT = "2026-11-20T08:00:00Z";
const document = (purl) => ({
  document: {
    category: "csaf_vex", csaf_version: "2.0", title: "Example Pump 1.0",
    publisher: { category: "vendor", name: "Example Devices", namespace: "https://psirt.example.com" },
    tracking: {
      id: "EX-1", status: "final", version: "1", initial_release_date: MOMENT, current_release_date: MOMENT,
      revision_history: [{ date: MOMENT, number: "1", summary: "Judged." }],
    },
  },
  product_tree: { full_product_names: [{ name: "part", product_id: "P", product_identification_helper: { purl } }] },
  vulnerabilities: [{
    cve: "CVE-2024-1001", notes: [{ category: "description", text: "Told." }],
    product_status: { known_not_affected: ["P"] }, flags: [{ label: "vulnerable_code_not_present", product_ids: ["P"] }],
  }],
});
const tests = [...Object.values(schema), ...Object.values(mandatory)];
const installed = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
console.log("csaf-validator-lib", installed("@secvisogram/csaf-validator-lib"), "packageurl-js", installed("packageurl-js"));
const expected = { "pkg:golang/stdlib@v1.20.0": true, "pkg:golang/stdlib@1.20": true, "pkg:golang/stdlib@v1.20": false };
for (const [purl, valid] of Object.entries(expected)) {
  const result = await validate(tests, document(purl));
  const errors = result.tests.flatMap((test) => test.errors.map((error) => `${test.name}: ${error.message}`));
  console.log(purl, result.isValid, errors);
  assert.strictEqual(result.isValid, valid);
  if (!valid) assert.deepStrictEqual(errors, ["mandatoryTest_6_1_13: invalid purl: throws is not defined"]);
}
assert.throws(() => PackageURL.fromString("pkg:golang/stdlib@v1.20"), ReferenceError);
JS
node probe.mjs
