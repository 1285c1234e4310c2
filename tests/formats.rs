//! The same rows out of every format, every type as what it is, and the files that patterns mean.

use std::fs;

use parytet::diagnostic::Diagnostic;
use parytet::log::{Column, Opened, STDIN, find_files};
use parytet::plan::{Format, Kind, Source, SourceFile, StoreOptions};
use polars::df;
use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, ParquetCompression, Series, TimeUnit, TimeZone};

use crate::log_support::{Logs, arrow_file, arrow_stream, csv, gzip, parquet, read, zstd};

/// The rows that every format is asked for.
fn table() -> DataFrame {
    df!(
        "person" => ["anna", "Bożena", "c,d", "e\"f"],
        "group" => [Some("F"), Some("F"), None, Some("M")],
        "offered" => [true, false, true, false],
    )
    .unwrap()
}

const CSV: &str = "person,group,offered\nanna,F,true\nBożena,F,false\n\"c,d\",,true\n\"e\"\"f\",M,false\n";
const JSON: &str = "{\"person\":\"anna\",\"group\":\"F\",\"offered\":true}\n{\"offered\":false,\"group\":\"F\",\
    \"person\":\"Bo\\u017cena\"}\n{\"person\":\"c,d\",\"offered\":true}\n{\"person\":\"e\\\"f\",\"group\":\"M\",\
    \"offered\":false}\n";

fn every_format() -> Vec<(&'static str, Vec<u8>)> {
    let marked = format!("\u{feff}{CSV}").into_bytes();
    vec![
        ("log.csv", CSV.into()),
        (
            "log.tsv",
            "person\tgroup\toffered\nanna\tF\ttrue\nBożena\tF\tfalse\nc,d\t\ttrue\n\"e\"\"f\"\tM\tfalse".into(),
        ),
        ("windows.csv", CSV.replace('\n', "\r\n").into_bytes()),
        ("marked.csv", marked.clone()),
        ("log.csv.gz", gzip(CSV.as_bytes())),
        (
            "members.csv.gz",
            [gzip(&CSV.as_bytes()[..40]), gzip(&CSV.as_bytes()[40..])].concat(),
        ),
        ("marked.csv.zst", zstd(&marked)),
        (
            "frames.csv.zst",
            [zstd(&CSV.as_bytes()[..40]), zstd(&CSV.as_bytes()[40..])].concat(),
        ),
        ("log.jsonl", JSON.into()),
        (
            "log.json",
            format!("\u{feff}{}\n\n", JSON.replace('\n', "\r\n")).into_bytes(),
        ),
        ("log.ndjson.gz", gzip(JSON.as_bytes())),
        ("no_name_csv", CSV.into()),
        ("no_name_json", JSON.into()),
        ("wrong_name.csv", parquet(&mut table(), ParquetCompression::Snappy, 100)),
        (
            "plain.parquet",
            parquet(&mut table(), ParquetCompression::Uncompressed, 100),
        ),
        ("groups.pq", parquet(&mut table(), ParquetCompression::Zstd(None), 1)),
        ("log.feather", arrow_file(&mut table())),
        ("log.arrows", arrow_stream(&mut table())),
        ("stream.arrow", arrow_stream(&mut table())),
    ]
}

fn assert_rows(opened: &Opened, name: &str) {
    let rows = read(opened, &["offered", "group", "person"]).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(rows.words(0), "true false true false", "{name}");
    assert_eq!(rows.words(1), "F F - M", "{name}");
    assert_eq!(rows.words(2), "anna Bożena c,d e\"f", "{name}");
}

#[test]
fn every_format_gives_the_same_rows() {
    for (name, bytes) in every_format() {
        assert_rows(&Logs::with(name, bytes).open(&[name]).unwrap(), name);
    }
}

#[test]
fn every_format_comes_through_standard_input() {
    for (name, bytes) in every_format() {
        if name == "log.tsv" {
            continue; // Without a name nothing says that tabs delimit.
        }
        let source = Source {
            files: vec![SourceFile {
                name: STDIN.into(),
                path: None,
                format: None,
            }],
            csv: csv(),
            stores: StoreOptions::default(),
            second: None,
        };
        let opened = Opened::open_with(&source, &mut bytes.as_slice()).unwrap();
        assert_eq!(opened.schema().unwrap().columns.len(), 3);
        opened.check_agreement(&["person".to_owned()]).unwrap();
        assert_rows(&opened, name);
    }
}

