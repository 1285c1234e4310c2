//! What somebody could do to an archive, and that it is seen; where it can't be seen from inside, that is shown too.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parytet::archive::{PrivateKey, pae};
use serde_json::{Value, json};

use crate::archive_support::{OTHER_PRIVATE, PRIVATE, Shelf};

/// An envelope of any type, signed.
fn envelope(payload_type: &str, payload: &[u8], key: &str) -> String {
    let key = PrivateKey::from_pem(key, "key.pem").unwrap();
    let signature = STANDARD.encode(key.sign(&pae(payload_type, payload)));
    format!(
        "{{\"payload\":\"{}\",\"payloadType\":\"{payload_type}\",\"signatures\":[{{\"keyid\":\"{}\",\"sig\":\"{signature}\"}}]}}\n",
        STANDARD.encode(payload),
        key.public().id()
    )
}

fn payload(shelf: &Shelf, entry: u64) -> Vec<u8> {
    let envelope: Value = serde_json::from_slice(&fs::read(shelf.entry(entry)).unwrap()).unwrap();
    STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()
}

const TYPE: &str = "application/vnd.in-toto+json";

#[test]
fn a_whole_archive_is_said_to_be_whole() {
    let shelf = Shelf::with(3);
    let said = shelf.is_whole(&[]);
    assert!(
        said.contains("whole: 3 entries, 4 objects; every entry is signed by a trusted key"),
        "{said}"
    );
    assert!(said.contains("can't be seen without --expect-head"), "{said}");
}

