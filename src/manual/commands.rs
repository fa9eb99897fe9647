//! The command line in the manual, as the program itself explains it.

use clap::CommandFactory as _;

use crate::cli::Arguments;
use crate::report::{Block, Cell, Column, Section};

/// What counts for all commands.
pub fn overview() -> Vec<Block> {
    let command = Arguments::command();
    let text = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    text.split("\n\n").map(|text| Block::Paragraph { text: text.replace('\n', " ") }).collect()
}

/// A section for each command, those below it included.
pub fn sections() -> Vec<Section> {
    let mut sections = Vec::new();
    for command in Arguments::command().get_subcommands() {
        add(command, "mainstay", &mut sections);
    }
    sections
}

fn add(command: &clap::Command, before: &str, sections: &mut Vec<Section>) {
    let name = format!("{before} {}", command.get_name());
    let text = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let mut blocks: Vec<Block> =
        text.split("\n\n").map(|text| Block::Paragraph { text: text.replace('\n', " ") }).collect();
    let rows: Vec<Vec<Cell>> = command.get_arguments().filter(|one| !one.is_hide_set()).map(row).collect();
    if !rows.is_empty() {
        let columns = vec![Column::text("Argument", 3), Column::text("What it says", 5)];
        blocks.push(Block::Table { caption: None, columns, rows });
    }
    sections.push(Section { title: name.clone(), level: 2, blocks, ..Section::default() });
    for below in command.get_subcommands() {
        add(below, &name, sections);
    }
}

fn row(argument: &clap::Arg) -> Vec<Cell> {
    let value = if argument.get_action().takes_values() {
        let names = argument.get_value_names().unwrap_or_default();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        if names.is_empty() { argument.get_id().to_string().to_uppercase() } else { names.join(" ") }
    } else {
        String::new()
    };
    let long = argument.get_long().map(|long| format!("--{long}"));
    let short = argument.get_short().map(|short| format!("-{short}"));
    let named: Vec<String> = [short, long].into_iter().flatten().collect();
    let name = format!("{} {value}", named.join(", "));
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let default =
        if defaults.is_empty() { String::new() } else { format!(" (default: {})", defaults.join(", ")) };
    vec![name.trim().into(), format!("{help}{default}").into()]
}
