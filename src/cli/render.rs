//! `parytet render`: any face, later, from the result that was kept.

use std::path::Path;

use super::args::RenderArgs;
use super::output::{asked, check_outputs, check_printed, open_all, write_all};
use super::shell::Shell;
use super::{CANNOT, Failure};
use crate::diagnostic::{Diagnostic, Place};
use crate::report::face::Face;
use crate::report::face::table::Look;
use crate::report::model::v1;
use crate::report::read;

/// Runs the command.
pub(super) fn run(args: &RenderArgs, shell: &Shell) -> Result<u8, Failure> {
    let asked = asked(&args.output)?;
    check_outputs(
        asked.iter().map(|asked| &asked.path),
        std::slice::from_ref(&args.result),
    )?;
    if !shell.quiet {
        check_printed(&args.to, shell)?;
    }
    let (result, _) = result(&args.result)?;
    let outputs = open_all(&asked)?;
    let on_paper = Look::on_paper(args.all_metrics);
    let mut lost = write_all(outputs, &result, &on_paper, shell);
    let printed = match (args.to.as_slice(), asked.is_empty()) {
        ([], true) => &[Face::Table],
        (faces, _) => faces,
    };
    if !shell.quiet {
        for face in printed {
            if let Err(failure) = shell.data(&face.render(&result, &shell.look(on_paper))) {
                shell.failure(&failure);
                lost = Some(CANNOT);
            }
        }
    }
    Ok(lost.unwrap_or(0))
}

/// The result in a file, and the file's bytes.
///
/// # Errors
/// It can't be read, or is no whole result.
pub(super) fn result(path: &Path) -> Result<(v1::Result, Vec<u8>), Diagnostic> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new("file-not-found", format!("cannot read the result: {error}"))
            .at(Place::of_file(&name))
            .help("check the path; it is relative to the folder where you stand")
    })?;
    Ok((read::read(&name, &bytes)?, bytes))
}