#[test]
fn no_columns_still_count_the_rows() {
    for (name, bytes) in every_format() {
        let rows = Logs::with(name, bytes).read(&[name], &[]).unwrap();
        assert_eq!(rows.summary.rows, [4], "{name}");
    }
}

#[test]
fn lines_are_those_of_an_editor() {
    let text = "a,b\r\n1,\"x\r\ny\r\n\"\r\n2,\"\"\r\n3,z";
    let rows = Logs::with("log.csv", text).read(&["log.csv"], &["a", "b"]).unwrap();
    assert_eq!(rows.lines(), [2, 5, 6]);
    assert_eq!(rows.column(1)[0].as_deref(), Some("x\r\ny\r\n"));
    let rows = Logs::with("log.jsonl", "{\"a\":1}\r\n{\"a\":2}\n{\"a\":3}")
        .read(&["log.jsonl"], &["a"])
        .unwrap();
    assert_eq!(rows.lines(), [1, 2, 3]);
}

#[test]
fn null_values_and_delimiters_are_as_told() {
    let mut logs = Logs::with("log.csv", "a;b\nNA;n/a\nNAN;'x;y'\n");
    logs.csv.delimiter = Some(b';');
    logs.csv.quote = b'\'';
    logs.csv.null_values = vec!["NA".into(), "n/a".into()];
    let rows = logs.read(&["log.csv"], &["a", "b"]).unwrap();
    assert_eq!((rows.words(0), rows.words(1)), ("- NAN".into(), "- x;y".into()));
    logs.csv.quote = b';';
    assert_eq!(logs.fails(&["log.csv"], &["a"]).code, "unusable-delimiter");
}

#[test]
fn a_delimiter_is_taken_from_the_header_only_where_it_cannot_be_mistaken() {
    for (text, delimiter) in [
        ("a;b\n1;2\n", Some("';'")),
        ("a\tb\n1\t2\n", Some("'\\t'")),
        ("\"a,x\"|b\n1|2\n", Some("'|'")),
        ("a,b;c\n1,2\n", None),
        ("a\n1;2\n", None),
    ] {
        let logs = Logs::with("log.csv", text);
        let opened = logs.open(&["log.csv"]).unwrap();
        let notes = opened.notes().unwrap();
        match delimiter {
            None => assert!(notes.is_empty(), "{notes:?}"),
            Some(shown) => {
                assert_eq!(opened.schema().unwrap().columns.len(), 2);
                assert!(notes[0].contains(shown), "{notes:?}");
            }
        }
    }
}

#[test]
fn json_values_have_one_text_each() {
    let values = "1 1.0 -0 1e2 0.1 0.30000000000000004 9223372036854775807 18446744073709551615 true \"\" null \"1.0\"";
    let text: String = values.split(' ').map(|value| format!("{{\"v\":{value}}}\n")).collect();
    let rows = Logs::with("log.jsonl", text).read(&["log.jsonl"], &["v"]).unwrap();
    assert_eq!(
        rows.words(0),
        "1 1 0 100 0.1 0.30000000000000004 9223372036854775807 18446744073709551615 true - - 1.0"
    );
    let schema = Logs::with("log.jsonl", JSON)
        .open(&["log.jsonl"])
        .unwrap()
        .schema()
        .unwrap();
    assert_eq!(schema.columns[0], ("person".to_owned(), Kind::Json));
}

