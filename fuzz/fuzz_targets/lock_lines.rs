//! Any text behind the beginnings of pylock.toml, Gemfile.lock, go.mod, go.sum, gradle.lockfile and pubspec.lock: never a panic, and what is read keeps the promises of a bill.
#![no_main]

use libfuzzer_sys::fuzz_target;

const BEGINNINGS: [&str; 6] = [
    "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\n",
    "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (3.1.0)\n\nDEPENDENCIES\n  rack\n",
    "module example.com/a\n\ngo 1.22\n\nrequire (\n\tgolang.org/x/net v0.17.0\n",
    "golang.org/x/net v0.17.0 h1:aaaa=\n",
    "# This is a Gradle generated file for dependency locking.\na:b:1=runtimeClasspath\n",
    "sdks:\n  dart: x\npackages:\n  a:\n    dependency: transitive\n    description:\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.0.0\"\n",
];

fuzz_target!(|input: (u8, &str)| mainstay_fuzz::bill(&BEGINNINGS, input.0, input.1));
