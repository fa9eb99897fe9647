//! Mappings from columns to fields: those that ship with the program, and a person's own.

use std::path::Path;

use serde_json::Value;

use crate::domain::ids::Kind;
use crate::exchange::feedback::{self as rows, Mapping};
use crate::ops::files;
use crate::ops::refused::Refused;
use mainstay_base::fresh_file::FreshFile;

/// The mappings to choose from: those that ship with the program, then the person's own from a folder. The
/// second list names files of the folder that cannot be read.
pub fn import_mappings(folder: Option<&Path>) -> (Vec<Mapping>, Vec<String>) {
    let mut found = rows::shipped_mappings().to_vec();
    let mut problems = Vec::new();
    let Some(entries) = folder.and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return (found, problems);
    };
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "ron"))
        .collect();
    paths.sort();
    for path in paths {
        match read_mapping(&path) {
            Ok(mapping) => found.push(mapping),
            Err(refusal) => problems.push(refusal.to_string()),
        }
    }
    (found, problems)
}

/// A mapping by its name, or by its file if the name ends in `.ron`.
pub fn find_mapping(named: &str, folder: Option<&Path>) -> Result<Mapping, Refused> {
    if Path::new(named).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ron")) {
        return read_mapping(Path::new(named));
    }
    let (known, _) = import_mappings(folder);
    let names = known.iter().map(|mapping| format!("“{}”", mapping.name)).collect::<Vec<_>>().join(", ");
    known.into_iter().find(|mapping| mapping.name.eq_ignore_ascii_case(named.trim())).ok_or_else(|| {
        Refused::Rule(format!("there is no mapping “{named}”; choose one of {names}, or give a .ron file"))
    })
}

/// Reads a mapping from a RON file.
pub fn read_mapping(path: &Path) -> Result<Mapping, Refused> {
    let bytes = files::read(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Refused::Rule(format!("{} is not UTF-8 text", path.display())))?;
    Mapping::from_ron(&text).map_err(|error| Refused::Rule(format!("{}: {error}", path.display())))
}

/// Saves a mapping in the person's folder under its name, replacing one of the same name. Any other file stays.
pub fn save_mapping(folder: &Path, mapping: &Mapping) -> Result<(), Refused> {
    Ok(written_mapping(folder, mapping)?.persist_over()?)
}

/// The mapping in a new file that does not have its name yet.
fn written_mapping(folder: &Path, mapping: &Mapping) -> Result<FreshFile, Refused> {
    let stem: String = mapping
        .name
        .trim()
        .chars()
        .map(|character| if character.is_alphanumeric() { character.to_ascii_lowercase() } else { '-' })
        .take(80)
        .collect();
    if stem.trim_matches('-').is_empty() {
        return Err(Refused::Rule("give the mapping a name".to_owned()));
    }
    let text = mapping.to_ron().map_err(|error| Refused::Rule(error.to_string()))?;
    let failed = |error: std::io::Error| {
        Refused::Rule(format!("the mapping could not be saved in {}: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let path = folder.join(format!("{stem}.ron"));
    let own = || read_mapping(&path).is_ok_and(|former| former.name.trim() == mapping.name.trim());
    if path.symlink_metadata().is_ok() && !own() {
        let words = "is another file and is not overwritten; give the mapping another name";
        return Err(Refused::Rule(format!("{} {words}", path.display())));
    }
    let mut file = FreshFile::over(&path, Some(&path))?;
    file.put(text.as_bytes())?;
    Ok(file)
}

/// The mapping with a question answered. A moment needs its time of day: deadlines run from it.
pub fn answered(mapping: Mapping, target: &str, answer: &str) -> Result<Mapping, Refused> {
    let Some(field) = Kind::Feedback.def().field(target) else {
        return Err(Refused::Rule(format!("feedback has no field “{target}”")));
    };
    let answer = answer.trim();
    field
        .parse(&Value::String(answer.to_owned()))
        .map_err(|reason| Refused::invalid(target, reason).with_labels(Kind::Feedback.def()))?;
    Ok(mapping.with_constant(target, answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(name: &str) -> Mapping {
        Mapping { name: name.to_owned(), ..rows::shipped_mappings()[0].clone() }
    }

    #[test]
    fn a_mapping_replaces_only_its_own_file_and_a_kill_leaves_the_former_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("our-helpdesk.ron");
        save_mapping(folder.path(), &mapping("Our helpdesk")).unwrap();
        let former = std::fs::read(&path).unwrap();
        // A killed program leaves the file that it was writing.
        std::mem::forget(written_mapping(folder.path(), &mapping("Our helpdesk")).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), former);
        save_mapping(folder.path(), &mapping("Our helpdesk")).unwrap();
        let refusal = save_mapping(folder.path(), &mapping("Our/helpdesk")).unwrap_err().to_string();
        assert!(refusal.contains("our-helpdesk.ron is another file and is not overwritten"), "{refusal}");
        std::fs::write(&path, "notes").unwrap();
        assert!(save_mapping(folder.path(), &mapping("Our helpdesk")).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"notes");
    }
}
