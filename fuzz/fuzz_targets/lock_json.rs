//! Any text behind the beginnings of composer.lock, conan.lock, packages.lock.json and vcpkg.json: never a panic, and what is read keeps the promises of a bill.
#![no_main]

use libfuzzer_sys::fuzz_target;

const BEGINNINGS: [&str; 5] = [
    "{\"packages-dev\":[],\"packages\":[{\"name\":\"a/b\",\"version\":\"1\",",
    "{\"version\":\"0.5\",\"build_requires\":[],\"requires\":[\"zlib/1.3.1#a%1\",",
    "{\"version\":\"0.4\",\"graph_lock\":{\"nodes\":{\"0\":{\"ref\":\"a/1\",\"requires\":[\"1\"],\"path\":\"x\"},",
    "{\"version\":1,\"dependencies\":{\"net8.0\":{\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0\",\"contentHash\":\"a\"},",
    "{\"builtin-baseline\":\"a\",\"dependencies\":[\"zlib\",",
];

fuzz_target!(|input: (u8, &str)| mainstay_fuzz::bill(&BEGINNINGS, input.0, input.1));
