//! Logs in object stores: `s3://`, `gs://` and `az://`, where the feature `cloud` is built in.
//!
//! An object is read in ranges: Parquet by the columns asked for, text from its first byte to its last.

use crate::diagnostic::Diagnostic;
use crate::plan::{Format, SourceFile, StoreOptions};

/// How addresses in object stores start.
const SCHEMES: [&str; 6] = ["s3://", "s3a://", "gs://", "az://", "abfs://", "abfss://"];

/// Whether a pattern means objects in a store.
pub(super) fn is_remote(pattern: &str) -> bool {
    SCHEMES.iter().any(|scheme| pattern.starts_with(scheme))
}

#[cfg(not(feature = "cloud"))]
mod client {
    use std::io::{self, Read, Seek, SeekFrom};
    use std::ops::Range;

    use bytes::Bytes;

    use super::{Diagnostic, Format, SourceFile, StoreOptions};
    use crate::diagnostic::Place;

    /// What there is none of.
    #[derive(Debug, Clone)]
    enum Never {}

    /// An object: there is none without the feature.
    #[derive(Debug, Clone)]
    pub(in crate::log) struct Object(Never);

    /// Reads an object.
    #[derive(Debug)]
    pub(in crate::log) struct Reader(Never);

    fn refused(address: &str) -> Diagnostic {
        Diagnostic::new("no-object-store", "this program was built without object stores")
            .at(Place::of_file(address))
            .help("build it with `cargo install parytet --features cloud`, or copy the files here")
    }

    /// The objects that a pattern means; none without the feature.
    pub(in crate::log) fn find(
        pattern: &str,
        _: Option<Format>,
        _: &StoreOptions,
    ) -> Result<Vec<SourceFile>, Diagnostic> {
        Err(refused(pattern))
    }

    impl Object {
        pub(in crate::log) fn open(address: &str, _: &StoreOptions) -> Result<Self, Diagnostic> {
            Err(refused(address))
        }

        pub(in crate::log) fn size(&self) -> u64 {
            match self.0 {}
        }

        pub(in crate::log) fn is_unchanged(&self) -> io::Result<bool> {
            match self.0 {}
        }

        pub(in crate::log) fn range(&self, _: Range<u64>) -> io::Result<Bytes> {
            match self.0 {}
        }

        pub(in crate::log) fn ranges(&self, _: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
            match self.0 {}
        }

        pub(in crate::log) fn reader(&self) -> Reader {
            match self.0 {}
        }
    }

    impl Read for Reader {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            match self.0 {}
        }
    }

    impl Seek for Reader {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            match self.0 {}
        }
    }
}

#[cfg(feature = "cloud")]
mod client {
    use std::io::{self, Read, Seek, SeekFrom};
    use std::ops::Range;
    use std::path::PathBuf;
    use std::sync::Arc;

