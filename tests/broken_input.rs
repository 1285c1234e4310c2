//! Every way a log can be broken that is known here: a clear error, or read rightly; never a silent loss.

use parytet::diagnostic::Diagnostic;
use polars::df;
use polars::prelude::{DataFrame, ParquetCompression};

use crate::log_support::{Logs, arrow_file, arrow_stream, check_form, gzip, parquet, read, zstd};

/// The error of reading `columns` of one delimited file.
fn csv_error(text: impl AsRef<[u8]>, columns: &[&str]) -> Diagnostic {
    Logs::with("log.csv", text).fails(&["log.csv"], columns)
}

/// Asserts code, and where the error points.
fn assert_at(diagnostic: &Diagnostic, code: &str, place: &str) {
    let found = diagnostic.place.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!((diagnostic.code, found.as_str()), (code, place), "{diagnostic}");
}

#[test]
fn a_row_that_is_too_long_is_an_error_with_its_line() {
    let error = csv_error("a,b\n1,2\n1,2,3\n", &["a"]);
    assert_at(&error, "ragged-row", "log.csv:3");
    assert_eq!(error.message, "the row has 3 fields, the header has 2");
    let mut logs = Logs::with("log.csv", "a,b\n1,2,3\n");
    logs.csv.allow_short_rows = true;
    assert_at(&logs.fails(&["log.csv"], &["a"]), "ragged-row", "log.csv:2");
}

#[test]
fn a_row_that_is_too_short_is_an_error_unless_allowed_and_then_counted() {
    let error = csv_error("a,b,c\n1,2,3\n1\n", &["a"]);
    assert_at(&error, "ragged-row", "log.csv:3");
    assert_eq!(error.message, "the row has 1 field, the header has 3");
    let mut logs = Logs::with("log.csv", "a,b,c\n1,2,3\n4\n5,6\n");
    logs.csv.allow_short_rows = true;
    let rows = logs.read(&["log.csv"], &["a", "b", "c"]).unwrap();
    assert_eq!(
        (rows.words(0), rows.words(1), rows.words(2)),
        ("1 4 5".into(), "2 - 6".into(), "3 - -".into())
    );
    assert_eq!(rows.summary.short_rows, 2);
}

#[test]
fn a_value_of_another_type_stays_the_text_it_is() {
    // Nothing is inferred from the first rows, so that nothing can turn out wrong later, or become null.
    let rows = Logs::with("log.csv", "n\n1\n2\nx\n99999999999999999999\n")
        .read(&["log.csv"], &["n"])
        .unwrap();
    assert_eq!(rows.words(0), "1 2 x 99999999999999999999");
}

#[test]
fn invalid_utf8_is_an_error_with_line_field_and_column() {
    let error = csv_error(b"name,group\nAnna,F\nRen\xe9,M\n", &["group"]);
    assert_at(&error, "not-utf8", "log.csv:3:1, column `name`");
    assert_at(&csv_error(b"name,gr\xf3up\n", &["name"]), "not-utf8", "log.csv:1:2");
}

#[test]
fn an_unclosed_quote_is_told_where_it_opens() {
    let error = csv_error("a,b\n1,2\n3,\"x\n5,6\n7,8\n", &["a"]);
    assert_at(&error, "unclosed-quote", "log.csv:3:2, column `b`");
    assert_at(&csv_error("a,\"b\n1,2\n", &["a"]), "unclosed-quote", "log.csv:1:2");
    // The quote before it may hold lines of its own.
    assert_at(
        &csv_error("a,b\n\"1\n2\",\"x\n", &["a"]),
        "unclosed-quote",
        "log.csv:3:2, column `b`",
    );
}

#[test]
fn a_quote_that_swallows_rows_is_told() {
    let error = csv_error("a,b\n1,\"x\n2,y\n3,z\"z\n", &["a"]);
    assert_at(&error, "text-after-quote", "log.csv:4:2, column `b`");
}

