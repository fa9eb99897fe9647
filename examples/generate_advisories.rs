//! Makes much advisory data out of some: `cargo run --release --example generate_advisories -- FOLDER OUT --records 360000 --components 4000`.
//!
//! FOLDER holds NVD API 2.0 pages (`.json` or `.json.gz`). They are repeated under new identifiers into pages of 2,000 records, as the NVD
//! hands them out, and a bill of materials is made of the products that they name. The same arguments give the same files.

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
        .enumerate()
        .map(|(number, ((part, vendor, product), version))| {
            json!({
                "type": "library", "bom-ref": format!("c{number}"), "name": product, "version": version, "publisher": vendor,
                "cpe": format!("cpe:2.3:{part}:{vendor}:{product}:{version}:*:*:*:*:*:*:*"),
            })
        })
        .collect();
    println!("{} components", components.len());
    let bill =
        json!({"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "components": components});
    std::fs::write(arguments.out.join("bill.cdx.json"), serde_json::to_vec_pretty(&bill)?)?;
    Ok(())
}