/// One column of every type, and what it is read as.
fn typed() -> DataFrame {
    let whole = |name: &str| Series::new(name.into(), [Some(1_i64), None, Some(100)]);
    let cast = |name: &str, dtype: DataType| whole(name).cast(&dtype).unwrap().into_column();
    let time = |name: &str, unit, zone| cast(name, DataType::Datetime(unit, zone));
    let texts = Series::new("category".into(), [Some("a"), None, Some("b")]);
    let categories = texts
        .cast(&DataType::from_categories(polars::prelude::Categories::global()))
        .unwrap();
    DataFrame::new_infer_height(vec![
        cast("i8", DataType::Int8),
        cast("i16", DataType::Int16),
        cast("i32", DataType::Int32),
        cast("u8", DataType::UInt8),
        cast("u16", DataType::UInt16),
        cast("u32", DataType::UInt32),
        cast("u64", DataType::UInt64),
        cast("i64", DataType::Int64),
        cast("f32", DataType::Float32),
        Series::new("f64".into(), [Some(0.5), Some(f64::NAN), Some(f64::INFINITY)]).into_column(),
        cast("decimal", DataType::Decimal(12, 2)),
        cast("date", DataType::Date),
        time("ms", TimeUnit::Milliseconds, None),
        time("us", TimeUnit::Microseconds, Some(TimeZone::UTC)),
        time("ns", TimeUnit::Nanoseconds, None),
        Series::new("bool".into(), [Some(true), None, Some(false)]).into_column(),
        categories.into_column(),
        Series::new_null("null".into(), 3).into_column(),
        Series::new("list".into(), [whole("x"), whole("y"), whole("z")]).into_column(),
        Series::new("bytes".into(), [b"a", b"b", b"c"].map(|bytes| &bytes[..])).into_column(),
        cast("time", DataType::Time),
    ])
    .unwrap()
}

#[test]
fn every_type_is_what_it_is() {
    let columns = [
        ("i8", Kind::Integer, "1 - 100"),
        ("i16", Kind::Integer, "1 - 100"),
        ("i32", Kind::Integer, "1 - 100"),
        ("u8", Kind::Integer, "1 - 100"),
        ("u16", Kind::Integer, "1 - 100"),
        ("u32", Kind::Integer, "1 - 100"),
        ("u64", Kind::Integer, "1 - 100"),
        ("i64", Kind::Integer, "1 - 100"),
        ("f32", Kind::Real, "1 - 100"),
        ("f64", Kind::Real, "0.5 - inf"),
        ("decimal", Kind::Real, "1 - 100"),
        ("date", Kind::Date, "1 - 100"),
        ("ms", Kind::Datetime, "1000 - 100000"),
        ("us", Kind::Datetime, "1 - 100"),
        ("ns", Kind::Datetime, "0 - 0"),
        ("bool", Kind::Boolean, "true - false"),
        ("category", Kind::Text, "a - b"),
        ("null", Kind::Text, "- - -"),
    ];
    let files = [
        ("log.parquet", parquet(&mut typed(), ParquetCompression::Snappy, 2)),
        ("log.arrow", arrow_file(&mut typed())),
        ("log.arrows", arrow_stream(&mut typed())),
    ];
    for (name, bytes) in files {
        let logs = Logs::with(name, bytes);
        let names: Vec<&str> = columns.iter().map(|(column, ..)| *column).collect();
        let schema = logs.open(&[name]).unwrap().schema().unwrap();
        let rows = logs
            .read(&[name], &names)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for (index, (column, kind, words)) in columns.iter().enumerate() {
            assert_eq!(schema.kind(column), Some(*kind), "{name} {column}");
            assert_eq!(rows.words(index), *words, "{name} {column}");
        }
        assert!(matches!(rows.batches[0].columns[11], Column::Date(_)));
        for column in ["list", "bytes", "time"] {
            let error = logs.fails(&[name], &[column]);
            assert_eq!(error.code, "unusable-column", "{name} {column}");
            assert!(error.message.chars().count() < 80, "{error}");
        }
    }
}

#[test]
fn a_number_beyond_64_bits_with_sign_is_an_error() {
    let mut table = df!("n" => [1_u64, u64::MAX]).unwrap();
    let error =
        Logs::with("log.parquet", parquet(&mut table, ParquetCompression::Snappy, 1)).fails(&["log.parquet"], &["n"]);
    assert_eq!(
        error.to_string().lines().nth(1),
        Some("  --> log.parquet, row 2, column `n`")
    );
    assert_eq!(error.code, "number-too-large");
}