#[test]
fn utf16_and_utf32_are_recognised() {
    let wide: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide.clone()).collect();
    let big: Vec<u8> = [0xfe, 0xff]
        .into_iter()
        .chain("a\n1\n".encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let utf32: Vec<u8> = "\u{feff}a\n1\n"
        .chars()
        .flat_map(|c| (c as u32).to_le_bytes())
        .collect();
    for (bytes, encoding) in [(wide, "UTF-16"), (marked, "UTF-16"), (big, "UTF-16"), (utf32, "UTF-32")] {
        let error = csv_error(&bytes, &["a"]);
        assert_at(&error, "not-utf8", "log.csv");
        assert!(
            error.help[0].contains(&format!("iconv -f {encoding} -t UTF-8")),
            "{error}"
        );
        assert_at(
            &Logs::with("x.jsonl", &bytes).fails(&["x.jsonl"], &["a"]),
            "not-utf8",
            "x.jsonl",
        );
    }
}

#[test]
fn bare_carriage_returns_are_told() {
    assert_at(
        &csv_error("a,b\r1,2\r3,4\r", &["a"]),
        "bare-carriage-return",
        "log.csv:1:2",
    );
    assert_at(
        &csv_error("a,b\n1,2\r3,4\n", &["a"]),
        "bare-carriage-return",
        "log.csv:2:2, column `b`",
    );
    assert_at(
        &csv_error("a,b\n1,2\r\r\n", &["a"]),
        "bare-carriage-return",
        "log.csv:2:2, column `b`",
    );
    assert_at(
        &csv_error("a,b\n1,2\r", &["a"]),
        "bare-carriage-return",
        "log.csv:2:2, column `b`",
    );
}

#[test]
fn a_blank_line_among_rows_is_an_error_and_at_the_end_is_not() {
    assert_at(&csv_error("a,b\n1,2\n\n\n3,4\n", &["a"]), "blank-line", "log.csv:3");
    assert_at(&csv_error("a,b\r\n\r\n1,2\r\n", &["a"]), "blank-line", "log.csv:2");
    assert_at(&csv_error("\na,b\n1,2\n", &["a"]), "blank-line", "log.csv:1");
    let rows = Logs::with("log.csv", "a,b\n1,2\n\n\r\n\n")
        .read(&["log.csv"], &["a"])
        .unwrap();
    assert_eq!(rows.words(0), "1");
}

#[test]
fn a_blank_line_of_one_column_could_be_a_value_and_is_an_error() {
    assert_at(&csv_error("a\n1\n\n2\n", &["a"]), "blank-line", "log.csv:3");
    assert_at(&csv_error("a\n1\n\n", &["a"]), "blank-line", "log.csv:3");
    assert_eq!(
        Logs::with("log.csv", "a\n1\n\"\"\n")
            .read(&["log.csv"], &["a"])
            .unwrap()
            .words(0),
        "1 -"
    );
}

#[test]
fn a_repeated_header_is_an_error_only_when_used() {
    let logs = Logs::with("log.csv", "g,x,g\n1,2,3\n");
    assert_at(
        &logs.fails(&["log.csv"], &["g"]),
        "repeated-column",
        "log.csv, column `g`",
    );
    assert_eq!(logs.read(&["log.csv"], &["x"]).unwrap().words(0), "2");
    assert_eq!(logs.open(&["log.csv"]).unwrap().schema().unwrap().occurrences("g"), 2);
}

#[test]
fn an_empty_header_name_is_a_column_like_any_other() {
    let logs = Logs::with("log.csv", ",x,\n1,2,3\n");
    assert_eq!(logs.read(&["log.csv"], &["x"]).unwrap().words(0), "2");
    assert_at(
        &logs.fails(&["log.csv"], &[""]),
        "repeated-column",
        "log.csv, column ``",
    );
}

#[test]
fn a_nul_byte_in_a_used_field_is_an_error() {
    let logs = Logs::with("log.csv", "a,b\n1,2\n3,4\0\n");
    assert_at(&logs.fails(&["log.csv"], &["b"]), "nul-byte", "log.csv:3:2, column `b`");
    assert_eq!(logs.read(&["log.csv"], &["a"]).unwrap().words(0), "1 3");
}