#[test]
fn changed_files_are_found() {
    let shelf = Shelf::with(2);
    let schema = fs::read_dir(shelf.archive("schemas"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let objects = shelf.objects();
    for path in [
        shelf.archive("README.txt"),
        schema,
        objects[0].clone(),
        shelf.archive("lock"),
    ] {
        let before = fs::read(&path).unwrap();
        let mut after = before.clone();
        after.push(b' ');
        fs::write(&path, after).unwrap();
        shelf.is_broken(&[], "not whole: ");
        fs::write(&path, before).unwrap();
    }
    // Two objects that change places are each another's.
    let (one, two) = (fs::read(&objects[0]).unwrap(), fs::read(&objects[1]).unwrap());
    fs::write(&objects[0], &two).unwrap();
    fs::write(&objects[1], &one).unwrap();
    shelf.is_broken(&[], "the object was changed");
}

#[test]
fn files_that_do_not_belong_are_found() {
    let shelf = Shelf::with(1);
    for name in [
        "more.txt",
        "entries/more",
        "entries/1.dsse.json",
        "schemas/more.json",
        "objects/more",
        "objects/sha256/ab/cd",
    ] {
        let path = shelf.archive(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "more").unwrap();
        shelf.is_broken(&[], "it does not belong to the archive");
        fs::remove_file(path).unwrap();
    }
    // An object that is what its name says, and that nobody named.
    let digest = parytet::archive::Digest::of(b"more").to_string();
    let path = shelf.archive(&format!("objects/sha256/{}/{}", &digest[..2], &digest[2..]));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "more").unwrap();
    shelf.is_broken(&[], "no entry names the object");
    fs::remove_file(path).unwrap();
    fs::create_dir(shelf.archive("more")).unwrap();
    shelf.is_broken(&[], "more: it does not belong");
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_file_is_found() {
    let shelf = Shelf::with(1);
    let object = shelf.objects().remove(0);
    let away = shelf.desk.path("away");
    fs::rename(&object, &away).unwrap();
    std::os::unix::fs::symlink(&away, &object).unwrap();
    shelf.is_broken(&[], "it does not belong to the archive");
}

#[test]
fn removed_files_are_found() {
    let shelf = Shelf::with(2);
    for path in [shelf.archive("README.txt"), shelf.objects().remove(0)] {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        shelf.is_broken(&[], "is missing");
        fs::write(path, bytes).unwrap();
    }
    shelf.is_whole(&[]);
}

#[test]
fn entries_that_are_dropped_reordered_or_replayed_are_found() {
    let shelf = Shelf::with(4);
    let entries: Vec<Vec<u8>> = (1..=4).map(|entry| fs::read(shelf.entry(entry)).unwrap()).collect();
    // Dropped: with a gap, and with the others moved up.
    fs::remove_file(shelf.entry(2)).unwrap();
    shelf.is_broken(&[], "entries/000002.dsse.json: the entry is missing");
    fs::write(shelf.entry(u64::MAX), &entries[1]).unwrap();
    shelf.is_broken(&[], "the entry is missing, and all up to 18446744073709551614");
    fs::remove_file(shelf.entry(u64::MAX)).unwrap();
    fs::write(shelf.entry(2), &entries[2]).unwrap();
    fs::write(shelf.entry(3), &entries[3]).unwrap();
    fs::remove_file(shelf.entry(4)).unwrap();
    shelf.is_broken(&[], "it says that it is entry 3");
    // Reordered.
    fs::write(shelf.entry(2), &entries[2]).unwrap();
    fs::write(shelf.entry(3), &entries[1]).unwrap();
    fs::write(shelf.entry(4), &entries[3]).unwrap();
    shelf.is_broken(&[], "it says that it is entry 3");
    // Replayed: the first once more at the end.
    for (entry, bytes) in (1..).zip(&entries) {
        fs::write(shelf.entry(entry), bytes).unwrap();
    }
    shelf.is_whole(&[]);
    fs::write(shelf.entry(5), &entries[0]).unwrap();
    shelf.is_broken(&[], "entries/000005.dsse.json: it says that it is entry 1");
}

#[test]
fn a_tail_that_is_cut_off_shows_only_against_something_outside() {
    let shelf = Shelf::with(2);
    let objects_of_two = shelf.objects();
    shelf.desk.write(
        "log.csv",
        crate::audit_support::people(&[("f", 300, 50), ("m", 400, 200)]),
    );
    shelf.audit(&[]);
    let head = shelf.add(&[]).out;
    let digest = head.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(head.starts_with("head 3 sha256:"), "{head}");
    shelf.is_whole(&["--expect-head", &digest, "--expect-at-least", "3"]);
    // The head as it was printed will do, too.
    shelf.is_whole(&["--expect-head", head.trim()]);

    fs::remove_file(shelf.entry(3)).unwrap();
    for object in shelf.objects() {
        if !objects_of_two.contains(&object) {
            fs::remove_file(object).unwrap();
        }
    }
    // From inside, nothing is wrong: this is the limit that the guide tells.
    shelf.is_whole(&[]);
    shelf.is_broken(&["--expect-head", &digest], "none has the expected digest");
    shelf.is_broken(&["--expect-at-least", "3"], "2 are there, and at least 3 were expected");
}

#[test]
fn an_archive_that_its_key_holder_rebuilds_shows_only_against_a_head() {
    let shelf = Shelf::with(2);
    let head = shelf.is_whole(&[]);
    let digest = head.trim().rsplit(' ').next().unwrap().to_owned();
    fs::remove_dir_all(shelf.desk.path("archive")).unwrap();
    for _ in 0..2 {
        shelf.audit(&["--gate", "disparate_impact>=0.5"]);
        shelf.add(&[]);
    }
    shelf.is_whole(&["--expect-at-least", "2"]);
    shelf.is_broken(&["--expect-head", &digest], "none has the expected digest");
}

#[test]
fn signatures_of_others_and_none_do_not_count() {
    let shelf = Shelf::with(1);
    let done = shelf
        .desk
        .run(&["archive", "verify", "archive", "--trust", "other_public.pem"]);
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(done.out.contains("no trusted key has signed it"), "{}", done.out);

    // The right statement, signed by another, under its own name and under that of the trusted key.
    let stated = payload(&shelf, 1);
    let forged = envelope(TYPE, &stated, OTHER_PRIVATE);
    fs::write(shelf.entry(1), &forged).unwrap();
    shelf.is_broken(&[], "no trusted key has signed it");
    let id = |key: &str| PrivateKey::from_pem(key, "").unwrap().public().id().to_string();
    fs::write(shelf.entry(1), forged.replace(&id(OTHER_PRIVATE), &id(PRIVATE))).unwrap();
    shelf.is_broken(&[], "no trusted key has signed it");

    fs::write(
        shelf.entry(1),
        format!(
            "{{\"payload\":\"{}\",\"payloadType\":\"{TYPE}\",\"signatures\":[]}}\n",
            STANDARD.encode(&stated)
        ),
    )
    .unwrap();
    shelf.is_broken(&[], "it is not signed");
    let done = shelf.desk.run(&["archive", "verify", "archive", "--unsigned"]);
    assert_eq!(done.code, 0);
    assert!(done.out.contains("SIGNATURES WERE NOT CHECKED"), "{}", done.out);
}

#[test]
fn a_statement_of_another_type_is_none() {
    let shelf = Shelf::with(1);
    let good = payload(&shelf, 1);
    let mut other: Value = serde_json::from_slice(&good).unwrap();
    fs::write(shelf.entry(1), envelope("application/json", &good, PRIVATE)).unwrap();
    shelf.is_broken(&[], "its payload is of the type `application/json`");
    // The type of the payload is part of what is signed: it can't be put on afterwards.
    let swapped = envelope("application/vnd.other", &good, PRIVATE).replace("application/vnd.other", TYPE);
    fs::write(shelf.entry(1), swapped).unwrap();
    shelf.is_broken(&[], "no trusted key has signed it");

    other["predicateType"] = json!("https://in-toto.io/attestation/test-result/v0.1");
    fs::write(shelf.entry(1), envelope(TYPE, other.to_string().as_bytes(), PRIVATE)).unwrap();
    shelf.is_broken(&[], "its `predicateType` is");
}

#[test]
fn a_statement_that_its_result_contradicts_is_found() {
    let shelf = Shelf::with(1);
    let mut other: Value = serde_json::from_slice(&payload(&shelf, 1)).unwrap();
    assert_eq!(other["predicate"]["audit"]["verdict"], "fail");
    other["predicate"]["audit"]["verdict"] = json!("pass");
    fs::write(shelf.entry(1), envelope(TYPE, other.to_string().as_bytes(), PRIVATE)).unwrap();
    shelf.is_broken(&[], "it does not say what its object says");
    // Registered where nothing was.
    let mut other: Value = serde_json::from_slice(&payload(&shelf, 1)).unwrap();
    other["predicate"]["audit"]["verdict"] = json!("fail");
    other["predicate"]["audit"]["spec"]["registeredIn"] = json!(1);
    fs::write(shelf.entry(1), envelope(TYPE, other.to_string().as_bytes(), PRIVATE)).unwrap();
    shelf.is_broken(&[], "its spec is not registered in entry 1");
}

#[test]
fn several_signatures_are_asked_for_and_counted() {
    let shelf = Shelf::new();
    shelf.audit(&[]);
    shelf.add(&["--key", "other_private.pem"]);
    shelf.is_whole(&["--trust", "other_public.pem", "--signatures", "2"]);
    shelf.is_whole(&[]);
    shelf.add(&[]);
    shelf.is_broken(
        &["--trust", "other_public.pem", "--signatures", "2"],
        "entries/000002.dsse.json: 1 of 2 trusted keys have signed it",
    );
    // One key that is trusted twice is one key.
    shelf.is_broken(&["--trust", "public.pem", "--signatures", "2"], "1 of 2 trusted keys");
}

#[test]
fn what_could_not_be_checked_is_neither_whole_nor_broken() {
    let shelf = Shelf::with(1);
    shelf
        .desk
        .run(&["archive", "verify", "archive"])
        .refuses("no-trusted-key");
    shelf
        .desk
        .run(&["archive", "verify", "nowhere", "--unsigned"])
        .refuses("no-archive");
    shelf.verify(&["--expect-head", "abc"]).refuses("bad-flag");
    shelf
        .desk
        .run(&["archive", "verify", "archive", "--trust", "audit.toml"])
        .refuses("bad-key");
    // A chain that is not whole is not written on.
    fs::remove_file(shelf.entry(1)).unwrap();
    fs::write(shelf.entry(2), "{}").unwrap();
    let done = shelf.desk.run(&["archive", "add", "result.json", "--to", "archive"]);
    done.refuses("archive-not-whole");
}
