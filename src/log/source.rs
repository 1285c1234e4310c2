//! Finds the files that the patterns of a spec or a command line mean.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::diagnostic::{Diagnostic, Place, near};
use crate::plan::{Format, SourceFile, StoreOptions};

use super::{fault, remote};

/// The name shown for standard input.
pub const STDIN: &str = "<stdin>";

/// The files that `patterns` mean, in the order of the patterns and sorted within each; none twice.
///
/// Relative patterns start at `folder`. `-` alone is standard input. The names shown never hold an absolute path.
///
/// Addresses in object stores (`s3://bucket/folder/*.parquet`) stand for objects; `options` are what their stores need.
pub fn find_files(
    patterns: &[String],
    folder: &Path,
    format: Option<Format>,
    options: &StoreOptions,
) -> Result<Vec<SourceFile>, Diagnostic> {
    if patterns.is_empty() {
        return Err(Diagnostic::new("file-not-found", "no file was named")
            .help("name the log's file or files, or `-` for standard input"));
    }
    if patterns.iter().any(|pattern| pattern == "-") {
        if patterns.len() > 1 {
            return Err(
                Diagnostic::new("stdin-not-alone", "standard input (`-`) can't be one of several files")
                    .help("name `-` alone, or files only"),
            );
        }
        return Ok(vec![SourceFile {
            name: STDIN.to_owned(),
            path: None,
            format,
        }]);
    }
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for pattern in patterns {
        if remote::is_remote(pattern) {
            for object in remote::find(pattern, format, options)? {
                if seen.insert(PathBuf::from(&object.name)) {
                    files.push(object);
                }
            }
            continue;
        }
        for path in expand(pattern, folder)? {
            let name = shown(pattern, folder, &path);
            let identity = fs::canonicalize(&path).map_err(|error| fault::unreadable(&name, &error))?;
            // A row that is read twice counts twice, so a file that two patterns or a link name again is left out.
            if seen.insert(identity) {
                files.push(SourceFile {
                    name,
                    path: Some(path),
                    format,
                });
            }
        }
    }
    Ok(files)
}

/// The error of a folder where a file was expected.
pub(super) fn is_folder(name: &str) -> Diagnostic {
    let name = name.trim_end_matches('/');
    Diagnostic::new("is-a-folder", "this is a folder, and a file was expected")
        .at(Place::of_file(name))
        .help(format!("name the files in it, as in `{name}/*.parquet`"))
}

/// The paths that one pattern means.
fn expand(pattern: &str, folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let plain = folder.join(pattern);
    match fs::metadata(&plain) {
        Ok(facts) if facts.is_dir() => return Err(is_folder(&shown(pattern, folder, &plain))),
        Ok(_) => return Ok(vec![plain]),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(fault::unreadable(&shown(pattern, folder, &plain), &error));
        }
        Err(_) if !pattern.contains(['*', '?', '[']) => return Err(not_found(pattern, folder, &plain)),
        Err(_) => {}
    }
    // Only what the user wrote is a pattern: brackets in the folder's own name are not.
    let whole = if Path::new(pattern).is_absolute() {
        pattern.to_owned()
    } else {
        let base = glob::Pattern::escape(&folder.to_string_lossy());
        if base.is_empty() {
            pattern.to_owned()
        } else {
            format!("{}/{pattern}", base.trim_end_matches('/'))
        }
    };
    let options = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let matches = glob::glob_with(&whole, options).map_err(|error| {
        Diagnostic::new(
            "bad-pattern",
            format!("the pattern `{pattern}` is not valid: {}", error.msg),
        )
        .help("put brackets that stand for themselves in brackets: `[[]1].csv`")
    })?;
    let mut paths = Vec::new();
    for found in matches {
        let path = found.map_err(|error| {
            let name = shown(pattern, folder, error.path());
            fault::unreadable(&name, error.error())
        })?;
        if path.is_dir() {
            let name = shown(pattern, folder, &path);
            return Err(is_folder(&name).help("or write a pattern that leaves the folder out, as in `*.csv`"));
        }
        paths.push(path);
    }
    if paths.is_empty() {
        return Err(not_found(pattern, folder, &plain));
    }
    paths.sort();
    Ok(paths)
}

/// The name shown for a path: relative to the folder with `/`, or the file's name alone.
fn shown(pattern: &str, folder: &Path, path: &Path) -> String {
    let last = || {
        path.file_name()
            .map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned())
    };
    if Path::new(pattern).is_absolute() {
        return last();
    }
    let Ok(relative) = path.strip_prefix(folder) else {
        return last();
    };
    let parts: Vec<_> = relative
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}

/// The error of a pattern that means nothing.
fn not_found(pattern: &str, folder: &Path, plain: &Path) -> Diagnostic {
    let name = shown(pattern, folder, plain);
    let is_pattern = pattern.contains(['*', '?', '[']);
    let message = if is_pattern {
        "no file matches the pattern"
    } else {
        "there is no such file"
    };
    let diagnostic = Diagnostic::new("file-not-found", message).at(Place::of_file(&name));
    let Some(parent) = plain.parent() else {
        return diagnostic;
    };
    let Ok(entries) = fs::read_dir(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }) else {
        return diagnostic.help(match name.rsplit_once('/') {
            Some((above, _)) => format!("there is no folder `{above}` that can be read"),
            None => "paths are relative to the spec's folder".to_owned(),
        });
    };
    let mut siblings: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    siblings.sort();
    let wanted = name.rsplit('/').next().unwrap_or(&name);
    let stem = |file: &str| file.split('.').next().unwrap_or(file).to_owned();
    let close = near(wanted, siblings.iter().map(String::as_str))
        .map(str::to_owned)
        .or_else(|| {
            // The right name with another ending is as near as a slip of the keyboard.
            siblings
                .iter()
                .find(|sibling| !is_pattern && stem(sibling) == stem(wanted))
                .cloned()
        });
    match close {
        Some(close) => {
            let above = name
                .rsplit_once('/')
                .map(|(above, _)| format!("{above}/"))
                .unwrap_or_default();
            diagnostic.help(format!("did you mean `{above}{close}`?"))
        }
        None if siblings.is_empty() => diagnostic.help("its folder is empty"),
        None => {
            let few: Vec<String> = siblings.iter().take(5).map(|sibling| format!("`{sibling}`")).collect();
            let more = if siblings.len() > few.len() { ", and more" } else { "" };
            diagnostic.help(format!("its folder has {}{more}", few.join(", ")))
        }
    }
}
