//! A tally as a Parquet table in long form, and back.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder, UInt32Builder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::entries::{Key, Slot, kept, visit};
use super::{About, SCHEMA, Stored};
use crate::catalogue::Linear;
use crate::catalogue::custom::{named, same_ratios};
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::Counted;
use crate::log::guarded;
use crate::tally::{CrossSums, GroupTally, GroupingTally, Label, OutcomeAccount, OutcomeShape, Shape, Sums, Tally};

/// Where the metadata stands among those of the Parquet file.
const META: &str = "parytet.tally";
/// Name of everybody together in the column `grouping`.
const EVERYONE: &str = "(everyone)";

/// All of a file but the numbers.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    about: About,
    /// By outcome: its name, whether it has a label and a value, and what is added up for it.
    outcomes: Vec<Outcome>,
    persons: bool,
    weighted: bool,
    groupings: Vec<Grouping>,
    rows: Vec<u64>,
    people_rows: Option<Vec<u64>>,
    short_rows: u64,
    subjects_without_record: Option<u64>,
    records_without_rows: Option<u64>,
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    name: String,
    label: bool,
    value: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    list: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    logs: bool,
    /// Ratios beyond the catalogue, by the names of their measures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ratios: Vec<[Terms; 2]>,
    added_up: Vec<String>,
}

/// Measures with their factors.
type Terms = Vec<(String, i32)>;

impl Outcome {
    /// `None` for a measure that this version does not know.
    fn shape(&self) -> Option<OutcomeShape> {
        let ratios = self.ratios.iter().map(|[a, b]| Some((named(a)?, named(b)?)));
        Some(OutcomeShape {
            label: self.label,
            value: self.value,
            list: self.list,
            logs: self.logs,
            ratios: same_ratios(ratios.collect::<Option<_>>()?),
        })
    }
}

fn terms(linear: Linear) -> Terms {
    linear
        .iter()
        .map(|(measure, factor)| (measure.id().to_owned(), *factor))
        .collect()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grouping {
    attributes: Vec<usize>,
    /// Labels by group, each with its class, its place and its name.
    groups: Vec<Vec<(u8, u32, String)>>,
    /// Pairs of groups with people in both.
    pairs: Vec<(usize, usize)>,
}

/// One row of the table.
struct Entry {
    key: Key,
    count: Option<u64>,
    number: Option<f64>,
}

/// The columns of texts, in order.
const TEXTS: [&str; 8] = ["grouping", "group", "outcome", "part", "other", "statistic", "a", "b"];

/// The columns of [`Key::places`]: names may be alike, places are not. Grouping 0 is everybody.
const PLACES: [&str; 4] = ["grouping_number", "group_number", "outcome_number", "other_number"];

/// The bytes of a file, and the digest in it.
///
/// # Errors
/// A tally too large for memory; nothing else can fail.
pub fn to_bytes(stored: &Stored) -> anyhow::Result<(Vec<u8>, String)> {
    let mut tally = stored.counted.tally.clone();
    let mut entries = Vec::new();
    visit(&mut tally, &mut |key, slot| {
        if slot.is_empty() {
            return;
        }
        let (count, number) = match slot {
            Slot::Count(count) => (Some(*count), None),
            Slot::Number(number) => (None, Some(*number)),
        };
        entries.push(Entry { key, count, number });
    });
    let mut meta = meta(stored);
    meta.about.digest = digest(&mut meta, &entries)?;
    let digest = meta.about.digest.clone();
    let batch = table(stored, &entries)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
        .set_created_by(format!("parytet {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            META.to_owned(),
            serde_json::to_string(&meta)?,
        )]))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok((bytes, digest))
}