#[test]
fn a_column_of_nulls_agrees_with_any_other() {
    let logs = Logs::with(
        "1.parquet",
        parquet(&mut df!("n" => [1_i64, 2]).unwrap(), ParquetCompression::Snappy, 9),
    );
    let nulls = Series::new_null("n".into(), 2).into_column();
    let mut table = DataFrame::new_infer_height(vec![nulls]).unwrap();
    logs.write("2.parquet", parquet(&mut table, ParquetCompression::Snappy, 9));
    assert_eq!(logs.read(&["*"], &["n"]).unwrap().words(0), "1 2 - -");
    assert_eq!(
        logs.read(&["2.parquet", "1.parquet"], &["n"]).unwrap().words(0),
        "- - 1 2"
    );
}

#[test]
fn rows_of_many_batches_keep_their_order() {
    let count = 150_000_i64;
    let mut table =
        df!("n" => (0..count).collect::<Vec<_>>(), "x" => (0..count).map(|n| n.to_string()).collect::<Vec<_>>())
            .unwrap();
    let csv: String = (0..count).map(|n| format!("{n},{n}\n")).collect();
    let json: String = (0..count).map(|n| format!("{{\"x\":{n},\"n\":{n}}}\n")).collect();
    let files = [
        ("log.parquet", parquet(&mut table, ParquetCompression::Snappy, 40_000)),
        ("one.parquet", parquet(&mut table, ParquetCompression::Snappy, 400_000)),
        ("log.arrow", arrow_file(&mut table)),
        ("log.arrows", arrow_stream(&mut table)),
        ("log.csv.gz", gzip(format!("n,x\n{csv}").as_bytes())),
        ("log.jsonl", json.into_bytes()),
    ];
    let expected: Vec<_> = (0..count).map(|n| Some(n.to_string())).collect();
    for (name, bytes) in files {
        let rows = Logs::with(name, bytes).read(&[name], &["x", "n"]).unwrap();
        assert!(rows.batches.len() > 1, "{name}");
        assert_eq!(rows.column(0), expected, "{name}");
        assert_eq!(rows.column(1), expected, "{name}");
    }
}

#[test]
fn a_slice_of_a_large_row_group_starts_where_the_last_one_ended() {
    let count = (1 << 20) + 70_000_i64;
    let mut table = df!("n" => (0..count).collect::<Vec<_>>()).unwrap();
    let rows = Logs::with(
        "log.parquet",
        parquet(&mut table, ParquetCompression::Snappy, 4_000_000),
    )
    .read(&["log.parquet"], &["n"])
    .unwrap();
    let mut next = 0;
    for batch in &rows.batches {
        let Column::Integer(values) = &batch.columns[0] else {
            panic!("not whole numbers")
        };
        assert!(
            values
                .iter()
                .zip(next..)
                .all(|(value, expected)| value == Some(expected))
        );
        next += batch.rows as i64;
    }
    assert_eq!(next, count);
}

#[test]
fn progress_ends_at_all_rows_and_all_bytes() {
    let logs = Logs::with("1.csv.gz", gzip(format!("a\n{}", "1\n".repeat(2_000_000)).as_bytes()));
    logs.write(
        "2.parquet",
        parquet(&mut df!("a" => ["x", "y"]).unwrap(), ParquetCompression::Snappy, 1),
    );
    let opened = logs.open(&["*"]).unwrap();
    let calls = std::sync::Mutex::new(Vec::new());
    opened
        .read(
            &["a".into()],
            &|rows, bytes| calls.lock().unwrap().push((rows, bytes)),
            &mut |_| Ok(()),
        )
        .unwrap();
    let calls = calls.into_inner().unwrap();
    assert!(calls.is_sorted() && calls.len() > 4);
    assert_eq!(calls.last(), Some(&(2_000_002, opened.size())));
}

#[test]
fn a_format_that_contradicts_the_bytes_is_an_error() {
    let logs = Logs::with("log", parquet(&mut table(), ParquetCompression::Snappy, 10));
    let mut source = logs.source(&["log"]).unwrap();
    source.files[0].format = Some(Format::Csv);
    let error = Opened::open(&source).err().unwrap();
    assert_eq!(
        (error.code, error.message.as_str()),
        (
            "format-mismatch",
            "the spec says that the file is delimited text, its first bytes say Parquet"
        )
    );
}

