//! Output files: opened before the log is read, renamed into place when they are whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::Failure;
use crate::report::face::Face;
use crate::report::face::table::Look;
use crate::report::model::v1::Result as Report;

/// One output that will be written.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    partial: PathBuf,
    file: Option<File>,
    face: Face,
}

impl Output {
    /// Opens a file beside the one asked for, so that a missing folder is found before the log is read.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let face = Face::from_path(path).ok_or_else(|| {
            anyhow!(
                "cannot tell the format of `{}` by its suffix; use .json, .csv or .txt",
                path.display()
            )
        })?;
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
            face,
        })
    }

    /// Writes the result, makes sure that it is on the disk, and puts it in place.
    pub(super) fn write(mut self, result: &Report, look: &Look) -> Result<(), Failure> {
        let text = self.face.render(result, look);
        let Some(mut file) = self.file.take() else {
            return Ok(());
        };
        let done = file
            .write_all(text.as_bytes())
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
