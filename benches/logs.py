"""Makes the logs. Every value is a hash of a seed and the number of a row or a person, so everybody makes the same log.

A person has ten rows on average, and the same gender, age, origin and segment in all of them. Rows of one person stand
anywhere in the file.

Run as a process of its own (`python logs.py FILE --rows N`), because DuckDB needs memory that must not count for others.
"""

import argparse
import pathlib

ROWS_PER_PERSON = 10

LOG = """
    with seen as (
        select i, (hash(i * 7 + {seed}) % {people})::bigint as u from range({rows}) t(i)
    )
    select
        u as customer_id,
        case when hash(u * 3 + {seed}) % 100 < 48 then 'female'
             when hash(u * 3 + {seed}) % 100 < 97 then 'male'
             else 'other' end as gender,
        (18 + hash(u * 5 + {seed}) % 65)::int as age,
        'origin' || (hash(u * 11 + {seed}) % 8)::varchar as origin,
        'segment' || (hash(u * 13 + {seed}) % 20)::varchar as segment,
        (hash(i * 17 + {seed}) % 1000 < 300)::int as selected,
        (hash(i * 19 + {seed}) % 1000 < 250)::int as accepted,
        round((hash(i * 23 + {seed}) % 10000) / 100.0, 2) as value
    from seen"""


def make(file: pathlib.Path, rows: int, seed: int) -> None:
    """Writes the log as Parquet (zstd) or CSV (plain or gzipped), by the file's name."""
    import duckdb

    query = LOG.format(rows=rows, people=max(rows // ROWS_PER_PERSON, 1), seed=seed)
    form = {
        ".parquet": "format parquet, compression zstd",
        ".csv": "format csv, header",
        ".gz": "format csv, header, compression gzip",
    }[file.suffix]
    # A log that was cut short must not be taken for a whole one.
    part = file.with_name("part-" + file.name)
    duckdb.execute(f"copy ({query}) to '{part}' ({form})")
    part.rename(file)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=pathlib.Path)
    options.add_argument("--rows", type=int, required=True)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    make(given.file, given.rows, given.seed)