#[test]
fn nan_and_infinity_stay_text() {
    let rows = Logs::with("log.csv", "v\nnan\ninf\n-inf\n")
        .read(&["log.csv"], &["v"])
        .unwrap();
    assert_eq!(rows.words(0), "nan inf -inf");
}

#[test]
fn an_empty_file_is_an_error_in_every_format() {
    for name in ["log.csv", "log.tsv", "log.jsonl", "log.parquet", "log.arrow", "log.txt"] {
        assert_at(&Logs::with(name, "").fails(&[name], &["a"]), "empty-file", name);
    }
    for bytes in [gzip(b""), zstd(b""), b"\xef\xbb\xbf".to_vec()] {
        assert_at(
            &Logs::with("log.csv", bytes).fails(&["log.csv"], &["a"]),
            "empty-file",
            "log.csv",
        );
    }
}

#[test]
fn a_header_alone_is_zero_rows() {
    for text in ["a,b", "a,b\n", "a,b\r\n", "\u{feff}a,b\n"] {
        let rows = Logs::with("log.csv", text).read(&["log.csv"], &["a"]).unwrap();
        assert_eq!((rows.summary.rows, rows.batches.len()), (vec![0], 0));
    }
}

#[test]
fn a_field_of_fifty_megabytes_is_read() {
    let long = "x".repeat(50_000_000);
    let lines = "y\n".repeat(2_000_000);
    let logs = Logs::with("log.csv", format!("a,b\n\"{long}\",1\n\"{lines}\",2\nz,3\n"));
    let rows = logs.read(&["log.csv"], &["a", "b"]).unwrap();
    assert_eq!(rows.words(1), "1 2 3");
    assert_eq!(rows.lines(), [2, 3, 2_000_004]);
    assert_eq!(rows.column(0)[0].as_ref().unwrap().len(), long.len());
    assert_eq!(rows.column(0)[1].as_ref(), Some(&lines));
}

#[test]
fn every_cut_of_a_compressed_file_is_an_error() {
    let text: String = (0..400).map(|row| format!("{row},{}\n", row * 7919 % 1009)).collect();
    let text = format!("a,b\n{text}");
    let two = [gzip(text.as_bytes()), gzip(b"1,2\n")].concat();
    let one = gzip(text.as_bytes()).len();
    for (name, bytes) in [("log.csv.gz", two), ("log.csv.zst", zstd(text.as_bytes()))] {
        let logs = Logs::new();
        for end in (1..60)
            .chain((60..bytes.len()).step_by(37))
            .chain(bytes.len() - 60..bytes.len())
        {
            // A file of whole members is whole, and a file too short for its mark is not compressed.
            if (name == "log.csv.gz" && end == one) || end < 4 {
                continue;
            }
            logs.write(name, &bytes[..end]);
            assert_at(&logs.fails(&[name], &["a"]), "damaged-file", name);
        }
        logs.write(name, &bytes);
        logs.read(&[name], &["a"]).unwrap();
    }
}

#[test]
fn every_flip_in_gzip_is_an_error_or_changes_nothing() {
    let text: String = (0..300).map(|row| format!("{row},{}\n", row * 7919 % 1009)).collect();
    let text = format!("a,b\n{text}");
    let bytes = gzip(text.as_bytes());
    let logs = Logs::with("log.csv.gz", &bytes);
    let good = logs.read(&["log.csv.gz"], &["a", "b"]).unwrap();
    for at in 2..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (at % 8);
        logs.write("log.csv.gz", &broken);
        match logs.read(&["log.csv.gz"], &["a", "b"]) {
            // Name, time and such in a member's head are not data.
            Ok(rows) => assert_eq!((at < 10, rows.column(1)), (true, good.column(1)), "byte {at}"),
            Err(error) => check_form(&error),
        }
    }
}

#[test]
fn text_after_the_last_gzip_member_is_an_error() {
    let bytes = [gzip(b"a,b\n1,2\n"), b"3,4\n".to_vec()].concat();
    assert_at(
        &Logs::with("log.csv.gz", bytes).fails(&["log.csv.gz"], &["a"]),
        "damaged-file",
        "log.csv.gz",
    );
}