    use bytes::Bytes;
    use futures_util::TryStreamExt;
    use object_store::path::Path;
    use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, parse_url_opts};
    use tokio::runtime::Runtime;

    use super::{Diagnostic, Format, SourceFile, StoreOptions};
    use crate::diagnostic::Place;
    use crate::log::fault;

    /// Bytes asked for at once where an object is read from start to end.
    const AHEAD: u64 = 1 << 23;

    /// An object, as it was when it was looked at.
    #[derive(Debug, Clone)]
    pub(in crate::log) struct Object {
        store: Arc<dyn ObjectStore>,
        runtime: Arc<Runtime>,
        at: Path,
        size: u64,
        mark: Option<String>,
    }

    /// The store of an address, and the path in it.
    fn connect(address: &str, options: &StoreOptions) -> Result<(Arc<dyn ObjectStore>, Path, Arc<Runtime>), String> {
        let url = address.parse().map_err(|_| "the address can't be read".to_owned())?;
        // Names of options are those of the environment variables, in small letters.
        let options = options
            .pairs()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let (store, path) = parse_url_opts(&url, options).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        Ok((Arc::from(store), path, Arc::new(runtime)))
    }

    fn failed(address: &str, reason: &str) -> Diagnostic {
        Diagnostic::new(
            "unreadable-object",
            format!("the object store does not give it: {}", fault::one_line(reason)),
        )
        .at(Place::of_file(address))
        .help(
            "check bucket and path, and the store's variables in the environment, such as AWS_ACCESS_KEY_ID, \
             AWS_REGION, AWS_ENDPOINT; GOOGLE_SERVICE_ACCOUNT; AZURE_STORAGE_ACCOUNT_NAME",
        )
    }

    /// The objects that a pattern means, sorted; none twice.
    pub(in crate::log) fn find(
        pattern: &str,
        format: Option<Format>,
        options: &StoreOptions,
    ) -> Result<Vec<SourceFile>, Diagnostic> {
        let file = |address: String| SourceFile {
            path: Some(PathBuf::from(&address)),
            name: address,
            format,
        };
        let Some(wild) = pattern.find(['*', '?', '[']) else {
            return Ok(vec![file(pattern.to_owned())]);
        };
        let start = pattern[..wild].rfind('/').map_or(0, |slash| slash + 1);
        let (folder, _) = pattern.split_at(start);
        let wanted = glob::Pattern::new(pattern).map_err(|error| {
            Diagnostic::new(
                "bad-pattern",
                format!("the pattern `{pattern}` is not valid: {}", error.msg),
            )
            .help("put brackets that stand for themselves in brackets: `[[]1].csv`")
        })?;
        let (store, prefix, runtime) = connect(folder, options).map_err(|reason| failed(pattern, &reason))?;
        let listed: Vec<ObjectMeta> = runtime
            .block_on(store.list(Some(&prefix)).try_collect())
            .map_err(|error| failed(pattern, &error.to_string()))?;
        let rules = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        let mut names: Vec<String> = listed
            .iter()
            .filter_map(|object| {
                object.location.prefix_match(&prefix).map(|parts| {
                    let rest: Vec<String> = parts.map(|part| part.as_ref().to_owned()).collect();
                    format!("{folder}{}", rest.join("/"))
                })
            })
            .filter(|name| wanted.matches_with(name, rules))
            .collect();
        names.sort();
        if names.is_empty() {
            return Err(Diagnostic::new("file-not-found", "no object matches the pattern")
                .at(Place::of_file(pattern))
                .help(format!(
                    "`{folder}` has {} objects; check the pattern's end",
                    listed.len()
                )));
        }
        Ok(names.into_iter().map(file).collect())
    }

    impl Object {
        /// Looks at an object.
        pub(in crate::log) fn open(address: &str, options: &StoreOptions) -> Result<Self, Diagnostic> {
            let (store, at, runtime) = connect(address, options).map_err(|reason| failed(address, &reason))?;
            let facts = runtime
                .block_on(store.head(&at))
                .map_err(|error| failed(address, &error.to_string()))?;
            Ok(Self {
                size: facts.size,
                mark: facts.e_tag.or_else(|| Some(facts.last_modified.to_string())),
                store,
                runtime,
                at,
            })
        }

        /// Its size in bytes.
        pub(in crate::log) fn size(&self) -> u64 {
            self.size
        }

        /// Whether the object is still the one that was opened.
        pub(in crate::log) fn is_unchanged(&self) -> io::Result<bool> {
            let facts = self
                .runtime
                .block_on(self.store.head(&self.at))
                .map_err(io::Error::other)?;
            let mark = facts.e_tag.or_else(|| Some(facts.last_modified.to_string()));
            Ok(facts.size == self.size && mark == self.mark)
        }

        /// Some bytes.
        pub(in crate::log) fn range(&self, range: Range<u64>) -> io::Result<Bytes> {
            self.runtime
                .block_on(self.store.get_range(&self.at, range))
                .map_err(io::Error::other)
        }

        /// Bytes of several places, asked for together.
        pub(in crate::log) fn ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
            self.runtime
                .block_on(self.store.get_ranges(&self.at, ranges))
                .map_err(io::Error::other)
        }

        /// Its bytes from any place, read ahead.
        pub(in crate::log) fn reader(&self) -> Reader {
            Reader {
                object: self.clone(),
                at: 0,
                start: 0,
                ahead: Bytes::new(),
            }
        }
    }

    /// Reads an object.
    #[derive(Debug)]
    pub(in crate::log) struct Reader {
        object: Object,
        at: u64,
        /// Where `ahead` starts.
        start: u64,
        ahead: Bytes,
    }

    impl Read for Reader {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let end = self.start + self.ahead.len() as u64;
            if self.at >= self.object.size {
                return Ok(0);
            }
            if !(self.start..end).contains(&self.at) {
                // The first look is at a head or a footer, and short.
                let ahead = if self.ahead.is_empty() { 1 << 16 } else { AHEAD };
                self.ahead = self.object.range(self.at..(self.at + ahead).min(self.object.size))?;
                self.start = self.at;
            }
            let from = usize::try_from(self.at - self.start).unwrap_or(usize::MAX);
            let part = self.ahead.get(from..).unwrap_or_default();
            let count = part.len().min(to.len());
            to[..count].copy_from_slice(&part[..count]);
            self.at += count as u64;
            Ok(count)
        }
    }

    impl Seek for Reader {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let (base, offset) = match to {
                SeekFrom::Start(at) => (at, 0),
                SeekFrom::End(offset) => (self.object.size, offset),
                SeekFrom::Current(offset) => (self.at, offset),
            };
            self.at = base
                .checked_add_signed(offset)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the first byte"))?;
            Ok(self.at)
        }
    }
}

pub(super) use client::{Object, find};
