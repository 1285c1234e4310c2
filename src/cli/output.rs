//! Output files: opened before the log is read, renamed into place when they are whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::shell::Shell;
use super::{CANNOT, Failure};
use crate::report::face::Face;
use crate::report::face::table::Look;
use crate::report::model::v1;

/// An output as it was asked for: `FILE`, or `FACE=FILE` where the suffix does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) face: Face,
    pub(super) path: PathBuf,
}

/// What outputs are asked for.
pub(super) fn asked(outputs: &[PathBuf]) -> Result<Vec<Asked>, Failure> {
    let one = |output: &PathBuf| {
        let named = output.to_str().and_then(|text| text.split_once('='));
        if let Some((face, path)) = named.and_then(|(name, path)| Some((Face::find(name)?, path))) {
            return Ok(Asked {
                face,
                path: PathBuf::from(path),
            });
        }
        let face = Face::from_path(output).ok_or_else(|| {
            let names: Vec<&str> = Face::ALL.into_iter().map(Face::id).collect();
            anyhow!(
                "cannot tell the format of `{}` by its suffix; use .json, .csv, .parquet, .html, .txt, .md, .xml or .sarif, or name it, as in \
                 `gitlab={0}`: {}",
                output.display(),
                names.join(", ")
            )
        })?;
        Ok(Asked {
            face,
            path: output.clone(),
        })
    };
    outputs.iter().map(one).collect()
}

/// Checks that what is to be printed can be: bytes of a table would garble a terminal.
pub(super) fn check_printed(faces: &[Face], shell: &Shell) -> Result<(), Failure> {
    match faces.iter().find(|face| face.is_binary()) {
        Some(face) if faces.len() > 1 => Err(anyhow!(
            "`{}` is no text, so nothing can be printed beside it; write it to a file with --output",
            face.id()
        )
        .into()),
        Some(face) if shell.prints_on_terminal() => Err(anyhow!(
            "`{}` is no text, and would garble the terminal; write it to a file with --output",
            face.id()
        )
        .into()),
        _ => Ok(()),
    }
}

/// Opens every output, before anything is read.
pub(super) fn open_all(asked: &[Asked]) -> Result<Vec<(Face, Output)>, Failure> {
    asked
        .iter()
        .map(|asked| Ok((asked.face, Output::open(&asked.path)?)))
        .collect()
}

/// Writes every output; what can't be written is told, and the others are written all the same. The exit code of the loss.
pub(super) fn write_all(outputs: Vec<(Face, Output)>, result: &v1::Result, look: &Look, shell: &Shell) -> Option<u8> {
    let mut lost = None;
    for (face, output) in outputs {
        if let Err(failure) = output.write(&face.render(result, look)) {
            shell.failure(&failure);
            lost = Some(CANNOT);
        }
    }
    lost
}

/// One output that will be written.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    partial: PathBuf,
    file: Option<File>,
}

impl Output {
    /// Opens a file beside the one asked for, so that a missing folder is found before the log is read.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() {
            return Err(anyhow!("`{}` is a folder; name a file in it", path.display()).into());
        }
        let mut name = path.file_name().map(std::ffi::OsStr::to_os_string).unwrap_or_default();
        name.push(format!(".{}.partial", std::process::id()));
        let partial = path.with_file_name(name);
        let file = File::create(&partial).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            partial,
            file: Some(file),
        })
    }

    /// Writes all of it, makes sure that it is on the disk, and puts it in place.
    pub(super) fn write(mut self, bytes: &[u8]) -> Result<(), Failure> {
        let Some(mut file) = self.file.take() else {
            return Ok(());
        };
        let done = file
            .write_all(bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&self.partial, &self.path));
        done.with_context(|| format!("cannot write `{}`", self.path.display()))?;
        self.partial = PathBuf::new();
        Ok(())
    }
}

impl Drop for Output {
    /// Leaves nothing half-written behind.
    fn drop(&mut self) {
        if !self.partial.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Checks that no two outputs are one file, and that none is one of the files that are `read`.
pub(super) fn check_outputs<'a>(
    outputs: impl IntoIterator<Item = &'a PathBuf>,
    read: &[PathBuf],
) -> Result<(), Failure> {
    // An output that is not there yet has no canonical path of its own; its folder has.
    let whole = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Some(
                folder
                    .unwrap_or(Path::new("."))
                    .canonicalize()
                    .ok()?
                    .join(path.file_name()?),
            )
        })
    };
    let inputs: Vec<PathBuf> = read.iter().filter_map(|path| whole(path)).collect();
    let mut seen = Vec::new();
    for path in outputs {
        let Some(file) = whole(path) else { continue };
        if inputs.contains(&file) {
            return Err(anyhow!(
                "`{}` is read by this command, and would be written over; name another file",
                path.display()
            )
            .into());
        }
        if seen.contains(&file) {
            return Err(anyhow!("`{}` is named as output twice; name another file", path.display()).into());
        }
        seen.push(file);
    }
    Ok(())
}
