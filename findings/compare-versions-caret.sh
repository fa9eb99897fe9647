#!/usr/bin/env bash
# npm's compare-versions 6.1.1 counts a pre-release as inside the caret range of its own release.
#
# satisfies("1.0.0-rc.1", "^1.0.0") and satisfies("1.0.0-rc.1", "~1.0.0") are true, although satisfies("1.0.0-rc.1", ">=1.0.0") is false
# and the library's own comparison puts 1.0.0-rc.1 before 1.0.0.
#
# One would expect false, as the semver package of npm says (the introduction calls the ranges compatible with those of npm). Semantic
# Versioning 2.0.0, item 11.3, puts a pre-release before its release. A fix that was released in 1.0.0 counts as present in 1.0.0-rc.1.
#
# Write bounds out as ">=" and "<" for tools that use this library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'compare-versions@6.1.1' 'semver@7.8.6' > npm.log
cat > probe.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { compareVersions, satisfies } from "compare-versions";
import semver from "semver";

console.log("compare-versions", JSON.parse(readFileSync("node_modules/compare-versions/package.json")).version);
const expected = { "^1.0.0": true, "~1.0.0": true, ">=1.0.0": false };
for (const [range, seen] of Object.entries(expected)) {
  console.log(range.padEnd(8), satisfies("1.0.0-rc.1", range), "semver:", semver.satisfies("1.0.0-rc.1", range));
  assert.strictEqual(satisfies("1.0.0-rc.1", range), seen);
  assert.strictEqual(semver.satisfies("1.0.0-rc.1", range, { includePrerelease: true }), false);
}
assert.strictEqual(compareVersions("1.0.0-rc.1", "1.0.0"), -1);
JS
node probe.mjs
