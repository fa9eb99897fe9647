//! `mainstay new`.

use super::CommandResult;
use super::args::NewArguments;
use super::failure::Failure;
use super::open;
use crate::domain::choice::Choice;
use crate::domain::product::{Market, SafetyClass};
use crate::ops::{self, FirstPerson, NewFile, NewProduct, Password, ProductFile, default_policy};

/// Creates a product file.
pub fn new_file(arguments: NewArguments) -> CommandResult {
    let class = choice::<SafetyClass>("--class", &arguments.class)?;
    let markets: Vec<Market> =
        arguments.markets.iter().map(|code| choice("--market", code)).collect::<Result<_, _>>()?;
    let new = NewFile {
        product: NewProduct {
            name: arguments.product,
            manufacturer: arguments.manufacturer,
            class,
            class_rationale: arguments.class_rationale,
            markets,
        },
        person: FirstPerson { login: arguments.login, full_name: arguments.full_name, roles: Vec::new() },
        policy: default_policy(),
    };
    let password = new_password(&new.person.login)?;
    let (file, session, code) = ProductFile::create(&arguments.path, &new, &password, &ops::stamp())?;
    Ok(format!(
        "Created {}\n{} signs in as {}\nRecovery code  {code}\nPrint the code and lock it away: it is stored nowhere and restores an administrator once.\nNext: mainstay {} opens it in the window, where People invites the others; docs/command-line.md shows a first script\n",
        file.path().display(),
        session.name(),
        session.login(),
        file.path().display(),
    ))
}

fn new_password(login: &str) -> Result<Password, Failure> {
    let first = open::password(&format!("New password for {login}: "))?;
    if open::password_is_set() {
        return Ok(first);
    }
    let again = open::password("Repeat the password: ")?;
    if first == again {
        Ok(first)
    } else {
        Err(Failure::usage("the two passwords differ; nothing was created"))
    }
}

/// A choice by its code; upper and lower case are equal.
fn choice<C: Choice>(what: &str, code: &str) -> Result<C, Failure> {
    C::from_code(&code.to_lowercase()).ok_or_else(|| {
        let known: Vec<_> = C::OPTIONS.iter().map(|option| option.code).collect();
        Failure::usage(format!("{what} “{code}” is not one of {}", known.join(", ")))
    })
}
