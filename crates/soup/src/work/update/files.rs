//! Sources that publish whole files: CISA KEV, EPSS, archives of OSV, endoflife.date.

use super::line::{Line, Stopped, Wanted, each};
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
    let settings = line.settings;
    let base = settings.osv_address.trim().trim_end_matches('/').to_owned();
    all(line, &settings.osv_ecosystems, |name| {
        let address = format!("{base}/{}/all.zip", escaped(name));
        wanted(address, &format!("osv-{}-all.zip", file_name(name)), 8192 * MIB)
    })
}

/// All products, or those that are named.
pub(super) fn eol(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let settings = line.settings;
    let base = settings.eol_address.trim().trim_end_matches('/').to_owned();
    if settings.eol_products.is_empty() {
        return line.update_file(&wanted(
            format!("{base}/products/full"),
            "endoflife-products.json",
            256 * MIB,
        ));
    }
    all(line, &settings.eol_products, |name| {
        let address = format!("{base}/products/{}", escaped(name));
        wanted(address, &format!("endoflife-{}.json", file_name(name)), 64 * MIB)
    })
}

/// Updates a file for each name.
fn all(line: &mut Line<'_>, names: &[String], file: impl Fn(&str) -> Wanted) -> Result<bool, Stopped> {
    let names = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    each(names.map(file), |file| line.update_file(&file).map_err(|why| why.of(&file.name)))
}

/// A name with nothing in it that a file name cannot have.
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = name.chars().map(plain).take(150).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}
