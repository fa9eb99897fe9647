//! Any text behind the beginnings of the packages that dpkg, apk and rpm have installed: never a panic, and what is read keeps the promises of a bill.
#![no_main]

use libfuzzer_sys::fuzz_target;

const BEGINNINGS: [&str; 5] = [
    "Package: base-files\nStatus: install ok installed\nVersion: 12.4+deb12u5\nArchitecture: amd64\n",
    "||/ Name Version Architecture Description\nii  base-files 12.4+deb12u5 amd64 x\n",
    "P:alpine-release\nV:3.20.3-r0\nA:x86_64\n",
    "zlib\t(none)\t1.2.11\t40.el9\tx86_64\tRed Hat, Inc.\tzlib-1.2.11-40.el9.src.rpm\n",
    "zlib-1.2.11-40.el9.x86_64\n",
];

fuzz_target!(|input: (u8, &str)| mainstay_fuzz::bill(&BEGINNINGS, input.0, input.1));
