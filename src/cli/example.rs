//! `mainstay example`: writing the example product and opening it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::args::Renderer;
use super::failure::Failure;
use super::{CommandResult, OpenWindow, Opening, packet, status};
use crate::domain::change_request::ChangeType;
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::ops::{self, Example, Opened, PacketOptions, PacketScope, Password, ProductFile, write_example};

/// Writes the example product and opens it, unless no window can be opened.
pub fn example(path: &Path, window: Option<OpenWindow>, renderer: Renderer, json: bool) -> CommandResult {
    let example = write_example(path)?;
    let output = if json { example_json(path, &example) } else { example_words(path, &example) };
    let Some(open_window) = window else { return Ok(output) };
    // Printed before the window opens, because the passwords are needed there.
    {
        use std::io::Write as _;
        let _ = std::io::stdout().write_all(output.as_bytes());
        let _ = std::io::stdout().flush();
    }
    let why = match display_missing() {
        Some(why) => why.to_owned(),
        None => match open_window(Some(path), Opening::ToWork, renderer) {
            Ok(()) => return Ok(String::new()),
            Err(why) => why,
        },
    };
    let (status, packet) = without_window(path, &example)?;
    if json {
        return Ok(String::new());
    }
    Ok(format!("\nNo window was opened: {why}\nIts first screen would show:\n\n{status}\n{packet}"))
}

/// The text of the first screen, and the packet of the security patch, written next to the file.
fn without_window(path: &Path, example: &Example) -> Result<(String, String), Failure> {
    let Opened::Open(mut file) = ProductFile::open(path, &ops::stamp())? else {
        return Err(Failure::failed(format!("{} was written but cannot be opened", path.display())));
    };
    let status = status::status_words(
        &status::Status::of(file.present(), ops::now()).map_err(crate::ops::Refused::from)?,
    );
    let login = example.people.first().map_or("", |person| &person.login);
    let session = file.sign_in(login, &Password::new(&*example.password), &ops::stamp())?;
    let changes = file.list(Kind::ChangeRequest)?;
    let patch =
        changes.iter().find(|row| row.more.first().is_some_and(|code| code == ChangeType::Security.code()));
    let Some(patch) = patch else { return Ok((status, String::new())) };
    let out = path.with_extension(format!("{}.pdf", patch.id));
    let options = PacketOptions { scope: PacketScope::Change(patch.id), redact: false };
    let packet = packet::write(&mut file, &session, &options, &out)?;
    Ok((status, packet))
}

/// Why no window can be opened here, as far as the environment shows.
pub fn display_missing() -> Option<&'static str> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let missing = cfg!(target_os = "linux") && !set("DISPLAY") && !set("WAYLAND_DISPLAY");
    missing.then_some("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)")
}

fn example_words(path: &Path, example: &Example) -> String {
    let mut output = format!(
        "Wrote the example product to {}\nPassword of everyone  {}\n",
        path.display(),
        example.password
    );
    for person in &example.people {
        let roles: Vec<_> = person.roles.iter().map(|role| role.word()).collect();
        let _ = writeln!(output, "  {:<8} {} ({})", person.login, person.full_name, roles.join(", "));
    }
    output
}

fn example_json(path: &Path, example: &Example) -> String {
    let people: Vec<_> = example
        .people
        .iter()
        .map(|person| {
            json!({
                "login": person.login, "full_name": person.full_name, "roles": person.roles, "password": example.password,
            })
        })
        .collect();
    format!("{:#}\n", json!({"format": 1, "path": path.display().to_string(), "people": people}))
}
