//! Matching against results computed elsewhere: NVD's configurations at the edges of version ranges, and lock files against OSV.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::BufReader;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use mainstay_soup::formats::{advisories, sbom};
use mainstay_soup::model::advisory::{Advisory, Published};
use mainstay_soup::model::component::Component;
use mainstay_soup::model::matching::{
    Identity, Judgement, Key, Knowledge, Verdict, group, judge, keys_of_advisory, keys_of_identity,
};

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MAINSTAY_DATA");
    if folder.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
    }
    folder.map(PathBuf::from)
}

fn advisories_of(files: &[PathBuf]) -> Vec<Advisory> {
    let mut all = Vec::new();
    for file in files {
        let mut reader = BufReader::new(std::fs::File::open(file).unwrap());
        advisories::read(&mut reader, &file.to_string_lossy(), &mut |record| {
            if let Published::Advisory(advisory) = record.published {
                all.push(*advisory);
            }
            Ok(())
        })
        .unwrap();
    }
    all
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn components(file: &Path) -> Vec<Component> {
    sbom::read(&std::fs::read(file).unwrap(), &file.to_string_lossy()).unwrap().components
}

fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn set(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

struct Index<'a> {
    records: &'a [Advisory],
    by_key: HashMap<Key, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(records: &'a [Advisory]) -> Self {
        let mut by_key: HashMap<Key, Vec<usize>> = HashMap::new();
        for (position, record) in records.iter().enumerate() {
            for key in keys_of_advisory(record) {
                by_key.entry(key).or_default().push(position);
            }
        }
        Self { records, by_key }
    }

    fn judged(&self, identity: &Identity) -> Vec<(&'a Advisory, Judgement)> {
        let keys = keys_of_identity(identity);
        let near: BTreeSet<usize> =
            keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        near.into_iter().map(|at| &self.records[at]).map(|record| (record, judge(identity, record))).collect()
    }
}

fn ids(judged: &[(&Advisory, Judgement)], word: &str) -> BTreeSet<String> {
    judged.iter().filter(|(_, one)| one.verdict.word() == word).map(|(record, _)| record.id.clone()).collect()
}

#[test]
fn components_at_the_edges_of_nvd_ranges_are_judged_exactly() {
    let Some(data) = data() else { return };
    let mut files = vec![data.join("vuln/nvd-api2/pool.nvd2.json")];
    files.extend(files_in(&data.join("vuln/nvd-11")));
    let records = advisories_of(&files);
    let index = Index::of(&records);
    let truth = table(&data.join("truth/nvd-boundary/expected.tsv"));
    let components = components(&data.join("truth/nvd-boundary/sbom.cdx14.json"));
    let mut wrong = Vec::new();
    let (mut affected_all, mut conditional_all, mut unclear) = (0, 0, Vec::new());
    for (row, component) in truth.iter().zip(&components) {
        assert_eq!(component.cpes, [row["component_cpe"].clone()]);
        let judged = index.judged(&Identity::of(component, &Knowledge::default()));
        let affected = ids(&judged, "affected");
        let conditional: BTreeSet<String> =
            ids(&judged, "conditional").difference(&affected).cloned().collect();
        if (&affected, &conditional) != (&set(&row["expected_cves"]), &set(&row["conditional_cves"])) {
            wrong.push(format!(
                "{}\n  ours {affected:?} {conditional:?}\n  theirs {} | {}",
                component.cpes[0], row["expected_cves"], row["conditional_cves"]
            ));
        }
        affected_all += affected.len();
        conditional_all += conditional.len();
        for (record, one) in judged {
            if let Verdict::NotComparable { why } = one.verdict {
                unclear.push(format!("{} {}: {why}", component.cpes[0], record.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), truth.len(), wrong.join("\n"));
    assert_eq!((truth.len(), components.len(), affected_all, conditional_all), (1472, 1472, 1240, 173));
    // A person must decide about versions with more or fewer zeros: the reference treats them as other versions.
    let zeros = unclear.iter().filter(|words| words.contains("may or may not be")).count();
    let unnamed = unclear.iter().filter(|words| words.contains("none of its versions")).count();
    assert_eq!((zeros, unnamed, unclear.len()), (11, 0, 11), "{}", unclear.join("\n"));
}

#[test]
fn lock_files_have_exactly_the_osv_records_that_other_programs_find() {
    let Some(data) = data() else { return };
    let mut files = files_in(&data.join("vuln/osv/rustsec"));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.push(data.join("vuln/osv/pypa-all.osv.jsonl"));
    let records = advisories_of(&files);
    let index = Index::of(&records);
    let truth = table(&data.join("truth/lockfile-osv/expected.tsv"));
    let expected: BTreeSet<(String, String, String)> =
        truth.iter().map(|row| (row["sbom"].clone(), row["purl"].clone(), row["id"].clone())).collect();
    let mut found = BTreeSet::new();
    let mut groups = 0;
    for bill in expected.iter().map(|(bill, ..)| bill.clone()).collect::<BTreeSet<_>>() {
        for component in components(&data.join(format!("truth/lockfile-osv/sbom/{bill}.cdx.json"))) {
            let judged = index.judged(&Identity::of(&component, &Knowledge::default()));
            let hits: Vec<&Advisory> = judged
                .iter()
                .filter(|(_, one)| matches!(one.verdict, Verdict::Affected | Verdict::Conditional { .. }))
                .map(|(record, _)| *record)
                .collect();
            groups += group(&hits).len();
            for record in hits {
                found.insert((bill.clone(), component.purls[0].clone(), record.id.clone()));
            }
        }
    }
    let missing: Vec<_> = expected.difference(&found).collect();
    let more: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing {} {missing:#?}\nmore {} {more:#?}",
        missing.len(),
        more.len()
    );
    assert_eq!((records.len(), expected.len(), groups), (714 + 2661, 275, 275));
}