#[test]
fn a_file_without_a_used_column_is_named() {
    let logs = Logs::with("1.csv", "a,b\n1,2\n");
    logs.write("2.csv", "b,c\n1,2\n");
    assert_at(&logs.fails(&["*.csv"], &["a"]), "unknown-column", "2.csv");
    // Columns that are not used may come and go, and stand in any order.
    assert_eq!(logs.read(&["*.csv"], &["b"]).unwrap().words(0), "2 1");
}

#[test]
fn an_unknown_column_comes_with_what_was_meant() {
    let error = csv_error("gender,offered\nF,1\n", &["gendr"]);
    assert_at(&error, "unknown-column", "log.csv");
    assert_eq!(
        error.help,
        ["did you mean `gender`?", "the columns are `gender`, `offered`"]
    );
    let error = csv_error("gender ,offered\nF,1\n", &["gender"]);
    assert!(error.help[0].contains("blanks"), "{error}");
    // Two marks in the header: which one divides it can't be told.
    let error = csv_error("gender;offered|shown\nF;1|1\n", &["gender"]);
    assert!(
        error
            .help
            .iter()
            .any(|help| help.contains("csv = { delimiter = \";\" }")),
        "{error}"
    );
    let header: Vec<String> = (0..40).map(|column| format!("column{column}")).collect();
    assert!(csv_error(header.join(","), &["person"]).help[0].ends_with("and 28 more"));
}

/// A table that repeats enough to be compressed and varies enough to matter.
fn table(rows: i64) -> DataFrame {
    df!(
        "person" => (0..rows).map(|row| format!("person {row}")).collect::<Vec<_>>(),
        "group" => (0..rows).map(|row| if row % 3 == 0 { None } else { Some(["F", "M"][(row % 2) as usize]) }).collect::<Vec<_>>(),
        "age" => (0..rows).map(|row| row * 7919 % 80).collect::<Vec<_>>(),
        "score" => (0..rows).map(|row| row as f64 / 7.0).collect::<Vec<_>>(),
    )
    .unwrap()
}

/// Reads every flip and cut of `bytes`: an error of the right form, or rows of the right number; never a panic.
fn shake(name: &str, bytes: &[u8], rows: u64, step: usize) {
    let logs = Logs::new();
    let columns = ["person", "group", "age", "score"];
    let mut caught = 0;
    for at in (0..bytes.len()).step_by(step) {
        let mut broken = bytes.to_vec();
        broken[at] ^= 1 << (at % 8);
        logs.write(name, &broken);
        match logs.read(&[name], &columns) {
            Ok(read) => assert_eq!(read.summary.rows, [rows], "byte {at}"),
            Err(error) => {
                check_form(&error);
                caught += 1;
            }
        }
        if at > 0 {
            logs.write(name, &bytes[..at]);
            check_form(&logs.fails(&[name], &columns));
        }
    }
    assert!(caught > 0);
}

#[test]
fn a_flipped_or_cut_parquet_file_is_never_a_panic() {
    shake(
        "a.parquet",
        &parquet(&mut table(60), ParquetCompression::Snappy, 25),
        60,
        7,
    );
    shake(
        "b.parquet",
        &parquet(&mut table(60), ParquetCompression::Uncompressed, 25),
        60,
        7,
    );
    shake(
        "c.parquet",
        &parquet(&mut table(60), ParquetCompression::Zstd(None), 60),
        60,
        7,
    );
}

#[test]
fn a_parquet_page_that_states_an_absurd_length_ends_nothing() {
    // The lowest bit of a count is its sign: some of these pages state a negative number of values, which the decoder
    // takes for more than any machine can hold.
    let bytes = parquet(&mut table(60), ParquetCompression::Uncompressed, 60);
    let logs = Logs::new();
    for at in 0..bytes.len() / 2 {
        let mut broken = bytes.clone();
        broken[at] ^= 1;
        logs.write("a.parquet", &broken);
        if let Err(error) = logs.read(&["a.parquet"], &["group", "age"]) {
            check_form(&error);
        }
    }
}

