//! `mainstay advisories update`, as a person meets it.

use std::path::PathBuf;

use mainstay::soup::{UpdateSettings, UpdateSource};
use serde_json::Value;

use crate::advisory_server::{server, settings};
use crate::desk::program;

struct Bench {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Bench {
    fn new(sources: &[UpdateSource]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("update.ron");
        let mut settings = settings(&server(), sources);
        settings.eol_address = "http://advisories.example/".to_owned();
        settings.save(&config).unwrap();
        Self { folder, config }
    }

    fn run(&self, more: &[&str]) -> (i32, String, String) {
        let cache = self.folder.path().join("cache");
        let output = program()
            .args(["advisories", "update", "--cache"])
            .arg(cache)
            .arg("--config")
            .arg(&self.config)
            .args(more)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn the_sources_of_the_settings_or_the_named_ones_are_updated_and_each_has_its_line() {
    let bench = Bench::new(&[UpdateSource::Kev]);
    let (code, out, err) = bench.run(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("CISA KEV: updated: 1 file, 1 record, 1 new"), "{out}");
    let (code, out, _) = bench.run(&["--source", "kev,epss", "--json"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["format"], 1);
    let outcomes: Vec<_> =
        report["sources"].as_array().unwrap().iter().map(|one| (&one["source"], &one["outcome"])).collect();
    assert_eq!(
        format!("{outcomes:?}"),
        r#"[(String("kev"), String("unchanged")), (String("epss"), String("updated"))]"#
    );
}

#[test]
fn a_source_that_fails_is_told_with_its_reason_and_the_others_are_updated() {
    let bench = Bench::new(&[UpdateSource::Kev, UpdateSource::Epss]);
    let mut settings = UpdateSettings::load(&bench.config).unwrap();
    // What comes from there is no advisory data.
    settings.kev_address = settings.kev_address.replace("/kev.json", "/notes.txt");
    settings.save(&bench.config).unwrap();
    let (code, out, err) = bench.run(&[]);
    assert_eq!(code, 1, "{out}");
    assert!(
        out.contains("CISA KEV: not updated: what came was not imported: document: not a known kind"),
        "{out}"
    );
    assert!(out.contains("EPSS: updated: 1 file"), "{out}");
    assert!(err.contains("1 of 2 sources could not be updated; the reasons are listed above"), "{err}");
}

#[test]
fn wrong_usage_says_what_to_do_and_asks_no_server() {
    let bench = Bench::new(&[]);
    for (more, part) in [
        (&[][..], "No source is chosen; name sources with --source"),
        (
            &["--source", "gossip"][..],
            "there is no source “gossip”; the sources are kev, epss, eol, osv, csaf, nvd",
        ),
        (&["--source", "osv,csaf"][..], "OSV: no ecosystem is named"),
        (&["--source", "eol"][..], "not encrypted"),
    ] {
        let (code, out, err) = bench.run(more);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(part), "{err}");
    }
    std::fs::write(&bench.config, "(sources: [Gossip])").unwrap();
    let (code, _, err) = bench.run(&[]);
    assert!(code == 1 && err.contains("cannot be used: line 1"), "{code} {err}");
    std::fs::remove_file(&bench.config).unwrap();
    let (code, _, err) = bench.run(&["--source", "kev"]);
    assert!(code == 1 && err.contains("there is no file"), "{code} {err}");
}

#[test]
fn the_settings_of_the_documentation_are_understood() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/command-line.md")).unwrap();
    let section = text.split("### Updating from the network").nth(1).unwrap();
    let example = section.split("```ron").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("update.ron");
    std::fs::write(&path, example).unwrap();
    let mut settings = UpdateSettings::load(&path).unwrap();
    assert!(!settings.allowed && settings.sources.len() == UpdateSource::ALL.len());
    settings.allowed = true;
    assert!(settings.missing().is_empty(), "{:?}", settings.missing());
}
