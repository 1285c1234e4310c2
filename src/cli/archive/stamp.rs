//! `parytet archive timestamp`.

use super::args::TimestampArgs;
use super::{append, keys, read};
use crate::archive::{self, RealDisk, Writer};
use crate::cli::Failure;
use crate::cli::output::Output;
use crate::cli::shell::Shell;

/// Runs the command.
pub(super) fn run(args: &TimestampArgs, shell: &Shell) -> Result<u8, Failure> {
    let keys = keys(&args.keys)?;
    let chain = archive::chain(&args.archive)?;
    let entry = archive::find(&chain, args.entry)?;
    if let Some(path) = &args.request {
        Output::open(path)?.write(&archive::request(&entry.digest))?;
        if !shell.quiet {
            shell.data(&format!(
                "{0}: send it to an authority, for example\n  curl -H 'Content-Type: application/timestamp-query' --data-binary @{0} URL > answer.tsr\n",
                path.display()
            ))?;
        }
    }
    if let Some(path) = &args.attach {
        let draft = archive::stamp(entry, read(path)?, &path.display().to_string())?;
        append(&mut Writer::open(&args.archive, &RealDisk)?, draft, &keys, shell)?;
    }
    Ok(0)
}