/// Names of the files that patterns mean.
fn names(logs: &Logs, patterns: &[&str]) -> Result<Vec<String>, Diagnostic> {
    Ok(logs.source(patterns)?.files.into_iter().map(|file| file.name).collect())
}

#[test]
fn patterns_are_expanded_sorted_and_without_repetition() {
    let logs = Logs::new();
    for name in [
        "b.csv",
        "a.csv",
        "sub/d.csv",
        "sub/c.csv",
        "sub/deep/e.csv",
        ".hidden.csv",
        "x[1].csv",
    ] {
        logs.write(name, "a\n1\n");
    }
    assert_eq!(names(&logs, &["*.csv"]).unwrap(), ["a.csv", "b.csv", "x[1].csv"]);
    assert_eq!(
        names(&logs, &["sub/*.csv", "./a.csv", "*.csv"]).unwrap(),
        ["sub/c.csv", "sub/d.csv", "a.csv", "b.csv", "x[1].csv"]
    );
    assert_eq!(names(&logs, &["**/*.csv"]).unwrap().len(), 6);
    assert_eq!(names(&logs, &["x[1].csv"]).unwrap(), ["x[1].csv"]);
    let absolute = logs.path("sub/*.csv").to_string_lossy().into_owned();
    assert_eq!(names(&logs, &[&absolute]).unwrap(), ["c.csv", "d.csv"]);
    assert_eq!(names(&logs, &["sub/../a.csv"]).unwrap(), ["sub/../a.csv"]);
}

#[test]
fn brackets_in_the_folders_own_name_are_no_pattern() {
    let logs = Logs::new();
    logs.write("odd [x]*/a.csv", "a\n1\n");
    let files = find_files(
        &["*.csv".into()],
        &logs.path("odd [x]*"),
        None,
        &StoreOptions::default(),
    )
    .unwrap();
    assert_eq!(files[0].name, "a.csv");
}

#[test]
fn a_file_that_is_not_there_comes_with_the_one_that_is() {
    let logs = Logs::new();
    for name in ["offers.csv", "sub/people.parquet"] {
        logs.write(name, "a\n1\n");
    }
    let help = |pattern: &str| {
        let error = logs.fails(&[pattern], &[]);
        assert_eq!(error.code, "file-not-found", "{error}");
        assert_eq!(error.place.as_ref().unwrap().file, pattern);
        error.help.join(" ")
    };
    assert_eq!(help("ofers.csv"), "did you mean `offers.csv`?");
    assert_eq!(help("sub/people.csv"), "did you mean `sub/people.parquet`?");
    assert_eq!(help("*.parquet"), "its folder has `offers.csv`, `sub`");
    assert_eq!(help("none/x.csv"), "there is no folder `none` that can be read");
    assert_eq!(names(&logs, &[]).unwrap_err().code, "file-not-found");
}

#[test]
fn a_folder_is_an_error_that_says_what_to_write() {
    let logs = Logs::with("sub/a.parquet", "x");
    for pattern in ["sub", "sub/", "*", "s*"] {
        let error = logs.fails(&[pattern], &[]);
        assert_eq!(
            (error.code, error.help[0].as_str()),
            ("is-a-folder", "name the files in it, as in `sub/*.parquet`")
        );
    }
}

#[test]
fn standard_input_stands_alone() {
    let logs = Logs::with("a.csv", "a\n");
    assert_eq!(
        logs.source(&["-"]).unwrap().files[0],
        SourceFile {
            name: STDIN.into(),
            path: None,
            format: None
        }
    );
    assert_eq!(names(&logs, &["-", "a.csv"]).unwrap_err().code, "stdin-not-alone");
}

#[cfg(unix)]
#[test]
fn a_link_to_the_same_file_is_not_read_twice() {
    let logs = Logs::with("a.csv", "a\n1\n");
    std::os::unix::fs::symlink(logs.path("a.csv"), logs.path("b.csv")).unwrap();
    assert_eq!(names(&logs, &["*.csv"]).unwrap(), ["a.csv"]);
    std::os::unix::fs::symlink(logs.path("gone.csv"), logs.path("c.csv")).unwrap();
    assert!(fs::symlink_metadata(logs.path("c.csv")).is_ok());
    assert_eq!(logs.fails(&["c.csv"], &[]).code, "file-not-found");
}
