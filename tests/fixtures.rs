//! The fixtures on disk are what their generator makes.

use std::path::Path;

#[path = "../fixtures/make/files.rs"]
mod files;

#[test]
fn fixtures_can_be_remade_bit_for_bit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for file in files::all() {
        let on_disk = std::fs::read(folder.join(file.name)).unwrap_or_default();
        assert!(
            on_disk == file.bytes,
            "fixtures/{} differs: run `cargo run --example make_fixtures`",
            file.name
        );
    }
}

#[test]
fn fixtures_stay_small() {
    let bytes: usize = files::all().iter().map(|file| file.bytes.len()).sum();
    assert!(bytes < 1_600_000, "the fixtures have grown to {bytes} bytes");
}
