//! Every act of a writer may be its last, every byte may be another one, and each is found or does no harm.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::inference::rng::Rng;
use crate::report::face::json::json;
use crate::report::model::v1;
use crate::report::sample::small;

/// Made by `openssl genpkey -algorithm ed25519`, for these tests alone.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIHGqog1xf45VUZPqCRu7iUN3F6Wa0CQhtKAY4IjwoT6u
-----END PRIVATE KEY-----
";
/// Its public key by `openssl pkey -pubout`.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAj0GdTaK7P9CkmMbZeIEMFXOfVVxNEnsNLjyEPx6SE/o=
-----END PUBLIC KEY-----
";
const DAY: &str = "2026-11-01T00:00:00Z";

fn key() -> PrivateKey {
    PrivateKey::from_pem(PRIVATE, "private.pem").unwrap()
}

fn trusted() -> Vec<PublicKey> {
    PublicKey::all_from_pem(PUBLIC, "public.pem").unwrap()
}

fn wanted() -> Wanted {
    Wanted {
        trusted: Some(trusted()),
        signatures: 1,
        head: None,
        at_least: None,
    }
}

/// A result whose spec is the text in it.
fn result(title: &str) -> v1::Result {
    let mut result = small();
    result.audit.title = title.to_owned();
    result.audit.spec_text = Some(format!("# {title}\n"));
    let text = result.audit.spec_text.clone().unwrap();
    result.audit.spec_sha256 = Some(Digest::of(text.as_bytes()).to_string());
    result.audit.flags = Vec::new();
    result
}

fn draft(title: &str) -> Draft {
    let result = result(title);
    let spec = result.audit.spec_text.clone().unwrap().into_bytes();
    let text = json(&result).into_bytes();
    let report = b"the same report for all".to_vec();
    let derived = vec![Resource::new("report.txt", Digest::of(&report))];
    Draft {
        subject: vec![
            Resource::new("result.json", Digest::of(&text)),
            Resource::new("spec.toml", Digest::of(&spec)),
        ],
        what: What::Audit(Box::new(audit_of(&result, None, derived))),
        retention: Some(keeps("2026-11-01".parse().unwrap(), "10y", "2y").unwrap()),
        objects: vec![text, spec, report],
    }
}

fn add(root: &Path, disk: &dyn Disk, title: &str) -> Result<Head, Diagnostic> {
    Writer::open(root, disk)?.append(draft(title), DAY, &[key()])
}

/// An archive of some audits.
fn archive(titles: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for title in titles {
        add(folder.path(), &RealDisk, title).unwrap();
    }
    folder
}

fn check(root: &Path) -> Checked {
    verify(root, &wanted()).unwrap()
}

/// All files below a folder.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A disk that dies, or fills up, at one of its acts; what it was writing is then there by half.
struct Failing {
    left: Cell<usize>,
    /// A full disk can still remove and rename.
    full: bool,
}

impl Failing {
    fn after(acts: usize, full: bool) -> Self {
        Self {
            left: Cell::new(acts),
            full,
        }
    }