fn meta(stored: &Stored) -> Meta {
    let Counted {
        tally,
        rows,
        people_rows,
        // Files beside are named by who counted; notes say what became of their rows.
        check_rows: _,
        short_rows,
        subjects_without_record,
        records_without_rows,
        notes,
    } = &stored.counted;
    Meta {
        about: About {
            digest: String::new(),
            ..stored.about.clone()
        },
        outcomes: stored
            .about
            .outcomes()
            .zip(&tally.shape.outcomes)
            .map(|(name, &shape)| Outcome {
                name: name.to_owned(),
                label: shape.label,
                value: shape.value,
                list: shape.list,
                logs: shape.logs,
                ratios: shape.ratios.iter().map(|(a, b)| [terms(a), terms(b)]).collect(),
                added_up: kept(Sums::zero(shape), CrossSums::zero(shape)),
            })
            .collect(),
        persons: tally.shape.persons,
        weighted: tally.shape.weighted,
        groupings: tally
            .shape
            .groupings
            .iter()
            .zip(&tally.groupings)
            .map(|(attributes, grouping)| Grouping {
                attributes: attributes.clone(),
                groups: grouping
                    .groups
                    .iter()
                    .map(|group| {
                        let labels = group.labels.iter();
                        labels.map(|l| (l.rank.0, l.rank.1, l.name.clone())).collect()
                    })
                    .collect(),
                pairs: grouping.pairs.iter().map(|(pair, _)| *pair).collect(),
            })
            .collect(),
        rows: rows.clone(),
        people_rows: people_rows.clone(),
        short_rows: *short_rows,
        subjects_without_record: *subjects_without_record,
        records_without_rows: *records_without_rows,
        notes: notes.clone(),
    }
}

/// A digest of everything in a file but itself.
fn digest(meta: &mut Meta, entries: &[Entry]) -> anyhow::Result<String> {
    meta.about.digest.clear();
    let mut hash = Xxh3::new();
    hash.update(serde_json::to_string(meta)?.as_bytes());
    for Entry { key, count, number } in entries {
        let place = |at: Option<usize>| at.map_or(-1, |at| at as i64).to_le_bytes();
        for at in key.places() {
            hash.update(&place(at));
        }
        for text in [key.part, key.statistic, &key.a, &key.b] {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(&count.unwrap_or_default().to_le_bytes());
        hash.update(&number.unwrap_or_default().to_bits().to_le_bytes());
    }
    Ok(format!("{:032x}", hash.digest128()))
}

/// Names of what a key points at: grouping, group, outcome, other group.
fn names(stored: &Stored, key: &Key) -> [Option<String>; 4] {
    let tally = &stored.counted.tally;
    let grouping = key.grouping.checked_sub(1);
    let group = |at: Option<usize>| Some(tally.groupings[grouping?].groups[at?].name());
    [
        Some(grouping.map_or_else(
            || EVERYONE.to_owned(),
            |g| stored.about.names(&tally.shape.groupings[g]).join(" & "),
        )),
        group(key.group),
        key.outcome
            .and_then(|o| stored.about.outcomes().nth(o))
            .map(str::to_owned),
        group(key.other),
    ]
}

fn table(stored: &Stored, entries: &[Entry]) -> anyhow::Result<RecordBatch> {
    let mut texts: Vec<StringBuilder> = TEXTS.iter().map(|_| StringBuilder::new()).collect();
    let mut places: [UInt32Builder; PLACES.len()] = Default::default();
    let (mut counts, mut numbers) = (UInt64Builder::new(), Float64Builder::new());
    for Entry { key, count, number } in entries {
        let [grouping, group, outcome, other] = names(stored, key);
        let row = [
            grouping.as_deref(),
            group.as_deref(),
            outcome.as_deref(),
            Some(key.part),
            other.as_deref(),
            Some(key.statistic),
            Some(key.a.as_str()).filter(|a| !a.is_empty()),
            Some(key.b.as_str()).filter(|b| !b.is_empty()),
        ];
        texts
            .iter_mut()
            .zip(row)
            .for_each(|(column, text)| column.append_option(text));
        for (column, at) in places.iter_mut().zip(key.places()) {
            column.append_option(at.map(u32::try_from).transpose()?);
        }
        counts.append_option(*count);
        numbers.append_option(*number);
    }
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for (name, mut column) in TEXTS.into_iter().zip(texts) {
        columns.push((name, Arc::new(column.finish())));
    }
    for (name, mut column) in PLACES.into_iter().zip(places) {
        columns.push((name, Arc::new(column.finish())));
    }
    columns.push(("count", Arc::new(counts.finish())));
    columns.push(("number", Arc::new(numbers.finish())));
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
        .collect();
    let schema = Arc::new(arrow_schema::Schema::new(fields));
    Ok(RecordBatch::try_new(
        schema,
        columns.into_iter().map(|(_, column)| column).collect(),
    )?)
}

/// Reads a file; `name` is shown in errors.
///
/// # Errors
/// A file that is no tally, was damaged, or was written by a version that adds up something else.
pub fn read(name: &str, bytes: bytes::Bytes) -> Result<Stored, Diagnostic> {
    let told = |code: &'static str, message: String| Diagnostic::new(code, message).at(Place::of_file(name));
    let no_tally = |why: String| {
        told("no-tally", format!("this is no tally: {why}"))
            .help("a tally is written by: parytet tally SPEC -o tally.parquet")
    };
    let damaged = |why: &str| {
        told("damaged-tally", format!("the tally is damaged: {why}"))
            .help("take the copy that was kept, or count the log again")
    };
    let reader = guarded(name, "it can't be read", || {
        ParquetRecordBatchReaderBuilder::try_new(bytes)
    })
    .map_err(|fault| no_tally(fault.message))?;
    let text = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .and_then(|pairs| pairs.iter().find(|pair| pair.key == META)?.value.clone())
        .ok_or_else(|| no_tally("it is a Parquet file of something else".to_owned()))?;
    check_version(&text, name)?;
    let mut meta: Meta = serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))?;
    let batches = || -> Result<Vec<RecordBatch>, ArrowError> { reader.build()?.collect() };
    let batches = guarded(name, "its rows can't be read", batches).map_err(|fault| damaged(&fault.message))?;
    check_added_up(&meta, name)?;

    let digest_told = meta.about.digest.clone();
    let mut tally = skeleton(&meta).ok_or_else(|| damaged("its groups do not fit its attributes"))?;
    let entries = fill(&mut tally, &batches).ok_or_else(|| damaged("its rows are not those of a tally"))?;
    let found = digest(&mut meta, &entries).map_err(|error| damaged(&error.to_string()))?;
    if found != digest_told {
        return Err(damaged("its content does not agree with its digest"));
    }
    meta.about.digest = found;
    let counted = Counted {
        tally,
        rows: meta.rows,
        people_rows: meta.people_rows,
        check_rows: Vec::new(),
        short_rows: meta.short_rows,
        subjects_without_record: meta.subjects_without_record,
        records_without_rows: meta.records_without_rows,
        notes: meta.notes,
    };
    Ok(Stored {
        about: meta.about,
        counted,
    })
}

