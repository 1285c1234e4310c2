//! `parytet completions` and `parytet man`: made of the definition of the command line, as the help is.

use anyhow::{Context as _, anyhow};
use clap::CommandFactory as _;
use clap_complete::Shell as Language;
use clap_mangen::Man;

use super::Failure;
use super::args::Cli;
use super::shell::Shell;

/// Prints what a shell needs to complete commands, flags and formats.
pub(super) fn completions(language: Language, shell: &Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(language, &mut Cli::command(), "parytet", &mut script);
    shell.data(&script)?;
    Ok(0)
}

/// Prints the manual page of the program, or of one of its commands.
pub(super) fn man(name: Option<&str>, shell: &Shell) -> Result<u8, Failure> {
    let mut whole = Cli::command();
    whole.build();
    let page = match name {
        None => Man::new(whole),
        Some(name) => {
            let known: Vec<&str> = whole.get_subcommands().map(clap::Command::get_name).collect();
            let known = known.join(", ");
            let found = whole.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| anyhow!("there is no command `{name}`; the commands are {known}"))?;
            Man::new(found).title(format!("parytet-{name}"))
        }
    };
    let mut text = Vec::new();
    page.render(&mut text).context("cannot make the manual page")?;
    shell.data(&text)?;
    Ok(0)
}