#[test]
fn a_flipped_or_cut_arrow_file_is_never_a_panic() {
    shake("a.arrow", &arrow_file(&mut table(60)), 60, 5);
}

#[test]
fn an_arrow_footer_that_leaves_out_a_batch_is_an_error() {
    // Among these are the bytes that say where the list of batches is, and how long.
    let bytes = arrow_file(&mut table(60));
    let logs = Logs::new();
    let mut lost = 0;
    for at in bytes.len() - 400..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] = 0;
        logs.write("a.arrow", &broken);
        match logs.read(&["a.arrow"], &["age"]) {
            Ok(rows) => assert_eq!(rows.summary.rows, [60], "byte {at}"),
            Err(error) => lost += usize::from(error.message.contains("footer leaves out")),
        }
    }
    assert!(lost > 0);
}

#[test]
fn a_flipped_or_cut_arrow_stream_is_never_a_panic() {
    shake("a.arrows", &arrow_stream(&mut table(60)), 60, 5);
}

#[test]
fn text_named_parquet_is_an_error() {
    let error = Logs::with("log.parquet", "a,b\n1,2\n").fails(&["log.parquet"], &["a"]);
    assert_at(&error, "damaged-file", "log.parquet");
    let error = Logs::with("log.arrow", "a,b\n1,2\n").fails(&["log.arrow"], &["a"]);
    assert_at(&error, "damaged-file", "log.arrow");
}

#[test]
fn files_that_disagree_on_a_used_column_are_named() {
    let logs = Logs::new();
    let write = |name: &str, mut table: DataFrame| {
        logs.write(name, parquet(&mut table, ParquetCompression::Snappy, 100));
    };
    write("1.parquet", df!("a" => [1_i64], "b" => ["x"]).unwrap());
    write("2.parquet", df!("b" => ["y"], "a" => ["1"], "c" => [1.5]).unwrap());
    write("3.parquet", df!("a" => [0.5], "c" => [true]).unwrap());
    let error = logs.fails(&["1.parquet", "2.parquet"], &["a"]);
    assert_at(&error, "files-disagree", "2.parquet, column `a`");
    assert_eq!(
        error.message,
        "the column holds text here and whole numbers in 1.parquet"
    );
    assert_eq!(logs.read(&["1.parquet", "2.parquet"], &["b"]).unwrap().words(0), "x y");
    assert_eq!(
        logs.read(&["1.parquet", "3.parquet"], &["a"]).unwrap().words(0),
        "1 0.5"
    );
    assert_at(&logs.fails(&["*.parquet"], &["b"]), "unknown-column", "3.parquet");
}

/// The error of reading `columns` of one file of JSON lines.
fn json_error(text: impl AsRef<[u8]>, columns: &[&str]) -> Diagnostic {
    Logs::with("log.jsonl", text).fails(&["log.jsonl"], columns)
}

#[test]
fn a_bad_line_of_json_is_an_error_with_its_line() {
    assert_at(
        &json_error("{\"a\":1}\n{\"a\":}\n", &["a"]),
        "bad-json",
        "log.jsonl:2:6",
    );
    assert_at(&json_error("{\"a\":1}\n{\"a\":1", &["a"]), "bad-json", "log.jsonl:2:6");
    assert_at(
        &json_error("{\"a\":1} {\"a\":2}\n", &["a"]),
        "bad-json",
        "log.jsonl:1:9",
    );
    assert_at(&json_error("{\"a\":NaN}\n", &["a"]), "bad-json", "log.jsonl:1:6");
    assert_at(&json_error("{\n\"a\":1}\n", &["a"]), "bad-json", "log.jsonl:1:1");
    assert_at(
        &json_error("{\"a\":1}\n\n{\"a\":2}\n", &["a"]),
        "blank-line",
        "log.jsonl:2",
    );
    assert_at(&json_error(b"{\"a\":\"\xe9\"}\n", &["a"]), "not-utf8", "log.jsonl:1:7");
    assert_at(&json_error("[{\"a\":1}]\n", &["a"]), "not-an-object", "log.jsonl:1:1");
    assert_at(&json_error("{\"a\":1}\n7\n", &["a"]), "not-an-object", "log.jsonl:2:1");
}

