//! Sources that publish whole files: CISA KEV, EPSS, archives of OSV, endoflife.date.

use super::line::{Line, Stopped, Wanted};
use mainstay_base::network::escaped;

const MIB: u64 = 1 << 20;

fn wanted(address: String, name: &str, limit: u64) -> Wanted {
    Wanted {
        address,
        name: name.to_owned(),
        limit,
        headers: Vec::new(),
        unless_known: true,
        doing: format!("fetching {name}"),
    }
}

/// The catalogue of exploited vulnerabilities.
pub(super) fn kev(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let address = line.settings.kev_address.trim().to_owned();
    line.update_file(&wanted(address, "known_exploited_vulnerabilities.json", 256 * MIB))
}

/// The newest scores.
pub(super) fn epss(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let address = line.settings.epss_address.trim().to_owned();
    line.update_file(&wanted(address, "epss_scores-current.csv.gz", 512 * MIB))
}

/// The archive of each ecosystem.
pub(super) fn osv(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let base = line.settings.osv_address.trim().trim_end_matches('/').to_owned();
    let each = line.settings.osv_ecosystems.iter().map(|name| name.trim().to_owned());
    let files: Vec<Wanted> = each
        .filter(|name| !name.is_empty())
        .map(|name| {
            let address = format!("{base}/{}/all.zip", escaped(&name));
            wanted(address, &format!("osv-{}-all.zip", file_name(&name)), 8192 * MIB)
        })
        .collect();
    all(line, &files)
}

/// All products, or those that are named.
pub(super) fn eol(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let base = line.settings.eol_address.trim().trim_end_matches('/').to_owned();
    if line.settings.eol_products.is_empty() {
        return line.update_file(&wanted(
            format!("{base}/products/full"),
            "endoflife-products.json",
            256 * MIB,
        ));
    }
    let each = line.settings.eol_products.iter().map(|name| name.trim().to_owned());
    let files: Vec<Wanted> = each
        .filter(|name| !name.is_empty())
        .map(|name| {
            let address = format!("{base}/products/{}", escaped(&name));
            wanted(address, &format!("endoflife-{}.json", file_name(&name)), 64 * MIB)
        })
        .collect();
    all(line, &files)
}

/// Updates several files. One that fails does not prevent the others; the failure names them all.
fn all(line: &mut Line<'_>, files: &[Wanted]) -> Result<bool, Stopped> {
    let (mut changed, mut failed) = (false, Vec::new());
    for file in files {
        match line.update_file(file) {
            Ok(new) => changed |= new,
            Err(Stopped::Failed(why)) => failed.push(format!("{}: {why}", file.name)),
            Err(stopped) => return Err(stopped),
        }
    }
    if failed.is_empty() { Ok(changed) } else { Err(Stopped::Failed(failed.join("; "))) }
}

/// A name with nothing in it that a file name cannot have.
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = name.chars().map(plain).take(150).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}
