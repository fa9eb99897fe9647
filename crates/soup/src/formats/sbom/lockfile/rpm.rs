//! Installed packages of rpm, in the output of this command:
//! `rpm -qa --qf '%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{VENDOR}\t%{SOURCERPM}\n'`.
//!
//! The plain output of `rpm -qa` is refused: it omits epochs, without which versions compare wrongly.

use super::{Sight, purl_with};
use crate::model::bill::Bill;
use crate::model::component::Component;
use mainstay_base::note::{Gravity, Unreadable};

/// Placeholders for a tag that a package does not have.
const NONE: &str = "(none)";
const COMMAND: &str =
    r"rpm -qa --qf '%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{VENDOR}\t%{SOURCERPM}\n'";

/// Names of vendors, the namespace of their packages, and the suffix of a package's release before that of the distribution.
const VENDORS: [(&str, &str, &str); 15] = [
    ("AlmaLinux", "almalinux", ".el"),
    ("Amazon", "amazon", ".amzn"),
    ("CentOS", "centos", ".el"),
    ("Fedora", "fedora", ".fc"),
    ("Mageia", "mageia", ".mga"),
    ("Microsoft", "azurelinux", ".azl"),
    ("Oracle", "oracle", ".el"),
    ("Red Hat", "redhat", ".el"),
    ("Rocky", "rocky", ".el"),
    ("SUSE LLC", "suse", ""),
    ("VMware", "photon", ".ph"),
    ("Wind River", "windriver", ""),
    ("openEuler", "openeuler", ".oe"),
    ("openSUSE", "opensuse", ""),
    ("CloudLinux", "cloudlinux", ".el"),
];

/// The columns of a line.
fn columns(line: &str) -> Option<[&str; 7]> {
    let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
    <[&str; 7]>::try_from(columns).ok()
}

/// Whether it is such a list: the first lines have seven columns, the second an epoch or the placeholder for none.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    let fits = |line: &str| {
        columns(line).is_some_and(|[name, epoch, version, ..]| {
            let is_epoch =
                epoch == NONE || (!epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit()));
            is_epoch && !name.is_empty() && !version.is_empty()
        })
    };
    let mut lines = sight.text.lines().filter(|line| !line.trim().is_empty()).take(5).peekable();
    sight.members.is_none() && lines.peek().is_some() && lines.all(fits)
}

/// Reads the list. The keys of vendors, which rpm keeps among the packages, are skipped.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut bill = Bill { format: "rpm -qa".to_owned(), ..Bill::default() };
    let mut unknown = 0_usize;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", index + 1);
        let Some(fields) = columns(line) else {
            bill.notes.add(Gravity::Refused, place, "not seven columns: skipped");
            continue;
        };
        if fields.first() == Some(&"gpg-pubkey") {
            continue;
        }
        let component = component(fields);
        unknown += usize::from(component.purls.is_empty());
        bill.components.push(Component { place, ..component });
    }
    if unknown > 0 {
        let words =
            format!("the vendor of {unknown} packages is not a known distribution: they have no package URL");
        bill.notes.add(Gravity::Warning, "document", words);
    }
    Ok(bill)
}

fn component([name, epoch, version, release, arch, vendor, source]: [&str; 7]) -> Component {
    let some = |text: &str| Some(text.to_owned()).filter(|text| text != NONE && !text.is_empty());
    let epoch = some(epoch).filter(|epoch| epoch != "0");
    let known = VENDORS.iter().find(|(word, ..)| vendor.contains(word));
    let full = format!("{version}-{release}");
    let purl = known.and_then(|(_, namespace, mark)| {
        let distro = distro(namespace, mark, release);
        let (arch, source) = (some(arch), some(source));
        let qualifiers = [
            ("arch", arch.as_deref()),
            ("distro", distro.as_deref()),
            ("epoch", epoch.as_deref()),
            ("upstream", source.as_deref()),
        ];
        purl_with("rpm", (Some(namespace), name), &full, qualifiers)
    });
    let before = epoch.as_ref().map(|epoch| format!("{epoch}:")).unwrap_or_default();
    Component {
        reference: format!("{name}-{before}{full}.{arch}"),
        name: name.to_owned(),
        version: Some(format!("{before}{full}")),
        supplier: some(vendor),
        purls: purl.into_iter().collect(),
        ..Component::default()
    }
}

/// `redhat-9` of a release such as `3.el9_4`.
fn distro(namespace: &str, mark: &str, release: &str) -> Option<String> {
    let (_, rest) = release.rsplit_once(mark).filter(|_| !mark.is_empty())?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{namespace}-{digits}"))
}

/// Whether it is the plain output of `rpm -qa`: names such as `zlib-1.2.11-40.el9.x86_64`, one per line.
pub fn looks_like_names(sight: &Sight<'_>) -> bool {
    let is_name = |line: &str| {
        let line = line.trim();
        let arch = line.rsplit_once('.').map(|(_, arch)| arch);
        let known = ["x86_64", "noarch", "aarch64", "i686", "ppc64le", "s390x", "armv7hl", "riscv64"];
        arch.is_some_and(|arch| known.contains(&arch))
            && line.matches('-').count() >= 2
            && !line.contains(char::is_whitespace)
    };
    let mut lines =
        sight.text.lines().filter(|line| !line.starts_with("gpg-pubkey-") && !line.trim().is_empty());
    let mut first = lines.by_ref().take(20).peekable();
    sight.members.is_none() && first.peek().is_some() && first.all(is_name)
}

/// Refuses it and names the command to use.
pub fn refuse_names(_: &str) -> Result<Bill, Unreadable> {
    let reason = format!(
        "the plain output of `rpm -qa` omits epochs, without which versions compare wrongly: use the output of `{COMMAND}`"
    );
    Err(Unreadable::at("document", reason))
}
