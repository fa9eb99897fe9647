//! Installed packages of a system's package manager.

use super::*;

const STATUS: &str = "Package: base-files\nStatus: install ok installed\nMaintainer: Santiago Vila <sanvila@debian.org>\nArchitecture: amd64\nVersion: 12.4+deb12u5\nDescription: Debian base system miscellaneous files\n more words: with a colon\n\n\
Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl (3.0.11-1)\nVersion: 3.0.11-1~deb12u2\nDepends: libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0\n\n\
Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u4\n\n\
Package: cdebconf\nStatus: install ok installed\nProvides: debconf-2.0\nVersion: 0.271\n\n\
Package: gone\nStatus: deinstall ok config-files\nVersion: 1.0\n\n\
Package: broken\nStatus: install ok installed\n";

#[test]
fn dpkg_gives_source_packages_the_release_and_the_installed_packages() {
    let bill = bill_of(STATUS, "a file");
    assert_eq!((bill.format.as_str(), bill.components.len()), ("dpkg status", 4));
    let ssl = named(&bill, "libssl3 3.0.11-1~deb12u2");
    assert_eq!(
        ssl.purls,
        ["pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl%403.0.11-1"]
    );
    assert_eq!(on(&bill, "libssl3"), ["cdebconf", "libc6"]);
    assert_eq!(grave(&bill), [(Gravity::Refused, "line 31")]);
}

#[test]
fn the_index_of_a_repository_is_not_a_list_of_installed_packages() {
    let index = "Package: zlib1g\nArchitecture: amd64\nVersion: 1:1.2.13\nFilename: pool/main/z/zlib/zlib1g_1.2.13_amd64.deb\n";
    assert!(refused(index.as_bytes()).reason.contains("not recognised"));
}

#[test]
fn dpkg_of_ubuntu_and_of_an_unknown_distribution_are_distinguished() {
    let ubuntu = bill_of(
        "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 13ubuntu10\nMaintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>\n",
        "status",
    );
    assert_eq!(ubuntu.components[0].purls, ["pkg:deb/ubuntu/base-files@13ubuntu10?arch=amd64"]);
    let unknown = bill_of(
        "Package: base-files\nStatus: install ok installed\nVersion: 12.4+rpi1\nMaintainer: A <a@example.org>\n",
        "status",
    );
    assert_eq!((unknown.components[0].purls.len(), grave(&unknown).len()), (0, 1));
}

#[test]
fn the_output_of_dpkg_is_read_with_a_warning() {
    let bill = bill_of(
        "Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ Name           Version      Architecture Description\n+++-==============-============-============-=================================\nii  base-files     12.4+deb12u5 amd64        Debian base system\nrc  gone           1.0          amd64        removed\nii  zlib1g:amd64   1:1.2.13     amd64        compression\n",
        "a file",
    );
    assert_eq!(bill.components.len(), 2);
    assert_eq!(
        named(&bill, "zlib1g 1:1.2.13").purls,
        ["pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12"]
    );
    assert!(bill.notes.notes.iter().any(|note| note.text.contains("/var/lib/dpkg/status")));
}

#[test]
fn apk_gives_origins_dependencies_and_the_release() {
    let bill = bill_of(
        "C:Q1abc=\nP:alpine-release\nV:3.20.3-r0\nA:x86_64\nT:Alpine release data\n\nC:Q1def=\nP:libcrypto3\nV:3.3.2-r0\nA:x86_64\nL:Apache-2.0\no:openssl\nD:so:libc.musl-x86_64.so.1 !conflict\np:so:libcrypto.so.3=3\nF:lib\nR:libcrypto.so.3\na:0:0:755\n\nP:musl\nV:1.2.5-r0\nA:x86_64\np:so:libc.musl-x86_64.so.1=1\n\nP:broken\nA:x86_64\n",
        "a file",
    );
    let crypto = named(&bill, "libcrypto3 3.3.2-r0");
    assert_eq!(
        crypto.purls,
        ["pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3&upstream=openssl"]
    );
    assert_eq!((crypto.licences.join(""), on(&bill, "libcrypto3")), ("Apache-2.0".to_owned(), vec!["musl"]));
    assert_eq!(grave(&bill), [(Gravity::Refused, "line 24")]);
    let unknown = bill_of("P:busybox\nV:1.36\nA:x86_64\n", "installed");
    assert_eq!((unknown.components[0].purls.len(), grave(&unknown).len()), (0, 1));
}

#[test]
fn rpm_gives_epochs_vendors_and_source_packages() {
    let bill = bill_of(
        "openssl-libs\t1\t3.0.7\t27.el9\tx86_64\tRed Hat, Inc.\topenssl-3.0.7-27.el9.src.rpm\nzlib\t(none)\t1.2.11\t40.el9\tx86_64\tRed Hat, Inc.\tzlib-1.2.11-40.el9.src.rpm\ngpg-pubkey\t(none)\tfd431d51\t4ae0493b\t(none)\t(none)\t(none)\nown\t(none)\t1.0\t1\tnoarch\tAcme\t(none)\n",
        "a file",
    );
    assert_eq!(
        named(&bill, "openssl-libs 1:3.0.7-27.el9").purls,
        [
            "pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=redhat-9&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm"
        ]
    );
    assert_eq!(named(&bill, "zlib 1.2.11-40.el9").supplier.as_deref(), Some("Red Hat, Inc."));
    assert_eq!((bill.components.len(), named(&bill, "own 1.0-1").purls.len()), (3, 0));
    assert_eq!(grave(&bill), [(Gravity::Warning, "document")]);
}

#[test]
fn the_plain_output_of_rpm_is_refused_with_the_command_to_use() {
    let refused =
        refused(b"zlib-1.2.11-40.el9.x86_64\ngpg-pubkey-fd431d51-4ae0493b\ntzdata-2024a-1.el9.noarch\n");
    assert!(refused.reason.contains("%{EPOCH}"), "{refused}");
}