#[test]
fn a_json_value_without_a_text_is_an_error_where_used() {
    let text = "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":1}}\n";
    assert_at(
        &json_error(text, &["b"]),
        "unusable-value",
        "log.jsonl:1:12, column `b`",
    );
    assert_eq!(json_error(text, &["c"]).code, "unusable-value");
    assert_eq!(
        Logs::with("log.jsonl", text)
            .read(&["log.jsonl"], &["a"])
            .unwrap()
            .words(0),
        "1"
    );
    assert_eq!(
        json_error("{\"a\":18446744073709551616}", &["a"]).code,
        "unusable-value"
    );
}

#[test]
fn a_repeated_json_key_is_an_error_where_used() {
    let error = json_error("{\"a\":1,\"b\":2,\"a\":3}\n", &["a"]);
    assert_eq!(
        (error.code, error.place.unwrap().field.as_deref()),
        ("repeated-key", Some("a"))
    );
    let error = json_error("{\"a\":1,\"\\u0061\":3}\n", &["a"]);
    assert_eq!(error.code, "repeated-key");
}

#[test]
fn a_missing_json_key_is_missing_but_not_in_every_row() {
    let logs = Logs::with("log.jsonl", "{\"a\":1}\n{\"b\":2}\n{\"a\":null}\n");
    assert_eq!(logs.read(&["log.jsonl"], &["a", "b"]).unwrap().words(0), "1 - -");
    let error = logs.fails(&["log.jsonl"], &["aa"]);
    assert_at(&error, "unknown-column", "log.jsonl");
    assert_eq!(error.help[0], "did you mean `a`?");
}

#[test]
fn a_json_key_that_first_turns_up_late_is_found() {
    let mut text = "{\"a\":1}\n".repeat(10_500);
    text.push_str("{\"a\":1,\"late\":2}\n");
    let rows = Logs::with("log.jsonl", &text).read(&["log.jsonl"], &["late"]).unwrap();
    assert_eq!(rows.column(0).last().unwrap().as_deref(), Some("2"));
    assert_at(
        &json_error("{\"a\":1}\n".repeat(10_500), &["late"]),
        "unknown-column",
        "log.jsonl",
    );
}

#[test]
fn foreign_files_are_told_apart() {
    for (bytes, word) in [
        (&b"PK\x03\x04rest"[..], "ZIP"),
        (b"BZh91AY", "bzip2"),
        (b"Obj\x01", "Avro"),
    ] {
        let error = Logs::with("log.csv", bytes).fails(&["log.csv"], &["a"]);
        assert_at(&error, "unknown-format", "log.csv");
        assert!(error.message.contains(word), "{error}");
    }
    let packed = gzip(&parquet(&mut table(3), ParquetCompression::Snappy, 3));
    let error = Logs::with("log.parquet.gz", packed).fails(&["log.parquet.gz"], &["age"]);
    assert_at(&error, "packed-table", "log.parquet.gz");
}

#[test]
fn a_sink_can_end_the_reading() {
    let logs = Logs::with("log.csv", "a\n1\n");
    let opened = logs.open(&["log.csv"]).unwrap();
    let stop = || Diagnostic::new("stopped", "stopped");
    assert_eq!(
        opened.read(&["a".to_owned()], &|_, _| {}, &mut |_| Err(stop())),
        Err(stop())
    );
    assert!(read(&opened, &["a"]).is_ok());
}

#[test]
fn a_file_that_changes_underneath_is_an_error() {
    let logs = Logs::with("log.csv", "a\n1\n");
    let opened = logs.open(&["log.csv"]).unwrap();
    logs.write("log.csv", "a\n1\n2\n");
    assert_at(&read(&opened, &["a"]).unwrap_err(), "file-changed", "log.csv");
}
