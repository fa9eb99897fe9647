//! Makes much advisory data out of some: `cargo run --release --example generate_advisories -- FOLDER OUT --records 360000 --components 4000`.
//!
//! FOLDER holds NVD API 2.0 pages (`.json` or `.json.gz`). They are repeated under new identifiers into pages of 2,000 records, as the NVD
//! hands them out, and a bill of materials is made of the products that they name: a component of each of as many vulnerable products, far more
//! findings than a real one has. With `--bills` a second one, `real.cdx.json`, is made of the distinct components of the documents in that
//! folder, each with the CPE name that a scanner of images would guess. The same arguments give the same files.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use clap::Parser;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// Records of one page.
const PAGE: usize = 2000;

#[derive(Parser)]
struct Arguments {
    /// Folder with NVD API 2.0 pages.
    folder: PathBuf,
    /// Folder for the new pages and `bill.cdx.json`.
    out: PathBuf,
    /// Records to write.
    #[arg(long, default_value_t = 360_000)]
    records: usize,
    /// Components of the bill of materials.
    #[arg(long, default_value_t = 4_000)]
    components: usize,
    /// Folder with bills of materials, for the second one.
    #[arg(long)]
    bills: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.out)?;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&arguments.folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut records = Vec::new();
    for path in &paths {
        let mut page = page(path)?;
        if let Some(list) = page["vulnerabilities"].as_array_mut() {
            records.append(list);
        }
    }
    if records.is_empty() {
        return Err("the folder holds no NVD API 2.0 page with records".into());
    }
    write_pages(&arguments, &records)?;
    write_bill(&arguments, &records)?;
    if let Some(folder) = &arguments.bills {
        write_real_bill(&arguments, folder)?;
    }
    Ok(())
}

/// Every file below a folder, in the order of their names.
fn files_below(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() { files_below(&path, into)? } else { into.push(path) }
    }
    Ok(())
}

/// Distinct components of real documents; what is no bill of materials is passed over.
fn write_real_bill(arguments: &Arguments, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths = Vec::new();
    files_below(folder, &mut paths)?;
    let mut components = BTreeMap::new();
    for path in &paths {
        let Ok(inspected) = mainstay::soup::inspect_bill(path) else { continue };
        for component in inspected.bill.components {
            let Some(version) = component.version else { continue };
            let guess = |name: &str| format!("cpe:2.3:a:{name}:{name}:{version}:*:*:*:*:*:*:*");
            let plain =
                |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
            let guessed = Some(guess(&component.name)).filter(|_| plain(&component.name) && plain(&version));
            let mut one = json!({ "type": "library", "name": component.name, "version": version });
            if let Some(cpe) = component.cpes.first().cloned().or(guessed) {
                one["cpe"] = cpe.into();
            }
            if let Some(purl) = component.purls.first() {
                one["purl"] = purl.clone().into();
            }
            components.insert((component.name, version), one);
        }
    }
    let all = components.len();
    let every = (all / arguments.components.max(1)).max(1);
    let chosen: Vec<Value> = components.into_values().step_by(every).take(arguments.components).collect();
    println!("{} components of {all} distinct ones in {} files", chosen.len(), paths.len());
    write_components(&arguments.out.join("real.cdx.json"), chosen)
}

fn write_components(path: &Path, mut components: Vec<Value>) -> Result<(), Box<dyn Error>> {
    for (number, component) in components.iter_mut().enumerate() {
        component["bom-ref"] = format!("c{number}").into();
    }
    let bill =
        json!({"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "components": components});
    std::fs::write(path, serde_json::to_vec_pretty(&bill)?)?;
    Ok(())
}

fn page(path: &Path) -> Result<Value, Box<dyn Error>> {
    let mut text = String::new();
    let file = BufReader::new(File::open(path)?);
    if path.extension().is_some_and(|extension| extension == "gz") {
        MultiGzDecoder::new(file).read_to_string(&mut text)?;
    } else {
        file.take(u64::MAX).read_to_string(&mut text)?;
    }
    Ok(serde_json::from_str(&text)?)
}

fn write_pages(arguments: &Arguments, records: &[Value]) -> Result<(), Box<dyn Error>> {
    let mut page = Vec::with_capacity(PAGE);
    let mut number = 0;
    for (turn, record) in records.iter().cycle().take(arguments.records).enumerate() {
        let mut record = record.clone();
        let copy = turn / records.len();
        if let Some(id) = record["cve"]["id"].as_str().filter(|_| copy > 0) {
            let mut parts = id.splitn(3, '-');
            let (_, year, rest) = (parts.next(), parts.next().unwrap_or("2000"), parts.next().unwrap_or("0"));
            record["cve"]["id"] = format!("CVE-{year}-{copy}{rest:0>8}").into();
        }
        page.push(record);
        if page.len() == PAGE || turn + 1 == arguments.records {
            let document = json!({
                "resultsPerPage": page.len(), "startIndex": number * PAGE, "totalResults": arguments.records,
                "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-11-20T00:00:00.000", "vulnerabilities": page,
            });
            let path = arguments.out.join(format!("page-{number:04}.json.gz"));
            let mut out = GzEncoder::new(File::create(path)?, Compression::fast());
            serde_json::to_writer(&mut out, &document)?;
            out.finish()?.flush()?;
            page = Vec::with_capacity(PAGE);
            number += 1;
        }
    }
    Ok(())
}

/// Products that the records name, each with a version that a criterion names, spread evenly over all of them.
fn write_bill(arguments: &Arguments, records: &[Value]) -> Result<(), Box<dyn Error>> {
    let mut products = BTreeMap::new();
    for record in records {
        let configurations = record["cve"]["configurations"].as_array().into_iter().flatten();
        for found in configurations
            .flat_map(|one| one["nodes"].as_array().into_iter().flatten())
            .flat_map(|one| one["cpeMatch"].as_array().into_iter().flatten())
        {
            let criteria = found["criteria"].as_str().unwrap_or_default();
            let parts: Vec<&str> = criteria.split(':').collect();
            let ends = ["versionEndExcluding", "versionEndIncluding", "versionStartIncluding"];
            let bound = ends.iter().find_map(|end| found[*end].as_str());
            let own = parts.get(5).copied().filter(|version| !matches!(*version, "*" | "-"));
            if let (Some(version), [_, _, part, vendor, product, ..]) = (own.or(bound), parts.as_slice())
                && !criteria.contains('\\')
            {
                let product = ((*part).to_owned(), (*vendor).to_owned(), (*product).to_owned());
                products.entry(product).or_insert_with(|| version.to_owned());
            }
        }
    }
    let every = (products.len() / arguments.components.max(1)).max(1);
    let components: Vec<Value> = products
        .iter()
        .step_by(every)
        .take(arguments.components)
        .map(|((part, vendor, product), version)| {
            json!({
                "type": "library", "name": product, "version": version, "publisher": vendor,
                "cpe": format!("cpe:2.3:{part}:{vendor}:{product}:{version}:*:*:*:*:*:*:*"),
            })
        })
        .collect();
    println!("{} components", components.len());
    write_components(&arguments.out.join("bill.cdx.json"), components)
}