/// The version stands first, so that a file of another one is not told to be damaged.
fn check_version(text: &str, name: &str) -> Result<(), Diagnostic> {
    let version = serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .and_then(|meta| Some(meta.get("about")?.get("schema")?.as_str()?.to_owned()));
    match version {
        Some(version) if version != SCHEMA => Err(other_version(
            name,
            format!("the tally has the format {version}, and this version of parytet reads {SCHEMA}"),
        )),
        _ => Ok(()),
    }
}

fn other_version(name: &str, message: String) -> Diagnostic {
    Diagnostic::new("other-version", message)
        .at(Place::of_file(name))
        .help("audit it with the version that wrote it, or count the log again")
}

/// A tally of a version that adds up less, or more, would be read with zeros where nothing was counted.
fn check_added_up(meta: &Meta, name: &str) -> Result<(), Diagnostic> {
    for outcome in &meta.outcomes {
        let told = outcome
            .shape()
            .map(|shape| kept(Sums::zero(shape), CrossSums::zero(shape)));
        if told.as_ref() != Some(&outcome.added_up) {
            return Err(other_version(
                name,
                format!(
                    "parytet {} wrote this tally and added up other things than this version ({}) needs",
                    meta.about.version,
                    env!("CARGO_PKG_VERSION")
                ),
            ));
        }
    }
    Ok(())
}

