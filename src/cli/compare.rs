//! `parytet compare`: two results side by side.

use super::args::{CompareArgs, CompareTo};
use super::shell::Shell;
use super::{Failure, render};
use crate::compare::{compare, json, markdown, text};

/// Runs the command.
pub(super) fn run(args: &CompareArgs, shell: &Shell) -> Result<u8, Failure> {
    let (old, _) = render::result(&args.old)?;
    let (new, _) = render::result(&args.new)?;
    let comparison = compare(&old, &new);
    let face = match args.format {
        CompareTo::Text => text,
        CompareTo::Markdown => markdown,
        CompareTo::Json => json,
    };
    if !shell.quiet {
        shell.data(&face(&comparison))?;
    }
    Ok(0)
}