    fn act(&self, takes_room: bool) -> io::Result<()> {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        if left == 0 && (takes_room || !self.full) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl Disk for Failing {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.act(true)?;
        RealDisk.make_folder(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.act(true).or_else(|error| {
            fs::write(path, &bytes[..bytes.len() / 2])?;
            Err(error)
        })?;
        RealDisk.write(path, bytes)
    }

    fn place(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.act(false)?;
        RealDisk.place(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.act(false)?;
        RealDisk.remove(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.act(false)?;
        RealDisk.sync_folder(path)
    }
}

#[test]
fn an_archive_is_whole_and_says_its_head() {
    let folder = archive(&["October", "November"]);
    let checked = check(folder.path());
    assert_eq!(checked.faults, Vec::<String>::new());
    assert_eq!(checked.notes, Vec::<String>::new());
    // Two results, two specs, and one report that both share.
    assert_eq!(checked.objects, 5);
    let head = checked.head.unwrap();
    assert_eq!(head.sequence, 2);
    let bytes = fs::read(Layout::new(folder.path()).entry(2)).unwrap();
    assert_eq!(head.digest, Digest::of(&bytes));
}

#[test]
fn a_writer_that_dies_at_any_act_leaves_the_archive_whole() {
    for full in [false, true] {
        // In a new folder, and in one that has an entry.
        for before in [0, 1] {
            let mut with_new = 0;
            for acts in 0.. {
                let folder = archive(&["first"][..before]);
                let died = add(folder.path(), &Failing::after(acts, full), "second");
                let layout = Layout::new(folder.path());
                if layout.entries().is_dir() {
                    let checked = check(folder.path());
                    assert_eq!(checked.faults, Vec::<String>::new(), "{before} {acts}");
                    let entries = checked.head.map_or(0, |head| head.sequence);
                    assert!((before as u64..=before as u64 + 1).contains(&entries));
                    with_new += usize::from(entries > before as u64);
                }
                if died.is_ok() {
                    // It died nowhere: every act was tried.
                    assert!(acts > 4, "{acts}");
                    break;
                }
                assert_eq!(died.unwrap_err().code, "archive-not-written");
                // The next writer goes on as if nothing had been.
                add(folder.path(), &RealDisk, "third").unwrap();
                Writer::open(folder.path(), &RealDisk)
                    .unwrap()
                    .collect_garbage()
                    .unwrap();
                let checked = check(folder.path());
                assert_eq!(checked.faults, Vec::<String>::new(), "{before} {acts}");
                assert_eq!(checked.notes, Vec::<String>::new(), "{before} {acts}");
            }
            assert!(with_new > 0);
        }
    }
}

#[test]
fn a_removal_that_dies_at_any_act_leaves_the_archive_whole() {
    let prune = |root: &Path, disk: &dyn Disk| -> Result<(), Diagnostic> {
        let mut writer = Writer::open(root, disk)?;
        let retired = prunable(root, writer.chain(), "2030-01-01".parse().unwrap());
        let about = Retirement {
            as_of: "2030-01-01".to_owned(),
            reason: "retention ended".to_owned(),
            by: "Jane Doe".to_owned(),
        };
        writer.append(retirement(&retired, about), DAY, &[key()])?;
        let digests: Vec<Digest> = retired.into_iter().map(|r| r.object.digest.sha256).collect();
        writer.remove(&digests)
    };
    for acts in 0.. {
        let folder = archive(&["October"]);
        let died = prune(folder.path(), &Failing::after(acts, false));
        let checked = check(folder.path());
        assert_eq!(checked.faults, Vec::<String>::new(), "{acts}");
        Writer::open(folder.path(), &RealDisk)
            .unwrap()
            .collect_garbage()
            .unwrap();
        let checked = check(folder.path());
        assert_eq!((checked.faults, checked.notes), (Vec::new(), Vec::new()), "{acts}");
        if died.is_ok() {
            assert_eq!((checked.retired, checked.objects), (1, 2));
            break;
        }
    }
}

#[test]
fn ten_thousand_flipped_bytes_are_all_found() {
    std::thread::scope(|scope| {
        for stream in 0..4 {
            scope.spawn(move || flip(stream, 2_500));
        }
    });
}

/// Flips so many bits, one at a time, anywhere in an archive.
fn flip(stream: u64, flips: usize) {
    let folder = archive(&["October", "November"]);
    let root = folder.path();
    let files: Vec<(PathBuf, Vec<u8>)> = files(root)
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect();
    let mut rng = Rng::new(7, stream);
    for _ in 0..flips {
        let mut below = |n: usize| (rng.next_u64() % n as u64) as usize;
        let (path, bytes) = &files[below(files.len())];
        let mut changed = bytes.clone();
        let at = below(bytes.len());
        changed[at] ^= 1 << below(8);
        fs::write(path, &changed).unwrap();
        assert!(!check(root).faults.is_empty(), "byte {at} of {}", path.display());
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(check(root).faults, Vec::<String>::new());
}

#[test]
fn keys_of_openssl_are_read_and_others_refused() {
    assert_eq!(key().public(), &trusted()[0]);
    assert_eq!(PublicKey::all_from_pem(&PUBLIC.repeat(2), "two.pem").unwrap().len(), 2);
    assert_eq!(PublicKey::all_from_pem("", "none.pem").unwrap_err().code, "bad-key");
    assert_eq!(
        PublicKey::all_from_pem(PRIVATE, "private.pem").unwrap_err().code,
        "bad-key"
    );
    assert!(PrivateKey::from_pem(PUBLIC, "public.pem").is_err());
}

#[test]
fn the_schema_fits_what_is_stated() {
    let folder = archive(&["October"]);
    let mut writer = Writer::open(folder.path(), &RealDisk).unwrap();
    let retention = keeps("2026-11-01".parse().unwrap(), "10y", "2y").unwrap();
    let about = Registration {
        title: "t".to_owned(),
        name: "a.toml".to_owned(),
        gates: vec!["selection_rate >= 0.8".to_owned()],
    };
    let held = Hold {
        entries: vec![1],
        held: true,
        reason: "a case".to_owned(),
        by: "legal".to_owned(),
    };
    let retired = Retirement {
        as_of: "2026-11-01".to_owned(),
        reason: "none".to_owned(),
        by: "legal".to_owned(),
    };
    let token = request(&writer.chain()[0].digest);
    let drafts = [
        registration("text", about, retention),
        hold(writer.chain(), held).unwrap(),
        stamp(&writer.chain()[0], token, "t.tsr").unwrap(),
        retirement(&[], retired),
    ];
    for draft in drafts {
        writer.append(draft, DAY, &[]).unwrap();
    }
    let schema: serde_json::Value = serde_json::from_str(schema()).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for entry in writer.chain() {
        let statement: serde_json::Value = serde_json::from_slice(&entry.envelope.payload).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&statement)
            .map(|fault| fault.to_string())
            .collect();
        assert_eq!(faults, Vec::<String>::new(), "entry {}", entry.sequence);
        let mut wrong = statement.clone();
        wrong["predicate"]["sequence"] = serde_json::json!(0);
        assert!(!validator.is_valid(&wrong));
    }
}

#[test]
fn spans_of_keeping_are_days_and_more() {
    let from = "2024-02-29".parse().unwrap();
    let kept = keeps(from, "10y", "6mo").unwrap();
    assert_eq!(
        (kept.evidence_until.as_str(), kept.reports_until.as_str()),
        ("2034-02-28", "2024-08-29")
    );
    for wrong in ["", "ten years", "-1y", "0d", "5h", "99999y"] {
        assert_eq!(keeps(from, wrong, "1y").unwrap_err().code, "bad-flag", "{wrong}");
    }
}