/// The tally with all its groups and no number; `None` where the metadata make no sense.
fn skeleton(meta: &Meta) -> Option<Tally> {
    let shape = Shape {
        outcomes: meta.outcomes.iter().map(Outcome::shape).collect::<Option<_>>()?,
        weighted: meta.weighted,
        persons: meta.persons,
        groupings: meta
            .groupings
            .iter()
            .map(|grouping| grouping.attributes.clone())
            .collect(),
        histograms: Vec::new(),
        spread: Vec::new(),
        resampling: None,
    };
    let mut groupings = Vec::new();
    for grouping in &meta.groupings {
        let attributes = &grouping.attributes;
        let fits = attributes.iter().all(|&a| a < meta.about.attributes.len())
            && grouping.groups.iter().all(|labels| labels.len() == attributes.len())
            && grouping.pairs.iter().all(|&(a, b)| a < b && b < grouping.groups.len());
        if !fits {
            return None;
        }
        let label = |(class, place, name): &(u8, u32, String)| Label {
            rank: (*class, *place),
            name: name.clone(),
        };
        groupings.push(GroupingTally {
            groups: grouping
                .groups
                .iter()
                .map(|labels| GroupTally::empty(labels.iter().map(label).collect(), &shape))
                .collect(),
            several: 0,
            several_known: shape.outcomes.iter().map(|&outcome| Sums::zero(outcome)).collect(),
            pairs: grouping
                .pairs
                .iter()
                .map(|&pair| {
                    (
                        pair,
                        shape.outcomes.iter().map(|&outcome| CrossSums::zero(outcome)).collect(),
                    )
                })
                .collect(),
        });
    }
    Some(Tally {
        everyone: GroupTally::empty(Vec::new(), &shape),
        outcomes: vec![OutcomeAccount::default(); shape.outcomes.len()],
        groupings,
        shape,
        histograms: Vec::new(),
        drawn: None,
        lists: None,
    })
}

/// One row of the table as read.
#[derive(PartialEq)]
struct Found<'a> {
    part: &'a str,
    statistic: &'a str,
    a: &'a str,
    b: &'a str,
    /// In the order of [`PLACES`].
    places: [Option<usize>; PLACES.len()],
}

/// Fills a tally with the numbers of a table, and lists them; `None` when some row finds no place.
fn fill(tally: &mut Tally, batches: &[RecordBatch]) -> Option<Vec<Entry>> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let mut values = Vec::with_capacity(rows);
    for batch in batches {
        let column =
            |name: &str, kind: &DataType| batch.column_by_name(name).filter(|column| column.data_type() == kind);
        let text = |name| column(name, &DataType::Utf8).map(|column| column.as_string::<i32>());
        let place = |name| column(name, &DataType::UInt32).map(|column| column.as_primitive::<UInt32Type>());
        let (part, statistic, a, b) = (text("part")?, text("statistic")?, text("a")?, text("b")?);
        let places = PLACES.map(place);
        if places.contains(&None) {
            return None;
        }
        let counts = column("count", &DataType::UInt64)?.as_primitive::<UInt64Type>();
        let numbers = column("number", &DataType::Float64)?.as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            let text = |column: &'_ arrow_array::StringArray| column.is_valid(row);
            let at = |column: &arrow_array::UInt32Array| column.is_valid(row).then(|| column.value(row) as usize);
            let found = Found {
                part: part.value(row),
                statistic: statistic.value(row),
                a: if text(a) { a.value(row) } else { "" },
                b: if text(b) { b.value(row) } else { "" },
                places: places.map(|column| column.and_then(at)),
            };
            let count = counts.is_valid(row).then(|| counts.value(row));
            let number = numbers.is_valid(row).then(|| numbers.value(row));
            values.push((found, count, number));
        }
    }
    let mut entries = Vec::with_capacity(values.len());
    let mut next = values.iter().peekable();
    visit(tally, &mut |key, slot| {
        let here = Found {
            part: key.part,
            statistic: key.statistic,
            a: &key.a,
            b: &key.b,
            places: key.places(),
        };
        let Some((_, count, number)) = next.next_if(|(found, ..)| *found == here) else {
            return;
        };
        match (slot, count, number) {
            (Slot::Count(slot), Some(count), _) => *slot = *count,
            (Slot::Number(slot), _, Some(number)) => *slot = *number,
            // The digest, which counts what was read, will not agree.
            _ => {}
        }
        entries.push(Entry {
            key,
            count: *count,
            number: *number,
        });
    });
    (entries.len() == values.len()).then_some(entries)
}
