//! Copies of logs with what a published analysis derived before it looked.

use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{Reader, StringRecord, Writer};
use flate2::read::GzDecoder;

/// The log that a spec reads: the published file, or a copy of it in `folder`.
pub fn log_of(stem: &str, spec: &str, data: &Path, folder: &Path) -> PathBuf {
    let published = data.join(format!("{stem}.csv.gz"));
    let copy = folder.join(format!("{spec}.csv"));
    match spec {
        "compas_scores" | "compas_filtered_scores" => {
            rewrite(&published, &copy, second_names, |_, row| Some(row.clone()));
        }
        "starbucks_hours" => rewrite(
            &published,
            &copy,
            |header| with(header, "hours"),
            |header, row| {
                let field = |name| row[header.iter().position(|h| h == name).unwrap()].parse::<f64>();
                let hours = match (field("offer_completed_time"), field("offer_received_time")) {
                    (Ok(completed), Ok(received)) => (completed - received).to_string(),
                    _ => String::new(),
                };
                Some(with(row, &hours))
            },
        ),
        "resume_few" => {
            let mut index = 0;
            rewrite(&published, &copy, Clone::clone, |_, row| {
                index += 1;
                ((index - 1) % 20 == 0).then(|| row.clone())
            });
        }
        _ => return published,
    }
    copy
}

/// Renames what stands a second time in a header, so that the first keeps its name.
fn second_names(header: &StringRecord) -> StringRecord {
    let mut names: Vec<String> = Vec::new();
    for name in header {
        let again = names.iter().any(|n| n == name);
        names.push(if again { format!("{name}.1") } else { name.to_owned() });
    }
    names.into()
}

fn with(record: &StringRecord, field: &str) -> StringRecord {
    let mut longer = record.clone();
    longer.push_field(field);
    longer
}

fn rewrite(
    from: &Path,
    to: &Path,
    header: impl Fn(&StringRecord) -> StringRecord,
    mut row: impl FnMut(&StringRecord, &StringRecord) -> Option<StringRecord>,
) {
    let mut reader = Reader::from_reader(GzDecoder::new(File::open(from).unwrap()));
    let mut writer = Writer::from_path(to).unwrap();
    let names = reader.headers().unwrap().clone();
    writer.write_record(&header(&names)).unwrap();
    for record in reader.records() {
        if let Some(kept) = row(&names, &record.unwrap()) {
            writer.write_record(&kept).unwrap();
        }
    }
    writer.flush().unwrap();
}
