//! An archive of small audits in a folder of its own, with keys that were made by OpenSSL for these tests alone.

use std::fs;
use std::path::PathBuf;

use crate::audit_support::{Desk, Done, people};

pub const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIHGqog1xf45VUZPqCRu7iUN3F6Wa0CQhtKAY4IjwoT6u
-----END PRIVATE KEY-----
";
pub const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAj0GdTaK7P9CkmMbZeIEMFXOfVVxNEnsNLjyEPx6SE/o=
-----END PUBLIC KEY-----
";
pub const OTHER_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIJl8ChmDBu/eoQ8R5RtL0cTGjWJ8+VNdwcxPYVD52Py
-----END PRIVATE KEY-----
";
pub const OTHER_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEApmjHajeEpZHoAEks/xs7vhKXVYyxq811SZcsukHz4zw=
-----END PUBLIC KEY-----
";

/// A spec with one gate.
pub const SPEC: &str = "[audit]
title = \"Offers\"
system = \"engine\"
[log]
path = \"log.csv\"
subject = \"id\"
[[protected]]
name = \"gender\"
[[outcome]]
name = \"offer\"
selected = { column = \"decision\", values = [\"yes\"] }
favourable = true
[[gate]]
metric = \"disparate_impact\"
min = 0.8
";

pub struct Shelf {
    pub desk: Desk,
}

impl Shelf {
    pub fn new() -> Self {
        let desk = Desk::with("log.csv", people(&[("f", 300, 60), ("m", 400, 200)]));
        desk.write("audit.toml", SPEC);
        desk.write("private.pem", PRIVATE);
        desk.write("public.pem", PUBLIC);
        desk.write("other_private.pem", OTHER_PRIVATE);
        desk.write("other_public.pem", OTHER_PUBLIC);
        Self { desk }
    }

    /// A shelf with so many audits in its archive.
    pub fn with(audits: u32) -> Self {
        let shelf = Self::new();
        for audit in 0..audits {
            shelf
                .desk
                .write("log.csv", people(&[("f", 300, 60 + audit), ("m", 400, 200)]));
            shelf.audit(&[]);
            assert_eq!(shelf.add(&[]).code, 0);
        }
        shelf
    }

    pub fn audit(&self, more: &[&str]) {
        let mut args = vec!["audit", "audit.toml", "--hash-inputs", "-o", "result.json", "--quiet"];
        args.extend_from_slice(more);
        let done = self.desk.run(&args);
        assert_ne!(done.code, 2, "{}", done.err);
    }

    pub fn add(&self, more: &[&str]) -> Done {
        let mut args = vec![
            "archive",
            "add",
            "result.json",
            "--to",
            "archive",
            "--key",
            "private.pem",
        ];
        args.extend_from_slice(more);
        let done = self.desk.run(&args);
        assert_eq!(done.code, 0, "{}", done.err);
        done
    }

    pub fn verify(&self, more: &[&str]) -> Done {
        let mut args = vec!["archive", "verify", "archive", "--trust", "public.pem"];
        args.extend_from_slice(more);
        self.desk.run(&args)
    }

    pub fn archive(&self, name: &str) -> PathBuf {
        self.desk.path("archive").join(name)
    }

    pub fn entry(&self, sequence: u64) -> PathBuf {
        self.archive(&format!("entries/{sequence:06}.dsse.json"))
    }

    /// The objects' files, in order.
    pub fn objects(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in fs::read_dir(self.archive("objects/sha256")).unwrap() {
            for file in fs::read_dir(folder.unwrap().path()).unwrap() {
                found.push(file.unwrap().path());
            }
        }
        found.sort();
        found
    }

    /// Says that the archive is not whole, and why.
    #[track_caller]
    pub fn is_broken(&self, more: &[&str], words: &str) {
        let done = self.verify(more);
        assert_eq!(done.code, 1, "{}{}", done.out, done.err);
        assert!(done.out.contains(words), "no `{words}` in {}", done.out);
    }

    #[track_caller]
    pub fn is_whole(&self, more: &[&str]) -> String {
        let done = self.verify(more);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        assert!(done.out.contains("whole: "), "{}", done.out);
        done.out
    }
}
