//! Any text behind the beginnings of pnpm-lock.yaml and yarn.lock: never a panic, and what is read keeps the promises of a bill.
#![no_main]

use libfuzzer_sys::fuzz_target;

const BEGINNINGS: [&str; 5] = [
    "lockfileVersion: 5.4\npackages:\n  /a/1.0.0:\n    resolution: {integrity: sha512-AAEC}\n",
    "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n    resolution: {integrity: sha512-AAEC}\n",
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-AAEC}\n",
    "# yarn lockfile v1\n\n\"a@^1\":\n  version \"1.0.0\"\n",
    "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n",
];

fuzz_target!(|input: (u8, &str)| mainstay_fuzz::bill(&BEGINNINGS, input.0, input.1));
