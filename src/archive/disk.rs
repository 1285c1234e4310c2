//! What an archive does to a disk: five acts, each of which may be the last before the power fails.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// A disk. Tests put one in its place that fails or dies at any act.
pub trait Disk {
    /// Makes a folder and those above it, where they are not there yet.
    ///
    /// # Errors
    /// What the system says.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Writes a file from its beginning, whatever was there, and waits until it is on the disk.
    ///
    /// # Errors
    /// What the system says; a part of the file may be there then.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Gives a file another name on the same disk, in one step, and never over another file.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`], or what else the system says.
    fn place(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are on the disk.
    ///
    /// # Errors
    /// What the system says.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn place(&self, from: &Path, to: &Path) -> io::Result<()> {
        let from = tempfile::TempPath::try_from_path(from)?;
        from.persist_noclobber(to).map_err(|failed| {
            // It stays where it was: what is in the way is told, and nothing is lost.
            let error = failed.error;
            let _ = failed.path.keep();
            error
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Elsewhere than on Unix a folder can't be opened as a file; the system keeps names by itself there.
        if cfg!(unix) {
            File::open(path)?.sync_all()
        } else {
            Ok(())
        }
    }
}
