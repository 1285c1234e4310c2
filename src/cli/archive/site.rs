//! `parytet archive site`.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::Context;

use super::args::SiteArgs;
use crate::archive::{self, site};
use crate::cli::Failure;
use crate::cli::shell::Shell;

/// Runs the command.
pub(super) fn run(args: &SiteArgs, shell: &Shell) -> Result<u8, Failure> {
    let chain = archive::chain(&args.archive)?;
    let folder = args.output.join("entries");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut made = 0;
    for entry in &chain {
        let path = args.output.join(site::page_name(entry.sequence));
        if !begins_with(&path, &site::mark(&entry.digest)) {
            put(&path, &site::page(entry))?;
            made += 1;
        }
    }
    let index = args.output.join("index.html");
    put(&index, &site::index(&chain))?;
    if !shell.quiet {
        shell.data(&format!(
            "{}: {} entries, {made} pages made\n",
            index.display(),
            chain.len()
        ))?;
    }
    Ok(0)
}

/// Puts a page in place, whole. It can be made again, so that nobody waits for the disk.
fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, path))
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(())
}

/// Whether a file is there and begins so.
fn begins_with(path: &Path, beginning: &str) -> bool {
    let mut start = vec![0; beginning.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == beginning.as_bytes()
}
